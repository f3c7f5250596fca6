//! Views: an aggregate as a client sees it at some seq. A board's view carries task faces, never long bodies; those are read
//! on their own.

mod board;
mod channel;
mod inbox;
mod past;

pub use board::*;
pub use channel::*;
pub use inbox::*;
pub use past::*;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::{AccountId, BoardId, OrgId, PictureId, RoleId, SessionId, TaskId, TeamId, TimeEntryId},
    values::{AssigneeRule, BoardRole, Micros, OrgRole, OrgSettings, Permission, TeamPermission, TeamRole, Visibility},
};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct OrgMemberView {
    pub account_id: AccountId,
    pub role: OrgRole,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub placeholder: bool,
    /// A program of the organization.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub service: bool,
    /// Keeps its place, and may do nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub inactive: bool,
    /// A custom role beside the role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub role_id: Option<RoleId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub manager_id: Option<AccountId>,
    /// What they have beside their roles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<Permission>>")]
    pub granted: Vec<Permission>,
    /// What they have not in spite of their roles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<Permission>>")]
    pub revoked: Vec<Permission>,
}

/// A custom role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct RoleView {
    pub role_id: RoleId,
    pub name: String,
    pub permissions: Vec<Permission>,
}

/// What the placeholder did or was given is the account's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ClaimView {
    pub placeholder_id: AccountId,
    pub account_id: AccountId,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct OrganizationView {
    pub org_id: OrgId,
    pub name: String,
    /// Empty for guests.
    pub members: Vec<OrgMemberView>,
    /// Placeholders that were claimed; empty for guests.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<ClaimView>>")]
    pub claims: Vec<ClaimView>,
    /// Custom roles; empty for guests.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<RoleView>>")]
    pub roles: Vec<RoleView>,
    /// Absent for guests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub settings: Option<OrgSettings>,
    /// The picture that is its logo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub logo_id: Option<PictureId>,
    /// Who offered the organization to whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub ownership_offer: Option<OwnershipOffer>,
    /// Deleted then: only owners see it, and they can restore it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub deleted_at: Option<Micros>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OwnershipOffer {
    pub from_id: AccountId,
    pub to_id: AccountId,
    /// It can be accepted until then.
    #[ts(type = "number")]
    pub expires_at: Micros,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TeamMemberView {
    pub account_id: AccountId,
    pub role: TeamRole,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TeamView {
    pub team_id: TeamId,
    pub org_id: OrgId,
    pub name: String,
    /// Markdown; empty when there is none.
    pub description: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub default_board_id: Option<BoardId>,
    pub assignee_rule: AssigneeRule,
    /// What members may do who do not lead it.
    pub permissions: Vec<TeamPermission>,
    pub members: Vec<TeamMemberView>,
    pub deleted: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct AccountView {
    pub account_id: AccountId,
    pub sessions: Vec<SessionId>,
    /// The seq at which what its owner keeps for themselves changed last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub kept_seq: Option<u64>,
    /// The timer that counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub timer: Option<TimerView>,
}

/// A timer that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TimerView {
    pub entry_id: TimeEntryId,
    pub org_id: OrgId,
    pub board_id: BoardId,
    pub task_id: TaskId,
    #[ts(type = "number")]
    pub started_at: Micros,
}

/// A part of the view of any aggregate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ViewPart {
    Organization(OrganizationView),
    Team(TeamView),
    Board(BoardPart),
    Account(AccountView),
    Channel(ChannelPart),
    Inbox(InboxPart),
}

/// Why somebody may or may not do something.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Reason {
    /// Their role in the organization.
    Role { role: OrgRole },
    /// A custom role that they have.
    CustomRole { role_id: RoleId },
    /// It was granted to them.
    Granted,
    /// It was revoked from them, whatever their roles say.
    Revoked,
    /// They are inactive: nothing is allowed.
    Inactive,
    /// A permission of the organization decides, and they have it.
    Permission { permission: Permission },
    /// A permission of the organization is needed, and they lack it.
    Lacks { permission: Permission },
    /// Their role in the team.
    TeamRole { role: TeamRole },
    /// The board's own role of theirs.
    BoardRole { role: BoardRole },
    /// Who the board is shown to gives them this role.
    Visibility { visibility: Visibility, role: BoardRole },
    /// The board is in the trash: it is there for its owners alone.
    Deleted,
    /// Nothing gives it.
    Nothing,
}

/// Whether somebody may do something, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Verdict {
    /// A permission of the organization, or something that is done in a team or on a board.
    pub capability: String,
    pub allowed: bool,
    pub because: Vec<Reason>,
}

/// What a member may do: in the organization, and in a team and on a board where these were asked about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct AccessView {
    pub account_id: AccountId,
    pub organization: Vec<Verdict>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub team: Option<Vec<Verdict>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub board: Option<Vec<Verdict>>,
}
