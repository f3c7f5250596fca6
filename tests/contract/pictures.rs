//! Pictures: one of each owner, another id with each, gone with the account.

use lockstep::store::pictures::{Owner, Picture};
use lockstep_protocol::ids::{AccountId, OrgId, PictureId};
use uuid::Uuid;

use super::{Backend, accounts::account, on_both};

on_both!(
    an_owner_has_one_picture_and_the_one_before_is_gone,
    people_and_organizations_do_not_get_in_each_others_way,
    a_picture_is_forgotten_with_its_person,
    a_picture_of_nobody_is_not_kept,
);

const NOW: i64 = 1_000_000_000_000;

fn picture(owner: Owner, bytes: &[u8]) -> Picture {
    Picture { id: PictureId(Uuid::now_v7()), owner, media: "image/jpeg".into(), bytes: bytes.to_vec() }
}

async fn an_owner_has_one_picture_and_the_one_before_is_gone(backend: Backend) {
    let pictures = backend.store.pictures();
    let ana = account(&backend, "ana@example.org").await;
    let org = OrgId(Uuid::now_v7());
    for owner in [Owner::Account(ana), Owner::Org(org)] {
        let (first, second) = (picture(owner, &[0, 1, 255]), picture(owner, b"second"));
        assert_eq!(pictures.put(&first, NOW).await, Ok(true));
        assert_eq!(pictures.find(first.id).await, Ok(Some(first.clone())));
        pictures.put(&second, NOW + 1).await.expect("a database");
        assert_eq!(pictures.find(first.id).await, Ok(None));
        assert_eq!(pictures.find(second.id).await, Ok(Some(second.clone())));
        match owner {
            Owner::Account(_) => assert_eq!(pictures.avatars(&[ana]).await, Ok(vec![(ana, second.id)])),
            Owner::Org(_) => assert_eq!(pictures.logo(org).await, Ok(Some(second.id))),
        }
        pictures.remove(owner).await.expect("a database");
        pictures.remove(owner).await.expect("what is gone is gone");
        assert_eq!(pictures.find(second.id).await, Ok(None));
    }
}

async fn people_and_organizations_do_not_get_in_each_others_way(backend: Backend) {
    let pictures = backend.store.pictures();
    let (ana, ben) = (account(&backend, "ana@example.org").await, account(&backend, "ben@example.org").await);
    let org = OrgId(ana.0);
    let kept = [Owner::Account(ana), Owner::Account(ben), Owner::Org(org)].map(|owner| picture(owner, b"x"));
    for picture in &kept {
        pictures.put(picture, NOW).await.expect("a database");
    }
    let mut avatars = pictures.avatars(&[ben, AccountId(Uuid::now_v7()), ana]).await.expect("a database");
    avatars.sort_unstable();
    assert_eq!(avatars, [(ana, kept[0].id), (ben, kept[1].id)]);
    assert_eq!(pictures.avatars(&[]).await, Ok(vec![]));
    pictures.remove(Owner::Org(org)).await.expect("a database");
    assert_eq!(pictures.logo(org).await, Ok(None));
    assert_eq!(pictures.avatars(&[ana]).await, Ok(vec![(ana, kept[0].id)]), "whose id is the same");
}

async fn a_picture_is_forgotten_with_its_person(backend: Backend) {
    let pictures = backend.store.pictures();
    let (ana, ben) = (account(&backend, "ana@example.org").await, account(&backend, "ben@example.org").await);
    for account in [ana, ben] {
        pictures.put(&picture(Owner::Account(account), b"face"), NOW).await.expect("a database");
    }
    backend.store.accounts().erase(ana, NOW + 1).await.expect("a database");
    let left: Vec<AccountId> =
        pictures.avatars(&[ana, ben]).await.expect("a database").into_iter().map(|(account, _)| account).collect();
    assert_eq!(left, [ben]);
}

async fn a_picture_of_nobody_is_not_kept(backend: Backend) {
    let stranger = Owner::Account(AccountId(Uuid::now_v7()));
    assert_eq!(backend.store.pictures().put(&picture(stranger, b"x"), NOW).await, Ok(false));
    let ana = account(&backend, "ana@example.org").await;
    backend.store.accounts().erase(ana, NOW).await.expect("a database");
    assert_eq!(backend.store.pictures().put(&picture(Owner::Account(ana), b"x"), NOW).await, Ok(false), "forgotten");
    assert_eq!(backend.store.pictures().avatars(&[ana]).await, Ok(vec![]));
}
