//! What a public link opens: its board, to look at. The addresses name no board, the link does: so it opens no other, and no other address
//! knows links. Everything is told as the public may see it.

use axum::{
    extract::FromRequestParts,
    http::{header, request},
};
use lockstep_domain::{Principal, board::Board};
use lockstep_protocol::{
    codes::Code,
    ids::{AccountId, BoardId, OrgId, TaskId},
    values::{Audience, Lifecycle, Micros},
    view::{BoardHead, TaskDetail, TaskFace},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use ts_rs::TS;

use super::{
    Http,
    answers::{Page, Read},
    extract::{Asked, Ids, bearer, seq_of},
    headers::client_address,
    organizations::ReadQuery,
    problem::{Answer, Problem},
    tasks,
};
use crate::{
    actors::Published,
    auth::{self, service::derived_id},
};

/// Somebody who showed a link that is open, with what their request needs of the server.
pub struct Looker {
    shown: auth::Looker,
    http: Http,
    /// `If-None-Match`.
    held: Option<u64>,
}

impl FromRequestParts<Http> for Looker {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut request::Parts, http: &Http) -> Answer<Self> {
        let token = bearer(&parts.headers).ok_or(Code::Unauthenticated)?;
        let address = client_address(&parts.extensions, &parts.headers, &http.trusted_proxies);
        let shown = http.auth.look(token, address).await?;
        // Many may look by one link: each of them has a pace of their own.
        let from = address.to_string();
        let who = derived_id("lockstep pace of a public link", &[shown.link.0.as_bytes(), from.as_bytes()]);
        http.pace.take(AccountId(who))?;
        let tag = parts.headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
        Ok(Self { shown, http: http.clone(), held: tag.and_then(seq_of) })
    }
}

impl Looker {
    async fn board(&self, min_seq: Option<u64>) -> Answer<(Arc<Published<Board>>, Audience)> {
        let auth::Looker { link, org, board, .. } = self.shown;
        let min_seq = min_seq.unwrap_or(0);
        let found = self.http.directory.readable_board(Principal::Link(link), org, board, min_seq).await;
        // It ended in this moment: then it is no link any more.
        found.map_err(|failure| match failure.code {
            Code::NotFound => Code::Unauthenticated.into(),
            _ => failure.into(),
        })
    }
}

/// Nothing of it may lie around when the link has ended.
const UNKEPT: [(header::HeaderName, &str); 1] = [(header::CACHE_CONTROL, "no-store")];
type Unkept<T> = ([(header::HeaderName, &'static str); 1], T);

/// A board that somebody was given a link to.
#[derive(Serialize, TS)]
pub struct SharedBoard {
    org_id: OrgId,
    board_id: BoardId,
    board: BoardHead,
    /// When the link ends by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    expires_at: Option<Micros>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SharedTasksQuery {
    #[serde(default)]
    cursor: Option<TaskId>,
    #[serde(default)]
    limit: Option<usize>,
    #[serde(default)]
    min_seq: Option<u64>,
}

pub async fn board(looker: Looker, Asked(query): Asked<ReadQuery>) -> Answer<Unkept<Read<SharedBoard>>> {
    let (published, audience) = looker.board(query.min_seq).await?;
    let auth::Looker { link, org, board, .. } = looker.shown;
    let head = published.state.head(board, audience).ok_or(Code::NotFound)?;
    let expires_at = published.state.link(link).and_then(|link| link.expires_at);
    let value = SharedBoard { org_id: org, board_id: board, board: head, expires_at };
    Ok((UNKEPT, Read { value, bookmark: published.bookmark, position: None, held: looker.held }))
}

/// Active tasks in the order of their ids.
pub async fn tasks(looker: Looker, Asked(query): Asked<SharedTasksQuery>) -> Answer<axum::Json<Page<TaskFace>>> {
    let (published, audience) = looker.board(query.min_seq).await?;
    let limit = tasks::page_rows(query.limit, looker.http.limits.page_rows_max)?;
    Ok(axum::Json(tasks::page(&published.state, audience, Lifecycle::Active, query.cursor, limit)))
}

pub async fn task(
    looker: Looker,
    Ids(task): Ids<TaskId>,
    Asked(query): Asked<ReadQuery>,
) -> Answer<Unkept<Read<TaskDetail>>> {
    let (published, audience) = looker.board(query.min_seq).await?;
    let detail = published.state.detail(task, audience).ok_or(Code::NotFound)?;
    let value = tasks::whole(&looker.http, looker.shown.board, detail, published.bookmark.seq).await?;
    Ok((UNKEPT, Read { value, bookmark: published.bookmark, position: None, held: looker.held }))
}
