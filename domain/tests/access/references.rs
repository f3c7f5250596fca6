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
            | ("category.create", "category_id")
            | ("field.create", "field_id")
            | ("view.create", "view_id")
            | ("board.link.create", "link_id")
            | ("task.create", "task_id")
            | ("checklist.create", "checklist_id")
            | ("checklist.item.add", "item_id")
            | ("comment.add", "comment_id")
            | ("time.log", "entry_id")
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
        "board" => "to_board_id",
        "doing" => "column_id",
        "blue" => "label_id",
        "k2" => "comment_id",
        "editor" => "account_id",
        _ => "none",
    }
}

fn kind_of_field(field: &str) -> &str {
    match field {
        "parent_id" | "other_id" => "task_id",
        _ => field,
    }
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

/// What an organization's and a team's commands name, by kind; the rest of what is tried is of other kinds, of another organization, or
/// of nothing.
const OF_PEOPLE: &[&str] = &[include_str!("organization.csv"), include_str!("team.csv")];

/// Fields that name what is about to be made, or anybody who has an account.
fn makes(tag: &str, field: &str) -> bool {
    matches!(
        (tag, field),
        // Looked at before the team is asked, which does not know its boards: `tests/access/ids.rs`.
        ("team.settings.update", "default_board_id")
            | ("member.add", "account_id")
            | ("role.create", "role_id")
            | ("member.invite", "invitation_id")
    )
}

#[test]
fn an_organization_and_a_team_know_nothing_of_others_either() {
    let mut tried = 0;
    for table in OF_PEOPLE {
        let mut lines = table.lines().filter(|line| !line.starts_with('#'));
        let heads: Vec<_> = lines.next().unwrap().split(',').collect();
        let owner = heads.iter().position(|head| *head == "owner").unwrap();
        for line in lines {
            // A command holds no comma outside brackets, but lists in it do.
            let row = cells(line);
            if row[owner] != "Y" {
                continue;
            }
            let mut world = World::usual();
            if !row[1].is_empty() {
                world.tell(&row[1]);
            }
            let command = crate::support::json(&row[0]);
            let tag = command["type"].as_str().unwrap().to_owned();
            for field in command.as_object().unwrap().keys().filter(|key| key.ends_with("_id")) {
                for other in ["t2", "doing", "blue", "k2", "board", "team", "org", "other_org", "other_team", "nobody"]
                {
                    if makes(&tag, field) {
                        continue;
                    }
                    let mut changed = command.clone();
                    changed[field] = id(other).to_string().into();
                    let asked: Command = serde_json::from_value(changed).unwrap();
                    let refused = world.ask(principal("owner"), asked).expect_err(&row[0]);
                    assert_eq!(refused.code, Code::NotFound, "{}: {field} of {other}: {refused}", row[0]);
                    assert_eq!(refused.field.as_deref(), Some(field.as_str()), "{}: {field} of {other}", row[0]);
                    assert_eq!(refused.message, Code::NotFound.meaning().trim());
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 150, "{tried}");
}

/// The cells of a line; commas within brackets belong to their cell.
fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut cell, mut depth) = (Vec::new(), String::new(), 0);
    for c in line.chars() {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            ',' if depth == 0 => {
                cells.push(std::mem::take(&mut cell));
                continue;
            }
            _ => {}
        }
        cell.push(c);
    }
    cells.push(cell);
    cells
}
