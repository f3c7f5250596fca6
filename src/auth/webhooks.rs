//! Secrets of webhooks (Standard Webhooks, 32 bytes): each follows from a key of the server, the webhook and its generation, so nothing that
//! could be used is stored. It must never be shown but when it is made.

use aws_lc_rs::hmac;
use data_encoding::BASE64;
use secrecy::SecretString;
use uuid::Uuid;

/// How long the secret before signs beside the one that took its place.
pub const BESIDE_US: i64 = 86_400_000_000;

/// Makes secrets of webhooks. Cheap to clone.
#[derive(Clone)]
pub struct HookSecrets {
    key: hmac::Key,
}

impl HookSecrets {
    pub const fn new(key: hmac::Key) -> Self {
        Self { key }
    }

    fn bytes(&self, webhook: Uuid, generation: u32) -> hmac::Tag {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(webhook.as_bytes());
        context.update(&generation.to_le_bytes());
        context.sign()
    }

    /// As whoever checks signatures is given it.
    pub fn text(&self, webhook: Uuid, generation: u32) -> SecretString {
        SecretString::from(format!("whsec_{}", BASE64.encode(self.bytes(webhook, generation).as_ref())))
    }

    /// The header of a message: `v1,` and the HMAC-SHA-256 of id, time and body; two of them while a secret is being replaced.
    pub fn signatures(&self, webhook: Uuid, generations: &[u32], signed: &str) -> String {
        let one = |generation: &u32| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, self.bytes(webhook, *generation).as_ref());
            format!("v1,{}", BASE64.encode(hmac::sign(&key, signed.as_bytes()).as_ref()))
        };
        generations.iter().map(one).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_secret_belongs_to_one_webhook_generation_and_server() {
        let secrets = |key: u8| HookSecrets::new(hmac::Key::new(hmac::HMAC_SHA256, &[key; 32]));
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let text = |key, webhook, generation| secrets(key).text(webhook, generation).expose_secret().to_owned();
        assert_eq!(text(1, one, 1), text(1, one, 1));
        for other in [text(2, one, 1), text(1, two, 1), text(1, one, 2)] {
            assert_ne!(text(1, one, 1), other);
        }
        let bytes = BASE64.decode(text(1, one, 1).strip_prefix("whsec_").unwrap().as_bytes()).unwrap();
        let key = hmac::Key::new(hmac::HMAC_SHA256, &bytes);
        let both = secrets(1).signatures(one, &[1, 2], "id.1.{}");
        let first = both.split(' ').next().unwrap().strip_prefix("v1,").unwrap();
        hmac::verify(&key, b"id.1.{}", &BASE64.decode(first.as_bytes()).unwrap())
            .expect("it is signed with what was given");
        assert_eq!(both.split(' ').count(), 2);
    }
}
