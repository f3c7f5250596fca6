//! Devices over the real surface: whose they are, how long, how many; and what reaches a browser of what is sent to it.

use futures_util::future::join_all;
use lockstep::{
    app::serve::Overrides,
    auth::keys::ServerKeys,
    clock::Clock,
    outbound::{
        egress::Egress,
        push::{Outcome, Pushed, Subscription, WebPush},
    },
    store::devices::Device,
};
use lockstep_protocol::{ids::AccountId, limits::Limits};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{App, PASSWORD, Person, text, tokens};
use crate::support::push::{Browser, PushService, Says, bytes};

const DEVICES: &str = "/api/v1/me/devices";
const SECOND: i64 = 1_000_000;

async fn listed(person: &Person<'_>) -> Vec<Value> {
    person.get(DEVICES).await.ok()["items"].as_array().expect("a list").clone()
}

fn account(person: &Person<'_>) -> AccountId {
    person.id().parse().expect("an id")
}

/// What a worker is given of somebody's devices.
async fn known(app: &App, person: &Person<'_>) -> Vec<Device> {
    let engine = &app.server.engine;
    engine.store.devices().of(account(person), engine.clock.now()).await.expect("a store")
}

/// Another log-in of somebody.
async fn again<'a>(person: &Person<'a>) -> Person<'a> {
    let login = json!({ "email": person.email, "password": PASSWORD, "refresh_in": "body" });
    let tokens = person.app.post("/api/v1/auth/login", login).await.ok();
    Person { app: person.app, tokens, email: person.email.clone() }
}

fn browser(name: &str) -> Value {
    Browser::new().subscription(&format!("https://push.example.org/{name}"))
}

#[tokio::test]
async fn a_device_is_registered_listed_and_taken_back_and_its_address_is_never_told() {
    let app = App::start().await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let key = ana.get("/api/v1/push/key").await.ok();
    assert_eq!(bytes(text(&key["key"])).len(), 65);
    assert_eq!(key["kinds"], json!(["webpush"]));
    let wish = browser("one");
    let made = ana.request(Method::POST, DEVICES).header("user-agent", "Fire\tfox 140").json(&wish);
    let made = super::send(made).await.created();
    assert_eq!((&made["kind"], &made["failures"], &made["current"]), (&json!("webpush"), &json!(0), &json!(true)));
    assert!(made.get("last_used_at").is_none() && !made.to_string().contains("push.example.org"), "{made}");
    assert_eq!(listed(&ana).await, std::slice::from_ref(&made));
    assert_eq!(listed(&ben).await, [] as [Value; 0]);
    // Again with other keys: it is the same device, under another name.
    let mut renamed = browser("one");
    renamed["name"] = json!(format!("  Laptop\n{} ", "x".repeat(500)));
    let renamed = ana.post(DEVICES, renamed).await.created();
    assert_eq!(renamed["device_id"], made["device_id"]);
    assert!(text(&renamed["name"]).starts_with("Laptopx") && text(&renamed["name"]).len() == 200, "{renamed}");
    // Seen from another log-in it is not this one.
    let phone = again(&ana).await;
    assert_eq!(listed(&phone).await[0]["current"], false);
    let path = format!("{DEVICES}/{}", text(&made["device_id"]));
    ben.delete(&path).await.refused("not_found");
    phone.delete(&path).await.is(204);
    ana.delete(&path).await.refused("not_found");
    assert_eq!(listed(&ana).await, [] as [Value; 0]);
    app.stop().await;
}

#[tokio::test]
async fn what_cannot_be_a_device_is_refused_with_its_field() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let with = |field: &str, value: Value| {
        let mut wish = browser("one");
        wish[field] = value;
        wish
    };
    let point = text(&browser("x")["p256dh"]).to_owned();
    let mut off = bytes(&point);
    off[64] ^= 1;
    let off = data_encoding::BASE64URL_NOPAD.encode(&off);
    let long = format!("https://push.example.org/{}", "x".repeat(1_000));
    for (wish, code, field) in [
        (with("kind", json!("pager")), "field_invalid", "kind"),
        (json!({ "kind": "fcm", "address": "abc" }), "field_invalid", "kind"),
        (with("address", json!("")), "field_required", "address"),
        (with("address", json!(long)), "field_too_long", "address"),
        (with("address", json!("http://push.example.org/x")), "field_invalid", "address"),
        (with("address", json!("https://u:p@push.example.org/x")), "field_invalid", "address"),
        (with("address", json!("/push/x")), "field_invalid", "address"),
        (with("p256dh", json!(null)), "field_required", "p256dh"),
        (with("auth", json!(null)), "field_required", "auth"),
        (with("auth", json!("AAAA")), "field_invalid", "auth"),
        (with("p256dh", json!("AAAA")), "field_invalid", "p256dh"),
        (with("p256dh", json!(off)), "field_invalid", "p256dh"),
    ] {
        let refused = ana.post(DEVICES, wish.clone()).await.refused(code);
        assert_eq!(refused["field"], field, "{wish}");
    }
    // Padded as some libraries write it.
    let padded = with("p256dh", json!(format!("{point}=")));
    ana.post(DEVICES, padded).await.created();
    // Programs have no devices.
    let token = tokens::make(&ana, &["account", "read", "write", "admin"]).await;
    for (method, path, body) in [
        (Method::GET, DEVICES, None),
        (Method::GET, "/api/v1/push/key", None),
        (Method::POST, DEVICES, Some(browser("two"))),
    ] {
        tokens::with(&app, &token, method, path, body).await.refused("forbidden");
    }
    app.get(DEVICES).await.refused("unauthenticated");
    app.stop().await;
}

#[tokio::test]
async fn a_device_is_of_whoever_registered_it_last_and_is_another_one_then() {
    let app = App::start().await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let hers = ana.post(DEVICES, browser("shared")).await.created();
    let his = ben.post(DEVICES, browser("shared")).await.created();
    // What is on its way to her by its id reaches nobody.
    assert_ne!(hers["device_id"], his["device_id"]);
    assert_eq!(listed(&ana).await, [] as [Value; 0]);
    assert_eq!(listed(&ben).await.len(), 1);
    app.stop().await;
}

#[tokio::test]
async fn a_device_goes_with_its_log_in_however_that_ends() {
    let clock = Clock::manual(1_800_000_000 * SECOND);
    let overrides = Overrides { clock: Some(clock.clone()), ..Overrides::default() };
    let app = App::start_with(overrides, &[]).await;
    let ana = app.person("Ana").await;
    ana.post(DEVICES, browser("here")).await.created();
    let ended = async |name: &str, end: &str| {
        let other = again(&ana).await;
        other.post(DEVICES, browser(name)).await.created();
        assert_eq!(known(&app, &ana).await.len(), 2, "{end}");
        let session = text(&other.tokens["session_id"]);
        match end {
            "ended" => drop(ana.delete(&format!("/api/v1/me/sessions/{session}")).await.is(204)),
            "left" => {
                let body = json!({ "refresh_token": other.tokens["refresh_token"] });
                drop(app.post("/api/v1/auth/logout", body).await.is(204));
            }
            "stolen" => {
                let body = json!({ "refresh_token": other.tokens["refresh_token"], "refresh_in": "body" });
                app.post("/api/v1/auth/refresh", body.clone()).await.ok();
                clock.advance(11 * SECOND);
                app.post("/api/v1/auth/refresh", body).await.refused("session_revoked");
            }
            _ => {
                let body = json!({ "current_password": PASSWORD, "new_password": PASSWORD.to_owned() + "-next" });
                ana.post("/api/v1/me/password", body).await.is(204);
            }
        }
        let left = known(&app, &ana).await;
        assert!(left.len() == 1 && left[0].address.ends_with("/here"), "{end}: {left:?}");
    };
    for (name, end) in [("a", "ended"), ("b", "left"), ("c", "stolen"), ("d", "another password")] {
        ended(name, end).await;
    }
    // By itself, when its time is over.
    clock.advance(400 * 86_400 * SECOND);
    assert_eq!(known(&app, &ana).await, []);
    app.stop().await;
}

#[tokio::test]
async fn devices_go_with_their_account() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let made = ana.post(DEVICES, browser("one")).await.created();
    ana.send(Method::DELETE, "/api/v1/me", json!({ "password": PASSWORD })).await.is(204);
    let (store, id) = (&app.server.engine.store, text(&made["device_id"]).parse().expect("an id"));
    crate::support::until("the device is forgotten", async || {
        let found = store.devices().find(id, 0).await.expect("a store");
        found.is_none().then_some(())
    })
    .await;
    // Nothing is left at its address that could be in the way of who registers it next.
    let ben = app.person("Ben").await;
    ben.post(DEVICES, browser("one")).await.created();
    app.stop().await;
}

#[tokio::test]
async fn of_many_devices_registered_at_once_there_are_no_more_than_may_be() {
    let app = App::start_limited(Limits { devices_per_account_max: 3, ..Limits::default() }).await;
    let ana = app.person("Ana").await;
    let wishes: Vec<Value> = (0..10).map(|number| browser(&number.to_string())).collect();
    let made = join_all(wishes.into_iter().map(|wish| ana.post(DEVICES, wish))).await;
    assert_eq!(made.iter().filter(|answer| answer.status == 201).count(), 3, "{made:?}");
    for answer in made.into_iter().filter(|answer| answer.status != 201) {
        assert_eq!(answer.refused("limit_reached")["limit"], 3);
    }
    let devices = listed(&ana).await;
    assert_eq!(devices.len(), 3);
    // One that is there may always be registered anew.
    let there = known(&app, &ana).await[0].address.clone();
    ana.post(DEVICES, Browser::new().subscription(&there)).await.created();
    ana.delete(&format!("{DEVICES}/{}", text(&devices[0]["device_id"]))).await.is(204);
    ana.post(DEVICES, browser("again")).await.created();
    app.stop().await;
}

/// What sends, on the key of this server, to what was registered there.
fn sender(app: &App, service: &PushService) -> WebPush {
    let keys = ServerKeys::open(app.folder.path(), 0).expect("keys").push;
    let place = service.url.parse().expect("a place");
    let egress = Egress::new(vec![place], &Limits::default()).expect("a client");
    WebPush::new(egress, (&keys.pkcs8, &keys.public), "https://boards.example.org".into())
}

/// Tokens are checked by a service that knows the time.
fn now() -> i64 {
    Clock::system().now()
}

fn subscription(device: &Device) -> Subscription {
    let keys = device.keys.clone().expect("a browser's");
    Subscription { endpoint: device.address.clone(), p256dh: keys.p256dh, auth: keys.auth }
}

fn pushed(body: &str) -> Pushed {
    let (title, body) = ("Ben gave you a task".to_owned(), body.to_owned());
    Pushed { id: Uuid::now_v7(), title, body, url: "/inbox".into(), tag: "task-1".into(), badge: Some(2) }
}

#[tokio::test]
async fn a_notification_is_sealed_for_the_browser_and_signed_by_this_server() {
    let (app, service) = (App::start().await, PushService::start().await);
    let ana = app.person("Ana").await;
    let (hers, other) = (Browser::new(), Browser::new());
    ana.post(DEVICES, hers.subscription(&service.endpoint("hers"))).await.created();
    let device = known(&app, &ana).await.remove(0);
    let (sends, told) = (sender(&app, &service), pushed("Fix the log-in 👋"));
    assert_eq!(sends.send(&subscription(&device), &told, now()).await, Outcome::Taken);
    assert_eq!(sends.send(&subscription(&device), &told, now()).await, Outcome::Taken);
    let came = service.came();
    let public = bytes(text(&ana.get("/api/v1/push/key").await.ok()["key"]));
    assert_eq!(service.sender(&came[0], &public), "https://boards.example.org");
    assert_eq!(hers.open(&came[0]), Some(serde_json::to_value(&told).expect("JSON")));
    assert_eq!(other.open(&came[0]), None);
    assert!(!String::from_utf8_lossy(&came[0].body).contains("log-in"));
    // Tried again it is sealed anew, and the service can tell that it is the same.
    assert_ne!(came[0].body, came[1].body);
    let header = |at: usize, name: &str| came[at].headers[name].to_str().expect("text").to_owned();
    assert_eq!(header(0, "topic"), header(1, "topic"));
    assert!(header(0, "topic").len() <= 32 && header(0, "ttl").parse::<u32>().is_ok(), "{came:?}");
    assert_eq!((came[0].device.as_str(), header(0, "urgency").as_str()), ("hers", "normal"));
    // Its length does not tell how long the text is; one that is too long is cut.
    sends.send(&subscription(&device), &pushed("Fix"), now()).await;
    sends.send(&subscription(&device), &pushed(&"long ".repeat(2_000)), now()).await;
    let came = service.came();
    assert_eq!(came[2].body.len(), came[0].body.len());
    let body = hers.open(&came[3]).expect("it opens")["body"].as_str().expect("text").to_owned();
    assert!(body.len() > 3_000 && body.ends_with('…'), "{}", body.len());
    app.stop().await;
}

#[tokio::test]
async fn what_a_service_answers_is_taken_later_never_or_gone() {
    let (app, service) = (App::start().await, PushService::start().await);
    let ana = app.person("Ana").await;
    ana.post(DEVICES, Browser::new().subscription(&service.endpoint("hers"))).await.created();
    let device = known(&app, &ana).await.remove(0);
    let sends = sender(&app, &service);
    for (says, word, seconds) in [
        (Says(201, None), "taken", None),
        (Says(200, None), "taken", None),
        (Says(202, None), "taken", None),
        (Says(404, None), "gone", None),
        (Says(410, None), "gone", None),
        (Says(400, None), "never", None),
        (Says(403, None), "never", None),
        (Says(413, None), "never", None),
        (Says(301, None), "never", None),
        (Says(429, Some("120")), "later", Some(120)),
        (Says(503, Some("7")), "later", Some(7)),
        (Says(500, None), "later", None),
    ] {
        service.say(says);
        let (found, after, error) = match sends.send(&subscription(&device), &pushed("x"), now()).await {
            Outcome::Taken => ("taken", None, says.0.to_string()),
            Outcome::Later { error, after } => ("later", after, error),
            Outcome::Never { error } => ("never", None, error),
            Outcome::Gone { error } => ("gone", None, error),
        };
        assert_eq!((found, after.map(|after| after.as_secs())), (word, seconds), "{}", says.0);
        assert!(error.starts_with(&says.0.to_string()) && !error.contains("/push/"), "{error}");
    }
    // Where requests may not go nothing is sent; where nobody listens it is tried again.
    let mut elsewhere = subscription(&device);
    for (endpoint, later) in [
        ("https://127.0.0.1/push/x", false),
        ("https://10.0.0.7/push/x", false),
        ("https://[::1]:8443/push/x", false),
        ("http://169.254.169.254/latest/meta-data", false),
        ("nowhere", false),
    ] {
        elsewhere.endpoint = endpoint.to_owned();
        let outcome = sends.send(&elsewhere, &pushed("x"), now()).await;
        assert_eq!(matches!(outcome, Outcome::Later { .. }), later, "{endpoint}: {outcome:?}");
        assert!(matches!(outcome, Outcome::Never { .. } | Outcome::Later { .. }), "{endpoint}: {outcome:?}");
    }
    drop(service);
    let outcome = sends.send(&subscription(&device), &pushed("x"), now()).await;
    assert!(matches!(outcome, Outcome::Later { after: None, .. }), "{outcome:?}");
    app.stop().await;
}

/// What concerns somebody reaches their devices: those that took it once, and those that were away when they are back.
#[tokio::test]
async fn what_concerns_somebody_is_pushed_to_their_devices() {
    let (service, clock) = (PushService::start().await, Clock::manual(now() + 60 * SECOND));
    let overrides = Overrides { clock: Some(clock.clone()), ..Overrides::default() };
    let app = App::start_with(overrides, &["--egress-allow", &service.url]).await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let board = ana.board(&org, json!({ "visibility": "organization" })).await;
    let (laptop, phone) = (Browser::new(), Browser::new());
    ben.post(DEVICES, laptop.subscription(&service.endpoint("laptop"))).await.created();
    ben.post(DEVICES, phone.subscription(&service.endpoint("phone"))).await.created();
    let task = ana.task(&board, "Ring the bell").await;
    ana.post(&format!("{task}/assign"), json!({ "account_id": ben.id() })).await.ok();
    let came =
        crate::support::until("both are told", async || Some(service.came()).filter(|came| came.len() == 2)).await;
    for came in &came {
        let own = if came.device == "laptop" { &laptop } else { &phone };
        let told = own.open(came).expect("it is theirs");
        assert_eq!(told["title"], "Ana gave you PLAN-1 Ring the bell");
        assert!(text(&told["url"]).contains("?task="), "{told}");
        assert_eq!(told["badge"], 1);
    }
    // A service that is away is asked again; a browser that is gone is forgotten.
    service.say(Says(503, None));
    let words = format!("@[{}]", ben.id());
    let comment = json!({ "comment_id": Uuid::now_v7(), "text": words, "mentions": [ben.id()] });
    ana.post(&format!("{task}/comments"), comment).await.created();
    crate::support::until("both were tried", async || (service.came().len() >= 4).then_some(())).await;
    service.say(Says(410, None));
    crate::support::until("they are forgotten", async || {
        clock.advance(SECOND);
        known(&app, &ben).await.is_empty().then_some(())
    })
    .await;
    app.stop().await;
}
