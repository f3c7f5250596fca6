//! A node with its socket listening, and people with sessions. Time stands still unless a test turns the wheel. It must never hold expectations about the server.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use futures_util::FutureExt;
use lockstep::{
    actors::{CommandRequest, Saw},
    clock::Clock,
    live::{registry::Registry, session::Identity},
    ws::{
        Gate,
        door::{Answer, Door},
        inside::Inside,
        router,
    },
};
use lockstep_domain::Principal;
use lockstep_protocol::{
    codec::Codec,
    codes::{Code, Failure},
    command::{
        Command,
        account::{CloseSession, OpenSession, UpdateAccount},
    },
    frame::*,
    ids::*,
    limits::Limits,
    values::{Micros, OrgRole},
};
use tokio::task::JoinHandle;

pub use super::client::{Client, refusal, upgrade};
use crate::support::node::*;

/// How long a token of these tests lives.
pub const TOKEN_US: Micros = 600_000_000;

pub struct Server {
    pub node: Node,
    pub registry: Arc<Registry>,
    pub address: SocketAddr,
    pub clock: Clock,
    serving: JoinHandle<()>,
}

/// Somebody who is logged in.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    pub account: AccountId,
    pub session: SessionId,
}

/// Anyone may see the origin that is allowed beside the server's own.
pub const ALLOWED_ORIGIN: &str = "https://lockstep.example";

impl Server {
    pub async fn start() -> Self {
        Self::with(Limits::default()).await
    }

    pub async fn with(limits: Limits) -> Self {
        let node = Node::sqlite_with(limits.clone()).await;
        Self::on(node, limits).await
    }

    pub async fn on(node: Node, limits: Limits) -> Self {
        let clock = Clock::manual(Clock::system().now());
        let door = Arc::new(Inside::new(node.directory.clone(), authenticate(&node, clock.clone())));
        let (registry, address, serving) = listen(door, limits, clock.clone()).await;
        Self { node, registry, address, clock, serving }
    }

    pub async fn person(&self) -> Person {
        let account = self.node.account().await;
        self.log_in(account).await
    }

    pub async fn log_in(&self, account: AccountId) -> Person {
        let session = SessionId(id());
        self.system(account, OpenSession { session_id: session }).await;
        Person { account, session }
    }

    pub async fn log_out(&self, person: Person) {
        self.system(person.account, CloseSession { session_id: person.session }).await;
    }

    /// They have another name, or another picture: whoever keeps it has written it.
    pub async fn show_otherwise(&self, account: AccountId) {
        self.system(account, UpdateAccount {}).await;
    }

    async fn system(&self, account: AccountId, body: impl Into<Command>) {
        let request = CommandRequest {
            topic: account.into(),
            principal: Principal::System(account),
            session: None,
            key: None,
            body: body.into(),
            saw: Saw::default(),
        };
        self.node.directory.command(request).await.expect("the server may");
    }

    /// Somebody with an organization and a board of their own.
    pub async fn owner(&self) -> Owner {
        let person = self.person().await;
        let org = self.node.organization(person.account).await;
        let (board, column) = self.node.board(person.account, org).await;
        Owner { person, org, board, column }
    }

    /// Somebody else in that organization.
    pub async fn member(&self, owner: &Owner) -> Person {
        let person = self.person().await;
        self.node.seat(owner.person.account, owner.org, person.account, OrgRole::Member).await;
        person
    }

    pub fn token(&self, person: Person) -> String {
        self.token_until(person, self.clock.now() + TOKEN_US)
    }

    pub fn token_until(&self, person: Person, expires_at: Micros) -> String {
        format!("{} {} {expires_at}", person.account, person.session)
    }

    /// A connection of this person that has said hello.
    pub async fn connect(&self, person: Person, codec: Codec) -> Client {
        self.connect_as(person, codec, ClientId(id())).await
    }

    pub async fn connect_as(&self, person: Person, codec: Codec, client_id: ClientId) -> Client {
        let mut client = Client::open(self.address, codec).await;
        client.hello(self.token(person), client_id).await;
        let ServerMessage::Welcome(welcome) = client.next().await else { panic!("welcome comes first") };
        client.id = welcome.connection_id;
        client
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// An organization with a board, and its owner.
#[derive(Clone, Copy, Debug)]
pub struct Owner {
    pub person: Person,
    pub org: OrgId,
    pub board: BoardId,
    pub column: ColumnId,
}

/// Serves the socket's routes on a port of their own.
pub async fn listen(door: Arc<dyn Door>, limits: Limits, clock: Clock) -> (Arc<Registry>, SocketAddr, JoinHandle<()>) {
    let registry = Registry::new(Arc::new(limits), clock);
    let gate = Gate {
        registry: registry.clone(),
        door,
        origins: Arc::new([ALLOWED_ORIGIN.to_owned()]),
        address_of: Arc::new(|_, _| Ipv4Addr::LOCALHOST.into()),
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let serving = tokio::spawn(async move { axum::serve(listener, router(gate)).await.expect("serves") });
    (registry, address, serving)
}

/// Tokens of these tests say in plain text what signed ones say; the session is looked up as it is for those.
fn authenticate(node: &Node, clock: Clock) -> Arc<lockstep::ws::inside::Authenticate> {
    let directory = node.directory.clone();
    Arc::new(move |token: String, _| -> Answer<Identity> {
        let (directory, now) = (directory.clone(), clock.now());
        async move {
            let refuse = |code| Err(Failure::new(code));
            let mut parts = token.split(' ');
            let (Some(account), Some(session), Some(expires)) = (parts.next(), parts.next(), parts.next()) else {
                return refuse(Code::Unauthenticated);
            };
            let (Ok(account_id), Ok(session_id), Ok(token_expires_at)) =
                (account.parse(), session.parse(), expires.parse())
            else {
                return refuse(Code::Unauthenticated);
            };
            if token_expires_at <= now {
                return refuse(Code::TokenExpired);
            }
            if !directory.account(account_id).await?.state.has_session(session_id) {
                return refuse(Code::SessionRevoked);
            }
            Ok(Identity { account_id, credential: SessionId::into(session_id), token_expires_at })
        }
        .boxed()
    })
}

/// A wait of the protocol: what is promised within it must come within it.
pub async fn within<T>(limit: Duration, what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(limit, future).await.unwrap_or_else(|_| panic!("in {limit:?} not: {what}"))
}
