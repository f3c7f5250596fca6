//! Appending and reading: swap, order, chain, groups, idempotency, damage.

use bytes::Bytes;
use futures_util::future::join_all;
use lockstep::store::journal::{Append, Appended, GENESIS, Head, JournalError};
use lockstep_protocol::{
    ids::{AccountId, ClientId, OrgId},
    topic::{Kind, Topic},
};
use uuid::Uuid;

use super::{Backend, add, append, event, on_both, origin, part, stream};

on_both!(
    an_append_is_read_back_dense_and_chained,
    an_append_at_an_old_head_conflicts_and_writes_nothing,
    a_head_with_another_hash_conflicts,
    of_many_that_race_for_one_version_one_wins,
    a_group_is_all_or_nothing,
    a_stream_belongs_to_one_tenant_and_kind,
    an_append_without_a_sound_shape_is_refused,
    bodies_are_read_by_seq,
    a_command_is_known_by_its_key,
    a_bad_row_fails_alone,
    damage_is_reported,
    changed_streams_are_found,
    what_was_handed_in_is_decided_though_nobody_waits,
);

async fn an_append_is_read_back_dense_and_chained(backend: Backend) {
    let (journal, stream) = (backend.journal(), stream());
    assert_eq!(journal.head(stream.topic).await, Ok(Head::EMPTY));
    assert_eq!(journal.org_of(stream.topic).await, Ok(None));
    let (first, position) = add(&*journal, stream, &["a", "b"]).await;
    let (second, later) = add(&*journal, stream, &["c"]).await;
    assert_eq!((first.version, second.version), (2, 3));
    assert!(position < later);
    assert_eq!(journal.head(stream.topic).await, Ok(second));
    assert_eq!(journal.org_of(stream.topic).await, Ok(Some(stream.org)));

    let events = journal.read(stream.topic, 0, 10).await.expect("sound");
    let payloads: Vec<&[u8]> = events.iter().map(|event| event.payload.as_ref()).collect();
    assert_eq!(payloads, [b"a", b"b", b"c"]);
    assert_eq!(events.iter().map(|event| event.seq).collect::<Vec<_>>(), [1, 2, 3]);
    let mut hash = GENESIS;
    for event in &events {
        assert!(event.follows(&hash));
        hash = event.hash;
    }
    assert_eq!(hash, second.hash);
    assert_eq!(events[1].position, position);
    assert_eq!(events[2].position, later);
    assert_eq!((events[0].org, events[0].tag.as_str()), (stream.org, "task.created"));
    let rest = journal.read(stream.topic, 1, 1).await.expect("sound");
    assert_eq!(rest, events[1..2]);
    assert!(journal.read(stream.topic, 3, 10).await.expect("the end").is_empty());
}

async fn an_append_at_an_old_head_conflicts_and_writes_nothing(backend: Backend) {
    let (journal, stream) = (backend.journal(), stream());
    let (head, _) = add(&*journal, stream, &["a"]).await;
    let again = journal.append(append(vec![part(stream, Head::EMPTY, &["x"])])).await;
    assert_eq!(again, Ok(Appended::Conflict(vec![(stream.topic, head)])));
    let ahead = Head { version: 9, ..head };
    let beyond = journal.append(append(vec![part(stream, ahead, &["x"])])).await;
    assert_eq!(beyond, Ok(Appended::Conflict(vec![(stream.topic, head)])));
    assert_eq!(journal.read(stream.topic, 0, 10).await.expect("sound").len(), 1);
}

async fn a_head_with_another_hash_conflicts(backend: Backend) {
    let (journal, stream) = (backend.journal(), stream());
    let (head, _) = add(&*journal, stream, &["a"]).await;
    let other = Head { hash: [9; 32], ..head };
    let answer = journal.append(append(vec![part(stream, other, &["x"])])).await;
    assert_eq!(answer, Ok(Appended::Conflict(vec![(stream.topic, head)])));
    let other = Head { epoch: head.epoch + 1, ..head };
    let answer = journal.append(append(vec![part(stream, other, &["x"])])).await;
    assert_eq!(answer, Ok(Appended::Conflict(vec![(stream.topic, head)])));
}

async fn of_many_that_race_for_one_version_one_wins(backend: Backend) {
    let (journal, stream) = (backend.journal(), stream());
    let appends = (0..20).map(|_| journal.append(append(vec![part(stream, Head::EMPTY, &["x"])])));
    let answers = join_all(appends).await;
    let won = answers.iter().filter(|answer| matches!(answer, Ok(Appended::Committed(_)))).count();
    let lost = answers.iter().filter(|answer| matches!(answer, Ok(Appended::Conflict(_)))).count();
    assert_eq!((won, lost), (1, 19));
    assert_eq!(journal.head(stream.topic).await.expect("a head").version, 1);
}

async fn a_group_is_all_or_nothing(backend: Backend) {
    let (journal, one, two) = (backend.journal(), stream(), stream());
    let (head, _) = add(&*journal, one, &["a"]).await;
    let stale = append(vec![part(two, Head::EMPTY, &["x"]), part(one, Head::EMPTY, &["y"])]);
    assert_eq!(journal.append(stale).await, Ok(Appended::Conflict(vec![(one.topic, head)])));
    assert_eq!(journal.head(two.topic).await, Ok(Head::EMPTY));
    assert!(journal.read(two.topic, 0, 10).await.expect("sound").is_empty());

    let sound = append(vec![part(two, Head::EMPTY, &["x", "y"]), part(one, head, &["z"])]);
    let Ok(Appended::Committed(places)) = journal.append(sound).await else { panic!("a sound group") };
    assert_eq!(places.iter().map(|(head, _)| head.version).collect::<Vec<_>>(), [2, 2]);
    assert_eq!(places[0].0, journal.head(two.topic).await.expect("a head"));
    assert_eq!(places[1].0, journal.head(one.topic).await.expect("a head"));
    assert_eq!((places[0].1.stream, places[0].1.seq), (two.topic.id, 2));
}

async fn a_stream_belongs_to_one_tenant_and_kind(backend: Backend) {
    let (journal, mine) = (backend.journal(), stream());
    let (head, _) = add(&*journal, mine, &["a"]).await;
    let mut foreign = mine;
    foreign.org = OrgId(Uuid::now_v7());
    let answer = journal.append(append(vec![part(foreign, head, &["x"])])).await;
    assert!(matches!(answer, Err(JournalError::Refused(_))), "{answer:?}");
    let mut other = mine;
    other.topic = Topic::new(Kind::Team, mine.topic.id);
    let answer = journal.append(append(vec![part(other, head, &["x"])])).await;
    assert!(matches!(answer, Err(JournalError::Refused(_))), "{answer:?}");
    assert_eq!(journal.head(other.topic).await, Ok(Head::EMPTY));
    assert_eq!(journal.head(mine.topic).await, Ok(head));
}

async fn an_append_without_a_sound_shape_is_refused(backend: Backend) {
    let (journal, stream) = (backend.journal(), stream());
    let one = || part(stream, Head::EMPTY, &["x"]);
    for shape in [append(vec![]), append(vec![part(stream, Head::EMPTY, &[])]), append(vec![one(), one()])] {
        let answer = journal.append(shape).await;
        assert!(matches!(answer, Err(JournalError::Refused(_))), "{answer:?}");
    }
    assert_eq!(journal.head(stream.topic).await, Ok(Head::EMPTY));
}

async fn bodies_are_read_by_seq(backend: Backend) {
    let (journal, stream) = (backend.journal(), stream());
    add(&*journal, stream, &["a", "b", "c", "d"]).await;
    let events = journal.read_at(stream.topic, vec![4, 2, 99]).await.expect("sound");
    assert_eq!(events.iter().map(|event| event.seq).collect::<Vec<_>>(), [2, 4]);
    assert_eq!(events[1].payload, Bytes::from_static(b"d"));
}

async fn a_command_is_known_by_its_key(backend: Backend) {
    let (journal, stream) = (backend.journal(), stream());
    let (actor, client) = (AccountId(Uuid::now_v7()), ClientId(Uuid::now_v7()));
    let mut head = Head::EMPTY;
    let mut positions = Vec::new();
    for client_seq in 1..=5 {
        // Each command makes two events; the second is its place.
        let mut whole = part(stream, head, &["a", "b"]);
        for event in &mut whole.events {
            (event.actor, event.origin) = (actor, Some(origin(client, client_seq)));
        }
        let Ok(Appended::Committed(places)) = journal.append(append(vec![whole])).await else { panic!("committed") };
        head = places[0].0;
        positions.push(places[0].1);
    }
    let known = journal.known(stream.topic, actor, client, 3).await.expect("an answer");
    assert_eq!(known.iter().map(|known| known.origin.client_seq).collect::<Vec<_>>(), [5, 4, 3]);
    assert_eq!(known.iter().map(|known| known.seq).collect::<Vec<_>>(), [10, 8, 6]);
    assert_eq!((known[0].position, known[0].origin.body_hash), (positions[4], [3; 16]));

    let old = journal.known_one(stream.topic, actor, client, 1).await.expect("an answer").expect("known");
    assert_eq!((old.seq, old.position), (2, positions[0]));
    assert_eq!(journal.known_one(stream.topic, actor, client, 6).await, Ok(None));
    let stranger = AccountId(Uuid::now_v7());
    assert_eq!(journal.known_one(stream.topic, stranger, client, 1).await, Ok(None));
    assert_eq!(journal.known_one(super::stream().topic, actor, client, 1).await, Ok(None));
}

async fn a_bad_row_fails_alone(backend: Backend) {
    let journal = backend.journal();
    let streams: Vec<_> = (0..30).map(|_| stream()).collect();
    let appends = streams.iter().enumerate().map(|(number, stream)| {
        let mut one = part(*stream, Head::EMPTY, &["x"]);
        if number % 10 == 4 {
            // A tag that the table's check refuses.
            one.events[0].tag = "";
        }
        journal.append(append(vec![one]))
    });
    for (number, answer) in join_all(appends).await.into_iter().enumerate() {
        let version = journal.head(streams[number].topic).await.expect("a head").version;
        if number % 10 == 4 {
            assert!(matches!(answer, Err(JournalError::Refused(_))), "{number}: {answer:?}");
            assert_eq!(version, 0);
        } else {
            assert!(matches!(answer, Ok(Appended::Committed(_))), "{number}: {answer:?}");
            assert_eq!(version, 1);
        }
    }
}

async fn damage_is_reported(backend: Backend) {
    let (journal, stream) = (backend.journal(), stream());
    add(&*journal, stream, &["a", "b", "c", "d"]).await;
    let damaged_at = async || match journal.read(stream.topic, 0, 10).await {
        Err(JournalError::Damaged { stream: at, seq, .. }) if at == stream.topic => seq,
        other => panic!("not reported: {other:?}"),
    };
    backend.tamper("delete from events where seq = 4").await;
    assert_eq!(damaged_at().await, 4);
    let payload = "update events set payload = (select payload from events where seq = 1) where seq = 3";
    backend.tamper(payload).await;
    assert_eq!(damaged_at().await, 3);
    backend.tamper("delete from events where seq = 2").await;
    assert_eq!(damaged_at().await, 2);
    // The intact beginning can still be read.
    assert_eq!(journal.read(stream.topic, 0, 1).await.expect("sound").len(), 1);
}

async fn changed_streams_are_found(backend: Backend) {
    let (journal, old, one, two) = (backend.journal(), stream(), stream(), stream());
    add(&*journal, old, &["a"]).await;
    let (found, cursor) = journal.changed(None).await.expect("a cursor");
    assert_eq!(found, []);
    let (first, _) = add(&*journal, one, &["a", "b"]).await;
    let (second, _) = add(&*journal, two, &["a"]).await;
    let (mut found, cursor) = journal.changed(Some(cursor)).await.expect("a scan");
    found.sort_by_key(|(topic, _)| topic.id);
    assert_eq!(found, [(one.topic, first), (two.topic, second)]);
    let (third, _) = add(&*journal, old, &["b"]).await;
    let (found, _) = journal.changed(Some(cursor)).await.expect("a scan");
    assert!(found.contains(&(old.topic, third)), "{found:?}");
}

async fn what_was_handed_in_is_decided_though_nobody_waits(backend: Backend) {
    let (journal, stream) = (backend.journal(), stream());
    let one: Append = append(vec![part(stream, Head::EMPTY, &["x"])]);
    // Polled once, then dropped.
    let answer = futures_util::FutureExt::now_or_never(journal.append(one));
    assert!(answer.is_none());
    crate::support::until("the append is decided", async || {
        (journal.head(stream.topic).await.expect("a head").version == 1).then_some(())
    })
    .await;
    assert_eq!(journal.read(stream.topic, 0, 9).await.expect("sound")[0].payload, event("x").payload);
}
