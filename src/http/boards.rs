//! Boards of an organization: the list of those the caller may see, and each by itself.

use axum::Json;
use lockstep_protocol::{
    codes::Code,
    command::{
        Command,
        board::{CreateBoard, DeleteBoard, SetBoardTemplate, UpdateBoard},
    },
    ids::{BoardId, OrgId, TeamId},
    values::{Lifecycle, Micros, Visibility},
    view::BoardHead,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use ts_rs::TS;

use super::{
    answers::{Items, Read, Written},
    extract::{Asked, Body, Caller, Fields, Ids},
    organizations::{ListQuery, ReadQuery},
    patterns,
    problem::Answer,
    templates::{Template, TemplateLanguage},
    visible::Visible,
};
use crate::store::projections::BoardRow;

/// A board in a list.
#[derive(Serialize, TS)]
pub struct BoardEntry {
    board_id: BoardId,
    name: String,
    key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    team_id: Option<TeamId>,
    visibility: Visibility,
    lifecycle: Lifecycle,
    /// Others are made of it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    template: bool,
    #[ts(type = "number")]
    created_at: Micros,
}

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct NewBoard {
    /// Chosen by the client, so that asking again is safe.
    #[serde(default)]
    #[ts(optional)]
    board_id: Option<BoardId>,
    name: String,
    /// Prefix of the tasks' keys; made of the name when absent.
    #[serde(default)]
    #[ts(optional)]
    key: Option<String>,
    #[serde(default)]
    #[ts(optional)]
    team_id: Option<TeamId>,
    /// Default: the team where there is one, else the organization.
    #[serde(default)]
    #[ts(optional)]
    visibility: Option<Visibility>,
    #[serde(default)]
    #[ts(optional, as = "Option<Template>")]
    template: Template,
    /// In which language the template names things; English where it is absent.
    #[serde(default)]
    #[ts(optional, as = "Option<TemplateLanguage>")]
    language: TemplateLanguage,
    /// Instead of a template: a board of this organization that the caller sees. What it is made of is copied, not who may do what there.
    #[serde(default)]
    #[ts(optional)]
    from_board_id: Option<BoardId>,
    /// Its active tasks as well, as they are now; without comments and history.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    with_tasks: bool,
    /// It is to be a template, of which others are made.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    as_template: bool,
}

pub async fn list(
    caller: Caller,
    Ids(org): Ids<OrgId>,
    Asked(query): Asked<ListQuery>,
) -> Answer<Json<Items<BoardEntry>>> {
    let (published, _) = caller.http.directory.readable_org(caller.principal(), org).await?;
    caller.wait_projected(query.min_position).await?;
    let mut visible = Visible::of(&caller, org, &published.state).await?;
    let page = u32::try_from(caller.http.limits.page_rows_max).unwrap_or(u32::MAX);
    let (mut items, mut after) = (Vec::new(), None);
    loop {
        let rows = caller.http.store.projections().boards_of(org, after, page).await?;
        let full = rows.len() == page as usize;
        after = rows.last().map(|row| row.board);
        for row in rows {
            if visible.sight(&row).await?.is_some() {
                items.extend(entry(row));
            }
        }
        if !full {
            return Ok(Json(Items { items }));
        }
    }
}

fn entry(row: BoardRow) -> Option<BoardEntry> {
    Some(BoardEntry {
        board_id: row.board,
        name: row.name,
        key: row.key,
        team_id: row.team,
        visibility: Visibility::from_word(&row.visibility)?,
        lifecycle: Lifecycle::from_word(&row.state)?,
        template: row.template,
        created_at: row.created_at,
    })
}

pub async fn create(caller: Caller, Ids(org): Ids<OrgId>, Body(body): Body<NewBoard>) -> Answer<Written<BoardHead>> {
    caller.http.directory.readable_org(caller.principal(), org).await?;
    if let Some(from) = body.from_board_id {
        patterns::check(&caller, (org, from), body.template).await?;
    }
    let board: BoardId = caller.id_for(body.board_id, "board");
    let visibility = body.visibility.unwrap_or(match body.team_id {
        Some(_) => Visibility::Team,
        None => Visibility::Organization,
    });
    let key = match body.key {
        Some(key) => key,
        None => key_of(&body.name, caller.http.limits.board_key_chars_max),
    };
    let create = CreateBoard { org_id: org, team_id: body.team_id, name: body.name, key, visibility };
    let mut acknowledged = caller.ask(board, 1, create).await?;
    let filled = match body.from_board_id {
        Some(from) => patterns::copy(&caller, (org, from), board, body.with_tasks).await?,
        None => patterns::fill(&caller, board, &mut 0, body.template.commands(board, body.language)).await?,
    };
    acknowledged = filled.unwrap_or(acknowledged);
    if body.as_template {
        acknowledged = caller.ask(board, 2, SetBoardTemplate { template: true }).await?;
    }
    let (published, audience) = caller.board(org, board, Some(acknowledged.seq)).await?;
    Ok(Written { acknowledged, created: true, value: published.state.head(board, audience) })
}

/// `Operations Team` becomes `OPER`: the first letters, in Latin capitals; `BOARD` where there are none.
fn key_of(name: &str, chars_max: usize) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase());
    let key: String = letters.skip_while(char::is_ascii_digit).take(chars_max.min(4)).collect();
    if key.is_empty() { "BOARD".to_owned() } else { key }
}

pub async fn read(
    caller: Caller,
    Ids((org, board)): Ids<(OrgId, BoardId)>,
    Asked(query): Asked<ReadQuery>,
) -> Answer<Read<BoardHead>> {
    let (published, audience) = caller.board(org, board, query.min_seq).await?;
    let value = published.state.head(board, audience).ok_or(Code::NotFound)?;
    Ok(Read { value, bookmark: published.bookmark, position: Some(published.position), held: caller.held })
}

pub async fn update(
    caller: Caller,
    Ids((org, board)): Ids<(OrgId, BoardId)>,
    Body(body): Body<UpdateBoard>,
) -> Answer<Written> {
    Ok(caller.change_board(org, board, body).await?.into())
}

/// To the trash.
pub async fn delete(caller: Caller, Ids((org, board)): Ids<(OrgId, BoardId)>) -> Answer<Written> {
    Ok(caller.change_board(org, board, DeleteBoard {}).await?.into())
}

/// Archives, unarchives, restores.
pub async fn change<C: DeserializeOwned + Into<Command>>(
    caller: Caller,
    Ids((org, board)): Ids<(OrgId, BoardId)>,
    fields: Fields,
) -> Answer<Written> {
    let command: C = fields.into()?;
    Ok(caller.change_board(org, board, command).await?.into())
}

#[cfg(test)]
mod tests {
    use super::key_of;

    #[test]
    fn a_key_is_made_of_the_name() {
        for (name, key) in [
            ("Operations Team", "OPER"),
            ("go!", "GO"),
            ("2026 plan", "PLAN"),
            ("Überblick", "BERB"),
            ("日本", "BOARD"),
        ] {
            assert_eq!(key_of(name, 10), key);
        }
    }
}
