//! What somebody wants to be told, for which reason, of what, and when. Only what is not as it is for everybody is held. Must never let a
//! preference decide who may see something: that was decided before.

use imbl::{OrdMap, OrdSet};
use lockstep_protocol::{
    ids::{BoardId, ChannelId, TaskId},
    values::{
        BoardLevel, ChannelLevel, Delivery, Digest, EmailWhen, NewEntry, NotifyReason, PreferenceChange, QuietHours,
        Subject,
    },
};
use serde::{Deserialize, Serialize};

/// Half past seven in the morning.
const DIGEST: Digest = Digest::Day { minute: 450 };

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    pub(super) deliveries: OrdMap<NotifyReason, Delivery>,
    pub(super) channels: OrdMap<ChannelId, ChannelLevel>,
    pub(super) boards: OrdMap<BoardId, BoardLevel>,
    pub(super) muted: OrdSet<TaskId>,
    pub(super) quiet: Option<QuietHours>,
    pub(super) digest: Option<Digest>,
}

/// How everybody is told who said nothing else.
const fn usual(reason: NotifyReason) -> Delivery {
    use EmailWhen::{Digest, Now, Off};
    use NotifyReason as R;
    let (in_app, email, push) = match reason {
        R::Assigned | R::Mentioned | R::Overdue | R::Escalated | R::Reminder | R::OwnershipOffered => (true, Now, true),
        R::Replied | R::DueSoon | R::Direct => (true, Digest, true),
        R::Commented | R::Completed | R::RoleChanged | R::Unassigned => (true, Digest, false),
        R::Shared => (true, Now, false),
        R::Changed | R::Reacted => (true, Off, false),
        // The channel itself shows what is unread.
        R::Message => (false, Off, true),
    };
    Delivery { in_app, email, push, sms: false }
}

impl Preferences {
    pub fn delivery(&self, reason: NotifyReason) -> Delivery {
        self.deliveries.get(&reason).copied().unwrap_or_else(|| usual(reason))
    }

    pub fn channel(&self, channel: ChannelId) -> ChannelLevel {
        self.channels.get(&channel).copied().unwrap_or(ChannelLevel::Mentions)
    }

    pub fn board(&self, board: BoardId) -> BoardLevel {
        self.boards.get(&board).copied().unwrap_or(BoardLevel::Involved)
    }

    pub fn is_muted(&self, task: TaskId) -> bool {
        self.muted.contains(&task)
    }

    pub const fn quiet(&self) -> Option<&QuietHours> {
        self.quiet.as_ref()
    }

    pub fn digest(&self) -> Digest {
        self.digest.unwrap_or(DIGEST)
    }

    /// Whether it is wanted at all, by what it is about. A muted task is told of where it is given to them or a text means them.
    pub fn admit(&self, entry: &NewEntry) -> bool {
        match entry.subject {
            Subject::Task { board_id, task_id, .. } => {
                let personal = matches!(entry.reason, NotifyReason::Assigned | NotifyReason::Mentioned);
                self.board(board_id) == BoardLevel::Involved && (personal || !self.is_muted(task_id))
            }
            Subject::Message { channel_id, .. } => match self.channel(channel_id) {
                ChannelLevel::All => true,
                ChannelLevel::Mentions => entry.reason != NotifyReason::Message,
                ChannelLevel::Nothing => false,
            },
            Subject::Board { .. } | Subject::Team { .. } | Subject::Channel { .. } | Subject::Organization { .. } => {
                true
            }
        }
    }

    pub(super) fn apply(&mut self, change: &PreferenceChange) {
        match change {
            PreferenceChange::Reason { reason, in_app, email, push, sms } => {
                let before = self.delivery(*reason);
                let delivery = Delivery {
                    in_app: in_app.unwrap_or(before.in_app),
                    email: email.unwrap_or(before.email),
                    push: push.unwrap_or(before.push),
                    sms: sms.unwrap_or(before.sms),
                };
                put(&mut self.deliveries, *reason, Some(delivery).filter(|delivery| *delivery != usual(*reason)));
            }
            PreferenceChange::Channel { channel_id, level } => {
                put(&mut self.channels, *channel_id, level.filter(|level| *level != ChannelLevel::Mentions));
            }
            PreferenceChange::Board { board_id, level } => {
                put(&mut self.boards, *board_id, level.filter(|level| *level != BoardLevel::Involved));
            }
            PreferenceChange::Task { task_id, muted: true } => drop(self.muted.insert(*task_id)),
            PreferenceChange::Task { task_id, muted: false } => drop(self.muted.remove(task_id)),
            PreferenceChange::Quiet { hours } => self.quiet.clone_from(hours),
            PreferenceChange::Digest { digest } => self.digest = Some(*digest).filter(|digest| *digest != DIGEST),
        }
    }

    pub(super) fn weight(&self) -> usize {
        (self.deliveries.len() + self.channels.len() + self.boards.len() + self.muted.len()) * 48
    }
}

fn put<K: Ord + Clone, V: Clone>(map: &mut OrdMap<K, V>, key: K, value: Option<V>) {
    match value {
        Some(value) => drop(map.insert(key, value)),
        None => drop(map.remove(&key)),
    }
}
