//! What a logged-in person changes about how they log in. Whoever may be holding the old secret loses every session with it.

use lockstep_protocol::{
    codes::{Code, Failure},
    command::account::{ChangeKept, CloseAllSessions, UpdateAccount},
    ids::{AccountId, SessionId},
    limits::Limits,
};
use secrecy::SecretString;

use super::{
    Client,
    passwords::check_policy,
    service::{Auth, stored},
};

impl Auth {
    /// Sets a new password for somebody who knows the old one, and ends every session but the one they ask from. Cut off half way
    /// it may be asked again: until the new password is stored the old one holds.
    pub async fn change_password(
        &self,
        (account, session): (AccountId, SessionId),
        current: SecretString,
        new: SecretString,
        client: &Client,
    ) -> Result<(), Failure> {
        let accounts = self.accounts();
        let known = accounts.find(account).await.map_err(stored)?.ok_or_else(|| Failure::new(Code::Unauthenticated))?;
        let email = known.email.clone().unwrap_or_default();
        let profile = accounts.profile(account).await.map_err(stored)?;
        let name = profile.map(|profile| profile.name).unwrap_or_default();
        let own = |failure: Failure| match failure.field.as_deref() {
            Some("password") => failure.field("new_password"),
            _ => failure,
        };
        check_policy(&new, &email, &name, &self.limits_of(account).await?).map_err(own)?;
        self.check_own(known, current, client, "current_password").await?;
        let hash = self.hash(new).await?;
        self.end_others(account, session).await?;
        if !accounts.set_password(account, &hash).await.map_err(stored)? {
            return Err(Failure::new(Code::Unauthenticated));
        }
        // Once more: one who logged in with the old password meanwhile.
        self.end_others(account, session).await?;
        tracing::info!(%account, %session, "the password was changed; other sessions ended");
        self.tell_of_new_password(account).await
    }

    /// Says that the profile is another: whoever shows the name reads it again.
    pub async fn profile_changed(&self, account: AccountId) -> Result<(), Failure> {
        self.ask(account.into(), account, UpdateAccount {}.into()).await
    }

    /// Tells the other devices of its owner that what they keep for themselves changed.
    pub async fn kept_changed(&self, account: AccountId) -> Result<(), Failure> {
        self.ask(account.into(), account, ChangeKept {}.into()).await
    }

    /// The limits of this account's passwords: the server's, and more where an organization of theirs asks for more.
    pub(super) async fn limits_of(&self, account: AccountId) -> Result<Limits, Failure> {
        let mut limits = self.limits().clone();
        for row in self.store().projections().memberships_of(account).await.map_err(stored)? {
            match self.directory().organization(row.org).await {
                Ok(org) if org.state.role(account).is_some() => {
                    let asked = usize::try_from(org.state.settings().password_chars_min).unwrap_or(0);
                    limits.password_chars_min = limits.password_chars_min.max(asked);
                }
                Ok(_) => {}
                Err(failure) if failure.code == Code::NotFound => {}
                Err(failure) => return Err(failure),
            }
        }
        Ok(limits)
    }

    async fn end_others(&self, account: AccountId, session: SessionId) -> Result<(), Failure> {
        self.ask(account.into(), account, CloseAllSessions { except: Some(session) }.into()).await?;
        let ended =
            self.accounts().revoke_sessions(account, Some(session), self.clock().now()).await.map_err(stored)?;
        self.ephemeral().ended(&ended).await;
        Ok(())
    }
}
