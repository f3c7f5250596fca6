//! The embedded web app.

use reqwest::Method;

use super::{App, send, text};

#[tokio::test]
async fn the_app_answers_its_addresses_and_nothing_else() {
    let app = App::start().await;
    let index = app.get("/").await;
    assert!(index.header("content-type").starts_with("text/html"), "{index:?}");
    assert_eq!(index.header("cache-control"), "no-cache");
    assert!(!index.header("etag").is_empty());
    let page = index.body.clone();
    for path in ["/login", "/o/some/b/thing", "/o/1/b/2?task=3"] {
        assert_eq!(app.get(path).await.body, page, "{path}");
    }
    for path in ["/assets/gone-12345678.js", "/nothing.png", "/../Cargo.toml", "/.env", "/%2e%2e/keys/refresh.key"] {
        app.get(path).await.refused("not_found");
    }
    let again = send(app.request(Method::GET, "/").header("if-none-match", index.header("etag"))).await;
    assert_eq!(again.status.as_u16(), 304);
    let head = send(app.request(Method::HEAD, "/login")).await;
    assert_eq!((head.status.as_u16(), head.body.as_str()), (200, Some("")));
    app.stop().await;
}

#[tokio::test]
async fn hashed_files_are_kept_for_ever() {
    let app = App::start().await;
    let page = app.get("/").await;
    let scripts: Vec<String> = text(&page.body)
        .split('"')
        .filter(|part| part.starts_with("/assets/") && part.ends_with(".js"))
        .map(str::to_owned)
        .collect();
    // A server built without the web app says so on its page.
    assert!(!scripts.is_empty() || text(&page.body).contains("make run"), "{}", page.body);
    for script in scripts {
        let answer = app.get(&script).await;
        assert_eq!(answer.status.as_u16(), 200);
        assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");
        assert!(answer.header("content-type").contains("javascript"));
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
    app.stop().await;
}

/// A service worker that a browser keeps for longer than a page would stay behind the server.
#[tokio::test]
async fn the_service_worker_is_asked_for_anew_and_may_be_run() {
    let app = App::start().await;
    let page = app.get("/").await;
    let policy = page.header("content-security-policy");
    assert!(policy.contains("worker-src 'self'") && policy.contains("script-src 'self'"), "{policy}");
    let worker = app.get("/sw.js").await;
    // A server built without the web app has none.
    if !text(&page.body).contains("make run") {
        assert_eq!((worker.status.as_u16(), worker.header("cache-control")), (200, "no-cache"));
        assert!(worker.header("content-type").contains("javascript"), "{worker:?}");
        let again = send(app.request(Method::GET, "/sw.js").header("if-none-match", worker.header("etag"))).await;
        assert_eq!(again.status.as_u16(), 304);
    }
    app.stop().await;
}

#[tokio::test]
async fn what_is_text_says_its_charset() {
    let app = App::start().await;
    let page = app.get("/").await;
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let named = text(&page.body).split('"').filter(|part| part.starts_with('/') && part.contains('.'));
    for path in named {
        let kind = app.get(path).await.header("content-type").to_owned();
        let is_text = ["text/", "image/svg"].iter().any(|start| kind.starts_with(start));
        assert_eq!(is_text, kind.ends_with("; charset=utf-8"), "{path}: {kind}");
    }
    app.stop().await;
}
