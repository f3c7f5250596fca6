//! What Trello does not say and Lockstep wants to know: what a list means, which colour token, which board key and role.

use lockstep_protocol::values::{BoardRole, Colour, ColumnKind, Visibility};

/// What a list with this name means for the cards in it.
pub fn column_kind(name: &str) -> ColumnKind {
    const DONE: [&str; 9] =
        ["done", "complete", "closed", "finished", "shipped", "released", "deployed", "resolved", "archive"];
    const ACTIVE: [&str; 14] = [
        "doing", "progress", "review", "qa", "test", "merge", "wip", "working", "develop", "active", "verify",
        "blocked", "ongoing", "current",
    ];
    let name = name.to_lowercase();
    let words: Vec<_> = name.split(|c: char| !c.is_alphanumeric()).collect();
    let has = |roots: &[&str]| words.iter().any(|word| roots.iter().any(|root| word.starts_with(root)));
    if has(&DONE) && !words.contains(&"not") {
        ColumnKind::Done
    } else if has(&ACTIVE) {
        ColumnKind::Active
    } else {
        ColumnKind::Backlog
    }
}

/// Trello's colours, which may end in `_light` or `_dark`.
pub fn colour(name: &str) -> Colour {
    match name.split('_').next().unwrap_or_default() {
        "red" => Colour::Red,
        "orange" => Colour::Orange,
        "yellow" => Colour::Amber,
        "green" | "lime" => Colour::Green,
        "sky" => Colour::Teal,
        "blue" => Colour::Blue,
        "purple" => Colour::Purple,
        "pink" => Colour::Pink,
        _ => Colour::Grey,
    }
}

/// A board's key: the initials of its name, or the name's first letters where that is one word.
pub fn key(name: &str) -> String {
    let words: Vec<Vec<char>> = name
        .split(|c: char| !c.is_ascii_alphanumeric())
        .map(|word| word.to_ascii_uppercase().chars().collect::<Vec<_>>())
        .filter(|word| word.first().is_some_and(char::is_ascii_alphabetic))
        .collect();
    let key: String = match words.as_slice() {
        [] => String::new(),
        [word] => word.iter().take(4).collect(),
        words => words.iter().filter_map(|word| word.first()).take(6).collect(),
    };
    if key.len() < 2 { "TRELLO".to_owned() } else { key }
}

pub fn role(member_type: &str) -> BoardRole {
    match member_type {
        "admin" => BoardRole::Owner,
        "observer" => BoardRole::Viewer,
        _ => BoardRole::Editor,
    }
}

/// An import makes nothing public: what was, the organization may see.
pub fn visibility(permission_level: &str) -> Visibility {
    match permission_level {
        "org" | "enterprise" | "public" => Visibility::Organization,
        _ => Visibility::Private,
    }
}
