//! A page of what was said, out of the journal: each message with its text as it is now. The text of one that was deleted is not in it.
//! Must never need more than the events that it names.

use std::{collections::BTreeMap, ops::RangeInclusive};

use lockstep_protocol::{
    event::{ChannelEvent, Happened, channel::MessagePosted},
    values::{Mentions, MessageRef},
    view::{MessageView, ThreadView},
};

use super::message::{Message, answered, touched};
use crate::talk::reactions;

/// A message and what it says.
struct Said {
    message: Message,
    text: String,
    mentions: Mentions,
}

/// The messages that were posted within the range, in their order. `events`: those of the range, and of all later ones at least those that
/// touch these messages or belong to their threads ([`about`]); ascending, each once. Others are passed over.
pub fn page<'a>(
    range: &RangeInclusive<u64>,
    events: impl IntoIterator<Item = &'a Happened<ChannelEvent>>,
) -> Vec<MessageView> {
    let mut page = BTreeMap::<u64, Said>::new();
    for happened in events {
        if let Some(message) = touched(&happened.event)
            && let Some(said) = page.get_mut(&message.seq)
        {
            said.touch(happened);
        }
        if let Some(root) = answered(&happened.event)
            && let Some(said) = page.get_mut(&root.seq)
        {
            said.message.answer(happened);
        }
        if range.contains(&happened.seq)
            && let Some(said) = Said::of(happened)
        {
            page.insert(happened.seq, said);
        }
    }
    page.into_iter().map(|(seq, said)| said.view(seq)).collect()
}

/// The seqs of the messages whose page needs this event, but for that of its own: what an index of a channel's history has to hold.
pub fn about(event: &ChannelEvent) -> impl Iterator<Item = u64> {
    [touched(event), answered(event)].into_iter().flatten().map(|message| message.seq)
}

impl Said {
    fn of(happened: &Happened<ChannelEvent>) -> Option<Self> {
        let message = Message::of(happened)?;
        let ChannelEvent::MessagePosted(MessagePosted { text, mentions, .. }) = &happened.event else { return None };
        Some(Self { message, text: text.clone(), mentions: mentions.clone() })
    }

    fn touch(&mut self, happened: &Happened<ChannelEvent>) {
        if let ChannelEvent::MessageEdited(edited) = &happened.event
            && !self.message.deleted
        {
            (self.text, self.mentions) = (edited.text.clone(), edited.mentions.clone());
        }
        self.message.touch(happened);
        if self.message.deleted {
            (self.text, self.mentions) = (String::new(), Mentions::default());
        }
    }

    fn view(self, seq: u64) -> MessageView {
        let Self { message, text, mentions } = self;
        let replies = message.replies.map(|replies| ThreadView {
            count: replies.count,
            last_at: replies.last_at,
            people: replies.people,
        });
        MessageView {
            message: MessageRef { message_id: message.message_id, seq },
            number: message.number,
            author_id: message.author_id,
            at: message.at,
            text,
            mentions,
            edited_at: message.edited_at.filter(|_| !message.deleted),
            deleted: message.deleted,
            thread: message.thread,
            reactions: message.reactions.iter().map(reactions::view).collect(),
            replies,
        }
    }
}
