//! Tests of the language: what is written is read back, in both encodings, and what is published matches the code.

#![allow(clippy::disallowed_methods, reason = "generated files are written when an environment variable asks")]

mod codec;
mod constants;
mod golden;
mod language;
mod rules;
mod typescript;
