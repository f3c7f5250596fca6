//! Access guards: what was decided with a fact commits only while the fact holds, and a revoke that was acknowledged is
//! never overtaken.

use futures_util::future::join_all;
use lockstep::store::{
    Store,
    journal::{Append, Appended, Guard, Head},
};
use sqlx::{Executor, PgConnection};
use uuid::Uuid;

use super::{Backend, Stream, add, on_both, part, raise, stream};
use crate::support::until;

on_both!(
    a_guard_holds_until_the_version_is_raised,
    a_guarded_group_fails_whole,
    a_raise_is_seen_by_every_node,
    a_failed_append_raises_nothing,
    guarded_appends_and_raises_do_not_deadlock,
);

fn guarded(stream: Stream, expected: Head, guards: Vec<Guard>) -> Append {
    Append { streams: vec![part(stream, expected, &["guarded"])], guards, raises: Vec::new() }
}

async fn a_guard_holds_until_the_version_is_raised(backend: Backend) {
    let (journal, stream, subject) = (backend.journal(), stream(), Uuid::now_v7());
    let at = |version| vec![Guard { subject, version }];
    assert_eq!(journal.access(vec![subject]).await, Ok(at(0)));
    // A subject without a row has version 0.
    let answer = journal.append(guarded(stream, Head::EMPTY, at(0))).await;
    let Ok(Appended::Committed(places)) = answer else { panic!("{answer:?}") };
    let answer = journal.append(guarded(super::stream(), Head::EMPTY, at(3))).await;
    assert_eq!(answer, Ok(Appended::GuardFailed(at(0))));
    raise(&*journal, subject, 5).await;
    assert_eq!(journal.access(vec![subject, Uuid::nil()]).await.expect("an answer")[0].version, 5);
    let answer = journal.append(guarded(stream, places[0].0, at(0))).await;
    assert_eq!(answer, Ok(Appended::GuardFailed(at(5))));
    assert_eq!(journal.head(stream.topic).await, Ok(places[0].0));
    let answer = journal.append(guarded(stream, places[0].0, at(5))).await;
    assert!(matches!(answer, Ok(Appended::Committed(_))), "{answer:?}");
}

async fn a_guarded_group_fails_whole(backend: Backend) {
    let (journal, one, two) = (backend.journal(), stream(), stream());
    let (held, moved) = (Uuid::now_v7(), Uuid::now_v7());
    raise(&*journal, moved, 1).await;
    let streams = vec![part(one, Head::EMPTY, &["x"]), part(two, Head::EMPTY, &["y"])];
    let guards = vec![Guard { subject: held, version: 0 }, Guard { subject: moved, version: 0 }];
    let answer = journal.append(Append { streams, guards, raises: Vec::new() }).await;
    assert_eq!(answer, Ok(Appended::GuardFailed(vec![Guard { subject: moved, version: 1 }])));
    assert_eq!(journal.head(one.topic).await, Ok(Head::EMPTY));
    assert_eq!(journal.head(two.topic).await, Ok(Head::EMPTY));
}

async fn a_raise_is_seen_by_every_node(backend: Backend) {
    let here = backend.journal();
    let there = match &backend.options.location {
        lockstep::store::Location::Postgres(_) => Store::open(&backend.options).await.expect("a node").journal(),
        lockstep::store::Location::Sqlite(_) => backend.journal(),
    };
    let subject = Uuid::now_v7();
    for version in 1..=30 {
        raise(&*here, subject, version).await;
        let stale = guarded(stream(), Head::EMPTY, vec![Guard { subject, version: version - 1 }]);
        let answer = there.append(stale).await;
        assert_eq!(answer, Ok(Appended::GuardFailed(vec![Guard { subject, version }])));
    }
}

async fn a_failed_append_raises_nothing(backend: Backend) {
    let (journal, stream, subject) = (backend.journal(), stream(), Uuid::now_v7());
    add(&*journal, stream, &["a"]).await;
    let streams = vec![part(stream, Head::EMPTY, &["x"])];
    let raises = vec![Guard { subject, version: 1 }];
    let answer = journal.append(Append { streams, guards: Vec::new(), raises }).await;
    assert!(matches!(answer, Ok(Appended::Conflict(_))), "{answer:?}");
    assert_eq!(journal.access(vec![subject]).await, Ok(vec![Guard { subject, version: 0 }]));
}

async fn guarded_appends_and_raises_do_not_deadlock(backend: Backend) {
    let journal = backend.journal();
    let subjects: Vec<Uuid> = (0..4).map(|_| Uuid::now_v7()).collect();
    let worker = async |number: usize| {
        let mut committed = 0;
        for round in 0..20 {
            let stream = stream();
            let pair = [subjects[(number + round) % 4], subjects[(number * 3 + round + 1) % 4]];
            let mut guards = journal.access(pair.to_vec()).await.expect("an answer");
            guards.dedup();
            let mut whole = guarded(stream, Head::EMPTY, guards.clone());
            if number.is_multiple_of(4) {
                whole.raises = guards.iter().map(|guard| Guard { version: guard.version + 1, ..*guard }).collect();
            }
            match journal.append(whole).await.expect("decided, not timed out") {
                Appended::Committed(_) => committed += 1,
                Appended::GuardFailed(moved) => assert!(!moved.is_empty()),
                Appended::Conflict(heads) => panic!("a new stream cannot conflict: {heads:?}"),
            }
        }
        committed
    };
    let committed: usize = join_all((0..12).map(worker)).await.into_iter().sum();
    assert!(committed > 0);
}

/// Makes inserts of events with the tag `task.paused` wait for the advisory lock 42.
pub(super) const PAUSE: &str = "create function pause() returns trigger language plpgsql set lock_timeout = 0 as
    $$begin perform pg_advisory_xact_lock(42); return new; end$$;
    create trigger pause before insert on events for each row when (new.tag = 'task.paused') execute function pause()";

pub(super) async fn hold(connection: &mut PgConnection) {
    connection.execute("select pg_advisory_lock(42)").await.expect("a free lock");
}

pub(super) async fn let_go(connection: &mut PgConnection) {
    connection.execute("select pg_advisory_unlock(42)").await.expect("a held lock");
}

/// Waits until as many backends wait for an advisory lock.
pub(super) async fn until_waiting(connection: &mut PgConnection, count: i64) {
    let sql = "select count(*) from pg_locks where locktype = 'advisory' and not granted";
    until("somebody waits for a lock", async || {
        let waiting: i64 = sqlx::query_scalar(sql).fetch_one(&mut *connection).await.expect("an answer");
        (waiting == count).then_some(())
    })
    .await;
}

/// An append is stopped after it took its guard: a raise on another node must wait for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_a_raise_waits_for_the_appends_decided_before_it() {
    let backend = Backend::postgres().await;
    let node = Store::open(&backend.options).await.expect("a second node");
    let (subject, stream) = (Uuid::now_v7(), stream());
    raise(&*backend.journal(), subject, 1).await;
    backend.tamper(PAUSE).await;
    let mut gate = backend.postgres_connection().await;
    hold(&mut gate).await;

    let mut paused = guarded(stream, Head::EMPTY, vec![Guard { subject, version: 1 }]);
    paused.streams[0].events[0].tag = "task.paused";
    let journal = backend.journal();
    let paused = tokio::spawn(async move { journal.append(paused).await });
    until_waiting(&mut gate, 1).await;
    let journal = node.journal();
    let raised = tokio::spawn(async move { raise(&*journal, subject, 2).await });
    until_waiting(&mut gate, 2).await;
    assert!(!raised.is_finished(), "the revoke's ok overtook an append that was decided before it");

    let_go(&mut gate).await;
    let answer = paused.await.expect("no panic");
    let Ok(Appended::Committed(places)) = answer else { panic!("{answer:?}") };
    let (_, position) = raised.await.expect("no panic");
    assert!(places[0].1 < position, "what was committed with the old version stands before the revoke");
    let late = guarded(stream, places[0].0, vec![Guard { subject, version: 1 }]);
    let answer = backend.journal().append(late).await;
    assert_eq!(answer, Ok(Appended::GuardFailed(vec![Guard { subject, version: 2 }])));
}

/// A raise is stopped in its transaction: an append on another node, decided with the old version, waits for it and then
/// sees the new one, though its statement began before.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_an_append_waits_for_the_raise_before_it_and_sees_it() {
    let backend = Backend::postgres().await;
    let node = Store::open(&backend.options).await.expect("a second node");
    let (subject, stream) = (Uuid::now_v7(), stream());
    raise(&*backend.journal(), subject, 1).await;
    backend.tamper(PAUSE).await;
    let mut gate = backend.postgres_connection().await;
    hold(&mut gate).await;

    let mut paused = part(super::stream(), Head::EMPTY, &["revoke"]);
    paused.events[0].tag = "task.paused";
    let raises = vec![Guard { subject, version: 2 }];
    let paused = Append { streams: vec![paused], guards: Vec::new(), raises };
    let journal = backend.journal();
    let raised = tokio::spawn(async move { journal.append(paused).await });
    until_waiting(&mut gate, 1).await;
    let journal = node.journal();
    let old = guarded(stream, Head::EMPTY, vec![Guard { subject, version: 1 }]);
    let late = tokio::spawn(async move { journal.append(old).await });
    until_waiting(&mut gate, 2).await;
    let_go(&mut gate).await;
    let answer = raised.await.expect("no panic");
    assert!(matches!(answer, Ok(Appended::Committed(_))), "{answer:?}");
    let answer = late.await.expect("no panic");
    assert_eq!(answer, Ok(Appended::GuardFailed(vec![Guard { subject, version: 2 }])));
}

/// The same with a plain read in place of the guard: the revoke is acknowledged, and the append commits after it. This is
/// why a guard locks.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_a_plain_read_would_be_overtaken() {
    let backend = Backend::postgres().await;
    let subject = Uuid::now_v7();
    raise(&*backend.journal(), subject, 1).await;
    backend.tamper("create table late (version bigint)").await;
    let mut gate = backend.postgres_connection().await;
    hold(&mut gate).await;

    let mut naive = backend.postgres_connection().await;
    let sql = "with facts as materialized (select version from access where subject = $1),
        paused as materialized (select pg_advisory_xact_lock(42)::text as lock from facts)
        insert into late select version from facts where version = 1 and (select count(lock) from paused) > 0";
    let naive = tokio::spawn(async move { sqlx::query(sql).bind(subject).execute(&mut naive).await });
    until_waiting(&mut gate, 1).await;
    // Acknowledged while the other is still open …
    raise(&*backend.journal(), subject, 2).await;
    assert!(!naive.is_finished());
    let_go(&mut gate).await;
    // … which then commits what it decided with the version that was revoked.
    let written = naive.await.expect("no panic").expect("it commits").rows_affected();
    assert_eq!(written, 1);
    let current = backend.journal().access(vec![subject]).await.expect("an answer")[0].version;
    assert_eq!(current, 2);
}
