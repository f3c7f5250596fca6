//! Every message survives both encodings.

use lockstep_protocol::{
    codec::{self, Codec},
    codes::{Code, Failure},
    command::{board::CreateColumn, task::MoveTask},
    event::{Event, Happened, task::TaskMoved},
    frame::*,
    ids::*,
    limits::Limits,
    position::{Held, Position},
    topic::{Kind, Topic},
    values::{Audience, ColumnKind, Conflict, Field, IfChanged, Place},
};
use uuid::Uuid;

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

pub fn client_messages() -> Vec<ClientMessage> {
    let topic = Topic::new(Kind::Board, id(7));
    vec![
        ClientMessage::Hello(Hello {
            token: "t".into(),
            client_id: ClientId(id(1)),
            protocol_version: 1,
            client_name: None,
        }),
        ClientMessage::Join(Join {
            reference: 1,
            topic,
            after: Some(Held { epoch: 1, seq: 9, audience: Audience::Guest }),
            presence: true,
        }),
        ClientMessage::Command(CommandMessage {
            reference: 2,
            topic,
            client_seq: 1,
            body: MoveTask {
                task_id: TaskId(id(3)),
                column_id: ColumnId(id(4)),
                place: Place { after: Some(TaskId(id(5))), before: None },
            }
            .into(),
            saw: Some(12),
            if_changed: Some(IfChanged::Refuse),
        }),
        ClientMessage::Command(CommandMessage {
            reference: 3,
            topic,
            client_seq: 2,
            body: CreateColumn {
                column_id: ColumnId(id(4)),
                name: "Doing".into(),
                kind: ColumnKind::Active,
                place: Place::END,
            }
            .into(),
            saw: None,
            if_changed: None,
        }),
        ClientMessage::Ephemeral(EphemeralUpdate { topic, body: Ephemeral::Typing { task_id: TaskId(id(3)) } }),
        ClientMessage::Ping(Ping { reference: 5 }),
    ]
}

pub fn server_messages() -> Vec<ServerMessage> {
    let topic = Topic::new(Kind::Board, id(7));
    let moved = TaskMoved {
        task_id: TaskId(id(3)),
        from_column_id: ColumnId(id(4)),
        column_id: ColumnId(id(5)),
        rank: "a1".into(),
    };
    vec![
        ServerMessage::Events(Events {
            topic,
            epoch: 1,
            after: 2,
            seq: 3,
            commit_id: CommitId(id(9)),
            events: vec![Happened {
                seq: 3,
                at: 1_790_000_000_000_000,
                by: AccountId(id(2)),
                client_id: Some(ClientId(id(1))),
                client_seq: Some(4),
                event: Event::from(moved),
            }],
        }),
        ServerMessage::Reply(Reply {
            reference: 2,
            outcome: Outcome::Ok(Acknowledged {
                epoch: 1,
                seq: 3,
                position: Some(Position { era: 1, transaction: 77, stream: id(7), seq: 3 }),
                conflicts: vec![Conflict { field: Field::Title, by: AccountId(id(8)), seq: 2 }],
                failed: vec![FailedPart { index: 1, failure: Failure::new(Code::NotFound) }],
            }),
        }),
        ServerMessage::Reply(Reply {
            reference: 3,
            outcome: Outcome::Error(Failure::new(Code::FieldTooLong).field("title").limit(500)),
        }),
        ServerMessage::PresenceState(PresenceState {
            topic,
            entries: vec![PresenceEntry {
                connection_id: ConnectionId(id(8)),
                account_id: AccountId(id(2)),
                meta: PresenceMetaView { task_id: Some(TaskId(id(3))), away: true },
            }],
            count: 1,
        }),
        ServerMessage::Superseded(Superseded {}),
        ServerMessage::ListsChanged(ListsChanged { topic: Topic::new(Kind::Organization, id(9)), position: None }),
        ServerMessage::ProfilesChanged(ProfilesChanged {
            topic: Topic::new(Kind::Board, id(7)),
            profiles: vec![ChangedProfile { account_id: AccountId(id(2)), version: 3 }],
            within_ms: 20,
        }),
    ]
}

#[test]
fn every_message_survives_both_encodings() {
    for codec in Codec::ALL {
        let sent = client_messages();
        let elements: Vec<_> = sent.iter().map(|message| codec.element(message).unwrap()).collect();
        let frame = codec.frame(&elements);
        assert_eq!(codec::decode_client(codec, &frame, &Limits::default()).unwrap(), sent, "{codec:?}");

        let sent = server_messages();
        let elements: Vec<_> = sent.iter().map(|message| codec.element(message).unwrap()).collect();
        let frame = codec.frame(&elements);
        assert_eq!(codec::decode_server(codec, &frame).unwrap(), sent, "{codec:?}");
        let packed = codec::compress(&frame);
        assert_eq!(&packed[..2], &codec::GZIP_MAGIC);
        assert_eq!(codec::decompress(&packed, 1 << 20).unwrap(), frame);
        assert_eq!(codec::decompress(&packed, 10).unwrap_err().code, Code::TooLarge);
    }
}

#[test]
fn a_frame_with_many_messages_keeps_its_header() {
    for codec in Codec::ALL {
        for count in [0usize, 1, 15, 16, 300] {
            let element = codec.element(&ServerMessage::Superseded(Superseded {})).unwrap();
            let frame = codec.frame(&vec![element; count]);
            assert_eq!(codec::decode_server(codec, &frame).unwrap().len(), count);
        }
    }
}

#[test]
fn an_unknown_field_or_command_is_refused() {
    let limits = Limits::default();
    for text in [
        r#"[{"type":"ping","ref":1,"extra":2}]"#,
        r#"[{"type":"nonsense","ref":1}]"#,
        r#"[{"type":"command","ref":1,"topic":"board:00000000-0000-0000-0000-000000000007","client_seq":1,"body":{"type":"task.explode"}}]"#,
        r#"[{"type":"command","ref":1,"topic":"board:00000000-0000-0000-0000-000000000007","client_seq":1,"body":{"type":"board.archive","by":"me"}}]"#,
        r#"[{"type":"ping","ref":1}] "x""#,
        r#"{"type":"ping","ref":1}"#,
    ] {
        assert_eq!(
            codec::decode_client(Codec::Json, text.as_bytes(), &limits).unwrap_err().code,
            Code::Malformed,
            "{text}"
        );
    }
}

#[test]
fn batches_depth_and_size_are_bounded() {
    let limits = Limits::default();
    for codec in Codec::ALL {
        let element = codec.element(&ClientMessage::Ping(Ping { reference: 1 })).unwrap();
        let full = codec.frame(&vec![element.clone(); limits.batch_messages_max]);
        assert_eq!(codec::decode_client(codec, &full, &limits).unwrap().len(), limits.batch_messages_max);
        let over = codec.frame(&vec![element; limits.batch_messages_max + 1]);
        assert_eq!(codec::decode_client(codec, &over, &limits).unwrap_err().code, Code::BatchTooLarge);
        let large = vec![b' '; limits.message_bytes_max + 1];
        assert_eq!(codec::decode_client(codec, &large, &limits).unwrap_err().code, Code::TooLarge);
    }
    let deep = "[".repeat(100_000);
    assert_eq!(codec::decode_client(Codec::Json, deep.as_bytes(), &limits).unwrap_err().code, Code::Malformed);
    let deep = vec![0x91; 100_000];
    assert_eq!(codec::decode_client(Codec::MessagePack, &deep, &limits).unwrap_err().code, Code::Malformed);
}
