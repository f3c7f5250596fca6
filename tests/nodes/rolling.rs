//! Nodes that are replaced one after the other: nobody loses anything, and nobody is shown an error they could not retry.

use std::time::{Duration, Instant};

use lockstep_protocol::{
    codes::Code,
    frame::{Acknowledged, ClientMessage, CommandMessage, Outcome, ResumedFrom, ServerMessage},
    ids::ClientId,
    limits::Limits,
};
use sqlx::{ConnectOptions, postgres::PgConnectOptions};

use super::cluster::{Cluster, connect, found, register};
use crate::support::{
    node::{id, new_task},
    until,
};

#[tokio::test(flavor = "multi_thread")]
async fn r51_a_node_that_is_told_to_end_answers_what_is_on_its_way_and_its_people_go_on_elsewhere() {
    let mut cluster = Cluster::start(2).await;
    let ana = register(&cluster.nodes[0], "ana@example.org").await;
    let client_id = ClientId(id());
    let mut author = connect(cluster.nodes[0].address, &ana, client_id).await;
    let place = found(&mut author).await;
    let mut watcher = connect(cluster.nodes[0].address, &ana, ClientId(id())).await;
    let held = watcher.join_live(place.board).await;
    let commands: Vec<CommandMessage> =
        (0..40).map(|number| author.command(place.board, new_task(place.column, &format!("Task {number}")))).collect();
    author.send(&commands.iter().cloned().map(ClientMessage::Command).collect::<Vec<_>>()).await;
    let told = Instant::now();
    cluster.nodes[0].signal("TERM").await;

    // Each command is answered once: done, or to be asked elsewhere.
    assert_eq!(author.closed().await, 4410);
    let mut answers: Vec<Option<Acknowledged>> = vec![None; commands.len()];
    let (mut replies, mut delay) = (0, None);
    for message in author.kept.drain(..) {
        match message {
            ServerMessage::Goaway(goaway) => delay = Some(goaway.reconnect_after_ms),
            ServerMessage::Reply(reply) => {
                let at = commands.iter().position(|command| command.reference == reply.reference).expect("asked");
                replies += 1;
                match reply.outcome {
                    Outcome::Ok(acknowledged) => assert!(answers[at].replace(acknowledged).is_none()),
                    Outcome::Error(failure) => assert_eq!((failure.code, failure.temporary), (Code::GoingAway, true)),
                }
            }
            _ => {}
        }
    }
    assert!(delay.is_some_and(|delay| delay <= Limits::default().goaway_delay_max_ms), "{delay:?}");
    assert!(replies <= commands.len());
    assert_eq!(watcher.closed().await, 4410);

    // Elsewhere, without waiting: what was done is known, the rest is done now, each once.
    let mut author = connect(cluster.nodes[1].address, &ana, client_id).await;
    let mut again = connect(cluster.nodes[1].address, &ana, ClientId(id())).await;
    let joined = again.join(place.board, Some(held)).await.expect("joins");
    assert_ne!(joined.resumed_from, ResumedFrom::Snapshot, "it goes on where it was");
    let mut last = 0;
    for (command, answer) in commands.iter().zip(&answers) {
        author.send(&[ClientMessage::Command(command.clone())]).await;
        let done = author.reply(command.reference).await.expect("is done");
        assert!(
            answer.as_ref().is_none_or(|answer| (answer.epoch, answer.seq) == (done.epoch, done.seq)),
            "the same answer"
        );
        last = last.max(done.seq);
    }
    assert_eq!(last, held.seq + 40, "each once");
    let mut seen = held.seq;
    while seen < last {
        let events = again.events(place.board).await;
        assert_eq!(events.after, seen);
        seen = events.seq;
    }

    let status = cluster.nodes[0].ended().await;
    assert!(status.success(), "{status:?}: {}", cluster.log(0));
    assert!(told.elapsed() < Duration::from_secs(30), "{:?}", told.elapsed());
    // What was live was put away on the way out.
    let options: PgConnectOptions = cluster.database.parse().expect("a URL");
    let mut connection = options.connect().await.expect("the server runs");
    let count = "select count(*) from snapshots where stream_id = any($1)";
    let streams = vec![place.org.0, place.board.0];
    let kept: i64 = sqlx::query_scalar(count).bind(streams).fetch_one(&mut connection).await.expect("a number");
    assert_eq!(kept, 2, "the organization and the board: {}", cluster.log(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_starts_before_its_database_waits_for_it() {
    let mut cluster = Cluster::start(0).await;
    cluster.postgres.kill();
    cluster.launch(&[]);
    until("it says so", async || cluster.log(0).contains("waiting for the database").then_some(())).await;
    cluster.postgres.restart().await;
    until("it is ready", async || reqwest::get(cluster.nodes[0].url("/livez")).await.ok()).await;
}
