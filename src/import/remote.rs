//! An import through a running server: its REST API, in the name of whoever's access token is given.

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
use serde::Deserialize;
use serde_json::{Value, json};

use super::Commands;

/// A server that is asked for everything over HTTP.
pub struct Remote {
    url: String,
    org_id: OrgId,
    token: String,
    http: reqwest::Client,
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
    /// `url` is the server's public URL, `token` an access token of someone who may import into the organization.
    pub fn new(url: &str, org_id: OrgId, token: String) -> Result<Self, Failure> {
        let http = reqwest::Client::builder().timeout(Duration::from_secs(60)).build().map_err(unavailable)?;
        Ok(Self { url: url.trim_end_matches('/').to_owned(), org_id, token, http })
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value, Failure> {
        let url = format!("{}/api/v1/orgs/{}{path}", self.url, self.org_id);
        let mut request = self.http.request(method, url).bearer_auth(&self.token);
        if let Some(body) = &body {
            request = request.json(body);
        }
        let response = request.send().await.map_err(unavailable)?;
        let (status, bytes) = (response.status(), response.bytes().await.map_err(unavailable)?);
        if !status.is_success() {
            return Err(match serde_json::from_slice::<Problem>(&bytes) {
                Ok(problem) => problem.into(),
                Err(_) => Failure::because(Code::Internal, format!("the server answered {status}")),
            });
        }
        if bytes.is_empty() { Ok(Value::Null) } else { read(&bytes) }
    }
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
        Kind::Organization | Kind::Account => Err(Failure::new(Code::WrongTopic)),
    }
}

fn unavailable(error: reqwest::Error) -> Failure {
    Failure::because(Code::Unavailable, format!("the server cannot be reached: {error}"))
}

fn read<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
    serde_json::from_slice(bytes).map_err(strange)
}

fn strange(error: serde_json::Error) -> Failure {
    Failure::because(Code::Internal, format!("the server answered something else than expected: {error}"))
}
