//! Read tables: which organizations, teams, boards and memberships there are, for lists that cross aggregates. They can
//! be rebuilt from the journal at any time, so it must never hold anything that is not in it; the right to act is
//! decided by the live aggregates, never here.

pub(super) mod alarms;
mod channels;
pub(super) mod hours;
mod lists;
pub(super) mod notified;
pub(super) mod search;
mod statements;
pub(super) mod tallies;

use super::{
    StoreError,
    consumers::{Lease, SAVE_CURSOR},
    db::Db,
};
pub use alarms::{Alarm, Asked, NEVER};
pub use channels::{ChannelChange, ChannelMemberRow, ChannelPatch, ChannelRow, OwnChannelRow};
pub use hours::Worked;
use lockstep_protocol::{
    ids::{AccountId, BoardId, OrgId, TeamId},
    position::Position,
};
pub use notified::{Followed, Wake};
pub use search::{FoundMessage, MessageQuery, Worded};
pub use tallies::Tally;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganizationRow {
    pub org: OrgId,
    pub name: String,
    pub state: String,
    /// The last event of the organization's stream that this row knows.
    pub seq: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MembershipRow {
    pub account: AccountId,
    pub org: OrgId,
    pub role: String,
    pub status: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamRow {
    pub team: TeamId,
    pub org: OrgId,
    pub name: String,
    pub state: String,
    pub seq: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoardRow {
    pub board: BoardId,
    pub org: OrgId,
    pub team: Option<TeamId>,
    pub name: String,
    pub key: String,
    pub visibility: String,
    pub state: String,
    /// Others are made of it.
    pub template: bool,
    pub created_at: i64,
    /// The last event of the board's stream that this row knows.
    pub seq: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoardMemberRow {
    pub board: BoardId,
    pub account: AccountId,
    pub org: OrgId,
    pub role: String,
}

/// What to change in a row of a stream; `None` keeps. A row that is not there stays away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patch {
    pub name: Option<String>,
    pub key: Option<String>,
    pub team: Option<TeamId>,
    pub visibility: Option<String>,
    pub state: Option<String>,
    pub template: Option<bool>,
}

/// One effect of an event. Rows are replaced whole; each change may be repeated without harm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Organization(OrganizationRow),
    PatchOrganization(OrgId, u64, Patch),
    /// Every row of it, in every table.
    OrganizationDropped(OrgId),
    Membership(MembershipRow),
    MembershipRole(AccountId, OrgId, String),
    MembershipStatus(AccountId, OrgId, String),
    MembershipRemoved(AccountId, OrgId),
    Team(TeamRow),
    PatchTeam(TeamId, u64, Patch),
    Board(BoardRow),
    PatchBoard(BoardId, u64, Patch),
    BoardMember(BoardMemberRow),
    BoardMemberRemoved(BoardId, AccountId),
    Channel(ChannelChange),
}

#[derive(Clone)]
pub struct Projections {
    pub(super) db: Db,
}

impl Projections {
    /// Applies changes and saves the worker's cursor, all or nothing. `LeaseLost` where another node took over.
    pub async fn apply(&self, lease: &Lease, changes: &[Change], cursor: Position) -> Result<(), StoreError> {
        self.save(lease, changes.iter().flat_map(statements::of).collect(), cursor).await
    }

    /// Empties every list and sets this consumer to the start: it will build them anew.
    pub async fn reset(&self, lease: &Lease) -> Result<(), StoreError> {
        self.save(lease, EMPTY.iter().map(|sql| (*sql, Vec::new())).collect(), Position::START).await
    }
}

/// Empties each table.
pub(super) const EMPTY: [&str; 7] = [
    "delete from organizations",
    "delete from memberships",
    "delete from teams",
    "delete from boards",
    "delete from board_members",
    "delete from channels",
    "delete from channel_members",
];
