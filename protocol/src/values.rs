//! Small closed sets and records that commands, events and views share.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::ids::{AccountId, TaskId};

/// Microseconds since 1970-01-01 UTC. Below 2^53 until the year 2255, so a JavaScript number holds it.
pub type Micros = i64;

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$item_doc:meta])* $item:ident = $word:literal),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
        pub enum $name {
            $($(#[$item_doc])* #[serde(rename = $word)] $item,)*
        }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$item),*];

            /// The word on the wire and in tables.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$item => $word,)* }
            }

            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|item| item.word() == word)
            }
        }
    )*};
}

mod escalation;
mod field;
mod filter;
mod message;
mod notify;
mod organization;
mod sort;
mod workflow;

pub use escalation::*;
pub use field::*;
pub use filter::*;
pub use message::*;
pub use notify::*;
pub use organization::*;
pub use sort::*;
pub use workflow::*;

words! {
    /// A member's role in an organization, weakest first.
    OrgRole { Guest = "guest", Member = "member", Admin = "admin", Owner = "owner" }
    /// What a role, a custom role or a grant allows a member to do in an organization. Owners have all of it, guests none. New ones
    /// go to the end: stored states hold their places.
    Permission {
        /// Name of the organization.
        UpdateOrganization = "organization.update",
        ManageSettings = "organization.settings",
        /// Add somebody who has an account, and stand-ins for an import.
        AddMembers = "members.add",
        InviteMembers = "members.invite",
        /// Job title, manager, status.
        EditMembers = "members.edit",
        /// Roles, custom roles and permissions of members.
        ChangeMemberRoles = "members.roles",
        RemoveMembers = "members.remove",
        /// Say which member a placeholder is.
        ClaimMembers = "members.claim",
        /// What custom roles there are and what they allow.
        ManageRoles = "roles.manage",
        FoundTeams = "teams.create",
        /// As a lead of every team.
        ManageTeams = "teams.manage",
        FoundBoards = "boards.create",
        /// As an owner of every board that is not private.
        ManageBoards = "boards.manage",
        /// Usage against the plan.
        SeeUsage = "usage.read",
        FoundChannels = "channels.create",
        /// As one who manages every open channel.
        ManageChannels = "channels.manage",
    }
    /// Who is in a channel.
    ChannelKind {
        /// Anybody of the organization reads it and joins by themselves; of a team's, anybody of the team.
        Open = "open",
        /// Its members alone know of it.
        Private = "private",
        /// A talk between these people, who never change.
        Direct = "direct",
    }
    /// What a member of a channel may do there, weakest first.
    ChannelRole { Member = "member", Manager = "manager" }
    /// Whether a member may act. One who is inactive keeps their place and has no access at all.
    MemberStatus { Active = "active", Inactive = "inactive" }
    /// A role on a board, weakest first.
    BoardRole {
        Viewer = "viewer",
        Commenter = "commenter",
        /// Works on tasks as an editor does, and puts nothing away: neither archives nor deletes tasks, nor shapes the board.
        Contributor = "contributor",
        Editor = "editor",
        Owner = "owner",
    }
    /// A role in a team.
    TeamRole { Member = "member", Lead = "lead" }
    /// What a team lets those of its members do who do not lead it. Leads have all of it. New ones go to the end: stored states hold
    /// their places.
    TeamPermission {
        /// Found boards of the team.
        FoundBoards = "boards.create",
        /// Name, description and settings.
        UpdateTeam = "team.update",
        /// Add members and take them out, leads aside.
        ManageMembers = "team.members",
    }
    /// Who gets a new task of a team's board that is given to nobody.
    AssigneeRule {
        Nobody = "nobody",
        /// Whoever makes it.
        Creator = "creator",
        /// The team's first lead, by id, who may see the board.
        Lead = "lead",
    }
    /// Who sees a board beside its own members.
    Visibility {
        /// Only the board's members.
        Private = "private",
        /// The team that owns it.
        Team = "team",
        /// Every member of the organization; guests only as members of the board.
        Organization = "organization",
        /// Anyone, read only.
        Public = "public",
    }
    /// What a column means for the tasks in it.
    ColumnKind { Backlog = "backlog", Active = "active", Done = "done" }
    Priority { None = "none", Low = "low", Medium = "medium", High = "high", Urgent = "urgent" }
    /// How one task stands to another.
    DependencyKind {
        /// The other cannot be finished before this one.
        Blocks = "blocks",
        /// They belong together; said on one side, it holds for both.
        Relates = "relates",
        /// This one is the same work as the other.
        Duplicates = "duplicates",
    }
    /// Colour tokens; the theme decides what they look like.
    Colour {
        Grey = "grey", Red = "red", Orange = "orange", Amber = "amber", Green = "green", Teal = "teal", Blue = "blue",
        Indigo = "indigo", Purple = "purple", Pink = "pink",
    }
    /// Which projection of an aggregate a subscriber is shown.
    Audience { Public = "public", Guest = "guest", Member = "member" }
    /// With what somebody proves who they are, beside the password.
    FactorKind {
        /// An app that shows a code which changes every 30 seconds (RFC 6238).
        Totp = "totp",
        /// A key that a device holds (WebAuthn).
        Passkey = "passkey",
    }
    /// What an access token may be used for, never more than its owner may do.
    Scope {
        /// See who the owner is.
        Account = "account",
        /// See organizations, teams, boards and tasks.
        Read = "read",
        /// Found and shape boards, change tasks, comment; `read` is in it.
        Write = "write",
        /// Manage organizations, teams, boards and their members; `read` is in it.
        Admin = "admin",
    }
    /// A value that a command may have overwritten without its author having seen it. What is put in and taken out one by one (labels,
    /// assignees, watchers, dependencies) is none of these: such changes merge.
    Field {
        /// Of a board, column, label, custom field or checklist.
        Name = "name", Visibility = "visibility", Kind = "kind", Colour = "colour",
        /// Where something stands.
        Place = "place",
        /// The rules of a column.
        Workflow = "workflow",
        Category = "category", Cover = "cover", Repeat = "repeat",
        /// The role of somebody on a board.
        Role = "role",
        Title = "title", Description = "description", Priority = "priority", Estimate = "estimate", Parent = "parent",
        Start = "start_at", Due = "due",
        /// Whether a task or an item of a checklist is done.
        Done = "done",
        /// Of a comment, an item of a checklist or a time that was spent; when that was.
        Time = "time", Text = "text",
        /// What a view shows.
        Look = "look",
        /// Whether a board is a template.
        Template = "template",
        /// Whether it is in use, in the archive or in the trash.
        Lifecycle = "lifecycle",
        /// What may be chosen in a custom field.
        Options = "options",
        /// What a task has in a custom field: each field of a task is a value of its own.
        Value = "value",
        /// Who is told of what is overdue for long.
        Escalations = "escalations",
    }
    /// What can be so or otherwise of a task: what is told of two moments that are compared.
    Aspect {
        Lifecycle = "lifecycle", Title = "title", Description = "description", Place = "place", Done = "done",
        Priority = "priority", Labels = "labels", Assignees = "assignees", Start = "start_at", Due = "due",
        Estimate = "estimate", Category = "category", Cover = "cover", Repeat = "repeat", Parent = "parent",
        Dependencies = "dependencies", Checklists = "checklists", Comments = "comments", Fields = "fields",
        Reminders = "reminders", Time = "time",
    }
    /// When the next one of a task that repeats is made.
    RepeatOn {
        /// When this one is done.
        Done = "done",
        /// When this one was due by the rule, done or not.
        Schedule = "schedule",
    }
    /// What becomes of several commands in one when one of them is refused.
    OnFailure {
        /// None has any effect.
        None = "none",
        /// The others have theirs, and the answer says which have not and why.
        Rest = "rest",
    }
    /// What becomes of a command whose author has not seen what it would overwrite.
    IfChanged {
        /// It takes effect, and the answer tells whose changes it went over.
        Apply = "apply",
        /// It is refused with `precondition_failed`, and the answer tells whose changes stand there.
        Refuse = "refuse",
    }
    /// How the second step of a log-in may be made.
    SecondMethod {
        Totp = "totp",
        Passkey = "passkey",
        /// A code that was written down, good once.
        Recovery = "recovery",
    }
    /// A column, task or board in its life.
    Lifecycle { Active = "active", Archived = "archived", Deleted = "deleted" }
}

/// When a task is due. Without a time of day `at` is midnight UTC of the date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Due {
    #[ts(type = "number")]
    pub at: Micros,
    pub has_time: bool,
}

/// By what a task repeats.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RepeatRule {
    /// As RFC 5545 writes it: `FREQ=WEEKLY;BYDAY=MO,TH`. docs/RECURRENCE.md says what may stand there.
    pub rule: String,
    /// In whose days and hours: a name of the IANA time zone database.
    pub zone: String,
    #[serde(default, skip_serializing_if = "RepeatOn::is_done")]
    #[ts(optional, as = "Option<RepeatOn>")]
    pub on: RepeatOn,
}

/// How a task repeats. Days and times are those of the zone, `2026-11-22` or `2026-11-22T09:00:00`: a rule with times repeats at that time
/// on the clock, whatever it is elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Repeat {
    pub rule: String,
    pub zone: String,
    /// What the rule counts from.
    pub starts: String,
    /// Which one of them this task is, whatever it was put off to.
    pub at: String,
    #[serde(default, skip_serializing_if = "RepeatOn::is_done")]
    #[ts(optional, as = "Option<RepeatOn>")]
    pub on: RepeatOn,
}

impl RepeatOn {
    pub const fn is_done(&self) -> bool {
        matches!(self, Self::Done)
    }
}

// A derived default would need the macro to know which word it is.
#[expect(clippy::derivable_impls, reason = "the words are made by a macro")]
impl Default for RepeatOn {
    fn default() -> Self {
        Self::Done
    }
}

/// When those who work on a task and those who follow it are reminded of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Reminder {
    /// So many minutes before it is due. A day without a time counts as its 9:00.
    Before { minutes: u32 },
    /// At this moment.
    At {
        #[ts(type = "number")]
        at: Micros,
    },
}

/// What a task has to do with another task of its board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Dependency {
    pub kind: DependencyKind,
    /// The other task.
    pub other_id: TaskId,
}

/// Who made something and when, where it came from (an import keeps these beside the importer's own).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Original {
    pub original_author: AccountId,
    #[ts(type = "number")]
    pub original_at: Micros,
}

/// To whom the open tasks of somebody who goes are given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "to", rename_all = "snake_case", deny_unknown_fields)]
pub enum Reassign {
    /// They have nobody then.
    #[default]
    Nobody,
    /// A lead of the board's team, where it has one that can see the board.
    Lead,
    /// This member, on the boards that they can see.
    Member { account_id: AccountId },
}

impl Reassign {
    pub const fn is_nobody(&self) -> bool {
        matches!(self, Self::Nobody)
    }
}

// A derived default would need the macro to know which word it is.
#[expect(clippy::derivable_impls, reason = "the words are made by a macro")]
impl Default for OnFailure {
    fn default() -> Self {
        Self::None
    }
}

/// A change that the author of a command had not seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Conflict {
    pub field: Field,
    /// Who changed it last, and at which seq of the topic.
    pub by: AccountId,
    #[ts(type = "number")]
    pub seq: u64,
}

/// Where to put something in an order: between neighbours by name, never by index. With both absent: at the end. When they are
/// no longer neighbours, `after` decides while it is still there, then `before`, then the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, bound(deserialize = "Id: Deserialize<'de>"))]
pub struct Place<Id> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub after: Option<Id>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub before: Option<Id>,
}

impl<Id> Place<Id> {
    /// At the end of the order.
    pub const END: Self = Self { after: None, before: None };
}

impl<Id> Default for Place<Id> {
    fn default() -> Self {
        Self::END
    }
}
