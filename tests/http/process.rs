//! The binary itself: what it logs, what it says, how it ends.

use std::{collections::BTreeMap, process::Stdio};

use clap::Parser;
use lockstep::{
    app::serve::{Overrides, Server},
    config::{Command as CliCommand, CommandLine},
};
use lockstep_protocol::{
    codec::Codec,
    codes::Code,
    command::organization::UpdateOrganization,
    ids::{ClientId, OrgId},
    limits::Limits,
};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::{Child, Command},
    task::JoinHandle,
};

use super::{App, PASSWORD, text};
use crate::{
    support::{DEADLINE, node::id},
    ws::client::Client as Socket,
};

fn binary(folder: &tempfile::TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lockstep"));
    command.arg("serve").args(["--listen", "127.0.0.1:0", "--demo-password", PASSWORD]).arg("--data-dir");
    command.arg(folder.path()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

/// A server of its own whose log is kept.
struct Logged {
    url: String,
    child: Child,
    log: JoinHandle<std::io::Result<String>>,
}

impl Logged {
    async fn start(folder: &tempfile::TempDir, level: &str) -> Self {
        let mut child = binary(folder).args(["--log", level, "--log-format", "json"]).spawn().expect("starts");
        let mut errors = child.stderr.take().expect("piped");
        let log = tokio::spawn(async move {
            let mut all = Vec::new();
            errors.read_to_end(&mut all).await.map(|_| String::from_utf8_lossy(&all).into_owned())
        });
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let url = loop {
            let line = tokio::time::timeout(DEADLINE, lines.next_line()).await.expect("in time").expect("read");
            let line = line.expect("it says where it is ready");
            if let Some(at) = line.find("http://") {
                break line[at..].to_owned();
            }
        };
        Self { url, child, log }
    }

    /// All that was logged until now; the server ends.
    async fn end(mut self) -> String {
        self.child.start_kill().expect("ends");
        tokio::time::timeout(DEADLINE, self.log).await.expect("in time").expect("joined").expect("read")
    }
}

#[tokio::test]
async fn no_secret_is_ever_logged() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let server = Logged::start(&folder, "trace").await;
    let url = &server.url;
    let client = Client::new();
    let ask = async |path: &str, token: &str, body: Value| {
        let request = client.request(Method::POST, format!("{url}{path}")).bearer_auth(token).json(&body);
        let response = request.send().await.expect("an answer");
        response.json::<Value>().await.unwrap_or_default()
    };
    let mut secrets = BTreeMap::from([("password", PASSWORD.to_owned()), ("address", "seeded@example.org".to_owned())]);
    let body = json!({ "email": "seeded@example.org", "password": PASSWORD, "name": "Ana", "refresh_in": "body" });
    let first = ask("/api/v1/auth/register", "", body.clone()).await;
    let second = ask("/api/v1/auth/refresh", "", json!({ "refresh_token": first["refresh_token"] })).await;
    let wrong = json!({ "email": "seeded@example.org", "password": "wrong-seeded-guess-1" });
    ask("/api/v1/auth/login", "", wrong).await;
    ask("/api/v1/orgs", text(&second["access_token"]), json!({ "name": "Company" })).await;
    ask(&format!("/api/v1/orgs?access_token={}", text(&second["access_token"])), "x.y.z", json!({})).await;
    for (name, value) in [
        ("first access", &first["access_token"]),
        ("first refresh", &first["refresh_token"]),
        ("second access", &second["access_token"]),
        ("second refresh", &second["refresh_token"]),
    ] {
        secrets.insert(name, text(value).to_owned());
    }
    secrets.insert("wrong password", "wrong-seeded-guess-1".to_owned());
    let logged = server.end().await;
    assert!(logged.contains("logged in"), "the log says what happened: {logged:.2000}");
    for (name, secret) in secrets {
        assert!(!logged.contains(&secret), "the {name} was logged");
    }
}

#[tokio::test]
async fn a_refusal_is_logged_with_who_and_why_and_never_with_what() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let server = Logged::start(&folder, "info").await;
    let client = Client::new();
    let ask = async |method: Method, path: &str, token: &str, body: Value| {
        let request = client.request(method, format!("{}{path}", server.url)).bearer_auth(token).json(&body);
        let response = request.send().await.expect("an answer");
        let id = response.headers()["x-request-id"].to_str().expect("text").to_owned();
        (id, response.json::<Value>().await.unwrap_or_default())
    };
    let register = async |name: &str| {
        let body =
            json!({ "email": format!("{name}@example.org"), "password": PASSWORD, "name": name, "refresh_in": "body" });
        ask(Method::POST, "/api/v1/auth/register", "", body).await.1
    };
    let (ana, ben) = (register("ana").await, register("ben").await);
    let token = text(&ana["access_token"]);
    let org = ask(Method::POST, "/api/v1/orgs", token, json!({ "name": "Company" })).await.1;
    let path = format!("/api/v1/orgs/{}", text(&org["org_id"]));
    let made = ask(Method::POST, &format!("{path}/invitations"), token, json!({ "role": "member" })).await.1;
    let code = text(&made["link"]).split_once('#').expect("a code").1.to_owned();
    ask(Method::POST, "/api/v1/invitations/accept", text(&ben["access_token"]), json!({ "code": code })).await;
    let (forbidden, told) = ask(Method::PATCH, &path, text(&ben["access_token"]), json!({ "name": "overheard" })).await;
    assert_eq!(told["code"], "forbidden");
    let (unknown, _) = ask(Method::GET, &format!("{path}?overheard=1"), "x.y.z", json!({})).await;
    let logged = server.end().await;
    assert!(!logged.contains("overheard"), "neither bodies nor queries");
    let line = |id: &str| {
        let line = logged.lines().find(|line| line.contains(id)).expect("a line of this request");
        serde_json::from_str::<Value>(line).expect("JSON")
    };
    let line_of_ben = line(&forbidden);
    assert!(text(&line_of_ben["timestamp"]).ends_with('Z'), "UTC: {line_of_ben}");
    for (member, value) in [
        ("account", ben["account_id"].clone()),
        ("code", json!("forbidden")),
        ("route", json!("/api/v1/orgs/{org}")),
        ("method", json!("PATCH")),
        ("status", json!(403)),
        ("level", json!("INFO")),
    ] {
        assert_eq!(line_of_ben[member], value, "{line_of_ben}");
    }
    let line_of_nobody = line(&unknown);
    assert_eq!((&line_of_nobody["code"], line_of_nobody.get("account")), (&json!("unauthenticated"), None));
}

#[tokio::test]
async fn what_a_socket_is_refused_is_logged_with_who_and_why_and_never_with_what_nor_without_end() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let server = Logged::start(&folder, "info").await;
    let client = Client::new();
    let ask = async |method: Method, path: &str, token: &str, body: Value| {
        let request = client.request(method, format!("{}{path}", server.url)).bearer_auth(token).json(&body);
        request.send().await.expect("an answer").json::<Value>().await.unwrap_or_default()
    };
    let register = async |name: &str| {
        let body =
            json!({ "email": format!("{name}@example.org"), "password": PASSWORD, "name": name, "refresh_in": "body" });
        ask(Method::POST, "/api/v1/auth/register", "", body).await
    };
    let (ana, ben) = (register("ana").await, register("ben").await);
    let token = text(&ana["access_token"]);
    let org = ask(Method::POST, "/api/v1/orgs", token, json!({ "name": "Company" })).await;
    let org: OrgId = text(&org["org_id"]).parse().expect("an id");
    let made = ask(Method::POST, &format!("/api/v1/orgs/{org}/invitations"), token, json!({ "role": "member" })).await;
    let code = text(&made["link"]).split_once('#').expect("a code").1.to_owned();
    ask(Method::POST, "/api/v1/invitations/accept", text(&ben["access_token"]), json!({ "code": code })).await;
    let address = server.url.trim_start_matches("http://").trim_end_matches('/').parse().expect("an address");
    let mut socket = Socket::open(address, Codec::Json).await;
    socket.hello(text(&ben["access_token"]).to_owned(), ClientId(id())).await;
    for _ in 0..30 {
        let rename = UpdateOrganization { name: Some("overheard".into()) };
        let refused = socket.ask(org, rename).await.expect_err("ben may not");
        assert_eq!(refused.code, Code::Forbidden);
    }
    let mut stranger = Socket::open(address, Codec::Json).await;
    stranger.hello("x.overheard.z".into(), ClientId(id())).await;
    assert_eq!(stranger.closed().await, 4401);
    let logged = server.end().await;
    assert!(!logged.contains("overheard"), "neither names nor tokens");
    let lines = |said: &str| {
        let lines = logged.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines.filter(|line| line["message"] == said).collect::<Vec<_>>()
    };
    let refused = lines("a request on a socket refused");
    let most = Limits::default().refusals_logged_burst_max as usize;
    assert!((most..30).contains(&refused.len()), "{} lines", refused.len());
    for line in &refused {
        let told = (&line["account"], &line["code"], &line["level"]);
        assert_eq!(told, (&ben["account_id"], &json!("forbidden"), &json!("INFO")), "{line}");
        assert!(line["connection"].is_string(), "{line}");
    }
    let hellos = lines("a hello refused");
    assert_eq!(hellos.iter().map(|line| &line["code"]).collect::<Vec<_>>(), [&json!("unauthenticated")]);
}

#[tokio::test]
async fn nobody_has_an_account_on_a_server_for_others_until_somebody_makes_one() {
    for (flags, people) in [
        (&[][..], 2),
        (&["--public-url", "https://boards.example.org"][..], 0),
        (&["--public-url", "https://boards.example.org", "--demo-password", PASSWORD][..], 2),
    ] {
        let folder = App::folder();
        let path = folder.path().to_str().expect("a path");
        let fixed = ["lockstep", "serve", "--listen", "127.0.0.1:0", "--data-dir", path];
        let line = CommandLine::try_parse_from(fixed.iter().chain(flags)).expect("flags");
        let CliCommand::Serve(settings) = line.command else { panic!("serve") };
        let server = Server::start(settings.try_into().expect("settings"), Overrides::default()).await.expect("starts");
        assert_eq!(server.engine.store.accounts().count().await.expect("counted"), people, "{flags:?}");
        assert_eq!(server.demo_password.is_some(), flags.is_empty(), "a password made up here is shown");
        server.stop().await;
    }
}

#[tokio::test]
async fn settings_that_cannot_work_end_it_with_status_2_and_a_reason() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    for (flags, reason) in [
        (["--redis-url", "redis://127.0.0.1:1"], "--redis-url: connects several nodes"),
        (["--public-url", "boards.example.org"], "--public-url: begins with"),
        (["--log", "=="], "--log"),
        (["--listen", "nowhere"], "--listen"),
    ] {
        let ended = binary(&folder).args(flags).output();
        let output = tokio::time::timeout(DEADLINE, ended).await.expect("in time").expect("runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{flags:?}: {said}");
        assert!(said.contains(reason), "{flags:?}: {said}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_key_that_others_may_read_stops_the_start() {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let keys = folder.path().join("keys");
    std::fs::DirBuilder::new().mode(0o700).create(&keys).expect("made");
    let path = keys.join("refresh.key");
    std::fs::write(&path, [7; 32]).expect("written");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("changed");
    let output = tokio::time::timeout(DEADLINE, binary(&folder).output()).await.expect("in time").expect("runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("chmod 600"), "{said}");
}
