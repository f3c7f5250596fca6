//! Custom roles of an organization, and what single members have beside their roles or have not in spite of them.

use lockstep_protocol::{
    command::organization::{CreateRole, DeleteRole, SetMemberPermissions, UpdateRole},
    ids::{AccountId, OrgId, RoleId},
};
use serde::Serialize;
use ts_rs::TS;

use super::{
    answers::Written,
    extract::{Caller, Fields, Ids},
    problem::Answer,
};

/// The id of what was made.
#[derive(Serialize, TS)]
pub struct NamedRole {
    role_id: RoleId,
}

pub async fn create(caller: Caller, Ids(org): Ids<OrgId>, fields: Fields) -> Answer<Written<NamedRole>> {
    let command: CreateRole = fields.with_default("role_id", || caller.id_for::<RoleId>(None, "role")).into()?;
    let role_id = command.role_id;
    let acknowledged = caller.ask(org, 1, command).await?;
    Ok(Written { acknowledged, created: true, value: Some(NamedRole { role_id }) })
}

pub async fn update(caller: Caller, Ids((org, role)): Ids<(OrgId, RoleId)>, fields: Fields) -> Answer<Written> {
    let command: UpdateRole = fields.with("role_id", role)?.into()?;
    Ok(caller.ask(org, 1, command).await?.into())
}

pub async fn delete(caller: Caller, Ids((org, role)): Ids<(OrgId, RoleId)>) -> Answer<Written> {
    Ok(caller.ask(org, 1, DeleteRole { role_id: role }).await?.into())
}

pub async fn set_permissions(
    caller: Caller,
    Ids((org, account)): Ids<(OrgId, AccountId)>,
    fields: Fields,
) -> Answer<Written> {
    let command: SetMemberPermissions = fields.with("account_id", account)?.into()?;
    Ok(caller.ask(org, 1, command).await?.into())
}
