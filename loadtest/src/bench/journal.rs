//! The journal alone, beside bare rows: measured by a program of the server's, because only the server may open it. Here its figures
//! are put among the others.

use std::path::Path;

use anyhow::{Context, ensure};
use tokio::process::Command;

use super::{services::Services, table::Table};

pub(super) async fn run(program: &Path, services: &Services, table: &mut Table) -> anyhow::Result<()> {
    let mut command = Command::new(program);
    command.env("LOCKSTEP_BENCH_DATABASE_URL", services.another_database().await?);
    let output = command.output().await.with_context(|| format!("cannot start {}", program.display()))?;
    ensure!(output.status.success(), "{}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    for line in String::from_utf8(output.stdout)?.lines() {
        let (name, value, what) = figure(line).with_context(|| format!("not a figure: {line}"))?;
        table.add(name, value, what);
    }
    Ok(())
}

/// A name, a number, and what it is.
fn figure(line: &str) -> Option<(&str, f64, &str)> {
    let mut parts = line.splitn(3, '\t');
    Some((parts.next()?, parts.next()?.parse().ok()?, parts.next()?))
}

#[cfg(test)]
mod tests {
    use super::figure;

    #[test]
    fn a_line_is_a_name_a_number_and_what_it_is() {
        assert_eq!(
            figure("journal_events\t12.5\tdurable events/s"),
            Some(("journal_events", 12.5, "durable events/s"))
        );
        assert_eq!(figure("nothing measured"), None);
    }
}
