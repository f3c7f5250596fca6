//! The one way from bytes to a person, for every transport. A genuine token is not enough: its session must be open in the
//! account's live state, so a log-out holds at once. It must never answer with half a person.

use lockstep_domain::{Credential, access::Grant};
use lockstep_protocol::{
    codes::{Code, Failure},
    ids::{AccountId, SessionId},
    values::Micros,
};

use super::{api_tokens::is_api_token, service::Auth, tokens::Named};

/// Somebody who proved who they are, until `expires_at`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Authenticated {
    pub account: AccountId,
    /// What they proved it with.
    pub credential: Credential,
    /// What that opens.
    pub grant: Grant,
    pub expires_at: Micros,
}

impl Authenticated {
    /// The log-in; refused where it is a token for programs, which decides nothing about log-ins.
    pub fn session(&self) -> Result<SessionId, Failure> {
        match self.credential {
            Credential::Session(session) => Ok(session),
            Credential::Token(_) | Credential::Link(_) => {
                Err(Failure::because(Code::Forbidden, "This needs a log-in, not a token."))
            }
        }
    }
}

impl Auth {
    /// Whom an access token stands for, of a log-in or for programs. `unauthenticated`, `token_expired` and `session_revoked` say why
    /// not; `unavailable` that it cannot be told now.
    pub async fn authenticate(&self, token: &[u8]) -> Result<Authenticated, Failure> {
        if is_api_token(token) {
            return self.authenticate_token(token).await;
        }
        let Named { account, session, expires_at } = self.tokens().verify(token)?;
        let credential = Credential::Session(session);
        let grant = self.check_open(account, credential).await?;
        Ok(Authenticated { account, credential, grant, expires_at })
    }

    /// What a session or token opens; refuses one that is not open.
    pub(super) async fn check_open(&self, account: AccountId, credential: Credential) -> Result<Grant, Failure> {
        let missing = |failure: Failure| match failure.code {
            Code::NotFound => Failure::new(Code::Unauthenticated),
            _ => failure,
        };
        let directory = self.directory();
        if let Some(grant) = directory.account(account).await.map_err(missing)?.state.grant(credential) {
            return Ok(grant);
        }
        // What closed a session may be believed at once; what opened it may not have reached this node yet.
        let revoked = || Failure::new(Code::SessionRevoked);
        if directory.services().bus.alone() {
            return Err(revoked());
        }
        directory.account_now(account).await.map_err(missing)?.state.grant(credential).ok_or_else(revoked)
    }
}
