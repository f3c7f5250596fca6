//! Durable processes, and what is erased with a person.

use lockstep::store::{
    accounts::{AccountStatus, NewAccount, ProfileChange},
    processes::NewProcess,
};
use lockstep_protocol::ids::AccountId;
use uuid::Uuid;

use super::{Backend, on_both};

on_both!(a_process_begins_once_and_ends_once, what_is_known_of_a_person_is_erased);

const NOW: i64 = 1_000_000_000_000;

async fn a_process_begins_once_and_ends_once(backend: Backend) {
    let processes = backend.store.processes();
    let new = |at| NewProcess { id: Uuid::now_v7(), kind: "test".into(), data: "{}".into(), at, due: at };
    let (first, second) = (new(NOW), NewProcess { at: NOW - 5, due: NOW + 1, ..new(NOW) });
    processes.begin(&[second.clone(), first.clone()]).await.expect("a database");
    processes.begin(std::slice::from_ref(&first)).await.expect("a database");
    let due = async |now| -> Vec<Uuid> {
        processes.due(now, 10).await.expect("a database").into_iter().map(|process| process.id).collect()
    };
    assert_eq!(due(NOW).await, [first.id]);
    assert_eq!(due(NOW + 1).await, [first.id, second.id]);
    processes.later(first.id, NOW + 9, "not now").await.expect("a database");
    assert_eq!(due(NOW + 8).await, [second.id]);
    processes.done(second.id, NOW + 8).await.expect("a database");
    let waiting = processes.due(NOW + 9, 10).await.expect("a database").remove(0);
    assert_eq!((waiting.id, waiting.attempts, waiting.last_error.as_deref()), (first.id, 1, Some("not now")));
    assert_eq!(processes.waiting().await, Ok(1));
    processes.done(first.id, NOW + 9).await.expect("a database");
    // The same events once more, as after a rebuilt cursor: nothing begins.
    processes.begin(&[first.clone(), second]).await.expect("a database");
    processes.later(first.id, NOW, "too late").await.expect("a database");
    assert_eq!((due(i64::MAX).await.len(), processes.waiting().await), (0, Ok(0)));
}

async fn what_is_known_of_a_person_is_erased(backend: Backend) {
    let accounts = backend.store.accounts();
    let id = AccountId(Uuid::now_v7());
    let new = NewAccount {
        id,
        email: "ada@example.org".into(),
        password_hash: Some("hash".into()),
        name: "Ada".into(),
        locale: "de-CH".into(),
        time_zone: "Europe/Zurich".into(),
        verified: true,
        at: NOW,
    };
    accounts.create(&new).await.expect("a database");
    let change = ProfileChange { preferences: Some(r#"{"theme":"dark"}"#.into()), ..ProfileChange::default() };
    accounts.update_profile(id, &change, NOW).await.expect("a database");
    accounts.erase(id, NOW + 1).await.expect("a database");
    let known = accounts.find(id).await.expect("a database").expect("the id stays");
    assert_eq!((known.email, known.password_hash, known.email_verified_at), (None, None, None));
    assert_eq!(known.status, AccountStatus::Disabled);
    let profile = accounts.profile(id).await.expect("a database").expect("there");
    let left = (profile.name, profile.locale, profile.time_zone, profile.preferences);
    assert_eq!(left, (String::new(), String::new(), String::new(), "{}".into()));
    // And again, after a crash.
    accounts.erase(id, NOW + 2).await.expect("a database");
}

/// A table that names accounts either goes with them or is written down here with the reason why not.
#[tokio::test]
async fn every_table_of_a_person_is_erased_with_them() {
    const KEPT: [(&str, &str); 4] = [
        ("accounts", "the id stays, emptied"),
        ("profiles", "the row stays, emptied"),
        ("mails", "forgotten beside it: the last mail is of no account"),
        ("placeholders", "stand-ins are no persons of ours"),
    ];
    let source = include_str!("../../src/store/accounts.rs");
    let mut tables = 0;
    for entry in std::fs::read_dir("migrations/sqlite/journal").expect("the folder is there").flatten() {
        let text = std::fs::read_to_string(entry.path()).expect("readable");
        for table in text.split("create table ").skip(1) {
            let (name, rest) = table.split_once(" (").expect("a table has columns");
            let body = rest.split(") strict;").next().expect("a table ends");
            if !body.contains("account_id ") || KEPT.iter().any(|(kept, _)| *kept == name) {
                continue;
            }
            tables += 1;
            let erased = format!("delete from {name} where account_id = $1");
            assert!(source.contains(&erased), "{name} holds something of a person: erase it in store/accounts.rs");
        }
    }
    assert!(tables >= 6, "{tables}");
}
