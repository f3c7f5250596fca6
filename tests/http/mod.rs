//! The REST surface over real sockets, against a whole server on SQLite. Clients here know HTTP and JSON only.

mod accounts;
mod alarms;
mod assets;
mod boards;
mod channel_lists;
mod channel_search;
mod channels;
mod consumers;
mod credentials;
mod deliveries;
mod devices;
mod directory;
mod document;
mod dropped;
mod factors;
mod fields;
mod forged;
mod guessing;
mod identities;
mod identity_attacks;
mod identity_kinds;
mod invitations;
mod joining;
mod letters;
pub mod links;
mod lists;
mod mail;
mod next;
mod nodes;
mod notify;
mod organizations;
mod own_time;
mod passkeys;
mod past;
mod patterns;
mod phones;
mod picture_files;
mod pictures;
pub mod plan;
mod process;
pub mod processes;
mod quick_add;
mod refresh;
mod refusals;
mod repeat;
mod roles;
mod seen;
pub mod service_accounts;
mod surface;
mod talk;
mod tasks;
mod teams;
mod texts;
mod time;
mod timer;
mod tokens;
mod transfer;
mod views;
mod webhooks;

use std::sync::atomic::{AtomicU32, Ordering};

use clap::Parser;
use lockstep::{
    app::serve::{Overrides, Server},
    config::{Command, CommandLine},
};
use lockstep_protocol::limits::Limits;
use reqwest::{Method, StatusCode, header::HeaderMap};
use serde_json::{Value, json};

pub const PASSWORD: &str = "velvet-otter-drums-92";

/// A server on a folder of its own.
pub struct App {
    pub server: Server,
    pub url: String,
    client: reqwest::Client,
    people: AtomicU32,
    pub folder: tempfile::TempDir,
}

impl App {
    pub async fn start() -> Self {
        Self::start_with(Overrides::default(), &[]).await
    }

    pub async fn start_limited(limits: Limits) -> Self {
        Self::start_with(Overrides { limits: Some(limits), ..Overrides::default() }, &[]).await
    }

    pub fn folder() -> tempfile::TempDir {
        tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder")
    }

    pub async fn start_with(overrides: Overrides, flags: &[&str]) -> Self {
        Self::start_in(Self::folder(), overrides, flags).await
    }

    pub async fn start_in(folder: tempfile::TempDir, overrides: Overrides, flags: &[&str]) -> Self {
        let path = folder.path().to_str().expect("a path");
        let fixed = ["lockstep", "serve", "--listen", "127.0.0.1:0", "--data-dir", path, "--demo-password", PASSWORD];
        // One person of a test does what many do elsewhere.
        let hurried = ["--requests-per-second-max", "1000000"];
        let line = CommandLine::try_parse_from(fixed.iter().chain(&hurried).chain(flags)).expect("flags");
        let Command::Serve(flags) = line.command else { panic!("serve") };
        let server = Server::start(flags.try_into().expect("settings"), overrides).await.expect("starts");
        let url = format!("http://{}", server.address);
        // A redirect is an answer like any other.
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        Self { server, url, client, people: AtomicU32::new(0), folder }
    }

    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url))
    }

    /// A new person, logged in.
    pub async fn person(&self, name: &str) -> Person<'_> {
        let number = self.people.fetch_add(1, Ordering::Relaxed);
        let email = format!("{}{number}@example.org", name.to_lowercase());
        let body = json!({ "email": email, "password": PASSWORD, "name": name, "refresh_in": "body" });
        let answer = self.post("/api/v1/auth/register", body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        Person { app: self, tokens: answer.body, email }
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        send(self.request(Method::POST, path).json(&body)).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path)).await
    }

    pub async fn stop(self) {
        self.server.stop().await;
    }
}

/// Somebody who is logged in.
pub struct Person<'a> {
    pub app: &'a App,
    pub tokens: Value,
    pub email: String,
}

impl Person<'_> {
    pub fn token(&self) -> &str {
        text(&self.tokens["access_token"])
    }

    pub fn id(&self) -> &str {
        text(&self.tokens["account_id"])
    }

    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.app.request(method, path).bearer_auth(self.token())
    }

    pub async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        send(self.request(Method::DELETE, path)).await
    }

    pub async fn send(&self, method: Method, path: &str, body: Value) -> Answer {
        send(self.request(method, path).json(&body)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, body).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PATCH, path, body).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, body).await
    }

    /// The address of a new organization.
    pub async fn organization(&self) -> String {
        let answer = self.post("/api/v1/orgs", json!({ "name": "Company" })).await.created();
        format!("/api/v1/orgs/{}", text(&answer["org_id"]))
    }

    /// The address of a new board with columns.
    pub async fn board(&self, org: &str, more: Value) -> String {
        let mut body = json!({ "name": "Plan", "template": "kanban" });
        body.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
        let answer = self.post(&format!("{org}/boards"), body).await.created();
        format!("{org}/boards/{}", text(&answer["board_id"]))
    }

    /// The id of a board's n-th column.
    pub async fn column(&self, board: &str, at: usize) -> String {
        text(&self.get(board).await.ok()["columns"][at]["column_id"]).to_owned()
    }

    /// The address of a new task.
    pub async fn task(&self, board: &str, title: &str) -> String {
        let column = self.column(board, 0).await;
        let answer =
            self.post(&format!("{board}/tasks"), json!({ "column_id": column, "title": title })).await.created();
        format!("{board}/tasks/{}", text(&answer["task_id"]))
    }

    /// Lets somebody in, who agrees. An owner is made of a member.
    pub async fn join(&self, org: &str, who: &Person<'_>, role: &str) {
        let invited = if role == "owner" { "member" } else { role };
        let made = self.post(&format!("{org}/invitations"), json!({ "role": invited })).await.created();
        let code = text(&made["link"]).split_once('#').expect("a code").1;
        who.post("/api/v1/invitations/accept", json!({ "code": code })).await.ok();
        if role != invited {
            self.patch(&format!("{org}/members/{}", who.id()), json!({ "role": role })).await.ok();
        }
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    #[track_caller]
    pub fn is(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self.body
    }

    #[track_caller]
    pub fn ok(self) -> Value {
        self.is(200)
    }

    #[track_caller]
    pub fn created(self) -> Value {
        self.is(201)
    }

    /// A refusal with this code.
    #[track_caller]
    pub fn refused(self, code: &str) -> Value {
        assert_eq!(self.body["code"], code, "{} {}", self.status, self.body);
        assert_eq!(self.body["status"], self.status.as_u16());
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.body["request_id"], self.header("x-request-id"));
        self.body
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().expect("text")).unwrap_or_default()
    }
}

pub async fn send(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.expect("an answer");
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = response.bytes().await.expect("a body");
    let body = match serde_json::from_slice(&bytes) {
        Ok(body) => body,
        Err(_) => Value::String(String::from_utf8_lossy(&bytes).into_owned()),
    };
    Answer { status, headers, body }
}

#[track_caller]
pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}
