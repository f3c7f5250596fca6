//! What a run needs before it begins: accounts, an organization of its own, boards. Everything is new on each run, so runs do not
//! meet each other's data.

use anyhow::Context;
use futures_util::{StreamExt, TryStreamExt, stream};
use lockstep_protocol::{
    codec::Codec,
    codes::{Code, Failure},
    ids::{AccountId, ClientId, OrgId},
    values::OrgRole,
};
use uuid::Uuid;

use crate::{
    client::Client,
    pace::Pace,
    rest::{Rest, Tokens},
    socket::Endpoint,
};

/// Registrations and log-ins at the same time: each costs the server a slow hash.
const AT_ONCE: usize = 4;
/// As many as one link lets in.
const LINK_USES: usize = 1_000;

/// Someone logged in.
#[derive(Clone, Debug)]
pub struct Account {
    pub email: String,
    pub rest: Rest,
    pub tokens: Tokens,
}

impl Account {
    pub fn id(&self) -> AccountId {
        self.tokens.account_id
    }

    /// How this account connects, as a client of its own.
    pub fn endpoint(&self, codec: Codec) -> Endpoint {
        let (url, token) = (self.rest.url().to_owned(), self.tokens.access_token.clone());
        Endpoint { url, token, client_id: ClientId(fresh()), codec, near: None, receive_buffer_bytes: None }
    }

    pub async fn connect(&self, codec: Codec, pace: Pace) -> anyhow::Result<(ClientId, Client)> {
        let endpoint = self.endpoint(codec);
        Ok((endpoint.client_id, Client::connect(&endpoint, pace).await?))
    }
}

/// An organization made for this run, and its owner.
#[derive(Clone, Debug)]
pub struct Stage {
    pub owner: Account,
    pub org: OrgId,
}

/// A new id.
pub fn fresh() -> Uuid {
    Uuid::now_v7()
}

impl Stage {
    /// Logs in where an account is given, registers one otherwise, and founds an organization.
    pub async fn set(url: &str, login: Option<(&str, &str)>, name: &str) -> anyhow::Result<Self> {
        let rest = Rest::new(url);
        let owner = match login {
            Some((email, password)) => {
                let tokens = rest.login(email, password).await?;
                Account { email: email.to_owned(), rest: rest.with_token(&tokens.access_token), tokens }
            }
            None => register(&rest, "Load test").await?,
        };
        let org = OrgId(fresh());
        owner.rest.create_org(org, name).await.context("cannot found an organization")?;
        Ok(Self { owner, org })
    }

    /// Registers these people and makes them members, in this order.
    pub async fn members(&self, names: &[String]) -> anyhow::Result<Vec<Account>> {
        let mut codes = Vec::new();
        for some in names.chunks(LINK_USES) {
            codes.push(self.owner.rest.invite(self.org, OrgRole::Member, some.len()).await?);
        }
        let codes = &codes;
        stream::iter(names.iter().enumerate())
            .map(|(at, name)| async move {
                let account = register(&Rest::new(self.owner.rest.url()), name).await?;
                account.rest.accept(&codes[at / LINK_USES]).await?;
                Ok(account)
            })
            .buffered(AT_ONCE)
            .try_collect()
            .await
    }
}

async fn register(rest: &Rest, name: &str) -> anyhow::Result<Account> {
    let email = format!("{}@loadtest.example.org", fresh().simple());
    let password = format!("load {} test", fresh().simple());
    loop {
        match rest.register(&email, &password, name).await {
            Ok(tokens) => {
                return Ok(Account { email, rest: rest.with_token(&tokens.access_token), tokens });
            }
            Err(error) => wait_for_turn(error).await?,
        }
    }
}

/// A server delays many registrations from one place: waits a little, gives up where it would be long.
async fn wait_for_turn(error: anyhow::Error) -> anyhow::Result<()> {
    const WAIT_MS_MAX: u32 = 10_000;
    match error.downcast_ref::<Failure>() {
        Some(Failure { code: Code::RateLimited, retry_after_ms: Some(wait_ms), .. }) if *wait_ms <= WAIT_MS_MAX => {
            tokio::time::sleep(std::time::Duration::from_millis(u64::from(*wait_ms))).await;
            Ok(())
        }
        _ => Err(error.context("cannot register; `lockstep serve --registrations-max COUNT` allows more of them")),
    }
}
