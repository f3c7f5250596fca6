//! What it changes on a board that a task goes to another, or comes from one.

use std::sync::Arc;

use compact_str::CompactString;
use lockstep_protocol::{
    event::{
        BoardEvent, Happened,
        transfer::{TaskReceived, TaskTransferred},
    },
    ids::TimeEntryId,
    values::{Lifecycle, Priority},
    view::{ChecklistView, TaskFace, TimeEntryView},
};

use super::tasks;
use crate::{
    board::state::{Away, Board, Checklist, ChecklistItem, Task, TimeEntry},
    rank::Rank,
};

pub(super) fn left(board: &mut Board, event: &TaskTransferred) {
    let Some(task) = board.tasks.remove(&event.task_id) else { return };
    board.count_out(event.task_id, &task);
    if let (Some(board_id), Some(there)) = (event.to_board_id, event.to_number) {
        let away = Away { number: task.number, board_id, there, column_id: Some(task.column_id) };
        board.away.insert(event.task_id, away);
    }
}

pub(super) fn received(board: &mut Board, event: &TaskReceived, happened: &Happened<BoardEvent>) {
    let face: &TaskFace = &event.face;
    if board.tasks.contains_key(&face.task_id) {
        return;
    }
    let mut task = Task {
        number: face.number,
        column_id: face.column_id,
        rank: Rank::trusted(&face.rank),
        title: CompactString::new(&face.title),
        labels: face.labels.clone(),
        assignees: face.assignees.clone(),
        priority: face.priority.unwrap_or(Priority::None),
        start_at: face.start_at,
        due: face.due,
        completed_at: face.completed_at,
        lifecycle: if event.archived { Lifecycle::Archived } else { Lifecycle::Active },
        description_seq: tasks::body_seq(event.description.as_deref(), happened.seq),
        checklists: event.checklists.iter().map(|list| Arc::new(checklist(list))).collect(),
        comments: imbl::OrdMap::new(),
        created_by: event.created_by,
        created_at: event.created_at,
        original: event.original,
        parent_id: face.parent_id,
        dependencies: face.dependencies.clone(),
        watchers: event.watchers.iter().copied().collect(),
        points: face.points,
        minutes: face.minutes,
        mentions: event.mentions.clone(),
        category_id: face.category_id,
        cover: face.cover,
        repeat: event.repeat.clone().map(|repeat| Arc::new(*repeat)),
        passed_on: None,
        fields: face.fields.clone(),
        said: None,
        time: None,
    };
    if !event.time.is_empty() {
        task.with_time(|time| time.entries = event.time.iter().map(time_entry).collect());
    }
    if !event.reminders.is_empty() {
        task.with_said(|said| said.reminders = event.reminders.iter().map(|reminder| (*reminder, false)).collect());
    }
    board.away.remove(&face.task_id);
    board.last_number = board.last_number.max(face.number);
    board.count_in(face.task_id, &task);
    board.tasks.insert(face.task_id, Arc::new(task));
}

fn time_entry(entry: &TimeEntryView) -> (TimeEntryId, TimeEntry) {
    let TimeEntryView { entry_id, account_id, started_at, duration_s, ref note } = *entry;
    (entry_id, TimeEntry { account_id, started_at, duration_s, note: CompactString::new(note) })
}

fn checklist(list: &ChecklistView) -> Checklist {
    let items = list.items.iter().map(|item| ChecklistItem {
        item_id: item.item_id,
        text: CompactString::new(&item.text),
        done: item.done,
        rank: Rank::trusted(&item.rank),
    });
    Checklist { checklist_id: list.checklist_id, name: CompactString::new(&list.name), items: items.collect() }
}
