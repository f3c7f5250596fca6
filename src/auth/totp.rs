//! Codes of authenticator apps (RFC 6238 with what every app understands: SHA-1, six digits, 30 seconds). Ten lines on the one provider of
//! cryptography rather than a library: what matters here is which step a code belongs to, so that it can be spent. It must never say
//! whether a code was spent: the store decides that.

use aws_lc_rs::{constant_time, hmac};
use data_encoding::BASE32_NOPAD;
use lockstep_protocol::{
    codes::{Code, Failure},
    values::Micros,
};

const STEP_SECONDS: i64 = 30;
const DIGITS: usize = 6;
/// Steps before and after the present one whose codes are taken: clocks of phones differ (RFC 6238 section 5.2).
const DRIFT: i64 = 1;
/// RFC 4226 section 4, R6: at least 128 bits, 160 recommended.
const SECRET_BYTES: usize = 20;
/// Who gave out the secret, as apps show it.
const ISSUER: &str = "Lockstep";

pub fn fresh_secret() -> Result<[u8; SECRET_BYTES], Failure> {
    let mut secret = [0; SECRET_BYTES];
    aws_lc_rs::rand::fill(&mut secret).map_err(|_| Failure::new(Code::Internal))?;
    Ok(secret)
}

/// As people type it where they cannot scan.
pub fn secret_text(secret: &[u8]) -> String {
    BASE32_NOPAD.encode(secret)
}

/// What a QR code holds.
pub fn uri(secret: &[u8], email: &str) -> String {
    let (secret, account) = (secret_text(secret), percent(email));
    format!("otpauth://totp/{ISSUER}:{account}?secret={secret}&issuer={ISSUER}&algorithm=SHA1&digits=6&period=30")
}

/// RFC 3986 section 2.1, of all but unreserved characters.
fn percent(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if plain(byte) { out.push(char::from(byte)) } else { out.push_str(&format!("%{byte:02X}")) }
    }
    out
}

/// The step that an unspent code (later than `spent`) belongs to; `None`: it is no code of now. Spaces are the person's.
pub fn step_of(secret: &[u8], code: &str, spent: i64, now: Micros) -> Option<i64> {
    let code: Vec<u8> = code.bytes().filter(|byte| *byte != b' ').collect();
    let present = now.div_euclid(1_000_000).div_euclid(STEP_SECONDS);
    let mut found = None;
    // All are compared, whichever fits.
    for step in present - DRIFT..=present + DRIFT {
        let fits = constant_time::verify_slices_are_equal(code_at(secret, step).as_bytes(), &code).is_ok();
        if fits && step > spent {
            found = found.or(Some(step));
        }
    }
    found
}

/// RFC 4226 section 5.3.
pub fn code_at(secret: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let sum = hmac::sign(&key, &step.to_be_bytes());
    let sum = sum.as_ref();
    let at = usize::from(sum[sum.len() - 1] & 0xf);
    let word = u32::from_be_bytes([sum[at] & 0x7f, sum[at + 1], sum[at + 2], sum[at + 3]]);
    format!("{:0width$}", word % 10_u32.pow(DIGITS as u32), width = DIGITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    /// RFC 6238 appendix B, the last six of its eight digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code_at(SECRET, seconds / 30), code, "at {seconds}");
        }
    }

    #[test]
    fn a_code_fits_one_step_around_now_and_not_one_that_was_spent() {
        let now = 1_800_000_000 * 1_000_000;
        let present = 1_800_000_000 / 30;
        let step = |offset: i64, spent: i64| step_of(SECRET, &code_at(SECRET, present + offset), spent, now);
        assert_eq!(step(0, 0), Some(present));
        assert_eq!((step(-1, 0), step(1, 0)), (Some(present - 1), Some(present + 1)));
        assert_eq!((step(-2, 0), step(2, 0)), (None, None));
        assert_eq!((step(0, present), step(0, present - 1)), (None, Some(present)));
        let spaced = format!(" {} ", code_at(SECRET, present));
        assert_eq!(step_of(SECRET, &spaced, 0, now), Some(present));
        for code in ["", "1", "abcdef", "0000000", "１２３４５６"] {
            assert_eq!(step_of(SECRET, code, 0, now), None, "{code:?}");
        }
    }

    #[test]
    fn a_uri_names_the_account_whatever_its_address_holds() {
        assert_eq!(
            uri(SECRET, "ana+x?&#%é@example.org"),
            "otpauth://totp/Lockstep:ana%2Bx%3F%26%23%25%C3%A9%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=Lockstep&algorithm=SHA1&digits=6&period=30"
        );
    }
}
