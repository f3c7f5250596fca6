//! What happens on the board that a task comes to.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_protocol::{
    codes::{Code, Failure},
    command::{
        BoardCommand,
        board::CreateLabel,
        category::CreateCategory,
        task::{CompleteTask, CreateTask, ReopenTask},
        transfer::TransferTask,
    },
    event::{
        BoardEvent, Happened,
        transfer::{CommentsReceived, ReceivedComment, TaskReceived},
    },
    ids::{AccountId, BoardId, CategoryId, ColumnId, CommentId, LabelId, TaskId},
    values::{ColumnKind, FieldKind, FieldValue, Lifecycle, Place, TaskField},
    view::TaskFace,
};

use super::{going, numbers, other};
use crate::{
    access,
    aggregate::{Aggregate, Beside, Ctx},
    board::{
        decide::{Ask, moves, tasks, workflow},
        detail,
        state::{Board, Comment, Task},
        view,
    },
    refuse::{exists, full, missing},
    talk::reactions,
};

/// Comments in one event, and roughly their bytes.
const COMMENTS_MAX: usize = 100;
const COMMENT_BYTES_MAX: usize = 64 * 1024;

/// The other board as it becomes.
struct Arrival<'a> {
    from: &'a Board,
    from_id: BoardId,
    other: Beside<'a>,
    ctx: Ctx<'a>,
    by: AccountId,
    board: Board,
    events: Vec<BoardEvent>,
    labels: BTreeMap<LabelId, Option<LabelId>>,
    categories: BTreeMap<CategoryId, Option<CategoryId>>,
    /// Of descriptions and comments.
    bytes: usize,
}

pub(in crate::board) fn arrive(
    from: &Board,
    command: &TransferTask,
    ctx: &Ctx<'_>,
) -> Result<Vec<BoardEvent>, Failure> {
    let other = other(ctx)?;
    let there = Ctx { id: other.id.0, org: other.org, team: other.team, past: None, beside: None, ..*ctx };
    check_who(from, command, &other, &there)?;
    let going = going(from, command.task_id, ctx.limits.transfer_tasks_max)?;
    let numbers = numbers(other.board, &going)?;
    let mut arrival = Arrival {
        from,
        from_id: BoardId(ctx.id),
        other,
        ctx: there,
        by: ctx.principal.account().ok_or_else(|| missing("to_board_id"))?,
        board: other.board.clone(),
        events: Vec::new(),
        labels: BTreeMap::new(),
        categories: BTreeMap::new(),
        bytes: 0,
    };
    let together: BTreeSet<TaskId> = going.iter().copied().collect();
    let mut judged = Vec::new();
    for (id, number) in going.into_iter().zip(numbers) {
        let Some(task) = from.task(id) else { continue };
        let is_part = id != command.task_id;
        let (mut task, left_behind) = arrival.fitted((id, task), number, &together)?;
        if !is_part {
            task.parent_id = None;
        }
        arrival.place(id, &mut task, command, is_part)?;
        judged.extend(arrival.receive(id, &task, left_behind)?);
    }
    // What follows from that may make tasks: all that come have their numbers by now.
    for command in judged {
        arrival.asked(&command)?;
    }
    Ok(arrival.events)
}

/// Whether the mover may make tasks there, and there is such a board for them at all.
fn check_who(from: &Board, command: &TransferTask, other: &Beside<'_>, there: &Ctx<'_>) -> Result<(), Failure> {
    if from.org_id(there.id) != other.board.org_id(there.id) {
        return Err(missing("to_board_id"));
    }
    let create = CreateTask::of(command.task_id, command.column_id, String::new());
    Ask::new(other.board, &create.into(), there).map(|_| ()).map_err(|failure| match failure.field {
        None => failure.field("to_board_id"),
        Some(_) => failure,
    })
}

impl<'a> Arrival<'a> {
    fn happens(&mut self, event: BoardEvent) {
        let seq = self.other.seq + self.events.len() as u64 + 1;
        let happened = Happened { seq, at: self.ctx.now, by: self.by, client_id: None, client_seq: None, event };
        self.board.evolve(&happened);
        self.events.push(happened.event);
    }

    /// Asks the other board for something, as the mover.
    fn asked(&mut self, command: &BoardCommand) -> Result<(), Failure> {
        for event in self.board.decide(command, &self.ctx)? {
            self.happens(event);
        }
        Ok(())
    }

    /// Whoever sees the board may be named there.
    fn sees(&self, account: AccountId) -> bool {
        self.other.org.is_some_and(|org| access::may_see_board(self.other.board, account, org, self.other.team))
    }

    /// The task as it fits there, and the names of what does not.
    fn fitted(
        &mut self,
        (id, task): (TaskId, &Task),
        number: u32,
        together: &BTreeSet<TaskId>,
    ) -> Result<(Task, Vec<String>), Failure> {
        if self.board.task(id).is_some() {
            return Err(exists("task_id"));
        }
        let mut left = Vec::new();
        let mut fitted = Task { number, passed_on: None, comments: imbl::OrdMap::new(), ..task.clone() };
        fitted.labels = Vec::new();
        for label in &task.labels {
            match self.label(*label) {
                Some(label) if !fitted.labels.contains(&label) => fitted.labels.push(label),
                Some(_) => {}
                None => left.extend(self.from.label(*label).map(|label| label.name.to_string())),
            }
        }
        fitted.category_id = task.category_id.and_then(|category| self.category(category));
        if fitted.category_id.is_none() {
            let category = task.category_id.and_then(|id| self.from.category(id));
            left.extend(category.map(|category| category.name.to_string()));
        }
        (fitted.fields, left) = self.fields(task, left);
        fitted.assignees.retain(|account| self.sees(*account));
        fitted.watchers = task.watchers.iter().copied().filter(|account| self.sees(*account)).collect();
        fitted.mentions.retain(|account| self.sees(*account));
        fitted.dependencies.retain(|said| together.contains(&said.other_id));
        // Whoever is working on it is told nothing there: their timer knows where it is when it is stopped.
        fitted.with_time(|time| time.working.clear());
        fitted.said = None;
        if task.said.is_some() {
            let reminders = task.reminders().map(|reminder| (reminder, false)).collect();
            fitted.with_said(|said| said.reminders = reminders);
        }
        Ok((fitted, left))
    }

    /// The label of the same name there, made where there is none and the mover may.
    fn label(&mut self, id: LabelId) -> Option<LabelId> {
        if let Some(known) = self.labels.get(&id) {
            return *known;
        }
        let label = self.from.label(id)?.clone();
        let same = |name: &str| name.to_lowercase() == label.name.to_lowercase();
        let found = self.board.labels().find(|(_, other)| same(&other.name) && other.colour == label.colour);
        let found =
            found.or_else(|| self.board.labels().find(|(_, other)| !label.name.is_empty() && same(&other.name)));
        let found = found.map(|(id, _)| id).or_else(|| {
            let name = label.name.to_string();
            self.asked(&CreateLabel { label_id: id, name, colour: label.colour }.into()).ok().map(|()| id)
        });
        self.labels.insert(id, found);
        found
    }

    fn category(&mut self, id: CategoryId) -> Option<CategoryId> {
        if let Some(known) = self.categories.get(&id) {
            return *known;
        }
        let category = self.from.category(id)?.clone();
        let same = |name: &str| name.to_lowercase() == category.name.to_lowercase();
        let found = self.board.categories().find(|(_, other)| same(&other.name)).map(|(id, _)| id);
        let found = found.or_else(|| {
            let name = category.name.to_string();
            self.asked(&CreateCategory { category_id: id, name, colour: category.colour }.into()).ok().map(|()| id)
        });
        self.categories.insert(id, found);
        found
    }

    /// What it has in fields that are there too.
    fn fields(&self, task: &Task, mut left: Vec<String>) -> (Vec<TaskField>, Vec<String>) {
        let mut fields = Vec::new();
        for held in &task.fields {
            let Some(field) = self.from.field(held.field_id) else { continue };
            let same = |name: &str, other: &str| name.to_lowercase() == other.to_lowercase();
            let there = self.board.fields();
            let there = there.iter().find(|(_, other)| other.kind == field.kind && same(&other.name, &field.name));
            let value = there.and_then(|(_, other)| match &held.value {
                FieldValue::Select { option_id } => {
                    let name = &field.option(*option_id)?.name;
                    let option = other.options.iter().find(|option| same(&option.name, name))?;
                    Some(FieldValue::Select { option_id: option.option_id })
                }
                FieldValue::Person { account_id } => self.sees(*account_id).then(|| held.value.clone()),
                value => Some(value.clone()),
            });
            match (there, value) {
                (Some((field_id, _)), Some(value)) => fields.push(TaskField { field_id: *field_id, value }),
                // Somebody who is not there is not spoken of.
                _ if field.kind == FieldKind::Person => {}
                _ => left.push(field.name.to_string()),
            }
        }
        fields.sort_by_key(|held| held.field_id);
        fields.dedup_by_key(|held| held.field_id);
        (fields, left)
    }

    /// Where it stands there.
    fn place(&mut self, id: TaskId, task: &mut Task, command: &TransferTask, is_part: bool) -> Result<(), Failure> {
        let probe: BoardCommand = CreateTask::of(id, command.column_id, String::new()).into();
        let board = self.board.clone();
        let ask = Ask::new(&board, &probe, &self.ctx)?;
        let chosen = ask.open_column(command.column_id)?;
        let column_id =
            if is_part { self.column_of_part(&ask, id, task, command.column_id) } else { command.column_id };
        if task.lifecycle == Lifecycle::Active {
            tasks::check_room(&ask).map_err(|failure| failure.field("to_board_id"))?;
            if is_part {
                let column = ask.board().column(column_id).unwrap_or(chosen);
                workflow::check_wip(&ask, column_id, column)?;
            } else {
                workflow::check_arrival(&ask, task, column_id, chosen)?;
            }
        } else if board.inactive_count() >= self.ctx.limits.tasks_inactive_per_board_max {
            return Err(full("to_board_id", self.ctx.limits.tasks_inactive_per_board_max));
        }
        let end = Place::END;
        let (reranked, rank) = moves::enter(&ask, column_id, if is_part { &end } else { &command.place })?;
        (task.column_id, task.rank) = (column_id, rank);
        for event in reranked {
            self.happens(event);
        }
        Ok(())
    }

    /// The open column that it stood in when it was there before, else the one of the same name, where it has room.
    fn column_of_part(&self, ask: &Ask<'_>, id: TaskId, part: &Task, chosen: ColumnId) -> ColumnId {
        let stood = self.other.board.went_to(id).and_then(|away| away.column_id);
        let name = self.from.column(part.column_id).map(|column| column.name.to_lowercase());
        let columns = ask.board().columns();
        let open =
            || columns.iter().filter(|(id, column)| !column.archived && workflow::has_space(ask, *id, column, 0));
        let found = open().find(|(id, _)| Some(*id) == stood);
        let found = found.or_else(|| open().find(|(_, column)| Some(column.name.to_lowercase()) == name));
        found.map_or(chosen, |(id, _)| *id)
    }

    /// It is there. How its column judges it is asked when all are.
    fn receive(&mut self, id: TaskId, task: &Task, left_behind: Vec<String>) -> Result<Option<BoardCommand>, Failure> {
        let Some(was) = self.from.task(id) else { return Ok(None) };
        let description = self.other.texts.description(was.description_seq).ok_or_else(moved_on)?.to_owned();
        let notes: usize = task.time_entries().map(|(_, entry)| 160 + entry.note.len()).sum();
        self.weigh(description.len() + notes)?;
        let archived = task.lifecycle == Lifecycle::Archived;
        let (column_kind, was_done) = (
            self.board.column(task.column_id).map(|column| column.kind),
            self.from.column(was.column_id).is_some_and(|column| column.kind == ColumnKind::Done),
        );
        self.happens(
            TaskReceived {
                face: Box::new(TaskFace { comments: 0, ..view::face(id, task) }),
                from_board_id: Some(self.from_id),
                from_number: Some(was.number),
                archived,
                description: Some(description).filter(|text| !text.is_empty()),
                mentions: task.mentions.clone(),
                checklists: task.checklists.iter().map(|list| detail::checklist_view(list)).collect(),
                watchers: task.watchers.iter().copied().collect(),
                reminders: task.reminders().collect(),
                time: detail::time_view(task),
                repeat: task.repeat.as_deref().cloned().map(Box::new),
                created_by: was.created_by,
                created_at: was.created_at,
                original: was.original,
                left_behind,
            }
            .into(),
        );
        self.talk(id, was)?;
        let done = column_kind == Some(ColumnKind::Done);
        Ok(match (was_done, done, task.completed_at.is_some()) {
            _ if archived => None,
            (_, true, false) => Some(CompleteTask { task_id: id }.into()),
            (true, false, true) => Some(ReopenTask { task_id: id }.into()),
            _ => None,
        })
    }

    /// What was said about it, a part at a time.
    fn talk(&mut self, task_id: TaskId, was: &Task) -> Result<(), Failure> {
        let mut said: Vec<_> = was.comments.iter().collect();
        said.sort_by_key(|(id, comment)| comment.order(**id));
        let (mut comments, mut bytes) = (Vec::new(), 0);
        for (comment_id, comment) in said {
            let text = self.other.texts.comment(comment.text_seq, *comment_id).ok_or_else(moved_on)?.to_owned();
            self.weigh(text.len())?;
            if !comments.is_empty() && (bytes + text.len() > COMMENT_BYTES_MAX || comments.len() >= COMMENTS_MAX) {
                self.happens(CommentsReceived { task_id, comments: std::mem::take(&mut comments) }.into());
                bytes = 0;
            }
            bytes += text.len();
            comments.push(self.received(*comment_id, comment, text));
        }
        if !comments.is_empty() {
            self.happens(CommentsReceived { task_id, comments }.into());
        }
        Ok(())
    }

    fn received(&self, comment_id: CommentId, comment: &Comment, text: String) -> ReceivedComment {
        let mentions = comment.mentions.iter().copied().filter(|account| self.sees(*account)).collect();
        ReceivedComment {
            comment_id,
            author_id: comment.author_id,
            text,
            created_at: comment.created_at,
            edited_at: comment.edited_at,
            reply_to: comment.reply_to,
            original: comment.original,
            mentions,
            reactions: comment.reactions.iter().map(reactions::view).collect(),
        }
    }

    fn weigh(&mut self, bytes: usize) -> Result<(), Failure> {
        self.bytes += bytes;
        let most = self.ctx.limits.transfer_bytes_max;
        if self.bytes > most { Err(full("task_id", most)) } else { Ok(()) }
    }
}

/// A text changed after it was read: whoever asked looks again.
fn moved_on() -> Failure {
    Failure::new(Code::Contended).retry_after_ms(50)
}
