//! Passkeys over the real surface, with a device in memory.

use futures_util::future::join_all;
use lockstep::app::serve::Overrides;
use lockstep_protocol::limits::Limits;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Answer, App, PASSWORD, Person, send, text};
use crate::support::passkey::Device;

/// How this machine's browser names the server.
fn origin(app: &App) -> String {
    app.url.replace("127.0.0.1", "localhost")
}

async fn asked(person: &Person<'_>) -> Value {
    person.post("/api/v1/me/passkeys/start", json!({ "password": PASSWORD })).await.ok()
}

async fn add(person: &Person<'_>, device: &mut Device, name: &str) -> Answer {
    let asked = asked(person).await;
    let answer = device.create(&asked["options"]);
    let body = json!({ "ceremony": asked["ceremony"], "credential": answer, "name": name });
    person.post("/api/v1/me/passkeys", body).await
}

async fn start(app: &App) -> Value {
    app.post("/api/v1/auth/passkey/start", json!({})).await.ok()
}

async fn finish(app: &App, asked: &Value, answer: &Value) -> Answer {
    let body = json!({ "ceremony": asked["ceremony"], "credential": answer, "refresh_in": "body" });
    app.post("/api/v1/auth/passkey/finish", body).await
}

async fn password(app: &App, email: &str) -> Answer {
    app.post("/api/v1/auth/login", json!({ "email": email, "password": PASSWORD, "refresh_in": "body" })).await
}

async fn second(app: &App, asked: &Value, answer: &Value) -> Answer {
    let challenge = &asked["second_factor"]["challenge"];
    let body = json!({ "challenge": challenge, "passkey": answer, "refresh_in": "body" });
    app.post("/api/v1/auth/login/second", body).await
}

#[tokio::test]
async fn a_passkey_is_added_named_used_alone_and_taken_away() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let mut phone = Device::new(&origin(&app));
    let asked = asked(&ana).await;
    let selection = &asked["options"]["publicKey"]["authenticatorSelection"];
    assert_eq!((&selection["residentKey"], &selection["userVerification"]), (&json!("required"), &json!("required")));
    assert_eq!(asked["options"]["publicKey"]["rp"]["id"], "localhost");
    let added = add(&ana, &mut phone, " Phone ").await.created();
    assert_eq!((&added["passkey"]["kind"], &added["passkey"]["name"]), (&json!("passkey"), &json!("Phone")));
    assert_eq!(added["recovery_codes"].as_array().map(Vec::len), Some(10));
    let mut laptop = Device::new(&origin(&app));
    assert!(add(&ana, &mut laptop, "Laptop").await.created().get("recovery_codes").is_none(), "there are some");

    let asked = start(&app).await;
    assert!(asked["options"]["publicKey"]["allowCredentials"].as_array().is_none_or(Vec::is_empty), "{asked}");
    let tokens = finish(&app, &asked, &phone.get(&asked["options"])).await.ok();
    assert_eq!(tokens["account_id"], ana.tokens["account_id"]);

    let path = format!("/api/v1/me/passkeys/{}", text(&added["passkey"]["factor_id"]));
    let ben = app.person("Ben").await;
    ben.patch(&path, json!({ "name": "Mine" })).await.refused("not_found");
    ben.send(Method::DELETE, &path, json!({ "password": PASSWORD })).await.refused("not_found");
    ana.patch(&path, json!({ "name": "Old phone" })).await.is(204);
    let factors = ana.get("/api/v1/me/factors").await.ok();
    let names: Vec<&str> = factors["items"].as_array().expect("a list").iter().map(|one| text(&one["name"])).collect();
    assert_eq!(names, ["Old phone", "Laptop"]);
    ana.send(Method::DELETE, &path, json!({})).await.refused("field_required");
    ana.send(Method::DELETE, &path, json!({ "password": PASSWORD })).await.is(204);
    let asked = start(&app).await;
    finish(&app, &asked, &phone.get(&asked["options"])).await.refused("unauthenticated");
    app.stop().await;
}

#[tokio::test]
async fn a_passkey_is_a_second_factor_of_its_own_account_alone() {
    let app = App::start().await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let (mut phone, mut other) = (Device::new(&origin(&app)), Device::new(&origin(&app)));
    add(&ana, &mut phone, "Phone").await.created();
    add(&ben, &mut other, "Other").await.created();
    let asked = password(&app, &ana.email).await.is(202);
    assert_eq!(asked["second_factor"]["methods"], json!(["passkey", "recovery"]));
    let options = &asked["second_factor"]["passkey"];
    assert_eq!(options["publicKey"]["allowCredentials"].as_array().map(Vec::len), Some(1));
    second(&app, &asked, &other.get(options)).await.refused("second_factor_refused");
    second(&app, &asked, &json!({ "id": "x" })).await.refused("second_factor_refused");
    // What answers a log-in by passkey alone answers no challenge of a password, nor the other way round.
    let alone = start(&app).await;
    second(&app, &asked, &phone.get(&alone["options"])).await.refused("second_factor_refused");
    finish(&app, &alone, &phone.get(options)).await.refused("unauthenticated");
    let tokens = second(&app, &asked, &phone.get(options)).await.ok();
    assert_eq!(tokens["account_id"], ana.tokens["account_id"]);
    app.stop().await;
}

#[tokio::test]
async fn an_answer_counts_once_from_who_was_asked_of_our_page_and_person() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let mut phone = Device::new(&origin(&app));
    add(&ana, &mut phone, "Phone").await.created();
    let asked = start(&app).await;
    let answer = phone.get(&asked["options"]);
    let body = json!({ "ceremony": asked["ceremony"], "credential": answer });
    let elsewhere = app.request(Method::POST, "/api/v1/auth/passkey/finish").header("user-agent", "Thief/1.0");
    send(elsewhere.json(&body)).await.refused("challenge_ended");
    // A page of another origin, a person who was not verified, a tampered signature, another's handle.
    for origin in
        ["http://localhost", "https://evil.example", &app.url, &origin(&app).replace("localhost", "a.localhost")]
    {
        phone.origin = origin.to_owned();
        finish(&app, &asked, &phone.get(&asked["options"])).await.refused("unauthenticated");
    }
    phone.origin = origin(&app);
    phone.verifies = false;
    finish(&app, &asked, &phone.get(&asked["options"])).await.refused("unauthenticated");
    phone.verifies = true;
    for (field, value) in [("signature", "AAAA"), ("userHandle", "AZAAAAAAcACAAAAAAAAAAQ")] {
        let mut wrong = answer.clone();
        wrong["response"][field] = json!(value);
        finish(&app, &asked, &wrong).await.refused("unauthenticated");
    }
    let mut unknown = Device::new(&origin(&app));
    finish(&app, &asked, &unknown.get(&asked["options"])).await.refused("unauthenticated");

    let answers = join_all((0..10).map(|_| finish(&app, &asked, &answer))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1, "{answers:?}");
    finish(&app, &asked, &answer).await.refused("challenge_ended");
    for ceremony in ["", "lsw_", "lsw_AAAA", "x"] {
        finish(&app, &json!({ "ceremony": ceremony }), &answer).await.refused("challenge_ended");
    }
    app.stop().await;
}

#[tokio::test]
async fn a_count_that_does_not_grow_is_a_copy() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let mut phone = Device::new(&origin(&app));
    phone.counter = 5;
    add(&ana, &mut phone, "Phone").await.created();
    let use_it = async |phone: &mut Device, counter: u32| {
        phone.counter = counter;
        let asked = start(&app).await;
        finish(&app, &asked, &phone.get(&asked["options"])).await
    };
    use_it(&mut phone, 5).await.refused("unauthenticated");
    use_it(&mut phone, 7).await.ok();
    for counter in [7, 6, 0] {
        use_it(&mut phone, counter).await.refused("unauthenticated");
    }
    use_it(&mut phone, 8).await.ok();
    app.stop().await;
}

#[tokio::test]
async fn a_registration_is_of_who_asked_and_once_and_there_is_an_end_to_how_many() {
    let app = App::start_limited(Limits { passkeys_per_account_max: 2, ..Limits::default() }).await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    ana.post("/api/v1/me/passkeys/start", json!({})).await.refused("field_required");
    let asked = asked(&ana).await;
    let mut phone = Device::new(&origin(&app));
    let body = json!({ "ceremony": asked["ceremony"], "credential": phone.create(&asked["options"]), "name": "Phone" });
    ben.post("/api/v1/me/passkeys", body.clone()).await.refused("challenge_ended");
    phone.origin = "https://evil.example".to_owned();
    let foreign =
        json!({ "ceremony": asked["ceremony"], "credential": phone.create(&asked["options"]), "name": "Phone" });
    assert_eq!(ana.post("/api/v1/me/passkeys", foreign).await.refused("field_invalid")["field"], "credential");
    phone.origin = origin(&app);
    ana.post("/api/v1/me/passkeys", body.clone()).await.created();
    ana.post("/api/v1/me/passkeys", body).await.refused("challenge_ended");
    // Many begun before the last place is taken.
    let (mut begun, mut devices) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        let asked = self::asked(&ana).await;
        let mut device = Device::new(&origin(&app));
        let credential = device.create(&asked["options"]);
        devices.push(device);
        begun.push(json!({ "ceremony": asked["ceremony"], "credential": credential, "name": "Key" }));
    }
    let added = join_all(begun.into_iter().map(|body| ana.post("/api/v1/me/passkeys", body))).await;
    assert_eq!(added.iter().filter(|answer| answer.status == 201).count(), 1, "{added:?}");
    assert_eq!(ana.get("/api/v1/me/factors").await.ok()["items"].as_array().map(Vec::len), Some(2));
    ana.post("/api/v1/me/passkeys/start", json!({ "password": PASSWORD })).await.refused("limit_reached");
    app.stop().await;
}

#[tokio::test]
async fn without_a_host_name_there_are_no_passkeys() {
    let app = App::start_with(Overrides::default(), &["--public-url", "https://192.0.2.7"]).await;
    let ana = app.person("Ana").await;
    ana.post("/api/v1/me/passkeys/start", json!({ "password": PASSWORD })).await.refused("wrong_state");
    app.post("/api/v1/auth/passkey/start", json!({})).await.refused("wrong_state");
    app.stop().await;
}
