//! The caller's timer: what counts, begun and ended. One at a time, whatever device asks; the account's own stream tells the others.

use axum::{Json, http::StatusCode};
use lockstep_domain::Account;
use lockstep_protocol::{
    codes::{Code, Failure},
    command::timer::{DiscardTimer, StartTimer, StopTimer},
    event::AccountEvent,
    frame::Acknowledged,
    ids::{AccountId, BoardId, OrgId, TaskId, TimeEntryId},
    topic::Topic,
    values::Micros,
    view::TimerView,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::super::{
    answers::Written,
    extract::{Body, Caller, Fields},
    problem::Answer,
};
use crate::actors::happened;

/// How many boards a task that goes from one to the next is followed over.
const BOARDS_MAX: usize = 8;

/// The caller's timer, if one counts.
#[derive(Serialize, TS)]
pub struct OwnTimer {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    timer: Option<TimerView>,
    /// The server's clock, by which it counts.
    #[ts(type = "number")]
    now: Micros,
}

/// Ends the timer. What is absent is as the server finds it.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct StopsTimer {
    /// The one that is meant: where another counts by now, nothing happens.
    #[serde(default)]
    #[ts(optional)]
    entry_id: Option<TimeEntryId>,
    /// When it was really over.
    #[serde(default)]
    #[ts(optional, type = "number")]
    ended_at: Option<Micros>,
    #[serde(default)]
    #[ts(optional, as = "Option<String>")]
    note: String,
}

/// A timer that was stopped, and where its time is.
#[derive(Serialize, TS)]
pub struct TimerStopped {
    entry_id: TimeEntryId,
    org_id: OrgId,
    board_id: BoardId,
    task_id: TaskId,
    #[ts(type = "number")]
    started_at: Micros,
    /// In seconds.
    duration_s: u32,
    /// Why the time is not noted on the task; absent: it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    lost: Option<Code>,
}

async fn running(caller: &Caller) -> Answer<Option<TimerView>> {
    let account = caller.http.directory.account_now(caller.who.account).await?;
    Ok(account.state.timer().copied())
}

pub async fn read(caller: Caller) -> Answer<Json<OwnTimer>> {
    let timer = running(&caller).await?;
    Ok(Json(OwnTimer { timer, now: caller.http.clock.now() }))
}

pub async fn start(caller: Caller, fields: Fields) -> Answer<Written<OwnTimer>> {
    let fields = fields.with_default("entry_id", || caller.id_for::<TimeEntryId>(None, "timer"));
    let command: StartTimer = fields.into()?;
    let acknowledged = caller.ask(caller.who.account, 1, command).await?;
    let timer = running(&caller).await?;
    let value = Some(OwnTimer { timer, now: caller.http.clock.now() });
    Ok(Written { acknowledged, created: true, value })
}

/// Where the task is by now: it may have gone from board to board.
async fn board_of(caller: &Caller, timer: &TimerView) -> Option<BoardId> {
    let mut board = timer.board_id;
    for _ in 0..BOARDS_MAX {
        let Ok(published) = caller.http.directory.board_now(board).await else { return Some(board) };
        match published.state.went_to(timer.task_id) {
            Some(away) => board = away.board_id,
            None => break,
        }
    }
    Some(board)
}

async fn meant(caller: &Caller, entry_id: Option<TimeEntryId>) -> Answer<TimerView> {
    let timer = running(caller).await?.filter(|timer| entry_id.is_none_or(|meant| meant == timer.entry_id));
    Ok(timer.ok_or_else(|| Failure::because(Code::WrongState, "No such timer counts."))?)
}

/// What an earlier attempt under the same idempotency key did, if there was one.
async fn done_before(caller: &Caller) -> Answer<Option<AccountEvent>> {
    let recorded = caller.done_before(caller.who.account, 1).await?;
    Ok(recorded.as_ref().map(happened::<Account>).transpose()?.map(|happened| happened.event))
}

pub async fn stop(caller: Caller, Body(body): Body<StopsTimer>) -> Answer<Written<TimerStopped>> {
    let (entry_id, board_id) = match done_before(&caller).await? {
        // Asked again: it is answered as it was, though no timer counts any more, or another one.
        Some(AccountEvent::UserTimerStopped(event)) => (body.entry_id.unwrap_or(event.entry_id), Some(event.board_id)),
        _ => {
            let timer = meant(&caller, body.entry_id).await?;
            (timer.entry_id, board_of(&caller, &timer).await)
        }
    };
    let StopsTimer { ended_at, note, .. } = body;
    let command = StopTimer { entry_id, board_id, ended_at, note };
    let account = caller.who.account;
    let acknowledged = caller.ask(account, 1, command).await?;
    let value = stopped(&caller, account, &acknowledged).await?;
    Ok(Written { acknowledged, created: false, value })
}

/// What became of it, as its event says.
async fn stopped(caller: &Caller, account: AccountId, standing: &Acknowledged) -> Answer<Option<TimerStopped>> {
    let recorded = caller.http.store.journal().read_at(Topic::from(account), vec![standing.seq]).await?;
    let Some(event) = recorded.first() else { return Ok(None) };
    let AccountEvent::UserTimerStopped(event) = happened::<Account>(event)?.event else { return Ok(None) };
    let lockstep_protocol::event::timer::UserTimerStopped {
        entry_id,
        org_id,
        board_id,
        task_id,
        started_at,
        duration_s,
        lost,
    } = event;
    Ok(Some(TimerStopped { entry_id, org_id, board_id, task_id, started_at, duration_s, lost }))
}

pub async fn discard(caller: Caller) -> Answer<StatusCode> {
    if let Some(AccountEvent::UserTimerDiscarded(_)) = done_before(&caller).await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    let timer = meant(&caller, None).await?;
    let board_id = board_of(&caller, &timer).await;
    caller.ask(caller.who.account, 1, DiscardTimer { entry_id: timer.entry_id, board_id }).await?;
    Ok(StatusCode::NO_CONTENT)
}
