//! Views of a board that everybody shares, and the tasks that a view shows.

use axum::Json;
use lockstep_domain::filter::{self, Looker};
use lockstep_protocol::{
    codes::{Code, Failure},
    command::view::{CreateView, DeleteView, UpdateView},
    ids::{BoardId, OrgId, ViewId},
    values::{Audience, Lifecycle, Look},
    view::TaskFace,
};

use super::{
    answers::{Page, Written},
    extract::{Asked, Caller, Fields, Ids},
    problem::Answer,
    quick_add::zone_of,
    tasks::{TasksQuery, page_rows},
};

type Path = (OrgId, BoardId, ViewId);

pub async fn create(caller: Caller, Ids((org, board)): Ids<(OrgId, BoardId)>, fields: Fields) -> Answer<Written> {
    let fields = fields.with_default("view_id", || caller.id_for::<ViewId>(None, "view"));
    Ok(Written::created(caller.change_board(org, board, fields.into::<CreateView>()?).await?))
}

pub async fn update(caller: Caller, Ids((org, board, view)): Ids<Path>, fields: Fields) -> Answer<Written> {
    let command: UpdateView = fields.with("view_id", view)?.into()?;
    Ok(caller.change_board(org, board, command).await?.into())
}

pub async fn change<C: serde::de::DeserializeOwned + Into<lockstep_protocol::command::Command>>(
    caller: Caller,
    Ids((org, board, view)): Ids<Path>,
    fields: Fields,
) -> Answer<Written> {
    let command: C = fields.with("view_id", view)?.into()?;
    Ok(caller.change_board(org, board, command).await?.into())
}

pub async fn delete(caller: Caller, Ids((org, board, view)): Ids<Path>) -> Answer<Written> {
    Ok(caller.change_board(org, board, DeleteView { view_id: view }).await?.into())
}

/// The tasks that a view shows: one that is shared, or one of the caller's own.
pub async fn tasks(
    caller: Caller,
    Ids((org, board, view)): Ids<Path>,
    Asked(query): Asked<TasksQuery>,
) -> Answer<Json<Page<TaskFace>>> {
    let (published, audience) = caller.board(org, board, query.min_seq).await?;
    let shared = published.state.saved_view(view).filter(|_| audience != Audience::Public);
    let look = match shared {
        Some(shared) => shared.look.clone(),
        None => {
            let own = caller.http.store.keeps().view(caller.who.account, board, view).await?.ok_or(Code::NotFound)?;
            serde_json::from_str::<Look>(&own.look).map_err(|_| {
                Failure::because(Code::WrongState, "This view needs a newer server than the one that answers.")
            })?
        }
    };
    page(&caller, (org, board), look, query).await
}

/// What `tasks?filter=&sort=` says.
pub async fn said(query: &TasksQuery, caller: &Caller, (org, board): (OrgId, BoardId)) -> Answer<Look> {
    let (published, _) = caller.board(org, board, query.min_seq).await?;
    let said = Look {
        filter: read(query.filter.as_deref(), "filter")?,
        sort: read(query.sort.as_deref(), "sort")?,
        ..Look::default()
    };
    let kind = |id| published.state.field_kind(id);
    Ok(filter::checked(&said, "query", &caller.http.limits, &kind)?)
}

fn read<T: serde::de::DeserializeOwned>(text: Option<&str>, field: &str) -> Answer<Vec<T>> {
    let Some(text) = text else { return Ok(Vec::new()) };
    let wrong = |error: serde_json::Error| Failure::because(Code::FieldInvalid, error.to_string()).field(field);
    Ok(serde_json::from_str(text).map_err(wrong)?)
}

/// A page of those that meet a filter, in their order, now and in the zone of the caller.
pub async fn page(
    caller: &Caller,
    (org, board): (OrgId, BoardId),
    look: Look,
    query: TasksQuery,
) -> Answer<Json<Page<TaskFace>>> {
    let (published, audience) = caller.board(org, board, query.min_seq).await?;
    let lifecycle = query.lifecycle.unwrap_or(Lifecycle::Active);
    let limit = page_rows(query.limit, caller.http.limits.page_rows_max)?;
    if audience == Audience::Public && lifecycle != Lifecycle::Active {
        return Ok(Json(Page { items: Vec::new(), next_cursor: None }));
    }
    let profile = caller.http.store.accounts().profile(caller.who.account).await?;
    let organization = caller.http.directory.organization(org).await?;
    let resolve = |account| organization.state.resolve(account);
    let looker = Looker {
        me: Some(caller.who.account),
        now: caller.http.clock.now(),
        zone: zone_of(profile.as_ref().map_or("", |profile| &profile.time_zone)),
        resolve: &resolve,
    };
    if !look.sort.is_empty() {
        let found = published.state.sorted(&look, &looker, (audience, lifecycle), query.cursor);
        let gone = || Failure::because(Code::FieldInvalid, "The task that the page before ended with is gone.");
        let mut items = found.ok_or_else(|| gone().field("cursor"))?;
        let more = items.len() > limit;
        items.truncate(limit);
        let next_cursor = items.last().filter(|_| more).map(|face| face.task_id.to_string());
        return Ok(Json(Page { items, next_cursor }));
    }
    let found = published.state.filtered(&look.filter, &looker, (audience, lifecycle));
    let mut found = found.filter(|(id, _)| query.cursor.is_none_or(|cursor| *id > cursor));
    let items: Vec<TaskFace> = found.by_ref().take(limit).map(|(_, face)| face).collect();
    let next_cursor = items.last().filter(|_| found.next().is_some()).map(|face| face.task_id.to_string());
    Ok(Json(Page { items, next_cursor }))
}
