//! A client that speaks the protocol in either encoding, over a real socket. It must never hold expectations about the server
//! beyond those of the protocol's own frames.

use std::{collections::VecDeque, net::SocketAddr};

use futures_util::{SinkExt, StreamExt};
use lockstep_protocol::{
    codec::{Codec, decode_server, decompress},
    codes::Failure,
    command::Command,
    frame::*,
    ids::*,
    position::{Bookmark, Held},
    topic::Topic,
    values::Audience,
};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{self, Message, client::IntoClientRequest, http},
};

use crate::support::DEADLINE;

/// A client. What it reads is kept until it is asked for.
pub struct Client {
    pub socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub codec: Codec,
    pub id: ConnectionId,
    /// Read and not yet asked for.
    pub kept: VecDeque<ServerMessage>,
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
        Self::open_at(address, "/ws", codec).await.expect("upgrades").0
    }

    /// The same at another path; gives the answer's headers too.
    pub async fn open_at(
        address: SocketAddr,
        path: &str,
        codec: Codec,
    ) -> Result<(Self, http::HeaderMap), tungstenite::Error> {
        let (socket, response) = upgrade(address, path, &[("sec-websocket-protocol", codec.subprotocol())]).await?;
        assert_eq!(response.headers()["sec-websocket-protocol"], codec.subprotocol());
        Ok((Self::on(socket, codec), response.headers().clone()))
    }

    pub const fn on(socket: WebSocketStream<MaybeTlsStream<TcpStream>>, codec: Codec) -> Self {
        Self { socket, codec, id: ConnectionId::NIL, kept: VecDeque::new(), reference: 0, client_seq: 0 }
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
                Outcome::Ok(acknowledged) => Ok(acknowledged.clone()),
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
        let after = after.map(|after| Held::new(after, Audience::Member));
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
        CommandMessage { reference, topic: topic.into(), client_seq, body: body.into(), saw: None, if_changed: None }
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
