//! Accounts, profiles, sessions, refresh tokens.

use futures_util::future::join_all;
use lockstep::store::{
    accounts::{AccountStatus, Created, NewAccount, ProfileChange},
    sessions::{GRACE_MICROSECONDS, NewSession, Rotated, Rotation, TokenHash, Used},
};
use lockstep_protocol::ids::{AccountId, OrgId, SessionId};
use uuid::Uuid;

use super::{Backend, on_both};

on_both!(
    an_address_belongs_to_one_account,
    profiles_hold_the_names,
    placeholders_are_made_once,
    programs_and_stand_ins_are_no_people,
    sessions_are_listed_touched_and_revoked,
    too_many_sessions_revoke_the_oldest,
    a_refresh_token_is_swapped_once,
    of_many_that_rotate_at_once_all_get_one_successor,
    a_stolen_token_revokes_the_family,
    tokens_end,
);

const NOW: i64 = 1_000_000_000_000;
const DAY: i64 = 86_400_000_000;

pub async fn account(backend: &Backend, email: &str) -> AccountId {
    let id = AccountId(Uuid::now_v7());
    let new = NewAccount {
        id,
        email: email.into(),
        password_hash: Some("hash".into()),
        name: "Ada".into(),
        locale: "en".into(),
        time_zone: "Europe/Zurich".into(),
        verified: false,
        at: NOW,
    };
    assert_eq!(backend.store.accounts().create(&new).await, Ok(Created::Created));
    let taken = NewAccount { id: AccountId(Uuid::now_v7()), ..new };
    assert_eq!(backend.store.accounts().create(&taken).await, Ok(Created::EmailTaken));
    id
}

async fn programs_and_stand_ins_are_no_people(backend: Backend) {
    let (accounts, org) = (backend.store.accounts(), OrgId(Uuid::now_v7()));
    assert_eq!(accounts.first().await, Ok(None));
    let (robot, stand_in) = (AccountId(Uuid::now_v7()), AccountId(Uuid::now_v7()));
    assert_eq!(accounts.create_service(robot, org, "Robot", NOW - 2).await, Ok(true));
    assert_eq!(accounts.create_placeholder(stand_in, org, "Ben", NOW - 1).await, Ok(true));
    for again in [robot, stand_in] {
        assert_eq!(accounts.create_service(again, OrgId(Uuid::now_v7()), "Other", NOW).await, Ok(false));
    }
    let profile = accounts.profile(robot).await.expect("a database").expect("there");
    assert_eq!((profile.name.as_str(), profile.org, profile.placeholder), ("Robot", Some(org), false));
    assert_eq!((accounts.first().await, accounts.count().await), (Ok(None), Ok(0)));
    let (ana, _) = (account(&backend, "a@example.org").await, account(&backend, "b@example.org").await);
    assert_eq!(accounts.first().await.map(|first| first.map(|first| first.id)), Ok(Some(ana)), "the oldest person");
    // What an organization made is known by it until it is deleted for good.
    let drops = backend.store.drops();
    assert_eq!(drops.accounts_of(org).await, Ok(vec![robot.min(stand_in), robot.max(stand_in)]));
    drops.disown(org).await.expect("a database");
    assert_eq!(drops.accounts_of(org).await, Ok(vec![]));
}

async fn an_address_belongs_to_one_account(backend: Backend) {
    let accounts = backend.store.accounts();
    assert_eq!(accounts.count().await, Ok(0));
    let id = account(&backend, "ada@example.org").await;
    assert_eq!(accounts.count().await, Ok(1));
    let found = accounts.find_by_email("ada@example.org").await.expect("a database").expect("there");
    assert_eq!((found.id, found.status, found.created_at), (id, AccountStatus::Active, NOW));
    assert_eq!(accounts.find(id).await, Ok(Some(found)));
    assert_eq!(accounts.find_by_email("nobody@example.org").await, Ok(None));
    assert_eq!(accounts.set_password(id, "other").await, Ok(true));
    assert_eq!(accounts.set_status(id, AccountStatus::Disabled).await, Ok(true));
    assert_eq!(accounts.set_password(AccountId(Uuid::now_v7()), "x").await, Ok(false));
    let found = accounts.find(id).await.expect("a database").expect("there");
    assert_eq!((found.password_hash.as_deref(), found.status), (Some("other"), AccountStatus::Disabled));
}

async fn profiles_hold_the_names(backend: Backend) {
    let accounts = backend.store.accounts();
    let (one, two) = (account(&backend, "a@example.org").await, account(&backend, "b@example.org").await);
    let change = ProfileChange { name: Some("Grace".into()), ..ProfileChange::default() };
    let profile = accounts.update_profile(two, &change, NOW + 1).await.expect("a database").expect("there");
    assert_eq!((profile.name.as_str(), profile.locale.as_str(), profile.updated_at), ("Grace", "en", NOW + 1));
    let mut names: Vec<_> = accounts
        .profiles(&[two, one, AccountId(Uuid::now_v7())])
        .await
        .expect("a database")
        .into_iter()
        .map(|profile| (profile.account, profile.name))
        .collect();
    names.sort();
    assert_eq!(names, [(one, "Ada".to_owned()), (two, "Grace".to_owned())]);
    assert_eq!(accounts.profiles(&[]).await, Ok(vec![]));
    assert_eq!(accounts.update_profile(AccountId(Uuid::now_v7()), &change, NOW).await, Ok(None));
}

async fn placeholders_are_made_once(backend: Backend) {
    let accounts = backend.store.accounts();
    let (id, org) = (AccountId(Uuid::now_v7()), OrgId(Uuid::now_v7()));
    assert_eq!(accounts.create_placeholder(id, org, "Somebody", NOW).await, Ok(true));
    assert_eq!(accounts.create_placeholder(id, org, "Other", NOW).await, Ok(false));
    let profile = accounts.profile(id).await.expect("a database").expect("there");
    assert_eq!((profile.name.as_str(), profile.placeholder, profile.org), ("Somebody", true, Some(org)));
    let account = accounts.find(id).await.expect("a database").expect("there");
    assert_eq!((account.email, account.password_hash), (None, None));
    assert_eq!(accounts.count().await, Ok(0), "a placeholder is nobody");
}

fn session(account: AccountId, token: u8, at: i64) -> NewSession {
    NewSession {
        id: SessionId(Uuid::now_v7()),
        account,
        device: "Firefox".into(),
        address: "192.0.2.1".into(),
        at,
        expires_at: NOW + 90 * DAY,
        token: [token; 32],
        token_expires_at: at + 14 * DAY,
        binding: b"client".to_vec(),
        keep: 3,
    }
}

async fn sessions_are_listed_touched_and_revoked(backend: Backend) {
    let accounts = backend.store.accounts();
    let (me, other) = (account(&backend, "a@example.org").await, account(&backend, "b@example.org").await);
    let (one, two) = (session(me, 1, NOW), session(me, 2, NOW + 1));
    for new in [&one, &two] {
        assert_eq!(accounts.create_session(new).await, Ok(vec![]));
    }
    let used = |session, address: &str, at| Used { session, address: address.to_owned(), at };
    let uses = [used(one.id, "192.0.2.9", NOW + 5), used(SessionId(Uuid::now_v7()), "192.0.2.8", NOW + 5)];
    accounts.note_uses(&uses).await.expect("one is there, the other is not");
    accounts.note_uses(&[used(one.id, "192.0.2.7", NOW + 4)]).await.expect("a late note changes nothing");
    let listed = accounts.sessions(me, NOW + 9).await.expect("a database");
    assert_eq!(listed.iter().map(|session| session.id).collect::<Vec<_>>(), [two.id, one.id]);
    assert_eq!((listed[1].address.as_str(), listed[1].last_seen), ("192.0.2.9", NOW + 5));
    assert_eq!(accounts.revoke_session(other, one.id, NOW + 6).await, Ok(false), "another's session");
    assert_eq!(accounts.revoke_session(me, one.id, NOW + 6).await, Ok(true));
    assert_eq!(accounts.revoke_session(me, one.id, NOW + 7).await, Ok(false));
    let revoked = accounts.session(one.id).await.expect("a database").expect("kept");
    assert_eq!(revoked.revoked_at, Some(NOW + 6));
    accounts.note_uses(&[used(one.id, "192.0.2.6", NOW + 7)]).await.expect("what is over is left alone");
    assert_eq!(accounts.session(one.id).await, Ok(Some(revoked)));
    let three = session(me, 3, NOW + 8);
    accounts.create_session(&three).await.expect("a database");
    assert_eq!(accounts.revoke_sessions(me, Some(three.id), NOW + 9).await, Ok(vec![two.id]));
    assert_eq!(accounts.revoke_sessions(me, None, NOW + 9).await, Ok(vec![three.id]));
    assert_eq!(accounts.sessions(me, NOW + 9).await, Ok(vec![]));
}

async fn too_many_sessions_revoke_the_oldest(backend: Backend) {
    let accounts = backend.store.accounts();
    let me = account(&backend, "a@example.org").await;
    let all: Vec<NewSession> = (1..=4).map(|number| session(me, number, NOW + i64::from(number))).collect();
    for new in &all[..3] {
        assert_eq!(accounts.create_session(new).await, Ok(vec![]));
    }
    assert_eq!(accounts.create_session(&all[3]).await, Ok(vec![all[0].id]));
    assert_eq!(accounts.sessions(me, NOW + 9).await.expect("a database").len(), 3);
}

fn rotation(presented: u8, successor: u8, at: i64) -> Rotation {
    Rotation {
        presented: [presented; 32],
        successor: [successor; 32],
        successor_expires_at: at + 14 * DAY,
        binding: b"client".to_vec(),
        address: "192.0.2.5".into(),
        at,
    }
}

async fn a_refresh_token_is_swapped_once(backend: Backend) {
    let accounts = backend.store.accounts();
    let me = account(&backend, "a@example.org").await;
    let new = session(me, 1, NOW);
    accounts.create_session(&new).await.expect("a database");
    let rotated = Rotated::Rotated { account: me, session: new.id };
    assert_eq!(accounts.rotate(&rotation(1, 2, NOW + 100)).await, Ok(rotated.clone()));
    let used = accounts.session(new.id).await.expect("a database").expect("there");
    assert_eq!((used.last_seen, used.address.as_str()), (NOW + 100, "192.0.2.5"));
    let successor: TokenHash = [2; 32];
    let grace = Rotated::GraceSuccessor { account: me, session: new.id, successor };
    assert_eq!(accounts.rotate(&rotation(1, 9, NOW + 100 + GRACE_MICROSECONDS)).await, Ok(grace));
    assert_eq!(accounts.rotate(&rotation(2, 3, NOW + 200)).await, Ok(rotated));
    assert_eq!(accounts.rotate(&rotation(77, 3, NOW + 200)).await, Ok(Rotated::Unknown));
}

async fn of_many_that_rotate_at_once_all_get_one_successor(backend: Backend) {
    let accounts = backend.store.accounts();
    let me = account(&backend, "a@example.org").await;
    let new = session(me, 1, NOW);
    accounts.create_session(&new).await.expect("a database");
    let rotations: Vec<Rotation> = (10..30).map(|successor| rotation(1, successor, NOW + 1)).collect();
    let outcomes = join_all(rotations.iter().map(|rotation| accounts.rotate(rotation))).await;
    let won: Vec<TokenHash> = rotations
        .iter()
        .zip(&outcomes)
        .filter(|(_, outcome)| matches!(outcome, Ok(Rotated::Rotated { .. })))
        .map(|(rotation, _)| rotation.successor)
        .collect();
    assert_eq!(won.len(), 1);
    let grace = Rotated::GraceSuccessor { account: me, session: new.id, successor: won[0] };
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Ok(grace.clone())).count(), 19);
}

async fn a_stolen_token_revokes_the_family(backend: Backend) {
    let accounts = backend.store.accounts();
    let me = account(&backend, "a@example.org").await;
    // After the grace, and within it from another client.
    for (token, delay, binding) in [(1, GRACE_MICROSECONDS + 1, b"client".to_vec()), (5, 1, b"thief".to_vec())] {
        let new = session(me, token, NOW);
        accounts.create_session(&new).await.expect("a database");
        accounts.rotate(&rotation(token, token + 1, NOW)).await.expect("a database");
        let stolen = Rotation { binding, ..rotation(token, 99, NOW + delay) };
        let reused = Rotated::Reused { account: me, session: new.id };
        assert_eq!(accounts.rotate(&stolen).await, Ok(reused));
        let revoked = accounts.session(new.id).await.expect("a database").expect("kept");
        assert_eq!(revoked.revoked_at, Some(NOW + delay));
        let honest = rotation(token + 1, token + 2, NOW + delay + 1);
        assert_eq!(accounts.rotate(&honest).await, Ok(Rotated::Unknown), "the whole family is gone");
    }
}

async fn tokens_end(backend: Backend) {
    let accounts = backend.store.accounts();
    let me = account(&backend, "a@example.org").await;
    let new = session(me, 1, NOW);
    accounts.create_session(&new).await.expect("a database");
    assert_eq!(accounts.rotate(&rotation(1, 2, NOW + 14 * DAY)).await, Ok(Rotated::Expired));
    // A successor does not outlive its session.
    let late = Rotation { successor_expires_at: NOW + 500 * DAY, ..rotation(1, 2, NOW + 13 * DAY) };
    assert!(matches!(accounts.rotate(&late).await, Ok(Rotated::Rotated { .. })));
    assert_eq!(accounts.rotate(&rotation(2, 3, NOW + 90 * DAY)).await, Ok(Rotated::Expired));
}
