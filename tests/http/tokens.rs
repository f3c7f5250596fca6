//! Access tokens for programs over the real surface.

use futures_util::future::join_all;
use lockstep::{app::serve::Overrides, clock::Clock};
use lockstep_protocol::limits::Limits;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Answer, App, Person, send, text};

const SECOND: i64 = 1_000_000;
const STAND_IN: &str = "01900000-0000-7000-8000-0000000000ff";

pub async fn make(person: &Person<'_>, scopes: &[&str]) -> Value {
    person.post("/api/v1/me/tokens", json!({ "name": "Script", "scopes": scopes })).await.created()
}

async fn with(app: &App, token: &Value, method: Method, path: &str, body: Option<Value>) -> Answer {
    let mut request = app.request(method, path).bearer_auth(text(&token["token"]));
    if let Some(body) = body {
        request = request.json(&body);
    }
    send(request).await
}

#[tokio::test]
async fn a_token_is_shown_once_listed_used_and_revoked_at_once() {
    let clock = Clock::manual(1_800_000_000 * SECOND);
    let app = App::start_with(Overrides { clock: Some(clock.clone()), ..Overrides::default() }, &[]).await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let made = make(&ana, &["account", "read"]).await;
    assert!(text(&made["token"]).starts_with("lsp_"), "{made}");
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

    let until = json!({ "name": "Short", "scopes": ["account"], "expires_at": clock.now() + 60 * SECOND });
    let short = ana.post("/api/v1/me/tokens", until).await.created();
    with(&app, &short, Method::GET, "/api/v1/me", None).await.ok();
    clock.advance(60 * SECOND);
    with(&app, &short, Method::GET, "/api/v1/me", None).await.refused("unauthenticated");
    for (body, code, field) in [
        (json!({ "name": "x", "scopes": [] }), "field_required", "scopes"),
        (json!({ "name": "x", "scopes": ["read", "read"] }), "field_invalid", "scopes"),
        (json!({ "name": "x", "scopes": ["root"] }), "field_invalid", "scopes[0]"),
        (json!({ "name": " ", "scopes": ["read"] }), "field_required", "name"),
        (json!({ "name": "x", "scopes": ["read"], "expires_at": 5 }), "field_invalid", "expires_at"),
    ] {
        assert_eq!(ana.post("/api/v1/me/tokens", body).await.refused(code)["field"], field);
    }
    app.stop().await;
}

/// SECURITY.md row 38.
#[tokio::test]
async fn of_many_tokens_made_at_once_there_are_no_more_than_may_be() {
    let app = App::start_limited(Limits { tokens_per_account_max: 3, ..Limits::default() }).await;
    let ana = app.person("Ana").await;
    let body = json!({ "name": "Script", "scopes": ["read"] });
    let made = join_all((0..30).map(|_| ana.post("/api/v1/me/tokens", body.clone()))).await;
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
    let asked: Vec<(Method, String, Option<Value>, &[&str])> = vec![
        (Method::GET, "/api/v1/me".to_owned(), None, &["account"]),
        (Method::GET, "/api/v1/orgs".to_owned(), None, &["read", "write", "admin"]),
        (Method::GET, board.clone(), None, &["read", "write", "admin"]),
        (Method::GET, task.clone(), None, &["read", "write", "admin"]),
        (Method::GET, format!("{board}/history"), None, &["read", "write", "admin"]),
        (Method::POST, format!("{board}/tasks"), Some(title), &["write"]),
        (Method::POST, format!("{task}/comments"), Some(json!({ "text": "x" })), &["write"]),
        (Method::POST, format!("{board}/columns"), Some(json!({ "name": "x", "kind": "active" })), &["write"]),
        (Method::PATCH, board.clone(), Some(json!({ "name": "Renamed" })), &["admin"]),
        (Method::PATCH, org.clone(), Some(json!({ "name": "Renamed" })), &["admin"]),
        (Method::POST, format!("{org}/teams"), Some(json!({ "name": "Team" })), &["admin"]),
        (Method::POST, format!("{org}/placeholders"), Some(json!({ "account_id": STAND_IN, "name": "x" })), &["admin"]),
    ];
    for scope in ["account", "read", "write", "admin"] {
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

/// What decides about log-ins takes none, whatever its scopes; so does any route that says nothing of scopes.
#[tokio::test]
async fn a_token_opens_no_route_that_does_not_say_so() {
    const ID: &str = "01900000-0000-7000-8000-000000000001";
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let token = make(&ana, &["account", "read", "write", "admin"]).await;
    let document = app.get("/api/openapi.json").await.ok();
    let mut shut = Vec::new();
    for (path, operations) in document["paths"].as_object().expect("paths") {
        for (method, operation) in operations.as_object().expect("operations") {
            if operation["security"] == json!([]) || operation.get("x-token-scopes").is_some() {
                continue;
            }
            let parts = path.split('/').map(|part| if part.starts_with('{') { ID } else { part });
            let filled = parts.collect::<Vec<_>>().join("/");
            let method: Method = method.to_uppercase().parse().expect("a method");
            with(&app, &token, method.clone(), &filled, Some(json!({}))).await.refused("forbidden");
            shut.push(format!("{method} {path}"));
        }
    }
    for route in [
        "POST /api/v1/me/password",
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
    ] {
        assert!(shut.iter().any(|known| known == route), "{route} is not shut: {shut:#?}");
    }
    app.stop().await;
}
