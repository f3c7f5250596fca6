//! What is remembered of one message: facts, never its text. The live state, a message that is read out of the journal and a page of the
//! history all fold the same events here. Must stay a fold: what does not fit is ignored.

use lockstep_protocol::{
    event::{
        ChannelEvent, Happened,
        channel::{MessageDeleted, MessagePosted},
    },
    ids::{AccountId, MessageId},
    values::{MessageRef, Micros},
};
use serde::{Deserialize, Serialize};

use crate::talk::reactions::{self, Reaction};

/// Of how many people in a thread it is remembered that they are.
const PEOPLE_SHOWN: usize = 5;

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    pub message_id: MessageId,
    pub author_id: AccountId,
    /// Its number among those that are shown in the channel.
    pub number: Option<u64>,
    pub at: Micros,
    /// The message that began the thread it belongs to.
    pub thread: Option<MessageRef>,
    pub edited_at: Option<Micros>,
    /// How often its text changed.
    pub edits: u32,
    /// The seq of the event that holds its text as it is now.
    pub text_seq: u64,
    pub deleted: bool,
    pub reactions: Vec<Reaction>,
    /// Emoji that were ever given to it, those that were taken back included.
    pub given: u32,
    /// The seq of the last event that changed it.
    pub touched: u64,
    /// The thread that it began; boxed, for few begin one.
    pub replies: Option<Box<Replies>>,
}

/// A thread in short.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Replies {
    /// Those that were not deleted.
    pub count: u32,
    /// When somebody last said something in it, whether or not it was deleted since.
    pub last_at: Micros,
    /// The first who said something in it, each once.
    pub people: Vec<AccountId>,
}

/// A reply that came to a thread, or one that was deleted there: all that a message says of the thread that it began. It needs no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The seq of the message that began the thread.
    pub root: u64,
    pub by: AccountId,
    pub at: Micros,
    pub deleted: bool,
}

impl Answer {
    pub fn of(happened: &Happened<ChannelEvent>) -> Option<Self> {
        let root = answered(&happened.event)?.seq;
        let deleted = matches!(happened.event, ChannelEvent::MessageDeleted(_));
        Some(Self { root, by: happened.by, at: happened.at, deleted })
    }

    /// Out of an event's tag and its mark, without its body.
    pub fn marked(root: u64, tag: &str, by: AccountId, at: Micros) -> Self {
        Self { root, by, at, deleted: tag == "message.deleted" }
    }
}

/// The message that this event changes, replies aside.
pub const fn touched(event: &ChannelEvent) -> Option<MessageRef> {
    use ChannelEvent as E;
    match event {
        E::MessageEdited(event) => Some(event.message),
        E::MessageDeleted(event) => Some(event.message),
        E::MessageReacted(event) => Some(event.message),
        E::MessageUnreacted(event) => Some(event.message),
        E::ChannelCreated(_)
        | E::ChannelUpdated(_)
        | E::ChannelArchived(_)
        | E::ChannelUnarchived(_)
        | E::ChannelDeleted(_)
        | E::ChannelMemberAdded(_)
        | E::ChannelMemberRoleChanged(_)
        | E::ChannelMemberRemoved(_)
        | E::MessagePosted(_)
        | E::MessagePinned(_)
        | E::MessageUnpinned(_) => None,
    }
}

/// The message whose thread this event makes longer or shorter.
pub const fn answered(event: &ChannelEvent) -> Option<MessageRef> {
    match event {
        ChannelEvent::MessagePosted(MessagePosted { thread, .. })
        | ChannelEvent::MessageDeleted(MessageDeleted { thread, .. }) => *thread,
        _ => None,
    }
}

impl Message {
    /// As it is posted.
    pub fn of(happened: &Happened<ChannelEvent>) -> Option<Self> {
        let ChannelEvent::MessagePosted(posted) = &happened.event else { return None };
        Some(Self {
            message_id: posted.message_id,
            author_id: happened.by,
            number: posted.number,
            at: happened.at,
            thread: posted.thread,
            edited_at: None,
            edits: 0,
            text_seq: happened.seq,
            deleted: false,
            reactions: Vec::new(),
            given: 0,
            touched: happened.seq,
            replies: None,
        })
    }

    /// Folds an event that [`touched`] it.
    pub fn touch(&mut self, happened: &Happened<ChannelEvent>) {
        use ChannelEvent as E;
        if self.deleted {
            return;
        }
        match &happened.event {
            E::MessageEdited(_) => {
                (self.edited_at, self.edits) = (Some(happened.at), self.edits.saturating_add(1));
                self.text_seq = happened.seq;
            }
            E::MessageDeleted(_) => (self.deleted, self.reactions) = (true, Vec::new()),
            E::MessageReacted(event) => {
                self.given = self.given.saturating_add(1);
                reactions::give(&mut self.reactions, &event.emoji, happened.by);
            }
            E::MessageUnreacted(event) => reactions::take(&mut self.reactions, &event.emoji, happened.by),
            _ => return,
        }
        self.touched = happened.seq;
    }

    /// Its thread is longer by one reply, or shorter.
    pub fn answer(&mut self, answer: &Answer) {
        let replies = self.replies.get_or_insert_default();
        if answer.deleted {
            replies.count = replies.count.saturating_sub(1);
            return;
        }
        (replies.count, replies.last_at) = (replies.count.saturating_add(1), answer.at);
        if replies.people.len() < PEOPLE_SHOWN && !replies.people.contains(&answer.by) {
            replies.people.push(answer.by);
        }
    }
}
