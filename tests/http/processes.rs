//! What follows from a removal, however often the server is killed on the way: teams, boards, open tasks, a goodbye.

use std::{collections::BTreeSet, path::Path, process::Stdio};

use lockstep::app::serve::Overrides;
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{ConnectOptions, sqlite::SqliteConnectOptions};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use super::{App, PASSWORD, Person, text};
use crate::support::{smtp::MailServer, until};

/// Ana's organization, with Ben and Cleo in a team and on boards, and tasks of Ben's.
pub struct Company<'a> {
    pub ana: Person<'a>,
    pub ben: Person<'a>,
    pub cleo: Person<'a>,
    pub org: String,
    pub team: String,
    /// Of the team, led by Cleo.
    shared: String,
    /// Of the organization.
    open: String,
    /// Ben's own, private, which Cleo has a role on.
    private: String,
}

impl<'a> Company<'a> {
    pub async fn found(app: &'a App) -> Self {
        let (ana, ben, cleo) = (app.person("Ana").await, app.person("Ben").await, app.person("Cleo").await);
        let org = ana.organization().await;
        ana.join(&org, &ben, "member").await;
        ana.join(&org, &cleo, "member").await;
        let team = ana.post(&format!("{org}/teams"), json!({ "name": "Makers" })).await.created();
        let team = format!("{org}/teams/{}", text(&team["team_id"]));
        ana.put(&format!("{team}/members/{}", cleo.id()), json!({ "role": "lead" })).await.ok();
        ana.put(&format!("{team}/members/{}", ben.id()), json!({ "role": "member" })).await.ok();
        // Whoever founds a team leads it; here Cleo does alone.
        ana.delete(&format!("{team}/members/{}", ana.id())).await.ok();
        let team_id = team.rsplit('/').next().expect("an id");
        let shared = ana.board(&org, json!({ "team_id": team_id, "visibility": "team" })).await;
        let open = ana.board(&org, json!({ "visibility": "organization" })).await;
        let private = ben.board(&org, json!({ "visibility": "private" })).await;
        ben.put(&format!("{private}/members/{}", cleo.id()), json!({ "role": "editor" })).await.ok();
        for board in [&shared, &open, &private] {
            for title in ["One", "Two", "Finished"] {
                let task = ben.task(board, title).await;
                ben.post(&format!("{task}/assign"), json!({ "account_id": ben.id() })).await.ok();
                if title == "Finished" {
                    ben.post(&format!("{task}/complete"), json!({})).await.ok();
                }
            }
        }
        Self { ana, ben, cleo, org, team, shared, open, private }
    }

    /// The board of the organization.
    pub fn open(&self) -> &str {
        &self.open
    }

    pub async fn remove_ben(&self, rule: &str) {
        self.ana.delete(&format!("{}/members/{}?reassign={rule}", self.org, self.ben.id())).await.ok();
    }
}

/// Waits until nothing is left to do.
pub async fn settled(app: &App) {
    until("the processes are done", async || {
        let begun = app.server.engine.store.consumers().cursor("processes").await.ok()?;
        let tail = app.server.engine.store.journal().tail(begun, 1).await.ok()?;
        let waiting = app.server.engine.store.processes().waiting().await.ok()?;
        (tail.is_empty() && waiting == 0).then_some(())
    })
    .await;
}

/// Who has which task of a board, by title.
async fn assignees(who: &Person<'_>, board: &str) -> Vec<(String, Vec<String>)> {
    let tasks = who.get(&format!("{board}/tasks")).await.ok();
    let mut all: Vec<_> = tasks["items"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|task| {
            let people = task["assignees"].as_array().cloned().unwrap_or_default();
            (text(&task["title"]).to_owned(), people.iter().map(|id| text(id).to_owned()).collect())
        })
        .collect();
    all.sort();
    all
}

fn given(one: &str, finished: &str) -> Vec<(String, Vec<String>)> {
    let list = |id: &str| if id.is_empty() { vec![] } else { vec![id.to_owned()] };
    vec![("Finished".into(), list(finished)), ("One".into(), list(one)), ("Two".into(), list(one))]
}

#[tokio::test]
async fn a_removed_member_leaves_teams_and_boards_and_their_open_tasks_go_to_whom_was_chosen() {
    let server = MailServer::start(&[]).await;
    let url = server.url();
    let flags = ["--smtp-url", &url, "--mail-from", "no-reply@boards.example", "--registration", "open"];
    let app = App::start_with(Overrides::default(), &flags).await;
    let company = Company::found(&app).await;
    let (ana, ben, cleo) = (&company.ana, &company.ben, &company.cleo);
    company.remove_ben(cleo.id()).await;
    ben.get(&company.shared).await.refused("not_found");
    settled(&app).await;
    let team = ana.get(&company.team).await.ok();
    assert!(!team.to_string().contains(ben.id()), "{team}");
    for board in [&company.shared, &company.open, &company.private] {
        assert_eq!(assignees(cleo, board).await, given(cleo.id(), ben.id()), "{board}");
    }
    // Ben was the only owner of his board: whoever took his tasks owns it now.
    let members = cleo.get(&company.private).await.ok()["members"].clone();
    assert_eq!(members, json!([{ "account_id": cleo.id(), "role": "owner" }]));
    let goodbye = server.mail_to(&ben.email, 2).await;
    assert_eq!(goodbye["subject"], "You have left Company");
    // The chain of events, on one board.
    let history = cleo.get(&format!("{}/history", company.open)).await.ok();
    let tags: Vec<&str> =
        history["events"].as_array().expect("a list").iter().map(|e| text(&e["event"]["type"])).collect();
    assert_eq!(tags.iter().filter(|tag| **tag == "task.reassigned").count(), 2, "{tags:?}");
    app.stop().await;
}

#[tokio::test]
async fn the_lead_of_a_boards_team_has_the_tasks_or_nobody() {
    let app = App::start().await;
    let company = Company::found(&app).await;
    let (ana, cleo) = (&company.ana, &company.cleo);
    company.remove_ben("lead").await;
    settled(&app).await;
    assert_eq!(assignees(ana, &company.shared).await, given(cleo.id(), company.ben.id()));
    // No team, no lead.
    assert_eq!(assignees(ana, &company.open).await, given("", company.ben.id()));
    // The private board went to the one who removed.
    let members = ana.get(&company.private).await.ok()["members"].clone();
    assert!(
        members.as_array().expect("a list").contains(&json!({ "account_id": ana.id(), "role": "owner" })),
        "{members}"
    );
    let wrong = ana.delete(&format!("{}/members/{}?reassign=somebody", company.org, cleo.id())).await;
    assert_eq!(wrong.refused("field_invalid")["field"], "reassign");
    app.stop().await;
}

#[tokio::test]
async fn a_member_who_is_let_in_again_keeps_what_they_have_then() {
    let app = App::start().await;
    let company = Company::found(&app).await;
    let (ana, ben) = (&company.ana, &company.ben);
    company.remove_ben("nobody").await;
    settled(&app).await;
    ana.join(&company.org, ben, "member").await;
    let task = ana.task(&company.open, "Welcome back").await;
    ana.post(&format!("{task}/assign"), json!({ "account_id": ben.id() })).await.ok();
    settled(&app).await;
    assert_eq!(assignees(ben, &company.open).await.last().expect("there").1, [ben.id()]);
    app.stop().await;
}

#[tokio::test]
async fn who_loses_the_sight_of_a_board_loses_its_open_tasks() {
    let app = App::start().await;
    let company = Company::found(&app).await;
    let (ana, ben) = (&company.ana, &company.ben);
    // Out of the team: its board is not seen any more, the organization's is.
    ana.delete(&format!("{}/members/{}", company.team, ben.id())).await.ok();
    settled(&app).await;
    assert_eq!(assignees(ana, &company.shared).await, given("", ben.id()));
    assert_eq!(assignees(ana, &company.open).await, given(ben.id(), ben.id()));
    // A guest sees what they have a role on, and nothing else.
    ana.patch(&format!("{}/members/{}", company.org, ben.id()), json!({ "role": "guest" })).await.ok();
    settled(&app).await;
    assert_eq!(assignees(ana, &company.open).await, given("", ben.id()));
    assert_eq!(assignees(ben, &company.private).await, given(ben.id(), ben.id()));
    app.stop().await;
}

#[tokio::test]
async fn a_deleted_team_takes_the_sight_of_its_boards_with_it() {
    let app = App::start().await;
    let company = Company::found(&app).await;
    company.ana.delete(&company.team).await.ok();
    settled(&app).await;
    assert_eq!(assignees(&company.ana, &company.shared).await, given("", company.ben.id()));
    app.stop().await;
}

#[tokio::test]
async fn a_deleted_account_leaves_everything_and_is_forgotten() {
    let app = App::start().await;
    let company = Company::found(&app).await;
    let (ana, ben) = (&company.ana, &company.ben);
    let delete = async |who: &Person<'_>, password: &str| {
        who.send(Method::DELETE, "/api/v1/me", json!({ "password": password })).await
    };
    assert_eq!(delete(ben, "copper-violin-harbor-17").await.refused("field_invalid")["field"], "password");
    // Ana alone owns the organization.
    let org_id = company.org.rsplit('/').next().expect("an id");
    assert_eq!(delete(ana, PASSWORD).await.refused("last_owner")["field"], format!("org:{org_id}"));
    let comment = json!({ "text": "Ben was here" });
    let task = ana.get(&format!("{}/tasks", company.open)).await.ok();
    let task = format!("{}/tasks/{}", company.open, text(&task["items"][0]["task_id"]));
    ben.post(&format!("{task}/comments"), comment).await.created();
    delete(ben, PASSWORD).await.is(204);
    ben.get("/api/v1/me").await.refused("session_revoked");
    settled(&app).await;
    let login = json!({ "email": ben.email, "password": PASSWORD });
    app.post("/api/v1/auth/login", login).await.refused("unauthenticated");
    let members = ana.get(&format!("{}/members", company.org)).await.ok();
    assert!(!members.to_string().contains(ben.id()), "{members}");
    assert_eq!(assignees(ana, &company.open).await, given("", ben.id()));
    assert_eq!(ana.get(&task).await.ok()["comments"][0]["author_id"], ben.id(), "what was written stays");
    let account = ben.id().parse().expect("an id");
    let store = &app.server.engine.store;
    let known = store.accounts().find(account).await.expect("a database").expect("the id stays");
    assert_eq!((known.email, known.password_hash), (None, None));
    assert_eq!(store.accounts().profile(account).await.expect("a database").expect("there").name, "");
    // The address may be used anew.
    let again = json!({ "email": ben.email, "password": PASSWORD, "name": "Ben", "refresh_in": "body" });
    assert_ne!(app.post("/api/v1/auth/register", again).await.created()["account_id"], ben.id());
    app.stop().await;
}

/// A server of its own process, to be killed.
struct Killable(Child);

/// How many events there are, and how many processes are not done, seen past the server.
async fn progress(folder: &Path) -> (i64, i64) {
    let options = SqliteConnectOptions::new().filename(folder.join("lockstep.db")).read_only(true);
    let mut connection = options.connect().await.expect("the file is there");
    let sql = "select (select count(*) from events), (select count(*) from processes where state = 'waiting')";
    sqlx::query_as(sql).fetch_one(&mut connection).await.expect("a database")
}

impl Killable {
    async fn start(folder: &Path, smtp: &str) -> Self {
        let binary = Path::new(env!("CARGO_BIN_EXE_lockstep"));
        let mut child = Command::new(binary)
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(folder)
            .args(["--demo-password", PASSWORD, "--smtp-url", smtp, "--mail-from", "a@boards.example"])
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the binary is built");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        loop {
            let line = lines.next_line().await.expect("readable").expect("it starts");
            if line.contains("ready at ") {
                return Self(child);
            }
        }
    }

    async fn kill(mut self) {
        // SIGKILL: nothing is tidied up.
        self.0.kill().await.expect("it runs");
    }
}

/// Killed as soon as something more was done, and begun again, it ends as if it had not been killed, with one goodbye. How often that is
/// depends on the machine: `killed` stops it at each of its steps.
#[tokio::test]
async fn a_removal_goes_on_however_often_the_server_is_killed() {
    let server = MailServer::start(&[]).await;
    let app = App::start().await;
    let company = Company::found(&app).await;
    // More boards than one step takes.
    for _ in 0..15 {
        let board = company.ana.board(&company.org, json!({ "visibility": "organization" })).await;
        let task = company.ben.task(&board, "One").await;
        company.ben.post(&format!("{task}/assign"), json!({ "account_id": company.ben.id() })).await.ok();
    }
    settled(&app).await;
    company.remove_ben(company.cleo.id()).await;
    let (ben, cleo) = (company.ben.id().to_owned(), company.cleo.tokens["refresh_token"].clone());
    let (email, cleo_id, org) = (company.ben.email.clone(), company.cleo.id().to_owned(), company.org.clone());
    drop(company);
    // As the process would be cut off: what is running is not waited for.
    let App { server: running, folder, .. } = app;
    running.stop().await;
    let mut lives = 0;
    loop {
        let (events, waiting) = progress(folder.path()).await;
        if lives > 0 && waiting == 0 {
            break;
        }
        let killable = Killable::start(folder.path(), &server.url()).await;
        until("a step", async || {
            let (now, waiting) = progress(folder.path()).await;
            (now > events || (lives > 0 && waiting == 0)).then_some(())
        })
        .await;
        killable.kill().await;
        lives += 1;
    }
    let app =
        App::start_in(folder, Overrides::default(), &["--smtp-url", &server.url(), "--mail-from", "a@boards.example"])
            .await;
    settled(&app).await;
    let body = json!({ "refresh_token": cleo });
    let tokens = app.post("/api/v1/auth/refresh", body).await.ok();
    let cleo = Person { app: &app, tokens, email: String::new() };
    let boards = cleo.get(&format!("{org}/boards")).await.ok();
    let boards = boards["items"].as_array().expect("a list").clone();
    assert_eq!(boards.len(), 18);
    for board in boards {
        let board = format!("{org}/boards/{}", text(&board["board_id"]));
        for (title, people) in assignees(&cleo, &board).await {
            let owner = if title == "Finished" { &ben } else { &cleo_id };
            assert_eq!(people, [owner.as_str()], "{title} of {board}");
        }
    }
    // One that was killed between sending and writing that down sends it again, under the same id: mail programs show it once.
    let goodbyes = until("a goodbye", async || {
        let ids: BTreeSet<String> =
            server.mails().iter().filter(|mail| is_goodbye(mail, &email)).map(|mail| mail["id"].to_string()).collect();
        (!ids.is_empty()).then_some(ids)
    })
    .await;
    assert_eq!(goodbyes.len(), 1, "{goodbyes:?}");
    app.stop().await;
}

fn is_goodbye(mail: &Value, email: &str) -> bool {
    mail["to"][0] == email && mail["subject"] == "You have left Company"
}
