//! What a view of a board shows: conditions that its tasks have to meet, and the rows they stand in. It never holds who looks, nor the
//! day: both come from whoever does.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Priority, SortKey};
use crate::ids::{AccountId, CategoryId, ColumnId, FieldId, LabelId, OptionId, TaskId};

/// Something that a task meets or does not. Within one, any of what it names will do; of several, all have to be met. What an older
/// client does not know it says so of: it must not take it for met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "on", rename_all = "snake_case", deny_unknown_fields)]
pub enum Condition {
    /// Whose it is.
    Assignee {
        /// Of whoever looks.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        #[ts(optional, as = "Option<bool>")]
        me: bool,
        /// Of nobody.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        #[ts(optional, as = "Option<bool>")]
        nobody: bool,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[ts(optional, as = "Option<Vec<AccountId>>")]
        people: Vec<AccountId>,
    },
    /// Which labels it wears: at least one of `any` (or no label at all, where `bare` is said), each of `all`, and none of `none`.
    Label {
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[ts(optional, as = "Option<Vec<LabelId>>")]
        any: Vec<LabelId>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        #[ts(optional, as = "Option<bool>")]
        bare: bool,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[ts(optional, as = "Option<Vec<LabelId>>")]
        all: Vec<LabelId>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[ts(optional, as = "Option<Vec<LabelId>>")]
        none: Vec<LabelId>,
    },
    Priority {
        priorities: Vec<Priority>,
    },
    /// Of which category it is.
    Category {
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        #[ts(optional, as = "Option<bool>")]
        none: bool,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[ts(optional, as = "Option<Vec<CategoryId>>")]
        categories: Vec<CategoryId>,
    },
    Column {
        columns: Vec<ColumnId>,
    },
    /// What it is a part of.
    Parent {
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        #[ts(optional, as = "Option<bool>")]
        none: bool,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[ts(optional, as = "Option<Vec<TaskId>>")]
        parents: Vec<TaskId>,
    },
    Due {
        any: Vec<DueWhen>,
    },
    Completed {
        is: bool,
    },
    /// Each of these words is in its title or its key; capitals do not matter.
    Text {
        words: String,
    },
    /// Whoever looks follows it.
    Watched {},
    /// Another task, not done yet, blocks it.
    Blocked {
        is: bool,
    },
    /// What it has in a custom field. Where the field is gone, or is of a kind that this cannot be said of, nothing meets it.
    Field {
        field_id: FieldId,
        test: FieldTest,
    },
}

/// What is asked of the value in a custom field. Each is for fields of certain kinds; within one, any of what it names will do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "is", rename_all = "snake_case", deny_unknown_fields)]
pub enum FieldTest {
    /// There is one; of any kind of field.
    Set {},
    /// There is none; of any kind of field.
    Unset {},
    /// Each of these words is in it, a text or an address; capitals do not matter.
    Words {
        words: String,
    },
    /// A number that is no less and no more than these.
    Number {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        at_least: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        at_most: Option<String>,
    },
    Date {
        any: Vec<DateWhen>,
    },
    /// One of these options is chosen.
    Options {
        /// None is chosen.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        #[ts(optional, as = "Option<bool>")]
        none: bool,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[ts(optional, as = "Option<Vec<OptionId>>")]
        options: Vec<OptionId>,
    },
    Person {
        /// Whoever looks.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        #[ts(optional, as = "Option<bool>")]
        me: bool,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        #[ts(optional, as = "Option<bool>")]
        nobody: bool,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[ts(optional, as = "Option<Vec<AccountId>>")]
        people: Vec<AccountId>,
    },
    Checked {
        checked: bool,
    },
}

/// When a date in a custom field is, in days of whoever looks. A date without a time is that date everywhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "when", rename_all = "snake_case", deny_unknown_fields)]
pub enum DateWhen {
    /// Before today.
    Past,
    Today,
    /// Today or on one of so many days after it.
    NextDays {
        days: u32,
    },
    /// On this day: `2026-11-22`.
    On {
        day: String,
    },
    /// Before this day.
    Before {
        day: String,
    },
    /// After this day.
    After {
        day: String,
    },
}

/// When something is due, in days of whoever looks. A date without a time is that date everywhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "when", rename_all = "snake_case", deny_unknown_fields)]
pub enum DueWhen {
    /// It is over, and the task is not done.
    Overdue,
    Today,
    /// Today or on one of so many days after it.
    NextDays {
        days: u32,
    },
    /// Before this day: `2026-11-22`.
    Before {
        day: String,
    },
    /// After this day.
    After {
        day: String,
    },
    /// Not due at all.
    Never,
}

/// By what tasks stand in rows. Each with braces: what else is named is refused only so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "by", rename_all = "snake_case", deny_unknown_fields)]
pub enum Lanes {
    Assignee {},
    Label {},
    Priority {},
    Category {},
    Parent {},
    Due {},
    /// By what they have in a custom field that holds options, people or a tick: of others there would be a row for every task.
    Field {
        field_id: FieldId,
    },
}

/// As what tasks are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    Board,
    Table,
    List,
    Calendar,
    Timeline,
    Dashboard,
}

/// What a view shows, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Look {
    /// All of these are met by what is shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<Condition>>")]
    pub filter: Vec<Condition>,
    /// Absent: one row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub lanes: Option<Lanes>,
    /// Absent: as a board. The rows count for boards and lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub layout: Option<Layout>,
    /// In which order they stand; by their rank where it says nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<SortKey>>")]
    pub sort: Vec<SortKey>,
}
