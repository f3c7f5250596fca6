//! How a connection learns that its own session ended or its token was revoked: it follows its account's topic, silently. It must never write anything
//! of the account to the wire.

use std::sync::Arc;

use lockstep_domain::Credential;
use lockstep_protocol::{
    codes::CloseCode,
    event::{
        AccountEvent, Event,
        account::{UserLoggedOut, UserTokenRevoked},
    },
    frame::ServerMessage,
    ids::ConnectionId,
    topic::Topic,
    values::Audience,
};

use super::outbox::Outbox;
use crate::actors::delivery::{Delivery, Subscriber};

/// A second subscriber of the same connection, under an id of its own.
pub struct Watch {
    id: ConnectionId,
    credential: Credential,
    outbox: Arc<Outbox>,
}

impl Watch {
    pub fn new(id: ConnectionId, credential: Credential, outbox: Arc<Outbox>) -> Arc<Self> {
        Arc::new(Self { id, credential, outbox })
    }

    fn ends_here(&self, message: &ServerMessage) -> bool {
        let ServerMessage::Events(events) = message else { return false };
        events.events.iter().any(|happened| match &happened.event {
            Event::Account(AccountEvent::UserLoggedOut(UserLoggedOut { session_id })) => {
                self.credential == Credential::Session(*session_id)
            }
            Event::Account(AccountEvent::UserTokenRevoked(UserTokenRevoked { token_id })) => {
                self.credential == Credential::Token(*token_id)
            }
            _ => false,
        })
    }
}

impl Subscriber for Watch {
    fn connection(&self) -> ConnectionId {
        self.id
    }

    fn deliver(&self, _: Topic, delivery: Delivery) {
        match delivery {
            Delivery::Events(events) => {
                if events.messages(Audience::Member).iter().any(|message| self.ends_here(message)) {
                    self.outbox.close(CloseCode::Revoked);
                }
            }
            Delivery::Revoked(_) => self.outbox.close(CloseCode::Revoked),
            Delivery::Resync => self.outbox.watch_again(),
            Delivery::Rehome => self.outbox.drain(),
            // The join itself was refused unless the session was open; the rest is for eyes this does not have.
            Delivery::Joined { .. }
            | Delivery::Snapshot(_)
            | Delivery::PresenceState(_)
            | Delivery::Presence(_)
            | Delivery::Ephemeral(_)
            | Delivery::Hint(_)
            | Delivery::Stale(_) => {}
        }
    }
}
