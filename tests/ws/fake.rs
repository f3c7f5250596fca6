//! A door behind which a test decides everything: for what a healthy server does not do on demand.

use std::{
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex},
};

use futures_util::FutureExt;
use lockstep::{
    actors::delivery::{Delivery, Subscriber},
    clock::Clock,
    live::{registry::Registry, session::Identity},
    ws::door::{Answer, CommandAsk, Door, JoinAsk},
};
use lockstep_protocol::{
    codec::Codec,
    codes::{Code, Failure},
    frame::*,
    ids::*,
    limits::Limits,
    position::Bookmark,
    topic::Topic,
    values::Audience,
};
use tokio::{sync::Semaphore, task::JoinHandle};

use super::harness::{Client, TOKEN_US, listen};
use crate::support::node::id;

/// What becomes of a command.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fate {
    Unavailable,
    /// Answered when the test lets it.
    Held,
    Panic,
}

pub struct FakeDoor {
    pub clock: Clock,
    pub fate: Mutex<Fate>,
    pub released: Arc<Semaphore>,
    /// Who joined what; accounts too.
    pub joined: Mutex<Vec<(Topic, Arc<dyn Subscriber>)>>,
    pub left: Mutex<Vec<(Topic, ConnectionId)>>,
}

impl FakeDoor {
    /// Delivers to everyone on the topic.
    pub fn deliver(&self, topic: Topic, delivery: &Delivery) {
        for (_, subscriber) in self.joined.lock().unwrap().iter().filter(|(joined, _)| *joined == topic) {
            subscriber.deliver(topic, delivery.clone());
        }
    }
}

impl Door for FakeDoor {
    fn authenticate(&self, token: String, _: IpAddr) -> Answer<Identity> {
        let now = self.clock.now();
        async move {
            let account_id = token.parse().map_err(|_| Failure::new(Code::Unauthenticated))?;
            Ok(Identity { account_id, credential: SessionId::NIL.into(), token_expires_at: now + TOKEN_US })
        }
        .boxed()
    }

    fn join(&self, _: Identity, ask: JoinAsk) -> Answer<()> {
        let JoinAsk { topic, reference, subscriber, .. } = ask;
        let (audience, resumed_from) = (Audience::Member, ResumedFrom::Current);
        let head = Bookmark { epoch: 1, seq: 0 };
        subscriber.deliver(topic, Delivery::Joined { reference, audience, resumed_from, head });
        self.joined.lock().unwrap().push((topic, subscriber));
        async { Ok(()) }.boxed()
    }

    fn command(&self, _: Identity, _: CommandAsk) -> Answer<Acknowledged> {
        let fate = *self.fate.lock().unwrap();
        let released = self.released.clone();
        async move {
            match fate {
                Fate::Unavailable => Err(Failure::new(Code::Unavailable)),
                Fate::Panic => panic!("a defect, on purpose"),
                Fate::Held => {
                    released.acquire().await.expect("open").forget();
                    Ok(Acknowledged::new(1, 1, None))
                }
            }
        }
        .boxed()
    }

    fn leave(&self, topic: Topic, connection: ConnectionId) {
        self.left.lock().unwrap().push((topic, connection));
    }

    fn presence(&self, _: Topic, _: ConnectionId, _: PresenceMeta) {}

    fn ephemeral(&self, _: Topic, _: ConnectionId, _: Ephemeral) {}
}

/// The socket's routes before a [`FakeDoor`].
pub struct Fake {
    pub door: Arc<FakeDoor>,
    pub registry: Arc<Registry>,
    pub address: SocketAddr,
    serving: JoinHandle<()>,
}

impl Fake {
    pub async fn start(fate: Fate, limits: Limits) -> Self {
        let clock = Clock::manual(Clock::system().now());
        let door = Arc::new(FakeDoor {
            clock: clock.clone(),
            fate: Mutex::new(fate),
            released: Arc::new(Semaphore::new(0)),
            joined: Mutex::default(),
            left: Mutex::default(),
        });
        let (registry, address, serving) = listen(door.clone(), limits, clock).await;
        Self { door, registry, address, serving }
    }

    pub async fn connect(&self) -> Client {
        let mut client = Client::open(self.address, Codec::Json).await;
        client.hello(AccountId(id()).to_string(), ClientId(id())).await;
        let ServerMessage::Welcome(welcome) = client.next().await else { panic!("welcome comes first") };
        client.id = welcome.connection_id;
        client
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
