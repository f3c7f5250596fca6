//! The tables of words, one for each language, built into the program. A letter that a language lacks does not pass the tests.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

use super::{Language, Letter};

/// One letter in one language. `{name}` and the like stand for what the letter is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    pub subject: String,
    /// Before the button.
    pub lines: Vec<String>,
    #[serde(default)]
    pub button: Option<String>,
    /// After the button.
    #[serde(default)]
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
