//! What a new board begins with: one of the templates that are built in, or the shape of another board, with its tasks or without. It asks
//! for everything in the caller's name, under ids that follow from the board's and under numbers of its own: a request that was cut off goes
//! on where it ended, and one that is sent again does nothing twice.

use std::{collections::BTreeSet, sync::Arc};

use lockstep_domain::{
    Aggregate, Organization, Team, access,
    board::{Board, CopyIds, Texts},
};
use lockstep_protocol::{
    codes::{Code, Failure},
    command::{BoardCommand, bulk::Bulk},
    frame::Acknowledged,
    ids::{AccountId, BoardId, ClientId, OrgId, TaskId},
    values::{Audience, Lifecycle, OnFailure, Place},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

use super::{
    answers::Written,
    extract::{Body, Caller, Ids as InPath},
    problem::Answer,
    templates::Template,
};
use crate::{
    actors::{CommandKey, Published, Saw},
    auth::service::derived_id,
};

/// An id that stands in the order of these bytes, as ids do that begin with a time.
pub fn in_order(first: [u8; 8], rest: Uuid) -> Uuid {
    let mut bytes = *rest.as_bytes();
    bytes[..8].copy_from_slice(&first);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

pub fn derived(board: BoardId, parts: &[&[u8]]) -> Uuid {
    derived_id("lockstep board template", &[&[board.0.as_bytes().as_slice()], parts].concat())
}

/// Asks for these on a board that was just made, all of a part or none.
pub async fn fill(
    caller: &Caller,
    board: BoardId,
    step: &mut u64,
    commands: Vec<BoardCommand>,
) -> Answer<Option<Acknowledged>> {
    let client_id = ClientId(derived(board, &[b"client"]));
    let mut acknowledged = None;
    for part in commands.chunks(caller.http.limits.bulk_commands_max) {
        *step += 1;
        let bulk = Bulk { commands: part.to_vec(), on_failure: OnFailure::None };
        let key = CommandKey { client_id, client_seq: *step };
        acknowledged = Some(caller.ask_with(board, Some(key), bulk, Saw::default()).await?);
    }
    Ok(acknowledged)
}

/// Tasks in one read of their texts.
const TASKS_AT_ONCE: usize = 100;

/// Makes a board what another is that the caller sees, as more than the public does. Its rules come last: what stands there already they do
/// not judge.
pub async fn copy(
    caller: &Caller,
    (org, from): (OrgId, BoardId),
    board: BoardId,
    with_tasks: bool,
) -> Answer<Option<Acknowledged>> {
    let (published, audience) = caller.board(org, from, None).await.map_err(|_| missing())?;
    if audience == Audience::Public {
        return Err(missing().into());
    }
    let source = &published.state;
    let new_id = |id: Uuid| {
        let mut first = [0; 8];
        first.copy_from_slice(&id.as_bytes()[..8]);
        in_order(first, derived(board, &[b"copy", id.as_bytes()]))
    };
    let ids = CopyIds(&new_id);
    let mut step = 0;
    let mut acknowledged = fill(caller, board, &mut step, source.shape(&ids)).await?;
    if with_tasks {
        let tasks = source.tasks_to_copy();
        for part in tasks.chunks(TASKS_AT_ONCE) {
            let seqs: BTreeSet<u64> = part.iter().filter_map(|task| source.description_seq(*task)).collect();
            let events = caller.http.directory.board_events(from, seqs.into_iter().collect()).await?;
            let texts = Texts::of(events.iter().map(|happened| (happened.seq, &happened.event)));
            let there = There::look(caller, org, board).await?;
            let sees = |account: AccountId| there.sees(account);
            let commands = part.iter().flat_map(|task| source.task_copy(*task, &texts, &ids, &sees)).collect();
            acknowledged = fill(caller, board, &mut step, commands).await?.or(acknowledged);
        }
        let links = tasks.iter().flat_map(|task| source.links_copy(*task, &ids)).collect();
        acknowledged = fill(caller, board, &mut step, links).await?.or(acknowledged);
    }
    Ok(fill(caller, board, &mut step, source.rules(&ids)).await?.or(acknowledged))
}

/// The copy.
#[derive(Serialize, TS)]
pub struct Duplicated {
    task_id: TaskId,
}

/// Before there is a new board: whether there is one to copy.
pub async fn check(caller: &Caller, (org, from): (OrgId, BoardId), template: Template) -> Answer<()> {
    if template != Template::Blank {
        return Err(Failure::because(Code::FieldInvalid, "Either a template or a board.").field("template").into());
    }
    let (published, audience) = caller.board(org, from, None).await.map_err(|_| missing())?;
    let there = audience != Audience::Public && published.state.lifecycle() != Some(Lifecycle::Deleted);
    if there { Ok(()) } else { Err(missing().into()) }
}

fn missing() -> Failure {
    Failure::new(Code::NotFound).field("from_board_id")
}

/// Which id the copy gets.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Duplicate {
    /// Chosen by the client, so that asking again is safe.
    #[serde(default)]
    #[ts(optional)]
    task_id: Option<TaskId>,
}

/// Makes a task like this one, right after it: without its comments, its history and what is ticked.
pub async fn duplicate(
    caller: Caller,
    InPath((org, board, task)): InPath<(OrgId, BoardId, TaskId)>,
    Body(body): Body<Duplicate>,
) -> Answer<Written<Duplicated>> {
    let copy: TaskId = caller.id_for(body.task_id, "task");
    let (published, audience) = caller.board(org, board, None).await?;
    let source = &published.state;
    let lives = source.task(task).is_some_and(|task| task.lifecycle == Lifecycle::Active);
    if audience == Audience::Public || !lives {
        return Err(Failure::new(Code::NotFound).field("task_id").into());
    }
    let seqs = source.description_seq(task).into_iter().collect();
    let events = caller.http.directory.board_events(board, seqs).await?;
    let texts = Texts::of(events.iter().map(|happened| (happened.seq, &happened.event)));
    let there = There::look(&caller, org, board).await?;
    let sees = |account: AccountId| there.sees(account);
    let new_id = |id: Uuid| if id == task.0 { copy.0 } else { id };
    let mut commands = source.task_copy(task, &texts, &CopyIds(&new_id), &sees);
    if let Some(BoardCommand::CreateTask(create)) = commands.first_mut() {
        create.place = Place { after: Some(task), before: None };
        create.parent_id = source.task(task).and_then(|task| task.parent_id);
    }
    let limit = caller.http.limits.bulk_commands_max;
    if commands.len() > limit {
        return Err(Failure::new(Code::LimitReached).field("task_id").limit(limit as u64).into());
    }
    let acknowledged = caller.ask(board, 1, Bulk { commands, on_failure: OnFailure::None }).await?;
    Ok(Written { acknowledged, created: true, value: Some(Duplicated { task_id: copy }) })
}

/// Who sees the new board.
struct There {
    board: Arc<Published<Board>>,
    org: Arc<Published<Organization>>,
    team: Option<Arc<Published<Team>>>,
}

impl There {
    async fn look(caller: &Caller, org: OrgId, board: BoardId) -> Answer<Self> {
        let directory = &caller.http.directory;
        let (board, _) = caller.board(org, board, None).await?;
        let team = match board.state.team_id() {
            Some(team) => Some(directory.team(team).await?),
            None => None,
        };
        Ok(Self { board, org: directory.organization(org).await?, team })
    }

    fn sees(&self, account: AccountId) -> bool {
        access::may_see_board(&self.board.state, account, &self.org.state, self.team.as_ref().map(|team| &team.state))
    }
}
