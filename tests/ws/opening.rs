//! Opening a connection: subprotocols, origins, and the hello that comes first, alone and in time.

use lockstep_protocol::{codec::Codec, frame::*, ids::ClientId, limits::Limits};

use super::harness::*;
use crate::support::{
    node::{id, new_task},
    until,
};

const JSON: (&str, &str) = ("sec-websocket-protocol", "lockstep.v1.json");

#[tokio::test]
async fn r1_an_upgrade_offers_an_encoding_and_is_told_which_was_taken() {
    let server = Server::start().await;
    for offered in [None, Some("graphql-ws"), Some("lockstep.v2.json"), Some("LOCKSTEP.V1.JSON")] {
        let headers: Vec<_> = offered.map(|name| ("sec-websocket-protocol", name)).into_iter().collect();
        let (status, body) = refusal(upgrade(server.address, "/ws", &headers).await);
        assert_eq!((status, &body["code"]), (400, &"malformed".into()), "{offered:?}");
    }
    for (offered, taken) in [
        ("lockstep.v1.json", "lockstep.v1.json"),
        ("lockstep.v1.msgpack", "lockstep.v1.msgpack"),
        ("chat, lockstep.v1.json", "lockstep.v1.json"),
    ] {
        let (_, response) =
            upgrade(server.address, "/ws", &[("sec-websocket-protocol", offered)]).await.expect("upgrades");
        assert_eq!(response.headers()["sec-websocket-protocol"], taken);
    }
}

#[tokio::test]
async fn r3_what_is_not_one_small_hello_closes_with_4401_and_has_no_effect() {
    let server = Server::start().await;
    let owner = server.owner().await;
    for codec in Codec::ALL {
        let hello = |token: String| {
            let (client_id, protocol_version) = (ClientId(id()), PROTOCOL_VERSION);
            ClientMessage::Hello(Hello { token, client_id, protocol_version, client_name: None })
        };
        let good = || hello(server.token(owner.person));
        let command = ClientMessage::Command(CommandMessage {
            reference: 1,
            topic: owner.board.into(),
            client_seq: 1,
            body: new_task(owner.column, "Sneaked in").into(),
            saw: None,
            if_changed: None,
        });
        let join = ClientMessage::Join(Join { reference: 1, topic: owner.board.into(), after: None, presence: false });
        let padded = format!("{}{}", server.token(owner.person), " x".repeat(Limits::default().hello_bytes_max));
        for wrong in [
            vec![],
            vec![command.clone()],
            vec![join],
            vec![good(), command.clone()],
            vec![command.clone(), good()],
            vec![good(), good()],
            vec![hello(padded)],
        ] {
            let mut client = Client::open(server.address, codec).await;
            client.send(&wrong).await;
            assert_eq!(client.closed().await, 4401);
            assert!(client.kept.is_empty(), "nothing is told to a stranger: {:?}", client.kept);
        }
    }
    let board = server.node.directory.board(owner.board).await.expect("is there");
    assert_eq!(board.bookmark.seq, 2, "nothing had an effect");
}

#[tokio::test]
async fn r4_who_does_not_say_hello_in_time_is_closed() {
    let server = Server::start().await;
    let limits = Limits::default();
    let mut client = Client::open(server.address, Codec::Json).await;
    until("it counts", async || (server.registry.counts().unauthenticated == 1).then_some(())).await;
    server.registry.advance(limits.hello_timeout_ms);
    assert_eq!(client.closed().await, 4401);
    until("it is gone", async || (server.registry.counts().connections == 0).then_some(())).await;
}

#[tokio::test]
async fn r5_a_token_that_is_not_valid_closes_with_4401() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let gone = server.person().await;
    let stranger = Person { account: gone.account, session: owner.person.session };
    server.log_out(gone).await;
    let tokens = [
        String::new(),
        "nonsense".to_owned(),
        server.token(gone),
        server.token(stranger),
        server.token_until(owner.person, server.clock.now()),
    ];
    for token in tokens {
        let mut client = Client::open(server.address, Codec::MessagePack).await;
        client.hello(token, ClientId(id())).await;
        // Sent before the answer can have come: it must not be heard.
        let command = client.command(owner.board, new_task(owner.column, "Sneaked in"));
        let _ = client.try_send(&[ClientMessage::Command(command)]).await;
        assert_eq!(client.closed().await, 4401);
        assert!(client.kept.is_empty());
    }
    assert_eq!(server.node.directory.board(owner.board).await.expect("is there").bookmark.seq, 2);
}

#[tokio::test]
async fn r6_welcome_comes_first_and_says_who_and_how_long() {
    let server = Server::start().await;
    let person = server.person().await;
    for codec in Codec::ALL {
        let mut client = Client::open(server.address, codec).await;
        client.hello(server.token(person), ClientId(id())).await;
        let ServerMessage::Welcome(welcome) = client.next().await else { panic!("welcome comes first") };
        assert_eq!((welcome.account_id, welcome.session_id), (person.account, person.session));
        assert_eq!(welcome.heartbeat_interval_ms, Limits::default().heartbeat_interval_ms);
        assert_eq!(welcome.token_expires_at, server.clock.now() + TOKEN_US);
        assert_eq!((welcome.now, welcome.protocol_version), (server.clock.now(), PROTOCOL_VERSION));
    }
}

#[tokio::test]
async fn r7_a_foreign_origin_is_refused_however_it_is_spelled() {
    let server = Server::start().await;
    let own = format!("http://{}", server.address);
    let refused = [
        "null",
        "https://evil.example",
        "https://sub.lockstep.example",
        "https://lockstep.example.evil.example",
        "https://evil-lockstep.example",
        "https://lockstep.example:8443",
        "http://lockstep.example",
        "https://LOCKSTEP.example",
        "https://lockstep.example/",
        "https://lockstep.example@evil.example",
        "https://l\u{43e}ckstep.example",
        "https://xn--lckstep-cvh.example",
        "lockstep.example",
        "",
    ];
    for origin in refused {
        let (status, body) = refusal(upgrade(server.address, "/ws", &[JSON, ("origin", origin)]).await);
        assert_eq!((status, &body["code"]), (403, &"origin_refused".into()), "{origin:?}");
    }
    let twice = [JSON, ("origin", ALLOWED_ORIGIN), ("origin", "https://evil.example")];
    assert_eq!(refusal(upgrade(server.address, "/ws", &twice).await).0, 403);
    for origin in [ALLOWED_ORIGIN, own.as_str()] {
        assert!(upgrade(server.address, "/ws", &[JSON, ("origin", origin)]).await.is_ok(), "{origin}");
    }
    assert!(upgrade(server.address, "/ws", &[JSON]).await.is_ok(), "programs send none");
}

#[tokio::test]
async fn r8_a_token_in_the_url_is_refused_valid_or_not() {
    let server = Server::start().await;
    let person = server.person().await;
    let valid = server.token(person).replace(' ', "%20");
    for query in [format!("token={valid}"), "access_token=x".to_owned(), "jwt=eyJh.e30.x".to_owned()] {
        let (status, body) = refusal(upgrade(server.address, &format!("/ws?{query}"), &[JSON]).await);
        assert_eq!((status, &body["code"]), (400, &"malformed".into()));
        assert!(!body.to_string().contains(&person.account.to_string()), "it is not repeated");
    }
}

#[tokio::test]
async fn r9_the_same_client_again_supersedes_the_earlier_connection_of_that_account_only() {
    let server = Server::start().await;
    let (ana, ben) = (server.person().await, server.person().await);
    let client_id = ClientId(id());
    let mut first = server.connect_as(ana, Codec::Json, client_id).await;
    let mut other = server.connect(ana, Codec::Json).await;
    let mut foreign = server.connect_as(ben, Codec::Json, client_id).await;
    let mut second = server.connect_as(ana, Codec::Json, client_id).await;
    assert_eq!(first.closed().await, 4409);
    assert_eq!(first.kept, [ServerMessage::Superseded(Superseded {})]);
    for client in [&mut other, &mut foreign, &mut second] {
        assert!(client.is_served().await);
    }
}

#[tokio::test]
async fn the_oldest_connection_of_an_account_goes_when_there_are_too_many() {
    let server = Server::with(Limits { connections_per_account_max: 2, ..Limits::default() }).await;
    let person = server.person().await;
    let mut first = server.connect(person, Codec::Json).await;
    let mut second = server.connect(person, Codec::Json).await;
    let mut third = server.connect(person, Codec::Json).await;
    assert_eq!(first.closed().await, 4409);
    assert!(second.is_served().await && third.is_served().await);
}

#[tokio::test]
async fn a_full_node_says_so_and_has_room_again_when_somebody_goes() {
    let limits = Limits { unauthenticated_connections_max: 2, connections_max: 3, ..Limits::default() };
    let server = Server::with(limits).await;
    let person = server.person().await;
    let silent = [Client::open(server.address, Codec::Json).await, Client::open(server.address, Codec::Json).await];
    let (status, body) = refusal(upgrade(server.address, "/ws", &[JSON]).await);
    assert_eq!((status, &body["code"], &body["temporary"]), (503, &"busy".into(), &true.into()));
    drop(silent);
    until("they are gone", async || (server.registry.counts().connections == 0).then_some(())).await;
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(server.connect(person, Codec::Json).await);
    }
    assert_eq!(refusal(upgrade(server.address, "/ws", &[JSON]).await).0, 503);
    held.pop();
    until("one is gone", async || (server.registry.counts().connections == 2).then_some(())).await;
    server.connect(person, Codec::Json).await;
}
