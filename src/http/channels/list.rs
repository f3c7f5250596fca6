//! The channels of an organization that the caller may read. It must never list one by the read tables alone that its own members alone may
//! know of.

use std::{cmp::Reverse, collections::BTreeMap, sync::Arc};

use axum::Json;
use data_encoding::BASE64URL_NOPAD;
use lockstep_domain::{
    access::{ChannelFacts, channel_standing},
    organization::Organization,
    team::Team,
};
use lockstep_protocol::{
    codes::{Code, Failure},
    ids::{AccountId, ChannelId, OrgId, TeamId},
    position::Position,
    values::{ChannelKind, ChannelRole, Lifecycle, Micros},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    super::{
        answers::Page,
        extract::{Asked, Caller, Ids},
        names::folded,
        problem::Answer,
        tasks::page_rows,
    },
    ChannelStanding,
};
use crate::{actors::Published, store::projections::ChannelRow};

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
    let mut seen = Seen::of(&caller, &published.state);
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
pub(super) type Candidate = (ChannelRow, Option<ChannelRole>);

/// What meets the question, in no order, with its place in the list.
async fn candidates(
    caller: &Caller,
    org: OrgId,
    state: &Organization,
    query: &ChannelsQuery,
) -> Answer<Vec<(Place, Candidate)>> {
    let all = known(caller, org, state, query.mine).await?;
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

/// What the caller may be able to read, as old as the read tables; or of it what they are in.
pub(super) async fn known(
    caller: &Caller,
    org: OrgId,
    state: &Organization,
    mine: bool,
) -> Answer<BTreeMap<ChannelId, Candidate>> {
    let projections = caller.http.store.projections();
    let mut all: BTreeMap<ChannelId, Candidate> = BTreeMap::new();
    if !mine {
        all.extend(projections.open_channels(org).await?.into_iter().map(|row| (row.channel, (row, None))));
    }
    for id in state.ids_of(caller.who.account) {
        for own in projections.channels_of(id, org).await? {
            let role = ChannelRole::from_word(&own.role);
            let entry = all.entry(own.channel.channel).or_insert((own.channel, None));
            entry.1 = entry.1.max(role);
        }
    }
    Ok(all)
}

/// What one caller may see of the channels of an organization.
pub(super) struct Seen<'a> {
    caller: &'a Caller,
    org: &'a Organization,
    teams: BTreeMap<TeamId, Option<Arc<Published<Team>>>>,
}

impl<'a> Seen<'a> {
    pub(super) const fn of(caller: &'a Caller, org: &'a Organization) -> Self {
        Self { caller, org, teams: BTreeMap::new() }
    }

    pub(super) async fn entry(&mut self, (row, own): Candidate) -> Answer<Option<ChannelEntry>> {
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
