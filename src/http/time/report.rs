//! What the time of a board comes to, a page at a time. Must never be asked for the public.

use std::{collections::BTreeMap, sync::Arc};

use jiff::tz::TimeZone;
use lockstep_domain::{
    board::{Board, Spent, Sum},
    organization::Organization,
};
use lockstep_protocol::{
    codes::{Code, Failure},
    ids::{AccountId, TaskId, TimeEntryId},
    values::{Audience, Micros},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::super::{extract::Caller, problem::Answer, quick_add::zone_of, tasks::page_rows};
use crate::actors::Published;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeQuery {
    #[serde(default)]
    from: Option<Micros>,
    #[serde(default)]
    to: Option<Micros>,
    #[serde(default)]
    account: Option<AccountId>,
    #[serde(default)]
    task: Option<TaskId>,
    #[serde(default)]
    group: Option<TimeGroup>,
    #[serde(default)]
    zone: Option<String>,
    #[serde(default)]
    cursor: Option<String>,
    #[serde(default)]
    limit: Option<usize>,
    #[serde(default)]
    pub min_seq: Option<u64>,
}

/// What comes together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TimeGroup {
    Task,
    Member,
    Day,
}

/// A time that was spent, and on what.
#[derive(Serialize, TS)]
pub struct TimeRow {
    pub task_id: TaskId,
    pub number: u32,
    pub title: String,
    pub entry_id: TimeEntryId,
    pub account_id: AccountId,
    #[ts(type = "number")]
    pub started_at: Micros,
    pub duration_s: u32,
    #[serde(skip_serializing_if = "String::is_empty")]
    #[ts(optional, as = "Option<String>")]
    pub note: String,
}

/// What comes together by what was asked: of a task, a person or a day.
#[derive(Default, Serialize, TS)]
pub struct TimeSum {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub account_id: Option<AccountId>,
    /// Such as 2026-11-22, in the zone that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub day: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub task_id: Option<TaskId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub number: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub title: Option<String>,
    /// How long the task was said to take, in minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub estimate_minutes: Option<u32>,
    /// All that was ever spent on the task, whoever and whenever.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub tracked_s: Option<u64>,
    /// What was asked about.
    #[ts(type = "number")]
    pub total_s: u64,
    pub entries: u32,
}

/// The time that was spent on a board. Either each by itself, in the order in which it began, or what comes together.
#[derive(Serialize, TS)]
pub struct TimeReport {
    /// The board's seq that this answers for.
    #[ts(type = "number")]
    seq: u64,
    /// Of all pages.
    #[ts(type = "number")]
    total_s: u64,
    entries: u32,
    items: Vec<TimeRow>,
    groups: Vec<TimeSum>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    next_cursor: Option<String>,
}

/// Nothing ends before it begins.
pub fn ends(from: Option<Micros>, to: Option<Micros>) -> Result<(), Failure> {
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        return Err(Failure::because(Code::FieldInvalid, "It ends before it begins.").field("to"));
    }
    Ok(())
}

/// Whose days they are: of the zone that is named, or the caller's.
pub async fn zone(caller: &Caller, named: Option<&str>) -> Answer<TimeZone> {
    if let Some(name) = named {
        return Ok(TimeZone::get(name).map_err(|_| Failure::new(Code::FieldInvalid).field("zone"))?);
    }
    let profile = caller.http.store.accounts().profile(caller.who.account).await?;
    Ok(zone_of(profile.as_ref().map_or("", |profile| &profile.time_zone)))
}

/// Where a time stands among all: by when it began.
pub type Place = (Micros, TaskId, TimeEntryId);

/// A question, with what it is asked of.
pub struct Asking {
    pub published: Arc<Published<Board>>,
    pub audience: Audience,
    organization: Arc<Published<Organization>>,
    spent: Spent,
    pub group: Option<TimeGroup>,
    zone: TimeZone,
}

impl Asking {
    pub async fn new(
        caller: &Caller,
        (published, audience, organization): (Arc<Published<Board>>, Audience, Arc<Published<Organization>>),
        query: &TimeQuery,
    ) -> Answer<Self> {
        ends(query.from, query.to)?;
        let zone = zone(caller, query.zone.as_deref()).await?;
        let spent = Spent { from: query.from, to: query.to, account: query.account, task: query.task };
        Ok(Self { published, audience, organization, spent, group: query.group, zone })
    }

    fn board(&self) -> &Board {
        &self.published.state
    }

    /// Whoever claimed a placeholder is whom it stands for.
    pub fn person(&self, account: AccountId) -> AccountId {
        self.organization.state.resolve(account)
    }

    /// Each time by itself, in the order in which it began.
    pub fn places(&self) -> Vec<Place> {
        let person = |account| self.person(account);
        let spent = self.board().spent(self.spent, &person);
        let mut places: Vec<Place> = spent.map(|(task_id, _, id, entry)| (entry.started_at, task_id, id)).collect();
        places.sort_unstable();
        places
    }

    pub fn row(&self, (_, task_id, entry_id): Place) -> Option<TimeRow> {
        let task = self.board().task(task_id)?;
        let entry = task.time_entry(entry_id)?;
        Some(TimeRow {
            task_id,
            number: task.number,
            title: task.title.to_string(),
            entry_id,
            account_id: self.person(entry.account_id),
            started_at: entry.started_at,
            duration_s: entry.duration_s,
            note: entry.note.to_string(),
        })
    }

    /// What comes together, each with its key, in the order of the keys.
    pub fn groups(&self, group: TimeGroup) -> Vec<(String, TimeSum)> {
        let person = |account| self.person(account);
        match group {
            TimeGroup::Task => told(self.board().spent_by_task(self.spent, &person), |task_id| self.of_task(task_id)),
            TimeGroup::Member => told(self.board().spent_by_member(self.spent, &person), |account_id| TimeSum {
                account_id: Some(account_id),
                ..TimeSum::default()
            }),
            TimeGroup::Day => told(self.board().spent_by_day(self.spent, &person, &self.zone), |day| TimeSum {
                day: Some(day.to_string()),
                ..TimeSum::default()
            }),
        }
    }

    fn of_task(&self, task_id: TaskId) -> TimeSum {
        let task = self.board().task(task_id);
        TimeSum {
            task_id: Some(task_id),
            number: task.map(|task| task.number),
            title: task.map(|task| task.title.to_string()),
            estimate_minutes: task.and_then(|task| task.minutes),
            tracked_s: task.and_then(|task| task.tracked_s()),
            ..TimeSum::default()
        }
    }

    /// A page of what was asked.
    pub fn page(&self, query: &TimeQuery, rows_max: usize) -> Result<TimeReport, Failure> {
        let limit = page_rows(query.limit, rows_max)?;
        let Sum { total_s, entries } = self.board().spent_in_all(self.spent, &|account| self.person(account));
        let seq = self.published.bookmark.seq;
        let mut report = TimeReport { seq, total_s, entries, items: Vec::new(), groups: Vec::new(), next_cursor: None };
        if let Some(group) = self.group {
            let after = |key: &String| query.cursor.as_ref().is_none_or(|cursor| key > cursor);
            let mut groups = self.groups(group).into_iter().filter(|(key, _)| after(key));
            let page: Vec<(String, TimeSum)> = groups.by_ref().take(limit).collect();
            let more = groups.next().is_some();
            report.next_cursor = page.last().filter(|_| more).map(|(key, _)| key.clone());
            report.groups = page.into_iter().map(|(_, sum)| sum).collect();
        } else {
            let cursor = query.cursor.as_deref().map(place).transpose()?;
            let places = self.places();
            let mut places = places.into_iter().filter(|place| cursor.is_none_or(|cursor| *place > cursor));
            let page: Vec<Place> = places.by_ref().take(limit).collect();
            let more = places.next().is_some();
            report.next_cursor = page.last().filter(|_| more).map(|(at, task, entry)| format!("{at}.{task}.{entry}"));
            report.items = page.into_iter().filter_map(|place| self.row(place)).collect();
        }
        Ok(report)
    }
}

fn told<K: Copy + ToString>(sums: BTreeMap<K, Sum>, of: impl Fn(K) -> TimeSum) -> Vec<(String, TimeSum)> {
    let told = sums
        .into_iter()
        .map(|(key, Sum { total_s, entries })| (key.to_string(), TimeSum { total_s, entries, ..of(key) }));
    told.collect()
}

/// What `next_cursor` says.
pub fn place(text: &str) -> Result<Place, Failure> {
    let wrong = || Failure::new(Code::FieldInvalid).field("cursor");
    let mut parts = text.splitn(3, '.');
    let mut next = || parts.next().ok_or_else(wrong);
    let at = next()?.parse().map_err(|_| wrong())?;
    let task = next()?.parse().map_err(|_| wrong())?;
    let entry = next()?.parse().map_err(|_| wrong())?;
    Ok((at, task, entry))
}
