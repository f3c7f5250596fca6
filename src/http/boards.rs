//! Boards of an organization: the list of those the caller may see, and each by itself.

use axum::Json;
use lockstep_protocol::{
    codes::Code,
    command::{
        Command,
        board::{CreateBoard, CreateColumn, DeleteBoard, UpdateBoard},
    },
    frame::Acknowledged,
    ids::{BoardId, ClientId, ColumnId, OrgId, TeamId},
    values::{ColumnKind, Lifecycle, Micros, Place, Visibility},
    view::BoardHead,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use ts_rs::TS;

use super::{
    answers::{Items, Read, Written},
    extract::{Asked, Body, Caller, Fields, Ids},
    organizations::{ListQuery, ReadQuery},
    problem::Answer,
    visible::Visible,
};
use crate::{
    actors::{CommandKey, Saw},
    auth::service::derived_id,
    store::projections::BoardRow,
};

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
    #[ts(type = "number")]
    created_at: Micros,
}

/// What a new board holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Template {
    /// Nothing.
    #[default]
    Blank,
    /// Three columns: to do, doing, done.
    Kanban,
}

impl Template {
    const fn columns(self) -> &'static [(&'static str, ColumnKind)] {
        match self {
            Self::Blank => &[],
            Self::Kanban => {
                &[("To do", ColumnKind::Backlog), ("Doing", ColumnKind::Active), ("Done", ColumnKind::Done)]
            }
        }
    }
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
        created_at: row.created_at,
    })
}

pub async fn create(caller: Caller, Ids(org): Ids<OrgId>, Body(body): Body<NewBoard>) -> Answer<Written<BoardHead>> {
    caller.http.directory.readable_org(caller.principal(), org).await?;
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
    for (step, (name, kind)) in body.template.columns().iter().enumerate() {
        acknowledged = add_column(&caller, board, step as u64 + 1, name, *kind).await?;
    }
    let (published, audience) = caller.board(org, board, Some(acknowledged.seq)).await?;
    Ok(Written { acknowledged, created: true, value: published.state.head(board, audience) })
}

/// Columns of a template are named by the board and their number: a request that was cut off goes on where it ended.
async fn add_column(caller: &Caller, board: BoardId, step: u64, name: &str, kind: ColumnKind) -> Answer<Acknowledged> {
    let id = |what: &str| derived_id("lockstep board template", &[board.0.as_bytes(), what.as_bytes()]);
    let column_id = ColumnId(id(&format!("column {step}")));
    let key = CommandKey { client_id: ClientId(id("client")), client_seq: step };
    let create = CreateColumn { column_id, name: name.to_owned(), kind, place: Place::END };
    caller.ask_with(board, Some(key), create, Saw::default()).await
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
