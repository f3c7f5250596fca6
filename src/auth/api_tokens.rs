//! Access tokens that people make for programs: `lsp_`, base64url of the token's id and 32 random bytes, and four characters by which
//! scanners of leaked secrets know one (base64url of the first three bytes of the SHA-256 of all before them). The store knows the
//! SHA-256 of the random bytes alone. A token never opens what decides about log-ins: routes say which they open, and the rest stay shut.

use aws_lc_rs::{constant_time, digest};
use data_encoding::BASE64URL_NOPAD;
use lockstep_domain::Credential;
use lockstep_protocol::{
    codes::{Code, Failure},
    command::account::{CreateToken, RevokeToken},
    ids::{AccountId, TokenId},
    values::{Micros, Scope},
};
use secrecy::SecretString;
use uuid::Uuid;

use super::{
    Authenticated,
    address::normal_name,
    service::{Auth, stored},
};
use crate::store::tokens::ApiToken;

/// Tells leaked tokens apart in searches of logs and repositories.
const PREFIX: &str = "lsp_";
const SECRET_BYTES: usize = 32;
/// The checksum's characters.
const CHECK_CHARS: usize = 4;
/// The end of one that has none: the largest number that every client reads exactly.
const NEVER: Micros = (1 << 53) - 1;

/// What a program presents.
struct Presented {
    id: TokenId,
    secret: [u8; SECRET_BYTES],
}

fn sum(bytes: &[u8]) -> [u8; 32] {
    let mut sum = [0; 32];
    sum.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    sum
}

fn check(text: &str) -> String {
    BASE64URL_NOPAD.encode(&sum(text.as_bytes())[..3])
}

impl Presented {
    fn fresh(id: TokenId) -> Result<Self, Failure> {
        let mut secret = [0; SECRET_BYTES];
        aws_lc_rs::rand::fill(&mut secret).map_err(|_| Failure::new(Code::Internal))?;
        Ok(Self { id, secret })
    }

    fn text(&self) -> SecretString {
        let body = [self.id.0.as_bytes().as_slice(), &self.secret].concat();
        let text = format!("{PREFIX}{}", BASE64URL_NOPAD.encode(&body));
        SecretString::from(format!("{text}{}", check(&text)))
    }

    /// `None`: not one of ours, so nobody needs to be asked.
    fn read(token: &[u8]) -> Option<Self> {
        let text = str::from_utf8(token).ok()?;
        let (body, given) = text.split_at_checked(text.len().checked_sub(CHECK_CHARS)?)?;
        let bytes = BASE64URL_NOPAD.decode(body.strip_prefix(PREFIX)?.as_bytes()).ok()?;
        let (id, secret) = bytes.split_at_checked(16)?;
        let read = Self { id: TokenId(Uuid::from_slice(id).ok()?), secret: secret.try_into().ok()? };
        (check(body) == given).then_some(read)
    }
}

/// Whether these bytes want to be such a token.
pub(super) fn is_api_token(token: &[u8]) -> bool {
    token.starts_with(PREFIX.as_bytes())
}

impl Auth {
    pub(super) async fn authenticate_token(&self, token: &[u8]) -> Result<Authenticated, Failure> {
        let refused = || Failure::new(Code::Unauthenticated);
        let presented = Presented::read(token).ok_or_else(refused)?;
        let known = self.accounts().token(presented.id).await.map_err(stored)?.ok_or_else(refused)?;
        constant_time::verify_slices_are_equal(&sum(&presented.secret), &known.secret).map_err(|_| refused())?;
        let now = self.clock().now();
        if known.expires_at.is_some_and(|end| end <= now) {
            return Err(Failure::because(Code::Unauthenticated, "The token's time is over."));
        }
        let credential = Credential::Token(known.id);
        self.check_open(known.account, credential).await?;
        if let Some(org) = known.org {
            // A program of an organization is nobody without it.
            let member = self.directory().organization(org).await?.state.role(known.account).is_some();
            if !member {
                return Err(refused());
            }
        }
        self.accounts().touch_token(&known, now).await.map_err(stored)?;
        Ok(Authenticated { account: known.account, credential, expires_at: known.expires_at.unwrap_or(NEVER) })
    }

    /// Makes a token, in the name of `by`; its text is shown now and never again.
    pub async fn make_token(
        &self,
        account: AccountId,
        by: AccountId,
        name: &str,
        scopes: Vec<Scope>,
        expires_at: Option<Micros>,
    ) -> Result<(SecretString, ApiToken), Failure> {
        let presented = Presented::fresh(TokenId(self.clock().fresh_id()))?;
        let new = ApiToken {
            id: presented.id,
            account,
            name: normal_name(name, self.limits())?,
            secret: sum(&presented.secret),
            scopes,
            created_at: self.clock().now(),
            expires_at,
            last_used_at: None,
            org: None,
        };
        // Worth nothing until the account's stream says that it is open: cut off here it never is.
        self.accounts().add_token(&new).await.map_err(stored)?;
        let create = CreateToken { token_id: new.id, scopes: new.scopes.clone(), expires_at };
        if let Err(failure) = self.ask(account.into(), by, create.into()).await {
            if !failure.temporary {
                self.accounts().remove_token(account, new.id).await.map_err(stored)?;
            }
            return Err(failure);
        }
        tracing::info!(%account, token = %new.id, "a token was made");
        Ok((presented.text(), new))
    }

    /// The account's open tokens, newest first.
    pub async fn open_tokens(&self, account: AccountId) -> Result<Vec<ApiToken>, Failure> {
        let open = self.directory().account(account).await?;
        let known = self.accounts().tokens(account).await.map_err(stored)?;
        Ok(known.into_iter().filter(|token| open.state.token(token.id).is_some()).collect())
    }

    /// Ends a token: what is asked with it from now on is refused, its live connections are closed.
    pub async fn revoke_token(&self, account: AccountId, by: AccountId, id: TokenId) -> Result<(), Failure> {
        let open = self.directory().account(account).await?.state.token(id).is_some();
        self.ask(account.into(), by, RevokeToken { token_id: id }.into()).await?;
        let known = self.accounts().remove_token(account, id).await.map_err(stored)?;
        tracing::info!(%account, token = %id, "a token was revoked");
        if open || known { Ok(()) } else { Err(Failure::new(Code::NotFound)) }
    }
}

impl Auth {
    /// Ends every token of an account.
    pub async fn revoke_tokens(&self, account: AccountId, by: AccountId) -> Result<(), Failure> {
        let open = self.directory().account_now(account).await?;
        for token in open.state.tokens() {
            self.ask(account.into(), by, RevokeToken { token_id: token.id }.into()).await?;
            self.accounts().remove_token(account, token.id).await.map_err(stored)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_token_survives_its_text_and_a_slip_of_the_pen_is_noticed() {
        let token = Presented::fresh(TokenId(Uuid::now_v7())).expect("randomness");
        let text = token.text();
        let text = text.expose_secret();
        assert_eq!(text.len(), 72);
        let read = Presented::read(text.as_bytes()).expect("reads");
        assert_eq!((read.id, read.secret), (token.id, token.secret));
        for at in 0..text.len() {
            let mut slipped = text.as_bytes().to_vec();
            slipped[at] = if slipped[at] == b'A' { b'B' } else { b'A' };
            assert!(Presented::read(&slipped).is_none(), "at {at}");
            assert!(Presented::read(&text.as_bytes()[..at]).is_none(), "cut at {at}");
        }
        assert!(Presented::read(format!("{text}A").as_bytes()).is_none());
        assert!(Presented::read(b"lsp_\xff\xff\xff\xff\xff").is_none());
    }
}
