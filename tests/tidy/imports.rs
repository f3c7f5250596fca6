//! The law of imports: `main → app → { http, ws, workers } → { live, auth } → actors → { store, bus } → domain → protocol`.
//! Left may import right, never back; siblings do not import each other. Cargo itself keeps the crates apart.

use super::{
    findings::{Finding, settle},
    lexer,
    tree::{self, File},
};

/// Rooms of the server by level; a room may import those of a higher number. Commands of the command line stand with `app`.
const LEVELS: [(&str, u8); 12] = [
    ("main", 0),
    ("app", 1),
    ("http", 2),
    ("ws", 2),
    ("workers", 2),
    ("import", 2),
    ("live", 3),
    ("auth", 3),
    ("actors", 4),
    ("store", 5),
    ("bus", 5),
    ("lib", 9),
];

/// Leaves: any room may import them, they import no room; but settings are plain data, which the other leaves may read.
const LEAVES: [&str; 8] = ["config", "clock", "letters", "steady", "steps", "telemetry", "bugs", "words"];

/// Crates that have one home, and the rooms that may name them.
const HOMES: [(&str, &[&str]); 14] = [
    ("sqlx", &["store"]),
    ("fred", &["bus"]),
    ("ractor", &["actors"]),
    ("axum", &["http", "ws", "app"]),
    ("axum_extra", &["http", "ws"]),
    ("axum_server", &["app", "http"]),
    ("tower_http", &["http", "ws", "app"]),
    // An import asks the running server, whose address the operator gives: not the outside world.
    ("reqwest", &["outbound", "import"]),
    ("argon2", &["auth"]),
    ("image", &["http"]),
    ("lettre", &["outbound"]),
    ("jsonwebtoken", &["auth", "outbound"]),
    ("openidconnect", &["auth"]),
    ("webauthn_rs", &["auth"]),
];

#[test]
fn rooms_import_only_to_the_right() {
    let mut findings = Vec::new();
    for file in server_files() {
        let room = file.room().unwrap_or_default();
        if level(room).is_none() && !is_leaf(room) {
            findings.push(Finding::new(&file.path, room, "is in no room that the law knows"));
            continue;
        }
        for (line, target) in imported_rooms(&file) {
            if !may_import(room, &target) {
                let what = format!("line {line}: {room} must not import {target}");
                findings.push(Finding::new(&file.path, target, what));
            }
        }
    }
    settle("law", &findings);
}

#[test]
fn a_crate_with_one_home_is_named_only_there() {
    let mut findings = Vec::new();
    for file in server_files() {
        let code = file.code();
        let room = file.room().unwrap_or_default();
        for (offset, word) in lexer::identifiers(&code) {
            let Some((name, homes)) = HOMES.iter().find(|(name, _)| *name == word) else { continue };
            let names_crate = code[offset + word.len()..].starts_with("::") && !code[..offset].ends_with("::");
            if names_crate && !homes.contains(&room) {
                let line = lexer::line_of(&code, offset);
                findings.push(Finding::new(
                    &file.path,
                    *name,
                    format!("line {line}: {name} belongs to {}", homes.join(", ")),
                ));
            }
        }
    }
    settle("crate-home", &findings);
}

#[test]
fn only_actors_append_and_speak_on_the_bus() {
    const DOORS: [(&str, &[&str]); 5] = [
        ("journal.append(", &["actors", "store"]),
        ("Journal::append", &["actors", "store"]),
        ("StreamAppend", &["actors", "store"]),
        ("bus.publish(", &["actors", "bus"]),
        ("bus.subscribe(", &["actors", "bus"]),
    ];
    let mut findings = Vec::new();
    for file in server_files() {
        let code = file.code();
        for (door, rooms) in DOORS {
            if code.contains(door) && !rooms.contains(&file.room().unwrap_or_default()) {
                findings.push(Finding::new(&file.path, door, format!("only {} may", rooms.join(" and "))));
            }
        }
    }
    settle("single-door", &findings);
}

/// The server's own sources. Tests that sit beside the code keep the law too.
fn server_files() -> impl Iterator<Item = File> {
    tree::rust_files().into_iter().filter(|file| file.top() == "src")
}

fn level(room: &str) -> Option<u8> {
    LEVELS.iter().find(|(name, _)| *name == room).map(|(_, level)| *level)
}

fn is_leaf(room: &str) -> bool {
    LEAVES.contains(&room) || room == "outbound"
}

fn may_import(from: &str, to: &str) -> bool {
    match (level(from), level(to)) {
        _ if from == to => true,
        // Mail that must not be lost is a journal event first: only workers send.
        _ if to == "outbound" => matches!(from, "workers" | "app"),
        (Some(_), None) => is_leaf(to),
        (Some(from), Some(to)) => from < to,
        (None, _) => to == "config",
    }
}

/// Rooms named through `crate::`, `lockstep::` or enough `super::`, with the line.
fn imported_rooms(file: &File) -> Vec<(usize, String)> {
    let code = file.code();
    let depth = module_depth(&file.path);
    let mut found = Vec::new();
    for (offset, word) in lexer::identifiers(&code) {
        let starts_path = !code[..offset].ends_with("::");
        let rest = match word {
            "crate" | "lockstep" if starts_path => code[offset + word.len()..].strip_prefix("::"),
            "super" if starts_path => climbed(&code[offset..], depth),
            _ => None,
        };
        for room in rest.map(first_names).unwrap_or_default() {
            if level(&room).is_some() || is_leaf(&room) {
                found.push((lexer::line_of(&code, offset), room));
            }
        }
    }
    found
}

/// How many modules deep a file is: `src/app.rs` 1, `src/ws/mod.rs` 1, `src/ws/socket.rs` 2.
fn module_depth(path: &str) -> usize {
    let parts = path.split('/').count() - 1;
    if path.ends_with("/mod.rs") { parts - 1 } else { parts }
}

/// What follows `super::super::…` where that climbs exactly to the crate's root.
fn climbed(code: &str, depth: usize) -> Option<&str> {
    let mut rest = code;
    let mut steps = 0;
    while let Some(next) = rest.strip_prefix("super::") {
        rest = next;
        steps += 1;
    }
    (steps == depth).then_some(rest)
}

/// The first names of a path's rest: `store::x` gives store, `{store::{a, b}, bus}` gives store and bus.
fn first_names(rest: &str) -> Vec<String> {
    let Some(group) = rest.strip_prefix('{') else {
        return lexer::identifiers(rest).next().map(|(_, name)| name.to_owned()).into_iter().collect();
    };
    let mut names = Vec::new();
    let mut depth = 0;
    let mut expecting = true;
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => expecting = true,
            _ if expecting && depth == 0 && character.is_alphabetic() => {
                names.extend(lexer::identifiers(&group[at..]).next().map(|(_, name)| name.to_owned()));
                expecting = false;
            }
            _ => {}
        }
    }
    names
}

#[test]
fn the_law_is_read_from_paths() {
    let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
    let rooms = |file: &File| imported_rooms(file).into_iter().map(|(_, room)| room).collect::<Vec<_>>();
    assert_eq!(rooms(&file("src/ws/socket.rs", "use crate::{live::{Session, store}, actors};")), ["live", "actors"]);
    assert_eq!(rooms(&file("src/ws/socket.rs", "use super::store; use super::super::store::X;")), ["store"]);
    assert_eq!(rooms(&file("src/ws/mod.rs", "use super::http::Y; // crate::store")), ["http"]);
    assert!(may_import("ws", "live") && may_import("http", "store") && may_import("store", "clock"));
    assert!(!may_import("ws", "http") && !may_import("store", "actors") && !may_import("clock", "store"));
    assert!(may_import("telemetry", "config") && !may_import("config", "telemetry"));
    assert!(!may_import("http", "outbound") && may_import("workers", "outbound"));
}
