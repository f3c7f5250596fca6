//! A board as it was, what has changed since, and what can be taken back. Whoever sees the board sees its past, the public aside.

use axum::Json;
use lockstep_domain::{
    Aggregate,
    board::{Board, differences, own_changes},
};
use lockstep_protocol::{
    codes::{Code, Failure},
    ids::{BoardId, OrgId, TaskId},
    topic::Topic,
    values::{Audience, Micros},
    view::{BoardPart, OwnChanges, TaskDetail, TaskDifference, ViewPart},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    extract::{Asked, Caller, Ids},
    problem::Answer,
    tasks::whole,
};
use crate::actors::happened;

/// A moment: by the board's seq, or by the clock. Without either: now.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThenQuery {
    #[serde(default)]
    seq: Option<u64>,
    /// The last moment at or before this time.
    #[serde(default)]
    at: Option<Micros>,
    #[serde(default)]
    min_seq: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangesQuery {
    /// The earlier seq.
    #[serde(default)]
    from: Option<u64>,
    /// The later seq; the board as it is where it is absent.
    #[serde(default)]
    to: Option<u64>,
    #[serde(default)]
    min_seq: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnQuery {
    #[serde(default)]
    min_seq: Option<u64>,
}

/// A board as it was.
#[derive(Serialize, TS)]
pub struct BoardThen {
    #[ts(type = "number")]
    seq: u64,
    /// When the last thing until then happened.
    #[ts(type = "number")]
    at: Micros,
    view: BoardPart,
}

#[derive(Serialize, TS)]
pub struct Differences {
    #[ts(type = "number")]
    from: u64,
    #[ts(type = "number")]
    to: u64,
    items: Vec<TaskDifference>,
}

/// The public looks at the board as it is.
fn insider(audience: Audience) -> Result<(), Failure> {
    if audience == Audience::Public { Err(Failure::new(Code::NotFound)) } else { Ok(()) }
}

fn no_seq(field: &str) -> Failure {
    Failure::new(Code::NotFound).field(field)
}

/// The seq of the last event at or before a time: events are in the order of their times.
async fn seq_at(caller: &Caller, board: BoardId, head: u64, at: Micros) -> Answer<u64> {
    let (mut low, mut high) = (0, head);
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        let found = caller.http.store.journal().read_at(Topic::from(board), vec![middle]).await?;
        let event = found.first().ok_or_else(|| Failure::new(Code::Quarantined))?;
        if event.at <= at { low = middle } else { high = middle - 1 }
    }
    Ok(low)
}

async fn moment(caller: &Caller, board: BoardId, head: u64, query: &ThenQuery) -> Answer<u64> {
    let seq = match (query.seq, query.at) {
        (Some(_), Some(_)) => {
            return Err(Failure::because(Code::FieldInvalid, "A seq or a time, not both.").field("at").into());
        }
        (Some(seq), None) => seq,
        (None, Some(at)) => seq_at(caller, board, head, at).await?,
        (None, None) => head,
    };
    if seq == 0 || seq > head {
        return Err(no_seq(if query.at.is_some() { "at" } else { "seq" }).into());
    }
    Ok(seq)
}

pub async fn board(
    caller: Caller,
    Ids((org, board)): Ids<(OrgId, BoardId)>,
    Asked(query): Asked<ThenQuery>,
) -> Answer<Json<BoardThen>> {
    let (published, audience) = caller.board(org, board, query.min_seq).await?;
    insider(audience)?;
    let seq = moment(&caller, board, published.bookmark.seq, &query).await?;
    let (then, at) = caller.http.directory.board_then(board, seq).await?;
    let parts = then.view(board.0, audience, usize::MAX);
    let part = parts.into_iter().find_map(|part| match part {
        ViewPart::Board(part) => Some(part),
        _ => None,
    });
    let part = part.filter(|part| part.board.is_some()).ok_or_else(|| no_seq("seq"))?;
    Ok(Json(BoardThen { seq, at, view: part }))
}

pub async fn task(
    caller: Caller,
    Ids((org, board, task)): Ids<(OrgId, BoardId, TaskId)>,
    Asked(query): Asked<ThenQuery>,
) -> Answer<Json<TaskDetail>> {
    let (published, audience) = caller.board(org, board, query.min_seq).await?;
    insider(audience)?;
    let seq = moment(&caller, board, published.bookmark.seq, &query).await?;
    let (then, _) = caller.http.directory.board_then(board, seq).await?;
    let detail = then.detail_then(task, audience, &published.state).ok_or(Code::NotFound)?;
    Ok(Json(whole(&caller.http, board, detail, seq).await?))
}

pub async fn changes(
    caller: Caller,
    Ids((org, board)): Ids<(OrgId, BoardId)>,
    Asked(query): Asked<ChangesQuery>,
) -> Answer<Json<Differences>> {
    let (published, audience) = caller.board(org, board, query.min_seq).await?;
    insider(audience)?;
    let head = published.bookmark.seq;
    let from = query.from.ok_or_else(|| Failure::new(Code::FieldRequired).field("from"))?;
    let to = query.to.unwrap_or(head);
    if to == 0 || to > head {
        return Err(no_seq("to").into());
    }
    if from == 0 || from > to {
        return Err(no_seq("from").into());
    }
    let (then, _) = caller.http.directory.board_then(board, from).await?;
    let items = if to == head {
        differences(&then, &published.state, audience)
    } else {
        differences(&then, &caller.http.directory.board_then(board, to).await?.0, audience)
    };
    Ok(Json(Differences { from, to, items }))
}

/// What the caller would take back next on this board, and what they would do again, out of its newest changes.
pub async fn own(
    caller: Caller,
    Ids((org, board)): Ids<(OrgId, BoardId)>,
    Asked(query): Asked<OwnQuery>,
) -> Answer<Json<OwnChanges>> {
    let (published, audience) = caller.board(org, board, query.min_seq).await?;
    insider(audience)?;
    let Some(account) = caller.principal().account() else { return Ok(Json(OwnChanges::default())) };
    let most = caller.http.limits.history_events_max;
    let after = published.bookmark.seq.saturating_sub(most as u64);
    let recorded = caller.http.store.journal().read(Topic::from(board), after, most).await?;
    // The first may be the rest of a change that began before.
    let cut = recorded.first().filter(|_| after > 0).map(|event| event.commit);
    let mut commits: Vec<Vec<_>> = Vec::new();
    let mut last = None;
    for event in recorded.iter().filter(|event| Some(event.commit) != cut && event.seq <= published.bookmark.seq) {
        let happened = happened::<Board>(event)?;
        if last != Some(event.commit) {
            commits.push(Vec::new());
        }
        last = Some(event.commit);
        if let Some(commit) = commits.last_mut() {
            commit.push(happened);
        }
    }
    Ok(Json(own_changes(&commits, account)))
}
