//! Events that are found by their marks: exactly those that have them, of their own stream, as soon as they are committed.

use std::collections::BTreeSet;

use lockstep::store::journal::{Append, Appended, Head, Marked, MarkedBy, Marks, NewEvent, StreamAppend};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};

use super::{Backend, Stream, add, append, event, on_both, stream};

on_both!(what_is_marked_is_found_as_soon_as_it_is_committed, what_was_not_committed_is_found_by_nothing);

fn marked(marks: Marks) -> NewEvent {
    NewEvent { marks, ..event("marked") }
}

fn append_of(of: Stream, expected: Head, marks: &[Marks]) -> Append {
    let events = marks.iter().copied().map(marked).collect();
    append(vec![StreamAppend { stream: of.topic, org: of.org, expected, events }])
}

fn marks() -> impl Strategy<Value = Marks> {
    let mark = || prop::option::weighted(0.4, 1_u64..6);
    (mark(), mark(), mark()).prop_map(|(about, thread, number)| Marks { about, thread, number })
}

/// By mark and then seq.
fn places_of(found: &[Marked]) -> Vec<(u64, u64)> {
    found.iter().map(|marked| (marked.mark, marked.seq)).collect()
}

const fn of(marks: Marks, by: MarkedBy) -> Option<u64> {
    match by {
        MarkedBy::About => marks.about,
        MarkedBy::Thread => marks.thread,
        MarkedBy::Number => marks.number,
    }
}

async fn what_is_marked_is_found_as_soon_as_it_is_committed(backend: Backend) {
    let (journal, own, other) = (backend.journal(), stream(), stream());
    let mut runner = TestRunner::deterministic();
    let all = prop::collection::vec(marks(), 300).new_tree(&mut runner).expect("marks").current();
    let mut head = Head::EMPTY;
    let mut seq = 0;
    // Batches of each size that is written in another way, and another stream with the same marks between.
    for size in [1, 3, 8, 9, 70, 209] {
        let some = &all[seq..seq + size];
        let appended = journal.append(append_of(own, head, some)).await.expect("an answer");
        let Appended::Committed(places) = appended else { panic!("{appended:?}") };
        head = places[0].0;
        seq += some.len();
        let beside = journal.head(other.topic).await.expect("a head");
        journal.append(append_of(other, beside, &all[..5])).await.expect("an answer");
        for by in [MarkedBy::About, MarkedBy::Thread, MarkedBy::Number] {
            for (wanted, after) in [(vec![1, 2, 3, 4, 5], 0), (vec![2, 9], seq as u64 / 2), (vec![], 0)] {
                let truth: BTreeSet<(u64, u64)> = (1_u64..)
                    .zip(&all[..seq])
                    .filter_map(|(seq, marks)| Some((of(*marks, by)?, seq)))
                    .filter(|(mark, seq)| wanted.contains(mark) && *seq > after)
                    .collect();
                let truth: Vec<(u64, u64)> = truth.into_iter().collect();
                let found = journal.marked(own.topic, by, wanted.clone(), after, usize::MAX).await;
                let found = places_of(&found.expect("rows"));
                assert_eq!(found, truth, "{by:?} {wanted:?} after {after}");
                let some = journal.marked(own.topic, by, wanted, after, 3).await.expect("rows");
                assert_eq!(places_of(&some), truth[..truth.len().min(3)]);
            }
        }
    }
    assert_eq!(seq, all.len());
    // The chain knows nothing of marks: it is as sound as without.
    assert_eq!(journal.read(own.topic, 0, 1_000).await.expect("sound").len(), all.len());
}

async fn what_was_not_committed_is_found_by_nothing(backend: Backend) {
    let (journal, own) = (backend.journal(), stream());
    let (head, _) = add(&*journal, own, &["plain"]).await;
    let mark = Marks { about: Some(1), thread: Some(1), number: Some(1) };
    let refused = journal.append(append_of(own, Head::EMPTY, &[mark])).await.expect("an answer");
    assert!(matches!(refused, Appended::Conflict(_)), "{refused:?}");
    for by in [MarkedBy::About, MarkedBy::Thread, MarkedBy::Number] {
        assert_eq!(journal.marked(own.topic, by, vec![1], 0, 10).await, Ok(vec![]));
    }
    journal.append(append_of(own, head, &[mark])).await.expect("an answer");
    for by in [MarkedBy::About, MarkedBy::Thread, MarkedBy::Number] {
        let NewEvent { at, actor, tag, .. } = marked(mark);
        let expected = Marked { mark: 1, seq: 2, at, actor, tag: tag.to_owned() };
        assert_eq!(journal.marked(own.topic, by, vec![1], 0, 10).await, Ok(vec![expected]));
        assert_eq!(journal.marked(stream().topic, by, vec![1], 0, 10).await, Ok(vec![]));
    }
}
