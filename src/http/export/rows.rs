//! What stands in each column of the table of a board. The headings are words of the protocol, the same in every language, and behind
//! them one column for each custom field.

use std::{borrow::Cow, collections::HashMap};

use jiff::Timestamp;
use lockstep_domain::board::{Board, CustomField};
use lockstep_protocol::{
    ids::{AccountId, FieldId, TaskId},
    values::{Audience, Due, FieldValue, Lifecycle, Micros},
    view::TaskFace,
};

use super::cells;

/// What comes before the custom fields.
const HEADINGS: &[&str] = &[
    "Key",
    "Title",
    "Column",
    "State",
    "Assignees",
    "Labels",
    "Priority",
    "Category",
    "Points",
    "Minutes",
    "Tracked (seconds)",
    "Start",
    "Due",
    "Completed",
    "Parent",
    "Created",
];
/// Somebody whose name the reader may not see, or who is gone.
const SOMEBODY: &str = "somebody";

/// Rows as they are written: every cell in quotes, so that what parts cells is never what somebody typed.
pub struct Rows(csv::Writer<Vec<u8>>);

impl Rows {
    pub fn new() -> Self {
        let mut writer = csv::WriterBuilder::new();
        writer.quote_style(csv::QuoteStyle::Always).terminator(csv::Terminator::CRLF);
        Self(writer.from_writer(Vec::new()))
    }

    pub fn write(&mut self, cells: &[Cow<'_, str>]) {
        // Into memory, with as many cells in each row: nothing can fail.
        let _ = self.0.write_record(cells.iter().map(|cell| cell.as_bytes()));
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.0.into_inner().unwrap_or_default()
    }
}

pub fn heading<'a>(fields: &[(FieldId, &'a CustomField)]) -> Vec<Cow<'a, str>> {
    let own = fields.iter().map(|(_, field)| cells::text(&field.name));
    HEADINGS.iter().map(|heading| Cow::Borrowed(*heading)).chain(own).collect()
}

/// A task as this audience sees it.
pub fn row<'a>(
    board: &'a Board,
    fields: &[(FieldId, &'a CustomField)],
    task_id: TaskId,
    audience: Audience,
    names: &'a HashMap<AccountId, String>,
) -> Option<Vec<Cow<'a, str>>> {
    let task = board.task(task_id)?;
    let face = board.face(task_id, audience)?;
    let key = |number: u32| format!("{}-{number}", board.key());
    let own = |text: String| Cow::Owned(cells::text(&text).into_owned());
    let mut row: Vec<Cow<'_, str>> = vec![
        own(key(face.number)),
        cells::text(&task.title),
        board.column(face.column_id).map_or(Cow::Borrowed(""), |column| cells::text(&column.name)),
        Cow::Borrowed(state(&face, task.lifecycle)),
        own(list(face.assignees.iter().map(|account| name(names, *account)))),
        own(list(face.labels.iter().filter_map(|id| board.label(*id)).map(|label| match label.name.as_str() {
            // One that is its colour alone.
            "" => label.colour.word(),
            name => name,
        }))),
        Cow::Borrowed(face.priority.map_or("", |priority| priority.word())),
        face.category_id.and_then(|id| board.category(id)).map_or(Cow::Borrowed(""), |one| cells::text(&one.name)),
        face.points.map_or(Cow::Borrowed(""), |points| points.to_string().into()),
        face.minutes.map_or(Cow::Borrowed(""), |minutes| minutes.to_string().into()),
        face.tracked_s.map_or(Cow::Borrowed(""), |tracked| tracked.to_string().into()),
        face.start_at.map_or(Cow::Borrowed(""), |at| moment(at).into()),
        face.due.map_or(Cow::Borrowed(""), |due| date(due).into()),
        face.completed_at.map_or(Cow::Borrowed(""), |at| moment(at).into()),
        face.parent_id.and_then(|id| board.task(id)).map_or(Cow::Borrowed(""), |parent| own(key(parent.number))),
        moment(task.created_at).into(),
    ];
    for (field_id, field) in fields {
        let held = face.fields.iter().find(|held| held.field_id == *field_id).map(|held| &held.value);
        row.push(held.map_or(Cow::Borrowed(""), |value| match value {
            FieldValue::Text { text } | FieldValue::Url { url: text } => own(text.clone()),
            FieldValue::Number { number } => cells::number(number).into_owned().into(),
            FieldValue::Date { date: due } => date(*due).into(),
            FieldValue::Select { option_id } => {
                field.option(*option_id).map_or(Cow::Borrowed(""), |option| cells::text(&option.name))
            }
            FieldValue::Person { account_id } => cells::text(name(names, *account_id)),
            FieldValue::Checkbox => Cow::Borrowed("yes"),
        }));
    }
    Some(row)
}

const fn state(face: &TaskFace, lifecycle: Lifecycle) -> &'static str {
    match (lifecycle, face.completed_at) {
        (Lifecycle::Archived, _) => "archived",
        (_, Some(_)) => "done",
        (_, None) => "open",
    }
}

pub fn name(names: &HashMap<AccountId, String>, account: AccountId) -> &str {
    names.get(&account).map_or(SOMEBODY, String::as_str)
}

fn list<'a>(items: impl Iterator<Item = &'a str>) -> String {
    items.collect::<Vec<_>>().join(", ")
}

pub fn moment(at: Micros) -> String {
    Timestamp::from_microsecond(at)
        .map_or_else(|_| String::new(), |at| at.round(jiff::Unit::Second).unwrap_or(at).to_string())
}

/// Without a time of day, a day.
fn date(due: Due) -> String {
    let at = moment(due.at);
    if due.has_time { at } else { at.split('T').next().unwrap_or_default().to_owned() }
}
