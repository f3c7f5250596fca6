//! What commands, events and views of an inbox share: why somebody is told of something, what it is about, and what they want to be told.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Micros;
use crate::{
    ids::{AccountId, BoardId, ChannelId, CommentId, OrgId, TaskId, TeamId},
    topic::Topic,
    values::MessageRef,
};

words! {
    /// Why somebody is told of something. New ones go to the end: stored states hold their words.
    NotifyReason {
        /// A task was given to them.
        Assigned = "assigned",
        /// A text means them: by name, by their team, or everybody of the channel.
        Mentioned = "mentioned",
        /// Somebody commented on a task of theirs.
        Commented = "commented",
        /// Somebody answered in a thread that they are in.
        Replied = "replied",
        /// A task of theirs changed.
        Changed = "changed",
        /// A task of theirs was done.
        Completed = "completed",
        DueSoon = "due_soon",
        Overdue = "overdue",
        /// What they, or somebody for all who work on a task, asked to be reminded of.
        Reminder = "reminder",
        /// Somebody answered what they said with an emoji.
        Reacted = "reacted",
        /// Something was said in a channel of which they want everything.
        Message = "message",
        /// Something was said to them directly.
        Direct = "direct",
        /// They were brought into a board, a team, a channel or an organization.
        Shared = "shared",
        /// They may do something else there than before.
        RoleChanged = "role_changed",
        /// Somebody wants to hand an organization over to them.
        OwnershipOffered = "ownership_offered",
        /// A task was taken from them.
        Unassigned = "unassigned",
        /// A task is overdue for so long that they are to know.
        Escalated = "escalated",
    }
    /// Through what somebody is told besides their inbox.
    Outlet { Email = "email", Push = "push", Sms = "sms" }
    /// When somebody wants mail.
    EmailWhen { Off = "off", Now = "now", Digest = "digest" }
    /// What somebody wants to be told of a channel.
    ChannelLevel {
        All = "all",
        /// What means them, and threads that they are in.
        Mentions = "mentions",
        Nothing = "nothing",
    }
    /// What somebody wants to be told of a board.
    BoardLevel {
        /// What happens to tasks that are theirs or that they follow.
        Involved = "involved",
        Nothing = "nothing",
    }
    /// A day of the week, Monday first.
    Weekday {
        Monday = "mon", Tuesday = "tue", Wednesday = "wed", Thursday = "thu", Friday = "fri", Saturday = "sat",
        Sunday = "sun",
    }
}

/// The event of which somebody is told: its stream, and its place there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Source {
    pub topic: Topic,
    #[ts(type = "number")]
    pub seq: u64,
}

/// What somebody is told about: ids alone. What it says is read where it is, with the rights of whoever reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Subject {
    Task {
        board_id: BoardId,
        task_id: TaskId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        comment_id: Option<CommentId>,
    },
    Message {
        channel_id: ChannelId,
        message: MessageRef,
        /// Its number among those that are shown in the channel.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional, type = "number")]
        number: Option<u64>,
        /// The message that began its thread.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        thread: Option<MessageRef>,
    },
    Board {
        board_id: BoardId,
    },
    Team {
        team_id: TeamId,
    },
    Channel {
        channel_id: ChannelId,
    },
    Organization {
        org_id: OrgId,
    },
}

/// One event, and why it concerns somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct NewEntry {
    pub reason: NotifyReason,
    pub org_id: OrgId,
    /// Who did it.
    pub by: AccountId,
    pub source: Source,
    pub subject: Subject,
}

/// One way on which somebody is told besides their inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Route {
    pub outlet: Outlet,
    /// Not before: their quiet hours, or when their digest goes. Absent: now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub not_before: Option<Micros>,
    /// Together with others in one mail.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub digest: bool,
}

/// What somebody looked at: they need to be told of it no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Seen {
    /// A task, on whichever board it is by now, with what is said about it.
    Task {
        task_id: TaskId,
    },
    /// A thread of a channel: the message that began it, by its seq, and the answers.
    Thread {
        channel_id: ChannelId,
        #[ts(type = "number")]
        seq: u64,
    },
    /// The board itself, not its tasks.
    Board {
        board_id: BoardId,
    },
    Team {
        team_id: TeamId,
    },
    /// The channel itself, not what is said in it.
    Channel {
        channel_id: ChannelId,
    },
    Organization {
        org_id: OrgId,
    },
}

/// Through what somebody wants to be told of what concerns them for one reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    pub in_app: bool,
    pub email: EmailWhen,
    pub push: bool,
    pub sms: bool,
}

/// When somebody is left alone, on the clocks of their own time zone: push, text messages and mail wait until it is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// Minutes since midnight. Where the end is not after the beginning, it is on the next day.
    pub from_minute: u16,
    pub to_minute: u16,
    /// The days on which they begin.
    pub weekdays: Vec<Weekday>,
    /// What means them by name, and what is said to them directly, does not wait.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub let_through_mentions: bool,
}

/// When the mail goes that tells of many things at once, on the clocks of its reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "every", rename_all = "snake_case", deny_unknown_fields)]
pub enum Digest {
    Day {
        minute: u16,
    },
    /// Monday to Friday.
    Weekday {
        minute: u16,
    },
    Week {
        day: Weekday,
        minute: u16,
    },
}

/// One preference that changes. Each is as small as it can be, so that two devices take nothing back from each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "set", rename_all = "snake_case", deny_unknown_fields)]
pub enum PreferenceChange {
    /// What is absent stays as it is.
    Reason {
        reason: NotifyReason,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        in_app: Option<bool>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        email: Option<EmailWhen>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        push: Option<bool>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        sms: Option<bool>,
    },
    /// Absent: as any other.
    Channel {
        channel_id: ChannelId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        level: Option<ChannelLevel>,
    },
    /// Absent: as any other.
    Board {
        board_id: BoardId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        level: Option<BoardLevel>,
    },
    /// A muted task is told of only where it is given to them or a text means them.
    Task {
        task_id: TaskId,
        muted: bool,
    },
    /// Absent: there are none.
    Quiet {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        hours: Option<QuietHours>,
    },
    Digest {
        digest: Digest,
    },
}
