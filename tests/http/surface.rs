//! What holds for every route: headers, authentication, problem details, bounds.

use std::collections::BTreeSet;

use lockstep_protocol::limits::Limits;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{App, send};

const ID: &str = "01900000-0000-7000-8000-000000000001";

/// Every method and path of the document, ids filled in, and whether anybody may ask.
async fn routes(app: &App) -> Vec<(Method, String, bool)> {
    let document = app.get("/api/openapi.json").await.ok();
    assert_eq!(document["openapi"], "3.1.0");
    let mut routes = Vec::new();
    for (path, operations) in document["paths"].as_object().expect("paths") {
        for (method, operation) in operations.as_object().expect("operations") {
            let parts = path.split('/').map(|part| if part.starts_with('{') { ID } else { part });
            let method = method.to_uppercase().parse().expect("a method");
            routes.push((method, parts.collect::<Vec<_>>().join("/"), operation["security"] == json!([])));
        }
    }
    routes
}

#[tokio::test]
async fn every_route_carries_the_same_security_headers() {
    let app = App::start().await;
    let mut seen = BTreeSet::new();
    let mut paths: Vec<_> = routes(&app).await.into_iter().map(|(method, path, _)| (method, path)).collect();
    for path in ["/api/openapi.json", "/api/nothing", "/nothing.js"] {
        paths.push((Method::GET, path.to_owned()));
    }
    paths.push((Method::TRACE, "/api/v1/me".to_owned()));
    for (method, path) in paths {
        let answer = send(app.request(method.clone(), &path).json(&json!({}))).await;
        let names = [
            "content-security-policy",
            "cross-origin-opener-policy",
            "cross-origin-resource-policy",
            "permissions-policy",
            "referrer-policy",
            "x-content-type-options",
            "x-frame-options",
            "server",
            "access-control-allow-origin",
        ];
        let lines: Vec<String> = names.iter().map(|name| format!("{name}: {}", answer.header(name))).collect();
        assert_eq!(answer.header("x-request-id").len(), 32, "{method} {path}");
        seen.insert(lines.join("\n"));
    }
    assert_eq!(seen.len(), 1, "{seen:#?}");
    insta::assert_snapshot!("data_headers", seen.pop_first().expect("one"));
    let page = app.get("/").await;
    insta::assert_snapshot!("page_policy", page.header("content-security-policy"));
    app.stop().await;
}

#[tokio::test]
async fn without_a_token_every_closed_route_is_closed() {
    let app = App::start().await;
    let mut closed = 0;
    for (method, path, open) in routes(&app).await {
        if open {
            continue;
        }
        closed += 1;
        for value in ["", "Bearer", "Bearer ", "Bearer x.y.z", "Basic YTpi", "bearer null", "Token x"] {
            let mut request = app.request(method.clone(), &path).json(&json!({}));
            if !value.is_empty() {
                request = request.header("authorization", value);
            }
            let answer = send(request).await;
            assert_eq!(answer.status.as_u16(), 401, "{method} {path} with {value:?}: {}", answer.body);
            assert_eq!(answer.header("www-authenticate"), "Bearer");
            answer.refused("unauthenticated");
        }
        let doubled = app.request(method, &format!("{path}?access_token=x")).json(&json!({}));
        send(doubled.header("authorization", "Bearer a").header("authorization", "Bearer b")).await.is(401);
    }
    assert!(closed > 50, "only {closed} closed routes");
    app.stop().await;
}

#[tokio::test]
async fn a_stranger_finds_nothing_and_is_always_told_the_same() {
    let app = App::start().await;
    let (ana, eve) = (app.person("Ana").await, app.person("Eve").await);
    let org = ana.organization().await;
    let board = ana.board(&org, json!({ "visibility": "private" })).await;
    let task = ana.task(&board, "Secret").await;
    let own = eve.organization().await;
    let board_id = board.rsplit('/').next().expect("an id");
    let told = async |path: String| {
        let mut problem = eve.get(&path).await.refused("not_found");
        problem.as_object_mut().expect("an object").remove("request_id");
        problem
    };
    let missing = told(format!("{own}/boards/{ID}")).await;
    for path in [
        org.clone(),
        board.clone(),
        task.clone(),
        format!("{org}/members"),
        format!("{board}/history"),
        format!("{board}/tasks"),
        // A foreign board under an organization of one's own.
        format!("{own}/boards/{board_id}"),
        format!("{own}/boards/{board_id}/tasks"),
        format!("/api/v1/orgs/{ID}"),
        "/api/v1/orgs/no-id".to_owned(),
    ] {
        assert_eq!(told(path.clone()).await, missing, "{path}");
    }
    for (method, path) in [
        (Method::DELETE, board.clone()),
        (Method::DELETE, task.clone()),
        (Method::POST, format!("{board}/archive")),
        (Method::POST, format!("{own}/boards/{board_id}/archive")),
        (Method::POST, format!("{task}/complete")),
    ] {
        send(eve.request(method, &path)).await.refused("not_found");
    }
    app.stop().await;
}

#[tokio::test]
async fn what_is_no_route_is_said_in_the_same_form() {
    let app = App::start().await;
    app.get("/api/v1/nothing").await.refused("not_found");
    app.get("/.well-known/nothing").await.refused("not_found");
    send(app.request(Method::PUT, "/api/v1/me")).await.refused("method_not_allowed");
    send(app.request(Method::POST, "/")).await.refused("method_not_allowed");
    app.get(&format!("/api/v1/me?x={}", "a".repeat(5_000))).await.refused("too_large");
    let keys = app.get("/.well-known/jwks.json").await.ok();
    assert_eq!((&keys["keys"][0]["crv"], keys["keys"][0].get("d")), (&json!("Ed25519"), None));
    app.get("/livez").await.is(204);
    assert_eq!(
        app.get("/readyz").await.ok(),
        json!({ "ready": true, "journal": true, "disk": true, "accepting": true })
    );
    app.stop().await;
}

#[tokio::test]
async fn a_request_is_bounded_in_size_and_time() {
    let limits = Limits { http_header_timeout_ms: 200, ..Limits::default() };
    let app = App::start_limited(limits).await;
    let limit = Limits::default().http_body_bytes_max;
    let padded = |bytes: usize| format!("{{\"name\":\"{}\"}}", "x".repeat(bytes.saturating_sub(11)));
    let ana = app.person("Ana").await;
    for (bytes, code) in [(limit, "field_too_long"), (limit + 1, "too_large"), (limit * 40, "too_large")] {
        let request = ana.request(Method::POST, "/api/v1/orgs").header("content-type", "application/json");
        let problem = send(request.body(padded(bytes))).await.refused(code);
        assert!(problem["limit"].is_number(), "{problem}");
    }
    let mut socket = tokio::net::TcpStream::connect(app.server.address).await.expect("connects");
    socket.write_all(b"GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: ").await.expect("written");
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(crate::support::DEADLINE, socket.read_to_end(&mut rest)).await;
    assert!(ended.is_ok(), "headers that never end are cut off");
    app.stop().await;
}

#[tokio::test]
async fn large_answers_are_compressed_and_log_ins_never() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let ask =
        |path: &'static str, coding: &'static str| app.request(Method::GET, path).header("accept-encoding", coding);
    for coding in ["br", "gzip"] {
        let answer = ask("/api/openapi.json", coding).send().await.expect("an answer");
        assert_eq!(answer.headers()["content-encoding"], coding);
    }
    let body = json!({ "email": ana.email, "password": super::PASSWORD, "refresh_in": "body" });
    let login = app.request(Method::POST, "/api/v1/auth/login").header("accept-encoding", "br, gzip").json(&body);
    assert!(send(login).await.headers.get("content-encoding").is_none());
    app.stop().await;
}

#[tokio::test]
async fn no_answer_tells_about_the_machine() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let mut told = Vec::new();
    for (method, path, _) in routes(&app).await {
        if path.contains("/auth/") {
            continue;
        }
        let answer = send(ana.request(method, &path).json(&json!({ "name": 1 }))).await;
        assert!(answer.status.as_u16() < 500, "{path}: {}", answer.body);
        told.push(answer.body);
    }
    let told = Value::from(told).to_string();
    for word in ["sqlite", "select ", "/src/", ".rs:", "panicked", "target/", "$argon2"] {
        assert!(!told.contains(word), "{word}");
    }
    app.stop().await;
}

#[tokio::test]
async fn trace_is_no_method() {
    let app = App::start().await;
    for path in ["/", "/api/v1/me", "/api/v1/auth/login", "/livez"] {
        send(app.request(Method::TRACE, path).header("x-told", "1")).await.refused("method_not_allowed");
    }
    app.stop().await;
}

#[tokio::test]
async fn data_is_kept_by_no_shared_cache() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let board = ana.board(&org, json!({})).await;
    let task = ana.task(&board, "Task").await;
    for path in
        ["/api/v1/me", "/api/v1/me/sessions", "/api/v1/orgs", &format!("{org}/members"), &format!("{board}/tasks")]
    {
        assert_eq!(ana.get(path).await.header("cache-control"), "no-store", "{path}");
    }
    // What has an entity tag may lie in the browser of whoever asked, and is asked about again each time.
    for path in [&org, &board, &task] {
        let answer = ana.get(path).await;
        assert!(["no-store", "private, no-cache"].contains(&answer.header("cache-control")), "{path}: {answer:?}");
    }
    let body = json!({ "email": ana.email, "password": super::PASSWORD, "refresh_in": "body" });
    assert_eq!(app.post("/api/v1/auth/login", body).await.header("cache-control"), "no-store");
    app.stop().await;
}

#[tokio::test]
async fn a_socket_that_is_refused_is_told_in_the_same_form() {
    let app = App::start().await;
    let upgrade = |path: &str| {
        app.request(Method::GET, path)
            .header("connection", "upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
    };
    send(upgrade("/ws").header("origin", "https://evil.example")).await.refused("origin_refused");
    let problem = send(upgrade("/ws")).await.refused("malformed");
    assert_eq!(problem["field"], "sec-websocket-protocol");
    send(upgrade("/ws?token=x")).await.refused("malformed");
    app.stop().await;
}

/// Two readers that disagree where a request ends can be made to see another one in its body (RFC 9112 section 11.2).
#[tokio::test]
async fn no_request_hides_in_another() {
    let app = App::start().await;
    let hidden = "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n";
    let ask = async |framing: &str| {
        let mut socket = tokio::net::TcpStream::connect(app.server.address).await.expect("connects");
        let head = format!("POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{framing}\r\n");
        socket.write_all(head.as_bytes()).await.expect("written");
        socket.write_all(hidden.as_bytes()).await.expect("written");
        let mut answer = Vec::new();
        // What is refused may be cut off.
        let read = tokio::time::timeout(crate::support::DEADLINE, socket.read_to_end(&mut answer)).await;
        assert!(read.is_ok(), "{framing}");
        String::from_utf8_lossy(&answer).into_owned()
    };
    for framing in [
        "Content-Length: 4\r\nContent-Length: 9\r\n",
        "Content-Length: 4, 9\r\n",
        "Content-Length: +4\r\n",
        "Content-Length: 0x4\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Content-Length: 0\r\n Transfer-Encoding: chunked\r\n",
    ] {
        let answer = ask(framing).await;
        assert!(!answer.contains("204 No Content"), "{framing:?}: {answer}");
        assert!(answer.matches("HTTP/1.1").count() <= 1, "{framing:?}: {answer}");
    }
    app.stop().await;
}
