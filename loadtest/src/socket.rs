//! One WebSocket, frame by frame: opens, says hello, sends and receives messages in either codec. It holds no state beyond the
//! connection and never interprets what it carries; `client` does.

use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use bytes::Bytes;
use futures_util::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use lockstep_protocol::{
    codec::{Codec, GZIP_MAGIC, decode_server, decompress},
    frame::{ClientMessage, Hello, PROTOCOL_VERSION, ServerMessage, Welcome},
    ids::ClientId,
};
use tokio::net::{TcpSocket, TcpStream, lookup_host};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, client_async_tls_with_config,
    tungstenite::{
        Message,
        client::IntoClientRequest,
        http::{HeaderValue, Uri, header::SEC_WEBSOCKET_PROTOCOL},
        protocol::WebSocketConfig,
    },
};
use uuid::Uuid;

type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// What a compressed frame may grow to.
const FRAME_BYTES_MAX: usize = 64 * 1024 * 1024;
/// How long the server may take to welcome.
const WELCOME_TIMEOUT: Duration = Duration::from_secs(30);

/// Who connects, and where to.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// The server's public URL, such as `http://127.0.0.1:3080`.
    pub url: String,
    pub token: String,
    pub client_id: ClientId,
    pub codec: Codec,
    /// What a balancer chooses the node by: an organization, as the web app says, or anything else.
    pub near: Option<Uuid>,
    /// Of the operating system, for this connection; its own choice where absent.
    pub receive_buffer_bytes: Option<u32>,
}

impl Endpoint {
    /// Where the socket is, from the server's URL: `wss` where that is `https`.
    fn socket_url(&self) -> anyhow::Result<Uri> {
        let rest = self.url.trim_end_matches('/').strip_prefix("http");
        let rest = rest.filter(|rest| rest.starts_with("://") || rest.starts_with("s://"));
        let rest = rest.ok_or_else(|| anyhow!("the URL must begin with http:// or https://: {}", self.url))?;
        let near = self.near.map(|near| format!("/{near}")).unwrap_or_default();
        format!("ws{rest}/ws{near}").parse().with_context(|| format!("not a URL: {}", self.url))
    }

    async fn stream(&self, url: &Uri) -> anyhow::Result<TcpStream> {
        let host = url.host().ok_or_else(|| anyhow!("the URL names no host: {url}"))?;
        let port = url.port_u16().unwrap_or(if url.scheme_str() == Some("wss") { 443 } else { 80 });
        let authority = format!("{host}:{port}");
        let address = lookup_host(&authority).await?.next().ok_or_else(|| anyhow!("no such host: {authority}"))?;
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        if let Some(bytes) = self.receive_buffer_bytes {
            socket.set_recv_buffer_size(bytes)?;
        }
        let stream = socket.connect(address).await.with_context(|| format!("cannot connect to {authority}"))?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}

/// A frame as it came.
#[derive(Debug)]
pub struct Received {
    pub messages: Vec<ServerMessage>,
    /// When its last byte was read.
    pub at: Instant,
    /// Its size on the wire, without the WebSocket header.
    pub wire_bytes: usize,
}

/// A frame with the bytes that it was decoded from, not compressed any more.
#[derive(Debug)]
pub struct Frame {
    pub messages: Vec<ServerMessage>,
    pub plain: Bytes,
}

/// Why nothing more will come.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the connection is closed ({}): {reason}", code.map_or_else(|| "no code".to_owned(), |code| code.to_string()))]
pub struct Closed {
    pub code: Option<u16>,
    pub reason: String,
}

impl Closed {
    pub fn because(reason: impl ToString) -> Self {
        Self { code: None, reason: reason.to_string() }
    }
}

/// The half that sends.
pub struct Sender {
    sink: SplitSink<Stream, Message>,
    codec: Codec,
}

/// The half that receives.
pub struct Receiver {
    stream: SplitStream<Stream>,
    codec: Codec,
}

/// Connects and says hello. The receiver continues after the `welcome`.
pub async fn open(endpoint: &Endpoint) -> anyhow::Result<(Sender, Receiver, Welcome)> {
    let url = endpoint.socket_url()?;
    let stream = endpoint.stream(&url).await?;
    let mut request = url.into_client_request()?;
    let protocol = HeaderValue::from_static(endpoint.codec.subprotocol());
    request.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, protocol);
    // Small buffers: thousands of these live in one process.
    let config = WebSocketConfig::default().read_buffer_size(4 * 1024).write_buffer_size(0);
    // Without a connector of ours: the roots that the system trusts.
    let (stream, _) = client_async_tls_with_config(request, stream, Some(config), None).await?;
    let (sink, stream) = stream.split();
    let mut sender = Sender { sink, codec: endpoint.codec };
    let mut receiver = Receiver { stream, codec: endpoint.codec };
    let hello = Hello {
        token: endpoint.token.clone(),
        client_id: endpoint.client_id,
        protocol_version: PROTOCOL_VERSION,
        client_name: Some(concat!("lockstep-loadtest ", env!("CARGO_PKG_VERSION")).to_owned()),
    };
    sender.send(&[ClientMessage::Hello(hello)]).await?;
    let first = tokio::time::timeout(WELCOME_TIMEOUT, receiver.receive()).await.context("no welcome in time")??;
    match first.messages.into_iter().next() {
        Some(ServerMessage::Welcome(welcome)) => Ok((sender, receiver, welcome)),
        other => Err(anyhow!("expected a welcome, got {other:?}")),
    }
}

/// The bare connection, for those who read its bytes themselves. It must be quiet: what was received and not read is lost.
pub fn unwrapped(sender: Sender, receiver: Receiver) -> anyhow::Result<TcpStream> {
    let whole = sender.sink.reunite(receiver.stream).context("the halves are of one connection")?;
    match whole.into_inner() {
        MaybeTlsStream::Plain(stream) => Ok(stream),
        _ => Err(anyhow!("an encrypted connection cannot be read from below")),
    }
}

impl Sender {
    /// Sends the messages as one frame.
    pub async fn send(&mut self, messages: &[ClientMessage]) -> anyhow::Result<()> {
        let elements = messages.iter().map(|message| self.codec.element(message)).collect::<Result<Vec<_>, _>>()?;
        let frame = self.codec.frame(&elements);
        let message = match self.codec {
            Codec::Json => Message::Text(frame.try_into().context("JSON is UTF-8")?),
            Codec::MessagePack => Message::Binary(frame),
        };
        Ok(self.sink.send(message).await?)
    }

    pub async fn close(&mut self) {
        // The other side may be gone already, which is as good.
        let _ = self.sink.close().await;
    }
}

impl Receiver {
    /// Waits for the next frame. Pings are answered below this.
    pub async fn receive(&mut self) -> Result<Received, Closed> {
        let (at, bytes) = self.receive_bytes().await?;
        let messages = decode(self.codec, &bytes).map_err(Closed::because)?;
        Ok(Received { messages, at, wire_bytes: bytes.len() })
    }

    /// Waits for the next frame, for those who look at its bytes too.
    pub async fn receive_frame(&mut self) -> Result<Frame, Closed> {
        let (_, bytes) = self.receive_bytes().await?;
        let plain = if bytes.starts_with(&GZIP_MAGIC) {
            decompress(&bytes, FRAME_BYTES_MAX).map_err(Closed::because)?.into()
        } else {
            bytes
        };
        let messages = decode_server(self.codec, &plain).map_err(Closed::because)?;
        Ok(Frame { messages, plain })
    }

    /// Waits for the next frame without decoding it, for those who only count and measure.
    pub async fn receive_bytes(&mut self) -> Result<(Instant, Bytes), Closed> {
        loop {
            let message = match self.stream.next().await {
                None => return Err(Closed::because("the stream ended")),
                Some(Err(error)) => return Err(Closed::because(error)),
                Some(Ok(message)) => message,
            };
            let at = Instant::now();
            match message {
                Message::Text(text) => return Ok((at, text.into())),
                Message::Binary(bytes) => return Ok((at, bytes)),
                Message::Close(frame) => return Err(closed(frame)),
                Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
            }
        }
    }
}

fn decode(codec: Codec, bytes: &[u8]) -> Result<Vec<ServerMessage>, lockstep_protocol::codes::Failure> {
    if bytes.starts_with(&GZIP_MAGIC) {
        decode_server(codec, &decompress(bytes, FRAME_BYTES_MAX)?)
    } else {
        decode_server(codec, bytes)
    }
}

fn closed(frame: Option<tokio_tungstenite::tungstenite::protocol::CloseFrame>) -> Closed {
    match frame {
        None => Closed::because("closed without a code"),
        Some(frame) => Closed { code: Some(frame.code.into()), reason: frame.reason.to_string() },
    }
}
