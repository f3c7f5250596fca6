//! What becomes of a deleted organization when nobody can restore it any more.

use lockstep::{
    app::{doctor, serve::Overrides},
    clock::Clock,
    store::journal::Recorded,
};
use lockstep_protocol::{
    ids::{AccountId, BoardId, OrgId},
    position::Position,
    topic::Kind,
};
use serde_json::{Value, json};

use super::{
    App, PASSWORD, Person,
    processes::{Company, settled},
    text,
};
use crate::support::until;

const DAY: i64 = 86_400_000_000;

fn id<T: std::str::FromStr<Err = uuid::Error>>(path: &str) -> T {
    path.rsplit('/').next().expect("an id").parse().expect("an id")
}

/// The same person, days later.
pub async fn again<'a>(app: &'a App, email: &str) -> Person<'a> {
    let body = json!({ "email": email, "password": PASSWORD, "refresh_in": "body" });
    Person { app, tokens: app.post("/api/v1/auth/login", body).await.ok(), email: email.to_owned() }
}

#[tokio::test]
async fn a_deleted_organization_is_erased_after_thirty_days_and_everybody_else_goes_on() {
    let clock = Clock::manual(Clock::system().now());
    let overrides = || Overrides { clock: Some(clock.clone()), ..Overrides::default() };
    let app = App::start_with(overrides(), &[]).await;
    let company = Company::found(&app).await;
    let (ana, ben) = (company.ana.email.clone(), company.ben.email.clone());
    let (org, open): (OrgId, BoardId) = (id(&company.org), id(company.open()));
    let (path, board) = (company.org.clone(), company.open().to_owned());
    let store = app.server.engine.store.clone();
    company.ana.delete(&path).await.ok();
    drop(company);
    // On the last day it is brought back, and deleted again: its days begin anew.
    clock.advance(30 * DAY - 60_000_000);
    let late = again(&app, &ana).await;
    late.post(&format!("{path}/restore"), json!({})).await.ok();
    late.get(&board).await.ok();
    late.delete(&path).await.ok();
    clock.advance(29 * DAY);
    until("the first deletion's process is done", async || {
        (store.processes().due(clock.now(), 9).await.ok()?.is_empty()).then_some(())
    })
    .await;
    assert_eq!(store.drops().dropped_at(org).await, Ok(None), "it was restored: these are other days");
    assert_eq!(again(&app, &ana).await.get("/api/v1/orgs").await.ok()["items"].as_array().map(Vec::len), Some(2));
    clock.advance(DAY + 1);
    settled(&app).await;
    assert_eq!(store.drops().dropped_at(org).await, Ok(Some(clock.now())));
    // As if it had never been, for whoever owned it too; and nobody ever has its id again.
    let (ana, ben) = (again(&app, &ana).await, again(&app, &ben).await);
    for person in [&ana, &ben] {
        assert_eq!(person.get("/api/v1/orgs").await.ok()["items"].as_array().map(Vec::len), Some(1), "their own");
        for path in [&path, &board, &format!("{path}/members")] {
            person.get(path).await.refused("not_found");
        }
        person.post(&format!("{path}/restore"), json!({})).await.refused("not_found");
        person.post(&format!("{path}/boards"), json!({ "name": "New" })).await.refused("not_found");
        let founding = json!({ "org_id": org, "name": "Mine" });
        person.post("/api/v1/orgs", founding).await.refused("already_exists");
    }
    let directory = &app.server.engine.directory;
    assert!(!directory.is_live(org) && !directory.is_live(open), "nothing of it is in memory");
    assert_eq!(store.projections().organization(org).await, Ok(None));
    // The journal is whole, begins no new epoch, and takes what comes.
    let healthy = async |app: &App| {
        let store = &app.server.engine.store;
        let found = doctor::examine(store).await.expect("a database");
        assert!(found.damaged.is_empty(), "{:?}", found.damaged);
        assert_eq!(store.about().await.expect("a database").epoch, 1);
        let events = store.journal().tail(Position::START, 10_000).await.expect("rows");
        assert!(!events.is_empty() && events.iter().all(|event| event.org != org));
    };
    healthy(&app).await;
    let next = ana.organization().await;
    ana.board(&next, json!({})).await;
    let email = ana.email.clone();
    let App { server, folder, .. } = app;
    server.stop().await;
    let app = App::start_in(folder, overrides(), &[]).await;
    healthy(&app).await;
    let ana = again(&app, &email).await;
    ana.get(&next).await.ok();
    ana.get(&path).await.refused("not_found");
    app.stop().await;
}

#[tokio::test]
async fn an_offer_of_ownership_ends_after_seven_days_and_can_be_made_anew() {
    let clock = Clock::manual(Clock::system().now());
    let app = App::start_with(Overrides { clock: Some(clock.clone()), ..Overrides::default() }, &[]).await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let ownership = format!("{org}/ownership");
    ana.post(&ownership, json!({ "account_id": ben.id() })).await.ok();
    let ends = async |who: &Person<'_>| who.get(&org).await.ok()["ownership_offer"]["expires_at"].clone();
    assert_eq!(ends(&ben).await, json!(clock.now() + 7 * DAY));
    clock.advance(7 * DAY);
    let (ana, ben) = (again(&app, &ana.email).await, again(&app, &ben.email).await);
    for answer in ["accept", "decline"] {
        ben.post(&format!("{ownership}/{answer}"), json!({})).await.refused("wrong_state");
    }
    ana.post(&ownership, json!({ "account_id": ben.id() })).await.ok();
    assert_eq!(ends(&ben).await, json!(clock.now() + 7 * DAY));
    clock.advance(7 * DAY - 1);
    let ben = again(&app, &ben.email).await;
    ben.post(&format!("{ownership}/accept"), json!({})).await.ok();
    assert_eq!(ben.get(&org).await.ok()["ownership_offer"], Value::Null);
    app.stop().await;
}

/// What was added to the journal after a position, but for what the server says by itself: that a card of the demo is overdue.
async fn since(app: &App, after: Position) -> Vec<Recorded> {
    let events = app.server.engine.store.journal().tail(after, 10_000).await.expect("rows");
    // Who is told of it, and when, is no part of it.
    let own = |event: &Recorded| event.actor != AccountId::NIL && event.stream.kind != Kind::Inbox;
    events.into_iter().filter(own).collect()
}

/// The tags of that, each with its stream's kind, in the order of all.
async fn chain(app: &App, after: Position) -> Vec<String> {
    let events = since(app, after).await;
    events.into_iter().map(|event| format!("{} {}", event.stream.kind.word(), event.tag)).collect()
}

async fn end(app: &App) -> Position {
    let events = app.server.engine.store.journal().tail(Position::START, 10_000).await.expect("rows");
    events.last().expect("the demo").position
}

#[tokio::test]
async fn a_registration_and_a_removal_are_these_chains_of_events_and_no_others() {
    let app = App::start().await;
    let before = end(&app).await;
    app.person("Dora").await;
    let registered = ["account user.registered", "organization organization.created", "account user.logged_in"];
    assert_eq!(chain(&app, before).await, registered);
    let company = Company::found(&app).await;
    settled(&app).await;
    let before = end(&app).await;
    company.remove_ben(company.cleo.id()).await;
    settled(&app).await;
    let removed = [
        "organization member.removed",
        "team team.member.removed",
        // The team's board, then the organization's, then his own, which had no other owner.
        "board task.reassigned",
        "board task.reassigned",
        "board task.reassigned",
        "board task.reassigned",
        "board board.member.role.changed",
        "board board.member.removed",
        "board task.reassigned",
        "board task.reassigned",
    ];
    assert_eq!(chain(&app, before).await, removed);
    let by: Vec<String> = {
        let events = since(&app, before).await;
        events.into_iter().map(|event| event.actor.to_string()).collect()
    };
    assert!(by.iter().all(|by| by == text(&company.ana.tokens["account_id"])), "all in the remover's name: {by:?}");
    app.stop().await;
}
