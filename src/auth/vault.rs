//! Secrets at rest: sealed for one account with a key of the server (AES-256-GCM, the account's id as associated data), so that a copy
//! of the database gives none of them, and a row that is moved to another account opens for nobody. It must never let a key out.

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey},
    hmac,
};
use lockstep_protocol::{
    codes::{Code, Failure},
    ids::{AccountId, BoardId, LinkId, TokenId},
};
use secrecy::SecretSlice;

/// How what follows is sealed.
const VERSION: u8 = 1;
const NONCE_BYTES: usize = 12;

/// See the module.
pub struct Vault {
    sealing: RandomizedNonceKey,
    sums: hmac::Key,
    tokens: hmac::Key,
    links: hmac::Key,
}

impl Vault {
    pub fn new(root: &[u8; 32]) -> Result<Self, Failure> {
        let sealing = blake3::derive_key("lockstep 2026-11 sealing of factors", root);
        let sums = blake3::derive_key("lockstep 2026-11 sums of recovery codes", root);
        let tokens = blake3::derive_key("lockstep 2026-11 sums of access tokens", root);
        let links = blake3::derive_key("lockstep 2026-11 sums of public links", root);
        let sealing = RandomizedNonceKey::new(&AES_256_GCM, &sealing).map_err(|_| Failure::new(Code::Internal))?;
        let key = |bytes: &[u8; 32]| hmac::Key::new(hmac::HMAC_SHA256, bytes);
        Ok(Self { sealing, sums: key(&sums), tokens: key(&tokens), links: key(&links) })
    }

    /// Version, nonce, sealed bytes with their tag.
    pub fn seal(&self, account: AccountId, secret: &[u8]) -> Result<Vec<u8>, Failure> {
        let mut sealed = secret.to_vec();
        let nonce = self.sealing.seal_in_place_append_tag(Aad::from(associated(account)), &mut sealed);
        let nonce = nonce.map_err(|_| Failure::new(Code::Internal))?;
        Ok([&[VERSION][..], nonce.as_ref(), &sealed].concat())
    }

    /// `None`: sealed with another key or for another account, or damaged.
    pub fn open(&self, account: AccountId, sealed: &[u8]) -> Option<SecretSlice<u8>> {
        let (&version, rest) = sealed.split_first()?;
        let (nonce, bytes) = rest.split_at_checked(NONCE_BYTES)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok().filter(|_| version == VERSION)?;
        let mut bytes = bytes.to_vec();
        let opened = self.sealing.open_in_place(nonce, Aad::from(associated(account)), &mut bytes).ok()?;
        Some(SecretSlice::from(opened.to_vec()))
    }

    /// All that is stored of a recovery code: without the server's key it cannot even be guessed at.
    pub fn sum(&self, account: AccountId, code: &[u8]) -> [u8; 32] {
        sum(&self.sums, &[account.0.as_bytes(), code])
    }

    /// All that is stored of an access token for programs: it fits this token of this account alone.
    pub fn token_sum(&self, account: AccountId, token: TokenId, secret: &[u8; 32]) -> [u8; 32] {
        sum(&self.tokens, &[account.0.as_bytes(), token.0.as_bytes(), secret])
    }

    /// All that is stored of a public link: it fits this link of this board alone.
    pub fn link_sum(&self, board: BoardId, link: LinkId, secret: &[u8; 32]) -> [u8; 32] {
        sum(&self.links, &[board.0.as_bytes(), link.0.as_bytes(), secret])
    }
}

/// Of parts whose lengths nobody chooses, but the last one's.
fn sum(key: &hmac::Key, parts: &[&[u8]]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(key);
    parts.iter().for_each(|part| context.update(part));
    let mut sum = [0; 32];
    sum.copy_from_slice(context.sign().as_ref());
    sum
}

const fn associated(account: AccountId) -> [u8; 16] {
    account.0.into_bytes()
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_is_sealed_opens_with_this_key_for_this_account_and_unharmed() {
        let vault = |root: u8| Vault::new(&[root; 32]).expect("a vault");
        let (ana, ben) = (AccountId(Uuid::from_u128(1)), AccountId(Uuid::from_u128(2)));
        let sealed = vault(1).seal(ana, b"twenty bytes, secret").expect("sealed");
        assert_ne!(sealed, vault(1).seal(ana, b"twenty bytes, secret").expect("sealed"), "never the same twice");
        let opened = vault(1).open(ana, &sealed).expect("opens");
        assert_eq!(opened.expose_secret(), b"twenty bytes, secret");
        assert!(vault(1).open(ben, &sealed).is_none() && vault(2).open(ana, &sealed).is_none());
        for at in 0..sealed.len() {
            let mut harmed = sealed.clone();
            harmed[at] ^= 1;
            assert!(vault(1).open(ana, &harmed).is_none(), "byte {at}");
            assert!(vault(1).open(ana, &sealed[..at]).is_none(), "cut at {at}");
        }
    }

    #[test]
    fn a_sum_belongs_to_one_account_secret_and_key() {
        let vault = |root: u8| Vault::new(&[root; 32]).expect("a vault");
        let (ana, ben) = (AccountId(Uuid::from_u128(1)), AccountId(Uuid::from_u128(2)));
        let sum = vault(1).sum(ana, b"code");
        assert_eq!(sum, vault(1).sum(ana, b"code"));
        for other in [vault(1).sum(ben, b"code"), vault(1).sum(ana, b"cod"), vault(2).sum(ana, b"code")] {
            assert_ne!(sum, other);
        }
        let (one, two) = (TokenId(Uuid::from_u128(3)), TokenId(Uuid::from_u128(4)));
        let sum = vault(1).token_sum(ana, one, &[7; 32]);
        assert_eq!(sum, vault(1).token_sum(ana, one, &[7; 32]));
        for other in [
            vault(1).token_sum(ben, one, &[7; 32]),
            vault(1).token_sum(ana, two, &[7; 32]),
            vault(1).token_sum(ana, one, &[8; 32]),
            vault(2).token_sum(ana, one, &[7; 32]),
        ] {
            assert_ne!(sum, other);
        }
        let (board, link) = (|id| BoardId(Uuid::from_u128(id)), |id| LinkId(Uuid::from_u128(id)));
        let sum = vault(1).link_sum(board(1), link(3), &[7; 32]);
        for other in [
            vault(1).token_sum(ana, one, &[7; 32]),
            vault(1).link_sum(board(2), link(3), &[7; 32]),
            vault(1).link_sum(board(1), link(4), &[7; 32]),
            vault(1).link_sum(board(1), link(3), &[8; 32]),
            vault(2).link_sum(board(1), link(3), &[7; 32]),
        ] {
            assert_ne!(sum, other);
        }
    }
}
