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
    pub name: &'static str,
    pub what: &'static str,
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
}

#[derive(Debug, Serialize)]
pub struct Report {
    pub rows: Vec<Row>,
    pub cores: usize,
    pub seconds: u64,
    pub subscribers: usize,
    pub tasks: usize,
    pub server_resident_mb: Option<f64>,
}

impl Table {
    pub fn new(limits: &str) -> anyhow::Result<Self> {
        Ok(Self { limits: toml::from_str(limits).context("the limits cannot be read")?, rows: Vec::new() })
    }

    pub fn add(&mut self, name: &'static str, value: f64, what: &'static str) {
        let bound = self.limits.get(name).copied();
        let within = bound.map(|bound| match bound {
            Bound::AtMost(most) => value <= most,
            Bound::AtLeast(least) => value >= least,
        });
        self.rows.push(Row { name, what, value, bound, within });
    }

    pub fn report(self, server: &Server, options: &Options) -> Report {
        Report {
            rows: self.rows,
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            seconds: options.seconds,
            subscribers: options.subscribers,
            tasks: options.tasks,
            server_resident_mb: server.resident_bytes().map(|bytes| bytes as f64 / 1e6),
        }
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
            writeln!(f, "{:<48} {:>12.3}  {bound:<10} {verdict}", row.what, row.value)?;
        }
        match self.server_resident_mb {
            Some(resident) => writeln!(f, "server resident at the end: {resident:.1} MB"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
