//! What programs and links present: a prefix that tells what it is, base64url of an id and 32 random bytes, and four characters by which
//! scanners of leaked secrets know one (base64url of the first three bytes of the SHA-256 of all before them).

use aws_lc_rs::digest;
use data_encoding::BASE64URL_NOPAD;
use lockstep_protocol::codes::{Code, Failure};
use secrecy::SecretString;
use uuid::Uuid;

const SECRET_BYTES: usize = 32;
/// The checksum's characters.
const CHECK_CHARS: usize = 4;

/// What somebody presents: of which thing, and the bytes of which the store knows a keyed sum.
pub(super) struct Presented {
    pub id: Uuid,
    pub secret: [u8; SECRET_BYTES],
}

fn check(text: &str) -> String {
    BASE64URL_NOPAD.encode(&digest::digest(&digest::SHA256, text.as_bytes()).as_ref()[..3])
}

impl Presented {
    pub fn fresh(id: Uuid) -> Result<Self, Failure> {
        let mut secret = [0; SECRET_BYTES];
        aws_lc_rs::rand::fill(&mut secret).map_err(|_| Failure::new(Code::Internal))?;
        Ok(Self { id, secret })
    }

    pub fn text(&self, prefix: &str) -> SecretString {
        let body = [self.id.as_bytes().as_slice(), &self.secret].concat();
        let text = format!("{prefix}{}", BASE64URL_NOPAD.encode(&body));
        let check = check(&text);
        SecretString::from(text + &check)
    }

    /// `None`: not one of ours, so nobody needs to be asked.
    pub fn read(prefix: &str, token: &[u8]) -> Option<Self> {
        let text = str::from_utf8(token).ok()?;
        let (body, given) = text.split_at_checked(text.len().checked_sub(CHECK_CHARS)?)?;
        let bytes = BASE64URL_NOPAD.decode(body.strip_prefix(prefix)?.as_bytes()).ok()?;
        let (id, secret) = bytes.split_at_checked(16)?;
        let read = Self { id: Uuid::from_slice(id).ok()?, secret: secret.try_into().ok()? };
        (check(body) == given).then_some(read)
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_token_survives_its_text_and_a_slip_of_the_pen_is_noticed() {
        for prefix in ["lsp_", "lsl_"] {
            let token = Presented::fresh(Uuid::from_u128(7)).expect("randomness");
            let text = token.text(prefix);
            let text = text.expose_secret();
            assert_eq!(text.len(), 72);
            let read = Presented::read(prefix, text.as_bytes()).expect("reads");
            assert_eq!((read.id, read.secret), (token.id, token.secret));
            for at in 0..text.len() {
                let mut slipped = text.as_bytes().to_vec();
                slipped[at] = if slipped[at] == b'A' { b'B' } else { b'A' };
                assert!(Presented::read(prefix, &slipped).is_none(), "at {at}");
                assert!(Presented::read(prefix, &text.as_bytes()[..at]).is_none(), "cut at {at}");
            }
            assert!(Presented::read(prefix, format!("{text}A").as_bytes()).is_none());
            assert!(Presented::read(prefix, b"lsp_\xff\xff\xff\xff\xff").is_none());
            assert!(Presented::read("xxx_", text.as_bytes()).is_none());
        }
    }
}
