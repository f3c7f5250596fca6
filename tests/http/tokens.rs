//! Access tokens for programs over the real surface.

use futures_util::future::join_all;
use lockstep::{app::serve::Overrides, clock::Clock};
use lockstep_protocol::limits::Limits;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Answer, App, PASSWORD, Person, send, text};

const SECOND: i64 = 1_000_000;
const START: i64 = 1_800_000_000 * SECOND;
const STAND_IN: &str = "01900000-0000-7000-8000-0000000000ff";
const SCOPES: [&str; 4] = ["account", "read", "write", "admin"];

/// A new token of somebody.
pub async fn make(person: &Person<'_>, scopes: &[&str]) -> Value {
    let body = json!({ "name": "Script", "scopes": scopes, "password": PASSWORD });
    person.post("/api/v1/me/tokens", body).await.created()
}

/// What a program with this token is answered.
pub async fn with(app: &App, token: &Value, method: Method, path: &str, body: Option<Value>) -> Answer {
    let mut request = app.request(method, path).bearer_auth(text(&token["token"]));
    if let Some(body) = body {
        request = request.json(&body);
    }
    send(request).await
}

async fn manual() -> (App, Clock) {
    let clock = Clock::manual(START);
    let overrides = Overrides { clock: Some(clock.clone()), ..Overrides::default() };
    (App::start_with(overrides, &[]).await, clock)
}

#[tokio::test]
async fn a_token_is_shown_once_listed_used_and_revoked_at_once() {
    let (app, clock) = manual().await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let made = make(&ana, &["account", "read"]).await;
    assert!(text(&made["token"]).starts_with("lsp_"), "{made}");
    assert!(made.get("last_used_at").is_none(), "{made}");
    let me = with(&app, &made, Method::GET, "/api/v1/me", None).await.ok();
    assert_eq!(me["account_id"], ana.tokens["account_id"]);
    let listed = ana.get("/api/v1/me/tokens").await.ok();
    let entry = &listed["items"][0];
    assert_eq!((&entry["token_id"], &entry["name"]), (&made["token_id"], &json!("Script")));
    assert_eq!((&entry["scopes"], &entry["last_used_at"]), (&json!(["account", "read"]), &json!(clock.now())));
    assert!(!listed.to_string().contains("lsp_") && entry.get("expires_at").is_none(), "{listed}");
    let path = format!("/api/v1/me/tokens/{}", text(&made["token_id"]));
    ben.delete(&path).await.refused("not_found");
    ana.delete(&path).await.is(204);
    with(&app, &made, Method::GET, "/api/v1/me", None).await.refused("unauthenticated");
    assert_eq!(ana.get("/api/v1/me/tokens").await.ok()["items"], json!([]));
    ana.delete(&path).await.refused("not_found");
    app.stop().await;
}

#[tokio::test]
async fn a_token_ends_by_itself_and_what_it_is_to_be_is_checked() {
    let (app, clock) = manual().await;
    let mut ana = app.person("Ana").await;
    let now = clock.now();
    let until =
        json!({ "name": "Short", "scopes": ["account"], "expires_at": now + 60 * SECOND, "password": PASSWORD });
    let short = ana.post("/api/v1/me/tokens", until).await.created();
    with(&app, &short, Method::GET, "/api/v1/me", None).await.ok();
    clock.advance(60 * SECOND);
    with(&app, &short, Method::GET, "/api/v1/me", None).await.refused("unauthenticated");
    for (mut body, code, field) in [
        (json!({ "name": "x", "scopes": [] }), "field_required", "scopes"),
        (json!({ "name": "x", "scopes": ["read", "read"] }), "field_invalid", "scopes"),
        (json!({ "name": "x", "scopes": ["root"] }), "field_invalid", "scopes[0]"),
        (json!({ "name": " ", "scopes": ["read"] }), "field_required", "name"),
        (json!({ "name": "x".repeat(2_000), "scopes": ["read"] }), "field_too_long", "name"),
        (json!({ "name": "x", "scopes": ["read"], "expires_at": 5 }), "field_invalid", "expires_at"),
        (json!({ "name": "x", "scopes": ["read"], "expires_at": i64::MAX }), "field_invalid", "expires_at"),
    ] {
        body["password"] = json!(PASSWORD);
        assert_eq!(ana.post("/api/v1/me/tokens", body).await.refused(code)["field"], field);
    }
    // With the next one that is made, the one whose time is over is gone, and what a making that was cut off left.
    make(&ana, &["read"]).await;
    clock.advance(601 * SECOND);
    let login = json!({ "email": ana.email, "password": PASSWORD, "refresh_in": "body" });
    ana.tokens = app.post("/api/v1/auth/login", login).await.ok();
    let last = make(&ana, &["read"]).await;
    let account = ana.id().parse().expect("an id");
    let kept = app.server.engine.store.accounts().tokens(account).await.expect("a store");
    assert_eq!(kept.len(), 2, "{kept:?}");
    assert_eq!(kept[0].id.to_string(), text(&last["token_id"]));
    app.stop().await;
}

#[tokio::test]
async fn making_one_takes_the_password_is_on_record_and_is_told_by_mail() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let body = json!({ "name": "Backup <b>", "scopes": ["read"] });
    let with_password = |password: &str| {
        let mut body = body.clone();
        body["password"] = json!(password);
        body
    };
    assert_eq!(ana.post("/api/v1/me/tokens", body.clone()).await.refused("field_required")["field"], "password");
    let wrong = with_password("copper-violin-harbor-17");
    assert_eq!(ana.post("/api/v1/me/tokens", wrong).await.refused("field_invalid")["field"], "password");
    let made = ana.post("/api/v1/me/tokens", with_password(PASSWORD)).await.created();
    let mails = app.get("/api/v1/mailbox").await.ok().to_string();
    assert!(mails.contains("An access token was made") && mails.contains("Backup <b>"), "{mails}");
    assert!(!mails.contains("lsp_"), "the token itself is in no mail");
    ana.delete(&format!("/api/v1/me/tokens/{}", text(&made["token_id"]))).await.is(204);
    let account = lockstep_protocol::ids::AccountId(ana.id().parse().expect("an id"));
    let events = app.server.engine.store.journal().read(account.into(), 0, 100).await.expect("a journal");
    let tags: Vec<&str> = events.iter().map(|event| event.tag.as_str()).filter(|tag| tag.contains("token")).collect();
    assert_eq!(tags, ["user.token.created", "user.token.revoked"]);
    app.stop().await;
}

/// SECURITY.md row 38.
#[tokio::test]
async fn of_many_tokens_made_at_once_there_are_no_more_than_may_be() {
    let limits = Limits { tokens_per_account_max: 3, login_attempts_max: 1_000, ..Limits::default() };
    let app = App::start_limited(limits).await;
    let ana = app.person("Ana").await;
    let body = json!({ "name": "Script", "scopes": ["read"], "password": PASSWORD });
    let made = join_all((0..10).map(|_| ana.post("/api/v1/me/tokens", body.clone()))).await;
    assert_eq!(made.iter().filter(|answer| answer.status == 201).count(), 3, "{made:?}");
    for answer in made.into_iter().filter(|answer| answer.status != 201) {
        assert_eq!(answer.refused("limit_reached")["limit"], 3);
    }
    assert_eq!(ana.get("/api/v1/me/tokens").await.ok()["items"].as_array().map(Vec::len), Some(3));
    app.stop().await;
}

#[tokio::test]
async fn a_scope_opens_what_it_says_and_nothing_else() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let board = ana.board(&org, json!({})).await;
    let task = ana.task(&board, "One").await;
    let column = ana.column(&board, 0).await;
    let title = json!({ "column_id": column, "title": "Two" });
    let myself = format!("{org}/members/{}", ana.id());
    let door = |body: Value| Some(json!({ "body": body, "client_id": STAND_IN, "client_seq": 1 }));
    let asked: Vec<(Method, String, Option<Value>, &[&str])> = vec![
        (Method::GET, "/api/v1/me".to_owned(), None, &["account"]),
        (Method::GET, "/api/v1/orgs".to_owned(), None, &["read", "write", "admin"]),
        (Method::GET, board.clone(), None, &["read", "write", "admin"]),
        (Method::GET, task.clone(), None, &["read", "write", "admin"]),
        (Method::GET, format!("{board}/history"), None, &["read", "write", "admin"]),
        (Method::GET, format!("{org}/invitations"), None, &["admin"]),
        (Method::POST, format!("{org}/boards"), Some(json!({ "name": "Second" })), &["write"]),
        (Method::POST, format!("{board}/tasks"), Some(title), &["write"]),
        (Method::POST, format!("{task}/comments"), Some(json!({ "text": "x" })), &["write"]),
        (Method::POST, format!("{board}/columns"), Some(json!({ "name": "x", "kind": "active" })), &["write"]),
        (Method::POST, format!("{board}/commands"), door(json!({ "type": "board.update", "name": "Y" })), &["admin"]),
        (Method::PATCH, board.clone(), Some(json!({ "name": "Renamed" })), &["admin"]),
        (Method::PATCH, org.clone(), Some(json!({ "name": "Renamed" })), &["admin"]),
        (Method::PATCH, myself, Some(json!({ "title": "Boss" })), &["admin"]),
        (Method::POST, format!("{org}/teams"), Some(json!({ "name": "Team" })), &["admin"]),
        (Method::POST, format!("{org}/placeholders"), Some(json!({ "account_id": STAND_IN, "name": "x" })), &["admin"]),
        (Method::POST, "/api/v1/orgs".to_owned(), Some(json!({ "name": "Another" })), &[]),
        (Method::DELETE, org.clone(), None, &[]),
    ];
    for scope in SCOPES {
        let token = make(&ana, &[scope]).await;
        for (method, path, body, scopes) in &asked {
            let answer = with(&app, &token, method.clone(), path, body.clone()).await;
            if scopes.contains(&scope) {
                assert!(answer.status.is_success(), "{scope}: {method} {path}: {}", answer.body);
            } else {
                assert_eq!(answer.status, 403, "{scope}: {method} {path}");
                answer.refused("forbidden");
            }
        }
    }
    // Nor may a token do what its owner may not.
    let eve = app.person("Eve").await;
    let token = make(&eve, &["read", "write", "admin"]).await;
    with(&app, &token, Method::GET, &board, None).await.refused("not_found");
    app.stop().await;
}

/// Every route, as the document describes it, with a token of every scope: what it does not name it refuses, and what decides about
/// log-ins names none.
#[tokio::test]
async fn a_token_opens_no_route_that_does_not_say_so() {
    const ID: &str = "01900000-0000-7000-8000-000000000001";
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let mut tokens = Vec::new();
    for scope in SCOPES {
        tokens.push((vec![scope], make(&ana, &[scope]).await));
    }
    tokens.push((SCOPES.to_vec(), make(&ana, &SCOPES).await));
    let document = app.get("/api/openapi.json").await.ok();
    let mut shut = Vec::new();
    for (path, operations) in document["paths"].as_object().expect("paths") {
        for (method, operation) in operations.as_object().expect("operations") {
            // Public links have these for themselves, and whatever else is shown there is nobody's: `tests/http/links.rs`.
            if operation["security"] == json!([]) || path.starts_with("/api/v1/shared") {
                continue;
            }
            let named: Vec<&str> = operation["x-token-scopes"].as_array().into_iter().flatten().map(text).collect();
            let parts = path.split('/').map(|part| if part.starts_with('{') { ID } else { part });
            let filled = parts.collect::<Vec<_>>().join("/");
            let method: Method = method.to_uppercase().parse().expect("a method");
            for (held, token) in &tokens {
                let reads = |scope: &&str| matches!(*scope, "read" | "write" | "admin") && named.contains(&"read");
                let opens = held.iter().any(|scope| named.contains(scope) || reads(scope));
                let answer = with(&app, token, method.clone(), &filled, Some(json!({}))).await;
                if !opens {
                    answer.refused("forbidden");
                } else {
                    // What of a thing that is not there: the token was taken.
                    assert!(answer.status != 401 && answer.body["code"] != "forbidden", "{held:?}: {method} {path}");
                }
            }
            if named.is_empty() {
                shut.push(format!("{method} {path}"));
            }
        }
    }
    for route in [
        "POST /api/v1/me/password",
        "POST /api/v1/me/email",
        "POST /api/v1/me/totp",
        "POST /api/v1/me/passkeys",
        "POST /api/v1/me/recovery-codes",
        "POST /api/v1/me/tokens",
        "GET /api/v1/me/tokens",
        "DELETE /api/v1/me/tokens/{token}",
        "GET /api/v1/me/sessions",
        "DELETE /api/v1/me/sessions/{session}",
        "POST /api/v1/auth/logout_all",
        "PATCH /api/v1/me",
        "DELETE /api/v1/me",
        "POST /api/v1/orgs",
        "POST /api/v1/invitations/accept",
        "POST /api/v1/orgs/{org}/service-accounts",
        "POST /api/v1/orgs/{org}/service-accounts/{account}/tokens",
    ] {
        assert!(shut.iter().any(|known| known == route), "{route} is not shut: {shut:#?}");
    }
    // A log-out with one ends nothing, of nobody.
    with(&app, &tokens[4].1, Method::POST, "/api/v1/auth/logout", Some(json!({}))).await.is(204);
    ana.get("/api/v1/me/tokens").await.ok();
    app.stop().await;
}
