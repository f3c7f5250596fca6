//! The nginx of `deploy/nginx.conf` in front of nodes: who goes where, and where to when a node is gone.

use std::{
    fs,
    net::SocketAddr,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use lockstep_protocol::{
    codec::Codec,
    frame::{ResumedFrom, ServerMessage},
    ids::{ClientId, OrgId},
};
use tokio_tungstenite::tungstenite;

use super::cluster::{Cluster, Person, Process, found, register};
use crate::{
    support::{
        child::{Running, folder, free_port, is_root},
        node::{id, new_task},
        until,
    },
    ws::client::Client,
};

/// Runs as this user where the tests are root.
const USER: &str = "www-data";

/// The balancer, running; ends when dropped.
struct Balancer {
    address: SocketAddr,
    _running: Running,
}

impl Balancer {
    /// `deploy/nginx.conf` itself, with these nodes and without TLS.
    async fn start(nodes: &[Process]) -> Self {
        let (home, port) = (folder("nginx"), free_port());
        let deployed = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/nginx.conf");
        let mut text = fs::read_to_string(deployed).expect("it is there");
        let mut put = |old: &str, new: &str| {
            assert_eq!(text.matches(old).count(), 1, "{old} is in deploy/nginx.conf once");
            text = text.replace(old, new);
        };
        let line = |node: &Process| format!("server {} max_fails=1 fail_timeout=5s;", node.address);
        let lines: Vec<String> = nodes.iter().map(line).collect();
        put("server 127.0.0.1:3080 max_fails=1 fail_timeout=5s;", &lines.join("\n"));
        put("listen 443 ssl;", &format!("listen 127.0.0.1:{port};"));
        put("ssl_certificate     /etc/ssl/lockstep/fullchain.pem;", "");
        put("ssl_certificate_key /etc/ssl/lockstep/privkey.pem;", "");
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        let temporary = temporary.map(|kind| format!("{kind}_temp_path {}/{kind};", home.display())).join("\n");
        let whole = format!(
            "daemon off; worker_processes 1; pid {home}/pid; error_log {home}/errors;
            events {{ worker_connections 1024; }}
            http {{ access_log off; {temporary} add_header X-Node $upstream_addr always;\n{text} }}",
            home = home.display()
        );
        let conf = home.join("nginx.conf");
        fs::write(&conf, whole).expect("written");
        let user = is_root().then_some(USER);
        if user.is_some() {
            let owned = Command::new("chown").arg("-R").arg(USER).arg(&home).status().expect("chown is there");
            assert!(owned.success());
        }
        let arguments = ["-p", "-e", "-c"].into_iter().zip([home.clone(), home.join("errors"), conf]);
        let arguments: Vec<String> =
            arguments.flat_map(|(flag, value)| [flag.to_owned(), value.display().to_string()]).collect();
        let running = Running::start(Path::new("nginx"), &arguments, user, "QUIT");
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        until("nginx answers", async || reqwest::get(format!("http://{address}/livez")).await.ok()).await;
        Self { address, _running: running }
    }

    /// The node that answered last of those that were asked, and the status.
    async fn get(&self, path: &str, person: &Person) -> (u16, String) {
        let request = reqwest::Client::new().get(format!("http://{}{path}", self.address));
        let answer = request.bearer_auth(&person.token).send().await.expect("an answer");
        (answer.status().as_u16(), last(answer.headers().get("x-node").and_then(|node| node.to_str().ok())))
    }

    /// A connection for this organization that has said hello, and its node.
    async fn connect(
        &self,
        org: OrgId,
        person: &Person,
        client_id: ClientId,
    ) -> Result<(Client, String), tungstenite::Error> {
        let (mut client, headers) = Client::open_at(self.address, &format!("/ws/{org}"), Codec::MessagePack).await?;
        client.hello(person.token.clone(), client_id).await;
        let ServerMessage::Welcome(welcome) = client.next().await else { panic!("welcome comes first") };
        client.id = welcome.connection_id;
        Ok((client, last(headers.get("x-node").and_then(|node| node.to_str().ok()))))
    }
}

/// Of several nodes that were tried, the one that answered.
fn last(tried: Option<&str>) -> String {
    tried.and_then(|tried| tried.rsplit(", ").next()).unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn r8_three_nodes_behind_nginx_keep_an_organization_together_and_its_people_go_on_when_its_node_is_killed() {
    let mut cluster = Cluster::start(3).await;
    let balancer = Balancer::start(&cluster.nodes).await;
    let ana = register(&cluster.nodes[0], "ana@example.org").await;
    let client_id = ClientId(id());
    let (mut author, _) = balancer.connect(OrgId(id()), &ana, client_id).await.expect("upgrades");
    let place = found(&mut author).await;
    drop(author);

    // One organization, one node: over REST and over the socket.
    let (mut author, home) = balancer.connect(place.org, &ana, client_id).await.expect("upgrades");
    let path = format!("/api/v1/orgs/{}/boards/{}", place.org, place.board);
    for _ in 0..5 {
        assert_eq!(balancer.get(&path, &ana).await, (200, home.clone()));
        let (_, node) = balancer.connect(place.org, &ana, ClientId(id())).await.expect("upgrades");
        assert_eq!(node, home);
    }
    // Several organizations, several nodes.
    let mut nodes = std::collections::BTreeSet::new();
    for _ in 0..30 {
        nodes.insert(balancer.get(&format!("/api/v1/orgs/{}", OrgId(id())), &ana).await.1);
    }
    assert_eq!(nodes.len(), 3, "{nodes:?}");

    let held = author.join_live(place.board).await;
    let command = author.command(place.board, new_task(place.column, "In flight"));
    author.send(&[lockstep_protocol::frame::ClientMessage::Command(command.clone())]).await;
    let killed = cluster.nodes.iter_mut().find(|node| node.address.to_string() == home).expect("one of them");
    killed.child.kill().await.expect("kills");
    let began = Instant::now();
    let (mut again, node) = balancer.connect(place.org, &ana, client_id).await.expect("another node takes it at once");
    assert_ne!(node, home);
    let joined = again.join(place.board, Some(held)).await.expect("joins");
    assert_ne!(joined.resumed_from, ResumedFrom::Snapshot, "the history goes on");
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    // Whether it was done before the end or is done now: once.
    again.send(&[lockstep_protocol::frame::ClientMessage::Command(command.clone())]).await;
    let done = again.reply(command.reference).await.expect("is done");
    assert_eq!(done.seq, held.seq + 1);
    assert_eq!(balancer.get(&path, &ana).await.0, 200, "and over REST");
}
