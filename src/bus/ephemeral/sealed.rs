//! What lies in Redis is sealed (AES-256-GCM), each under a key of its own that follows from the cluster's key and the name it
//! lies under: whoever reads Redis learns nothing from it, and what was moved to another name or changed opens for nobody.

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};

use crate::bus::wire::ClusterKey;

const NONCE_BYTES: usize = 12;

/// See the module.
pub(super) struct Sealing([u8; 32]);

impl Sealing {
    pub fn new(key: &ClusterKey) -> Self {
        Self(blake3::derive_key("lockstep 2026-11 sealing of what nodes share for a while", &key.0))
    }

    fn key(&self, name: &str) -> Option<RandomizedNonceKey> {
        RandomizedNonceKey::new(&AES_256_GCM, blake3::keyed_hash(&self.0, name.as_bytes()).as_bytes()).ok()
    }

    /// Nonce, sealed bytes with their tag. `None`: there was no randomness.
    pub fn seal(&self, name: &str, plain: &[u8]) -> Option<Vec<u8>> {
        let mut sealed = plain.to_vec();
        let nonce = self.key(name)?.seal_in_place_append_tag(Aad::empty(), &mut sealed).ok()?;
        Some([&nonce.as_ref()[..], &sealed].concat())
    }

    /// `None`: sealed with another key or for another name, or damaged.
    pub fn open(&self, name: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, bytes) = sealed.split_at_checked(NONCE_BYTES)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut bytes = bytes.to_vec();
        let opened = self.key(name)?.open_in_place(nonce, Aad::empty(), &mut bytes).ok()?;
        Some(opened.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_in_redis_opens_under_its_name_with_this_key_and_unharmed() {
        let sealing = |key: u8| Sealing::new(&ClusterKey([key; 32]));
        let sealed = sealing(1).seal("here", b"198.51.100.7").expect("sealed");
        assert_ne!(Some(&sealed), sealing(1).seal("here", b"198.51.100.7").as_ref(), "never the same twice");
        assert_eq!(sealing(1).open("here", &sealed).as_deref(), Some(&b"198.51.100.7"[..]));
        assert_eq!((sealing(1).open("there", &sealed), sealing(2).open("here", &sealed)), (None, None));
        for at in 0..sealed.len() {
            let mut harmed = sealed.clone();
            harmed[at] ^= 1;
            assert_eq!(sealing(1).open("here", &harmed), None, "byte {at}");
            assert_eq!(sealing(1).open("here", &sealed[..at]), None, "cut at {at}");
        }
    }
}
