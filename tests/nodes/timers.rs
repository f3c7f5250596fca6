//! The timer of a person whose node is killed while it goes from one board to another, as their device sees it: what was asked is asked again
//! of the next node under the same idempotency key. It must never know at which step the node died.

use std::collections::HashSet;

use lockstep_protocol::{command::board::CreateBoard, ids::*, values::Visibility};
use serde_json::{Value, json};

use super::cluster::{Cluster, Person, Process, connect, found, register};
use crate::support::node::{id, new_column, new_task};

/// How many nodes are killed; each a little later in what it was asked than the one before.
const ROUNDS: usize = 9;

/// What a timer counts on.
#[derive(Clone, Copy)]
struct Counted {
    entry: TimeEntryId,
    org: OrgId,
    board: BoardId,
    task: TaskId,
}

/// Something that is asked, perhaps more than once.
#[derive(Clone)]
struct Asked {
    path: &'static str,
    key: String,
    body: Value,
}

impl Asked {
    fn new(path: &'static str, body: Value) -> Self {
        Self { path, key: id().to_string(), body }
    }

    /// What is answered; nothing, when the node is gone.
    async fn ask(self, url: String, token: String) -> Option<(u16, Value)> {
        let request = reqwest::Client::new().post(url).bearer_auth(token).header("idempotency-key", self.key);
        let answer = request.json(&self.body).send().await.ok()?;
        let status = answer.status().as_u16();
        Some((status, answer.json().await.ok()?))
    }

    async fn done(&self, node: &Process, who: &Person) -> Value {
        let asked = self.clone().ask(node.url(self.path), who.token.clone()).await;
        let (status, answer) = asked.expect("an answer");
        assert!((200..300).contains(&status), "{}: {status} {answer}", self.path);
        answer["seq"].clone()
    }
}

async fn get(node: &Process, who: &Person, path: &str) -> Value {
    let request = reqwest::Client::new().get(node.url(path)).bearer_auth(&who.token);
    request.send().await.expect("an answer").json().await.expect("JSON")
}

async fn timer(node: &Process, who: &Person) -> Value {
    get(node, who, "/api/v1/me/timer").await["timer"]["entry_id"].clone()
}

/// The times that are noted of a task, and whether anybody works on it.
async fn told(node: &Process, who: &Person, counted: &Counted) -> (Vec<Value>, bool) {
    let path = format!("/api/v1/orgs/{}/boards/{}/tasks/{}", counted.org, counted.board, counted.task);
    let told = get(node, who, &path).await;
    assert_eq!(told["face"]["task_id"], json!(counted.task), "{told}");
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
    let counted = |at: usize| {
        let (org, board, task) = tasks[at % 2];
        Counted { entry: TimeEntryId(id()), org, board, task }
    };
    let start = |of: &Counted| {
        let body = json!({ "entry_id": of.entry, "org_id": of.org, "board_id": of.board, "task_id": of.task });
        Asked::new("/api/v1/me/timer", body)
    };
    let mut counts = counted(0);
    start(&counts).done(&cluster.nodes[0], &ana).await;
    let mut noted: [Vec<Value>; 2] = [Vec::new(), Vec::new()];
    for round in 0..ROUNDS {
        let next = counted(round + 1);
        let asked = [Asked::new("/api/v1/me/timer/stop", json!({ "entry_id": counts.entry })), start(&next)];
        let node = &mut cluster.nodes[round];
        let mut before = Vec::new();
        for asked in &asked[..round % 3] {
            before.push(asked.done(node, &ana).await);
        }
        // Killed with the next on its way, or when both are done and the device has not said so.
        let on_its_way =
            asked.get(round % 3).map(|asked| tokio::spawn(asked.clone().ask(node.url(asked.path), ana.token.clone())));
        get(node, &ana, "/api/v1/me/timer").await;
        node.child.kill().await.expect("kills");
        if let Some(on_its_way) = on_its_way {
            on_its_way.await.expect("it ends");
        }
        cluster.add(&[]).await;

        let node = &cluster.nodes[round + 1];
        // What was told done stands before anybody asks again, and never are there two.
        let now = timer(node, &ana).await;
        let may = [json!(counts.entry), Value::Null, json!(next.entry)];
        assert!(may[before.len()..].contains(&now), "{now} after {before:?}: {}", cluster.log(round));
        let (times, working) = told(node, &ana, &counts).await;
        let still = now == json!(counts.entry);
        assert_eq!((times.len(), working), (noted[round % 2].len() + usize::from(!still), still), "round {round}");
        assert_eq!(told(node, &ana, &next).await.1, now == json!(next.entry), "round {round}");

        for (at, asked) in asked.iter().enumerate() {
            let seq = asked.done(node, &ana).await;
            assert!(before.get(at).is_none_or(|before| *before == seq), "round {round}: {before:?}, {seq}");
        }
        noted[round % 2].push(json!(counts.entry));
        assert_eq!(timer(node, &ana).await, json!(next.entry));
        for (of, works) in [(&counts, false), (&next, true)] {
            let at = usize::from(of.board == tasks[1].1);
            let (times, working) = told(node, &ana, of).await;
            let found: HashSet<String> = times.iter().map(|entry| entry["entry_id"].to_string()).collect();
            let expected: HashSet<String> = noted[at].iter().map(Value::to_string).collect();
            assert_eq!((times.len(), found, working), (noted[at].len(), expected, works), "round {round}");
            assert!(times.iter().all(|entry| entry["account_id"] == json!(ana.account)));
        }
        counts = next;
    }
}
