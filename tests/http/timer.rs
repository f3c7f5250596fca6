//! The timer of a person over REST: begun, stopped and thrown away, one at a time, and what the board is told.

use reqwest::Method;
use serde_json::{Value, json};

use super::{App, Person, send, text};

fn last(path: &str) -> &str {
    path.rsplit('/').next().expect("an id")
}

/// What is asked to begin on a task, by its path.
fn on(task: &str) -> Value {
    let parts: Vec<&str> = task.split('/').collect();
    json!({ "org_id": parts[4], "board_id": parts[6], "task_id": parts[8] })
}

async fn running(who: &Person<'_>) -> Option<String> {
    let own = who.get("/api/v1/me/timer").await.ok();
    assert!(own["now"].is_number());
    own["timer"]["task_id"].as_str().map(str::to_owned)
}

#[tokio::test]
async fn one_timer_counts_at_a_time_and_its_time_is_noted_where_it_counted() {
    let app = App::start().await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let board = ana.board(&org, json!({ "visibility": "organization" })).await;
    let other = ana.board(&org, json!({ "visibility": "organization", "name": "Other", "key": "OTH" })).await;
    let (first, second) = (ana.task(&board, "First").await, ana.task(&other, "Second").await);
    assert_eq!(running(&ben).await, None);
    let begun = ben.post("/api/v1/me/timer", on(&first)).await.created();
    assert_eq!(text(&begun["timer"]["task_id"]), last(&first));
    assert_eq!(running(&ben).await.as_deref(), Some(last(&first)));
    // Others see who works on it; and one timer is one, on whatever board.
    assert_eq!(ana.get(&first).await.ok()["face"]["working"], json!([ben.id()]));
    ben.post("/api/v1/me/timer", on(&second)).await.refused("timer_running");
    ben.post("/api/v1/me/timer", on(&first)).await.refused("timer_running");
    assert_eq!(running(&ana).await, None);

    let wrong = json!({ "entry_id": uuid::Uuid::now_v7() });
    ben.post("/api/v1/me/timer/stop", wrong).await.refused("wrong_state");
    let stopped = ben.post("/api/v1/me/timer/stop", json!({ "note": "Drafts" })).await.ok();
    assert_eq!(stopped.get("lost"), None, "{stopped}");
    let whole = ana.get(&first).await.ok();
    assert_eq!(whole["face"].get("working"), None);
    let entry = &whole["time"][0];
    assert_eq!((&entry["entry_id"], &entry["note"]), (&stopped["entry_id"], &json!("Drafts")));
    assert_eq!((text(&entry["account_id"]), &entry["duration_s"]), (ben.id(), &stopped["duration_s"]));
    ben.post("/api/v1/me/timer/stop", json!({})).await.refused("wrong_state");

    // Thrown away, nothing is noted.
    ben.post("/api/v1/me/timer", on(&second)).await.created();
    assert_eq!(ben.delete("/api/v1/me/timer").await.status.as_u16(), 204);
    assert_eq!(running(&ben).await, None);
    let whole = ana.get(&second).await.ok();
    assert_eq!((whole.get("time"), whole["face"].get("working")), (None, None));
    ben.delete("/api/v1/me/timer").await.refused("wrong_state");
    app.stop().await;
}

#[tokio::test]
async fn whoever_heard_nothing_of_a_stopped_timer_asks_again_and_is_answered_as_before() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let board = ana.board(&org, json!({})).await;
    let (first, second) = (ana.task(&board, "First").await, ana.task(&board, "Second").await);
    let asks = |method: Method, path: &str, key: &str, body: Value| {
        send(ana.request(method, &format!("/api/v1/me/timer{path}")).header("idempotency-key", key).json(&body))
    };
    let begun = asks(Method::POST, "", "begin", on(&first)).await.created();
    assert_eq!(asks(Method::POST, "", "begin", on(&first)).await.created()["seq"], begun["seq"]);
    let stopped = asks(Method::POST, "/stop", "stop", json!({ "note": "Drafts" })).await.ok();
    // No timer counts, and then another one: it is the answer of before, and nothing is stopped by it.
    assert_eq!(asks(Method::POST, "/stop", "stop", json!({ "note": "Drafts" })).await.ok(), stopped);
    asks(Method::POST, "", "other", on(&second)).await.created();
    assert_eq!(asks(Method::POST, "/stop", "stop", json!({ "note": "Drafts" })).await.ok(), stopped);
    assert_eq!(running(&ana).await.as_deref(), Some(last(&second)));
    assert_eq!(ana.get(&first).await.ok()["time"].as_array().map(Vec::len), Some(1));
    asks(Method::POST, "/stop", "stop", json!({ "note": "Other" })).await.refused("idempotency_mismatch");
    for _ in 0..2 {
        assert_eq!(asks(Method::DELETE, "", "discard", json!({})).await.status.as_u16(), 204);
    }
    asks(Method::DELETE, "", "another", json!({})).await.refused("wrong_state");
    app.stop().await;
}

#[tokio::test]
async fn a_timer_is_stopped_whatever_became_of_its_task() {
    let app = App::start().await;
    let (ana, ben, eve) = (app.person("Ana").await, app.person("Ben").await, app.person("Eve").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let board = ana.board(&org, json!({ "visibility": "organization" })).await;
    let task = ana.task(&board, "Here and gone").await;
    eve.post("/api/v1/me/timer", on(&task)).await.refused("not_found");
    // Whoever lost the board stops it, and is told that the time is noted nowhere; nobody works on it then.
    ben.post("/api/v1/me/timer", on(&task)).await.created();
    ana.patch(&board, json!({ "visibility": "private" })).await.ok();
    let stopped = ben.post("/api/v1/me/timer/stop", json!({})).await.ok();
    assert_eq!(stopped["lost"], "not_found");
    let whole = ana.get(&task).await.ok();
    assert_eq!((whole.get("time"), whole["face"].get("working")), (None, None));
    ben.post("/api/v1/me/timer", on(&task)).await.refused("not_found");
    // In the archive it is noted, in the trash it is not.
    ana.post("/api/v1/me/timer", on(&task)).await.created();
    ana.post(&format!("{task}/archive"), json!({})).await.ok();
    assert_eq!(ana.post("/api/v1/me/timer/stop", json!({})).await.ok().get("lost"), None);
    ana.post("/api/v1/me/timer", on(&task)).await.refused("wrong_state");
    ana.post(&format!("{task}/unarchive"), json!({})).await.ok();
    ana.post("/api/v1/me/timer", on(&task)).await.created();
    ana.delete(&task).await.ok();
    assert_eq!(ana.post("/api/v1/me/timer/stop", json!({})).await.ok()["lost"], "not_found");
    app.stop().await;
}

#[tokio::test]
async fn the_public_is_not_told_who_works_on_what() {
    let app = App::start().await;
    let (ana, eve) = (app.person("Ana").await, app.person("Eve").await);
    let org = ana.organization().await;
    let board = ana.board(&org, json!({ "visibility": "public" })).await;
    let task = ana.task(&board, "In the open").await;
    ana.post("/api/v1/me/timer", on(&task)).await.created();
    for path in [&task, &format!("{board}/history"), &format!("{board}/tasks")] {
        let shown = eve.get(path).await.ok().to_string();
        assert!(!shown.contains("working") && !shown.contains("time.started"), "{path}: {shown}");
    }
    assert_eq!(ana.get(&task).await.ok()["face"]["working"], json!([ana.id()]));
    app.stop().await;
}
