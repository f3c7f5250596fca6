//! The tables of words, one for each language, built into the program. A letter that a language lacks does not pass the tests.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Language, Letter};

/// One letter in one language. `{name}` and the like stand for what the letter is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "LetterWords")]
pub struct Words {
    /// One line. Of news it is all that there is.
    pub subject: String,
    /// The paragraphs before the button.
    #[serde(default)]
    #[ts(as = "Option<Vec<String>>", optional)]
    pub lines: Vec<String>,
    /// What the button says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub button: Option<String>,
    /// The paragraphs after the button, which are small.
    #[serde(default)]
    #[ts(as = "Option<Vec<String>>", optional)]
    pub after: Vec<String>,
}

pub(super) type Table = BTreeMap<String, Words>;

static ENGLISH: LazyLock<Table> = LazyLock::new(|| table(include_str!("en.json")));
static GERMAN: LazyLock<Table> = LazyLock::new(|| table(include_str!("de.json")));

/// A test reads both tables, so a broken one is never shipped.
fn table(text: &str) -> Table {
    serde_json::from_str(text).inspect_err(|error| tracing::error!(%error, "a table of words")).unwrap_or_default()
}

pub(super) fn all(language: Language) -> &'static Table {
    match language {
        Language::English => &ENGLISH,
        Language::German => &GERMAN,
    }
}

pub(super) fn of(letter: &Letter, language: Language) -> Words {
    all(language).get(letter.word()).cloned().unwrap_or_default()
}
