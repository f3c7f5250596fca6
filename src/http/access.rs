//! Why somebody may or may not do something: for oneself, and for those who decide about members. It must never tell of a board or a
//! team that the asker may not see.

use axum::Json;
use lockstep_domain::{
    Aggregate,
    access::{Capability, demand, explain, org_role},
};
use lockstep_protocol::{
    codes::{Code, Failure},
    ids::{AccountId, BoardId, OrgId, TeamId},
    values::Audience,
    view::AccessView,
};
use serde::Deserialize;

use super::{
    extract::{Asked, Caller, Ids},
    problem::Answer,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessQuery {
    /// Whom it is about; the caller where nothing is said.
    #[serde(default)]
    member: Option<AccountId>,
    #[serde(default)]
    team: Option<TeamId>,
    #[serde(default)]
    board: Option<BoardId>,
}

pub async fn read(caller: Caller, Ids(org): Ids<OrgId>, Asked(query): Asked<AccessQuery>) -> Answer<Json<AccessView>> {
    let directory = &caller.http.directory;
    let (published, audience) = directory.readable_org(caller.principal(), org).await?;
    let state = &published.state;
    let account_id = query.member.unwrap_or(caller.who.account);
    if account_id != caller.who.account {
        let role = org_role(state, caller.who.account).ok_or(Code::NotFound)?;
        demand(role, Capability::ChangeMemberRoles)?;
    }
    let missing = || Failure::new(Code::NotFound).field("member");
    let organization = explain::in_organization(state, account_id).ok_or_else(missing)?;
    let team = match query.team {
        Some(team) => {
            let (team, _) = directory.readable_team(caller.principal(), org, team).await?;
            Some(explain::in_team(&team.state, account_id, state))
        }
        None => None,
    };
    let board = match query.board {
        Some(board) => {
            let (board, seen_as) = caller.board(org, board, None).await?;
            // Whoever looks in from outside is not told who has which role.
            if seen_as == Audience::Public && audience != Audience::Member {
                return Err(Code::NotFound.into());
            }
            let team = match board.state.team_id() {
                Some(team) => Some(directory.team(team).await?),
                None => None,
            };
            let team = team.as_ref().map(|team| &team.state);
            Some(explain::on_board(&board.state, account_id, state, team))
        }
        None => None,
    };
    Ok(Json(AccessView { account_id, organization, team, board }))
}
