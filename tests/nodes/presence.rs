//! Who is on a board, whichever node they are on.

use std::time::{Duration, Instant};

use lockstep_protocol::{
    frame::{ClientMessage, Ephemeral, EphemeralUpdate, PresenceDiff, PresenceMeta, PresenceUpdate, ServerMessage},
    ids::{ClientId, ConnectionId, TaskId},
};

use super::cluster::{Cluster, connect, found, register};
use crate::{
    support::{node::id, until},
    ws::client::Client,
};

async fn diff(client: &mut Client) -> PresenceDiff {
    client.pick(|message| if let ServerMessage::PresenceDiff(diff) = message { Some(diff.clone()) } else { None }).await
}

/// Waits until this connection is said to have come (or to do something else).
async fn came(client: &mut Client, who: ConnectionId) -> PresenceDiff {
    loop {
        let diff = diff(client).await;
        if diff.joined.iter().any(|entry| entry.connection_id == who) {
            return diff;
        }
    }
}

async fn went(client: &mut Client, who: ConnectionId) -> PresenceDiff {
    loop {
        let diff = diff(client).await;
        if diff.left.contains(&who) {
            return diff;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r36_r38_r58_people_on_other_nodes_are_seen_and_go_when_their_node_is_killed() {
    let mut cluster = Cluster::start(2).await;
    let ana = register(&cluster.nodes[0], "ana@example.org").await;
    let mut here = connect(cluster.nodes[0].address, &ana, ClientId(id())).await;
    let place = found(&mut here).await;
    here.join_with(place.board, None, true).await.expect("joins");
    let mut there = connect(cluster.nodes[1].address, &ana, ClientId(id())).await;
    there.join_with(place.board, None, true).await.expect("joins");
    // Both hear of each other: the newcomer by asking, the other by being told.
    assert_eq!(came(&mut here, there.id).await.count, 2);
    let here_id = here.id;
    came(&mut there, here_id).await;
    // One who comes now is told of all at once.
    let mut late = connect(cluster.nodes[0].address, &ana, ClientId(id())).await;
    late.join_with(place.board, None, true).await.expect("joins");
    let state = late
        .pick(|message| if let ServerMessage::PresenceState(state) = message { Some(state.clone()) } else { None })
        .await;
    assert_eq!((state.count, state.entries.len()), (3, 3));
    // What somebody does, and points at.
    let meta = PresenceMeta { task_id: Some(TaskId(id())), away: false };
    there.send(&[ClientMessage::Presence(PresenceUpdate { topic: place.board.into(), meta: meta.clone() })]).await;
    let changed = came(&mut here, there.id).await;
    let entry = changed.joined.iter().find(|entry| entry.connection_id == there.id).expect("it is theirs");
    assert_eq!(entry.meta, meta.into());
    let body = Ephemeral::Cursor { x: 5, y: 6 };
    there.send(&[ClientMessage::Ephemeral(EphemeralUpdate { topic: place.board.into(), body: body.clone() })]).await;
    let moment = here
        .pick(|message| if let ServerMessage::Ephemeral(moment) = message { Some(moment.clone()) } else { None })
        .await;
    assert_eq!((moment.connection_id, moment.body), (there.id, body));
    // Leaving is told at once.
    let mut brief = connect(cluster.nodes[1].address, &ana, ClientId(id())).await;
    brief.join_with(place.board, None, true).await.expect("joins");
    came(&mut here, brief.id).await;
    brief.leave(place.board).await.expect("leaves");
    went(&mut here, brief.id).await;
    // A node that is killed says nothing: three beats later its people are gone.
    let killed = Instant::now();
    cluster.nodes[1].child.kill().await.expect("kills");
    let gone = went(&mut here, there.id).await;
    assert_eq!(gone.count, 2, "the two of this node");
    assert!(killed.elapsed() < Duration::from_secs(6), "{:?}", killed.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn r58_without_redis_the_people_of_this_node_are_seen_and_the_others_again_when_it_is_back() {
    let mut cluster = Cluster::start(2).await;
    let ana = register(&cluster.nodes[0], "ana@example.org").await;
    let mut here = connect(cluster.nodes[0].address, &ana, ClientId(id())).await;
    let place = found(&mut here).await;
    here.join_with(place.board, None, true).await.expect("joins");
    let mut there = connect(cluster.nodes[1].address, &ana, ClientId(id())).await;
    there.join_with(place.board, None, true).await.expect("joins");
    came(&mut here, there.id).await;
    cluster.redis.kill();
    went(&mut here, there.id).await;
    // Changes still arrive, by the scan.
    let task = crate::support::node::new_task(place.column, "Without Redis");
    let ack = there.ask(place.board, task).await.expect("adds");
    let asked = Instant::now();
    until("the change arrives", async || (here.events(place.board).await.seq == ack.seq).then_some(())).await;
    assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
    cluster.redis.restart().await;
    came(&mut here, there.id).await;
}
