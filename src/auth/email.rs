//! The address of an account: proved by a link, changed by a link to the new one. Until it is followed the old one holds.

use lockstep_protocol::{
    codes::{Code, Failure},
    command::account::VerifyEmail,
    ids::{AccountId, SessionId},
};
use secrecy::SecretString;

use super::{
    Client,
    address::normal_email,
    codes::Purpose,
    letters::Addressee,
    service::{Auth, stored},
    throttle::Key,
};
use crate::{letters::Letter, store::codes::OneTimeCode};

const VERIFY_US: i64 = 86_400_000_000;

impl Auth {
    /// Sends the link that proves the address an account has.
    pub(super) async fn ask_to_verify(&self, account: AccountId) -> Result<(), Failure> {
        let Some((to, name)) = self.addressee(account).await? else { return Ok(()) };
        self.send_link(account, to, name).await
    }

    async fn send_link(&self, account: AccountId, to: Addressee, name: String) -> Result<(), Failure> {
        let (now, id) = (self.clock().now(), self.clock().fresh_id());
        let expires_at = now.saturating_add(VERIFY_US);
        let purpose = Purpose::VerifyEmail.word();
        // Only the last link that was asked for holds.
        self.accounts().close_codes(account, purpose, now).await.map_err(stored)?;
        let code = OneTimeCode {
            id,
            purpose: purpose.to_owned(),
            account: Some(account),
            email: to.address.clone(),
            data: "{}".to_owned(),
            created_at: now,
            expires_at,
        };
        self.accounts().create_code(&code).await.map_err(stored)?;
        self.scribe().queue_until(&to, &Letter::VerifyEmail { code: id, name }, expires_at, false).await
    }

    /// Asks for another address, or for the link to the present one again. The answer does not tell whether somebody has it:
    /// then that person is told, and the link leads nowhere.
    pub async fn ask_for_email(
        &self,
        who: (AccountId, SessionId),
        email: &str,
        password: Option<SecretString>,
        client: &Client,
    ) -> Result<(), Failure> {
        let now = self.clock().now();
        let email = normal_email(email, self.limits())?;
        let account = self.step_up(who, password, client).await?.id;
        let mails = [Key::Reset { email: email.clone() }];
        self.throttle().check(&mails, now).await?;
        self.throttle().count(&mails[0], now).await;
        let taken = self.accounts().find_by_email(&email).await.map_err(stored)?.filter(|other| other.id != account);
        let Some((own, name)) = self.addressee(account).await? else {
            return Err(Failure::new(Code::Unauthenticated));
        };
        if let Some(other) = taken
            && let Some((to, name)) = self.addressee(other.id).await?
        {
            return self.scribe().queue_until(&to, &Letter::AlreadyRegistered { name }, now + VERIFY_US, false).await;
        }
        self.send_link(account, Addressee { address: email, ..own }, name).await
    }

    /// Follows the link: the address is the account's and proved from now on.
    pub async fn confirm_email(&self, code: &SecretString) -> Result<(), Failure> {
        let expired = || Failure::new(Code::CodeExpired).field("code");
        let (now, purpose) = (self.clock().now(), Purpose::VerifyEmail);
        let id = self.scribe().codes().read(purpose, code).ok_or_else(expired)?;
        let found = self.accounts().use_code(id, purpose.word(), now).await.map_err(stored)?.ok_or_else(expired)?;
        let account = found.account.ok_or_else(expired)?;
        let before = self.addressee(account).await?;
        if !self.accounts().set_email(account, &found.email, now).await.map_err(stored)? {
            return Err(expired());
        }
        self.ask(account.into(), account, VerifyEmail {}.into()).await?;
        if let Some((to, name)) = before
            && to.address != found.email
        {
            // A link to set a new password that went to the old address is worth nothing now.
            self.accounts().close_codes(account, Purpose::ResetPassword.word(), now).await.map_err(stored)?;
            self.scribe().queue(self.clock().fresh_id(), &to, &Letter::EmailChanged { name }).await?;
        } else {
            self.welcome(account).await?;
        }
        tracing::info!(%account, "an address was proved");
        Ok(())
    }

    /// The address that waits for its link, where it is another than the account's.
    pub async fn pending_email(&self, account: AccountId) -> Result<Option<String>, Failure> {
        let now = self.clock().now();
        let open = self.accounts().open_code(account, Purpose::VerifyEmail.word(), now).await.map_err(stored)?;
        Ok(open.map(|code| code.email))
    }
}
