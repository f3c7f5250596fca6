//! `lockstep plan` on the PostgreSQL of nodes that run, and of none.

use reqwest::Method;
use serde_json::{Value, json};

use super::cluster::{Cluster, Person, Process, connect, found, register};
use crate::{
    http::plan::plan,
    support::{node::id, until},
};

async fn ask(node: &Process, who: &Person, method: Method, path: &str, body: Value) -> Value {
    let request = reqwest::Client::new().request(method, node.url(path)).bearer_auth(&who.token).json(&body);
    request.send().await.expect("an answer").json().await.unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_an_operator_changes_holds_on_every_node_for_the_next_command() {
    let mut cluster = Cluster::start(2).await;
    let ana = register(&cluster.nodes[0], "ana@example.org").await;
    let mut client = connect(cluster.nodes[0].address, &ana, id().into()).await;
    let place = found(&mut client).await;
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let (url, path) = (cluster.database.clone(), folder.path().to_str().expect("a path").to_owned());
    let org = place.org.to_string();
    let on = async |more: &[&str]| {
        plan(&[&["--data-dir", &path, "--database-url", &url, &org], more].concat()).await.says("boards ");
    };
    let boards = format!("/api/v1/orgs/{org}/boards");
    let new_board = async |node: &Process| ask(node, &ana, Method::POST, &boards, json!({ "name": "Plan" })).await;
    let usage = format!("/api/v1/orgs/{org}/usage");
    let shows = async |node: &Process, most: u64| {
        until("the usage page shows it", async || {
            let usage = ask(node, &ana, Method::GET, &usage, json!({})).await;
            (usage["boards_max"] == most).then_some(())
        })
        .await;
    };
    // Both know the organization as it was.
    for node in &cluster.nodes {
        ask(node, &ana, Method::GET, &usage, json!({})).await;
    }
    on(&["--boards-max", "1"]).await;
    for node in &cluster.nodes {
        assert_eq!(new_board(node).await["code"], "limit_reached");
    }
    on(&["--boards-max", "2"]).await;
    assert!(new_board(&cluster.nodes[1]).await["board_id"].is_string(), "there is room at once");
    assert_eq!(new_board(&cluster.nodes[0]).await["code"], "limit_reached");
    for node in &cluster.nodes {
        shows(node, 2).await;
    }
    for node in &mut cluster.nodes {
        node.child.kill().await.expect("kills");
    }
    on(&["--boards-max", "3"]).await;
    cluster.add(&[]).await;
    let node = &cluster.nodes[2];
    shows(node, 3).await;
    assert!(new_board(node).await["board_id"].is_string());
    assert_eq!(new_board(node).await["code"], "limit_reached");
}
