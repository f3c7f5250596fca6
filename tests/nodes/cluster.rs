//! Whole nodes as processes of their own on one PostgreSQL and one Redis, and people who use them. It must never hold
//! expectations about what they do.

use std::{
    fs,
    net::SocketAddr,
    path::PathBuf,
    process::{ExitStatus, Stdio},
};

use lockstep_protocol::{
    codec::Codec,
    command::{board::CreateBoard, organization::CreateOrganization},
    frame::ServerMessage,
    ids::*,
    values::Visibility,
};
use serde_json::{Value, json};
use tokio::process::{Child, Command};

use crate::{
    support::{
        child::{folder, free_port},
        node::{id, new_column},
        postgres::Postgres,
        redis::Redis,
        until,
    },
    ws::client::Client,
};

pub const PASSWORD: &str = "velvet-otter-drums-92";

/// Nodes with what they share.
pub struct Cluster {
    pub postgres: Postgres,
    pub redis: Redis,
    pub database: String,
    pub nodes: Vec<Process>,
    root: PathBuf,
}

/// One node.
pub struct Process {
    pub address: SocketAddr,
    pub child: Child,
}

impl Process {
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Sends a signal by its name.
    pub async fn signal(&self, name: &str) {
        let id = self.child.id().expect("it runs").to_string();
        let sent = Command::new("kill").args([&format!("-{name}"), &id]).status().await.expect("kill is installed");
        assert!(sent.success());
    }

    pub async fn ended(&mut self) -> ExitStatus {
        tokio::time::timeout(std::time::Duration::from_secs(30), self.child.wait())
            .await
            .expect("within 30 seconds")
            .expect("a status")
    }
}

impl Cluster {
    pub async fn start(nodes: usize) -> Self {
        let (postgres, redis) = (Postgres::start().await, Redis::start().await);
        let database = postgres.database().await;
        let mut cluster = Self { postgres, redis, database, nodes: Vec::new(), root: folder("cluster") };
        for _ in 0..nodes {
            cluster.add(&[]).await;
        }
        cluster
    }

    /// Starts one more node and waits until it is ready.
    pub async fn add(&mut self, flags: &[&str]) {
        self.launch(flags);
        let node = self.nodes.last().expect("it was just launched");
        until("the node is ready", async || {
            let ready = reqwest::get(node.url("/readyz")).await.ok()?;
            ready.status().is_success().then_some(())
        })
        .await;
    }

    /// Starts one more node.
    pub fn launch(&mut self, flags: &[&str]) {
        let data = self.root.join(format!("node-{}", self.nodes.len()));
        fs::create_dir(&data).expect("made");
        if let Some(keys) = Some(self.root.join("node-0/keys")).filter(|keys| keys.is_dir()) {
            fs::create_dir(data.join("keys")).expect("made");
            for key in fs::read_dir(keys).expect("keys").flatten() {
                fs::copy(key.path(), data.join("keys").join(key.file_name())).expect("copied");
            }
        }
        let log = fs::File::create(data.join("log")).expect("made");
        let address: SocketAddr = ([127, 0, 0, 1], free_port()).into();
        let mut command = Command::new(env!("CARGO_BIN_EXE_lockstep"));
        command.arg("serve").args(["--listen", &address.to_string(), "--demo-password", PASSWORD]);
        command.arg("--data-dir").arg(&data).args(["--database-url", &self.database, "--redis-url", &self.redis.url()]);
        command.args(["--public-url", "http://boards.example.org", "--registrations-max", "1000"]);
        command
            .args([
                "--commands-per-second-max",
                "500",
                "--requests-per-second-max",
                "5000",
                "--trusted-proxies",
                "127.0.0.1",
            ])
            .args(flags);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).kill_on_drop(true);
        let child = command.spawn().expect("the server was built");
        self.nodes.push(Process { address, child });
    }

    /// What a node has logged, for a test that fails.
    pub fn log(&self, node: usize) -> String {
        fs::read_to_string(self.root.join(format!("node-{node}/log"))).unwrap_or_default()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

/// Somebody who is logged in; the token counts on every node.
#[derive(Clone, Debug)]
pub struct Person {
    pub token: String,
    pub account: AccountId,
}

/// An organization with a board and a column, made by somebody.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub org: OrgId,
    pub board: BoardId,
    pub column: ColumnId,
}

pub async fn register(node: &Process, email: &str) -> Person {
    let body = json!({ "email": email, "password": PASSWORD, "name": "Ana", "refresh_in": "body" });
    let answer = reqwest::Client::new().post(node.url("/api/v1/auth/register")).json(&body).send().await;
    let answer: Value = answer.expect("an answer").json().await.expect("tokens");
    let text = |name: &str| answer[name].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
    Person { token: text("access_token"), account: text("account_id").parse().expect("an id") }
}

pub async fn connect(address: SocketAddr, person: &Person, client_id: ClientId) -> Client {
    let mut client = Client::open(address, Codec::MessagePack).await;
    client.hello(person.token.clone(), client_id).await;
    let ServerMessage::Welcome(welcome) = client.next().await else { panic!("welcome comes first") };
    client.id = welcome.connection_id;
    client
}

pub async fn found(client: &mut Client) -> Place {
    let place = Place { org: OrgId(id()), board: BoardId(id()), column: ColumnId(id()) };
    client.ask(place.org, CreateOrganization { name: "Acme".into() }).await.expect("founds");
    let create = CreateBoard {
        org_id: place.org,
        team_id: None,
        name: "Board".into(),
        key: "OPS".into(),
        visibility: Visibility::Organization,
    };
    client.ask(place.board, create).await.expect("founds");
    client.ask(place.board, new_column(place.column)).await.expect("adds");
    place
}
