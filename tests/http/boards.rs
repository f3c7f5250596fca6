//! Boards: found, read, change, share, put away; idempotency and preconditions.

use reqwest::Method;
use serde_json::{Value, json};

use super::{App, send, text};

#[tokio::test]
async fn a_board_is_founded_from_a_template_and_changed() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let answer = ana.post(&format!("{org}/boards"), json!({ "name": "Operations", "template": "kanban" })).await;
    assert_eq!(answer.header("lockstep-seq"), answer.body["seq"].to_string());
    assert_eq!(answer.header("lockstep-position"), text(&answer.body["position"]));
    let made = answer.created();
    let names: Vec<&str> =
        made["columns"].as_array().expect("columns").iter().map(|column| text(&column["name"])).collect();
    assert_eq!((names, text(&made["key"])), (vec!["To do", "Doing", "Done"], "OPER"));
    let board = format!("{org}/boards/{}", text(&made["board_id"]));
    ana.patch(&board, json!({ "name": "Ops", "visibility": "private" })).await.ok();
    let head = ana.get(&board).await.ok();
    assert_eq!((text(&head["name"]), text(&head["visibility"])), ("Ops", "private"));
    for (verb, lifecycle) in [("archive", "archived"), ("unarchive", "active")] {
        ana.post(&format!("{board}/{verb}"), json!({})).await.ok();
        assert_eq!(ana.get(&board).await.ok()["lifecycle"], lifecycle);
    }
    ana.delete(&board).await.ok();
    assert_eq!(ana.get(&board).await.ok()["lifecycle"], "deleted");
    send(ana.request(Method::POST, &format!("{board}/restore"))).await.ok();
    assert_eq!(ana.get(&board).await.ok()["lifecycle"], "active");
    app.stop().await;
}

#[tokio::test]
async fn columns_and_labels_are_added_changed_and_removed() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let board = ana.board(&org, json!({})).await;
    let first = ana.column(&board, 0).await;
    ana.post(&format!("{board}/columns"), json!({ "name": "Review", "kind": "active" })).await.created();
    let review = ana.column(&board, 3).await;
    ana.post(&format!("{board}/columns/{review}/move"), json!({ "place": { "before": first } })).await.ok();
    assert_eq!(ana.column(&board, 0).await, review);
    ana.patch(&format!("{board}/columns/{review}"), json!({ "name": "Checked", "colour": "teal" })).await.ok();
    ana.post(&format!("{board}/columns/{review}/archive"), json!({})).await.ok();
    let column = ana.get(&board).await.ok()["columns"][0].clone();
    assert_eq!((text(&column["name"]), &column["archived"]), ("Checked", &json!(true)));
    ana.post(&format!("{board}/columns/{review}/unarchive"), json!({})).await.ok();
    ana.delete(&format!("{board}/columns/{review}")).await.ok();
    assert_eq!(ana.column(&board, 0).await, first);
    ana.post(&format!("{board}/labels"), json!({ "name": "Urgent", "colour": "red" })).await.created();
    let label = text(&ana.get(&board).await.ok()["labels"][0]["label_id"]).to_owned();
    ana.patch(&format!("{board}/labels/{label}"), json!({ "colour": "pink" })).await.ok();
    assert_eq!(ana.get(&board).await.ok()["labels"][0]["colour"], "pink");
    ana.delete(&format!("{board}/labels/{label}")).await.ok();
    assert_eq!(ana.get(&board).await.ok()["labels"], json!([]));
    app.stop().await;
}

#[tokio::test]
async fn people_get_and_lose_roles_on_a_board() {
    let app = App::start().await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let org = ana.organization().await;
    let board = ana.board(&org, json!({ "visibility": "private" })).await;
    ana.join(&org, &ben, "guest").await;
    ben.get(&board).await.refused("not_found");
    let seat = format!("{board}/members/{}", ben.id());
    ana.put(&seat, json!({ "role": "viewer" })).await.ok();
    ben.get(&board).await.ok();
    ben.post(&format!("{board}/labels"), json!({ "name": "x", "colour": "red" })).await.refused("forbidden");
    ana.put(&seat, json!({ "role": "editor" })).await.ok();
    ben.post(&format!("{board}/labels"), json!({ "name": "x", "colour": "red" })).await.created();
    ana.delete(&seat).await.ok();
    ben.get(&board).await.refused("not_found");
    app.stop().await;
}

#[tokio::test]
async fn an_idempotency_key_gives_the_same_answer_however_often() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let found = async |key: &str, body: Value| {
        let request = ana.request(Method::POST, &format!("{org}/boards")).header("idempotency-key", key).json(&body);
        send(request).await
    };
    let body = json!({ "name": "Plan", "template": "kanban" });
    let first = found("one", body.clone()).await.created();
    let second = found("one", body.clone()).await.created();
    assert_eq!((&first["board_id"], &first["seq"]), (&second["board_id"], &second["seq"]));
    assert_ne!(found("two", body).await.created()["board_id"], first["board_id"]);
    found("one", json!({ "name": "Another" })).await.refused("idempotency_mismatch");
    let board = format!("{org}/boards/{}", text(&first["board_id"]));
    let column = ana.column(&board, 0).await;
    let task = json!({ "column_id": column, "title": "Once" });
    let create = || ana.request(Method::POST, &format!("{board}/tasks")).header("idempotency-key", "t").json(&task);
    let all = futures_util::future::join_all((0..8).map(|_| send(create()))).await;
    let ids: std::collections::BTreeSet<String> =
        all.into_iter().map(|answer| text(&answer.created()["task_id"]).to_owned()).collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(ana.get(&board).await.ok()["task_count"], 1);
    app.stop().await;
}

#[tokio::test]
async fn entity_tags_spare_reads_and_guard_writes() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let board = ana.board(&org, json!({})).await;
    let tag = ana.get(&board).await.header("etag").to_owned();
    let read = ana.request(Method::GET, &board).header("if-none-match", &tag);
    let answer = send(read).await;
    assert_eq!((answer.status.as_u16(), answer.body), (304, json!("")));
    let rename = |tag: &str, name: &str| {
        send(ana.request(Method::PATCH, &board).header("if-match", tag).json(&json!({ "name": name })))
    };
    rename(&tag, "Second").await.ok();
    rename(&tag, "Third").await.refused("precondition_failed");
    rename("nonsense", "Third").await.refused("precondition_failed");
    rename("*", "Third").await.ok();
    let read = ana.request(Method::GET, &board).header("if-none-match", &tag);
    assert_eq!(send(read).await.ok()["name"], "Third");
    app.stop().await;
}

#[tokio::test]
async fn of_those_who_change_what_they_read_at_once_one_does_and_is_told_so_again() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let board = ana.board(&org, json!({})).await;
    let tag = ana.get(&board).await.header("etag").to_owned();
    let rename = |name: String| {
        let request = ana.request(Method::PATCH, &board).header("if-match", &tag).header("idempotency-key", &name);
        send(request.json(&json!({ "name": name })))
    };
    let answers = futures_util::future::join_all((0..16).map(|n| rename(format!("Name {n}")))).await;
    let (done, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status.is_success());
    assert_eq!((done.len(), refused.len()), (1, 15));
    for answer in refused {
        answer.refused("precondition_failed");
    }
    let seq = ana.get(&board).await.ok()["seq"].clone();
    let name = text(&ana.get(&board).await.ok()["name"]).to_owned();
    // Whoever heard nothing asks again, and is told what was done, though the board stands elsewhere by now.
    let again = rename(name).await.ok();
    assert_eq!(again["seq"], done.into_iter().next().expect("one").ok()["seq"]);
    assert_eq!(ana.get(&board).await.ok()["seq"], seq);
    app.stop().await;
}

#[tokio::test]
async fn a_write_says_what_its_author_saw() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let board = ana.board(&org, json!({})).await;
    let seen = ana.get(&board).await.header("lockstep-seq").to_owned();
    ana.patch(&board, json!({ "name": "Second" })).await.ok();
    let rename = |saw: &str, if_changed: &str, name: &str| {
        let request = ana.request(Method::PATCH, &board).header("lockstep-saw", saw);
        send(request.header("lockstep-if-changed", if_changed).json(&json!({ "name": name })))
    };
    let refused = rename(&seen, "refuse", "Third").await.refused("precondition_failed");
    assert_eq!((&refused["field"], &refused["conflicts"][0]["field"]), (&json!("name"), &json!("name")));
    let gone_over = rename(&seen, "apply", "Third").await.ok();
    assert_eq!(gone_over["conflicts"], refused["conflicts"], "it tells whose change it went over");
    let now = gone_over["seq"].to_string();
    assert_eq!(rename(&now, "refuse", "Fourth").await.ok()["conflicts"], json!(null));
    assert_eq!(rename("soon", "apply", "Fifth").await.refused("field_invalid")["field"], "lockstep-saw");
    assert_eq!(rename(&now, "ask", "Fifth").await.refused("field_invalid")["field"], "lockstep-if-changed");
    let client = "0190aaaa-0000-7000-8000-000000000002";
    let body = json!({ "type": "board.update", "name": "Sixth" });
    let mut door = json!({ "client_id": client, "client_seq": 1, "body": body, "saw": 1, "if_changed": "refuse" });
    ana.post(&format!("{board}/commands"), door.clone()).await.refused("precondition_failed");
    door["if_changed"] = json!("apply");
    let told = ana.post(&format!("{board}/commands"), door).await.ok();
    assert_eq!(told["conflicts"][0]["field"], "name");
    app.stop().await;
}

#[tokio::test]
async fn a_read_waits_for_the_seq_it_was_given_and_says_when_it_cannot() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let board = ana.board(&org, json!({})).await;
    let seq = ana.patch(&board, json!({ "name": "Newer" })).await.ok()["seq"].as_u64().expect("a seq");
    assert_eq!(ana.get(&format!("{board}?min_seq={seq}")).await.ok()["name"], "Newer");
    let problem = ana.get(&format!("{board}?min_seq={}", seq + 1)).await.refused("behind");
    assert!(problem["temporary"] == true && problem["retry_after_ms"].is_number());
    app.stop().await;
}

#[tokio::test]
async fn the_generic_door_takes_any_command_of_its_topic() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let board = ana.board(&org, json!({})).await;
    let client = "0190aaaa-0000-7000-8000-000000000001";
    let door = |seq: u64, body: Value| json!({ "client_id": client, "client_seq": seq, "body": body });
    let path = format!("{board}/commands");
    let rename = door(1, json!({ "type": "board.update", "name": "Renamed" }));
    let first = ana.post(&path, rename.clone()).await.ok();
    assert_eq!(ana.post(&path, rename).await.ok(), first, "the same answer");
    let other = door(1, json!({ "type": "board.update", "name": "Other" }));
    ana.post(&path, other).await.refused("idempotency_mismatch");
    let wrong = door(2, json!({ "type": "team.update", "name": "x" }));
    ana.post(&path, wrong).await.refused("wrong_topic");
    let account = door(3, json!({ "type": "session.close_all" }));
    ana.post(&path, account).await.refused("wrong_topic");
    ana.post(&path, door(0, json!({ "type": "board.archive" }))).await.refused("field_invalid");
    ana.post(&path, door(4, json!({ "type": "nonsense" }))).await.refused("field_invalid");
    // Founding through the door belongs to the organization of the path.
    let fresh = "0190bbbb-0000-7000-8000-000000000001";
    let elsewhere = "0190cccc-0000-7000-8000-000000000001";
    let found = |org_id: &str| {
        door(
            5,
            json!({ "type": "board.create", "org_id": org_id, "name": "New", "key": "NEW", "visibility": "private" }),
        )
    };
    ana.post(&format!("{org}/boards/{fresh}/commands"), found(elsewhere)).await.refused("not_found");
    let own = org.rsplit('/').next().expect("an id");
    ana.post(&format!("{org}/boards/{fresh}/commands"), found(own)).await.ok();
    assert_eq!(ana.get(&format!("{org}/boards/{fresh}")).await.ok()["name"], "New");
    app.stop().await;
}
