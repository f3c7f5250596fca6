//! What was said, out of the journal: messages with their texts as they are now. The text of one that was deleted is not in it. Must never
//! need more than the events that it names.

use std::collections::BTreeMap;

use lockstep_protocol::{
    event::{ChannelEvent, Happened, channel::MessageEdited, channel::MessagePosted},
    values::{Mentions, MessageRef},
    view::{MessageView, ThreadView},
};

use super::message::{Answer, Message, answered, touched};
use crate::talk::reactions;

/// The messages that were posted at these seqs, in their order, as facts. `events`: those that posted them, and at least those after that
/// touch them ([`about`]); ascending, each once. `answers`: those of their threads, in their order. Others are passed over.
pub fn fold<'a>(
    seqs: impl Fn(u64) -> bool,
    events: impl IntoIterator<Item = &'a Happened<ChannelEvent>>,
    answers: impl IntoIterator<Item = Answer>,
) -> BTreeMap<u64, Message> {
    let mut messages = BTreeMap::<u64, Message>::new();
    for happened in events {
        if let Some(message) = touched(&happened.event)
            && let Some(message) = messages.get_mut(&message.seq)
        {
            message.touch(happened);
        }
        if seqs(happened.seq)
            && let Some(message) = Message::of(happened)
        {
            messages.insert(happened.seq, message);
        }
    }
    for answer in answers {
        if let Some(message) = messages.get_mut(&answer.root) {
            message.answer(&answer);
        }
    }
    messages
}

/// The seqs of the messages whose page needs this event, but for that of its own: what an index of a channel's history has to hold.
pub fn about(event: &ChannelEvent) -> impl Iterator<Item = u64> {
    [touched(event), answered(event)].into_iter().flatten().map(|message| message.seq)
}

/// The seq of the event that holds its text; `None` where there is none to be shown.
pub fn text_seq(message: &Message) -> Option<u64> {
    (!message.deleted).then_some(message.text_seq)
}

/// A message as it is shown: what is remembered of it, and the event that [`text_seq`] names. `None`: that event holds no text.
pub fn view(seq: u64, message: &Message, text: Option<&ChannelEvent>) -> Option<MessageView> {
    let (text, mentions) = match text.filter(|_| !message.deleted) {
        Some(
            ChannelEvent::MessagePosted(MessagePosted { text, mentions, .. })
            | ChannelEvent::MessageEdited(MessageEdited { text, mentions, .. }),
        ) => (text.clone(), mentions.clone()),
        _ if message.deleted => (String::new(), Mentions::default()),
        _ => return None,
    };
    let replies = message.replies.as_ref().map(|replies| ThreadView {
        count: replies.count,
        last_at: replies.last_at,
        people: replies.people.clone(),
    });
    Some(MessageView {
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
    })
}
