//! Organizations that were deleted for good: what is read of them, what is erased, and what everybody else still finds.

use lockstep::store::journal::{Appended, Guard, Head, JournalError, Snapshot};
use lockstep_protocol::{
    ids::{BoardId, OrgId},
    position::Position,
    topic::Topic,
};
use uuid::Uuid;

use super::{Backend, Stream, add, append, on_both, part, stream};

on_both!(
    what_is_marked_is_read_by_nobody_and_its_id_is_taken_for_ever,
    it_is_erased_bit_by_bit_and_what_is_beside_it_stays,
    what_is_not_marked_is_not_erased,
);

/// The stream of an organization, and one of a board of it.
fn organization() -> (OrgId, Stream, Stream) {
    let org = OrgId(Uuid::now_v7());
    (org, Stream { org, topic: org.into() }, Stream { org, topic: BoardId(Uuid::now_v7()).into() })
}

fn snapshot(stream: Topic, seq: u64) -> Snapshot {
    Snapshot { stream, seq, hash: [7; 32], epoch: 1, state_version: 1, bytes: b"fold".as_slice().into() }
}

async fn what_is_marked_is_read_by_nobody_and_its_id_is_taken_for_ever(backend: Backend) {
    let (journal, drops) = (backend.journal(), backend.store.drops());
    let (org, own, board) = organization();
    let (head, position) = add(&*journal, own, &["founded", "deleted"]).await;
    add(&*journal, board, &["one"]).await;
    assert_eq!((drops.dropped_at(org).await, drops.last_position(org).await), (Ok(None), Ok(Some(position))));
    drops.mark(org, 40).await.expect("a database");
    drops.mark(org, 50).await.expect("a database");
    assert_eq!(drops.dropped_at(org).await, Ok(Some(40)), "the first counts");
    for topic in [own.topic, board.topic] {
        assert_eq!(journal.head(topic).await, Err(JournalError::Dropped(topic)));
        assert_eq!(journal.read(topic, 0, 9).await, Err(JournalError::Dropped(topic)));
    }
    while drops.erase_some(org, own.topic, 1).await.expect("a database") {}
    assert_eq!((drops.last_position(org).await, drops.dropped_at(org).await), (Ok(None), Ok(Some(40))));
    assert_eq!(journal.head(own.topic).await, Err(JournalError::Dropped(own.topic)), "also when nothing is left");
    // Founding it anew is refused by the swap itself; so is going on with it.
    for (expected, told) in [(Head::EMPTY, "a stranger"), (Head { version: 1, ..head }, "one who was late")] {
        let again = journal.append(append(vec![part(own, expected, &["again"])])).await.expect("an answer");
        assert_eq!(again, Appended::Conflict(vec![(own.topic, head)]), "{told}");
    }
}

async fn it_is_erased_bit_by_bit_and_what_is_beside_it_stays(backend: Backend) {
    let (journal, drops) = (backend.journal(), backend.store.drops());
    let ((org, own, board), beside) = (organization(), stream());
    add(&*journal, beside, &["before"]).await;
    let (_, cursor) = add(&*journal, own, &["founded"]).await;
    let texts: Vec<String> = (0..23).map(|number| format!("event {number}")).collect();
    add(&*journal, board, &texts.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let raises = vec![Guard { subject: board.topic.id, version: 24 }];
    let head = journal.head(board.topic).await.expect("a head");
    let raise = lockstep::store::journal::Append { raises, ..append(vec![part(board, head, &["access"])]) };
    journal.append(raise).await.expect("an answer");
    for seq in [5, 10, 20] {
        journal.save_snapshot(snapshot(board.topic, seq)).await.expect("kept");
    }
    add(&*journal, beside, &["between"]).await;
    add(&*journal, own, &["dropped"]).await;
    drops.mark(org, 40).await.expect("a database");
    let streams = drops.streams(org).await.expect("a database");
    assert_eq!(streams, [board.topic, own.topic], "its own last");
    let mut times = 0;
    for topic in streams {
        while drops.erase_some(org, topic, 10).await.expect("a database") {
            times += 1;
            let left = journal.read_at(board.topic, (1..=24).collect()).await.expect("rows");
            assert!(left.len() == 24_usize.saturating_sub(times * 10) || times > 3, "ten at a time: {}", left.len());
            if let Some(first) = left.first() {
                assert_eq!(first.seq, times as u64 * 10 + 1, "the oldest first");
            }
        }
    }
    assert_eq!(drops.streams(org).await, Ok(vec![own.topic]), "only the place of its own stream is taken");
    assert_eq!(journal.head(board.topic).await, Ok(Head { epoch: 1, ..Head::EMPTY }));
    assert_eq!(journal.load_snapshot(board.topic, 1, u64::MAX).await, Ok(None));
    assert_eq!(journal.access(vec![board.topic.id]).await, Ok(vec![Guard { subject: board.topic.id, version: 0 }]));
    // Whoever follows everything finds the rest, wherever they stood: before it, within it, behind it.
    let (_, last) = add(&*journal, beside, &["after"]).await;
    let texts = async |after| -> Vec<String> {
        crate::support::until("the fence is past it", async || {
            let events = journal.tail(after, 99).await.expect("rows");
            events.last().is_some_and(|event| event.position == last).then_some(events)
        })
        .await
        .into_iter()
        .map(|event| String::from_utf8(event.payload.to_vec()).expect("text"))
        .collect()
    };
    assert_eq!(texts(Position::START).await, ["before", "between", "after"]);
    assert_eq!(texts(cursor).await, ["between", "after"]);
    assert_eq!(journal.read(beside.topic, 0, 9).await.map(|events| events.len()), Ok(3));
}

async fn what_is_not_marked_is_not_erased(backend: Backend) {
    let (journal, drops) = (backend.journal(), backend.store.drops());
    let (org, own, board) = organization();
    add(&*journal, own, &["founded"]).await;
    add(&*journal, board, &["one"]).await;
    for topic in [own.topic, board.topic] {
        assert_eq!(drops.erase_some(org, topic, 9).await, Ok(false));
        assert_eq!(journal.read(topic, 0, 9).await.map(|events| events.len()), Ok(1));
    }
    // Nor what is another's.
    drops.mark(org, 40).await.expect("a database");
    let foreign = stream();
    add(&*journal, foreign, &["theirs"]).await;
    drops.erase_some(org, foreign.topic, 9).await.expect("a database");
    assert_eq!(journal.read(foreign.topic, 0, 9).await.map(|events| events.len()), Ok(1));
}

/// The newest events of all were erased: that is no older copy of the file.
#[tokio::test]
async fn sqlite_a_journal_whose_end_was_erased_is_not_taken_for_an_older_copy() {
    let mut backend = Backend::sqlite().await;
    let (org, own, _) = organization();
    let (_, position) = add(&*backend.journal(), own, &["founded", "dropped"]).await;
    let consumers = backend.store.consumers();
    let lease = consumers.acquire("lists", Uuid::now_v7(), 60_000).await.expect("a database").expect("free");
    consumers.save(&lease, position).await.expect("held");
    let drops = backend.store.drops().clone();
    drops.mark(org, 40).await.expect("a database");
    while drops.erase_some(org, own.topic, 9).await.expect("a database") {}
    backend.reopen().await;
    assert_eq!(backend.store.about().await.map(|about| about.epoch), Ok(1));
    assert_eq!(backend.store.consumers().cursor("lists").await, Ok(position));
    let (_, next) = add(&*backend.journal(), stream(), &["after"]).await;
    assert!(next > position, "no position is given out twice");
}
