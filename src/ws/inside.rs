//! The door that leads in: tokens to whoever checks them, requests to the directory.

use std::{net::IpAddr, sync::Arc};

use futures_util::FutureExt;
use lockstep_protocol::{
    frame::{Acknowledged, Ephemeral, PresenceMeta},
    ids::ConnectionId,
    topic::Topic,
};

use super::door::{Answer, CommandAsk, Door, JoinAsk};
use crate::{
    actors::directory::{CommandKey, CommandRequest, Directory, JoinRequest},
    live::session::Identity,
};

/// Checks an access token, and that its session is open, for somebody at this address.
pub type Authenticate = dyn Fn(String, IpAddr) -> Answer<Identity> + Send + Sync;

pub struct Inside {
    directory: Directory,
    authenticate: Arc<Authenticate>,
}

impl Inside {
    pub fn new(directory: Directory, authenticate: Arc<Authenticate>) -> Self {
        Self { directory, authenticate }
    }
}

impl Door for Inside {
    fn authenticate(&self, token: String, address: IpAddr) -> Answer<Identity> {
        (self.authenticate)(token, address)
    }

    fn join(&self, identity: Identity, ask: JoinAsk) -> Answer<()> {
        let JoinAsk { topic, reference, after, presence, subscriber } = ask;
        let principal = identity.principal();
        let session = Some(identity.credential);
        let request = JoinRequest { topic, principal, session, reference, after, presence, subscriber };
        let directory = self.directory.clone();
        async move { directory.join(request).await }.boxed()
    }

    fn command(&self, identity: Identity, ask: CommandAsk) -> Answer<Acknowledged> {
        let CommandAsk { topic, client_id, client_seq, body, saw } = ask;
        let request = CommandRequest {
            topic,
            principal: identity.principal(),
            session: Some(identity.credential),
            key: Some(CommandKey { client_id, client_seq }),
            body,
            saw,
        };
        let directory = self.directory.clone();
        async move { directory.command(request).await }.boxed()
    }

    fn leave(&self, topic: Topic, connection: ConnectionId) {
        self.directory.leave(topic, connection);
    }

    fn presence(&self, topic: Topic, connection: ConnectionId, meta: PresenceMeta) {
        self.directory.presence(topic, connection, meta);
    }

    fn ephemeral(&self, topic: Topic, connection: ConnectionId, body: Ephemeral) {
        self.directory.ephemeral(topic, connection, body);
    }
}
