//! What a new board begins with: templates, and boards like others.

use reqwest::Method;
use serde_json::{Value, json};

use super::{App, send, text};

fn names(head: &Value, of: &str) -> Vec<String> {
    // What there is none of is left out.
    head[of].as_array().into_iter().flatten().map(|one| text(&one["name"]).to_owned()).collect()
}

#[tokio::test]
async fn every_template_makes_its_board_in_either_language_and_asked_again_nothing_more() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    for (template, columns, language, first) in [
        ("blank", 0, "en", ""),
        ("kanban", 3, "en", "To do"),
        ("scrum", 5, "de", "Product Backlog"),
        ("bug_tracker", 5, "de", "Gemeldet"),
        ("onboarding", 4, "en", "Before the first day"),
        ("content_calendar", 5, "de", "Ideen"),
    ] {
        let id = crate::support::node::id();
        let asked = json!({ "board_id": id, "name": "New", "key": "NEW", "template": template, "language": language });
        let found = async || {
            let request = ana.request(Method::POST, &format!("{org}/boards")).header("idempotency-key", template);
            send(request.json(&asked)).await.created()
        };
        let made = found().await;
        assert_eq!(names(&made, "columns").len(), columns, "{template}");
        assert_eq!(names(&made, "columns").first().map_or("", String::as_str), first);
        let again = found().await;
        assert_eq!(made["seq"], again["seq"], "{template}");
        if columns > 0 {
            assert_eq!(made["columns"].as_array().and_then(|all| all.last()).expect("one")["kind"], "done");
        }
    }
    let wrong = json!({ "name": "New", "template": "waterfall" });
    ana.post(&format!("{org}/boards"), wrong).await.refused("field_invalid");
    app.stop().await;
}

#[tokio::test]
async fn a_board_is_made_like_another_with_its_tasks_and_without_its_people_and_talk() {
    let app = App::start().await;
    let (ana, ben, eve) = (app.person("Ana").await, app.person("Ben").await, app.person("Eve").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let made = json!({ "name": "Source", "key": "SRC", "template": "bug_tracker", "visibility": "organization" });
    let source = ana.post(&format!("{org}/boards"), made).await.created();
    let from = text(&source["board_id"]).to_owned();
    let path = format!("{org}/boards/{from}");
    let (one, two) = (ana.task(&path, "One").await, ana.task(&path, "Two").await);
    let id_of = |path: &str| path.rsplit('/').next().expect("an id").to_owned();
    ana.patch(&one, json!({ "description": "Said", "priority": "high" })).await.ok();
    ana.post(&format!("{one}/assign"), json!({ "account_id": ben.id() })).await.ok();
    ana.post(&format!("{one}/comments"), json!({ "text": "Talk" })).await.created();
    let label = &source["labels"][0]["label_id"];
    ana.post(&format!("{one}/label"), json!({ "label_id": label })).await.ok();
    let (field, option) = (text(&source["fields"][0]["field_id"]), &source["fields"][0]["options"][1]["option_id"]);
    let value = json!({ "value": { "kind": "select", "option_id": option } });
    ana.put(&format!("{one}/fields/{field}"), value).await.ok();
    ana.post(&format!("{two}/parent"), json!({ "parent_id": id_of(&one) })).await.ok();
    ana.post(&format!("{two}/depend"), json!({ "kind": "blocks", "other_id": id_of(&one) })).await.ok();
    // More than the column should hold by now: what stands there already is copied all the same.
    let column = text(&source["columns"][0]["column_id"]);
    let workflow = json!({ "workflow": { "wip": { "limit": 1, "mode": "refuse" } } });
    ana.put(&format!("{path}/columns/{column}/workflow"), workflow).await.ok();

    let id = crate::support::node::id();
    let asked = json!({ "board_id": id, "name": "Copy", "key": "CPY", "from_board_id": from, "with_tasks": true });
    let copied = async || {
        let request = ben.request(Method::POST, &format!("{org}/boards")).header("idempotency-key", "copy");
        send(request.json(&asked)).await.created()
    };
    let copy = copied().await;
    for same in ["columns", "labels", "categories", "fields"] {
        assert_eq!(names(&copy, same), names(&source, same), "{same}");
    }
    assert_eq!(copy["columns"][0]["workflow"]["wip"]["limit"], 1);
    assert_eq!(copy["members"].as_array().map(Vec::len), Some(1), "only who made it");
    let there = format!("{org}/boards/{id}");
    let tasks = ben.get(&format!("{there}/tasks")).await.ok();
    let faces = tasks["items"].as_array().expect("items");
    let titled = |title: &str| faces.iter().find(|face| face["title"] == title).expect("is copied").clone();
    let (first, second) = (titled("One"), titled("Two"));
    assert_eq!(
        (&first["priority"], &first["assignees"], &first["comments"]),
        (&json!("high"), &json!([ben.id()]), &Value::Null)
    );
    assert_eq!((&second["parent_id"], &second["dependencies"][0]["other_id"]), (&first["task_id"], &first["task_id"]));
    assert_ne!(first["task_id"], json!(id_of(&one)));
    assert_eq!(first["fields"][0]["value"]["option_id"], copy["fields"][0]["options"][1]["option_id"]);
    assert_eq!(first["labels"], json!([copy["labels"][0]["label_id"]]));
    let detail = ben.get(&format!("{there}/tasks/{}", text(&first["task_id"]))).await.ok();
    assert_eq!(
        (&detail["description"], &detail["comments"], &detail["created_by"]),
        (&json!("Said"), &json!([]), &json!(ben.id()))
    );
    assert_eq!(copied().await["seq"], copy["seq"], "once");
    // Not of a board that one does not see, nor of both a board and a template.
    ana.patch(&path, json!({ "visibility": "private" })).await.ok();
    let asked = |more: Value| {
        let mut asked = json!({ "name": "Copy", "from_board_id": from });
        asked.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        asked
    };
    let refused = ben.post(&format!("{org}/boards"), asked(json!({}))).await.refused("not_found");
    assert_eq!(refused["field"], "from_board_id");
    ana.post(&format!("{org}/boards"), asked(json!({ "template": "kanban" }))).await.refused("field_invalid");
    eve.post(&format!("{org}/boards"), asked(json!({}))).await.refused("not_found");
    app.stop().await;
}

#[tokio::test]
async fn a_task_is_duplicated_right_after_it_once_and_taken_back_as_one() {
    let app = App::start().await;
    let (ana, eve) = (app.person("Ana").await, app.person("Eve").await);
    let org = ana.organization().await;
    let board = ana.board(&org, json!({ "visibility": "organization" })).await;
    let (one, _two) = (ana.task(&board, "One").await, ana.task(&board, "Two").await);
    ana.patch(&one, json!({ "description": "Said", "priority": "low" })).await.ok();
    ana.post(&format!("{one}/comments"), json!({ "text": "Talk" })).await.created();
    let copy = crate::support::node::id();
    let asked = async || {
        let request = ana.request(Method::POST, &format!("{one}/duplicate")).header("idempotency-key", "copy");
        send(request.json(&json!({ "task_id": copy }))).await.created()
    };
    let made = asked().await;
    assert_eq!((&made["task_id"], &asked().await["seq"]), (&json!(copy), &made["seq"]));
    let detail = ana.get(&format!("{board}/tasks/{copy}")).await.ok();
    assert_eq!((&detail["face"]["title"], &detail["description"]), (&json!("One"), &json!("Said")));
    assert_eq!((&detail["face"]["priority"], &detail["comments"]), (&json!("low"), &json!([])));
    let tasks = ana.get(&format!("{board}/tasks")).await.ok();
    let mut ranks: Vec<(&str, &str)> = tasks["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|face| (text(&face["rank"]), text(&face["title"])))
        .collect();
    ranks.sort_unstable();
    assert_eq!(ranks.iter().map(|(_, title)| *title).collect::<Vec<_>>(), ["One", "One", "Two"]);
    ana.post(&format!("{board}/undo"), json!({ "seq": made["seq"] })).await.ok();
    let gone = ana.get(&format!("{board}/tasks/{copy}")).await.ok();
    assert_eq!(gone["lifecycle"], "deleted");
    eve.post(&format!("{one}/duplicate"), json!({})).await.refused("not_found");
    ana.post(&format!("{board}/tasks/{}/duplicate", crate::support::node::id()), json!({})).await.refused("not_found");
    app.stop().await;
}

#[tokio::test]
async fn a_board_is_saved_as_a_template_and_boards_of_it_are_none() {
    let app = App::start().await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let made = json!({ "name": "Trip", "key": "TRIP", "template": "kanban", "visibility": "organization" });
    let source = ana.post(&format!("{org}/boards"), made).await.created();
    let from = text(&source["board_id"]).to_owned();
    ana.task(&format!("{org}/boards/{from}"), "Pack").await;

    let id = crate::support::node::id();
    let asked = json!({
        "board_id": id, "name": "Trips", "key": "TRP", "from_board_id": from, "with_tasks": true, "as_template": true,
    });
    let saved = async || {
        let request = ben.request(Method::POST, &format!("{org}/boards")).header("idempotency-key", "save");
        send(request.json(&asked)).await.created()
    };
    let template = saved().await;
    assert_eq!(template["template"], true);
    assert_eq!(saved().await["seq"], template["seq"], "once");
    assert_eq!(ana.get(&format!("{org}/boards/{from}")).await.ok()["template"], Value::Null);
    let position = text(&template["position"]).to_owned();
    let listed = ana.get(&format!("{org}/boards?min_position={position}")).await.ok();
    let marked: Vec<_> =
        listed["items"].as_array().expect("items").iter().filter(|one| one["template"] == true).collect();
    assert_eq!(marked.len(), 1);
    assert_eq!(marked[0]["board_id"], json!(id));

    let of_it = json!({ "name": "Lisbon", "key": "LIS", "from_board_id": id, "with_tasks": true });
    let board = ana.post(&format!("{org}/boards"), of_it).await.created();
    assert_eq!((&board["template"], &board["task_count"]), (&Value::Null, &json!(1)));

    // Who manages it decides whether it is one.
    let path = format!("{org}/boards/{id}");
    let off = json!({ "template": false });
    ana.put(&format!("{path}/template"), json!({})).await.refused("field_required");
    let eve = app.person("Eve").await;
    ana.join(&org, &eve, "member").await;
    eve.put(&format!("{path}/template"), off.clone()).await.refused("forbidden");
    let done = ben.put(&format!("{path}/template"), off).await.ok();
    let listed = ana.get(&format!("{org}/boards?min_position={}", text(&done["position"]))).await.ok();
    assert!(listed["items"].as_array().expect("items").iter().all(|one| one["template"] != true));
    app.stop().await;
}
