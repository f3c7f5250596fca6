//! Tokens for programs: what may be asked for. Must never know a secret.

use lockstep_protocol::{
    codes::{Code, Failure},
    command::account::CreateToken,
    event::{
        AccountEvent,
        account::{UserTokenCreated, UserTokenRevoked},
    },
    values::Micros,
};

use super::{Account, Token};
use crate::{
    aggregate::Ctx,
    refuse::{invalid, wrong_state},
};

impl Account {
    pub(super) fn create_token(&self, command: &CreateToken, ctx: &Ctx<'_>) -> Result<Vec<AccountEvent>, Failure> {
        if self.placeholder {
            return Err(wrong_state("A placeholder has no tokens."));
        }
        if self.deleted {
            return Err(wrong_state("This account was deleted."));
        }
        // Asked again by one who was cut off.
        if self.token(command.token_id).is_some() {
            return Ok(vec![]);
        }
        let scopes = &command.scopes;
        if scopes.is_empty() {
            return Err(Failure::new(Code::FieldRequired).field("scopes"));
        }
        if scopes.iter().enumerate().any(|(at, scope)| scopes[..at].contains(scope)) {
            return Err(invalid("scopes", "A scope is named twice."));
        }
        check_end(command.expires_at, ctx)?;
        let over = |token: &&Token| token.expires_at.is_some_and(|end| end <= ctx.now);
        let (ended, open): (Vec<_>, Vec<_>) = self.tokens.iter().partition(over);
        if open.len() >= ctx.limits.tokens_per_account_max {
            return Err(Failure::new(Code::LimitReached).limit(ctx.limits.tokens_per_account_max as u64));
        }
        let ended = ended.into_iter().map(|token| UserTokenRevoked { token_id: token.id }.into());
        let CreateToken { token_id, scopes, expires_at } = command.clone();
        Ok(ended.chain([UserTokenCreated { token_id, scopes, expires_at }.into()]).collect())
    }
}

/// A token may end by itself, in the future and not too far off.
fn check_end(end: Option<Micros>, ctx: &Ctx<'_>) -> Result<(), Failure> {
    let Some(end) = end else { return Ok(()) };
    let most = Micros::try_from(ctx.limits.api_token_life_ms_max.saturating_mul(1_000)).unwrap_or(Micros::MAX);
    if end <= ctx.now {
        return Err(invalid("expires_at", "This is in the past."));
    }
    if end > ctx.now.saturating_add(most) {
        let far = invalid("expires_at", "This is too far off; a token that does not end by itself says nothing here.");
        return Err(far.limit(ctx.limits.api_token_life_ms_max));
    }
    Ok(())
}
