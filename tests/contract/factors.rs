//! Authenticator apps, recovery codes, log-ins that await their second step.

use futures_util::future::join_all;
use lockstep::store::{
    factors::{Challenged, NewChallenge},
    passkeys::{NewPasskey, PasskeyAdded},
};
use lockstep_protocol::ids::{AccountId, FactorId};
use uuid::Uuid;

use super::{Backend, accounts::account, on_both};

on_both!(
    an_app_counts_once_it_was_confirmed,
    of_many_that_spend_one_step_one_does,
    a_recovery_code_is_spent_once_and_goes_with_the_last_factor,
    a_challenge_is_for_who_was_asked_and_ends_once,
    a_passkey_belongs_to_one_account_and_counts_upwards,
    of_many_passkeys_added_at_once_there_are_no_more_than_may_be,
    a_ceremony_is_finished_once,
);

const NOW: i64 = 1_000_000_000_000;

fn factor() -> FactorId {
    FactorId(Uuid::now_v7())
}

async fn an_app_counts_once_it_was_confirmed(backend: Backend) {
    let accounts = backend.store.accounts();
    let me = account(&backend, "a@example.org").await;
    let (first, second) = (factor(), factor());
    assert_eq!(accounts.begin_totp(me, first, b"one", NOW).await, Ok(true));
    assert_eq!(accounts.begin_totp(me, second, b"two", NOW + 1).await, Ok(true), "begun anew");
    assert_eq!(accounts.spend_totp(me, second, 5, NOW).await, Ok(false), "not in use yet");
    assert_eq!(accounts.confirm_totp(me, first, 4, &[[1; 32]], NOW + 2).await, Ok(false), "replaced");
    assert_eq!(accounts.recovery_codes_left(me).await, Ok(0));
    assert_eq!(accounts.confirm_totp(me, second, 4, &[[1; 32], [2; 32]], NOW + 2).await, Ok(true));
    assert_eq!(accounts.confirm_totp(me, second, 9, &[[3; 32]], NOW + 3).await, Ok(false), "in use already");
    assert_eq!(accounts.begin_totp(me, first, b"one", NOW).await, Ok(false));
    let known = accounts.totp(me).await.expect("a database").expect("there");
    assert_eq!((known.id, known.secret.as_slice(), known.last_step), (second, &b"two"[..], 4));
    assert_eq!((known.created_at, known.confirmed_at, known.last_used_at), (NOW + 1, Some(NOW + 2), None));
    assert_eq!(accounts.recovery_codes_left(me).await, Ok(2));
    let nobody = AccountId(Uuid::now_v7());
    assert_eq!(accounts.totp(nobody).await, Ok(None));
    assert_eq!(accounts.remove_totp(nobody, second).await, Ok(false));
}

async fn of_many_that_spend_one_step_one_does(backend: Backend) {
    let accounts = backend.store.accounts();
    let (me, id) = (account(&backend, "a@example.org").await, factor());
    accounts.begin_totp(me, id, b"one", NOW).await.expect("a database");
    accounts.confirm_totp(me, id, 4, &[], NOW).await.expect("a database");
    let spent = join_all((0..20).map(|_| accounts.spend_totp(me, id, 5, NOW))).await;
    assert_eq!(spent.into_iter().filter(|spent| *spent == Ok(true)).count(), 1);
    assert_eq!(accounts.spend_totp(me, id, 5, NOW).await, Ok(false));
    assert_eq!(accounts.spend_totp(me, id, 4, NOW).await, Ok(false), "an earlier one");
    assert_eq!(accounts.spend_totp(me, factor(), 6, NOW).await, Ok(false), "another app");
    assert_eq!(accounts.spend_totp(me, id, 6, NOW + 7).await, Ok(true));
    let known = accounts.totp(me).await.expect("a database").expect("there");
    assert_eq!((known.last_step, known.last_used_at), (6, Some(NOW + 7)));
}

async fn a_recovery_code_is_spent_once_and_goes_with_the_last_factor(backend: Backend) {
    let accounts = backend.store.accounts();
    let (me, other) = (account(&backend, "a@example.org").await, account(&backend, "b@example.org").await);
    let id = factor();
    accounts.begin_totp(me, id, b"one", NOW).await.expect("a database");
    accounts.confirm_totp(me, id, 4, &[[1; 32], [2; 32]], NOW).await.expect("a database");
    assert_eq!(accounts.spend_recovery_code(other, &[1; 32], NOW).await, Ok(false), "another's code");
    let spent = join_all((0..20).map(|_| accounts.spend_recovery_code(me, &[1; 32], NOW))).await;
    assert_eq!(spent.into_iter().filter(|spent| *spent == Ok(true)).count(), 1);
    assert_eq!(accounts.recovery_codes_left(me).await, Ok(1));
    accounts.replace_recovery_codes(me, &[[5; 32], [6; 32], [7; 32]]).await.expect("a database");
    assert_eq!(accounts.spend_recovery_code(me, &[2; 32], NOW).await, Ok(false));
    assert_eq!(accounts.recovery_codes_left(me).await, Ok(3));
    assert_eq!(accounts.remove_totp(me, id).await, Ok(true));
    assert_eq!(accounts.recovery_codes_left(me).await, Ok(0));
}

async fn a_challenge_is_for_who_was_asked_and_ends_once(backend: Backend) {
    let accounts = backend.store.accounts();
    let me = account(&backend, "a@example.org").await;
    let new = |challenge: u8, at: i64| NewChallenge {
        challenge: [challenge; 32],
        account: me,
        mark: b"mark".to_vec(),
        binding: b"here".to_vec(),
        passkey: Some("state".into()),
        at,
        expires_at: at + 300,
    };
    accounts.add_challenge(&new(1, NOW)).await.expect("a database");
    let asked = Challenged { account: me, mark: b"mark".to_vec(), passkey: Some("state".into()) };
    assert_eq!(accounts.challenge(&[1; 32], b"here", NOW).await, Ok(Some(asked)));
    assert_eq!(accounts.challenge(&[1; 32], b"there", NOW).await, Ok(None));
    assert_eq!(accounts.challenge(&[2; 32], b"here", NOW).await, Ok(None));
    assert_eq!(accounts.challenge(&[1; 32], b"here", NOW + 300).await, Ok(None), "too late");
    let tried = join_all((0..20).map(|_| accounts.try_challenge(&[1; 32], 5, NOW))).await;
    assert_eq!(tried.into_iter().filter(|tried| *tried == Ok(true)).count(), 5);
    assert_eq!(accounts.try_challenge(&[1; 32], 9, NOW + 300).await, Ok(false), "too late");
    let ended = join_all((0..20).map(|_| accounts.end_challenge(&[1; 32]))).await;
    assert_eq!(ended.into_iter().filter(|ended| *ended == Ok(true)).count(), 1);
    // What ended is forgotten with the next.
    accounts.add_challenge(&new(2, NOW)).await.expect("a database");
    accounts.add_challenge(&new(3, NOW + 300)).await.expect("a database");
    assert_eq!(accounts.end_challenge(&[2; 32]).await, Ok(false));
    assert_eq!(accounts.end_challenge(&[3; 32]).await, Ok(true));
}

fn passkey(account: AccountId, credential: u8) -> NewPasskey {
    NewPasskey {
        id: factor(),
        account,
        credential: vec![credential; 32],
        state: "{}".into(),
        name: "Phone".into(),
        at: NOW,
        keep: 3,
        codes: vec![[credential; 32], [credential + 100; 32]],
    }
}

async fn a_passkey_belongs_to_one_account_and_counts_upwards(backend: Backend) {
    let accounts = backend.store.accounts();
    let (me, other) = (account(&backend, "a@example.org").await, account(&backend, "b@example.org").await);
    let new = passkey(me, 1);
    assert_eq!(accounts.add_passkey(&new).await, Ok(PasskeyAdded::Added { codes: true }));
    assert_eq!(accounts.add_passkey(&NewPasskey { account: other, ..passkey(me, 1) }).await, Ok(PasskeyAdded::Known));
    assert_eq!(accounts.recovery_codes_left(other).await, Ok(0));
    let known = accounts.passkey_of(&[1; 32]).await.expect("a database").expect("there");
    assert_eq!((known.id, known.account, known.last_used_at), (new.id, me, None));
    assert_eq!(accounts.passkey_of(&[2; 32]).await, Ok(None));
    assert_eq!(accounts.use_passkey(new.id, "{0}", 0, NOW + 1).await, Ok(true), "a device that does not count");
    assert_eq!(accounts.use_passkey(new.id, "{0}", 0, NOW + 1).await, Ok(true));
    let used = join_all((0..20).map(|_| accounts.use_passkey(new.id, "{7}", 7, NOW + 2))).await;
    assert_eq!(used.into_iter().filter(|used| *used == Ok(true)).count(), 1);
    for counter in [0, 6, 7] {
        assert_eq!(accounts.use_passkey(new.id, "{}", counter, NOW + 3).await, Ok(false));
    }
    assert_eq!(accounts.rename_passkey(other, new.id, "Mine").await, Ok(false));
    assert_eq!(accounts.rename_passkey(me, new.id, "Key").await, Ok(true));
    let held = accounts.passkeys(me).await.expect("a database");
    assert_eq!((held[0].name.as_str(), held[0].state.as_str(), held[0].last_used_at), ("Key", "{7}", Some(NOW + 2)));
    assert_eq!(accounts.remove_passkey(other, new.id).await, Ok(false));
    assert_eq!(accounts.recovery_codes_left(me).await, Ok(2));
    assert_eq!(accounts.remove_passkey(me, new.id).await, Ok(true));
    assert_eq!(accounts.use_passkey(new.id, "{}", 9, NOW).await, Ok(false));
    assert_eq!(accounts.recovery_codes_left(me).await, Ok(0), "they go with the last factor");
}

async fn of_many_passkeys_added_at_once_there_are_no_more_than_may_be(backend: Backend) {
    let accounts = backend.store.accounts();
    let me = account(&backend, "a@example.org").await;
    let new: Vec<NewPasskey> = (0..30).map(|credential| passkey(me, credential)).collect();
    let added = join_all(new.iter().map(|new| accounts.add_passkey(new))).await;
    let codes = |taken: bool| added.iter().filter(|added| **added == Ok(PasskeyAdded::Added { codes: taken })).count();
    assert_eq!((codes(true), codes(false)), (1, 2), "{added:?}");
    assert_eq!(accounts.passkeys(me).await.map(|held| held.len()), Ok(3));
    assert_eq!(accounts.recovery_codes_left(me).await, Ok(2));
}

async fn a_ceremony_is_finished_once(backend: Backend) {
    let accounts = backend.store.accounts();
    let spent = join_all((0..20).map(|_| accounts.spend_ceremony(&[1; 32], NOW + 300, NOW))).await;
    assert_eq!(spent.into_iter().filter(|spent| *spent == Ok(true)).count(), 1);
    assert_eq!(accounts.spend_ceremony(&[2; 32], NOW + 300, NOW + 299).await, Ok(true));
    assert_eq!(accounts.spend_ceremony(&[1; 32], NOW + 300, NOW + 299).await, Ok(false));
}
