//! Ben, who has access to a board until it is taken away. It must never hold expectations about the server.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use lockstep_protocol::{
    event::{BoardEvent, Event},
    frame::{ClientMessage, Join, ServerMessage},
    ids::{BoardId, ClientId, ColumnId},
    topic::Topic,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    nodes::cluster::{Cluster, PASSWORD, Person, connect, register},
    support::node::{id, new_task},
    ws::client::Client,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
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

pub const KINDS: [Kind; 12] = [
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

/// Asks over HTTP. No answer in time counts as none.
pub async fn ask(node: &str, token: &str, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
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
pub struct Case {
    pub kind: Kind,
    /// Where things are taken away, and where ben is.
    pub here: String,
    there: String,
    pub ana: Person,
    ben: Person,
    email: String,
    /// Of the token for programs that ben asks with, where it is one.
    token_path: Option<String>,
    org: String,
    team: String,
    pub board: String,
    board_id: BoardId,
    pub column: ColumnId,
    pub heard: Arc<Mutex<Heard>>,
    commands: Client,
}

#[derive(Default)]
pub struct Heard {
    /// Titles, when they came.
    pub titles: Vec<(String, Instant)>,
    /// When the topic was said to be taken away, or to be shown no more for the time being.
    pub closed: Option<Instant>,
    /// It is not coming back.
    pub ended: bool,
}

impl Case {
    pub async fn prepare(cluster: &Cluster, kind: Kind) -> Self {
        let (one, two) = (&cluster.nodes[0], &cluster.nodes[1]);
        let (here, there) = (one.url(""), two.url(""));
        let email = format!("ben-{}@example.org", id());
        let ana = register(one, &format!("ana-{}@example.org", id())).await;
        let mut ben = register(one, &email).await;
        // Tokens for programs accept nothing.
        let log_in = ben.token.clone();
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
        let made = of_ana(Method::POST, format!("{org}/invitations"), json!({ "role": "member" })).await;
        let code = json!({ "code": text(&made["link"]).split_once('#').expect("a code").1 });
        must(&here, &log_in, Method::POST, "/api/v1/invitations/accept", Some(code)).await;
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

    pub async fn revoke(&self) {
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
    pub async fn is_let_in(&self, way: &str) -> bool {
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
    pub async fn writes(&mut self) -> bool {
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
    pub async fn joins(&mut self) -> bool {
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
