//! Commands and expectations in short lines: `owner: task.move task_id=t1 column_id=done place.after=t2`.
//!
//! `options=[small,large:Big]` are options of a custom field; a `seq` counts back from the newest event. A value is a mention `@name`, the id of that name or a list of them `[a,b]` (in fields that hold ids), JSON (in which `"$name"` is an id), `x*501` for a repeated text, or plain text (in
//! quotes where it has spaces). `position=7` is the seventh in the journal, `entry=assigned/task/t1` what somebody is told of.

use lockstep_protocol::{command::Command, position::Position};
use serde_json::{Map, Value};
use uuid::Uuid;

/// Everything that has a name.
const NAMES: &[&str] = &[
    "org",
    "team",
    "board",
    "owner",
    "admin",
    "member",
    "guest",
    "outsider",
    "ghost",
    "lead",
    "mate",
    "editor",
    "viewer",
    "commenter",
    "shade",
    "todo",
    "doing",
    "done",
    "attic",
    "new",
    "red",
    "blue",
    "t1",
    "t2",
    "t3",
    "d1",
    "a1",
    "put_away",
    "trash",
    "list",
    "i1",
    "i2",
    "i3",
    "k1",
    "k2",
    "s1",
    "s2",
    "s3",
    "s4",
    "nobody",
    "other_org",
    "other_team",
    "own_owner",
    "n1",
    "n2",
    "n3",
    "n4",
    "n5",
    "n6",
    "n7",
    "n8",
    "nil",
    "f1",
    "f2",
    "hr",
    "ops",
    "inv1",
    "inv2",
    "contributor",
    "bug",
    "chore",
    "k3",
    "k4",
    "size",
    "cost",
    "whom",
    "note",
    "small",
    "large",
    "huge",
    "v1",
    "v2",
    "v3",
    "n9",
    "yonder",
    "far",
    "done_far",
    "far_red",
    "far_cost",
    "y1",
    "y2",
    "yk1",
    "w1",
    "w2",
    "w3",
    "w4",
    "ln1",
    "ln2",
    "ln3",
    "channel",
    "direct",
    "m1",
    "m2",
    "m3",
    "m4",
    "m5",
    "m6",
    "m7",
    "m8",
    "m9",
];

/// Stands for the seq of the newest event: `seq=last`; `seq=last3` is that of the third before.
pub const LAST: u64 = 9_000_000_000;

/// Stands for a moment after now: `until=soon`.
pub const SOON: i64 = 1;

/// The id behind a name.
pub fn id(name: &str) -> Uuid {
    if name == "nil" {
        return Uuid::nil();
    }
    let at = NAMES.iter().position(|known| *known == name).unwrap_or_else(|| panic!("no name {name}"));
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + at as u128 + 1)
}

/// Who says what.
pub fn said(line: &str) -> (&str, Command) {
    let (who, rest) = line.split_once(": ").unwrap_or(("owner", line));
    (who.trim(), command(rest))
}

pub fn command(text: &str) -> Command {
    let value = json(text);
    serde_json::from_value(value).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// `tag key=value key.key=value` as a tagged object.
pub fn json(text: &str) -> Value {
    let words = split(text);
    let mut object = Map::new();
    object.insert("type".into(), words[0].as_str().into());
    for word in &words[1..] {
        let (path, text) = word.split_once('=').unwrap_or_else(|| panic!("{word} is not key=value in {text}"));
        let mut at = &mut object;
        let mut keys: Vec<&str> = path.split('.').collect();
        let last = keys.pop().unwrap();
        for key in keys {
            let inner = at.entry(key).or_insert_with(|| Value::Object(Map::new()));
            at = inner.as_object_mut().unwrap();
        }
        let value = match last {
            "commands" => text.trim_matches('"').split('|').map(|part| json(part.trim())).collect(),
            "seq" => (LAST
                - text
                    .strip_prefix("last")
                    .unwrap_or_else(|| panic!("{word}: count from the last"))
                    .parse::<u64>()
                    .unwrap_or(0))
            .into(),
            "position" => Position { transaction: text.parse().unwrap(), ..Position::START }.to_string().into(),
            "entry" => entry(text),
            "until" if text == "soon" => SOON.into(),
            "changes" if !text.starts_with('[') => text.split('|').map(change).collect(),
            "escalations" => text.split(',').filter(|one| !one.is_empty()).map(escalation).collect(),
            "options" if text != "null" => options(text),
            // The seq is found by the world, which knows what was posted.
            "message" | "thread" if text != "null" => serde_json::json!({ "message_id": id(text), "seq": LAST }),
            _ if names(last) => ids(text),
            _ => value(text),
        };
        at.insert(last.into(), value);
    }
    Value::Object(object)
}

/// Whether the field of this name holds ids.
fn names(key: &str) -> bool {
    key.ends_with("_id")
        || [
            "labels",
            "assignees",
            "mentions",
            "after",
            "before",
            "except",
            "reply_to",
            "original_author",
            "next",
            "people",
            "required_fields",
            "members",
            "accounts",
            "teams",
        ]
        .contains(&key)
}

fn ids(text: &str) -> Value {
    match text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
        Some(list) => list.split(',').filter(|item| !item.is_empty()).map(ids).collect(),
        None if text == "null" => Value::Null,
        None => id(text).to_string().into(),
    }
}

/// `channel/name/all`, `board/name/nothing`, `task/name/true`; without the last part: as any other.
fn change(text: &str) -> Value {
    let parts: Vec<&str> = text.split('/').collect();
    let (set, name) = (parts[0], parts[1]);
    let mut change = serde_json::json!({ "set": set });
    change[format!("{set}_id")] = id(name).to_string().into();
    if let Some(to) = parts.get(2) {
        change[if set == "task" { "muted" } else { "level" }] = value(to);
    }
    change
}

/// `minutes/owners` or `minutes/name`.
fn escalation(text: &str) -> Value {
    let (minutes, to) = text.split_once('/').unwrap_or_else(|| panic!("{text} is not minutes/whom"));
    let to = match to {
        "owners" => serde_json::json!({ "kind": "owners" }),
        name => serde_json::json!({ "kind": "person", "account_id": id(name) }),
    };
    serde_json::json!({ "after_minutes": value(minutes), "to": to })
}

/// `reason/kind/name`, of a message also `/number/thread`: what the owner did, on the board.
fn entry(text: &str) -> Value {
    let parts: Vec<&str> = text.split('/').collect();
    let [reason, kind, name, rest @ ..] = &parts[..] else { panic!("{text} is not reason/kind/name") };
    let mut subject = Map::new();
    subject.insert("kind".into(), (*kind).into());
    if *kind == "message" {
        let message = |name: &str| {
            let seq: u64 = name.trim_start_matches('m').parse().unwrap();
            serde_json::json!({ "message_id": id(name), "seq": seq })
        };
        subject.insert("channel_id".into(), id("channel").to_string().into());
        subject.insert("message".into(), message(name));
        if let Some(number) = rest.first().filter(|number| !number.is_empty()) {
            subject.insert("number".into(), number.parse::<u64>().unwrap().into());
        }
        if let Some(root) = rest.get(1) {
            subject.insert("thread".into(), message(root));
        }
    } else {
        let key = if *kind == "organization" { "org_id".to_owned() } else { format!("{kind}_id") };
        subject.insert(key, id(name).to_string().into());
    }
    if *kind == "task" {
        subject.insert("board_id".into(), id("board").to_string().into());
    }
    let source = serde_json::json!({ "topic": format!("board:{}", id("board")), "seq": 1 });
    serde_json::json!({ "reason": reason, "org_id": id("org"), "by": id("owner"), "source": source, "subject": subject })
}

/// `[small,large:Big]`: what may be chosen, by the names of the ids, under the same names or others.
fn options(text: &str) -> Value {
    let list = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).expect("a list");
    let items = list.split(',').filter(|item| !item.is_empty());
    let option = |item: &str| {
        let (of, name) = item.split_once(':').unwrap_or((item, item));
        serde_json::json!({ "option_id": id(of), "name": name, "colour": "teal" })
    };
    items.map(option).collect()
}

fn value(text: &str) -> Value {
    if let Some(quoted) = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        return quoted.replace("\\n", "\n").replace("\\r", "\r").replace("\\0", "\0").replace("\\t", "\t").into();
    }
    if let Some(said) = text.strip_prefix('@') {
        return format!("@[{}]", id(said)).into();
    }
    if let Some((unit, times)) = text.split_once('*') {
        return unit.repeat(times.parse().unwrap()).into();
    }
    serde_json::from_str(&named(text)).unwrap_or_else(|_| text.into())
}

/// In JSON `"$name"` is the id of that name.
fn named(text: &str) -> String {
    let mut parts = text.split("\"$");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |made, part| {
        let (name, rest) = part.split_once('"').unwrap_or((part, ""));
        format!("{made}\"{}\"{rest}", id(name))
    })
}

/// Words, with quotes kept together.
fn split(text: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for c in text.trim().chars() {
        match c {
            '"' => {
                quoted = !quoted;
                word.push(c);
            }
            ' ' if !quoted => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            c => word.push(c),
        }
    }
    words.push(word);
    words
}
