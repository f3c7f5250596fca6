//! The time of a board as a table for spreadsheets, like that of the board itself: every cell in quotes, no formulas. Must never hold the
//! whole table: rows are made as they are sent, from one state of the board.

use std::{borrow::Cow, collections::HashMap, convert::Infallible};

use axum::{
    body::Body,
    http::header,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::stream;
use lockstep_protocol::ids::{AccountId, OrgId};

use super::{
    super::{
        export::{
            self, BYTE_ORDER_MARK, ROWS_AT_ONCE, cells,
            rows::{Rows, moment, name},
        },
        extract::Caller,
        problem::Answer,
    },
    report::{Asking, Place, TimeGroup, TimeSum},
};

type Names = HashMap<AccountId, String>;
pub type Cells<'a> = Vec<Cow<'a, str>>;

const SECONDS_PER_HOUR: u64 = 3_600;

pub async fn answer(caller: &Caller, org_id: OrgId, asking: Asking) -> Answer<Response> {
    let board = &asking.published.state;
    let everybody = board.tasks().flat_map(|(_, task)| task.time_entries());
    let named = everybody.map(|(_, entry)| asking.person(entry.account_id)).collect();
    let names = export::names(caller, org_id, &asking.published, asking.audience, named).await?;
    // A key is capitals and digits: nothing in it needs to be written in another way.
    let file = format!("{}-time.csv", board.key());
    let body = match asking.group {
        Some(group) => {
            let groups = asking.groups(group).into_iter().map(|(_, sum)| sum);
            chunks(group_heading(group), groups, move |sum| Some(group_row(&asking, &names, group, &sum)))
        }
        None => {
            let places = asking.places().into_iter();
            chunks(ENTRY_HEADING, places, move |place| entry_row(&asking, &names, place))
        }
    };
    Ok(attached(&file, body))
}

/// A table under a name that is to be written as it is.
pub fn attached(file: &str, body: Body) -> Response {
    let disposition = format!("attachment; filename=\"{file}\"");
    let headers = [(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CONTENT_DISPOSITION, &disposition)];
    (headers, body).into_response()
}

const ENTRY_HEADING: &[&str] = &["Key", "Title", "Member", "Started", "Seconds", "Hours", "Note"];

const fn group_heading(group: TimeGroup) -> &'static [&'static str] {
    match group {
        TimeGroup::Task => &["Key", "Title", "Estimate (minutes)", "Tracked (seconds)", "Entries", "Seconds", "Hours"],
        TimeGroup::Member => &["Member", "Entries", "Seconds", "Hours"],
        TimeGroup::Day => &["Day", "Entries", "Seconds", "Hours"],
    }
}

/// The table in pieces, each made when the one before it is on its way.
pub fn chunks<T: Send + 'static>(
    heading: &'static [&'static str],
    rows: impl Iterator<Item = T> + Send + 'static,
    cells: impl Fn(T) -> Option<Cells<'static>> + Send + 'static,
) -> Body {
    let mut first = true;
    let mut rows = rows.fuse();
    let pieces = std::iter::from_fn(move || {
        let mut table = Rows::new();
        let begins = std::mem::take(&mut first);
        if begins {
            table.write(&heading.iter().map(|word| Cow::Borrowed(*word)).collect::<Vec<_>>());
        }
        let some: Vec<T> = rows.by_ref().take(ROWS_AT_ONCE).collect();
        if !begins && some.is_empty() {
            return None;
        }
        some.into_iter().filter_map(&cells).for_each(|row| table.write(&row));
        let mark = if begins { BYTE_ORDER_MARK } else { b"" };
        Some(Ok::<Bytes, Infallible>([mark, &table.into_bytes()].concat().into()))
    });
    Body::from_stream(stream::iter(pieces))
}

pub fn safe(text: &str) -> Cow<'static, str> {
    Cow::Owned(cells::text(text).into_owned())
}

fn key(asking: &Asking, number: u32) -> Cow<'static, str> {
    safe(&format!("{}-{number}", asking.published.state.key()))
}

/// Hours with two decimals, as people bill them.
pub fn hours(seconds: u64) -> Cow<'static, str> {
    let hundredths = (seconds.saturating_mul(100) + SECONDS_PER_HOUR / 2) / SECONDS_PER_HOUR;
    format!("{}.{:02}", hundredths / 100, hundredths % 100).into()
}

fn entry_row(asking: &Asking, names: &Names, place: Place) -> Option<Cells<'static>> {
    let row = asking.row(place)?;
    let spent = u64::from(row.duration_s);
    Some(vec![
        key(asking, row.number),
        safe(&row.title),
        safe(name(names, row.account_id)),
        moment(row.started_at).into(),
        spent.to_string().into(),
        hours(spent),
        safe(&row.note),
    ])
}

fn group_row(asking: &Asking, names: &Names, group: TimeGroup, sum: &TimeSum) -> Cells<'static> {
    let number = |number: Option<u64>| Cow::Owned(number.map_or_else(String::new, |number| number.to_string()));
    let mut row = match group {
        TimeGroup::Task => vec![
            sum.number.map_or(Cow::Borrowed(""), |number| key(asking, number)),
            safe(sum.title.as_deref().unwrap_or_default()),
            number(sum.estimate_minutes.map(u64::from)),
            number(sum.tracked_s),
        ],
        TimeGroup::Member => vec![sum.account_id.map_or(Cow::Borrowed(""), |account| safe(name(names, account)))],
        TimeGroup::Day => vec![sum.day.clone().unwrap_or_default().into()],
    };
    row.extend([sum.entries.to_string().into(), sum.total_s.to_string().into(), hours(sum.total_s)]);
    row
}
