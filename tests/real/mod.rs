//! A real board's export against a whole server, by the programs that people run: imported over TLS, replayed while others
//! watch. Nothing here knows what is inside the server.

mod import;
mod replay;

use std::path::{Path, PathBuf};

/// The export of a real board; its members were made anonymous.
fn export() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/trello-board.json")
}
