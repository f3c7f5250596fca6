//! The same over a whole server, as `lockstep serve` starts it: real log-ins, signed tokens, REST beside the socket, and a
//! restart in between.

use std::time::Duration;

use clap::Parser;
use lockstep::{
    app::serve::{Overrides, Server},
    config::{Command, CommandLine},
};
use lockstep_protocol::{
    codec::Codec,
    codes::Code,
    command::{board::CreateBoard, organization::CreateOrganization},
    frame::*,
    ids::*,
    values::Visibility,
};
use serde_json::{Value, json};

use super::client::{Client, refusal, upgrade};
use crate::support::node::{id, new_column, new_task};

pub const PASSWORD: &str = "velvet-otter-drums-92";

pub async fn serve(folder: &tempfile::TempDir) -> Server {
    let path = folder.path().to_str().expect("a path");
    let mut line =
        vec!["lockstep", "serve", "--listen", "127.0.0.1:0", "--data-dir", path, "--demo-password", PASSWORD];
    // Part of every token: the port is another one after a restart.
    line.extend(["--public-url", "http://boards.example.org"]);
    let Command::Serve(flags) = CommandLine::try_parse_from(line).expect("flags").command else { panic!("serve") };
    Server::start(flags.try_into().expect("settings"), Overrides::default()).await.expect("starts")
}

pub async fn post(server: &Server, path: &str, token: Option<&str>, body: Value) -> (u16, Value) {
    let mut request = reqwest::Client::new().post(format!("http://{}/api/v1{path}", server.address)).json(&body);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let answer = request.send().await.expect("an answer");
    (answer.status().as_u16(), answer.json().await.unwrap_or_default())
}

pub async fn register(server: &Server, email: &str) -> String {
    let body = json!({ "email": email, "password": PASSWORD, "name": "Ana", "refresh_in": "body" });
    let (status, tokens) = post(server, "/auth/register", None, body).await;
    assert_eq!(status, 201, "{tokens}");
    tokens["access_token"].as_str().expect("a token").to_owned()
}

pub async fn connect(server: &Server, token: &str, client_id: ClientId) -> Client {
    let mut client = Client::open(server.address, Codec::MessagePack).await;
    client.hello(token.to_owned(), client_id).await;
    let ServerMessage::Welcome(welcome) = client.next().await else { panic!("welcome comes first") };
    client.id = welcome.connection_id;
    client
}

#[tokio::test]
async fn r3_r5_credentials_of_another_kind_do_not_open_a_socket() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let server = serve(&folder).await;
    let token = register(&server, "ana@example.org").await;
    let (head, rest) = token.split_once('.').expect("three parts");
    let (body, signature) = rest.split_once('.').expect("three parts");
    let other = register(&server, "ben@example.org").await;
    let forged = [
        String::new(),
        format!("Bearer {token}"),
        format!("{head}.{body}."),
        format!("{head}.{body}.{}", signature.chars().rev().collect::<String>()),
        // alg none
        format!("eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.{body}."),
        // the claims of one under the signature of another
        format!("{head}.{body}.{}", other.rsplit('.').next().expect("three parts")),
    ];
    for token in forged {
        let mut client = Client::open(server.address, Codec::Json).await;
        client.hello(token.clone(), ClientId(id())).await;
        assert_eq!(client.closed().await, 4401, "{token}");
        assert!(client.kept.is_empty());
    }
    let answer = upgrade(server.address, &format!("/ws?token={token}"), &[]).await;
    assert_eq!(refusal(answer).0, 400);
    connect(&server, &token, ClientId(id())).await;
    server.stop().await;
}

#[tokio::test]
async fn r28_r51_what_two_people_do_survives_a_restart_and_a_retry_is_the_same_command() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let server = serve(&folder).await;
    let token = register(&server, "ana@example.org").await;
    let client_id = ClientId(id());
    let mut author = connect(&server, &token, client_id).await;
    let mut watcher = connect(&server, &token, ClientId(id())).await;
    let (org, board, column) = (OrgId(id()), BoardId(id()), ColumnId(id()));
    author.ask(org, CreateOrganization { name: "Acme".into() }).await.expect("founds");
    let visibility = Visibility::Organization;
    let create = CreateBoard { org_id: org, team_id: None, name: "Board".into(), key: "OPS".into(), visibility };
    author.ask(board, create).await.expect("founds");
    author.ask(board, new_column(column)).await.expect("adds");
    let held = watcher.join_live(board).await;
    let command = author.command(board, new_task(column, "Once"));
    author.send(&[ClientMessage::Command(command.clone())]).await;
    let original = author.reply(command.reference).await.expect("is done");
    assert_eq!(watcher.events(board).await.seq, original.seq);

    let stopping = tokio::spawn(server.stop());
    for client in [&mut author, &mut watcher] {
        client.pick(|message| matches!(message, ServerMessage::Goaway(_)).then_some(())).await;
        assert_eq!(client.closed().await, 4410);
    }
    stopping.await.expect("stops");

    let server = serve(&folder).await;
    // The token is signed with a key on disk: it still counts, and so does its session.
    let mut author = connect(&server, &token, client_id).await;
    let mut watcher = connect(&server, &token, ClientId(id())).await;
    let joined = watcher.join(board, Some(held)).await.expect("joins");
    assert_eq!((joined.head.epoch, joined.head.seq), (original.epoch, original.seq));
    assert_ne!(joined.resumed_from, ResumedFrom::Snapshot);
    assert_eq!(watcher.events(board).await.seq, original.seq);
    author.send(&[ClientMessage::Command(command.clone())]).await;
    assert_eq!(author.reply(command.reference).await, Ok(original));
    assert!(watcher.settle().await.is_empty(), "nothing happened twice");
    server.stop().await;
}

#[tokio::test]
async fn r47_logging_out_over_rest_closes_the_socket_within_a_second() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let server = serve(&folder).await;
    let token = register(&server, "ana@example.org").await;
    let mut client = connect(&server, &token, ClientId(id())).await;
    let (status, _) = post(&server, "/auth/logout_all", Some(&token), json!({})).await;
    assert_eq!(status, 204);
    let code = tokio::time::timeout(Duration::from_secs(1), client.closed()).await.expect("within a second");
    assert_eq!(code, 4403);
    let mut again = Client::open(server.address, Codec::Json).await;
    again.hello(token, ClientId(id())).await;
    assert_eq!(again.closed().await, 4401);
    server.stop().await;
}

#[tokio::test]
async fn what_rest_changes_is_seen_on_the_socket_and_the_other_way_round() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let server = serve(&folder).await;
    let token = register(&server, "ana@example.org").await;
    let mut client = connect(&server, &token, ClientId(id())).await;
    let (org, board, column) = (OrgId(id()), BoardId(id()), ColumnId(id()));
    client.ask(org, CreateOrganization { name: "Acme".into() }).await.expect("founds");
    let visibility = Visibility::Private;
    let create = CreateBoard { org_id: org, team_id: None, name: "Board".into(), key: "OPS".into(), visibility };
    client.ask(board, create).await.expect("founds");
    client.ask(board, new_column(column)).await.expect("adds");
    let held = client.join_live(board).await;
    let body = json!({ "column_id": column, "title": "Over REST" });
    let (status, made) = post(&server, &format!("/orgs/{org}/boards/{board}/tasks"), Some(&token), body).await;
    assert_eq!(status, 201, "{made}");
    let events = client.events(board).await;
    assert_eq!((events.after, Some(events.seq)), (held.seq, made["seq"].as_u64()));
    let stranger = register(&server, "ben@example.org").await;
    let mut other = connect(&server, &stranger, ClientId(id())).await;
    assert_eq!(other.join(board, None).await.expect_err("is refused").code, Code::NotFound);
    server.stop().await;
}
