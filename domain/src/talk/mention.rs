//! Mentions as they stand in a text: `@[account_id]`, the id in its usual form, and in channels `@[team:team_id]` and `@[channel]`. A
//! name is never kept: whoever shows the text puts in the name of that moment.

use std::borrow::Cow;

use lockstep_protocol::ids::{AccountId, TeamId};
use uuid::Uuid;

const BEGIN: &str = "@[";
const BEGIN_TEAM: &str = "@[team:";
const CHANNEL: &str = "@[channel]";
const ID_BYTES: usize = 36;

/// The next mention that begins like this, at or after this byte: where its id begins, and the id.
fn next(begin: &str, text: &str, from: usize) -> Option<(usize, Uuid)> {
    let mut from = from;
    loop {
        let at = from + text.get(from..)?.find(begin)? + begin.len();
        if let Some(word) = text.get(at..at + ID_BYTES)
            && text.as_bytes().get(at + ID_BYTES) == Some(&b']')
            && let Ok(id) = Uuid::try_parse(word)
        {
            return Some((at, id));
        }
        from = at;
    }
}

fn all<'a>(begin: &'static str, text: &'a str) -> impl Iterator<Item = Uuid> + 'a {
    let mut from = 0;
    std::iter::from_fn(move || {
        let (at, id) = next(begin, text, from)?;
        from = at + ID_BYTES;
        Some(id)
    })
}

/// Whoever a text mentions, in its order.
pub fn ids(text: &str) -> impl Iterator<Item = AccountId> + '_ {
    all(BEGIN, text).map(AccountId)
}

/// The teams that a text mentions, in its order.
pub fn teams(text: &str) -> impl Iterator<Item = TeamId> + '_ {
    all(BEGIN_TEAM, text).map(TeamId)
}

/// Whether a text means everybody in the channel.
pub fn channel(text: &str) -> bool {
    text.contains(CHANNEL)
}

/// The text without saying who is mentioned: each id is the nil id.
pub fn unnamed(text: &str) -> Cow<'_, str> {
    let mut out: Option<String> = None;
    let mut from = 0;
    while let Some((at, _)) = next(BEGIN, text, from) {
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
        let text = format!("@[team:{one}] @[channel] @[{two}] @[team:{two} @[team:nobody]");
        assert_eq!(ids(&text).collect::<Vec<_>>(), [two]);
        assert_eq!(teams(&text).collect::<Vec<_>>(), [TeamId(one.0)]);
        assert!(channel(&text) && !channel("@[channel @channel] @[channels]"));
        assert_eq!(ids("@[ü23456789-1234-1234-1234-12345678901]").count(), 0);
    }
}
