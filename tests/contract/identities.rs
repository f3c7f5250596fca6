//! Identities: whose they are, how many there may be, and that somebody can always log in.

use futures_util::future::join_all;
use lockstep::store::{
    accounts::{Created, NewAccount},
    identities::{IdentityAdded, IdentityRemoved, NewIdentity},
};
use lockstep_protocol::ids::{AccountId, IdentityId};
use uuid::Uuid;

use super::{Backend, accounts::account, on_both};

on_both!(
    an_identity_belongs_to_one_account,
    of_many_identities_added_at_once_there_are_no_more_than_may_be,
    an_account_is_made_with_its_identity_or_not_at_all,
    of_two_last_ways_in_that_are_taken_away_at_once_one_stays,
);

const NOW: i64 = 1_000_000_000_000;

fn identity(account: AccountId, subject: &str) -> NewIdentity {
    NewIdentity {
        id: IdentityId(Uuid::now_v7()),
        account,
        provider: "work".into(),
        issuer: "https://id.example.org".into(),
        subject: subject.into(),
        label: format!("{subject}@example.org"),
        at: NOW,
        keep: 3,
    }
}

fn newcomer(email: &str) -> NewAccount {
    NewAccount {
        id: AccountId(Uuid::now_v7()),
        email: email.into(),
        password_hash: None,
        name: "Ada".into(),
        locale: String::new(),
        time_zone: String::new(),
        verified: true,
        at: NOW,
    }
}

async fn an_identity_belongs_to_one_account(backend: Backend) {
    let accounts = backend.store.accounts();
    let (ana, ben) = (account(&backend, "ana@example.org").await, account(&backend, "ben@example.org").await);
    let new = identity(ana, "a");
    assert_eq!(accounts.add_identity(&new).await, Ok(IdentityAdded::Added));
    assert_eq!(accounts.add_identity(&identity(ben, "a")).await, Ok(IdentityAdded::Known));
    let elsewhere = NewIdentity { issuer: "https://other.example.org".into(), ..identity(ben, "a") };
    assert_eq!(accounts.add_identity(&elsewhere).await, Ok(IdentityAdded::Added));
    let known = accounts.identity_of(&new.issuer, "a").await.expect("a database").expect("known");
    assert_eq!((known.account, known.id, known.label.as_str()), (ana, new.id, "a@example.org"));
    assert_eq!(accounts.identity_of(&new.issuer, "A").await, Ok(None), "as it is written");
    assert_eq!(accounts.use_identity(new.id, "b@example.org", NOW + 5).await, Ok(true));
    let known = accounts.identities(ana).await.expect("a database");
    assert_eq!((known[0].label.as_str(), known[0].last_used_at), ("b@example.org", Some(NOW + 5)));
    let work = ["work".to_owned()];
    assert_eq!(accounts.remove_identity(ben, new.id, &work).await, Ok(IdentityRemoved::Unknown));
    let removed = accounts.remove_identity(ana, new.id, &work).await;
    assert!(matches!(removed, Ok(IdentityRemoved::Removed(_))), "there is a password: {removed:?}");
    assert_eq!(accounts.use_identity(new.id, "x", NOW).await, Ok(false));
    accounts.erase(ben, NOW).await.expect("a database");
    assert_eq!(accounts.identities(ben).await, Ok(Vec::new()));
}

async fn of_many_identities_added_at_once_there_are_no_more_than_may_be(backend: Backend) {
    let accounts = backend.store.accounts();
    let ana = account(&backend, "ana@example.org").await;
    let new: Vec<_> = (0..8).map(|number| identity(ana, &number.to_string())).collect();
    let added = join_all(new.iter().map(|new| accounts.add_identity(new))).await;
    assert_eq!(added.iter().filter(|added| **added == Ok(IdentityAdded::Added)).count(), 3, "{added:?}");
    assert_eq!(accounts.identities(ana).await.map(|known| known.len()), Ok(3));
}

async fn an_account_is_made_with_its_identity_or_not_at_all(backend: Backend) {
    let accounts = backend.store.accounts();
    let ada = newcomer("ada@example.org");
    assert_eq!(accounts.create_by(&ada, &identity(ada.id, "ada")).await, Ok(Created::Created));
    let other = newcomer("other@example.org");
    assert_eq!(accounts.create_by(&other, &identity(other.id, "ada")).await, Ok(Created::IdentityTaken));
    assert_eq!(accounts.find(other.id).await, Ok(None));
    assert_eq!(accounts.profile(other.id).await, Ok(None));
    let taken = newcomer("ada@example.org");
    assert_eq!(accounts.create_by(&taken, &identity(taken.id, "new")).await, Ok(Created::EmailTaken));
    assert_eq!(accounts.identity_of("https://id.example.org", "new").await, Ok(None));
}

async fn of_two_last_ways_in_that_are_taken_away_at_once_one_stays(backend: Backend) {
    let accounts = backend.store.accounts();
    for round in 0..5 {
        let ada = newcomer(&format!("ada{round}@example.org"));
        let (one, two) = (identity(ada.id, &format!("one{round}")), identity(ada.id, &format!("two{round}")));
        accounts.create_by(&ada, &one).await.expect("a database");
        accounts.add_identity(&two).await.expect("a database");
        let work = ["work".to_owned()];
        // Of a provider that is no longer there it is no way in.
        assert_eq!(accounts.remove_identity(ada.id, one.id, &[]).await, Ok(IdentityRemoved::Last));
        let removed = join_all([one.id, two.id].map(|id| accounts.remove_identity(ada.id, id, &work))).await;
        assert_eq!(removed.iter().filter(|removed| **removed == Ok(IdentityRemoved::Last)).count(), 1, "{removed:?}");
        assert_eq!(accounts.identities(ada.id).await.map(|left| left.len()), Ok(1));
    }
}
