//! placeholder until the transports are wired
fn main() {}
