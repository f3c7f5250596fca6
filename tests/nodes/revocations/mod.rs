//! Whatever is taken away on one node is gone on another: for every kind of taking away, over every way to ask, with Redis, without, and
//! on a node that is cut off from the database. What each took is printed.

mod case;

use std::{
    collections::BTreeMap,
    sync::Mutex,
    time::{Duration, Instant},
};

use case::{Case, KINDS, Kind, ask};
use futures_util::future::join_all;
use lockstep_protocol::ids::ColumnId;
use reqwest::Method;
use serde_json::json;

use super::cluster::Cluster;
use crate::support::{proxy::Proxy, until};

/// Between two looks, and between two events that ben must not hear of.
const LOOK: Duration = Duration::from_millis(40);
const WRITE: Duration = Duration::from_millis(100);
/// What a busy machine may add to what the server promises.
const SLACK: Duration = Duration::from_millis(400);

/// What ben could still do after his access was acknowledged to be gone, and for how long.
type Found = BTreeMap<String, Duration>;

/// Takes ben's access away and looks for `bound` and a little longer whether he notices.
async fn taken_away(mut case: Case, bound: Duration) -> (Kind, Found) {
    let writing =
        tokio::spawn(keep_writing(case.here.clone(), case.ana.token.clone(), case.board.clone(), case.column));
    case.revoke().await;
    let taken = Instant::now();
    let mut found = Found::new();
    if case.writes().await {
        found.insert("a command".into(), Duration::MAX);
    }
    let mut looks = tokio::time::interval(LOOK);
    let mut open = vec!["a board", "its tasks", "its history", "the list of boards"];
    let mut joining = true;
    while taken.elapsed() < bound + SLACK {
        looks.tick().await;
        let asked = taken.elapsed();
        let looked = join_all(open.iter().map(|way| case.is_let_in(way))).await;
        open = open.into_iter().zip(looked).filter_map(|(way, let_in)| let_in.then_some(way)).collect();
        found.extend(open.iter().map(|way| ((*way).to_owned(), asked)));
        let asked = taken.elapsed();
        if joining && case.joins().await {
            found.insert("a join".into(), asked);
        } else {
            joining = false;
        }
        if case.writes().await {
            found.insert("a command".into(), Duration::MAX);
        }
    }
    let written = {
        writing.abort();
        writing.await.err();
        WRITTEN.lock().expect("not poisoned").remove(&case.board).unwrap_or_default()
    };
    let heard = case.heard.lock().expect("not poisoned");
    // Only what was begun after the answer is certainly later.
    let late = heard.titles.iter().filter(|(title, _)| written.get(title).is_some_and(|begun| *begun > taken));
    if let Some(last) = late.map(|(_, came)| came.duration_since(taken)).max() {
        found.insert("a live event".into(), last);
    }
    match heard.closed {
        Some(closed) => found.insert("an open topic".into(), closed.saturating_duration_since(taken)),
        None => found.insert("an open topic".into(), Duration::MAX),
    };
    (case.kind, found)
}

/// When each title was begun to be written, by the board's path.
static WRITTEN: Mutex<BTreeMap<String, BTreeMap<String, Instant>>> = Mutex::new(BTreeMap::new());

/// Ana goes on working.
async fn keep_writing(node: String, token: String, board: String, column: ColumnId) {
    let mut ticks = tokio::time::interval(WRITE);
    for number in 0_u32.. {
        ticks.tick().await;
        let title = format!("Secret {number}");
        let begun = Instant::now();
        WRITTEN.lock().expect("not poisoned").entry(board.clone()).or_default().insert(title.clone(), begun);
        let body = json!({ "column_id": column, "title": title });
        ask(&node, &token, Method::POST, &format!("{board}/tasks"), Some(body)).await;
    }
}

/// Prints how long each way stayed open, and fails on what stayed open for too long.
fn judge(what: &str, results: &[(Kind, Found)], bound: Duration) {
    let mut ways: BTreeMap<&str, Vec<Duration>> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (kind, found) in results {
        for (way, took) in found {
            ways.entry(way).or_default().push(*took);
            if *took > bound {
                wrong.push(format!("{kind:?}: {way} for {took:?}"));
            }
        }
    }
    println!("{what}: of {} kinds of taking away, how long after the answer each way was still open", results.len());
    for (way, mut took) in ways {
        took.sort();
        let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize];
        println!("  {way:20} in {:2}  p50 {:?}  p99 {:?}  max {:?}", took.len(), at(0.5), at(0.99), at(1.0));
    }
    assert!(wrong.is_empty(), "{what}\n{}", wrong.join("\n"));
}

async fn cases(cluster: &Cluster) -> Vec<Case> {
    let mut cases = Vec::new();
    for kind in KINDS {
        cases.push(Case::prepare(cluster, kind).await);
    }
    cases
}

#[tokio::test(flavor = "multi_thread")]
async fn with_redis_whatever_is_taken_away_is_gone_everywhere_within_a_second() {
    let cluster = Cluster::start(2).await;
    let bound = Duration::from_secs(1);
    let cases = cases(&cluster).await;
    let results = join_all(cases.into_iter().map(|case| taken_away(case, bound))).await;
    judge("Redis is up", &results, bound);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_redis_whatever_is_taken_away_is_gone_everywhere_within_two_seconds() {
    let mut cluster = Cluster::start(2).await;
    let bound = Duration::from_secs(2);
    let cases = cases(&cluster).await;
    cluster.redis.kill();
    let results = join_all(cases.into_iter().map(|case| taken_away(case, bound))).await;
    judge("Redis is dead", &results, bound);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_cut_off_from_the_database_lets_nobody_in_for_longer_than_five_seconds() {
    let mut cluster = Cluster::start(1).await;
    let wire = Proxy::to(cluster.postgres.port).await;
    let direct = cluster.database.clone();
    cluster.database = direct.replace(&format!(":{}/", cluster.postgres.port), &format!(":{}/", wire.port));
    cluster.add(&[]).await;
    let cases = cases(&cluster).await;
    let heard: Vec<_> = cases.iter().map(|case| case.heard.clone()).collect();
    wire.stall();
    let bound = Duration::from_secs(6);
    let results = join_all(cases.into_iter().map(|case| taken_away(case, bound))).await;
    judge("the node is cut off", &results, bound);
    wire.open();
    until("every topic is taken away", async || {
        heard.iter().all(|heard| heard.lock().expect("not poisoned").ended).then_some(())
    })
    .await;
}
