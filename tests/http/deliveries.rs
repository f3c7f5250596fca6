//! What people are told of by mail, with a real mail server: once, when they want it, and nothing of what they read before or may not see when it goes.

use lockstep::{app::serve::Overrides, clock::Clock, store::deliveries::DeliveryState};
use lockstep_protocol::ids::OrgId;
use reqwest::Method;
use serde_json::{Value, json};

use super::{App, Person, dropped::again, send, text};
use crate::support::{smtp::MailServer, until};

const FROM: &str = "Lockstep <no-reply@boards.example>";
const DAY: i64 = 86_400_000_000;

/// A server that mails, where people register without it.
async fn mailing(server: &MailServer, clock: &Clock) -> App {
    let url = server.url();
    let overrides = Overrides { clock: Some(clock.clone()), ..Overrides::default() };
    App::start_with(overrides, &["--smtp-url", &url, "--mail-from", FROM, "--registration", "open"]).await
}

/// Ahead of the moment at which the database began to tell people.
fn soon() -> Clock {
    Clock::manual(Clock::system().now() + 60_000_000)
}

impl Person<'_> {
    /// As if they had followed the link to their address.
    async fn proved(&self) {
        let accounts = self.app.server.engine.store.accounts();
        let id = self.id().parse().expect("an id");
        assert!(accounts.set_email(id, &self.email, 1).await.expect("the store"));
    }
}

fn org_of(path: &str) -> OrgId {
    path.rsplit('/').next().expect("an id").parse().expect("an id")
}

/// Deliveries in this state, as the organization's admin is shown them, once there are so many.
async fn listed(admin: &Person<'_>, org: &str, state: &str, count: usize) -> Vec<Value> {
    until(&format!("{count} {state}"), async || {
        let page = admin.get(&format!("{org}/deliveries?state={state}")).await.ok();
        let items = page["items"].as_array().expect("items").clone();
        (items.len() == count).then_some(items)
    })
    .await
}

fn notes(items: &[Value]) -> Vec<&str> {
    items.iter().map(|item| item["note"].as_str().unwrap_or_default()).collect()
}

#[tokio::test]
async fn what_concerns_people_is_mailed_where_the_address_is_theirs_until_they_end_it() {
    let server = MailServer::start(&[]).await;
    let app = mailing(&server, &soon()).await;
    let (ana, ben, cid) = (app.person("Ana").await, app.person("Ben").await, app.person("Cid").await);
    ben.proved().await;
    ben.patch("/api/v1/me", json!({ "locale": "de-CH" })).await.ok();
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    ana.join(&org, &cid, "member").await;
    let board = ana.board(&org, json!({ "visibility": "organization" })).await;
    let task = ana.task(&board, "Write <it> down").await;
    for who in [&ben, &cid] {
        ana.post(&format!("{task}/assign"), json!({ "account_id": who.id() })).await.ok();
    }
    let about = |mail: &Value| text(&mail["subject"]).contains("Write <it> down");
    let mail = until("it is mailed", async || server.mails().into_iter().find(about)).await;
    assert_eq!(text(&mail["to"][0]), ben.email);
    assert!(text(&mail["subject"]).starts_with("Ana hat dir "), "{mail}");
    let link = format!("{}{}?task=", app.server.url, board.trim_start_matches("/api/v1"));
    assert!(text(&mail["text"]).contains(&link), "{link} {mail}");
    assert!(text(&mail["html"]).contains("Write &lt;it&gt; down") && !text(&mail["html"]).contains("<it>"));
    assert_eq!(text(&mail["oneClick"]), "List-Unsubscribe=One-Click");

    // To an address that nobody proved nothing goes. What was sent is known, and who may not manage the organization is not told of it.
    let kept = listed(&ana, &org, "dropped", 1).await;
    assert!(kept.iter().all(|item| item["account_id"] == cid.id() && item["note"] == "no_address"), "{kept:?}");
    let sent = listed(&ana, &org, "sent", 1).await;
    assert_eq!((&sent[0]["reason"], &sent[0]["attempts"][0]["outcome"]), (&json!("assigned"), &json!("taken")));
    assert!(!sent[0].to_string().contains("Write"), "{sent:?}");
    ben.get(&format!("{org}/deliveries")).await.refused("forbidden");

    // One request without a log-in ends mail of this kind, and of this alone.
    let address = text(&mail["unsubscribe"]).trim_matches(['<', '>']).to_owned();
    let path = address.strip_prefix(&app.server.url).expect("it leads here").to_owned();
    let form = app.request(Method::POST, &path).header("content-type", "application/x-www-form-urlencoded");
    let ended = send(form.body("List-Unsubscribe=One-Click")).await.ok();
    assert_eq!(ended["reasons"], json!(["assigned"]));
    app.post("/api/v1/unsubscribe?code=AAAA", json!({})).await.refused("code_expired");
    let other = ana.task(&board, "Another").await;
    ana.post(&format!("{other}/assign"), json!({ "account_id": ben.id() })).await.ok();
    let words = format!("@[{}]?", ben.id());
    let comment = json!({ "comment_id": uuid::Uuid::now_v7(), "text": words, "mentions": [ben.id()] });
    ana.post(&format!("{other}/comments"), comment).await.created();
    let named = until("what means him is mailed", async || {
        server.mails().into_iter().find(|mail| text(&mail["subject"]).contains("erwähnt"))
    })
    .await;
    assert!(text(&named["text"]).contains("> @Ben?"), "{named}");
    assert!(
        server.mails().iter().all(|mail| !text(&mail["subject"]).contains("hat dir OPS-2 Another")),
        "it was ended"
    );
    let sent = listed(&ana, &org, "sent", 2).await;
    assert!(sent.iter().any(|item| item["reason"] == "mentioned"), "{sent:?}");
    app.stop().await;
}

#[tokio::test]
async fn what_was_put_off_is_judged_again_when_it_goes() {
    let (server, clock) = (MailServer::start(&[]).await, soon());
    let app = mailing(&server, &clock).await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    ben.proved().await;
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let board = ana.board(&org, json!({ "visibility": "organization" })).await;
    let hidden = ana.board(&org, json!({ "visibility": "private" })).await;
    ana.put(&format!("{hidden}/members/{}", ben.id()), json!({ "role": "editor" })).await.ok();
    listed(&ana, &org, "sent", 1).await;
    // Quiet the whole week long, but for one minute.
    let all = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let quiet = json!({ "from_minute": 1, "to_minute": 0, "weekdays": all });
    let change = json!({ "changes": [{ "set": "quiet", "hours": quiet }] });
    let wanted = async |who: &Person<'_>, change: Value| who.patch("/api/v1/me/inbox/preferences", change).await.ok();
    wanted(&ben, change).await;
    let give = async |board: &str, title: &str| {
        let task = ana.task(board, title).await;
        ana.post(&format!("{task}/assign"), json!({ "account_id": ben.id() })).await.ok();
        task
    };
    give(&board, "Read").await;
    give(&hidden, "Hidden").await;
    let gone = give(&board, "Gone").await;
    give(&board, "Told").await;
    give(&board, "Told too").await;
    let waiting = listed(&ana, &org, "waiting", 5).await;
    assert!(waiting.iter().all(|item| item["next_at"].as_i64() > Some(clock.now())));
    let unread = ben.get("/api/v1/me/inbox?folder=unread").await.ok();
    let read = unread["items"].as_array().expect("items").iter().find(|item| item["shown"]["title"] == "Read");
    ben.post("/api/v1/me/inbox/read", json!({ "numbers": [read.expect("it is there")["number"]] })).await.ok();
    ana.delete(&format!("{hidden}/members/{}", ben.id())).await.ok();
    ana.delete(&gone).await.ok();
    clock.advance(DAY);
    let mail = until("the rest goes in one mail", async || {
        server.mails().into_iter().find(|mail| text(&mail["subject"]) == "2 notifications")
    })
    .await;
    let said = text(&mail["text"]);
    assert!(said.contains("Told") && said.contains("Told too"), "{said}");
    assert!(!["Read", "Hidden", "Gone"].iter().any(|title| said.contains(title)), "{said}");
    let dropped = listed(&again(&app, &ana.email).await, &org, "dropped", 3).await;
    let mut why = notes(&dropped);
    why.sort_unstable();
    assert_eq!(why, ["gone", "read", "unseen"]);
    app.stop().await;
}

#[tokio::test]
async fn a_digest_tells_of_everything_at_its_time_in_one_mail() {
    let (server, clock) = (MailServer::start(&[]).await, soon());
    let app = mailing(&server, &clock).await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    ben.proved().await;
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let board = ana.board(&org, json!({ "visibility": "organization" })).await;
    let task = ben.task(&board, "Mine").await;
    for words in ["First", "Second", "Third"] {
        let comment = json!({ "comment_id": uuid::Uuid::now_v7(), "text": words });
        ana.post(&format!("{task}/comments"), comment).await.created();
    }
    listed(&ana, &org, "waiting", 3).await;
    clock.advance(DAY);
    let mail = until("the digest comes", async || {
        server.mails().into_iter().find(|mail| text(&mail["subject"]) == "Your digest: 3 new")
    })
    .await;
    let said = text(&mail["text"]);
    let at = |words: &str| said.find(words).unwrap_or_else(|| panic!("{words}: {said}"));
    assert!(at("> First") < at("> Second") && at("> Second") < at("> Third"));
    assert_eq!(
        server.mails().iter().filter(|mail| text(&mail["subject"]).contains("digest")).count(),
        1,
        "the demo's people have no address"
    );
    app.stop().await;
}

#[tokio::test]
async fn what_is_not_taken_is_tried_again_and_what_is_refused_waits_for_an_admin() {
    let (server, clock) = (MailServer::start(&["--refuse", "zoe", "--busy", "1"]).await, soon());
    let app = mailing(&server, &clock).await;
    let (ana, zoe) = (app.person("Ana").await, app.person("Zoe").await);
    ana.proved().await;
    zoe.proved().await;
    let org = ana.organization().await;
    let board = ana.board(&org, json!({ "visibility": "organization" })).await;
    ana.join(&org, &zoe, "admin").await;
    let first = ana.task(&board, "Hers").await;
    ana.post(&format!("{first}/assign"), json!({ "account_id": zoe.id() })).await.ok();
    let dead = listed(&ana, &org, "dead", 1).await.remove(0);
    assert_eq!(
        (&dead["account_id"], &dead["reason"], &dead["outlet"]),
        (&json!(zoe.id()), &json!("assigned"), &json!("email"))
    );
    assert!(text(&dead["note"]).contains("no such person"), "{dead}");
    // Her inbox says so, where it is.
    let items = zoe.get("/api/v1/me/inbox").await.ok()["items"].clone();
    let failed = |reason: &str| {
        let item = items.as_array().expect("items").iter().find(|item| item["entry"]["reason"] == reason).cloned();
        item.expect("an entry")["failed"].clone()
    };
    assert_eq!(failed("assigned"), json!(["email"]));
    let task = zoe.task(&board, "Yours").await;
    zoe.post(&format!("{task}/assign"), json!({ "account_id": ana.id() })).await.ok();
    // The server is busy for the first that it would take; a second try is made when its time has come.
    let sent = until("it is taken", async || {
        clock.advance(1_000_000);
        let sent = zoe.get(&format!("{org}/deliveries?state=sent")).await.ok();
        sent["items"].as_array().expect("items").first().cloned()
    })
    .await;
    assert_eq!(sent["account_id"], ana.id());
    // Once more, by who may; it is refused again, and both tries are known.
    let id = text(&dead["delivery_id"]).to_owned();
    let again = format!("{org}/deliveries/{id}/retry");
    ana.post(&again, json!({})).await.ok();
    let twice = until("it was tried twice", async || {
        let page = ana.get(&format!("{org}/deliveries?state=dead")).await.ok();
        let item =
            page["items"].as_array().expect("items").iter().find(|item| item["delivery_id"] == id.as_str()).cloned()?;
        (item["attempts"].as_array().expect("attempts").len() == 2).then_some(item)
    })
    .await;
    assert!(twice["attempts"].as_array().unwrap().iter().all(|attempt| attempt["outcome"] == "refused"), "{twice}");
    ana.post(&format!("{org}/deliveries/{}/retry", uuid::Uuid::now_v7()), json!({})).await.refused("not_found");
    let store = &app.server.engine.store;
    store.deliveries().forget_org(org_of(&org)).await.expect("the store");
    let left = store.deliveries().of_org(org_of(&org), DeliveryState::Dead, None, 10).await.expect("the store");
    assert!(left.is_empty());
    app.stop().await;
}
