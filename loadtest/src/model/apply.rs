//! What each event of a board changes. Exhaustive: a new event does not compile until it is said here what it means.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_protocol::{
    event::{BoardEvent, Event, Happened, board::*, task::*, time::*},
    ids::{BoardId, TaskId},
    values::{BoardRole, Lifecycle, Repeat, RepeatRule, Workflow},
};

use super::{Board, Column, Head, Label, Task, View, said};

impl Board {
    /// Applies an event of the board's own topic; those of other kinds change nothing here.
    pub fn apply(&mut self, board_id: BoardId, happened: &Happened<Event>) {
        let Event::Board(event) = &happened.event else { return };
        match event {
            BoardEvent::BoardCreated(event) => self.created(board_id, event),
            BoardEvent::BoardUpdated(event) => self.head(|head| {
                set(&mut head.name, &event.name);
                set(&mut head.visibility, &event.visibility);
            }),
            BoardEvent::BoardArchived(_) => self.head(|head| head.lifecycle = Lifecycle::Archived),
            BoardEvent::BoardDeleted(_) => self.head(|head| head.lifecycle = Lifecycle::Deleted),
            BoardEvent::BoardUnarchived(_) | BoardEvent::BoardRestored(_) => {
                self.head(|head| head.lifecycle = Lifecycle::Active);
            }
            BoardEvent::BoardMemberAdded(BoardMemberAdded { account_id, role })
            | BoardEvent::BoardMemberRoleChanged(BoardMemberRoleChanged { account_id, role }) => {
                self.members.insert(*account_id, *role);
            }
            BoardEvent::BoardMemberRemoved(event) => {
                self.members.remove(&event.account_id);
            }
            // What came of it are the events behind it.
            BoardEvent::ChangeUndone(_) => {}
            _ => self.apply_column_or_label(event, happened),
        }
    }

    fn created(&mut self, board_id: BoardId, event: &BoardCreated) {
        self.members.insert(event.owner_id, BoardRole::Owner);
        self.head = Some(Head {
            board_id,
            org_id: event.org_id,
            team_id: event.team_id,
            name: event.name.clone(),
            key: event.key.clone(),
            visibility: event.visibility,
            lifecycle: Lifecycle::Active,
        });
    }

    fn apply_column_or_label(&mut self, event: &BoardEvent, happened: &Happened<Event>) {
        match event {
            BoardEvent::ColumnCreated(event) => {
                let ColumnCreated { column_id, name, kind, rank } = event.clone();
                let workflow = Workflow::default();
                self.columns.insert(column_id, Column { name, kind, rank, colour: None, archived: false, workflow });
            }
            BoardEvent::ColumnWorkflowChanged(event) => {
                if let Some(column) = self.columns.get_mut(&event.column_id) {
                    column.workflow.clone_from(&event.workflow);
                }
            }
            BoardEvent::ColumnUpdated(event) => {
                if let Some(column) = self.columns.get_mut(&event.column_id) {
                    set(&mut column.name, &event.name);
                    set(&mut column.kind, &event.kind);
                    column.colour = event.colour.or(column.colour.filter(|_| !event.clear_colour));
                }
            }
            BoardEvent::ColumnMoved(event) => {
                if let Some(column) = self.columns.get_mut(&event.column_id) {
                    column.rank.clone_from(&event.rank);
                }
            }
            BoardEvent::ColumnArchived(ColumnArchived { column_id }) => self.archive_column(column_id, true),
            BoardEvent::ColumnUnarchived(ColumnUnarchived { column_id }) => self.archive_column(column_id, false),
            BoardEvent::ColumnDeleted(event) => {
                self.columns.remove(&event.column_id);
                for next in self.columns.values_mut().filter_map(|column| column.workflow.next.as_mut()) {
                    next.retain(|id| *id != event.column_id);
                }
            }
            BoardEvent::LabelCreated(event) => {
                self.labels.insert(event.label_id, Label { name: event.name.clone(), colour: event.colour });
            }
            BoardEvent::LabelUpdated(event) => {
                if let Some(label) = self.labels.get_mut(&event.label_id) {
                    set(&mut label.name, &event.name);
                    set(&mut label.colour, &event.colour);
                }
            }
            BoardEvent::LabelDeleted(event) => {
                self.labels.remove(&event.label_id);
                for task in self.tasks.values_mut() {
                    task.labels.remove(&event.label_id);
                }
            }
            _ => self.apply_task(event, happened),
        }
    }

    fn apply_task(&mut self, event: &BoardEvent, happened: &Happened<Event>) {
        match event {
            BoardEvent::TaskCreated(event) => {
                self.tasks.insert(event.task_id, created(event));
            }
            BoardEvent::TaskUpdated(event) => self.task(event.task_id, |task| {
                set(&mut task.title, &event.title);
                if let Some(description) = &event.description {
                    task.has_description = !description.is_empty();
                }
            }),
            BoardEvent::TaskMoved(event) => self.task(event.task_id, |task| {
                task.column_id = event.column_id;
                task.rank.clone_from(&event.rank);
            }),
            BoardEvent::TasksReranked(event) => {
                for (task_id, rank) in &event.ranks {
                    self.task(*task_id, |task| task.rank.clone_from(rank));
                }
            }
            BoardEvent::TaskPriorityChanged(event) => {
                self.task(event.task_id, |task| task.priority = said(Some(event.priority)));
            }
            BoardEvent::TaskScheduled(event) => self.task(event.task_id, |task| {
                task.start_at = event.start_at;
                task.due = event.due;
            }),
            BoardEvent::TaskEstimated(event) => self.task(event.task_id, |task| {
                task.points = event.points;
                task.minutes = event.minutes;
            }),
            BoardEvent::TaskRepeatChanged(event) => {
                self.task(event.task_id, |task| task.repeat = event.repeat.as_ref().map(rule));
            }
            BoardEvent::TaskRepeated(event) => {
                self.task(event.task_id, |task| {
                    task.repeat = Some(rule(&event.repeat));
                    (task.points, task.minutes) = (event.points, event.minutes);
                    task.has_description = event.has_description;
                    task.checklist = (0, event.items);
                });
                self.task(event.from_id, |task| task.repeat = None);
            }
            BoardEvent::TaskParentChanged(event) => self.task(event.task_id, |task| task.parent_id = event.parent_id),
            BoardEvent::TaskCompleted(event) => {
                self.task(event.task_id, |task| task.completed_at = Some(happened.at));
            }
            BoardEvent::TaskReopened(event) => self.task(event.task_id, |task| task.completed_at = None),
            BoardEvent::TaskArchived(TaskArchived { task_id }) | BoardEvent::TaskDeleted(TaskDeleted { task_id }) => {
                self.tasks.remove(task_id);
            }
            BoardEvent::TaskUnarchived(TaskUnarchived { task_id, face })
            | BoardEvent::TaskRestored(TaskRestored { task_id, face }) => {
                self.tasks.insert(*task_id, face.clone().into());
            }
            BoardEvent::TaskTransferred(event) => {
                self.tasks.remove(&event.task_id);
            }
            BoardEvent::TaskReceived(event) => {
                if !event.archived {
                    self.tasks.insert(event.face.task_id, (*event.face).clone().into());
                }
            }
            BoardEvent::CommentsReceived(event) => {
                self.task(event.task_id, |task| task.comments += event.comments.len() as u32);
            }
            _ => self.apply_counts(event),
        }
    }

    /// What is counted on a task, checklists and comments, and its labels.
    fn apply_counts(&mut self, event: &BoardEvent) {
        match event {
            BoardEvent::TaskLabelled(event) => self.task(event.task_id, |task| {
                task.labels.insert(event.label_id);
            }),
            BoardEvent::TaskUnlabelled(event) => self.task(event.task_id, |task| {
                task.labels.remove(&event.label_id);
            }),
            BoardEvent::ChecklistItemAdded(event) => self.counts(event.task_id, i64::from(event.done), 1),
            BoardEvent::ChecklistItemUpdated(event) => match event.done {
                Some(true) => self.counts(event.task_id, 1, 0),
                Some(false) => self.counts(event.task_id, -1, 0),
                None => {}
            },
            BoardEvent::ChecklistItemRemoved(event) => self.counts(event.task_id, -i64::from(event.was_done), -1),
            BoardEvent::ChecklistDeleted(event) => {
                let (done, all) = event.removed;
                self.counts(event.task_id, -i64::from(done), -i64::from(all));
            }
            BoardEvent::TaskCommented(event) => self.task(event.task_id, |task| task.comments += 1),
            BoardEvent::CommentRestored(event) => self.task(event.task_id, |task| task.comments += 1),
            BoardEvent::CommentDeleted(event) => {
                self.task(event.task_id, |task| task.comments = task.comments.saturating_sub(1));
            }
            BoardEvent::TimeLogged(TimeLogged { task_id, tracked_s, .. })
            | BoardEvent::TimeUpdated(TimeUpdated { task_id, tracked_s, .. })
            | BoardEvent::TimeRemoved(TimeRemoved { task_id, tracked_s, .. }) => {
                self.task(*task_id, |task| task.tracked_s = *tracked_s);
            }
            BoardEvent::TimeStarted(event) => self.task(event.task_id, |task| {
                task.working.insert(event.account_id);
            }),
            BoardEvent::TimeStopped(event) => self.task(event.task_id, |task| {
                task.working.remove(&event.account_id);
            }),
            _ => self.apply_marks(event),
        }
    }

    /// Whose a task is, of which category and colour, and what it has to do with others.
    fn apply_marks(&mut self, event: &BoardEvent) {
        match event {
            BoardEvent::TaskAssigned(event) => self.task(event.task_id, |task| {
                task.assignees.insert(event.account_id);
            }),
            BoardEvent::TaskUnassigned(event) => self.task(event.task_id, |task| {
                task.assignees.remove(&event.account_id);
            }),
            BoardEvent::TaskReassigned(event) => self.task(event.task_id, |task| {
                task.assignees.remove(&event.from_id);
                task.assignees.insert(event.to_id);
            }),
            BoardEvent::CategoryCreated(event) => {
                let category = Label { name: event.name.clone(), colour: event.colour };
                self.categories.insert(event.category_id, category);
            }
            BoardEvent::CategoryUpdated(event) => {
                if let Some(category) = self.categories.get_mut(&event.category_id) {
                    set(&mut category.name, &event.name);
                    set(&mut category.colour, &event.colour);
                }
            }
            BoardEvent::CategoryDeleted(event) => {
                self.categories.remove(&event.category_id);
                for task in self.tasks.values_mut().filter(|task| task.category_id == Some(event.category_id)) {
                    task.category_id = None;
                }
            }
            BoardEvent::TaskCategorized(event) => {
                self.task(event.task_id, |task| task.category_id = event.category_id);
            }
            BoardEvent::TaskCoverChanged(event) => self.task(event.task_id, |task| task.cover = event.colour),
            _ => self.apply_views(event),
        }
    }

    /// Views that everybody shares, and what tasks have to do with others.
    fn apply_views(&mut self, event: &BoardEvent) {
        match event {
            BoardEvent::ViewCreated(event) => {
                let (name, rank, look) = (event.name.clone(), event.rank.clone(), event.look.clone());
                self.views.insert(event.view_id, View { name, rank, look });
            }
            BoardEvent::ViewUpdated(event) => {
                if let Some(view) = self.views.get_mut(&event.view_id) {
                    set(&mut view.name, &event.name);
                    set(&mut view.look, &event.look);
                }
            }
            BoardEvent::ViewMoved(event) => {
                if let Some(view) = self.views.get_mut(&event.view_id) {
                    view.rank.clone_from(&event.rank);
                }
            }
            BoardEvent::ViewDeleted(event) => {
                self.views.remove(&event.view_id);
            }
            BoardEvent::TaskDependencyAdded(event) => self.task(event.task_id, |task| {
                task.dependencies.insert((event.kind, event.other_id));
            }),
            BoardEvent::TaskDependencyRemoved(event) => self.task(event.task_id, |task| {
                task.dependencies.remove(&(event.kind, event.other_id));
            }),
            BoardEvent::FieldCreated(_)
            | BoardEvent::FieldUpdated(_)
            | BoardEvent::FieldMoved(_)
            | BoardEvent::FieldDeleted(_)
            | BoardEvent::TaskFieldChanged(_) => self.apply_fields(event),
            event => leaves_as_is(event),
        }
    }

    fn head(&mut self, change: impl FnOnce(&mut Head)) {
        if let Some(head) = &mut self.head {
            change(head);
        }
    }

    fn archive_column(&mut self, column_id: &lockstep_protocol::ids::ColumnId, archived: bool) {
        if let Some(column) = self.columns.get_mut(column_id) {
            column.archived = archived;
        }
    }

    /// Changes a task that is shown; one that is put away comes back with a face of its own.
    fn task(&mut self, task_id: TaskId, change: impl FnOnce(&mut Task)) {
        if let Some(task) = self.tasks.get_mut(&task_id) {
            change(task);
        }
    }

    fn counts(&mut self, task_id: TaskId, done: i64, all: i64) {
        let add = |count: u32, change: i64| u32::try_from((i64::from(count) + change).max(0)).unwrap_or(u32::MAX);
        self.task(task_id, |task| task.checklist = (add(task.checklist.0, done), add(task.checklist.1, all)));
    }
}

fn created(event: &TaskCreated) -> Task {
    Task {
        number: event.number,
        column_id: event.column_id,
        rank: event.rank.clone(),
        title: event.title.clone(),
        labels: event.labels.iter().copied().collect(),
        assignees: event.assignees.iter().copied().collect(),
        priority: said(event.priority),
        start_at: event.start_at,
        due: event.due,
        checklist: (0, 0),
        comments: 0,
        has_description: event.description.as_ref().is_some_and(|description| !description.is_empty()),
        completed_at: None,
        parent_id: event.parent_id,
        dependencies: BTreeSet::new(),
        points: None,
        minutes: None,
        category_id: None,
        cover: None,
        repeat: None,
        fields: BTreeMap::new(),
        tracked_s: 0,
        working: BTreeSet::new(),
    }
}

fn set<T: Clone>(field: &mut T, value: &Option<T>) {
    if let Some(value) = value {
        field.clone_from(value);
    }
}

/// What only a task's detail shows, and then what was taken by the functions before this one: each is named, so that nothing new is passed
/// over.
fn leaves_as_is(event: &BoardEvent) {
    match event {
        #[rustfmt::skip]
        BoardEvent::ChecklistCreated(_) | BoardEvent::ChecklistRenamed(_) | BoardEvent::CommentEdited(_)
        | BoardEvent::CommentReacted(_) | BoardEvent::CommentUnreacted(_) | BoardEvent::TaskReminderSet(_)
        | BoardEvent::TaskReminderRemoved(_) | BoardEvent::TaskReminderDue(_) | BoardEvent::TaskDueSoon(_)
        | BoardEvent::TaskOverdue(_) | BoardEvent::TaskWatched(_) | BoardEvent::TaskUnwatched(_) => {}
        // All others were taken by the functions before this one.
        #[rustfmt::skip]
        BoardEvent::BoardCreated(_) | BoardEvent::BoardUpdated(_) | BoardEvent::ChangeUndone(_)
        | BoardEvent::FieldCreated(_) | BoardEvent::FieldUpdated(_) | BoardEvent::FieldMoved(_)
        | BoardEvent::FieldDeleted(_) | BoardEvent::TaskFieldChanged(_) | BoardEvent::BoardArchived(_)
        | BoardEvent::BoardUnarchived(_) | BoardEvent::BoardDeleted(_) | BoardEvent::BoardRestored(_)
        | BoardEvent::BoardMemberAdded(_) | BoardEvent::BoardMemberRoleChanged(_) | BoardEvent::BoardMemberRemoved(_)
        | BoardEvent::ColumnCreated(_) | BoardEvent::ColumnUpdated(_) | BoardEvent::ColumnMoved(_)
        | BoardEvent::ColumnWorkflowChanged(_) | BoardEvent::ColumnArchived(_) | BoardEvent::ColumnUnarchived(_)
        | BoardEvent::ColumnDeleted(_) | BoardEvent::LabelCreated(_) | BoardEvent::LabelUpdated(_)
        | BoardEvent::LabelDeleted(_) | BoardEvent::CategoryCreated(_) | BoardEvent::CategoryUpdated(_)
        | BoardEvent::CategoryDeleted(_) | BoardEvent::TaskCategorized(_) | BoardEvent::TaskCoverChanged(_)
        | BoardEvent::TaskAssigned(_) | BoardEvent::TaskUnassigned(_) | BoardEvent::TaskReassigned(_)
        | BoardEvent::TaskCreated(_) | BoardEvent::TaskUpdated(_) | BoardEvent::TaskMoved(_)
        | BoardEvent::TasksReranked(_) | BoardEvent::TaskPriorityChanged(_) | BoardEvent::TaskScheduled(_)
        | BoardEvent::TaskEstimated(_) | BoardEvent::TaskRepeatChanged(_) | BoardEvent::TaskRepeated(_)
        | BoardEvent::TaskParentChanged(_) | BoardEvent::TaskCompleted(_) | BoardEvent::TaskReopened(_)
        | BoardEvent::TaskArchived(_) | BoardEvent::TaskUnarchived(_) | BoardEvent::TaskDeleted(_)
        | BoardEvent::TaskRestored(_) | BoardEvent::ChecklistItemAdded(_) | BoardEvent::ChecklistItemUpdated(_)
        | BoardEvent::ChecklistItemRemoved(_) | BoardEvent::ChecklistDeleted(_) | BoardEvent::TaskCommented(_)
        | BoardEvent::TaskTransferred(_) | BoardEvent::TaskReceived(_) | BoardEvent::CommentsReceived(_)
        | BoardEvent::CommentDeleted(_) | BoardEvent::CommentRestored(_) | BoardEvent::TaskLabelled(_) | BoardEvent::TaskUnlabelled(_)
        | BoardEvent::TaskDependencyAdded(_) | BoardEvent::TaskDependencyRemoved(_) | BoardEvent::ViewCreated(_)
        | BoardEvent::ViewUpdated(_) | BoardEvent::ViewMoved(_) | BoardEvent::ViewDeleted(_)
        | BoardEvent::TimeLogged(_) | BoardEvent::TimeUpdated(_) | BoardEvent::TimeRemoved(_)
        | BoardEvent::TimeStarted(_) | BoardEvent::TimeStopped(_) | BoardEvent::BoardTemplateChanged(_)
        | BoardEvent::BoardEscalationsChanged(_) | BoardEvent::TaskEscalated(_) => {}
        // Nobody is sent these.
        BoardEvent::BoardLinkCreated(_) | BoardEvent::BoardLinkRevoked(_) => {}
    }
}

fn rule(repeat: &Repeat) -> RepeatRule {
    RepeatRule { rule: repeat.rule.clone(), zone: repeat.zone.clone(), on: repeat.on }
}
