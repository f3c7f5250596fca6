//! Access tokens that somebody made up, over HTTP and the socket: none is believed, and all are answered alike. And the keys that sign
//! the true ones, which are changed without logging anybody out.

use std::path::Path;

use aws_lc_rs::{
    hmac,
    signature::{Ed25519KeyPair, KeyPair},
};
use data_encoding::BASE64URL_NOPAD;
use lockstep::{
    app::serve::Overrides,
    auth::keys::{ServerKeys, SigningKey},
};
use lockstep_protocol::{codec::Codec, ids::ClientId};
use reqwest::Method;
use serde_json::{Value, json};

use super::{App, PASSWORD, send, text};
use crate::{support::node::id, ws::client::Client};

/// Makes tokens with the server's own key, each genuine but for one thing.
struct Forge {
    pair: Ed25519KeyPair,
    public: [u8; 32],
    header: Value,
    claims: Value,
}

fn decoded(part: &str) -> Value {
    serde_json::from_slice(&BASE64URL_NOPAD.decode(part.as_bytes()).expect("base64")).expect("JSON")
}

impl Forge {
    /// Of a genuine token and the folder of the server that made it.
    fn of(genuine: &str, folder: &Path) -> Self {
        let keys = ServerKeys::open(folder, 0).expect("keys");
        let SigningKey { pkcs8, public, .. } = &keys.signing[0];
        let parts: Vec<&str> = genuine.split('.').collect();
        let pair = Ed25519KeyPair::from_pkcs8(pkcs8).expect("a key");
        Self { pair, public: *public, header: decoded(parts[0]), claims: decoded(parts[1]) }
    }

    fn signed_by(pair: &Ed25519KeyPair, header: &str, claims: &str) -> String {
        let body = [header, claims].map(|part| BASE64URL_NOPAD.encode(part.as_bytes())).join(".");
        let signature = BASE64URL_NOPAD.encode(pair.sign(body.as_bytes()).as_ref());
        format!("{body}.{signature}")
    }

    fn text(&self, header: &str, claims: &str) -> String {
        Self::signed_by(&self.pair, header, claims)
    }

    fn headed(&self, name: &str, value: Value) -> String {
        let mut header = self.header.clone();
        header[name] = value;
        self.text(&header.to_string(), &self.claims.to_string())
    }

    fn claiming(&self, name: &str, value: Value) -> String {
        let mut claims = self.claims.clone();
        claims[name] = value;
        self.text(&self.header.to_string(), &claims.to_string())
    }

    fn without(&self, name: &str) -> String {
        let mut claims = self.claims.clone();
        claims.as_object_mut().expect("an object").remove(name);
        self.text(&self.header.to_string(), &claims.to_string())
    }

    /// The public key, which everybody has, as the secret of an HMAC.
    fn by_public_key(&self, algorithm: &str) -> String {
        let mut header = self.header.clone();
        header["alg"] = json!(algorithm);
        let body = [&header, &self.claims].map(|part| BASE64URL_NOPAD.encode(part.to_string().as_bytes())).join(".");
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &self.public), body.as_bytes());
        format!("{body}.{}", BASE64URL_NOPAD.encode(tag.as_ref()))
    }

    fn genuine(&self) -> String {
        self.text(&self.header.to_string(), &self.claims.to_string())
    }

    fn headers(&self) -> Vec<(&'static str, String)> {
        let stranger = Ed25519KeyPair::generate().expect("a key");
        let (header, claims) = (self.header.to_string(), self.claims.to_string());
        let jwk =
            json!({ "kty": "OKP", "crv": "Ed25519", "x": BASE64URL_NOPAD.encode(stranger.public_key().as_ref()) });
        let mut own_key = self.header.clone();
        own_key["jwk"] = jwk;
        let unsigned = |algorithm: &str| {
            let mut header = self.header.clone();
            header["alg"] = json!(algorithm);
            [&header, &self.claims].map(|part| BASE64URL_NOPAD.encode(part.to_string().as_bytes())).join(".") + "."
        };
        vec![
            ("alg none, unsigned", unsigned("none")),
            ("alg nOnE, unsigned", unsigned("nOnE")),
            ("alg none, signed", self.headed("alg", json!("none"))),
            ("alg HS256 by the public key", self.by_public_key("HS256")),
            ("an HMAC under the right name", self.by_public_key("EdDSA")),
            ("alg RS256", self.headed("alg", json!("RS256"))),
            ("no alg", self.text(r#"{"typ":"at+jwt"}"#, &claims)),
            ("another kid", self.headed("kid", json!("other"))),
            ("a path for a kid", self.headed("kid", json!("../../etc/passwd"))),
            ("a list for a kid", self.headed("kid", json!([self.header["kid"]]))),
            ("another's key", Self::signed_by(&stranger, &header, &claims)),
            ("another's key, brought along", Self::signed_by(&stranger, &own_key.to_string(), &claims)),
            ("where to find a key", self.headed("jku", json!("https://evil.example/jwks.json"))),
            ("typ JWT", self.headed("typ", json!("JWT"))),
            ("a critical extension", self.headed("crit", json!(["exp"]))),
        ]
    }

    fn claims(&self) -> Vec<(&'static str, String)> {
        let at = self.claims["iat"].as_i64().expect("a time");
        let header = self.header.to_string();
        let doubled = self.claims.to_string().replacen('{', r#"{"sub":"01900000-0000-7000-8000-000000000009","#, 1);
        let deep = "[".repeat(1_000);
        vec![
            ("no exp", self.without("exp")),
            ("no nbf", self.without("nbf")),
            ("no sub", self.without("sub")),
            ("no sid", self.without("sid")),
            ("another iss", self.claiming("iss", json!("https://evil.example"))),
            ("another aud", self.claiming("aud", json!("other"))),
            ("several auds", self.claiming("aud", json!(["lockstep", "other"]))),
            ("not yet valid", self.claiming("nbf", json!(at + 3_600))),
            ("from the future", self.claiming("iat", json!(at + 3_600))),
            ("lasting too long", self.claiming("exp", json!(at + 86_400))),
            ("exp as text", self.claiming("exp", json!((at + 600).to_string()))),
            ("exp as a huge number", self.claiming("exp", json!(1e300))),
            ("nobody", self.claiming("sub", json!("00000000-0000-0000-0000-000000000000"))),
            ("a claim too many", self.claiming("role", json!("owner"))),
            ("sub twice", self.text(&header, &doubled)),
            ("depth", self.text(&header, &deep)),
            ("a huge one", self.claiming("aud", json!("x".repeat(6_000)))),
        ]
    }

    fn bytes(&self) -> Vec<(&'static str, String)> {
        let genuine = self.genuine();
        let parts: Vec<&str> = genuine.split('.').collect();
        let mut other = self.claims.clone();
        other["sub"] = json!("01900000-0000-7000-8000-000000000009");
        let altered = BASE64URL_NOPAD.encode(other.to_string().as_bytes());
        vec![
            ("cut off", genuine[..genuine.len() - 4].to_owned()),
            ("without its signature", format!("{}.{}.", parts[0], parts[1])),
            ("two parts", format!("{}.{}", parts[0], parts[1])),
            ("four parts", format!("{genuine}.{}", parts[2])),
            ("other claims under its signature", format!("{}.{altered}.{}", parts[0], parts[2])),
            ("padded", format!("{genuine}==")),
            ("dots", "..".to_owned()),
        ]
    }
}

#[tokio::test]
async fn forged_access_tokens_are_all_answered_alike_on_http_and_socket() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let forge = Forge::of(ana.token(), app.folder.path());
    let read = async |token: &str| send(app.request(Method::GET, "/api/v1/me").bearer_auth(token)).await;
    read(&forge.genuine()).await.ok();
    let mut nobody = app.get("/api/v1/me").await.refused("unauthenticated");
    nobody["request_id"] = Value::Null;
    let corpus = [forge.headers(), forge.claims(), forge.bytes()].concat();
    for (what, token) in &corpus {
        let answer = read(token).await;
        assert_eq!(answer.status, 401, "{what}: {}", answer.body);
        let mut body = answer.refused("unauthenticated");
        body["request_id"] = Value::Null;
        assert_eq!(body, nobody, "{what}");
        let mut client = Client::open(app.server.address, Codec::Json).await;
        client.hello(token.clone(), ClientId(id())).await;
        assert_eq!(client.closed().await, 4401, "{what}");
        assert!(client.kept.is_empty(), "{what}: {:?}", client.kept);
    }
    app.stop().await;
}

#[tokio::test]
async fn a_new_key_signs_from_the_next_start_and_the_old_one_counts_until_it_is_taken_away() {
    // The address is part of every token, and the port is another one at every start.
    let start = async |folder| {
        App::start_in(folder, Overrides::default(), &["--public-url", "http://boards.example.org"]).await
    };
    let app = start(App::folder()).await;
    let ana = app.person("Ana").await;
    let (email, old) = (ana.email.clone(), ana.token().to_owned());
    let kid = |token: &str| decoded(token.split('.').next().expect("a header"))["kid"].clone();
    let kids = async |app: &App| {
        let keys = app.get("/.well-known/jwks.json").await.ok();
        keys["keys"].as_array().expect("keys").iter().map(|key| key["kid"].clone()).collect::<Vec<_>>()
    };
    let read = async |app: &App, token: &str| {
        send(app.request(Method::GET, "/api/v1/me").bearer_auth(token)).await.status.as_u16()
    };
    assert_eq!(kids(&app).await, [kid(&old)]);
    let App { server, folder, .. } = app;
    server.stop().await;

    let keys = folder.path().join("keys");
    let mut paths = std::fs::read_dir(&keys).expect("keys").flatten().map(|entry| entry.path());
    let first = paths.find(|path| path.extension().is_some_and(|it| it == "pk8")).expect("a key");
    // Made as another server makes its own, and named later.
    let other = App::folder();
    ServerKeys::open(other.path(), 4_000_000_000_000_000).expect("keys");
    std::fs::copy(other.path().join("keys/access-0000004000000000.pk8"), keys.join("access-0000004000000000.pk8"))
        .expect("copied");
    let app = start(folder).await;
    assert_eq!(read(&app, &old).await, 200, "the old key counts");
    let login = json!({ "email": email, "password": PASSWORD, "refresh_in": "body" });
    let fresh = app.post("/api/v1/auth/login", login).await.ok();
    let fresh = text(&fresh["access_token"]).to_owned();
    assert_ne!(kid(&fresh), kid(&old), "the new key signs");
    assert_eq!(kids(&app).await, [kid(&fresh), kid(&old)], "both are told");
    assert_eq!(read(&app, &fresh).await, 200);
    let App { server, folder, .. } = app;
    server.stop().await;

    std::fs::remove_file(first).expect("removed");
    let app = start(folder).await;
    assert_eq!((read(&app, &old).await, read(&app, &fresh).await), (401, 200));
    assert_eq!(kids(&app).await, [kid(&fresh)]);
    app.stop().await;
}
