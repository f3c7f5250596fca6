//! Access tokens: signed, short-lived, checked without the database. One algorithm (EdDSA with Ed25519), keys by name from our
//! own disk, claims into a strict struct. It must never believe anything of a token before its signature was checked.

use std::{collections::HashMap, sync::Arc};

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use lockstep_protocol::{
    codes::{Code, Failure},
    ids::{AccountId, SessionId},
    limits::Limits,
    values::Micros,
};
use serde::{Deserialize, Serialize};

use super::keys::{KeyError, ServerKeys};
use crate::clock::Clock;

/// RFC 9068: so that no other kind of token can pass for an access token.
const TYPE: &str = "at+jwt";
/// Who the tokens are for: this server's own interfaces.
pub const AUDIENCE: &str = "lockstep";
/// Clocks of nodes may differ by so much.
const LEEWAY_SECONDS: i64 = 5;

/// What a token says. Nothing may be missing, doubled or added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iss: String,
    aud: String,
    sub: AccountId,
    sid: SessionId,
    /// Seconds since 1970.
    iat: i64,
    nbf: i64,
    exp: i64,
}

/// Whom a genuine token names. Whether the session is still open is not known yet: see `authenticate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    pub account: AccountId,
    pub session: SessionId,
    pub expires_at: Micros,
}

/// A fresh access token.
#[derive(Clone)]
pub struct Issued {
    pub token: String,
    pub expires_at: Micros,
}

/// Makes and checks access tokens. Cheap to clone.
#[derive(Clone)]
pub struct AccessTokens(Arc<Inner>);

struct Inner {
    header: Header,
    signing: EncodingKey,
    verifying: HashMap<String, DecodingKey>,
    validation: Validation,
    issuer: String,
    life_seconds: i64,
    token_bytes_max: usize,
    jwks: serde_json::Value,
    clock: Clock,
}

impl AccessTokens {
    /// `issuer` is the server's public address.
    pub fn new(keys: &ServerKeys, issuer: &str, clock: Clock, limits: &Limits) -> Result<Self, KeyError> {
        let newest = keys.signing.first().ok_or(KeyError::NoRandomness)?;
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(newest.kid.clone());
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_audience(&[AUDIENCE]);
        validation.set_issuer(&[issuer]);
        validation.set_required_spec_claims(&["exp", "nbf", "aud", "iss", "sub"]);
        // Times are compared below with our own clock, which a test can hold still.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        let verifying =
            keys.signing.iter().map(|key| (key.kid.clone(), DecodingKey::from_ed_der(&key.public))).collect();
        let jwk = |key: &super::keys::SigningKey| {
            let x = data_encoding::BASE64URL_NOPAD.encode(&key.public);
            serde_json::json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": key.kid, "x": x })
        };
        let jwks = serde_json::json!({ "keys": keys.signing.iter().map(jwk).collect::<Vec<_>>() });
        Ok(Self(Arc::new(Inner {
            header,
            signing: EncodingKey::from_ed_der(&newest.pkcs8),
            verifying,
            validation,
            issuer: issuer.to_owned(),
            life_seconds: i64::try_from(limits.access_token_ms / 1_000).unwrap_or(i64::MAX),
            token_bytes_max: limits.token_bytes_max,
            jwks,
            clock,
        })))
    }

    pub fn issue(&self, account: AccountId, session: SessionId) -> Result<Issued, Failure> {
        let now = self.0.clock.now() / 1_000_000;
        let claims = Claims {
            iss: self.0.issuer.clone(),
            aud: AUDIENCE.to_owned(),
            sub: account,
            sid: session,
            iat: now,
            nbf: now,
            exp: now.saturating_add(self.0.life_seconds),
        };
        let token = jsonwebtoken::encode(&self.0.header, &claims, &self.0.signing).map_err(|error| {
            tracing::error!(%error, "an access token could not be signed");
            Failure::new(Code::Internal)
        })?;
        Ok(Issued { token, expires_at: claims.exp.saturating_mul(1_000_000) })
    }

    /// Every refusal looks alike but one: a genuine token whose time is over says so, for its holder may refresh it.
    pub fn verify(&self, token: &[u8]) -> Result<Named, Failure> {
        let refused = || Failure::new(Code::Unauthenticated);
        if token.len() > self.0.token_bytes_max {
            return Err(refused());
        }
        let header = jsonwebtoken::decode_header(token).map_err(|_| refused())?;
        let plain = header.jku.is_none()
            && header.jwk.is_none()
            && header.x5u.is_none()
            && header.x5c.is_none()
            && header.crit.is_none()
            && header.cty.is_none();
        if header.alg != Algorithm::EdDSA || header.typ.as_deref() != Some(TYPE) || !plain {
            return Err(refused());
        }
        let key = header.kid.as_ref().and_then(|kid| self.0.verifying.get(kid)).ok_or_else(refused)?;
        let claims = jsonwebtoken::decode::<Claims>(token, key, &self.0.validation).map_err(|_| refused())?.claims;
        let now = self.0.clock.now() / 1_000_000;
        let coming = claims.nbf.max(claims.iat) > now.saturating_add(LEEWAY_SECONDS);
        let lasting = claims.exp.saturating_sub(claims.iat) > self.0.life_seconds;
        if coming || lasting || claims.sub == AccountId::NIL || claims.sid == SessionId::NIL {
            return Err(refused());
        }
        if claims.exp.saturating_add(LEEWAY_SECONDS) <= now {
            return Err(Failure::new(Code::TokenExpired));
        }
        Ok(Named { account: claims.sub, session: claims.sid, expires_at: claims.exp.saturating_mul(1_000_000) })
    }

    /// RFC 7517: the public keys, for others that want to check a token.
    pub fn jwks(&self) -> &serde_json::Value {
        &self.0.jwks
    }
}

#[cfg(test)]
mod tests;
