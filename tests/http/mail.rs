//! What goes by mail: registering by a link, proving an address, a forgotten password. With a real mail server.

use reqwest::Method;
use serde_json::{Value, json};

use super::{App, PASSWORD, Person, send, text};
use crate::support::smtp::{MailServer, code_of};

const OTHER: &str = "copper-violin-harbor-17";
const FROM: &str = "Lockstep <no-reply@boards.example>";

async fn mailing(server: &MailServer, more: &[&str]) -> App {
    let url = server.url();
    let flags = ["--smtp-url", &url, "--mail-from", FROM];
    App::start_with(lockstep::app::serve::Overrides::default(), &[&flags[..], more].concat()).await
}

/// A server that mails, where people register as before.
async fn open(server: &MailServer) -> App {
    mailing(server, &["--registration", "open"]).await
}

fn newcomer(email: &str) -> Value {
    json!({ "email": email, "password": PASSWORD, "name": "Ana", "locale": "de-CH", "refresh_in": "body" })
}

async fn log_in(app: &App, email: &str, password: &str) -> super::Answer {
    app.post("/api/v1/auth/login", json!({ "email": email, "password": password, "refresh_in": "body" })).await
}

/// Removes what differs from one request to the next.
fn plain(answer: super::Answer) -> (u16, Value) {
    let mut body = answer.body;
    if let Some(body) = body.as_object_mut() {
        body.remove("request_id");
        if let Some(pending) = body.get_mut("pending") {
            *pending = json!(text(pending).len());
        }
    }
    (answer.status.as_u16(), body)
}

#[tokio::test]
async fn an_account_is_made_by_the_link_and_not_before() {
    let server = MailServer::start(&[]).await;
    let app = mailing(&server, &[]).await;
    assert_eq!(app.get("/api/v1/server").await.ok()["registration"], "verified");
    assert_eq!(app.get("/api/v1/server").await.ok()["mailbox"], false);
    app.get("/api/v1/mailbox").await.refused("not_found");
    let pending = app.post("/api/v1/auth/register", newcomer("ana@example.org")).await.is(202);
    log_in(&app, "ana@example.org", PASSWORD).await.refused("unauthenticated");
    let mail = server.mail_to("ana@example.org", 1).await;
    assert_eq!((text(&mail["from"]), text(&mail["sender"])), ("no-reply@boards.example", "Lockstep"));
    assert_eq!((text(&mail["subject"]), text(&mail["automatic"])), ("Bestätige deine Adresse", "auto-generated"));
    let code = code_of(&mail);
    assert!(text(&mail["html"]).contains(&format!("/confirm#{code}")));
    // The link alone is worth nothing: it may have been asked for by somebody else.
    let confirm = "/api/v1/auth/register/confirm";
    let problem = app.post(confirm, json!({ "code": code })).await.refused("field_required");
    assert_eq!(problem["field"], "password");
    let wrong = json!({ "code": code, "password": OTHER });
    assert_eq!(app.post(confirm, wrong).await.refused("field_invalid")["field"], "password");
    let right = json!({ "code": code, "pending": pending["pending"], "refresh_in": "body" });
    let tokens = app.post(confirm, right.clone()).await.created();
    assert_eq!(app.post(confirm, right).await.refused("code_expired")["status"], 410);
    let ana = Person { app: &app, tokens, email: "ana@example.org".into() };
    let me = ana.get("/api/v1/me").await.ok();
    assert_eq!((&me["email_verified"], &me["locale"], &me["name"]), (&json!(true), &json!("de-CH"), &json!("Ana")));
    assert_eq!(me["orgs"][0]["role"], "owner");
    assert_eq!(server.mail_to("ana@example.org", 2).await["subject"], "Willkommen bei Lockstep");
    log_in(&app, "ana@example.org", PASSWORD).await.ok();
    app.stop().await;
}

#[tokio::test]
async fn another_device_completes_a_registration_with_the_password() {
    let server = MailServer::start(&[]).await;
    let app = mailing(&server, &[]).await;
    app.post("/api/v1/auth/register", newcomer("ana@example.org")).await.is(202);
    let code = code_of(&server.mail_to("ana@example.org", 1).await);
    let body = json!({ "code": code, "password": PASSWORD, "pending": "of another browser", "refresh_in": "body" });
    app.post("/api/v1/auth/register/confirm", body).await.created();
    app.stop().await;
}

#[tokio::test]
async fn no_answer_tells_whether_an_address_is_known() {
    let server = MailServer::start(&[]).await;
    let app = mailing(&server, &[]).await;
    // The demo's people are known.
    let (known, unknown) = ("ana@demo.lockstep", "nobody@example.org");
    let register = async |email: &str| plain(app.post("/api/v1/auth/register", newcomer(email)).await);
    assert_eq!(register(known).await, register(unknown).await);
    let forgot = async |email: &str| plain(app.post("/api/v1/auth/password/forgot", json!({ "email": email })).await);
    assert_eq!(forgot(known).await, forgot("another@example.org").await);
    assert_eq!(forgot(known).await.0, 202);
    // Only the owner of the address learns it.
    assert_eq!(server.mail_to(known, 1).await["subject"], "Du hast schon ein Konto");
    assert_eq!(server.mail_to(known, 3).await["subject"], "Set a new password");
    assert_eq!(server.mail_to(unknown, 1).await["subject"], "Bestätige deine Adresse");
    assert!(server.mails().iter().all(|mail| mail["to"][0] != "another@example.org"));
    app.stop().await;
}

#[tokio::test]
async fn a_forgotten_password_is_set_anew_once_and_every_session_ends() {
    let server = MailServer::start(&[]).await;
    let app = open(&server).await;
    let ana = app.person("Ana").await;
    let verify = code_of(&server.mail_to(&ana.email, 1).await);
    let forgot = json!({ "email": ana.email.to_uppercase() });
    // Whatever Host a request names, links lead to the configured address.
    let request =
        app.request(Method::POST, "/api/v1/auth/password/forgot").header("host", "evil.example").json(&forgot);
    send(request).await.is(202);
    let mail = server.mail_to(&ana.email, 2).await;
    assert!(!mail.to_string().contains("evil.example"), "{mail}");
    assert!(text(&mail["text"]).contains(&format!("{}/reset#", app.server.url)), "{mail}");
    app.post("/api/v1/auth/password/forgot", forgot).await.is(202);
    let (first, second) = (code_of(&mail), code_of(&server.mail_to(&ana.email, 3).await));
    let reset = async |code: &str, password: &str| {
        app.post("/api/v1/auth/password/reset", json!({ "code": code, "new_password": password })).await
    };
    // A password that is refused does not use the link up.
    assert_eq!(reset(&first, "password1234").await.refused("password_weak")["field"], "new_password");
    // A code for something else is none.
    reset(&verify, OTHER).await.refused("code_expired");
    let both = futures_util::future::join_all((0..20).map(|_| reset(&first, OTHER))).await;
    assert_eq!(both.iter().filter(|answer| answer.status.as_u16() == 204).count(), 1, "{both:?}");
    // The other link went with it.
    reset(&second, PASSWORD).await.refused("code_expired");
    ana.get("/api/v1/me").await.refused("session_revoked");
    log_in(&app, &ana.email, PASSWORD).await.refused("unauthenticated");
    let tokens = log_in(&app, &ana.email, OTHER).await.ok();
    let ana = Person { app: &app, tokens, email: ana.email.clone() };
    assert_eq!(ana.get("/api/v1/me").await.ok()["email_verified"], true, "the link proved it");
    let told = server.mail_to(&ana.email, 4).await;
    assert_eq!(told["subject"], "Your password was changed");
    app.stop().await;
}

#[tokio::test]
async fn links_are_mailed_three_times_and_then_with_pauses() {
    let server = MailServer::start(&[]).await;
    let app = open(&server).await;
    for email in ["ana@demo.lockstep", "nobody@example.org"] {
        let body = json!({ "email": email });
        for _ in 0..3 {
            app.post("/api/v1/auth/password/forgot", body.clone()).await.is(202);
        }
        let problem = app.post("/api/v1/auth/password/forgot", body).await.refused("rate_limited");
        assert!(problem["retry_after_ms"].as_u64().is_some_and(|wait| wait > 0), "{problem}");
    }
    app.stop().await;
}

#[tokio::test]
async fn an_address_is_proved_and_changed_by_links() {
    let server = MailServer::start(&[]).await;
    let app = open(&server).await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    assert_eq!(ana.get("/api/v1/me").await.ok()["email_verified"], false);
    let confirm = async |code: &str| app.post("/api/v1/auth/email/confirm", json!({ "code": code })).await;
    let first = code_of(&server.mail_to(&ana.email, 1).await);
    // Asked for again: the first link holds no longer.
    let again = json!({ "email": ana.email, "password": PASSWORD });
    ana.post("/api/v1/me/email", again).await.is(202);
    confirm(&first).await.refused("code_expired");
    confirm(&code_of(&server.mail_to(&ana.email, 2).await)).await.is(204);
    assert_eq!(ana.get("/api/v1/me").await.ok()["email_verified"], true);
    // Another address, with the password.
    let change = |email: &str, password: &str| json!({ "email": email, "password": password });
    let wrong = ana.post("/api/v1/me/email", change("lopez@example.org", OTHER)).await;
    assert_eq!(wrong.refused("field_invalid")["field"], "password");
    ana.post("/api/v1/me/email", change("lopez@example.org", PASSWORD)).await.is(202);
    let me = ana.get("/api/v1/me").await.ok();
    assert_eq!((text(&me["email"]), text(&me["pending_email"])), (ana.email.as_str(), "lopez@example.org"));
    confirm(&code_of(&server.mail_to("lopez@example.org", 1).await)).await.is(204);
    let me = ana.get("/api/v1/me").await.ok();
    assert_eq!((text(&me["email"]), &me["pending_email"]), ("lopez@example.org", &Value::Null));
    assert_eq!(server.mail_to(&ana.email, 4).await["subject"], "Your address was changed");
    log_in(&app, "lopez@example.org", PASSWORD).await.ok();
    log_in(&app, &ana.email, PASSWORD).await.refused("unauthenticated");
    // An address that is somebody's: the same answer, and only they hear of it.
    ana.post("/api/v1/me/email", change(&ben.email, PASSWORD)).await.is(202);
    assert_eq!(server.mail_to(&ben.email, 2).await["subject"], "You have an account already");
    app.stop().await;
}

#[tokio::test]
async fn a_mail_server_that_is_busy_is_asked_again_and_one_that_refuses_is_not() {
    let server = MailServer::start(&["--busy", "1", "--refuse", "gone"]).await;
    let app = mailing(&server, &[]).await;
    app.post("/api/v1/auth/register", newcomer("ana@example.org")).await.is(202);
    app.post("/api/v1/auth/register", newcomer("gone@example.org")).await.is(202);
    server.mail_to("ana@example.org", 1).await;
    let states = crate::support::until("both are decided", async || {
        let mails = app.server.engine.store.mails().newest(10).await.ok()?;
        let decided = mails.iter().all(|mail| mail.state != lockstep::store::mails::MailState::Queued);
        decided.then_some(mails)
    })
    .await;
    let gone = states.iter().find(|mail| mail.address == "gone@example.org").expect("there");
    assert_eq!((gone.state, gone.attempts), (lockstep::store::mails::MailState::Failed, 1));
    assert!(gone.last_error.as_deref().is_some_and(|error| error.contains("no such person")), "{gone:?}");
    app.stop().await;
}

#[tokio::test]
async fn a_mail_that_was_queued_is_sent_after_a_crash() {
    // Nobody listens there.
    let nowhere = crate::support::child::free_port();
    let (url, flags) = (format!("smtp://127.0.0.1:{nowhere}"), lockstep::app::serve::Overrides::default());
    let app = App::start_with(flags, &["--smtp-url", &url, "--mail-from", FROM]).await;
    app.post("/api/v1/auth/register", newcomer("ana@example.org")).await.is(202);
    let App { server: running, folder, .. } = app;
    running.stop().await;
    let server = MailServer::start(&[]).await;
    let url = server.url();
    let flags = ["--smtp-url", &url, "--mail-from", FROM];
    let app = App::start_in(folder, lockstep::app::serve::Overrides::default(), &flags).await;
    let code = code_of(&server.mail_to("ana@example.org", 1).await);
    app.post("/api/v1/auth/register/confirm", json!({ "code": code, "password": PASSWORD })).await.created();
    app.stop().await;
}

#[tokio::test]
async fn the_development_mailbox_shows_what_would_have_been_sent() {
    let app = App::start().await;
    assert_eq!(app.get("/api/v1/server").await.ok()["mailbox"], true);
    let ana = app.person("Ana").await;
    let mails = app.get("/api/v1/mailbox").await.ok();
    let mail = mails["items"].as_array().expect("a list").iter().find(|mail| mail["to"] == ana.email.as_str());
    let mail = mail.unwrap_or_else(|| panic!("{mails}"));
    assert_eq!((text(&mail["subject"]), text(&mail["state"])), ("Confirm your address", "queued"));
    app.post("/api/v1/auth/email/confirm", json!({ "code": code_of(mail) })).await.is(204);
    assert_eq!(ana.get("/api/v1/me").await.ok()["email_verified"], true);
    app.stop().await;
}

/// What is in the database and in the log of mails cannot be used: a code is only in the mail.
#[tokio::test]
async fn the_database_holds_no_code() {
    let server = MailServer::start(&[]).await;
    let app = mailing(&server, &[]).await;
    app.post("/api/v1/auth/register", newcomer("ana@example.org")).await.is(202);
    app.post("/api/v1/auth/password/forgot", json!({ "email": "ana@demo.lockstep" })).await.is(202);
    let codes =
        [code_of(&server.mail_to("ana@example.org", 1).await), code_of(&server.mail_to("ana@demo.lockstep", 1).await)];
    let App { server: running, folder, .. } = app;
    running.stop().await;
    let mut looked_at = 0;
    for entry in std::fs::read_dir(folder.path()).expect("a folder").flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_file()) {
            let bytes = std::fs::read(entry.path()).expect("readable");
            looked_at += bytes.len();
            for code in &codes {
                // The last part is the HMAC; the first is the id, which the database has.
                let secret = &code.as_bytes()[code.len() - 30..];
                assert!(!bytes.windows(secret.len()).any(|window| window == secret), "{:?}", entry.path());
            }
        }
    }
    assert!(looked_at > 10_000, "the database is elsewhere");
}

#[tokio::test]
async fn where_registration_is_closed_nobody_registers() {
    let server = MailServer::start(&[]).await;
    let app = mailing(&server, &["--registration", "closed"]).await;
    assert_eq!(app.get("/api/v1/server").await.ok()["registration"], "closed");
    let refused = app.post("/api/v1/auth/register", newcomer("ana@example.org")).await.refused("registration_closed");
    assert_eq!(refused["status"], 403);
    app.stop().await;
}
