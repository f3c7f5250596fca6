//! Figures beside their limits, for people and as one JSON object.

use std::{collections::BTreeMap, fmt};

use anyhow::Context;
use serde::{Deserialize, Serialize};

use super::{Options, server::Server};

/// What a figure may be.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

#[derive(Debug, Serialize)]
pub struct Row {
    pub name: String,
    pub what: String,
    pub value: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bound: Option<Bound>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<bool>,
}

/// Collects rows.
pub struct Table {
    limits: BTreeMap<String, Bound>,
    rows: Vec<Row>,
    notes: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct Report {
    pub rows: Vec<Row>,
    /// What was seen on the way to a figure.
    pub notes: Vec<String>,
    pub cores: usize,
    pub seconds: u64,
    pub subscribers: usize,
    pub tasks: usize,
    pub server_resident_mb: Option<f64>,
}

impl Table {
    pub fn new(limits: &str) -> anyhow::Result<Self> {
        Ok(Self {
            limits: toml::from_str(limits).context("the limits cannot be read")?,
            rows: Vec::new(),
            notes: Vec::new(),
        })
    }

    pub fn add(&mut self, name: impl Into<String>, value: f64, what: impl Into<String>) {
        let (name, what) = (name.into(), what.into());
        let bound = self.limits.get(&name).copied();
        let within = bound.map(|bound| match bound {
            Bound::AtMost(most) => value <= most,
            Bound::AtLeast(least) => value >= least,
        });
        self.rows.push(Row { name, what, value, bound, within });
    }

    pub fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    pub fn report(self, server: &Server, options: &Options) -> Report {
        Report {
            rows: self.rows,
            notes: self.notes,
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            seconds: options.seconds,
            subscribers: options.subscribers,
            tasks: options.tasks,
            server_resident_mb: server.resident_bytes().map(|bytes| bytes as f64 / 1e6),
        }
    }
}

impl Report {
    /// Whether no figure misses its limit.
    pub fn is_within(&self) -> bool {
        self.rows.iter().all(|row| row.within != Some(false))
    }

    /// Adds what another server showed.
    pub fn append(&mut self, table: Table) {
        self.rows.extend(table.rows);
        self.notes.extend(table.notes);
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} cores shared by client and server; {} s a scenario; {} subscribers; {} tasks",
            self.cores, self.seconds, self.subscribers, self.tasks
        )?;
        for row in &self.rows {
            let bound = match row.bound {
                Some(Bound::AtMost(most)) => format!("≤ {most}"),
                Some(Bound::AtLeast(least)) => format!("≥ {least}"),
                None => String::new(),
            };
            let verdict = row.within.map_or("", |within| if within { "within" } else { "MISSED" });
            writeln!(f, "{:<72} {:>14.3}  {bound:<12} {verdict}", row.what, row.value)?;
        }
        for note in &self.notes {
            writeln!(f, "  {note}")?;
        }
        match self.server_resident_mb {
            Some(resident) => writeln!(f, "server resident at the end: {resident:.1} MB"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
