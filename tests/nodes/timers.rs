//! The timer of a person whose node is killed while it goes from one board to another, as its client sees it: what was asked is asked again
//! of the next node under the same number. It must never know at which step the node died.

use lockstep_protocol::{
    command::{
        board::CreateBoard,
        timer::{StartTimer, StopTimer},
    },
    frame::{ClientMessage, CommandMessage},
    ids::*,
    values::Visibility,
};
use serde_json::{Value, json};

use super::cluster::{Cluster, Person, Process, connect, found, register};
use crate::support::node::{id, new_column, new_task};

/// How many nodes are killed; each a little later in what it was asked than the one before.
const ROUNDS: usize = 6;

async fn get(node: &Process, who: &Person, path: &str) -> Value {
    let request = reqwest::Client::new().get(node.url(path)).bearer_auth(&who.token);
    request.send().await.expect("an answer").json().await.expect("JSON")
}

/// The times that are noted of a task, and whether anybody works on it.
async fn told(node: &Process, who: &Person, task: &StartTimer) -> (Vec<Value>, bool) {
    let path = format!("/api/v1/orgs/{}/boards/{}/tasks/{}", task.org_id, task.board_id, task.task_id);
    let told = get(node, who, &path).await;
    assert_eq!(told["face"]["task_id"], json!(task.task_id), "{told}");
    (told["time"].as_array().cloned().unwrap_or_default(), told["face"].get("working").is_some())
}

/// Two boards of an organization, with a task on each.
async fn two_boards(node: &Process, who: &Person) -> Vec<(OrgId, BoardId, TaskId)> {
    let mut client = connect(node.address, who, ClientId(id())).await;
    let place = found(&mut client).await;
    let (other, column) = (BoardId(id()), ColumnId(id()));
    let create = CreateBoard {
        org_id: place.org,
        team_id: None,
        name: "Other".into(),
        key: "OTH".into(),
        visibility: Visibility::Organization,
    };
    client.ask(other, create).await.expect("founds");
    client.ask(other, new_column(column)).await.expect("adds");
    let mut tasks = Vec::new();
    for (board, column) in [(place.board, place.column), (other, column)] {
        let task = new_task(column, "Count");
        tasks.push((place.org, board, task.task_id));
        client.ask(board, task).await.expect("adds");
    }
    tasks
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timer_counts_on_one_board_and_is_noted_once_on_the_other_when_its_node_is_killed_in_between() {
    let mut cluster = Cluster::start(1).await;
    let ana = register(&cluster.nodes[0], "ana@example.org").await;
    let tasks = two_boards(&cluster.nodes[0], &ana).await;
    let start = |at: usize| {
        let (org_id, board_id, task_id) = tasks[at % 2];
        StartTimer { entry_id: TimeEntryId(id()), org_id, board_id, task_id }
    };
    let mut counts = start(0);
    let mut client = connect(cluster.nodes[0].address, &ana, ClientId(id())).await;
    client.ask(ana.account, counts).await.expect("starts");
    let mut noted: [Vec<TimeEntryId>; 2] = [Vec::new(), Vec::new()];
    for round in 0..ROUNDS {
        let client_id = ClientId(id());
        let node = &mut cluster.nodes[round];
        let mut client = connect(node.address, &ana, client_id).await;
        let next = start(round + 1);
        let stop = StopTimer {
            entry_id: counts.entry_id,
            board_id: Some(counts.board_id),
            ended_at: None,
            note: String::new(),
        };
        let asked: [CommandMessage; 2] = [client.command(ana.account, stop), client.command(ana.account, next)];
        client.send(&asked.clone().map(ClientMessage::Command)).await;
        // Killed with both on their way, when the first is done, or when both are and the client does not say so.
        let mut before = Vec::new();
        for command in &asked[..round % 3] {
            before.push(client.reply(command.reference).await.expect("is done"));
        }
        node.child.kill().await.expect("kills");
        cluster.add(&[]).await;

        let node = &cluster.nodes[round + 1];
        // What was told done stands before anybody asks again, and never are there two.
        let timer = get(node, &ana, "/api/v1/me/timer").await["timer"]["entry_id"].clone();
        let may = [json!(counts.entry_id), Value::Null, json!(next.entry_id)];
        assert!(may[before.len()..].contains(&timer), "{timer} after {before:?}: {}", cluster.log(round));
        let (times, working) = told(node, &ana, &counts).await;
        let still = timer == json!(counts.entry_id);
        assert_eq!((times.len(), working), (noted[round % 2].len() + usize::from(!still), still));
        assert_eq!(told(node, &ana, &next).await.1, timer == json!(next.entry_id));

        let mut again = connect(node.address, &ana, client_id).await;
        for (at, command) in asked.iter().enumerate() {
            again.send(&[ClientMessage::Command(command.clone())]).await;
            let done = again.reply(command.reference).await.expect("is done");
            assert!(before.get(at).is_none_or(|before| (before.epoch, before.seq) == (done.epoch, done.seq)));
        }
        noted[round % 2].push(counts.entry_id);
        let timer = get(node, &ana, "/api/v1/me/timer").await["timer"]["entry_id"].clone();
        assert_eq!(timer, json!(next.entry_id));
        for (task, works) in [(&counts, false), (&next, true)] {
            let at = usize::from(task.board_id == tasks[1].1);
            let (times, working) = told(node, &ana, task).await;
            let mut found: Vec<Value> = times.iter().map(|entry| entry["entry_id"].clone()).collect();
            found.sort_by_key(ToString::to_string);
            let expected: Vec<Value> = noted[at].iter().map(|entry| json!(entry)).collect();
            assert_eq!((found, working), (expected, works), "round {round}");
            assert!(times.iter().all(|entry| entry["account_id"] == json!(ana.account)));
        }
        counts = next;
    }
}
