//! What tasks say by themselves when their time comes, with a clock that the test moves: once, also after the server was away, and however
//! many there are.

use std::collections::BTreeMap;

use lockstep::{app::serve::Overrides, clock::Clock};
use lockstep_protocol::{
    ids::{AccountId, OrgId},
    position::Position,
};
use serde_json::{Value, json};

use super::{App, dropped::again, text};
use crate::support::until;

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;

fn overrides(clock: &Clock) -> Overrides {
    Overrides { clock: Some(clock.clone()), ..Overrides::default() }
}

/// Everything that happened was noted, and nothing that has its time is left.
async fn settled(app: &App) {
    let store = &app.server.engine.store;
    until("what is due is said", async || {
        let noted = store.consumers().cursor("alarms").await.ok()?;
        let left = store.journal().tail(noted, 1).await.ok()?;
        let due = store.projections().alarms_due(app.server.engine.clock.now(), 1).await.ok()?;
        let again = store.journal().tail(noted, 1).await.ok()?;
        (left.is_empty() && due.is_empty() && again.is_empty()).then_some(())
    })
    .await;
}

/// What was said by nobody in this organization, and how often.
async fn said(app: &App, org: &str) -> BTreeMap<String, usize> {
    settled(app).await;
    let org: OrgId = org.rsplit('/').next().expect("an id").parse().expect("an id");
    let events = app.server.engine.store.journal().tail(Position::START, 100_000).await.expect("rows");
    let mut said = BTreeMap::new();
    for event in events.iter().filter(|event| event.org == org && event.actor == AccountId::NIL) {
        *said.entry(event.tag.clone()).or_default() += 1;
    }
    said
}

fn times(list: &[(&str, usize)]) -> BTreeMap<String, usize> {
    list.iter().map(|(tag, count)| ((*tag).to_owned(), *count)).collect()
}

#[tokio::test]
async fn what_comes_due_is_said_once_at_its_time_or_when_the_server_is_back() {
    let clock = Clock::manual(Clock::system().now());
    let app = App::start_with(overrides(&clock), &[]).await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let board = ana.board(&org, json!({})).await;
    let task = ana.task(&board, "Water").await;
    let due = clock.now() + 3 * DAY;
    ana.patch(&task, json!({ "due": { "at": due, "has_time": true } })).await.ok();
    ana.post(&format!("{task}/remind"), json!({ "reminder": { "kind": "before", "minutes": 60 } })).await.ok();
    ana.post(&format!("{task}/remind"), json!({ "reminder": { "kind": "at", "at": due - 30 * HOUR } })).await.ok();
    let late = json!({ "reminder": { "kind": "at", "at": clock.now() } });
    let why = ana.post(&format!("{task}/remind"), late).await.refused("field_invalid");
    assert_eq!(text(&why["field"]), "reminder.at");
    let reminders = ana.get(&task).await.ok()["reminders"].clone();
    let kinds: Vec<&str> = reminders.as_array().expect("a list").iter().map(|one| text(&one["kind"])).collect();
    assert_eq!(kinds, ["before", "at"]);
    assert_eq!(said(&app, &org).await, times(&[]));
    clock.advance(2 * DAY - 1);
    assert_eq!(said(&app, &org).await, times(&[("task.reminder.due", 1)]), "a day before is not yet");
    clock.advance(1);
    assert_eq!(said(&app, &org).await, times(&[("task.due.soon", 1), ("task.reminder.due", 1)]));
    // The server is away as the other reminder and the due date pass.
    let email = ana.email.clone();
    let App { server, folder, .. } = app;
    server.stop().await;
    clock.advance(9 * DAY);
    let app = App::start_in(folder, overrides(&clock), &[]).await;
    let all = [("task.due.soon", 1), ("task.overdue", 1), ("task.reminder.due", 2)];
    assert_eq!(said(&app, &org).await, times(&all), "once, and late");
    let ana = again(&app, &email).await;
    assert_eq!(
        ana.get(&task).await.ok()["reminders"],
        json!([{ "kind": "before", "minutes": 60 }]),
        "the other is over"
    );
    // Another due date is announced anew; one that is done says nothing.
    ana.patch(&task, json!({ "due": { "at": clock.now() + 2 * HOUR, "has_time": true } })).await.ok();
    let all = [("task.due.soon", 2), ("task.overdue", 1), ("task.reminder.due", 2)];
    assert_eq!(said(&app, &org).await, times(&all));
    ana.post(&format!("{task}/complete"), json!({})).await.ok();
    clock.advance(DAY);
    assert_eq!(said(&app, &org).await, times(&all));
    let ana = again(&app, &email).await;
    ana.post(&format!("{task}/reopen"), json!({})).await.ok();
    assert_eq!(said(&app, &org).await, times(&[("task.due.soon", 2), ("task.overdue", 2), ("task.reminder.due", 3)]));
    app.stop().await;
}

#[tokio::test]
async fn many_that_are_due_at_one_moment_are_each_said_and_hold_up_nothing() {
    let clock = Clock::manual(Clock::system().now());
    let app = App::start_with(overrides(&clock), &[]).await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let (board, other) = (ana.board(&org, json!({})).await, ana.board(&org, json!({})).await);
    let column = ana.column(&board, 0).await;
    let due = json!({ "at": clock.now() + DAY + HOUR, "has_time": true });
    for page in 0..3 {
        let commands: Vec<Value> = (0..150)
            .map(|index| {
                let task_id = crate::support::node::id();
                let title = format!("Task {page} {index}");
                json!({ "type": "task.create", "task_id": task_id, "column_id": column, "title": title, "place": {}, "due": due })
            })
            .collect();
        ana.post(&format!("{board}/bulk"), json!({ "commands": commands })).await.ok();
    }
    let task = ana.task(&other, "Elsewhere").await;
    ana.patch(&task, json!({ "due": due })).await.ok();
    assert_eq!(said(&app, &org).await, times(&[]));
    clock.advance(HOUR);
    assert_eq!(said(&app, &org).await, times(&[("task.due.soon", 451)]));
    clock.advance(DAY);
    assert_eq!(said(&app, &org).await, times(&[("task.due.soon", 451), ("task.overdue", 451)]));
    app.stop().await;
}

#[tokio::test]
async fn a_schedule_makes_the_next_one_at_its_time_and_later_where_there_was_no_room() {
    let clock = Clock::manual(Clock::system().now());
    let app = App::start_with(overrides(&clock), &[]).await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let board = ana.board(&org, json!({})).await;
    let task = ana.task(&board, "Report").await;
    let due = clock.now() + HOUR;
    ana.patch(&task, json!({ "due": { "at": due, "has_time": true } })).await.ok();
    let repeat = json!({ "rule": "FREQ=WEEKLY", "zone": "UTC", "on": "schedule" });
    ana.post(&format!("{task}/repeat"), json!({ "repeat": repeat })).await.ok();
    ana.post(&format!("{task}/complete"), json!({})).await.ok();
    // That it is due soon is said, or not, as the worker comes before it is done or behind that.
    let mut before = said(&app, &org).await;
    let soon = before.remove("task.due.soon");
    assert_eq!(before, times(&[]), "being done makes none");
    clock.advance(HOUR);
    let made = [("task.created", 1), ("task.repeated", 1)];
    let mut after = said(&app, &org).await;
    assert_eq!(after.remove("task.due.soon"), soon, "nothing is due soon that is done");
    assert_eq!(after, times(&made));
    let ana = again(&app, &ana.email).await;
    let items = ana.get(&format!("{board}/tasks")).await.ok()["items"].clone();
    let next = items.as_array().expect("items").iter().find(|face| face.get("repeat").is_some()).expect("the next");
    assert_eq!((&next["repeat"], &next["due"]["at"]), (&repeat, &json!(due + 7 * DAY)));
    // No column has room: what else is to be said is said, and the next one is made when one has.
    let columns = ana.get(&board).await.ok()["columns"].clone();
    for column in columns.as_array().expect("columns") {
        let workflow = json!({ "wip": { "limit": 1, "mode": "refuse" } });
        let path = format!("{board}/columns/{}/workflow", text(&column["column_id"]));
        ana.put(&path, json!({ "workflow": workflow })).await.ok();
        if column["column_id"] != next["column_id"] && column["kind"] != "done" {
            let body = json!({ "column_id": column["column_id"], "title": "In the way" });
            ana.post(&format!("{board}/tasks"), body).await.created();
        }
    }
    clock.advance(7 * DAY);
    let all = [("task.created", 1), ("task.due.soon", 0), ("task.overdue", 1), ("task.repeated", 1)];
    let mut found = said(&app, &org).await;
    found.insert("task.due.soon".into(), 0);
    assert_eq!(found, times(&all), "it waits");
    let ana = again(&app, &ana.email).await;
    let next = format!("{board}/tasks/{}", text(&next["task_id"]));
    ana.post(&format!("{next}/complete"), json!({})).await.ok();
    ana.post(&format!("{next}/archive"), json!({})).await.ok();
    ana.post(&format!("{task}/archive"), json!({})).await.ok();
    clock.advance(5 * 60_000_000);
    let found = said(&app, &org).await;
    assert_eq!((found["task.created"], found["task.repeated"]), (2, 2), "{found:?}");
    app.stop().await;
}

#[tokio::test]
async fn who_the_board_names_is_told_once_of_what_is_overdue_for_long() {
    let clock = Clock::manual(Clock::system().now() + 60_000_000);
    let app = App::start_with(overrides(&clock), &[]).await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let board = ana.board(&org, json!({ "visibility": "organization" })).await;
    let (late, done) = (ana.task(&board, "Late").await, ana.task(&board, "Done").await);
    let due = json!({ "due": { "at": clock.now() + HOUR, "has_time": true } });
    ana.patch(&late, due.clone()).await.ok();
    ana.patch(&done, due).await.ok();
    let (owners, boss) = (json!({ "kind": "owners" }), json!({ "kind": "person", "account_id": ben.id() }));
    let rules = json!({ "escalations": [{ "after_minutes": 60, "to": owners }, { "after_minutes": 120, "to": boss }] });
    ben.put(&format!("{board}/escalations"), rules.clone()).await.refused("forbidden");
    ana.put(&format!("{board}/escalations"), rules).await.ok();
    assert_eq!(said(&app, &org).await, times(&[("task.due.soon", 2)]));
    clock.advance(2 * HOUR);
    let first = [("task.due.soon", 2), ("task.overdue", 2), ("task.escalated", 2)];
    assert_eq!(said(&app, &org).await, times(&first));
    let (ana, ben) = (ana.email.clone(), ben.email.clone());
    again(&app, &ana).await.post(&format!("{done}/complete"), json!({})).await.ok();
    clock.advance(HOUR);
    let second = [("task.due.soon", 2), ("task.overdue", 2), ("task.escalated", 3)];
    assert_eq!(said(&app, &org).await, times(&second));
    clock.advance(30 * DAY);
    assert_eq!(said(&app, &org).await, times(&second));
    // The owner of both an hour late, the other of the one that was not done by then.
    for (person, count) in [(again(&app, &ana).await, 2), (again(&app, &ben).await, 1)] {
        let escalated = until("they to be told", async || {
            let page = person.get("/api/v1/me/inbox").await.ok();
            let entries = page["items"].as_array().expect("a list").clone();
            let own: Vec<Value> = entries.into_iter().filter(|one| one["entry"]["reason"] == "escalated").collect();
            (own.len() == count).then_some(own)
        })
        .await;
        assert!(escalated.iter().any(|entry| entry["shown"]["title"] == "Late"), "{escalated:?}");
    }
    app.stop().await;
}
