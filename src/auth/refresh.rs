//! Refresh tokens: opaque, 256 bits, known to the store by SHA-256 alone. A log-in is a family of them, of which one is unused;
//! using one makes the next. It must never hand a token to the store or a log.
//!
//! A successor is derived from its predecessor with a key of the server (HMAC-SHA-256), so that a client whose answer was lost
//! can be given the same one again without the server keeping it. Whoever holds an old token but not the key cannot compute it.

use aws_lc_rs::{digest, hmac};
use data_encoding::BASE64URL_NOPAD;
use lockstep_protocol::codes::{Code, Failure};
use secrecy::{ExposeSecret, SecretString};

/// Tells leaked tokens apart in searches of logs and repositories.
const PREFIX: &str = "lsr_";
const SECRET_BYTES: usize = 32;

/// SHA-256 of a token: what the store knows.
pub type TokenHash = [u8; 32];

/// A refresh token.
#[derive(Clone)]
pub struct RefreshToken([u8; SECRET_BYTES]);

impl RefreshToken {
    /// The first of a family.
    pub fn fresh() -> Result<Self, Failure> {
        let mut secret = [0; SECRET_BYTES];
        aws_lc_rs::rand::fill(&mut secret).map_err(|_| Failure::new(Code::Internal))?;
        Ok(Self(secret))
    }

    /// Reads what a client presents.
    pub fn parse(text: &SecretString) -> Result<Self, Failure> {
        let refused = || Failure::new(Code::Unauthenticated);
        let text = text.expose_secret().strip_prefix(PREFIX).ok_or_else(refused)?;
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| refused())?;
        bytes.try_into().map(Self).map_err(|_| refused())
    }

    /// As the client is given it.
    pub fn text(&self) -> SecretString {
        SecretString::from(format!("{PREFIX}{}", BASE64URL_NOPAD.encode(&self.0)))
    }

    /// The next of the family.
    pub fn successor(&self, key: &hmac::Key) -> Self {
        let mut secret = [0; SECRET_BYTES];
        secret.copy_from_slice(hmac::sign(key, &self.0).as_ref());
        Self(secret)
    }

    pub fn hash(&self) -> TokenHash {
        let mut sum = [0; 32];
        sum.copy_from_slice(digest::digest(&digest::SHA256, &self.0).as_ref());
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(secret: u8) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, &[secret; 32])
    }

    #[test]
    fn a_token_survives_its_text() {
        let token = RefreshToken::fresh().expect("randomness");
        let read = RefreshToken::parse(&token.text()).expect("parses");
        assert_eq!(read.hash(), token.hash());
        assert_eq!(token.text().expose_secret().len(), 47);
    }

    #[test]
    fn a_successor_is_the_same_each_time_and_needs_the_key() {
        let token = RefreshToken::fresh().expect("randomness");
        assert_eq!(token.successor(&key(1)).hash(), token.successor(&key(1)).hash());
        assert_ne!(token.successor(&key(1)).hash(), token.successor(&key(2)).hash());
        assert_ne!(token.successor(&key(1)).hash(), token.hash());
    }

    #[test]
    fn what_is_no_token_is_refused() {
        let token = RefreshToken::fresh().expect("randomness").text();
        let text = token.expose_secret();
        let broken = ["", "lsr_", &text[4..], &text[..46], &format!("{text}A"), &text.replace("lsr_", "lst_")];
        for text in broken {
            let parsed = RefreshToken::parse(&SecretString::from(text.to_owned()));
            assert_eq!(parsed.map(|_| ()).map_err(|failure| failure.code), Err(Code::Unauthenticated), "{text}");
        }
    }
}
