//! The binary: reads the command line and runs it. Everything else is the library.

use std::process::ExitCode;

use clap::Parser;
use lockstep::{app::cli, config::CommandLine};

/// Faster than the system's, and gives memory back to it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let line = CommandLine::parse();
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(cli::run(line)),
        Err(_) => ExitCode::FAILURE,
    }
}
