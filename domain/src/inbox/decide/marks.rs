//! How far a channel was read: a number that goes forward, and single messages before it that were marked as unread. Must never go back by
//! itself: only whoever marks something as unread takes it back.

use lockstep_protocol::{
    codes::Failure,
    command::inbox::{MarkChannel, MarkChannelUnread},
    event::inbox::InboxMarked,
    ids::ChannelId,
};

use super::Decided;
use crate::{
    aggregate::Ctx,
    inbox::state::{Inbox, Marker},
    refuse::{full, invalid},
};

/// The largest number that every client keeps as it is.
const NUMBER_MAX: u64 = (1 << 53) - 1;

fn checked(number: u64, field: &str) -> Result<u64, Failure> {
    if number > NUMBER_MAX { Err(invalid(field, "There is no such number.")) } else { Ok(number) }
}

/// One event, if the marker is another than it was.
fn becomes(channel_id: ChannelId, before: &Marker, read_to: u64, unread: Vec<u64>) -> Decided {
    let same = before.read_to == read_to && before.unread == unread;
    Ok(if same { vec![] } else { vec![InboxMarked { channel_id, read_to, unread }.into()] })
}

pub(super) fn mark(inbox: &Inbox, command: &MarkChannel, ctx: &Ctx<'_>) -> Decided {
    let limit = ctx.limits.inbox_numbers_max;
    if command.numbers.len() > limit {
        return Err(full("numbers", limit));
    }
    let none = Marker::default();
    let before = inbox.marker(command.channel_id).unwrap_or(&none);
    let read_to = checked(command.read_to, "read_to")?.max(before.read_to);
    let unread = before.unread.iter().copied().filter(|number| !command.numbers.contains(number));
    becomes(command.channel_id, before, read_to, unread.collect())
}

pub(super) fn mark_unread(inbox: &Inbox, command: &MarkChannelUnread, ctx: &Ctx<'_>) -> Decided {
    let number = checked(command.number, "number")?;
    if number == 0 {
        return Err(invalid("number", "Numbers begin at 1."));
    }
    let none = Marker::default();
    let before = inbox.marker(command.channel_id).unwrap_or(&none);
    if !before.covers(number) && (command.only || number > before.read_to) {
        return Ok(vec![]);
    }
    let (mut unread, mut read_to) = (before.unread.clone(), before.read_to);
    if command.only {
        let limit = ctx.limits.inbox_unread_per_channel_max;
        if unread.len() >= limit {
            return Err(full("number", limit));
        }
        unread.push(number);
        unread.sort_unstable();
    } else {
        // What is after it is unread anyway.
        unread.retain(|other| *other < number);
        read_to = number - 1;
    }
    becomes(command.channel_id, before, read_to, unread)
}
