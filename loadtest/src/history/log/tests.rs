//! What was written is read again, and a cut end is an end.

use lockstep_protocol::{
    ids::CommitId,
    topic::{Kind, Topic},
};
use uuid::Uuid;

use super::{Writer, decode, read};
use crate::history::Record;

fn records() -> Vec<Record> {
    let topic = Topic::new(Kind::Board, Uuid::from_u128(7));
    let commit = CommitId(Uuid::from_u128(8));
    vec![
        Record::Opened { at: 1, connection: 1 },
        Record::Events {
            at: 2,
            connection: 1,
            topic,
            epoch: 1,
            after: 3,
            seq: 4,
            commit,
            hashes: vec![(4, u64::MAX)],
            digest: None,
        },
        Record::Lost { at: 3, connection: 1, code: Some(4410) },
    ]
}

#[test]
fn a_log_is_read_as_it_was_written() {
    let path = std::env::temp_dir().join(format!("lockstep-log-{}", std::process::id()));
    let mut writer = Writer::create(&path).unwrap();
    for record in records() {
        writer.append(&record).unwrap();
    }
    writer.close().unwrap();
    let found = read(&path).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(found, records());
    assert_eq!(decode(&bytes[..bytes.len() - 1]).unwrap(), records()[..2], "the last one was cut");
    let mut damaged = bytes;
    damaged[..4].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(decode(&damaged).is_err());
}
