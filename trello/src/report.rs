//! What an import kept and what it could not keep, each kind counted, with the reason and an example.

use std::{collections::BTreeMap, fmt};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many of each kind of thing there are.
    pub kept: BTreeMap<&'static str, usize>,
    /// What is lost, by kind.
    pub lost: BTreeMap<&'static str, Lost>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    pub count: usize,
    pub why: &'static str,
    pub example: String,
}

impl Report {
    pub fn keep(&mut self, what: &'static str) {
        *self.kept.entry(what).or_default() += 1;
    }

    pub fn lose(&mut self, what: &'static str, why: &'static str, example: impl Into<String>) {
        self.lose_many(what, 1, why, example);
    }

    pub fn lose_many(&mut self, what: &'static str, count: usize, why: &'static str, example: impl Into<String>) {
        if count == 0 {
            return;
        }
        self.lost.entry(what).or_insert_with(|| Lost { count: 0, why, example: example.into() }).count += count;
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "In the export:")?;
        for (what, count) in &self.kept {
            writeln!(f, "  {count:>6} {what}")?;
        }
        if self.lost.is_empty() {
            return writeln!(f, "Nothing had to be left behind.");
        }
        writeln!(f, "Could not be kept:")?;
        for (what, lost) in &self.lost {
            writeln!(f, "  {:>6} {what}: {}", lost.count, lost.why)?;
            if !lost.example.is_empty() {
                writeln!(f, "         for example: {}", lost.example)?;
            }
        }
        Ok(())
    }
}
