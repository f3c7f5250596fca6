//! Golden bytes: what one message of every kind here looks like on the wire, in both encodings, written down. Types may be moved
//! and renamed; these bytes change only together with `PROTOCOL_VERSION`, or by gaining a message.

use std::{fmt::Write, fs, path::Path};

use lockstep_protocol::{
    codec::{self, Codec},
    limits::Limits,
};
use serde::Serialize;

use super::codec::{client_messages, server_messages};

#[test]
fn messages_look_as_they_always_did() {
    let mut expected = String::new();
    for message in client_messages() {
        line(&mut expected, "client", &message);
    }
    for message in server_messages() {
        line(&mut expected, "server", &message);
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden.txt");
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        fs::write(&path, &expected).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    for (found, expected) in found.lines().zip(expected.lines()) {
        assert_eq!(found, expected, "the wire changed: clients in the field would misread this");
    }
    assert_eq!(found.lines().count(), expected.lines().count(), "write new messages down with UPDATE_GENERATED=1");
}

#[test]
fn written_bytes_are_still_read() {
    let text = include_str!("golden.txt");
    for line in text.lines() {
        let [side, json, hex] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("three fields: {line}") };
        let bytes: Vec<u8> =
            (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
        let json = format!("[{json}]").into_bytes();
        let packed = [&[0x91][..], &bytes].concat();
        if side == "client" {
            let limits = Limits::default();
            let first = codec::decode_client(Codec::Json, &json, &limits).unwrap();
            assert_eq!(first, codec::decode_client(Codec::MessagePack, &packed, &limits).unwrap());
        } else {
            let first = codec::decode_server(Codec::Json, &json).unwrap();
            assert_eq!(first, codec::decode_server(Codec::MessagePack, &packed).unwrap());
        }
    }
}

fn line<T: Serialize>(out: &mut String, side: &str, message: &T) {
    let json = Codec::Json.element(message).unwrap().0;
    let _ = write!(out, "{side}\t{}\t", std::str::from_utf8(&json).unwrap());
    for byte in Codec::MessagePack.element(message).unwrap().0.iter() {
        let _ = write!(out, "{byte:02x}");
    }
    out.push('\n');
}
