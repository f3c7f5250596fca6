//! Why somebody may or may not do something: the sources that decisions are made of, told instead of summed up. Must never be asked
//! on behalf of one who may not know of the board, the team or the member.

use lockstep_protocol::{
    ids::AccountId,
    values::{Lifecycle, Permission},
    view::{Reason, Verdict},
};

use super::{
    Capability, Role, demand_founding,
    standing::{BoardFacts, team_standing},
};
use crate::{board::Board, organization::Organization, team::Team};

/// What can be done in a team.
const IN_TEAM: &[(&str, Capability)] = &[
    ("boards.create", Capability::FoundBoard),
    ("team.update", Capability::UpdateTeam),
    ("team.members", Capability::ManageTeamMembers),
    ("team.manage", Capability::ManageTeam),
    ("team.leave", Capability::LeaveTeam),
];

/// What can be done on a board.
const ON_BOARD: &[(&str, Capability)] = &[
    ("tasks.edit", Capability::EditTasks),
    ("tasks.put_away", Capability::PutTasksAway),
    ("comments.add", Capability::Comment),
    ("comments.moderate", Capability::ModerateComments),
    ("board.shape", Capability::ShapeBoard),
    ("board.manage", Capability::ManageBoard),
    ("board.members", Capability::ManageBoardMembers),
    ("board.import", Capability::Import),
];

fn verdict(capability: &str, allowed: bool, because: &[Reason]) -> Verdict {
    let because = if because.is_empty() { vec![Reason::Nothing] } else { because.to_vec() };
    Verdict { capability: capability.to_owned(), allowed, because }
}

/// Every permission of the organization; `None`: no member.
pub fn in_organization(org: &Organization, account: AccountId) -> Option<Vec<Verdict>> {
    org.member(account)?;
    let verdicts = Permission::ALL.iter().map(|permission| {
        let allowed = org.may(account, *permission);
        verdict(permission.word(), allowed, &org.reasons(account, *permission))
    });
    Some(verdicts.collect())
}

/// One who cannot act can do nothing anywhere.
fn inactive(org: &Organization, account: AccountId) -> bool {
    org.member(account).is_some_and(|member| !member.active)
}

fn lacking(org: &Organization, account: AccountId, permission: Permission) -> Option<Reason> {
    (!org.may(account, permission)).then_some(Reason::Lacks { permission })
}

/// What the account may do in the team.
pub fn in_team(team: &Team, account: AccountId, org: &Organization) -> Vec<Verdict> {
    let standing = team_standing(team, account, org);
    let verdicts = IN_TEAM.iter().map(|(word, capability)| {
        let mut because: Vec<Reason> = standing.and_then(|(_, reason)| reason).into_iter().collect();
        let allowed = match capability {
            Capability::FoundBoard => {
                because.extend(lacking(org, account, Permission::FoundBoards));
                demand_founding(Some(team), account, org).is_some_and(|demanded| demanded.is_ok())
            }
            _ => standing.is_some_and(|(role, _)| role.may(*capability)),
        };
        if inactive(org, account) {
            because = vec![Reason::Inactive];
        }
        verdict(word, allowed, &because)
    });
    verdicts.collect()
}

/// What the account may do on the board: first whether it may look at all.
pub fn on_board(board: &Board, account: AccountId, org: &Organization, team: Option<&Team>) -> Vec<Verdict> {
    let facts = BoardFacts::of(board, account, Some(org));
    let role = facts.and_then(|facts| facts.role(account, Some(org), team));
    let sources = facts.map(|facts| facts.sources(account, Some(org), team)).unwrap_or_default();
    let mut because: Vec<Reason> = sources.into_iter().flatten().map(|(reason, _)| reason).collect();
    if facts.is_some_and(|facts| facts.lifecycle == Lifecycle::Deleted) {
        because.push(Reason::Deleted);
    }
    if inactive(org, account) {
        because.insert(0, Reason::Inactive);
    }
    let look = verdict("board.see", role.is_some(), &because);
    let others = ON_BOARD
        .iter()
        .map(|(word, capability)| verdict(word, role.is_some_and(|role| Role::Board(role).may(*capability)), &because));
    std::iter::once(look).chain(others).collect()
}
