//! Golden bytes of the language: every command and every event, with as little and with as much as it can hold, in both encodings.
//! Events are in journals for ever and commands in clients' queues, so a line here never changes; a new kind adds its lines.
//!
//! A line is JSON, a tab, and MessagePack in hex. To add one write its JSON and run with `UPDATE_GENERATED=1`, which fills in the rest.

use std::{collections::BTreeMap, fmt::Debug, fmt::Write, fs, path::Path};

use lockstep_protocol::{
    command::{AccountCommand, BoardCommand, ChannelCommand, Command, InboxCommand, OrganizationCommand, TeamCommand},
    event::{AccountEvent, BoardEvent, ChannelEvent, Event, InboxEvent, OrganizationEvent, TeamEvent},
};
use serde::{Serialize, de::DeserializeOwned};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn line<T: Serialize + DeserializeOwned>(json: &str) -> String {
    let item: T = serde_json::from_str(json).unwrap_or_else(|error| panic!("{json}: {error}"));
    format!("{}\t{}", serde_json::to_string(&item).unwrap(), hex(&rmp_serde::to_vec_named(&item).unwrap()))
}

/// Checks the file line by line and that each tag has at least one line.
fn check<T: Serialize + DeserializeOwned + PartialEq + Debug>(
    file: &str,
    tags: &[&str],
    tag: impl Fn(&T) -> &'static str,
) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(file);
    let mut text = fs::read_to_string(&path).unwrap();
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        // Only lines without bytes are filled in: what was written once stays, and fails below where it is wrong.
        let filled = text.lines().map(|found| if found.contains('\t') { found.to_owned() } else { line::<T>(found) });
        text = filled.collect::<Vec<_>>().join("\n") + "\n";
        fs::write(&path, &text).unwrap();
    }
    let mut seen = BTreeMap::<&str, usize>::new();
    for found in text.lines() {
        let (json, bytes) = found.split_once('\t').expect("run with UPDATE_GENERATED=1 to fill in the bytes");
        assert_eq!(found, line::<T>(json), "{file}: what is written changed");
        let item: T = serde_json::from_str(json).unwrap();
        assert_eq!(rmp_serde::from_slice::<T>(&unhex(bytes)).unwrap(), item, "{file}: the encodings differ");
        *seen.entry(tag(&item)).or_default() += 1;
    }
    for tag in tags {
        assert!(seen.contains_key(tag), "{file} has no line of {tag}");
    }
    assert_eq!(seen.len(), tags.len());
}

#[test]
fn every_command_is_written_as_it_always_was() {
    let tags = [
        OrganizationCommand::TAGS,
        TeamCommand::TAGS,
        BoardCommand::TAGS,
        AccountCommand::TAGS,
        ChannelCommand::TAGS,
        InboxCommand::TAGS,
    ]
    .concat();
    check("commands.txt", &tags, Command::tag);
}

#[test]
fn every_event_is_written_as_it_always_was() {
    let tags = [
        OrganizationEvent::TAGS,
        TeamEvent::TAGS,
        BoardEvent::TAGS,
        AccountEvent::TAGS,
        ChannelEvent::TAGS,
        InboxEvent::TAGS,
    ]
    .concat();
    check("events.txt", &tags, Event::tag);
}
