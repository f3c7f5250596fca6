//! Hints that lists changed: who gets them, who does not, and how many.

use std::sync::Arc;

use lockstep::bus::local::Hub;
use lockstep_protocol::{
    codec::Codec,
    command::{
        board::{ArchiveBoard, CreateBoard, RemoveBoardMember, SetBoardMember, UpdateBoard},
        team::{AddTeamMember, CreateTeam},
    },
    frame::*,
    ids::*,
    limits::Limits,
    position::Position,
    values::{BoardRole, OrgRole, TeamRole, Visibility},
};

use super::harness::*;
use crate::support::{
    node::{Heard, Node, id},
    postgres, until,
};

fn new_board(org_id: OrgId, team_id: Option<TeamId>, visibility: Visibility) -> CreateBoard {
    CreateBoard { org_id, team_id, name: "Board".into(), key: "OPS".into(), visibility }
}

fn told(message: &ServerMessage) -> Option<Option<Position>> {
    match message {
        ServerMessage::ListsChanged(hint) => Some(hint.position),
        _ => None,
    }
}

/// Hints one by one: the position of each.
async fn hint(client: &mut Client) -> Option<Position> {
    client.pick(told).await
}

fn at_once() -> Limits {
    Limits { lists_changed_interval_ms: 0, ..Limits::default() }
}

#[tokio::test]
async fn r59_a_change_of_a_list_is_told_to_those_who_may_see_it_and_to_nobody_else() {
    let server = Server::with(at_once()).await;
    let owner = server.owner().await;
    let (ana, org) = (owner.person.account, owner.org);
    let ben = server.member(&owner).await;
    let guest = server.person().await;
    server.node.seat(ana, org, guest.account, OrgRole::Guest).await;
    let mut one = server.connect(owner.person, Codec::Json).await;
    let mut two = server.connect(ben, Codec::MessagePack).await;
    let mut three = server.connect(guest, Codec::Json).await;
    for client in [&mut one, &mut two, &mut three] {
        client.join_live(org).await;
    }
    // A private board and its new name are ana's alone; what ben and the guest are told next is of another board.
    let private = BoardId(id());
    let founded = one.ask(private, new_board(org, None, Visibility::Private)).await.expect("founds");
    assert_eq!(hint(&mut one).await, founded.position);
    let rename = UpdateBoard { name: Some("Secret".into()), visibility: None };
    let renamed = one.ask(private, rename).await.expect("renames");
    assert_eq!(hint(&mut one).await, renamed.position);
    let open = one.ask(BoardId(id()), new_board(org, None, Visibility::Organization)).await.expect("founds");
    assert_eq!(hint(&mut one).await, open.position);
    assert_eq!(hint(&mut two).await, open.position, "the first that ben is told");
    // The guest is let in, sees a change, and is put out: that too is told, to whom it concerns.
    let let_in = SetBoardMember { account_id: guest.account, role: BoardRole::Viewer };
    let let_in = one.ask(private, let_in).await.expect("lets in");
    assert_eq!(hint(&mut three).await, let_in.position, "the first that the guest is told");
    let again = UpdateBoard { name: Some("Secret still".into()), visibility: None };
    let again = one.ask(private, again).await.expect("renames");
    assert_eq!(hint(&mut three).await, again.position);
    let put_out = one.ask(private, RemoveBoardMember { account_id: guest.account }).await.expect("puts out");
    assert_eq!(hint(&mut three).await, put_out.position);
    one.ask(private, ArchiveBoard {}).await.expect("archives");
    let last = one.ask(owner.board, ArchiveBoard {}).await.expect("archives");
    assert_eq!(hint(&mut two).await, last.position, "ben never heard of the private one");
    assert!(!three.settle().await.iter().any(|message| told(message).is_some()), "nor the guest of what came after");
}

#[tokio::test]
async fn r59_who_enters_a_team_is_told_and_what_happens_on_a_board_is_no_change_of_a_list() {
    let server = Server::with(at_once()).await;
    let owner = server.owner().await;
    let ben = server.member(&owner).await;
    let (mut one, mut two) = (server.connect(owner.person, Codec::Json).await, server.connect(ben, Codec::Json).await);
    two.join_live(owner.org).await;
    let team = TeamId(id());
    one.ask(team, CreateTeam { org_id: owner.org, name: "Crew".into() }).await.expect("founds");
    hint(&mut two).await;
    one.ask(owner.board, crate::support::node::new_task(owner.column, "Work")).await.expect("adds");
    let enters = AddTeamMember { account_id: ben.account, role: TeamRole::Member };
    let entered = one.ask(team, enters).await.expect("adds");
    assert_eq!(hint(&mut two).await, entered.position, "and nothing for the task");
}

#[tokio::test]
async fn r59_many_changes_are_told_together() {
    let limits = Limits { lists_changed_interval_ms: 200, ..Limits::default() };
    let server = Server::with(limits).await;
    let owner = server.owner().await;
    let mut author = server.connect(owner.person, Codec::Json).await;
    let mut watcher = server.connect(owner.person, Codec::Json).await;
    watcher.join_live(owner.org).await;
    let mut last = None;
    for index in 0..30 {
        let name = Some(format!("Name {index}"));
        last = author.ask(owner.board, UpdateBoard { name, visibility: None }).await.expect("renames").position;
    }
    let mut hints = 1;
    while hint(&mut watcher).await != last {
        hints += 1;
    }
    assert!(hints < 15, "{hints} hints for 30 changes");
}

#[tokio::test(flavor = "multi_thread")]
async fn r59_a_change_on_one_node_is_told_on_another_where_the_board_does_not_live() {
    let (url, hub) = (postgres::database().await, Hub::default());
    let one = Node::postgres(&url, Arc::new(hub.connect()), at_once()).await;
    let two = Node::postgres(&url, Arc::new(hub.connect()), at_once()).await;
    let (ana, ben) = (one.account().await, one.account().await);
    let org = one.organization(ana).await;
    one.seat(ana, org, ben, OrgRole::Member).await;
    let (anas, bens) = (two.join(ana, org, None).await.expect("joins"), two.join(ben, org, None).await.expect("joins"));
    let heard = |listener: &crate::support::node::Listener| {
        listener.heard().into_iter().filter(|heard| matches!(heard, Heard::Hint(_))).collect::<Vec<_>>()
    };
    let private = one.ask(ana, BoardId(id()), new_board(org, None, Visibility::Private)).await.expect("founds");
    until("ana is told", async || (heard(&anas) == [Heard::Hint(private.position)]).then_some(())).await;
    let open = one.ask(ana, BoardId(id()), new_board(org, None, Visibility::Organization)).await.expect("founds");
    until("ben is told", async || (heard(&bens) == [Heard::Hint(open.position)]).then_some(())).await;
    for node in [one, two] {
        node.stop().await;
    }
}
