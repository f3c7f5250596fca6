//! People are told of everything that concerns them, and of nothing twice, with the server killed before each thing that it does for it.

use lockstep_protocol::values::{Micros, NotifyReason};
use serde_json::json;

use super::{Place, Scene, Trigger, killed_after};

/// Of what happened before there were inboxes nobody is told: it happens after that.
const SOON: Micros = -5_000_000;

/// Three tasks that are given to one, with a comment that means another.
pub fn news(scene: Scene) -> Trigger {
    let (ben, cleo) = (scene.ben, scene.cleo);
    let column = "0190aaaa-0000-7000-8000-0000000000c1";
    let id = |kind: char, n: u8| format!("0190aaaa-0000-7000-8000-0000000000{kind}{n}");
    let mut commands =
        vec![json!({ "type": "column.create", "column_id": column, "name": "News", "kind": "active", "place": {} })];
    for n in 0..3 {
        let task = id('d', n);
        commands
            .push(json!({ "type": "task.create", "task_id": task, "column_id": column, "title": "News", "place": {} }));
        commands.push(json!({ "type": "task.assign", "task_id": task, "account_id": ben }));
        let text = format!("What does @[{cleo}] say?");
        commands.push(json!({ "type": "comment.add", "task_id": task, "comment_id": id('e', n), "text": text, "mentions": [cleo] }));
    }
    let bulk = json!({ "type": "board.bulk", "commands": commands });
    (scene.ana, scene.board.into(), serde_json::from_value(bulk).expect("a command"))
}

/// Each once, in the order in which it happened.
async fn was_told(place: Place, scene: Scene) {
    let rows = place.dump().await;
    let told = |reason: NotifyReason| {
        let board = scene.board.to_string();
        let about = |row: &&String| row.starts_with("told") && row.contains(&board);
        rows.iter().filter(about).filter(|row| row.contains(&format!("reason: {reason:?},"))).count()
    };
    assert_eq!([NotifyReason::Assigned, NotifyReason::Mentioned, NotifyReason::Commented].map(told), [3, 3, 3]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_concerns_people() {
    killed_after(SOON, Place::sqlite(), "notify", 9, news, was_told).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_concerns_people_on_postgres() {
    killed_after(SOON, Place::postgres().await, "notify", 9, news, was_told).await;
}

/// Each once, to whom it concerns.
async fn was_mailed(place: Place, scene: Scene) {
    let rows = place.dump().await;
    let about = |row: &&String| row.starts_with("mailed") && row.ends_with(" News");
    let mailed = |words: &str| rows.iter().filter(about).filter(|row| row.contains(words)).count();
    assert_eq!([mailed("gave you"), mailed("mentioned you")], [3, 3]);
    was_told(place, scene).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_queued_for_mail() {
    killed_after(SOON, Place::sqlite(), "deliver", 3, news, was_mailed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_goes_by_mail() {
    killed_after(SOON, Place::sqlite(), "courier", 4, news, was_mailed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_goes_by_mail_on_postgres() {
    killed_after(SOON, Place::postgres().await, "courier", 4, news, was_mailed).await;
}
