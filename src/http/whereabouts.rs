//! Where a task is: it may have gone to another board, and from there to the next. Whoever may not see the board where it is now is told
//! what they would be of a task that never was.

use axum::Json;
use lockstep_domain::board::Board;
use lockstep_protocol::{
    codes::{Code, Failure},
    ids::{BoardId, OrgId, TaskId},
    values::Audience,
};
use serde::Serialize;
use ts_rs::TS;

use super::{
    extract::{Asked, Caller, Ids},
    organizations::ReadQuery,
    problem::Answer,
};

/// How often one that went on is followed.
const HOPS_MAX: usize = 32;

/// Where a task is.
#[derive(Serialize, TS)]
pub struct Whereabouts {
    board_id: BoardId,
    task_id: TaskId,
    /// As people call it there.
    key: String,
    /// It is not on the board that was asked.
    moved: bool,
}

pub async fn of_task(
    caller: Caller,
    Ids((org, board, task)): Ids<(OrgId, BoardId, TaskId)>,
    Asked(query): Asked<ReadQuery>,
) -> Answer<Json<Whereabouts>> {
    caller.board(org, board, query.min_seq).await?;
    follow(&caller, org, board, task).await
}

/// By the key that it has on this board, or had when it was here: `OPS-42`, or the number alone.
pub async fn of_key(
    caller: Caller,
    Ids((org, board, key)): Ids<(OrgId, BoardId, String)>,
    Asked(query): Asked<ReadQuery>,
) -> Answer<Json<Whereabouts>> {
    let (published, _) = caller.board(org, board, query.min_seq).await?;
    let task = by_key(&published.state, &key).ok_or_else(|| Failure::new(Code::NotFound).field("key"))?;
    follow(&caller, org, board, task).await
}

fn by_key(board: &Board, key: &str) -> Option<TaskId> {
    let (prefix, number) = key.rsplit_once('-').unwrap_or((board.key(), key));
    let number: u32 = number.parse().ok().filter(|_| prefix.eq_ignore_ascii_case(board.key()))?;
    let here = board.tasks().find(|(_, task)| task.number == number).map(|(id, _)| id);
    here.or_else(|| board.went(number))
}

async fn follow(caller: &Caller, org: OrgId, asked: BoardId, task_id: TaskId) -> Answer<Json<Whereabouts>> {
    let missing = || Failure::new(Code::NotFound).field("task_id");
    let mut board_id = asked;
    for _ in 0..HOPS_MAX {
        let (published, audience) = caller.board(org, board_id, None).await.map_err(|_| missing())?;
        let board = &published.state;
        if let Some(task) = board.task(task_id) {
            board.detail(task_id, audience).ok_or_else(missing)?;
            let key = format!("{}-{}", board.key(), task.number);
            return Ok(Json(Whereabouts { board_id, task_id, key, moved: board_id != asked }));
        }
        // The public is not told where things go.
        let away = board.went_to(task_id).filter(|_| audience != Audience::Public).ok_or_else(missing)?;
        board_id = away.board_id;
    }
    Err(missing().into())
}
