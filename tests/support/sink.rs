//! Somewhere that webhooks are sent to: keeps what it is sent, and answers as it is told. It ends with the test.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
};
use serde_json::Value;
use tokio::task::JoinHandle;

use super::until;

/// One request.
#[derive(Clone, Debug)]
pub struct Got {
    pub path: String,
    pub headers: HeaderMap,
    pub body: String,
    /// What it was answered.
    pub status: u16,
}

impl Got {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }
}

#[derive(Default)]
struct Kept {
    got: Vec<Got>,
    /// Answers to come; when there are none, `otherwise`.
    answers: VecDeque<u16>,
    otherwise: Option<u16>,
}

type Shared = Arc<Mutex<Kept>>;

pub struct Sink {
    pub url: String,
    kept: Shared,
    serving: JoinHandle<()>,
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn take(State(kept): State<Shared>, uri: Uri, headers: HeaderMap, body: Bytes) -> StatusCode {
    let mut kept = kept.lock().expect("not poisoned");
    let status = kept.answers.pop_front().or(kept.otherwise).unwrap_or(204);
    let (path, body) = (uri.path().to_owned(), String::from_utf8_lossy(&body).into_owned());
    kept.got.push(Got { path, headers, body, status });
    StatusCode::from_u16(status).expect("a status")
}

impl Sink {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let kept = Shared::default();
        let router = Router::new().fallback(take).with_state(kept.clone());
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") });
        Self { url, kept, serving }
    }

    pub fn got(&self) -> Vec<Got> {
        self.kept.lock().expect("not poisoned").got.clone()
    }

    /// What the next requests are answered, and all after them.
    pub fn answer(&self, next: &[u16], otherwise: u16) {
        let mut kept = self.kept.lock().expect("not poisoned");
        kept.answers = next.iter().copied().collect();
        kept.otherwise = Some(otherwise);
    }

    /// Waits for so many requests.
    pub async fn wait(&self, count: usize) -> Vec<Got> {
        until(&format!("{count} requests"), async || Some(self.got()).filter(|got| got.len() >= count)).await
    }
}
