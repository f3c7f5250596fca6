//! What a filter means: whether a task, as it shows on its board, meets it. The web client has the same rules, held to the same vectors
//! (`tests/vectors/filter.jsonl`). It must never look at more of a task than its face shows to whoever looks: what is hidden from them
//! must not be found either.

mod field;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use lockstep_protocol::{
    codes::{Code, Failure},
    ids::{AccountId, FieldId},
    limits::Limits,
    values::{Condition, Due, DueWhen, FieldKind, FieldTest, Lanes, Look, Micros, Priority, SortBy},
    view::TaskFace,
};

use crate::refuse::{full, invalid};

/// Who looks, and when.
pub struct Looker<'a> {
    /// Nobody, for the public.
    pub me: Option<AccountId>,
    pub now: Micros,
    pub zone: TimeZone,
    /// Who somebody is now who was a stand-in once.
    pub resolve: &'a dyn Fn(AccountId) -> AccountId,
}

/// A task as it is shown, with what its face does not hold.
pub struct Shown<'a> {
    pub face: &'a TaskFace,
    /// `OPS-42`.
    pub key: &'a str,
    /// Another task, not done yet, blocks it.
    pub blocked: bool,
    /// Whoever looks follows it.
    pub watched: bool,
    /// Of which kind a custom field of its board is; none where it is gone.
    pub kind: Kinds<'a>,
}

/// Of which kind a custom field is; none where there is no such field.
pub type Kinds<'a> = &'a dyn Fn(FieldId) -> Option<FieldKind>;

impl Looker<'_> {
    fn day(&self, at: Micros) -> Option<Date> {
        Some(Timestamp::from_microsecond(at).ok()?.to_zoned(self.zone.clone()).date())
    }

    /// The day on which something is due; a date without a time is that date everywhere.
    pub(crate) fn due_day(&self, due: Due) -> Option<Date> {
        if due.has_time {
            return self.day(due.at);
        }
        Some(Timestamp::from_microsecond(due.at).ok()?.to_zoned(TimeZone::UTC).date())
    }

    fn due_is(&self, when: &DueWhen, face: &TaskFace) -> bool {
        let Some(due) = face.due else { return *when == DueWhen::Never };
        let (Some(day), Some(today)) = (self.due_day(due), self.day(self.now)) else { return false };
        let named = |day: &str| day.parse::<Date>().ok();
        match when {
            DueWhen::Never => false,
            DueWhen::Overdue => {
                let over = if due.has_time { due.at <= self.now } else { day < today };
                over && face.completed_at.is_none()
            }
            DueWhen::Today => day == today,
            DueWhen::NextDays { days } => {
                let last = today.checked_add(jiff::Span::new().days(i64::from(*days))).unwrap_or(Date::MAX);
                today <= day && day <= last
            }
            DueWhen::Before { day: named_day } => named(named_day).is_some_and(|named| day < named),
            DueWhen::After { day: named_day } => named(named_day).is_some_and(|named| day > named),
        }
    }

    fn meets(&self, condition: &Condition, shown: &Shown<'_>) -> bool {
        let face = shown.face;
        match condition {
            Condition::Assignee { me, nobody, people } => {
                let mine = |id: AccountId| *me && self.me == Some(id);
                let has = |id: AccountId| mine(id) || people.iter().any(|named| (self.resolve)(*named) == id);
                (*nobody && face.assignees.is_empty()) || face.assignees.iter().any(|id| has((self.resolve)(*id)))
            }
            Condition::Label { any, bare, all, none } => {
                let worn = |label| face.labels.contains(label);
                let some = any.is_empty() && !bare || any.iter().any(worn) || *bare && face.labels.is_empty();
                some && all.iter().all(worn) && !none.iter().any(worn)
            }
            Condition::Priority { priorities } => priorities.contains(&face.priority.unwrap_or(Priority::None)),
            Condition::Category { none, categories } => {
                face.category_id.map_or(*none, |category| categories.contains(&category))
            }
            Condition::Column { columns } => columns.contains(&face.column_id),
            Condition::Parent { none, parents } => face.parent_id.map_or(*none, |parent| parents.contains(&parent)),
            Condition::Due { any } => any.iter().any(|when| self.due_is(when, face)),
            Condition::Completed { is } => face.completed_at.is_some() == *is,
            Condition::Text { words } => {
                let (title, key) = (face.title.to_lowercase(), shown.key.to_lowercase());
                each_word(words, |word| title.contains(word) || key.contains(word))
            }
            Condition::Watched {} => shown.watched,
            Condition::Blocked { is } => shown.blocked == *is,
            Condition::Field { field_id, test } => {
                let value = face.fields.iter().find(|held| held.field_id == *field_id).map(|held| &held.value);
                (shown.kind)(*field_id).is_some_and(|kind| self.holds(kind, test, value))
            }
        }
    }

    /// Whether a task meets all of these.
    pub fn sees(&self, filter: &[Condition], shown: &Shown<'_>) -> bool {
        filter.iter().all(|condition| self.meets(condition, shown))
    }
}

/// Capitals do not matter.
fn each_word(words: &str, found: impl Fn(&str) -> bool) -> bool {
    words.to_lowercase().split(' ').filter(|word| !word.is_empty()).all(found)
}

/// How many values it names.
fn named(condition: &Condition) -> usize {
    match condition {
        Condition::Assignee { me, nobody, people } => usize::from(*me) + usize::from(*nobody) + people.len(),
        Condition::Label { any, bare, all, none } => any.len() + usize::from(*bare) + all.len() + none.len(),
        Condition::Priority { priorities } => priorities.len(),
        Condition::Category { none, categories } => usize::from(*none) + categories.len(),
        Condition::Column { columns } => columns.len(),
        Condition::Parent { none, parents } => usize::from(*none) + parents.len(),
        Condition::Due { any } => any.len(),
        Condition::Completed { .. } | Condition::Watched {} | Condition::Blocked { .. } | Condition::Text { .. } => 1,
        Condition::Field { test, .. } => field::named(test),
    }
}

/// Roughly how many bytes it takes.
pub fn size(look: &Look) -> usize {
    let text = |condition: &Condition| match condition {
        Condition::Text { words } | Condition::Field { test: FieldTest::Words { words }, .. } => words.len(),
        Condition::Field { .. } => 80,
        _ => 0,
    };
    let filter: usize = look.filter.iter().map(|condition| 72 + 24 * named(condition) + text(condition)).sum();
    filter + 48 * look.sort.len()
}

/// What may be saved, as it is saved. A condition that names nothing would be met by nothing, or by everything: neither is meant. What
/// it names may be gone; a field that is there is asked only what can be said of its kind.
pub fn checked(look: &Look, field: &str, limits: &Limits, kind: Kinds<'_>) -> Result<Look, Failure> {
    let mut look = look.clone();
    check_lanes(&look, field, kind)?;
    check_sort(&look, field, limits, kind)?;
    let field = format!("{field}.filter");
    if look.filter.len() > limits.filter_conditions_max {
        return Err(full(&field, limits.filter_conditions_max));
    }
    for (at, condition) in look.filter.iter_mut().enumerate() {
        let field = format!("{field}.{at}");
        let values = named(condition);
        if values > limits.filter_values_max {
            return Err(full(&field, limits.filter_values_max));
        }
        if values == 0 {
            return Err(Failure::new(Code::FieldRequired).field(field));
        }
        match condition {
            Condition::Text { words } => *words = checked_words(words, &field, limits)?,
            Condition::Due { any } => any.iter().try_for_each(|when| check_when(when, &field, limits))?,
            Condition::Field { field_id, test } => field::check(test, kind(*field_id), &field, limits)?,
            _ => {}
        }
    }
    Ok(look)
}

fn check_lanes(look: &Look, field: &str, kind: Kinds<'_>) -> Result<(), Failure> {
    let Some(Lanes::Field { field_id }) = look.lanes else { return Ok(()) };
    match kind(field_id) {
        None | Some(FieldKind::Select | FieldKind::Person | FieldKind::Checkbox) => Ok(()),
        Some(FieldKind::Text | FieldKind::Number | FieldKind::Date | FieldKind::Url) => Err(invalid(
            &format!("{field}.lanes.field_id"),
            "Rows are of a field that holds options, people or a tick.",
        )),
    }
}

fn check_sort(look: &Look, field: &str, limits: &Limits, kind: Kinds<'_>) -> Result<(), Failure> {
    let field = format!("{field}.sort");
    if look.sort.len() > limits.sort_keys_max {
        return Err(full(&field, limits.sort_keys_max));
    }
    for (at, key) in look.sort.iter().enumerate() {
        let field = format!("{field}.{at}");
        if look.sort.iter().take(at).any(|before| before.by == key.by) {
            return Err(invalid(&field, "It is sorted by this already."));
        }
        if matches!(key.by, SortBy::Field { field_id } if kind(field_id) == Some(FieldKind::Person)) {
            return Err(invalid(&field, "People have no order that is the same for everybody."));
        }
    }
    Ok(())
}

fn checked_words(words: &str, field: &str, limits: &Limits) -> Result<String, Failure> {
    if words.chars().any(char::is_control) {
        return Err(invalid(field, "Control characters are not allowed."));
    }
    if words.chars().count() > limits.filter_text_chars_max {
        return Err(Failure::new(Code::FieldTooLong).field(field).limit(limits.filter_text_chars_max as u64));
    }
    let words: Vec<&str> = words.split_whitespace().collect();
    if words.is_empty() { Err(Failure::new(Code::FieldRequired).field(field)) } else { Ok(words.join(" ")) }
}

fn check_when(when: &DueWhen, field: &str, limits: &Limits) -> Result<(), Failure> {
    match when {
        DueWhen::NextDays { days } if *days == 0 || *days > limits.filter_days_max => Err(too_far(field, limits)),
        DueWhen::Before { day } | DueWhen::After { day } => check_day(day, field),
        _ => Ok(()),
    }
}

fn too_far(field: &str, limits: &Limits) -> Failure {
    invalid(field, "So many days are not looked ahead.").limit(u64::from(limits.filter_days_max))
}

fn check_day(day: &str, field: &str) -> Result<(), Failure> {
    let written = day.len() == 10 && day.parse::<Date>().is_ok_and(|date| date.to_string() == *day);
    if written { Ok(()) } else { Err(invalid(field, "A day is written like 2026-11-22.")) }
}
