//! An import through a running server: its REST API, in the name of whoever logs in. It must never keep or print the
//! password.

use std::time::Duration;

use lockstep_protocol::{
    codes::{Code, Failure},
    command::Command,
    frame::Acknowledged,
    ids::{AccountId, ClientId, OrgId},
    position::Bookmark,
    topic::{Kind, Topic},
};
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Commands;

/// A server that is asked for everything over HTTP.
pub struct Remote {
    url: String,
    org_id: OrgId,
    http: reqwest::Client,
    /// Renewed when the server says that the access token has expired; held for the renewal, so that one is enough for all.
    tokens: tokio::sync::Mutex<Tokens>,
}

#[derive(Clone, Deserialize)]
struct Tokens {
    access_token: SecretString,
    refresh_token: Option<SecretString>,
}

/// An organization of the account.
#[derive(Deserialize)]
struct Organization {
    org_id: OrgId,
    name: String,
}

/// Problem details (RFC 9457) as the server writes them.
#[derive(Deserialize)]
struct Problem {
    code: Code,
    #[serde(default)]
    detail: String,
    field: Option<String>,
    limit: Option<u64>,
    retry_after_ms: Option<u32>,
}

impl Remote {
    /// Logs in at `url`. `organization` is the name or the id of one that the account may import into; without it the first that is not
    /// the account's personal one.
    pub async fn log_in(
        url: &str,
        email: &str,
        password: &SecretString,
        organization: Option<&str>,
    ) -> Result<Self, Failure> {
        let http = reqwest::Client::builder().timeout(Duration::from_secs(60)).build().map_err(unavailable)?;
        let url = url.trim_end_matches('/').to_owned();
        let body = json!({"email": email, "password": password.expose_secret(), "refresh_in": "body"});
        let login = http.post(format!("{url}/api/v1/auth/login")).json(&body);
        let tokens: Tokens = serde_json::from_value(send(login).await?).map_err(strange)?;
        let orgs = http.get(format!("{url}/api/v1/orgs")).bearer_auth(tokens.access_token.expose_secret());
        let orgs = send(orgs).await?.get("items").cloned().unwrap_or_default();
        let orgs: Vec<Organization> = serde_json::from_value(orgs).map_err(strange)?;
        let found = match organization {
            Some(wanted) => orgs.iter().find(|org| org.name == wanted || org.org_id.to_string() == wanted),
            None => orgs.iter().find(|org| org.name != "Personal").or_else(|| orgs.first()),
        };
        let org_id = found.map(|org| org.org_id).ok_or_else(|| {
            let names: Vec<_> = orgs.iter().map(|org| org.name.as_str()).collect();
            Failure::because(Code::NotFound, format!("no such organization; there is: {}", names.join(", ")))
        })?;
        Ok(Self { url, org_id, http, tokens: tokio::sync::Mutex::new(tokens) })
    }

    pub const fn org_id(&self) -> OrgId {
        self.org_id
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value, Failure> {
        let token = self.tokens.lock().await.access_token.clone();
        match self.attempt(&method, path, body.as_ref(), &token).await {
            Err(failure) if failure.code == Code::TokenExpired => {
                let token = self.renew(&token).await?;
                self.attempt(&method, path, body.as_ref(), &token).await
            }
            answer => answer,
        }
    }

    async fn attempt(
        &self,
        method: &Method,
        path: &str,
        body: Option<&Value>,
        token: &SecretString,
    ) -> Result<Value, Failure> {
        let url = format!("{}/api/v1/orgs/{}{path}", self.url, self.org_id);
        let request = self.http.request(method.clone(), url).bearer_auth(token.expose_secret());
        send(if let Some(body) = body { request.json(body) } else { request }).await
    }

    /// A new access token in place of this one.
    async fn renew(&self, expired: &SecretString) -> Result<SecretString, Failure> {
        let mut tokens = self.tokens.lock().await;
        if tokens.access_token.expose_secret() == expired.expose_secret() {
            let refresh_token = tokens.refresh_token.as_ref().ok_or_else(|| Failure::new(Code::TokenExpired))?;
            let body = json!({"refresh_token": refresh_token.expose_secret(), "refresh_in": "body"});
            let refresh = self.http.post(format!("{}/api/v1/auth/refresh", self.url)).header("X-Lockstep", "1");
            *tokens = serde_json::from_value(send(refresh.json(&body)).await?).map_err(strange)?;
        }
        Ok(tokens.access_token.clone())
    }
}

async fn send(request: reqwest::RequestBuilder) -> Result<Value, Failure> {
    let response = request.send().await.map_err(unavailable)?;
    let (status, bytes) = (response.status(), response.bytes().await.map_err(unavailable)?);
    if !status.is_success() {
        return Err(match serde_json::from_slice::<Problem>(&bytes) {
            Ok(problem) => problem.into(),
            Err(_) => Failure::because(Code::Internal, format!("the server answered {status}")),
        });
    }
    if bytes.is_empty() { Ok(Value::Null) } else { serde_json::from_slice(&bytes).map_err(strange) }
}

impl Commands for Remote {
    async fn send(
        &self,
        topic: Topic,
        body: Command,
        client_id: ClientId,
        client_seq: u64,
    ) -> Result<Acknowledged, Failure> {
        let path = format!("/{}/{}/commands", collection(topic.kind)?, topic.id);
        let body = json!({"body": body, "client_id": client_id, "client_seq": client_seq});
        let answer = self.call(Method::POST, &path, Some(body)).await?;
        serde_json::from_value(answer).map_err(strange)
    }

    async fn placeholder(&self, account_id: AccountId, name: &str) -> Result<(), Failure> {
        let body = json!({"account_id": account_id, "name": name});
        self.call(Method::POST, "/placeholders", Some(body)).await.map(|_| ())
    }

    async fn head(&self, topic: Topic) -> Result<Option<Bookmark>, Failure> {
        #[derive(Deserialize)]
        struct Head {
            #[serde(default)]
            epoch: u32,
            seq: u64,
        }
        let path = format!("/{}/{}", collection(topic.kind)?, topic.id);
        match self.call(Method::GET, &path, None).await {
            Ok(answer) => {
                let Head { epoch, seq } = serde_json::from_value(answer).map_err(strange)?;
                Ok(Some(Bookmark { epoch, seq }))
            }
            Err(failure) if failure.code == Code::NotFound => Ok(None),
            Err(failure) => Err(failure),
        }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        let mut failure = Self::because(problem.code, problem.detail);
        failure.field = problem.field;
        failure.limit = problem.limit;
        failure.retry_after_ms = problem.retry_after_ms;
        failure
    }
}

fn collection(kind: Kind) -> Result<&'static str, Failure> {
    match kind {
        Kind::Board => Ok("boards"),
        Kind::Team => Ok("teams"),
        Kind::Organization | Kind::Account | Kind::Channel | Kind::Inbox => Err(Failure::new(Code::WrongTopic)),
    }
}

/// The innermost cause is the one that helps: a name that is not known, a port that is closed, a certificate that nobody vouches for.
fn unavailable(error: reqwest::Error) -> Failure {
    let mut cause: &dyn std::error::Error = &error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    Failure::because(Code::Unavailable, format!("the server cannot be reached: {cause} ({error})"))
}

fn strange(error: serde_json::Error) -> Failure {
    Failure::because(Code::Internal, format!("the server answered something else than expected: {error}"))
}
