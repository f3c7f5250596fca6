//! A task by one line: what is understood is in the task, what is not stays in its title, and the answer says which is which.

use serde_json::{Value, json};

use super::{App, Person, text};

/// What an answer says of words of the line: kind, words, and why they are not in the task.
fn told<'a>(answer: &'a Value, list: &str) -> Vec<(&'a str, &'a str, &'a str)> {
    let all = answer[list].as_array().expect("a list");
    all.iter().map(|one| (text(&one["kind"]), text(&one["text"]), one["why"].as_str().unwrap_or(""))).collect()
}

async fn person<'a>(app: &'a App, login: &str, name: &str) -> Person<'a> {
    let person = app.person(login).await;
    person.patch("/api/v1/me", json!({ "name": name })).await.ok();
    person
}

/// Makes it, and reads the task that came of it.
async fn quick(who: &Person<'_>, board: &str, body: Value) -> (Value, Value) {
    let made = who.post(&format!("{board}/tasks/quick"), body).await.created();
    let path = format!("{board}/tasks/{}?min_seq={}", text(&made["task_id"]), made["seq"]);
    (made, who.get(&path).await.ok()["face"].clone())
}

/// 2027-12-24T09:00 in New York.
const MORNING: i64 = 1_829_656_800_000_000;
/// 2027-12-24, midnight UTC.
const CHRISTMAS_EVE: i64 = 1_829_606_400_000_000;

#[tokio::test]
async fn a_line_becomes_a_task_with_all_that_it_says() {
    let app = App::start().await;
    let (ana, ben) = (person(&app, "Ana", "Ana López").await, person(&app, "Ben", "Ben Carter").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let board = ana.board(&org, json!({ "visibility": "organization" })).await;
    for name in ["Home", "Two words"] {
        ana.post(&format!("{board}/labels"), json!({ "name": name, "colour": "red" })).await.created();
    }
    ana.patch("/api/v1/me", json!({ "time_zone": "America/New_York" })).await.ok();
    let line = "Pay rent 2027-12-24 at 9am p1 #home #\"two words\" @ben @me in Doing from 2027-12-20";
    let (made, face) = quick(&ana, &board, json!({ "line": line })).await;
    assert_eq!((text(&made["title"]), text(&face["title"])), ("Pay rent", "Pay rent"));
    assert_eq!(text(&face["column_id"]), ana.column(&board, 1).await);
    assert_eq!(face["due"], json!({ "at": MORNING, "has_time": true }), "nine o'clock where Ana is");
    assert_eq!(face["start_at"], json!(MORNING - (4 * 24 + 9) * 3_600_000_000), "the beginning of the day there");
    assert_eq!(face["priority"], "urgent");
    assert_eq!(face["assignees"], json!([ben.id(), ana.id()]));
    assert_eq!(face["labels"].as_array().map(Vec::len), Some(2));
    let used: Vec<&str> = told(&made, "used").iter().map(|(_, words, _)| *words).collect();
    let words = ["2027-12-24", "at 9am", "p1", "#home", "#\"two words\"", "@ben", "@me", "in Doing", "from 2027-12-20"];
    assert_eq!((used.as_slice(), told(&made, "unused").len()), (words.as_slice(), 0));
    app.stop().await;
}

#[tokio::test]
async fn what_names_nothing_stays_in_the_title_and_the_rest_does_not() {
    let app = App::start().await;
    let (ana, one, two) =
        (app.person("Ana").await, person(&app, "Cid1", "Cid One").await, person(&app, "Cid2", "Cid Two").await);
    let org = ana.organization().await;
    ana.join(&org, &one, "member").await;
    ana.join(&org, &two, "member").await;
    let board = ana.board(&org, json!({ "visibility": "organization" })).await;
    let line = "Water 🌱 every 2 days ~2h #nope @nobody @cid +Nowhere in fridge 2027-12-24";
    let (made, face) = quick(&ana, &board, json!({ "line": line })).await;
    let title = "Water 🌱 #nope @nobody @cid +Nowhere in fridge";
    assert_eq!((text(&made["title"]), text(&face["title"])), (title, title));
    assert_eq!(face["due"], json!({ "at": CHRISTMAS_EVE, "has_time": false }));
    assert_eq!(
        told(&made, "unused"),
        [
            ("label", "#nope", "unknown"),
            ("person", "@nobody", "unknown"),
            ("person", "@cid", "ambiguous"),
            ("place", "+Nowhere", "unknown"),
        ]
    );
    let used = [("repeat", "every 2 days", ""), ("estimate", "~2h", ""), ("due", "2027-12-24", "")];
    assert_eq!(told(&made, "used"), used);
    assert_eq!(
        (&face["repeat"], &face["minutes"]),
        (&json!({ "rule": "FREQ=DAILY;INTERVAL=2", "zone": "UTC" }), &json!(120))
    );
    // What is done as it is made has no next one, wherever in the line that is said.
    for line in ["Sweep every day in Done", "Sweep in Done every day"] {
        let (made, face) = quick(&ana, &board, json!({ "line": line })).await;
        assert_eq!((text(&face["title"]), face.get("repeat")), ("Sweep every day", None));
        assert_eq!(told(&made, "unused"), [("repeat", "every day", "unsupported")]);
    }
    assert!(face.get("assignees").is_none() && face.get("labels").is_none(), "{face}");
    let (_, face) = quick(&ana, &board, json!({ "line": "@\"Cid Two\" Read \\#home" })).await;
    assert_eq!((text(&face["title"]), &face["assignees"]), ("Read #home", &json!([two.id()])));
    let (_, face) = quick(&ana, &board, json!({ "line": "p1 @me in Doing" })).await;
    assert_eq!(text(&face["title"]), "p1 @me in Doing", "marks alone are a title");
    assert_eq!(text(&face["column_id"]), ana.column(&board, 0).await);
    assert!(face.get("assignees").is_none() && face.get("priority").is_none(), "{face}");
    app.stop().await;
}

#[tokio::test]
async fn a_line_is_read_as_its_author_reads() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let board = ana.board(&org, json!({})).await;
    let due = async |body: Value| quick(&ana, &board, body).await.1["due"]["at"].as_i64();
    let german = json!({ "line": "Feiern am 24. Dezember 2027", "language": "de" });
    assert_eq!(due(json!({ "line": "Feiern am 24. Dezember 2027" })).await, None);
    assert_eq!(due(german).await, Some(CHRISTMAS_EVE));
    ana.patch("/api/v1/me", json!({ "locale": "de-CH" })).await.ok();
    assert_eq!(due(json!({ "line": "Feiern 24.12.2027" })).await, Some(CHRISTMAS_EVE));
    assert_eq!(due(json!({ "line": "Party tomorrow" })).await, None, "another language");
    ana.patch("/api/v1/me", json!({ "locale": "en-GB" })).await.ok();
    let (spring, one_day) = (due(json!({ "line": "Sow 2/3/2027" })).await, 86_400_000_000);
    ana.patch("/api/v1/me", json!({ "locale": "en-US" })).await.ok();
    assert_eq!(due(json!({ "line": "Sow 3/2/2027" })).await, spring);
    assert_ne!(due(json!({ "line": "Sow 2/3/2027" })).await, spring);
    // Half past two is left out that night.
    ana.patch("/api/v1/me", json!({ "time_zone": "Europe/Berlin" })).await.ok();
    let night = due(json!({ "line": "Sleep 2027-03-28 at 2:30" })).await.expect("due");
    assert_eq!(night % one_day, 90 * 60_000_000, "half past three there, half past one in UTC");
    app.stop().await;
}

#[tokio::test]
async fn next_week_begins_on_the_day_that_the_author_chose() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let board = ana.board(&org, json!({})).await;
    let weekday = async || {
        let at = quick(&ana, &board, json!({ "line": "Plan next week" })).await.1["due"]["at"].as_i64().expect("due");
        // 1970-01-01 was a Thursday; 0 is Monday.
        (at / 86_400_000_000 + 3) % 7
    };
    assert_eq!(weekday().await, 0);
    ana.patch("/api/v1/me", json!({ "preferences": { "week_start": "sunday" } })).await.ok();
    assert_eq!(weekday().await, 6);
    ana.patch("/api/v1/me", json!({ "preferences": { "week_start": "saturday" } })).await.ok();
    assert_eq!(weekday().await, 5);
    app.stop().await;
}

#[tokio::test]
async fn a_line_is_bounded_and_a_guest_learns_no_names() {
    let app = App::start().await;
    let (ana, ben, gus) = (app.person("Ana").await, app.person("Ben").await, app.person("Gus").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    ana.join(&org, &gus, "guest").await;
    let board = ana.board(&org, json!({ "visibility": "organization" })).await;
    let path = format!("{board}/tasks/quick");
    gus.post(&path, json!({ "line": "x" })).await.refused("not_found");
    ana.put(&format!("{board}/members/{}", gus.id()), json!({ "role": "viewer" })).await.ok();
    gus.post(&path, json!({ "line": "x" })).await.refused("forbidden");
    ana.put(&format!("{board}/members/{}", gus.id()), json!({ "role": "editor" })).await.ok();
    let (made, _) = quick(&gus, &board, json!({ "line": "Ask @ben" })).await;
    assert_eq!(told(&made, "unused"), [("person", "@ben", "unknown")]);
    ana.put(&format!("{board}/members/{}", ben.id()), json!({ "role": "viewer" })).await.ok();
    let (made, face) = quick(&gus, &board, json!({ "line": "Ask @ben" })).await;
    assert_eq!((told(&made, "unused").len(), &face["assignees"]), (0, &json!([ben.id()])));
    let marks = "#x ".repeat(333) + "x";
    assert_eq!(marks.chars().count(), 1_000);
    ana.post(&path, json!({ "line": marks })).await.refused("field_too_long");
    let most = format!("x{}", " ".repeat(999));
    ana.post(&path, json!({ "line": most })).await.created();
    let refused = ana.post(&path, json!({ "line": format!("{most} ") })).await.refused("field_too_long");
    assert_eq!((text(&refused["field"]), &refused["limit"]), ("line", &json!(1_000)));
    for (line, code) in [("", "field_required"), (" \t", "field_required"), ("a\u{7}b", "field_invalid")] {
        ana.post(&path, json!({ "line": line })).await.refused(code);
    }
    let elsewhere = ana.column(&ana.board(&org, json!({})).await, 0).await;
    ana.post(&path, json!({ "line": "x", "column_id": elsewhere })).await.refused("not_found");
    ana.post(&path, json!({ "line": "x", "language": "fr" })).await.refused("field_invalid");
    app.stop().await;
}
