//! Founding a channel, what it is called, and its end.

use std::collections::BTreeSet;

use lockstep_protocol::{
    codes::{Code, Failure},
    command::{
        ChannelCommand,
        channel::{CreateChannel, UpdateChannel},
    },
    event::{ChannelEvent, channel::*},
    ids::{AccountId, ChannelId},
    values::{ChannelKind, Lifecycle},
};

use super::{Ask, Decided};
use crate::{
    access,
    aggregate::{Aggregate, Ctx, Principal},
    channel::{direct::direct_id, state::Channel},
    organization::Organization,
    refuse::{forbidden, full, invalid, missing, not_found},
    team::Team,
    text,
};

pub(super) fn create(channel: &Channel, create: &CreateChannel, command: &ChannelCommand, ctx: &Ctx<'_>) -> Decided {
    let hidden = || missing("org_id");
    let org = ctx.org.filter(|org| org.exists()).ok_or_else(hidden)?;
    let asker = ctx.principal.account().ok_or_else(not_found)?;
    if create.kind == ChannelKind::Direct && create.team_id.is_some() {
        return Err(invalid("team_id", "People talk directly whatever team they are in."));
    }
    let team = match create.team_id {
        None => None,
        Some(id) => {
            let of_org = |team: &&Team| team.exists() && !team.is_deleted() && team.org_id(id.0) == create.org_id;
            Some(ctx.team.filter(of_org).ok_or_else(|| missing("team_id"))?)
        }
    };
    if matches!(ctx.principal, Principal::Account(_)) {
        let capability = access::channel(command, true);
        access::demand_founding_channel(capability, team, asker, org).ok_or_else(hidden)??;
    }
    let people = people(create, asker, org, ctx)?;
    if create.kind == ChannelKind::Direct {
        return begin(channel, create, people, ctx);
    }
    if channel.exists() {
        return Err(Failure::new(Code::AlreadyExists));
    }
    let most = ctx.limits.members_per_channel_max;
    if people.len() > most {
        return Err(full("members", most));
    }
    let name = text::name(&create.name, "name", ctx.limits)?;
    let CreateChannel { org_id, team_id, kind, .. } = *create;
    Ok(vec![ChannelCreated { org_id, team_id, kind, name, members: people.into_iter().collect() }.into()])
}

/// Those who are named and whoever asks, each once.
fn people(
    create: &CreateChannel,
    asker: AccountId,
    org: &Organization,
    ctx: &Ctx<'_>,
) -> Result<BTreeSet<AccountId>, Failure> {
    for account in &create.members {
        if org.role(*account).is_none() {
            return Err(missing("members"));
        }
        if !access::may_be_in_channel(create.team_id, *account, org, ctx.team) {
            return Err(invalid("members", "They are people, and in the team of the channel."));
        }
    }
    Ok(create.members.iter().copied().chain([asker]).collect())
}

/// The same people have one talk: it is begun once.
fn begin(channel: &Channel, create: &CreateChannel, people: BTreeSet<AccountId>, ctx: &Ctx<'_>) -> Decided {
    let most = ctx.limits.people_per_direct_max;
    if people.len() > most {
        return Err(full("members", most));
    }
    if people.len() < 2 {
        return Err(Failure::new(Code::FieldRequired).field("members"));
    }
    if !create.name.is_empty() {
        return Err(invalid("name", "Those who are in it are its name."));
    }
    if ChannelId(ctx.id) != direct_id(create.org_id, &people) {
        return Err(invalid("members", "The id of a direct channel follows from its people."));
    }
    if channel.exists() {
        return Ok(vec![]);
    }
    let CreateChannel { org_id, kind, .. } = *create;
    let (name, members) = (String::new(), people.into_iter().collect());
    Ok(vec![ChannelCreated { org_id, team_id: None, kind, name, members }.into()])
}

pub(super) fn update(ask: &Ask<'_>, command: &UpdateChannel) -> Decided {
    let limits = ask.ctx.limits;
    if ask.head.kind == ChannelKind::Direct {
        return Err(forbidden());
    }
    let name = command.name.as_deref().map(|name| text::name(name, "name", limits)).transpose()?;
    let name = name.filter(|name| *name != ask.head.name);
    let purpose = command.purpose.as_deref().map(|text| text::channel_purpose(text, "purpose", limits)).transpose()?;
    let purpose = purpose.filter(|purpose| *purpose != ask.head.purpose);
    if name.is_none() && purpose.is_none() {
        return Ok(vec![]);
    }
    Ok(vec![ChannelUpdated { name, purpose }.into()])
}

pub(super) fn archive(ask: &Ask<'_>) -> Vec<ChannelEvent> {
    if ask.head.lifecycle == Lifecycle::Active { vec![ChannelArchived {}.into()] } else { vec![] }
}

pub(super) fn unarchive(ask: &Ask<'_>) -> Vec<ChannelEvent> {
    if ask.head.lifecycle == Lifecycle::Archived { vec![ChannelUnarchived {}.into()] } else { vec![] }
}

pub(super) fn delete() -> Vec<ChannelEvent> {
    vec![ChannelDeleted {}.into()]
}
