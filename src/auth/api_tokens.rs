//! Access tokens that people make for programs: `lsp_` and what `secrets` says. The store knows a keyed sum of the random bytes alone. A
//! token never opens what decides about log-ins: routes say which they open, and the rest stay shut.

use aws_lc_rs::constant_time;
use lockstep_domain::Credential;
use lockstep_protocol::{
    codes::{Code, Failure},
    command::account::{CreateToken, RevokeToken},
    ids::{AccountId, OrgId, SessionId, TokenId},
    values::{Micros, Scope},
};
use secrecy::SecretString;

use super::{
    Authenticated, Client,
    address::normal_name,
    secrets::Presented,
    service::{Auth, stored},
};
use crate::{letters::Letter, store::tokens::ApiToken};

/// Tells leaked tokens apart in searches of logs and repositories.
const PREFIX: &str = "lsp_";
/// What was written down and never came to be open is forgotten after this.
const FORGET_US: Micros = 600_000_000;
/// The end of one that has none: the largest number that every client reads exactly.
const NEVER: Micros = (1 << 53) - 1;

/// What a token is to be.
pub struct TokenWish {
    pub name: String,
    pub scopes: Vec<Scope>,
    pub expires_at: Option<Micros>,
}

/// Whether these bytes want to be such a token.
pub(super) fn is_api_token(token: &[u8]) -> bool {
    token.starts_with(PREFIX.as_bytes())
}

impl Auth {
    pub(super) async fn authenticate_token(&self, token: &[u8]) -> Result<Authenticated, Failure> {
        let refused = || Failure::new(Code::Unauthenticated);
        let presented = Presented::read(PREFIX, token).ok_or_else(refused)?;
        let known = self.accounts().token(TokenId(presented.id)).await.map_err(stored)?.ok_or_else(refused)?;
        let sum = self.vault().token_sum(known.account, known.id, &presented.secret);
        constant_time::verify_slices_are_equal(&sum, &known.sum).map_err(|_| refused())?;
        let now = self.clock().now();
        if known.expires_at.is_some_and(|end| end <= now) {
            return Err(Failure::because(Code::Unauthenticated, "The token's time is over."));
        }
        let credential = Credential::Token(known.id);
        let grant = self.check_open(known.account, credential).await?;
        if let Some(org) = known.org {
            self.check_member(org, known.account).await?;
        }
        if let Err(error) = self.accounts().touch_token(&known, now).await {
            tracing::warn!(%error, token = %known.id, "that a token was used is not noted");
        }
        let expires_at = known.expires_at.unwrap_or(NEVER);
        Ok(Authenticated { account: known.account, credential, grant, expires_at })
    }

    /// A program of an organization is nobody without it.
    async fn check_member(&self, org: OrgId, account: AccountId) -> Result<(), Failure> {
        let refused = || Failure::new(Code::Unauthenticated);
        let missing = |failure: Failure| if failure.code == Code::NotFound { refused() } else { failure };
        let directory = self.directory();
        if directory.organization(org).await.map_err(missing)?.state.role(account).is_some() {
            return Ok(());
        }
        // It may have become a member on another node a moment ago.
        if directory.services().bus.alone() {
            return Err(refused());
        }
        let now = directory.organization_now(org).await.map_err(missing)?;
        now.state.role(account).map(|_| ()).ok_or_else(refused)
    }

    /// Makes a token of `owner` for somebody who shows once more who they are, and writes to them about it. Its text is told now and
    /// never again.
    pub async fn make_token(
        &self,
        owner: AccountId,
        who: (AccountId, SessionId),
        password: Option<SecretString>,
        wish: TokenWish,
        client: &Client,
    ) -> Result<(SecretString, ApiToken), Failure> {
        let name = normal_name(&wish.name, self.limits())?;
        let by = self.step_up(who, password, client).await?.id;
        self.forget_stillborn(owner).await?;
        let presented = Presented::fresh(self.clock().fresh_id())?;
        let id = TokenId(presented.id);
        let new = ApiToken {
            id,
            account: owner,
            name,
            sum: self.vault().token_sum(owner, id, &presented.secret),
            created_at: self.clock().now(),
            expires_at: wish.expires_at,
            last_used_at: None,
            org: None,
        };
        // Worth nothing until the account's stream says that it is open: cut off here it never is.
        self.accounts().add_token(&new).await.map_err(stored)?;
        let create = CreateToken { token_id: new.id, scopes: wish.scopes, expires_at: wish.expires_at };
        if let Err(failure) = self.ask(owner.into(), by, create.into()).await {
            if !failure.temporary {
                self.accounts().remove_token(owner, new.id).await.map_err(stored)?;
            }
            return Err(failure);
        }
        tracing::info!(account = %owner, %by, token = %new.id, "a token was made");
        self.tell_of_token(owner, by, &new.name).await?;
        Ok((presented.text(PREFIX), new))
    }

    /// That there is a token more: whoever did not make it must hear of it.
    async fn tell_of_token(&self, owner: AccountId, by: AccountId, token: &str) -> Result<(), Failure> {
        let Some((to, name)) = self.addressee(by).await? else { return Ok(()) };
        let program = match self.accounts().profile(owner).await.map_err(stored)? {
            Some(program) if owner != by => format!(" ({})", program.name),
            _ => String::new(),
        };
        let letter = Letter::TokenMade { name, token: format!("{token}{program}") };
        self.scribe().queue(self.clock().fresh_id(), &to, &letter).await
    }

    /// What the account's stream does not know, of a making that was cut off or a token whose end came.
    async fn forget_stillborn(&self, account: AccountId) -> Result<(), Failure> {
        let (open, before) = (self.directory().account_now(account).await?, self.clock().now() - FORGET_US);
        for token in self.accounts().tokens(account).await.map_err(stored)? {
            if token.created_at < before && open.state.token(token.id).is_none() {
                self.accounts().remove_token(account, token.id).await.map_err(stored)?;
            }
        }
        Ok(())
    }

    /// The account's open tokens with what they open, newest first.
    pub async fn open_tokens(&self, account: AccountId) -> Result<Vec<(ApiToken, Vec<Scope>)>, Failure> {
        let open = self.directory().account_now(account).await?;
        let known = self.accounts().tokens(account).await.map_err(stored)?;
        let with_scopes = |token: ApiToken| Some((open.state.token(token.id)?.scopes.clone(), token));
        Ok(known.into_iter().filter_map(with_scopes).map(|(scopes, token)| (token, scopes)).collect())
    }

    /// Ends a token: what is asked with it from now on is refused, its live connections are closed.
    pub async fn revoke_token(&self, account: AccountId, by: AccountId, id: TokenId) -> Result<(), Failure> {
        let open = self.directory().account_now(account).await?.state.token(id).is_some();
        self.ask(account.into(), by, RevokeToken { token_id: id }.into()).await?;
        let known = self.accounts().remove_token(account, id).await.map_err(stored)?;
        if !open && !known {
            return Err(Failure::new(Code::NotFound));
        }
        tracing::info!(%account, %by, token = %id, "a token was revoked");
        Ok(())
    }
}
