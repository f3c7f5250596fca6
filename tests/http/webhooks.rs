//! What happens is sent to where an organization has it sent: signed, all of it in its order, as whoever made the webhook may see it, and
//! again until it is taken.

use std::process::Stdio;

use lockstep::{app::serve::Overrides, clock::Clock};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::Command,
};

use super::{App, Person, text};
use crate::support::{
    sink::{Got, Sink},
    until,
};

const SECOND: i64 = 1_000_000;
const HOUR: i64 = 3_600 * SECOND;

async fn sending(sink: &Sink, clock: Option<&Clock>) -> App {
    let overrides = Overrides { clock: clock.cloned(), ..Overrides::default() };
    App::start_with(overrides, &["--egress-allow", &sink.url]).await
}

/// A webhook with this besides; its path and its secret.
async fn hook(who: &Person<'_>, org: &str, sink: &Sink, more: Value) -> (String, String) {
    let mut wish = json!({ "name": "Everything", "url": format!("{}/in", sink.url) });
    wish.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    let made = who.post(&format!("{org}/webhooks"), wish).await.created();
    let path = format!("{org}/webhooks/{}", text(&made["webhook_id"]));
    (path, made["secret"].as_str().unwrap_or_default().to_owned())
}

/// What the library of Standard Webhooks says of messages.
async fn verified(secret: &str, got: &[Got]) -> Vec<Value> {
    let script = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/verify.mjs");
    let mut child = Command::new("node")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("node is installed");
    let mut input = child.stdin.take().expect("piped");
    for got in got {
        let headers: serde_json::Map<String, Value> =
            got.headers.keys().map(|name| (name.to_string(), json!(got.header(name.as_str())))).collect();
        let line = json!({ "secret": secret, "headers": headers, "body": got.body });
        input.write_all(format!("{line}\n").as_bytes()).await.expect("it reads");
    }
    drop(input);
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let mut said = Vec::new();
    while let Some(line) = lines.next_line().await.expect("text") {
        said.push(serde_json::from_str(&line).expect("JSON"));
    }
    said
}

fn types(got: &[Got]) -> Vec<String> {
    got.iter().map(|got| text(&got.json()["type"]).to_owned()).collect()
}

fn titles(got: &[Got]) -> Vec<String> {
    let created = got.iter().map(Got::json).filter(|body| body["type"] == "task.created");
    created.map(|body| text(&body["data"]["event"]["title"]).to_owned()).collect()
}

#[tokio::test]
async fn what_happens_is_sent_signed_and_in_its_order() {
    let sink = Sink::start().await;
    let app = sending(&sink, None).await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let (path, secret) = hook(&ana, &org, &sink, json!({ "events": ["task.*", "board.created"] })).await;
    assert!(secret.starts_with("whsec_"), "{secret}");
    let board = ana.board(&org, json!({ "visibility": "organization" })).await;
    // Two who write at once.
    let many = async |who: &Person<'_>, name: &str| {
        for n in 0..6 {
            who.task(&board, &format!("{name} {n}")).await;
        }
    };
    futures_util::join!(many(&ana, "A"), many(&ben, "B"));
    let got = sink.wait(13).await;
    assert_eq!(text(&got[0].json()["type"]), "board.created");
    let seqs: Vec<u64> = got[1..].iter().map(|got| got.json()["data"]["seq"].as_u64().expect("a number")).collect();
    assert!(seqs.is_sorted_by(|one, other| one < other), "{seqs:?}");
    let said = verified(&secret, &got).await;
    assert!(said.iter().zip(&got).all(|(said, got)| said["ok"] == got.json()), "{said:?}");
    let mut forged = got[0].clone();
    forged.body = forged.body.replace("board.created", "board.deleted");
    assert!(verified(&secret, &[forged]).await[0]["refused"].is_string());

    // The secret is shown once; another one signs beside it.
    assert!(!ana.get(&path).await.ok().to_string().contains("whsec_"));
    let made = ana.post(&format!("{path}/rotate"), json!({})).await.ok();
    ana.task(&board, "With both").await;
    let got = sink.wait(14).await;
    for secret in [&secret, text(&made["secret"])] {
        assert!(verified(secret, &got[13..]).await[0]["ok"].is_object());
    }

    // What was tried is known; one is sent once more under its id, and so is everything behind a position.
    let log = until("the log holds all", async || {
        let log = ana.get(&format!("{path}/attempts")).await.ok()["items"].as_array().expect("items").clone();
        (log.len() == 14).then_some(log)
    })
    .await;
    assert!(log.iter().all(|attempt| attempt["status"] == 204 && attempt["attempt"] == 1), "{log:?}");
    let again = json!({ "attempt_id": log[3]["attempt_id"] });
    ana.post(&format!("{path}/redeliver"), again).await.is(202);
    let got = sink.wait(15).await;
    assert_eq!(got[14].header("webhook-id"), text(&log[3]["message_id"]));
    let from = got[9].json()["data"]["position"].clone();
    ana.post(&format!("{path}/replay"), json!({ "position": from })).await.ok();
    let got = sink.wait(19).await;
    assert_eq!(titles(&got[15..19]), titles(&got[10..14]));
    assert_eq!(got[15].header("webhook-id"), got[10].header("webhook-id"));
    ana.post(&format!("{path}/test"), json!({})).await.is(202);
    assert_eq!(types(&sink.wait(20).await[19..]), ["webhook.test"]);
    replayed_by_its_attempt(&ana, &path, &sink, &log).await;
    app.stop().await;
}

/// A line of the log says where to begin as well as a position does; a test sent nothing that there is to begin with.
async fn replayed_by_its_attempt(ana: &Person<'_>, path: &str, sink: &Sink, log: &[Value]) {
    let replay = format!("{path}/replay");
    let before = sink.got().len();
    ana.post(&replay, json!({ "attempt_id": log[2]["attempt_id"] })).await.ok();
    let got = sink.wait(before + 3).await;
    assert_eq!(got[before].header("webhook-id"), text(&log[2]["message_id"]));
    let test = until("the test is in the log", async || {
        let log = ana.get(&format!("{path}/attempts")).await.ok();
        log["items"].as_array().expect("items").iter().find(|attempt| attempt["type"] == "webhook.test").cloned()
    })
    .await;
    for (wish, code, field) in [
        (json!({ "position": "nowhere" }), "field_invalid", "position"),
        (json!({ "attempt_id": test["attempt_id"] }), "field_invalid", "attempt_id"),
        (json!({ "attempt_id": log[2]["attempt_id"], "position": "1.1" }), "field_invalid", "attempt_id"),
        (json!({ "attempt_id": uuid::Uuid::now_v7() }), "not_found", "attempt_id"),
        (json!({}), "field_required", "position"),
    ] {
        let refused = ana.post(&replay, wish.clone()).await.refused(code);
        assert_eq!(refused["field"], field, "{wish}");
    }
}

#[tokio::test]
async fn only_who_manages_an_organization_has_webhooks_and_they_go_to_public_addresses() {
    let sink = Sink::start().await;
    let app = sending(&sink, None).await;
    let (ana, ben, eve) = (app.person("Ana").await, app.person("Ben").await, app.person("Eve").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let (path, _) = hook(&ana, &org, &sink, json!({})).await;
    let wish = json!({ "name": "Mine", "url": "https://example.org/in" });
    ben.get(&format!("{org}/webhooks")).await.refused("forbidden");
    ben.post(&format!("{org}/webhooks"), wish.clone()).await.refused("forbidden");
    ben.get(&path).await.refused("forbidden");
    eve.get(&path).await.refused("not_found");
    let (other, _) = (eve.organization().await, ());
    let id = path.rsplit('/').next().expect("an id");
    eve.get(&format!("{other}/webhooks/{id}")).await.refused("not_found");
    for (url, field) in [
        ("http://example.org/", "url"),
        ("https://127.0.0.1/", "url"),
        ("https://[::1]/", "url"),
        ("https://10.0.0.1/", "url"),
        ("https://example.org:22/", "url"),
        ("https://user:word@example.org/", "url"),
        ("nowhere", "url"),
    ] {
        let refused = ana.post(&format!("{org}/webhooks"), json!({ "name": "Odd", "url": url })).await;
        assert_eq!(refused.refused("field_invalid")["field"], field, "{url}");
    }
    let odd = json!({ "name": "Odd", "url": "https://example.org/", "events": ["task.*", "nothing.*"] });
    assert_eq!(ana.post(&format!("{org}/webhooks"), odd).await.refused("field_invalid")["field"], "events");
    let long = json!({ "name": "Odd", "url": format!("https://example.org/{}", "x".repeat(2_000)) });
    assert_eq!(ana.post(&format!("{org}/webhooks"), long).await.refused("field_too_long")["field"], "url");
    for _ in 1..20 {
        ana.post(&format!("{org}/webhooks"), wish.clone()).await.created();
    }
    ana.post(&format!("{org}/webhooks"), wish).await.refused("limit_reached");
    ana.delete(&path).await.is(204);
    ana.get(&path).await.refused("not_found");
    app.stop().await;
}

#[tokio::test]
async fn what_its_maker_may_not_see_is_not_sent_and_it_ends_with_their_rights() {
    let sink = Sink::start().await;
    let app = sending(&sink, None).await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "admin").await;
    let (path, _) = hook(&ben, &org, &sink, json!({ "events": ["task.created"] })).await;
    let (open, hidden) = (json!({ "visibility": "organization" }), json!({ "visibility": "private" }));
    let (open, hidden) = (ana.board(&org, open).await, ana.board(&org, hidden).await);
    ana.task(&hidden, "Secret").await;
    ana.task(&open, "Seen").await;
    assert_eq!(titles(&sink.wait(1).await), ["Seen"]);
    ana.put(&format!("{hidden}/members/{}", ben.id()), json!({ "role": "editor" })).await.ok();
    ana.task(&hidden, "Shared").await;
    assert_eq!(titles(&sink.wait(2).await), ["Seen", "Shared"]);
    ana.delete(&format!("{hidden}/members/{}", ben.id())).await.ok();
    ana.task(&hidden, "Secret again").await;
    ana.task(&open, "Seen too").await;
    assert_eq!(titles(&sink.wait(3).await), ["Seen", "Shared", "Seen too"]);
    ana.patch(&format!("{org}/members/{}", ben.id()), json!({ "role": "member" })).await.ok();
    ana.task(&open, "Too late").await;
    let over =
        until("it is over", async || Some(ana.get(&path).await.ok()).filter(|webhook| webhook["status"] == "disabled"))
            .await;
    assert_eq!((&over["note"], titles(&sink.got()).len()), (&json!("maker_may_not"), 3));
    // Whoever makes it active again sees what is sent from now on, and nothing is missing.
    ana.patch(&path, json!({ "active": true })).await.ok();
    assert_eq!(titles(&sink.wait(4).await)[3], "Too late");
    ana.delete(&org).await.ok();
    app.stop().await;
}

#[tokio::test]
async fn what_is_not_taken_is_sent_again_and_holds_up_what_comes_after_it() {
    let (sink, other, clock) = (Sink::start().await, Sink::start().await, Clock::manual(Clock::system().now()));
    let overrides = Overrides { clock: Some(clock.clone()), ..Overrides::default() };
    let app = App::start_with(overrides, &["--egress-allow", &sink.url, "--egress-allow", &other.url]).await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let board = ana.board(&org, json!({})).await;
    let only = json!({ "events": ["task.created"] });
    let (path, _) = hook(&ana, &org, &sink, only.clone()).await;
    hook(&ana, &org, &other, only).await;
    sink.answer(&[500, 302, 404], 200);
    for title in ["One", "Two", "Three"] {
        ana.task(&board, title).await;
    }
    // The other one is not held up.
    assert_eq!(titles(&other.wait(3).await), ["One", "Two", "Three"]);
    let failing = async |count: u64| {
        until("it failed so often", async || {
            Some(ana.get(&path).await.ok()).filter(|webhook| webhook["failed"].as_u64() == Some(count))
        })
        .await
    };
    assert_eq!(failing(1).await["status"], "active");
    clock.advance(7 * SECOND);
    failing(2).await;
    clock.advance(6 * 60 * SECOND);
    failing(3).await;
    assert_eq!(titles(&sink.got()), ["One", "One", "One"]);
    clock.advance(40 * 60 * SECOND);
    let got = sink.wait(6).await;
    assert_eq!(titles(&got), ["One", "One", "One", "One", "Two", "Three"]);
    let ids: Vec<&str> = got.iter().map(|got| got.header("webhook-id")).collect();
    assert!(ids[..4].iter().all(|id| *id == ids[0]) && ids[4] != ids[0]);
    app.stop().await;
}

#[tokio::test]
async fn after_three_days_or_at_its_own_word_a_webhook_is_disabled_and_goes_on_where_it_stopped() {
    let (sink, clock) = (Sink::start().await, Clock::manual(Clock::system().now()));
    let app = sending(&sink, Some(&clock)).await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let board = ana.board(&org, json!({})).await;
    let (path, _) = hook(&ana, &org, &sink, json!({ "events": ["task.created"] })).await;
    sink.answer(&[], 503);
    let begun = clock.now();
    ana.task(&board, "Kept").await;
    let store = app.server.engine.store.clone();
    let id = path.rsplit('/').next().expect("an id").parse().expect("an id");
    let now = async || store.webhooks().find(id).await.expect("the store").expect("it is there");
    let over = until("it is over", async || {
        let webhook = now().await;
        if webhook.note.is_some() {
            return Some(webhook);
        }
        clock.advance(if webhook.attempts > 0 { HOUR } else { 0 });
        None
    })
    .await;
    assert_eq!(over.note.as_deref(), Some("failing"));
    assert!(clock.now() - begun >= 72 * HOUR, "it was tried for {} hours", (clock.now() - begun) / HOUR);
    assert_eq!(sink.got().len(), 10);
    let ana = super::dropped::again(&app, &ana.email).await;
    let mails = app.get("/api/v1/mailbox").await.ok();
    assert!(mails.to_string().contains("Nothing is sent to Everything any more"), "{mails}");
    sink.answer(&[], 200);
    ana.patch(&path, json!({ "active": true })).await.ok();
    assert_eq!(titles(&sink.wait(11).await[10..]), ["Kept"]);
    // At its own word at once.
    sink.answer(&[410], 200);
    ana.task(&board, "Gone").await;
    until("it is gone", async || (now().await.note.as_deref() == Some("gone")).then_some(())).await;
    // What happened meanwhile may be left out.
    ana.task(&board, "Skipped").await;
    let position = ana.task_position(&board, "Skipped too").await;
    until("lists are there", async || (*app.server.engine.listed.borrow() >= position).then_some(())).await;
    ana.patch(&path, json!({ "active": true, "skip": true })).await.ok();
    ana.task(&board, "After").await;
    assert_eq!(titles(&sink.wait(13).await[12..]), ["After"]);
    app.stop().await;
}

impl Person<'_> {
    /// Makes a task and says where in the journal that was.
    async fn task_position(&self, board: &str, title: &str) -> lockstep_protocol::position::Position {
        let read = self.get(board).await.ok();
        let column = read["columns"][0]["column_id"].clone();
        let made = self.post(&format!("{board}/tasks"), json!({ "column_id": column, "title": title })).await.created();
        text(&made["position"]).parse().expect("a position")
    }
}

#[tokio::test]
async fn a_chat_is_told_in_a_line_that_calls_nobody() {
    let sink = Sink::start().await;
    let app = sending(&sink, None).await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let board = ana.board(&org, json!({})).await;
    let (_, secret) = hook(&ana, &org, &sink, json!({ "kind": "slack", "name": "Chat" })).await;
    assert_eq!(secret, "");
    let task = ana.task(&board, "Ring <!channel> & run").await;
    let comment = json!({ "comment_id": uuid::Uuid::now_v7(), "text": "Look: <https://evil.example|x>" });
    ana.post(&format!("{task}/comments"), comment).await.created();
    let got = sink.wait(2).await;
    let said: Vec<String> = got.iter().map(|got| text(&got.json()["text"]).to_owned()).collect();
    assert!(
        said[0].starts_with("Ana created <http") && said[0].ends_with("|PLAN-1 Ring &lt;!channel&gt; &amp; run>"),
        "{said:?}"
    );
    assert!(said[1].ends_with("\n> Look: &lt;https://evil.example|x&gt;"), "{said:?}");
    assert_eq!(got[0].header("webhook-signature"), "");
    app.stop().await;
}
