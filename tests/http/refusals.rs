//! Bodies and queries that are refused, each naming its field.

use lockstep_protocol::limits::Limits;
use reqwest::Method;
use serde_json::json;

use super::{App, PASSWORD, send, text};

#[tokio::test]
async fn a_body_is_exactly_what_is_documented() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let board = ana.board(&org, json!({})).await;
    let task = ana.task(&board, "Task").await;
    let column = ana.column(&board, 0).await;
    let other = "01900000-0000-7000-8000-000000000001";
    let bodies = [
        ("/api/v1/orgs".to_owned(), json!({}), "field_required", "name"),
        ("/api/v1/orgs".to_owned(), json!({ "name": 1 }), "field_invalid", "name"),
        ("/api/v1/orgs".to_owned(), json!({ "name": "x", "owner_id": ana.id() }), "field_invalid", "owner_id"),
        (format!("{org}/boards"), json!({ "name": "x", "visibility": "secret" }), "field_invalid", "visibility"),
        (format!("{org}/invitations"), json!({ "email": "x@y.zz", "role": "king" }), "field_invalid", "role"),
        (format!("{board}/tasks"), json!({ "column_id": column }), "field_required", "title"),
        (format!("{board}/tasks"), json!({ "column_id": "x", "title": "t" }), "field_invalid", "column_id"),
        (
            format!("{board}/tasks"),
            json!({ "column_id": column, "title": "t", "due": { "at": 1 } }),
            "field_required",
            "due.has_time",
        ),
        (
            format!("{board}/tasks"),
            json!({ "column_id": column, "title": "t", "created_by": other }),
            "field_invalid",
            "created_by",
        ),
        (format!("{task}/move"), json!({ "column_id": column, "index": 3 }), "field_invalid", "index"),
        (format!("{task}/move"), json!({ "column_id": column, "task_id": other }), "field_invalid", "task_id"),
        (format!("{task}/complete"), json!({ "by": other }), "field_invalid", "by"),
        (format!("{task}/comments"), json!({ "text": "x", "author_id": other }), "field_invalid", "author_id"),
        (format!("{board}/commands"), json!({ "client_id": other, "client_seq": 1 }), "field_required", "body"),
    ];
    for (path, body, code, field) in bodies {
        let problem = ana.post(&path, body.clone()).await.refused(code);
        assert_eq!(problem["field"], field, "{path} {body}");
    }
    app.stop().await;
}

#[tokio::test]
async fn an_account_that_asks_without_pause_is_braked_and_nobody_else() {
    let limits = Limits { requests_per_second_max: 1, requests_burst_max: 6, ..Limits::default() };
    let app = App::start_limited(limits).await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let wish = json!({ "name": "Nightly", "scopes": ["account"], "password": PASSWORD });
    let token = ana.post("/api/v1/me/tokens", wish).await.created();
    let by_token = || app.request(Method::GET, "/api/v1/me").bearer_auth(text(&token["token"]));
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(ana.get("/api/v1/me").await.status.as_u16());
        statuses.push(send(by_token()).await.status.as_u16());
    }
    assert_eq!(statuses[..5], [200; 5], "what may come at once");
    let braked = send(by_token()).await;
    assert_eq!((braked.status.as_u16(), braked.header("retry-after")), (429, "1"));
    assert_eq!(braked.refused("rate_limited")["limit"], 1);
    ben.get("/api/v1/me").await.ok();
    app.stop().await;
}

#[tokio::test]
async fn bytes_that_are_no_json_are_malformed() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let deep = format!("{{\"name\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    for body in ["", "{", "nul", "{\"name\":\"x\"} {}", "{\"name\":\"\u{0}", deep.as_str()] {
        let request = ana.request(Method::POST, "/api/v1/orgs").header("content-type", "application/json");
        let answer = send(request.body(body.to_owned())).await;
        assert!(
            ["malformed", "field_invalid"].contains(&answer.body["code"].as_str().unwrap_or("")),
            "{}",
            answer.body
        );
    }
    let request = ana.request(Method::POST, "/api/v1/orgs").header("content-type", "application/json");
    send(request.body(vec![0xff, 0xfe, 0x00])).await.refused("malformed");
    app.stop().await;
}

#[tokio::test]
async fn a_query_is_exactly_what_is_documented() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let board = ana.board(&org, json!({})).await;
    for query in [
        format!("{board}/tasks?limit=0"),
        format!("{board}/tasks?limit=501"),
        format!("{board}/tasks?limit=x"),
        format!("{board}/tasks?lifecycle=gone"),
        format!("{board}/tasks?cursor=x"),
        format!("{board}/tasks?sort=title"),
        format!("{board}?min_seq=-1"),
        format!("{org}/boards?min_position=x"),
        format!("{board}/history?limit=100000"),
    ] {
        ana.get(&query).await.refused("field_invalid");
    }
    let mut request = ana.request(Method::POST, "/api/v1/orgs").json(&json!({ "name": "x" }));
    request = request.header("idempotency-key", "k".repeat(256));
    assert_eq!(send(request).await.refused("field_invalid")["field"], "Idempotency-Key");
    app.stop().await;
}

#[tokio::test]
async fn what_is_said_twice_is_refused() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let board = ana.board(&org, json!({})).await;
    let column = ana.column(&board, 0).await;
    for (path, body, field) in [
        ("/api/v1/orgs".to_owned(), r#"{"name":"a","name":"b"}"#.to_owned(), "name"),
        (format!("{org}/teams"), r#"{"name":"a","name":"a"}"#.to_owned(), "name"),
        // Of fields that are read twice, with the path between.
        (format!("{board}/columns"), r#"{"name":"a","name":"b"}"#.to_owned(), "name"),
        (
            format!("{board}/tasks"),
            format!(r#"{{"title":"t","column_id":"{column}","due":{{"at":1,"at":2,"has_time":true}}}}"#),
            "due.at",
        ),
    ] {
        let request = ana.request(Method::POST, &path).header("content-type", "application/json").body(body.clone());
        assert_eq!(send(request).await.refused("field_invalid")["field"], field, "{path} {body}");
    }
    ana.get(&format!("{board}/tasks?limit=1&limit=2")).await.refused("field_invalid");
    app.stop().await;
}
