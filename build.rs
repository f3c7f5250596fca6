//! Embeds the built web app. It never builds it: `make` does, before cargo runs.

#![allow(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    reason = "a build script speaks to cargo by printing and environment"
)]

use std::{fs, path::Path};

/// Served when cargo was called by hand before the web app was built; it says what to do.
const NOT_BUILT: &str =
    "<!doctype html><title>Lockstep</title><p>The web app is not part of this build. Run <code>make run</code>.\n";

fn main() -> std::io::Result<()> {
    let built = Path::new("web/dist");
    // A watched path that does not exist would make every build a full one.
    fs::create_dir_all(built)?;
    println!("cargo::rerun-if-changed=web/dist");
    println!("cargo::rerun-if-changed=build.rs");
    if built.join("index.html").is_file() {
        memory_serve::load_directory(built);
    } else {
        let fallback = Path::new(&std::env::var("OUT_DIR").map_err(std::io::Error::other)?).join("not-built");
        fs::create_dir_all(&fallback)?;
        let page = fallback.join("index.html");
        // Written once: cargo watches it, and a newer file would make every build a full one too.
        if !page.is_file() {
            fs::write(page, NOT_BUILT)?;
        }
        memory_serve::load_directory(fallback);
    }
    Ok(())
}
