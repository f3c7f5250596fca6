//! Two nodes on one PostgreSQL, without Redis: what happened on one holds on the other at once where it must.

use lockstep::app::serve::Overrides;
use reqwest::Method;
use serde_json::{Value, json};

use super::{App, PASSWORD, send, text};
use crate::support::{postgres, until};

async fn two() -> (App, App) {
    let url = postgres::database().await;
    let flags = ["--database-url", url.as_str(), "--public-url", "http://boards.example.org"];
    let one = App::start_with(Overrides::default(), &flags).await;
    let folder = App::folder();
    let (from, to) = (one.folder.path().join("keys"), folder.path().join("keys"));
    std::fs::create_dir(&to).expect("made");
    for entry in std::fs::read_dir(from).expect("keys") {
        let entry = entry.expect("a key");
        std::fs::copy(entry.path(), to.join(entry.file_name())).expect("copied");
    }
    let two = App::start_in(folder, Overrides::default(), &flags).await;
    (one, two)
}

#[tokio::test]
async fn a_log_in_on_one_node_holds_on_the_other_at_once() {
    let (one, two) = two().await;
    let ana = one.person("Ana").await;
    let on_two = async |token: &Value| send(two.request(Method::GET, "/api/v1/me").bearer_auth(text(token))).await;
    on_two(&ana.tokens["access_token"]).await.ok();
    let login = json!({ "email": ana.email, "password": PASSWORD, "refresh_in": "body" });
    for _ in 0..8 {
        // The account is live on the second node by now, and nothing tells it of this log-in.
        let tokens = one.post("/api/v1/auth/login", login.clone()).await.ok();
        on_two(&tokens["access_token"]).await.ok();
        let refresh = json!({ "refresh_token": tokens["refresh_token"] });
        two.post("/api/v1/auth/refresh", refresh).await.ok();
    }
    one.stop().await;
    two.stop().await;
}

#[tokio::test]
async fn a_log_out_on_one_node_is_known_to_the_other_soon() {
    let (one, two) = two().await;
    let ana = one.person("Ana").await;
    let on_two = async || {
        let request = two.request(Method::GET, "/api/v1/me").bearer_auth(ana.token());
        send(request).await.status.as_u16()
    };
    assert_eq!(on_two().await, 200);
    ana.post("/api/v1/auth/logout", json!({})).await.is(204);
    let logged_out = std::time::Instant::now();
    until("the session is closed there too", async || (on_two().await == 401).then_some(())).await;
    assert!(logged_out.elapsed().as_secs_f64() < 2.0, "{:?}", logged_out.elapsed());
    // Nothing is committed in its name meanwhile, wherever it asks: the append is guarded.
    let create = two.request(Method::POST, "/api/v1/orgs").bearer_auth(ana.token()).json(&json!({ "name": "x" }));
    send(create).await.refused("session_revoked");
    one.stop().await;
    two.stop().await;
}
