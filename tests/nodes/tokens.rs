//! A token for programs that is revoked on one node, and a program that is taken out there, on another node: with Redis and without.

use std::time::{Duration, Instant};

use lockstep_protocol::ids::ClientId;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::cluster::{Cluster, PASSWORD, Person, Process, connect, found, register};
use crate::support::{node::id, until};

async fn ask(node: &Process, token: &str, method: Method, path: &str, body: Value) -> (StatusCode, Value) {
    let request = reqwest::Client::new().request(method, node.url(path)).bearer_auth(token).json(&body);
    let answer = request.send().await.expect("an answer");
    (answer.status(), answer.json().await.unwrap_or_default())
}

/// A program with a new token of this list, and the path of the token.
async fn program(node: &Process, person: &Person, list: &str) -> (Person, String) {
    let new = json!({ "name": "Script", "scopes": ["account", "read"], "password": PASSWORD });
    let (status, made) = ask(node, &person.token, Method::POST, list, new).await;
    assert_eq!(status, 201, "{made}");
    let text = |name: &str| made[name].as_str().expect("text").to_owned();
    (Person { token: text("token"), account: person.account }, format!("{list}/{}", text("token_id")))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_revoked_on_one_node_is_over_on_another_with_redis_and_without() {
    let mut cluster = Cluster::start(2).await;
    let ana = register(&cluster.nodes[0], "ana@example.org").await;
    let place = found(&mut connect(cluster.nodes[0].address, &ana, ClientId(id())).await).await;
    for (redis, bound) in [(true, Duration::from_secs(1)), (false, Duration::from_secs(2))] {
        if !redis {
            cluster.redis.kill();
        }
        let (one, two) = (&cluster.nodes[0], &cluster.nodes[1]);
        let status = async |who: &Person| ask(two, &who.token, Method::GET, "/api/v1/me", json!({})).await.0;
        let (script, path) = program(one, &ana, "/api/v1/me/tokens").await;
        assert_eq!(status(&script).await, 200, "made on one node it counts on the other at once");
        let mut client = connect(two.address, &script, ClientId(id())).await;
        client.join_live(place.board).await;
        assert_eq!(ask(one, &ana.token, Method::DELETE, &path, json!({})).await.0, 204);
        let revoked = Instant::now();
        assert_eq!(status(&script).await, 401);
        assert_eq!(client.closed().await, 4403);
        assert!(revoked.elapsed() < bound, "Redis {redis}: {:?}", revoked.elapsed());

        let services = format!("/api/v1/orgs/{}/service-accounts", place.org);
        let new = json!({ "name": "Robot", "role": "member" });
        let (_, made) = ask(one, &ana.token, Method::POST, &services, new).await;
        let path = format!("{services}/{}", made["account_id"].as_str().expect("an id"));
        let (robot, _) = program(one, &ana, &format!("{path}/tokens")).await;
        assert_eq!(status(&robot).await, 200);
        let mut client = connect(two.address, &robot, ClientId(id())).await;
        client.join_live(place.board).await;
        assert_eq!(ask(one, &ana.token, Method::DELETE, &path, json!({})).await.0, 204);
        let removed = Instant::now();
        until("it is nobody there", async || (status(&robot).await == 401).then_some(())).await;
        assert!(removed.elapsed() < bound, "Redis {redis}: {:?}", removed.elapsed());
        // What follows from the removal ends its token, and with it the socket.
        assert_eq!(client.closed().await, 4403);
    }
}
