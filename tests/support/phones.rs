//! Stand-ins for Google's and Apple's push services, told by a test what to answer. They check what their makers document: who sends, by
//! which token, in which shape; Apple's speaks HTTP/2 alone. Written from those documents, with nothing of the sender.

use std::sync::{Arc, Mutex};

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, Version},
    response::{IntoResponse, Response},
    routing::post,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    service::TowerToHyperService,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::push::bytes;

/// A message as it came.
#[derive(Clone, Debug)]
pub struct Came {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Value,
}

/// What is answered from now on.
#[derive(Clone)]
pub struct Says(pub u16, pub Value);

struct Desk {
    url: String,
    /// The sender's public key.
    key: Vec<u8>,
    came: Mutex<Vec<Came>>,
    says: Mutex<Says>,
    /// Of Google: how many tokens were given; the last one is good.
    granted: Mutex<u32>,
    /// Of Google: how long one is good for.
    lives: Mutex<u32>,
    /// Of Apple: the tokens that came, each once.
    tokens: Mutex<Vec<String>>,
}

/// See the module.
pub struct Phones {
    pub url: String,
    desk: Arc<Desk>,
    serving: tokio::task::JoinHandle<()>,
}

impl Drop for Phones {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// The head and the claims of a token that this key signed.
fn opened(token: &str, algorithm: &'static dyn VerificationAlgorithm, key: &[u8]) -> Option<(Value, Value)> {
    let (signed, sum) = token.rsplit_once('.')?;
    UnparsedPublicKey::new(algorithm, key).verify(signed.as_bytes(), &bytes(sum)).ok()?;
    let (head, claims) = signed.split_once('.')?;
    let json = |part: &str| serde_json::from_slice(&bytes(part)).ok();
    Some((json(head)?, json(claims)?))
}

impl Phones {
    async fn start(key: Vec<u8>, routes: fn(Arc<Desk>) -> Router, second: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let desk = Arc::new(Desk {
            url: url.clone(),
            key,
            came: Mutex::default(),
            says: Mutex::new(Says(200, json!({}))),
            granted: Mutex::new(0),
            lives: Mutex::new(3_600),
            tokens: Mutex::default(),
        });
        let routes = routes(desk.clone());
        let serving = tokio::spawn(async move {
            if !second {
                return axum::serve(listener, routes).await.expect("it serves");
            }
            while let Ok((socket, _)) = listener.accept().await {
                let service = TowerToHyperService::new(routes.clone());
                tokio::spawn(async move {
                    // Whoever begins otherwise than by HTTP/2 is cut off.
                    let builder = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new()).http2_only();
                    let _ = builder.serve_connection(TokioIo::new(socket), service).await;
                });
            }
        });
        Self { url, desk, serving }
    }

    /// Google's, which knows this RSA key (PKCS#1) of the account.
    pub async fn google(key: Vec<u8>) -> Self {
        let routes = |desk| {
            let grants = Router::new().route("/token", post(grant));
            grants.route("/v1/projects/{project}/{method}", post(google)).with_state(desk)
        };
        Self::start(key, routes, false).await
    }

    /// Apple's, which knows this point on P-256 of the team.
    pub async fn apple(key: Vec<u8>) -> Self {
        Self::start(key, |desk| Router::new().route("/3/device/{device}", post(apple)).with_state(desk), true).await
    }

    pub fn say(&self, status: u16, body: Value) {
        *self.desk.says.lock().expect("not poisoned") = Says(status, body);
    }

    /// How long tokens are good for that are given from now on, in seconds.
    pub fn live_for(&self, seconds: u32) {
        *self.desk.lives.lock().expect("not poisoned") = seconds;
    }

    pub fn came(&self) -> Vec<Came> {
        self.desk.came.lock().expect("not poisoned").clone()
    }

    /// How many different tokens there were.
    pub fn tokens(&self) -> usize {
        *self.desk.granted.lock().expect("not poisoned") as usize + self.desk.tokens.lock().expect("not poisoned").len()
    }
}

async fn grant(State(desk): State<Arc<Desk>>, form: String) -> Response {
    let refused = |why: &str| (StatusCode::BAD_REQUEST, Json(json!({ "error": why }))).into_response();
    let form = reqwest::Url::parse(&format!("http://form/?{form}")).expect("a form");
    let field = |name: &str| form.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    if field("grant_type").as_deref() != Some("urn:ietf:params:oauth:grant-type:jwt-bearer") {
        return refused("unsupported_grant_type");
    }
    let assertion = field("assertion").unwrap_or_default();
    let Some((head, claims)) = opened(&assertion, &RSA_PKCS1_2048_8192_SHA256, &desk.key) else {
        return refused("invalid_grant");
    };
    let scope = claims["scope"] == "https://www.googleapis.com/auth/firebase.messaging";
    let lives = claims["exp"].as_i64().unwrap_or(0) - claims["iat"].as_i64().unwrap_or(0);
    let whom = claims["iss"] == "push@a-project.example" && claims["aud"] == format!("{}/token", desk.url);
    if head["alg"] != "RS256" || head["kid"] != "k1" || !scope || !whom || !(1..=3_600).contains(&lives) {
        return refused("invalid_claims");
    }
    let mut granted = desk.granted.lock().expect("not poisoned");
    *granted += 1;
    let lives = *desk.lives.lock().expect("not poisoned");
    Json(json!({ "access_token": format!("ya29.{granted}"), "expires_in": lives, "token_type": "Bearer" }))
        .into_response()
}

async fn google(
    State(desk): State<Arc<Desk>>,
    Path((project, method)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let good = format!("Bearer ya29.{}", desk.granted.lock().expect("not poisoned"));
    if headers.get("authorization").is_none_or(|token| token.as_bytes() != good.as_bytes()) {
        return (StatusCode::UNAUTHORIZED, Json(json!({ "error": { "status": "UNAUTHENTICATED" } }))).into_response();
    }
    take(&desk, format!("{project}/{method}"), headers, &body)
}

async fn apple(
    State(desk): State<Arc<Desk>>,
    Path(device): Path<String>,
    version: Version,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    assert_eq!(version, Version::HTTP_2);
    let refused = |reason: &str| (StatusCode::FORBIDDEN, Json(json!({ "reason": reason }))).into_response();
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let Some(token) = text("authorization").strip_prefix("bearer ").map(str::to_owned) else {
        return refused("MissingProviderToken");
    };
    let Some((head, claims)) = opened(&token, &ECDSA_P256_SHA256_FIXED, &desk.key) else {
        return refused("InvalidProviderToken");
    };
    if head["alg"] != "ES256" || head["kid"] != "ABC123DEFG" || claims["iss"] != "DEF123GHIJ" || !claims["iat"].is_i64()
    {
        return refused("InvalidProviderToken");
    }
    let mut tokens = desk.tokens.lock().expect("not poisoned");
    if !tokens.contains(&token) {
        tokens.push(token);
    }
    drop(tokens);
    if text("apns-topic") != "org.example.lockstep" || text("apns-push-type") != "alert" {
        return (StatusCode::BAD_REQUEST, Json(json!({ "reason": "BadTopic" }))).into_response();
    }
    take(&desk, device, headers, &body)
}

fn take(desk: &Desk, path: String, headers: HeaderMap, body: &[u8]) -> Response {
    assert!(body.len() <= 4_096, "services take no more");
    let body = serde_json::from_slice(body).expect("JSON");
    desk.came.lock().expect("not poisoned").push(Came { path, headers, body });
    let Says(status, said) = desk.says.lock().expect("not poisoned").clone();
    let after = [("retry-after", "9")];
    (StatusCode::from_u16(status).expect("a status"), after, Json(said)).into_response()
}
