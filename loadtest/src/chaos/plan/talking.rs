//! What is said in channels: messages, answers, edits, emoji and pins, most of it about what this client said before. It must never wait
//! for an answer.

use lockstep_protocol::{
    command::{ChannelCommand, Command, channel::*},
    frame::Outcome as Said,
    topic::Topic,
    values::MessageRef,
};

use super::{Next, Proposal};
use crate::{dice::Dice, history::Intent, stage::fresh};

/// Messages of its own that a client may yet change.
const KEPT: usize = 30;
const EMOJI: [&str; 3] = ["👍", "🎉", "👀"];

#[derive(Default)]
pub struct Talking {
    /// Acknowledged ones, where they were said.
    said: Vec<(Topic, MessageRef)>,
}

impl Talking {
    /// `text`: one that nobody else writes.
    pub fn next(&mut self, topic: Topic, text: String, dice: &mut Dice) -> Option<Next> {
        let own: Vec<MessageRef> = self.said.iter().filter(|(of, _)| *of == topic).map(|(_, said)| *said).collect();
        let before = dice.pick(&own).copied();
        let post = |thread| PostMessage { message_id: fresh().into(), text: text.clone(), thread, broadcast: false };
        let (body, mark): (Command, Option<String>) = match (dice.below(100), before) {
            (55..=69, Some(message)) => (EditMessage { message, text: text.clone() }.into(), None),
            (70..=79, Some(root)) => (post(Some(root)).into(), Some(text)),
            (80..=89, Some(message)) => {
                (ReactToMessage { message, emoji: (*dice.pick(&EMOJI)?).to_owned() }.into(), None)
            }
            (90..=94, Some(message)) => (PinMessage { message }.into(), None),
            (95..=99, Some(message)) => (UnpinMessage { message }.into(), None),
            _ => (post(None).into(), Some(text)),
        };
        Some(Next::Command(Proposal { topic, body, mark, intent: Intent::Ordinary }))
    }

    pub fn answered(&mut self, topic: Topic, body: &Command, said: &Said) {
        let Command::Channel(ChannelCommand::PostMessage(post)) = body else { return };
        // Only what is shown in the channel begins a thread.
        if let Said::Ok(ok) = said
            && post.thread.is_none()
            && ok.position.is_some()
        {
            self.said.push((topic, MessageRef { message_id: post.message_id, seq: ok.seq }));
            if self.said.len() > KEPT {
                self.said.remove(0);
            }
        }
    }
}
