//! What must not open anything: answers of others, of before, of elsewhere; tokens that do not hold; providers that are away, lie, or
//! point at machines beside us.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use lockstep::app::serve::Overrides;
use lockstep_protocol::limits::Limits;
use reqwest::{Method, Url};
use serde_json::{Value, json};
use tokio::{net::TcpListener, time::Instant};

use super::{
    PASSWORD,
    identities::{Browser, start},
    send, text,
};
use crate::support::{
    DEADLINE,
    oidc::{Oidc, WORK},
    until,
};

/// An address with one word of its query changed, or taken away.
fn with(url: &str, name: &str, value: Option<&str>) -> String {
    let mut url = Url::parse(url).expect("an address");
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().filter(|(key, _)| key != name).collect();
    url.query_pairs_mut().clear().extend_pairs(pairs).extend_pairs(value.map(|value| (name, value)));
    url.into()
}

async fn swaps(oidc: &Oidc) -> usize {
    oidc.seen().await.iter().filter(|path| *path == "/token").count()
}

#[tokio::test]
async fn an_answer_counts_once_in_the_browser_that_was_sent_for_it() {
    let both = format!("{WORK}[other]\nissuer = \"ISSUER\"\nCLIENT\n");
    let (oidc, app) = start(&both, &[], Overrides::default()).await;
    let ended = "/login?problem=challenge_ended";
    let (browser, victim) = (Browser::new(&app), Browser::new(&app));
    let answer = oidc.visit(&browser.start("corp").await).await;
    // A browser that was sent nowhere, and one that was sent for something else.
    assert_eq!(victim.back(&answer).await.to, ended);
    victim.start("corp").await;
    assert_eq!(victim.back(&answer).await.to, ended);
    assert_eq!(victim.cookie("lockstep_refresh"), None);
    // The right browser with a wrong state; at the door of another provider; after the provider was asked for nothing.
    let answer = oidc.visit(&browser.start("corp").await).await;
    let cookie = browser.cookies.lock().expect("not poisoned").text();
    let knock = async |url: &str, agent: &str| {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        let mut request = client.get(url).header("cookie", &cookie);
        if !agent.is_empty() {
            request = request.header("user-agent", agent);
        }
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 303);
        answer.headers()["location"].to_str().expect("text").to_owned()
    };
    for wrong in [
        with(&answer, "state", Some("AAAAAAAAAAAAAAAAAAAAAA")),
        with(&answer, "state", None),
        with(&answer, "state", Some("")),
        answer.replace("/corp/", "/other/"),
        format!("{}/api/v1/auth/identity/corp/return", app.url),
        format!("{answer}&state=https://evil.example"),
    ] {
        assert_eq!(knock(&wrong, "").await, ended, "{wrong}");
    }
    assert_eq!(knock(&answer.replace("/corp/", "/nobody/"), "").await, "/login?problem=not_found");
    assert_eq!(knock(&answer, "Thief/1.0").await, ended, "from another device");
    assert_eq!(swaps(&oidc).await, 0, "none of these asks the provider");
    // Once, however often at once.
    let answers = futures_util::future::join_all((0..8).map(|_| knock(&answer, ""))).await;
    assert_eq!(answers.iter().filter(|to| *to == "/login?identity=in").count(), 1, "{answers:?}");
    assert_eq!(knock(&answer, "").await, ended);
    assert_eq!(swaps(&oidc).await, 1);
    app.stop().await;
}

#[tokio::test]
async fn a_page_of_another_origin_sends_nobody_away_and_another_name_of_ours_says_where_to() {
    let (_oidc, app) = start(WORK, &[], Overrides::default()).await;
    let path = "/api/v1/auth/identity/corp/start";
    for origin in ["https://evil.example", "null", &app.url.replace("127.0.0.1", "localhost")] {
        let request = app.request(Method::POST, path).header("origin", origin).json(&json!({}));
        let refused = send(request).await;
        assert_eq!(refused.header("set-cookie"), "");
        refused.refused("origin_refused");
    }
    app.post("/api/v1/auth/identity/nobody/start", json!({})).await.refused("not_found");
    let url = json!({ "next": "https://evil.example" });
    app.post(path, url).await.refused("field_invalid");
    app.stop().await;
}

#[tokio::test]
async fn a_token_that_does_not_hold_opens_nothing() {
    let (oidc, app) = start(WORK, &[], Overrides::default()).await;
    let browser = Browser::new(&app);
    for claims in [
        json!({ "nonce": "somebody else's" }),
        json!({ "nonce": null }),
        json!({ "aud": "somebody-else" }),
        json!({ "aud": ["lockstep", "somebody-else"] }),
        json!({ "aud": null }),
        json!({ "azp": "somebody-else" }),
        json!({ "exp": 1_700_000_000 }),
        json!({ "exp": null }),
        json!({ "iss": "https://evil.example" }),
        json!({ "iss": format!("{}/", oidc.url) }),
        json!({ "iss": null }),
        json!({ "sub": null }),
        json!({ "sub": "" }),
        json!({ "sub": "x".repeat(256) }),
    ] {
        oidc.set(json!({ "claims": claims })).await;
        assert_eq!(browser.log_in(&oidc, "corp").await.to, "/login?problem=provider_refused", "{claims}");
        assert_eq!(browser.cookie("lockstep_refresh"), None);
    }
    oidc.set(json!({ "claims": {}, "sign": "strange" })).await;
    assert_eq!(browser.log_in(&oidc, "corp").await.to, "/login?problem=provider_refused", "a strange key");
    oidc.set(json!({ "sign": null })).await;
    // The person says no.
    oidc.set(json!({ "person": "nobody" })).await;
    assert_eq!(browser.log_in(&oidc, "corp").await.to, "/login?problem=provider_refused");
    oidc.set(json!({ "person": "ada" })).await;
    assert_eq!(browser.log_in(&oidc, "corp").await.to, "/login?identity=in");
    app.stop().await;
}

#[tokio::test]
async fn an_answer_of_another_issuer_is_not_taken() {
    let (oidc, app) = start(WORK, &[], Overrides::default()).await;
    let browser = Browser::new(&app);
    for issuer in [Some("https://evil.example"), None] {
        let answer = oidc.visit(&browser.start("corp").await).await;
        assert!(answer.contains("&iss="), "{answer}");
        let to = browser.back(&with(&answer, "iss", issuer)).await.to;
        assert_eq!(to, "/login?problem=provider_refused", "{issuer:?}");
    }
    assert_eq!(swaps(&oidc).await, 0, "its code goes to nobody");
    app.stop().await;
}

#[tokio::test]
async fn keys_that_change_are_asked_for_anew_and_what_is_known_is_not() {
    let (oidc, app) = start(WORK, &[], Overrides::default()).await;
    let browser = Browser::new(&app);
    let asked = async || oidc.seen().await.iter().filter(|path| *path == "/jwks").count();
    for _ in 0..3 {
        assert_eq!(browser.log_in(&oidc, "corp").await.to, "/login?identity=in");
    }
    assert_eq!(asked().await, 1);
    oidc.set(json!({ "rotate": true })).await;
    assert_eq!(browser.log_in(&oidc, "corp").await.to, "/login?identity=in");
    assert_eq!(asked().await, 2);
    assert_eq!(browser.log_in(&oidc, "corp").await.to, "/login?identity=in");
    assert_eq!(asked().await, 2);
    app.stop().await;
}

#[tokio::test]
async fn a_provider_that_is_away_is_said_to_be_and_keeps_nobody_waiting() {
    let limits = Limits { identity_provider_ms: 700, ..Limits::default() };
    let (oidc, app) = start(WORK, &[], Overrides { limits: Some(limits), ..Overrides::default() }).await;
    let browser = Browser::new(&app);
    let path = "/api/v1/auth/identity/corp/start";
    for down in ["hang", "refuse", "huge"] {
        oidc.set(json!({ "down": down })).await;
        let began = Instant::now();
        browser.post(path, None, json!({})).await.refused("provider_unavailable");
        assert!(began.elapsed() < DEADLINE / 4, "{down}: {:?}", began.elapsed());
    }
    oidc.set(json!({ "down": null })).await;
    // It is not asked again at once.
    until("the provider to be asked again", async || {
        (browser.post(path, None, json!({})).await.status == 200).then_some(())
    })
    .await;
    // And where it goes away while somebody is there.
    for down in ["hang", "refuse"] {
        let answer = oidc.visit(&browser.start("corp").await).await;
        oidc.set(json!({ "down": down })).await;
        let began = Instant::now();
        assert_eq!(browser.back(&answer).await.to, "/login?problem=provider_unavailable", "{down}");
        assert!(began.elapsed() < DEADLINE / 4, "{down}: {:?}", began.elapsed());
        oidc.set(json!({ "down": null })).await;
    }
    assert_eq!(browser.log_in(&oidc, "corp").await.to, "/login?identity=in");
    // Others do not depend on it.
    app.person("Ana").await;
    app.stop().await;
}

/// Counts who comes.
async fn canary() -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let (port, count) = (listener.local_addr().expect("bound").port(), Arc::<AtomicUsize>::default());
    let counted = count.clone();
    tokio::spawn(async move {
        while listener.accept().await.is_ok() {
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });
    (port, count)
}

#[tokio::test]
async fn a_provider_cannot_point_this_server_at_machines_beside_it() {
    let (port, reached) = canary().await;
    let inside = [
        format!("http://127.0.0.1:{port}/x"),
        format!("https://127.0.0.1:{port}/x"),
        format!("https://localhost:{port}/x"),
        "https://169.254.169.254/latest/meta-data".to_owned(),
        "https://10.0.0.1/x".to_owned(),
        "https://[::ffff:127.0.0.1]/x".to_owned(),
    ];
    for (endpoint, at_start) in [("jwks_uri", true), ("token_endpoint", false), ("userinfo_endpoint", false)] {
        for address in &inside {
            let (oidc, app) = start(WORK, &[], Overrides::default()).await;
            let browser = Browser::new(&app);
            oidc.set(json!({ "says": { endpoint: address } })).await;
            if at_start {
                let path = "/api/v1/auth/identity/corp/start";
                let refused = browser.post(path, None, json!({})).await.refused("provider_unavailable");
                assert!(!refused.to_string().contains(&port.to_string()), "{refused}");
            } else {
                let to = browser.log_in(&oidc, "corp").await.to;
                assert_eq!(to, "/login?problem=provider_unavailable", "{endpoint} {address}");
            }
            app.stop().await;
            if endpoint != "jwks_uri" {
                break;
            }
        }
    }
    assert_eq!(reached.load(Ordering::SeqCst), 0, "the machine beside us was reached");
}

#[tokio::test]
async fn what_a_provider_says_of_itself_must_fit() {
    for says in [
        json!({ "issuer": "https://evil.example" }),
        json!({ "authorization_endpoint": "javascript:alert(1)" }),
        json!({ "authorization_endpoint": "ftp://evil.example/" }),
        json!({ "jwks_uri": "nonsense" }),
    ] {
        let (oidc, app) = start(WORK, &[], Overrides::default()).await;
        oidc.set(json!({ "says": says })).await;
        let browser = Browser::new(&app);
        let path = "/api/v1/auth/identity/corp/start";
        browser.post(path, None, json!({})).await.refused("provider_unavailable");
        app.stop().await;
    }
}

#[tokio::test]
async fn failing_again_and_again_is_braked_like_any_log_in() {
    let (_oidc, app) = start(WORK, &[], Overrides::default()).await;
    let browser = Browser::new(&app);
    let back = format!("{}/api/v1/auth/identity/corp/return?code=x&state=y", app.url);
    let mut tries = 0;
    while browser.back(&back).await.to != "/login?problem=rate_limited" {
        tries += 1;
        assert!(tries <= 110, "nothing brakes");
    }
    assert!(tries >= 90, "{tries}");
    let answer = browser.post("/api/v1/auth/identity/corp/start", None, json!({})).await;
    answer.refused("rate_limited");
    app.stop().await;
}

#[tokio::test]
async fn secrets_of_providers_are_told_to_nobody() {
    let (oidc, app) = start(WORK, &[], Overrides::default()).await;
    let browser = Browser::new(&app);
    let url = browser.start("corp").await;
    let about: Value = app.get("/api/v1/server").await.ok();
    let kept = browser.cookie("lockstep_identity").expect("on the way");
    for told in [url.as_str(), &about.to_string(), &kept] {
        assert!(!told.contains("a secret of this client") && !told.contains("a%20secret"), "{told}");
    }
    // What is on the way is sealed: neither the verifier nor the nonce can be read from the cookie.
    let nonce = Url::parse(&url)
        .expect("an address")
        .query_pairs()
        .find(|(name, _)| name == "nonce")
        .expect("there")
        .1
        .into_owned();
    let bytes = data_encoding::BASE64URL_NOPAD.decode(kept.trim_start_matches("lsw_").as_bytes()).expect("base64");
    assert!(!bytes.windows(nonce.len()).any(|window| window == nonce.as_bytes()));
    assert_eq!(browser.back(&oidc.visit(&url).await).await.to, "/login?identity=in");
    let ada = browser.person().await;
    ada.get("/api/v1/me/identities").await.ok();
    let _ = (PASSWORD, text(&ada.tokens["account_id"]));
    app.stop().await;
}
