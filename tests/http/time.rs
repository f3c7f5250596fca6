//! The time that is spent on tasks over REST: noted, put right, what it comes to, and who is told.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{App, Person, text};

const HOUR: u64 = 3_600_000_000;
/// 2026-01-05, a Monday, at noon in UTC.
const NOON: u64 = 1_767_614_400_000_000;

async fn log(who: &Person<'_>, task: &str, started_at: u64, duration_s: u32, note: &str) -> String {
    let id = Uuid::now_v7().to_string();
    let body = json!({ "entry_id": id, "started_at": started_at, "duration_s": duration_s, "note": note });
    who.post(&format!("{task}/time"), body).await.created();
    id
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().expect("an id")
}

#[tokio::test]
async fn time_is_noted_put_right_and_counted() {
    let app = App::start().await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let board = ana.board(&org, json!({ "visibility": "organization" })).await;
    let (first, second) = (ana.task(&board, "First").await, ana.task(&board, "Second").await);
    ana.post(&format!("{first}/estimate"), json!({ "minutes": 90 })).await.ok();
    let own = log(&ana, &first, NOON, 3_600, "Drafts").await;
    let bens = log(&ben, &first, NOON + 12 * HOUR, 1_800, "").await;
    log(&ben, &second, NOON + 36 * HOUR, 600, "").await;

    let detail = ben.get(&first).await.ok();
    assert_eq!(detail["face"]["tracked_s"], 5_400);
    let entry =
        json!({ "entry_id": own, "account_id": ana.id(), "started_at": NOON, "duration_s": 3_600, "note": "Drafts" });
    assert_eq!(detail["time"][0], entry);

    // One's own, and anybody's for whoever manages the board.
    ben.patch(&format!("{first}/time/{own}"), json!({ "duration_s": 60 })).await.refused("forbidden");
    ben.delete(&format!("{first}/time/{own}")).await.refused("forbidden");
    ana.patch(&format!("{first}/time/{bens}"), json!({ "duration_s": 2_400 })).await.ok();
    let for_ben = json!({ "account_id": ben.id(), "started_at": NOON, "duration_s": 60 });
    ana.post(&format!("{second}/time"), for_ben.clone()).await.created();
    let for_ana = json!({ "account_id": ana.id(), "started_at": NOON, "duration_s": 60 });
    ben.post(&format!("{second}/time"), for_ana).await.refused("forbidden");
    let refused = ben.post(&format!("{second}/time"), json!({ "started_at": NOON, "duration_s": 0 })).await;
    assert_eq!(refused.refused("field_invalid")["field"], "duration_s");

    let by = async |query: &str| ana.get(&format!("{board}/time?{query}")).await.ok();
    let tasks = by("group=task").await;
    assert_eq!((&tasks["total_s"], &tasks["entries"]), (&json!(6_660), &json!(4)));
    let of_first = &tasks["groups"][0];
    assert_eq!((text(&of_first["task_id"]), &of_first["total_s"]), (last(&first), &json!(6_000)));
    assert_eq!((&of_first["estimate_minutes"], &of_first["tracked_s"]), (&json!(90), &json!(6_000)));
    let members = by("group=member").await;
    let of = |id: &str| {
        let groups = members["groups"].as_array().expect("groups");
        groups.iter().find(|group| group["account_id"] == id).expect("them")["total_s"].clone()
    };
    assert_eq!((of(ana.id()), of(ben.id())), (json!(3_600), json!(3_060)));
    // Midnight in UTC is the next morning in Berlin.
    let days = |report: &Value| {
        let groups = report["groups"].as_array().expect("groups");
        groups.iter().map(|group| (text(&group["day"]).to_owned(), group["total_s"].as_u64())).collect::<Vec<_>>()
    };
    let utc = days(&by(&format!("group=day&zone=UTC&to={}", NOON + 12 * HOUR)).await);
    assert_eq!(utc, [("2026-01-05".to_owned(), Some(3_660))]);
    let berlin = days(&by(&format!("group=day&zone=Europe/Berlin&from={}&to={}", NOON + HOUR, NOON + 13 * HOUR)).await);
    assert_eq!(berlin, [("2026-01-06".to_owned(), Some(2_400))]);
    assert_eq!(by(&format!("account={}&task={}", ben.id(), last(&first))).await["total_s"], 2_400);
    ana.get(&format!("{board}/time?zone=Mars")).await.refused("field_invalid");
    ana.get(&format!("{board}/time?from=5&to=4")).await.refused("field_invalid");
    ana.get(&format!("{board}/time?cursor=x")).await.refused("field_invalid");

    // What is in the trash does not count; what is taken out does not either.
    ana.delete(&second).await.ok();
    assert_eq!(by("group=day").await["total_s"], 6_000);
    ana.delete(&format!("{first}/time/{bens}")).await.ok();
    assert_eq!(by("").await["total_s"], 3_600);
    assert_eq!(ana.get(&first).await.ok()["face"]["tracked_s"], 3_600);
    app.stop().await;
}

#[tokio::test]
async fn each_time_is_told_once_over_all_pages() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let board = ana.board(&org, json!({})).await;
    let tasks = [ana.task(&board, "First").await, ana.task(&board, "Second").await];
    let mut wanted = Vec::new();
    for at in 0..7_usize {
        // Two at a time began at the same moment.
        wanted.push(log(&ana, &tasks[at % 2], NOON + (at / 2) as u64 * HOUR, 60, "").await);
    }
    for (query, list, key) in
        [("", "items", "entry_id"), ("group=task&", "groups", "task_id"), ("group=day&", "groups", "day")]
    {
        let mut found = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = ana.get(&format!("{board}/time?{query}limit=2{cursor}")).await.ok();
            assert_eq!(page["total_s"], 420);
            let rows = page[list].as_array().expect("rows").clone();
            assert!(rows.len() <= 2);
            found.extend(rows.iter().map(|row| text(&row[key]).to_owned()));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        let mut once = found.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), found.len(), "{query}");
        match key {
            "entry_id" => {
                wanted.sort();
                assert_eq!(once, wanted);
            }
            "task_id" => assert_eq!(once.len(), 2),
            _ => assert_eq!(once, ["2026-01-05"]),
        }
    }
    app.stop().await;
}

/// What is read back of a table.
fn rows(table: &Value) -> Vec<Vec<String>> {
    let table = text(table).strip_prefix('\u{feff}').expect("the mark of UTF-8");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(table.as_bytes());
    reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect()).collect()
}

#[tokio::test]
async fn time_as_a_table_holds_no_formula() {
    let app = App::start().await;
    let (ana, ben) = (app.person("Ana").await, app.person("=Ben").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let board = ana.board(&org, json!({ "visibility": "organization" })).await;
    let task = ana.task(&board, "=1+1").await;
    ana.post(&format!("{task}/estimate"), json!({ "minutes": 90 })).await.ok();
    log(&ben, &task, NOON, 5_400, "@SUM(A1)").await;
    let answer = ana.get(&format!("{board}/time.csv")).await;
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    let table = rows(&answer.ok());
    assert_eq!(table[0], ["Key", "Title", "Member", "Started", "Seconds", "Hours", "Note"]);
    assert_eq!(table[1][1..], ["'=1+1", "'=Ben", "2026-01-05T12:00:00Z", "5400", "1.50", "'@SUM(A1)"]);
    let of = async |group: &str| rows(&ana.get(&format!("{board}/time.csv?group={group}")).await.ok())[1].clone();
    assert_eq!(of("task").await[1..], ["'=1+1", "90", "5400", "1", "5400", "1.50"]);
    assert_eq!(of("member").await, ["'=Ben", "1", "5400", "1.50"]);
    assert_eq!(of("day&zone=UTC").await, ["2026-01-05", "1", "5400", "1.50"]);
    // The table of the board has the sum beside the estimate.
    let table = rows(&ana.get(&format!("{board}/export.csv")).await.ok());
    let at = table[0].iter().position(|heading| heading == "Tracked (seconds)").expect("the column");
    assert_eq!((table[0][at - 1].as_str(), table[1][at - 1].as_str()), ("Minutes", "90"));
    assert_eq!(table[1][at], "5400");
    app.stop().await;
}

#[tokio::test]
async fn the_public_and_strangers_are_told_of_no_time() {
    let app = App::start().await;
    let (ana, ben, eve) = (app.person("Ana").await, app.person("Ben").await, app.person("Eve").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let board = ana.board(&org, json!({ "visibility": "organization" })).await;
    let task = ana.task(&board, "Secret hours").await;
    let entry = log(&ana, &task, NOON, 5_400, "Canary").await;
    ana.patch(&format!("{task}/time/{entry}"), json!({ "note": "Canary still" })).await.ok();
    // Put away and taken out again, so that its face is in the history too.
    ana.post(&format!("{task}/archive"), json!({})).await.ok();
    ana.post(&format!("{task}/unarchive"), json!({})).await.ok();
    eve.get(&format!("{board}/time")).await.refused("not_found");
    ana.patch(&board, json!({ "visibility": "public" })).await.ok();
    for path in [&task, &board, &format!("{board}/history"), &format!("{board}/tasks"), &format!("{board}/export.csv")]
    {
        let shown = eve.get(path).await.ok().to_string();
        assert!(!shown.contains("Canary") && !shown.contains("5400") && !shown.contains(&entry), "{path}: {shown}");
    }
    eve.get(&format!("{board}/time")).await.refused("not_found");
    eve.get(&format!("{board}/time.csv")).await.refused("not_found");
    eve.post(&format!("{task}/time"), json!({ "started_at": NOON, "duration_s": 60 })).await.refused("forbidden");
    assert_eq!(ben.get(&format!("{board}/time")).await.ok()["total_s"], 5_400);
    app.stop().await;
}
