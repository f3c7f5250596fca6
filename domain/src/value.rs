//! Numbers and addresses as people type them, each in the one form in which it is kept: what is equal is written equally, on every
//! machine. Must never calculate with a number.

use std::cmp::Ordering;

use lockstep_protocol::{
    codes::{Code, Failure},
    limits::Limits,
};

use crate::refuse::invalid;

/// A decimal: `007.50` is `7.5`, and `-0` is `0`. There is no exponent, no infinity and nothing that is no number.
pub fn number(text: &str, field: &str, limits: &Limits) -> Result<String, Failure> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Failure::new(Code::FieldRequired).field(field));
    }
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let only_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && part.is_empty()) || !only_digits(whole) || !only_digits(part) {
        return Err(invalid(field, "A number is digits, with a point where it is not whole."));
    }
    let (whole, part) = (whole.trim_start_matches('0'), part.trim_end_matches('0'));
    let most = limits.field_number_digits_max;
    if whole.len() + part.len() > most {
        return Err(Failure::new(Code::FieldTooLong).field(field).limit(most as u64));
    }
    let point = if part.is_empty() { "" } else { "." };
    let zero = if whole.is_empty() { "0" } else { "" };
    let sign = if whole.is_empty() && part.is_empty() { "" } else { sign };
    Ok(format!("{sign}{zero}{whole}{point}{part}"))
}

/// Which of two numbers is less, each in the one form.
pub fn compare(a: &str, b: &str) -> Ordering {
    let (below, beyond) = (a.starts_with('-'), b.starts_with('-'));
    if below != beyond {
        return beyond.cmp(&below);
    }
    let ((a, a_part), (b, b_part)) = (digits(a), digits(b));
    // Without zeros in front the longer one is the greater; after the point the digits decide from the left.
    let larger = a.len().cmp(&b.len()).then(a.cmp(b)).then(a_part.cmp(b_part));
    if below { larger.reverse() } else { larger }
}

/// Before the point and after it.
fn digits(text: &str) -> (&str, &str) {
    let text = text.trim_start_matches('-');
    text.split_once('.').unwrap_or((text, ""))
}

/// An address of the web that shows where it leads: `http` or `https`, a host, and nobody's name or password before it.
pub fn url(text: &str, field: &str, limits: &Limits) -> Result<String, Failure> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Failure::new(Code::FieldRequired).field(field));
    }
    let most = limits.field_url_bytes_max;
    if text.len() > most {
        return Err(Failure::new(Code::FieldTooLong).field(field).limit(most as u64));
    }
    let refused = || invalid(field, "An address begins with http:// or https:// and has no spaces.");
    let (scheme, rest) = text.split_once("://").ok_or_else(refused)?;
    let scheme = ["http", "https"].into_iter().find(|known| scheme.eq_ignore_ascii_case(known)).ok_or_else(refused)?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host.is_empty() || host.starts_with(':') || host.contains('@') || !rest.chars().all(may_stand_in_url) {
        return Err(refused());
    }
    Ok(format!("{scheme}://{rest}"))
}

/// Letters of any script, and the signs of ASCII that browsers do not read as something else. What turns the direction of writing
/// around, or is not seen, stands in no address.
fn may_stand_in_url(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_graphic() && !matches!(c, '\\' | '"' | '<' | '>' | '`') } else { c.is_alphanumeric() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kept(text: &str) -> Option<String> {
        number(text, "value", &Limits::default()).ok()
    }

    #[test]
    fn a_number_has_one_form() {
        let same = [
            ("0", "0"),
            ("-0", "0"),
            ("-0.00", "0"),
            ("007.50", "7.5"),
            (" 12 ", "12"),
            (".5", "0.5"),
            ("5.", "5"),
            ("-.25", "-0.25"),
            ("100", "100"),
            ("999999999999999", "999999999999999"),
            ("-1.10", "-1.1"),
        ];
        for (typed, kept_as) in same {
            assert_eq!(kept(typed).as_deref(), Some(kept_as), "{typed}");
        }
        let wrong = [
            "",
            ".",
            "-",
            "-.",
            "1e5",
            "NaN",
            "inf",
            "-inf",
            "1,5",
            "1.2.3",
            "--1",
            "+1",
            "0x10",
            "1 000",
            "١٢",
            "1_0",
            "1234567890123456",
            "0.1234567890123456",
        ];
        for typed in wrong {
            assert_eq!(kept(typed), None, "{typed}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// What is kept is kept as it is, and is the number that was typed.
        #[test]
        fn what_is_kept_stays_as_it_is(typed in "-?[0-9]{0,9}(\\.[0-9]{0,8})?") {
            if let Some(once) = kept(&typed) {
                prop_assert_eq!(kept(&once).unwrap(), once.clone());
                let (a, b): (f64, f64) = (once.parse().unwrap(), typed.trim_end_matches('.').parse().unwrap());
                prop_assert_eq!(a, b);
            }
        }

        /// By their digits they stand as their amounts do.
        #[test]
        fn numbers_are_compared_as_numbers(a in "-?[0-9]{1,4}(\\.[0-9]{0,3})?", b in "-?[0-9]{1,4}(\\.[0-9]{0,3})?") {
            let (a, b) = (kept(&a).unwrap(), kept(&b).unwrap());
            let (one, other): (f64, f64) = (a.parse().unwrap(), b.parse().unwrap());
            prop_assert_eq!(Some(compare(&a, &b)), one.partial_cmp(&other), "{} {}", a, b);
        }

        /// Nothing that is kept has what a browser would read as another place.
        #[test]
        fn an_address_leads_where_it_says(typed in "(https?://|HTTPS://|javascript:|//)?[a-z0-9.@:/\\\\?#<> \\u{202e}\\u{7}é]{0,40}") {
            if let Ok(kept) = url(&typed, "value", &Limits::default()) {
                prop_assert!(kept.starts_with("http://") || kept.starts_with("https://"));
                let host = kept.split("://").nth(1).unwrap().split(['/', '?', '#']).next().unwrap();
                prop_assert!(!host.is_empty() && !host.contains('@'));
                let hidden = kept.contains(['\\', ' ', '<', '>', '\u{202e}', '\u{7}']);
                prop_assert!(!hidden, "{}", kept);
                prop_assert_eq!(url(&kept, "value", &Limits::default()).unwrap(), kept.clone());
            }
        }
    }

    #[test]
    fn an_address_is_of_the_web() {
        let limits = Limits::default();
        for fine in [
            "https://example.org",
            "http://a.b/c?d=e#f",
            "https://de.wikipedia.org/wiki/Größe",
            "http://[::1]:80/",
            "https://a/@b",
        ] {
            assert_eq!(url(fine, "value", &limits).as_deref(), Ok(fine));
        }
        assert_eq!(url(" HTTPS://Example.org ", "value", &limits).as_deref(), Ok("https://Example.org"));
        for wrong in [
            "",
            "example.org",
            "javascript:alert(1)",
            "data:text/html,x",
            "ftp://a",
            "http://",
            "https:///x",
            "http:/a",
            "https://bank.com@evil.org",
            "https://u:p@a",
            "http://a b",
            "https://a\n",
            "https://a\u{202e}b",
            "https://a\\b",
            "http://:80",
        ] {
            // What is trimmed does not count.
            assert!(url(wrong, "value", &limits).is_err() || wrong.ends_with('\n'), "{wrong}");
        }
        assert_eq!(
            url(&format!("https://{}", "a".repeat(2_041)), "value", &limits).unwrap_err().code,
            Code::FieldTooLong
        );
    }
}
