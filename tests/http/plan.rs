//! `lockstep plan`, the real binary, on the data folder of a server that runs and of one that does not.

use lockstep::app::serve::Overrides;
use serde_json::{Value, json};
use tokio::process::Command;

use super::{App, PASSWORD, Person};

/// What the binary said and how it ended.
#[derive(Debug)]
pub struct Said {
    pub status: Option<i32>,
    pub out: String,
    pub error: String,
}

/// Runs `lockstep plan` with these arguments.
pub async fn plan(arguments: &[&str]) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lockstep"));
    let done = command.arg("plan").args(arguments).kill_on_drop(true).output().await.expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Said { status: done.status.code(), out: text(&done.stdout), error: text(&done.stderr) }
}

impl Said {
    /// It went well and says this.
    #[track_caller]
    pub fn says(&self, what: &str) {
        assert_eq!(self.status, Some(0), "{self:?}");
        assert!(self.out.contains(what), "{what} in {self:?}");
    }

    #[track_caller]
    fn fails(&self, status: i32, why: &str) {
        assert_eq!(self.status, Some(status), "{self:?}");
        assert!(self.error.contains(why), "{why} in {self:?}");
        assert_eq!(self.out, "");
    }
}

async fn found(ana: &Person<'_>, org: &str) -> Value {
    let answer = ana.post(&format!("{org}/boards"), json!({ "name": "Plan" })).await;
    if answer.status == 201 { json!("founded") } else { answer.body["code"].clone() }
}

#[tokio::test]
async fn an_operator_shows_and_changes_a_plan_while_the_server_runs_and_while_it_does_not() {
    let app = App::start().await;
    let (tokens, email, org) = {
        let ana = app.person("Ana").await;
        (ana.tokens.clone(), ana.email.clone(), ana.organization().await)
    };
    let id = org.rsplit('/').next().expect("an id").to_owned();
    let path = app.folder.path().to_str().expect("a path").to_owned();
    let on = async |more: &[&str]| plan(&[&["--data-dir", &path, &id], more].concat()).await;
    let ana = Person { app: &app, tokens, email: email.clone() };
    on(&[]).await.says("(plan: none)");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let door = std::fs::metadata(app.folder.path().join("operator.sock")).expect("it is there");
        assert_eq!(door.permissions().mode() & 0o777, 0o600, "for the owner of the folder alone");
    }
    // While it runs: the next command is held to it, whether there is room for less or for more.
    on(&["--boards-max", "1", "--members-max", "4", "--name", "Small"]).await.says("boards         0 of 1 (plan: 1)");
    assert_eq!([found(&ana, &org).await, found(&ana, &org).await], ["founded", "limit_reached"]);
    on(&["--boards-max", "2"]).await.says("boards         1 of 2 (plan: 2)");
    assert_eq!([found(&ana, &org).await, found(&ana, &org).await], ["founded", "limit_reached"]);
    on(&["--storage-bytes-max", "5000000"]).await.says("storage bytes  (plan: 5000000)");
    let usage = ana.get(&format!("{org}/usage")).await.ok();
    let counts = ["boards", "boards_max", "members_max", "storage_bytes_max"].map(|name| usage[name].as_u64());
    assert_eq!((counts, &usage["plan"]["name"]), ([Some(2), Some(2), Some(4), Some(5_000_000)], &json!("Small")));
    // What cannot be is said, and nothing is changed.
    let nobody = "00000000-0000-7000-8000-000000000001";
    plan(&["--data-dir", &path, nobody, "--boards-max", "9"]).await.fails(1, "there is no organization with this id");
    plan(&["--data-dir", &path, "acme"]).await.fails(1, "acme is no id of an organization");
    on(&["--boards-max", "many"]).await.fails(2, "say a whole number, or none");
    on(&["--name", &"x".repeat(1_000)]).await.fails(1, "lockstep: ");
    on(&[]).await.says("boards         2 of 2 (plan: 2)");

    // While it does not run.
    let App { server, folder, .. } = app;
    server.stop().await;
    on(&["--boards-max", "3"]).await.says("boards         2 of 3 (plan: 3)");
    let again = App::start_in(folder, Overrides::default(), &[]).await;
    let log_in = json!({ "email": email, "password": PASSWORD, "refresh_in": "body" });
    let tokens = again.post("/api/v1/auth/login", log_in).await.ok();
    let ana = Person { app: &again, tokens, email };
    assert_eq!([found(&ana, &org).await, found(&ana, &org).await], ["founded", "limit_reached"]);
    on(&["--boards-max", "none", "--storage-bytes-max", "none"]).await.says("boards         3 of ");
    assert_eq!(found(&ana, &org).await, "founded");
    assert_eq!(ana.get(&format!("{org}/usage")).await.ok()["storage_bytes_max"], Value::Null);
    again.stop().await;
}
