//! The files of the repository, as the checks read them. Never follows links, never reads what was built or installed.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::lexer;

/// Folders that hold no source of ours, by path from the root or by name anywhere.
const SKIPPED_PATHS: [&str; 3] = ["target", "data", "web/dist"];
const SKIPPED_NAMES: [&str; 3] = [".git", "node_modules", "corpus"];
const ENDINGS: [&str; 8] = ["rs", "ts", "js", "mjs", "svelte", "md", "toml", "sql"];

pub struct File {
    /// From the repository's root, with `/`.
    pub path: String,
    pub text: String,
}

impl File {
    pub fn ending(&self) -> &str {
        self.path.rsplit_once('.').map_or("", |(_, ending)| ending)
    }

    pub fn is_rust(&self) -> bool {
        self.ending() == "rs"
    }

    /// Script of the web app: TypeScript, JavaScript or a Svelte component.
    pub fn is_web(&self) -> bool {
        self.path.starts_with("web/") && matches!(self.ending(), "ts" | "js" | "mjs" | "svelte")
    }

    pub fn is_generated(&self) -> bool {
        self.path.starts_with("web/src/gen/")
    }

    /// A module of tests beside the code it tests, in either language.
    pub fn is_sibling_test(&self) -> bool {
        self.path.ends_with("/tests.rs") || self.path.contains("/tests/") || self.path.contains(".test.")
    }

    /// The text with comments and the insides of literals blanked; offsets and lines stay.
    pub fn code(&self) -> String {
        if self.is_rust() { lexer::blank_rust(&self.text) } else { lexer::blank_script(&self.text) }
    }

    /// The first part of the path: `src`, `protocol`, `web`, …
    pub fn top(&self) -> &str {
        self.path.split('/').next().unwrap_or("")
    }

    /// Which room of the server the file belongs to, for files under `src/`: `src/ws/socket.rs` and `src/ws.rs` are `ws`.
    pub fn room(&self) -> Option<&str> {
        let rest = self.path.strip_prefix("src/")?;
        let first = rest.split('/').next()?;
        Some(first.strip_suffix(".rs").unwrap_or(first))
    }
}

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every source and document of the repository, in path order.
pub fn files() -> Vec<File> {
    let root = root();
    let mut found = Vec::new();
    walk(&root, &root, &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(found.len() > 20, "the tree was not read: {} files under {}", found.len(), root.display());
    found
}

pub fn rust_files() -> Vec<File> {
    files().into_iter().filter(File::is_rust).collect()
}

/// Folders of the workspace's crates, with a `/` at the end; the server is the root, "".
pub fn crates() -> Vec<String> {
    let manifest: toml::Table =
        toml::from_str(&read("Cargo.toml")).unwrap_or_else(|error| panic!("Cargo.toml: {error}"));
    let members = manifest["workspace"]["members"].as_array().expect("the workspace lists its members");
    let folders = members.iter().filter_map(|member| member.as_str()).map(|member| format!("{member}/"));
    std::iter::once(String::new()).chain(folders).collect()
}

/// One document that must be there.
pub fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn walk(root: &Path, folder: &Path, found: &mut Vec<File>) {
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let entry = entry.expect("a folder of the repository can be listed");
        let path = entry.path();
        let relative = path.strip_prefix(root).expect("walks below the root").to_string_lossy().replace('\\', "/");
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type().expect("the kind of a listed entry is known");
        if kind.is_dir() {
            let skipped = SKIPPED_PATHS.contains(&relative.as_str()) || SKIPPED_NAMES.contains(&name.as_str());
            if !skipped && !relative.ends_with("/target") {
                walk(root, &path, found);
            }
        } else if kind.is_file() && ENDINGS.iter().any(|ending| name.ends_with(&format!(".{ending}"))) {
            let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{relative}: {error}"));
            found.push(File { path: relative, text });
        }
    }
}
