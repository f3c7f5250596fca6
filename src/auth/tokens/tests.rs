//! A corpus of forged tokens: each is genuine but for one thing, and none may be believed.

use aws_lc_rs::signature::Ed25519KeyPair;
use serde_json::{Value, json};

use super::*;
use crate::auth::keys::SigningKey;

const NOW: Micros = 1_800_000_000_000_000;
const ISSUER: &str = "https://boards.example.org";

struct Forge {
    tokens: AccessTokens,
    clock: Clock,
    pair: Ed25519KeyPair,
    stranger: Ed25519KeyPair,
    public: [u8; 32],
    kid: String,
    _folder: tempfile::TempDir,
}

fn forge() -> Forge {
    let folder = tempfile::tempdir().expect("a folder");
    let keys = ServerKeys::open(folder.path(), NOW).expect("keys");
    let clock = Clock::manual(NOW);
    let tokens = AccessTokens::new(&keys, ISSUER, clock.clone(), &Limits::default()).expect("tokens");
    let SigningKey { kid, pkcs8, public } = &keys.signing[0];
    Forge {
        tokens,
        clock,
        pair: Ed25519KeyPair::from_pkcs8(pkcs8).expect("a key"),
        stranger: Ed25519KeyPair::generate().expect("a key"),
        public: *public,
        kid: kid.clone(),
        _folder: folder,
    }
}

fn part(value: &Value) -> String {
    data_encoding::BASE64URL_NOPAD.encode(value.to_string().as_bytes())
}

fn signed_text(pair: &Ed25519KeyPair, header: &str, claims: &str) -> String {
    let encode = |text: &str| data_encoding::BASE64URL_NOPAD.encode(text.as_bytes());
    let body = format!("{}.{}", encode(header), encode(claims));
    let signature = data_encoding::BASE64URL_NOPAD.encode(pair.sign(body.as_bytes()).as_ref());
    format!("{body}.{signature}")
}

fn signed(pair: &Ed25519KeyPair, header: &Value, claims: &Value) -> String {
    signed_text(pair, &header.to_string(), &claims.to_string())
}

impl Forge {
    fn header(&self) -> Value {
        json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": self.kid })
    }

    fn claims(&self) -> Value {
        let now = NOW / 1_000_000;
        json!({
            "iss": ISSUER, "aud": "lockstep", "sub": "01900000-0000-7000-8000-000000000001",
            "sid": "01900000-0000-7000-8000-000000000002", "iat": now, "nbf": now, "exp": now + 600,
        })
    }

    fn with(&self, member: &str, value: Value) -> String {
        let mut claims = self.claims();
        claims[member] = value;
        signed(&self.pair, &self.header(), &claims)
    }

    fn without(&self, member: &str) -> String {
        let mut claims = self.claims();
        claims.as_object_mut().expect("an object").remove(member);
        signed(&self.pair, &self.header(), &claims)
    }

    fn headed(&self, member: &str, value: Value) -> String {
        let mut header = self.header();
        header[member] = value;
        signed(&self.pair, &header, &self.claims())
    }

    fn code(&self, token: &str) -> Result<Named, Code> {
        self.tokens.verify(token.as_bytes()).map_err(|failure| failure.code)
    }
}

#[test]
fn a_genuine_token_names_its_account_until_it_expires() {
    let forge = forge();
    let (account, session) = (AccountId(uuid::Uuid::from_u128(7)), SessionId(uuid::Uuid::from_u128(8)));
    let issued = forge.tokens.issue(account, session).expect("signed");
    let named = Named { account, session, expires_at: NOW + 600_000_000 };
    assert_eq!(issued.expires_at, named.expires_at);
    assert_eq!(forge.code(&issued.token), Ok(named));
    forge.clock.advance(604_000_000);
    assert_eq!(forge.code(&issued.token), Ok(named), "within the leeway");
    forge.clock.advance(1_000_000);
    assert_eq!(forge.code(&issued.token), Err(Code::TokenExpired));
}

#[test]
fn the_forge_itself_is_sound() {
    let forge = forge();
    assert!(forge.code(&signed(&forge.pair, &forge.header(), &forge.claims())).is_ok());
    assert_eq!(forge.tokens.jwks()["keys"][0]["x"], data_encoding::BASE64URL_NOPAD.encode(&forge.public));
    assert!(!forge.tokens.jwks().to_string().contains("\"d\""), "the private part stays here");
}

#[test]
fn forged_headers_are_refused() {
    let forge = forge();
    let stranger_jwk = json!({ "kty": "OKP", "crv": "Ed25519",
        "x": data_encoding::BASE64URL_NOPAD.encode(aws_lc_rs::signature::KeyPair::public_key(&forge.stranger).as_ref()) });
    let mut jwk = forge.header();
    jwk["jwk"] = stranger_jwk;
    let mut no_kid = forge.header();
    no_kid.as_object_mut().expect("an object").remove("kid");
    let mut tokens = vec![
        signed(&forge.stranger, &forge.header(), &forge.claims()),
        signed(&forge.stranger, &jwk, &forge.claims()),
        signed(&forge.pair, &no_kid, &forge.claims()),
    ];
    for algorithm in ["none", "None", "NONE", "HS256", "HS512", "ES256", "RS256", "PS256", "eddsa", "Ed25519", ""] {
        tokens.push(forge.headed("alg", json!(algorithm)));
    }
    for kind in
        [json!("JWT"), json!("jwt"), json!("at+JWT"), json!("application/at+jwt"), json!(""), json!(null), json!(1)]
    {
        tokens.push(forge.headed("typ", kind));
    }
    for kid in ["", "other", "../keys/refresh.key", "/dev/null", "' or 1=1 --", &"k".repeat(2_000)] {
        tokens.push(forge.headed("kid", json!(kid)));
    }
    for (member, value) in [
        ("jku", json!("https://evil.example/jwks.json")),
        ("x5u", json!("https://evil.example/cert.pem")),
        ("x5c", json!(["AAAA"])),
        ("crit", json!(["exp"])),
        ("cty", json!("JWT")),
    ] {
        tokens.push(forge.headed(member, value));
    }
    for token in tokens {
        assert_eq!(forge.code(&token), Err(Code::Unauthenticated), "{token}");
    }
}

/// The classic: the public key, which everybody has, as the secret of an HMAC.
#[test]
fn the_public_key_is_no_secret() {
    let forge = forge();
    for algorithm in ["HS256", "EdDSA"] {
        let header = json!({ "typ": "at+jwt", "alg": algorithm, "kid": forge.kid });
        let body = format!("{}.{}", part(&header), part(&forge.claims()));
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &forge.public);
        let tag = aws_lc_rs::hmac::sign(&key, body.as_bytes());
        let token = format!("{body}.{}", data_encoding::BASE64URL_NOPAD.encode(tag.as_ref()));
        assert_eq!(forge.code(&token), Err(Code::Unauthenticated), "{algorithm}");
    }
}

#[test]
fn forged_claims_are_refused() {
    let forge = forge();
    let now = NOW / 1_000_000;
    let mut tokens: Vec<_> =
        ["iss", "aud", "sub", "sid", "iat", "nbf", "exp"].into_iter().map(|member| forge.without(member)).collect();
    for (member, value) in [
        ("iss", json!("https://evil.example")),
        ("iss", json!([ISSUER])),
        ("aud", json!("other")),
        ("aud", json!(["lockstep", "other"])),
        ("aud", json!(["lockstep"])),
        ("aud", json!("")),
        ("sub", json!("root")),
        ("sub", json!("00000000-0000-0000-0000-000000000000")),
        ("sub", json!(1)),
        ("sid", json!("00000000-0000-0000-0000-000000000000")),
        ("sid", json!(null)),
        ("exp", json!((now + 600).to_string())),
        ("exp", json!(now + 601)),
        ("exp", json!(i64::MAX)),
        ("exp", json!(9.9e99)),
        ("exp", json!(-1)),
        ("exp", json!(true)),
        ("nbf", json!(now + 60)),
        ("nbf", json!("now")),
        ("iat", json!(now + 60)),
        ("iat", json!(i64::MIN)),
        ("admin", json!(true)),
        ("role", json!("owner")),
    ] {
        tokens.push(forge.with(member, value));
    }
    for token in tokens {
        let code = forge.code(&token).expect_err("forged");
        assert!(matches!(code, Code::Unauthenticated | Code::TokenExpired), "{code:?}");
    }
    let expired = forge.with("exp", json!(now - 5));
    assert_eq!(forge.code(&expired), Err(Code::TokenExpired));
}

#[test]
fn a_doubled_claim_is_refused() {
    let forge = forge();
    let claims = forge.claims().to_string();
    let doubled = claims.replacen('{', r#"{"sub":"01900000-0000-7000-8000-000000000009","#, 1);
    assert_eq!(
        forge.code(&signed_text(&forge.pair, &forge.header().to_string(), &doubled)),
        Err(Code::Unauthenticated)
    );
}

#[test]
fn bytes_that_are_no_token_are_refused() {
    let forge = forge();
    let genuine = signed(&forge.pair, &forge.header(), &forge.claims());
    let parts: Vec<&str> = genuine.split('.').collect();
    let (header, claims, signature) = (parts[0], parts[1], parts[2]);
    let deep = "[".repeat(3_000);
    let corpus = [
        String::new(),
        ".".into(),
        "..".into(),
        "...".into(),
        format!("{header}.{claims}"),
        format!("{header}.{claims}."),
        format!("{header}.{claims}.{signature}."),
        format!("{header}.{claims}.{signature}=="),
        format!(" {genuine}"),
        format!("{genuine}\n"),
        format!("Bearer {genuine}"),
        format!("{header}..{signature}"),
        format!(".{claims}.{signature}"),
        format!("{header}.{claims}.{}", "A".repeat(86)),
        signed_text(&forge.pair, "{}", &forge.claims().to_string()),
        signed_text(&forge.pair, &forge.header().to_string(), &deep),
        signed_text(&forge.pair, "null", "null"),
        forge.with("sub", json!("x".repeat(8_000))),
        "\u{0}".repeat(64),
    ];
    for token in corpus {
        assert_eq!(forge.code(&token), Err(Code::Unauthenticated), "{token:.80}");
    }
    assert_eq!(forge.tokens.verify(&[0xff; 100]).map_err(|failure| failure.code), Err(Code::Unauthenticated));
}

/// Every byte of a genuine token matters, but for the spare bits at the end of the signature's base64, which no decoder accepts.
#[test]
fn no_mutation_of_a_genuine_token_is_believed() {
    let forge = forge();
    let genuine = signed(&forge.pair, &forge.header(), &forge.claims()).into_bytes();
    for at in 0..genuine.len() {
        for flip in [1_u8, 2, 0x20] {
            let mut mutated = genuine.clone();
            mutated[at] ^= flip;
            assert!(forge.tokens.verify(&mutated).is_err(), "byte {at} flipped by {flip}");
        }
    }
}
