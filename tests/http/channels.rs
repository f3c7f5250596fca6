//! Channels over REST: which one may read, what is said there and how it is found again, however old; and whom nothing is told.

use futures_util::{StreamExt, stream};
use lockstep::actors::{CommandRequest, Saw};
use lockstep_domain::Principal;
use lockstep_protocol::{
    command::channel::PostMessage,
    ids::{ChannelId, MessageId},
    limits::Limits,
    topic::Topic,
};
use serde_json::{Value, json};

use super::{App, Person, processes::settled, text};

/// The address of a new channel.
pub async fn channel(person: &Person<'_>, org: &str, body: Value) -> String {
    let made = person.post(&format!("{org}/channels"), body).await.created();
    format!("{org}/channels/{}", text(&made["channel_id"]))
}

/// Says something; the address of the message.
async fn say(person: &Person<'_>, channel: &str, words: &str) -> String {
    let made = person.post(&format!("{channel}/messages"), json!({ "text": words })).await.created();
    assert_eq!(made["message"]["seq"], made["seq"]);
    format!("{channel}/messages/{}", made["seq"])
}

fn texts(page: &Value) -> Vec<&str> {
    page["items"].as_array().expect("items").iter().map(|one| text(&one["text"])).collect()
}

pub fn names(page: &Value) -> Vec<&str> {
    page["items"].as_array().expect("items").iter().map(|one| text(&one["name"])).collect()
}

#[tokio::test]
async fn what_is_said_is_read_page_by_page_as_it_is_now() {
    let app = App::start().await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let room = channel(&ana, &org, json!({ "kind": "open", "name": "General" })).await;
    ben.put(&format!("{room}/members/{}", ben.id()), json!({})).await.ok();
    let mut said = Vec::new();
    for number in 1..=12 {
        said.push(say(&ana, &room, &format!("Number {number}")).await);
    }
    ana.patch(&said[1], json!({ "text": "Two" })).await.ok();
    ana.delete(&said[2]).await.ok();
    ben.put(&format!("{}/reactions/%F0%9F%91%8D", said[3]), json!({})).await.ok();
    ben.put(&format!("{}/reactions/%F0%9F%91%8D", said[4]), json!({})).await.ok();
    ben.delete(&format!("{}/reactions/%F0%9F%91%8D", said[4])).await.ok();
    let reply = json!({ "text": "A reply", "thread_seq": number_of(&said[5]) });
    ben.post(&format!("{room}/messages"), reply).await.created();
    ben.put(&format!("{}/pin", said[6]), json!({})).await.ok();

    let page = ben.get(&format!("{room}/messages?limit=10")).await.ok();
    let numbers: Vec<u64> =
        page["items"].as_array().unwrap().iter().map(|one| one["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (3..=12).collect::<Vec<_>>());
    assert_eq!((&page["more_before"], &page["more_after"]), (&json!(true), &json!(false)));
    assert_eq!((&page["items"][0]["deleted"], &page["items"][0]["text"]), (&json!(true), &json!("")));
    let thumbs = json!([{ "emoji": "👍", "by": [ben.id()] }]);
    assert_eq!(page["items"][1]["reactions"], thumbs);
    assert_eq!(page["items"][2]["reactions"], Value::Null);
    assert_eq!(page["items"][3]["replies"]["count"], 1);
    assert_eq!(page["items"][3]["replies"]["people"], json!([ben.id()]));
    let before = ben.get(&format!("{room}/messages?before=3&limit=10")).await.ok();
    assert_eq!(texts(&before), ["Number 1", "Two"]);
    assert_eq!((&before["more_before"], &before["more_after"]), (&json!(false), &json!(true)));
    assert!(before["items"][1]["edited_at"].is_u64());
    let around = ben.get(&format!("{room}/messages?around=6&limit=4")).await.ok();
    assert_eq!(texts(&around), ["Number 4", "Number 5", "Number 6", "Number 7"]);
    let after = ben.get(&format!("{room}/messages?after=10")).await.ok();
    assert_eq!(texts(&after), ["Number 11", "Number 12"]);
    assert_eq!(texts(&ben.get(&format!("{}/replies", said[5])).await.ok()), ["A reply"]);
    assert_eq!(texts(&ben.get(&format!("{room}/pins")).await.ok()), ["Number 7"]);
    assert_eq!(ben.get(&said[1]).await.ok()["text"], "Two");

    // What is not a message, and what may not be asked.
    ben.get(&format!("{room}/messages/1")).await.refused("not_found");
    ben.get(&format!("{room}/messages/999")).await.refused("not_found");
    ben.get(&format!("{room}/messages/x")).await.refused("not_found");
    ben.get(&format!("{room}/messages?before=1&after=1")).await.refused("field_invalid");
    assert_eq!(ben.get(&format!("{room}/messages?limit=201")).await.refused("field_invalid")["limit"], 200);
    ben.patch(&said[0], json!({ "text": "Mine" })).await.refused("forbidden");
    ben.delete(&said[0]).await.refused("forbidden");
    ben.patch(&said[2], json!({ "text": "Mine" })).await.refused("not_found");
    ana.patch(&said[2], json!({ "text": "Again" })).await.refused("not_found");
    let missing = ben.post(&format!("{room}/messages"), json!({ "text": "A reply", "thread_seq": 999 })).await;
    assert_eq!(missing.refused("not_found")["field"], "thread_seq");
    app.stop().await;
}

fn number_of(message: &str) -> u64 {
    message.rsplit('/').next().expect("a seq").parse().expect("a number")
}

#[tokio::test]
async fn asked_again_under_its_key_a_message_is_said_once() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let room = channel(&ana, &org, json!({ "kind": "open", "name": "General" })).await;
    let ask = || async {
        let request = ana.request(reqwest::Method::POST, &format!("{room}/messages"));
        super::send(request.header("Idempotency-Key", "once").json(&json!({ "text": "Once" }))).await.created()
    };
    let (first, again) = (ask().await, ask().await);
    assert_eq!(first["message"], again["message"]);
    assert_eq!(texts(&ana.get(&format!("{room}/messages")).await.ok()), ["Once"]);
    app.stop().await;
}

#[tokio::test]
async fn people_talk_directly_in_one_room_whoever_begins() {
    let app = App::start().await;
    let (ana, ben, cid) = (app.person("Ana").await, app.person("Ben").await, app.person("Cid").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    ana.join(&org, &cid, "member").await;
    let direct = |who: &Person<'_>| json!({ "kind": "direct", "members": [who.id()] });
    let by_ana = ana.post(&format!("{org}/channels"), direct(&ben)).await.created();
    let by_ben = ben.post(&format!("{org}/channels"), direct(&ana)).await.ok();
    assert_eq!(by_ana["channel_id"], by_ben["channel_id"]);
    assert_eq!(by_ben["standing"], "direct");
    let room = format!("{org}/channels/{}", text(&by_ana["channel_id"]));
    say(&ana, &room, "Between us").await;
    assert_eq!(texts(&ben.get(&format!("{room}/messages")).await.ok()), ["Between us"]);
    for path in [room.clone(), format!("{room}/messages"), format!("{room}/pins"), format!("{room}/messages/2")] {
        cid.get(&path).await.refused("not_found");
    }
    cid.post(&format!("{room}/messages"), json!({ "text": "And me" })).await.refused("not_found");
    cid.put(&format!("{room}/members/{}", cid.id()), json!({})).await.refused("not_found");
    let other = json!({ "kind": "direct", "members": [ben.id()], "channel_id": uuid::Uuid::now_v7() });
    assert_eq!(ana.post(&format!("{org}/channels"), other).await.refused("field_invalid")["field"], "channel_id");
    let nobody = json!({ "kind": "direct", "members": [] });
    ana.post(&format!("{org}/channels"), nobody).await.refused("field_required");
    app.stop().await;
}

#[tokio::test]
async fn who_leaves_the_team_reads_its_channels_no_more() {
    let app = App::start().await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let team = ana.post(&format!("{org}/teams"), json!({ "name": "Makers" })).await.created();
    let seat = |who: &Person<'_>| format!("{org}/teams/{}/members/{}", text(&team["team_id"]), who.id());
    ana.put(&seat(&ana), json!({ "role": "lead" })).await.ok();
    ana.put(&seat(&ben), json!({ "role": "member" })).await.ok();
    let body = json!({ "kind": "private", "name": "Inner", "team_id": team["team_id"], "members": [ben.id()] });
    let room = channel(&ana, &org, body).await;
    say(&ben, &room, "Here").await;
    ana.delete(&seat(&ben)).await.ok();
    ben.get(&room).await.refused("not_found");
    ben.get(&format!("{room}/messages")).await.refused("not_found");
    ben.post(&format!("{room}/messages"), json!({ "text": "Still here" })).await.refused("not_found");
    assert!(names(&ben.get(&format!("{org}/channels")).await.ok()).is_empty());
    ana.put(&seat(&ben), json!({ "role": "member" })).await.ok();
    assert_eq!(texts(&ben.get(&format!("{room}/messages")).await.ok()), ["Here"]);
    app.stop().await;
}

#[tokio::test]
async fn who_is_removed_is_in_no_room_when_they_come_back_but_those_they_talk_in_directly() {
    let app = App::start().await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let open = channel(&ana, &org, json!({ "kind": "open", "name": "General", "members": [ben.id()] })).await;
    let inner = channel(&ana, &org, json!({ "kind": "private", "name": "Inner", "members": [ben.id()] })).await;
    let direct = channel(&ana, &org, json!({ "kind": "direct", "members": [ben.id()] })).await;
    for room in [&open, &inner, &direct] {
        say(&ben, room, "Hello").await;
    }
    ana.delete(&format!("{org}/members/{}", ben.id())).await.ok();
    for room in [&open, &inner, &direct] {
        ben.get(&format!("{room}/messages")).await.refused("not_found");
    }
    settled(&app).await;
    for room in [&open, &inner] {
        assert_eq!(ana.get(room).await.ok()["members"].as_array().unwrap().len(), 1);
    }
    ana.join(&org, &ben, "member").await;
    assert_eq!(ben.get(&open).await.ok()["standing"], "reader");
    ben.get(&inner).await.refused("not_found");
    assert_eq!(texts(&ben.get(&format!("{direct}/messages")).await.ok()), ["Hello"]);
    app.stop().await;
}

#[tokio::test]
async fn a_channel_that_is_deleted_gives_its_place_back() {
    let app = App::start_limited(Limits { channels_per_org_max: 2, ..Limits::default() }).await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let wish = |name: &str| json!({ "kind": "open", "name": name });
    let first = channel(&ana, &org, wish("First")).await;
    channel(&ana, &org, wish("Second")).await;
    let full = ana.post(&format!("{org}/channels"), wish("Third")).await.refused("limit_reached");
    assert_eq!(full["limit"], 2);
    // Direct talks take none.
    channel(&ana, &org, json!({ "kind": "direct", "members": [ben.id()] })).await;
    ana.delete(&first).await.ok();
    settled(&app).await;
    channel(&ana, &org, wish("Third")).await;
    app.stop().await;
}

/// Many messages, said by the server in somebody's name; the seqs that posted them.
async fn fill(app: &App, who: &Person<'_>, room: &str, count: usize) -> Vec<u64> {
    let topic = Topic::from(room.rsplit('/').next().unwrap().parse::<ChannelId>().unwrap());
    let directory = &app.server.engine.directory;
    let said = stream::iter(0..count).map(|number| {
        let command = PostMessage {
            message_id: MessageId(uuid::Uuid::now_v7()),
            text: format!("Filler {number}"),
            thread: None,
            broadcast: false,
        };
        let principal = Principal::System(who.id().parse().unwrap());
        let request =
            CommandRequest { topic, principal, session: None, key: None, body: command.into(), saw: Saw::default() };
        async move { directory.command(request).await.expect("is said").seq }
    });
    let mut seqs: Vec<u64> = said.buffered(64).collect().await;
    seqs.sort_unstable();
    seqs
}

/// A page without what differs from one message to another of the same history.
fn as_of(page: &Value, first: u64) -> Value {
    let mut page = page.clone();
    page.as_object_mut().unwrap().remove("seq");
    for item in page["items"].as_array_mut().unwrap() {
        let item = item.as_object_mut().unwrap();
        item.remove("message");
        item.remove("at");
        if item["text"].as_str().unwrap().starts_with("Filler") {
            item.remove("text");
        }
        if let Some(number) = item.get_mut("number") {
            *number = (number.as_u64().unwrap() - first).into();
        }
        if item.contains_key("edited_at") {
            item.insert("edited_at".into(), json!("then"));
        }
        if let Some(replies) = item.get_mut("replies") {
            replies["last_at"] = json!("then");
        }
        if let Some(thread) = item.get_mut("thread") {
            *thread = json!("its root");
        }
    }
    page
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_long_ago_is_read_and_changed_as_what_was_said_now() {
    let app = App::start().await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let room = channel(&ana, &org, json!({ "kind": "open", "name": "Busy", "members": [ben.id()] })).await;
    let mut seqs = fill(&app, &ana, &room, 20).await;
    let message = |seq: u64| format!("{room}/messages/{seq}");
    let reply = |seq: u64, words: &str| json!({ "text": words, "thread_seq": seq });
    // Something happens to the first before they are long past, and the rest of it after that.
    let some = async |from: &[u64]| {
        ana.patch(&message(from[2]), json!({ "text": "Edited" })).await.ok();
        ben.put(&format!("{}/reactions/%F0%9F%91%8D", message(from[3])), json!({})).await.ok();
        ben.post(&format!("{room}/messages"), reply(from[4], "One")).await.created();
    };
    let rest = async |from: &[u64]| {
        ana.patch(&message(from[2]), json!({ "text": "Edited again" })).await.ok();
        ana.put(&format!("{}/reactions/%F0%9F%91%8D", message(from[3])), json!({})).await.ok();
        ben.delete(&format!("{}/reactions/%F0%9F%91%8D", message(from[3]))).await.ok();
        let two = ana.post(&format!("{room}/messages"), reply(from[4], "Two")).await.created();
        ben.post(&format!("{room}/messages"), reply(from[4], "Three")).await.created();
        ana.delete(&message(two["seq"].as_u64().unwrap())).await.ok();
        ana.delete(&message(from[5])).await.ok();
        ana.patch(&message(from[5]), json!({ "text": "Not again" })).await.refused("not_found");
        ana.put(&format!("{}/pin", message(from[6])), json!({})).await.ok();
        ben.patch(&message(from[7]), json!({ "text": "Mine" })).await.refused("forbidden");
    };
    some(&seqs).await;
    seqs.extend(fill(&app, &ana, &room, 2_200).await);
    rest(&seqs).await;
    let now = seqs[seqs.len() - 20..].to_vec();
    some(&now).await;
    rest(&now).await;

    let newest = seqs.len() as u64 - 20;
    let then_page = ben.get(&format!("{room}/messages?after=0&limit=10")).await.ok();
    let now_page = ben.get(&format!("{room}/messages?after={newest}&limit=10")).await.ok();
    assert_eq!(as_of(&then_page, 0)["items"], as_of(&now_page, newest)["items"]);
    assert_eq!(then_page["items"][2]["text"], "Edited again");
    assert_eq!(then_page["items"][5]["text"], "");
    for from in [&seqs, &now] {
        let thread = ben.get(&format!("{}/replies", message(from[4]))).await.ok();
        assert_eq!(texts(&thread), ["One", "", "Three"]);
        let thread =
            ben.get(&format!("{}/replies?before={}", message(from[4]), thread["items"][2]["message"]["seq"])).await;
        assert_eq!(texts(&thread.ok()), ["One", ""]);
        assert_eq!(ben.get(&message(from[2])).await.ok()["text"], "Edited again");
    }
    assert_eq!(ben.get(&format!("{room}/pins")).await.ok()["items"].as_array().unwrap().len(), 2);
    // Where what is held begins, a page is of both kinds, and none is left out.
    let all: Vec<u64> = (1..=seqs.len() as u64).collect();
    let mut found = Vec::new();
    while found.len() < all.len() {
        let page = ben.get(&format!("{room}/messages?after={}&limit=200", found.len())).await.ok();
        for item in page["items"].as_array().unwrap() {
            assert_eq!(item["message"]["seq"], seqs[found.len()]);
            found.push(item["number"].as_u64().unwrap());
        }
    }
    assert_eq!(found, all);
    app.stop().await;
}
