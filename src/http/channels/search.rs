//! Finds what was said, in the channels that the caller may read at this moment. The read tables say where words are; what a message says, and who
//! may read it, the live channel does.

use std::collections::BTreeMap;

use axum::Json;
use data_encoding::BASE64URL_NOPAD;
use lockstep_protocol::{
    codes::{Code, Failure},
    ids::{AccountId, ChannelId, OrgId},
    position::Position,
    view::MessageView,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    super::{
        answers::Page,
        extract::{Asked, Caller, Ids},
        problem::Answer,
        tasks::page_rows,
    },
    list::{Candidate, Seen, known},
};
use crate::{
    store::projections::{FoundMessage as Place, MessageQuery},
    words::{Term, terms},
};

/// How many a page has that does not say.
const PAGE: usize = 20;
/// How often the tables are asked for one page, where the caller has lost the sight of what they say.
const ROUNDS: usize = 8;

/// A message that was found.
#[derive(Serialize, TS)]
pub struct FoundMessage {
    channel_id: ChannelId,
    /// Empty for a direct one.
    channel_name: String,
    #[serde(flatten)]
    #[ts(flatten)]
    said: MessageView,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchQuery {
    #[serde(default)]
    query: String,
    #[serde(default)]
    channel_id: Option<ChannelId>,
    #[serde(default)]
    author_id: Option<AccountId>,
    #[serde(default)]
    cursor: Option<String>,
    #[serde(default)]
    limit: Option<usize>,
    #[serde(default)]
    min_position: Option<Position>,
}

fn cursor_of(place: &Place) -> String {
    BASE64URL_NOPAD.encode(format!("{} {} {}", place.at, place.channel, place.seq).as_bytes())
}

fn place_of(cursor: &str) -> Option<Place> {
    let text = String::from_utf8(BASE64URL_NOPAD.decode(cursor.as_bytes()).ok()?).ok()?;
    let mut parts = text.splitn(3, ' ');
    let (at, channel, seq) = (parts.next()?, parts.next()?, parts.next()?);
    Some(Place { at: at.parse().ok()?, channel: channel.parse().ok()?, seq: seq.parse().ok()? })
}

fn invalid(field: &'static str) -> Failure {
    Failure::new(Code::FieldInvalid).field(field)
}

pub async fn search(
    caller: Caller,
    Ids(org): Ids<OrgId>,
    Asked(query): Asked<SearchQuery>,
) -> Answer<Json<Page<FoundMessage>>> {
    let (published, _) = caller.http.directory.readable_org(caller.principal(), org).await?;
    let limits = &caller.http.limits;
    let limit = page_rows(Some(query.limit.unwrap_or(PAGE)), limits.page_found_max)?;
    let terms = asked(&query.query, limits.search_query_chars_max, limits.search_terms_max)?;
    let after = match query.cursor.as_deref() {
        None => Place::NEWEST,
        Some(cursor) => place_of(cursor).ok_or_else(|| invalid("cursor"))?,
    };
    caller.wait_searched(query.min_position).await?;
    let mut candidates = known(&caller, org, &published.state, false).await?;
    if let Some(channel) = query.channel_id {
        candidates.retain(|id, _| *id == channel);
    }
    let mut rooms = Rooms { seen: Seen::of(&caller, &published.state), candidates, readable: BTreeMap::new() };
    let (mut places, mut last, mut more) = (Vec::new(), after, true);
    for _ in 0..ROUNDS {
        let channels: Vec<ChannelId> = rooms.candidates.keys().copied().collect();
        let wanted = MessageQuery {
            org,
            channels: &channels,
            author: query.author_id,
            terms: &terms,
            after: last,
            limit: limit - places.len() + 1,
        };
        let found = caller.http.store.projections().find_messages(&wanted).await?;
        more = found.len() == wanted.limit;
        for place in found {
            if rooms.may_read(place.channel).await? {
                places.push(place);
            }
            last = place;
        }
        if !more || places.len() > limit {
            break;
        }
    }
    let next_cursor = match places.len() > limit {
        true => {
            places.truncate(limit);
            places.last().map(cursor_of)
        }
        false => more.then(|| cursor_of(&last)),
    };
    Ok(Json(Page { items: said(&caller, org, &places).await?, next_cursor }))
}

fn asked(query: &str, chars_max: usize, terms_max: usize) -> Result<Vec<Term>, Failure> {
    if query.chars().count() > chars_max {
        return Err(Failure::new(Code::FieldTooLong).field("query").limit(chars_max as u64));
    }
    let terms = terms(query);
    match terms.len() {
        0 => Err(Failure::because(Code::FieldInvalid, "There is no word in it.").field("query")),
        count if count > terms_max => Err(Failure::new(Code::FieldTooLong).field("query").limit(terms_max as u64)),
        _ => Ok(terms),
    }
}

/// Which channels the caller may read, each looked at once.
struct Rooms<'a> {
    seen: Seen<'a>,
    candidates: BTreeMap<ChannelId, Candidate>,
    readable: BTreeMap<ChannelId, bool>,
}

impl Rooms<'_> {
    async fn may_read(&mut self, channel: ChannelId) -> Answer<bool> {
        if let Some(known) = self.readable.get(&channel) {
            return Ok(*known);
        }
        let may = match self.candidates.get(&channel).cloned() {
            Some(candidate) => self.seen.entry(candidate).await?.is_some(),
            None => false,
        };
        self.readable.insert(channel, may);
        Ok(may)
    }
}

/// What they say now, in the same order. What was deleted meanwhile is left out, and so is what cannot be read any more.
async fn said(caller: &Caller, org: OrgId, places: &[Place]) -> Answer<Vec<FoundMessage>> {
    let mut by_channel: BTreeMap<ChannelId, Vec<u64>> = BTreeMap::new();
    for place in places {
        by_channel.entry(place.channel).or_default().push(place.seq);
    }
    let mut all: BTreeMap<(ChannelId, u64), FoundMessage> = BTreeMap::new();
    for (channel, mut seqs) in by_channel {
        let said = match caller.said((org, channel), None).await {
            Ok(said) => said,
            Err(problem) if problem.0.code == Code::NotFound => continue,
            Err(problem) => return Err(problem),
        };
        // One that was said a moment ago is not in what is published yet.
        seqs.retain(|seq| *seq <= said.seq());
        let found = said.views(&seqs).await?;
        for view in found.into_iter().filter(|view| !view.deleted) {
            let channel_name = said.state().name().to_owned();
            let found = FoundMessage { channel_id: channel, channel_name, said: view };
            all.insert((channel, found.said.message.seq), found);
        }
    }
    Ok(places.iter().filter_map(|place| all.remove(&(place.channel, place.seq))).collect())
}
