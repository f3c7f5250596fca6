//! Each change of a read table as a statement and its values; one text serves both databases. It must never read.

use uuid::Uuid;

use super::{BoardMemberRow, BoardRow, Change, MembershipRow, OrganizationRow, Patch, TeamRow, channels};
use crate::store::rows;

/// A parameter.
pub(super) enum Value {
    Id(Option<Uuid>),
    Text(Option<String>),
    Number(i64),
    Maybe(Option<i64>),
}

pub(super) fn id(id: impl Into<Uuid>) -> Value {
    Value::Id(Some(id.into()))
}

pub(super) fn text(text: &str) -> Value {
    Value::Text(Some(text.to_owned()))
}

pub(super) fn number(number: u64) -> Value {
    Value::Number(rows::signed(number))
}

pub(super) type Statement = (&'static str, Vec<Value>);

pub(super) fn of(change: &Change) -> Vec<Statement> {
    let mut all: Vec<Statement> = match change {
        Change::OrganizationDropped(org) => {
            DROP.into_iter().chain(channels::DROP).map(|sql| (sql, vec![id(*org)])).collect()
        }
        Change::Channel(change) => return change.statements(),
        _ => Vec::new(),
    };
    all.extend(one(change));
    all
}

/// What goes before an organization's own row. Members of boards are known by their boards: those come first.
const DROP: [&str; 4] = [
    "delete from board_members where board_id in (select board_id from boards where org_id = $1)",
    "delete from boards where org_id = $1",
    "delete from teams where org_id = $1",
    "delete from memberships where org_id = $1",
];

fn one(change: &Change) -> Option<Statement> {
    Some(match change {
        Change::OrganizationDropped(org) => ("delete from organizations where org_id = $1", vec![id(*org)]),
        Change::Organization(row) => organization(row),
        Change::PatchOrganization(org, seq, patch) => (
            "update organizations set name = coalesce($2, name), state = coalesce($3, state), seq = $4
             where org_id = $1",
            named(id(*org), *seq, patch),
        ),
        Change::Membership(row) => membership(row),
        Change::MembershipRole(account, org, role) => (
            "update memberships set role = $3 where account_id = $1 and org_id = $2",
            vec![id(*account), id(*org), text(role)],
        ),
        Change::MembershipStatus(account, org, status) => (
            "update memberships set status = $3 where account_id = $1 and org_id = $2",
            vec![id(*account), id(*org), text(status)],
        ),
        Change::MembershipRemoved(account, org) => {
            ("delete from memberships where account_id = $1 and org_id = $2", vec![id(*account), id(*org)])
        }
        Change::Team(row) => team(row),
        Change::PatchTeam(team, seq, patch) => (
            "update teams set name = coalesce($2, name), state = coalesce($3, state), seq = $4 where team_id = $1",
            named(id(*team), *seq, patch),
        ),
        Change::Board(row) => board(row),
        Change::PatchBoard(board, seq, patch) => patch_board(id(*board), *seq, patch),
        Change::BoardMember(row) => board_member(row),
        Change::BoardMemberRemoved(board, account) => {
            ("delete from board_members where board_id = $1 and account_id = $2", vec![id(*board), id(*account)])
        }
        Change::Channel(_) => return None,
    })
}

/// The values of a patch where only name and state can change.
fn named(id: Value, seq: u64, patch: &Patch) -> Vec<Value> {
    vec![id, Value::Text(patch.name.clone()), Value::Text(patch.state.clone()), number(seq)]
}

fn organization(row: &OrganizationRow) -> Statement {
    let sql = "insert into organizations (org_id, name, state, seq) values ($1, $2, $3, $4)
        on conflict (org_id) do update set name = excluded.name, state = excluded.state, seq = excluded.seq";
    (sql, vec![id(row.org), text(&row.name), text(&row.state), number(row.seq)])
}

fn membership(row: &MembershipRow) -> Statement {
    let sql = "insert into memberships (account_id, org_id, role, status) values ($1, $2, $3, $4)
        on conflict (account_id, org_id) do update set role = excluded.role, status = excluded.status";
    (sql, vec![id(row.account), id(row.org), text(&row.role), text(&row.status)])
}

fn team(row: &TeamRow) -> Statement {
    let sql = "insert into teams (team_id, org_id, name, state, seq) values ($1, $2, $3, $4, $5)
        on conflict (team_id) do update set name = excluded.name, state = excluded.state, seq = excluded.seq";
    (sql, vec![id(row.team), id(row.org), text(&row.name), text(&row.state), number(row.seq)])
}

fn board(row: &BoardRow) -> Statement {
    let sql = "insert into boards (board_id, org_id, team_id, name, key, visibility, state, created_at, seq, template)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        on conflict (board_id) do update set team_id = excluded.team_id, name = excluded.name, key = excluded.key,
        visibility = excluded.visibility, state = excluded.state, seq = excluded.seq,
        template = excluded.template";
    let values = vec![
        id(row.board),
        id(row.org),
        Value::Id(row.team.map(Into::into)),
        text(&row.name),
        text(&row.key),
        text(&row.visibility),
        text(&row.state),
        Value::Number(row.created_at),
        number(row.seq),
        Value::Number(row.template.into()),
    ];
    (sql, values)
}

fn patch_board(board: Value, seq: u64, patch: &Patch) -> Statement {
    let sql = "update boards set name = coalesce($2, name), key = coalesce($3, key), team_id = coalesce($4, team_id),
        visibility = coalesce($5, visibility), state = coalesce($6, state), seq = $7,
        template = coalesce($8, template) where board_id = $1";
    let values = vec![
        board,
        Value::Text(patch.name.clone()),
        Value::Text(patch.key.clone()),
        Value::Id(patch.team.map(Into::into)),
        Value::Text(patch.visibility.clone()),
        Value::Text(patch.state.clone()),
        number(seq),
        Value::Maybe(patch.template.map(Into::into)),
    ];
    (sql, values)
}

fn board_member(row: &BoardMemberRow) -> Statement {
    let sql = "insert into board_members (board_id, account_id, org_id, role) values ($1, $2, $3, $4)
        on conflict (board_id, account_id) do update set role = excluded.role";
    (sql, vec![id(row.board), id(row.account), id(row.org), text(&row.role)])
}
