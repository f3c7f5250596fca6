//! Who is at the other end of a connection. It comes from what was shown and checked, never from a message.

use lockstep_domain::{Credential, Principal};
use lockstep_protocol::{
    ids::{AccountId, SessionId},
    values::Micros,
};

/// Who a valid token speaks for; whoever has a public link is nobody, under the nil id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    pub account_id: AccountId,
    /// What it was proved with.
    pub credential: Credential,
    pub token_expires_at: Micros,
}

impl Identity {
    /// As whom the domain knows them.
    pub const fn principal(&self) -> Principal {
        match self.credential {
            Credential::Link(link) => Principal::Link(link),
            Credential::Session(_) | Credential::Token(_) => Principal::Account(self.account_id),
        }
    }

    /// Whether all that they may do is look.
    pub const fn only_looks(&self) -> bool {
        matches!(self.credential, Credential::Link(_))
    }

    /// As the client is told: the log-in, or the token's or link's id.
    pub(super) const fn session_id(&self) -> SessionId {
        match self.credential {
            Credential::Session(session) => session,
            Credential::Token(token) => SessionId(token.0),
            Credential::Link(link) => SessionId(link.0),
        }
    }
}
