//! Bytes: both encodings say the same, and what breaks the rules of frames is answered with the right code and no effect.

use lockstep_protocol::{
    codec::{Codec, compress},
    frame::*,
    ids::ClientId,
    limits::Limits,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::tungstenite::Message;

use super::harness::*;
use crate::support::{
    DEADLINE,
    node::{id, new_task},
};

#[tokio::test]
async fn r2_an_empty_frame_does_nothing_and_messages_are_handled_in_order() {
    let server = Server::start().await;
    let owner = server.owner().await;
    for codec in Codec::ALL {
        let mut client = server.connect(owner.person, codec).await;
        client.send(&[]).await;
        let ping = |reference| ClientMessage::Ping(Ping { reference });
        client.send(&[ping(7), ping(8), ping(9)]).await;
        for reference in 7..10 {
            let now = server.clock.now();
            assert_eq!(client.next().await, ServerMessage::Pong(Pong { reference, now }));
        }
    }
}

#[tokio::test]
async fn r44_a_ping_is_answered_with_its_ref_and_the_clock() {
    let server = Server::start().await;
    let person = server.person().await;
    let mut client = server.connect(person, Codec::MessagePack).await;
    client.send(&[ClientMessage::Ping(Ping { reference: u32::MAX })]).await;
    let now = server.clock.now();
    assert_eq!(client.next().await, ServerMessage::Pong(Pong { reference: u32::MAX, now }));
}

#[tokio::test]
async fn r52_both_encodings_say_the_same() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let mut json = server.connect(owner.person, Codec::Json).await;
    let mut packed = server.connect(owner.person, Codec::MessagePack).await;
    let (from_json, from_packed) = (json.join_whole(owner.board).await, packed.join_whole(owner.board).await);
    assert_eq!(from_json, from_packed);
    for number in 0..5 {
        let author = if number % 2 == 0 { &mut json } else { &mut packed };
        author.ask(owner.board, new_task(owner.column, &format!("Task \u{1f600} {number}"))).await.expect("adds");
        assert_eq!(json.events(owner.board).await, packed.events(owner.board).await);
        let author = if number % 2 == 0 { &mut packed } else { &mut json };
        let refused = author.ask(owner.board, new_task(owner.column, "")).await.expect_err("is refused");
        let author = if number % 2 == 0 { &mut json } else { &mut packed };
        assert_eq!(author.ask(owner.board, new_task(owner.column, "")).await.expect_err("is refused"), refused);
    }
}

#[tokio::test]
async fn r53_large_frames_come_compressed_and_clients_may_not_send_such() {
    let server = Server::start().await;
    let owner = server.owner().await;
    for number in 0..60 {
        let task = new_task(owner.column, &format!("A task with a title that takes some room, number {number}"));
        server.node.ask(owner.person.account, owner.board, task).await.expect("adds");
    }
    for codec in Codec::ALL {
        let mut client = server.connect(owner.person, codec).await;
        let join = Join { reference: 1, topic: owner.board.into(), after: None, presence: false };
        client.send(&[ClientMessage::Join(join)]).await;
        let mut binary = false;
        while client.kept.iter().all(|message| !matches!(message, ServerMessage::Snapshot(_))) {
            use futures_util::StreamExt;
            let message = tokio::time::timeout(DEADLINE, client.socket.next()).await.expect("in time");
            let Some(Ok(message)) = message else { panic!("{message:?}") };
            let bytes = message.clone().into_data();
            let plain = if bytes.starts_with(&[0x1f, 0x8b]) {
                binary = message.is_binary();
                lockstep_protocol::codec::decompress(&bytes, 1 << 20).expect("gzip")
            } else {
                bytes.to_vec()
            };
            client.kept.extend(lockstep_protocol::codec::decode_server(codec, &plain).expect("a frame"));
        }
        assert!(binary, "the snapshot came compressed, in a binary message");
        let element = codec.element(&ClientMessage::Ping(Ping { reference: 1 })).expect("encodes");
        use futures_util::SinkExt;
        client.socket.send(Message::binary(compress(&codec.frame(&[element])))).await.expect("sends");
        assert_eq!(client.closed().await, 1002);
    }
}

#[tokio::test]
async fn r54_frames_that_break_the_protocol_close_with_their_code_and_have_no_effect() {
    use futures_util::SinkExt;
    let server = Server::start().await;
    let owner = server.owner().await;
    let limits = Limits::default();
    let mut author = server.connect(owner.person, Codec::Json).await;
    let good = ClientMessage::Command(author.command(owner.board, new_task(owner.column, "Sneaked in")));
    for codec in Codec::ALL {
        let element = codec.element(&good).expect("encodes");
        let mut twisted = codec.frame(std::slice::from_ref(&element)).to_vec();
        twisted.push(b'x');
        let many = codec.frame(&vec![element; limits.batch_messages_max + 1]).to_vec();
        let deep = match codec {
            Codec::Json => [vec![b'['; 100], vec![b']'; 100]].concat(),
            Codec::MessagePack => vec![0x91; 100],
        };
        let (right, wrong) = match codec {
            Codec::Json => (Message::text("{"), Message::binary(vec![0x90])),
            Codec::MessagePack => (Message::binary(vec![0xc1]), Message::text("[]")),
        };
        let client = server.connect(owner.person, codec).await;
        let long = client.wrap(&vec![b' '; limits.message_bytes_max + 1]);
        let table = [
            (right, 1002),
            (wrong, 1003),
            (client.wrap(&deep), 1002),
            (Message::binary(twisted), if codec == Codec::Json { 1003 } else { 1002 }),
            (client.wrap(&many), 1002),
            (long, 1009),
        ];
        for (message, code) in table {
            let mut client = server.connect(owner.person, codec).await;
            client.socket.send(message.clone()).await.expect("sends");
            assert_eq!(client.closed().await, code, "{codec:?}");
        }
    }
    for text in [
        r#"[{"type":"ping","ref":1,"extra":true}]"#,
        r#"[{"type":"ping"}]"#,
        r#"[{"type":"ping","ref":-1}]"#,
        r#"[{"type":"ping","ref":4294967296}]"#,
        r#"[{"type":"nonsense","ref":1}]"#,
        r#"{"type":"ping","ref":1}"#,
        r#"[{"type":"ping","ref":1}] [] "#,
        r#"[{"type":"ping","ref":1}"#,
    ] {
        let mut client = server.connect(owner.person, Codec::Json).await;
        client.socket.send(Message::text(text)).await.expect("sends");
        assert_eq!(client.closed().await, 1002, "{text}");
        assert!(client.kept.is_empty());
    }
    assert_eq!(server.node.directory.board(owner.board).await.expect("is there").bookmark.seq, 2);
    assert!(author.is_served().await, "others do not notice");
}

#[tokio::test]
async fn r60_a_command_that_cannot_be_read_is_refused_alone_and_the_connection_lives_on() {
    use futures_util::SinkExt;
    let server = Server::start().await;
    let owner = server.owner().await;
    for codec in Codec::ALL {
        let mut client = server.connect(owner.person, codec).await;
        // As one of a later version would say it: a command of an unknown kind, between two that are known.
        let known = [
            client.command(owner.board, new_task(owner.column, "Before")),
            client.command(owner.board, new_task(owner.column, "After")),
        ];
        let element = |message: &serde_json::Value| codec.element(message).expect("encodes");
        let strange = |reference: u32, body: serde_json::Value| {
            let topic = lockstep_protocol::topic::Topic::from(owner.board).to_string();
            // MessagePack says ids as bytes; a topic is text in both.
            element(
                &serde_json::json!({ "type": "command", "ref": reference, "topic": topic, "client_seq": reference, "body": body }),
            )
        };
        let frame = codec.frame(&[
            codec.element(&ClientMessage::Command(known[0].clone())).expect("encodes"),
            strange(101, serde_json::json!({ "type": "task.teleport", "where": "the moon" })),
            strange(102, serde_json::json!({ "type": "task.complete" })),
            strange(103, serde_json::json!("complete it")),
            codec.element(&ClientMessage::Command(known[1].clone())).expect("encodes"),
        ]);
        client.socket.send(client.wrap(&frame)).await.expect("sends");
        for reference in 101..104 {
            let refused = client.reply(reference).await.expect_err("is refused");
            assert_eq!(
                (refused.code, refused.field.as_deref(), refused.temporary),
                (lockstep_protocol::codes::Code::Malformed, Some("body"), false),
                "{codec:?} {reference}"
            );
        }
        for command in known {
            client.reply(command.reference).await.expect("is done");
        }
        assert!(client.is_served().await);
    }
}

/// A connection that has said hello, as bare bytes.
async fn raw(
    server: &Server,
    person: Person,
    extensions: bool,
) -> tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream> {
    let mut headers = vec![("sec-websocket-protocol", "lockstep.v1.json")];
    if extensions {
        headers.push(("sec-websocket-extensions", "permessage-deflate; client_max_window_bits"));
    }
    let (socket, response) = upgrade(server.address, "/ws", &headers).await.expect("upgrades");
    assert!(response.headers().get("sec-websocket-extensions").is_none(), "nothing is negotiated");
    let mut stream = socket.into_inner();
    let hello = Hello {
        token: server.token(person),
        client_id: ClientId(id()),
        protocol_version: PROTOCOL_VERSION,
        client_name: None,
    };
    let element = Codec::Json.element(&ClientMessage::Hello(hello)).expect("encodes");
    stream.write_all(&masked(0x81, &Codec::Json.frame(&[element]))).await.expect("writes");
    let (opcode, payload) = server_frame(&mut stream).await.expect("an answer");
    assert_eq!(opcode, 0x81);
    assert!(payload.starts_with(br#"[{"type":"welcome""#));
    stream
}

/// A client's frame with this first byte.
fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match payload.len() {
        0..126 => frame.push(0x80 | payload.len() as u8),
        126..65_536 => {
            frame.push(0x80 | 126);
            frame.extend((payload.len() as u16).to_be_bytes());
        }
        _ => {
            frame.push(0x80 | 127);
            frame.extend((payload.len() as u64).to_be_bytes());
        }
    }
    let mask = [1, 2, 3, 4];
    frame.extend(mask);
    frame.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    frame
}

async fn server_frame(stream: &mut (impl AsyncReadExt + Unpin)) -> Option<(u8, Vec<u8>)> {
    let mut head = [0; 2];
    tokio::time::timeout(DEADLINE, stream.read_exact(&mut head)).await.expect("in time").ok()?;
    let length = match head[1] {
        126 => stream.read_u16().await.ok()? as usize,
        127 => stream.read_u64().await.ok()? as usize,
        short => short as usize,
    };
    let mut payload = vec![0; length];
    stream.read_exact(&mut payload).await.ok()?;
    Some((head[0], payload))
}

/// The code with which the server closes.
async fn raw_close(stream: &mut (impl AsyncReadExt + Unpin)) -> Option<u16> {
    loop {
        let (opcode, payload) = server_frame(stream).await?;
        if opcode == 0x88 {
            return Some(u16::from_be_bytes([payload[0], payload[1]]));
        }
    }
}

#[tokio::test]
async fn r55_compression_of_messages_is_not_negotiated_and_such_frames_are_refused() {
    let server = Server::start().await;
    let person = server.person().await;
    let mut stream = raw(&server, person, true).await;
    stream.write_all(&masked(0xc1, b"[]")).await.expect("writes");
    assert_eq!(raw_close(&mut stream).await, Some(1002));
}

#[tokio::test]
async fn r54_frames_that_break_the_rules_of_websockets_close_that_connection_alone() {
    let server = Server::start().await;
    let person = server.person().await;
    let mut other = server.connect(person, Codec::Json).await;
    let limit = Limits::default().message_bytes_max;
    let half = vec![b' '; limit / 2 + 1];
    let table: [(&str, Vec<u8>, u16); 7] = [
        ("text that is not UTF-8", masked(0x81, &[b'[', 0xff, b']']), 1007),
        ("a reserved opcode", masked(0x83, b"[]"), 1002),
        ("not masked", vec![0x81, 2, b'[', b']'], 1002),
        ("a continuation of nothing", masked(0x80, b"[]"), 1002),
        ("a ping in fragments", masked(0x09, b""), 1002),
        ("fragments over the limit together", [masked(0x01, &half), masked(0x80, &half)].concat(), 1009),
        ("a length that is only announced", vec![0x81, 0xff, 0, 0, 0, 0xff, 0, 0, 0, 0, 1, 2, 3, 4], 1009),
    ];
    for (what, bytes, code) in table {
        let mut stream = raw(&server, person, false).await;
        let _ = stream.write_all(&bytes).await;
        assert_eq!(raw_close(&mut stream).await, Some(code), "{what}");
    }
    assert!(other.is_served().await);
    assert_eq!(server.registry.counts().panics, 0);
}

#[tokio::test]
async fn a_message_in_ten_thousand_fragments_is_one_message() {
    let server = Server::start().await;
    let person = server.person().await;
    let mut stream = raw(&server, person, false).await;
    let mut bytes = masked(0x01, b"[");
    for _ in 0..10_000 {
        bytes.extend(masked(0x00, b" "));
    }
    bytes.extend(masked(0x80, br#"{"type":"ping","ref":5}]"#));
    stream.write_all(&bytes).await.expect("writes");
    let (_, payload) = server_frame(&mut stream).await.expect("an answer");
    assert!(payload.starts_with(br#"[{"type":"pong","ref":5"#), "{}", String::from_utf8_lossy(&payload));
}
