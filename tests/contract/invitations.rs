//! Where invitations went.

use lockstep::store::invitations::Invitation;
use lockstep_protocol::ids::{AccountId, InvitationId, OrgId};
use uuid::Uuid;

use super::{Backend, on_both};

on_both!(an_invitation_is_found_by_id_organization_and_address, what_is_forgotten_is_of_one_address_or_organization);

fn invitation(org: OrgId, email: Option<&str>, created_at: i64) -> Invitation {
    let (id, created_by) = (InvitationId(Uuid::now_v7()), AccountId(Uuid::now_v7()));
    Invitation { id, org, email: email.map(str::to_owned), created_by, created_at }
}

async fn an_invitation_is_found_by_id_organization_and_address(backend: Backend) {
    let invitations = backend.store.invitations();
    let (org, other) = (OrgId(Uuid::now_v7()), OrgId(Uuid::now_v7()));
    let (first, link) = (invitation(org, Some("a@example.org"), 7), invitation(org, None, 5));
    let elsewhere = invitation(other, Some("a@example.org"), 9);
    for one in [&first, &link, &elsewhere] {
        assert_eq!(invitations.add(one).await, Ok(true));
    }
    let changed = Invitation { email: Some("b@example.org".into()), ..first.clone() };
    assert_eq!(invitations.add(&changed).await, Ok(false), "the same id again changes nothing");
    assert_eq!(invitations.find(first.id).await, Ok(Some(first.clone())));
    assert_eq!(invitations.find(InvitationId(Uuid::now_v7())).await, Ok(None));
    assert_eq!(invitations.of_org(org).await, Ok(vec![link.clone(), first.clone()]), "the oldest first");
    assert_eq!(invitations.of_email("a@example.org", 9).await, Ok(vec![elsewhere.clone(), first]), "the newest first");
    assert_eq!(invitations.of_email("a@example.org", 1).await, Ok(vec![elsewhere.clone()]));
    invitations.remove(elsewhere.id).await.expect("a database");
    invitations.remove(elsewhere.id).await.expect("again changes nothing");
    assert_eq!((invitations.find(elsewhere.id).await, invitations.of_org(other).await), (Ok(None), Ok(vec![])));
}

async fn what_is_forgotten_is_of_one_address_or_organization(backend: Backend) {
    let invitations = backend.store.invitations();
    let (org, other) = (OrgId(Uuid::now_v7()), OrgId(Uuid::now_v7()));
    let all = [
        invitation(org, Some("a@example.org"), 1),
        invitation(org, Some("b@example.org"), 2),
        invitation(org, None, 3),
        invitation(other, Some("a@example.org"), 4),
        invitation(other, None, 5),
    ];
    for one in &all {
        invitations.add(one).await.expect("a database");
    }
    invitations.forget_email("a@example.org").await.expect("a database");
    assert_eq!(invitations.of_org(org).await, Ok(vec![all[1].clone(), all[2].clone()]), "links are of nobody");
    assert_eq!(invitations.of_org(other).await, Ok(vec![all[4].clone()]));
    invitations.forget_org(org).await.expect("a database");
    assert_eq!(
        (invitations.of_org(org).await, invitations.of_org(other).await.map(|left| left.len())),
        (Ok(vec![]), Ok(1))
    );
}
