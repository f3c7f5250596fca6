//! The house rules that no compiler checks: who may import whom, sizes, headers, orphan files, rules and guarantees without
//! a test, dependencies nobody uses, words that must not be in the tree. Reads the sources; never runs the server.
//!
//! A finding is fixed, or carried in `tidy/exceptions.toml` with its reason. That list only shrinks: an exception that no
//! longer matches anything fails too.

mod asvs;
mod documents;
mod findings;
mod generated;
mod imports;
mod lexer;
mod manifests;
mod modules;
mod rules;
mod shape;
mod tree;
mod words;
