//! What the caller keeps for themselves of boards: views of their own, and stars. Their other devices hear that something changed; nobody
//! else is ever told of it.

use axum::{Json, http::StatusCode};
use lockstep_domain::{filter, text};
use lockstep_protocol::{
    codes::{Code, Failure},
    ids::{BoardId, OrgId, ViewId},
    values::Look,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    answers::Items,
    extract::{Body, Caller, Ids},
    problem::Answer,
};
use crate::store::kept;

type Path = (OrgId, BoardId, ViewId);

/// A view of one's own.
#[derive(Serialize, TS)]
pub struct OwnView {
    view_id: ViewId,
    name: String,
    /// As it was saved: one who does not understand it all says so.
    #[ts(type = "Look")]
    look: serde_json::Value,
}

/// A view of one's own, to be kept.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct KeepView {
    name: String,
    look: Look,
}

/// A board that somebody starred.
#[derive(Serialize, TS)]
pub struct Star {
    org_id: OrgId,
    board_id: BoardId,
}

impl From<kept::OwnView> for OwnView {
    fn from(view: kept::OwnView) -> Self {
        let look = serde_json::from_str(&view.look).unwrap_or_default();
        Self { view_id: view.id, name: view.name, look }
    }
}

/// By their names.
pub async fn views(caller: Caller, Ids((org, board)): Ids<(OrgId, BoardId)>) -> Answer<Json<Items<OwnView>>> {
    caller.board(org, board, None).await?;
    let views = caller.http.store.keeps().views(caller.who.account, board).await?;
    Ok(Json(Items { items: views.into_iter().map(OwnView::from).collect() }))
}

/// In the place of the one with this id, where there is one.
pub async fn put_view(
    caller: Caller,
    Ids((org, board, view)): Ids<Path>,
    Body(body): Body<KeepView>,
) -> Answer<Json<OwnView>> {
    let (published, _) = caller.board(org, board, None).await?;
    let limits = &caller.http.limits;
    if view == ViewId::NIL {
        return Err(Code::NotFound.into());
    }
    // One name, one thing: whoever asks for the tasks of a view means one of both.
    if published.state.saved_view(view).is_some() {
        return Err(Failure::new(Code::AlreadyExists).field("view_id").into());
    }
    let name = text::name(&body.name, "name", limits)?;
    let look = filter::checked(&body.look, "look", limits, &|id| published.state.field_kind(id))?;
    let look = serde_json::to_string(&look).map_err(|_| Code::Internal)?;
    let view = kept::OwnView { id: view, name, look };
    let most = (limits.own_views_per_board_max, limits.own_views_per_account_max);
    let (account, now) = (caller.who.account, caller.http.clock.now());
    let outcome = caller.http.store.keeps().put_view(account, (org, board), &view, most, now).await?;
    settle(&caller, outcome, "view_id").await?;
    Ok(Json(view.into()))
}

pub async fn remove_view(caller: Caller, Ids((org, board, view)): Ids<Path>) -> Answer<StatusCode> {
    caller.board(org, board, None).await?;
    if !caller.http.store.keeps().remove_view(caller.who.account, board, view).await? {
        return Err(Code::NotFound.into());
    }
    caller.http.auth.kept_changed(caller.who.account).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub async fn stars(caller: Caller) -> Answer<Json<Items<Star>>> {
    let stars = caller.http.store.keeps().stars(caller.who.account).await?;
    Ok(Json(Items { items: stars.into_iter().map(|(org_id, board_id)| Star { org_id, board_id }).collect() }))
}

pub async fn star(caller: Caller, Ids((org, board)): Ids<(OrgId, BoardId)>) -> Answer<StatusCode> {
    caller.board(org, board, None).await?;
    let (account, now) = (caller.who.account, caller.http.clock.now());
    let most = caller.http.limits.stars_per_account_max;
    let outcome = caller.http.store.keeps().star(account, (org, board), most, now).await?;
    settle(&caller, outcome, "board_id").await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Also of a board that the caller does not see any more: otherwise its star would take up room for ever. One that is not there is away.
pub async fn unstar(caller: Caller, Ids((_, board)): Ids<(OrgId, BoardId)>) -> Answer<StatusCode> {
    if caller.http.store.keeps().unstar(caller.who.account, board).await? {
        caller.http.auth.kept_changed(caller.who.account).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// What is kept is told to the other devices of its owner.
async fn settle(caller: &Caller, outcome: kept::Kept, field: &str) -> Answer<()> {
    match outcome {
        kept::Kept::Is { changed: false } => Ok(()),
        kept::Kept::Is { changed: true } => Ok(caller.http.auth.kept_changed(caller.who.account).await?),
        kept::Kept::Full { limit } => Err(Failure::new(Code::LimitReached).field(field).limit(limit as u64).into()),
        kept::Kept::Nowhere => Err(Code::NotFound.into()),
    }
}
