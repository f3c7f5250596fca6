//! One-time codes: what a link in a mail carries. A code is an id and its HMAC-SHA-256 under a key of the server, so the database
//! holds nothing that could be used, and whoever renders a mail can write its code again. Whether a code was used, and until when
//! it holds, is the matter of whoever keeps the id. It must never keep or log a code.

use aws_lc_rs::hmac;
use data_encoding::BASE64URL_NOPAD;
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

const ID_BYTES: usize = 16;
const SUM_BYTES: usize = 32;

/// What a code is for: one for one purpose is worth nothing for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Completes a registration.
    Register,
    /// Proves an address of somebody who has an account.
    VerifyEmail,
    /// Sets a new password.
    ResetPassword,
    /// Lets somebody into an organization.
    Invitation,
    /// Ends mail of the kind that it came with.
    Unsubscribe,
    /// Proves a telephone number: in six digits, which are typed.
    Phone,
}

impl Purpose {
    /// Its name in tables and under the HMAC.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::VerifyEmail => "verify_email",
            Self::ResetPassword => "reset_password",
            Self::Invitation => "invitation",
            Self::Unsubscribe => "unsubscribe",
            Self::Phone => "phone",
        }
    }
}

/// Makes and reads codes. Cheap to clone.
#[derive(Clone)]
pub struct Codes {
    key: hmac::Key,
}

impl Codes {
    pub const fn new(key: hmac::Key) -> Self {
        Self { key }
    }

    /// The code of an id: 64 characters that need no escaping in an address.
    pub fn text(&self, purpose: Purpose, id: Uuid) -> SecretString {
        let mut bytes = Vec::with_capacity(ID_BYTES + SUM_BYTES);
        bytes.extend_from_slice(id.as_bytes());
        bytes.extend_from_slice(hmac::sign(&self.key, &signed(purpose, id)).as_ref());
        SecretString::from(BASE64URL_NOPAD.encode(&bytes))
    }

    /// A code that is typed, of an id. There are a million: whoever takes it counts the tries.
    pub fn digits(&self, purpose: Purpose, id: Uuid) -> SecretString {
        let sum = hmac::sign(&self.key, &signed(purpose, id));
        let number = sum.as_ref().iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
        SecretString::from(format!("{:06}", number % 1_000_000))
    }

    /// The id of a code, where this server made it for this purpose.
    pub fn read(&self, purpose: Purpose, text: &SecretString) -> Option<Uuid> {
        let bytes = BASE64URL_NOPAD.decode(text.expose_secret().as_bytes()).ok()?;
        let (id, sum) = bytes.split_at_checked(ID_BYTES)?;
        let id = Uuid::from_slice(id).ok()?;
        // Compares in constant time, lengths included.
        hmac::verify(&self.key, &signed(purpose, id), sum).ok()?;
        Some(id)
    }
}

fn signed(purpose: Purpose, id: Uuid) -> Vec<u8> {
    let mut bytes = id.as_bytes().to_vec();
    bytes.extend_from_slice(purpose.word().as_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(secret: u8) -> Codes {
        Codes::new(hmac::Key::new(hmac::HMAC_SHA256, &[secret; 32]))
    }

    #[test]
    fn a_code_is_read_by_who_made_it_for_what_it_is_for() {
        let (codes, id) = (codes(1), Uuid::from_u128(0x1234_5678));
        let text = codes.text(Purpose::ResetPassword, id);
        assert_eq!(text.expose_secret().len(), 64);
        assert_eq!(codes.read(Purpose::ResetPassword, &text), Some(id));
        assert_eq!(codes.read(Purpose::Register, &text), None);
        assert_eq!(self::codes(2).read(Purpose::ResetPassword, &text), None);
    }

    #[test]
    fn a_code_with_one_other_character_is_none() {
        let (codes, id) = (codes(1), Uuid::from_u128(0x1234_5678));
        let text = codes.text(Purpose::Register, id).expose_secret().to_owned();
        for at in 0..text.len() {
            let other = if text.as_bytes()[at] == b'A' { "B" } else { "A" };
            let forged = format!("{}{other}{}", &text[..at], &text[at + 1..]);
            assert_eq!(codes.read(Purpose::Register, &SecretString::from(forged)), None, "at {at}");
        }
        for short in ["", "A", &text[..22], &text[..63], &format!("{text}A")] {
            assert_eq!(codes.read(Purpose::Register, &SecretString::from(short.to_owned())), None, "{short}");
        }
    }
}
