//! Channels: each by itself, and who is in it. Which there are is in `list`, what is said in `messages`. It must never decide who may do what.

pub mod list;
pub mod messages;
mod routes;
pub mod search;

use std::sync::Arc;

use lockstep_domain::{
    Aggregate, Channel,
    access::{ChannelStanding as Standing, channel_standing},
    channel::direct_id,
};
use lockstep_protocol::{
    codes::{Code, Failure},
    command::{
        Command,
        channel::{AddChannelMember, CreateChannel, DeleteChannel, RemoveChannelMember, UpdateChannel},
    },
    ids::{AccountId, ChannelId, OrgId, TeamId},
    values::{Audience, ChannelKind},
    view::{ChannelMemberView, ChannelPart, ChannelView, ViewPart},
};
pub use routes::endpoints;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use ts_rs::TS;

use super::{
    answers::{Read, Written},
    extract::{Asked, Body, Caller, Fields, Ids},
    organizations::ReadQuery,
    problem::Answer,
};
use crate::actors::{Published, Said};

/// What somebody is to a channel that they may read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ChannelStanding {
    /// Not in it; they may join.
    Reader,
    Member,
    /// Not in it, and manages it all the same.
    Overseer,
    Manager,
    /// One of those who talk to each other.
    Direct,
}

impl From<Standing> for ChannelStanding {
    fn from(standing: Standing) -> Self {
        match standing {
            Standing::Reader => Self::Reader,
            Standing::Member => Self::Member,
            Standing::Overseer => Self::Overseer,
            Standing::Manager => Self::Manager,
            Standing::Direct => Self::Direct,
        }
    }
}

/// A channel by itself.
#[derive(Serialize, TS)]
pub struct ChannelRead {
    #[serde(flatten)]
    #[ts(flatten)]
    channel: ChannelView,
    members: Vec<ChannelMemberView>,
    standing: ChannelStanding,
}

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct NewChannel {
    /// Chosen by the client, so that asking again is safe. Of a direct one it follows from the people.
    #[serde(default)]
    #[ts(optional)]
    channel_id: Option<ChannelId>,
    kind: ChannelKind,
    #[serde(default)]
    #[ts(optional, as = "Option<String>")]
    name: String,
    #[serde(default)]
    #[ts(optional)]
    team_id: Option<TeamId>,
    /// Who is in it from the start, besides the caller.
    #[serde(default)]
    #[ts(optional, as = "Option<Vec<AccountId>>")]
    members: Vec<AccountId>,
}

impl Caller {
    /// A channel by its whole path, as this caller may see it.
    pub(super) async fn channel(
        &self,
        org: OrgId,
        channel: ChannelId,
        min_seq: Option<u64>,
    ) -> Answer<(Arc<Published<Channel>>, Audience)> {
        let min_seq = min_seq.unwrap_or(0);
        Ok(self.http.directory.readable_channel(self.principal(), org, channel, min_seq).await?)
    }

    /// What was said there.
    pub(super) async fn said(&self, (org, channel): (OrgId, ChannelId), min_seq: Option<u64>) -> Answer<Said> {
        let (published, _) = self.channel(org, channel, min_seq).await?;
        Ok(Said::of(self.http.store.journal(), channel, published))
    }

    /// A channel's command, by its whole path.
    pub(super) async fn change_channel(
        &self,
        org: OrgId,
        channel: ChannelId,
        body: impl Into<Command>,
    ) -> Answer<Written> {
        self.channel(org, channel, None).await?;
        Ok(self.ask(channel, 1, body).await?.into())
    }

    /// As it is shown to this caller.
    async fn shown(
        &self,
        org: OrgId,
        channel: ChannelId,
        published: &Published<Channel>,
        audience: Audience,
    ) -> Answer<ChannelRead> {
        let directory = &self.http.directory;
        let (organization, state) = (directory.organization(org).await?, &published.state);
        let team = match state.of_team() {
            Some(team) => Some(directory.team(team).await?),
            None => None,
        };
        let team = team.as_ref().map(|team| &team.state);
        let standing = channel_standing(state, self.who.account, &organization.state, team).ok_or(Code::NotFound)?;
        let (mut head, mut members) = (None, Vec::new());
        for part in state.view(channel.0, audience, usize::MAX) {
            match part {
                ViewPart::Channel(ChannelPart::Channel(view)) => head = Some(view),
                ViewPart::Channel(ChannelPart::Members { members: some }) => members.extend(some),
                _ => {}
            }
        }
        Ok(ChannelRead { channel: head.ok_or(Code::NotFound)?, members, standing: standing.into() })
    }
}

pub async fn create(
    caller: Caller,
    Ids(org): Ids<OrgId>,
    Body(body): Body<NewChannel>,
) -> Answer<Written<ChannelRead>> {
    caller.http.directory.readable_org(caller.principal(), org).await?;
    let NewChannel { channel_id, kind, name, team_id, members } = body;
    let channel = match kind {
        ChannelKind::Direct => {
            let id = direct_id(org, &members.iter().copied().chain([caller.who.account]).collect());
            if channel_id.is_some_and(|named| named != id) {
                let says = "The id of a direct channel follows from its people.";
                return Err(Failure::because(Code::FieldInvalid, says).field("channel_id").into());
            }
            id
        }
        ChannelKind::Open | ChannelKind::Private => caller.id_for(channel_id, "channel"),
    };
    let command = CreateChannel { org_id: org, team_id, kind, name, members };
    let acknowledged = caller.ask(channel, 1, command).await?;
    let (published, audience) = caller.channel(org, channel, Some(acknowledged.seq)).await?;
    let value = caller.shown(org, channel, &published, audience).await?;
    // A talk that was begun already is as it was.
    Ok(Written { created: acknowledged.position.is_some(), acknowledged, value: Some(value) })
}

pub async fn read(
    caller: Caller,
    Ids((org, channel)): Ids<(OrgId, ChannelId)>,
    Asked(query): Asked<ReadQuery>,
) -> Answer<Read<ChannelRead>> {
    let (published, audience) = caller.channel(org, channel, query.min_seq).await?;
    let value = caller.shown(org, channel, &published, audience).await?;
    Ok(Read { value, bookmark: published.bookmark, position: Some(published.position), held: caller.held })
}

pub async fn update(
    caller: Caller,
    Ids((org, channel)): Ids<(OrgId, ChannelId)>,
    Body(body): Body<UpdateChannel>,
) -> Answer<Written> {
    caller.change_channel(org, channel, body).await
}

pub async fn remove(caller: Caller, Ids((org, channel)): Ids<(OrgId, ChannelId)>) -> Answer<Written> {
    caller.change_channel(org, channel, DeleteChannel {}).await
}

/// Archives, unarchives.
pub async fn change<C: DeserializeOwned + Into<Command>>(
    caller: Caller,
    Ids((org, channel)): Ids<(OrgId, ChannelId)>,
    fields: Fields,
) -> Answer<Written> {
    let command: C = fields.into()?;
    caller.change_channel(org, channel, command).await
}

pub async fn set_member(
    caller: Caller,
    Ids((org, channel, account)): Ids<(OrgId, ChannelId, AccountId)>,
    fields: Fields,
) -> Answer<Written> {
    let command: AddChannelMember = fields.with("account_id", account)?.into()?;
    caller.change_channel(org, channel, command).await
}

pub async fn remove_member(
    caller: Caller,
    Ids((org, channel, account_id)): Ids<(OrgId, ChannelId, AccountId)>,
) -> Answer<Written> {
    caller.change_channel(org, channel, RemoveChannelMember { account_id }).await
}
