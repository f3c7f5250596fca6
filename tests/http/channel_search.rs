//! What was said is found by its words, as it is now, by whoever may read it, and by nobody else.

use lockstep::app::serve::Overrides;
use serde_json::{Value, json};

use super::{App, Person, channels::channel, text};
use crate::support::postgres;

/// The texts that are found, newest first.
async fn found(who: &Person<'_>, org: &str, asked: &[(&str, &str)], since: &Value) -> Vec<String> {
    let parts = asked.iter().copied().chain([("min_position", text(since))]);
    let url = reqwest::Url::parse_with_params("http://here", parts).expect("parts of an address");
    let page = who.get(&format!("{org}/messages?{}", url.query().expect("it has parts"))).await.ok();
    page["items"].as_array().expect("items").iter().map(|item| text(&item["text"]).to_owned()).collect()
}

async fn what_was_said_is_found(app: &App) {
    let (ana, ben, cid) = (app.person("Ana").await, app.person("Ben").await, app.person("Cid").await);
    let org = ana.organization().await;
    for who in [&ben, &cid] {
        ana.join(&org, who, "member").await;
    }
    let open = channel(&ana, &org, json!({ "kind": "open", "name": "General" })).await;
    let secret = channel(&ana, &org, json!({ "kind": "private", "name": "Secret", "members": [ben.id()] })).await;
    let say = async |who: &Person<'_>, room: &str, words: &str| {
        who.post(&format!("{room}/messages"), json!({ "text": words })).await.created()
    };
    say(&ana, &open, "Grüße aus der Straße: der rote Wein, @[channel]").await;
    let wine = say(&ana, &open, "Wine that is red").await;
    let wrong = say(&ana, &open, "A word about wine, mistaken").await;
    let last = say(&ben, &secret, "Wine for nobody else").await["position"].clone();
    let asks = |words: &'static str| [("query", words)];
    assert_eq!(found(&cid, &org, &asks("WINE"), &last).await, ["A word about wine, mistaken", "Wine that is red"]);
    assert_eq!(found(&cid, &org, &asks("wi re"), &last).await, ["Wine that is red"]);
    assert_eq!(found(&cid, &org, &asks("\"red wine\""), &last).await, [""; 0]);
    assert_eq!(found(&cid, &org, &asks("\"that is\" wine"), &last).await, ["Wine that is red"]);
    assert_eq!(found(&cid, &org, &asks("strasse GRUSSE"), &last).await.len(), 1);
    assert_eq!(found(&cid, &org, &asks("channel"), &last).await, [""; 0], "whom it means is no word");
    assert_eq!(found(&cid, &org, &asks("' & | ! :* wine -- ("), &last).await.len(), 2);
    assert_eq!(found(&ana, &org, &asks("wine"), &last).await.len(), 3);
    let of_ben = [("query", "wine"), ("author_id", ben.id())];
    assert_eq!(found(&ana, &org, &of_ben, &last).await, ["Wine for nobody else"]);
    let in_open = [("query", "wine"), ("channel_id", open.rsplit('/').next().expect("an id"))];
    assert_eq!(found(&ana, &org, &in_open, &last).await.len(), 2);

    // As it is now.
    let path = |said: &Value| format!("{open}/messages/{}", said["seq"]);
    ana.patch(&path(&wine), json!({ "text": "Beer that is red" })).await.ok();
    let gone = ana.delete(&path(&wrong)).await.ok()["position"].clone();
    assert_eq!(found(&cid, &org, &asks("wine"), &gone).await, [""; 0]);
    assert_eq!(found(&cid, &org, &asks("beer"), &gone).await, ["Beer that is red"]);

    // Who lost the sight of it finds it no more, however old the tables are.
    let place = format!("{secret}/members/{}", ben.id());
    ana.delete(&place).await.ok();
    assert_eq!(found(&ben, &org, &asks("nobody"), &gone).await, [""; 0]);
    ana.put(&place, json!({})).await.ok();

    // A page at a time, each message once.
    for number in 0..7 {
        say(&ana, &open, &format!("Page {number}")).await;
    }
    let since = say(&ana, &secret, "Page 7").await["position"].clone();
    let (mut all, mut next) = (Vec::new(), format!("{org}/messages?query=page&limit=3&min_position={}", text(&since)));
    loop {
        let page = ana.get(&next).await.ok();
        all.extend(page["items"].as_array().expect("items").iter().map(|item| text(&item["text"]).to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        next = format!("{org}/messages?query=page&limit=3&cursor={cursor}");
    }
    let wanted: Vec<String> = (0..8).rev().map(|number| format!("Page {number}")).collect();
    assert_eq!(all, wanted);

    // Not of strangers, not without a word, and bounded.
    let dan = app.person("Dan").await;
    dan.get(&format!("{org}/messages?query=wine")).await.refused("not_found");
    ana.get(&format!("{org}/messages?query=%22%20!%22")).await.refused("field_invalid");
    ana.get(&format!("{org}/messages?query={}", "a".repeat(201))).await.refused("field_too_long");
    ana.get(&format!("{org}/messages?query={}", "a+".repeat(17))).await.refused("field_too_long");
    ana.get(&format!("{org}/messages?query=a&cursor=x")).await.refused("field_invalid");
}

#[tokio::test]
async fn messages_are_found_by_who_may_read_them() {
    let app = App::start().await;
    what_was_said_is_found(&app).await;
    app.stop().await;
}

#[tokio::test]
async fn postgres_messages_are_found_by_who_may_read_them() {
    let url = postgres::database().await;
    let app = App::start_with(Overrides::default(), &["--database-url", &url]).await;
    what_was_said_is_found(&app).await;
    app.stop().await;
}
