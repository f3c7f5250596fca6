//! Tests of the language: what is written is read back, in both encodings, and what is published matches the code.

mod codec;
mod typescript;
