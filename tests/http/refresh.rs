//! Refresh tokens: rotation, reuse, the grace for lost answers, and the rules of the cookie.

use lockstep::{app::serve::Overrides, clock::Clock};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Answer, App, PASSWORD, send, text};

const SECOND: i64 = 1_000_000;

async fn refresh(app: &App, token: &Value, agent: &str) -> Answer {
    let body = json!({ "refresh_token": token });
    send(app.request(Method::POST, "/api/v1/auth/refresh").header("user-agent", agent).json(&body)).await
}

async fn log_in(app: &App, email: &str, agent: &str) -> Value {
    let body = json!({ "email": email, "password": PASSWORD, "refresh_in": "body" });
    send(app.request(Method::POST, "/api/v1/auth/login").header("user-agent", agent).json(&body)).await.ok()
}

async fn held(flags: &[&str]) -> (App, Clock) {
    let clock = Clock::manual(1_800_000_000 * SECOND);
    (App::start_with(Overrides { clock: Some(clock.clone()), ..Overrides::default() }, flags).await, clock)
}

#[tokio::test]
async fn a_token_is_used_once_and_its_reuse_ends_the_session() {
    let (app, clock) = held(&[]).await;
    let ana = app.person("Ana").await;
    let first = log_in(&app, &ana.email, "A").await;
    let second = refresh(&app, &first["refresh_token"], "A").await.ok();
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    assert_eq!(second["session_id"], first["session_id"]);
    clock.advance(11 * SECOND);
    let third = refresh(&app, &second["refresh_token"], "A").await.ok();
    // The thief comes with what was used before.
    refresh(&app, &first["refresh_token"], "A").await.refused("session_revoked");
    refresh(&app, &third["refresh_token"], "A").await.refused("unauthenticated");
    let request = app.request(Method::GET, "/api/v1/me").bearer_auth(text(&third["access_token"]));
    send(request).await.refused("session_revoked");
    ana.get("/api/v1/me").await.ok();
    app.stop().await;
}

#[tokio::test]
async fn a_lost_answer_is_given_again_to_the_same_client_only() {
    let (app, clock) = held(&[]).await;
    let ana = app.person("Ana").await;
    let first = log_in(&app, &ana.email, "A").await;
    let second = refresh(&app, &first["refresh_token"], "A").await.ok();
    clock.advance(9 * SECOND);
    let again = refresh(&app, &first["refresh_token"], "A").await.ok();
    assert_eq!(again["refresh_token"], second["refresh_token"], "the same successor");
    let first = log_in(&app, &ana.email, "A").await;
    refresh(&app, &first["refresh_token"], "A").await.ok();
    refresh(&app, &first["refresh_token"], "B").await.refused("session_revoked");
    app.stop().await;
}

#[tokio::test]
async fn of_twenty_that_refresh_at_once_all_get_the_same_successor() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let first = log_in(&app, &ana.email, "A").await;
    let all = (0..20).map(|_| refresh(&app, &first["refresh_token"], "A"));
    let answers: Vec<Value> = futures_util::future::join_all(all).await.into_iter().map(Answer::ok).collect();
    assert!(answers.iter().all(|answer| answer["refresh_token"] == answers[0]["refresh_token"]));
    app.stop().await;
}

#[tokio::test]
async fn tokens_end_by_time() {
    let (app, clock) = held(&[]).await;
    let ana = app.person("Ana").await;
    let tokens = log_in(&app, &ana.email, "A").await;
    clock.advance(606 * SECOND);
    let me = app.request(Method::GET, "/api/v1/me").bearer_auth(text(&tokens["access_token"]));
    let answer = send(me).await;
    assert_eq!(answer.header("www-authenticate"), "Bearer error=\"invalid_token\"");
    answer.refused("token_expired");
    let next = refresh(&app, &tokens["refresh_token"], "A").await.ok();
    clock.advance(14 * 86_400 * SECOND);
    refresh(&app, &next["refresh_token"], "A").await.refused("unauthenticated");
    app.stop().await;
}

fn cookie_of(answer: &Answer) -> String {
    answer.header("set-cookie").split(';').next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_cookie_counts_only_from_our_own_script_on_our_own_page() {
    let (app, _) = held(&[]).await;
    let ana = app.person("Ana").await;
    let body = json!({ "email": ana.email, "password": PASSWORD });
    let answer = app.post("/api/v1/auth/login", body).await;
    assert!(answer.body.get("refresh_token").is_none(), "a script must not have it");
    let attributes: Vec<&str> = answer.header("set-cookie").split("; ").skip(1).collect();
    assert_eq!(attributes, ["Path=/", "HttpOnly", "SameSite=Strict", "Max-Age=1209600"]);
    let cookie = cookie_of(&answer);
    let ask = async |origin: Option<&str>, own_header: bool, body: Value| {
        let mut request = app.request(Method::POST, "/api/v1/auth/refresh").header("cookie", &cookie).json(&body);
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        if own_header {
            request = request.header("x-lockstep", "1");
        }
        send(request).await
    };
    let own = app.url.clone();
    for origin in ["https://evil.example", "null", "http://127.0.0.1", "http://127.0.0.1.evil.example", ""] {
        ask(Some(origin), true, json!({})).await.refused("origin_refused");
    }
    ask(None, true, json!({})).await.refused("origin_refused");
    ask(Some(&own), false, json!({})).await.refused("origin_refused");
    let answer = ask(Some(&own), true, json!({ "refresh_in": "body" })).await;
    assert_ne!(cookie_of(&answer), cookie, "rotated");
    assert!(answer.ok().get("refresh_token").is_none(), "what came in a cookie never leaves in a body");
    app.stop().await;
}

#[tokio::test]
async fn a_form_of_a_foreign_page_cannot_log_anybody_in() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let body = json!({ "email": ana.email, "password": PASSWORD }).to_string();
    for media in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""] {
        let request = app.request(Method::POST, "/api/v1/auth/login").header("content-type", media).body(body.clone());
        send(request).await.refused("unsupported_media_type");
    }
    let request = app.request(Method::POST, "/api/v1/auth/login").header("origin", "https://evil.example");
    send(request.header("content-type", "application/json").body(body)).await.refused("origin_refused");
    let preflight = app.request(Method::OPTIONS, "/api/v1/auth/login").header("origin", "https://evil.example");
    let answer = send(preflight.header("access-control-request-method", "POST")).await;
    assert_eq!(answer.header("access-control-allow-origin"), "");
    app.stop().await;
}

#[tokio::test]
async fn behind_https_the_cookie_is_bound_to_the_host() {
    let (app, _) = held(&["--public-url", "https://boards.example.org"]).await;
    let ana = app.person("Ana").await;
    let answer = app.post("/api/v1/auth/login", json!({ "email": ana.email, "password": PASSWORD })).await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-lockstep_refresh=lsr_") && cookie.ends_with("; Secure"), "{cookie}");
    assert!(answer.header("strict-transport-security").starts_with("max-age="));
    app.stop().await;
}
