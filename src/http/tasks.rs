//! Tasks of a board: lists, one whole, create, change, delete.

use lockstep_domain::board::{Board, Detail};
use lockstep_protocol::{
    codes::{Code, Failure},
    command::{
        Command,
        task::{CreateTask, DeleteTask, PrioritizeTask, ScheduleTask, UpdateTask},
    },
    event::BoardEvent,
    frame::Acknowledged,
    ids::{AccountId, BoardId, OrgId, TaskId},
    topic::Topic,
    values::{Audience, Due, Lifecycle, Micros, Priority},
    view::{TaskDetail, TaskFace},
};
use serde::{Deserialize, Deserializer};
use ts_rs::TS;

use super::{
    Http,
    answers::{Page, Read, Written},
    extract::{Asked, Body, Caller, Fields, Ids},
    organizations::ReadQuery,
    problem::Answer,
    views,
};
use crate::actors::happened;

type Path = (OrgId, BoardId, TaskId);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TasksQuery {
    #[serde(default)]
    pub lifecycle: Option<Lifecycle>,
    /// `next_cursor` of the page before.
    #[serde(default)]
    pub cursor: Option<TaskId>,
    #[serde(default)]
    pub limit: Option<usize>,
    /// Answer only from a state at least this new.
    #[serde(default)]
    pub min_seq: Option<u64>,
    /// Conditions that they meet, as JSON.
    #[serde(default)]
    pub filter: Option<String>,
    /// Keys by which they are sorted, as JSON.
    #[serde(default)]
    pub sort: Option<String>,
}

/// What is absent stays; `null` takes a date away.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ChangeTask {
    #[serde(default)]
    #[ts(optional)]
    title: Option<String>,
    /// Markdown; empty takes it away.
    #[serde(default)]
    #[ts(optional)]
    description: Option<String>,
    /// Who is mentioned in the description, each as `@[account_id]`.
    #[serde(default)]
    #[ts(optional, as = "Option<Vec<AccountId>>")]
    mentions: Vec<AccountId>,
    #[serde(default)]
    #[ts(optional)]
    priority: Option<Priority>,
    #[serde(default, deserialize_with = "said")]
    #[ts(optional, type = "number | null")]
    start_at: Option<Option<Micros>>,
    #[serde(default, deserialize_with = "said")]
    #[ts(optional, type = "Due | null")]
    due: Option<Option<Due>>,
}

/// Tells `null` from absent.
pub fn said<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Faces in the order that is asked for, else in that of their ids, which is that of their making.
pub async fn list(
    caller: Caller,
    Ids((org, board)): Ids<(OrgId, BoardId)>,
    Asked(query): Asked<TasksQuery>,
) -> Answer<axum::Json<Page<TaskFace>>> {
    if query.filter.is_some() || query.sort.is_some() {
        let look = views::said(&query, &caller, (org, board)).await?;
        return views::page(&caller, (org, board), look, query).await;
    }
    let (published, audience) = caller.board(org, board, query.min_seq).await?;
    let lifecycle = query.lifecycle.unwrap_or(Lifecycle::Active);
    let limit = page_rows(query.limit, caller.http.limits.page_rows_max)?;
    if audience == Audience::Public && lifecycle != Lifecycle::Active {
        return Ok(axum::Json(Page { items: Vec::new(), next_cursor: None }));
    }
    Ok(axum::Json(page(&published.state, audience, lifecycle, query.cursor, limit)))
}

pub fn page(
    board: &Board,
    audience: Audience,
    lifecycle: Lifecycle,
    cursor: Option<TaskId>,
    limit: usize,
) -> Page<TaskFace> {
    let matching =
        board.tasks().filter(|(id, task)| task.lifecycle == lifecycle && cursor.is_none_or(|cursor| *id > cursor));
    let mut ids = matching.map(|(id, _)| id);
    let taken: Vec<TaskId> = ids.by_ref().take(limit).collect();
    let more = ids.next().is_some();
    let next_cursor = taken.last().filter(|_| more).map(ToString::to_string);
    Page { items: taken.into_iter().filter_map(|id| board.face(id, audience)).collect(), next_cursor }
}

/// Rows asked for, within what is allowed; everything that is allowed where nothing was said.
pub fn page_rows(asked: Option<usize>, max: usize) -> Result<usize, Failure> {
    match asked {
        Some(rows) if rows == 0 || rows > max => Err(Failure::new(Code::FieldInvalid).field("limit").limit(max as u64)),
        Some(rows) => Ok(rows),
        None => Ok(max),
    }
}

pub async fn create(
    caller: Caller,
    Ids((org, board)): Ids<(OrgId, BoardId)>,
    fields: Fields,
) -> Answer<Written<Named>> {
    let fields = fields.with_default("task_id", || caller.id_for::<TaskId>(None, "task"));
    let command: CreateTask = fields.into()?;
    let task_id = command.task_id;
    let acknowledged = caller.change_board(org, board, command).await?;
    Ok(Written { acknowledged, created: true, value: Some(Named { task_id }) })
}

/// The id of what was made.
#[derive(serde::Serialize, TS)]
pub struct Named {
    task_id: TaskId,
}

/// A task whole: what live state knows of it, and its texts out of the journal.
pub async fn read(
    caller: Caller,
    Ids((org, board, task)): Ids<Path>,
    Asked(query): Asked<ReadQuery>,
) -> Answer<Read<TaskDetail>> {
    let (published, audience) = caller.board(org, board, query.min_seq).await?;
    let detail = published.state.detail(task, audience).ok_or(Code::NotFound)?;
    let value = whole(&caller.http, board, detail, published.bookmark.seq).await?;
    Ok(Read { value, bookmark: published.bookmark, position: Some(published.position), held: caller.held })
}

/// A task with its texts, out of the journal. `seq` is what the board stood at.
pub async fn whole(http: &Http, board: BoardId, detail: Detail, seq: u64) -> Answer<TaskDetail> {
    let bodies = http.store.journal().read_at(Topic::from(board), detail.body_seqs()).await?;
    let mut events: Vec<(u64, BoardEvent)> = Vec::with_capacity(bodies.len());
    for recorded in &bodies {
        events.push((recorded.seq, happened::<Board>(recorded)?.event));
    }
    let whole = detail.assemble(seq, events.iter().map(|(seq, event)| (*seq, event)));
    Ok(whole.map_err(|missing| {
        tracing::error!(%board, seq = missing.0, "the journal lacks the event that holds a text");
        Failure::new(Code::Quarantined)
    })?)
}

/// Changes what is said, as one to three commands in this order: title and description, priority, dates. The first that is
/// refused ends it; what was made before stays.
pub async fn update(
    caller: Caller,
    Ids((org, board, task_id)): Ids<Path>,
    Body(body): Body<ChangeTask>,
) -> Answer<Written> {
    let (published, _) = caller.board(org, board, None).await?;
    published.state.task(task_id).ok_or(Code::NotFound)?;
    let mut commands: Vec<Command> = Vec::new();
    let dates = (body.start_at, body.due);
    if body.title.is_some() || body.description.is_some() || !body.mentions.is_empty() {
        let ChangeTask { title, description, mentions, .. } = body;
        commands.push(UpdateTask { task_id, title, description, mentions }.into());
    }
    if let Some(priority) = body.priority {
        commands.push(PrioritizeTask { task_id, priority }.into());
    }
    let (mut acknowledged, mut step) = (None, 1);
    for command in commands {
        acknowledged = Some(caller.ask(board, step, command).await?);
        step += 1;
    }
    if dates != (None, None) {
        acknowledged = Some(schedule(&caller, (board, task_id), step, dates).await?);
    }
    let acknowledged = acknowledged.ok_or_else(|| {
        Failure::because(Code::FieldRequired, "Say at least one of title, description, priority, start_at, due.")
    })?;
    Ok(acknowledged.into())
}

/// Sets the dates. One that is not said stays as it is when this is decided, and not as it was when this was asked: nobody else's change is
/// taken back by it.
async fn schedule(
    caller: &Caller,
    (board, task_id): (BoardId, TaskId),
    step: u64,
    (start_at, due): (Option<Option<Micros>>, Option<Option<Due>>),
) -> Answer<Acknowledged> {
    let command = |was: (Option<Micros>, Option<Due>)| ScheduleTask {
        task_id,
        start_at: start_at.unwrap_or(was.0),
        due: due.unwrap_or(was.1),
    };
    // Asked again: what it left as it was is what it was then.
    if let Some(recorded) = caller.done_before(board, step).await?
        && let BoardEvent::TaskScheduled(was) = happened::<Board>(&recorded)?.event
    {
        return caller.ask(board, step, command((was.start_at, was.due))).await;
    }
    if start_at.is_some() && due.is_some() {
        return caller.ask(board, step, command((None, None))).await;
    }
    for _ in 0..=caller.http.limits.conflicts_max {
        let published = caller.http.directory.board_now(board).await?;
        let task = published.state.task(task_id).ok_or(Code::NotFound)?;
        let command = command((task.start_at, task.due));
        if let Some(acknowledged) = caller.ask_at(board, (step, published.bookmark.seq), command).await? {
            return Ok(acknowledged);
        }
    }
    Err(Failure::new(Code::Contended).retry_after_ms(50).into())
}

/// To the trash.
pub async fn delete(caller: Caller, Ids((org, board, task)): Ids<Path>) -> Answer<Written> {
    Ok(caller.change_board(org, board, DeleteTask { task_id: task }).await?.into())
}
