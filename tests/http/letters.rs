//! An organization's letters and news in its own words: written by who manages its settings, looked at before, and said from then on.

use lockstep::{app::serve::Overrides, clock::Clock};
use serde_json::{Value, json};

use super::{App, Person, text};
use crate::support::{smtp::MailServer, until};

async fn mailing(server: &MailServer) -> App {
    let clock = Clock::manual(Clock::system().now() + 60_000_000);
    let overrides = Overrides { clock: Some(clock), ..Overrides::default() };
    let url = server.url();
    App::start_with(
        overrides,
        &["--smtp-url", &url, "--mail-from", "Lockstep <no-reply@boards.example>", "--registration", "open"],
    )
    .await
}

async fn mail(server: &MailServer, part: &str) -> Value {
    until(&format!("a mail with {part:?}"), async || {
        server
            .mails()
            .into_iter()
            .find(|mail| text(&mail["subject"]).contains(part) || text(&mail["text"]).contains(part))
    })
    .await
}

fn named<'a>(list: &'a Value, language: &str, name: &str) -> &'a Value {
    let items = list["items"].as_array().expect("items");
    items.iter().find(|item| item["language"] == language && item["name"] == name).expect(name)
}

async fn proved(app: &App, who: &Person<'_>) {
    let id = who.id().parse().expect("an id");
    assert!(app.server.engine.store.accounts().set_email(id, &who.email, 1).await.expect("the store"));
}

fn invitation() -> Value {
    json!({ "subject": "Come to {organization}", "lines": ["Dear colleague,", "{inviter} & all of us <wait> for you."], "button": "Come in", "after": [] })
}

#[tokio::test]
async fn letters_are_said_in_the_organizations_own_words_until_it_takes_them_back() {
    let server = MailServer::start(&[]).await;
    let app = mailing(&server).await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    proved(&app, &ben).await;
    let org = ana.organization().await;
    let letters = format!("{org}/letters");
    let list = ana.get(&letters).await.ok();
    assert_eq!(list["items"].as_array().map(Vec::len), Some(40), "three letters and seventeen lines, in two languages");
    let usual = named(&list, "en", "invitation");
    assert_eq!((&usual["placeholders"], usual["own"].is_null()), (&json!(["inviter", "organization", "role"]), true));
    assert_eq!(text(&usual["usual"]["subject"]), "{inviter} invites you to {organization}");

    // Looked at: nothing is kept or sent.
    let path = format!("{letters}/en/invitation");
    let seen = ana.post(&format!("{path}/preview"), invitation()).await.ok();
    let name = text(&ana.get(&org).await.ok()["name"]).to_owned();
    assert_eq!(text(&seen["subject"]), format!("Come to {name}"));
    assert!(text(&seen["html"]).contains("Ana &amp; all of us &lt;wait&gt; for you."), "{seen}");
    assert!(named(&ana.get(&letters).await.ok(), "en", "invitation")["own"].is_null());

    // Written, it is what goes out; in the other language ours are said.
    let kept = ana.put(&path, invitation()).await.ok();
    assert_eq!((&kept["own"], kept["changed_at"].is_i64()), (&invitation(), true));
    let invite = async |email: &str| {
        ana.post(&format!("{org}/invitations"), json!({ "email": email, "role": "member" })).await.created()
    };
    invite("cid@example.org").await;
    let came = mail(&server, &format!("Come to {name}")).await;
    assert!(
        text(&came["text"]).contains("Ana & all of us <wait> for you.") && text(&came["text"]).contains("Come in:\n"),
        "{came}"
    );
    assert!(text(&came["text"]).contains("/invite#"), "the button leads there: {came}");
    ana.delete(&path).await.is(204);
    ana.delete(&path).await.refused("not_found");
    invite("dan@example.org").await;
    mail(&server, &format!("Ana invites you to {name}")).await;

    // A line of news, in the reader's language, on every way.
    ben.patch("/api/v1/me", json!({ "locale": "de-CH" })).await.ok();
    ana.join(&org, &ben, "member").await;
    ana.put(&format!("{letters}/de/news.assigned"), json!({ "subject": "Für dich von {who}: {what}" })).await.ok();
    ana.put(&format!("{letters}/en/news.assigned"), json!({ "subject": "Not in English" })).await.ok();
    let board = ana.board(&org, json!({ "visibility": "organization" })).await;
    let task = ana.task(&board, "Write it down").await;
    ana.post(&format!("{task}/assign"), json!({ "account_id": ben.id() })).await.ok();
    mail(&server, "Für dich von Ana: PLAN-1 Write it down").await;
    // Of another organization nothing is changed.
    let other = ana.organization().await;
    ana.join(&other, &ben, "member").await;
    let board = ana.board(&other, json!({ "visibility": "organization" })).await;
    let task = ana.task(&board, "Elsewhere").await;
    ana.post(&format!("{task}/assign"), json!({ "account_id": ben.id() })).await.ok();
    mail(&server, "Ana hat dir PLAN-1 Elsewhere").await;

    // Who goes is told so in its words.
    let goodbye = json!({ "subject": "Farewell, {name}", "lines": ["Thank you."] });
    ana.put(&format!("{letters}/de/goodbye"), goodbye).await.ok();
    ana.delete(&format!("{org}/members/{}", ben.id())).await.ok();
    mail(&server, "Farewell, Ben").await;
    app.stop().await;
}

#[tokio::test]
async fn only_who_manages_the_settings_writes_letters_and_no_address_gets_into_one() {
    let app = App::start().await;
    let (ana, ben, eve) = (app.person("Ana").await, app.person("Ben").await, app.person("Eve").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let path = format!("{org}/letters/en/invitation");
    for (who, code) in [(&ben, "forbidden"), (&eve, "not_found")] {
        who.get(&format!("{org}/letters")).await.refused(code);
        who.put(&path, invitation()).await.refused(code);
        who.post(&format!("{path}/preview"), invitation()).await.refused(code);
        who.delete(&path).await.refused(code);
    }
    for nowhere in ["fr/invitation", "en/reset_password", "en/news.nothing", "EN/invitation"] {
        ana.put(&format!("{org}/letters/{nowhere}"), invitation()).await.refused("not_found");
    }
    let with = |field: &str, value: Value| {
        let mut words = invitation();
        words[field] = value;
        words
    };
    for (words, code, field) in [
        (with("subject", json!("")), "field_required", "subject"),
        (with("subject", json!("x".repeat(201))), "field_too_long", "subject"),
        (with("subject", json!("Come\r\nBcc: all")), "field_invalid", "subject"),
        (with("lines", json!([])), "field_required", "lines"),
        (with("lines", json!(vec!["x"; 21])), "field_too_long", "lines"),
        (with("lines", json!(["x".repeat(2_001)])), "field_too_long", "lines"),
        (with("lines", json!(["Log in at https://evil.example"])), "field_invalid", "lines"),
        (with("lines", json!(["Log in at evil.example"])), "field_invalid", "lines"),
        (with("button", json!("{code}")), "field_invalid", "button"),
        (with("button", Value::Null), "field_required", "button"),
    ] {
        for refused in [ana.put(&path, words.clone()).await, ana.post(&format!("{path}/preview"), words.clone()).await]
        {
            assert_eq!(refused.refused(code)["field"], field, "{words}");
        }
    }
    assert!(named(&ana.get(&format!("{org}/letters")).await.ok(), "en", "invitation")["own"].is_null());
    app.stop().await;
}
