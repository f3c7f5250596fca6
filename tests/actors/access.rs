//! Access that is never stale: what was revoked is gone from open subscriptions and from the next command on.

use lockstep::{
    actors::{CommandRequest, JoinRequest, Saw},
    clock::Clock,
};
use lockstep_domain::{Aggregate, Principal};
use lockstep_protocol::{
    codes::Code,
    command::{account::*, board::CreateBoard, organization::*, task::*, team::CreateTeam},
    frame::ResumedFrom,
    ids::{AccountId, BoardId, InvitationId, SessionId, TeamId},
    position::Held,
    values::{Audience, OrgRole, Reassign, Visibility},
};

use crate::support::{
    node::{Heard, Node, code, id, new_task},
    until,
};

#[tokio::test]
async fn a_removed_member_is_cut_off_at_once() {
    let node = Node::sqlite().await;
    let (ana, ben) = (node.account().await, node.account().await);
    let org = node.organization(ana).await;
    let (board, column) = node.board(ana, org).await;
    node.seat(ana, org, ben, OrgRole::Member).await;
    let (of_ben, of_ana) =
        (node.join(ben, board, None).await.expect("ben joins"), node.join(ana, board, None).await.expect("ana joins"));
    node.ask(ben, board, new_task(column, "By ben")).await.expect("ben may");
    node.ask(ana, org, RemoveMember { account_id: ben, reassign: Reassign::Nobody }).await.expect("removes ben");
    assert_eq!(code(node.ask(ben, board, new_task(column, "Too late")).await), Code::NotFound);
    until("ben's subscription ends", async || of_ben.heard().contains(&Heard::Revoked(Code::NotFound)).then_some(()))
        .await;
    let ack = node.ask(ana, board, new_task(column, "After")).await.expect("ana still may");
    until("ana hears of it", async || (of_ana.seq() == ack.seq).then_some(())).await;
    assert_eq!(of_ben.heard().last(), Some(&Heard::Revoked(Code::NotFound)), "nothing after the revocation");
}

#[tokio::test]
async fn a_guest_sees_only_boards_they_are_on() {
    let node = Node::sqlite().await;
    let (ana, guest) = (node.account().await, node.account().await);
    let org = node.organization(ana).await;
    let (board, _) = node.board(ana, org).await;
    node.seat(ana, org, guest, OrgRole::Guest).await;
    assert_eq!(node.join(guest, board, None).await.err().map(|failure| failure.code), Some(Code::NotFound));
    let set = lockstep_protocol::command::board::SetBoardMember {
        account_id: guest,
        role: lockstep_protocol::values::BoardRole::Commenter,
    };
    node.ask(ana, board, set).await.expect("puts the guest on the board");
    node.join(guest, board, None).await.expect("now the guest may");
}

#[tokio::test]
async fn a_closed_session_asks_for_nothing_more() {
    let node = Node::sqlite().await;
    let ana = node.account().await;
    let org = node.organization(ana).await;
    let (board, column) = node.board(ana, org).await;
    let session = SessionId(id());
    let system = |body| CommandRequest {
        topic: ana.into(),
        principal: Principal::System(ana),
        session: None,
        key: None,
        body,
        saw: Saw::default(),
    };
    node.directory.command(system(OpenSession { session_id: session }.into())).await.expect("opens");
    let ask = |task: CreateTask| CommandRequest {
        topic: board.into(),
        principal: Principal::Account(ana),
        session: Some(session.into()),
        key: None,
        body: task.into(),
        saw: Saw::default(),
    };
    node.directory.command(ask(new_task(column, "In time"))).await.expect("the session is open");
    node.directory.command(system(CloseSession { session_id: session }.into())).await.expect("closes");
    assert_eq!(code(node.directory.command(ask(new_task(column, "Too late"))).await), Code::SessionRevoked);
}

#[tokio::test]
async fn one_whose_audience_changed_begins_anew_whatever_they_hold() {
    let node = Node::sqlite().await;
    let (ana, guest) = (node.account().await, node.account().await);
    let org = node.organization(ana).await;
    node.seat(ana, org, guest, OrgRole::Guest).await;
    let listener = node.join(guest, org, None).await.expect("joins as a guest");
    let raise = ChangeMemberRole { account_id: guest, role: OrgRole::Member };
    let head = node.ask(ana, org, raise).await.expect("raises the role").seq;
    until("the guest's view ends", async || listener.heard().contains(&Heard::Resync).then_some(())).await;
    for (held_for, expected) in [(Audience::Guest, ResumedFrom::Snapshot), (Audience::Member, ResumedFrom::Current)] {
        let request = JoinRequest {
            topic: org.into(),
            principal: Principal::Account(guest),
            session: None,
            reference: 2,
            after: Some(Held { epoch: 1, seq: head, audience: held_for }),
            presence: false,
            subscriber: listener.clone(),
        };
        node.directory.join(request).await.expect("joins as a member");
        let heard = listener.heard();
        let again = heard.iter().rfind(|heard| matches!(heard, Heard::Joined(..))).expect("joined");
        assert!(matches!(again, Heard::Joined(from, _) if *from == expected), "{again:?}");
    }
}

/// A link for one, followed by a hundred at the same moment.
#[tokio::test]
async fn an_invitation_for_one_lets_in_one_of_a_hundred() {
    let node = Node::sqlite().await;
    let ana = node.account().await;
    let org = node.organization(ana).await;
    let invitation_id = InvitationId(id());
    let expires_at = Clock::system().now() + 3_600_000_000;
    let (role, link) = (OrgRole::Guest, true);
    let invite = InviteMember { invitation_id, role, role_id: None, link, uses_max: 1, expires_at };
    node.ask(ana, org, invite).await.expect("invites");
    let accepting = (0..100).map(|_| {
        let principal = Principal::System(AccountId(id()));
        let body = AcceptInvitation { invitation_id }.into();
        let request =
            CommandRequest { topic: org.into(), principal, session: None, key: None, body, saw: Saw::default() };
        let directory = node.directory.clone();
        tokio::spawn(async move { directory.command(request).await })
    });
    let mut accepted = 0;
    for accepting in accepting.collect::<Vec<_>>() {
        match accepting.await.expect("no panic") {
            Ok(_) => accepted += 1,
            Err(failure) => assert_eq!(failure.code, Code::NotFound),
        }
    }
    assert_eq!(accepted, 1);
    assert_eq!(node.directory.organization(org).await.expect("is there").state.member_count(), 2);
}

/// An id that was refused once keeps an actor for a while, which knows the organization and team named first.
#[tokio::test]
async fn what_is_founded_is_decided_by_what_it_names_not_by_what_was_named_before() {
    let node = Node::sqlite().await;
    let (ana, eve) = (node.account().await, node.account().await);
    let (of_ana, of_eve) = (node.organization(ana).await, node.organization(eve).await);
    let (team, board) = (TeamId(id()), BoardId(id()));
    let create = |org_id, name: &str| CreateTeam { org_id, name: name.into() };
    assert_eq!(code(node.ask(eve, team, create(of_eve, "")).await), Code::FieldRequired);
    let refused = node.ask(eve, team, create(of_ana, "Mine")).await.expect_err("is not hers");
    assert_eq!((refused.code, refused.field.as_deref()), (Code::NotFound, Some("org_id")));
    node.ask(ana, team, create(of_ana, "Ours")).await.expect("founds");

    node.seat(ana, of_ana, eve, OrgRole::Member).await;
    let own = TeamId(id());
    node.ask(eve, own, create(of_ana, "Eve's")).await.expect("founds");
    let create = |team_id, name: &str| CreateBoard {
        org_id: of_ana,
        team_id: Some(team_id),
        name: name.into(),
        key: "EVE".into(),
        visibility: Visibility::Team,
    };
    assert_eq!(code(node.ask(eve, board, create(own, "")).await), Code::FieldRequired);
    assert_eq!(code(node.ask(eve, board, create(team, "Board")).await), Code::Forbidden);
    for gone in [TeamId(id()), TeamId(board.0)] {
        let refused = node.ask(eve, board, create(gone, "Board")).await.expect_err("no such team");
        assert_eq!((refused.code, refused.field.as_deref()), (Code::NotFound, Some("team_id")));
    }
    node.ask(eve, board, create(own, "Board")).await.expect("founds");
    assert_eq!(node.directory.board(board).await.expect("is there").state.team_id(), Some(own));
}
