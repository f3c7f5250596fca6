//! A fixed history of every event, and what it folds to. The history stands for what journals already hold: it only ever gains lines. What
//! it folds to is pinned to each aggregate's `STATE_VERSION`: a fold or a serialized form that changes needs a new version,
//! or nodes would go on from snapshots that mean something else.
//!
//! After raising a version run with `UPDATE_GENERATED=1`, which adds the line of the new one to `states.txt`.

#![allow(clippy::disallowed_methods, reason = "a generated file is written when an environment variable asks")]

use std::{collections::BTreeSet, fmt::Write, fs, path::Path};

use lockstep_domain::{Account, Aggregate, Board, Channel, Inbox, Organization, Team};
use lockstep_protocol::event::{
    AccountEvent, BoardEvent, ChannelEvent, Event, Happened, InboxEvent, OrganizationEvent, TeamEvent,
};

use crate::support::{fold, stored};

fn history() -> Vec<Happened<Event>> {
    include_str!("history.txt").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn of<A: Aggregate>(own: impl Fn(Event) -> Option<A::Event>) -> Vec<Happened<A::Event>> {
    let own = history().into_iter().filter_map(|happened| {
        let Happened { seq, at, by, client_id, client_seq, event } = happened;
        Some(Happened { seq, at, by, client_id, client_seq, event: own(event)? })
    });
    own.collect()
}

/// `kind version digest`.
fn line<A: Aggregate>(history: &[Happened<A::Event>]) -> String {
    let seqs: Vec<u64> = history.iter().map(|happened| happened.seq).collect();
    assert_eq!(seqs, (1..=history.len() as u64).collect::<Vec<_>>(), "the history of a {} is dense", A::KIND.word());
    let state: A = fold(history);
    let again: A = rmp_serde::from_slice(&stored(&state)).unwrap();
    assert_eq!(again.digest(), state.digest());
    let digest = state.digest().iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    });
    format!("{} {} {digest}", A::KIND.word(), A::STATE_VERSION)
}

#[test]
fn the_fold_of_the_fixed_history_is_pinned_to_the_state_version() {
    let lines = [
        line::<Organization>(&of::<Organization>(|event| match event {
            Event::Organization(event) => Some(event),
            _ => None,
        })),
        line::<Team>(&of::<Team>(|event| match event {
            Event::Team(event) => Some(event),
            _ => None,
        })),
        line::<Board>(&of::<Board>(|event| match event {
            Event::Board(event) => Some(event),
            _ => None,
        })),
        line::<Account>(&of::<Account>(|event| match event {
            Event::Account(event) => Some(event),
            _ => None,
        })),
        line::<Channel>(&of::<Channel>(|event| match event {
            Event::Channel(event) => Some(event),
            _ => None,
        })),
        line::<Inbox>(&of::<Inbox>(|event| match event {
            Event::Inbox(event) => Some(event),
            _ => None,
        })),
    ];
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/states.txt");
    let mut text = fs::read_to_string(&path).unwrap_or_default();
    for line in lines {
        let (version, _) = line.rsplit_once(' ').unwrap();
        let pinned = text.lines().find(|known| known.rsplit_once(' ').is_some_and(|(known, _)| known == version));
        match pinned {
            Some(pinned) => assert_eq!(pinned, line, "the state changed: raise its STATE_VERSION"),
            None if std::env::var_os("UPDATE_GENERATED").is_some() => {
                text = format!("{text}{line}\n");
                fs::write(&path, &text).unwrap();
            }
            None => panic!("{version} is not pinned yet: run with UPDATE_GENERATED=1"),
        }
    }
}

#[test]
fn the_fixed_history_holds_every_event() {
    let found: BTreeSet<&str> = history().iter().map(|happened| happened.event.tag()).collect();
    for tag in [
        OrganizationEvent::TAGS,
        TeamEvent::TAGS,
        BoardEvent::TAGS,
        AccountEvent::TAGS,
        ChannelEvent::TAGS,
        InboxEvent::TAGS,
    ]
    .concat()
    {
        assert!(found.contains(tag), "add a line of {tag} to history.txt");
    }
}
