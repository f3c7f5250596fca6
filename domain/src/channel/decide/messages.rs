//! What is said in a channel. A message that was deleted is not there any more for anything. Facts of one that is long past come with the
//! command, and what happened to it since is remembered: together they are exactly what it is now, or the command is tried again.

use std::{borrow::Cow, collections::BTreeSet};

use lockstep_protocol::{
    codes::Failure,
    command::{
        ChannelCommand,
        channel::{
            DeleteMessage, EditMessage, PinMessage, PostMessage, ReactToMessage, UnpinMessage, UnreactToMessage,
        },
    },
    event::{ChannelEvent, channel::*},
    ids::MessageId,
    values::{Mentions, MessageRef},
};

use super::{Ask, Decided};
use crate::{
    access::{self, Capability},
    channel::message::{Message, touched},
    refuse::{behind, exists, full, invalid, missing},
    talk::{
        mention,
        reactions::{self, Most},
    },
    text,
};

/// The message as it is now; one that was deleted is missing.
fn message<'a>(ask: &Ask<'a>, named: MessageRef, field: &str) -> Result<Cow<'a, Message>, Failure> {
    let found = match ask.channel.message(named.seq) {
        Some(message) => Some(Cow::Borrowed(message)),
        None if named.seq > ask.channel.forgotten => None,
        None => recalled(ask, named)?.map(Cow::Owned),
    };
    let there = found.filter(|message| message.message_id == named.message_id && !message.deleted);
    there.ok_or_else(|| missing(field))
}

/// What was read of it in the journal, and what happened to it since.
fn recalled(ask: &Ask<'_>, named: MessageRef) -> Result<Option<Message>, Failure> {
    let recalled = ask.ctx.recalled.filter(|recalled| recalled.seq == named.seq);
    let recalled = recalled.filter(|recalled| recalled.through >= ask.channel.settled).ok_or_else(behind)?;
    let Some(mut message) = recalled.message.clone() else { return Ok(None) };
    let later = ask.channel.changes.iter().filter(|happened| happened.seq > recalled.through);
    for happened in later.filter(|happened| touched(&happened.event).is_some_and(|touched| touched.seq == named.seq)) {
        message.touch(happened);
    }
    Ok(Some(message))
}

fn own(ask: &Ask<'_>, message: &Message) -> bool {
    ask.org.resolve(message.author_id) == ask.account
}

pub(super) fn post(ask: &Ask<'_>, command: &PostMessage) -> Decided {
    let PostMessage { message_id, thread, broadcast, .. } = *command;
    if message_id == MessageId::NIL {
        return Err(invalid("message_id", "The nil id names nothing."));
    }
    if ask.channel.ids.contains(&message_id) {
        return Err(exists("message_id"));
    }
    if let Some(root) = thread
        && message(ask, root, "thread")?.thread.is_some()
    {
        return Err(invalid("thread", "Threads are one level deep: name the message that began this one."));
    }
    if broadcast && thread.is_none() {
        return Err(invalid("broadcast", "It is shown in the channel anyhow."));
    }
    let text = text::message(&command.text, "text", ask.ctx.limits)?;
    let mentions = mentions(ask, &text)?;
    let number = (thread.is_none() || broadcast).then_some(ask.channel.last_number + 1);
    Ok(vec![MessagePosted { message_id, number, text, thread, mentions }.into()])
}

/// Whom the text means. Whoever may not read the channel is a word in it and nothing more: they are told nothing.
fn mentions(ask: &Ask<'_>, text: &str) -> Result<Mentions, Failure> {
    let limit = ask.ctx.limits.mentions_per_text_max;
    let accounts: BTreeSet<_> = mention::ids(text).take(limit + 1).collect();
    let teams: BTreeSet<_> = mention::teams(text).take(limit + 1).collect();
    if accounts.len() + teams.len() > limit {
        return Err(full("text", limit));
    }
    let reads = |account| access::may_read_channel(ask.channel, account, ask.org, ask.ctx.team);
    let accounts = accounts.into_iter().filter(|account| reads(*account)).collect();
    Ok(Mentions { accounts, teams: teams.into_iter().collect(), channel: mention::channel(text) })
}

/// The text as it was is not here to compare: a change always takes an event.
pub(super) fn edit(ask: &Ask<'_>, command: &ChannelCommand, edit: &EditMessage) -> Decided {
    let said = message(ask, edit.message, "message")?;
    ask.demand(access::channel(command, own(ask, &said)))?;
    let limit = ask.ctx.limits.message_edits_max;
    if said.edits as usize >= limit {
        return Err(full("message", limit));
    }
    let text = text::message(&edit.text, "text", ask.ctx.limits)?;
    let mentions = mentions(ask, &text)?;
    let (message, author_id, number) = (edit.message, said.author_id, said.number);
    Ok(vec![MessageEdited { message, author_id, number, text, mentions }.into()])
}

pub(super) fn delete(ask: &Ask<'_>, command: &ChannelCommand, delete: &DeleteMessage) -> Decided {
    let said = message(ask, delete.message, "message")?;
    // Whoever may delete any may delete their own, also where they are not in the channel any more.
    let own = own(ask, &said) && !ask.may(Capability::ModerateMessages);
    ask.demand(access::channel(command, own))?;
    let (author_id, number, thread) = (said.author_id, said.number, said.thread);
    Ok(vec![MessageDeleted { message: delete.message, author_id, number, thread }.into()])
}

pub(super) fn react(ask: &Ask<'_>, command: &ReactToMessage) -> Decided {
    let ReactToMessage { message: named, ref emoji } = *command;
    let said = message(ask, named, "message")?;
    let limits = ask.ctx.limits;
    let most = Most { kinds: limits.reaction_kinds_per_message_max, all: limits.reactions_per_message_max };
    if !reactions::check(&said.reactions, emoji, ask.account, most, limits)? {
        return Ok(vec![]);
    }
    let ever = limits.reactions_ever_per_message_max;
    if said.given as usize >= ever {
        return Err(full("message", ever));
    }
    Ok(vec![MessageReacted { message: named, author_id: said.author_id, emoji: emoji.clone() }.into()])
}

pub(super) fn unreact(ask: &Ask<'_>, command: &UnreactToMessage) -> Decided {
    let UnreactToMessage { message: named, ref emoji } = *command;
    let said = message(ask, named, "message")?;
    if !reactions::has(&said.reactions, emoji, ask.account) {
        return Ok(vec![]);
    }
    Ok(vec![MessageUnreacted { message: named, author_id: said.author_id, emoji: emoji.clone() }.into()])
}

pub(super) fn pin(ask: &Ask<'_>, command: &PinMessage) -> Decided {
    let said = message(ask, command.message, "message")?;
    if ask.channel.pins.contains_key(&command.message.seq) {
        return Ok(vec![]);
    }
    let most = ask.ctx.limits.pins_per_channel_max;
    if ask.channel.pins.len() >= most {
        return Err(full("message", most));
    }
    Ok(vec![MessagePinned { message: command.message, author_id: said.author_id }.into()])
}

/// Whether the message is there is not asked: what is not pinned is not pinned.
pub(super) fn unpin(ask: &Ask<'_>, command: &UnpinMessage) -> Vec<ChannelEvent> {
    let MessageRef { message_id, seq } = command.message;
    match ask.channel.pins.get(&seq).filter(|pin| pin.message_id == message_id) {
        Some(pin) => vec![MessageUnpinned { message: command.message, author_id: pin.author_id }.into()],
        None => vec![],
    }
}
