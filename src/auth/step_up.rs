//! What a logged-in person shows once more before they change how they log in: a stolen session alone must not be enough to lock its
//! owner out. It must never be easier to guess a password here than where people log in.

use lockstep_protocol::{
    codes::{Code, Failure},
    ids::{AccountId, SessionId},
};
use secrecy::SecretString;

use super::{
    Client,
    address::network,
    service::{Auth, micros, stored},
    throttle::Key,
};
use crate::store::accounts::Account;

impl Auth {
    /// The password; where the account has none, a log-in of the last minutes.
    pub(super) async fn step_up(
        &self,
        (account, session): (AccountId, SessionId),
        password: Option<SecretString>,
        client: &Client,
    ) -> Result<Account, Failure> {
        let known = self.accounts().find(account).await.map_err(stored)?;
        let known = known.ok_or_else(|| Failure::new(Code::Unauthenticated))?;
        if known.password_hash.is_some() {
            let password = password.ok_or_else(|| Failure::new(Code::FieldRequired).field("password"))?;
            self.check_own(known.clone(), password, client, "password").await?;
            return Ok(known);
        }
        let opened = self.accounts().session(session).await.map_err(stored)?;
        let since = self.clock().now().saturating_sub(micros(self.limits().fresh_login_ms));
        match opened {
            Some(opened) if opened.created_at >= since => Ok(known),
            _ => Err(Failure::new(Code::FreshLoginRequired)),
        }
    }

    /// Refuses a password that is not the account's. Tries count like tries to log in.
    pub(super) async fn check_own(
        &self,
        known: Account,
        password: SecretString,
        client: &Client,
        field: &str,
    ) -> Result<(), Failure> {
        let tries = Key::login(known.email.as_deref().unwrap_or_default(), client.address);
        let now = self.clock().now();
        self.throttle().check(&tries, now).await?;
        self.throttle().count(&tries[0], now).await;
        let account = known.id;
        if self.check_password(Some(known), password).await?.is_none() {
            self.throttle().count(&tries[1], now).await;
            tracing::info!(%account, network = %network(client.address), "the password of who is logged in was wrong");
            return Err(Failure::because(Code::FieldInvalid, "This is not the current password.").field(field));
        }
        self.throttle().forget(&tries[0]).await;
        Ok(())
    }
}
