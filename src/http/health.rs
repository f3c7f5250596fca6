//! Is this process alive, and may it be given work? Neither tells anything about the machine.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use ts_rs::TS;

use super::Http;

/// What readiness rests on.
#[derive(Serialize, TS)]
pub struct Ready {
    ready: bool,
    /// The journal answers.
    journal: bool,
    /// The data folder takes writes.
    disk: bool,
    /// The node is not going away.
    accepting: bool,
}

/// Answers while the process runs.
pub async fn live() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// 200 when this node can take work, else 503.
pub async fn ready(State(http): State<Http>) -> Response {
    let wait = std::time::Duration::from_secs(2);
    let about = tokio::time::timeout(wait, http.store.about()).await;
    let journal = matches!(about, Ok(Ok(_)));
    let disk = tokio::time::timeout(wait, writable(http.data_dir.clone())).await.unwrap_or(false);
    let accepting = *http.accepting.borrow();
    let ready = journal && disk && accepting;
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let mut answer = (status, Json(Ready { ready, journal, disk, accepting })).into_response();
    // The body says why; it is not turned into problem details.
    answer.extensions_mut().insert(super::finish::Told);
    answer
}

async fn writable(folder: std::path::PathBuf) -> bool {
    let probe = folder.join(".writable");
    match tokio::fs::write(&probe, b"ok").await {
        Ok(()) => tokio::fs::remove_file(&probe).await.is_ok(),
        Err(_) => false,
    }
}
