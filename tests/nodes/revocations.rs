//! Whatever is taken away on one node is gone on another: for every kind of taking away, over every way to ask, with Redis, without, and
//! on a node that is cut off from the database. What each took is printed.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use lockstep_protocol::{
    event::{BoardEvent, Event},
    frame::{ClientMessage, Join, ServerMessage},
    ids::{BoardId, ClientId, ColumnId},
    topic::Topic,
};
use reqwest::Method;
use serde_json::{Value, json};

use super::cluster::{Cluster, PASSWORD, Person, connect, register};
use crate::{
    support::{
        node::{id, new_task},
        proxy::Proxy,
        until,
    },
    ws::client::Client,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    MemberRemoved,
    RoleLowered,
    MemberInactive,
    BoardRoleTaken,
    BoardMadePrivate,
    TeamMemberRemoved,
    TeamDeleted,
    OrganizationDeleted,
    LoggedOutEverywhere,
    PasswordChanged,
    AccountDeleted,
    TokenRevoked,
}

const KINDS: [Kind; 12] = [
    Kind::MemberRemoved,
    Kind::RoleLowered,
    Kind::MemberInactive,
    Kind::BoardRoleTaken,
    Kind::BoardMadePrivate,
    Kind::TeamMemberRemoved,
    Kind::TeamDeleted,
    Kind::OrganizationDeleted,
    Kind::LoggedOutEverywhere,
    Kind::PasswordChanged,
    Kind::AccountDeleted,
    Kind::TokenRevoked,
];

/// Between two looks, and between two events that ben must not hear of.
const LOOK: Duration = Duration::from_millis(40);
const WRITE: Duration = Duration::from_millis(100);
/// What a busy machine may add to what the server promises.
const SLACK: Duration = Duration::from_millis(400);

/// Asks over HTTP. No answer in time counts as none.
async fn ask(node: &str, token: &str, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
    let request = reqwest::Client::new().request(method, format!("{node}{path}")).bearer_auth(token);
    let request = match body {
        Some(body) => request.json(&body),
        None => request,
    };
    match request.timeout(Duration::from_secs(10)).send().await {
        Ok(answer) => (answer.status().as_u16(), answer.json().await.unwrap_or_default()),
        Err(_) => (0, Value::Null),
    }
}

async fn must(node: &str, token: &str, method: Method, path: &str, body: Option<Value>) -> Value {
    let (status, answer) = ask(node, token, method, path, body).await;
    assert!((200..300).contains(&status), "{path}: {status} {answer}");
    answer
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

/// Ben, who has access to a board of ana's, and what he hears of it.
struct Case {
    kind: Kind,
    /// Where things are taken away, and where ben is.
    here: String,
    there: String,
    ana: Person,
    ben: Person,
    email: String,
    /// Of the token for programs that ben asks with, where it is one.
    token_path: Option<String>,
    org: String,
    team: String,
    board: String,
    board_id: BoardId,
    column: ColumnId,
    heard: Arc<Mutex<Heard>>,
    commands: Client,
}

#[derive(Default)]
struct Heard {
    /// Titles, when they came.
    titles: Vec<(String, Instant)>,
    /// When the topic was said to be taken away, or to be shown no more for the time being.
    closed: Option<Instant>,
    /// It is not coming back.
    ended: bool,
}

impl Case {
    async fn prepare(cluster: &Cluster, kind: Kind) -> Self {
        let (one, two) = (&cluster.nodes[0], &cluster.nodes[1]);
        let (here, there) = (one.url(""), two.url(""));
        let email = format!("ben-{}@example.org", id());
        let ana = register(one, &format!("ana-{}@example.org", id())).await;
        let mut ben = register(one, &email).await;
        let mut token_path = None;
        if kind == Kind::TokenRevoked {
            let new = json!({ "name": "Script", "scopes": ["read", "write"], "password": PASSWORD });
            let made = must(&here, &ben.token, Method::POST, "/api/v1/me/tokens", Some(new)).await;
            token_path = Some(format!("/api/v1/me/tokens/{}", text(&made["token_id"])));
            ben.token = text(&made["token"]).to_owned();
        }
        let of_ana = |method, path: String, body| {
            let (here, token) = (here.clone(), ana.token.clone());
            async move { must(&here, &token, method, &path, Some(body)).await }
        };
        let made = of_ana(Method::POST, "/api/v1/orgs".into(), json!({ "name": "Acme" })).await;
        let org = format!("/api/v1/orgs/{}", text(&made["org_id"]));
        of_ana(Method::POST, format!("{org}/members"), json!({ "email": email, "role": "member" })).await;
        let made = of_ana(Method::POST, format!("{org}/teams"), json!({ "name": "Makers" })).await;
        let team_id = text(&made["team_id"]).to_owned();
        let team = format!("{org}/teams/{team_id}");
        of_ana(Method::PUT, format!("{team}/members/{}", ben.account), json!({ "role": "member" })).await;
        let mut body = json!({ "name": "Board", "template": "kanban", "visibility": "organization" });
        match kind {
            Kind::TeamMemberRemoved | Kind::TeamDeleted => {
                body["visibility"] = "team".into();
                body["team_id"] = team_id.into();
            }
            Kind::BoardRoleTaken => body["visibility"] = "private".into(),
            _ => {}
        }
        let made = of_ana(Method::POST, format!("{org}/boards"), body).await;
        let board_id: BoardId = text(&made["board_id"]).parse().expect("an id");
        let board = format!("{org}/boards/{board_id}");
        if kind == Kind::BoardRoleTaken {
            of_ana(Method::PUT, format!("{board}/members/{}", ben.account), json!({ "role": "editor" })).await;
        }
        let head = must(&there, &ben.token, Method::GET, &board, None).await;
        let column = text(&head["columns"][0]["column_id"]).parse().expect("an id");
        let mut watching = connect(two.address, &ben, ClientId(id())).await;
        watching.join_live(board_id).await;
        let heard = Arc::new(Mutex::new(Heard::default()));
        tokio::spawn(listen(watching, heard.clone(), board_id.into()));
        let mut commands = connect(two.address, &ben, ClientId(id())).await;
        commands.ask(board_id, new_task(column, "By ben")).await.expect("ben may");
        Self { kind, here, there, ana, ben, email, token_path, org, team, board, board_id, column, heard, commands }
    }

    async fn revoke(&self) {
        let (ana, ben) = (&self.ana.token, self.ben.account);
        let seat = format!("{}/members/{ben}", self.org);
        let of_ana = |method, path: &str, body| {
            let path = path.to_owned();
            async move { must(&self.here, ana, method, &path, body).await }
        };
        match self.kind {
            Kind::MemberRemoved => of_ana(Method::DELETE, &seat, None).await,
            Kind::RoleLowered => of_ana(Method::PATCH, &seat, Some(json!({ "role": "guest" }))).await,
            Kind::MemberInactive => of_ana(Method::PATCH, &seat, Some(json!({ "status": "inactive" }))).await,
            Kind::BoardRoleTaken => of_ana(Method::DELETE, &format!("{}/members/{ben}", self.board), None).await,
            Kind::BoardMadePrivate => {
                of_ana(Method::PATCH, &self.board, Some(json!({ "visibility": "private" }))).await
            }
            Kind::TeamMemberRemoved => of_ana(Method::DELETE, &format!("{}/members/{ben}", self.team), None).await,
            Kind::TeamDeleted => of_ana(Method::DELETE, &self.team, None).await,
            Kind::OrganizationDeleted => of_ana(Method::DELETE, &self.org, None).await,
            Kind::LoggedOutEverywhere => self.of_ben(Method::POST, "/api/v1/auth/logout_all", None).await,
            Kind::PasswordChanged => {
                let body = json!({ "current_password": PASSWORD, "new_password": "amber-falcon-tides-58" });
                self.of_ben(Method::POST, "/api/v1/me/password", Some(body)).await
            }
            Kind::TokenRevoked => self.of_ben(Method::DELETE, self.token_path.as_deref().expect("a token"), None).await,
            Kind::AccountDeleted => {
                self.of_ben(Method::DELETE, "/api/v1/me", Some(json!({ "password": PASSWORD }))).await
            }
        };
    }

    /// Ben from another device.
    async fn of_ben(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let body_of_log_in = json!({ "email": self.email, "password": PASSWORD, "refresh_in": "body" });
        let tokens = must(&self.here, "", Method::POST, "/api/v1/auth/login", Some(body_of_log_in)).await;
        must(&self.here, text(&tokens["access_token"]), method, path, body).await
    }

    /// Whether ben still gets something, over this way.
    async fn is_let_in(&self, way: &str) -> bool {
        let get = |path: String| async move { ask(&self.there, &self.ben.token, Method::GET, &path, None).await };
        match way {
            "a board" => get(self.board.clone()).await.0 == 200,
            "its tasks" => get(format!("{}/tasks", self.board)).await.0 == 200,
            "its history" => get(format!("{}/history", self.board)).await.0 == 200,
            "the list of boards" => {
                let (_, list) = get(format!("{}/boards", self.org)).await;
                list.to_string().contains(&self.board_id.to_string())
            }
            other => panic!("no way {other}"),
        }
    }

    /// A command of ben's; true if it was taken.
    async fn writes(&mut self) -> bool {
        let body = json!({ "column_id": self.column, "title": "Late" });
        let path = format!("{}/tasks", self.board);
        if ask(&self.there, &self.ben.token, Method::POST, &path, Some(body)).await.0 == 201 {
            return true;
        }
        let command = self.commands.command(self.board_id, new_task(self.column, "Late"));
        let reference = command.reference;
        let _ = self.commands.try_send(&[ClientMessage::Command(command)]).await;
        answered(&mut self.commands, reference).await
    }

    /// A join of ben's; true if it was taken.
    async fn joins(&mut self) -> bool {
        let reference = self.commands.next_reference();
        let join = Join { reference, topic: self.board_id.into(), after: None, presence: false };
        let _ = self.commands.try_send(&[ClientMessage::Join(join)]).await;
        answered(&mut self.commands, reference).await
    }
}

/// Whether the server said yes; a connection that was closed did not.
async fn answered(client: &mut Client, wanted: u32) -> bool {
    loop {
        for message in std::mem::take(&mut client.kept) {
            match message {
                ServerMessage::Joined(joined) if joined.reference == wanted => return true,
                ServerMessage::Reply(reply) if reply.reference == wanted => {
                    return matches!(reply.outcome, lockstep_protocol::frame::Outcome::Ok(_));
                }
                _ => {}
            }
        }
        if client.read().await.is_err() {
            return false;
        }
    }
}

/// Notes what comes until the topic ends.
async fn listen(mut client: Client, heard: Arc<Mutex<Heard>>, topic: Topic) {
    loop {
        if client.kept.is_empty() && client.read().await.is_err() {
            break;
        }
        let messages = std::mem::take(&mut client.kept);
        let now = Instant::now();
        let mut heard = heard.lock().expect("not poisoned");
        for message in messages {
            match message {
                ServerMessage::Events(events) if events.topic == topic => {
                    let titles = events.events.into_iter().filter_map(|happened| match happened.event {
                        Event::Board(BoardEvent::TaskCreated(created)) => Some((created.title, now)),
                        _ => None,
                    });
                    heard.titles.extend(titles);
                }
                ServerMessage::Revoked(revoked) if revoked.topic == topic => {
                    heard.ended = true;
                    heard.closed.get_or_insert(now);
                }
                ServerMessage::Stale(stale) if stale.topic == topic && stale.stale => {
                    heard.closed.get_or_insert(now);
                }
                _ => {}
            }
        }
    }
    let mut heard = heard.lock().expect("not poisoned");
    heard.ended = true;
    heard.closed.get_or_insert_with(Instant::now);
}

/// What ben could still do after his access was acknowledged to be gone, and for how long.
type Found = BTreeMap<String, Duration>;

/// Takes ben's access away and looks for `bound` and a little longer whether he notices.
async fn taken_away(mut case: Case, bound: Duration) -> (Kind, Found) {
    let writing =
        tokio::spawn(keep_writing(case.here.clone(), case.ana.token.clone(), case.board.clone(), case.column));
    case.revoke().await;
    let taken = Instant::now();
    let mut found = Found::new();
    if case.writes().await {
        found.insert("a command".into(), Duration::MAX);
    }
    let mut looks = tokio::time::interval(LOOK);
    let mut open = vec!["a board", "its tasks", "its history", "the list of boards"];
    let mut joining = true;
    while taken.elapsed() < bound + SLACK {
        looks.tick().await;
        let asked = taken.elapsed();
        let looked = join_all(open.iter().map(|way| case.is_let_in(way))).await;
        open = open.into_iter().zip(looked).filter_map(|(way, let_in)| let_in.then_some(way)).collect();
        found.extend(open.iter().map(|way| ((*way).to_owned(), asked)));
        let asked = taken.elapsed();
        if joining && case.joins().await {
            found.insert("a join".into(), asked);
        } else {
            joining = false;
        }
        if case.writes().await {
            found.insert("a command".into(), Duration::MAX);
        }
    }
    let written = {
        writing.abort();
        writing.await.err();
        WRITTEN.lock().expect("not poisoned").remove(&case.board).unwrap_or_default()
    };
    let heard = case.heard.lock().expect("not poisoned");
    // Only what was begun after the answer is certainly later.
    let late = heard.titles.iter().filter(|(title, _)| written.get(title).is_some_and(|begun| *begun > taken));
    if let Some(last) = late.map(|(_, came)| came.duration_since(taken)).max() {
        found.insert("a live event".into(), last);
    }
    match heard.closed {
        Some(closed) => found.insert("an open topic".into(), closed.saturating_duration_since(taken)),
        None => found.insert("an open topic".into(), Duration::MAX),
    };
    (case.kind, found)
}

/// When each title was begun to be written, by the board's path.
static WRITTEN: Mutex<BTreeMap<String, BTreeMap<String, Instant>>> = Mutex::new(BTreeMap::new());

/// Ana goes on working.
async fn keep_writing(node: String, token: String, board: String, column: ColumnId) {
    let mut ticks = tokio::time::interval(WRITE);
    for number in 0_u32.. {
        ticks.tick().await;
        let title = format!("Secret {number}");
        let begun = Instant::now();
        WRITTEN.lock().expect("not poisoned").entry(board.clone()).or_default().insert(title.clone(), begun);
        let body = json!({ "column_id": column, "title": title });
        ask(&node, &token, Method::POST, &format!("{board}/tasks"), Some(body)).await;
    }
}

/// Prints how long each way stayed open, and fails on what stayed open for too long.
fn judge(what: &str, results: &[(Kind, Found)], bound: Duration) {
    let mut ways: BTreeMap<&str, Vec<Duration>> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (kind, found) in results {
        for (way, took) in found {
            ways.entry(way).or_default().push(*took);
            if *took > bound {
                wrong.push(format!("{kind:?}: {way} for {took:?}"));
            }
        }
    }
    println!("{what}: of {} kinds of taking away, how long after the answer each way was still open", results.len());
    for (way, mut took) in ways {
        took.sort();
        let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize];
        println!("  {way:20} in {:2}  p50 {:?}  p99 {:?}  max {:?}", took.len(), at(0.5), at(0.99), at(1.0));
    }
    assert!(wrong.is_empty(), "{what}\n{}", wrong.join("\n"));
}

async fn cases(cluster: &Cluster) -> Vec<Case> {
    let mut cases = Vec::new();
    for kind in KINDS {
        cases.push(Case::prepare(cluster, kind).await);
    }
    cases
}

#[tokio::test(flavor = "multi_thread")]
async fn with_redis_whatever_is_taken_away_is_gone_everywhere_within_a_second() {
    let cluster = Cluster::start(2).await;
    let bound = Duration::from_secs(1);
    let cases = cases(&cluster).await;
    let results = join_all(cases.into_iter().map(|case| taken_away(case, bound))).await;
    judge("Redis is up", &results, bound);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_redis_whatever_is_taken_away_is_gone_everywhere_within_two_seconds() {
    let mut cluster = Cluster::start(2).await;
    let bound = Duration::from_secs(2);
    let cases = cases(&cluster).await;
    cluster.redis.kill();
    let results = join_all(cases.into_iter().map(|case| taken_away(case, bound))).await;
    judge("Redis is dead", &results, bound);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_cut_off_from_the_database_lets_nobody_in_for_longer_than_five_seconds() {
    let mut cluster = Cluster::start(1).await;
    let wire = Proxy::to(cluster.postgres.port).await;
    let direct = cluster.database.clone();
    cluster.database = direct.replace(&format!(":{}/", cluster.postgres.port), &format!(":{}/", wire.port));
    cluster.add(&[]).await;
    let cases = cases(&cluster).await;
    let heard: Vec<_> = cases.iter().map(|case| case.heard.clone()).collect();
    wire.stall();
    let bound = Duration::from_secs(6);
    let results = join_all(cases.into_iter().map(|case| taken_away(case, bound))).await;
    judge("the node is cut off", &results, bound);
    wire.open();
    until("every topic is taken away", async || {
        heard.iter().all(|heard| heard.lock().expect("not poisoned").ended).then_some(())
    })
    .await;
}
