//! E-mail addresses and networks, in one spelling each. It must never ask anybody whether an address exists.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use lockstep_protocol::{
    codes::{Code, Failure},
    limits::Limits,
};
use unicode_normalization::UnicodeNormalization;

/// The one spelling of an address (trimmed, NFC, lower case), refused where it cannot be one. Whether mail arrives is another matter.
pub fn normal_email(text: &str, limits: &Limits) -> Result<String, Failure> {
    let email: String = text.trim().nfc().collect::<String>().to_lowercase();
    if email.is_empty() {
        return Err(Failure::new(Code::FieldRequired).field("email"));
    }
    if email.len() > limits.email_bytes_max {
        return Err(Failure::new(Code::FieldTooLong).field("email").limit(limits.email_bytes_max as u64));
    }
    let invalid = || Failure::because(Code::FieldInvalid, "This is not an e-mail address.").field("email");
    let (local, domain) = email.rsplit_once('@').ok_or_else(invalid)?;
    let strange = |c: char| c.is_control() || c.is_whitespace() || "\"(),:;<>[\\]@".contains(c);
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let local_fits = !local.is_empty() && local.len() <= 64 && !local.contains(strange);
    let dots_fit = !local.starts_with('.') && !local.ends_with('.') && !local.contains("..");
    if local_fits && dots_fit && domain.split('.').all(label) && domain.contains('.') {
        Ok(email)
    } else {
        Err(invalid())
    }
}

/// The name of a person or a thing: trimmed, NFC, not empty, no control characters.
pub fn normal_name(text: &str, limits: &Limits) -> Result<String, Failure> {
    let name: String = text.trim().nfc().collect();
    if name.is_empty() {
        return Err(Failure::new(Code::FieldRequired).field("name"));
    }
    if name.chars().count() > limits.name_chars_max || name.len() > limits.name_bytes_max {
        return Err(Failure::new(Code::FieldTooLong).field("name").limit(limits.name_chars_max as u64));
    }
    if name.chars().any(char::is_control) {
        return Err(Failure::new(Code::FieldInvalid).field("name"));
    }
    Ok(name)
}

/// A locale as browsers name it (RFC 5646: `de-CH`), or nothing. Whether we have the language is another matter.
pub fn normal_locale(text: &str) -> Result<String, Failure> {
    let fits = text.len() <= 35
        && text.split('-').all(|part| (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric()));
    if text.is_empty() || fits { Ok(text.to_owned()) } else { Err(Failure::new(Code::FieldInvalid).field("locale")) }
}

/// A time zone by its name in the tz database (`Europe/Zurich`), or nothing. Only its form is looked at: browsers know newer names.
pub fn normal_time_zone(text: &str) -> Result<String, Failure> {
    let part = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "_+-".contains(c));
    let fits = text.len() <= 64 && text.split('/').all(part);
    if text.is_empty() || fits { Ok(text.to_owned()) } else { Err(Failure::new(Code::FieldInvalid).field("time_zone")) }
}

/// The network an address belongs to: /24 in IPv4, /48 in IPv6. What one subscriber can easily change stays the same.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            Ipv4Addr::new(a, b, c, 0).into()
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_spelling() {
        let limits = Limits::default();
        assert_eq!(normal_email("  Ana.Lopez@Example.ORG ", &limits).as_deref(), Ok("ana.lopez@example.org"));
        assert_eq!(normal_email("ana+x@demo.lockstep", &limits).as_deref(), Ok("ana+x@demo.lockstep"));
        for text in
            ["ana", "ana@", "@b.c", "a b@c.d", "a@b", "a@b..c", "a@-b.c", ".a@b.c", "a..b@c.d", "a@b.c\u{0}", "a@b@c.d"]
        {
            let code = normal_email(text, &limits).map_err(|failure| failure.code);
            assert_eq!(code, Err(Code::FieldInvalid), "{text:?}");
        }
        let long = format!("{}@{}.org", "a".repeat(64), "b".repeat(190));
        assert_eq!(normal_email(&long, &limits).map_err(|failure| failure.code), Err(Code::FieldTooLong));
    }

    #[test]
    fn a_name_is_one_line_of_bounded_length() {
        let limits = Limits::default();
        let code = |text: &str| normal_name(text, &limits).map_err(|failure| failure.code);
        assert_eq!(code(" Ana "), Ok("Ana".to_owned()));
        assert_eq!(code("  "), Err(Code::FieldRequired));
        assert_eq!(code("a\nb"), Err(Code::FieldInvalid));
        assert_eq!(code(&"a".repeat(120)).map(|name| name.len()), Ok(120));
        assert_eq!(code(&"a".repeat(121)), Err(Code::FieldTooLong));
    }

    #[test]
    fn locales_and_time_zones_have_a_form() {
        for text in ["", "en", "de-CH", "zh-Hant-TW"] {
            assert_eq!(normal_locale(text).as_deref(), Ok(text));
        }
        for text in ["de_CH", "-", "de-", "<script>", "a".repeat(40).as_str()] {
            assert_eq!(normal_locale(text).map_err(|failure| failure.code), Err(Code::FieldInvalid), "{text}");
        }
        for text in ["", "UTC", "Europe/Zurich", "America/Argentina/Buenos_Aires", "Etc/GMT+5"] {
            assert_eq!(normal_time_zone(text).as_deref(), Ok(text));
        }
        for text in ["Europe/", "/", "a b", "../etc", "a".repeat(80).as_str()] {
            assert_eq!(normal_time_zone(text).map_err(|failure| failure.code), Err(Code::FieldInvalid), "{text}");
        }
    }

    #[test]
    fn neighbours_share_a_network() {
        let of = |text: &str| network(text.parse().expect("an address"));
        assert_eq!(of("10.1.2.3"), of("10.1.2.250"));
        assert_ne!(of("10.1.2.3"), of("10.1.3.3"));
        assert_eq!(of("::ffff:10.1.2.3"), of("10.1.2.9"));
        assert_eq!(of("2001:db8:1:2::3"), of("2001:db8:1:ffff::1"));
        assert_ne!(of("2001:db8:1::"), of("2001:db8:2::"));
    }
}
