//! A task that goes to another board, and how it is found there.

use serde_json::{Value, json};

use super::{App, Person, text};

async fn board(ana: &Person<'_>, org: &str, key: &str) -> String {
    ana.board(org, json!({ "visibility": "organization", "key": key })).await
}

fn id_of(path: &str) -> &str {
    path.rsplit('/').next().expect("an id")
}

#[tokio::test]
async fn a_task_goes_to_another_board_with_all_that_is_said_of_it_and_is_found_by_its_old_key() {
    let app = App::start().await;
    let (ana, ben, eve) = (app.person("Ana").await, app.person("Ben").await, app.person("Eve").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let (here, there) = (board(&ana, &org, "OPS").await, board(&ana, &org, "FIN").await);
    let column = ana.column(&there, 0).await;
    let task = ana.task(&here, "Pay").await;
    let part = ana.task(&here, "A part").await;
    ana.post(&format!("{part}/parent"), json!({ "parent_id": id_of(&task) })).await.ok();
    ana.patch(&task, json!({ "description": "All of it", "priority": "high" })).await.ok();
    ana.post(&format!("{task}/assign"), json!({ "account_id": ben.id() })).await.ok();
    ben.post(&format!("{task}/comments"), json!({ "text": "Said by Ben" })).await.created();
    let comment = ana.get(&task).await.ok()["comments"][0]["comment_id"].clone();
    let comment = text(&comment);
    ana.post(&format!("{task}/comments/{comment}/react"), json!({ "emoji": "👍" })).await.ok();
    ben.patch(&format!("{task}/comments/{comment}"), json!({ "text": "Said again by Ben" })).await.ok();
    let before = ana.get(&task).await.ok();

    let asked = json!({ "to_board_id": id_of(&there), "column_id": column });
    eve.post(&format!("{task}/transfer"), asked.clone()).await.refused("not_found");
    let wrong = json!({ "to_board_id": id_of(&there), "column_id": id_of(&task) });
    assert_eq!(ana.post(&format!("{task}/transfer"), wrong).await.refused("not_found")["field"], "column_id");
    ana.post(&format!("{task}/transfer"), json!({ "column_id": column })).await.refused("field_required");
    ana.post(&format!("{task}/transfer"), asked).await.ok();

    ana.get(&task).await.refused("not_found");
    let moved = format!("{there}/tasks/{}", id_of(&task));
    let after = ana.get(&moved).await.ok();
    for same in ["description", "created_by", "created_at", "checklists"] {
        assert_eq!(after[same], before[same], "{same}");
    }
    for same in ["title", "priority", "assignees", "comments"] {
        assert_eq!(after["face"][same], before["face"][same], "{same}");
    }
    let (said, was) = (&after["comments"][0], &before["comments"][0]);
    for same in ["comment_id", "author_id", "text", "created_at", "edited_at", "reactions"] {
        assert_eq!(said[same], was[same], "{same}");
    }
    let versions = ana.get(&format!("{moved}/comments/{comment}/history")).await.ok();
    let items = versions["items"].as_array().expect("items");
    assert_eq!((items.len(), &items[0]["by"], &items[0]["text"]), (1, &json!(ben.id()), &json!("Said again by Ben")));
    // Ben may still change what he said.
    ben.patch(&format!("{moved}/comments/{comment}"), json!({ "text": "Said at last" })).await.ok();
    let part_there = ana.get(&format!("{there}/tasks/{}", id_of(&part))).await.ok();
    assert_eq!(part_there["face"]["parent_id"], id_of(&task));

    is_found(&ana, &ben, [&task, &here, &there]).await;
    // Home again: the number is its own.
    let home = json!({ "to_board_id": id_of(&here), "column_id": ana.column(&here, 0).await });
    ana.post(&format!("{moved}/transfer"), home).await.ok();
    let found = ana.get(&format!("{there}/keys/FIN-1")).await.ok();
    assert_eq!((text(&found["key"]), &found["moved"]), ("OPS-1", &Value::Bool(true)));
    assert_eq!(ana.get(&task).await.ok()["comments"][0]["text"], "Said at last");
    let events = ana.get(&format!("{here}/history")).await.ok();
    let tags: Vec<&str> =
        events["events"].as_array().expect("items").iter().map(|one| text(&one["event"]["type"])).collect();
    assert!(
        tags.contains(&"task.transferred") && tags.contains(&"task.received") && tags.contains(&"comments.received")
    );
    app.stop().await;
}

/// A task that has gone from here to there.
async fn is_found(ana: &Person<'_>, ben: &Person<'_>, [task, here, there]: [&str; 3]) {
    // By its id on the old board, and by the key that people wrote down.
    for path in [
        format!("{task}/whereabouts"),
        format!("{here}/keys/OPS-1"),
        format!("{here}/keys/ops-1"),
        format!("{here}/keys/1"),
    ] {
        let found = ana.get(&path).await.ok();
        assert_eq!(found, json!({ "board_id": id_of(there), "task_id": id_of(task), "key": "FIN-1", "moved": true }));
    }
    assert_eq!(ana.get(&format!("{there}/keys/FIN-1")).await.ok()["moved"], false);
    for path in [
        format!("{here}/keys/OPS-9"),
        format!("{here}/keys/FIN-1"),
        format!("{here}/keys/x"),
        format!("{there}/keys/OPS-1"),
    ] {
        ana.get(&path).await.refused("not_found");
    }
    // Whoever does not see where it is learns nothing of it.
    ana.patch(there, json!({ "visibility": "private" })).await.ok();
    ben.get(&format!("{task}/whereabouts")).await.refused("not_found");
    ben.get(&format!("{here}/keys/OPS-1")).await.refused("not_found");
    ana.patch(there, json!({ "visibility": "organization" })).await.ok();
}

#[tokio::test]
async fn open_tasks_are_counted_where_they_are() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let (here, there) = (board(&ana, &org, "OPS").await, board(&ana, &org, "FIN").await);
    let task = ana.task(&here, "Pay").await;
    let given = ana.post(&format!("{task}/assign"), json!({ "account_id": ana.id() })).await.ok();
    let count = async |position: &Value| {
        let members = ana.get(&format!("{org}/members?min_position={}", text(position))).await.ok();
        members["items"][0]["open_tasks"].clone()
    };
    assert_eq!(count(&given["position"]).await, 1);
    let asked = json!({ "to_board_id": id_of(&there), "column_id": ana.column(&there, 0).await });
    let told = ana.post(&format!("{task}/transfer"), asked).await.ok();
    assert_eq!(count(&told["position"]).await, 1);
    app.stop().await;
}

#[tokio::test]
async fn a_move_is_taken_back_and_done_again_with_what_was_changed_meanwhile() {
    let app = App::start().await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let (here, there) = (board(&ana, &org, "OPS").await, board(&ana, &org, "FIN").await);
    let (task, other) = (ana.task(&here, "Pay").await, ana.task(&here, "Ask").await);
    ana.patch(&task, json!({ "description": "All of it" })).await.ok();
    ana.post(&format!("{task}/comments"), json!({ "text": "Soon" })).await.created();
    ana.post(&format!("{other}/depend"), json!({ "kind": "blocks", "other_id": id_of(&task) })).await.ok();
    let before = ana.get(&task).await.ok();
    let asked = json!({ "to_board_id": id_of(&there), "column_id": ana.column(&there, 0).await });
    let moved = ana.post(&format!("{task}/transfer"), asked).await.ok();
    let away = format!("{there}/tasks/{}", id_of(&task));
    ana.patch(&away, json!({ "title": "Pay today" })).await.ok();

    // The seq of the answer is the commit's last; any of it names the commit.
    let seq = moved["seq"].as_u64().expect("a seq");
    let undone = ana.post(&format!("{here}/undo"), json!({ "seq": seq })).await.ok();
    ana.get(&away).await.refused("not_found");
    let after = ana.get(&task).await.ok();
    assert_eq!(after["face"]["title"], "Pay today");
    for same in ["number", "column_id", "rank"] {
        assert_eq!(after["face"][same], before["face"][same], "{same}");
    }
    assert_eq!((&after["description"], &after["comments"][0]["text"]), (&json!("All of it"), &json!("Soon")));
    let asks = ana.get(&other).await.ok();
    assert_eq!(asks["face"]["dependencies"][0]["other_id"], id_of(&task));

    // Again, and back; what is back already is not brought back.
    ana.post(&format!("{here}/undo"), json!({ "seq": seq })).await.refused("wrong_state");
    let redo = undone["seq"].as_u64().expect("a seq");
    let again = ana.post(&format!("{here}/undo"), json!({ "seq": redo })).await.ok();
    assert_eq!(ana.get(&away).await.ok()["face"]["title"], "Pay today");
    ana.get(&task).await.refused("not_found");
    // Not from a board that one does not see any more.
    ben.post(&format!("{here}/undo"), json!({ "seq": again["seq"] })).await.refused("forbidden");
    ana.delete(&there).await.ok();
    let refused = ana.post(&format!("{here}/undo"), json!({ "seq": again["seq"] })).await.refused("not_found");
    assert_eq!(refused["field"], "seq");
    app.stop().await;
}
