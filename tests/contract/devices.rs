//! Devices: one owner each, gone with their log-in, and a count of what was not taken.

use lockstep::store::{
    devices::{BrowserKeys, Device, DeviceKind, NewDevice, Registered},
    sessions::NewSession,
};
use lockstep_protocol::ids::{AccountId, DeviceId, SessionId};
use uuid::Uuid;

use super::{Backend, accounts::account, on_both};

on_both!(
    a_device_is_of_one_account_and_of_its_newest_log_in,
    what_was_tried_is_counted_until_something_is_taken,
    a_device_that_is_gone_is_forgotten_unless_it_came_back,
    of_two_owners_at_once_one_is_the_last,
);

const NOW: i64 = 1_000_000_000_000;

async fn session(backend: &Backend, account: AccountId) -> SessionId {
    let id = SessionId(Uuid::now_v7());
    let mut token = [0; 32];
    token[..16].copy_from_slice(id.0.as_bytes());
    let new = NewSession {
        id,
        account,
        device: "Firefox".into(),
        address: "192.0.2.1".into(),
        at: NOW,
        expires_at: NOW + 1_000,
        token,
        token_expires_at: NOW + 1_000,
        binding: vec![1],
        keep: 50,
    };
    backend.store.accounts().create_session(&new).await.expect("a session");
    id
}

fn browser(account: AccountId, session: SessionId, key: u8) -> NewDevice {
    NewDevice {
        id: DeviceId(Uuid::now_v7()),
        account,
        session,
        kind: DeviceKind::WebPush,
        address: "https://push.example.org/one".into(),
        keys: Some(BrowserKeys { p256dh: vec![key; 65], auth: vec![key; 16] }),
        name: "Firefox".into(),
        at: NOW,
    }
}

#[track_caller]
fn is(registered: Result<Registered, lockstep::store::StoreError>) -> Device {
    match registered {
        Ok(Registered::Is(device)) => device,
        other => panic!("{other:?}"),
    }
}

async fn a_device_is_of_one_account_and_of_its_newest_log_in(backend: Backend) {
    let (devices, accounts) = (backend.store.devices(), backend.store.accounts());
    let (ana, ben) = (account(&backend, "ana@example.org").await, account(&backend, "ben@example.org").await);
    let (first, second, his) =
        (session(&backend, ana).await, session(&backend, ana).await, session(&backend, ben).await);
    let made = is(devices.register(&browser(ana, first, 1), 1).await);
    assert_eq!(devices.of(ana, NOW).await, Ok(vec![made.clone()]));
    assert_eq!(devices.find(made.id, NOW).await, Ok(Some(made.clone())));
    let anew = is(devices.register(&browser(ana, second, 2), 1).await);
    assert_eq!((anew.id, anew.session, anew.keys), (made.id, second, browser(ana, second, 2).keys));
    // The log-in before has ended: the device is of the newer one.
    accounts.revoke_session(ana, first, NOW).await.expect("a database");
    assert_eq!(devices.of(ana, NOW).await.map(|all| all.len()), Ok(1));
    assert_eq!(devices.of(ana, NOW + 1_000).await, Ok(vec![]), "its time is over");
    // A session of somebody else, and one that has ended, are none.
    for gone in [his, first] {
        assert_eq!(devices.register(&browser(ana, gone, 1), 9).await, Ok(Registered::Nowhere));
    }
    let theirs = is(devices.register(&browser(ben, his, 3), 1).await);
    assert_ne!(theirs.id, made.id);
    assert_eq!(devices.of(ana, NOW).await, Ok(vec![]));
    let other = NewDevice { address: "https://push.example.org/two".into(), ..browser(ben, his, 4) };
    assert_eq!(devices.register(&other, 1).await, Ok(Registered::Full));
    assert_eq!(devices.remove(ana, theirs.id).await, Ok(false));
    assert_eq!(devices.remove(ben, theirs.id).await, Ok(true));
    assert_eq!(devices.remove(ben, theirs.id).await, Ok(false));
}

async fn what_was_tried_is_counted_until_something_is_taken(backend: Backend) {
    let devices = backend.store.devices();
    let ana = account(&backend, "ana@example.org").await;
    let here = session(&backend, ana).await;
    let made = is(devices.register(&browser(ana, here, 1), 9).await);
    assert_eq!((made.failures, made.last_used_at), (0, None));
    for _ in 0..2 {
        devices.tried(made.id, false, NOW + 1).await.expect("a database");
    }
    let found = devices.find(made.id, NOW).await.expect("a database").expect("it is there");
    assert_eq!((found.failures, found.last_used_at), (2, None));
    devices.tried(made.id, true, NOW + 2).await.expect("a database");
    devices.tried(made.id, false, NOW + 3).await.expect("a database");
    let found = devices.find(made.id, NOW).await.expect("a database").expect("it is there");
    assert_eq!((found.failures, found.last_used_at), (1, Some(NOW + 2)));
    assert_eq!(is(devices.register(&browser(ana, here, 1), 9).await).failures, 0);
}

async fn a_device_that_is_gone_is_forgotten_unless_it_came_back(backend: Backend) {
    let devices = backend.store.devices();
    let ana = account(&backend, "ana@example.org").await;
    let here = session(&backend, ana).await;
    let before = is(devices.register(&browser(ana, here, 1), 9).await);
    let after = is(devices.register(&browser(ana, here, 2), 9).await);
    devices.gone(&before).await.expect("a database");
    assert_eq!(devices.find(after.id, NOW).await, Ok(Some(after.clone())));
    devices.gone(&after).await.expect("a database");
    assert_eq!(devices.find(after.id, NOW).await, Ok(None));
    let app = NewDevice { kind: DeviceKind::Fcm, address: "token".into(), keys: None, ..browser(ana, here, 0) };
    let app = is(devices.register(&app, 9).await);
    devices.gone(&app).await.expect("a database");
    assert_eq!(devices.of(ana, NOW).await, Ok(vec![]));
}

async fn of_two_owners_at_once_one_is_the_last(backend: Backend) {
    let (ana, ben) = (account(&backend, "ana@example.org").await, account(&backend, "ben@example.org").await);
    let (hers, his) = (session(&backend, ana).await, session(&backend, ben).await);
    for _ in 0..8 {
        let asked = [(ana, hers), (ben, his)].map(|(account, session)| {
            let devices = backend.store.devices().clone();
            tokio::spawn(async move { devices.register(&browser(account, session, 1), 9).await })
        });
        for one in asked {
            is(one.await.expect("no panic"));
        }
        let mut there = 0;
        for account in [ana, ben] {
            there += backend.store.devices().of(account, NOW).await.expect("a database").len();
        }
        assert_eq!(there, 1);
    }
}
