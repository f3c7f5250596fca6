//! The caller's own identities: connected by going to a provider and back, disconnected while another way in is left. Each is told to
//! the owner by mail. It must never connect what somebody else is logged in by.

use lockstep_protocol::{
    codes::{Code, Failure},
    ids::{AccountId, IdentityId, SessionId},
    limits::Limits,
    values::Micros,
};
use secrecy::SecretString;

use super::{
    flow::{Aim, SentAway},
    person::Person,
    provider::Provider,
};
use crate::{
    auth::{
        Client,
        service::{Auth, stored},
    },
    letters::Letter,
    store::identities::{IdentityAdded, IdentityRemoved},
};

/// An identity, as its owner sees it.
pub struct Identity {
    pub id: IdentityId,
    /// As addresses have it.
    pub provider: String,
    /// As buttons have it.
    pub name: String,
    /// How its owner knows it.
    pub label: String,
    pub created_at: Micros,
    pub last_used_at: Option<Micros>,
}

impl Auth {
    pub async fn identities(&self, account: AccountId) -> Result<Vec<Identity>, Failure> {
        let known = self.accounts().identities(account).await.map_err(stored)?;
        let shown = known.into_iter().map(|identity| Identity {
            id: identity.id,
            name: self.called(&identity.provider),
            provider: identity.provider,
            label: identity.label,
            created_at: identity.created_at,
            last_used_at: identity.last_used_at,
        });
        Ok(shown.collect())
    }

    /// A provider's name; its id, where the operator took it away.
    fn called(&self, provider: &str) -> String {
        self.providers().find(provider).map_or(provider, |provider| provider.name()).to_owned()
    }

    /// Sends somebody who is logged in to a provider, to connect what they are there.
    pub async fn begin_connecting(
        &self,
        (account, session): (AccountId, SessionId),
        provider: &str,
        password: Option<SecretString>,
        client: &Client,
    ) -> Result<SentAway, Failure> {
        let provider = self.provider(provider)?;
        self.step_up((account, session), password, client).await?;
        if self.accounts().identities(account).await.map_err(stored)?.len() >= self.limits().identities_per_account_max
        {
            return Err(too_many(self.limits()));
        }
        self.send_away(provider, Aim::Connect { account, session }, Default::default(), client).await
    }

    /// They came back. The session that they set out from must still be open.
    pub(super) async fn connect(
        &self,
        account: AccountId,
        session: SessionId,
        provider: &Provider,
        person: Person,
    ) -> Result<(), Failure> {
        self.check_open(account, session.into()).await?;
        let identity = self.new_identity(account, provider, person);
        match self.accounts().add_identity(&identity).await.map_err(stored)? {
            IdentityAdded::Added => {}
            IdentityAdded::TooMany => return Err(too_many(self.limits())),
            IdentityAdded::Known if self.owner_of(&identity).await?.account == account => return Ok(()),
            IdentityAdded::Known => {
                let why = "Somebody else here logs in with this account of yours.";
                return Err(Failure::because(Code::AlreadyExists, why));
            }
        }
        tracing::info!(%account, provider = provider.id(), "an identity was connected");
        self.tell_of_identity(account, |name| Letter::IdentityConnected { name, provider: provider.name().to_owned() })
            .await
    }

    /// Takes an identity away, unless it is the last way in.
    pub async fn disconnect(
        &self,
        who: (AccountId, SessionId),
        id: IdentityId,
        password: Option<SecretString>,
        client: &Client,
    ) -> Result<(), Failure> {
        let account = self.step_up(who, password, client).await?.id;
        let providers: Vec<String> = self.providers().names().map(|(id, _)| id.to_owned()).collect();
        let removed = match self.accounts().remove_identity(account, id, &providers).await.map_err(stored)? {
            IdentityRemoved::Removed(removed) => removed,
            IdentityRemoved::Last => return Err(Failure::new(Code::LastWayIn)),
            IdentityRemoved::Unknown => return Err(Failure::new(Code::NotFound)),
        };
        tracing::info!(%account, provider = removed.provider, "an identity was disconnected");
        let provider = self.called(&removed.provider);
        self.tell_of_identity(account, |name| Letter::IdentityDisconnected { name, provider }).await
    }

    /// Whether an account can be logged in to without a passkey.
    pub(in crate::auth) async fn has_another_way(&self, account: AccountId) -> Result<bool, Failure> {
        let known = self.accounts().find(account).await.map_err(stored)?;
        let held = self.accounts().identities(account).await.map_err(stored)?;
        let opens = held.iter().any(|identity| self.providers().find(&identity.provider).is_some());
        Ok(opens || known.is_some_and(|known| known.password_hash.is_some()))
    }

    /// Whoever did not do it must hear of it.
    async fn tell_of_identity(&self, account: AccountId, letter: impl FnOnce(String) -> Letter) -> Result<(), Failure> {
        let Some((to, name)) = self.addressee(account).await? else { return Ok(()) };
        self.scribe().queue(self.clock().fresh_id(), &to, &letter(name)).await
    }
}

fn too_many(limits: &Limits) -> Failure {
    Failure::because(Code::LimitReached, "There are as many identities as an account can have.")
        .limit(limits.identities_per_account_max as u64)
}
