//! What the caller has worked, over all their boards, as JSON and as a table. Which boards may hold time of theirs a read table says; what
//! is answered comes from the live boards, as the caller may see them now. It must never hold time of anybody else.

use std::collections::BTreeMap;

use axum::{Json, response::Response};
use jiff::tz::TimeZone;
use lockstep_domain::board::{Across, Board, Spent, Sum, across, day_of, sums};
use lockstep_protocol::{
    codes::{Code, Failure},
    ids::{AccountId, BoardId, OrgId, TaskId, TimeEntryId},
    position::Position,
    values::{Lifecycle, Micros},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    super::{
        export::rows::moment,
        extract::{Asked, Caller},
        own_boards::{Seen, newest, open, organizations},
        problem::Answer,
        surface::Parameter,
        tasks::page_rows,
    },
    report::{ends, place, zone},
    table::{Cells, attached, chunks, hours, safe},
};

/// What may be asked.
pub const PARAMETERS: &[Parameter] = &[
    Parameter { name: "from", kind: "number", says: "What began at this moment or later." },
    Parameter { name: "to", kind: "number", says: "What began before this moment." },
    Parameter { name: "org_id", kind: "OrgId", says: "On the boards of this organization alone." },
    Parameter {
        name: "group",
        kind: "OwnTimeGroup",
        says: "What comes together: board, task or day; absent: each time by itself.",
    },
    Parameter {
        name: "zone",
        kind: "string",
        says: "Whose days they are, such as Europe/Berlin; default: the caller's.",
    },
    Parameter { name: "cursor", kind: "string", says: "next_cursor of the page before." },
    Parameter { name: "limit", kind: "number", says: "At most 500, which is the default." },
    Parameter { name: "min_position", kind: "Position", says: "Wait until it is known on which boards there is any." },
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnTimeQuery {
    #[serde(default)]
    from: Option<Micros>,
    #[serde(default)]
    to: Option<Micros>,
    #[serde(default)]
    org_id: Option<OrgId>,
    #[serde(default)]
    group: Option<OwnTimeGroup>,
    #[serde(default)]
    zone: Option<String>,
    #[serde(default)]
    cursor: Option<String>,
    #[serde(default)]
    limit: Option<usize>,
    #[serde(default)]
    min_position: Option<Position>,
}

/// What comes together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OwnTimeGroup {
    Board,
    Task,
    Day,
}

/// A time of the caller's, and on what.
#[derive(Serialize, TS)]
pub struct OwnTimeRow {
    org_id: OrgId,
    board_id: BoardId,
    board_name: String,
    task_id: TaskId,
    /// `OPS-42`.
    key: String,
    title: String,
    entry_id: TimeEntryId,
    #[ts(type = "number")]
    started_at: Micros,
    duration_s: u32,
    #[serde(skip_serializing_if = "String::is_empty")]
    #[ts(optional, as = "Option<String>")]
    note: String,
}

/// What comes together by what was asked: of a board, a task or a day.
#[derive(Default, Serialize, TS)]
pub struct OwnTimeSum {
    /// Such as 2026-11-22, in the zone that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    day: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    org_id: Option<OrgId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    board_id: Option<BoardId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    board_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    task_id: Option<TaskId>,
    /// `OPS-42`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    title: Option<String>,
    #[ts(type = "number")]
    total_s: u64,
    entries: u32,
}

/// What the caller has worked. Either each time by itself, in the order in which it began, or what comes together.
#[derive(Serialize, TS)]
pub struct OwnTime {
    /// Of all pages.
    #[ts(type = "number")]
    total_s: u64,
    entries: usize,
    items: Vec<OwnTimeRow>,
    groups: Vec<OwnTimeSum>,
    /// Boards on which there may be time of theirs that were not asked, since there are too many.
    boards_left_out: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    next_cursor: Option<String>,
}

/// A question, with the boards that it is asked of.
struct Asking {
    boards: Vec<(OrgId, BoardId, Seen)>,
    left_out: usize,
    times: Vec<Across>,
    zone: TimeZone,
}

impl Asking {
    async fn new(caller: &Caller, query: &OwnTimeQuery) -> Answer<Self> {
        ends(query.from, query.to)?;
        let zone = zone(caller, query.zone.as_deref()).await?;
        caller.wait_clocked(query.min_position).await?;
        let within = (query.from.unwrap_or(Micros::MIN), query.to.unwrap_or(Micros::MAX));
        let mut rows = Vec::new();
        for (org, organization) in organizations(caller, query.org_id).await? {
            let me: Vec<_> = organization.state.ids_of(caller.who.account).collect();
            rows.extend(caller.http.store.projections().boards_with_hours(org, &me, within).await?);
        }
        let (boards, left_out) = newest(caller, rows, caller.http.limits.own_time_boards_max).await?;
        let mut boards = open(caller, boards).await?;
        // The table may not know yet, and whoever manages a board sees it there too.
        boards.retain(|(_, _, (published, _))| published.state.lifecycle() != Some(Lifecycle::Deleted));
        let spent = Spent { from: query.from, to: query.to, account: Some(caller.who.account), task: None };
        // Whoever claimed a placeholder is whom it stands for.
        let people: Vec<_> = boards
            .iter()
            .map(|(_, _, (_, organization))| move |account: AccountId| organization.state.resolve(account))
            .collect();
        let each = boards.iter().zip(&people).map(|((_, _, (published, _)), person)| {
            let person: &dyn Fn(AccountId) -> AccountId = person;
            (&published.state, person)
        });
        let times = across(each, spent);
        drop(people);
        Ok(Self { boards, left_out, times, zone })
    }

    fn board(&self, at: usize) -> (OrgId, BoardId, &Board) {
        let (org, id, (published, _)) = &self.boards[at];
        (*org, *id, &published.state)
    }

    fn row(&self, time: &Across) -> Option<OwnTimeRow> {
        let (org_id, board_id, board) = self.board(time.board);
        let task = board.task(time.task_id)?;
        Some(OwnTimeRow {
            org_id,
            board_id,
            board_name: board.name().to_owned(),
            task_id: time.task_id,
            key: format!("{}-{}", board.key(), task.number),
            title: task.title.to_string(),
            entry_id: time.entry_id,
            started_at: time.started_at,
            duration_s: time.duration_s,
            note: task.time_entry(time.entry_id)?.note.to_string(),
        })
    }

    /// What comes together, each with its key, in the order of the keys.
    fn groups(&self, group: OwnTimeGroup) -> Vec<(String, OwnTimeSum)> {
        match group {
            OwnTimeGroup::Day => told(sums(&self.times, |time| day_of(time.started_at, &self.zone)), |day| {
                (day.to_string(), OwnTimeSum { day: Some(day.to_string()), ..OwnTimeSum::default() })
            }),
            OwnTimeGroup::Board => {
                told(sums(&self.times, |time| Some(self.boards[time.board].1).zip(Some(time.board))), |(id, at)| {
                    (id.to_string(), self.of_board(at))
                })
            }
            OwnTimeGroup::Task => told(sums(&self.times, |time| Some((time.task_id, time.board))), |(task_id, at)| {
                let board = self.board(at).2;
                let task = board.task(task_id);
                let sum = OwnTimeSum {
                    task_id: Some(task_id),
                    key: task.map(|task| format!("{}-{}", board.key(), task.number)),
                    title: task.map(|task| task.title.to_string()),
                    ..self.of_board(at)
                };
                (task_id.to_string(), sum)
            }),
        }
    }

    fn of_board(&self, at: usize) -> OwnTimeSum {
        let (org_id, board_id, board) = self.board(at);
        OwnTimeSum {
            org_id: Some(org_id),
            board_id: Some(board_id),
            board_name: Some(board.name().to_owned()),
            ..OwnTimeSum::default()
        }
    }

    fn page(&self, query: &OwnTimeQuery, rows_max: usize) -> Result<OwnTime, Failure> {
        let limit = page_rows(query.limit, rows_max)?;
        let mut report = OwnTime {
            total_s: self.times.iter().map(|time| u64::from(time.duration_s)).sum(),
            entries: self.times.len(),
            items: Vec::new(),
            groups: Vec::new(),
            boards_left_out: self.left_out,
            next_cursor: None,
        };
        if let Some(group) = query.group {
            let after = |key: &String| query.cursor.as_ref().is_none_or(|cursor| key > cursor);
            let mut groups = self.groups(group).into_iter().filter(|(key, _)| after(key));
            let page: Vec<_> = groups.by_ref().take(limit).collect();
            let more = groups.next().is_some();
            report.next_cursor = page.last().filter(|_| more).map(|(key, _)| key.clone());
            report.groups = page.into_iter().map(|(_, sum)| sum).collect();
        } else {
            let cursor = query.cursor.as_deref().map(place).transpose()?;
            let mut times = self
                .times
                .iter()
                .filter(|time| cursor.is_none_or(|cursor| (time.started_at, time.task_id, time.entry_id) > cursor));
            let page: Vec<&Across> = times.by_ref().take(limit).collect();
            let last = page.last().filter(|_| times.next().is_some());
            report.next_cursor = last.map(|time| format!("{}.{}.{}", time.started_at, time.task_id, time.entry_id));
            report.items = page.into_iter().filter_map(|time| self.row(time)).collect();
        }
        Ok(report)
    }
}

fn told<K: Copy>(sums: BTreeMap<K, Sum>, of: impl Fn(K) -> (String, OwnTimeSum)) -> Vec<(String, OwnTimeSum)> {
    let told = sums.into_iter().map(|(key, Sum { total_s, entries })| {
        let (key, sum) = of(key);
        (key, OwnTimeSum { total_s, entries, ..sum })
    });
    told.collect()
}

pub async fn read(caller: Caller, Asked(query): Asked<OwnTimeQuery>) -> Answer<Json<OwnTime>> {
    let asking = Asking::new(&caller, &query).await?;
    Ok(Json(asking.page(&query, caller.http.limits.page_rows_max)?))
}

/// All of it, or nothing: what is left out of a table, nobody sees.
pub async fn csv(caller: Caller, Asked(query): Asked<OwnTimeQuery>) -> Answer<Response> {
    let asking = Asking::new(&caller, &query).await?;
    if asking.left_out > 0 {
        let most = caller.http.limits.own_time_boards_max as u64;
        let says = "There is time on more boards than can be asked: ask for less of it, or for one organization.";
        return Err(Failure::because(Code::LimitReached, says).field("from").limit(most).into());
    }
    let body = match query.group {
        Some(group) => {
            let groups = asking.groups(group).into_iter().map(|(_, sum)| sum);
            chunks(group_heading(group), groups, move |sum| Some(group_row(group, &sum)))
        }
        None => {
            let times = asking.times.clone().into_iter();
            chunks(ENTRY_HEADING, times, move |time| asking.row(&time).as_ref().map(entry_row))
        }
    };
    Ok(attached("my-time.csv", body))
}

const ENTRY_HEADING: &[&str] = &["Board", "Key", "Title", "Started", "Seconds", "Hours", "Note"];

const fn group_heading(group: OwnTimeGroup) -> &'static [&'static str] {
    match group {
        OwnTimeGroup::Board => &["Board", "Entries", "Seconds", "Hours"],
        OwnTimeGroup::Task => &["Board", "Key", "Title", "Entries", "Seconds", "Hours"],
        OwnTimeGroup::Day => &["Day", "Entries", "Seconds", "Hours"],
    }
}

fn entry_row(row: &OwnTimeRow) -> Cells<'static> {
    let spent = u64::from(row.duration_s);
    let moment = moment(row.started_at).into();
    let (board, key, title, note) = (safe(&row.board_name), safe(&row.key), safe(&row.title), safe(&row.note));
    vec![board, key, title, moment, spent.to_string().into(), hours(spent), note]
}

fn group_row(group: OwnTimeGroup, sum: &OwnTimeSum) -> Cells<'static> {
    let cell = |text: &Option<String>| safe(text.as_deref().unwrap_or_default());
    let mut row = match group {
        OwnTimeGroup::Board => vec![cell(&sum.board_name)],
        OwnTimeGroup::Task => vec![cell(&sum.board_name), cell(&sum.key), cell(&sum.title)],
        OwnTimeGroup::Day => vec![sum.day.clone().unwrap_or_default().into()],
    };
    row.extend([sum.entries.to_string().into(), sum.total_s.to_string().into(), hours(sum.total_s)]);
    row
}
