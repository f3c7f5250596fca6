//! Access over the wire: the tables that were written by hand for the rules, asked of a whole server over the socket and over HTTP.

mod doors;
mod ids;
mod roles;
mod scene;

// The world of names in which the tables speak, and the rules' own tests happen.
#[allow(dead_code, unused_imports, reason = "the tests of the rules use the rest")]
#[path = "../../domain/tests/support/mod.rs"]
mod world;

/// The lines of a table: its heads, then its rows. Commas within brackets belong to their cell.
fn table(text: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let mut rows = text.lines().filter(|line| !line.starts_with('#')).map(cells);
    (rows.next().expect("heads"), rows.collect())
}

fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut cell, mut depth) = (Vec::new(), String::new(), 0);
    for c in line.chars() {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            ',' if depth == 0 => {
                cells.push(std::mem::take(&mut cell));
                continue;
            }
            _ => {}
        }
        cell.push(c);
    }
    cells.push(cell);
    cells
}
