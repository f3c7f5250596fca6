//! Logging in by what somebody else says: providers of OpenID Connect, and GitHub. An identity is an issuer and what it calls a person
//! (`sub`), never an address: whoever may write addresses at a provider must not become their owners here. It must never send a
//! request by itself: how requests leave is handed in.

mod flow;
mod github;
mod linking;
mod openid;
mod person;
mod provider;

use std::sync::Arc;

use futures_util::future::BoxFuture;
use lockstep_protocol::limits::Limits;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};

pub use flow::{Answered, CameBack, Outcome, SentAway};
pub use linking::Identity;
use provider::Provider;

use crate::config;

/// Sends a request and gives the answer, guarded and bounded.
pub type Fetch = dyn Fn(HttpRequest) -> BoxFuture<'static, Result<HttpResponse, NoAnswer>> + Send + Sync;

/// Why a request got no answer.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct NoAnswer(pub String);

/// How the library sends.
#[derive(Clone)]
struct Wire(Arc<Fetch>);

impl<'c> AsyncHttpClient<'c> for Wire {
    type Error = NoAnswer;
    type Future = BoxFuture<'c, Result<HttpResponse, NoAnswer>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        let asked = (self.0)(request);
        Box::pin(async move {
            let answer = asked.await?;
            // What it says while it fails is no word of its own.
            let failed = answer.status().is_server_error();
            if failed { Err(NoAnswer(format!("it answers {}", answer.status()))) } else { Ok(answer) }
        })
    }
}

/// Everybody whose word is taken.
#[derive(Default)]
pub struct Providers(Vec<Provider>);

impl Providers {
    /// `origin`: the public address, where people come back to.
    pub fn new(
        known: &[config::Provider],
        origin: &str,
        fetch: &Arc<Fetch>,
        limits: &Arc<Limits>,
    ) -> Result<Self, String> {
        let known = known.iter().map(|one| Provider::new(one.clone(), origin, Wire(fetch.clone()), limits.clone()));
        known.collect::<Result<_, _>>().map(Self)
    }

    fn find(&self, id: &str) -> Option<&Provider> {
        self.0.iter().find(|provider| provider.id() == id)
    }

    /// Ids and names.
    pub fn names(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|provider| (provider.id(), provider.name()))
    }
}
