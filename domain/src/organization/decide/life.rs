//! The organization's own life: what it decides for itself, what it may take up, whose it is, and its end.

use lockstep_protocol::{
    command::organization::{
        ChangePlan, OfferOwnership, ReleaseBoard, ReleaseChannel, ReleaseTeam, ReserveBoard, ReserveChannel,
        ReserveTeam, SetLogo, UpdateSettings,
    },
    event::{
        OrganizationEvent,
        organization::{
            BoardReleased, BoardReserved, ChannelReleased, ChannelReserved, OrganizationDeleted, OrganizationDropped,
            OrganizationLogoChanged, OrganizationOwnerChanged, OrganizationPlanChanged, OrganizationRestored,
            OrganizationSettingsUpdated, OwnershipDeclined, OwnershipOffered, OwnershipWithdrawn, TeamReleased,
            TeamReserved,
        },
    },
    ids::{BoardId, ChannelId, TeamId},
    values::{Micros, OrgRole, OrgSettings, Plan},
    view::OwnershipOffer,
};

use super::{Asker, Decided};
use crate::{
    access::permissions,
    aggregate::Ctx,
    organization::Organization,
    refuse::{full, invalid, missing, wrong_state},
    text,
};

/// What an organization may ask of passwords (SECURITY: configurable from 8).
const PASSWORD_CHARS: std::ops::RangeInclusive<u32> = 8..=64;

pub(super) fn set_logo(org: &Organization, command: &SetLogo) -> Vec<OrganizationEvent> {
    let logo_id = command.logo_id;
    if logo_id == org.logo { vec![] } else { vec![OrganizationLogoChanged { logo_id }.into()] }
}

pub(super) fn update_settings(org: &Organization, command: &UpdateSettings, asker: &Asker) -> Decided {
    let before = org.settings;
    let settings = OrgSettings {
        password_chars_min: command.password_chars_min.unwrap_or(before.password_chars_min),
        boards_by: command.boards_by.unwrap_or(before.boards_by),
        invitations_by: command.invitations_by.unwrap_or(before.invitations_by),
    };
    if !PASSWORD_CHARS.contains(&settings.password_chars_min) {
        let refused = invalid("password_chars_min", "From 8 to 64 characters.");
        return Err(refused.limit(u64::from(*PASSWORD_CHARS.end())));
    }
    for (field, by) in [("boards_by", settings.boards_by), ("invitations_by", settings.invitations_by)] {
        if !matches!(by, OrgRole::Member | OrgRole::Admin) {
            return Err(invalid(field, "Members or admins."));
        }
    }
    // What members gain by it is given to them by whoever asks.
    let by_role = |settings| permissions::of_role(OrgRole::Member, settings);
    asker.may_give(OrgRole::Guest, by_role(&settings).without(by_role(&before)))?;
    if settings == before {
        return Ok(vec![]);
    }
    Ok(vec![OrganizationSettingsUpdated { settings }.into()])
}

pub(super) fn change_plan(org: &Organization, command: &ChangePlan, ctx: &Ctx<'_>) -> Decided {
    let name = text::name_or_empty(&command.plan.name, "plan.name", ctx.limits)?;
    let plan = Plan { name, ..command.plan.clone() };
    if plan == org.plan {
        return Ok(vec![]);
    }
    Ok(vec![OrganizationPlanChanged { plan }.into()])
}

pub(super) fn offer(org: &Organization, command: &OfferOwnership, asker: &Asker, ctx: &Ctx<'_>) -> Decided {
    let (from_id, to_id) = (asker.account, command.account_id);
    if org.role(from_id) != Some(OrgRole::Owner) {
        return Err(wrong_state("Only an owner can hand the organization over."));
    }
    let role = org.role(to_id).ok_or_else(|| missing("account_id"))?;
    if role == OrgRole::Guest || !org.is_person(to_id) {
        return Err(invalid("account_id", "The organization is handed over to a person who can act."));
    }
    if role == OrgRole::Owner {
        return Err(invalid("account_id", "They own it already."));
    }
    if open_offer(org, ctx).is_some_and(|offer| offer.from_id == from_id && offer.to_id == to_id) {
        return Ok(vec![]);
    }
    let expires_at = Some(ctx.now.saturating_add(micros(ctx.limits.ownership_offer_ms)));
    Ok(vec![OwnershipOffered { from_id, to_id, expires_at }.into()])
}

/// An offer, until its end.
fn open_offer(org: &Organization, ctx: &Ctx<'_>) -> Option<OwnershipOffer> {
    org.offer.filter(|offer| offer.expires_at > ctx.now)
}

fn micros(ms: u64) -> Micros {
    i64::try_from(ms.saturating_mul(1_000)).unwrap_or(i64::MAX)
}

pub(super) fn accept(org: &Organization, asker: &Asker, ctx: &Ctx<'_>) -> Decided {
    let offer = open_offer(org, ctx).filter(|offer| offer.to_id == asker.account);
    let offer = offer.ok_or_else(|| wrong_state("Nothing is offered to you."))?;
    Ok(vec![OrganizationOwnerChanged { from_id: offer.from_id, to_id: offer.to_id }.into()])
}

pub(super) fn decline(org: &Organization, asker: &Asker, ctx: &Ctx<'_>) -> Decided {
    match open_offer(org, ctx).filter(|offer| offer.to_id == asker.account) {
        Some(_) => Ok(vec![OwnershipDeclined {}.into()]),
        None => Err(wrong_state("Nothing is offered to you.")),
    }
}

pub(super) fn withdraw(org: &Organization) -> Vec<OrganizationEvent> {
    org.offer.map(|_| OwnershipWithdrawn {}.into()).into_iter().collect()
}

pub(super) fn delete(org: &Organization) -> Vec<OrganizationEvent> {
    if org.is_deleted() { vec![] } else { vec![OrganizationDeleted {}.into()] }
}

pub(super) fn restore(org: &Organization, ctx: &Ctx<'_>) -> Decided {
    let Some(deleted_at) = org.deleted_at else { return Ok(vec![]) };
    if !may_be_restored(deleted_at, ctx) {
        return Err(wrong_state("It was deleted too long ago."));
    }
    Ok(vec![OrganizationRestored {}.into()])
}

/// The same words decide about both: what can be restored is not dropped, whoever is first.
fn may_be_restored(deleted_at: Micros, ctx: &Ctx<'_>) -> bool {
    ctx.now.saturating_sub(deleted_at) <= micros(ctx.limits.organization_restore_ms)
}

pub(super) fn drop_for_good(org: &Organization, ctx: &Ctx<'_>) -> Decided {
    if org.dropped {
        return Ok(vec![]);
    }
    match org.deleted_at {
        Some(deleted_at) if !may_be_restored(deleted_at, ctx) => Ok(vec![OrganizationDropped {}.into()]),
        Some(_) => Err(wrong_state("It can be restored still.")),
        None => Err(wrong_state("It is not deleted.")),
    }
}

pub(super) fn reserve(org: &Organization, command: &ReserveBoard, ctx: &Ctx<'_>) -> Decided {
    let board_id = command.board_id;
    if board_id == BoardId::NIL {
        return Err(invalid("board_id", "There is no such board."));
    }
    if org.boards.contains(&board_id) {
        return Ok(vec![]);
    }
    let most = org.boards_max(ctx.limits);
    if org.boards.len() >= most {
        return Err(full("board_id", most));
    }
    Ok(vec![BoardReserved { board_id }.into()])
}

pub(super) fn release(org: &Organization, command: &ReleaseBoard) -> Vec<OrganizationEvent> {
    let board_id = command.board_id;
    if org.boards.contains(&board_id) { vec![BoardReleased { board_id }.into()] } else { vec![] }
}

impl Organization {
    /// How many teams have a place here.
    pub fn team_count(&self) -> usize {
        self.teams.len()
    }
}

pub(super) fn reserve_team(org: &Organization, command: &ReserveTeam, ctx: &Ctx<'_>) -> Decided {
    let team_id = command.team_id;
    if team_id == TeamId::NIL {
        return Err(invalid("team_id", "There is no such team."));
    }
    if org.teams.contains(&team_id) {
        return Ok(vec![]);
    }
    let most = ctx.limits.teams_per_org_max;
    if org.teams.len() >= most {
        return Err(full("team_id", most));
    }
    Ok(vec![TeamReserved { team_id }.into()])
}

pub(super) fn release_team(org: &Organization, command: &ReleaseTeam) -> Vec<OrganizationEvent> {
    let team_id = command.team_id;
    if org.teams.contains(&team_id) { vec![TeamReleased { team_id }.into()] } else { vec![] }
}

pub(super) fn reserve_channel(org: &Organization, command: &ReserveChannel, ctx: &Ctx<'_>) -> Decided {
    let channel_id = command.channel_id;
    if channel_id == ChannelId::NIL {
        return Err(invalid("channel_id", "There is no such channel."));
    }
    if org.channels.contains(&channel_id) {
        return Ok(vec![]);
    }
    let most = ctx.limits.channels_per_org_max;
    if org.channels.len() >= most {
        return Err(full("channel_id", most));
    }
    Ok(vec![ChannelReserved { channel_id }.into()])
}

pub(super) fn release_channel(org: &Organization, command: &ReleaseChannel) -> Vec<OrganizationEvent> {
    let channel_id = command.channel_id;
    if org.channels.contains(&channel_id) { vec![ChannelReleased { channel_id }.into()] } else { vec![] }
}
