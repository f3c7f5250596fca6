//! What is said about a task: commented, changed, taken back, answered with an emoji, and how it read before.

use axum::Json;
use lockstep_domain::board::{Board, comment_version};
use lockstep_protocol::{
    codes::{Code, Failure},
    command::{
        Command,
        comment::{AddComment, DeleteComment, EditComment},
    },
    ids::{BoardId, CommentId, OrgId, TaskId},
    topic::Topic,
    view::CommentVersion,
};
use serde::{Deserialize, de::DeserializeOwned};

use super::{
    answers::{Page, Written},
    extract::{Asked, Caller, Fields, Ids},
    problem::Answer,
    tasks::page_rows,
};
use crate::actors::happened;

type Path = (OrgId, BoardId, TaskId, CommentId);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VersionsQuery {
    /// `next_cursor` of the page before.
    #[serde(default)]
    cursor: Option<u64>,
    #[serde(default)]
    limit: Option<usize>,
    /// Answer only from a state at least this new.
    #[serde(default)]
    min_seq: Option<u64>,
}

pub async fn create(
    caller: Caller,
    Ids((org, board, task)): Ids<(OrgId, BoardId, TaskId)>,
    fields: Fields,
) -> Answer<Written> {
    let fields = fields.with_default("comment_id", || caller.id_for::<CommentId>(None, "comment"));
    let command: AddComment = fields.with("task_id", task)?.into()?;
    Ok(Written::created(caller.change_board(org, board, command).await?))
}

pub async fn update(caller: Caller, path: Ids<Path>, fields: Fields) -> Answer<Written> {
    act::<EditComment>(caller, path, fields).await
}

pub async fn delete(caller: Caller, Ids((org, board, task_id, comment_id)): Ids<Path>) -> Answer<Written> {
    Ok(caller.change_board(org, board, DeleteComment { task_id, comment_id }).await?.into())
}

/// Reacts, takes that back.
pub async fn act<C: DeserializeOwned + Into<Command>>(
    caller: Caller,
    Ids((org, board, task, comment)): Ids<Path>,
    fields: Fields,
) -> Answer<Written> {
    let command: C = fields.with("task_id", task)?.with("comment_id", comment)?.into()?;
    Ok(caller.change_board(org, board, command).await?.into())
}

/// The texts that a comment has had, oldest first. One that was deleted has none.
pub async fn history(
    caller: Caller,
    Ids((org, board, task, comment)): Ids<Path>,
    Asked(query): Asked<VersionsQuery>,
) -> Answer<Json<Page<CommentVersion>>> {
    let (published, audience) = caller.board(org, board, query.min_seq).await?;
    let limit = page_rows(query.limit, caller.http.limits.page_rows_max)?;
    let seqs = published.state.comment_seqs(task, comment, audience).ok_or(Code::NotFound)?;
    let mut seqs: Vec<u64> = seqs.into_iter().filter(|seq| query.cursor.is_none_or(|cursor| *seq > cursor)).collect();
    let more = seqs.len() > limit;
    seqs.truncate(limit);
    let next_cursor = seqs.last().filter(|_| more).map(ToString::to_string);
    let wanted = seqs.len();
    let mut items = Vec::with_capacity(wanted);
    let recorded =
        if wanted == 0 { Vec::new() } else { caller.http.store.journal().read_at(Topic::from(board), seqs).await? };
    for recorded in &recorded {
        items.push(comment_version(comment, &happened::<Board>(recorded)?).map_err(|missing| lost(board, missing.0))?);
    }
    if items.len() < wanted {
        return Err(lost(board, 0).into());
    }
    items.sort_by_key(|version| version.seq);
    Ok(Json(Page { items, next_cursor }))
}

fn lost(board: BoardId, seq: u64) -> Failure {
    tracing::error!(%board, seq, "the journal lacks an event that holds a text");
    Failure::new(Code::Quarantined)
}
