//! What people are told of by text message, with a provider that takes them: to a number that is theirs, so many a day, and nothing of what they
//! may not see when it goes.

use std::{fs, path::Path};

use lockstep::{app::serve::Overrides, clock::Clock};
use lockstep_protocol::limits::Limits;
use serde_json::{Value, json};

use super::{App, PASSWORD, Person, dropped::again, text};
use crate::support::{
    sink::{Got, Sink},
    until,
};

const MINUTE: i64 = 60_000_000;
const DAY: i64 = 86_400_000_000;
const PHONE: &str = "/api/v1/me/phone";

fn secret(path: &Path, text: &str) -> String {
    fs::write(path, text).expect("written");
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("changed");
    path.display().to_string()
}

/// A server with a provider of this format, at noon, ahead of the moment at which the database began to tell people.
async fn texting(sink: &Sink, form: bool, limits: Limits) -> (App, Clock) {
    let folder = App::folder();
    let password = secret(&folder.path().join("password"), "hush\n");
    let provider = if form {
        format!(
            "url = \"{}/messages\"\nformat = \"form\"\nuser = \"AC1\"\npassword_file = \"{password}\"\n[fields]\nTo = \"{{to}}\"\nBody = \"{{text}}\"\n",
            sink.url
        )
    } else {
        format!(
            "url = \"{}/messages\"\n[fields]\nto = [\"{{to}}\"]\ntext = \"{{text}}\"\nreference = \"{{id}}\"\n[secret_fields]\nkey = \"{password}\"\n",
            sink.url
        )
    };
    let file = secret(&folder.path().join("sms.toml"), &provider);
    let clock = Clock::manual((Clock::system().now() / DAY + 1) * DAY + DAY / 2);
    let overrides = Overrides { clock: Some(clock.clone()), limits: Some(limits) };
    let app = App::start_in(folder, overrides, &["--sms-provider", &file, "--egress-allow", &sink.url]).await;
    (app, clock)
}

/// The code in a text message.
fn code(said: &str) -> String {
    let code: String = said.chars().take_while(char::is_ascii_digit).collect();
    assert_eq!(code.len(), 6, "{said}");
    code
}

fn said(got: &Got) -> String {
    text(&got.json()["text"]).to_owned()
}

fn other(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().expect("digits") + 1) % 1_000_000)
}

/// Their number is proved.
async fn proved(who: &Person<'_>, sink: &Sink, number: &str) {
    let before = sink.got().len();
    who.put(PHONE, json!({ "number": number })).await.is(202);
    let code = code(&said(&sink.wait(before + 1).await[before]));
    assert_eq!(who.post(&format!("{PHONE}/confirm"), json!({ "code": code })).await.ok()["number"], number);
}

async fn wants(who: &Person<'_>, reasons: &[&str]) {
    let changes: Vec<Value> =
        reasons.iter().map(|reason| json!({ "set": "reason", "reason": reason, "sms": true })).collect();
    who.patch("/api/v1/me/inbox/preferences", json!({ "changes": changes })).await.ok();
}

async fn listed(admin: &Person<'_>, org: &str, state: &str, count: usize) -> Vec<Value> {
    until(&format!("{count} {state}"), async || {
        let items = admin.get(&format!("{org}/deliveries?state={state}")).await.ok()["items"].clone();
        let items: Vec<Value> =
            items.as_array().expect("items").iter().filter(|item| item["outlet"] == "sms").cloned().collect();
        (items.len() == count).then_some(items)
    })
    .await
}

#[tokio::test]
async fn a_number_is_theirs_who_type_what_was_sent_to_it() {
    let sink = Sink::start().await;
    let (app, clock) = texting(&sink, true, Limits::default()).await;
    let ana = app.person("Ana").await;
    ana.patch("/api/v1/me", json!({ "locale": "de" })).await.ok();
    assert_eq!(ana.get(PHONE).await.ok(), json!({ "available": true }));
    let asked = ana.put(PHONE, json!({ "number": "0049 (170) 12-34" })).await.is(202);
    assert_eq!((text(&asked["asked"]), asked["number"].is_null()), ("+491701234", true));
    let first = sink.wait(1).await.remove(0);
    assert_eq!((first.path.as_str(), first.header("authorization")), ("/messages", "Basic QUMxOmh1c2g="));
    assert_eq!(first.header("content-type"), "application/x-www-form-urlencoded");
    let body = first.body.split('&').find_map(|pair| pair.strip_prefix("Body=")).expect("a text").to_owned();
    assert!(first.body.contains("To=%2B491701234") && body.contains("ist+dein+Lockstep-Code"), "{}", first.body);
    // Five tries, and the right one is not the sixth.
    let confirm = format!("{PHONE}/confirm");
    let right = code(&body);
    for _ in 0..5 {
        let refused = ana.post(&confirm, json!({ "code": other(&right) })).await.refused("field_invalid");
        assert_eq!(refused["field"], "code");
    }
    ana.post(&confirm, json!({ "code": right })).await.refused("code_expired");
    // Another code; that of before is worth nothing, and it holds for ten minutes.
    ana.put(PHONE, json!({ "number": "+491701234" })).await.is(202);
    let code_of = |got: &Got| code(got.body.split('&').find_map(|pair| pair.strip_prefix("Body=")).expect("a text"));
    let second = code_of(&sink.wait(2).await[1]);
    clock.advance(10 * MINUTE);
    let ana = again(&app, &ana.email).await;
    ana.post(&confirm, json!({ "code": second })).await.refused("code_expired");
    assert!(ana.get(PHONE).await.ok()["asked"].is_null());
    ana.put(PHONE, json!({ "number": "+491701234" })).await.is(202);
    let third = code_of(&sink.wait(3).await[2]);
    let spaced = format!(" {} {} ", &third[..3], &third[3..]);
    assert_eq!(
        ana.post(&confirm, json!({ "code": spaced })).await.ok(),
        json!({ "available": true, "number": "+491701234" })
    );
    ana.post(&confirm, json!({ "code": third })).await.refused("code_expired");
    // What was proved stays until another one is; whoever asks for one number again and again waits.
    ana.put(PHONE, json!({ "number": "+49 170 99999" })).await.is(202);
    assert_eq!(ana.get(PHONE).await.ok()["number"], "+491701234");
    ana.put(PHONE, json!({ "number": "+491701234" })).await.refused("rate_limited");
    ana.delete(PHONE).await.is(204);
    ana.delete(PHONE).await.refused("not_found");
    assert_eq!(ana.get(PHONE).await.ok(), json!({ "available": true }));
    app.stop().await;
}

#[tokio::test]
async fn a_number_that_is_none_or_cannot_be_reached_is_refused_and_a_program_chooses_none() {
    let sink = Sink::start().await;
    let (app, _) = texting(&sink, false, Limits { texts_per_day_max: 3, ..Limits::default() }).await;
    let ana = app.person("Ana").await;
    for number in ["030 1234567", "+49", "not a number", "+4930123456789012345"] {
        assert_eq!(ana.put(PHONE, json!({ "number": number })).await.refused("field_invalid")["field"], "number");
    }
    ana.put(PHONE, json!({ "number": "" })).await.refused("field_required");
    ana.post(&format!("{PHONE}/confirm"), json!({ "code": "123456" })).await.refused("code_expired");
    assert!(sink.got().is_empty());
    sink.answer(&[400, 500], 200);
    assert_eq!(ana.put(PHONE, json!({ "number": "+49301111111" })).await.refused("field_invalid")["field"], "number");
    ana.put(PHONE, json!({ "number": "+49302222222" })).await.refused("provider_unavailable");
    assert!(ana.get(PHONE).await.ok()["asked"].is_null(), "no code was sent");
    let token = ana
        .post("/api/v1/me/tokens", json!({ "name": "A program", "scopes": ["write"], "password": PASSWORD }))
        .await
        .created();
    let request = app.request(reqwest::Method::PUT, PHONE).bearer_auth(text(&token["token"]));
    super::send(request.json(&json!({ "number": "+49303333333" }))).await.refused("forbidden");
    // They cost money: what was tried counts.
    ana.put(PHONE, json!({ "number": "+49303333333" })).await.is(202);
    assert_eq!(ana.put(PHONE, json!({ "number": "+49304444444" })).await.refused("limit_reached")["limit"], 3);
    assert_eq!(sink.got().len(), 3);
    app.stop().await;

    let app = App::start().await;
    let ana = app.person("Ana").await;
    assert_eq!(ana.get(PHONE).await.ok(), json!({ "available": false }));
    assert_eq!(ana.put(PHONE, json!({ "number": "+49301111111" })).await.refused("field_invalid")["field"], "number");
    app.stop().await;
}

/// A provider that refuses one for good: known to an admin, without the number, and noted in the inbox.
async fn refused_for_good(ana: &Person<'_>, ben: &Person<'_>, sink: &Sink, (org, board): (&str, &str)) {
    sink.answer(&[400], 200);
    let task = ana.task(board, "Refused").await;
    ana.post(&format!("{task}/assign"), json!({ "account_id": ben.id() })).await.ok();
    let dead = listed(ana, org, "dead", 1).await;
    assert!(!dead[0].to_string().contains("49170111111"), "{dead:?}");
    until("the inbox notes it", async || {
        let items = ben.get("/api/v1/me/inbox").await.ok()["items"].clone();
        items.as_array()?.iter().find(|item| item["failed"] == json!(["sms"])).cloned()
    })
    .await;
}

#[tokio::test]
async fn who_wants_it_is_told_by_text_message_until_there_were_enough() {
    let sink = Sink::start().await;
    let (app, clock) = texting(&sink, false, Limits { texts_per_day_max: 4, ..Limits::default() }).await;
    let (ana, ben, cid) = (app.person("Ana").await, app.person("Ben").await, app.person("Cid").await);
    let org = ana.organization().await;
    for who in [&ben, &cid] {
        ana.join(&org, who, "member").await;
        wants(who, &["assigned", "mentioned"]).await;
    }
    proved(&ben, &sink, "+49170111111").await;
    let board = ana.board(&org, json!({ "visibility": "organization" })).await;
    let give = async |board: &str, title: &str| {
        let task = ana.task(board, title).await;
        for who in [&ben, &cid] {
            ana.post(&format!("{task}/assign"), json!({ "account_id": who.id() })).await.ok();
        }
        task
    };
    // Taken, though not at once; the one without a number is no delivery at all.
    sink.answer(&[503], 200);
    give(&board, "Fix the log-in").await;
    let failed = sink.wait(2).await.remove(1);
    clock.advance(MINUTE);
    let told = sink.wait(3).await.remove(2);
    assert_eq!(
        (&failed.json()["reference"], &told.json()["to"]),
        (&told.json()["reference"], &json!(["+49170111111"]))
    );
    assert_eq!(told.json()["key"], "hush");
    let words = said(&told);
    let link = format!("{}{}?task=", app.server.url, board.trim_start_matches("/api/v1"));
    assert!(
        words.starts_with("Ana gave you PLAN-1 Fix the log-in in ") && words.contains(&format!("\n{link}")),
        "{words}"
    );
    let sent = listed(&ana, &org, "sent", 1).await;
    assert_eq!((&sent[0]["account_id"], sent[0]["attempts"].as_array().map(Vec::len)), (&json!(ben.id()), Some(2)));
    // Four a day, the code and what was not taken among them.
    give(&board, "Last").await;
    sink.wait(4).await;
    give(&board, "Too many").await;
    let dropped = listed(&ana, &org, "dropped", 1).await;
    assert_eq!(dropped[0]["note"], "enough_texts");
    clock.advance(DAY);
    let (ana, ben) = (again(&app, &ana.email).await, again(&app, &ben.email).await);
    let task = ana.task(&board, "Tomorrow").await;
    ana.post(&format!("{task}/assign"), json!({ "account_id": ben.id() })).await.ok();
    assert!(said(&sink.wait(5).await[4]).contains("Tomorrow"));
    refused_for_good(&ana, &ben, &sink, (&org, &board)).await;
    // Without a number nothing goes.
    ben.delete(PHONE).await.is(204);
    let before = sink.got().len();
    let task = ana.task(&board, "Nobody").await;
    ana.post(&format!("{task}/assign"), json!({ "account_id": ben.id() })).await.ok();
    until("it is in the inbox", async || {
        let items = ben.get("/api/v1/me/inbox").await.ok()["items"].clone();
        items.as_array()?.iter().find(|item| item["shown"]["title"] == "Nobody").cloned()
    })
    .await;
    assert_eq!(sink.got().len(), before);
    app.stop().await;
}
