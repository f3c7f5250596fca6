//! Logging in by way of real providers: registering, coming again, connecting, disconnecting.

use std::sync::Mutex;

use lockstep::{app::serve::Overrides, clock::Clock};
use lockstep_protocol::limits::Limits;
use reqwest::{Method, StatusCode, Url, header::HeaderMap, redirect::Policy};
use serde_json::{Value, json};

use super::{Answer, App, PASSWORD, Person, factors::AuthenticatorApp, send, text};
use crate::support::{
    oidc::{Cookies, Oidc, WORK},
    until,
};

/// A server and the provider of these settings.
pub async fn start(providers: &str, flags: &[&str], overrides: Overrides) -> (Oidc, App) {
    let provider = Oidc::start().await;
    let folder = App::folder();
    let own = provider.flags(folder.path(), providers);
    let flags: Vec<&str> = own.iter().map(String::as_str).chain(flags.iter().copied()).collect();
    let app = App::start_in(folder, overrides, &flags).await;
    (provider, app)
}

/// A browser on the server's own page.
pub struct Browser<'a> {
    pub app: &'a App,
    client: reqwest::Client,
    pub cookies: Mutex<Cookies>,
}

/// Where a browser was sent on to.
#[derive(Debug)]
pub struct SentOn {
    pub to: String,
    pub headers: HeaderMap,
}

impl<'a> Browser<'a> {
    pub fn new(app: &'a App) -> Self {
        let client = reqwest::Client::builder().redirect(Policy::none()).build().expect("a client");
        Self { app, client, cookies: Mutex::default() }
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().expect("not poisoned").get(name).map(str::to_owned)
    }

    /// What our own script asks.
    pub async fn post(&self, path: &str, token: Option<&str>, body: Value) -> Answer {
        let request = self.client.post(format!("{}{path}", self.app.url)).json(&body);
        let request = request.header("origin", &self.app.url).header("x-lockstep", "1");
        let request = request.header("cookie", self.cookies.lock().expect("not poisoned").text());
        let answer = send(match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        })
        .await;
        self.cookies.lock().expect("not poisoned").take(&answer.headers);
        answer
    }

    /// Where the browser is sent to log in.
    pub async fn start(&self, provider: &str) -> String {
        let asked = self.post(&format!("/api/v1/auth/identity/{provider}/start"), None, json!({})).await.ok();
        text(&asked["url"]).to_owned()
    }

    /// Where the browser is sent to connect.
    pub async fn start_connecting(&self, provider: &str, who: &Person<'_>, password: Option<&str>) -> Answer {
        let body = password.map_or_else(|| json!({}), |password| json!({ "password": password }));
        self.post(&format!("/api/v1/me/identities/{provider}/start"), Some(who.token()), body).await
    }

    /// Comes back from a provider.
    pub async fn back(&self, url: &str) -> SentOn {
        let cookies = self.cookies.lock().expect("not poisoned").text();
        let answer = self.client.get(url).header("cookie", cookies).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{answer:?}");
        self.cookies.lock().expect("not poisoned").take(answer.headers());
        let to = answer.headers()["location"].to_str().expect("text").to_owned();
        assert!(to.starts_with("/login?") || to.starts_with("/account?"), "{to}");
        SentOn { to, headers: answer.headers().clone() }
    }

    /// All the way to a provider and back.
    pub async fn log_in(&self, oidc: &Oidc, provider: &str) -> SentOn {
        let url = self.start(provider).await;
        self.back(&oidc.visit(&url).await).await
    }

    /// The tokens of a log-in that is in the cookie.
    pub async fn person(&self) -> Person<'a> {
        let tokens = self.post("/api/v1/auth/refresh", None, json!({})).await.ok();
        Person { app: self.app, tokens, email: String::new() }
    }
}

async fn mails(app: &App) -> Vec<Value> {
    app.get("/api/v1/mailbox").await.ok()["items"].as_array().expect("a list").clone()
}

#[tokio::test]
async fn somebody_new_registers_by_a_provider_and_comes_again() {
    let (oidc, app) = start(WORK, &[], Overrides::default()).await;
    let about = app.get("/api/v1/server").await.ok();
    assert_eq!(about["providers"], json!([{ "id": "corp", "name": "Corp" }]));
    let browser = Browser::new(&app);
    let url = Url::parse(&browser.start("corp").await).expect("an address");
    let asked: std::collections::BTreeMap<_, _> = url.query_pairs().into_owned().collect();
    let home = format!("{}/api/v1/auth/identity/corp/return", app.url);
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", "lockstep"),
        ("code_challenge_method", "S256"),
        ("redirect_uri", home.as_str()),
        ("scope", "openid email profile"),
    ] {
        assert_eq!(asked[name], value, "{url}");
    }
    assert!(asked["state"].len() >= 20 && asked["nonce"].len() >= 20 && asked["code_challenge"].len() == 43, "{url}");
    let sent = browser.back(&oidc.visit(url.as_str()).await).await;
    assert_eq!(sent.to, "/login?identity=in");
    let cookies: Vec<&str> = sent.headers.get_all("set-cookie").iter().map(|one| one.to_str().expect("text")).collect();
    let refresh = cookies.iter().find(|one| one.starts_with("lockstep_refresh=lsr_")).expect("the refresh token");
    assert!(refresh.contains("; HttpOnly; SameSite=Strict"), "{refresh}");
    assert!(
        cookies.iter().any(|one| one.starts_with("lockstep_identity=;") && one.contains("Max-Age=0")),
        "{cookies:?}"
    );
    let ada = browser.person().await;
    let me = ada.get("/api/v1/me").await.ok();
    assert_eq!((&me["name"], &me["email"]), (&json!("Ada Verified"), &json!("ada@example.org")));
    assert_eq!(
        (&me["email_verified"], &me["has_password"], &me["locale"]),
        (&json!(true), &json!(false), &json!("de-CH"))
    );
    assert!(mails(&app).await.iter().any(|mail| mail["to"] == "ada@example.org"), "a welcome");

    // From another browser, by another address, still the same person: who they are is not their address.
    oidc.person("ada", json!({ "email": "new@example.org", "email_verified": true })).await;
    let other = Browser::new(&app);
    assert_eq!(other.log_in(&oidc, "corp").await.to, "/login?identity=in");
    let again = other.person().await;
    assert_eq!(again.id(), ada.id());
    assert_eq!(again.get("/api/v1/me").await.ok()["email"], "ada@example.org");
    let known = again.get("/api/v1/me/identities").await.ok();
    let known = &known["items"][0];
    assert_eq!((&known["provider_name"], &known["label"]), (&json!("Corp"), &json!("new@example.org")));
    assert!(known["last_used_at"].as_i64() >= known["created_at"].as_i64(), "{known}");
    app.stop().await;
}

#[tokio::test]
async fn an_account_is_never_taken_over_by_an_address_but_connected_by_its_owner() {
    let (oidc, app) = start(WORK, &[], Overrides::default()).await;
    let ana = app.person("Ana").await;
    oidc.person("ana", json!({ "email": ana.email, "email_verified": true, "name": "Ana" })).await;
    let stranger = Browser::new(&app);
    assert_eq!(stranger.log_in(&oidc, "corp").await.to, "/login?problem=account_exists");
    assert_eq!(stranger.cookie("lockstep_refresh"), None);

    let browser = Browser::new(&app);
    browser.start_connecting("corp", &ana, None).await.refused("field_required");
    browser.start_connecting("corp", &ana, Some("copper-violin-harbor-17")).await.refused("field_invalid");
    browser.start_connecting("nobody", &ana, Some(PASSWORD)).await.refused("not_found");
    let away = browser.start_connecting("corp", &ana, Some(PASSWORD)).await.ok();
    let sent = browser.back(&oidc.visit(text(&away["url"])).await).await;
    assert_eq!(sent.to, "/account?identity=connected");
    assert_eq!(browser.cookie("lockstep_refresh"), None, "connecting opens no session");
    let subject = "You can log in with Corp now";
    assert!(mails(&app).await.iter().any(|mail| mail["subject"] == subject && mail["to"] == ana.email.as_str()));
    // Once more changes nothing.
    let away = browser.start_connecting("corp", &ana, Some(PASSWORD)).await.ok();
    browser.back(&oidc.visit(text(&away["url"])).await).await;
    let known = ana.get("/api/v1/me/identities").await.ok();
    assert_eq!(known["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(stranger.log_in(&oidc, "corp").await.to, "/login?identity=in");
    assert_eq!(stranger.person().await.id(), ana.id());

    // Nobody else gets it.
    let ben = app.person("Ben").await;
    let away = browser.start_connecting("corp", &ben, Some(PASSWORD)).await.ok();
    assert_eq!(browser.back(&oidc.visit(text(&away["url"])).await).await.to, "/account?problem=already_exists");
    let path = format!("/api/v1/me/identities/{}", text(&known["items"][0]["identity_id"]));
    let with = json!({ "password": PASSWORD });
    ben.send(Method::DELETE, &path, with.clone()).await.refused("not_found");
    ana.send(Method::DELETE, &path, json!({})).await.refused("field_required");
    ana.send(Method::DELETE, &path, with.clone()).await.is(204);
    ana.send(Method::DELETE, &path, with).await.refused("not_found");
    assert!(mails(&app).await.iter().any(|mail| mail["subject"] == "Corp was disconnected"));
    assert_eq!(stranger.log_in(&oidc, "corp").await.to, "/login?problem=account_exists");
    app.stop().await;
}

#[tokio::test]
async fn the_last_way_in_stays_until_there_is_another() {
    let clock = Clock::manual(1_800_000_000_000_000);
    let overrides = Overrides { clock: Some(clock.clone()), ..Overrides::default() };
    let (oidc, app) =
        start(&format!("{WORK}[zwei]\nkind = \"github\"\nissuer = \"ISSUER\"\nCLIENT\n"), &[], overrides).await;
    let browser = Browser::new(&app);
    browser.log_in(&oidc, "corp").await;
    let ada = browser.person().await;
    let first = text(&ada.get("/api/v1/me/identities").await.ok()["items"][0]["identity_id"]).to_owned();
    let path = format!("/api/v1/me/identities/{first}");
    ada.send(Method::DELETE, &path, json!({})).await.refused("last_way_in");
    let away = browser.start_connecting("zwei", &ada, None).await.ok();
    assert_eq!(browser.back(&oidc.visit(text(&away["url"])).await).await.to, "/account?identity=connected");
    ada.send(Method::DELETE, &path, json!({})).await.is(204);
    let known = ada.get("/api/v1/me/identities").await.ok();
    assert_eq!(
        (&known["items"][0]["provider"], &known["items"][0]["label"]),
        (&json!("zwei"), &json!("ada@example.org"))
    );
    let path = format!("/api/v1/me/identities/{}", text(&known["items"][0]["identity_id"]));
    ada.send(Method::DELETE, &path, json!({})).await.refused("last_way_in");
    // Without a password only a fresh log-in may change it, or end the account.
    clock.advance(599 * 1_000_000);
    ada.send(Method::DELETE, &path, json!({})).await.refused("last_way_in");
    clock.advance(2 * 1_000_000);
    let ada = browser.person().await;
    ada.send(Method::DELETE, &path, json!({})).await.refused("fresh_login_required");
    browser.start_connecting("corp", &ada, None).await.refused("fresh_login_required");
    ada.send(Method::DELETE, "/api/v1/me", json!({})).await.refused("fresh_login_required");
    ada.post("/api/v1/me/email", json!({ "email": "x@example.org" })).await.refused("fresh_login_required");
    app.stop().await;
}

#[tokio::test]
async fn a_second_factor_is_asked_for_after_a_providers_word_too() {
    let clock = Clock::manual(1_800_000_000_000_000);
    let overrides = Overrides { clock: Some(clock.clone()), ..Overrides::default() };
    let (oidc, app) = start(WORK, &[], overrides).await;
    let ana = app.person("Ana").await;
    let browser = Browser::new(&app);
    let away = browser.start_connecting("corp", &ana, Some(PASSWORD)).await.ok();
    browser.back(&oidc.visit(text(&away["url"])).await).await;
    let phone = AuthenticatorApp::of(&ana, &clock).await;

    assert_eq!(browser.log_in(&oidc, "corp").await.to, "/login?identity=second");
    assert_eq!(browser.cookie("lockstep_refresh"), None, "there is no session yet");
    let enter = "/api/v1/auth/identity/enter";
    let cookie = browser.cookies.lock().expect("not poisoned").text();
    let foreign = app.request(Method::POST, enter).header("cookie", &cookie).json(&json!({}));
    send(foreign).await.refused("origin_refused");
    let elsewhere = app.request(Method::POST, enter).header("cookie", &cookie).header("user-agent", "Thief/1.0");
    let elsewhere = elsewhere.header("origin", &app.url).header("x-lockstep", "1").json(&json!({}));
    send(elsewhere).await.refused("challenge_ended");
    let asked = browser.post(enter, None, json!({})).await.is(202);
    assert_eq!(asked["second_factor"]["methods"], json!(["totp", "recovery"]));
    let challenge = &asked["second_factor"]["challenge"];
    let second = |code: String| json!({ "challenge": challenge, "totp": code });
    browser.post("/api/v1/auth/login/second", None, second("000000".into())).await.refused("second_factor_refused");
    let tokens = browser.post("/api/v1/auth/login/second", None, second(phone.code())).await.ok();
    assert_eq!(tokens["account_id"], ana.tokens["account_id"]);
    browser.post(enter, None, json!({})).await.refused("challenge_ended");

    // Disconnected before the second step, it is worth nothing.
    browser.log_in(&oidc, "corp").await;
    let known = ana.get("/api/v1/me/identities").await.ok();
    let path = format!("/api/v1/me/identities/{}", text(&known["items"][0]["identity_id"]));
    ana.send(Method::DELETE, &path, json!({ "password": PASSWORD })).await.is(204);
    browser.post(enter, None, json!({})).await.refused("challenge_ended");
    app.stop().await;
}

#[tokio::test]
async fn an_address_that_the_provider_does_not_confirm_makes_no_account() {
    let (oidc, app) = start(WORK, &[], Overrides::default()).await;
    let browser = Browser::new(&app);
    for claims in [
        json!({ "email": "eve@example.org", "email_verified": false }),
        json!({ "email": "eve@example.org" }),
        json!({ "email_verified": true }),
        json!({ "email": "not an address", "email_verified": true }),
        json!({}),
    ] {
        oidc.person("eve", claims.clone()).await;
        assert_eq!(browser.log_in(&oidc, "corp").await.to, "/login?problem=email_unverified", "{claims}");
    }
    // Who has an account may connect it all the same.
    let ana = app.person("Ana").await;
    let away = browser.start_connecting("corp", &ana, Some(PASSWORD)).await.ok();
    browser.back(&oidc.visit(text(&away["url"])).await).await;
    assert_eq!(browser.log_in(&oidc, "corp").await.to, "/login?identity=in");
    app.stop().await;
}

#[tokio::test]
async fn where_nobody_registers_a_provider_lets_in_whom_it_knows_and_nobody_else() {
    let (oidc, app) = start(WORK, &["--registration", "closed"], Overrides::default()).await;
    let browser = Browser::new(&app);
    assert_eq!(browser.log_in(&oidc, "corp").await.to, "/login?problem=registration_closed");
    let body = json!({ "email": "ana@demo.lockstep", "password": PASSWORD, "refresh_in": "body" });
    let tokens = app.post("/api/v1/auth/login", body).await.ok();
    let ana = Person { app: &app, tokens, email: "ana@demo.lockstep".into() };
    let away = browser.start_connecting("corp", &ana, Some(PASSWORD)).await.ok();
    browser.back(&oidc.visit(text(&away["url"])).await).await;
    assert_eq!(browser.log_in(&oidc, "corp").await.to, "/login?identity=in");
    // One whose session ended on the way connects nothing.
    oidc.person("eve", json!({ "email": "eve@example.org", "email_verified": true })).await;
    let away = browser.start_connecting("corp", &ana, Some(PASSWORD)).await.ok();
    ana.post("/api/v1/auth/logout_all", json!({})).await.is(204);
    let sent = browser.back(&oidc.visit(text(&away["url"])).await).await;
    assert_eq!(sent.to, "/account?problem=session_revoked");
    app.stop().await;
}

#[tokio::test]
async fn an_account_that_was_deleted_takes_its_identities_with_it() {
    let (oidc, app) = start(WORK, &[], Overrides::default()).await;
    let browser = Browser::new(&app);
    browser.log_in(&oidc, "corp").await;
    let ada = browser.person().await;
    ada.send(Method::DELETE, "/api/v1/me", json!({})).await.is(204);
    let fresh = Browser::new(&app);
    until("the identity to be forgotten", async || {
        (fresh.log_in(&oidc, "corp").await.to == "/login?identity=in").then_some(())
    })
    .await;
    assert_ne!(fresh.person().await.id(), ada.id());
    app.stop().await;
}

#[tokio::test]
async fn there_is_an_end_to_how_many_identities_one_has() {
    let limits = Limits { identities_per_account_max: 1, ..Limits::default() };
    let (oidc, app) = start(WORK, &[], Overrides { limits: Some(limits), ..Overrides::default() }).await;
    let ana = app.person("Ana").await;
    let (browser, other) = (Browser::new(&app), Browser::new(&app));
    let first = browser.start_connecting("corp", &ana, Some(PASSWORD)).await.ok();
    let second = other.start_connecting("corp", &ana, Some(PASSWORD)).await.ok();
    assert_eq!(browser.back(&oidc.visit(text(&first["url"])).await).await.to, "/account?identity=connected");
    oidc.person("eve", json!({ "email": "eve@example.org", "email_verified": true })).await;
    assert_eq!(other.back(&oidc.visit(text(&second["url"])).await).await.to, "/account?problem=limit_reached");
    browser.start_connecting("corp", &ana, Some(PASSWORD)).await.refused("limit_reached");
    app.stop().await;
}
