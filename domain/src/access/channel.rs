//! What somebody is to a channel, out of its own list, the team and the organization. A channel of a team is for those who are in the team,
//! whoever its list names: who leaves the team is in its channels no more, and is again when they come back. Must never let anybody read
//! a private channel or a direct talk who is not in it, whatever they may do in the organization.

use lockstep_protocol::{
    codes::Failure,
    ids::{AccountId, TeamId},
    values::{Audience, ChannelKind, ChannelRole, OrgRole, Permission, TeamRole},
};

use super::{
    Capability, Role, demand,
    standing::{org_role, team_role},
};
use crate::{
    aggregate::{Aggregate, Principal},
    channel::Channel,
    organization::Organization,
    refuse::forbidden,
    team::Team,
};

/// What somebody is to a channel that they may read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChannelStanding {
    /// Not in it: they may join.
    Reader,
    Member,
    /// Not in it, and manages it all the same: leads of its team, and who manages all open channels.
    Overseer,
    Manager,
    /// One of those who talk to each other.
    Direct,
}

/// What the team of a channel says about somebody.
enum Gate {
    /// The channel is of no team, or of one that was deleted: its list alone counts.
    None {
        gone: bool,
    },
    /// They are in the team.
    In(TeamRole),
    Out,
}

fn gate(of: Option<TeamId>, account: AccountId, org: &Organization, team: Option<&Team>) -> Gate {
    if of.is_none() {
        return Gate::None { gone: false };
    }
    match team {
        Some(team) if team.is_deleted() => Gate::None { gone: true },
        Some(team) => match team_role(team, account, org) {
            Some(Role::Team(role, _)) => Gate::In(role),
            _ => Gate::Out,
        },
        None => Gate::Out,
    }
}

/// What somebody is to the channel; `None`: it is not there for them.
pub fn channel_standing(
    channel: &Channel,
    account: AccountId,
    org: &Organization,
    team: Option<&Team>,
) -> Option<ChannelStanding> {
    use ChannelStanding as S;
    let standing = plain(channel, account, org, team)?;
    // Where nobody is left who manages a private channel, everybody in it does.
    let manages = |(one, role)| role == ChannelRole::Manager && plain(channel, one, org, team) == Some(S::Manager);
    let left = || channel.members().any(manages);
    let private = channel.kind() == Some(ChannelKind::Private);
    Some(if standing == S::Member && private && !left() { S::Manager } else { standing })
}

/// What decides about the sight of a channel, as far as the channel itself knows it: lists have no more of it than this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChannelFacts {
    pub kind: ChannelKind,
    pub of_team: Option<TeamId>,
    /// The strongest role that the channel gives to any of the account's ids.
    pub own: Option<ChannelRole>,
}

impl ChannelFacts {
    fn of(channel: &Channel, account: AccountId, org: &Organization) -> Option<Self> {
        let own = org.ids_of(account).filter_map(|id| channel.member(id)).max();
        Some(Self { kind: channel.kind()?, of_team: channel.of_team(), own })
    }

    /// What somebody is to the channel by themselves; `None`: it is not there for them.
    pub fn standing(self, account: AccountId, org: &Organization, team: Option<&Team>) -> Option<ChannelStanding> {
        use ChannelStanding as S;
        let Self { kind, of_team, own } = self;
        let org_role = org.role(account)?;
        if kind == ChannelKind::Direct {
            return own.map(|_| S::Direct);
        }
        let open = kind == ChannelKind::Open;
        let (reads, in_it, leads) = match gate(of_team, account, org, team) {
            Gate::None { gone } => (open && !gone && org_role != OrgRole::Guest, own.is_some(), false),
            Gate::In(role) => (open, own.is_some(), role == TeamRole::Lead),
            Gate::Out => (false, false, false),
        };
        let manages = open && org.may(account, Permission::ManageChannels);
        match (in_it, leads || manages || own == Some(ChannelRole::Manager)) {
            (true, true) => Some(S::Manager),
            (true, false) => Some(S::Member),
            (false, _) if manages || (leads && open) => Some(S::Overseer),
            (false, _) => reads.then_some(S::Reader),
        }
    }
}

fn plain(channel: &Channel, account: AccountId, org: &Organization, team: Option<&Team>) -> Option<ChannelStanding> {
    ChannelFacts::of(channel, account, org)?.standing(account, org, team)
}

/// Whether the account may read the channel: only then is it told of anything there.
pub fn may_read_channel(channel: &Channel, account: AccountId, org: &Organization, team: Option<&Team>) -> bool {
    plain(channel, account, org, team).is_some()
}

/// Whether somebody may be brought into a channel of this team, or of none: somebody who acts in the organization, and is in the team.
pub fn may_be_in_channel(of: Option<TeamId>, account: AccountId, org: &Organization, team: Option<&Team>) -> bool {
    org.role(account).is_some()
        && !org.is_placeholder(account)
        && !matches!(gate(of, account, org, team), Gate::Out | Gate::None { gone: true })
}

/// Whether somebody may found a channel: the organization must let them, and they are in the team that it is for.
pub fn demand_founding_channel(
    capability: Capability,
    team: Option<&Team>,
    account: AccountId,
    org: &Organization,
) -> Option<Result<(), Failure>> {
    if let Err(refused) = demand(org_role(org, account)?, capability) {
        return Some(Err(refused));
    }
    match team.map(|team| team_role(team, account, org)) {
        None | Some(Some(Role::Team(..))) => Some(Ok(())),
        Some(_) => Some(Err(forbidden())),
    }
}

pub fn channel_audience(
    channel: &Channel,
    principal: Principal,
    org: Option<&Organization>,
    team: Option<&Team>,
) -> Option<Audience> {
    channel.kind()?;
    match principal {
        Principal::System(_) => Some(Audience::Member),
        Principal::Public | Principal::Link(_) => None,
        Principal::Account(account) => {
            let org = org.filter(|org| org.exists())?;
            plain(channel, account, org, team)?;
            let guest = org.role(account) == Some(OrgRole::Guest);
            Some(if guest { Audience::Guest } else { Audience::Member })
        }
    }
}
