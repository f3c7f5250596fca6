//! Who may do what: one table from command to capability, one from role to capabilities, one place that works out a role. All
//! are matched exhaustively, so a new command does not compile before somebody has decided who may use it.
//!
//! Must never look at anything but committed state, and must never be asked twice in different words: every transport uses this.

mod capability;
mod channel;
pub mod explain;
pub mod permissions;
mod reach;
mod scope;
mod sight;
mod standing;

use capability::of_team_permission;
pub use capability::{Capability, account, board, channel, inbox, organization, team};
pub use channel::{
    ChannelFacts, ChannelStanding, channel_audience, channel_standing, demand_founding_channel, may_be_in_channel,
    may_read_channel,
};
use lockstep_protocol::{
    codes::Failure,
    values::{BoardRole, OrgRole, TeamRole},
};
pub use permissions::{Permissions, TeamPermissions};
pub use reach::Reach;
pub use scope::{Grant, Scopes, scope, scope_of};
pub use sight::names;
pub use standing::{
    BoardFacts, board_audience, board_role, demand_founding, may_see_board, org_role, organization_audience,
    team_audience, team_role,
};

use crate::refuse::forbidden;

/// What somebody is to the aggregate they ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Any account, asking for something that does not exist yet.
    Anyone,
    /// The account itself.
    Oneself,
    /// A member of the organization, with all that roles and grants allow them there.
    Org(OrgRole, Permissions),
    /// A member of the organization who is not in the team.
    TeamOutsider,
    /// A member of the team, with what the team lets its members do.
    Team(TeamRole, TeamPermissions),
    /// Somebody who may see the board, by the strongest of their roles.
    Board(BoardRole),
    /// Somebody who may read the channel.
    Channel(ChannelStanding),
}

impl Role {
    /// All that the role may do, permissions of the organization aside.
    const fn capabilities(self) -> &'static [Capability] {
        use Capability::*;
        match self {
            Self::Anyone => &[FoundOrganization],
            Self::Oneself => &[CloseSessions, KeepTimer, KeepInbox],
            Self::Org(OrgRole::Guest, _) => &[LeaveOrganization],
            Self::Org(OrgRole::Member | OrgRole::Admin, _) => &[LeaveOrganization, AnswerOffer, BeginDirect],
            Self::Org(OrgRole::Owner, _) => {
                &[LeaveOrganization, AnswerOffer, OfferOwnership, DeleteOrganization, BeginDirect]
            }
            Self::TeamOutsider => &[],
            Self::Team(TeamRole::Member, _) => &[LeaveTeam],
            Self::Team(TeamRole::Lead, _) => &[LeaveTeam, FoundBoard, UpdateTeam, ManageTeamMembers, ManageTeam],
            Self::Channel(ChannelStanding::Reader) => &[JoinChannel],
            Self::Channel(ChannelStanding::Member) => &[JoinChannel, LeaveChannel, AddToChannel, Talk],
            Self::Channel(ChannelStanding::Overseer) => {
                &[JoinChannel, AddToChannel, ManageChannelMembers, ManageChannel, ModerateMessages]
            }
            Self::Channel(ChannelStanding::Manager) => {
                &[JoinChannel, LeaveChannel, AddToChannel, Talk, ManageChannelMembers, ManageChannel, ModerateMessages]
            }
            Self::Channel(ChannelStanding::Direct) => &[Talk],
            Self::Board(BoardRole::Viewer) => &[LeaveBoard, WatchTasks],
            Self::Board(BoardRole::Commenter) => &[LeaveBoard, WatchTasks, Comment],
            Self::Board(BoardRole::Contributor) => &[LeaveBoard, WatchTasks, Comment, EditTasks, TrackTime],
            Self::Board(BoardRole::Editor) => {
                &[LeaveBoard, WatchTasks, Comment, EditTasks, TrackTime, PutTasksAway, ShapeBoard]
            }
            Self::Board(BoardRole::Owner) => &[
                LeaveBoard,
                WatchTasks,
                Comment,
                EditTasks,
                TrackTime,
                PutTasksAway,
                ShapeBoard,
                ManageTime,
                ModerateComments,
                ManageBoard,
                ManageBoardMembers,
                ReassignTasks,
                Import,
            ],
        }
    }

    pub fn may(self, capability: Capability) -> bool {
        match (self, capability.permission()) {
            (Self::Org(_, held), Some(permission)) => held.contains(permission),
            (Self::Team(_, lets), _) if lets.list().into_iter().any(|one| of_team_permission(one) == capability) => {
                true
            }
            _ => self.capabilities().contains(&capability),
        }
    }
}

/// Refuses one who may see this but not do that.
pub fn demand(role: Role, capability: Capability) -> Result<(), Failure> {
    if role.may(capability) { Ok(()) } else { Err(forbidden()) }
}
