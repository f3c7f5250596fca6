//! People are told of what concerns them: once, for its reason, and nothing of what they may not see.

use lockstep::{app::serve::Overrides, clock::Clock};
use lockstep_protocol::position::Position;
use serde_json::{Value, json};

use super::{App, Person, dropped::again, text};
use crate::support::until;

/// Whoever is told of what happened up to this write has been told.
async fn told(app: &App, written: &Value) {
    let position: Position = text(&written["position"]).parse().expect("a position");
    let mut told = app.server.told.clone();
    told.wait_for(|cursor| *cursor >= position).await.expect("it runs");
}

/// Entries, newest first: why, and what they say.
async fn inbox(who: &Person<'_>) -> Vec<(String, Value)> {
    let page = who.get("/api/v1/me/inbox").await.ok();
    let items = page["items"].as_array().expect("items").iter();
    items.map(|item| (text(&item["entry"]["reason"]).to_owned(), item["shown"].clone())).collect()
}

async fn reasons(who: &Person<'_>) -> Vec<String> {
    inbox(who).await.into_iter().map(|(reason, _)| reason).collect()
}

/// Waits until their inbox holds this.
async fn holds(who: &Person<'_>, wanted: &[&str]) {
    until("it comes", async || (reasons(who).await == wanted).then_some(())).await;
}

#[tokio::test]
async fn people_are_told_of_what_concerns_them_and_whoever_did_it_is_not() {
    let app = App::start().await;
    let (ana, ben, cid) = (app.person("Ana").await, app.person("Ben").await, app.person("Cid").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    ana.join(&org, &cid, "member").await;
    let board = ana.board(&org, json!({ "visibility": "organization" })).await;
    let task = ana.task(&board, "Write it down").await;
    ana.post(&format!("{task}/assign"), json!({ "account_id": ben.id() })).await.ok();
    let words = format!("What do you think, @[{}]?", cid.id());
    let comment_id = uuid::Uuid::now_v7();
    let comment = json!({ "comment_id": comment_id, "text": words, "mentions": [cid.id()] });
    let written = ana.post(&format!("{task}/comments"), comment).await.created();
    told(&app, &written).await;
    let of_ben = inbox(&ben).await;
    assert_eq!(of_ben.iter().map(|(reason, _)| reason.as_str()).collect::<Vec<_>>(), ["commented", "assigned"]);
    assert_eq!(of_ben[1].1["title"], "Write it down");
    assert_eq!((&of_ben[0].1["excerpt"], &of_ben[0].1["place"]), (&json!(words), &json!("Plan")));
    assert_eq!(reasons(&cid).await, ["mentioned"]);
    assert!(
        !reasons(&ana).await.iter().any(|reason| ["commented", "assigned", "mentioned"].contains(&reason.as_str()))
    );

    // An edit tells those alone whom the text did not mean before.
    let comment = format!("{task}/comments/{comment_id}");
    let words = format!("@[{}] and @[{}]", cid.id(), ben.id());
    let written = ana.patch(&comment, json!({ "text": words, "mentions": [cid.id(), ben.id()] })).await.ok();
    told(&app, &written).await;
    assert_eq!(reasons(&cid).await, ["mentioned"]);
    assert_eq!(reasons(&ben).await[0], "mentioned");

    // What is read, put away and deleted is so everywhere.
    let page = ben.get("/api/v1/me/inbox?folder=unread").await.ok();
    assert_eq!(page["unread"], 3);
    let newest = page["items"][0]["number"].clone();
    ben.post("/api/v1/me/inbox/read", json!({ "numbers": [newest] })).await.ok();
    ben.post("/api/v1/me/inbox/archive", json!({ "numbers": [1] })).await.ok();
    let page = ben.get("/api/v1/me/inbox").await.ok();
    assert_eq!((&page["unread"], page["items"].as_array().unwrap().len()), (&json!(1), 2));
    assert_eq!(ben.get("/api/v1/me/inbox?folder=archived").await.ok()["items"][0]["number"], 1);
    ben.post("/api/v1/me/inbox/read-all", json!({ "through": newest })).await.ok();
    assert_eq!(ben.get("/api/v1/me/inbox?folder=unread").await.ok()["items"], json!([]));
    app.stop().await;
}

#[tokio::test]
async fn what_is_said_in_channels_is_told_to_whom_it_means() {
    let app = App::start().await;
    let (ana, ben, cid) = (app.person("Ana").await, app.person("Ben").await, app.person("Cid").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    ana.join(&org, &cid, "member").await;
    let wish = json!({ "kind": "open", "name": "General", "members": [ben.id(), cid.id()] });
    let room = ana.post(&format!("{org}/channels"), wish).await.created();
    let room = format!("{org}/channels/{}", text(&room["channel_id"]));
    let say = async |who: &Person<'_>, body: Value| who.post(&format!("{room}/messages"), body).await.created();
    let plain = say(&ana, json!({ "text": "Nobody in particular" })).await;
    told(&app, &plain).await;
    assert_eq!(reasons(&ben).await, ["shared"]);
    let named = say(&ana, json!({ "text": format!("@[{}], look", ben.id()) })).await;
    say(&ben, json!({ "text": "I look", "thread_seq": named["seq"] })).await;
    let everybody = say(&ana, json!({ "text": "@[channel] Lunch" })).await;
    told(&app, &everybody).await;
    assert_eq!(reasons(&ben).await[..2], ["mentioned", "mentioned"]);
    assert_eq!(reasons(&cid).await[0], "mentioned");
    assert_eq!(reasons(&ana).await[0], "replied");

    // Who wants everything of it is told everything, from then on.
    let all = json!({ "changes": [
        { "set": "channel", "channel_id": room.rsplit('/').next(), "level": "all" },
        { "set": "reason", "reason": "message", "in_app": true },
    ] });
    let wanted = cid.patch("/api/v1/me/inbox/preferences", all).await.ok();
    told(&app, &wanted).await;
    let said = say(&ana, json!({ "text": "Dessert" })).await;
    told(&app, &said).await;
    let of_cid = inbox(&cid).await;
    assert_eq!((of_cid[0].0.as_str(), &of_cid[0].1["excerpt"]), ("message", &json!("Dessert")));
    assert_eq!(of_cid[0].1["place"], "General");

    // What somebody may not read any more says nothing, and tells them nothing more.
    ana.delete(&format!("{org}/members/{}", cid.id())).await.ok();
    let last = say(&ana, json!({ "text": "@[channel] Without cid" })).await;
    told(&app, &last).await;
    let of_cid = inbox(&cid).await;
    assert!(of_cid.iter().all(|(_, shown)| shown.is_null()), "{of_cid:?}");
    assert_eq!(of_cid[0].0, "message");
    app.stop().await;
}

#[tokio::test]
async fn whoever_comes_to_a_channel_has_read_what_was_said_before() {
    let app = App::start().await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let room = ana.post(&format!("{org}/channels"), json!({ "kind": "open", "name": "General" })).await.created();
    let id = text(&room["channel_id"]).to_owned();
    let room = format!("{org}/channels/{id}");
    for words in ["One", "Two", "Three"] {
        ana.post(&format!("{room}/messages"), json!({ "text": words })).await.created();
    }
    let came = ben.put(&format!("{room}/members/{}", ben.id()), json!({})).await.ok();
    ana.post(&format!("{room}/messages"), json!({ "text": "Four" })).await.created();
    told(&app, &came).await;
    let markers = ben.get("/api/v1/me/inbox/preferences").await.ok()["markers"].clone();
    assert_eq!(markers, json!([{ "channel_id": id, "read_to": 3 }]));
    app.stop().await;
}

/// As after a kill: those who tell begin again where they had begun.
#[tokio::test]
async fn what_was_told_is_not_told_again_however_often_it_is_read() {
    let folder = App::folder();
    let app = App::start_in(folder, Default::default(), &[]).await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let direct = json!({ "kind": "direct", "members": [ben.id()] });
    let room = ana.post(&format!("{org}/channels"), direct).await.created();
    let room = format!("{org}/channels/{}", text(&room["channel_id"]));
    let mut last = Value::Null;
    for number in 0..5 {
        last = ana.post(&format!("{room}/messages"), json!({ "text": format!("Number {number}") })).await.created();
    }
    told(&app, &last).await;
    let before = inbox(&ben).await;
    assert_eq!(before.len(), 5);
    let email = ben.email.clone();
    let App { server, folder, .. } = app;
    server.stop().await;
    let path = folder.path().join("projections.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
    let mut connection = sqlx::ConnectOptions::connect(&options).await.expect("opens");
    sqlx::query("update consumers set xid = 0, seq = 0, era = 0 where name = 'notify'")
        .execute(&mut connection)
        .await
        .expect("is set back");
    sqlx::Connection::close(connection).await.expect("closes");
    let app = App::start_in(folder, Default::default(), &[]).await;
    let ben = again(&app, &email).await;
    told(&app, &last).await;
    assert_eq!(inbox(&ben).await, before);
    app.stop().await;
}

/// Also where the server was down at that time.
#[tokio::test]
async fn what_was_put_off_comes_back_at_its_time() {
    // Of what happened before there were inboxes nobody is told: they are there in a moment.
    let begun = Clock::system().now() + 60_000_000;
    let clock = Clock::manual(begun);
    let folder = App::folder();
    let overrides = || Overrides { clock: Some(clock.clone()), ..Overrides::default() };
    let app = App::start_in(folder, overrides(), &[]).await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let board = ana.board(&org, json!({ "visibility": "organization" })).await;
    let task = ana.task(&board, "Later").await;
    ana.post(&format!("{task}/assign"), json!({ "account_id": ben.id() })).await.ok();
    let comment = json!({ "text": "Soon?" });
    let said = ana.post(&format!("{task}/comments"), comment).await.created();
    told(&app, &said).await;
    let numbers = json!([1, 2]);
    let after = |minutes: i64| begun + minutes * 60_000_000;
    ben.post("/api/v1/me/inbox/snooze", json!({ "numbers": numbers, "until": after(10) })).await.ok();
    // Put off once more, and longer, before it came back.
    let put_off = ben.post("/api/v1/me/inbox/snooze", json!({ "numbers": [2], "until": after(20) })).await.ok();
    assert_eq!(reasons(&ben).await, [""; 0], "{put_off}");
    told(&app, &put_off).await;
    clock.advance(after(10) - clock.now() - 1);
    assert_eq!(reasons(&ben).await, [""; 0]);
    clock.advance(1);
    holds(&ben, &["assigned"]).await;
    let email = ben.email.clone();
    let App { server, folder, .. } = app;
    server.stop().await;
    clock.advance(after(20) - clock.now());
    let app = App::start_in(folder, overrides(), &[]).await;
    let ben = again(&app, &email).await;
    holds(&ben, &["commented", "assigned"]).await;
    let page = ben.get("/api/v1/me/inbox?folder=unread").await.ok();
    assert_eq!((&page["unread"], &page["items"][0]["woken_at"]), (&json!(2), &json!(after(20))));
    app.stop().await;
}
