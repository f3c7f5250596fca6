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

/// The text with names in place of ids, for where nobody puts them in later. `name` knows those of people; who is not known, and a team, is
/// there as "…".
pub fn spelled(text: &str, name: impl Fn(AccountId) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(BEGIN) {
        let (before, mention) = rest.split_at(at);
        out.push_str(before);
        let begins = if mention.starts_with(BEGIN_TEAM) { BEGIN_TEAM } else { BEGIN };
        let spelled = match next(begins, mention, 0) {
            Some((id_at, id)) if id_at == begins.len() => {
                let known = if begins == BEGIN { name(AccountId(id)) } else { None };
                Some((id_at + ID_BYTES + 1, known.unwrap_or_else(|| "…".to_owned())))
            }
            _ if mention.starts_with(CHANNEL) => Some((CHANNEL.len(), "channel".to_owned())),
            _ => None,
        };
        let length = match spelled {
            Some((length, word)) => {
                out.push('@');
                out.push_str(&word);
                length
            }
            None => {
                out.push_str(BEGIN);
                BEGIN.len()
            }
        };
        rest = &mention[length..];
    }
    out.push_str(rest);
    out
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
        let name = |id: AccountId| (id == one).then(|| "Ana".to_owned());
        assert_eq!(
            spelled(&format!("ü @[{one}] @[{two}] @[team:{one}] @[channel] @[@[{one}]"), name),
            "ü @Ana @… @… @channel @[@Ana"
        );
        assert_eq!(spelled("@[", name), "@[");
        assert_eq!(ids("@[ü23456789-1234-1234-1234-12345678901]").count(), 0);
    }
}
