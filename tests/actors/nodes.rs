//! Several nodes on one PostgreSQL: the swap decides, replicas follow, with the bus and without it.

use std::sync::Arc;

use lockstep::{
    actors::{CommandKey, CommandRequest, Saw},
    bus::{
        SharedBus,
        local::{Hub, Silent},
        redis::RedisBus,
        wire::ClusterKey,
    },
};
use lockstep_domain::{Aggregate, Principal};
use lockstep_protocol::{
    codes::Code,
    command::{
        bulk::Bulk,
        organization::*,
        reminder::AnnounceTask,
        task::{AddDependency, CompleteTask, CreateTask, MoveTask, PrioritizeTask, SetTaskParent},
        workflow::SetColumnWorkflow,
    },
    ids::*,
    limits::Limits,
    position::Position,
    values::{
        DependencyKind, Due, OnFailure, OrgRole, Place, Priority, Reassign, RepeatOn, RepeatRule, Wip, WipMode,
        Workflow,
    },
};
use tokio_util::sync::CancellationToken;

use crate::support::{
    node::{Node, code, counts, id, new_column, new_task},
    postgres, redis, until,
};

/// Two nodes on one database that tell each other nothing.
async fn strangers() -> (Node, Node) {
    let url = postgres::database().await;
    let node = async || Node::postgres(&url, Arc::new(Silent), Limits::default()).await;
    (node().await, node().await)
}

async fn writers_on_three_nodes(buses: [SharedBus; 3]) {
    let url = postgres::database().await;
    let mut nodes = Vec::new();
    for bus in buses {
        nodes.push(Node::postgres(&url, bus, Limits::default()).await);
    }
    let ana = nodes[0].account().await;
    let org = nodes[0].organization(ana).await;
    let (board, column) = nodes[0].board(ana, org).await;
    let mut listeners = Vec::new();
    for node in &nodes {
        listeners.push(node.join(ana, board, None).await.expect("joins"));
    }
    let writes = (0..90u64).map(|index| {
        let node = &nodes[index as usize % 3];
        let key = Some(CommandKey { client_id: ClientId(id()), client_seq: 1 });
        async move {
            let task = new_task(column, &format!("Task {index}"));
            loop {
                match node.ask_keyed(ana, board, task.clone(), key).await {
                    Err(failure) if failure.temporary => tokio::task::yield_now().await,
                    other => return other.expect("adds"),
                }
            }
        }
    });
    let acks = futures_util::future::join_all(writes).await;
    assert_eq!(counts(acks.iter().map(|ack| ack.seq)).len(), 90, "each at a seq of its own");
    for (node, listener) in nodes.iter().zip(&listeners) {
        until("it hears everything", async || (listener.seq() == 92).then_some(())).await;
        let published = node.directory.board(board).await.expect("is live");
        assert_eq!(published.state.order(column).count(), 90);
    }
    let digests = futures_util::future::join_all(nodes.iter().map(|node| node.directory.board(board))).await;
    let digests = counts(digests.into_iter().map(|published| published.expect("is live").state.digest()));
    assert_eq!(digests.len(), 1, "all replicas are equal");
    for node in nodes {
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn three_nodes_write_one_board_with_a_bus() {
    let hub = Hub::default();
    writers_on_three_nodes([Arc::new(hub.connect()), Arc::new(hub.connect()), Arc::new(hub.connect())]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn three_nodes_write_one_board_without_a_bus() {
    writers_on_three_nodes([Arc::new(Silent), Arc::new(Silent), Arc::new(Silent)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_on_another_node_is_answered_with_the_original() {
    let (one, two) = strangers().await;
    let ana = one.account().await;
    let org = one.organization(ana).await;
    let (board, column) = one.board(ana, org).await;
    two.directory.board(board).await.expect("loads a replica");
    let key = Some(CommandKey { client_id: ClientId(id()), client_seq: 1 });
    let task = new_task(column, "Once");
    let first = one.ask_keyed(ana, board, task.clone(), key).await.expect("adds");
    let again = two.ask_keyed(ana, board, task, key).await.expect("finds it");
    assert_eq!((again.epoch, again.seq), (first.epoch, first.seq));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acknowledged_removal_on_one_node_stops_commands_on_another() {
    let (one, two) = strangers().await;
    let (ana, ben) = (one.account().await, one.account().await);
    let org = one.organization(ana).await;
    let (board, column) = one.board(ana, org).await;
    one.seat(ana, org, ben, OrgRole::Member).await;
    two.ask(ben, board, new_task(column, "On the other node")).await.expect("ben may");
    one.ask(ana, org, RemoveMember { account_id: ben, reassign: Reassign::Nobody }).await.expect("removes ben");
    // The other node still holds the old roles: the guard of its append must fail.
    assert_eq!(code(two.ask(ben, board, new_task(column, "Too late")).await), Code::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_nothing_is_answered_with_the_roles_that_the_journal_knows() {
    let (one, two) = strangers().await;
    let (ana, ben) = (one.account().await, one.account().await);
    let org = one.organization(ana).await;
    let (board, column) = one.board(ana, org).await;
    one.seat(ana, org, ben, OrgRole::Member).await;
    let task = new_task(column, "On the other node");
    let nothing = PrioritizeTask { task_id: task.task_id, priority: Priority::None };
    two.ask(ben, board, task).await.expect("ben may");
    two.ask(ben, board, nothing.clone()).await.expect("it is so already");
    one.ask(ana, org, RemoveMember { account_id: ben, reassign: Reassign::Nobody }).await.expect("removes ben");
    // The other node still holds the old roles, and there is no append whose guard could fail.
    assert_eq!(code(two.ask(ben, board, nothing).await), Code::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_dependencies_that_close_a_circle_together_do_not_both_happen() {
    let (one, two) = strangers().await;
    let ana = one.account().await;
    let org = one.organization(ana).await;
    let (board, column) = one.board(ana, org).await;
    for round in 0..20 {
        let (first, second) = (new_task(column, "First"), new_task(column, "Second"));
        let (a, b) = (first.task_id, second.task_id);
        one.ask(ana, board, first).await.expect("adds");
        one.ask(ana, board, second).await.expect("adds");
        two.directory.board(board).await.expect("loads a replica");
        // Each node decides by what it holds; what the other one committed meanwhile must be seen before anything is said.
        let outcomes = if round % 2 == 0 {
            let add = |task_id, other_id| AddDependency { task_id, kind: DependencyKind::Blocks, other_id };
            tokio::join!(one.ask(ana, board, add(a, b)), two.ask(ana, board, add(b, a)))
        } else {
            let set = |task_id, parent_id| SetTaskParent { task_id, parent_id: Some(parent_id) };
            tokio::join!(one.ask(ana, board, set(a, b)), two.ask(ana, board, set(b, a)))
        };
        match outcomes {
            (Ok(_), Err(refused)) | (Err(refused), Ok(_)) => assert_eq!(refused.code, Code::Cycle, "round {round}"),
            both => panic!("round {round}: {both:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_place_of_a_column_is_taken_once_by_two_on_two_nodes() {
    let (one, two) = strangers().await;
    let ana = one.account().await;
    let org = one.organization(ana).await;
    let (board, column) = one.board(ana, org).await;
    let narrow = ColumnId(id());
    one.ask(ana, board, new_column(narrow)).await.expect("adds a column");
    let wip = Some(Wip { limit: 1, mode: WipMode::Refuse });
    let limited = SetColumnWorkflow { column_id: narrow, workflow: Workflow { wip, ..Workflow::default() } };
    one.ask(ana, board, limited).await.expect("limits it");
    for round in 0..20 {
        let (first, second) = (new_task(column, "First"), new_task(column, "Second"));
        let ids = [first.task_id, second.task_id];
        one.ask(ana, board, first).await.expect("adds");
        one.ask(ana, board, second).await.expect("adds");
        two.directory.board(board).await.expect("loads a replica");
        let enter = |task_id| MoveTask { task_id, column_id: narrow, place: Place::END };
        // Each node decides by what it holds: on both there is room.
        let outcomes = tokio::join!(one.ask(ana, board, enter(ids[0])), two.ask(ana, board, enter(ids[1])));
        let task_id = match outcomes {
            (Ok(_), Err(refused)) | (Err(refused), Ok(_)) if refused.code != Code::WipLimit => {
                panic!("round {round}: {refused}")
            }
            (Ok(_), Err(_)) => ids[0],
            (Err(_), Ok(_)) => ids[1],
            both => panic!("round {round}: {both:?}"),
        };
        one.ask(ana, board, MoveTask { task_id, column_id: column, place: Place::END }).await.expect("makes room");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_that_finish_one_task_make_one_next_task() {
    let (one, two) = strangers().await;
    let ana = one.account().await;
    let org = one.organization(ana).await;
    let (board, column) = one.board(ana, org).await;
    for round in 1..=10 {
        let repeat = Some(Box::new(RepeatRule { rule: "FREQ=DAILY".into(), zone: "UTC".into(), on: RepeatOn::Done }));
        let task = CreateTask { repeat, ..new_task(column, "Water") };
        let task_id = task.task_id;
        one.ask(ana, board, task).await.expect("adds");
        two.directory.board(board).await.expect("loads a replica");
        let done = CompleteTask { task_id };
        let outcomes = tokio::join!(one.ask(ana, board, done.clone()), two.ask(ana, board, done));
        assert!(outcomes.0.is_ok() && outcomes.1.is_ok(), "{outcomes:?}");
        for node in [&one, &two] {
            until("it has the next one", async || {
                let state = node.directory.board(board).await.expect("is live").state.clone();
                assert!(state.active_count() <= 2 * round, "one next task each");
                (state.active_count() == 2 * round).then_some(())
            })
            .await;
        }
    }
}

/// As if two nodes took each other's lease for lost: what has come due is said once, and a schedule makes one next task.
#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_that_say_what_is_due_say_it_once() {
    let (one, two) = strangers().await;
    let ana = one.account().await;
    let org = one.organization(ana).await;
    let (board, column) = one.board(ana, org).await;
    for round in 1..=10 {
        let repeat =
            Some(Box::new(RepeatRule { rule: "FREQ=YEARLY".into(), zone: "UTC".into(), on: RepeatOn::Schedule }));
        let due = Some(Due { at: 1_000_000_000_000_000, has_time: true });
        let task = CreateTask { repeat, due, ..new_task(column, "Water") };
        let task_id = task.task_id;
        one.ask(ana, board, task).await.expect("adds");
        two.directory.board(board).await.expect("loads a replica");
        let say = |node: &Node| {
            let directory = node.directory.clone();
            let commands = vec![AnnounceTask { task_id }.into()];
            let body = Bulk { commands, on_failure: OnFailure::Rest }.into();
            let (topic, principal) = (board.into(), Principal::System(AccountId::NIL));
            let request = CommandRequest { topic, principal, session: None, key: None, body, saw: Saw::default() };
            async move { directory.command(request).await }
        };
        let outcomes = tokio::join!(say(&one), say(&two));
        let (first, second) = (outcomes.0.expect("it is said"), outcomes.1.expect("it is said"));
        assert!(first.position.is_some() != second.position.is_some(), "by one of them");
        for node in [&one, &two] {
            until("it has the next one", async || {
                let state = node.directory.board(board).await.expect("is live").state.clone();
                assert!(state.active_count() <= 2 * round, "one next task each");
                (state.active_count() == 2 * round).then_some(())
            })
            .await;
        }
    }
    let events = one.store.journal().tail(Position::START, 1_000).await.expect("rows");
    assert_eq!(events.iter().filter(|event| event.tag == "task.overdue").count(), 10);
    assert_eq!(events.iter().filter(|event| event.tag == "task.repeated").count(), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn three_nodes_write_one_board_with_redis() {
    let redis = redis::Redis::start().await;
    let mut buses = Vec::new();
    for _ in 0..3 {
        let (key, cancel) = (ClusterKey([1; 32]), CancellationToken::new());
        let bus = RedisBus::connect(&redis.url(), key, id(), cancel).await.expect("a bus");
        buses.push(Arc::new(bus) as SharedBus);
    }
    let buses: [SharedBus; 3] = buses.try_into().ok().expect("three");
    writers_on_three_nodes(buses).await;
}
