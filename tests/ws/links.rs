//! Public links of boards over the socket: what is seen, what is not asked, and when it ends (SECURITY.md rows 8 and 14).

use futures_util::StreamExt;
use lockstep::app::serve::Overrides;
use lockstep_protocol::{
    codec::{Codec, decompress},
    codes::{Code, Failure},
    command::task::CompleteTask,
    frame::{
        ClientMessage, Ephemeral, EphemeralUpdate, Join, Outcome, PresenceMeta, PresenceUpdate, Refresh, Reply,
        ServerMessage,
    },
    ids::{AccountId, BoardId, ClientId, OrgId, TaskId, TeamId},
    limits::Limits,
    topic::Topic,
    values::Audience,
};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use super::client::{Client, upgrade};
use crate::{
    http::{
        App, Person,
        links::{last, look, make, token, welcomed},
        text,
    },
    support::{DEADLINE, node::id, until},
};

/// A board with people all over it, each of whose traces is known by a word.
struct Full {
    board: String,
    task: String,
    canaries: Vec<String>,
}

async fn full(ana: &Person<'_>, ben: &Person<'_>, org: &str) -> Full {
    let board = ana.board(org, json!({ "visibility": "private" })).await;
    ana.put(&format!("{board}/members/{}", ben.id()), json!({ "role": "editor" })).await.ok();
    let task = ana.task(&board, "Shown-to-all").await;
    let field = ana.post(&format!("{board}/fields"), json!({ "name": "Whom", "kind": "person" })).await.created();
    let _ = field;
    let head = ana.get(&board).await.ok();
    let field = text(&head["fields"][0]["field_id"]).to_owned();
    let person = json!({ "value": { "kind": "person", "account_id": ben.id() } });
    ana.put(&format!("{task}/fields/{field}"), person).await.ok();
    ana.post(&format!("{task}/assign"), json!({ "account_id": ben.id() })).await.ok();
    ana.post(&format!("{task}/comments"), json!({ "text": "Canary-said" })).await.created();
    let mentioned = format!("Canary-open for @[{}]", ben.id());
    ana.patch(&task, json!({ "description": mentioned, "mentions": [ben.id()] })).await.ok();
    ana.post(&format!("{board}/views"), json!({ "name": "Canary-view", "look": {} })).await.created();
    make(ana, &board, json!({ "name": "Canary-link" })).await;
    let column = text(&head["columns"][0]["column_id"]).to_owned();
    let only = json!({ "workflow": { "enter": { "people": [ben.id()] } } });
    let _ = ana.put(&format!("{board}/columns/{column}/workflow"), only).await;
    let canaries = ["Canary-said", "Canary-view", "Canary-link", "Ben", "example.org", ana.id(), ben.id()];
    Full { board, task, canaries: canaries.map(str::to_owned).to_vec() }
}

impl Full {
    fn scan(&self, what: &str, bytes: &str) {
        for canary in &self.canaries {
            assert!(!bytes.contains(canary), "{what} tells {canary}: {bytes}");
        }
    }
}

/// The next frame, as it came over the wire.
async fn raw(client: &mut Client) -> String {
    loop {
        let message = tokio::time::timeout(DEADLINE, client.socket.next()).await.expect("in time");
        match message.expect("open").expect("a message") {
            Message::Text(text) => return text.to_string(),
            Message::Binary(bytes) => {
                let bytes = decompress(&bytes, 64 << 20).expect("gzip");
                return String::from_utf8(bytes.to_vec()).expect("text");
            }
            _ => {}
        }
    }
}

#[tokio::test]
async fn by_a_link_the_work_is_seen_live_and_of_people_nothing() {
    let app = App::start().await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let full = full(&ana, &ben, &org).await;
    let secret = token(&make(&ana, &full.board, json!({})).await);
    for path in
        ["/api/v1/shared", "/api/v1/shared/tasks", &format!("/api/v1/shared/tasks/{}", last::<TaskId>(&full.task))]
    {
        let body = look(&app, &secret, path).await.ok().to_string();
        full.scan(path, &body);
        assert!(path == "/api/v1/shared" || body.contains("Shown-to-all"), "{body}");
    }
    let whole = look(&app, &secret, &format!("/api/v1/shared/tasks/{}", last::<TaskId>(&full.task))).await.ok();
    assert!(text(&whole["description"]).starts_with("Canary-open for @["), "{whole}");

    let board: BoardId = last(&full.board);
    let (mut client, welcome) = welcomed(&app, &secret).await;
    assert_eq!(welcome.account_id, AccountId::NIL);
    let join = Join { reference: 1, topic: board.into(), after: None, presence: true };
    client.send(&[ClientMessage::Join(join)]).await;
    let mut seen = String::new();
    while !seen.contains("Shown-to-all") {
        seen += &raw(&mut client).await;
    }
    assert!(seen.contains("\"public\""), "the audience is told: {seen}");

    // Somebody who is on the board is told of nobody who only looks, and the other way round.
    let mut member = Client::open(app.server.address, Codec::Json).await;
    member.hello(ana.token().to_owned(), ClientId(id())).await;
    member.next().await;
    member.join_with(board, None, true).await.expect("joins");
    let here = member
        .pick(|message| match message {
            ServerMessage::PresenceState(state) => Some(state.clone()),
            _ => None,
        })
        .await;
    assert_eq!((here.count, here.entries.len()), (1, 1), "{here:?}");
    let meta = PresenceMeta { task_id: Some(last(&full.task)), away: false };
    let topic = Topic::from(board);
    client.send(&[ClientMessage::Presence(PresenceUpdate { topic, meta: meta.clone() })]).await;
    client.send(&[ClientMessage::Ephemeral(EphemeralUpdate { topic, body: Ephemeral::Cursor { x: 1, y: 1 } })]).await;
    member.send(&[ClientMessage::Presence(PresenceUpdate { topic, meta })]).await;
    member.send(&[ClientMessage::Ephemeral(EphemeralUpdate { topic, body: Ephemeral::Cursor { x: 7, y: 7 } })]).await;

    // Live: what is of the work comes, what is of people does not, and the seqs go on.
    ana.post(&format!("{}/assign", full.task), json!({ "account_id": ana.id() })).await.ok();
    ana.post(&format!("{}/comments", full.task), json!({ "text": "Canary-said again" })).await.created();
    make(&ana, &full.board, json!({ "name": "Canary-link 2" })).await;
    ana.patch(&full.task, json!({ "title": "Canary-renamed" })).await.ok();
    while !seen.contains("Canary-renamed") {
        seen += &raw(&mut client).await;
    }
    full.scan("the socket", &seen);
    assert!(!seen.contains("presence") && !seen.contains("ephemeral") && !seen.contains("\"x\":7"), "{seen}");
    for message in member.settle().await {
        let told = matches!(&message, ServerMessage::PresenceDiff(_) | ServerMessage::Ephemeral(_));
        assert!(!told, "a looker shows: {message:?}");
    }
    app.stop().await;
}

#[tokio::test]
async fn a_link_asks_for_nothing_on_the_socket_and_joins_its_board_alone() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let team = ana.post(&format!("{org}/teams"), json!({ "name": "Team" })).await.created();
    let board = ana.board(&org, json!({ "visibility": "public" })).await;
    let beside = ana.board(&org, json!({ "visibility": "public" })).await;
    let task: TaskId = last(&ana.task(&board, "One").await);
    let secret = token(&make(&ana, &board, json!({})).await);
    let (mut client, _) = welcomed(&app, &secret).await;
    let code = |refused: Failure| (refused.code, refused.field);
    let board: BoardId = last(&board);
    let team: TeamId = text(&team["team_id"]).parse().expect("an id");
    let account: AccountId = ana.id().parse().expect("an id");
    let others: Vec<Topic> = vec![
        last::<OrgId>(&org).into(),
        team.into(),
        account.into(),
        AccountId::NIL.into(),
        last::<BoardId>(&beside).into(),
        BoardId(id()).into(),
        OrgId(id()).into(),
    ];
    for topic in others {
        let refused = client.join(topic, None).await.expect_err("no other topic");
        assert_eq!(code(refused), (Code::NotFound, None), "{topic}");
    }
    let joined = client.join(board, None).await.expect("its own");
    assert_eq!(joined.audience, Audience::Public);
    for topic in [Topic::from(board), last::<BoardId>(&beside).into()] {
        let complete = client.command(topic, CompleteTask { task_id: task });
        let wanted = complete.reference;
        client.send(&[ClientMessage::Command(complete)]).await;
        let refused = client.reply(wanted).await.expect_err("for looking");
        assert_eq!(refused.code, Code::Forbidden);
    }
    let detail = ana.get(&format!("{org}/boards/{board}/tasks/{task}")).await.ok();
    assert!(detail["face"].get("completed_at").is_none(), "{detail}");
    let own = Refresh { reference: 900, token: ana.token().to_owned() };
    client.send(&[ClientMessage::Refresh(own)]).await;
    let refused = client.pick(|message| match message {
        ServerMessage::Reply(Reply { reference: 900, outcome: Outcome::Error(failure) }) => Some(failure.clone()),
        _ => None,
    });
    assert_eq!(refused.await.code, Code::Unauthenticated, "nobody becomes somebody on an open socket");
    app.stop().await;
}

#[tokio::test]
async fn a_revoked_link_puts_out_whoever_looks_by_it_and_nobody_else() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let path = ana.board(&org, json!({ "visibility": "private" })).await;
    let board: BoardId = last(&path);
    let (one, two) = (make(&ana, &path, json!({})).await, make(&ana, &path, json!({})).await);
    let (mut first, _) = welcomed(&app, &token(&one)).await;
    let (mut second, _) = welcomed(&app, &token(&two)).await;
    let (mut idle, _) = welcomed(&app, &token(&one)).await;
    first.join_live(board).await;
    second.join_live(board).await;
    ana.delete(&format!("{path}/links/{}", text(&one["link_id"]))).await.ok();
    ana.task(&path, "Canary-after").await;
    assert_eq!(first.closed().await, 4403);
    assert!(!format!("{:?}", first.kept).contains("Canary-after"), "{:?}", first.kept);
    assert_eq!(second.events(board).await.events.len(), 0, "that a link is gone nobody is told");
    assert_eq!(second.events(board).await.events.len(), 1);
    let refused = idle.join(board, None).await.expect_err("it was revoked meanwhile");
    assert_eq!(refused.code, Code::NotFound);

    // The board in the trash shows nothing by any link, out of it the same again; so with its organization.
    ana.delete(&path).await.ok();
    assert_eq!(second.closed().await, 4403);
    look(&app, &token(&two), "/api/v1/shared").await.refused("unauthenticated");
    ana.post(&format!("{path}/restore"), json!({})).await.ok();
    look(&app, &token(&two), "/api/v1/shared").await.ok();
    look(&app, &token(&one), "/api/v1/shared").await.refused("unauthenticated");
    ana.post(&format!("{path}/archive"), json!({})).await.ok();
    look(&app, &token(&two), "/api/v1/shared").await.ok();
    let (mut third, _) = welcomed(&app, &token(&two)).await;
    third.join_live(board).await;
    ana.delete(&org).await.is(200);
    assert_eq!(third.closed().await, 4403);
    look(&app, &token(&two), "/api/v1/shared").await.refused("unauthenticated");
    app.stop().await;
}

#[tokio::test]
async fn only_so_many_look_by_one_link_and_from_one_address() {
    let limits = Limits { connections_per_link_max: 3, connections_per_link_and_address_max: 2, ..Limits::default() };
    let overrides = Overrides { limits: Some(limits), ..Overrides::default() };
    let app = App::start_with(overrides, &["--trusted-proxies", "127.0.0.1"]).await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let board = ana.board(&org, json!({})).await;
    let (one, two) = (token(&make(&ana, &board, json!({})).await), token(&make(&ana, &board, json!({})).await));
    let from = async |address: &str, shown: &str| {
        let headers = [("sec-websocket-protocol", Codec::Json.subprotocol()), ("x-forwarded-for", address)];
        let (socket, _) = upgrade(app.server.address, "/ws", &headers).await.expect("upgrades");
        let mut client = Client::on(socket, Codec::Json);
        client.hello(shown.to_owned(), ClientId(id())).await;
        match client.read().await {
            Ok(()) => Ok(client),
            Err(code) => Err(code),
        }
    };
    let mut here = vec![from("198.51.100.1", &one).await.expect("room")];
    here.push(from("198.51.100.1", &one).await.expect("room"));
    // Told to come back later: its link is as good as before.
    assert_eq!(from("198.51.100.1", &one).await.err(), Some(1011));
    here.push(from("198.51.100.2", &one).await.expect("room"));
    assert_eq!(from("198.51.100.3", &one).await.err(), Some(1011));
    here.push(from("198.51.100.1", &two).await.expect("another link has a count of its own"));
    here.remove(0);
    until("there is room", async || from("198.51.100.3", &one).await.ok()).await;
    app.stop().await;
}
