//! What somebody is to a team or a board, out of the roles that the organization, the team and the board give, and what they
//! may therefore be shown.
//!
//! A wider visibility includes the narrower ones: `private` is the board's own members, `team` adds the team (members edit, leads
//! own) and who may manage all boards of the organization (who own), `organization` adds its members (who edit), `public` adds
//! anyone (who views). Guests are let in by the board's own membership alone, or as anyone is.

use lockstep_protocol::{
    codes::Failure,
    ids::AccountId,
    values::{Audience, BoardRole, Lifecycle, OrgRole, Permission, TeamRole, Visibility},
    view::Reason,
};

use super::{Capability, Role, demand};
use crate::{
    aggregate::{Aggregate, Principal},
    board::Board,
    organization::Organization,
    team::Team,
};

/// The account's role in the team: who may manage teams leads every one, other members of the organization are outsiders at least,
/// guests are nothing to a team.
pub fn team_role(team: &Team, account: AccountId, org: &Organization) -> Option<Role> {
    team_standing(team, account, org).map(|(role, _)| role)
}

/// The same, and what gives the role.
pub(super) fn team_standing(team: &Team, account: AccountId, org: &Organization) -> Option<(Role, Option<Reason>)> {
    if org.role(account)? == OrgRole::Guest {
        return None;
    }
    let permission = Permission::ManageTeams;
    if org.may(account, permission) {
        return Some((Role::Team(TeamRole::Lead, team.permissions()), Some(Reason::Permission { permission })));
    }
    let own = org.ids_of(account).filter_map(|id| team.member(id)).max();
    Some(own.map_or((Role::TeamOutsider, None), |role| {
        (Role::Team(role, team.permissions()), Some(Reason::TeamRole { role }))
    }))
}

/// What somebody is to the organization itself; `None`: it is not there for them.
pub fn org_role(org: &Organization, account: AccountId) -> Option<Role> {
    org.role(account).map(|role| Role::Org(role, org.permissions(account)))
}

/// Whether somebody may found a board: the organization must let them, and so must the team that it is for.
pub fn demand_founding(team: Option<&Team>, account: AccountId, org: &Organization) -> Option<Result<(), Failure>> {
    // First: whoever may found none is told so whatever team they name.
    if let Err(refused) = demand(org_role(org, account)?, Capability::FoundBoard) {
        return Some(Err(refused));
    }
    match team {
        Some(team) => Some(demand(team_role(team, account, org)?, Capability::FoundBoard)),
        None => Some(Ok(())),
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
    pub(super) fn of(board: &Board, account: AccountId, org: Option<&Organization>) -> Option<Self> {
        let own = org.and_then(|org| org.ids_of(account).filter_map(|id| board.member(id)).max());
        Some(Self { visibility: board.visibility()?, lifecycle: board.lifecycle()?, own })
    }

    /// Everything that gives a member of the organization a role here: the board itself, the organization, the team. Nothing for
    /// outsiders, also on a public board.
    fn member_sources(self, account: AccountId, org: Option<&Organization>, team: Option<&Team>) -> Sources {
        let Some((org, org_role)) = org.and_then(|org| Some((org, org.role(account)?))) else {
            return Sources::default();
        };
        let own = self.own.map(|role| (Reason::BoardRole { role }, role));
        if self.visibility == Visibility::Private || org_role == OrgRole::Guest {
            return [own, None, None];
        }
        let permission = Permission::ManageBoards;
        let by_org = if org.may(account, permission) {
            Some((Reason::Permission { permission }, BoardRole::Owner))
        } else {
            let (visibility, role) = (self.visibility, BoardRole::Editor);
            (visibility != Visibility::Team).then_some((Reason::Visibility { visibility, role }, role))
        };
        let team = team.filter(|team| !team.is_deleted());
        let by_team = team.and_then(|team| org.ids_of(account).filter_map(|id| team.member(id)).max());
        let by_team = by_team.map(|role| match role {
            TeamRole::Member => (Reason::TeamRole { role }, BoardRole::Editor),
            TeamRole::Lead => (Reason::TeamRole { role }, BoardRole::Owner),
        });
        [own, by_org, by_team]
    }

    /// The strongest role as a member of the organization; `None` for outsiders, also on a public board.
    fn member_role(self, account: AccountId, org: Option<&Organization>, team: Option<&Team>) -> Option<BoardRole> {
        self.member_sources(account, org, team).into_iter().flatten().map(|(_, role)| role).max()
    }

    /// Everything that gives a role here: that of a member, or what anyone has on a public board.
    pub(super) fn sources(self, account: AccountId, org: Option<&Organization>, team: Option<&Team>) -> Sources {
        let sources = self.member_sources(account, org, team);
        let gone = org.is_some_and(Organization::is_deleted);
        if self.visibility == Visibility::Public && !gone && sources.iter().all(Option::is_none) {
            let (visibility, role) = (self.visibility, BoardRole::Viewer);
            return [Some((Reason::Visibility { visibility, role }, role)), None, None];
        }
        sources
    }

    /// The strongest role on the board; `None`: the account may not know of it. A deleted board is there for those who may restore it.
    pub fn role(self, account: AccountId, org: Option<&Organization>, team: Option<&Team>) -> Option<BoardRole> {
        let role = self.sources(account, org, team).into_iter().flatten().map(|(_, role)| role).max()?;
        (self.lifecycle != Lifecycle::Deleted || role == BoardRole::Owner).then_some(role)
    }
}

/// What gives a role, and which.
type Sources = [Option<(Reason, BoardRole)>; 3];

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
        Principal::Public | Principal::Link(_) => {
            let gone = org.is_some_and(Organization::is_deleted) || board.lifecycle() == Some(Lifecycle::Deleted);
            // Whether its time is over is known to whoever has a clock: see `Link::is_open`.
            let shown = match principal {
                Principal::Link(link) => board.link(link).is_some(),
                _ => is_public(board),
            };
            (shown && !gone).then_some(Audience::Public)
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
        Principal::Public | Principal::Link(_) => None,
        // Its owners alone know of one that was deleted: they may restore it.
        Principal::Account(account) if org.is_deleted() => org.may_restore(account).then_some(Audience::Member),
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
        Principal::Public | Principal::Link(_) => None,
        Principal::Account(account) => team_role(team, account, org?).map(|_| Audience::Member),
    }
}
