//! A board's events in their order, out of the journal, as the caller may see them.

use axum::Json;
use lockstep_domain::{Aggregate, board::Board};
use lockstep_protocol::{
    event::{Event, Happened},
    ids::{BoardId, OrgId},
    topic::Topic,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    extract::{Asked, Caller, Ids},
    problem::Answer,
    tasks::page_rows,
};
use crate::actors::happened;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HistoryQuery {
    /// Events that follow this seq; from the first where it is absent.
    #[serde(default)]
    after: u64,
    #[serde(default)]
    limit: Option<usize>,
    /// Answer only from a state at least this new.
    #[serde(default)]
    min_seq: Option<u64>,
}

#[derive(Serialize, TS)]
pub struct HistoryPage {
    events: Vec<Happened<Event>>,
    /// Ask with it as `after` for what follows.
    #[ts(type = "number")]
    next_after: u64,
    /// The board's last seq.
    #[ts(type = "number")]
    head: u64,
}

pub async fn read(
    caller: Caller,
    Ids((org, board)): Ids<(OrgId, BoardId)>,
    Asked(query): Asked<HistoryQuery>,
) -> Answer<Json<HistoryPage>> {
    let (published, audience) = caller.board(org, board, query.min_seq).await?;
    let limit = page_rows(query.limit, caller.http.limits.history_events_max)?;
    let head = published.bookmark.seq;
    // Never beyond what this node has published: access was checked against that.
    let wanted = usize::try_from(head.saturating_sub(query.after)).unwrap_or(usize::MAX).min(limit);
    let recorded = match wanted {
        0 => Vec::new(),
        wanted => caller.http.store.journal().read(Topic::from(board), query.after, wanted).await?,
    };
    let next_after = recorded.last().map_or(query.after, |last| last.seq);
    let mut events = Vec::with_capacity(recorded.len());
    for recorded in &recorded {
        events.extend(Board::show(&happened::<Board>(recorded)?, audience));
    }
    Ok(Json(HistoryPage { events, next_after, head }))
}
