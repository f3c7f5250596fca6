//! A message that the live state does not hold any more, out of the journal: the event that posted it, and those that changed it since.
//! What was read may be older than the state that decides with it: the state remembers the last changes itself. Must never be believed
//! where the two leave a gap.

use lockstep_protocol::event::{ChannelEvent, Happened};

use super::message::{Message, touched};

/// See the module.
#[derive(Clone, Debug)]
pub struct Recalled {
    pub(super) seq: u64,
    pub(super) message: Option<Message>,
    /// Everything that happened to it up to this seq is in it.
    pub(super) through: u64,
}

impl Recalled {
    /// `events`: that of this seq and those that change the message, ascending, all of them up to `through`. Others are passed over.
    pub fn of<'a>(seq: u64, events: impl IntoIterator<Item = &'a Happened<ChannelEvent>>, through: u64) -> Self {
        let mut message: Option<Message> = None;
        for happened in events {
            match &mut message {
                None if happened.seq == seq => message = Message::of(happened),
                Some(message) if touched(&happened.event).is_some_and(|touched| touched.seq == seq) => {
                    message.touch(happened);
                }
                _ => {}
            }
        }
        Self { seq, message, through }
    }
}
