//! Mail on its way, and the one-time codes that it carries.

use futures_util::future::join_all;
use lockstep::store::{
    accounts::NewAccount,
    codes::OneTimeCode,
    mails::{MailState, NewMail, Tried},
};
use lockstep_protocol::ids::AccountId;
use uuid::Uuid;

use super::{Backend, on_both};

on_both!(
    a_code_is_used_once_by_one,
    a_code_ends_and_is_for_one_purpose,
    codes_of_an_account_are_closed_together,
    a_mail_waits_its_turn_until_it_is_sent_or_given_up,
    a_withheld_mail_is_never_due_nor_shown,
    old_rows_are_forgotten,
    an_address_is_proved_and_taken_by_one,
);

const NOW: i64 = 1_000_000_000_000;
const DAY: i64 = 86_400_000_000;

fn code(purpose: &str, account: Option<AccountId>) -> OneTimeCode {
    OneTimeCode {
        id: Uuid::now_v7(),
        purpose: purpose.into(),
        account,
        email: "ada@example.org".into(),
        data: "{}".into(),
        created_at: NOW,
        expires_at: NOW + DAY,
    }
}

async fn account(backend: &Backend, email: &str) -> AccountId {
    let id = AccountId(Uuid::now_v7());
    let new = NewAccount {
        id,
        email: email.into(),
        password_hash: None,
        name: "Ada".into(),
        locale: String::new(),
        time_zone: String::new(),
        verified: false,
        at: NOW,
    };
    backend.store.accounts().create(&new).await.expect("a database");
    id
}

async fn a_code_is_used_once_by_one(backend: Backend) {
    let (accounts, code) = (backend.store.accounts(), code("reset", None));
    accounts.create_code(&code).await.expect("a database");
    assert_eq!(accounts.peek_code(code.id, "reset", NOW).await, Ok(Some(code.clone())));
    let tries = join_all((0..50).map(|_| accounts.use_code(code.id, "reset", NOW + 1))).await;
    let used: Vec<_> = tries.into_iter().filter_map(|tried| tried.expect("a database")).collect();
    assert_eq!(used, std::slice::from_ref(&code));
    assert_eq!(accounts.peek_code(code.id, "reset", NOW).await, Ok(None));
}

async fn a_code_ends_and_is_for_one_purpose(backend: Backend) {
    let (accounts, code) = (backend.store.accounts(), code("reset", None));
    accounts.create_code(&code).await.expect("a database");
    assert_eq!(accounts.use_code(code.id, "register", NOW).await, Ok(None));
    assert_eq!(accounts.use_code(code.id, "reset", NOW + DAY).await, Ok(None));
    assert_eq!(accounts.use_code(Uuid::now_v7(), "reset", NOW).await, Ok(None));
    assert_eq!(accounts.use_code(code.id, "reset", NOW + DAY - 1).await, Ok(Some(code)));
}

async fn codes_of_an_account_are_closed_together(backend: Backend) {
    let accounts = backend.store.accounts();
    let (one, two) = (account(&backend, "a@example.org").await, account(&backend, "b@example.org").await);
    let (first, mut second) = (code("reset", Some(one)), code("reset", Some(one)));
    second.created_at += 1;
    let (other, elsewhere) = (code("verify", Some(one)), code("reset", Some(two)));
    for code in [&first, &second, &other, &elsewhere] {
        accounts.create_code(code).await.expect("a database");
    }
    assert_eq!(accounts.open_code(one, "reset", NOW).await, Ok(Some(second)));
    accounts.close_codes(one, "reset", NOW).await.expect("a database");
    assert_eq!(accounts.open_code(one, "reset", NOW).await, Ok(None));
    assert_eq!(accounts.open_code(one, "verify", NOW).await, Ok(Some(other)));
    assert_eq!(accounts.open_code(two, "reset", NOW).await, Ok(Some(elsewhere)));
}

fn mail(at: i64, state: MailState) -> NewMail {
    NewMail {
        id: Uuid::now_v7(),
        account: None,
        address: "ada@example.org".into(),
        language: "en".into(),
        letter: "{}".into(),
        state,
        at,
        expires_at: at + DAY,
    }
}

async fn a_mail_waits_its_turn_until_it_is_sent_or_given_up(backend: Backend) {
    let mails = backend.store.mails();
    let (first, second) = (mail(NOW, MailState::Queued), mail(NOW + 1, MailState::Queued));
    for new in [&second, &first, &first] {
        mails.queue(new).await.expect("a database");
    }
    let due = async |now| -> Vec<Uuid> {
        mails.due(now, 10).await.expect("a database").into_iter().map(|mail| mail.id).collect()
    };
    assert!(due(NOW - 1).await.is_empty());
    assert_eq!(due(NOW + 1).await, [first.id, second.id]);
    let later = Tried::Later { at: NOW + 50, error: "busy".into() };
    mails.tried(first.id, &later, NOW + 2).await.expect("a database");
    assert_eq!(due(NOW + 49).await, [second.id]);
    mails.tried(second.id, &Tried::Sent, NOW + 3).await.expect("a database");
    assert_eq!(due(NOW + 50).await, [first.id]);
    let waiting = mails.due(NOW + 50, 1).await.expect("a database").remove(0);
    assert_eq!((waiting.attempts, waiting.last_error.as_deref()), (1, Some("busy")));
    mails.tried(first.id, &Tried::Failed { error: "no such person".into() }, NOW + 51).await.expect("a database");
    // Whoever comes late changes nothing any more.
    mails.tried(first.id, &Tried::Sent, NOW + 52).await.expect("a database");
    assert!(due(NOW + DAY).await.is_empty());
    let shown: Vec<_> =
        mails.newest(10).await.expect("a database").into_iter().map(|mail| (mail.id, mail.state)).collect();
    assert_eq!(shown, [(second.id, MailState::Sent), (first.id, MailState::Failed)]);
}

async fn a_withheld_mail_is_never_due_nor_shown(backend: Backend) {
    let mails = backend.store.mails();
    mails.queue(&mail(NOW, MailState::Withheld)).await.expect("a database");
    assert_eq!(mails.due(NOW + DAY, 10).await, Ok(vec![]));
    assert_eq!(mails.newest(10).await, Ok(vec![]));
}

async fn old_rows_are_forgotten(backend: Backend) {
    let (mails, accounts) = (backend.store.mails(), backend.store.accounts());
    let one = account(&backend, "a@example.org").await;
    let (old, new) = (mail(NOW, MailState::Queued), NewMail { account: Some(one), ..mail(NOW + 9, MailState::Queued) });
    mails.queue(&old).await.expect("a database");
    mails.queue(&new).await.expect("a database");
    assert_eq!(mails.forget_before(NOW + 9).await, Ok(1));
    assert_eq!(mails.newest(10).await.expect("a database")[0].id, new.id);
    mails.forget_account(one).await.expect("a database");
    assert_eq!(mails.newest(10).await, Ok(vec![]));
    let code = code("reset", None);
    accounts.create_code(&code).await.expect("a database");
    assert_eq!(accounts.forget_codes_before(NOW + DAY).await, Ok(0));
    assert_eq!(accounts.forget_codes_before(NOW + DAY + 1).await, Ok(1));
}

async fn an_address_is_proved_and_taken_by_one(backend: Backend) {
    let accounts = backend.store.accounts();
    let (one, two) = (account(&backend, "a@example.org").await, account(&backend, "b@example.org").await);
    let verified = async |id| accounts.find(id).await.expect("a database").expect("there").email_verified_at;
    assert_eq!(verified(one).await, None);
    assert_eq!(accounts.set_email(one, "a@example.org", NOW).await, Ok(true));
    assert_eq!(verified(one).await, Some(NOW));
    assert_eq!(accounts.set_email(one, "b@example.org", NOW + 1).await, Ok(false));
    assert_eq!(accounts.set_email(AccountId(Uuid::now_v7()), "c@example.org", NOW).await, Ok(false));
    let both = join_all([one, two].map(|id| accounts.set_email(id, "c@example.org", NOW + 2))).await;
    assert_eq!(both.into_iter().filter(|taken| taken.clone().expect("a database")).count(), 1);
}
