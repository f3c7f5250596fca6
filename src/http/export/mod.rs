//! A board as a table for spreadsheets: CSV (RFC 4180) in UTF-8, with a mark at its beginning by which spreadsheets know that. One
//! row a task, and of it what whoever asks may see. Must never hold the whole table: rows are made as they are sent, from one
//! state of the board.

pub(super) mod cells;
pub(super) mod rows;

use std::{
    collections::{BTreeSet, HashMap},
    convert::Infallible,
    sync::Arc,
};

use axum::{
    body::Body,
    http::header,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::stream;
use lockstep_domain::{access, board::Board, organization::Organization};
use lockstep_protocol::{
    ids::{AccountId, BoardId, OrgId, TaskId},
    values::{Audience, FieldValue, Lifecycle},
};
use serde::Deserialize;

use self::rows::{Rows, heading, row};
use super::{
    extract::{Asked, Caller, Ids},
    problem::Answer,
};
use crate::actors::Published;

/// By this spreadsheets know that it is UTF-8.
pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// Rows that are made at once.
pub(super) const ROWS_AT_ONCE: usize = 200;
/// Names looked up at once.
const NAMES_AT_ONCE: usize = 500;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportQuery {
    /// Answer only from a state at least this new.
    #[serde(default)]
    min_seq: Option<u64>,
}

pub async fn csv(
    caller: Caller,
    Ids((org_id, board_id)): Ids<(OrgId, BoardId)>,
    Asked(query): Asked<ExportQuery>,
) -> Answer<Response> {
    let (published, audience) = caller.board(org_id, board_id, query.min_seq).await?;
    let tasks = in_order(&published.state, audience);
    let names = match audience {
        Audience::Public => HashMap::new(),
        Audience::Guest | Audience::Member => {
            let board = &published.state;
            let named = tasks.iter().filter_map(|id| board.task(*id)).flat_map(people_of).collect();
            names(&caller, org_id, &published, audience, named).await?
        }
    };
    // A key is capitals and digits: nothing in it needs to be written in another way.
    let disposition = format!("attachment; filename=\"{}.csv\"", published.state.key());
    let body = Body::from_stream(stream::iter(chunks(published, tasks, audience, names)));
    let headers = [(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CONTENT_DISPOSITION, &disposition)];
    Ok((headers, body).into_response())
}

/// As the board shows them; then those in the archive, which the public does not see, by their numbers.
fn in_order(board: &Board, audience: Audience) -> Vec<TaskId> {
    let shown = board.columns().into_iter().flat_map(|(column, _)| board.order(column).collect::<Vec<_>>());
    let mut tasks: Vec<TaskId> = shown.collect();
    if audience != Audience::Public {
        let away = board.tasks().filter(|(_, task)| task.lifecycle == Lifecycle::Archived);
        let mut away: Vec<(u32, TaskId)> = away.map(|(id, task)| (task.number, id)).collect();
        away.sort_unstable();
        tasks.extend(away.into_iter().map(|(_, id)| id));
    }
    tasks
}

/// What those are called today whom the table names and whose names the caller may see, by every id that they have there.
pub(super) async fn names(
    caller: &Caller,
    org_id: OrgId,
    published: &Published<Board>,
    audience: Audience,
    named: BTreeSet<AccountId>,
) -> Answer<HashMap<AccountId, String>> {
    let (org, _) = caller.http.directory.readable_org(caller.principal(), org_id).await?;
    let board = &published.state;
    let viewer = (caller.who.account, audience);
    let told = |account: &AccountId| access::names(&org.state, Some(board), viewer, person(&org.state, *account));
    let told: Vec<AccountId> = named.into_iter().filter(told).collect();
    let people: BTreeSet<AccountId> = told.iter().map(|account| person(&org.state, *account)).collect();
    let people: Vec<AccountId> = people.into_iter().collect();
    let mut called = HashMap::new();
    for some in people.chunks(NAMES_AT_ONCE) {
        let profiles = caller.http.store.accounts().profiles(some).await?;
        called.extend(profiles.into_iter().map(|profile| (profile.account, profile.name)));
    }
    let by_id = told.into_iter().filter_map(|id| Some((id, called.get(&person(&org.state, id))?.clone())));
    Ok(by_id.collect())
}

/// Who claimed a placeholder is whom it stands for.
fn person(org: &Organization, account: AccountId) -> AccountId {
    org.resolve(account)
}

fn people_of(task: &lockstep_domain::board::Task) -> impl Iterator<Item = AccountId> + '_ {
    let named = task.fields.iter().filter_map(|held| match held.value {
        FieldValue::Person { account_id } => Some(account_id),
        _ => None,
    });
    task.assignees.iter().copied().chain(named)
}

/// The table in pieces, each made when the one before it is on its way.
fn chunks(
    published: Arc<Published<Board>>,
    tasks: Vec<TaskId>,
    audience: Audience,
    names: HashMap<AccountId, String>,
) -> impl Iterator<Item = Result<Bytes, Infallible>> {
    let mut first = true;
    let mut tasks = tasks.into_iter();
    std::iter::from_fn(move || {
        let board = &published.state;
        let (mut rows, fields) = (Rows::new(), board.fields());
        let begins = std::mem::take(&mut first);
        if begins {
            rows.write(&heading(&fields));
        }
        let mut some = tasks.by_ref().take(ROWS_AT_ONCE).peekable();
        if !begins && some.peek().is_none() {
            return None;
        }
        for task_id in some {
            if let Some(cells) = row(board, &fields, task_id, audience, &names) {
                rows.write(&cells);
            }
        }
        let mark = if begins { BYTE_ORDER_MARK } else { b"" };
        Some(Ok([mark, &rows.into_bytes()].concat().into()))
    })
}
