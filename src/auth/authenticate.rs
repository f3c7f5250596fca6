//! The one way from bytes to a person, for every transport. A genuine token is not enough: its session must be open in the
//! account's live state, so a log-out holds at once. It must never answer with half a person.

use lockstep_protocol::{
    codes::{Code, Failure},
    ids::{AccountId, SessionId},
    values::Micros,
};

use super::{service::Auth, tokens::Named};

/// Somebody who proved who they are, until `expires_at`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Authenticated {
    pub account: AccountId,
    pub session: SessionId,
    pub expires_at: Micros,
}

impl Auth {
    /// Whom an access token stands for. `unauthenticated`, `token_expired` and `session_revoked` say why not; `unavailable` that it
    /// cannot be told now.
    pub async fn authenticate(&self, token: &[u8]) -> Result<Authenticated, Failure> {
        let Named { account, session, expires_at } = self.tokens().verify(token)?;
        self.check_open(account, session).await?;
        Ok(Authenticated { account, session, expires_at })
    }

    /// Refuses a session that is not open.
    pub(super) async fn check_open(&self, account: AccountId, session: SessionId) -> Result<(), Failure> {
        let missing = |failure: Failure| match failure.code {
            Code::NotFound => Failure::new(Code::Unauthenticated),
            _ => failure,
        };
        let directory = self.directory();
        if directory.account(account).await.map_err(missing)?.state.has_session(session) {
            return Ok(());
        }
        // What closed a session may be believed at once; what opened it may not have reached this node yet.
        let alone = directory.services().bus.alone();
        let open = !alone && directory.account_now(account).await.map_err(missing)?.state.has_session(session);
        if open { Ok(()) } else { Err(Failure::new(Code::SessionRevoked)) }
    }
}
