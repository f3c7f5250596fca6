//! The fold, on small histories: what a client that was there from the start holds must equal what one holds that came later.

use lockstep_protocol::{
    event::{Event, Happened, board::*, checklist::*, comment::*, task::*, transfer::ReceivedComment, workflow::*},
    ids::{AccountId, BoardId, ChecklistId, ChecklistItemId, ColumnId, CommentId, LabelId, OrgId, TaskId},
    values::{BoardRole, Colour, ColumnKind, Due, Priority, Visibility, Wip, WipMode, Workflow},
    view::{BoardHead, BoardMemberView, BoardPart, ColumnView, LabelView, TaskFace},
};
use uuid::Uuid;

use super::Board;

fn id<T: From<Uuid>>(number: u128) -> T {
    Uuid::from_u128(number).into()
}

fn fold(events: Vec<Event>) -> Board {
    let mut board = Board::default();
    apply(&mut board, 0, events);
    board
}

fn apply(board: &mut Board, after: u64, events: Vec<Event>) {
    for (seq, event) in (after + 1..).zip(events) {
        let happened =
            Happened { seq, at: 1_000 + seq as i64, by: AccountId::NIL, client_id: None, client_seq: None, event };
        board.apply(id(1), &happened);
    }
}

fn task() -> TaskId {
    id(30)
}

fn founded() -> Vec<Event> {
    vec![
        BoardCreated {
            org_id: id(2),
            team_id: None,
            name: "Ops".into(),
            key: "OPS".into(),
            visibility: Visibility::Organization,
            owner_id: id(3),
        }
        .into(),
        ColumnCreated { column_id: id(20), name: "To do".into(), kind: ColumnKind::Backlog, rank: "a".into() }.into(),
        ColumnCreated { column_id: id(21), name: "Done".into(), kind: ColumnKind::Done, rank: "b".into() }.into(),
        LabelCreated { label_id: id(40), name: "bug".into(), colour: Colour::Red }.into(),
        TaskCreated {
            task_id: task(),
            number: 1,
            column_id: id(20),
            rank: "a".into(),
            title: "Mend it".into(),
            description: Some("soon".into()),
            labels: vec![id(40)],
            assignees: vec![id(3)],
            priority: Some(Priority::None),
            start_at: None,
            due: None,
            parent_id: None,
            original: None,
        }
        .into(),
    ]
}

fn face() -> TaskFace {
    TaskFace {
        task_id: task(),
        number: 1,
        column_id: id(20),
        rank: "a".into(),
        title: "Mend it".into(),
        labels: vec![id(40)],
        assignees: vec![id(3)],
        priority: None,
        start_at: None,
        due: None,
        checklist: None,
        comments: 0,
        has_description: true,
        completed_at: None,
        parent_id: None,
        dependencies: Vec::new(),
        points: None,
        minutes: None,
        category_id: None,
        cover: None,
        repeat: None,
        fields: Vec::new(),
        tracked_s: None,
        working: Vec::new(),
    }
}

fn joined() -> Board {
    let column = |number, name: &str, kind, rank: &str| ColumnView {
        column_id: id::<ColumnId>(number),
        name: name.into(),
        kind,
        rank: rank.into(),
        colour: None,
        archived: false,
        workflow: Workflow::default(),
    };
    let head = BoardHead {
        board_id: id::<BoardId>(1),
        org_id: id::<OrgId>(2),
        team_id: None,
        name: "Ops".into(),
        key: "OPS".into(),
        visibility: Visibility::Organization,
        lifecycle: lockstep_protocol::values::Lifecycle::Active,
        template: false,
        members: vec![BoardMemberView { account_id: id(3), role: BoardRole::Owner }],
        columns: vec![column(20, "To do", ColumnKind::Backlog, "a"), column(21, "Done", ColumnKind::Done, "b")],
        labels: vec![LabelView { label_id: id(40), name: "bug".into(), colour: Colour::Red }],
        categories: vec![],
        fields: vec![],
        views: vec![],
        escalations: vec![],
        task_count: 1,
    };
    let mut board = Board::default();
    board.take(0, BoardPart { board: Some(Box::new(head)), tasks: vec![] });
    board.take(1, BoardPart { board: None, tasks: vec![face()] });
    board
}

#[test]
fn a_fold_and_a_snapshot_are_the_same_board() {
    let (folded, joined) = (fold(founded()), joined());
    assert_eq!(folded.differences(&joined), Vec::<String>::new());
    assert_eq!(folded.digest(), joined.digest());
    assert_ne!(folded.digest(), Board::default().digest());
}

fn limited() -> Workflow {
    Workflow { wip: Some(Wip { limit: 7, mode: WipMode::Warn }), next: Some(vec![id(20)]), ..Workflow::default() }
}

#[test]
fn a_column_that_is_deleted_leaves_the_lists_of_the_others() {
    let mut board = fold(founded());
    let rules = ColumnWorkflowChanged { column_id: id(21), workflow: limited() };
    apply(&mut board, 100, vec![rules.into(), ColumnDeleted { column_id: id(20) }.into()]);
    assert_eq!(board.columns[&id(21)].workflow.next, Some(vec![]));
}

#[test]
fn each_kind_of_change_shows_in_its_field_whatever_one_began_with() {
    let (task_id, checklist_id, item_id) = (task(), id::<ChecklistId>(50), id::<ChecklistItemId>(51));
    let changes: Vec<(Event, &str)> = vec![
        (BoardUpdated { name: Some("Operations".into()), visibility: None }.into(), "Operations"),
        (BoardMemberAdded { account_id: id(4), role: BoardRole::Viewer }.into(), "viewer"),
        (
            ColumnUpdated {
                column_id: id(20),
                name: None,
                kind: None,
                colour: Some(Colour::Teal),
                clear_colour: false,
            }
            .into(),
            "teal",
        ),
        (ColumnMoved { column_id: id(21), rank: "Z9".into() }.into(), "Z9"),
        (ColumnArchived { column_id: id(21) }.into(), "\"archived\":true"),
        (ColumnWorkflowChanged { column_id: id(21), workflow: limited() }.into(), "\"limit\":7"),
        (LabelUpdated { label_id: id(40), name: Some("defect".into()), colour: None }.into(), "defect"),
        (TaskUpdated { task_id, title: Some("Mended".into()), description: None, mentions: vec![] }.into(), "Mended"),
        (
            TaskUpdated { task_id, title: None, description: Some(String::new()), mentions: vec![] }.into(),
            "\"has_description\":false",
        ),
        (TaskMoved { task_id, from_column_id: id(20), column_id: id(21), rank: "m".into() }.into(), "\"rank\":\"m\""),
        (TasksReranked { column_id: id(21), ranks: vec![(task_id, "q".into())] }.into(), "\"rank\":\"q\""),
        (TaskAssigned { task_id, account_id: id(99) }.into(), "000000000063"),
        (TaskPriorityChanged { task_id, priority: Priority::High }.into(), "high"),
        (TaskScheduled { task_id, start_at: Some(5), due: Some(Due { at: 77, has_time: true }) }.into(), "\"at\":77"),
        (TaskCompleted { task_id }.into(), "\"completed_at\":1"),
        (ChecklistCreated { task_id, checklist_id, name: "Steps".into() }.into(), "\"checklist\":[0,0]"),
        (item(item_id, false), "\"checklist\":[0,1]"),
        (ChecklistItemUpdated { task_id, item_id, text: None, done: Some(true) }.into(), "\"checklist\":[1,1]"),
        (item(id(52), true), "\"checklist\":[2,2]"),
        (ChecklistItemRemoved { task_id, item_id, was_done: true }.into(), "\"checklist\":[1,1]"),
        (ChecklistDeleted { task_id, checklist_id, removed: (1, 1) }.into(), "\"checklist\":[0,0]"),
        (comment(), "\"comments\":1"),
        (CommentDeleted { task_id, comment_id: id(60) }.into(), "\"comments\":0"),
        (comment_again(), "\"comments\":1"),
        (TaskUnlabelled { task_id, label_id: id(40) }.into(), "\"labels\":[]"),
        (TaskReopened { task_id }.into(), "\"completed_at\":null"),
    ];
    let (mut folded, mut later) = (fold(founded()), joined());
    for (seq, (event, shown)) in (10..).zip(changes) {
        apply(&mut folded, seq, vec![event.clone()]);
        apply(&mut later, seq, vec![event.clone()]);
        let text = serde_json::to_string(&folded).unwrap();
        assert!(text.contains(shown), "{event:?} shows {shown} in {text}");
        assert_eq!(folded.differences(&later), Vec::<String>::new(), "after {event:?}");
    }
}

fn item(item_id: ChecklistItemId, done: bool) -> Event {
    let (task_id, checklist_id) = (task(), id(50));
    ChecklistItemAdded { task_id, checklist_id, item_id, text: "one".into(), done, rank: "a".into() }.into()
}

fn comment_again() -> Event {
    let (comment_id, author_id) = (id(60), id(99));
    let comment = ReceivedComment {
        comment_id,
        author_id,
        text: "hm".into(),
        created_at: 1,
        edited_at: None,
        reply_to: None,
        original: None,
        mentions: vec![],
        reactions: vec![],
    };
    CommentRestored { task_id: task(), comment: Box::new(comment), text_seqs: vec![10], before: None }.into()
}

fn comment() -> Event {
    let comment_id: CommentId = id(60);
    TaskCommented { task_id: task(), comment_id, text: "hm".into(), reply_to: None, mentions: vec![], original: None }
        .into()
}

#[test]
fn what_is_put_away_is_gone_and_comes_back_with_its_face() {
    let mut board = fold(founded());
    apply(
        &mut board,
        10,
        vec![TaskArchived { task_id: task() }.into(), comment(), LabelDeleted { label_id: id::<LabelId>(40) }.into()],
    );
    assert!(board.tasks.is_empty() && board.labels.is_empty());
    let face = TaskFace { comments: 1, labels: vec![], ..face() };
    apply(&mut board, 20, vec![TaskUnarchived { task_id: task(), face }.into()]);
    assert_eq!(board.tasks[&task()].comments, 1);
    apply(&mut board, 30, vec![TaskDeleted { task_id: task() }.into()]);
    assert!(board.tasks.is_empty());
}

#[test]
fn differences_name_what_differs() {
    let (one, mut other) = (fold(founded()), fold(founded()));
    apply(
        &mut other,
        10,
        vec![TaskUpdated { task_id: task(), title: Some("Else".into()), description: None, mentions: vec![] }.into()],
    );
    let found = one.differences(&other);
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("task ") && found[0].contains("Else"), "{found:?}");
}
