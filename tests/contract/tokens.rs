//! Access tokens for programs.

use lockstep::store::{accounts::AccountStatus, tokens::ApiToken};
use lockstep_protocol::ids::TokenId;
use uuid::Uuid;

use super::{Backend, accounts::account, on_both};

on_both!(a_token_is_known_by_its_id_while_its_account_may_act,);

const NOW: i64 = 1_000_000_000_000;

async fn a_token_is_known_by_its_id_while_its_account_may_act(backend: Backend) {
    let accounts = backend.store.accounts();
    let (me, other) = (account(&backend, "a@example.org").await, account(&backend, "b@example.org").await);
    let new = |at: i64| ApiToken {
        id: TokenId(Uuid::now_v7()),
        account: me,
        name: "Script".into(),
        sum: [7; 32],
        created_at: at,
        expires_at: Some(NOW + 9),
        last_used_at: None,
        org: None,
    };
    let (one, two) = (new(NOW), ApiToken { expires_at: None, ..new(NOW + 1) });
    for token in [&one, &two] {
        accounts.add_token(token).await.expect("a database");
    }
    assert_eq!(accounts.token(one.id).await, Ok(Some(one.clone())));
    assert_eq!(accounts.tokens(me).await, Ok(vec![two.clone(), one.clone()]));
    accounts.touch_token(&one, NOW + 5).await.expect("a database");
    let used = accounts.token(one.id).await.expect("a database").expect("there");
    accounts.touch_token(&used, NOW + 6).await.expect("a database");
    let used = accounts.token(one.id).await.expect("a database").expect("there");
    assert_eq!(used.last_used_at, Some(NOW + 5), "to the minute");
    assert_eq!(accounts.remove_token(other, two.id).await, Ok(false), "another's token");
    assert_eq!(accounts.remove_token(me, two.id).await, Ok(true));
    assert_eq!(accounts.token(two.id).await, Ok(None));
    assert_eq!(accounts.set_status(me, AccountStatus::Disabled).await, Ok(true));
    assert_eq!(accounts.token(one.id).await, Ok(None), "the account may not act");
}
