//! What the custom fields of a board hold.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Colour, Due};
use crate::ids::{AccountId, FieldId, OptionId};

words! {
    /// What a custom field holds. It never changes. New ones go to the end.
    FieldKind {
        /// A line.
        Text = "text",
        Number = "number",
        /// A day, or a moment of it.
        Date = "date",
        /// One of the field's options.
        Select = "select",
        /// Somebody who sees the board.
        Person = "person",
        Checkbox = "checkbox",
        /// An address on the web.
        Url = "url",
    }
}

/// One that may be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct FieldOption {
    pub option_id: OptionId,
    pub name: String,
    pub colour: Colour,
}

/// What a task has in a custom field, of the field's kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum FieldValue {
    Text {
        text: String,
    },
    /// In decimal: a sign where it is negative, digits, a point and digits where it is not whole. It is compared and kept as it is
    /// written, so that it is the same number everywhere.
    Number {
        number: String,
    },
    Date {
        date: Due,
    },
    Select {
        option_id: OptionId,
    },
    Person {
        account_id: AccountId,
    },
    /// It is checked; one that is not has no value.
    Checkbox,
    Url {
        url: String,
    },
}

impl FieldValue {
    pub const fn kind(&self) -> FieldKind {
        match self {
            Self::Text { .. } => FieldKind::Text,
            Self::Number { .. } => FieldKind::Number,
            Self::Date { .. } => FieldKind::Date,
            Self::Select { .. } => FieldKind::Select,
            Self::Person { .. } => FieldKind::Person,
            Self::Checkbox => FieldKind::Checkbox,
            Self::Url { .. } => FieldKind::Url,
        }
    }

    /// The bytes of what was typed.
    pub fn text_bytes(&self) -> usize {
        match self {
            Self::Text { text: typed } | Self::Number { number: typed } | Self::Url { url: typed } => typed.len(),
            Self::Date { .. } | Self::Select { .. } | Self::Person { .. } | Self::Checkbox => 0,
        }
    }
}

/// A value with the custom field that it is in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct TaskField {
    pub field_id: FieldId,
    pub value: FieldValue,
}
