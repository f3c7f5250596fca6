//! The time that was spent on tasks: noted, put right, and what it comes to, as JSON and as a table. The public is told of none of it:
//! to them there is nothing here.

mod own;
mod report;
mod table;
mod timer;

use axum::Json;
use lockstep_protocol::{
    codes::{Code, Failure},
    command::time::{LogTime, RemoveTime, UpdateTime},
    ids::{BoardId, OrgId, TaskId, TimeEntryId},
    values::Audience,
};

pub use self::own::{OwnTime, OwnTimeGroup, OwnTimeRow, OwnTimeSum};
use self::report::{Asking, TimeQuery};
pub use self::report::{TimeGroup, TimeReport, TimeRow, TimeSum};
pub use self::timer::{OwnTimer, StopsTimer, TimerStopped};
use super::{
    answers::Written,
    extract::{Asked, Caller, Fields, Ids},
    problem::Answer,
    surface::{Endpoint, Parameter, delete, get, patch, post},
};

const REPORT: &[Parameter] = &[
    Parameter { name: "from", kind: "number", says: "What began at this moment or later." },
    Parameter { name: "to", kind: "number", says: "What began before this moment." },
    Parameter { name: "account", kind: "AccountId", says: "The time of this person alone." },
    Parameter { name: "task", kind: "TaskId", says: "The time of this task alone." },
    Parameter {
        name: "group",
        kind: "TimeGroup",
        says: "What comes together: task, member or day; absent: each time by itself.",
    },
    Parameter {
        name: "zone",
        kind: "string",
        says: "Whose days they are, such as Europe/Berlin; default: the caller's.",
    },
    Parameter { name: "cursor", kind: "string", says: "next_cursor of the page before." },
    Parameter { name: "limit", kind: "number", says: "At most 500, which is the default." },
    Parameter { name: "min_seq", kind: "number", says: "Answer only from a state at least this new." },
];

#[rustfmt::skip]
pub fn endpoints() -> Vec<Endpoint> { vec![
    get("/api/v1/me/timer", timer::read, "The caller's timer, if one counts").answers(200, "OwnTimer"),
    post("/api/v1/me/timer", timer::start, "Let time count on a task: one timer a person").takes_but("StartTimer", &[], &["entry_id"]).answers(201, "OwnTimer & Acknowledged"),
    post("/api/v1/me/timer/stop", timer::stop, "Stop the caller's timer, and note its time on the task").takes("StopsTimer").answers(200, "TimerStopped & Acknowledged"),
    delete("/api/v1/me/timer", timer::discard, "Stop the caller's timer, and note nothing").answers_nothing(),
    get("/api/v1/me/time", own::read, "What the caller has worked, over all boards, each time by itself or by board, task or day").asks(own::PARAMETERS).answers(200, "OwnTime"),
    get("/api/v1/me/time.csv", own::csv, "The same as a table for spreadsheets, all of it").asks(own::PARAMETERS).shows_table(),
    get("/api/v1/orgs/{org}/boards/{board}/time", read, "The time that was spent on a board, each by itself or by task, member or day").asks(REPORT).answers(200, "TimeReport"),
    get("/api/v1/orgs/{org}/boards/{board}/time.csv", csv, "The same as a table for spreadsheets, all of it").asks(REPORT).shows_table(),
    post("/api/v1/orgs/{org}/boards/{board}/tasks/{task}/time", log, "Note time that was spent on a task").takes_but("LogTime", &["task_id"], &["entry_id"]).answers(201, "Acknowledged"),
    patch("/api/v1/orgs/{org}/boards/{board}/tasks/{task}/time/{entry}", update, "Put a time right").takes_but("UpdateTime", &["task_id", "entry_id"], &[]).answers(200, "Acknowledged"),
    delete("/api/v1/orgs/{org}/boards/{board}/tasks/{task}/time/{entry}", remove, "Take a time out").answers(200, "Acknowledged"),
] }

type Path = (OrgId, BoardId, TaskId, TimeEntryId);

async fn log(
    caller: Caller,
    Ids((org, board, task)): Ids<(OrgId, BoardId, TaskId)>,
    fields: Fields,
) -> Answer<Written> {
    let fields = fields.with_default("entry_id", || caller.id_for::<TimeEntryId>(None, "time"));
    let command: LogTime = fields.with("task_id", task)?.into()?;
    Ok(Written::created(caller.change_board(org, board, command).await?))
}

async fn update(caller: Caller, Ids((org, board, task, entry)): Ids<Path>, fields: Fields) -> Answer<Written> {
    let command: UpdateTime = fields.with("task_id", task)?.with("entry_id", entry)?.into()?;
    Ok(caller.change_board(org, board, command).await?.into())
}

async fn remove(caller: Caller, Ids((org, board, task, entry)): Ids<Path>) -> Answer<Written> {
    Ok(caller.change_board(org, board, RemoveTime { task_id: task, entry_id: entry }).await?.into())
}

/// What is asked, by somebody who may be told.
async fn asking(caller: &Caller, (org, board): (OrgId, BoardId), query: &TimeQuery) -> Answer<Asking> {
    let (published, audience) = caller.board(org, board, query.min_seq).await?;
    if audience == Audience::Public {
        return Err(Failure::new(Code::NotFound).into());
    }
    let (organization, _) = caller.http.directory.readable_org(caller.principal(), org).await?;
    Asking::new(caller, (published, audience, organization), query).await
}

async fn read(
    caller: Caller,
    Ids(path): Ids<(OrgId, BoardId)>,
    Asked(query): Asked<TimeQuery>,
) -> Answer<Json<TimeReport>> {
    let asking = asking(&caller, path, &query).await?;
    Ok(Json(asking.page(&query, caller.http.limits.page_rows_max)?))
}

async fn csv(
    caller: Caller,
    Ids(path): Ids<(OrgId, BoardId)>,
    Asked(query): Asked<TimeQuery>,
) -> Answer<axum::response::Response> {
    let asking = asking(&caller, path, &query).await?;
    table::answer(&caller, path.0, asking).await
}
