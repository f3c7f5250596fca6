//! What organizations keep about their members outside events.

use lockstep_protocol::ids::{AccountId, OrgId};
use uuid::Uuid;

use super::{Backend, accounts::account, on_both};

on_both!(titles_are_of_one_member_in_one_organization, what_is_kept_of_somebody_who_is_nobody_is_refused);

async fn titles_are_of_one_member_in_one_organization(backend: Backend) {
    let members = backend.store.members();
    let (ana, ben) = (account(&backend, "a@example.org").await, account(&backend, "b@example.org").await);
    let (org, other) = (OrgId(Uuid::now_v7()), OrgId(Uuid::now_v7()));
    for (org, who, title) in
        [(org, ana, "Painter"), (org, ben, "Cook"), (other, ana, "Guest"), (org, ana, "Head of 🎨"), (org, ben, "")]
    {
        members.set_title(org, who, title, 5).await.expect("a database");
    }
    let titles = async |org| members.titles(org).await.expect("a database");
    assert_eq!(titles(org).await, [(ana, "Head of 🎨".to_owned())], "the last counts, and none is no title");
    assert_eq!(titles(other).await, [(ana, "Guest".to_owned())]);
    members.set_title(org, ben, "Cook", 6).await.expect("a database");
    members.forget(org, ana).await.expect("a database");
    members.forget(org, ana).await.expect("again changes nothing");
    assert_eq!((titles(org).await, titles(other).await.len()), (vec![(ben, "Cook".to_owned())], 1));
    members.set_title(org, ana, "Painter", 7).await.expect("a database");
    members.erase(ana).await.expect("a database");
    assert_eq!((titles(org).await, titles(other).await.len()), (vec![(ben, "Cook".to_owned())], 0));
    members.set_title(other, ben, "Cook", 8).await.expect("a database");
    members.forget_org(org).await.expect("a database");
    assert_eq!((titles(org).await, titles(other).await), (vec![], vec![(ben, "Cook".to_owned())]));
}

async fn what_is_kept_of_somebody_who_is_nobody_is_refused(backend: Backend) {
    let (org, nobody) = (OrgId(Uuid::now_v7()), AccountId(Uuid::now_v7()));
    assert!(backend.store.members().set_title(org, nobody, "Painter", 5).await.is_err());
}
