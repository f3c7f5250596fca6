//! Which boards of a list a caller may see: the rule of the board itself, with the facts that the list has. The organization and the
//! teams are asked as they are now; what the board says of itself is as old as the list.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::Arc,
};

use lockstep_domain::{access::BoardFacts, organization::Organization, team::Team};
use lockstep_protocol::{
    codes::Code,
    ids::{BoardId, OrgId, TeamId},
    values::{BoardRole, Lifecycle, Visibility},
};

use super::{extract::Caller, problem::Answer};
use crate::{actors::Published, store::projections::BoardRow};

/// What makes a board visible to a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// A role of their own on it, and nothing else.
    Own,
    /// The organization, a team, or that anyone may; perhaps a role of their own as well.
    Others { own: bool },
}

/// What one caller may see.
pub struct Visible<'a> {
    caller: &'a Caller,
    org: &'a Organization,
    teams: BTreeMap<TeamId, Option<Arc<Published<Team>>>>,
    own: BTreeMap<BoardId, BoardRole>,
}

impl<'a> Visible<'a> {
    pub async fn of(caller: &'a Caller, org_id: OrgId, org: &'a Organization) -> Answer<Self> {
        let mut own: BTreeMap<BoardId, BoardRole> = BTreeMap::new();
        for id in org.ids_of(caller.who.account) {
            for row in caller.http.store.projections().board_roles_of(id, org_id).await? {
                if let Some(role) = BoardRole::from_word(&row.role) {
                    let strongest = own.entry(row.board).or_insert(role);
                    *strongest = role.max(*strongest);
                }
            }
        }
        Ok(Self { caller, org, teams: BTreeMap::new(), own })
    }

    /// `None`: the caller may not know of the board.
    pub async fn sight(&mut self, row: &BoardRow) -> Answer<Option<Sight>> {
        let (Some(visibility), Some(lifecycle)) =
            (Visibility::from_word(&row.visibility), Lifecycle::from_word(&row.state))
        else {
            return Ok(None);
        };
        let team = match row.team {
            Some(team) => self.team(team).await?,
            None => None,
        };
        let team = team.as_ref().map(|team| &team.state);
        let own = self.own.get(&row.board).copied();
        let role = |own| BoardFacts { visibility, lifecycle, own }.role(self.caller.who.account, Some(self.org), team);
        if role(own).is_none() {
            return Ok(None);
        }
        Ok(Some(if role(None).is_some() { Sight::Others { own: own.is_some() } } else { Sight::Own }))
    }

    async fn team(&mut self, id: TeamId) -> Answer<Option<Arc<Published<Team>>>> {
        if let Entry::Vacant(vacant) = self.teams.entry(id) {
            let team = match self.caller.http.directory.team(id).await {
                Ok(team) => Some(team),
                Err(failure) if failure.code == Code::NotFound => None,
                Err(failure) => return Err(failure.into()),
            };
            vacant.insert(team);
        }
        Ok(self.teams.get(&id).cloned().flatten())
    }
}
