//! A browser and the service of its maker (RFC 8030), told by a test what to answer. It checks who sends (RFC 8292) and opens what
//! is sent (RFC 8291, RFC 8188) with the browser's own key; written from the standards, with nothing of the sender.

use std::{
    sync::{Arc, Mutex},
    time::{SystemTime, UNIX_EPOCH},
};

use aws_lc_rs::{
    aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree},
    hmac,
    signature::{self, ECDSA_P256_SHA256_FIXED},
};
use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
    routing::post,
};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// What a browser keeps of its subscription.
pub struct Browser {
    key: PrivateKey,
    auth: [u8; 16],
}

/// A message as it came.
#[derive(Clone, Debug)]
pub struct Came {
    /// The end of the endpoint's path.
    pub device: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// What is answered from now on: a status, and when to come back.
#[derive(Clone, Copy)]
pub struct Says(pub u16, pub Option<&'static str>);

struct Desk {
    came: Mutex<Vec<Came>>,
    says: Mutex<Says>,
}

/// See the module.
pub struct PushService {
    pub url: String,
    desk: Arc<Desk>,
    serving: tokio::task::JoinHandle<()>,
}

impl Drop for PushService {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl PushService {
    pub async fn start() -> Self {
        let desk = Arc::new(Desk { came: Mutex::default(), says: Mutex::new(Says(201, None)) });
        let routes = Router::new().route("/push/{device}", post(take)).with_state(desk.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let serving = tokio::spawn(async move { axum::serve(listener, routes).await.expect("it serves") });
        Self { url, desk, serving }
    }

    pub fn endpoint(&self, device: &str) -> String {
        format!("{}/push/{device}", self.url)
    }

    pub fn say(&self, says: Says) {
        *self.desk.says.lock().expect("not poisoned") = says;
    }

    /// Everything that came so far.
    pub fn came(&self) -> Vec<Came> {
        self.desk.came.lock().expect("not poisoned").clone()
    }

    /// Whether a message is from whom this public key is of, for this service and for no longer than a day. Gives the contact.
    pub fn sender(&self, came: &Came, public: &[u8]) -> String {
        let header = came.headers["authorization"].to_str().expect("text");
        let parameters = header.strip_prefix("vapid ").expect("the scheme of RFC 8292");
        let parameter = |name: &str| {
            let mut all = parameters.split(',').filter_map(|one| one.trim().split_once('='));
            all.find(|(key, _)| *key == name).unwrap_or_else(|| panic!("no {name} in {header}")).1
        };
        assert_eq!(bytes(parameter("k")), public, "another sender");
        let (signed, sum) = parameter("t").rsplit_once('.').expect("a token has three parts");
        let key = signature::UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, public);
        key.verify(signed.as_bytes(), &bytes(sum)).expect("signed by the sender");
        let (head, claims) = signed.split_once('.').expect("a token has three parts");
        let json = |part: &str| serde_json::from_slice::<Value>(&bytes(part)).expect("JSON");
        let (head, claims) = (json(head), json(claims));
        assert_eq!(head["alg"], "ES256");
        assert_eq!(claims["aud"], json!(self.url));
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
        let until = claims["exp"].as_u64().expect("a time");
        assert!(until > now && until <= now + 86_400, "{claims}");
        claims["sub"].as_str().expect("a contact").to_owned()
    }
}

async fn take(
    State(desk): State<Arc<Desk>>,
    Path(device): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> impl IntoResponse {
    desk.came.lock().expect("not poisoned").push(Came { device, headers, body: body.to_vec() });
    let Says(status, after) = *desk.says.lock().expect("not poisoned");
    let mut headers = HeaderMap::new();
    if let Some(after) = after {
        headers.insert("retry-after", after.parse().expect("a value"));
    }
    (StatusCode::from_u16(status).expect("a status"), headers, "said by the service")
}

pub fn bytes(text: &str) -> Vec<u8> {
    BASE64URL_NOPAD.decode(text.as_bytes()).expect("base64url")
}

impl Browser {
    pub fn new() -> Self {
        let mut auth = [0; 16];
        aws_lc_rs::rand::fill(&mut auth).expect("randomness");
        Self { key: PrivateKey::generate(&ECDH_P256).expect("a key"), auth }
    }

    /// What it gives to who may push to it, reached there.
    pub fn subscription(&self, endpoint: &str) -> Value {
        let point = self.key.compute_public_key().expect("a point");
        let (p256dh, auth) = (BASE64URL_NOPAD.encode(point.as_ref()), BASE64URL_NOPAD.encode(&self.auth));
        json!({ "kind": "webpush", "address": endpoint, "p256dh": p256dh, "auth": auth })
    }

    /// Opens a message; `None` where it was sealed for somebody else.
    pub fn open(&self, came: &Came) -> Option<Value> {
        assert_eq!(came.headers["content-encoding"], "aes128gcm");
        assert!(came.body.len() <= 4_096, "services take no more");
        // RFC 8188 section 2.1: salt, record size, length of the key id, key id.
        let (salt, rest) = came.body.split_at(16);
        let (size, rest) = rest.split_at(4);
        assert!(u32::from_be_bytes(size.try_into().expect("four bytes")) as usize >= rest.len(), "one record");
        let (sender, record) = rest[1..].split_at(usize::from(rest[0]));
        let ours = self.key.compute_public_key().expect("a point");
        let mac = |key: &[u8], parts: &[&[u8]]| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, key);
            hmac::sign(&key, &parts.concat()).as_ref().to_vec()
        };
        let input = agree(&self.key, UnparsedPublicKey::new(&ECDH_P256, sender), (), |shared| {
            let key = mac(&self.auth, &[shared]);
            Ok(mac(&key, &[b"WebPush: info\0", ours.as_ref(), sender, &[1]]))
        });
        let key = mac(salt, &[&input.ok()?]);
        let content = mac(&key, &[b"Content-Encoding: aes128gcm\0", &[1]]);
        let nonce = mac(&key, &[b"Content-Encoding: nonce\0", &[1]]);
        let opening = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &content[..16]).expect("a key"));
        let nonce = Nonce::try_assume_unique_for_key(&nonce[..12]).expect("twelve bytes");
        let mut record = record.to_vec();
        let opened = opening.open_in_place(nonce, Aad::empty(), &mut record).ok()?;
        let end = opened.iter().rposition(|byte| *byte != 0).expect("a delimiter");
        assert_eq!(opened[end], 2, "the last record ends so");
        Some(serde_json::from_slice(&opened[..end]).expect("JSON"))
    }
}
