//! Every kind of process, with the server killed before each thing that it does and at its end: what is there afterwards is what an
//! undisturbed run leaves. The points are counted by the server itself (`src/steps.rs`), so that a new step is tried by itself.

mod folder;
mod hooks;
mod mailed;
mod telling;

use std::future::Future;

use folder::{Ended, Place};
use lockstep::{
    actors::{CommandRequest, Directory, Saw},
    app::{engine::Engine, serve::Overrides},
    bus::local::Alone,
    clock::Clock,
    store::Store,
};
use lockstep_domain::Principal;
use lockstep_protocol::{
    command::{
        Command,
        account::DeleteAccount,
        organization::{ChangeMemberRole, DeleteOrganization, RemoveMember},
        team::{DeleteTeam, RemoveTeamMember},
    },
    ids::{AccountId, BoardId, OrgId, TeamId},
    limits::Limits,
    topic::Topic,
    values::{Micros, OrgRole, Reassign},
};
use serde_json::json;
use uuid::Uuid;

use crate::http::{
    App,
    processes::{Company, settled},
    service_accounts::service,
};

/// How far back everything happened: longer than an organization is kept.
const AGO: Micros = 31 * 86_400_000_000;
const STAND_IN: &str = "0190aaaa-0000-7000-8000-00000000000a";

/// Whom and what the processes are about.
#[derive(Clone, Copy)]
struct Scene {
    ana: AccountId,
    ben: AccountId,
    cleo: AccountId,
    org: OrgId,
    team: TeamId,
    board: BoardId,
}

fn last<T: std::str::FromStr<Err = uuid::Error>>(path: &str) -> T {
    path.rsplit('/').next().expect("an id").parse().expect("an id")
}

impl Scene {
    /// Makes it in a fresh place, with everything that an organization can have.
    async fn make(place: &Place, clock: &Clock) -> Self {
        let overrides = Overrides { clock: Some(clock.clone()), ..Overrides::default() };
        let app = App::start_in(place.folder(), overrides, &place.flags()).await;
        let company = Company::found(&app).await;
        let (org, ana, ben) = (&company.org, &company.ana, &company.ben);
        ana.patch(&format!("{org}/members/{}", ben.id()), json!({ "title": "Head of people" })).await.ok();
        service(ana, org, "member").await;
        let stand_in = json!({ "account_id": STAND_IN, "name": "Ben of the export" });
        ana.post(&format!("{org}/placeholders"), stand_in).await.created();
        let invitation = json!({ "email": "new@example.org", "role": "member" });
        ana.post(&format!("{org}/invitations"), invitation).await.created();
        let scene = Self {
            ana: last(ana.id()),
            ben: last(ben.id()),
            cleo: last(company.cleo.id()),
            org: last(org),
            team: last(&company.team),
            board: last(company.open()),
        };
        settled(&app).await;
        drop(company);
        // Dropped folders are removed: this one goes on.
        let App { server, folder, .. } = app;
        server.stop().await;
        place.keep(folder);
        scene
    }
}

/// What begins a process: in whose name, to whom, what.
type Trigger = (AccountId, Topic, Command);

/// Gives the command to an engine that carries no process out.
async fn begin(place: &Place, clock: &Clock, (by, topic, body): Trigger) {
    let store = Store::open(&place.options()).await.expect("opens");
    let started = Engine::start(store, std::sync::Arc::new(Alone), Limits::default(), clock.clone(), Uuid::nil()).await;
    let engine = started.unwrap_or_else(|error| panic!("{error}"));
    let directory: &Directory = &engine.directory;
    let request =
        CommandRequest { topic, principal: Principal::System(by), session: None, key: None, body, saw: Saw::default() };
    directory.command(request).await.expect("it may");
    engine.stop().await;
}

/// Kills a process of this kind at its first point, its second … until there is none left, and judges what each run leaves.
async fn killed_at_every_step<F: Future<Output = ()>>(
    place: Place,
    kind: &str,
    at_least: u32,
    trigger: impl Fn(Scene) -> Trigger,
    judge: impl Fn(Place, Scene) -> F,
) {
    killed_after(AGO, place, kind, at_least, trigger, judge).await;
}

/// The same, where everything happened so long ago.
async fn killed_after<F: Future<Output = ()>>(
    ago: Micros,
    place: Place,
    kind: &str,
    at_least: u32,
    trigger: impl Fn(Scene) -> Trigger,
    judge: impl Fn(Place, Scene) -> F,
) {
    let clock = Clock::manual(Clock::system().now() - ago);
    let scene = Scene::make(&place, &clock).await;
    begin(&place, &clock, trigger(scene)).await;
    let undisturbed = place.copy().await;
    assert_eq!(undisturbed.live(None).await, Ended::Settled);
    let expected = undisturbed.dump().await;
    judge(undisturbed, scene).await;
    let mut killed = 0;
    loop {
        let place = place.copy().await;
        let point = format!("{kind}:{}", killed + 1);
        if place.live(Some(&point)).await == Ended::Settled {
            break;
        }
        killed += 1;
        assert_eq!(place.live(None).await, Ended::Settled, "after {point}");
        let found = place.dump().await;
        let differs = |one: &[String], other: &[String]| -> Vec<String> {
            one.iter().filter(|row| !other.contains(row)).cloned().collect()
        };
        assert!(
            found == expected,
            "killed at {point}: missing {:#?}, too much {:#?}",
            differs(&expected, &found),
            differs(&found, &expected)
        );
    }
    assert!(killed >= at_least, "{kind} has {killed} points only");
}

async fn nothing(_: Place, _: Scene) {}

/// One goodbye, and the chain of events that the rule asks for.
async fn said_goodbye(place: Place, scene: Scene) {
    let rows = place.dump().await;
    let goodbyes = rows.iter().filter(|row| row.starts_with("mails") && row.contains("goodbye")).count();
    assert_eq!(goodbyes, 1, "{rows:#?}");
    let ben = scene.ben.0.simple().to_string().to_uppercase();
    let seats = rows.iter().filter(|row| row.starts_with("memberships") || row.starts_with("board_members"));
    let org = scene.org.0.simple().to_string().to_uppercase();
    assert_eq!(seats.filter(|row| row.contains(&ben) && row.contains(&org)).count(), 0);
}

fn removal(scene: Scene, reassign: Reassign) -> Trigger {
    (scene.ana, scene.org.into(), RemoveMember { account_id: scene.ben, reassign }.into())
}

const MEMBER_REMOVED: &str = "member_removed";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_removal_whose_tasks_go_to_nobody() {
    let trigger = |scene| removal(scene, Reassign::Nobody);
    killed_at_every_step(Place::sqlite(), MEMBER_REMOVED, 9, trigger, said_goodbye).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_removal_whose_tasks_go_to_the_lead() {
    let trigger = |scene| removal(scene, Reassign::Lead);
    killed_at_every_step(Place::sqlite(), MEMBER_REMOVED, 9, trigger, said_goodbye).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_removal_whose_tasks_go_to_a_member() {
    let trigger = |scene: Scene| removal(scene, Reassign::Member { account_id: scene.cleo });
    killed_at_every_step(Place::sqlite(), MEMBER_REMOVED, 9, trigger, said_goodbye).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_removal_on_postgres() {
    let trigger = |scene: Scene| removal(scene, Reassign::Member { account_id: scene.cleo });
    killed_at_every_step(Place::postgres().await, MEMBER_REMOVED, 9, trigger, nothing).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_beginning_of_a_process() {
    let trigger = |scene| removal(scene, Reassign::Nobody);
    killed_at_every_step(Place::sqlite(), "begin", 3, trigger, said_goodbye).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_that_is_lowered() {
    let lowered = |scene: Scene| ChangeMemberRole { account_id: scene.ben, role: OrgRole::Guest };
    let trigger = |scene: Scene| (scene.ana, scene.org.into(), lowered(scene).into());
    killed_at_every_step(Place::sqlite(), "role_lowered", 4, trigger, nothing).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_team_member_who_is_removed() {
    let removed = |scene: Scene| RemoveTeamMember { account_id: scene.ben };
    let trigger = |scene: Scene| (scene.ana, scene.team.into(), removed(scene).into());
    killed_at_every_step(Place::sqlite(), "team_member_removed", 3, trigger, nothing).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_team_that_is_deleted() {
    let trigger = |scene: Scene| (scene.ana, scene.team.into(), DeleteTeam {}.into());
    killed_at_every_step(Place::sqlite(), "team_deleted", 3, trigger, nothing).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_is_deleted() {
    let trigger = |scene: Scene| (scene.ben, scene.ben.into(), DeleteAccount {}.into());
    killed_at_every_step(Place::sqlite(), "account_deleted", 7, trigger, |place, _| async move {
        let rows = place.dump().await;
        let mails = |letter: &str| rows.iter().filter(|row| row.starts_with("mails") && row.contains(letter)).count();
        assert_eq!((mails("account_deleted"), mails("goodbye")), (1, 0));
    })
    .await;
}

/// Three tasks that were due, one of them by a schedule, and one with a reminder; all at once.
fn due(scene: Scene) -> Trigger {
    let column = "0190aaaa-0000-7000-8000-0000000000c0";
    let at = 1_700_000_000_000_000_i64;
    let id = |n: u8| format!("0190aaaa-0000-7000-8000-0000000000d{n}");
    let mut commands =
        vec![json!({ "type": "column.create", "column_id": column, "name": "Due", "kind": "active", "place": {} })];
    for n in 0..3 {
        let due = json!({ "at": at, "has_time": true });
        commands.push(json!({ "type": "task.create", "task_id": id(n), "column_id": column, "title": "Due", "place": {}, "due": due }));
    }
    let yearly = json!({ "rule": "FREQ=YEARLY", "zone": "Europe/Berlin", "on": "schedule" });
    commands.push(json!({ "type": "task.repeat.set", "task_id": id(1), "repeat": yearly }));
    let before = json!({ "kind": "before", "minutes": 30 });
    commands.push(json!({ "type": "task.reminder.set", "task_id": id(2), "reminder": before }));
    let bulk = json!({ "type": "board.bulk", "commands": commands });
    (scene.ana, scene.board.into(), serde_json::from_value(bulk).expect("a command"))
}

/// Each was said once, by nobody.
async fn was_said(place: Place, scene: Scene) {
    let mut rows = place.dump().await;
    let board = scene.board.0.simple().to_string();
    // Ids are written in two ways. What the demo says is its own matter.
    rows.retain(|row| row.starts_with("events") && row.to_lowercase().replace('-', "").contains(&board));
    let count = |tag: &str| rows.iter().filter(|row| row.contains(tag)).count();
    assert_eq!([count("task.overdue"), count("task.reminder.due"), count("task.repeated")], [3, 1, 1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_has_come_due() {
    killed_at_every_step(Place::sqlite(), "alarms", 3, due, was_said).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_has_come_due_on_postgres() {
    killed_at_every_step(Place::postgres().await, "alarms", 3, due, was_said).await;
}

fn deletion(scene: Scene) -> Trigger {
    (scene.ana, scene.org.into(), DeleteOrganization {}.into())
}

/// Nothing names it any more, but for the mark that its id is taken.
async fn left_no_trace(place: Place, scene: Scene) {
    let traces = place.traces(scene.org.0).await;
    assert_eq!(traces, ["dropped_organizations.org_id", "heads.org_id", "heads.stream_id"]);
    assert!(place.traces(scene.team.0).await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_organization_that_is_erased() {
    killed_at_every_step(Place::sqlite(), "organization_deleted", 12, deletion, left_no_trace).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_organization_that_is_erased_on_postgres() {
    let place = Place::postgres().await;
    let clock = Clock::manual(Clock::system().now() - AGO);
    let scene = Scene::make(&place, &clock).await;
    begin(&place, &clock, deletion(scene)).await;
    assert_eq!(place.live(Some("organization_deleted:9")).await, Ended::Killed);
    assert_eq!(place.live(None).await, Ended::Settled);
    left_no_trace(place, scene).await;
}
