//! What a connection asks of the rest of the server: who a token speaks for, and requests to topics. It must never know a
//! socket.

use std::{net::IpAddr, sync::Arc};

use futures_util::future::BoxFuture;
use lockstep_protocol::{
    codes::Failure,
    command::Command,
    frame::{Acknowledged, Ephemeral, PresenceMeta},
    ids::{ClientId, ConnectionId},
    position::Held,
    topic::Topic,
};

use crate::actors::Saw;
use crate::{actors::delivery::Subscriber, live::session::Identity};

/// What comes back later.
pub type Answer<T> = BoxFuture<'static, Result<T, Failure>>;

/// A wish to follow a topic.
pub struct JoinAsk {
    pub topic: Topic,
    pub reference: u32,
    pub after: Option<Held>,
    pub presence: bool,
    pub subscriber: Arc<dyn Subscriber>,
}

/// A wish for a change.
pub struct CommandAsk {
    pub topic: Topic,
    pub client_id: ClientId,
    pub client_seq: u64,
    pub body: Command,
    pub saw: Saw,
}

/// Access is checked behind it, for each request anew.
pub trait Door: Send + Sync + 'static {
    /// Who the token speaks for, asked from this address. Refused when it is not genuine, has expired, or its session is not open.
    fn authenticate(&self, token: String, address: IpAddr) -> Answer<Identity>;

    /// Refused when the session is not open any more, or the topic is not to be seen. Deliveries come through the subscriber.
    fn join(&self, identity: Identity, ask: JoinAsk) -> Answer<()>;

    fn command(&self, identity: Identity, ask: CommandAsk) -> Answer<Acknowledged>;

    fn leave(&self, topic: Topic, connection: ConnectionId);

    fn presence(&self, topic: Topic, connection: ConnectionId, meta: PresenceMeta);

    fn ephemeral(&self, topic: Topic, connection: ConnectionId, body: Ephemeral);
}
