//! Ids that name nothing here: of another kind, of another board, or of nothing at all. All are answered alike, and like what is
//! missing; nothing is ever looked up outside the board.

use lockstep_protocol::{codes::Code, command::Command};
use serde_json::Value;

use crate::support::{World, id, principal, value};

/// Every command of a board that names things, as the matrix has them.
fn asked() -> Vec<(String, Value)> {
    let lines = include_str!("board.csv").lines().filter(|line| !line.starts_with('#')).skip(1);
    let rows = lines.map(|line| line.split(',').collect::<Vec<_>>()).filter(|row| row[1].is_empty());
    rows.map(|row| (row[0].to_owned(), crate::support::json(row[0]))).collect()
}

/// Fields that name what is about to be made, or neighbours, which may be gone.
fn may_be_unknown(tag: &str, field: &str) -> bool {
    matches!(
        (tag, field),
        ("column.create", "column_id")
            | ("label.create", "label_id")
            | ("task.create", "task_id")
            | ("checklist.create", "checklist_id")
            | ("checklist.item.add", "item_id")
            | ("comment.add", "comment_id")
            // Taking off what is not on is done already.
            | ("task.unassign", "account_id")
            | ("task.unlabel", "label_id")
            // Whoever has nothing loses nothing.
            | ("tasks.reassign", "from_id")
    )
}

#[test]
fn an_id_of_something_else_is_answered_like_one_of_nothing() {
    let world = World::usual();
    // A task, a column, a label, a comment, an account, the board itself, another organization, and nothing.
    let others = ["t2", "doing", "blue", "k2", "editor", "board", "other_org", "nobody"];
    let mut tried = 0;
    for (text, command) in asked() {
        let tag = command["type"].as_str().unwrap().to_owned();
        for field in command.as_object().unwrap().keys().filter(|key| key.ends_with("_id")) {
            for other in others {
                let mut changed = command.clone();
                changed[field] = id(other).to_string().into();
                let command: Command = serde_json::from_value(changed).unwrap();
                let outcome = world.ask(principal("owner"), command);
                // The same kind is another, existing thing: that is for the tables.
                if kind_of(other) == kind_of_field(field) {
                    continue;
                }
                tried += 1;
                match outcome {
                    Ok(_) => assert!(may_be_unknown(&tag, field), "{text}: {field} of {other} was taken"),
                    Err(refused) => {
                        assert_eq!(refused.code, Code::NotFound, "{text}: {field} of {other}: {refused}");
                        assert_eq!(refused.field.as_deref(), Some(field.as_str()), "{text}: {field} of {other}");
                        assert_eq!(refused.message, Code::NotFound.meaning().trim());
                    }
                }
            }
        }
    }
    assert!(tried > 300, "{tried}");
}

fn kind_of(name: &str) -> &'static str {
    match name {
        "t2" => "task_id",
        "doing" => "column_id",
        "blue" => "label_id",
        "k2" => "comment_id",
        "editor" => "account_id",
        _ => "none",
    }
}

fn kind_of_field(field: &str) -> &str {
    field
}

/// Who did it is whoever is connected: no command has a field for it.
#[test]
fn nobody_speaks_for_another() {
    for (text, command) in asked() {
        for field in
            ["by", "author_id", "created_by", "account", "seq", "at", "number", "rank", "owner_id", "client_id"]
        {
            let mut forged = command.clone();
            forged[field] = value(&id("admin"));
            assert!(serde_json::from_value::<Command>(forged).is_err(), "{text} takes {field}");
        }
    }
}
