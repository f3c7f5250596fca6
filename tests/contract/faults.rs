//! Outcomes that nobody knows, servers that die, folders that are taken.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use lockstep::store::{
    Location, Options, Store, StoreError,
    journal::{Appended, Head, JournalError},
};
use sqlx::Executor;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::{Backend, add, append, guards, part, stream};
use crate::support::{self, postgres::Postgres, until};

/// Stops transactions in their commit, behind everything else, until the advisory lock 42 is free.
const PAUSE_COMMIT: &str = "create function pause() returns trigger language plpgsql set lock_timeout = 0 as
    $$begin perform pg_advisory_xact_lock(42); return null; end$$;
    create constraint trigger pause after insert on events deferrable initially deferred
    for each row when (new.tag = 'task.paused') execute function pause()";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_a_backend_killed_in_commit_leaves_the_outcome_unknown_and_the_swap_decides() {
    let backend = Backend::postgres().await;
    let stream = stream();
    backend.tamper(PAUSE_COMMIT).await;
    let mut gate = backend.postgres_connection().await;
    guards::hold(&mut gate).await;
    let mut one = part(stream, Head::EMPTY, &["x"]);
    one.events[0].tag = "task.paused";
    let whole = append(vec![one]);
    let (journal, again) = (backend.journal(), whole.clone());
    let waiting = tokio::spawn(async move { journal.append(whole).await });
    guards::until_waiting(&mut gate, 1).await;
    let kill = "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and not granted";
    gate.execute(kill).await.expect("the right to");
    let answer = waiting.await.expect("no panic");
    assert!(matches!(answer, Err(JournalError::Unknown(_))), "{answer:?}");

    guards::let_go(&mut gate).await;
    let answer = backend.journal().append(again.clone()).await;
    assert!(matches!(answer, Ok(Appended::Committed(_))), "it was not durable, so the same head fits: {answer:?}");
    let answer = backend.journal().append(again).await;
    assert!(matches!(answer, Ok(Appended::Conflict(_))), "{answer:?}");
}

/// Forwards a port, until told to swallow the server's answers: then it cuts the connection at the next one.
async fn proxy(target: u16, cut: Arc<AtomicBool>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("bound").port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let cut = cut.clone();
            tokio::spawn(async move {
                let server = TcpStream::connect(("127.0.0.1", target)).await.expect("the server runs");
                let (mut from_client, mut to_client) = client.into_split();
                let (mut from_server, mut to_server) = server.into_split();
                let up = async { tokio::io::copy(&mut from_client, &mut to_server).await.is_ok() };
                let down = async {
                    let mut buffer = vec![0; 16 << 10];
                    loop {
                        let Ok(count @ 1..) = from_server.read(&mut buffer).await else { return false };
                        if cut.load(Ordering::SeqCst) || to_client.write_all(&buffer[..count]).await.is_err() {
                            return false;
                        }
                    }
                };
                tokio::select! { _ = up => {}, _ = down => {} }
            });
        }
    });
    port
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_an_answer_lost_on_the_way_is_unknown_though_it_was_committed() {
    let server = Postgres::start().await;
    let direct = server.database().await;
    let cut = Arc::new(AtomicBool::new(false));
    let port = proxy(server.port, cut.clone()).await;
    let through = direct.replace(&format!(":{}/", server.port), &format!(":{port}/"));
    let options = Options { lanes: 1, ..Options::new(Location::Postgres(through)) };
    let store = Store::open(&options).await.expect("a node behind a proxy");
    let (journal, stream) = (store.journal(), stream());
    let (head, _) = add(&*journal, stream, &["warm"]).await;

    let whole = append(vec![part(stream, head, &["lost"])]);
    cut.store(true, Ordering::SeqCst);
    let answer = journal.append(whole.clone()).await;
    assert!(matches!(answer, Err(JournalError::Unknown(_))), "{answer:?}");
    cut.store(false, Ordering::SeqCst);
    let answer = journal.append(whole).await;
    let Ok(Appended::Conflict(heads)) = answer else { panic!("{answer:?}") };
    assert_eq!(heads[0].1.version, 2);
    let events = journal.read(stream.topic, 1, 10).await.expect("sound");
    assert_eq!(events.iter().map(|event| event.payload.as_ref()).collect::<Vec<_>>(), [b"lost"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_what_was_acknowledged_survives_a_crash_of_the_server() {
    let mut server = Postgres::start().await;
    let options = Options::new(Location::Postgres(server.database().await));
    let store = Store::open(&options).await.expect("a node");
    let (journal, stream) = (store.journal(), stream());
    let (head, _) = add(&*journal, stream, &["a", "b"]).await;
    server.kill();
    let answer = journal.append(append(vec![part(stream, head, &["c"])])).await;
    assert!(matches!(answer, Err(JournalError::Unknown(_) | JournalError::Unavailable(_))), "{answer:?}");
    // With the broken connection given up, it is certain that nothing is committed.
    let answer = journal.append(append(vec![part(stream, head, &["c"])])).await;
    assert!(matches!(answer, Err(JournalError::Unavailable(_))), "{answer:?}");
    server.restart().await;
    let back =
        until("the journal is back", async || journal.append(append(vec![part(stream, head, &["c"])])).await.ok())
            .await;
    assert!(matches!(back, Appended::Committed(_)), "nothing was written meanwhile: {back:?}");
    let events = until("reads are back", async || journal.read(stream.topic, 0, 10).await.ok()).await;
    assert_eq!(events.len(), 3);
    assert_eq!(store.about().await.expect("an answer").epoch, 1, "a crash of the server is no other history");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_a_connection_asks_for_durable_commits_itself() {
    let url = support::postgres::database().await;
    let name = url.split('/').next_back().and_then(|rest| rest.split('?').next()).expect("a database").to_owned();
    let backend = Backend::postgres().await;
    // What a connection asks for itself wins over the database's own setting.
    backend.tamper(&format!("alter database {name} set synchronous_commit = off")).await;
    let store = Store::open(&Options::new(Location::Postgres(url))).await.expect("asserted by the connection itself");
    let (head, _) = add(&*store.journal(), stream(), &["a"]).await;
    assert_eq!(head.version, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_a_server_that_may_lose_writes_is_refused() {
    for setting in ["fsync=off", "full_page_writes=off"] {
        let server = Postgres::start_with(&[setting]).await;
        let refused = Store::open(&Options::new(Location::Postgres(server.database().await))).await.err();
        let Some(StoreError::Unsuitable(why)) = refused else { panic!("{setting}: {refused:?}") };
        assert!(why.contains("could be lost"), "{why}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_a_folder_in_use_is_refused_until_it_was_closed() {
    let backend = Backend::sqlite().await;
    let refused = Store::open(&backend.options).await.err();
    assert!(matches!(refused, Some(StoreError::Locked(_))), "{refused:?}");
    backend.store.close().await;
    // The journal is closed though somebody still holds it.
    let answer = backend.journal().append(append(vec![part(stream(), Head::EMPTY, &["x"])])).await;
    assert!(matches!(answer, Err(JournalError::Unavailable(_))), "{answer:?}");
    let store = Store::open(&backend.options).await.expect("free again");
    assert_eq!(store.about().await.expect("an answer").epoch, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_reopened_has_everything() {
    let mut backend = Backend::sqlite().await;
    let stream = stream();
    let (head, position) = add(&*backend.journal(), stream, &["a", "b"]).await;
    backend.reopen().await;
    assert_eq!(backend.journal().head(stream.topic).await, Ok(head));
    let (_, later) = add(&*backend.journal(), stream, &["c"]).await;
    assert!(later > position);
}

#[test]
fn a_location_is_a_url_or_a_folder() {
    let at = |text: &str| text.parse::<Options>().map(|options| options.location);
    assert_eq!(at("postgres://host/db"), Ok(Location::Postgres("postgres://host/db".into())));
    assert_eq!(at("./data"), Ok(Location::Sqlite("./data".into())));
    assert!(matches!(at("mysql://host/db"), Err(StoreError::Unsuitable(_))));
    let shown = format!("{:?}", at("postgres://someone:secret@host/db"));
    assert!(!shown.contains("secret"), "{shown}");
}
