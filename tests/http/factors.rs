//! Second factors over the real surface: an authenticator app and recovery codes.

use futures_util::future::join_all;
use lockstep::{app::serve::Overrides, auth::totp::code_at, clock::Clock};
use lockstep_protocol::limits::Limits;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Answer, App, PASSWORD, Person, send, text};

pub const SECOND: i64 = 1_000_000;
pub const STEP: i64 = 30 * SECOND;
pub const START: i64 = 1_800_000_000 * SECOND;

/// A server whose clock a test moves, where no number of tries is delayed unless a test says so.
async fn start(login_attempts_max: u32) -> (App, Clock) {
    let clock = Clock::manual(START);
    let limits = Limits { login_attempts_max, ..Limits::default() };
    let overrides = Overrides { clock: Some(clock.clone()), limits: Some(limits) };
    (App::start_with(overrides, &["--trusted-proxies", "127.0.0.1"]).await, clock)
}

/// Somebody's app.
pub struct AuthenticatorApp {
    secret: Vec<u8>,
    clock: Clock,
    pub recovery: Vec<String>,
}

impl AuthenticatorApp {
    pub fn code(&self) -> String {
        code_at(&self.secret, self.clock.now() / STEP)
    }

    /// Set up and in use; the code that confirmed it is of the step before.
    pub async fn of(person: &Person<'_>, clock: &Clock) -> Self {
        let begun = person.post("/api/v1/me/totp", json!({ "password": PASSWORD })).await.created();
        let secret = data_encoding::BASE32_NOPAD.decode(text(&begun["secret"]).as_bytes()).expect("base32");
        assert!(text(&begun["uri"]).contains(text(&begun["secret"])), "{begun}");
        let mut app = Self { secret, clock: clock.clone(), recovery: Vec::new() };
        let confirmed = person.post("/api/v1/me/totp/confirm", json!({ "code": app.code() })).await.ok();
        let codes = confirmed["recovery_codes"].as_array().expect("codes");
        app.recovery = codes.iter().map(|code| text(code).to_owned()).collect();
        clock.advance(STEP);
        app
    }
}

async fn log_in(app: &App, email: &str, password: &str) -> Answer {
    app.post("/api/v1/auth/login", json!({ "email": email, "password": password, "refresh_in": "body" })).await
}

/// The challenge of a log-in whose password was right.
pub async fn challenge(app: &App, email: &str) -> String {
    let asked = log_in(app, email, PASSWORD).await.is(202);
    text(&asked["second_factor"]["challenge"]).to_owned()
}

pub async fn second(app: &App, challenge: &str, proof: (&str, &str)) -> Answer {
    let mut body = json!({ "challenge": challenge, "refresh_in": "body" });
    body[proof.0] = Value::from(proof.1);
    app.post("/api/v1/auth/login/second", body).await
}

#[tokio::test]
async fn with_an_app_the_password_alone_opens_nothing_and_a_code_with_it_does() {
    let (app, clock) = start(10).await;
    let ana = app.person("Ana").await;
    assert_eq!(ana.get("/api/v1/me/factors").await.ok(), json!({ "items": [], "recovery_codes_left": 0 }));
    let phone = AuthenticatorApp::of(&ana, &clock).await;
    let factors = ana.get("/api/v1/me/factors").await.ok();
    assert_eq!((&factors["items"][0]["kind"], &factors["recovery_codes_left"]), (&json!("totp"), &json!(10)));

    let answer = log_in(&app, &ana.email, PASSWORD).await;
    assert_eq!(answer.header("set-cookie"), "");
    let asked = answer.is(202);
    assert_eq!(asked["second_factor"]["methods"], json!(["totp", "recovery"]));
    assert_eq!(asked["second_factor"]["expires_at"], json!(clock.now() + 300 * SECOND));
    assert!(asked.get("access_token").is_none() && !asked.to_string().contains("lsr_"), "{asked}");
    let challenge = text(&asked["second_factor"]["challenge"]);
    let as_token = app.request(Method::GET, "/api/v1/me").bearer_auth(challenge);
    send(as_token).await.refused("unauthenticated");

    let tokens = second(&app, challenge, ("totp", &phone.code())).await.ok();
    assert_eq!(tokens["account_id"], ana.tokens["account_id"]);
    let with = app.request(Method::GET, "/api/v1/me").bearer_auth(text(&tokens["access_token"]));
    send(with).await.ok();
    assert_eq!(ana.get("/api/v1/me/factors").await.ok()["items"][0]["last_used_at"], json!(clock.now()));
    app.stop().await;
}

/// SECURITY.md row 20.
#[tokio::test]
async fn of_twenty_that_show_one_code_at_once_one_is_let_in() {
    let (app, clock) = start(1_000).await;
    let ana = app.person("Ana").await;
    let phone = AuthenticatorApp::of(&ana, &clock).await;
    let mut challenges = Vec::new();
    for _ in 0..20 {
        challenges.push(challenge(&app, &ana.email).await);
    }
    let code = phone.code();
    let answers = join_all(challenges.iter().map(|challenge| second(&app, challenge, ("totp", &code)))).await;
    let let_in = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(let_in, 1, "{answers:?}");
    for answer in answers.into_iter().filter(|answer| answer.status != 200) {
        answer.refused("second_factor_refused");
    }
    // Nor later, nor a code of an earlier step.
    second(&app, &challenge(&app, &ana.email).await, ("totp", &code)).await.refused("second_factor_refused");
    let earlier = code_at(&phone.secret, clock.now() / STEP - 1);
    second(&app, &challenge(&app, &ana.email).await, ("totp", &earlier)).await.refused("second_factor_refused");
    clock.advance(STEP);
    second(&app, &challenge(&app, &ana.email).await, ("totp", &phone.code())).await.ok();
    app.stop().await;
}

#[tokio::test]
async fn a_recovery_code_is_good_once_however_it_is_typed_and_new_ones_end_the_old() {
    let (app, clock) = start(1_000).await;
    let ana = app.person("Ana").await;
    let phone = AuthenticatorApp::of(&ana, &clock).await;
    assert_eq!(phone.recovery.len(), 10);
    let mut challenges = Vec::new();
    for _ in 0..8 {
        challenges.push(challenge(&app, &ana.email).await);
    }
    let typed = phone.recovery[0].to_uppercase().replace('-', " ");
    let answers = join_all(challenges.iter().map(|challenge| second(&app, challenge, ("recovery", &typed)))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1, "{answers:?}");
    assert_eq!(ana.get("/api/v1/me/factors").await.ok()["recovery_codes_left"], 9);

    ana.post("/api/v1/me/recovery-codes", json!({})).await.refused("field_required");
    let renewed = ana.post("/api/v1/me/recovery-codes", json!({ "password": PASSWORD })).await.ok();
    let open = challenge(&app, &ana.email).await;
    second(&app, &open, ("recovery", &phone.recovery[1])).await.refused("second_factor_refused");
    second(&app, &open, ("recovery", text(&renewed["recovery_codes"][1]))).await.ok();
    assert_eq!(ana.get("/api/v1/me/factors").await.ok()["recovery_codes_left"], 9);
    app.stop().await;
}

#[tokio::test]
async fn a_challenge_is_for_one_log_in_of_who_was_asked_for_five_tries_and_five_minutes() {
    let (app, clock) = start(1_000).await;
    let ana = app.person("Ana").await;
    let phone = AuthenticatorApp::of(&ana, &clock).await;
    let open = challenge(&app, &ana.email).await;
    // Another device, another network.
    let body = json!({ "challenge": open, "totp": phone.code() });
    for (name, value) in [("user-agent", "Thief/1.0"), ("x-forwarded-for", "198.51.100.7")] {
        let elsewhere = app.request(Method::POST, "/api/v1/auth/login/second").header(name, value).json(&body);
        send(elsewhere).await.refused("challenge_ended");
    }
    for _ in 0..5 {
        second(&app, &open, ("totp", "000000")).await.refused("second_factor_refused");
    }
    second(&app, &open, ("totp", &phone.code())).await.refused("challenge_ended");

    let used = challenge(&app, &ana.email).await;
    second(&app, &used, ("totp", &phone.code())).await.ok();
    clock.advance(STEP);
    second(&app, &used, ("totp", &phone.code())).await.refused("challenge_ended");

    let late = challenge(&app, &ana.email).await;
    clock.advance(300 * SECOND);
    second(&app, &late, ("totp", &phone.code())).await.refused("challenge_ended");
    for broken in ["", "lsc_", "x", &late[..40], &late.replace("lsc_", "lsr_")] {
        second(&app, broken, ("totp", &phone.code())).await.refused("challenge_ended");
    }
    let both = json!({ "challenge": late, "totp": "1", "recovery": "2" });
    app.post("/api/v1/auth/login/second", both).await.refused("field_invalid");
    app.post("/api/v1/auth/login/second", json!({ "challenge": late })).await.refused("field_required");
    app.stop().await;
}

#[tokio::test]
async fn a_challenge_is_worth_nothing_when_the_password_changes_meanwhile() {
    let (app, clock) = start(1_000).await;
    let ana = app.person("Ana").await;
    let phone = AuthenticatorApp::of(&ana, &clock).await;
    let open = challenge(&app, &ana.email).await;
    let change = json!({ "current_password": PASSWORD, "new_password": "another long and winding phrase" });
    ana.post("/api/v1/me/password", change).await.is(204);
    second(&app, &open, ("totp", &phone.code())).await.refused("unauthenticated");
    app.stop().await;
}

#[tokio::test]
async fn every_way_with_a_password_asks_and_strangers_are_told_nothing_of_factors() {
    let (app, clock) = start(1_000).await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    AuthenticatorApp::of(&ana, &clock).await;
    // Registering again with the right password is logging in.
    let again = json!({ "email": ana.email, "password": PASSWORD, "name": "Ana", "refresh_in": "body" });
    let asked = app.post("/api/v1/auth/register", again).await.is(202);
    assert!(asked.get("access_token").is_none() && asked["second_factor"]["challenge"].is_string(), "{asked}");
    let mut told = Vec::new();
    for email in [ana.email.as_str(), ben.email.as_str(), "nobody@example.org"] {
        let mut problem = log_in(&app, email, "copper-violin-harbor-17").await.refused("unauthenticated");
        problem.as_object_mut().expect("an object").remove("request_id");
        told.push(problem);
    }
    assert!(told.iter().all(|problem| *problem == told[0]), "{told:?}");
    app.stop().await;
}

#[tokio::test]
async fn guessing_codes_is_braked_by_network_and_over_all_networks_but_recovery_still_works() {
    let (app, clock) = start(10).await;
    let ana = app.person("Ana").await;
    let phone = AuthenticatorApp::of(&ana, &clock).await;
    let from = async |address: &str, path: &str, body: &Value| {
        send(app.request(Method::POST, path).header("x-forwarded-for", address).json(body)).await
    };
    let mut guesses = 0;
    for network in 0..12 {
        let address = format!("198.51.{network}.7");
        let login = json!({ "email": ana.email, "password": PASSWORD });
        let asked = from(&address, "/api/v1/auth/login", &login).await.is(202);
        for _ in 0..5 {
            let guess = json!({ "challenge": asked["second_factor"]["challenge"], "totp": "000000" });
            let answer = from(&address, "/api/v1/auth/login/second", &guess).await;
            guesses += u32::from(answer.body["code"] == "second_factor_refused");
        }
    }
    assert_eq!(guesses, 50, "what one account's codes may be guessed at, from anywhere");
    let open = challenge(&app, &ana.email).await;
    second(&app, &open, ("totp", &phone.code())).await.refused("rate_limited");
    second(&app, &open, ("recovery", &phone.recovery[3])).await.ok();
    app.stop().await;
}

#[tokio::test]
async fn what_changes_factors_needs_the_password_and_is_on_record() {
    let (app, clock) = start(10).await;
    let ana = app.person("Ana").await;
    ana.post("/api/v1/me/totp", json!({})).await.refused("field_required");
    let wrong = json!({ "password": "copper-violin-harbor-17" });
    assert_eq!(ana.post("/api/v1/me/totp", wrong.clone()).await.refused("field_invalid")["field"], "password");
    ana.post("/api/v1/me/totp/confirm", json!({ "code": "123456" })).await.refused("wrong_state");
    ana.post("/api/v1/me/recovery-codes", json!({ "password": PASSWORD })).await.refused("wrong_state");
    // Begun and not confirmed it counts for nothing, and not for long.
    ana.post("/api/v1/me/totp", json!({ "password": PASSWORD })).await.created();
    log_in(&app, &ana.email, PASSWORD).await.ok();
    assert_eq!(
        ana.post("/api/v1/me/totp/confirm", json!({ "code": "1" })).await.refused("field_invalid")["field"],
        "code"
    );
    AuthenticatorApp::of(&ana, &clock).await;
    ana.post("/api/v1/me/totp", json!({ "password": PASSWORD })).await.refused("wrong_state");

    ana.send(Method::DELETE, "/api/v1/me/totp", wrong).await.refused("field_invalid");
    log_in(&app, &ana.email, PASSWORD).await.is(202);
    ana.send(Method::DELETE, "/api/v1/me/totp", json!({ "password": PASSWORD })).await.is(204);
    ana.send(Method::DELETE, "/api/v1/me/totp", json!({ "password": PASSWORD })).await.refused("not_found");
    assert_eq!(ana.get("/api/v1/me/factors").await.ok(), json!({ "items": [], "recovery_codes_left": 0 }));
    log_in(&app, &ana.email, PASSWORD).await.ok();

    let account = lockstep_protocol::ids::AccountId(ana.id().parse().expect("an id"));
    let journal = app.server.engine.store.journal();
    let events = journal.read(account.into(), 0, 100).await.expect("a journal");
    let tags: Vec<&str> = events.iter().map(|event| event.tag.as_str()).filter(|tag| tag.contains("factor")).collect();
    assert_eq!(tags, ["user.factor.added", "user.factor.removed"]);
    app.stop().await;
}
