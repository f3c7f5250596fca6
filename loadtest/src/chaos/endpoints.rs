//! Where webhooks of the run are sent: endpoints of this process, which outlives every node, and note what they are sent as it comes. One
//! of each organization takes everything at once; another is for who comes and goes on boards, and refuses some of it the first time.

use std::{
    collections::BTreeSet,
    io::Write,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Context;
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
};
use lockstep_protocol::{ids::OrgId, topic::Topic};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{
    history::hooks::{Came, FILE, Line, Made},
    rest::Rest,
};

/// What the endpoints that fail are for: seldom enough that waiting for a second try holds up little.
const SELDOM: &str = "board.member.";
/// One of so many is refused the first time.
const REFUSED: u8 = 8;

struct Noted {
    file: std::fs::File,
    refused: BTreeSet<String>,
}

type Shared = Arc<Mutex<Noted>>;

/// See the module.
pub struct Endpoints {
    /// Scheme and authority: what nodes must be allowed to send to.
    pub url: String,
    noted: Shared,
    serving: JoinHandle<()>,
}

impl Drop for Endpoints {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Endpoints {
    pub async fn open(out: &Path) -> anyhow::Result<Self> {
        let file = std::fs::File::create(out.join(FILE)).context("the log of webhooks")?;
        let noted: Shared = Arc::new(Mutex::new(Noted { file, refused: BTreeSet::new() }));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let router = Router::new().fallback(take).with_state(Arc::clone(&noted));
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap_or_default() });
        Ok(Self { url, noted, serving })
    }

    /// Two webhooks of an organization, made by whoever owns it; `heads`: where its streams are.
    pub async fn of(&self, owner: &Rest, org: OrgId, number: u32, heads: &[(Topic, u64)]) -> anyhow::Result<()> {
        for (endpoint, tags) in [(number * 2, ""), (number * 2 + 1, SELDOM)] {
            let events: Vec<String> = (!tags.is_empty()).then(|| format!("{tags}*")).into_iter().collect();
            let secret = owner.create_webhook(org, &format!("{}/{endpoint}", self.url), &events).await?;
            let made = Made { endpoint, org, secret, tags: tags.to_owned(), heads: heads.to_vec() };
            note(&self.noted, &Line::Made(made))?;
        }
        Ok(())
    }
}

fn note(noted: &Shared, line: &Line) -> anyhow::Result<()> {
    let mut noted = noted.lock().unwrap_or_else(PoisonError::into_inner);
    writeln!(noted.file, "{}", serde_json::to_string(line)?)?;
    Ok(())
}

async fn take(State(noted): State<Shared>, uri: Uri, headers: HeaderMap, body: Bytes) -> StatusCode {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let (endpoint, id) = (uri.path().trim_start_matches('/').parse().unwrap_or(u32::MAX), header("webhook-id"));
    let status = if endpoint % 2 == 1 && refuses(&noted, &id) { 503 } else { 204 };
    let came = Came {
        endpoint,
        id,
        timestamp: header("webhook-timestamp"),
        signature: header("webhook-signature"),
        body: String::from_utf8_lossy(&body).into_owned(),
        status,
    };
    // What was not noted was not taken.
    match note(&noted, &Line::Came(came)) {
        Ok(()) => StatusCode::from_u16(status).unwrap_or(StatusCode::NO_CONTENT),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The same in every run with the same ids; each once.
fn refuses(noted: &Shared, id: &str) -> bool {
    let drawn = blake3::hash(id.as_bytes()).as_bytes()[0].is_multiple_of(REFUSED);
    drawn && noted.lock().unwrap_or_else(PoisonError::into_inner).refused.insert(id.to_owned())
}
