//! Who is in a channel. Those of a direct talk never change.

use lockstep_protocol::{
    codes::Failure,
    command::channel::{AddChannelMember, RemoveChannelMember},
    event::channel::*,
    values::{ChannelKind, ChannelRole},
};

use super::{Ask, Decided};
use crate::{
    access::{self, Capability},
    refuse::{forbidden, full, invalid, missing},
};

pub(super) fn add(ask: &Ask<'_>, command: &AddChannelMember) -> Decided {
    let AddChannelMember { account_id, role } = *command;
    unchanging(ask)?;
    if ask.org.role(account_id).is_none() {
        return Err(missing("account_id"));
    }
    let before = ask.channel.member(account_id);
    let role_after = role.or(before).unwrap_or(ChannelRole::Member);
    if before == Some(role_after) {
        return Ok(vec![]);
    }
    // Who manages is for those who do.
    if before.max(Some(role_after)) == Some(ChannelRole::Manager) && !ask.may(Capability::ManageChannelMembers) {
        return Err(forbidden());
    }
    if before.is_some() {
        return Ok(vec![ChannelMemberRoleChanged { account_id, role: role_after }.into()]);
    }
    // A team that was deleted takes in nobody; its channels are for those who are in them.
    let team = ask.ctx.team.filter(|team| !team.is_deleted());
    let of = ask.head.team_id.filter(|_| team.is_some());
    if !access::may_be_in_channel(of, account_id, ask.org, team) {
        return Err(invalid("account_id", "Only people, and only those of the channel's team, can be in it."));
    }
    let most = ask.ctx.limits.members_per_channel_max;
    if ask.channel.members.len() >= most {
        return Err(full("account_id", most));
    }
    Ok(vec![ChannelMemberAdded { account_id, role: role_after }.into()])
}

pub(super) fn remove(ask: &Ask<'_>, command: &RemoveChannelMember) -> Decided {
    let account_id = command.account_id;
    unchanging(ask)?;
    ask.channel.member(account_id).ok_or_else(|| missing("account_id"))?;
    Ok(vec![ChannelMemberRemoved { account_id }.into()])
}

/// Also for the server.
fn unchanging(ask: &Ask<'_>) -> Result<(), Failure> {
    if ask.head.kind == ChannelKind::Direct { Err(forbidden()) } else { Ok(()) }
}
