//! Durable processes: what has to follow from something that happened, over many streams. An event of the journal begins one (a row);
//! whoever holds the lease carries it out by commands, each of which may be repeated, until nothing is left to do. Killed at any
//! point it begins again and finds done what was done. It must never undo what somebody did meanwhile: each step looks first.

mod account;
mod ending;
mod intake;
mod leaving;
mod runner;

use lockstep_protocol::{
    ids::{AccountId, ChannelId, OrgId, TeamId},
    position::Position,
    values::{Micros, Reassign},
};
use serde::{Deserialize, Serialize};

pub use intake::Intake;
pub use runner::Runner;

/// What is to be done, as it is kept in the row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "process", rename_all = "snake_case")]
pub enum Task {
    /// Somebody is no longer a member: out of every team, board and channel, open tasks to others, a goodbye.
    MemberRemoved { org: OrgId, account: AccountId, by: AccountId, reassign: Reassign },
    /// A member became a guest: out of the teams, and tasks of boards they no longer see to nobody.
    RoleLowered { org: OrgId, account: AccountId, by: AccountId },
    /// Somebody left a team, and with it perhaps the sight of its boards.
    TeamMemberRemoved { org: OrgId, team: TeamId, account: AccountId, by: AccountId },
    /// A team is gone, and with it perhaps the sight of its boards for those who were in it.
    TeamDeleted { org: OrgId, team: TeamId, by: AccountId },
    /// A channel is gone: another may be founded in its place.
    ChannelDeleted { org: OrgId, channel: ChannelId, by: AccountId },
    /// An account was deleted: out of every organization, and what is known of the person erased.
    AccountDeleted { account: AccountId },
    /// An organization was deleted: once it cannot be restored any more, everything of it is erased.
    OrganizationDeleted { org: OrgId, by: AccountId, deleted_at: Micros },
}

impl Task {
    /// Its name in the table and in logs.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::MemberRemoved { .. } => "member_removed",
            Self::RoleLowered { .. } => "role_lowered",
            Self::TeamMemberRemoved { .. } => "team_member_removed",
            Self::TeamDeleted { .. } => "team_deleted",
            Self::ChannelDeleted { .. } => "channel_deleted",
            Self::AccountDeleted { .. } => "account_deleted",
            Self::OrganizationDeleted { .. } => "organization_deleted",
        }
    }
}

/// A process with the place of the event that it follows from: the read tables must have come so far before they are asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Begun {
    #[serde(flatten)]
    task: Task,
    position: Position,
}
