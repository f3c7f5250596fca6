//! What this fold gives, for other folds of the same events: the web client's is held against `folds.jsonl`. A line is a history of
//! generated commands: the events of each aggregate, and what is seen after some of them.
//!
//! `UPDATE_GENERATED=1` writes the file anew; without it, a difference fails.

#![allow(clippy::disallowed_methods, reason = "a generated file is written when an environment variable asks")]

use std::{fs, path::Path};

use lockstep_domain::{Aggregate, Board, Organization, Team};
use lockstep_protocol::{
    event::{BoardEvent, Happened},
    values::Audience,
    view::TaskDetail,
};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};
use serde_json::{Value, json};

use crate::{
    history::{generate, tight},
    support::{Live, World, command, fixed, principal},
};

const HISTORIES: usize = 8;
const STEPS: usize = 160;
/// Events between two views.
const VIEW_EVENTS: usize = 20;

/// The events, and the whole view after every few of them and at the end.
fn seen<A: Aggregate>(live: &Live<A>) -> Value
where
    Happened<A::Event>: serde::Serialize,
{
    let mut state = A::default();
    let mut views = Vec::new();
    for (index, happened) in live.history.iter().enumerate() {
        state.evolve(happened);
        if index % VIEW_EVENTS == VIEW_EVENTS - 1 || index + 1 == live.history.len() {
            let view = state.view(live.id, Audience::Member, usize::MAX);
            views.push(json!({ "seq": happened.seq, "view": view[0] }));
        }
    }
    json!({ "events": live.history, "views": views })
}

/// Every task whole, as a read would answer at the end.
fn details(live: &Live<Board>) -> Vec<TaskDetail> {
    let body = |seq: u64| -> (u64, &BoardEvent) { (seq, &live.history[seq as usize - 1].event) };
    let tasks = live.state.tasks().map(|(task_id, _)| {
        let detail = live.state.detail(task_id, Audience::Member).unwrap();
        let read: Vec<_> = detail.body_seqs().into_iter().map(body).collect();
        detail.assemble(live.history.len() as u64, read).unwrap()
    });
    tasks.collect()
}

fn line(runner: &mut TestRunner) -> String {
    let steps = proptest::collection::vec(generate::step(), STEPS).new_tree(runner).unwrap().current();
    let mut world = World::usual();
    world.limits = tight();
    for (who, asked) in steps {
        // What would end the history early is left to other tests.
        if !["organization.delete", "board.delete", "board.archive", "team.delete"].contains(&asked.as_str()) {
            let _ = world.act(principal(who), command(&asked));
        }
    }
    let board = json!({ "details": details(&world.board), "fold": seen(&world.board) });
    json!({ "board": board, "organization": seen::<Organization>(&world.org), "team": seen::<Team>(&world.team) })
        .to_string()
}

#[test]
fn the_vectors_of_folds_are_what_this_fold_gives() {
    let mut runner = TestRunner::new(fixed(1));
    let made: String = (0..HISTORIES).map(|_| line(&mut runner) + "\n").collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/folds.jsonl");
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        fs::write(&path, &made).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == made, "{} is out of date: run with UPDATE_GENERATED=1", path.display());
}
