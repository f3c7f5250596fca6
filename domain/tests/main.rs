//! Tests of the rules: by table, by property, and against golden folds.

mod access;
mod channel;
mod filter;
mod golden;
mod history;
mod inbox;
mod next;
mod notify;
mod past;
mod quick_add;
mod rank;
mod recur;
mod repeat;
mod support;
mod table;
mod vectors;
