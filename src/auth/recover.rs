//! A forgotten password: asked for with an address, set by the link of a mail. It must never say whether the address is known, nor
//! take longer where it is.

use lockstep_protocol::{
    codes::{Code, Failure},
    command::account::{ResetPassword, VerifyEmail},
    ids::AccountId,
};
use secrecy::SecretString;

use super::{
    Client,
    address::{network, normal_email},
    codes::Purpose,
    letters::Addressee,
    passwords::check_policy,
    service::{Auth, stored},
    throttle::Key,
};
use crate::{
    letters::Letter,
    store::{accounts::AccountStatus, codes::OneTimeCode},
};

/// How long the link holds.
const RESET_US: i64 = 15 * 60_000_000;

impl Auth {
    /// Queues the link for a new password, where somebody has the address. The same steps are taken where nobody has: a code that
    /// belongs to nobody, a mail that is not sent.
    pub async fn forgot_password(&self, email: &str, client: &Client) -> Result<(), Failure> {
        let now = self.clock().now();
        let email = normal_email(email, self.limits())?;
        let tries = [Key::Reset { email: email.clone() }, Key::Network(network(client.address))];
        self.throttle().check(&tries, now).await?;
        for key in &tries {
            self.throttle().count(key, now).await;
        }
        let known = self.accounts().find_by_email(&email).await.map_err(stored)?;
        let known = known.filter(|account| account.status == AccountStatus::Active);
        let account = known.map(|account| account.id);
        let profile = self.accounts().profile(account.unwrap_or(AccountId::NIL)).await.map_err(stored)?;
        let (name, locale) = profile.map_or_else(Default::default, |profile| (profile.name, profile.locale));
        let id = self.clock().fresh_id();
        let expires_at = now.saturating_add(RESET_US);
        let code = OneTimeCode {
            id,
            purpose: Purpose::ResetPassword.word().to_owned(),
            account,
            email: email.clone(),
            data: "{}".to_owned(),
            created_at: now,
            expires_at,
        };
        self.accounts().create_code(&code).await.map_err(stored)?;
        let to = Addressee { account, address: email, locale };
        self.scribe().queue_until(&to, &Letter::ResetPassword { code: id, name }, expires_at, account.is_none()).await
    }

    /// Sets a new password by the link of a mail. Every session ends; whoever follows the link has proved the address too.
    pub async fn reset_password(&self, code: &SecretString, new: SecretString) -> Result<(), Failure> {
        let expired = || Failure::new(Code::CodeExpired).field("code");
        let (now, purpose) = (self.clock().now(), Purpose::ResetPassword);
        let id = self.scribe().codes().read(purpose, code).ok_or_else(expired)?;
        let found = self.accounts().peek_code(id, purpose.word(), now).await.map_err(stored)?.ok_or_else(expired)?;
        let account = found.account.ok_or_else(expired)?;
        let profile = self.accounts().profile(account).await.map_err(stored)?.ok_or_else(expired)?;
        // A password that is refused does not use the link up.
        check_policy(&new, &found.email, &profile.name, &self.limits_of(account).await?).map_err(|failure| {
            match failure.field.as_deref() {
                Some("password") => failure.field("new_password"),
                _ => failure,
            }
        })?;
        let hash = self.hash(new).await?;
        let known = self.accounts().find(account).await.map_err(stored)?.ok_or_else(expired)?;
        // The address is somebody else's meanwhile, or the account may not act.
        if known.status != AccountStatus::Active || known.email.as_deref() != Some(found.email.as_str()) {
            return Err(expired());
        }
        // From here on it is this request that uses it.
        self.accounts().use_code(id, purpose.word(), now).await.map_err(stored)?.ok_or_else(expired)?;
        self.accounts().close_codes(account, purpose.word(), now).await.map_err(stored)?;
        self.accounts().set_password(account, &hash).await.map_err(stored)?;
        self.ask(account.into(), account, ResetPassword {}.into()).await?;
        self.accounts().revoke_sessions(account, None, self.clock().now()).await.map_err(stored)?;
        if known.email_verified_at.is_none() {
            self.accounts().set_email(account, &found.email, now).await.map_err(stored)?;
            self.ask(account.into(), account, VerifyEmail {}.into()).await?;
        }
        tracing::info!(%account, "the password was reset by mail; every session ended");
        self.tell_of_new_password(account).await
    }

    /// That the password is another: whoever did not do it must hear of it.
    pub(super) async fn tell_of_new_password(&self, account: AccountId) -> Result<(), Failure> {
        let Some((to, name)) = self.addressee(account).await? else { return Ok(()) };
        self.scribe().queue(self.clock().fresh_id(), &to, &Letter::PasswordChanged { name }).await
    }
}
