//! Losing access, sessions that end, tokens that run out, nodes that go away, and tasks that fail.

use std::{collections::BTreeSet, time::Duration};

use lockstep::actors::delivery::Delivery;
use lockstep_protocol::{
    codec::Codec,
    codes::Code,
    command::{
        organization::{ChangeMemberStatus, DeleteOrganization, RemoveMember, RestoreOrganization},
        team::CreateTeam,
    },
    frame::*,
    ids::{ClientId, TeamId},
    limits::Limits,
    topic::{Kind, Topic},
    values::MemberStatus,
};

use super::{
    fake::{Fake, Fate},
    harness::*,
};
use crate::support::{
    node::{id, new_task},
    until,
};

const SOON: Duration = Duration::from_secs(1);

async fn revoked(client: &mut Client) -> Revoked {
    client
        .pick(|message| if let ServerMessage::Revoked(revoked) = message { Some(revoked.clone()) } else { None })
        .await
}

#[tokio::test]
async fn r46_who_is_removed_gets_revoked_on_the_open_topic_and_nothing_more_of_it() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let ben = server.member(&owner).await;
    for codec in Codec::ALL {
        let mut client = server.connect(ben, codec).await;
        if codec == Codec::Json {
            client.join_whole(owner.board).await;
            let remove = RemoveMember { account_id: ben.account };
            server.node.ask(owner.person.account, owner.org, remove).await.expect("removes");
            let told = within(SOON, "revoked", revoked(&mut client)).await;
            assert_eq!((told.topic, told.code), (owner.board.into(), Code::NotFound));
            server.node.ask(owner.person.account, owner.board, new_task(owner.column, "Secret")).await.expect("adds");
            assert!(client.settle().await.is_empty());
        }
        assert_eq!(client.join(owner.board, None).await.expect_err("is refused").code, Code::NotFound);
        let failure = client.ask(owner.board, new_task(owner.column, "Task")).await.expect_err("is refused");
        assert_eq!(failure.code, Code::NotFound);
    }
}

#[tokio::test]
async fn r46_one_who_is_made_inactive_loses_organization_team_and_board_at_once() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let ben = server.member(&owner).await;
    let team = TeamId(id());
    let ana = owner.person.account;
    server.node.ask(ana, team, CreateTeam { org_id: owner.org, name: "Team".into() }).await.expect("founds");
    let mut client = server.connect(ben, Codec::Json).await;
    let topics: [Topic; 3] = [owner.org.into(), team.into(), owner.board.into()];
    for topic in topics {
        client.join_live(topic).await;
    }
    let inactive = ChangeMemberStatus { account_id: ben.account, status: MemberStatus::Inactive };
    server.node.ask(ana, owner.org, inactive).await.expect("may not act");
    let mut lost = BTreeSet::new();
    for _ in topics {
        let told = within(SOON, "revoked", revoked(&mut client)).await;
        assert_eq!(told.code, Code::NotFound);
        lost.insert(told.topic);
    }
    assert_eq!(lost, BTreeSet::from(topics));
    server.node.ask(ana, owner.board, new_task(owner.column, "Secret")).await.expect("adds");
    assert!(client.settle().await.is_empty());
    for topic in topics {
        assert_eq!(client.join(topic, None).await.expect_err("is refused").code, Code::NotFound);
    }
    let failure = client.ask(owner.board, new_task(owner.column, "Task")).await.expect_err("is refused");
    assert_eq!(failure.code, Code::NotFound);
    let active = ChangeMemberStatus { account_id: ben.account, status: MemberStatus::Active };
    server.node.ask(ana, owner.org, active).await.expect("may act again");
    client.join_live(owner.board).await;
}

#[tokio::test]
async fn r46_a_deleted_organization_takes_its_teams_and_boards_with_it_at_once() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let ben = server.member(&owner).await;
    let ana = owner.person.account;
    let team = TeamId(id());
    server.node.ask(ana, team, CreateTeam { org_id: owner.org, name: "Team".into() }).await.expect("founds");
    let topics: [Topic; 3] = [owner.org.into(), team.into(), owner.board.into()];
    let mut member = server.connect(ben, Codec::Json).await;
    let mut own = server.connect(owner.person, Codec::MessagePack).await;
    for topic in topics {
        member.join_live(topic).await;
        own.join_live(topic).await;
    }
    server.node.ask(ana, owner.org, DeleteOrganization {}).await.expect("deletes");
    let mut lost = BTreeSet::new();
    for _ in topics {
        lost.insert(within(SOON, "revoked", revoked(&mut member)).await.topic);
    }
    assert_eq!(lost, BTreeSet::from(topics));
    // Its owner keeps sight of it alone, to restore it.
    let mut lost = BTreeSet::new();
    for _ in 0..2 {
        lost.insert(within(SOON, "revoked", revoked(&mut own)).await.topic);
    }
    assert_eq!(lost, BTreeSet::from([topics[1], topics[2]]));
    for topic in topics {
        assert_eq!(member.join(topic, None).await.expect_err("is refused").code, Code::NotFound);
    }
    for client in [&mut member, &mut own] {
        let failure = client.ask(owner.board, new_task(owner.column, "Task")).await.expect_err("is refused");
        assert_eq!(failure.code, Code::NotFound);
    }
    server.node.ask(ana, owner.org, RestoreOrganization {}).await.expect("restores");
    member.join_live(owner.board).await;
}

#[tokio::test]
async fn r47_a_session_that_ends_closes_its_connections_with_4403_and_no_other() {
    let server = Server::start().await;
    let person = server.person().await;
    let elsewhere = server.log_in(person.account).await;
    let mut one = server.connect(person, Codec::Json).await;
    let mut two = server.connect(person, Codec::MessagePack).await;
    let mut other = server.connect(elsewhere, Codec::Json).await;
    server.log_out(person).await;
    assert_eq!(within(SOON, "closed", one.closed()).await, 4403);
    assert_eq!(within(SOON, "closed", two.closed()).await, 4403);
    assert!(other.is_served().await);
}

#[tokio::test]
async fn r48_a_refresh_of_the_same_session_lives_on_and_any_other_token_changes_nothing() {
    let server = Server::start().await;
    let (person, stranger) = (server.person().await, server.person().await);
    let elsewhere = server.log_in(person.account).await;
    let mut client = server.connect(person, Codec::Json).await;
    let refresh = async |client: &mut Client, token: String| {
        let reference = client.next_reference();
        client.send(&[ClientMessage::Refresh(Refresh { reference, token })]).await;
        client.reply(reference).await
    };
    let later = server.clock.now() + 2 * TOKEN_US;
    for wrong in [
        String::new(),
        "x".repeat(Limits::default().token_bytes_max + 1),
        server.token_until(stranger, later),
        server.token_until(elsewhere, later),
        server.token_until(person, server.clock.now() - 1),
    ] {
        let failure = refresh(&mut client, wrong).await.expect_err("is refused");
        assert!(failure.code.number() < 300, "{failure:?}");
    }
    refresh(&mut client, server.token_until(person, later)).await.expect("is taken");
    server.clock.advance(TOKEN_US);
    server.registry.advance(1_000);
    assert!(client.is_served().await, "it lives on");
    server.clock.advance(TOKEN_US);
    server.registry.advance(Limits::default().heartbeat_interval_ms);
    assert_eq!(client.closed().await, 4401);
}

#[tokio::test]
async fn r49_a_token_that_runs_out_closes_with_4401() {
    let server = Server::start().await;
    let person = server.person().await;
    let mut client = Client::open(server.address, Codec::Json).await;
    client.hello(server.token_until(person, server.clock.now() + 5_000_000), ClientId(id())).await;
    assert!(matches!(client.next().await, ServerMessage::Welcome(_)));
    server.clock.advance(4_999_000);
    server.registry.advance(4_999);
    assert!(client.is_served().await);
    server.clock.advance(1_000);
    server.registry.advance(1);
    assert_eq!(client.closed().await, 4401);
}

#[tokio::test]
async fn r50_while_the_journal_is_away_topics_are_stale_commands_are_temporary_and_the_socket_stays() {
    let fake = Fake::start(Fate::Unavailable, Limits::default()).await;
    let topic = Topic::new(Kind::Board, id());
    let mut client = fake.connect().await;
    client.join(topic, None).await.expect("joins");
    for stale in [true, false] {
        fake.door.deliver(topic, &Delivery::Stale(stale));
        assert_eq!(client.next().await, ServerMessage::Stale(Stale { topic, stale }));
    }
    let failure = client.ask(topic, lockstep_protocol::command::board::ArchiveBoard {}).await.expect_err("is refused");
    assert_eq!((failure.code, failure.temporary), (Code::Unavailable, true));
    assert!(client.is_served().await);
}

#[tokio::test]
async fn r51_a_node_that_stops_says_when_to_come_back_answers_what_is_on_its_way_and_closes() {
    let fake = Fake::start(Fate::Held, Limits::default()).await;
    let topic = Topic::new(Kind::Board, id());
    let mut busy = fake.connect().await;
    let mut idle = fake.connect().await;
    let mut stranger = Client::open(fake.address, Codec::Json).await;
    let command = busy.command(topic, lockstep_protocol::command::board::ArchiveBoard {});
    let reference = command.reference;
    busy.send(&[ClientMessage::Command(command)]).await;
    assert!(busy.is_served().await, "the command has been read");
    busy.kept.clear();
    let registry = fake.registry.clone();
    let draining = tokio::spawn(async move { registry.drain().await });
    let goaway = |message: &ServerMessage| match message {
        ServerMessage::Goaway(goaway) => Some(goaway.reconnect_after_ms),
        _ => None,
    };
    let delay = busy.pick(goaway).await;
    assert!(delay <= Limits::default().goaway_delay_max_ms);
    assert_eq!((idle.closed().await, stranger.closed().await), (4410, 4410));
    assert!(idle.kept.iter().any(|message| goaway(message).is_some()));
    let headers = [("sec-websocket-protocol", "lockstep.v1.json")];
    assert_eq!(refusal(upgrade(fake.address, "/ws", &headers).await).0, 503, "nobody new comes in");
    fake.door.released.add_permits(1);
    busy.reply(reference).await.expect("is answered");
    assert_eq!(busy.closed().await, 4410);
    within(crate::support::DEADLINE, "drained", draining).await.expect("ends");
}

#[tokio::test]
async fn r51_what_does_not_end_in_time_does_not_keep_a_node_from_stopping() {
    let limits = Limits::default();
    let fake = Fake::start(Fate::Held, limits.clone()).await;
    let mut busy = fake.connect().await;
    let command = busy.command(Topic::new(Kind::Board, id()), lockstep_protocol::command::board::ArchiveBoard {});
    busy.send(&[ClientMessage::Command(command)]).await;
    assert!(busy.is_served().await);
    let registry = fake.registry.clone();
    let draining = tokio::spawn(async move { registry.drain().await });
    busy.pick(|message| matches!(message, ServerMessage::Goaway(_)).then_some(())).await;
    fake.registry.advance(limits.drain_timeout_ms);
    assert_eq!(busy.closed().await, 4410);
    within(crate::support::DEADLINE, "drained", draining).await.expect("ends");
}

#[tokio::test]
async fn a_task_that_panics_ends_its_own_connection_and_is_counted() {
    let fake = Fake::start(Fate::Panic, Limits::default()).await;
    let topic = Topic::new(Kind::Board, id());
    let mut unlucky = fake.connect().await;
    let mut other = fake.connect().await;
    unlucky.join(topic, None).await.expect("joins");
    let command = unlucky.command(topic, lockstep_protocol::command::board::ArchiveBoard {});
    unlucky.send(&[ClientMessage::Command(command)]).await;
    assert_eq!(unlucky.closed().await, 0);
    until("it is counted", async || {
        let counts = fake.registry.counts();
        ((counts.panics, counts.connections) == (1, 1)).then_some(())
    })
    .await;
    assert!(fake.door.left.lock().unwrap().contains(&(topic, unlucky.id)), "its topics are left");
    assert!(other.is_served().await);
}

#[tokio::test]
async fn who_hangs_up_leaves_every_topic_and_the_account() {
    let fake = Fake::start(Fate::Held, Limits::default()).await;
    let topic = Topic::new(Kind::Board, id());
    let mut client = fake.connect().await;
    client.join(topic, None).await.expect("joins");
    drop(client);
    until("it is gone", async || (fake.registry.counts().connections == 0).then_some(())).await;
    let left: Vec<_> = fake.door.left.lock().unwrap().iter().map(|(topic, _)| topic.kind).collect();
    assert_eq!((left.len(), left.contains(&Kind::Board), left.contains(&Kind::Account)), (2, true, true));
}
