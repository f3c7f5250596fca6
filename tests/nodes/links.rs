//! A public link that is revoked on one node, and one whose board is put into the trash there, on another node: with Redis and without.

use std::time::{Duration, Instant};

use lockstep_protocol::ids::{AccountId, ClientId};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::cluster::{Cluster, Person, Process, connect, found, register};
use crate::support::{node::id, until};

async fn ask(node: &Process, token: &str, method: Method, path: &str, body: Value) -> (StatusCode, Value) {
    let request = reqwest::Client::new().request(method, node.url(path)).bearer_auth(token).json(&body);
    let answer = request.send().await.expect("an answer");
    (answer.status(), answer.json().await.unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_is_revoked_on_one_node_is_over_on_another_with_redis_and_without() {
    let mut cluster = Cluster::start(2).await;
    let ana = register(&cluster.nodes[0], "ana@example.org").await;
    let place = found(&mut connect(cluster.nodes[0].address, &ana, ClientId(id())).await).await;
    let board = format!("/api/v1/orgs/{}/boards/{}", place.org, place.board);
    let links = format!("{board}/links");
    for (redis, bound) in [(true, Duration::from_secs(1)), (false, Duration::from_secs(2))] {
        if !redis {
            cluster.redis.kill();
        }
        let (one, two) = (&cluster.nodes[0], &cluster.nodes[1]);
        let status = async |who: &Person| ask(two, &who.token, Method::GET, "/api/v1/shared", json!({})).await.0;
        let made = async || {
            let (status, made) = ask(one, &ana.token, Method::POST, &links, json!({})).await;
            assert_eq!(status, 201, "{made}");
            let text = |name: &str| made[name].as_str().expect("text").to_owned();
            (Person { token: text("token"), account: AccountId::NIL }, format!("{links}/{}", text("link_id")))
        };
        let (looker, path) = made().await;
        assert_eq!(status(&looker).await, 200, "made on one node it counts on the other at once");
        let mut client = connect(two.address, &looker, ClientId(id())).await;
        client.join_live(place.board).await;
        assert_eq!(ask(one, &ana.token, Method::DELETE, &path, json!({})).await.0, 200);
        let revoked = Instant::now();
        assert_eq!(client.closed().await, 4403);
        assert!(revoked.elapsed() < bound, "Redis {redis}: {:?}", revoked.elapsed());
        assert_eq!(status(&looker).await, 401);

        let (looker, _) = made().await;
        let mut client = connect(two.address, &looker, ClientId(id())).await;
        client.join_live(place.board).await;
        assert_eq!(ask(one, &ana.token, Method::DELETE, &board, json!({})).await.0, 200);
        let deleted = Instant::now();
        assert_eq!(client.closed().await, 4403);
        assert!(deleted.elapsed() < bound, "Redis {redis}: {:?}", deleted.elapsed());
        until("it shows nothing there", async || (status(&looker).await == 401).then_some(())).await;
        assert_eq!(ask(one, &ana.token, Method::POST, &format!("{board}/restore"), json!({})).await.0, 200);
        until("it shows it again", async || (status(&looker).await == 200).then_some(())).await;
    }
}
