//! Apps on phones, by Google's and Apple's services, as the operator's file sets them up.

use std::{fs, path::Path};

use aws_lc_rs::{
    encoding::AsDer,
    rand::SystemRandom,
    rsa,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use clap::Parser;
use lockstep::{
    app::{push::pushers, serve::Overrides},
    auth::keys::ServerKeys,
    clock::Clock,
    config::{Command, CommandLine, Settings},
    outbound::{
        egress::Egress,
        push::{Address, Outcome, Pushed, Pushers},
    },
};
use lockstep_protocol::{ids::AccountId, limits::Limits};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{App, text};
use crate::support::phones::Phones;

const DEVICES: &str = "/api/v1/me/devices";
const SECOND: i64 = 1_000_000;
const START: i64 = 1_800_000_000 * SECOND;
const TOKEN: &str = "00fc13adff785122b4ad28809a3420982341241421348097878e577c991de8f0";

/// Both services, and what reaches them, set up as an operator does it.
struct Setup {
    google: Phones,
    apple: Phones,
    sends: Pushers,
    clock: Clock,
    flags: Vec<String>,
    folder: tempfile::TempDir,
}

fn pem(der: &[u8]) -> String {
    let text = data_encoding::BASE64.encode(der);
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).expect("ASCII")).collect();
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"))
}

fn write(path: &Path, content: &str) -> String {
    fs::write(path, content).expect("written");
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("changed");
    path.to_str().expect("a path").to_owned()
}

fn settings(flags: &[String]) -> Settings {
    let line = ["lockstep".to_owned(), "serve".to_owned()].into_iter().chain(flags.iter().cloned());
    let Command::Serve(flags) = CommandLine::try_parse_from(line).expect("flags").command else { panic!("serve") };
    flags.try_into().expect("settings")
}

impl Setup {
    async fn new() -> Self {
        let folder = App::folder();
        let rsa = rsa::KeyPair::generate(rsa::KeySize::Rsa2048).expect("a key");
        let team = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).expect("a key");
        let point = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, team.as_ref()).expect("a key");
        let google = Phones::google(rsa.public_key().as_ref().to_vec()).await;
        let apple = Phones::apple(point.public_key().as_ref().to_vec()).await;
        let account = json!({
            "type": "service_account", "project_id": "a-project", "private_key_id": "k1",
            "private_key": pem(rsa.as_der().expect("PKCS#8").as_ref()),
            "client_email": "push@a-project.example", "token_uri": format!("{}/token", google.url),
        });
        let account = write(&folder.path().join("account.json"), &account.to_string());
        let key = write(&folder.path().join("key.p8"), &pem(team.as_ref()));
        let services = format!(
            "[fcm]\nservice_account_file = \"{account}\"\naddress = \"{}\"\n[apns]\nkey_file = \"{key}\"\nkey_id = \"ABC123DEFG\"\n\
            team_id = \"DEF123GHIJ\"\ntopic = \"org.example.lockstep\"\naddress = \"{}\"\n",
            google.url, apple.url
        );
        let services = write(&folder.path().join("push.toml"), &services);
        let flags = ["--push-services", &services, "--egress-allow", &google.url, "--egress-allow", &apple.url];
        let flags: Vec<String> = flags.into_iter().map(str::to_owned).collect();
        let (settings, clock) = (settings(&flags), Clock::manual(START));
        let keys = ServerKeys::open(folder.path(), START).expect("keys");
        let egress = Egress::new(settings.egress_allow.clone(), &Limits::default()).expect("a client");
        let sends = pushers(&keys, &settings, &egress).expect("keys that are some");
        Self { google, apple, sends, clock, flags, folder }
    }

    async fn google(&self, told: &Pushed) -> Outcome {
        self.sends.send(&Address::Fcm("a:token_1".into()), told, self.clock.now()).await
    }

    async fn apple(&self, told: &Pushed) -> Outcome {
        self.sends.send(&Address::Apns(TOKEN.into()), told, self.clock.now()).await
    }
}

fn pushed(body: &str) -> Pushed {
    let (title, body) = ("Ben gave you a task".to_owned(), body.to_owned());
    Pushed { id: Uuid::now_v7(), title, body, url: "/inbox".into(), tag: "task-1".into(), badge: Some(2) }
}

/// The word for an outcome, when to come back, and what is told of it.
fn word(outcome: Outcome) -> (&'static str, Option<u64>, String) {
    match outcome {
        Outcome::Taken => ("taken", None, String::new()),
        Outcome::Later { error, after } => ("later", after.map(|after| after.as_secs()), error),
        Outcome::Never { error } => ("never", None, error),
        Outcome::Gone { error } => ("gone", None, error),
    }
}

#[tokio::test]
async fn google_is_given_one_assertion_for_many_messages() {
    let setup = Setup::new().await;
    let told = pushed("Fix the log-in");
    assert_eq!(setup.google(&told).await, Outcome::Taken);
    assert_eq!(setup.google(&told).await, Outcome::Taken);
    let came = setup.google.came();
    assert_eq!((came.len(), setup.google.tokens()), (2, 1));
    assert_eq!(came[0].path, "a-project/messages:send");
    let message = &came[0].body["message"];
    assert_eq!((&message["token"], came[0].body.as_object().map(serde_json::Map::len)), (&json!("a:token_1"), Some(1)));
    assert_eq!(message["notification"], json!({ "title": told.title, "body": told.body }));
    let id = told.id.simple().to_string();
    assert_eq!(message["data"], json!({ "id": id, "url": "/inbox", "tag": "task-1", "badge": "2" }));
    let android =
        json!({ "collapse_key": id, "ttl": "86400s", "notification": { "tag": "task-1", "notification_count": 2 } });
    assert_eq!(message["android"], android);
    assert_eq!(came[0].body, came[1].body, "a try like the one before");
    // Before it ends another one is asked for, by one of those who need it.
    setup.clock.advance(3_590 * SECOND);
    let (first, second) = tokio::join!(setup.google(&told), setup.google(&told));
    assert_eq!((first, second, setup.google.tokens()), (Outcome::Taken, Outcome::Taken, 2));
    // One that is refused before its time is not used again.
    setup.google.live_for(10);
    setup.clock.advance(3_600 * SECOND);
    assert_eq!(setup.google(&told).await, Outcome::Taken);
    let tokens = setup.google.tokens();
    assert_eq!(setup.google(&told).await, Outcome::Taken);
    assert_eq!(setup.google.tokens(), tokens + 1, "it lives for less than it takes to be sure of it");
    // Where nothing is said of what is unread, nothing is counted.
    setup.google(&Pushed { badge: None, ..told }).await;
    let last = setup.google.came().pop().expect("it came").body["message"].clone();
    assert_eq!((last["data"].get("badge"), &last["android"]["notification"]), (None, &json!({ "tag": "task-1" })));
    // What is too long is cut.
    assert_eq!(setup.google(&pushed(&"long 👋".repeat(2_000))).await, Outcome::Taken);
    let last = setup.google.came().pop().expect("it came");
    assert!(text(&last.body["message"]["notification"]["body"]).ends_with('…'));
}

#[tokio::test]
async fn what_google_answers_is_taken_later_never_or_gone() {
    let setup = Setup::new().await;
    let error =
        |word: &str| json!({ "error": { "status": word, "details": [{ "@type": "x" }, { "errorCode": word }] } });
    for (status, body, wanted, after) in [
        (200, json!({ "name": "projects/a-project/messages/1" }), "taken", None),
        (404, error("UNREGISTERED"), "gone", None),
        (404, json!("no such page"), "gone", None),
        (400, error("UNREGISTERED"), "gone", None),
        (403, error("SENDER_ID_MISMATCH"), "gone", None),
        (400, error("INVALID_ARGUMENT"), "never", None),
        (403, error("PERMISSION_DENIED"), "later", None),
        (401, error("THIRD_PARTY_AUTH_ERROR"), "later", None),
        (401, json!({}), "later", Some(9)),
        (429, error("QUOTA_EXCEEDED"), "later", Some(9)),
        (500, error("INTERNAL"), "later", Some(9)),
        (503, error("UNAVAILABLE"), "later", Some(9)),
    ] {
        setup.google.say(status, body.clone());
        let (found, wait, said) = word(setup.google(&pushed("x")).await);
        assert_eq!((found, wait), (wanted, after), "{status} {body}: {said}");
        assert!(found == "taken" || said.starts_with(&status.to_string()), "{said}");
        assert!(!said.contains("token_1") && !said.contains("ya29"), "{said}");
    }
    let Setup { google, sends, .. } = setup;
    drop(google);
    let (found, _, said) = word(sends.send(&Address::Fcm("x".into()), &pushed("x"), START).await);
    assert_eq!(found, "later", "{said}");
}

#[tokio::test]
async fn without_a_token_nothing_is_sent_to_google_and_the_device_is_kept() {
    let setup = Setup::new().await;
    // Another account's key under this one's name.
    let other = rsa::KeyPair::generate(rsa::KeySize::Rsa2048).expect("a key");
    let path = setup.folder.path().join("account.json");
    let mut account: Value = serde_json::from_str(&fs::read_to_string(&path).expect("there")).expect("JSON");
    account["private_key"] = json!(pem(other.as_der().expect("PKCS#8").as_ref()));
    write(&path, &account.to_string());
    let settings = settings(&setup.flags);
    let keys = ServerKeys::open(setup.folder.path(), START).expect("keys");
    let egress = Egress::new(settings.egress_allow.clone(), &Limits::default()).expect("a client");
    let sends = pushers(&keys, &settings, &egress).expect("keys");
    let (found, _, said) = word(sends.send(&Address::Fcm("x".into()), &pushed("x"), START).await);
    assert!(found == "later" && said.contains("no token: 400") && said.contains("invalid_grant"), "{found} {said}");
    assert_eq!(setup.google.came().len(), 0);
    // What is no key at all does not start.
    account["private_key"] = json!("hush");
    write(&path, &account.to_string());
    let settings = self::settings(&setup.flags);
    let refused = pushers(&keys, &settings, &egress).err().expect("refused");
    assert!(refused.contains("RSA") && !refused.contains("hush"), "{refused}");
}

#[tokio::test]
async fn apple_is_told_over_http_2_with_a_token_that_holds_for_most_of_an_hour() {
    let setup = Setup::new().await;
    let told = pushed("Fix the log-in");
    for _ in 0..2 {
        assert_eq!(setup.apple(&told).await, Outcome::Taken);
    }
    setup.clock.advance(49 * 60 * SECOND);
    assert_eq!((setup.apple(&told).await, setup.apple.tokens()), (Outcome::Taken, 1));
    setup.clock.advance(2 * 60 * SECOND);
    assert_eq!((setup.apple(&told).await, setup.apple.tokens()), (Outcome::Taken, 2));
    let came = setup.apple.came();
    let header = |name: &str| came[0].headers[name].to_str().expect("text");
    assert_eq!(came[0].path, TOKEN);
    assert_eq!(header("apns-id"), told.id.to_string());
    assert_eq!(header("apns-collapse-id"), told.id.simple().to_string());
    assert_eq!(header("apns-expiration"), (START / SECOND + 86_400).to_string());
    let shown = json!({ "title": told.title, "body": told.body });
    let aps = json!({ "alert": shown, "badge": 2, "sound": "default", "thread-id": "task-1" });
    assert_eq!(came[0].body, json!({ "aps": aps, "id": told.id, "url": "/inbox", "tag": "task-1" }));
    assert_eq!(setup.apple(&pushed(&"long 👋".repeat(2_000))).await, Outcome::Taken);
    // A token of an app never leaves its place in the path.
    let (found, ..) = word(setup.sends.send(&Address::Apns("../3/device/x".into()), &told, START).await);
    assert_eq!((found, setup.apple.came().len()), ("gone", 5));
}

#[tokio::test]
async fn what_apple_answers_is_taken_later_never_or_gone() {
    let setup = Setup::new().await;
    for (status, reason, wanted, after) in [
        (200, "", "taken", None),
        (410, "Unregistered", "gone", None),
        (410, "ExpiredToken", "gone", None),
        (400, "BadDeviceToken", "gone", None),
        (400, "DeviceTokenNotForTopic", "gone", None),
        (400, "BadMessageId", "never", None),
        (400, "TopicDisallowed", "later", None),
        (403, "InvalidProviderToken", "later", None),
        (403, "ExpiredProviderToken", "later", None),
        (404, "BadPath", "never", None),
        (413, "PayloadTooLarge", "never", None),
        (429, "TooManyRequests", "later", Some(9)),
        (500, "InternalServerError", "later", Some(9)),
        (503, "Shutdown", "later", Some(9)),
    ] {
        setup.apple.say(status, json!({ "reason": reason }));
        let (found, wait, said) = word(setup.apple(&pushed("x")).await);
        assert_eq!((found, wait), (wanted, after), "{status} {reason}: {said}");
        assert!(found == "taken" || said.starts_with(&status.to_string()) && said.contains(reason), "{said}");
    }
    // A token that Apple finds too old is made anew, but not within 20 minutes: that is refused as well.
    setup.apple.say(403, json!({ "reason": "ExpiredProviderToken" }));
    let before = setup.apple.tokens();
    setup.apple(&pushed("x")).await;
    setup.apple(&pushed("x")).await;
    assert_eq!(setup.apple.tokens(), before);
    setup.clock.advance(21 * 60 * SECOND);
    setup.apple(&pushed("x")).await;
    setup.apple(&pushed("x")).await;
    assert_eq!(setup.apple.tokens(), before + 1);
    let Setup { apple, sends, .. } = setup;
    drop(apple);
    let (found, _, said) = word(sends.send(&Address::Apns(TOKEN.into()), &pushed("x"), START).await);
    assert_eq!(found, "later", "{said}");
}

#[tokio::test]
async fn phones_are_registered_where_the_operator_set_their_services_up() {
    let setup = Setup::new().await;
    let flags: Vec<&str> = setup.flags.iter().map(String::as_str).collect();
    let app = App::start_with(Overrides::default(), &flags).await;
    let ana = app.person("Ana").await;
    assert_eq!(ana.get("/api/v1/push/key").await.ok()["kinds"], json!(["webpush", "fcm", "apns"]));
    for (wish, field) in [
        (json!({ "kind": "fcm", "address": "a token" }), "address"),
        (json!({ "kind": "apns", "address": "xyz" }), "address"),
        (json!({ "kind": "apns", "address": "abc" }), "address"),
        (json!({ "kind": "fcm", "address": "a:token_1", "auth": "BTBZMqHH6r4Tts7J_aSIgg" }), "auth"),
        (json!({ "kind": "apns", "address": TOKEN, "p256dh": "AAAA" }), "p256dh"),
    ] {
        assert_eq!(ana.post(DEVICES, wish).await.refused("field_invalid")["field"], field);
    }
    ana.post(DEVICES, json!({ "kind": "fcm", "address": "a:token_1", "name": "Phone" })).await.created();
    ana.post(DEVICES, json!({ "kind": "apns", "address": TOKEN })).await.created();
    let account: AccountId = ana.id().parse().expect("an id");
    let engine = &app.server.engine;
    let devices = engine.store.devices().of(account, engine.clock.now()).await.expect("a store");
    for device in devices {
        let keys = device.keys.map(|keys| (keys.p256dh, keys.auth));
        let to = Address::of(device.kind.word(), device.address, keys).expect("an address");
        assert_eq!(setup.sends.send(&to, &pushed("x"), START).await, Outcome::Taken);
    }
    assert_eq!((setup.google.came().len(), setup.apple.came().len()), (1, 1));
    app.stop().await;
}
