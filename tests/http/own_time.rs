//! What somebody has worked, over boards and organizations: each time once, and never of what they may not see now.

use lockstep_protocol::limits::Limits;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    App, Person, text,
    tokens::{make, with},
};

const OWN: &str = "/api/v1/me/time";
const HOUR: u64 = 3_600_000_000;
/// 2026-01-05, a Monday, at noon in UTC.
const NOON: u64 = 1_767_614_400_000_000;

/// Notes time; with its id the position that the read tables have to reach.
async fn log(who: &Person<'_>, task: &str, started_at: u64, duration_s: u32, note: &str) -> (String, String) {
    let id = Uuid::now_v7().to_string();
    let body = json!({ "entry_id": id, "started_at": started_at, "duration_s": duration_s, "note": note });
    let made = who.post(&format!("{task}/time"), body).await.created();
    (id, text(&made["position"]).to_owned())
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().expect("an id")
}

fn notes(report: &Value) -> Vec<&str> {
    report["items"].as_array().expect("items").iter().map(|row| row["note"].as_str().unwrap_or_default()).collect()
}

/// What comes together, under this name.
fn sums<'a>(report: &'a Value, name: &str) -> Vec<(&'a str, u64, u64)> {
    let groups = report["groups"].as_array().expect("groups");
    let sum = |group: &'a Value| {
        (text(&group[name]), group["total_s"].as_u64().expect("seconds"), group["entries"].as_u64().expect("a count"))
    };
    groups.iter().map(sum).collect()
}

#[tokio::test]
async fn what_somebody_has_worked_is_of_all_boards_each_time_once() {
    let app = App::start().await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let (org, other) = (ana.organization().await, ben.organization().await);
    ana.join(&org, &ben, "member").await;
    let one = ana.board(&org, json!({ "visibility": "organization", "name": "One", "key": "ONE" })).await;
    let two = ben.board(&other, json!({ "name": "=Two", "key": "TWO" })).await;
    let nothing = json!({ "total_s": 0, "entries": 0, "items": [], "groups": [], "boards_left_out": 0 });
    assert_eq!(ben.get(OWN).await.ok(), nothing);
    let (first, second, third) =
        (ana.task(&one, "First").await, ana.task(&one, "Second").await, ben.task(&two, "Third").await);
    log(&ben, &first, NOON, 3_600, "drafts").await;
    log(&ana, &first, NOON, 60, "of Ana").await;
    log(&ben, &second, NOON + 12 * HOUR, 1_800, "midnight").await;
    let (entry, position) = log(&ben, &third, NOON + HOUR, 600, "@lunch").await;

    let asked = format!("{OWN}?min_position={position}");
    let report = ben.get(&asked).await.ok();
    assert_eq!(notes(&report), ["drafts", "@lunch", "midnight"]);
    assert_eq!((&report["total_s"], &report["entries"]), (&json!(6_000), &json!(3)));
    let row = json!({
        "org_id": last(&other), "board_id": last(&two), "board_name": "=Two", "task_id": last(&third), "key": "TWO-1",
        "title": "Third", "entry_id": entry, "started_at": NOON + HOUR, "duration_s": 600, "note": "@lunch",
    });
    assert_eq!(report["items"][1], row);
    assert_eq!(notes(&ana.get(&asked).await.ok()), ["of Ana"]);

    let by = async |query: &str| ben.get(&format!("{OWN}?{query}")).await.ok();
    assert_eq!(sums(&by("group=board").await, "board_name"), [("One", 5_400, 2), ("=Two", 600, 1)]);
    let mut tasks = by("group=task").await;
    assert_eq!(sums(&tasks, "key"), [("ONE-1", 3_600, 1), ("ONE-2", 1_800, 1), ("TWO-1", 600, 1)]);
    assert_eq!(tasks["groups"][2].take()["title"], "Third");
    // Midnight in UTC is the next morning in Berlin.
    let days = by("group=day&zone=UTC").await;
    assert_eq!(sums(&days, "day"), [("2026-01-05", 4_200, 2), ("2026-01-06", 1_800, 1)]);
    let days = by(&format!("group=day&zone=America/New_York&from={}&to={}", NOON + HOUR, NOON + 13 * HOUR)).await;
    assert_eq!(sums(&days, "day"), [("2026-01-05", 2_400, 2)]);
    assert_eq!(by(&format!("from={}", NOON + 13 * HOUR)).await, nothing);
    assert_eq!(by(&format!("org_id={}", last(&other))).await["total_s"], 600);
    // What is put right is found where it is then; what is in the trash counts for nothing.
    let moved = ben.patch(&format!("{third}/time/{entry}"), json!({ "started_at": NOON + 40 * HOUR })).await.ok();
    let asked = format!("from={}&min_position={}", NOON + 30 * HOUR, text(&moved["position"]));
    assert_eq!(notes(&by(&asked).await), ["@lunch"]);
    let table = ben.get(&format!("{OWN}.csv")).await;
    assert_eq!(table.header("content-disposition"), "attachment; filename=\"my-time.csv\"");
    let lines: Vec<&str> = text(&table.body).lines().collect();
    assert_eq!(lines.len(), 4);
    assert_eq!(
        lines[3], "\"'=Two\",\"TWO-1\",\"Third\",\"2026-01-07T04:00:00Z\",\"600\",\"0.17\",\"'@lunch\"",
        "no cell is a formula"
    );
    let table = ben.get(&format!("{OWN}.csv?group=board")).await;
    assert!(text(&table.body).lines().any(|line| line == "\"'=Two\",\"1\",\"600\",\"0.17\""), "{}", table.body);
    let gone = ana.delete(&second).await.ok();
    assert_eq!(by(&format!("min_position={}", text(&gone["position"]))).await["total_s"], 4_200);
    app.stop().await;
}

#[tokio::test]
async fn own_time_comes_a_page_at_a_time_and_what_is_asked_wrong_is_refused() {
    let app = App::start().await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let (org, other) = (ben.organization().await, ana.organization().await);
    let board = ben.board(&org, json!({})).await;
    let task = ben.task(&board, "Task").await;
    log(&ben, &task, NOON, 3_600, "drafts").await;
    log(&ben, &task, NOON + 12 * HOUR, 1_800, "midnight").await;
    let (_, position) = log(&ben, &task, NOON + HOUR, 600, "@lunch").await;
    let by = async |query: &str| ben.get(&format!("{OWN}?min_position={position}&{query}")).await.ok();
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    while seen.len() < 4 {
        let page = by(&format!("limit=1{cursor}")).await;
        seen.extend(notes(&page).into_iter().map(str::to_owned));
        assert_eq!(page["total_s"], 6_000);
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, ["drafts", "@lunch", "midnight"]);
    let first_day = by("group=day&zone=UTC&limit=1").await;
    let rest = by(&format!("group=day&zone=UTC&cursor={}", text(&first_day["next_cursor"]))).await;
    assert_eq!((sums(&rest, "day"), rest.get("next_cursor")), (vec![("2026-01-06", 1_800, 1)], None));
    for (query, field) in [
        ("zone=Mars", "zone"),
        ("from=5&to=4", "to"),
        ("cursor=x", "cursor"),
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("group=member", "group"),
        ("account=x", "account"),
    ] {
        assert_eq!(ben.get(&format!("{OWN}?{query}")).await.refused("field_invalid")["field"], field, "{query}");
    }
    assert_eq!(ben.get(&format!("{OWN}?org_id={}", last(&other))).await.refused("not_found")["field"], "org_id");

    app.stop().await;
}

#[tokio::test]
async fn the_time_of_a_stand_in_is_that_of_whoever_claims_it() {
    let app = App::start().await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let board = ana.board(&org, json!({ "visibility": "organization" })).await;
    let task = ana.task(&board, "Task").await;
    let ghost = Uuid::now_v7().to_string();
    ana.post(&format!("{org}/placeholders"), json!({ "account_id": ghost, "name": "Ghost" })).await.created();
    ana.put(&format!("{board}/members/{ghost}"), json!({ "role": "editor" })).await.ok();
    let body = json!({ "account_id": ghost, "started_at": NOON, "duration_s": 600, "note": "imported" });
    let made = ana.post(&format!("{task}/time"), body).await.created();
    let asked = format!("{OWN}?min_position={}", text(&made["position"]));
    assert_eq!(ben.get(&asked).await.ok()["entries"], 0);
    ana.post(&format!("{org}/members/{ghost}/claim"), json!({ "account_id": ben.id() })).await.ok();
    assert_eq!(notes(&ben.get(&asked).await.ok()), ["imported"]);
    assert_eq!(ana.get(&asked).await.ok()["entries"], 0);
    app.stop().await;
}

#[tokio::test]
async fn a_task_takes_its_time_along_to_the_other_board() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let one = ana.board(&org, json!({ "name": "One", "key": "ONE" })).await;
    let two = ana.board(&org, json!({ "name": "Two", "key": "TWO" })).await;
    let task = ana.task(&one, "Goes").await;
    log(&ana, &task, NOON, 600, "").await;
    let column = ana.get(&two).await.ok()["columns"][0]["column_id"].clone();
    let body = json!({ "to_board_id": last(&two), "column_id": column });
    let moved = ana.post(&format!("{task}/transfer"), body).await.ok();
    let report = ana.get(&format!("{OWN}?group=board&min_position={}", text(&moved["position"]))).await.ok();
    assert_eq!(sums(&report, "board_name"), [("Two", 600, 1)]);
    app.stop().await;
}

#[tokio::test]
async fn no_time_is_told_of_what_its_owner_may_not_see_now() {
    let app = App::start().await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let board = ana.board(&org, json!({ "visibility": "private", "name": "Canary board" })).await;
    let role = format!("{board}/members/{}", ben.id());
    ana.put(&role, json!({ "role": "editor" })).await.ok();
    let task = ana.task(&board, "Canary task").await;
    let (_, position) = log(&ben, &task, NOON, 600, "canary note").await;
    let shown = async || {
        let report = ben.get(OWN).await.ok();
        let table = ben.get(&format!("{OWN}.csv")).await.body.to_string();
        let told = report.to_string().to_lowercase().contains("canary");
        assert_eq!((told, told), (report["total_s"] == 600, table.to_lowercase().contains("canary")), "{report}");
        told
    };
    ben.get(&format!("{OWN}?min_position={position}")).await.ok();
    assert!(shown().await);
    ana.delete(&role).await.ok();
    assert!(!shown().await, "the role was taken");
    // As anybody sees it, it tells of nobody's time.
    ana.patch(&board, json!({ "visibility": "public" })).await.ok();
    assert_eq!(app.person("Cid").await.get(OWN).await.ok()["entries"], 0);
    ana.patch(&board, json!({ "visibility": "private" })).await.ok();
    ana.put(&role, json!({ "role": "viewer" })).await.ok();
    assert!(shown().await, "who looks only still has worked");
    ana.post(&format!("{board}/archive"), json!({})).await.ok();
    assert!(shown().await, "what was worked on a board that is put away was worked");
    ana.post(&format!("{board}/unarchive"), json!({})).await.ok();
    ana.delete(&board).await.ok();
    assert!(!shown().await, "in the trash");
    ana.post(&format!("{board}/restore"), json!({})).await.ok();
    ana.delete(&format!("{org}/members/{}", ben.id())).await.ok();
    assert!(!shown().await, "out of the organization");
    // A program needs the scope to read.
    let ana_time = log(&ana, &task, NOON, 60, "").await.1;
    for (scopes, refused) in [(vec!["read"], false), (vec!["account"], true)] {
        let token = make(&ana, &scopes).await;
        let answer = with(&app, &token, Method::GET, &format!("{OWN}?min_position={ana_time}"), None).await;
        if refused {
            answer.refused("forbidden");
        } else {
            assert_eq!(answer.ok()["total_s"], 60);
        }
    }
    app.get(OWN).await.refused("unauthenticated");
    app.stop().await;
}

#[tokio::test]
async fn of_too_many_boards_with_time_the_newest_are_asked_and_that_is_said() {
    let app = App::start_limited(Limits { own_time_boards_max: 1, ..Limits::default() }).await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let mut position = String::new();
    for (name, at) in [("Old", NOON), ("New", NOON + 48 * HOUR)] {
        let board = ana.board(&org, json!({ "name": name })).await;
        let task = ana.task(&board, name).await;
        position = log(&ana, &task, at, 60, name).await.1;
    }
    let report = ana.get(&format!("{OWN}?min_position={position}")).await.ok();
    assert_eq!((notes(&report), &report["boards_left_out"]), (vec!["New"], &json!(1)));
    // A table with something left out would be taken for the whole.
    let refused = ana.get(&format!("{OWN}.csv")).await.refused("limit_reached");
    assert_eq!((&refused["field"], &refused["limit"]), (&json!("from"), &json!(1)));
    // Boards without time in these days take nobody's place.
    let report = ana.get(&format!("{OWN}?to={}", NOON + HOUR)).await.ok();
    assert_eq!((notes(&report), &report["boards_left_out"]), (vec!["Old"], &json!(0)));
    ana.get(&format!("{OWN}.csv?to={}", NOON + HOUR)).await;
    app.stop().await;
}
