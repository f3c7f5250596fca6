//! What a board shows, and to whom. Members and guests see the same; the public sees the work, not the people: no members, no assignees, no
//! authors, no comments.

use lockstep_protocol::{
    event::{
        BoardEvent, Event,
        board::BoardCreated,
        task::{TaskCreated, TaskUpdated},
        transfer::{TaskReceived, TaskTransferred},
        workflow::ColumnWorkflowChanged,
    },
    ids::{AccountId, BoardId, ColumnId, FieldId, TaskId},
    values::{Audience, Entry, FieldKind, Priority, Repeat, RepeatRule, Workflow},
    view::{
        BoardHead, BoardMemberView, BoardPart, CategoryView, ColumnView, FieldView, LabelView, SavedView, TaskFace,
        ViewPart,
    },
};

use super::state::{Board, Column, CustomField, Task};
use crate::{filter, mention};

pub(super) fn project(event: &BoardEvent, audience: Audience) -> Option<Event> {
    // Of links those know who manage the board, by asking; an audience has others in it.
    if matches!(event, BoardEvent::BoardLinkCreated(_) | BoardEvent::BoardLinkRevoked(_)) {
        return None;
    }
    if audience != Audience::Public {
        return Some(event.clone().into());
    }
    if is_about_people(event) {
        return None;
    }
    use BoardEvent as E;
    let shown: BoardEvent = match event.clone() {
        E::BoardCreated(event) => BoardCreated { owner_id: AccountId::NIL, ..event }.into(),
        E::TaskCreated(event) => TaskCreated {
            assignees: Vec::new(),
            original: None,
            description: event.description.as_deref().map(unnamed),
            ..event
        }
        .into(),
        E::TaskUpdated(event) => {
            let description = event.description.as_deref().map(unnamed);
            TaskUpdated { mentions: Vec::new(), description, ..event }.into()
        }
        E::ColumnWorkflowChanged(ColumnWorkflowChanged { column_id, workflow }) => {
            ColumnWorkflowChanged { column_id, workflow: workflow_for(&workflow, audience) }.into()
        }
        E::TaskUnarchived(mut event) => {
            without_people(&mut event.face);
            event.into()
        }
        E::TaskRestored(mut event) => {
            without_people(&mut event.face);
            event.into()
        }
        E::TaskTransferred(event) => TaskTransferred { to_board_id: None, to_number: None, ..event }.into(),
        E::TaskReceived(event) => received_for_public(event).into(),
        event => event,
    };
    Some(shown.into())
}

fn received_for_public(event: TaskReceived) -> TaskReceived {
    let TaskReceived { mut face, archived, description, checklists, created_at, repeat, .. } = event;
    without_people(&mut face);
    TaskReceived {
        face,
        from_board_id: None,
        from_number: None,
        archived,
        description: description.as_deref().map(unnamed),
        mentions: Vec::new(),
        checklists,
        watchers: Vec::new(),
        reminders: Vec::new(),
        time: Vec::new(),
        repeat,
        created_by: AccountId::NIL,
        created_at,
        original: None,
        left_behind: Vec::new(),
    }
}

/// A text as the public reads it: somebody is mentioned, and nobody is told who.
pub(super) fn unnamed(text: &str) -> String {
    mention::unnamed(text).into_owned()
}

/// Whether an event is of people alone. Exhaustive, so that nothing new is shown to the public before somebody has decided it.
const fn is_about_people(event: &BoardEvent) -> bool {
    use BoardEvent as E;
    match event {
        E::BoardMemberAdded(_)
        | E::BoardMemberRoleChanged(_)
        | E::BoardMemberRemoved(_)
        | E::BoardLinkCreated(_)
        | E::BoardLinkRevoked(_)
        // They name people.
        | E::ViewCreated(_)
        | E::ViewUpdated(_)
        | E::ViewMoved(_)
        | E::ViewDeleted(_)
        | E::TaskAssigned(_)
        | E::TaskUnassigned(_)
        | E::TaskReassigned(_)
        | E::TaskWatched(_)
        | E::TaskReminderSet(_)
        | E::TaskReminderRemoved(_)
        | E::TaskReminderDue(_)
        | E::BoardEscalationsChanged(_)
        | E::TaskEscalated(_)
        | E::CommentsReceived(_)
        | E::TaskUnwatched(_)
        | E::TaskCommented(_)
        | E::CommentEdited(_)
        | E::CommentDeleted(_)
        | E::CommentRestored(_)
        | E::CommentReacted(_)
        | E::CommentUnreacted(_)
        | E::TimeLogged(_)
        | E::TimeUpdated(_)
        | E::TimeRemoved(_)
        | E::TimeStarted(_)
        | E::TimeStopped(_) => true,
        E::TaskFieldChanged(event) => matches!(event.kind, FieldKind::Person),
        #[rustfmt::skip]
        E::BoardCreated(_) | E::BoardUpdated(_) | E::BoardTemplateChanged(_) | E::ChangeUndone(_) | E::ColumnWorkflowChanged(_)
        | E::BoardArchived(_) | E::BoardUnarchived(_) | E::BoardDeleted(_) | E::BoardRestored(_)
        | E::ColumnCreated(_) | E::ColumnUpdated(_) | E::ColumnMoved(_) | E::ColumnArchived(_)
        | E::ColumnUnarchived(_) | E::ColumnDeleted(_) | E::LabelCreated(_) | E::LabelUpdated(_) | E::LabelDeleted(_)
        | E::CategoryCreated(_) | E::CategoryUpdated(_) | E::CategoryDeleted(_) | E::TaskCreated(_)
        | E::TaskUpdated(_) | E::TaskTransferred(_) | E::TaskReceived(_) | E::TaskMoved(_) | E::TasksReranked(_) | E::TaskLabelled(_) | E::TaskUnlabelled(_)
        | E::TaskPriorityChanged(_) | E::TaskScheduled(_) | E::TaskEstimated(_) | E::TaskCategorized(_)
        | E::TaskCoverChanged(_) | E::TaskRepeatChanged(_) | E::TaskRepeated(_) | E::FieldCreated(_)
        | E::FieldUpdated(_) | E::FieldMoved(_) | E::FieldDeleted(_) | E::TaskDueSoon(_) | E::TaskOverdue(_)
        | E::TaskParentChanged(_) | E::TaskDependencyAdded(_) | E::TaskDependencyRemoved(_) | E::TaskCompleted(_)
        | E::TaskReopened(_) | E::TaskArchived(_) | E::TaskUnarchived(_) | E::TaskRestored(_) | E::TaskDeleted(_)
        | E::ChecklistCreated(_) | E::ChecklistRenamed(_) | E::ChecklistDeleted(_) | E::ChecklistItemAdded(_)
        | E::ChecklistItemUpdated(_) | E::ChecklistItemRemoved(_) => false,
    }
}

pub(super) fn without_people(face: &mut TaskFace) {
    face.assignees.clear();
    face.comments = 0;
    face.tracked_s = None;
    face.working.clear();
    face.fields.retain(|held| held.value.kind() != FieldKind::Person);
}

/// What a task shows on the board, to those who see people.
pub(super) fn face(task_id: TaskId, task: &Task) -> TaskFace {
    let (done, all) = task.checklist_counts();
    // Limits keep all counts far below what 32 bits hold.
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    TaskFace {
        task_id,
        number: task.number,
        column_id: task.column_id,
        rank: (&task.rank).into(),
        title: task.title.to_string(),
        labels: task.labels.clone(),
        assignees: task.assignees.clone(),
        priority: Some(task.priority).filter(|priority| *priority != Priority::None),
        start_at: task.start_at,
        due: task.due,
        checklist: (all > 0).then(|| (count(done), count(all))),
        comments: count(task.comments.len()),
        has_description: task.description_seq.is_some(),
        completed_at: task.completed_at,
        parent_id: task.parent_id,
        dependencies: task.dependencies.clone(),
        points: task.points,
        minutes: task.minutes,
        category_id: task.category_id,
        cover: task.cover,
        repeat: task.repeat.as_deref().map(rule_of),
        fields: task.fields.clone(),
        tracked_s: task.tracked_s(),
        working: task.working().collect(),
    }
}

fn rule_of(repeat: &Repeat) -> RepeatRule {
    RepeatRule { rule: repeat.rule.clone(), zone: repeat.zone.clone(), on: repeat.on }
}

pub(super) fn face_for(task_id: TaskId, task: &Task, audience: Audience) -> TaskFace {
    let mut face = face(task_id, task);
    if audience == Audience::Public {
        without_people(&mut face);
    }
    face
}

/// An upper estimate of a face's size in JSON, the larger encoding.
fn face_bytes(task: &Task) -> usize {
    // Field names, numbers and the two ids that are always there; the longest title escapes to six bytes a character, few do.
    let ids = task.labels.len() + task.assignees.len() + 2 * task.dependencies.len() + task.working().count();
    let estimated = task.points.is_some() || task.minutes.is_some();
    let tracked = task.time.is_some();
    let rare = [task.parent_id.is_some(), estimated, task.category_id.is_some(), task.cover.is_some(), tracked];
    let rare = 56 * rare.into_iter().filter(|there| *there).count();
    let repeat = task.repeat.as_ref().map_or(0, |repeat| 60 + repeat.rule.len() + repeat.zone.len());
    let fields: usize = task.fields.iter().map(|held| 136 + 2 * held.value.text_bytes()).sum();
    320 + 2 * task.title.len() + task.rank.as_str().len() + 40 * ids + rare + repeat + fields
}

impl Board {
    /// A task as it shows on the board, whatever its lifecycle.
    pub fn face(&self, task_id: TaskId, audience: Audience) -> Option<TaskFace> {
        self.task(task_id).map(|task| face_for(task_id, task, audience))
    }

    /// The board without its tasks.
    pub fn head(&self, board_id: BoardId, audience: Audience) -> Option<BoardHead> {
        let head = self.head.as_ref()?;
        let told = audience != Audience::Public;
        Some(BoardHead {
            board_id,
            org_id: head.org_id,
            team_id: head.team_id,
            name: head.name.clone(),
            key: head.key.clone(),
            visibility: head.visibility,
            lifecycle: head.lifecycle,
            template: head.template,
            members: self
                .members()
                .filter(|_| told)
                .map(|(account_id, role)| BoardMemberView { account_id, role })
                .collect(),
            columns: self.columns().into_iter().map(|column| column_view(column, audience)).collect(),
            labels: self
                .labels()
                .map(|(label_id, label)| LabelView { label_id, name: label.name.to_string(), colour: label.colour })
                .collect(),
            categories: self
                .categories()
                .map(|(category_id, category)| CategoryView {
                    category_id,
                    name: category.name.to_string(),
                    colour: category.colour,
                })
                .collect(),
            fields: self.fields().into_iter().map(field_view).collect(),
            views: self
                .saved_views()
                .filter(|_| told)
                .map(|(view_id, view)| SavedView {
                    view_id,
                    name: view.name.to_string(),
                    rank: (&view.rank).into(),
                    look: view.look.clone(),
                })
                .collect(),
            escalations: head.escalations.iter().filter(|_| told).map(|rule| rule.escalation).collect(),
            task_count: u32::try_from(self.active_count).unwrap_or(u32::MAX),
        })
    }
}

/// The public is told that it is for some people, not for whom.
fn workflow_for(workflow: &Workflow, audience: Audience) -> Workflow {
    let mut shown = workflow.clone();
    if let (Audience::Public, Entry::People { people }) = (audience, &mut shown.enter) {
        people.clear();
    }
    shown
}

fn column_view((column_id, column): (ColumnId, &Column), audience: Audience) -> ColumnView {
    ColumnView {
        column_id,
        name: column.name.to_string(),
        kind: column.kind,
        rank: (&column.rank).into(),
        colour: column.colour,
        archived: column.archived,
        workflow: workflow_for(&column.workflow, audience),
    }
}

fn field_view((field_id, field): (FieldId, &CustomField)) -> FieldView {
    FieldView {
        field_id,
        name: field.name.to_string(),
        kind: field.kind,
        rank: (&field.rank).into(),
        options: field.options.clone(),
    }
}

/// The head in the first part, then the active tasks by column, each part as many as fit.
pub(super) fn view(board: &Board, id: BoardId, audience: Audience, part_bytes_max: usize) -> Vec<ViewPart> {
    let head = board.head(id, audience).map(Box::new);
    let columns: usize = board.columns.values().map(|column| 360 + 40 * column.named()).sum();
    let marks = board.labels.len() + board.categories.len();
    let options = |field: &CustomField| field.options.iter().map(|option| 100 + 2 * option.name.len()).sum::<usize>();
    let fields: usize = board.fields.values().map(|field| 200 + 2 * field.name.len() + options(field)).sum();
    let views: usize = board.saved_views().map(|(_, view)| 400 + 3 * filter::size(&view.look)).sum();
    let mut bytes = 512 + columns + 128 * marks + 96 * board.members.len() + fields + views;
    let mut part = BoardPart { board: head, tasks: Vec::new() };
    let mut parts = Vec::new();
    // Columns that are gone have no active tasks; were there any, they would still be shown.
    let known = board.columns();
    let known = known.iter().map(|(id, _)| *id);
    let strays = board.orders.keys().copied().filter(|id| !board.columns.contains_key(id));
    for task_id in known.chain(strays).flat_map(|column| board.order(column)) {
        let Some(task) = board.task(task_id) else { continue };
        let size = face_bytes(task);
        if bytes + size > part_bytes_max && (part.board.is_some() || !part.tasks.is_empty()) {
            parts.push(ViewPart::Board(std::mem::replace(&mut part, BoardPart { board: None, tasks: Vec::new() })));
            bytes = 0;
        }
        bytes += size;
        part.tasks.push(face_for(task_id, task, audience));
    }
    parts.push(ViewPart::Board(part));
    parts
}
