//! The only home of sqlx: the journal, snapshots, consumers, accounts and read tables, on PostgreSQL and SQLite.

pub mod journal;
