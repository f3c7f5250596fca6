//! The part of the REST API that a load test needs: accounts, organizations, boards, commands and history. Refusals come back as
//! the protocol's own [`Failure`].

use std::net::Ipv4Addr;

use anyhow::{Context, anyhow};
use lockstep_protocol::{
    codes::{Code, Failure},
    command::Command,
    event::{Event, Happened},
    frame::Acknowledged,
    ids::{AccountId, BoardId, ClientId, OrgId, SessionId, TaskId},
    topic::{Kind, Topic},
    values::{BoardRole, Micros, OrgRole, Visibility},
};
use reqwest::Method;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::json;

/// A server, as some account or as nobody.
#[derive(Clone, Debug)]
pub struct Rest {
    url: String,
    http: reqwest::Client,
    token: Option<String>,
}

/// What logging in gives.
#[derive(Clone, Debug, Deserialize)]
pub struct Tokens {
    pub access_token: String,
    pub access_expires_at: Micros,
    pub account_id: AccountId,
    pub session_id: SessionId,
    pub refresh_token: Option<String>,
}

/// An organization, as its members' list shows it.
#[derive(Clone, Debug, Deserialize)]
pub struct Org {
    pub org_id: OrgId,
    pub name: String,
    pub role: OrgRole,
}

#[derive(Debug, Deserialize)]
struct Items<T> {
    items: Vec<T>,
}

/// A page of a board's history.
#[derive(Debug, Deserialize)]
struct History {
    events: Vec<Happened<Event>>,
}

#[derive(Debug, Deserialize)]
struct Problem {
    code: Code,
    #[serde(default)]
    detail: String,
    field: Option<String>,
    limit: Option<u64>,
    retry_after_ms: Option<u32>,
}

impl Rest {
    pub fn new(url: &str) -> Self {
        Self { url: url.trim_end_matches('/').to_owned(), http: reqwest::Client::new(), token: None }
    }

    /// The same server as the account of this token.
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub async fn register(&self, email: &str, password: &str, name: &str) -> anyhow::Result<Tokens> {
        let body = json!({"email": email, "password": password, "name": name, "refresh_in": "body"});
        self.call(Method::POST, "/api/v1/auth/register", Some(body)).await
    }

    pub async fn login(&self, email: &str, password: &str) -> anyhow::Result<Tokens> {
        let body = json!({"email": email, "password": password, "refresh_in": "body"});
        self.call(Method::POST, "/api/v1/auth/login", Some(body)).await
    }

    /// The status of a try to log in that comes from this address, as a proxy says that the server believes.
    pub async fn try_log_in(&self, email: &str, password: &str, from: Ipv4Addr) -> anyhow::Result<u16> {
        let body = json!({"email": email, "password": password, "refresh_in": "body"});
        let request = self.http.post(format!("{}/api/v1/auth/login", self.url)).json(&body);
        let request = request.header("X-Lockstep", "1").header("x-forwarded-for", from.to_string());
        let response = request.send().await.context("no answer to a log-in")?;
        let status = response.status().as_u16();
        response.bytes().await.context("an answer was cut off")?;
        Ok(status)
    }

    pub async fn refresh(&self, refresh_token: &str) -> anyhow::Result<Tokens> {
        let body = json!({"refresh_token": refresh_token, "refresh_in": "body"});
        self.call(Method::POST, "/api/v1/auth/refresh", Some(body)).await
    }

    pub async fn orgs(&self) -> anyhow::Result<Vec<Org>> {
        Ok(self.call::<Items<Org>>(Method::GET, "/api/v1/orgs", None).await?.items)
    }

    pub async fn create_org(&self, org: OrgId, name: &str) -> anyhow::Result<()> {
        self.call_ignoring(Method::POST, "/api/v1/orgs", Some(json!({"org_id": org, "name": name}))).await
    }

    /// The code of a link that lets in so many.
    pub async fn invite(&self, org: OrgId, role: OrgRole, uses_max: usize) -> anyhow::Result<String> {
        #[derive(Deserialize)]
        struct Made {
            link: String,
        }
        let body = json!({"role": role, "uses_max": uses_max});
        let made: Made = self.call(Method::POST, &format!("/api/v1/orgs/{org}/invitations"), Some(body)).await?;
        let (_, code) = made.link.split_once('#').context("a link without a code")?;
        Ok(code.to_owned())
    }

    /// The secret of a webhook that is made.
    pub async fn create_webhook(&self, org: OrgId, url: &str, events: &[String]) -> anyhow::Result<String> {
        #[derive(Deserialize)]
        struct Made {
            secret: String,
        }
        let body = json!({"name": "Load test", "url": url, "events": events});
        let made: Made = self.call(Method::POST, &format!("/api/v1/orgs/{org}/webhooks"), Some(body)).await?;
        Ok(made.secret)
    }

    pub async fn accept(&self, code: &str) -> anyhow::Result<()> {
        self.call_ignoring(Method::POST, "/api/v1/invitations/accept", Some(json!({"code": code}))).await
    }

    pub async fn create_board(&self, org: OrgId, board: BoardId, name: &str, key: &str) -> anyhow::Result<()> {
        let body = json!({
            "board_id": board, "name": name, "key": key, "visibility": Visibility::Organization, "template": "blank",
        });
        self.call_ignoring(Method::POST, &format!("/api/v1/orgs/{org}/boards"), Some(body)).await
    }

    pub async fn set_board_member(
        &self,
        org: OrgId,
        board: BoardId,
        account: AccountId,
        role: BoardRole,
    ) -> anyhow::Result<()> {
        let path = format!("/api/v1/orgs/{org}/boards/{board}/members/{account}");
        self.call_ignoring(Method::PUT, &path, Some(json!({"role": role}))).await
    }

    /// Any command, by the generic door.
    pub async fn command(
        &self,
        org: OrgId,
        topic: Topic,
        body: &Command,
        client_id: ClientId,
        client_seq: u64,
    ) -> anyhow::Result<Acknowledged> {
        #[derive(Serialize)]
        struct Body<'a> {
            body: &'a Command,
            client_id: ClientId,
            client_seq: u64,
        }
        let kind = match topic.kind {
            Kind::Board => "boards",
            Kind::Team => "teams",
            Kind::Organization | Kind::Account | Kind::Channel | Kind::Inbox => {
                return Err(anyhow!("no generic door for {topic}"));
            }
        };
        let path = format!("/api/v1/orgs/{org}/{kind}/{}/commands", topic.id);
        let body = serde_json::to_value(Body { body, client_id, client_seq })?;
        self.call(Method::POST, &path, Some(body)).await
    }

    /// A board's head as it is at `min_seq` or later, as it came.
    pub async fn board_at(&self, org: OrgId, board: BoardId, min_seq: u64) -> anyhow::Result<Vec<u8>> {
        self.send(Method::GET, &format!("/api/v1/orgs/{org}/boards/{board}?min_seq={min_seq}"), None).await
    }

    pub async fn start_timer(&self, org: OrgId, board: BoardId, task: TaskId) -> anyhow::Result<()> {
        let body = json!({"org_id": org, "board_id": board, "task_id": task});
        self.call_ignoring(Method::POST, "/api/v1/me/timer", Some(body)).await
    }

    pub async fn stop_timer(&self) -> anyhow::Result<()> {
        self.call_ignoring(Method::POST, "/api/v1/me/timer/stop", Some(json!({}))).await
    }

    /// Every event of a board, in order.
    pub async fn history(&self, org: OrgId, board: BoardId) -> anyhow::Result<Vec<Happened<Event>>> {
        let mut events: Vec<Happened<Event>> = Vec::new();
        loop {
            let after = events.last().map_or(0, |happened| happened.seq);
            let path = format!("/api/v1/orgs/{org}/boards/{board}/history?after={after}&limit=500");
            let page: History = self.call(Method::GET, &path, None).await?;
            if page.events.is_empty() {
                return Ok(events);
            }
            events.extend(page.events);
        }
    }

    /// Whatever is there, as JSON.
    pub async fn get(&self, path: &str) -> anyhow::Result<serde_json::Value> {
        self.call(Method::GET, path, None).await
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<serde_json::Value>,
    ) -> anyhow::Result<T> {
        let bytes = self.send(method, path, body).await?;
        serde_json::from_slice(&bytes).with_context(|| format!("{path} answered something else than expected"))
    }

    async fn call_ignoring(&self, method: Method, path: &str, body: Option<serde_json::Value>) -> anyhow::Result<()> {
        self.send(method, path, body).await.map(|_| ())
    }

    async fn send(&self, method: Method, path: &str, body: Option<serde_json::Value>) -> anyhow::Result<Vec<u8>> {
        let mut request = self.http.request(method.clone(), format!("{}{path}", self.url)).header("X-Lockstep", "1");
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = &body {
            request = request.json(body);
        }
        let response = request.send().await.with_context(|| format!("{method} {path}"))?;
        let status = response.status();
        let bytes = response.bytes().await?;
        if status.is_success() {
            return Ok(bytes.into());
        }
        match serde_json::from_slice::<Problem>(&bytes) {
            Ok(problem) => Err(anyhow::Error::new(problem.into_failure()).context(format!("{method} {path}"))),
            Err(_) => Err(anyhow!("{method} {path}: {status}: {}", String::from_utf8_lossy(&bytes))),
        }
    }
}

impl Problem {
    fn into_failure(self) -> Failure {
        let mut failure = Failure::because(self.code, self.detail);
        failure.field = self.field;
        failure.limit = self.limit;
        failure.retry_after_ms = self.retry_after_ms;
        failure
    }
}
