//! Names, pictures and job titles changed through one node, told on another, where they are read at once.

use std::time::{Duration, Instant};

use lockstep_protocol::{
    frame::ServerMessage,
    ids::{AccountId, ClientId},
};
use reqwest::Method;
use serde_json::{Value, json};

use super::cluster::{Cluster, Person, Place, Process, connect, found, register};
use crate::{support::node::id, ws::client::Client};

/// As long as an event may take when nodes cannot speak to each other: a scan, and a look.
const TOLD_WITHIN: Duration = Duration::from_secs(2);

async fn ask(node: &Process, person: &Person, method: Method, path: &str, body: Value) -> Value {
    let request = reqwest::Client::new().request(method, node.url(path)).bearer_auth(&person.token).json(&body);
    let answer = request.send().await.expect("an answer");
    assert!(answer.status().is_success(), "{path}: {}", answer.status());
    answer.json().await.unwrap_or_default()
}

/// Waits for the next word, which is of this person alone.
async fn word(client: &mut Client, of: AccountId) {
    let told = client
        .pick(|message| if let ServerMessage::ProfilesChanged(told) = message { Some(told.clone()) } else { None })
        .await;
    assert_eq!(told.profiles.iter().map(|changed| changed.account_id).collect::<Vec<_>>(), [of]);
}

async fn entry(node: &Process, person: &Person, place: Place, of: AccountId) -> Value {
    let path = format!("/api/v1/orgs/{}/members?ids={of}", place.org);
    let answer = reqwest::Client::new().get(node.url(&path)).bearer_auth(&person.token).send().await;
    let page: Value = answer.expect("an answer").json().await.expect("members");
    page["items"][0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn r62_what_somebody_is_called_is_told_and_read_on_another_node_with_redis_and_without() {
    let mut cluster = Cluster::start(2).await;
    let ana = register(&cluster.nodes[0], "ana@example.org").await;
    let ben = register(&cluster.nodes[0], "ben@example.org").await;
    let mut own = connect(cluster.nodes[0].address, &ana, ClientId(id())).await;
    let place = found(&mut own).await;
    let invitations = format!("/api/v1/orgs/{}/invitations", place.org);
    let invited = ask(&cluster.nodes[0], &ana, Method::POST, &invitations, json!({ "role": "member" })).await;
    let code = invited["link"].as_str().and_then(|link| link.split_once('#')).expect("a code").1;
    ask(&cluster.nodes[0], &ben, Method::POST, "/api/v1/invitations/accept", json!({ "code": code })).await;
    let mut bens = connect(cluster.nodes[1].address, &ben, ClientId(id())).await;
    bens.join_live(place.board).await;
    for (name, redis) in [("Ana Weber", true), ("Ana Weber-Kunz", false)] {
        if !redis {
            cluster.redis.kill();
        }
        let (here, there) = (&cluster.nodes[0], &cluster.nodes[1]);
        let changed = Instant::now();
        ask(here, &ana, Method::PATCH, "/api/v1/me", json!({ "name": name })).await;
        word(&mut bens, ana.account).await;
        assert!(changed.elapsed() < TOLD_WITHIN, "{:?}, redis: {redis}", changed.elapsed());
        assert_eq!(entry(there, &ben, place, ana.account).await["name"], name);
        // A job title is of one organization and told in the same way.
        let path = format!("/api/v1/orgs/{}/members/{}", place.org, ana.account);
        ask(here, &ana, Method::PATCH, &path, json!({ "title": format!("Head of {name}") })).await;
        word(&mut bens, ana.account).await;
        assert_eq!(entry(there, &ben, place, ana.account).await["title"], format!("Head of {name}"));
    }
}
