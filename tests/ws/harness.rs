//! A node with its socket listening, people with sessions, and a client that speaks the protocol in either encoding. Time
//! stands still unless a test turns the wheel. It must never hold expectations about the server.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use futures_util::{FutureExt, SinkExt, StreamExt};
use lockstep::{
    actors::CommandRequest,
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
    codec::{Codec, decode_server, decompress},
    codes::{Code, Failure},
    command::{
        Command,
        account::{CloseSession, OpenSession},
        organization::AddMember,
    },
    frame::*,
    ids::*,
    limits::Limits,
    position::Bookmark,
    topic::Topic,
    values::{Micros, OrgRole},
};
use tokio::{net::TcpStream, task::JoinHandle};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{self, Message, client::IntoClientRequest, http},
};

use crate::support::{DEADLINE, node::*};

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

    async fn system(&self, account: AccountId, body: impl Into<Command>) {
        let request = CommandRequest {
            topic: account.into(),
            principal: Principal::System(account),
            session: None,
            key: None,
            body: body.into(),
            saw: None,
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
        let add = AddMember { account_id: person.account, role: OrgRole::Member, placeholder: false };
        self.node.ask(owner.person.account, owner.org, add).await.expect("adds");
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
    let gate = Gate { registry: registry.clone(), door, origins: Arc::new([ALLOWED_ORIGIN.to_owned()]) };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let serving = tokio::spawn(async move { axum::serve(listener, router(gate)).await.expect("serves") });
    (registry, address, serving)
}

/// Tokens of these tests say in plain text what signed ones say; the session is looked up as it is for those.
fn authenticate(node: &Node, clock: Clock) -> Arc<lockstep::ws::inside::Authenticate> {
    let directory = node.directory.clone();
    Arc::new(move |token: String| -> Answer<Identity> {
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
            Ok(Identity { account_id, session_id, token_expires_at })
        }
        .boxed()
    })
}

/// A client. What it reads is kept until it is asked for.
pub struct Client {
    pub socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub codec: Codec,
    pub id: ConnectionId,
    /// Read and not yet asked for.
    pub kept: std::collections::VecDeque<ServerMessage>,
    reference: u32,
    client_seq: u64,
}

/// What an upgrade was answered.
pub type Upgraded =
    Result<(WebSocketStream<MaybeTlsStream<TcpStream>>, http::Response<Option<Vec<u8>>>), tungstenite::Error>;

/// Asks for an upgrade with these headers.
pub async fn upgrade(address: SocketAddr, path: &str, headers: &[(&'static str, &str)]) -> Upgraded {
    let mut request = format!("ws://{address}{path}").into_client_request().expect("a request");
    for (name, value) in headers {
        let value = http::HeaderValue::from_bytes(value.as_bytes()).expect("a header");
        request.headers_mut().append(*name, value);
    }
    tokio_tungstenite::connect_async(request).await
}

/// The status of a refused upgrade, and its body.
pub fn refusal(answer: Upgraded) -> (u16, serde_json::Value) {
    match answer {
        Err(tungstenite::Error::Http(response)) => {
            let body = response.body().as_deref().unwrap_or_default();
            (response.status().as_u16(), serde_json::from_slice(body).expect("problem details"))
        }
        Err(other) => panic!("not an answer: {other}"),
        Ok(_) => panic!("the upgrade went on"),
    }
}

impl Client {
    pub async fn open(address: SocketAddr, codec: Codec) -> Self {
        let (socket, response) =
            upgrade(address, "/ws", &[("sec-websocket-protocol", codec.subprotocol())]).await.expect("upgrades");
        assert_eq!(response.headers()["sec-websocket-protocol"], codec.subprotocol());
        let kept = std::collections::VecDeque::new();
        Self { socket, codec, id: ConnectionId::NIL, kept, reference: 0, client_seq: 0 }
    }

    pub async fn hello(&mut self, token: String, client_id: ClientId) {
        let protocol_version = PROTOCOL_VERSION;
        self.send(&[ClientMessage::Hello(Hello { token, client_id, protocol_version, client_name: None })]).await;
    }

    pub async fn send(&mut self, messages: &[ClientMessage]) {
        self.try_send(messages).await.expect("sends");
    }

    pub async fn try_send(&mut self, messages: &[ClientMessage]) -> Result<(), tungstenite::Error> {
        let elements: Vec<_> = messages.iter().map(|message| self.codec.element(message).expect("encodes")).collect();
        let frame = self.codec.frame(&elements);
        self.socket.send(self.wrap(&frame)).await
    }

    /// Bytes as this encoding's kind of message.
    pub fn wrap(&self, bytes: &[u8]) -> Message {
        match self.codec {
            Codec::Json => Message::text(String::from_utf8(bytes.to_vec()).expect("text")),
            Codec::MessagePack => Message::binary(bytes.to_vec()),
        }
    }

    /// Reads one more frame; the code when the server closed instead, 0 when the connection was lost.
    pub async fn read(&mut self) -> Result<(), u16> {
        loop {
            let message = tokio::time::timeout(DEADLINE, self.socket.next()).await.expect("in time");
            let bytes = match message {
                Some(Ok(Message::Text(text))) => text.as_bytes().to_vec(),
                Some(Ok(Message::Binary(bytes))) => bytes.to_vec(),
                Some(Ok(Message::Close(frame))) => return Err(frame.map_or(0, |frame| frame.code.into())),
                Some(Ok(_)) => continue,
                Some(Err(_)) | None => return Err(0),
            };
            let bytes = match bytes.starts_with(&[0x1f, 0x8b]) {
                true => decompress(&bytes, 64 << 20).expect("gzip"),
                false => bytes,
            };
            self.kept.extend(decode_server(self.codec, &bytes).expect("a frame"));
            return Ok(());
        }
    }

    /// The next message; panics when the server closes.
    pub async fn next(&mut self) -> ServerMessage {
        loop {
            if let Some(message) = self.kept.pop_front() {
                return message;
            }
            if let Err(code) = self.read().await {
                panic!("closed with {code}");
            }
        }
    }

    /// The next message for which `pick` gives something; earlier ones stay kept.
    pub async fn pick<T>(&mut self, mut pick: impl FnMut(&ServerMessage) -> Option<T>) -> T {
        let mut looked = 0;
        loop {
            while looked < self.kept.len() {
                if let Some(found) = pick(&self.kept[looked]) {
                    self.kept.remove(looked);
                    return found;
                }
                looked += 1;
            }
            if let Err(code) = self.read().await {
                panic!("closed with {code}");
            }
        }
    }

    /// The code with which the server closes; what comes before is kept.
    pub async fn closed(&mut self) -> u16 {
        loop {
            if let Err(code) = self.read().await {
                return code;
            }
        }
    }

    pub fn next_reference(&mut self) -> u32 {
        self.reference += 1;
        self.reference
    }

    pub async fn reply(&mut self, wanted: u32) -> Result<Acknowledged, Failure> {
        self.pick(|message| match message {
            ServerMessage::Reply(Reply { reference, outcome }) if *reference == wanted => Some(match outcome {
                Outcome::Ok(acknowledged) => Ok(*acknowledged),
                Outcome::Error(failure) => Err(failure.clone()),
            }),
            _ => None,
        })
        .await
    }

    /// Joins, and waits for the answer.
    pub async fn join(&mut self, topic: impl Into<Topic>, after: Option<Bookmark>) -> Result<Joined, Failure> {
        self.join_with(topic, after, false).await
    }

    pub async fn join_with(
        &mut self,
        topic: impl Into<Topic>,
        after: Option<Bookmark>,
        presence: bool,
    ) -> Result<Joined, Failure> {
        let wanted = self.next_reference();
        let join = Join { reference: wanted, topic: topic.into(), after, presence };
        self.send(&[ClientMessage::Join(join)]).await;
        self.pick(|message| match message {
            ServerMessage::Joined(joined) if joined.reference == wanted => Some(Ok(joined.clone())),
            ServerMessage::Reply(Reply { reference, outcome: Outcome::Error(failure) }) if *reference == wanted => {
                Some(Err(failure.clone()))
            }
            _ => None,
        })
        .await
    }

    /// Joins without a bookmark and reads the snapshot; answers its parts.
    pub async fn join_whole(&mut self, topic: impl Into<Topic>) -> (Joined, Vec<SnapshotPart>) {
        let joined = self.join(topic, None).await.expect("joins");
        let mut parts: Vec<SnapshotPart> = Vec::new();
        while parts.last().is_none_or(|part| part.part + 1 < part.parts) {
            let part = |message: &ServerMessage| match message {
                ServerMessage::Snapshot(part) if part.topic == joined.topic => Some(part.clone()),
                _ => None,
            };
            parts.push(self.pick(part).await);
        }
        (joined, parts)
    }

    /// Joins, and reads everything up to the head; answers it.
    pub async fn join_live(&mut self, topic: impl Into<Topic>) -> Bookmark {
        let (joined, parts) = self.join_whole(topic).await;
        let mut seq = parts[0].bookmark.seq;
        while seq < joined.head.seq {
            let events = self.events(joined.topic).await;
            assert_eq!(events.after, seq, "continues the snapshot");
            seq = events.seq;
        }
        joined.head
    }

    pub async fn leave(&mut self, topic: impl Into<Topic>) -> Result<Acknowledged, Failure> {
        let reference = self.next_reference();
        self.send(&[ClientMessage::Leave(Leave { reference, topic: topic.into() })]).await;
        self.reply(reference).await
    }

    /// A command with this client's next numbers.
    pub fn command(&mut self, topic: impl Into<Topic>, body: impl Into<Command>) -> CommandMessage {
        self.client_seq += 1;
        let (reference, client_seq) = (self.next_reference(), self.client_seq);
        CommandMessage { reference, topic: topic.into(), client_seq, body: body.into(), saw: None }
    }

    /// Asks, and waits for the answer.
    pub async fn ask(&mut self, topic: impl Into<Topic>, body: impl Into<Command>) -> Result<Acknowledged, Failure> {
        let command = self.command(topic, body);
        let reference = command.reference;
        self.send(&[ClientMessage::Command(command)]).await;
        self.reply(reference).await
    }

    /// The next events of a topic.
    pub async fn events(&mut self, topic: impl Into<Topic>) -> Events {
        let topic = topic.into();
        self.pick(|message| match message {
            ServerMessage::Events(events) if events.topic == topic => Some(events.clone()),
            _ => None,
        })
        .await
    }

    /// Asks for a pong and reads up to it: everything queued before it is then here.
    pub async fn settle(&mut self) -> Vec<ServerMessage> {
        let wanted = self.next_reference();
        self.send(&[ClientMessage::Ping(Ping { reference: wanted })]).await;
        self.pick(|message| matches!(message, ServerMessage::Pong(pong) if pong.reference == wanted).then_some(()))
            .await;
        self.kept.drain(..).collect()
    }

    /// Whether the server still answers.
    pub async fn is_served(&mut self) -> bool {
        let reference = self.next_reference();
        self.try_send(&[ClientMessage::Ping(Ping { reference })]).await.is_ok() && self.read().await.is_ok()
    }
}

/// A wait of the protocol: what is promised within it must come within it.
pub async fn within<T>(limit: Duration, what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(limit, future).await.unwrap_or_else(|_| panic!("in {limit:?} not: {what}"))
}
