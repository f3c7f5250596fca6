//! One emoji, as Unicode Technical Standard 51 puts it together. Which pictures a font has is not known here: a sequence that is formed
//! as an emoji is one. Must never take anything that could be read as text.

use lockstep_protocol::{
    codes::{Code, Failure},
    limits::Limits,
};

use crate::refuse::invalid;

const JOINER: char = '\u{200D}';
/// "Show it as a picture".
const PICTURE: char = '\u{FE0F}';
const KEYCAP: char = '\u{20E3}';

/// Characters that are pictures by themselves (the property Extended_Pictographic, by blocks).
const PICTURES: &[(char, char)] = &[
    ('\u{A9}', '\u{A9}'),
    ('\u{AE}', '\u{AE}'),
    ('\u{203C}', '\u{203C}'),
    ('\u{2049}', '\u{2049}'),
    ('\u{2122}', '\u{2122}'),
    ('\u{2139}', '\u{2139}'),
    ('\u{2194}', '\u{2199}'),
    ('\u{21A9}', '\u{21AA}'),
    ('\u{231A}', '\u{231B}'),
    ('\u{2328}', '\u{2328}'),
    ('\u{23CF}', '\u{23CF}'),
    ('\u{23E9}', '\u{23F3}'),
    ('\u{23F8}', '\u{23FA}'),
    ('\u{24C2}', '\u{24C2}'),
    ('\u{25AA}', '\u{25AB}'),
    ('\u{25B6}', '\u{25B6}'),
    ('\u{25C0}', '\u{25C0}'),
    ('\u{25FB}', '\u{25FE}'),
    ('\u{2600}', '\u{27BF}'),
    ('\u{2934}', '\u{2935}'),
    ('\u{2B05}', '\u{2B07}'),
    ('\u{2B1B}', '\u{2B1C}'),
    ('\u{2B50}', '\u{2B50}'),
    ('\u{2B55}', '\u{2B55}'),
    ('\u{3030}', '\u{3030}'),
    ('\u{303D}', '\u{303D}'),
    ('\u{3297}', '\u{3297}'),
    ('\u{3299}', '\u{3299}'),
    ('\u{1F004}', '\u{1F004}'),
    ('\u{1F0CF}', '\u{1F0CF}'),
    ('\u{1F170}', '\u{1F171}'),
    ('\u{1F17E}', '\u{1F17F}'),
    ('\u{1F18E}', '\u{1F18E}'),
    ('\u{1F191}', '\u{1F19A}'),
    ('\u{1F201}', '\u{1F202}'),
    ('\u{1F21A}', '\u{1F21A}'),
    ('\u{1F22F}', '\u{1F22F}'),
    ('\u{1F232}', '\u{1F23A}'),
    ('\u{1F250}', '\u{1F251}'),
    ('\u{1F300}', '\u{1F3FA}'),
    ('\u{1F400}', '\u{1FAFF}'),
];

/// Refuses what is not one emoji.
pub fn check(text: &str, field: &str, limits: &Limits) -> Result<(), Failure> {
    if text.is_empty() {
        return Err(Failure::new(Code::FieldRequired).field(field));
    }
    if text.len() > limits.emoji_bytes_max {
        return Err(Failure::new(Code::FieldTooLong).field(field).limit(limits.emoji_bytes_max as u64));
    }
    if is_one(text) { Ok(()) } else { Err(invalid(field, "It is one emoji and nothing else.")) }
}

/// A flag, a key, or pictures that are joined to one.
fn is_one(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    match chars[..] {
        [one, two] if is_letter_of_flag(one) && is_letter_of_flag(two) => true,
        ['0'..='9' | '#' | '*', PICTURE, KEYCAP] => true,
        _ => chars.split(|c| *c == JOINER).all(is_picture),
    }
}

fn is_letter_of_flag(c: char) -> bool {
    ('\u{1F1E6}'..='\u{1F1FF}').contains(&c)
}

/// A picture, perhaps told to be shown as one or given a colour of skin, perhaps with the tags of a region's flag.
fn is_picture(chars: &[char]) -> bool {
    let Some((first, rest)) = chars.split_first() else { return false };
    if !PICTURES.iter().any(|(from, to)| (from..=to).contains(&first)) {
        return false;
    }
    let rest = match rest {
        [PICTURE | '\u{1F3FB}'..='\u{1F3FF}', rest @ ..] => rest,
        rest => rest,
    };
    match rest.split_last() {
        None => true,
        Some((last, tags)) => {
            let are_tags = tags.iter().all(|c| ('\u{E0030}'..='\u{E007A}').contains(c));
            *first == '\u{1F3F4}' && *last == '\u{E007F}' && !tags.is_empty() && are_tags
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_emoji_is_taken_and_nothing_else() {
        let limits = Limits::default();
        let ok = |text: &str| check(text, "emoji", &limits).is_ok();
        for emoji in ["👍", "👍🏽", "🎉", "❤️", "❤", "☺️", "©️", "🇩🇪", "1️⃣", "#️⃣", "👩‍🚀", "👨🏻‍❤️‍💋‍👨🏼", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "🫡"]
        {
            assert!(ok(emoji), "{emoji} is one");
        }
        for other in [
            "",
            " ",
            "a",
            "1",
            "#",
            "ok",
            "👍👍",
            "👍 ",
            " 👍",
            "👍a",
            "🇩",
            "🇩🇪🇩🇪",
            "\u{200D}",
            "👍\u{200D}",
            "\u{200D}👍",
            "🏽",
            "\u{FE0F}",
            "1️",
            "<b>",
            "👍\n",
            "👍\u{202E}",
            "🏴\u{E007F}",
            "👍🏽🏽",
        ] {
            assert!(!ok(other), "{other:?} is not");
        }
        let long = ["👩"; 20].join("\u{200D}");
        let refused = check(&long, "emoji", &limits).unwrap_err();
        assert_eq!((refused.code, refused.limit), (Code::FieldTooLong, Some(64)));
    }
}
