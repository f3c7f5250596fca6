//! What the caller should do next, over all their boards. The read tables say on which boards they have open tasks, which is as old as the
//! tables; everything that is answered comes from the live boards, as the caller may see them now. It must never answer from the tables,
//! and never more of a board than whoever is no member of the public sees of it.
//!
//! Only so many boards are asked: each is asked for its first tasks alone, so an answer costs no more than the tasks on those boards.

use axum::Json;
use lockstep_domain::{
    Aggregate,
    board::Board,
    next::{self, Asker, Next, Why},
};
use lockstep_protocol::{
    codes::{Code, Failure},
    ids::{BoardId, OrgId, TaskId},
    position::Position,
    values::{Due, Priority},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    extract::{Asked, Caller},
    own_boards::{found, newest, open, organizations, seen},
    problem::Answer,
    quick_add::zone_of,
    surface::Parameter,
    tasks::page_rows,
};

/// What may be asked.
pub const PARAMETERS: &[Parameter] = &[
    Parameter { name: "limit", kind: "number", says: "At most 100; default: 20." },
    Parameter { name: "org_id", kind: "OrgId", says: "On the boards of this organization alone." },
    Parameter { name: "board_id", kind: "BoardId", says: "On this board alone." },
    Parameter { name: "min_position", kind: "Position", says: "Wait until it is known on which boards there are any." },
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NextQuery {
    #[serde(default)]
    limit: Option<usize>,
    #[serde(default)]
    org_id: Option<OrgId>,
    #[serde(default)]
    board_id: Option<BoardId>,
    #[serde(default)]
    min_position: Option<Position>,
}

/// What to do next, and after that.
#[derive(Serialize, TS)]
pub struct NextList {
    items: Vec<NextTask>,
    /// How many open tasks they have on the boards that were asked.
    total: usize,
    /// Boards with open tasks of theirs that were not asked, since there are too many.
    boards_left_out: usize,
}

/// An open task of the caller's, and why it stands where it does.
#[derive(Serialize, TS)]
pub struct NextTask {
    org_id: OrgId,
    board_id: BoardId,
    board_name: String,
    task_id: TaskId,
    /// `OPS-42`.
    key: String,
    title: String,
    priority: Priority,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    due: Option<Due>,
    /// The sum of the points of its reasons.
    #[ts(type = "number")]
    score: i64,
    /// Weightiest first.
    reasons: Vec<NextReason>,
}

/// Something that puts it up, or down.
#[derive(Serialize, TS)]
pub struct NextReason {
    because: NextBecause,
    #[ts(type = "number")]
    points: i64,
    /// How many days it is overdue, waiting, or has until it is due or starts, by the calendar of the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    days: Option<i64>,
    /// Of its estimate.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    minutes_left: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    priority: Option<Priority>,
    /// The first that it waits for, or what it is a part of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<NextNamed>>")]
    tasks: Vec<NextNamed>,
    /// How many tasks it is about: that it waits for, that wait for it, or parts that are left.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    count: Option<usize>,
    /// Of those that wait for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    urgent: Option<usize>,
    /// Of those that wait for it, overdue or due soon.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    due: Option<usize>,
    /// Of how many parts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    of: Option<usize>,
}

/// Another task of the board.
#[derive(Serialize, TS)]
pub struct NextNamed {
    task_id: TaskId,
    key: String,
}

/// What kind of reason.
#[derive(Clone, Copy, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum NextBecause {
    Blocked,
    Overdue,
    DueToday,
    DueIn,
    WorkLeft,
    Priority,
    Blocks,
    Active,
    Started,
    LastParts,
    Waiting,
    StartsIn,
}

pub async fn list(caller: Caller, Asked(query): Asked<NextQuery>) -> Answer<Json<NextList>> {
    let limits = caller.http.limits.clone();
    let limit = page_rows(Some(query.limit.unwrap_or(limits.next_tasks_default)), limits.next_tasks_max)?;
    caller.wait_counted(query.min_position).await?;
    let (boards, boards_left_out) = boards_of(&caller, &query).await?;
    let profile = caller.http.store.accounts().profile(caller.who.account).await?;
    let zone = zone_of(profile.as_ref().map_or("", |profile| &profile.time_zone));
    let now = caller.http.clock.now();
    let (mut found, mut total) = (Vec::new(), 0);
    for (org, board, (published, organization)) in open(&caller, boards).await? {
        let resolve = |account| organization.state.resolve(account);
        let asker = Asker { me: caller.who.account, resolve: &resolve, now, zone: zone.clone() };
        let mut order = next::next(&published.state, &asker);
        total += order.len();
        order.truncate(limit);
        found.extend(order.into_iter().map(|next| (next, org, board, published.clone())));
    }
    found.sort_unstable_by(|(a, ..), (b, ..)| a.place().cmp(&b.place()));
    found.truncate(limit);
    let items = found.iter().filter_map(|(next, org, board, published)| entry(next, (*org, *board), &published.state));
    Ok(Json(NextList { items: items.collect(), total, boards_left_out }))
}

/// The boards to be asked, newest first, and how many are left out.
async fn boards_of(caller: &Caller, query: &NextQuery) -> Answer<(Vec<(OrgId, BoardId)>, usize)> {
    let directory = &caller.http.directory;
    if let Some(board) = query.board_id {
        let missing = || Failure::new(Code::NotFound).field("board_id");
        let of = async { Ok(Some(directory.board(board).await?.state.org_id(board.0))) };
        let org = found(of.await)?.ok_or_else(missing)?;
        let named = query.org_id.is_none_or(|named| named == org);
        return match seen(caller, org, board).await? {
            Some(_) if named => Ok((vec![(org, board)], 0)),
            _ => Err(missing().into()),
        };
    }
    let mut boards = Vec::new();
    for (org, organization) in organizations(caller, query.org_id).await? {
        let me: Vec<_> = organization.state.ids_of(caller.who.account).collect();
        let rows = caller.http.store.projections().boards_with_open_tasks(org, &me).await?;
        boards.extend(rows.into_iter().filter(|row| !row.template));
    }
    newest(caller, boards, caller.http.limits.next_boards_max).await
}

fn entry(next: &Next, (org_id, board_id): (OrgId, BoardId), board: &Board) -> Option<NextTask> {
    let task = board.task(next.task_id)?;
    Some(NextTask {
        org_id,
        board_id,
        board_name: board.name().to_owned(),
        task_id: next.task_id,
        key: key(board, next.task_id),
        title: task.title.to_string(),
        priority: task.priority,
        due: task.due,
        score: next.score,
        reasons: next.reasons.iter().map(|reason| said(reason, board)).collect(),
    })
}

fn key(board: &Board, task: TaskId) -> String {
    board.task(task).map_or_else(String::new, |task| format!("{}-{}", board.key(), task.number))
}

fn said(reason: &next::Reason, board: &Board) -> NextReason {
    let named = |tasks: &[TaskId]| -> Vec<NextNamed> {
        tasks.iter().map(|task| NextNamed { task_id: *task, key: key(board, *task) }).collect()
    };
    let bare = |because| NextReason {
        because,
        points: reason.points,
        days: None,
        minutes_left: None,
        priority: None,
        tasks: Vec::new(),
        count: None,
        urgent: None,
        due: None,
        of: None,
    };
    let days = |because, days| NextReason { days: Some(days), ..bare(because) };
    match &reason.why {
        Why::Blocked { by, more } => {
            NextReason { tasks: named(by), count: Some(by.len() + more), ..bare(NextBecause::Blocked) }
        }
        Why::Overdue { days: late } => days(NextBecause::Overdue, *late),
        Why::DueToday => bare(NextBecause::DueToday),
        Why::DueIn { days: until } => days(NextBecause::DueIn, *until),
        Why::WorkLeft { minutes } => NextReason { minutes_left: Some(*minutes), ..bare(NextBecause::WorkLeft) },
        Why::Priority(priority) => NextReason { priority: Some(*priority), ..bare(NextBecause::Priority) },
        Why::Blocks { tasks, urgent, due } => {
            let count = Some(*tasks);
            NextReason { count, urgent: Some(*urgent), due: Some(*due), ..bare(NextBecause::Blocks) }
        }
        Why::Active => bare(NextBecause::Active),
        Why::Started => bare(NextBecause::Started),
        Why::LastParts { parent_id, left, of } => {
            let tasks = named(std::slice::from_ref(parent_id));
            NextReason { tasks, count: Some(*left), of: Some(*of), ..bare(NextBecause::LastParts) }
        }
        Why::Waiting { days: age } => days(NextBecause::Waiting, *age),
        Why::StartsIn { days: until } => days(NextBecause::StartsIn, *until),
    }
}
