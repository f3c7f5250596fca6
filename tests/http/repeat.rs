//! Tasks that repeat, over REST: set, done, opened again, and what the history says of it.

use serde_json::{Value, json};

use super::{App, Person, text};

/// 2030-01-07, a Monday, at eight in the morning UTC: nine in Berlin.
const MONDAY: i64 = 1_894_003_200_000_000;
const WEEK: i64 = 7 * 86_400_000_000;

async fn tasks(who: &Person<'_>, board: &str, seq: &Value) -> Vec<Value> {
    let page = who.get(&format!("{board}/tasks?min_seq={seq}")).await.ok();
    page["items"].as_array().expect("items").clone()
}

async fn weekly(who: &Person<'_>, board: &str) -> String {
    let task = who.task(board, "Water").await;
    who.patch(&task, json!({ "description": "All of **them**", "due": { "at": MONDAY, "has_time": true } })).await.ok();
    let repeat = json!({ "rule": "freq=weekly;byday=mo", "zone": "Europe/Berlin" });
    who.post(&format!("{task}/repeat"), json!({ "repeat": repeat })).await.ok();
    task
}

#[tokio::test]
async fn what_is_done_comes_again_whole_and_once() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let board = ana.board(&org, json!({})).await;
    let task = weekly(&ana, &board).await;
    let rule = json!({ "rule": "FREQ=WEEKLY;BYDAY=MO", "zone": "Europe/Berlin" });
    assert_eq!(ana.get(&task).await.ok()["face"]["repeat"], rule);
    let done = ana.post(&format!("{task}/complete"), json!({})).await.ok();
    let all = tasks(&ana, &board, &done["seq"]).await;
    assert_eq!(all.len(), 2, "{all:?}");
    let next = all.iter().find(|face| face.get("repeat").is_some()).expect("the next one");
    assert_eq!((&next["repeat"], &next["due"]), (&rule, &json!({ "at": MONDAY + WEEK, "has_time": true })));
    let path = format!("{board}/tasks/{}", text(&next["task_id"]));
    let whole = ana.get(&path).await.ok();
    assert_eq!((text(&whole["description"]), text(&whole["lifecycle"])), ("All of **them**", "active"));
    ana.post(&format!("{task}/complete"), json!({})).await.ok();
    let opened = ana.post(&format!("{task}/reopen"), json!({})).await.ok();
    let all = tasks(&ana, &board, &opened["seq"]).await;
    assert_eq!((all.len(), &all[0]["repeat"], &all[0]["due"]["at"]), (1, &rule, &json!(MONDAY)), "it was taken back");
    let done = ana.post(&format!("{task}/complete"), json!({})).await.ok();
    assert_eq!(tasks(&ana, &board, &done["seq"]).await.len(), 2);
    let history = ana.get(&format!("{board}/history?limit=100")).await.ok();
    let tags: Vec<&str> =
        history["events"].as_array().expect("events").iter().map(|one| text(&one["event"]["type"])).collect();
    let once = ["task.completed", "task.created", "task.repeated"];
    let back = ["task.reopened", "task.repeat.changed", "task.deleted", "task.repeat.changed"];
    let end: Vec<&str> = [&once[..], &back[..], &once[..]].concat();
    assert_eq!(tags[tags.len() - end.len()..], end);
    app.stop().await;
}

#[tokio::test]
async fn a_repetition_is_set_with_the_task_and_taken_away_and_a_rule_that_is_none_is_refused() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let board = ana.board(&org, json!({})).await;
    let column = ana.column(&board, 0).await;
    let daily = json!({ "rule": "FREQ=DAILY", "zone": "Asia/Kolkata" });
    let body = json!({ "column_id": column, "title": "Stretch", "repeat": daily, "points": 2, "minutes": 10 });
    let made = ana.post(&format!("{board}/tasks"), body).await.created();
    let task = format!("{board}/tasks/{}", text(&made["task_id"]));
    let face = ana.get(&format!("{task}?min_seq={}", made["seq"])).await.ok()["face"].clone();
    assert_eq!((&face["repeat"], &face["points"], &face["minutes"]), (&daily, &json!(2), &json!(10)));
    assert_eq!(face["due"]["has_time"], json!(false), "it is due from today on");
    let set = async |body: Value| ana.post(&format!("{task}/repeat"), body).await;
    let why = set(json!({ "repeat": { "rule": "FREQ=DAILY;BYHOUR=9", "zone": "UTC" } })).await.refused("field_invalid");
    assert_eq!((text(&why["field"]), text(&why["detail"])), ("repeat.rule", "BYHOUR is not supported."));
    let why = set(json!({ "repeat": { "rule": "FREQ=DAILY", "zone": "Mars/Olympus" } })).await.refused("field_invalid");
    assert_eq!(text(&why["field"]), "repeat.zone");
    set(json!({ "repeat": { "rule": "FREQ=DAILY" } })).await.refused("field_required");
    set(json!({})).await.ok();
    assert_eq!(ana.get(&task).await.ok()["face"].get("repeat"), None);
    app.stop().await;
}
