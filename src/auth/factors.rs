//! The caller's own second factors: an authenticator app is set up in two steps and taken away, recovery codes are made anew. Each
//! change is in the account's stream before it takes effect, so that the record misses none. It must never show a secret twice.

use lockstep_protocol::{
    codes::{Code, Failure},
    command::account::{AddFactor, RemoveFactor},
    ids::{AccountId, FactorId, SessionId},
    values::{FactorKind, Micros},
};
use secrecy::{ExposeSecret, SecretString};

use super::{
    Client,
    recovery::{fresh_code, read_code},
    service::{Auth, micros, stored},
    throttle::Key,
    totp,
};
use crate::store::factors::SecretSum;

/// A second factor, as its owner sees it.
pub struct Factor {
    pub id: FactorId,
    pub kind: FactorKind,
    /// Of a passkey, as its owner calls it.
    pub name: Option<String>,
    pub created_at: Micros,
    pub last_used_at: Option<Micros>,
}

/// All second factors of an account.
pub struct Factors {
    pub items: Vec<Factor>,
    pub recovery_codes_left: u64,
}

/// What an authenticator app is told, once.
pub struct TotpSetup {
    pub id: FactorId,
    pub secret: SecretString,
    /// For a QR code.
    pub uri: SecretString,
}

impl Auth {
    pub async fn factors(&self, account: AccountId) -> Result<Factors, Failure> {
        let totp = self.accounts().totp(account).await.map_err(stored)?;
        let totp = totp.filter(|totp| totp.confirmed_at.is_some()).map(|totp| Factor {
            id: totp.id,
            kind: FactorKind::Totp,
            name: None,
            created_at: totp.created_at,
            last_used_at: totp.last_used_at,
        });
        let recovery_codes_left = self.accounts().recovery_codes_left(account).await.map_err(stored)?;
        let passkeys = self.accounts().passkeys(account).await.map_err(stored)?;
        let items = totp.into_iter().chain(passkeys.into_iter().map(Into::into)).collect();
        Ok(Factors { items, recovery_codes_left })
    }

    /// Begins to set up an app; it counts once it was confirmed.
    pub async fn begin_totp(
        &self,
        who: (AccountId, SessionId),
        password: Option<SecretString>,
        client: &Client,
    ) -> Result<TotpSetup, Failure> {
        let known = self.step_up(who, password, client).await?;
        let (id, secret) = (FactorId(self.clock().fresh_id()), totp::fresh_secret()?);
        let sealed = self.vault().seal(known.id, &secret)?;
        let begun = self.accounts().begin_totp(known.id, id, &sealed, self.clock().now()).await.map_err(stored)?;
        if !begun {
            return Err(Failure::because(
                Code::WrongState,
                "There is an authenticator app already; take it away first.",
            ));
        }
        let uri = totp::uri(&secret, known.email.as_deref().unwrap_or_default());
        Ok(TotpSetup { id, secret: totp::secret_text(&secret).into(), uri: uri.into() })
    }

    /// Takes the app that is being set up into use, and gives the recovery codes that go with it.
    pub async fn confirm_totp(
        &self,
        account: AccountId,
        code: &SecretString,
        client: &Client,
    ) -> Result<Vec<String>, Failure> {
        let now = self.clock().now();
        let tries = Key::second(account, false, client.address);
        self.throttle().check(&tries, now).await?;
        let begun = self.accounts().totp(account).await.map_err(stored)?;
        let since = now.saturating_sub(micros(self.limits().factor_setup_ms));
        let begun = begun.filter(|totp| totp.confirmed_at.is_none() && totp.created_at >= since);
        let none = || Failure::because(Code::WrongState, "No authenticator app is being set up; begin again.");
        let begun = begun.ok_or_else(none)?;
        let secret = self.vault().open(account, &begun.secret).ok_or_else(none)?;
        let Some(step) = totp::step_of(secret.expose_secret(), code.expose_secret(), begun.last_step, now) else {
            self.throttle().count(&tries[0], now).await;
            return Err(Failure::because(Code::FieldInvalid, "This is not a code of now.").field("code"));
        };
        let (codes, sums) = self.make_codes(account)?;
        let add = AddFactor { factor_id: begun.id, kind: FactorKind::Totp };
        self.ask(account.into(), account, add.into()).await?;
        if !self.accounts().confirm_totp(account, begun.id, step, &sums, now).await.map_err(stored)? {
            return Err(none());
        }
        tracing::info!(%account, "an authenticator app was added");
        Ok(codes)
    }

    pub async fn remove_totp(
        &self,
        who: (AccountId, SessionId),
        password: Option<SecretString>,
        client: &Client,
    ) -> Result<(), Failure> {
        let account = self.step_up(who, password, client).await?.id;
        let known = self.accounts().totp(account).await.map_err(stored)?;
        let known = known.ok_or_else(|| Failure::new(Code::NotFound))?;
        self.ask(account.into(), account, RemoveFactor { factor_id: known.id }.into()).await?;
        self.accounts().remove_totp(account, known.id).await.map_err(stored)?;
        tracing::info!(%account, "an authenticator app was taken away");
        Ok(())
    }

    /// Makes new recovery codes; those of before are worth nothing.
    pub async fn renew_recovery_codes(
        &self,
        who: (AccountId, SessionId),
        password: Option<SecretString>,
        client: &Client,
    ) -> Result<Vec<String>, Failure> {
        let account = self.step_up(who, password, client).await?.id;
        if self.second_methods(account).await?.is_empty() {
            return Err(Failure::because(Code::WrongState, "Without a second factor there is nothing to recover."));
        }
        let (codes, sums) = self.make_codes(account)?;
        self.accounts().replace_recovery_codes(account, &sums).await.map_err(stored)?;
        Ok(codes)
    }

    /// Codes to show, and what is stored of them.
    pub(super) fn make_codes(&self, account: AccountId) -> Result<(Vec<String>, Vec<SecretSum>), Failure> {
        let mut codes = Vec::new();
        let mut sums = Vec::new();
        for _ in 0..self.limits().recovery_codes {
            let code = fresh_code()?;
            let bytes = read_code(&code).ok_or_else(|| Failure::new(Code::Internal))?;
            sums.push(self.vault().sum(account, &bytes));
            codes.push(code);
        }
        Ok((codes, sums))
    }
}
