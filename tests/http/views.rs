//! Views of boards and stars: what is shared everybody has, what somebody keeps for themselves nobody else ever hears of.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{App, text};

fn names(page: &Value) -> Vec<&str> {
    page["items"].as_array().expect("items").iter().map(|one| text(&one["name"])).collect()
}

fn titles(page: &Value) -> Vec<&str> {
    page["items"].as_array().expect("items").iter().map(|one| text(&one["title"])).collect()
}

#[tokio::test]
async fn a_shared_view_is_everybodys_and_shows_each_their_own() {
    let app = App::start().await;
    let (ana, ben, eve) = (app.person("Ana").await, app.person("Ben").await, app.person("Eve").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let board = ana.board(&org, json!({ "visibility": "organization" })).await;
    let (one, two) = (ana.task(&board, "For Ana").await, ana.task(&board, "For Ben").await);
    ana.task(&board, "For nobody").await;
    for (task, who) in [(&one, &ana), (&two, &ben)] {
        ana.post(&format!("{task}/assign"), json!({ "account_id": who.id() })).await.ok();
    }
    let id = Uuid::now_v7();
    let mine = json!([{ "on": "assignee", "me": true }]);
    let look = json!({ "filter": mine, "lanes": { "by": "due" }, "layout": "timeline" });
    ana.post(&format!("{board}/views"), json!({ "view_id": id, "name": "Mine", "look": look })).await.created();
    let head = ben.get(&board).await.ok();
    assert_eq!(head["views"][0]["name"], "Mine");
    assert_eq!(head["views"][0]["look"], look);
    // Who looks decides what "me" is; nothing of it is kept.
    let shown = format!("{board}/views/{id}/tasks");
    assert_eq!(titles(&ana.get(&shown).await.ok()), ["For Ana"]);
    assert_eq!(titles(&ben.get(&shown).await.ok()), ["For Ben"]);
    eve.get(&shown).await.refused("not_found");
    let asked = |filter: &Value| format!("{board}/tasks?filter={}", urlencode(&filter.to_string()));
    assert_eq!(titles(&ben.get(&asked(&mine)).await.ok()), ["For Ben"]);
    assert_eq!(titles(&ben.get(&asked(&json!([{ "on": "assignee", "nobody": true }]))).await.ok()), ["For nobody"]);
    ben.get(&format!("{board}/tasks?filter=nonsense")).await.refused("field_invalid");
    ben.get(&asked(&json!([{ "on": "moon" }]))).await.refused("field_invalid");
    let strange = json!({ "view_id": Uuid::now_v7(), "name": "Map", "look": { "layout": "mind_map" } });
    ana.post(&format!("{board}/views"), strange).await.refused("field_invalid");
    // A page at a time.
    let all = asked(&json!([{ "on": "completed", "is": false }]));
    let first = ben.get(&format!("{all}&limit=2")).await.ok();
    assert_eq!(titles(&first), ["For Ana", "For Ben"]);
    let rest = ben.get(&format!("{all}&limit=2&cursor={}", text(&first["next_cursor"]))).await.ok();
    assert_eq!(titles(&rest), ["For nobody"]);
    assert_eq!(rest["next_cursor"], Value::Null);

    // The public is told of no view, and finds nobody by what they do.
    ana.patch(&board, json!({ "visibility": "public" })).await.ok();
    assert_eq!(eve.get(&board).await.ok()["views"], Value::Null);
    eve.get(&shown).await.refused("not_found");
    let whose = asked(&json!([{ "on": "assignee", "people": [ana.id()] }]));
    assert_eq!(titles(&ana.get(&whose).await.ok()), ["For Ana"]);
    assert!(titles(&eve.get(&whose).await.ok()).is_empty());
    let history = eve.get(&format!("{board}/history")).await;
    assert!(!history.body.to_string().contains("view."), "{:?}", history.body);

    ana.patch(&format!("{board}/views/{id}"), json!({ "name": "Ours" })).await.ok();
    assert_eq!(ben.get(&board).await.ok()["views"][0]["name"], "Ours");
    ana.delete(&format!("{board}/views/{id}")).await.ok();
    assert_eq!(ben.get(&board).await.ok()["views"], Value::Null);
    ben.get(&shown).await.refused("not_found");
    app.stop().await;
}

#[tokio::test]
async fn what_somebody_keeps_for_themselves_nobody_else_hears_of() {
    let app = App::start().await;
    let (ana, ben, eve) = (app.person("Ana").await, app.person("Ben").await, app.person("Eve").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let board = ana.board(&org, json!({ "visibility": "organization" })).await;
    let task = ana.task(&board, "Canary red").await;
    ana.task(&board, "Other").await;
    let id = Uuid::now_v7();
    let own = format!("{board}/own-views");
    let view = json!({ "name": "Canary view", "look": { "filter": [{ "on": "text", "words": " RED " }] } });
    let kept = ben.put(&format!("{own}/{id}"), view.clone()).await.ok();
    assert_eq!(kept["look"]["filter"][0]["words"], "RED", "as it is kept");
    assert_eq!(names(&ben.get(&own).await.ok()), ["Canary view"]);
    assert_eq!(titles(&ben.get(&format!("{board}/views/{id}/tasks")).await.ok()), ["Canary red"]);

    // Not even the owner of the board.
    assert!(names(&ana.get(&own).await.ok()).is_empty());
    ana.get(&format!("{board}/views/{id}/tasks")).await.refused("not_found");
    ana.delete(&format!("{own}/{id}")).await.refused("not_found");
    for place in [board.clone(), format!("{board}/history"), format!("{board}/tasks"), task] {
        let seen = ana.get(&place).await.ok().to_string();
        assert!(!seen.contains("Canary view") && !seen.contains(&id.to_string()), "{place}: {seen}");
    }
    // Hers under the same id is another, and one of everybody's does not get in its way.
    ana.put(&format!("{own}/{id}"), json!({ "name": "Hers", "look": {} })).await.ok();
    assert_eq!(names(&ben.get(&own).await.ok()), ["Canary view"]);
    let shared = Uuid::now_v7();
    ana.post(&format!("{board}/views"), json!({ "view_id": shared, "name": "All", "look": {} })).await.created();
    ben.put(&format!("{own}/{shared}"), view.clone()).await.refused("already_exists");

    ben.put(&format!("{own}/{id}"), json!({ "name": "Again", "look": {} })).await.ok();
    assert_eq!(names(&ben.get(&own).await.ok()), ["Again"]);
    ben.put(&format!("{own}/{}", Uuid::now_v7()), json!({ "name": " ", "look": {} })).await.refused("field_required");
    let empty = json!({ "name": "None", "look": { "filter": [{ "on": "assignee" }] } });
    let refused = ben.put(&format!("{own}/{}", Uuid::now_v7()), empty).await.refused("field_required");
    assert_eq!(refused["field"], "look.filter.0");
    let other = ana.board(&org, json!({ "visibility": "organization" })).await;
    ben.put(&format!("{other}/own-views/{id}"), view.clone()).await.refused("not_found");
    eve.put(&format!("{own}/{}", Uuid::now_v7()), view).await.refused("not_found");
    eve.get(&own).await.refused("not_found");
    ben.delete(&format!("{own}/{id}")).await.is(204);
    assert!(names(&ben.get(&own).await.ok()).is_empty());
    assert_eq!(names(&ana.get(&own).await.ok()), ["Hers"]);
    app.stop().await;
}

#[tokio::test]
async fn a_star_is_of_one_person_and_can_always_be_taken_back() {
    let app = App::start().await;
    let (ana, ben, eve) = (app.person("Ana").await, app.person("Ben").await, app.person("Eve").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let board = ana.board(&org, json!({ "visibility": "organization" })).await;
    let star = format!("{board}/star");
    for _ in 0..2 {
        ben.put(&star, json!({})).await.is(204);
    }
    eve.put(&star, json!({})).await.refused("not_found");
    let starred = ben.get("/api/v1/me/stars").await.ok();
    assert_eq!(starred["items"].as_array().expect("items").len(), 1);
    assert!(board.ends_with(text(&starred["items"][0]["board_id"])));
    assert_eq!(ana.get("/api/v1/me/stars").await.ok()["items"], json!([]));
    // Of a board that is not seen any more too.
    ana.patch(&board, json!({ "visibility": "private" })).await.ok();
    ben.get(&board).await.refused("not_found");
    for _ in 0..2 {
        ben.delete(&star).await.is(204);
    }
    assert_eq!(ben.get("/api/v1/me/stars").await.ok()["items"], json!([]));
    app.stop().await;
}

/// As a query carries it.
fn urlencode(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[tokio::test]
async fn tasks_come_in_the_order_that_is_asked_for_a_page_at_a_time() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let board = ana.board(&org, json!({})).await;
    let (cost, whom) = (Uuid::now_v7(), Uuid::now_v7());
    ana.post(&format!("{board}/fields"), json!({ "field_id": cost, "name": "Cost", "kind": "number" })).await.created();
    ana.post(&format!("{board}/fields"), json!({ "field_id": whom, "name": "Whom", "kind": "person" })).await.created();
    for (title, number) in [("Ten", Some("10")), ("None", None), ("Nine", Some("9")), ("Less", Some("-2"))] {
        let task = ana.task(&board, title).await;
        if let Some(number) = number {
            let value = json!({ "value": { "kind": "number", "number": number } });
            ana.put(&format!("{task}/fields/{cost}"), value).await.ok();
        }
    }
    let sort = json!([{ "by": { "on": "field", "field_id": cost }, "descending": true }]);
    let asked = |sort: &Value| format!("{board}/tasks?sort={}", urlencode(&sort.to_string()));
    assert_eq!(titles(&ana.get(&asked(&sort)).await.ok()), ["Ten", "Nine", "Less", "None"]);
    let first = ana.get(&format!("{}&limit=3", asked(&sort))).await.ok();
    let rest = ana.get(&format!("{}&limit=3&cursor={}", asked(&sort), text(&first["next_cursor"]))).await.ok();
    assert_eq!((titles(&first), titles(&rest)), (vec!["Ten", "Nine", "Less"], vec!["None"]));
    assert_eq!(rest["next_cursor"], Value::Null);
    let gone = ana.get(&format!("{}&cursor={}", asked(&sort), Uuid::now_v7())).await.refused("field_invalid");
    assert_eq!(gone["field"], "cursor");

    // A view keeps it, and what meets its conditions comes in its order.
    let many = json!([{ "on": "field", "field_id": cost, "test": { "is": "number", "at_most": "9.0" } }]);
    let (id, own) = (Uuid::now_v7(), Uuid::now_v7());
    let look = json!({ "filter": many, "sort": sort, "lanes": { "by": "field", "field_id": whom } });
    ana.post(&format!("{board}/views"), json!({ "view_id": id, "name": "Costs", "look": look })).await.created();
    let kept = ana.put(&format!("{board}/own-views/{own}"), json!({ "name": "Mine", "look": look })).await.ok();
    assert_eq!(kept["look"]["filter"][0]["test"]["at_most"], "9", "as it is kept");
    for view in [id, own] {
        assert_eq!(titles(&ana.get(&format!("{board}/views/{view}/tasks")).await.ok()), ["Nine", "Less"]);
    }
    let rows = json!({ "name": "No", "look": { "lanes": { "by": "field", "field_id": cost } } });
    let refused = ana.put(&format!("{board}/own-views/{own}"), rows).await.refused("field_invalid");
    assert_eq!(refused["field"], "look.lanes.field_id");
    let people = json!([{ "by": { "on": "field", "field_id": whom } }]);
    assert_eq!(ana.get(&asked(&people)).await.refused("field_invalid")["field"], "query.sort.0");
    // A field that is gone is nobody's value: what asks for it finds nothing, what sorts by it says nothing.
    ana.delete(&format!("{board}/fields/{cost}")).await.ok();
    for view in [id, own] {
        assert!(titles(&ana.get(&format!("{board}/views/{view}/tasks")).await.ok()).is_empty());
    }
    assert_eq!(titles(&ana.get(&asked(&sort)).await.ok()).len(), 4);
    app.stop().await;
}
