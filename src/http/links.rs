//! Public links of a board, for those who manage it: what there are, a new one, the end of one. What opens a link is in the answer to
//! making it, and nowhere else, ever.

use axum::Json;
use lockstep_domain::{
    access::{self, Capability, Role},
    board::{Board, Link},
};
use lockstep_protocol::{
    codes::Code,
    command::link::{CreateLink, RevokeLink},
    ids::{AccountId, BoardId, LinkId, OrgId},
    values::Micros,
};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    answers::{Items, Written},
    extract::{Body, Caller, Ids},
    problem::Answer,
};
use crate::actors::{Published, Saw};

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct NewLink {
    /// For those who manage the board.
    #[serde(default)]
    #[ts(optional)]
    name: Option<String>,
    /// When it ends by itself; absent: when it is revoked.
    #[serde(default)]
    #[ts(optional, type = "number")]
    expires_at: Option<Micros>,
}

#[derive(Serialize, TS)]
pub struct LinkEntry {
    link_id: LinkId,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    name: Option<String>,
    /// Who made it.
    created_by: AccountId,
    #[ts(type = "number")]
    created_at: Micros,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    expires_at: Option<Micros>,
}

#[derive(Serialize, TS)]
pub struct LinkMade {
    /// Shown once. The address to hand on is that of this server, `/shared#` and this.
    token: String,
    #[serde(flatten)]
    #[ts(flatten)]
    entry: LinkEntry,
}

fn entry(link_id: LinkId, link: &Link) -> LinkEntry {
    let name = link.name.as_ref().map(ToString::to_string);
    LinkEntry { link_id, name, created_by: link.by, created_at: link.at, expires_at: link.expires_at }
}

/// The board, for who manages it: others are told of no link.
async fn managed(caller: &Caller, org: OrgId, published: &Published<Board>) -> Answer<()> {
    let directory = &caller.http.directory;
    let of = directory.organization(org).await?;
    let team = match lockstep_domain::Aggregate::team_id(&published.state) {
        Some(team) => Some(directory.team(team).await?),
        None => None,
    };
    let team = team.as_ref().map(|team| &team.state);
    let role = access::board_role(&published.state, caller.who.account, Some(&of.state), team);
    access::demand(Role::Board(role.ok_or(Code::NotFound)?), Capability::ManageBoard)?;
    Ok(())
}

/// Those that were not revoked, oldest first; those whose time is over among them.
pub async fn list(caller: Caller, Ids((org, board)): Ids<(OrgId, BoardId)>) -> Answer<Json<Items<LinkEntry>>> {
    let (published, _) = caller.board(org, board, None).await?;
    managed(&caller, org, &published).await?;
    let published = caller.http.directory.board_now(board).await?;
    let mut items: Vec<_> = published.state.links().map(|(id, link)| entry(id, link)).collect();
    items.sort_by_key(|entry| (entry.created_at, entry.link_id));
    Ok(Json(Items { items }))
}

/// Each asking makes another one: what was told is never told again.
pub async fn create(
    caller: Caller,
    Ids((org, board)): Ids<(OrgId, BoardId)>,
    Body(body): Body<NewLink>,
) -> Answer<Written<LinkMade>> {
    let (published, _) = caller.board(org, board, None).await?;
    managed(&caller, org, &published).await?;
    let (link_id, token) = caller.http.auth.prepare_link(org, board).await?;
    let create = CreateLink { link_id, name: body.name, expires_at: body.expires_at };
    let acknowledged = match caller.ask_with(board, None, create, caller.exactly(Saw::default())).await {
        Ok(acknowledged) => acknowledged,
        Err(refused) => {
            if !refused.0.temporary {
                caller.http.auth.forget_link(board, link_id).await?;
            }
            return Err(refused);
        }
    };
    let published = caller.http.directory.board_at(board, acknowledged.seq).await?;
    // Somebody may have revoked it already.
    let link = published.state.link(link_id).ok_or(Code::NotFound)?;
    tracing::info!(%board, by = %caller.who.account, link = %link_id, "a public link was made");
    let made = LinkMade { token: token.expose_secret().to_owned(), entry: entry(link_id, link) };
    Ok(Written { acknowledged, created: true, value: Some(made) })
}

pub async fn revoke(caller: Caller, Ids((org, board, link_id)): Ids<(OrgId, BoardId, LinkId)>) -> Answer<Written> {
    let acknowledged = caller.change_board(org, board, RevokeLink { link_id }).await?;
    caller.http.auth.forget_link(board, link_id).await?;
    tracing::info!(%board, by = %caller.who.account, link = %link_id, "a public link was revoked");
    Ok(acknowledged.into())
}
