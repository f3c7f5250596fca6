//! Recovery codes: written down by their owner, good once each. 80 bits, so that guessing is hopeless. It must never hand one to
//! the store or a log.

use data_encoding::BASE32_NOPAD;
use lockstep_protocol::codes::{Code, Failure};

const CODE_BYTES: usize = 10;
const GROUP: usize = 4;

/// A code as it is shown once: `abcd-efgh-ijkl-mnop`.
pub fn fresh_code() -> Result<String, Failure> {
    let mut bytes = [0; CODE_BYTES];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Failure::new(Code::Internal))?;
    let text = BASE32_NOPAD.encode(&bytes).to_ascii_lowercase();
    let groups: Vec<String> =
        text.chars().collect::<Vec<_>>().chunks(GROUP).map(|group| group.iter().collect()).collect();
    Ok(groups.join("-"))
}

/// What a code means, however it was typed; `None`: it is none.
pub fn read_code(text: &str) -> Option<Vec<u8>> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    // Letters and digits that look alike: the alphabet has no 0, 1 and 8.
    let plain = plain.to_ascii_uppercase().replace('0', "O").replace('1', "I").replace('8', "B");
    BASE32_NOPAD.decode(plain.as_bytes()).ok().filter(|bytes| bytes.len() == CODE_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_was_typed() {
        let code = fresh_code().expect("randomness");
        assert_eq!((code.len(), code.matches('-').count()), (19, 3));
        let read = read_code(&code).expect("reads");
        for typed in [
            code.to_uppercase(),
            code.replace('-', ""),
            format!(" {} ", code.replace('-', " ")),
            code.replace('o', "0"),
        ] {
            assert_eq!(read_code(&typed).as_ref(), Some(&read), "{typed}");
        }
        for text in ["", "abcd", &code[1..], &format!("{code}a"), "ääää-ääää-ääää-ääää"] {
            assert_eq!(read_code(text), None, "{text}");
        }
        assert_ne!(fresh_code().expect("randomness"), code);
    }
}
