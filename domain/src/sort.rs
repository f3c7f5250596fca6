//! In which order tasks stand that a look sorts. The web client has the same rules, held to the same vectors (`tests/vectors/sort.jsonl`).
//! It must never look at more of a task than its face shows, and never leave two tasks without an order: their ranks decide, then their ids.

use std::cmp::Ordering;

use jiff::civil::Date;
use lockstep_protocol::{
    ids::{FieldId, OptionId},
    values::{Due, FieldKind, FieldValue, Micros, Priority, SortBy, SortKey},
    view::TaskFace,
};

use crate::{filter::Looker, value};

/// What of a custom field its order depends on.
pub struct SortField {
    pub kind: FieldKind,
    /// In their order.
    pub options: Vec<OptionId>,
}

/// Puts tasks in order.
pub struct Sorter<'a> {
    ways: Vec<(Way, bool)>,
    looker: &'a Looker<'a>,
}

enum Way {
    Own(SortBy),
    Field(FieldId, SortField),
}

/// Where a task stands by one key.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Stand {
    At(i64),
    /// Of one day those first that have a time.
    Day(Date, bool, Micros),
    Text(String),
    Amount(Amount),
}

#[derive(PartialEq, Eq)]
struct Amount(String);

impl Ord for Amount {
    fn cmp(&self, other: &Self) -> Ordering {
        value::compare(&self.0, &other.0)
    }
}

impl PartialOrd for Amount {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Where a task stands by all of them.
pub struct Standing(Vec<Option<Stand>>);

impl<'a> Sorter<'a> {
    /// By a field that is gone nothing is sorted, and people have no order.
    pub fn new(sort: &[SortKey], looker: &'a Looker<'a>, field: &dyn Fn(FieldId) -> Option<SortField>) -> Self {
        let way = |key: &SortKey| match key.by {
            SortBy::Field { field_id } => {
                let found = field(field_id).filter(|found| found.kind != FieldKind::Person)?;
                Some((Way::Field(field_id, found), key.descending))
            }
            by => Some((Way::Own(by), key.descending)),
        };
        Self { ways: sort.iter().filter_map(way).collect(), looker }
    }

    pub fn standing(&self, face: &TaskFace) -> Standing {
        let stand = |(way, _): &(Way, bool)| match way {
            Way::Own(by) => self.own(*by, face),
            Way::Field(field_id, field) => {
                let held = face.fields.iter().find(|held| held.field_id == *field_id);
                self.held(field, held.map(|held| &held.value))
            }
        };
        Standing(self.ways.iter().map(stand).collect())
    }

    pub fn compare(&self, a: (&Standing, &TaskFace), b: (&Standing, &TaskFace)) -> Ordering {
        let pairs = self.ways.iter().zip(a.0.0.iter().zip(&b.0.0));
        let first = pairs.map(|((_, descending), pair)| match pair {
            (Some(a), Some(b)) if *descending => b.cmp(a),
            (Some(a), Some(b)) => a.cmp(b),
            // What is not there is last, whichever way.
            (a, b) => b.is_some().cmp(&a.is_some()),
        });
        let said = first.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal);
        said.then_with(|| a.1.rank.cmp(&b.1.rank)).then_with(|| a.1.task_id.cmp(&b.1.task_id))
    }

    fn own(&self, by: SortBy, face: &TaskFace) -> Option<Stand> {
        match by {
            SortBy::Priority {} => match face.priority? {
                Priority::None => None,
                Priority::Low => Some(Stand::At(1)),
                Priority::Medium => Some(Stand::At(2)),
                Priority::High => Some(Stand::At(3)),
                Priority::Urgent => Some(Stand::At(4)),
            },
            SortBy::Due {} => self.date(face.due?),
            SortBy::Start {} => face.start_at.map(Stand::At),
            SortBy::Created {} => Some(Stand::At(face.number.into())),
            SortBy::Title {} => Some(Stand::Text(face.title.to_lowercase())),
            SortBy::Estimate {} => face.minutes.map(|minutes| Stand::At(minutes.into())),
            SortBy::Points {} => face.points.map(|points| Stand::At(points.into())),
            SortBy::Completed {} => face.completed_at.map(Stand::At),
            SortBy::Field { .. } => None,
        }
    }

    fn date(&self, due: Due) -> Option<Stand> {
        Some(Stand::Day(self.looker.due_day(due)?, !due.has_time, due.at))
    }

    fn held(&self, field: &SortField, value: Option<&FieldValue>) -> Option<Stand> {
        if field.kind == FieldKind::Checkbox {
            return Some(Stand::At(value.is_some().into()));
        }
        match value? {
            FieldValue::Text { text } | FieldValue::Url { url: text } => Some(Stand::Text(text.to_lowercase())),
            FieldValue::Number { number } => Some(Stand::Amount(Amount(number.clone()))),
            FieldValue::Date { date } => self.date(*date),
            FieldValue::Select { option_id } => {
                let at = field.options.iter().position(|option| option == option_id)?;
                i64::try_from(at).ok().map(Stand::At)
            }
            FieldValue::Person { .. } | FieldValue::Checkbox => None,
        }
    }
}
