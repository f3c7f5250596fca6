//! Facts that other aggregates own and a decision needs: roles in the organization and team, open sessions of the account. They
//! are read from published state, and an append is guarded on the access versions that were read.

use std::{any::Any, sync::Arc};

use lockstep_domain::{
    Aggregate, Credential, Principal, access::Grant, account::Account, organization::Organization, team::Team,
};
use lockstep_protocol::{
    codes::{Code, Failure},
    ids::{AccountId, OrgId, TeamId},
    values::Audience,
};
use tokio::sync::watch;
use uuid::Uuid;

use super::published::Published;
use crate::store::journal::Guard;

/// Another aggregate's published state, as held since the last look.
pub struct Source<A: Aggregate> {
    id: Uuid,
    reader: watch::Receiver<Arc<Published<A>>>,
    held: Arc<Published<A>>,
    /// Keeps that aggregate from being passivated.
    _keep: Box<dyn Any + Send + Sync>,
}

impl<A: Aggregate> Source<A> {
    pub fn new(id: Uuid, reader: watch::Receiver<Arc<Published<A>>>, keep: Box<dyn Any + Send + Sync>) -> Self {
        let held = reader.borrow().clone();
        Self { id, reader, held, _keep: keep }
    }

    fn look(&mut self) {
        self.held = self.reader.borrow().clone();
    }

    /// The actor behind it has gone: it must be loaded anew.
    fn ended(&self) -> bool {
        self.reader.has_changed().is_err()
    }

    fn guard(&self) -> Guard {
        Guard { subject: self.id, version: self.held.state.access_version() }
    }
}

/// Where an aggregate's roles come from beside its own state.
#[derive(Default)]
pub struct Facts {
    pub org: Option<Source<Organization>>,
    pub team: Option<Source<Team>>,
}

impl Facts {
    /// Looks at what is published now. What was read before stays as it is until the next look, so that a decision and its
    /// guard speak of the same.
    pub fn look(&mut self) {
        if let Some(org) = &mut self.org {
            org.look();
        }
        if let Some(team) = &mut self.team {
            team.look();
        }
    }

    /// Whose facts these are.
    pub fn ids(&self) -> (Option<OrgId>, Option<TeamId>) {
        (self.org.as_ref().map(|org| org.id.into()), self.team.as_ref().map(|team| team.id.into()))
    }

    pub fn ended(&self) -> bool {
        self.org.as_ref().is_some_and(Source::ended) || self.team.as_ref().is_some_and(Source::ended)
    }

    pub fn organization(&self) -> Option<&Organization> {
        self.org.as_ref().map(|org| &org.held.state)
    }

    pub fn team(&self) -> Option<&Team> {
        self.team.as_ref().map(|team| &team.held.state)
    }

    pub fn guards(&self) -> Vec<Guard> {
        self.org.iter().map(Source::guard).chain(self.team.iter().map(Source::guard)).collect()
    }

    pub fn audience<A: Aggregate>(&self, state: &A, id: Uuid, principal: Principal) -> Option<Audience> {
        state.audience(id, principal, self.organization(), self.team())
    }
}

/// The account that asks, and what it asks with.
#[derive(Clone)]
pub struct AccountFacts {
    pub account: AccountId,
    pub credential: Option<Credential>,
    pub reader: watch::Receiver<Arc<Published<Account>>>,
}

impl AccountFacts {
    /// The actor behind it has gone: what is read here is not news any more.
    pub fn ended(&self) -> bool {
        self.reader.has_changed().is_err()
    }

    /// What it is asked with opens this much; `None`: the server itself asks.
    pub fn grant(&self) -> Result<Grant, Failure> {
        let Some(credential) = self.credential else { return Ok(Grant::Whole) };
        self.reader.borrow().state.grant(credential).ok_or_else(|| Failure::new(Code::SessionRevoked))
    }

    /// Whether the account may still ask, and the guard that holds the append to it.
    pub fn check(&self) -> Result<Guard, Failure> {
        let published = self.reader.borrow().clone();
        match self.credential {
            Some(credential) if published.state.grant(credential).is_none() => Err(Failure::new(Code::SessionRevoked)),
            _ => Ok(Guard { subject: self.account.0, version: published.state.access_version() }),
        }
    }
}
