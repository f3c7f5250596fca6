//! Custom fields of a board over REST, who is shown what is in them, and the board as a table.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{App, Person, text};

/// A field of a board, by its id.
async fn field(owner: &Person<'_>, board: &str, name: &str, kind: &str, options: Value) -> String {
    let id = Uuid::now_v7().to_string();
    let mut body = json!({ "field_id": id, "name": name, "kind": kind });
    if options.is_array() {
        body["options"] = options;
    }
    owner.post(&format!("{board}/fields"), body).await.created();
    id
}

fn option(name: &str) -> Value {
    json!({ "option_id": Uuid::now_v7(), "name": name, "colour": "teal" })
}

#[tokio::test]
async fn fields_are_made_filled_in_put_in_order_and_deleted() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let board = ana.board(&org, json!({})).await;
    let task = ana.task(&board, "Sized").await;
    let (small, large) = (option("Small"), option("Large"));
    let size = field(&ana, &board, "Size", "select", json!([small, large])).await;
    let cost = field(&ana, &board, "Cost", "number", Value::Null).await;
    let face = async || ana.get(&task).await.ok()["face"].clone();
    let set = async |field: &str, value: Value| ana.put(&format!("{task}/fields/{field}"), value).await;

    let chosen = json!({ "kind": "select", "option_id": small["option_id"] });
    set(&size, json!({ "value": chosen })).await.ok();
    set(&cost, json!({ "value": { "kind": "number", "number": "007.50" } })).await.ok();
    let held = json!([
        { "field_id": size, "value": chosen },
        { "field_id": cost, "value": { "kind": "number", "number": "7.5" } },
    ]);
    assert_eq!(face().await["fields"], held);
    let refused = set(&cost, json!({ "value": { "kind": "number", "number": "1e9" } })).await.refused("field_invalid");
    assert_eq!(refused["field"], "value.number");
    let refused = set(&cost, json!({ "value": { "kind": "number", "number": 7 } })).await.refused("field_invalid");
    assert_eq!(refused["field"], "value");
    set(&cost, json!({ "value": chosen })).await.refused("field_invalid");

    // In another order, under another name, and without the option that the task has.
    ana.post(&format!("{board}/fields/{cost}/move"), json!({ "place": { "before": size } })).await.ok();
    ana.patch(&format!("{board}/fields/{size}"), json!({ "name": "Extent", "options": [large] })).await.ok();
    let shown = ana.get(&board).await.ok()["fields"].clone();
    let names: Vec<&str> = shown.as_array().expect("fields").iter().map(|one| text(&one["name"])).collect();
    assert_eq!(names, ["Cost", "Extent"]);
    assert_eq!(face().await["fields"], json!([{ "field_id": cost, "value": { "kind": "number", "number": "7.5" } }]));

    // A column asks for it.
    let columns = ana.get(&board).await.ok()["columns"].clone();
    let column = text(&columns[1]["column_id"]).to_owned();
    let rules = json!({ "workflow": { "required_fields": [size] } });
    ana.put(&format!("{board}/columns/{column}/workflow"), rules).await.ok();
    let into = json!({ "column_id": column });
    let refused = ana.post(&format!("{task}/move"), into.clone()).await.refused("field_required");
    assert_eq!(refused["field"], format!("fields.{size}"));
    set(&size, json!({ "value": { "kind": "select", "option_id": large["option_id"] } })).await.ok();
    ana.post(&format!("{task}/move"), into).await.ok();

    set(&cost, json!({})).await.ok();
    ana.delete(&format!("{board}/fields/{size}")).await.ok();
    let board = ana.get(&board).await.ok();
    assert_eq!(face().await.get("fields"), None);
    assert!(board["columns"][1].get("workflow").is_none(), "{board}");
    app.stop().await;
}

#[tokio::test]
async fn the_public_is_told_of_no_person_in_a_field_and_strangers_of_nothing() {
    let app = App::start().await;
    let (ana, ben, eve) = (app.person("Ana").await, app.person("Ben").await, app.person("Eve").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let board = ana.board(&org, json!({ "visibility": "organization" })).await;
    let task = ana.task(&board, "For somebody").await;
    let customer = field(&ana, &board, "Customer", "person", Value::Null).await;
    let set = async |account: &str| {
        let value = json!({ "value": { "kind": "person", "account_id": account } });
        ana.put(&format!("{task}/fields/{customer}"), value).await
    };
    let refused = set(eve.id()).await.refused("not_found");
    assert_eq!(refused["field"], "value.account_id");
    set(ben.id()).await.ok();
    // Put away and taken out again, so that its face is in the history too.
    ana.post(&format!("{task}/archive"), json!({})).await.ok();
    ana.post(&format!("{task}/unarchive"), json!({})).await.ok();
    let table = format!("{board}/export.csv");
    eve.get(&table).await.refused("not_found");
    ana.patch(&board, json!({ "visibility": "public" })).await.ok();
    for path in [task.as_str(), board.as_str(), &format!("{board}/history"), &format!("{board}/tasks"), &table] {
        let shown = eve.get(path).await.ok().to_string();
        assert!(!shown.contains(ben.id()) && !shown.contains("Ben"), "{path} tells of a person: {shown}");
    }
    assert!(ben.get(&task).await.ok().to_string().contains(ben.id()));
    app.stop().await;
}

/// What is read back of a table.
fn rows(table: &Value) -> Vec<Vec<String>> {
    let table = text(table).strip_prefix('\u{feff}').expect("the mark of UTF-8");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(table.as_bytes());
    reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect()).collect()
}

#[tokio::test]
async fn a_board_is_exported_as_a_table_that_no_spreadsheet_calculates() {
    let app = App::start().await;
    let (ana, ben) = (app.person("Ana").await, app.person("=Ben").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let board = ana.board(&org, json!({ "visibility": "organization" })).await;
    let cost = field(&ana, &board, "=Cost", "number", Value::Null).await;
    let note = field(&ana, &board, "Note", "text", Value::Null).await;
    let first = ana.task(&board, "=HYPERLINK(\"http://evil\";\"x\")").await;
    let second = ana.task(&board, "Said \"so\", twice; é").await;
    ana.post(&format!("{first}/assign"), json!({ "account_id": ben.id() })).await.ok();
    ana.post(&format!("{first}/estimate"), json!({ "points": 3 })).await.ok();
    let due = json!({ "due": { "at": 1_795_392_000_000_000_u64, "has_time": false }, "priority": "high" });
    ana.patch(&first, due).await.ok();
    let negative = json!({ "value": { "kind": "number", "number": "-12.50" } });
    ana.put(&format!("{first}/fields/{cost}"), negative).await.ok();
    let said = json!({ "value": { "kind": "text", "text": "+1 -2" } });
    ana.put(&format!("{second}/fields/{note}"), said).await.ok();
    ana.post(&format!("{second}/complete"), json!({})).await.ok();
    let third = ana.task(&board, "Old").await;
    let seq = ana.post(&format!("{third}/archive"), json!({})).await.ok()["seq"].clone();

    let answer = ben.get(&format!("{board}/export.csv?min_seq={seq}")).await;
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    assert!(answer.header("content-disposition").starts_with("attachment; filename=\""));
    let table = rows(&answer.ok());
    let at = |name: &str| table[0].iter().position(|heading| heading == name).unwrap_or_else(|| panic!("no {name}"));
    let cell = |row: usize, name: &str| table[row][at(name)].as_str();
    assert_eq!(table.len(), 4);
    assert_eq!(cell(1, "Title"), "'=HYPERLINK(\"http://evil\";\"x\")");
    assert_eq!(cell(2, "Title"), "Said \"so\", twice; é");
    assert_eq!((cell(1, "Assignees"), cell(1, "Points"), cell(1, "Due")), ("'=Ben", "3", "2026-11-23"));
    assert_eq!((cell(1, "Priority"), cell(2, "Priority")), ("high", ""));
    assert_eq!((cell(1, "State"), cell(2, "State"), cell(3, "State")), ("open", "done", "archived"));
    assert_eq!((cell(1, "'=Cost"), cell(2, "'=Cost"), cell(2, "Note")), ("-12.5", "", "'+1 -2"));
    assert!(cell(1, "Key").ends_with("-1") && cell(3, "Key").ends_with("-3"));
    ana.get(&format!("{board}/export.csv?min_seq=x")).await.refused("field_invalid");
    app.stop().await;
}
