//! Tests of the crate against the server's rules, which only its tests may know.

mod rules;
