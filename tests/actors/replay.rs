//! Generated histories through the whole engine, on both databases: what is live is what a fresh load makes of the journal,
//! from the beginning and from every snapshot.

use std::sync::Arc;

use lockstep::{actors::verify, bus::local::Silent};
use lockstep_domain::{Aggregate, Board};
use lockstep_protocol::{
    command::{BoardCommand, board::*, checklist::*, comment::*, task::*},
    ids::*,
    limits::Limits,
    values::*,
};

use crate::support::{
    node::{Node, id, new_column, new_task},
    postgres, until,
};

/// A small deterministic source of choices (xorshift64*), so that a failing seed can be run again.
struct Choices(u64);

impl Choices {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % bound
    }

    fn of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }
}

/// What the generator knows; some of it may be gone by the time it is used, and then the command is refused.
#[derive(Default)]
struct Known {
    columns: Vec<ColumnId>,
    labels: Vec<LabelId>,
    tasks: Vec<TaskId>,
    checklists: Vec<(TaskId, ChecklistId)>,
    items: Vec<(TaskId, ChecklistItemId)>,
    comments: Vec<(TaskId, CommentId)>,
}

fn place(choices: &mut Choices, known: &Known) -> Place<TaskId> {
    match choices.below(3) {
        0 => Place::END,
        1 => Place { after: Some(choices.of(&known.tasks)), before: None },
        _ => Place { after: None, before: Some(choices.of(&known.tasks)) },
    }
}

/// Structure: columns, labels, new tasks.
fn build(choices: &mut Choices, known: &mut Known, number: usize) -> BoardCommand {
    match choices.below(8) {
        0 => {
            let column = ColumnId(id());
            known.columns.push(column);
            let kind = choices.of(ColumnKind::ALL);
            CreateColumn { kind, ..new_column(column) }.into()
        }
        1 => {
            let label_id = LabelId(id());
            known.labels.push(label_id);
            CreateLabel { label_id, name: format!("Label {number}"), colour: choices.of(Colour::ALL) }.into()
        }
        2 => UpdateColumn {
            column_id: choices.of(&known.columns),
            name: Some(format!("Column {number}")),
            kind: Some(choices.of(ColumnKind::ALL)),
            colour: None,
            clear_colour: false,
        }
        .into(),
        3 if choices.below(8) == 0 => ArchiveColumn { column_id: choices.of(&known.columns) }.into(),
        4 if choices.below(4) == 0 => DeleteLabel { label_id: choices.of(&known.labels) }.into(),
        _ => {
            let task = new_task(choices.of(&known.columns), &format!("Task {number}"));
            known.tasks.push(task.task_id);
            let description = (choices.below(2) == 0).then(|| format!("Description {number}"));
            CreateTask { description, labels: vec![choices.of(&known.labels)], ..task }.into()
        }
    }
}

/// Changes to one task.
fn change(choices: &mut Choices, known: &mut Known, number: usize) -> BoardCommand {
    let task_id = choices.of(&known.tasks);
    match choices.below(18) {
        0..=3 => MoveTask { task_id, column_id: choices.of(&known.columns), place: place(choices, known) }.into(),
        4 => UpdateTask { task_id, title: Some(format!("Title {number}")), description: None, mentions: vec![] }.into(),
        5 => UpdateTask { task_id, title: None, description: Some(format!("Text {number}")), mentions: vec![] }.into(),
        6 => LabelTask { task_id, label_id: choices.of(&known.labels) }.into(),
        7 => UnlabelTask { task_id, label_id: choices.of(&known.labels) }.into(),
        8 => PrioritizeTask { task_id, priority: choices.of(Priority::ALL) }.into(),
        9 => ScheduleTask { task_id, start_at: None, due: Some(Due { at: number as i64, has_time: true }) }.into(),
        10 => CompleteTask { task_id }.into(),
        11 => ReopenTask { task_id }.into(),
        12 => ArchiveTask { task_id }.into(),
        13 => UnarchiveTask { task_id }.into(),
        14 => DeleteTask { task_id }.into(),
        15 => RestoreTask { task_id }.into(),
        _ => talk(choices, known, task_id, number),
    }
}

/// Checklists and comments.
fn talk(choices: &mut Choices, known: &mut Known, task_id: TaskId, number: usize) -> BoardCommand {
    match choices.below(6) {
        0 => {
            let checklist_id = ChecklistId(id());
            known.checklists.push((task_id, checklist_id));
            CreateChecklist { task_id, checklist_id, name: format!("List {number}") }.into()
        }
        1 if !known.checklists.is_empty() => {
            let (task_id, checklist_id) = choices.of(&known.checklists);
            let item_id = ChecklistItemId(id());
            known.items.push((task_id, item_id));
            let text = format!("Item {number}");
            AddChecklistItem { task_id, checklist_id, item_id, text, done: false, place: Place::END }.into()
        }
        2 if !known.items.is_empty() => {
            let (task_id, item_id) = choices.of(&known.items);
            UpdateChecklistItem { task_id, item_id, text: None, done: Some(choices.below(2) == 0) }.into()
        }
        3 if !known.comments.is_empty() => {
            let (task_id, comment_id) = choices.of(&known.comments);
            EditComment { task_id, comment_id, text: format!("Edited {number}"), mentions: vec![] }.into()
        }
        4 if !known.comments.is_empty() => {
            let (task_id, comment_id) = choices.of(&known.comments);
            DeleteComment { task_id, comment_id }.into()
        }
        _ => {
            let comment_id = CommentId(id());
            known.comments.push((task_id, comment_id));
            AddComment {
                task_id,
                comment_id,
                text: format!("Comment {number}"),
                reply_to: None,
                mentions: vec![],
                original: None,
            }
            .into()
        }
    }
}

fn limits() -> Limits {
    Limits { snapshot_events_max: 7, ..Limits::default() }
}

/// Plays a generated history; answers the board and what is live after it.
async fn play(node: &Node, seed: u64, commands: usize) -> (BoardId, u64, [u8; 32]) {
    let ana = node.account().await;
    let org = node.organization(ana).await;
    let (board, column) = node.board(ana, org).await;
    let mut choices = Choices(seed);
    let mut known = Known { columns: vec![column], ..Known::default() };
    let label_id = LabelId(id());
    known.labels.push(label_id);
    let label = CreateLabel { label_id, name: "First".into(), colour: Colour::Blue };
    node.ask(ana, board, label).await.expect("adds a label");
    let first = new_task(column, "First");
    known.tasks.push(first.task_id);
    node.ask(ana, board, first).await.expect("adds a task");
    let mut taken = 0;
    for number in 0..commands {
        let command = if choices.below(3) == 0 {
            build(&mut choices, &mut known, number)
        } else {
            change(&mut choices, &mut known, number)
        };
        match node.ask(ana, board, command.clone()).await {
            Ok(_) => taken += 1,
            // What is gone may be refused, never for a reason of ours.
            Err(failure) => assert!(failure.code.number() < 200, "seed {seed}: {command:?}: {failure}"),
        }
    }
    assert!(taken > commands / 4, "seed {seed}: only {taken} were taken");
    let published = node.directory.board(board).await.expect("is live");
    (board, published.bookmark.seq, published.state.digest())
}

#[tokio::test]
async fn a_fresh_load_is_what_was_live_on_sqlite() {
    for seed in 1..=12 {
        let node = Node::sqlite_with(limits()).await;
        let (board, seq, digest) = play(&node, seed, 120).await;
        let journal = node.store.journal();
        until("a snapshot is stored", async || {
            journal.load_snapshot(board.into(), Board::STATE_VERSION, u64::MAX).await.expect("reads").map(drop)
        })
        .await;
        drop(journal);
        let folder = node.stop().await.expect("a folder");
        let node = Node::reopen(folder, limits()).await;
        let loaded = node.directory.board(board).await.expect("loads");
        assert_eq!((loaded.bookmark.seq, loaded.state.digest()), (seq, digest), "seed {seed}: snapshot and tail");
        verify(&node.store.journal(), board.into()).await.expect("the whole fold and its snapshot agree");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_load_is_what_was_live_on_postgres() {
    for seed in 101..=106 {
        let url = postgres::database().await;
        let node = Node::postgres(&url, Arc::new(Silent), limits()).await;
        let (board, seq, digest) = play(&node, seed, 120).await;
        node.stop().await;
        let node = Node::postgres(&url, Arc::new(Silent), limits()).await;
        let loaded = node.directory.board(board).await.expect("loads");
        assert_eq!((loaded.bookmark.seq, loaded.state.digest()), (seq, digest), "seed {seed}: snapshot and tail");
        verify(&node.store.journal(), board.into()).await.expect("the whole fold and its snapshot agree");
        node.stop().await;
    }
}
