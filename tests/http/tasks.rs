//! Tasks: made, found whole with their texts, changed, listed, and their history.

use reqwest::Method;
use serde_json::{Value, json};

use super::{App, send, text};

#[tokio::test]
async fn the_dates_that_a_write_does_not_name_stay_as_others_set_them_meanwhile() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let board = ana.board(&org, json!({})).await;
    let task = ana.task(&board, "Dated").await;
    let set = |key: &str, at: i64, body: Value| {
        let key = format!("{key} {at}");
        send(ana.request(Method::PATCH, &task).header("idempotency-key", key).json(&body))
    };
    const DAY: i64 = 86_400_000_000;
    for at in (1..=20).map(|n| n * DAY) {
        let due = json!({ "at": at + 100 * DAY, "has_time": true });
        let (starts, ends) =
            tokio::join!(set("start", at, json!({ "start_at": at })), set("due", at, json!({ "due": due })));
        let (starts, ends) = (starts.ok(), ends.ok());
        let face = ana.get(&task).await.ok()["face"].clone();
        assert_eq!((&face["start_at"], &face["due"]), (&json!(at), &due));
        // Asked again, each is answered as it was, and nothing happens.
        assert_eq!(set("start", at, json!({ "start_at": at })).await.ok()["seq"], starts["seq"]);
        assert_eq!(set("due", at, json!({ "due": due })).await.ok()["seq"], ends["seq"]);
    }
    app.stop().await;
}

#[tokio::test]
async fn a_task_is_made_changed_and_read_whole() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let board = ana.board(&org, json!({})).await;
    let task = ana.task(&board, "Write it").await;
    let second = ana.column(&board, 1).await;
    let change = json!({ "description": "All of **it**", "priority": "high", "due": { "at": 1_799_971_200_000_000_i64, "has_time": false } });
    ana.patch(&task, change).await.ok();
    ana.patch(&task, json!({ "start_at": 1_700_000_000_000_000_i64 })).await.ok();
    ana.post(&format!("{task}/move"), json!({ "column_id": second })).await.ok();
    ana.post(&format!("{task}/assign"), json!({ "account_id": ana.id() })).await.ok();
    ana.post(&format!("{task}/comments"), json!({ "text": "First" })).await.created();
    let seq = ana.post(&format!("{task}/comments"), json!({ "text": "Second" })).await.created()["seq"].clone();
    ana.post(&format!("{task}/complete"), json!({})).await.ok();
    let detail = ana.get(&format!("{task}?min_seq={seq}")).await.ok();
    let face = &detail["face"];
    assert_eq!(
        (text(&face["title"]), text(&face["column_id"]), text(&face["priority"])),
        ("Write it", second.as_str(), "high")
    );
    assert_eq!((&face["start_at"], &face["due"]["has_time"]), (&json!(1_700_000_000_000_000_i64), &json!(false)));
    assert_eq!((text(&detail["description"]), text(&detail["created_by"])), ("All of **it**", ana.id()));
    let texts: Vec<&str> =
        detail["comments"].as_array().expect("comments").iter().map(|one| text(&one["text"])).collect();
    assert_eq!(texts, ["First", "Second"]);
    assert!(face["completed_at"].is_number());
    ana.patch(&task, json!({ "due": null })).await.ok();
    let face = ana.get(&task).await.ok()["face"].clone();
    assert!(face.get("due").is_none() && face["start_at"].is_number(), "{face}");
    ana.patch(&task, json!({})).await.refused("field_required");
    app.stop().await;
}

#[tokio::test]
async fn every_verb_of_a_task_does_what_it_says() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let board = ana.board(&org, json!({})).await;
    let task = ana.task(&board, "One").await;
    ana.post(&format!("{board}/labels"), json!({ "name": "Urgent", "colour": "red" })).await.created();
    let label = json!({ "label_id": ana.get(&board).await.ok()["labels"][0]["label_id"] });
    let act = async |verb: &str, body: Value| ana.post(&format!("{task}/{verb}"), body).await.ok();
    let face = async || ana.get(&task).await.ok();
    act("label", label.clone()).await;
    assert_eq!(face().await["face"]["labels"].as_array().map(Vec::len), Some(1));
    act("unlabel", label).await;
    assert!(face().await["face"].get("labels").is_none());
    act("assign", json!({ "account_id": ana.id() })).await;
    act("unassign", json!({ "account_id": ana.id() })).await;
    assert!(face().await["face"].get("assignees").is_none());
    act("complete", json!({})).await;
    act("reopen", json!({})).await;
    assert!(face().await["face"].get("completed_at").is_none());
    act("archive", json!({})).await;
    assert_eq!(face().await["lifecycle"], "archived");
    act("unarchive", json!({})).await;
    ana.delete(&task).await.ok();
    assert_eq!(face().await["lifecycle"], "deleted");
    act("restore", json!({})).await;
    assert_eq!(face().await["lifecycle"], "active");
    ana.post(&format!("{task}/explode"), json!({})).await.refused("not_found");
    app.stop().await;
}

#[tokio::test]
async fn tasks_are_listed_by_pages_and_by_their_life() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let board = ana.board(&org, json!({})).await;
    let mut made = Vec::new();
    for number in 0..5 {
        made.push(ana.task(&board, &format!("Task {number}")).await);
    }
    ana.post(&format!("{}/archive", made[1]), json!({})).await.ok();
    ana.delete(&made[2]).await.ok();
    let (mut titles, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = ana.get(&format!("{board}/tasks?limit=2{cursor}")).await.ok();
        titles.extend(page["items"].as_array().expect("items").iter().map(|face| text(&face["title"]).to_owned()));
        match page.get("next_cursor") {
            Some(next) => cursor = format!("&cursor={}", text(next)),
            None => break,
        }
    }
    assert_eq!(titles, ["Task 0", "Task 3", "Task 4"]);
    for (lifecycle, title) in [("archived", "Task 1"), ("deleted", "Task 2")] {
        let page = ana.get(&format!("{board}/tasks?lifecycle={lifecycle}")).await.ok();
        assert_eq!((page["items"].as_array().map(Vec::len), text(&page["items"][0]["title"])), (Some(1), title));
    }
    app.stop().await;
}

#[tokio::test]
async fn a_task_of_another_board_is_not_found_through_this_one() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let (one, two) = (ana.board(&org, json!({})).await, ana.board(&org, json!({})).await);
    let task = ana.task(&one, "Here").await;
    let id = task.rsplit('/').next().expect("an id");
    ana.get(&format!("{two}/tasks/{id}")).await.refused("not_found");
    ana.delete(&format!("{two}/tasks/{id}")).await.refused("not_found");
    ana.post(&format!("{two}/tasks/{id}/complete"), json!({})).await.refused("not_found");
    let foreign = ana.column(&two, 0).await;
    ana.post(&format!("{task}/move"), json!({ "column_id": foreign })).await.refused("not_found");
    app.stop().await;
}

#[tokio::test]
async fn the_history_is_the_events_in_order() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let board = ana.board(&org, json!({})).await;
    ana.task(&board, "One").await;
    let all = ana.get(&format!("{board}/history")).await.ok();
    let events = all["events"].as_array().expect("events");
    let seqs: Vec<u64> = events.iter().map(|event| event["seq"].as_u64().expect("a seq")).collect();
    assert_eq!(seqs, (1..=seqs.len() as u64).collect::<Vec<_>>());
    assert_eq!((text(&events[0]["event"]["type"]), text(&events[0]["by"])), ("board.created", ana.id()));
    assert_eq!(events.last().map(|event| text(&event["event"]["type"])), Some("task.created"));
    assert_eq!(all["head"].as_u64(), seqs.last().copied());
    let page = ana.get(&format!("{board}/history?after=1&limit=2")).await.ok();
    assert_eq!((page["events"].as_array().map(Vec::len), &page["next_after"]), (Some(2), &json!(3)));
    let beyond = ana.get(&format!("{board}/history?after=1000000")).await.ok();
    assert_eq!(beyond["events"], json!([]));
    app.stop().await;
}
