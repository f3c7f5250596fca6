//! The limits' file, and what is said of a figure.

use super::Table;

#[test]
fn each_figure_is_held_against_its_limit() {
    let mut table = Table::new(include_str!("../../../limits.toml")).unwrap();
    assert!(table.limits.len() >= 9);
    table.add("single_ack_p50_ms", 0.7, "quick");
    table.add("postgres_boards_commands_per_second", 1.0, "slow");
    table.add("no such limit", 1.0, "free");
    let within: Vec<_> = table.rows.iter().map(|row| row.within).collect();
    assert_eq!(within, [Some(true), Some(false), None]);
    assert!(Table::new("[x]\nat_all = 1.0").is_err());
}
