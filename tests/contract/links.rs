//! What opens public links: of one board each, known by its id alone, and gone with the organization.

use lockstep::store::links::BoardLink;
use lockstep_protocol::ids::{BoardId, LinkId, OrgId};
use uuid::Uuid;

use super::{Backend, on_both};

on_both!(a_link_is_of_one_board_and_goes_alone, links_go_with_their_organization);

fn link(org: OrgId, board: BoardId) -> BoardLink {
    BoardLink { id: LinkId(Uuid::now_v7()), org, board, sum: [7; 32], created_at: 1_000_000_000_000 }
}

fn place() -> (OrgId, BoardId) {
    (OrgId(Uuid::now_v7()), BoardId(Uuid::now_v7()))
}

async fn a_link_is_of_one_board_and_goes_alone(backend: Backend) {
    let links = backend.store.links();
    let ((org, here), (_, there)) = (place(), place());
    let (one, two, other) = (link(org, here), link(org, here), link(org, there));
    for each in [&one, &two, &other] {
        assert_eq!(links.add(each).await, Ok(()));
    }
    assert!(links.add(&one).await.is_err(), "an id is taken once");
    assert_eq!(links.link(one.id).await, Ok(Some(one.clone())));
    assert_eq!(links.link(LinkId(Uuid::now_v7())).await, Ok(None));
    assert_eq!(links.of_board(here).await, Ok(vec![one.clone(), two.clone()]));
    assert_eq!(links.remove(there, one.id).await, Ok(false), "it is another board's");
    assert_eq!(links.remove(here, one.id).await, Ok(true));
    assert_eq!(links.remove(here, one.id).await, Ok(false));
    assert_eq!(links.link(one.id).await, Ok(None));
    assert_eq!(links.of_board(here).await, Ok(vec![two]));
}

async fn links_go_with_their_organization(backend: Backend) {
    let links = backend.store.links();
    let ((org, board), (stays, theirs)) = (place(), place());
    let (goes, other) = (link(org, board), link(stays, theirs));
    for each in [&goes, &other] {
        assert_eq!(links.add(each).await, Ok(()));
    }
    assert_eq!(links.forget_org(org).await, Ok(()));
    assert_eq!(links.link(goes.id).await, Ok(None));
    assert_eq!(links.link(other.id).await, Ok(Some(other)));
}
