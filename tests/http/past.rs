//! Taking back, doing again, and how a board was.

use serde_json::{Value, json};

use super::{App, text};

fn titles(then: &Value) -> Vec<&str> {
    then["view"]["tasks"].as_array().expect("tasks").iter().map(|task| text(&task["title"])).collect()
}

#[tokio::test]
async fn a_change_is_taken_back_and_done_again_from_any_device() {
    let app = App::start().await;
    let (ana, ben, eve) = (app.person("Ana").await, app.person("Ben").await, app.person("Eve").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let board = ana.board(&org, json!({ "visibility": "organization" })).await;
    let task = ana.task(&board, "First").await;
    let undo = format!("{board}/undo");

    ana.patch(&task, json!({ "description": "It was so." })).await.ok();
    let done = ana.patch(&task, json!({ "title": "Second", "description": "It is so." })).await.ok();
    let seq = done["seq"].as_u64().expect("a seq");
    let mine = ana.get(&format!("{undo}?min_seq={seq}")).await.ok();
    assert_eq!((mine["undo"]["seq"].as_u64(), &mine["redo"]), (Some(seq), &Value::Null));
    assert_eq!(mine["undo"]["events"], json!(["task.updated"]));
    assert!(task.ends_with(text(&mine["undo"]["task_id"])));

    // Whose it is not, who is not there, and what was not.
    ben.post(&undo, json!({ "seq": seq })).await.refused("forbidden");
    eve.post(&undo, json!({ "seq": seq })).await.refused("not_found");
    let refused = ana.post(&undo, json!({ "seq": seq + 1 })).await.refused("not_found");
    assert_eq!(refused["field"], "seq");
    ana.post(&undo, json!({ "seq": 0 })).await.refused("not_found");
    ana.post(&undo, json!({})).await.refused("field_required");

    let undone = ana.post(&undo, json!({ "seq": seq })).await.ok()["seq"].as_u64().expect("a seq");
    let detail = ana.get(&format!("{task}?min_seq={undone}")).await.ok();
    assert_eq!((&detail["face"]["title"], &detail["description"]), (&json!("First"), &json!("It was so.")));
    ana.post(&undo, json!({ "seq": seq })).await.refused("wrong_state");
    let mine = ana.get(&undo).await.ok();
    assert_eq!(mine["undo"]["events"], json!(["task.updated"]), "the one before it");
    let again = mine["redo"]["seq"].as_u64().expect("it can be done again");

    let redone = ana.post(&undo, json!({ "seq": again })).await.ok()["seq"].as_u64().expect("a seq");
    let detail = ana.get(&format!("{task}?min_seq={redone}")).await.ok();
    assert_eq!((&detail["face"]["title"], &detail["description"]), (&json!("Second"), &json!("It is so.")));
    assert_eq!(ana.get(&undo).await.ok()["redo"], Value::Null);

    // Somebody else has said something since: it stays, and the answer tells whose it is.
    ben.patch(&task, json!({ "description": "No." })).await.ok();
    let last = ana.get(&undo).await.ok()["undo"]["seq"].clone();
    let refused = ana.post(&undo, json!({ "seq": last })).await.refused("precondition_failed");
    assert_eq!((&refused["field"], &refused["conflicts"][0]["by"]), (&json!("description"), &json!(ben.id())));
    assert_eq!(ana.get(&task).await.ok()["description"], "No.");
    app.stop().await;
}

#[tokio::test]
async fn a_board_is_shown_as_it_was_and_a_task_made_what_it_was() {
    let app = App::start().await;
    let (ana, eve) = (app.person("Ana").await, app.person("Eve").await);
    let org = ana.organization().await;
    let board = ana.board(&org, json!({ "visibility": "organization" })).await;
    let task = ana.task(&board, "One").await;
    let comment = ana.post(&format!("{task}/comments"), json!({ "text": "A secret" })).await.created();
    let said = ana.patch(&task, json!({ "description": "Long" })).await.ok()["seq"].as_u64().expect("a seq");
    assert!(comment["seq"].as_u64() < Some(said));
    let then = ana.get(&format!("{board}/then?seq={said}")).await.ok();
    let at = then["at"].as_i64().expect("a time");
    for step in 0..330 {
        // So many that a snapshot is stored between then and now.
        ana.patch(&task, json!({ "title": format!("Title {step}") })).await.ok();
    }
    ana.task(&board, "Two").await;
    let comment_id = text(&ana.get(&task).await.ok()["comments"][0]["comment_id"]).to_owned();
    ana.delete(&format!("{task}/comments/{comment_id}")).await.ok();

    for moment in [format!("seq={said}"), format!("at={at}")] {
        let then = ana.get(&format!("{board}/then?{moment}")).await.ok();
        assert_eq!((then["seq"].as_u64(), titles(&then)), (Some(said), vec!["One"]));
    }
    let now = ana.get(&format!("{board}/then")).await.ok();
    assert_eq!(titles(&now), ["Title 329", "Two"]);
    let seq = now["seq"].as_u64().expect("a seq");
    let detail = ana.get(&format!("{task}/then?seq={said}")).await.ok();
    assert_eq!((&detail["face"]["title"], &detail["description"]), (&json!("One"), &json!("Long")));
    assert_eq!(detail["comments"], json!([]), "what was taken back since is not shown any more");

    let found = ana.get(&format!("{board}/differences?from={said}")).await.ok();
    let items = found["items"].as_array().expect("items");
    assert_eq!((items.len(), found["to"].as_u64()), (2, Some(seq)));
    assert_eq!(items[0]["aspects"], json!(["title", "comments"]));
    assert_eq!((&items[0]["before"]["title"], &items[0]["after"]["title"]), (&json!("One"), &json!("Title 329")));
    assert_eq!((&items[1]["before"], &items[1]["after"]["title"]), (&Value::Null, &json!("Two")));
    let none = ana.get(&format!("{board}/differences?from={said}&to={said}")).await.ok();
    assert_eq!(none["items"], json!([]));

    // Moments that were not.
    for wrong in [format!("seq={}", seq + 1), "seq=0".to_owned(), "at=5".to_owned()] {
        ana.get(&format!("{board}/then?{wrong}")).await.refused("not_found");
    }
    ana.get(&format!("{board}/then?seq=1&at=1")).await.refused("field_invalid");
    ana.get(&format!("{board}/differences?from={seq}&to={said}")).await.refused("not_found");
    ana.get(&format!("{board}/differences")).await.refused("field_required");

    let back = ana.post(&format!("{task}/revert"), json!({ "seq": said })).await.ok()["seq"].as_u64().expect("a seq");
    assert_eq!(ana.get(&format!("{task}?min_seq={back}")).await.ok()["face"]["title"], "One");
    ana.post(&format!("{task}/revert"), json!({ "seq": 1 })).await.refused("wrong_state");

    // Strangers, and the public of a board that is public by now, see nothing of the past.
    for visibility in ["organization", "public"] {
        ana.patch(&board, json!({ "visibility": visibility })).await.ok();
        for path in [
            format!("{board}/then"),
            format!("{task}/then"),
            format!("{board}/differences?from=1"),
            format!("{board}/undo"),
        ] {
            eve.get(&path).await.refused("not_found");
        }
    }
    app.stop().await;
}
