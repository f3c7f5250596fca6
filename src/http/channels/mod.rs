//! Channels: those that the caller may read, each by itself, who is in it. What is said is in `messages`. It must never list a channel by the
//! read tables alone that its own members alone may know of.

pub mod messages;
mod said;

use std::{cmp::Reverse, collections::BTreeMap, sync::Arc};

use axum::Json;
use data_encoding::BASE64URL_NOPAD;
use lockstep_domain::{
    Aggregate, Channel,
    access::{ChannelFacts, ChannelStanding as Standing, channel_standing},
    channel::direct_id,
    organization::Organization,
    team::Team,
};
use lockstep_protocol::{
    codes::{Code, Failure},
    command::{
        Command,
        channel::{AddChannelMember, CreateChannel, DeleteChannel, RemoveChannelMember, UpdateChannel},
    },
    ids::{AccountId, ChannelId, OrgId, TeamId},
    position::Position,
    values::{Audience, ChannelKind, ChannelRole, Lifecycle, Micros},
    view::{ChannelMemberView, ChannelPart, ChannelView, ViewPart},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use ts_rs::TS;

use self::said::Said;
use super::{
    answers::{Page, Read, Written},
    extract::{Asked, Body, Caller, Fields, Ids},
    names::folded,
    organizations::ReadQuery,
    problem::Answer,
    surface::{Endpoint, Parameter, delete, get, patch, post, put},
    tasks::page_rows,
};
use crate::{actors::Published, store::projections::ChannelRow};
use lockstep_protocol::command::channel::{ArchiveChannel, UnarchiveChannel};
use lockstep_protocol::values::Scope;

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

/// A channel in a list.
#[derive(Serialize, TS)]
pub struct ChannelEntry {
    channel_id: ChannelId,
    kind: ChannelKind,
    /// Empty for a direct one.
    name: String,
    /// Empty when there is none.
    purpose: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    team_id: Option<TeamId>,
    archived: bool,
    standing: ChannelStanding,
    #[ts(type = "number")]
    member_count: u64,
    /// Of a direct one: who is in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<AccountId>>")]
    members: Vec<AccountId>,
    #[ts(type = "number")]
    created_at: Micros,
    /// When something was last said, or when it was founded.
    #[ts(type = "number")]
    spoken_at: Micros,
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

/// What may be asked of the list.
const LIST: &[Parameter] = &[
    Parameter {
        name: "mine",
        kind: "boolean",
        says: "Those that the caller is in, last spoken in first. Default: all they may read, by name; direct ones are in no list but this.",
    },
    Parameter { name: "archived", kind: "boolean", says: "Those that are put away, instead of those that are not." },
    Parameter { name: "team_id", kind: "TeamId", says: "Those of this team." },
    Parameter { name: "query", kind: "string", says: "Those in whose name words begin so." },
    Parameter { name: "cursor", kind: "string", says: "next_cursor of the page before." },
    Parameter { name: "limit", kind: "number", says: "At most 200, which is the default." },
    Parameter { name: "min_position", kind: "Position", says: "Wait until the list holds this change." },
];

const PAGE: &[Parameter] = &[
    Parameter { name: "before", kind: "number", says: "Those before this number (of replies: this seq)." },
    Parameter { name: "after", kind: "number", says: "Those after it." },
    Parameter {
        name: "around",
        kind: "number",
        says: "It and those around it. The newest, where none of the three is said.",
    },
    Parameter { name: "limit", kind: "number", says: "At most 200; default: 50." },
    Parameter { name: "min_seq", kind: "number", says: "Answer only from a state at least this new." },
];

#[rustfmt::skip]
pub fn endpoints() -> Vec<Endpoint> {
    use super::{commands, parameters::MIN_SEQ};
    const WRITE: &[Scope] = &[Scope::Write];
    vec![
        get("/api/v1/orgs/{org}/channels", list, "The channels of an organization that the caller may read").asks(LIST).answers(200, "{ items: Array<ChannelEntry>, next_cursor?: string }"),
        post("/api/v1/orgs/{org}/channels", create, "Found a channel, or begin a direct talk").takes("NewChannel").answers(201, "ChannelRead & Acknowledged").or_answers(200, "ChannelRead & Acknowledged").scopes(WRITE),
        get("/api/v1/orgs/{org}/channels/{channel}", read, "A channel and who is in it").asks(MIN_SEQ).answers(200, "ChannelRead & Acknowledged"),
        patch("/api/v1/orgs/{org}/channels/{channel}", update, "Change the name or purpose of a channel").takes("UpdateChannel").answers(200, "Acknowledged"),
        delete("/api/v1/orgs/{org}/channels/{channel}", remove, "Delete a channel for good").answers(200, "Acknowledged"),
        post("/api/v1/orgs/{org}/channels/{channel}/archive", change::<ArchiveChannel>, "Put a channel away").answers(200, "Acknowledged"),
        post("/api/v1/orgs/{org}/channels/{channel}/unarchive", change::<UnarchiveChannel>, "Take a channel out of the archive").answers(200, "Acknowledged"),
        put("/api/v1/orgs/{org}/channels/{channel}/members/{account}", set_member, "Bring somebody into a channel, or oneself, or say who manages it").takes_but("AddChannelMember", &["account_id"], &[]).answers(200, "Acknowledged").scopes(WRITE),
        delete("/api/v1/orgs/{org}/channels/{channel}/members/{account}", remove_member, "Take somebody out of a channel, or oneself").answers(200, "Acknowledged").scopes(WRITE),
        get("/api/v1/orgs/{org}/channels/{channel}/messages", messages::list, "What was said in a channel, a page at a time").asks(PAGE).answers(200, "MessagePage"),
        post("/api/v1/orgs/{org}/channels/{channel}/messages", messages::post, "Say something in a channel").takes("NewMessage").answers(201, "Posted & Acknowledged").scopes(WRITE),
        get("/api/v1/orgs/{org}/channels/{channel}/messages/{seq}", messages::read, "One message, however old").asks(MIN_SEQ).answers(200, "MessageView"),
        patch("/api/v1/orgs/{org}/channels/{channel}/messages/{seq}", messages::edit, "Change what one said").takes("ChangedText").answers(200, "Acknowledged").scopes(WRITE),
        delete("/api/v1/orgs/{org}/channels/{channel}/messages/{seq}", messages::delete, "Delete a message for good").answers(200, "Acknowledged").scopes(WRITE),
        get("/api/v1/orgs/{org}/channels/{channel}/messages/{seq}/replies", messages::replies, "The thread of a message, a page at a time").asks(PAGE).answers(200, "MessagePage"),
        put("/api/v1/orgs/{org}/channels/{channel}/messages/{seq}/reactions/{emoji}", messages::react, "Answer a message with an emoji").answers(200, "Acknowledged").scopes(WRITE),
        delete("/api/v1/orgs/{org}/channels/{channel}/messages/{seq}/reactions/{emoji}", messages::unreact, "Take one's emoji back").answers(200, "Acknowledged").scopes(WRITE),
        put("/api/v1/orgs/{org}/channels/{channel}/messages/{seq}/pin", messages::pin, "Pin a message").answers(200, "Acknowledged").scopes(WRITE),
        delete("/api/v1/orgs/{org}/channels/{channel}/messages/{seq}/pin", messages::unpin, "Pin it no more").answers(200, "Acknowledged").scopes(WRITE),
        get("/api/v1/orgs/{org}/channels/{channel}/pins", messages::pins, "What is pinned in a channel").asks(MIN_SEQ).answers(200, "{ items: Array<MessageView> }"),
        post("/api/v1/orgs/{org}/channels/{channel}/commands", commands::to_channel, "Any command for a channel").takes("CommandDoor").answers(200, "Acknowledged").scopes(WRITE),
    ]
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelsQuery {
    #[serde(default)]
    mine: bool,
    #[serde(default)]
    archived: bool,
    #[serde(default)]
    team_id: Option<TeamId>,
    #[serde(default)]
    query: Option<String>,
    #[serde(default)]
    cursor: Option<String>,
    #[serde(default)]
    limit: Option<usize>,
    #[serde(default)]
    min_position: Option<Position>,
}

/// Where something stands in a list: those that are last spoken in first, or by name; what is equal by id.
type Place = (Reverse<Micros>, String, ChannelId);

fn cursor_of((Reverse(spoken), name, channel): &Place) -> String {
    BASE64URL_NOPAD.encode(format!("{spoken} {channel} {name}").as_bytes())
}

fn place_of(cursor: &str) -> Option<Place> {
    let text = String::from_utf8(BASE64URL_NOPAD.decode(cursor.as_bytes()).ok()?).ok()?;
    let mut parts = text.splitn(3, ' ');
    let (spoken, channel, name) = (parts.next()?, parts.next()?, parts.next()?);
    Some((Reverse(spoken.parse().ok()?), name.to_owned(), channel.parse().ok()?))
}

pub async fn list(
    caller: Caller,
    Ids(org): Ids<OrgId>,
    Asked(query): Asked<ChannelsQuery>,
) -> Answer<Json<Page<ChannelEntry>>> {
    let (published, _) = caller.http.directory.readable_org(caller.principal(), org).await?;
    caller.wait_projected(query.min_position).await?;
    let limits = &caller.http.limits;
    let limit = page_rows(Some(query.limit.unwrap_or(limits.page_channels_max)), limits.page_channels_max)?;
    let after = match query.cursor.as_deref() {
        None => None,
        Some(cursor) => Some(place_of(cursor).ok_or_else(|| Failure::new(Code::FieldInvalid).field("cursor"))?),
    };
    let mut found = candidates(&caller, org, &published.state, &query).await?;
    found.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    let mut seen = Seen { caller: &caller, org: &published.state, teams: BTreeMap::new() };
    let (mut items, mut next_cursor, mut last) = (Vec::new(), None, None);
    for (place, row) in found.into_iter().filter(|(place, _)| after.as_ref().is_none_or(|after| place > after)) {
        if items.len() == limit {
            next_cursor = last.as_ref().map(cursor_of);
            break;
        }
        if let Some(entry) = seen.entry(row).await? {
            items.push(entry);
            last = Some(place);
        }
    }
    let ids: Vec<ChannelId> = items.iter().map(|item| item.channel_id).collect();
    let sizes = caller.http.store.projections().channel_sizes(&ids).await?;
    for item in &mut items {
        item.member_count = sizes.get(&item.channel_id).copied().unwrap_or_default();
    }
    Ok(Json(Page { items, next_cursor }))
}

/// A channel that may be in a list, and the strongest role of the caller in it, as old as the read tables.
type Candidate = (ChannelRow, Option<ChannelRole>);

/// What meets the question, in no order, with its place in the list.
async fn candidates(
    caller: &Caller,
    org: OrgId,
    state: &Organization,
    query: &ChannelsQuery,
) -> Answer<Vec<(Place, Candidate)>> {
    let projections = caller.http.store.projections();
    let mut all: BTreeMap<ChannelId, Candidate> = BTreeMap::new();
    if !query.mine {
        all.extend(projections.open_channels(org).await?.into_iter().map(|row| (row.channel, (row, None))));
    }
    for id in state.ids_of(caller.who.account) {
        for own in projections.channels_of(id, org).await? {
            let role = ChannelRole::from_word(&own.role);
            let entry = all.entry(own.channel.channel).or_insert((own.channel, None));
            entry.1 = entry.1.max(role);
        }
    }
    let words: Vec<String> = folded(query.query.as_deref().unwrap_or_default()).split(' ').map(str::to_owned).collect();
    let meets = |row: &ChannelRow| {
        let name = folded(&row.name);
        let has = |word: &String| name.split(' ').any(|own| own.starts_with(word.as_str()));
        let direct = row.kind == ChannelKind::Direct.word();
        let state = if query.archived { Lifecycle::Archived } else { Lifecycle::Active };
        row.state == state.word()
            && query.team_id.is_none_or(|team| row.team == Some(team))
            && (query.mine || !direct)
            && words.iter().all(|word| word.is_empty() || has(word))
    };
    let placed = all.into_values().filter(|(row, _)| meets(row)).map(|candidate| {
        let row = &candidate.0;
        let place = match query.mine {
            true => (Reverse(row.spoken_at), String::new(), row.channel),
            false => (Reverse(0), folded(&row.name), row.channel),
        };
        (place, candidate)
    });
    Ok(placed.collect())
}

/// What one caller may see of the channels of an organization.
struct Seen<'a> {
    caller: &'a Caller,
    org: &'a Organization,
    teams: BTreeMap<TeamId, Option<Arc<Published<Team>>>>,
}

impl Seen<'_> {
    async fn entry(&mut self, (row, own): Candidate) -> Answer<Option<ChannelEntry>> {
        let (Some(kind), Some(lifecycle)) = (ChannelKind::from_word(&row.kind), Lifecycle::from_word(&row.state))
        else {
            return Ok(None);
        };
        let (account, directory) = (self.caller.who.account, &self.caller.http.directory);
        // Of one that its members alone may know of, it counts at once who is in it no more.
        let live = match kind {
            ChannelKind::Open => None,
            ChannelKind::Private | ChannelKind::Direct => match directory.channel(row.channel).await {
                Ok(live) => Some(live),
                Err(failure) if failure.code == Code::NotFound => return Ok(None),
                Err(failure) => return Err(failure.into()),
            },
        };
        let team = match row.team {
            Some(team) => self.team(team).await?,
            None => None,
        };
        let team = team.as_ref().map(|team| &team.state);
        let standing = match &live {
            Some(live) => channel_standing(&live.state, account, self.org, team),
            None => ChannelFacts { kind, of_team: row.team, own }.standing(account, self.org, team),
        };
        let members = live.filter(|_| kind == ChannelKind::Direct);
        let members =
            members.map(|live| live.state.members().map(|(account, _)| account).collect()).unwrap_or_default();
        Ok(standing.map(|standing| ChannelEntry {
            channel_id: row.channel,
            kind,
            name: row.name,
            purpose: row.purpose,
            team_id: row.team,
            archived: lifecycle == Lifecycle::Archived,
            standing: standing.into(),
            member_count: 0,
            members,
            created_at: row.created_at,
            spoken_at: row.spoken_at,
        }))
    }

    async fn team(&mut self, id: TeamId) -> Answer<Option<Arc<Published<Team>>>> {
        if let Some(team) = self.teams.get(&id) {
            return Ok(team.clone());
        }
        let team = match self.caller.http.directory.team(id).await {
            Ok(team) => Some(team),
            Err(failure) if failure.code == Code::NotFound => None,
            Err(failure) => return Err(failure.into()),
        };
        self.teams.insert(id, team.clone());
        Ok(team)
    }
}

impl Caller {
    /// A channel by its whole path, as this caller may see it.
    async fn channel(
        &self,
        org: OrgId,
        channel: ChannelId,
        min_seq: Option<u64>,
    ) -> Answer<(Arc<Published<Channel>>, Audience)> {
        let min_seq = min_seq.unwrap_or(0);
        Ok(self.http.directory.readable_channel(self.principal(), org, channel, min_seq).await?)
    }

    /// What was said there.
    async fn said(&self, (org, channel): (OrgId, ChannelId), min_seq: Option<u64>) -> Answer<Said> {
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
