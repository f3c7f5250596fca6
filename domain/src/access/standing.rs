//! What somebody is to a team or a board, out of the roles that the organization, the team and the board give, and what they
//! may therefore be shown.
//!
//! A wider visibility includes the narrower ones: `private` is the board's own members, `team` adds the team (members edit, leads
//! own) and the organization's admins and owners (who own), `organization` adds its members (who edit), `public` adds
//! anyone (who views). Guests are let in by the board's own membership alone, or as anyone is.

use lockstep_protocol::{
    ids::AccountId,
    values::{Audience, BoardRole, Lifecycle, OrgRole, TeamRole, Visibility},
};

use super::Role;
use crate::{
    aggregate::{Aggregate, Principal},
    board::Board,
    organization::Organization,
    team::Team,
};

/// The account's role in the team: the organization's admins lead every team, its other members are outsiders at least, guests
/// are nothing to a team.
pub fn team_role(team: &Team, account: AccountId, org: &Organization) -> Option<Role> {
    match org.role(account)? {
        OrgRole::Admin | OrgRole::Owner => Some(Role::Team(TeamRole::Lead)),
        OrgRole::Member => {
            let own = org.ids_of(account).filter_map(|id| team.member(id)).max();
            Some(own.map_or(Role::TeamOutsider, Role::Team))
        }
        OrgRole::Guest => None,
    }
}

/// As what somebody founds a board, in a team or in the organization alone.
pub fn board_founder_role(team: Option<&Team>, account: AccountId, org: &Organization) -> Option<Role> {
    match team {
        Some(team) => team_role(team, account, org),
        None => org.role(account).map(Role::Org),
    }
}

/// What decides about access to a board, as far as the board itself knows it: lists have no more of it than this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BoardFacts {
    pub visibility: Visibility,
    pub lifecycle: Lifecycle,
    /// The strongest role that the board itself gives to any of the account's ids.
    pub own: Option<BoardRole>,
}

impl BoardFacts {
    fn of(board: &Board, account: AccountId, org: Option<&Organization>) -> Option<Self> {
        let own = org.and_then(|org| org.ids_of(account).filter_map(|id| board.member(id)).max());
        Some(Self { visibility: board.visibility()?, lifecycle: board.lifecycle()?, own })
    }

    /// The strongest role as a member of the organization; `None` for outsiders, also on a public board.
    fn member_role(self, account: AccountId, org: Option<&Organization>, team: Option<&Team>) -> Option<BoardRole> {
        let org = org?;
        let org_role = org.role(account)?;
        if self.visibility == Visibility::Private || org_role == OrgRole::Guest {
            return self.own;
        }
        let by_org = match org_role {
            OrgRole::Admin | OrgRole::Owner => Some(BoardRole::Owner),
            OrgRole::Member if self.visibility != Visibility::Team => Some(BoardRole::Editor),
            OrgRole::Member | OrgRole::Guest => None,
        };
        let team = team.filter(|team| !team.is_deleted());
        let by_team = team.and_then(|team| org.ids_of(account).filter_map(|id| team.member(id)).max());
        let by_team = by_team.map(|role| match role {
            TeamRole::Member => BoardRole::Editor,
            TeamRole::Lead => BoardRole::Owner,
        });
        // `None` is less than any role.
        self.own.max(by_org).max(by_team)
    }

    /// The strongest role on the board; `None`: the account may not know of it. A deleted board is there for those who may restore it.
    pub fn role(self, account: AccountId, org: Option<&Organization>, team: Option<&Team>) -> Option<BoardRole> {
        let role = self.member_role(account, org, team);
        let role = role.or_else(|| (self.visibility == Visibility::Public).then_some(BoardRole::Viewer))?;
        (self.lifecycle != Lifecycle::Deleted || role == BoardRole::Owner).then_some(role)
    }
}

/// The strongest role that an account has on the board; `None`: it may not know of it. A deleted board is there for those who may
/// restore it.
pub fn board_role(
    board: &Board,
    account: AccountId,
    org: Option<&Organization>,
    team: Option<&Team>,
) -> Option<BoardRole> {
    BoardFacts::of(board, account, org)?.role(account, org, team)
}

/// Whether the account, a member of the organization, may see the board: only then can it be given tasks.
pub fn may_see_board(board: &Board, account: AccountId, org: &Organization, team: Option<&Team>) -> bool {
    org.role(account).is_some() && board_role(board, account, Some(org), team).is_some()
}

fn is_public(board: &Board) -> bool {
    board.visibility() == Some(Visibility::Public)
}

pub fn board_audience(
    board: &Board,
    principal: Principal,
    org: Option<&Organization>,
    team: Option<&Team>,
) -> Option<Audience> {
    if !board.exists() {
        return None;
    }
    match principal {
        Principal::System(_) => Some(Audience::Member),
        Principal::Public => {
            (is_public(board) && board.lifecycle() != Some(Lifecycle::Deleted)).then_some(Audience::Public)
        }
        Principal::Account(account) => {
            board_role(board, account, org, team)?;
            if BoardFacts::of(board, account, org)?.member_role(account, org, team).is_none() {
                return Some(Audience::Public);
            }
            let guest = org.and_then(|org| org.role(account)) == Some(OrgRole::Guest);
            Some(if guest { Audience::Guest } else { Audience::Member })
        }
    }
}

pub fn organization_audience(org: &Organization, principal: Principal) -> Option<Audience> {
    match principal {
        Principal::System(_) => org.exists().then_some(Audience::Member),
        Principal::Public => None,
        Principal::Account(account) => match org.role(account)? {
            OrgRole::Guest => Some(Audience::Guest),
            OrgRole::Member | OrgRole::Admin | OrgRole::Owner => Some(Audience::Member),
        },
    }
}

/// All members of the organization see its teams, guests none.
pub fn team_audience(team: &Team, principal: Principal, org: Option<&Organization>) -> Option<Audience> {
    if !team.exists() {
        return None;
    }
    match principal {
        Principal::System(_) => Some(Audience::Member),
        Principal::Public => None,
        Principal::Account(account) => team_role(team, account, org?).map(|_| Audience::Member),
    }
}
