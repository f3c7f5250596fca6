//! The rules of docs/SYNC-SPEC.md that are about bytes alone. A test's name begins with the rule it shows.

use lockstep_protocol::{
    codec::{self, Codec},
    codes::Code,
    command::task::CompleteTask,
    frame::*,
    ids::*,
    limits::Limits,
    position::Bookmark,
    salvage::{Said, read_client},
    topic::{Kind, Topic},
    values::Audience,
};
use proptest::prelude::*;
use uuid::Uuid;

const BOARD: Uuid = Uuid::from_u128(0x0190_f3a2_0000_7000_8000_0000_0000_0007);

fn topic() -> Topic {
    Topic::new(Kind::Board, BOARD)
}

fn complete_task() -> ClientMessage {
    ClientMessage::Command(CommandMessage {
        reference: 2,
        topic: topic(),
        client_seq: 1,
        body: CompleteTask { task_id: TaskId(BOARD) }.into(),
        saw: Some(7),
        if_changed: None,
    })
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

#[test]
fn r2_an_empty_frame_holds_no_message() {
    for (codec, frame) in [(Codec::Json, &b"[]"[..]), (Codec::MessagePack, &[0x90][..])] {
        assert_eq!(codec::decode_client(codec, frame, &Limits::default()), Ok(Vec::new()));
        assert_eq!(codec.frame(&[]), frame);
    }
}

#[test]
fn r52_ids_are_text_in_json_and_bytes_in_messagepack_and_fields_have_names() {
    let message = complete_task();
    let json = Codec::Json.element(&message).unwrap().0;
    assert!(contains(&json, br#""task_id":"0190f3a2-0000-7000-8000-000000000007""#));
    assert!(contains(&json, br#""topic":"board:0190f3a2-0000-7000-8000-000000000007""#));

    let packed = Codec::MessagePack.element(&message).unwrap().0;
    // bin 8 of sixteen bytes, after the field's name.
    let mut id = b"\xa7task_id\xc4\x10".to_vec();
    id.extend_from_slice(BOARD.as_bytes());
    assert!(contains(&packed, &id));
    assert!(contains(&packed, b"\xaaclient_seq\x01"));
}

#[test]
fn r52_numbers_stay_where_a_double_is_exact() {
    let bookmark = Bookmark { epoch: u32::MAX, seq: (1 << 53) - 1 };
    let joined = ServerMessage::Joined(Joined {
        reference: u32::MAX,
        topic: topic(),
        resumed_from: ResumedFrom::Current,
        head: bookmark,
        audience: Audience::Member,
    });
    for codec in Codec::ALL {
        let frame = codec.frame(&[codec.element(&joined).unwrap()]);
        assert_eq!(codec::decode_server(codec, &frame).unwrap().first(), Some(&joined));
    }
    let limits_fit = Limits::default().rows().iter().all(|row| row.value < 1 << 53);
    assert!(limits_fit);
}

#[test]
fn r53_a_compressed_frame_is_told_by_its_first_bytes_in_either_encoding() {
    let pongs = vec![ServerMessage::Pong(Pong { reference: 1, now: 2 }); 400];
    for codec in Codec::ALL {
        let elements: Vec<_> = pongs.iter().map(|message| codec.element(message).unwrap()).collect();
        let frame = codec.frame(&elements);
        assert_ne!(&frame[..2], &codec::GZIP_MAGIC);
        let packed = codec::compress(&frame);
        assert_eq!(&packed[..2], &codec::GZIP_MAGIC);
        assert!(packed.len() * 10 < frame.len());
        let inflated = codec::decompress(&packed, frame.len()).unwrap();
        assert_eq!(codec::decode_server(codec, &inflated).unwrap(), pongs);
    }
}

#[test]
fn r53_a_client_cannot_send_compressed_bytes() {
    for codec in Codec::ALL {
        let frame = codec.frame(&[codec.element(&complete_task()).unwrap()]);
        let refused = codec::decode_client(codec, &codec::compress(&frame), &Limits::default()).unwrap_err();
        assert_eq!(refused.code, Code::Malformed);
    }
}

#[test]
fn r54_what_does_not_fit_the_schema_is_refused_whole() {
    let limits = Limits::default();
    let deep = format!("[{}1{}]", "[".repeat(limits.decode_depth_max), "]".repeat(limits.decode_depth_max));
    for text in [
        r#"[{"type":"ping","ref":1},{"type":"ping"}]"#,
        r#"[{"type":"ping","ref":1,"by":"somebody"}]"#,
        r#"[{"type":"ping","ref":-1}]"#,
        r#"[{"type":"leave","ref":1,"topic":"board:7"}]"#,
        r#"[{"type":"leave","ref":1,"topic":"board:0190f3a2000070008000000000000007"}]"#,
        r#"[{"type":"welcome"}]"#,
        r#"[{"type":"ping","ref":1}"#,
        deep.as_str(),
    ] {
        let refused = codec::decode_client(Codec::Json, text.as_bytes(), &limits).unwrap_err();
        assert_eq!(refused.code, Code::Malformed, "{text}");
        assert_eq!(read_client(Codec::Json, text.as_bytes(), &limits), Err(refused));
    }
}

#[test]
fn r60_only_the_body_of_a_command_may_be_unreadable() {
    let limits = Limits::default();
    let command = |rest: &str| {
        let topic = "board:0190f3a2-0000-7000-8000-000000000007";
        format!(r#"[{{"type":"ping","ref":1}}, {{"type":"command","ref":9,"topic":"{topic}","client_seq":3,{rest}}} ]"#)
    };
    for body in [
        r#"{"type":"task.teleport"}"#,
        r#"{"type":"task.complete","task_id":7}"#,
        r#"{"type":"task.complete","task_id":"0190f3a2-0000-7000-8000-000000000007","why":"[,]}\",{"}"#,
        "null",
    ] {
        let text = command(&format!(r#""body":{body}"#));
        let said = read_client(Codec::Json, text.as_bytes(), &limits).expect("the rest is good");
        assert_eq!(said[0], Said::Message(ClientMessage::Ping(Ping { reference: 1 })));
        let Said::Unreadable { reference: 9, failure } = &said[1] else { panic!("{said:?}") };
        assert_eq!((failure.code, failure.field.as_deref()), (Code::Malformed, Some("body")));
    }
    for rest in [
        r#""body":{"type":"task.teleport"},"extra":1"#,
        r#""body":{"type":"task.teleport"},"body":{}"#,
        r#""saw":-1,"body":{"type":"task.teleport"}"#,
        r#""saw":1"#,
        r#""body":{"type":"task.teleport"}},{"type":"ping""#,
        r#""body":{"type":"task.teleport"}},,{"type":"ping","ref":1"#,
        r#""body":{"type":"task.teleport"}} {"type":"ping","ref":1"#,
        r#""body":{"type":"task.teleport"]"#,
    ] {
        let text = command(rest);
        assert!(read_client(Codec::Json, text.as_bytes(), &limits).is_err(), "{text}");
    }
    let many = vec![
        r#"{"type":"command","ref":9,"topic":"board:0190f3a2-0000-7000-8000-000000000007","client_seq":3,"body":7}"#;
        limits.batch_messages_max + 1
    ];
    assert!(read_client(Codec::Json, format!("[{}]", many.join(",")).as_bytes(), &limits).is_err());
}

#[test]
fn r56_a_client_may_meet_fields_that_it_does_not_know() {
    let text = br#"[{"type":"pong","ref":1,"now":2,"load":0.5}]"#;
    let pong = ServerMessage::Pong(Pong { reference: 1, now: 2 });
    assert_eq!(codec::decode_server(Codec::Json, text).unwrap(), [pong]);
}

proptest! {
    /// Whatever bytes come, the answer is messages or a refusal, never a panic.
    #[test]
    fn r54_hostile_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        for codec in Codec::ALL {
            if let Err(refused) = codec::decode_client(codec, &bytes, &Limits::default()) {
                prop_assert!(matches!(refused.code, Code::Malformed | Code::BatchTooLarge | Code::TooLarge));
            }
            let _ = codec::decode_server(codec, &bytes);
        }
        if let Ok(inflated) = codec::decompress(&bytes, 1 << 16) {
            prop_assert!(inflated.len() <= 1 << 16);
        }
    }

    /// One byte changed, or the end cut off: what is still accepted is whole.
    #[test]
    fn r54_a_damaged_frame_is_refused_or_whole(at in 0usize..400, byte in any::<u8>(), cut in any::<bool>()) {
        for codec in Codec::ALL {
            let element = codec.element(&complete_task()).unwrap();
            let mut frame = codec.frame(&[element.clone(), element]).to_vec();
            let at = at % frame.len();
            if cut {
                frame.truncate(at);
            } else {
                frame[at] = byte;
            }
            let strict = codec::decode_client(codec, &frame, &Limits::default());
            if let Ok(said) = read_client(codec, &frame, &Limits::default()) {
                // Taking the frame apart never lets in what is refused as a whole, but for the one command.
                let unreadable = said.iter().filter(|said| matches!(said, Said::Unreadable { .. })).count();
                prop_assert_eq!(unreadable == 0, strict.is_ok());
                prop_assert!(said.len() <= 2 && !(cut && unreadable > 0));
            }
            match strict {
                Ok(messages) if cut => prop_assert!(messages.is_empty()),
                Ok(messages) => prop_assert!(messages.len() <= 2),
                Err(refused) => prop_assert_eq!(refused.code, Code::Malformed),
            }
        }
    }
}
