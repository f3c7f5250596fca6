//! Mentions as they stand in a text: `@[account_id]`, the id in its usual form. A name is never kept: whoever shows the text puts in the
//! name of that moment.

use std::borrow::Cow;

use lockstep_protocol::ids::AccountId;
use uuid::Uuid;

const BEGIN: &str = "@[";
const ID_BYTES: usize = 36;

/// The next mention at or after this byte: where its id begins, and the id.
fn next(text: &str, from: usize) -> Option<(usize, AccountId)> {
    let mut from = from;
    loop {
        let at = from + text.get(from..)?.find(BEGIN)? + BEGIN.len();
        if let Some(word) = text.get(at..at + ID_BYTES)
            && text.as_bytes().get(at + ID_BYTES) == Some(&b']')
            && let Ok(id) = Uuid::try_parse(word)
        {
            return Some((at, id.into()));
        }
        from = at;
    }
}

/// Whoever a text mentions, in its order.
pub fn ids(text: &str) -> impl Iterator<Item = AccountId> + '_ {
    let mut from = 0;
    std::iter::from_fn(move || {
        let (at, id) = next(text, from)?;
        from = at + ID_BYTES;
        Some(id)
    })
}

/// The text without saying who is mentioned: each id is the nil id.
pub fn unnamed(text: &str) -> Cow<'_, str> {
    let mut out: Option<String> = None;
    let mut from = 0;
    while let Some((at, _)) = next(text, from) {
        let out = out.get_or_insert_with(|| text.to_owned());
        out.replace_range(at..at + ID_BYTES, &AccountId::NIL.to_string());
        from = at + ID_BYTES;
    }
    out.map_or(Cow::Borrowed(text), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_tells_whom_it_mentions_and_can_be_made_not_to() {
        let (one, two) = (AccountId(Uuid::from_u128(1)), AccountId(Uuid::from_u128(2)));
        let text = format!("@[@[{one}] and @[{two}], not @[{one} nor @{two} nor @[no-id-at-all] ü@[");
        assert_eq!(ids(&text).collect::<Vec<_>>(), [one, two]);
        let unnamed = unnamed(&text);
        assert_eq!(ids(&unnamed).collect::<Vec<_>>(), [AccountId::NIL; 2]);
        assert_eq!(unnamed.len(), text.len());
        assert!(matches!(super::unnamed("nobody"), Cow::Borrowed("nobody")));
        assert_eq!(ids("@[ü23456789-1234-1234-1234-12345678901]").count(), 0);
    }
}
