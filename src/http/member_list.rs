//! The directory of an organization: its members a page at a time, found by name, with their teams and open tasks. The only place
//! where names of people are told. Guests see themselves and the people on their boards, and are told of no board but those.
//!
//! What is kept in memory orders and finds ([`super::names`]); who is a member, and what they are called, is read anew each time. The
//! work of a request is bounded by the members there may be and by a page of rows.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use data_encoding::BASE64URL_NOPAD;
use lockstep_domain::organization::{Member, Organization};
use lockstep_protocol::{
    codes::{Code, Failure},
    ids::{AccountId, OrgId, PictureId, RoleId, TeamId},
    position::Position,
    values::{Audience, MemberStatus, OrgRole},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

use super::{
    extract::{Asked, Caller, Ids},
    names::{Found, folded},
    problem::Answer,
    tasks::page_rows,
    visible::{Sight, Visible},
};
use crate::actors::Published;

/// A member, by name.
#[derive(Serialize, TS)]
pub struct MemberEntry {
    account_id: AccountId,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    avatar_id: Option<PictureId>,
    role: OrgRole,
    /// A stand-in that an import made and nobody has claimed.
    placeholder: bool,
    /// A program of the organization.
    service: bool,
    status: MemberStatus,
    /// A custom role beside the role.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    role_id: Option<RoleId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    manager_id: Option<AccountId>,
    /// Job title; absent where there is none, and for guests.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    title: Option<String>,
    /// Teams they are in; none for guests.
    team_ids: Vec<TeamId>,
    /// Tasks that are theirs and neither done, archived nor deleted, on boards in use that the caller sees.
    #[ts(type = "number")]
    open_tasks: u64,
}

/// Members by pages.
#[derive(Serialize, TS)]
pub struct MemberPage {
    items: Vec<MemberEntry>,
    /// How many there are on all pages.
    total: usize,
    /// Ask with it as `cursor` for what follows; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    next_cursor: Option<String>,
}

/// What kind of member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum MemberKind {
    /// Somebody.
    Person,
    /// A program.
    Service,
    /// A stand-in.
    Placeholder,
}

/// In what order. What is equal goes by name, then by id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum MemberSort {
    #[default]
    Name,
    /// Owners first.
    Role,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MembersQuery {
    #[serde(default)]
    q: Option<String>,
    #[serde(default)]
    ids: Option<String>,
    #[serde(default)]
    role: Option<OrgRole>,
    #[serde(default)]
    status: Option<MemberStatus>,
    #[serde(default)]
    team: Option<TeamId>,
    #[serde(default)]
    kind: Option<MemberKind>,
    #[serde(default)]
    sort: MemberSort,
    #[serde(default)]
    cursor: Option<String>,
    #[serde(default)]
    limit: Option<usize>,
    #[serde(default)]
    min_position: Option<Position>,
}

/// Where a row stands in the order; as text it is a cursor.
type Rank = (u8, String, AccountId);

fn rank(sort: MemberSort, found: &Found, member: &Member) -> Rank {
    let first = match (sort, member.role) {
        (MemberSort::Name, _) => 0,
        (MemberSort::Role, OrgRole::Owner) => 1,
        (MemberSort::Role, OrgRole::Admin) => 2,
        (MemberSort::Role, OrgRole::Member) => 3,
        (MemberSort::Role, OrgRole::Guest) => 4,
    };
    (first, found.key.clone(), found.account)
}

fn cursor_of((first, key, account): &Rank) -> String {
    let bytes: Vec<u8> = [*first].into_iter().chain(*account.0.as_bytes()).chain(key.bytes()).collect();
    BASE64URL_NOPAD.encode(&bytes)
}

fn rank_of(cursor: &str, sort: MemberSort) -> Option<Rank> {
    let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok()?;
    let (first, rest) = bytes.split_first()?;
    let (account, key) = rest.split_at_checked(16)?;
    let fits = match sort {
        MemberSort::Name => *first == 0,
        MemberSort::Role => (1..=4).contains(first),
    };
    let key = std::str::from_utf8(key).ok()?;
    fits.then_some((*first, key.to_owned(), Uuid::from_slice(account).ok()?.into()))
}

/// Whom the caller asks for.
struct Wanted {
    words: Vec<String>,
    /// Titles are told, and so searched.
    titles: bool,
    ids: Option<BTreeSet<AccountId>>,
    role: Option<OrgRole>,
    active: Option<bool>,
    team: Option<BTreeSet<AccountId>>,
    kind: Option<MemberKind>,
    /// A guest's world.
    seen: Option<BTreeSet<AccountId>>,
}

impl Wanted {
    async fn new(
        caller: &Caller,
        org: OrgId,
        published: &Published<Organization>,
        audience: Audience,
        query: &MembersQuery,
    ) -> Answer<Self> {
        let limits = &caller.http.limits;
        let text = query.q.as_deref().unwrap_or_default();
        if text.chars().count() > limits.search_chars_max {
            return Err(Failure::new(Code::FieldTooLong).field("q").limit(limits.search_chars_max as u64).into());
        }
        let team = match query.team {
            Some(team) => Some(members_of(caller, org, published, team).await?),
            None => None,
        };
        let seen = match audience {
            Audience::Member => None,
            Audience::Guest | Audience::Public => Some(seen_by_guest(caller, org, published).await?),
        };
        Ok(Self {
            words: folded(text).split_whitespace().map(str::to_owned).collect(),
            titles: audience == Audience::Member,
            ids: query.ids.as_deref().map(|ids| named(ids, limits.members_named_max)).transpose()?,
            role: query.role,
            active: query.status.map(|status| status == MemberStatus::Active),
            team,
            kind: query.kind,
            seen,
        })
    }

    fn takes(&self, found: &Found, member: &Member) -> bool {
        let kind = match (member.placeholder, member.service) {
            (true, _) => MemberKind::Placeholder,
            (false, true) => MemberKind::Service,
            (false, false) => MemberKind::Person,
        };
        let among = |some: &Option<BTreeSet<AccountId>>| some.as_ref().is_none_or(|some| some.contains(&found.account));
        self.role.is_none_or(|role| role == member.role)
            && self.active.is_none_or(|active| active == member.active)
            && self.kind.is_none_or(|wanted| wanted == kind)
            && among(&self.seen)
            && among(&self.ids)
            && among(&self.team)
            && found.is_meant_by(&self.words, self.titles)
    }
}

/// Ids parted by commas.
fn named(text: &str, most: usize) -> Result<BTreeSet<AccountId>, Failure> {
    let invalid = || Failure::because(Code::FieldInvalid, "These are ids of members, parted by commas.").field("ids");
    let ids: Vec<&str> = text.split(',').take(most + 1).collect();
    if ids.len() > most {
        return Err(invalid().limit(most as u64));
    }
    ids.into_iter().map(|id| id.parse().map_err(|_| invalid())).collect()
}

/// Who is in a team that the caller may see, as members are called today.
async fn members_of(
    caller: &Caller,
    org: OrgId,
    published: &Published<Organization>,
    team: TeamId,
) -> Answer<BTreeSet<AccountId>> {
    let missing = || Failure::new(Code::NotFound).field("team");
    let team = match caller.http.directory.readable_team(caller.principal(), org, team).await {
        Ok((team, _)) if !team.state.is_deleted() => team,
        Ok(_) => return Err(missing().into()),
        Err(failure) if failure.code == Code::NotFound => return Err(missing().into()),
        Err(failure) => return Err(failure.into()),
    };
    Ok(team.state.members().map(|(account, _)| published.state.resolve(account)).collect())
}

pub async fn list(caller: Caller, Ids(org): Ids<OrgId>, Asked(query): Asked<MembersQuery>) -> Answer<Json<MemberPage>> {
    let (published, audience) = caller.http.directory.readable_org(caller.principal(), org).await?;
    let limit = page_rows(query.limit, caller.http.limits.page_rows_max)?;
    let after = match query.cursor.as_deref() {
        Some(cursor) => {
            Some(rank_of(cursor, query.sort).ok_or_else(|| Failure::new(Code::FieldInvalid).field("cursor"))?)
        }
        None => None,
    };
    caller.wait_counted(query.min_position).await?;
    let wanted = Wanted::new(&caller, org, &published, audience, &query).await?;
    let http = &caller.http;
    let roll = http.names.of(&http.store, org, &published, http.clock.now(), &http.limits).await?;
    let member = |found: &Found| published.state.member(found.account);
    let taken = roll.people.iter().filter_map(|found| Some((found, member(found)?)));
    let mut matching: Vec<(&Found, &Member)> = taken.filter(|(found, member)| wanted.takes(found, member)).collect();
    if query.sort == MemberSort::Role {
        matching.sort_by_cached_key(|(found, member)| rank(query.sort, found, member));
    }
    let begin =
        after.map_or(0, |after| matching.partition_point(|(found, member)| rank(query.sort, found, member) <= after));
    let page = &matching[begin..matching.len().min(begin + limit)];
    let more = begin + page.len() < matching.len();
    let next_cursor = page.last().filter(|_| more).map(|(found, member)| cursor_of(&rank(query.sort, found, member)));
    let page: Vec<(AccountId, &Member)> = page.iter().map(|(found, member)| (found.account, *member)).collect();
    let items = entries(&caller, org, &published, audience, &page).await?;
    Ok(Json(MemberPage { items, total: matching.len(), next_cursor }))
}

async fn entries(
    caller: &Caller,
    org: OrgId,
    published: &Published<Organization>,
    audience: Audience,
    page: &[(AccountId, &Member)],
) -> Answer<Vec<MemberEntry>> {
    let ids: Vec<AccountId> = page.iter().map(|(account, _)| *account).collect();
    let profiles = caller.http.store.accounts().profiles(&ids).await?;
    let mut names: BTreeMap<_, _> = profiles.into_iter().map(|profile| (profile.account, profile.name)).collect();
    let mut avatars: BTreeMap<_, _> = caller.http.store.pictures().avatars(&ids).await?.into_iter().collect();
    let mut titles = BTreeMap::new();
    let mut teams: BTreeMap<AccountId, BTreeSet<TeamId>> = BTreeMap::new();
    // Whom each of their ids means.
    let own: Vec<(AccountId, AccountId)> =
        ids.iter().flat_map(|person| published.state.ids_of(*person).map(|id| (id, *person))).collect();
    if audience == Audience::Member {
        titles.extend(caller.http.store.members().titles_of(org, &ids).await?);
        let any: Vec<AccountId> = own.iter().map(|(id, _)| *id).collect();
        for (team, account) in caller.http.store.projections().teams_with(org, &any).await? {
            teams.entry(published.state.resolve(account)).or_default().insert(team);
        }
    }
    let mut tasks = open_tasks(caller, org, published, audience, &own).await?;
    let items = page.iter().map(|(account_id, member)| MemberEntry {
        account_id: *account_id,
        name: names.remove(account_id).unwrap_or_default(),
        avatar_id: avatars.remove(account_id),
        role: member.role,
        placeholder: member.placeholder,
        service: member.service,
        status: if member.active { MemberStatus::Active } else { MemberStatus::Inactive },
        role_id: member.custom_role.filter(|_| audience == Audience::Member),
        manager_id: member.manager.filter(|_| audience == Audience::Member),
        title: titles.remove(account_id),
        team_ids: teams.remove(account_id).unwrap_or_default().into_iter().collect(),
        open_tasks: tasks.remove(account_id).unwrap_or_default(),
    });
    Ok(items.collect())
}

/// Open tasks of these people on the boards that the caller sees. What is private, or seen by a role of one's own alone, is asked for at
/// the live board: the row may be older than a removal. To a guest only such boards count.
async fn open_tasks(
    caller: &Caller,
    org: OrgId,
    published: &Published<Organization>,
    audience: Audience,
    own: &[(AccountId, AccountId)],
) -> Answer<BTreeMap<AccountId, u64>> {
    let projections = caller.http.store.projections();
    let ids: Vec<AccountId> = own.iter().map(|(id, _)| *id).collect();
    let mut visible = Visible::of(caller, org, &published.state).await?;
    let mut boards = Vec::new();
    for row in projections.boards_with_open_tasks(org, &ids).await? {
        let counts = match (visible.sight(&row).await?, audience) {
            (None, _) => false,
            (Some(Sight::Others { own: false }), audience) => audience == Audience::Member,
            (Some(Sight::Others { own: true }), Audience::Member) => true,
            (Some(_), _) => match caller.board(org, row.board, None).await {
                Ok((_, seen)) => seen != Audience::Public,
                Err(problem) if problem.0.code == Code::NotFound => false,
                Err(problem) => return Err(problem),
            },
        };
        if counts {
            boards.push(row.board);
        }
    }
    Ok(projections.open_tasks(org, own, &boards).await?.into_iter().collect())
}

/// Whether the list shows somebody to the caller: then their picture may be seen as well.
pub(super) async fn shows(
    caller: &Caller,
    org: OrgId,
    published: &Published<Organization>,
    audience: Audience,
    account: AccountId,
) -> Answer<bool> {
    let is_member = published.state.member(account).is_some();
    Ok(match audience {
        Audience::Member => is_member,
        Audience::Guest | Audience::Public => {
            is_member && seen_by_guest(caller, org, published).await?.contains(&account)
        }
    })
}

/// A guest's world: themselves, and who has a role on the boards that they have one on.
async fn seen_by_guest(
    caller: &Caller,
    org: OrgId,
    published: &Published<Organization>,
) -> Answer<BTreeSet<AccountId>> {
    let mut seen: BTreeSet<AccountId> = BTreeSet::from([caller.who.account]);
    for id in published.state.ids_of(caller.who.account) {
        for row in caller.http.store.projections().board_roles_of(id, org).await? {
            // The live board decides: the row may be older than a removal.
            if let Ok((board, _)) = caller.board(org, row.board, None).await {
                seen.extend(board.state.members().map(|(account, _)| published.state.resolve(account)));
            }
        }
    }
    Ok(seen)
}
