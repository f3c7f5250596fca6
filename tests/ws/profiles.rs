//! That somebody has another name or picture: who is told, who is not, and how often.

use std::sync::Arc;

use lockstep::bus::{
    SharedBus,
    local::{Hub, Silent},
};
use lockstep_domain::Principal;
use lockstep_protocol::{
    codec::Codec,
    command::{account::UpdateAccount, board::SetBoardMember, organization::RemoveMember},
    frame::*,
    ids::*,
    limits::Limits,
    topic::Topic,
    values::{BoardRole, OrgRole, Reassign},
};

use super::harness::*;
use crate::support::{
    node::{Heard, Node},
    postgres, until,
};

fn told(message: &ServerMessage) -> Option<ProfilesChanged> {
    match message {
        ServerMessage::ProfilesChanged(told) => Some(told.clone()),
        _ => None,
    }
}

/// The next word: on which topic, and of whom.
async fn word(client: &mut Client) -> (Topic, Vec<AccountId>) {
    let told = client.pick(told).await;
    (told.topic, told.profiles.iter().map(|changed| changed.account_id).collect())
}

fn at_once() -> Limits {
    Limits { profiles_changed_interval_ms: 0, ..Limits::default() }
}

async fn guest(server: &Server, owner: &Owner) -> Person {
    let guest = server.person().await;
    server.node.seat(owner.person.account, owner.org, guest.account, OrgRole::Guest).await;
    let let_in = SetBoardMember { account_id: guest.account, role: BoardRole::Viewer };
    server.node.ask(owner.person.account, owner.board, let_in).await.expect("lets in");
    guest
}

#[tokio::test]
async fn r62_a_changed_profile_is_told_on_every_topic_to_those_who_may_see_who_it_is_and_to_nobody_else() {
    let server = Server::with(at_once()).await;
    let owner = server.owner().await;
    let (ana, org, board) = (owner.person.account, owner.org, owner.board);
    let ben = server.member(&owner).await;
    let guest = guest(&server, &owner).await;
    let elsewhere = server.owner().await;
    let mut one = server.connect(owner.person, Codec::Json).await;
    let mut two = server.connect(ben, Codec::MessagePack).await;
    let mut three = server.connect(guest, Codec::Json).await;
    let mut stranger = server.connect(elsewhere.person, Codec::Json).await;
    one.join_live(org).await;
    two.join_live(board).await;
    three.join_live(board).await;
    stranger.join_live(elsewhere.org).await;
    stranger.join_live(elsewhere.board).await;
    // Ben has no role of his own on the board: members know him, the guest does not.
    server.show_otherwise(ben.account).await;
    assert_eq!(word(&mut one).await, (org.into(), vec![ben.account]));
    assert_eq!(word(&mut two).await, (board.into(), vec![ben.account]), "and he himself, wherever else he is");
    // Ana made the board, which is the guest's as well.
    server.show_otherwise(ana).await;
    assert_eq!(word(&mut one).await, (org.into(), vec![ana]));
    assert_eq!(word(&mut two).await, (board.into(), vec![ana]));
    assert_eq!(word(&mut three).await, (board.into(), vec![ana]), "the first that the guest is told");
    server.show_otherwise(guest.account).await;
    assert_eq!(word(&mut one).await, (org.into(), vec![guest.account]));
    assert_eq!(word(&mut three).await, (board.into(), vec![guest.account]));
    // Of one who is no member any more nobody is told.
    let leaves = RemoveMember { account_id: ben.account, reassign: Reassign::Nobody };
    server.node.ask(ana, org, leaves).await.expect("removes");
    server.show_otherwise(ben.account).await;
    server.show_otherwise(elsewhere.person.account).await;
    // One word on each topic, in whichever order; the first that the stranger is told at all.
    let mut topics = Vec::new();
    for _ in 0..2 {
        let (topic, of) = word(&mut stranger).await;
        assert_eq!(of, [elsewhere.person.account]);
        topics.push(topic);
    }
    assert!(topics.contains(&elsewhere.org.into()) && topics.contains(&elsewhere.board.into()), "{topics:?}");
    for client in [&mut one, &mut three, &mut stranger] {
        assert!(!client.settle().await.iter().any(|message| told(message).is_some()), "nothing else is told");
    }
}

#[tokio::test]
async fn r62_a_log_in_is_no_change_of_a_profile() {
    let server = Server::with(at_once()).await;
    let owner = server.owner().await;
    let mut one = server.connect(owner.person, Codec::Json).await;
    one.join_live(owner.org).await;
    server.log_in(owner.person.account).await;
    server.show_otherwise(owner.person.account).await;
    let first = one.pick(told).await;
    server.log_in(owner.person.account).await;
    server.show_otherwise(owner.person.account).await;
    let second = one.pick(told).await;
    assert!(second.profiles[0].version > first.profiles[0].version, "each change has a number of its own");
    assert!(!one.settle().await.iter().any(|message| told(message).is_some()));
}

#[tokio::test]
async fn r62_many_changes_are_told_together_and_too_many_people_are_not_named() {
    let limits = Limits { profiles_changed_interval_ms: 300, profiles_named_max: 2, ..Limits::default() };
    let server = Server::with(limits).await;
    let owner = server.owner().await;
    let (ben, cleo) = (server.member(&owner).await, server.member(&owner).await);
    let mut watcher = server.connect(owner.person, Codec::Json).await;
    watcher.join_live(owner.org).await;
    let people = [owner.person.account, ben.account, cleo.account];
    for _ in 0..10 {
        for account in people {
            server.show_otherwise(account).await;
        }
    }
    assert_eq!(word(&mut watcher).await.1, [people[0]], "the first is told at once");
    let mut words = 1;
    while !word(&mut watcher).await.1.is_empty() {
        words += 1;
    }
    assert!(words < 15, "{words} words for 30 changes");
}

#[tokio::test]
async fn r62_the_more_follow_a_topic_the_longer_may_they_take_to_read() {
    let limits = Limits { profile_reads_per_second: 2, ..at_once() };
    let server = Server::with(limits).await;
    let owner = server.owner().await;
    let mut one = server.connect(owner.person, Codec::Json).await;
    one.join_live(owner.board).await;
    server.show_otherwise(owner.person.account).await;
    assert_eq!(one.pick(told).await.within_ms, 500);
    let mut two = server.connect(owner.person, Codec::Json).await;
    two.join_live(owner.board).await;
    server.show_otherwise(owner.person.account).await;
    assert_eq!(two.pick(told).await.within_ms, 1_000);
}

/// Ana and ben on the second node; ana's profile changes on the first.
async fn is_told_on_another_node(one: SharedBus, two: SharedBus) {
    let url = postgres::database().await;
    let (one, two) = (Node::postgres(&url, one, at_once()).await, Node::postgres(&url, two, at_once()).await);
    let (ana, ben, cleo) = (one.account().await, one.account().await, one.account().await);
    let (org, others) = (one.organization(ana).await, one.organization(cleo).await);
    one.seat(ana, org, ben, OrgRole::Member).await;
    let bens = two.join(ben, org, None).await.expect("joins");
    let cleos = two.join(cleo, others, None).await.expect("joins");
    let words = |listener: &crate::support::node::Listener| {
        listener.heard().into_iter().filter(|heard| matches!(heard, Heard::Profiles(_))).collect::<Vec<_>>()
    };
    for round in 1..=3 {
        let request = lockstep::actors::CommandRequest {
            topic: ana.into(),
            principal: Principal::System(ana),
            session: None,
            key: None,
            body: UpdateAccount {}.into(),
            saw: lockstep::actors::Saw::default(),
        };
        let done = one.directory.command(request).await.expect("changes");
        until("ben is told", async || {
            let heard = words(&bens);
            let last = Heard::Profiles(vec![ChangedProfile { account_id: ana, version: done.seq }]);
            (heard.len() == round && heard.last() == Some(&last)).then_some(())
        })
        .await;
    }
    assert!(words(&cleos).is_empty(), "who is in another organization hears nothing");
    for node in [one, two] {
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r62_a_change_on_one_node_is_told_on_another() {
    let hub = Hub::default();
    is_told_on_another_node(Arc::new(hub.connect()), Arc::new(hub.connect())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r62_a_change_is_told_on_another_node_when_nodes_cannot_speak_to_each_other() {
    is_told_on_another_node(Arc::new(Silent), Arc::new(Silent)).await;
}
