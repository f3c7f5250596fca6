//! Growth: the same work ten, a hundred and a thousand times, so that what does not grow as it should shows as a line that bends. Told as a
//! page with a plot for each series.

use std::fmt::Write;

use super::{Bench, fan_out};
use crate::load::Idle;

/// Deliveries a second, whoever they go to.
const DELIVERIES_PER_SECOND: u32 = 10_000;
const SUBSCRIBERS: [usize; 3] = [10, 100, 1_000];
const CLIENTS: [usize; 3] = [1, 10, 100];
const BOARDS: [usize; 4] = [1, 10, 100, 1_000];
const CONNECTIONS: [usize; 3] = [10, 100, 1_000];
const TASKS: [usize; 4] = [10, 100, 1_000, 10_000];

/// One figure over a growing amount of work.
struct Series {
    title: String,
    unit: &'static str,
    points: Vec<(usize, f64)>,
}

/// A page of what grew.
pub(super) struct Page(Vec<(String, Vec<Series>)>);

impl Bench<'_> {
    pub(super) async fn growth(&mut self) -> anyhow::Result<Page> {
        Ok(Page(vec![
            (
                format!("Subscribers of one board, {DELIVERIES_PER_SECOND} deliveries a second in all"),
                self.subscribers().await?,
            ),
            ("Clients on one board, each sending its next command when the last is acknowledged".into(), {
                self.clients().await?
            }),
            ("Ten clients, on more and more boards".into(), self.spread().await?),
            ("Idle connections".into(), self.connections().await?),
            ("Tasks on a board that is joined".into(), self.tasks().await?),
        ]))
    }

    async fn subscribers(&self) -> anyhow::Result<Vec<Series>> {
        let mut cost = Series::new("server CPU for a million deliveries", "s");
        let mut late = Series::new("delivered, p99", "ms");
        for count in SUBSCRIBERS {
            let (crowd, senders) = self.seated(count).await?;
            let cpu = || self.server.cpu_seconds();
            let level = fan_out::level(&crowd, &senders, self.epoch, self.duration(), DELIVERIES_PER_SECOND, &cpu);
            let level = level.await?;
            let deliveries = level.received.latency.count().max(1) as f64;
            cost.add(count, level.cpu_seconds.unwrap_or(f64::NAN) * 1e6 / deliveries);
            late.add(count, level.received.latency.quantile_ms(0.99));
            fan_out::ended(crowd).await?;
        }
        Ok(vec![cost, late])
    }

    async fn clients(&self) -> anyhow::Result<Vec<Series>> {
        let mut rate = Series::new("commands", "/s");
        let mut cost = Series::new("server CPU for a command", "ms");
        for count in CLIENTS {
            let storm = self.storm(1, count, 0).await?;
            rate.add(count, storm.rate());
            cost.add(count, storm.cpu_ms().unwrap_or(f64::NAN));
        }
        Ok(vec![rate, cost])
    }

    /// The same work, and more and more that is live beside it.
    async fn spread(&self) -> anyhow::Result<Vec<Series>> {
        let mut rate = Series::new("commands", "/s");
        let mut memory = Series::new("resident memory of the server", "MB");
        for boards in BOARDS {
            let storm = self.storm(boards, 10, 0).await?;
            rate.add(boards, storm.rate());
            memory.add(boards, self.server.resident_bytes().unwrap_or_default() as f64 / 1e6);
        }
        Ok(vec![rate, memory])
    }

    async fn connections(&self) -> anyhow::Result<Vec<Series>> {
        let mut memory = Series::new("resident memory for all of them", "kB");
        let mut idle = Vec::new();
        let before = self.server.resident_bytes().unwrap_or_default();
        for count in CONNECTIONS {
            while idle.len() < count {
                idle.push(Idle::connect(self.account(idle.len()), crate::crowd::codec(idle.len())).await?);
            }
            let now = self.server.resident_bytes().unwrap_or_default();
            memory.add(count, now.saturating_sub(before) as f64 / 1e3);
        }
        Ok(vec![memory])
    }

    async fn tasks(&mut self) -> anyhow::Result<Vec<Series>> {
        let (mut warm, mut cold) = (Series::new("joined, p50", "ms"), Series::new("joined while not live", "ms"));
        let mut bytes = Series::new("on the wire", "kB");
        for count in TASKS {
            let board = self.large(count).await?;
            let (latency, wire_bytes) = self.joins(&board).await?;
            warm.add(count, latency.quantile_ms(0.5));
            bytes.add(count, wire_bytes as f64 / 1e3);
            // Another board first: what is measured is the waking, not the first connection of a process.
            let other = self.large(1).await?;
            self.server.restart().await?;
            self.join_once(other.board).await?;
            cold.add(count, self.join_once(board.board).await?.elapsed.as_secs_f64() * 1e3);
        }
        Ok(vec![warm, cold, bytes])
    }
}

impl Series {
    fn new(title: &str, unit: &'static str) -> Self {
        Self { title: title.to_owned(), unit, points: Vec::new() }
    }

    fn add(&mut self, work: usize, value: f64) {
        self.points.push((work, value));
    }
}

impl Page {
    /// Markdown: a table for each kind of work, and a plot of each series. Steps of the work are factors of ten; figures are linear.
    pub(super) fn markdown(&self, seconds: u64) -> String {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let mut text = String::from("# Growth\n\n");
        let _ = writeln!(
            text,
            "Written by `lockstep-loadtest bench --growth`: the same work, ten times, a hundred times, a thousand times. SQLite, {cores} cores \
             shared by client and server, {seconds} s a point.\n"
        );
        for (work, all) in &self.0 {
            let _ = writeln!(text, "## {work}\n");
            let heads: String = all.iter().map(|series| format!(" {}, {} |", series.title, series.unit)).collect();
            let _ = writeln!(text, "| |{heads}\n|---|{}", "---|".repeat(all.len()));
            for (index, (count, _)) in all.first().map_or(&[][..], |series| &series.points).iter().enumerate() {
                let values: String =
                    all.iter().map(|series| format!(" {} |", rounded(series.points[index].1))).collect();
                let _ = writeln!(text, "| {count} |{values}");
            }
            text.push('\n');
            for series in all {
                let works: Vec<_> = series.points.iter().map(|(count, _)| count.to_string()).collect();
                let values: Vec<_> = series.points.iter().map(|(_, value)| rounded(*value)).collect();
                let _ = writeln!(
                    text,
                    "```mermaid\nxychart-beta\n    title \"{}\"\n    x-axis [{}]\n    y-axis \"{}\"\n    line [{}]\n```\n",
                    series.title,
                    works.join(", "),
                    series.unit,
                    values.join(", ")
                );
            }
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
        text
    }
}

/// Three figures that count.
fn rounded(value: f64) -> String {
    match value {
        value if value >= 100.0 => format!("{value:.0}"),
        value if value >= 10.0 => format!("{value:.1}"),
        value => format!("{value:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_a_table_and_a_plot_for_each_series() {
        let mut series = Series::new("joined", "ms");
        series.add(10, 0.12345);
        series.add(100, 1234.5);
        let text = Page(vec![("Tasks".into(), vec![series])]).markdown(3);
        assert!(text.contains("## Tasks\n\n| | joined, ms |\n|---|---|\n| 10 | 0.123 |\n| 100 | 1234 |\n"), "{text}");
        assert!(text.contains("x-axis [10, 100]\n    y-axis \"ms\"\n    line [0.123, 1234]"), "{text}");
    }
}
