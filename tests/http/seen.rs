//! What lives for minutes, and when log-ins were last used: on one node, on two with Redis and without, and when Redis dies.

use std::collections::HashMap;

use bytes::Bytes;
use fred::prelude::{Builder, Client, ClientLike, Config, HashesInterface, KeysInterface};
use lockstep::{app::serve::Overrides, clock::Clock};
use lockstep_protocol::{codec::Codec, frame::ServerMessage, ids::ClientId};
use reqwest::Method;
use serde_json::{Value, json};

use super::{
    App, PASSWORD, Person,
    factors::{AuthenticatorApp, SECOND, START, STEP, challenge, second},
    nodes::two_with,
    send, text,
};
use crate::{
    support::{node::id, redis::Redis, until},
    ws,
};

const MINUTE: i64 = 60 * SECOND;
const PROXIED: [&str; 2] = ["--trusted-proxies", "127.0.0.1"];

/// One more log-in.
async fn log_in(app: &App, who: &Person<'_>) -> Value {
    let login = json!({ "email": who.email, "password": PASSWORD, "refresh_in": "body" });
    app.post("/api/v1/auth/login", login).await.ok()
}

async fn use_it(app: &App, tokens: &Value, address: &str) {
    let request = app.request(Method::GET, "/api/v1/me").bearer_auth(text(&tokens["access_token"]));
    send(request.header("x-forwarded-for", address)).await.ok();
}

/// When and from where a log-in was last used, as another of its owner sees it on this node.
async fn shown(app: &App, who: &Person<'_>, tokens: &Value) -> (i64, String) {
    let listed = send(app.request(Method::GET, "/api/v1/me/sessions").bearer_auth(who.token())).await.ok();
    let mut entries = listed.as_array().expect("a list").iter();
    let entry = entries.find(|entry| entry["session_id"] == tokens["session_id"]).expect("it is open");
    (entry["last_seen_at"].as_i64().expect("a time"), text(&entry["address"]).to_owned())
}

/// The same in the database.
async fn written(app: &App, tokens: &Value) -> (i64, String) {
    let session = text(&tokens["session_id"]).parse().expect("an id");
    let row = app.server.engine.store.accounts().session(session).await.expect("a database").expect("it is there");
    (row.last_seen, row.address)
}

#[tokio::test]
async fn a_log_in_that_is_used_is_seen_at_once_and_written_at_a_refresh_and_at_the_end() {
    let clock = Clock::manual(START);
    let overrides = || Overrides { clock: Some(clock.clone()), ..Overrides::default() };
    let app = App::start_with(overrides(), &PROXIED).await;
    let ana = app.person("Ana").await;
    let phone = log_in(&app, &ana).await;
    let at_first = (START, "127.0.0.1".to_owned());
    assert_eq!(shown(&app, &ana, &phone).await, at_first);
    clock.advance(MINUTE);
    use_it(&app, &phone, "198.51.100.7").await;
    assert_eq!(shown(&app, &ana, &phone).await, (START + MINUTE, "198.51.100.7".to_owned()));
    clock.advance(MINUTE);
    let mut socket = ws::client::Client::open(app.server.address, Codec::Json).await;
    socket.hello(text(&phone["access_token"]).to_owned(), ClientId(id())).await;
    let ServerMessage::Welcome(_) = socket.next().await else { panic!("welcome comes first") };
    assert_eq!(shown(&app, &ana, &phone).await, (START + 2 * MINUTE, "127.0.0.1".to_owned()), "on a socket as well");
    assert_eq!(written(&app, &phone).await, at_first, "nothing was written for it");

    clock.advance(MINUTE);
    let refresh = json!({ "refresh_token": phone["refresh_token"] });
    let request = app.request(Method::POST, "/api/v1/auth/refresh").header("x-forwarded-for", "2001:db8::7");
    send(request.json(&refresh)).await.ok();
    let refreshed = (START + 3 * MINUTE, "2001:db8::7".to_owned());
    assert_eq!((shown(&app, &ana, &phone).await, written(&app, &phone).await), (refreshed.clone(), refreshed));

    clock.advance(MINUTE);
    use_it(&app, &phone, "198.51.100.9").await;
    // One that is over is not written to any more, nor shown.
    let over = log_in(&app, &ana).await;
    clock.advance(MINUTE);
    use_it(&app, &over, "198.51.100.10").await;
    ana.delete(&format!("/api/v1/me/sessions/{}", text(&over["session_id"]))).await.is(204);
    let email = ana.email.clone();
    let App { server, folder, .. } = app;
    server.stop().await;
    let app = App::start_in(folder, overrides(), &PROXIED).await;
    let mut ana = Person { app: &app, tokens: Value::Null, email };
    ana.tokens = log_in(&app, &ana).await;
    assert_eq!(shown(&app, &ana, &phone).await, (START + 4 * MINUTE, "198.51.100.9".to_owned()));
    assert_eq!(written(&app, &over).await, (START + 4 * MINUTE, "127.0.0.1".to_owned()));
    app.stop().await;
}

#[tokio::test]
async fn a_log_in_that_is_used_on_one_node_is_seen_on_another_and_redis_is_not_needed_to_list_it() {
    let (clock, mut redis) = (Clock::manual(START), Redis::start().await);
    let url = redis.url();
    let (one, two) = two_with(Some(&clock), &["--redis-url", &url, "--trusted-proxies", "127.0.0.1"]).await;
    let ana = one.person("Ana").await;
    let phone = log_in(&one, &ana).await;
    clock.advance(MINUTE);
    use_it(&two, &phone, "198.51.100.7").await;
    let used = (START + MINUTE, "198.51.100.7".to_owned());
    until("it is seen there", async || (shown(&one, &ana, &phone).await == used).then_some(())).await;
    assert_eq!(written(&one, &phone).await, (START, "127.0.0.1".to_owned()));
    redis.kill();
    clock.advance(MINUTE);
    use_it(&two, &phone, "198.51.100.8").await;
    assert_eq!(shown(&two, &ana, &phone).await, (START + 2 * MINUTE, "198.51.100.8".to_owned()));
    // The node that did not see it knows what the database says.
    assert_eq!(shown(&one, &ana, &phone).await, (START, "127.0.0.1".to_owned()));
    two.stop().await;
    assert_eq!(shown(&one, &ana, &phone).await, (START + 2 * MINUTE, "198.51.100.8".to_owned()), "written at the end");
    one.stop().await;
}

async fn to(redis: &Redis) -> Client {
    let client = Builder::from_config(Config::from_url(&redis.url()).expect("a url")).build().expect("a client");
    client.init().await.expect("connects");
    client
}

async fn names(client: &Client, pattern: &str) -> Vec<String> {
    let (_, names): (String, Vec<String>) = client.scan_page("0", pattern, Some(1_000), None).await.expect("an answer");
    names
}

/// Second steps that lie in Redis.
async fn kept(client: &Client) -> Vec<String> {
    names(client, "lockstep:kept:*").await
}

#[tokio::test]
async fn what_is_known_of_a_log_in_ends_with_it_however_it_ends() {
    const NEW: &str = "another long and winding phrase";
    let (clock, redis) = (Clock::manual(START), Redis::start().await);
    let url = redis.url();
    let (one, two) = two_with(Some(&clock), &["--redis-url", &url, "--trusted-proxies", "127.0.0.1"]).await;
    let client = to(&redis).await;
    let known = async |wanted: usize| {
        until("so many are known", async || (names(&client, "lockstep:seen:*").await.len() == wanted).then_some(()))
            .await;
    };
    let ana = one.person("Ana").await;
    use_it(&one, &ana.tokens, "198.51.100.7").await;
    for how in ["one", "others"] {
        let phone = log_in(&one, &ana).await;
        use_it(&two, &phone, "198.51.100.8").await;
        known(2).await;
        if how == "one" {
            ana.delete(&format!("/api/v1/me/sessions/{}", text(&phone["session_id"]))).await.is(204);
        } else {
            let change = json!({ "current_password": PASSWORD, "new_password": NEW });
            ana.post("/api/v1/me/password", change).await.is(204);
        }
        known(1).await;
    }
    ana.post("/api/v1/auth/logout_all", json!({})).await.is(204);
    known(0).await;
    let login = json!({ "email": ana.email, "password": NEW, "refresh_in": "body" });
    let tokens = one.post("/api/v1/auth/login", login).await.ok();
    use_it(&one, &tokens, "198.51.100.7").await;
    known(1).await;
    let bearer = text(&tokens["access_token"]);
    let delete =
        one.request(Method::DELETE, "/api/v1/me").bearer_auth(bearer).header("x-forwarded-for", "198.51.100.7");
    send(delete.json(&json!({ "password": NEW }))).await.is(204);
    known(0).await;
    one.stop().await;
    two.stop().await;
}

/// A second step that lay in Redis and was taken on the other node, with what lay there. Where Redis was slow, it is begun again.
async fn taken(
    client: &Client,
    (one, two): (&App, &App),
    email: &str,
    (phone, clock): (&AuthenticatorApp, &Clock),
) -> (String, String, Vec<(String, Bytes)>) {
    until("a second step by way of Redis", async || {
        clock.advance(STEP);
        let _: Option<i64> = client.del(kept(client).await).await.ok();
        let begun = challenge(one, email).await;
        let name = kept(client).await.pop()?;
        let held: HashMap<String, Bytes> = client.hgetall(&name).await.ok()?;
        let taken = second(two, &begun, ("totp", &phone.code())).await.status == 200;
        taken.then(|| (begun, name, held.into_iter().collect()))
    })
    .await
}

#[tokio::test]
async fn a_second_step_is_taken_on_any_node_once_even_if_redis_forgets_that_it_was_and_begun_again_if_it_dies() {
    let (clock, mut redis) = (Clock::manual(START), Redis::start().await);
    let url = redis.url();
    let (one, two) = two_with(Some(&clock), &["--redis-url", &url]).await;
    let ana = one.person("Ana").await;
    let phone = AuthenticatorApp::of(&ana, &clock).await;
    let client = to(&redis).await;

    let (begun, name, held) = taken(&client, (&one, &two), &ana.email, (&phone, &clock)).await;
    assert_eq!(kept(&client).await, Vec::<String>::new(), "it was taken");
    clock.advance(STEP);
    for app in [&one, &two] {
        second(app, &begun, ("totp", &phone.code())).await.refused("challenge_ended");
    }
    // A broker that comes back as it was a moment ago.
    let _: i64 = client.hset(&name, held).await.expect("written");
    second(&one, &begun, ("totp", &phone.code())).await.refused("challenge_ended");
    clock.advance(STEP);

    let begun = challenge(&one, &ana.email).await;
    redis.kill();
    second(&one, &begun, ("totp", &phone.code())).await.refused("challenge_ended");
    let again = challenge(&one, &ana.email).await;
    second(&two, &again, ("totp", "000000")).await.refused("second_factor_refused");
    second(&two, &again, ("totp", &phone.code())).await.ok();
    clock.advance(STEP);
    second(&one, &again, ("totp", &phone.code())).await.refused("challenge_ended");
    one.stop().await;
    two.stop().await;
}

#[tokio::test]
async fn a_second_step_is_taken_on_any_node_that_shares_the_database_alone() {
    let clock = Clock::manual(START);
    let (one, two) = two_with(Some(&clock), &[]).await;
    let ana = one.person("Ana").await;
    let phone = AuthenticatorApp::of(&ana, &clock).await;
    let begun = challenge(&one, &ana.email).await;
    second(&two, &begun, ("totp", &phone.code())).await.ok();
    clock.advance(STEP);
    second(&one, &begun, ("totp", &phone.code())).await.refused("challenge_ended");
    one.stop().await;
    two.stop().await;
}
