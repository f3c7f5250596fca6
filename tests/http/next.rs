//! What to do next, over boards and people: in order and with reasons, and never of what the caller may not see now.

use lockstep_protocol::limits::Limits;
use reqwest::Method;
use serde_json::{Value, json};

use super::{
    App, Person, text,
    tokens::{make, with},
};

const NEXT: &str = "/api/v1/me/next";
/// 2026-01-01, long over.
const LONG_AGO: i64 = 1_767_225_600_000_000;

fn titles(list: &Value) -> Vec<&str> {
    list["items"].as_array().expect("items").iter().map(|one| text(&one["title"])).collect()
}

/// The reasons of the n-th.
fn because(list: &Value, at: usize) -> Vec<&str> {
    let reasons = list["items"][at]["reasons"].as_array().expect("reasons");
    let points: i64 = reasons.iter().map(|reason| reason["points"].as_i64().expect("points")).sum();
    assert_eq!(list["items"][at]["score"], points);
    reasons.iter().map(|reason| text(&reason["because"])).collect()
}

/// A new task of somebody; with it the position that lists have to reach.
async fn give(owner: &Person<'_>, board: &str, title: &str, who: &Person<'_>) -> (String, String) {
    let task = owner.task(board, title).await;
    let given = owner.post(&format!("{task}/assign"), json!({ "account_id": who.id() })).await.ok();
    (task, text(&given["position"]).to_owned())
}

fn id(path: &str) -> &str {
    path.rsplit('/').next().expect("an id")
}

#[tokio::test]
async fn what_comes_next_is_of_all_boards_and_says_why() {
    let app = App::start().await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let (org, other) = (ana.organization().await, ben.organization().await);
    ana.join(&org, &ben, "member").await;
    let one = ana.board(&org, json!({ "visibility": "organization", "name": "One", "key": "ONE" })).await;
    let two = ben.board(&other, json!({ "name": "Two", "key": "TWO" })).await;
    assert_eq!(ben.get(NEXT).await.ok(), json!({ "items": [], "total": 0, "boards_left_out": 0 }));

    let (waits, _) = give(&ana, &one, "Waits", &ben).await;
    let (blocks, _) = give(&ana, &one, "Blocks", &ben).await;
    ana.patch(&waits, json!({ "priority": "urgent" })).await.ok();
    ana.post(&format!("{blocks}/depend"), json!({ "kind": "blocks", "other_id": id(&waits) })).await.ok();
    give(&ana, &one, "Of Ana", &ana).await;
    ana.task(&one, "Of nobody").await;
    let (late, position) = give(&ben, &two, "Late", &ben).await;
    ben.patch(&late, json!({ "due": { "at": LONG_AGO, "has_time": true } })).await.ok();

    let asked = format!("{NEXT}?min_position={position}");
    let list = ben.get(&asked).await.ok();
    assert_eq!(titles(&list), ["Late", "Blocks", "Waits"]);
    assert_eq!((&list["total"], &list["boards_left_out"]), (&json!(3), &json!(0)));
    assert_eq!(because(&list, 0), ["overdue"]);
    assert_eq!(because(&list, 1), ["blocks"]);
    assert_eq!(because(&list, 2), ["blocked", "priority"]);
    let first = &list["items"][0];
    assert_eq!((&first["key"], &first["board_name"]), (&json!("TWO-1"), &json!("Two")));
    assert_eq!((text(&first["org_id"]), text(&first["board_id"])), (id(&other), id(&two)));
    assert_eq!((text(&first["task_id"]), &first["due"]["at"]), (id(&late), &json!(LONG_AGO)));
    assert_eq!(list["items"][2]["reasons"][0]["tasks"], json!([{ "task_id": id(&blocks), "key": "ONE-2" }]));
    assert_eq!(titles(&ana.get(&asked).await.ok()), ["Of Ana"]);

    // Less of it.
    assert_eq!(titles(&ben.get(&format!("{asked}&limit=1")).await.ok()), ["Late"]);
    assert_eq!(titles(&ben.get(&format!("{asked}&org_id={}", id(&org))).await.ok()), ["Blocks", "Waits"]);
    assert_eq!(titles(&ben.get(&format!("{asked}&board_id={}", id(&two))).await.ok()), ["Late"]);
    let refused = ana.get(&format!("{NEXT}?org_id={}", id(&other))).await.refused("not_found");
    assert_eq!(refused["field"], "org_id");
    let refused = ana.get(&format!("{NEXT}?board_id={}", id(&two))).await.refused("not_found");
    assert_eq!(refused["field"], "board_id");
    let both = format!("{NEXT}?board_id={}&org_id={}", id(&two), id(&org));
    assert_eq!(ben.get(&both).await.refused("not_found")["field"], "board_id");
    for (limit, code) in [("0", "field_invalid"), ("101", "field_invalid"), ("x", "field_invalid")] {
        assert_eq!(ben.get(&format!("{NEXT}?limit={limit}")).await.refused(code)["field"], "limit");
    }
    ben.get(&format!("{NEXT}?limit=100")).await.ok();
    // What is done is not next; on a board by itself that holds at once.
    ben.post(&format!("{late}/complete"), json!({})).await.ok();
    assert!(titles(&ben.get(&format!("{NEXT}?board_id={}", id(&two))).await.ok()).is_empty());
    // On a template there is no work.
    let made = ben.put(&format!("{two}/template"), json!({ "template": true })).await.ok();
    let list = ben.get(&format!("{NEXT}?min_position={}", text(&made["position"]))).await.ok();
    assert_eq!(titles(&list), ["Blocks", "Waits"]);
    app.stop().await;
}

#[tokio::test]
async fn nothing_comes_next_that_the_caller_may_not_see_now() {
    let app = App::start().await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let secret = ana.board(&org, json!({ "visibility": "private", "name": "Canary board" })).await;
    let open = ana.board(&org, json!({ "visibility": "organization", "name": "Open" })).await;
    let role = format!("{secret}/members/{}", ben.id());
    ana.put(&role, json!({ "role": "editor" })).await.ok();
    give(&ana, &secret, "Canary task", &ben).await;
    let (_, position) = give(&ana, &open, "Plain", &ben).await;
    let asked = format!("{NEXT}?min_position={position}");
    assert_eq!(titles(&ben.get(&asked).await.ok()).len(), 2);
    let none = async |what: &str| {
        let seen = ben.get(NEXT).await.ok();
        assert!(!seen.to_string().contains("Canary"), "{what}: {seen}");
        assert_eq!(seen["total"], titles(&seen).len(), "{what}");
        ben.get(&format!("{NEXT}?board_id={}", id(&secret))).await.refused("not_found");
    };

    // The task stays theirs in the tables; the live board decides.
    ana.delete(&role).await.ok();
    none("the role was taken").await;
    // As anybody sees it, it says of nobody what they do.
    ana.patch(&secret, json!({ "visibility": "public" })).await.ok();
    let guest = app.person("Cid").await;
    assert!(titles(&guest.get(NEXT).await.ok()).is_empty());
    guest.get(&format!("{NEXT}?board_id={}", id(&secret))).await.refused("not_found");
    ana.patch(&secret, json!({ "visibility": "private" })).await.ok();
    ana.put(&role, json!({ "role": "viewer" })).await.ok();
    assert!(ben.get(NEXT).await.ok().to_string().contains("Canary"), "who looks only still has it to do");
    ana.post(&format!("{secret}/archive"), json!({})).await.ok();
    assert!(!ben.get(NEXT).await.ok().to_string().contains("Canary"), "put away");
    ana.post(&format!("{secret}/unarchive"), json!({})).await.ok();
    ana.delete(&secret).await.ok();
    none("in the trash").await;
    ana.post(&format!("{secret}/restore"), json!({})).await.ok();

    // A program needs the scope to read.
    for (scopes, refused) in [(vec!["read"], false), (vec!["account"], true)] {
        let token = make(&ben, &scopes).await;
        let answer = with(&app, &token, Method::GET, NEXT, None).await;
        if refused {
            answer.refused("forbidden");
        } else {
            assert!(answer.ok()["total"].as_u64() > Some(0));
        }
    }
    app.get(NEXT).await.refused("unauthenticated");

    // The organization is deleted, or left.
    ana.delete(&org).await.ok();
    assert!(titles(&ben.get(NEXT).await.ok()).is_empty());
    ben.get(&format!("{NEXT}?org_id={}", id(&org))).await.refused("not_found");
    ana.post(&format!("{org}/restore"), json!({})).await.ok();
    assert!(!titles(&ben.get(NEXT).await.ok()).is_empty());
    ana.delete(&format!("{org}/members/{}", ben.id())).await.ok();
    assert!(titles(&ben.get(NEXT).await.ok()).is_empty());
    app.stop().await;
}

#[tokio::test]
async fn of_too_many_boards_the_newest_are_asked_and_that_is_said() {
    let app = App::start_limited(Limits { next_boards_max: 1, ..Limits::default() }).await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let mut position = String::new();
    for (name, visibility) in [("Old", "organization"), ("New", "organization"), ("Hidden", "private")] {
        let board = ana.board(&org, json!({ "visibility": visibility, "name": name })).await;
        if visibility == "private" {
            let role = format!("{board}/members/{}", ben.id());
            ana.put(&role, json!({ "role": "editor" })).await.ok();
            give(&ana, &board, name, &ben).await;
            position = text(&ana.delete(&role).await.ok()["position"]).to_owned();
        } else {
            give(&ana, &board, name, &ben).await;
        }
    }
    let list = ben.get(&format!("{NEXT}?min_position={position}")).await.ok();
    assert_eq!((titles(&list), &list["boards_left_out"]), (vec!["New"], &json!(1)), "what is not seen takes no place");
    app.stop().await;
}
