//! The brake on guessing, over the real surface.

use lockstep::{app::serve::Overrides, clock::Clock};
use reqwest::Method;
use serde_json::json;

use super::{Answer, App, PASSWORD, send};

const SECOND: i64 = 1_000_000;

async fn try_from(app: &App, address: &str, email: &str, password: &str) -> Answer {
    let body = json!({ "email": email, "password": password });
    send(app.request(Method::POST, "/api/v1/auth/login").header("x-forwarded-for", address).json(&body)).await
}

#[tokio::test]
async fn guesses_cost_a_growing_delay_and_the_owner_still_gets_in() {
    let clock = Clock::manual(1_800_000_000 * SECOND);
    let overrides = Overrides { clock: Some(clock.clone()), ..Overrides::default() };
    let app = App::start_with(overrides, &["--trusted-proxies", "127.0.0.1"]).await;
    let ana = app.person("Ana").await;
    for guess in 0..10 {
        try_from(&app, "198.51.100.7", &ana.email, &format!("wrong-guess-{guess}")).await.refused("unauthenticated");
    }
    let answer = try_from(&app, "198.51.100.200", &ana.email, PASSWORD).await;
    assert_eq!(answer.header("retry-after"), "2", "the neighbour in the same network waits too");
    answer.refused("rate_limited");
    try_from(&app, "203.0.113.9", &ana.email, PASSWORD).await.ok();
    clock.advance(2 * SECOND);
    try_from(&app, "198.51.100.7", &ana.email, PASSWORD).await.ok();
    app.stop().await;
}

#[tokio::test]
async fn nobody_chooses_their_own_address() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    for guess in 0..10 {
        let claimed = format!("198.51.{guess}.7");
        try_from(&app, &claimed, &ana.email, &format!("wrong-guess-{guess}")).await.refused("unauthenticated");
    }
    try_from(&app, "203.0.113.9", &ana.email, PASSWORD).await.refused("rate_limited");
    app.stop().await;
}

#[tokio::test]
async fn registrations_of_one_network_are_limited() {
    let app = App::start_with(Overrides::default(), &["--registrations-max", "2"]).await;
    app.person("Ana").await;
    app.person("Ben").await;
    let body = json!({ "email": "cid@example.org", "password": PASSWORD, "name": "Cid" });
    app.post("/api/v1/auth/register", body).await.refused("rate_limited");
    app.stop().await;
}
