//! Every text that a command brings, at its limit, one beyond it, and a thousand times it.

use lockstep_protocol::{codes::Code, command::Command, limits::Limits};
use serde_json::Value;

use crate::support::{World, json, principal};

/// The command, the field, its limit, and whether it may be empty and have lines.
fn texts(limits: &Limits) -> Vec<(&'static str, &'static str, usize, bool, bool)> {
    let (name, item) = (limits.name_chars_max, limits.checklist_item_chars_max);
    vec![
        ("organization.update name=x", "name", name, false, false),
        ("team.update name=x", "name", name, false, false),
        ("board.update name=x", "name", name, false, false),
        ("column.create column_id=new name=x kind=active", "name", name, false, false),
        ("column.update column_id=todo name=x", "name", name, false, false),
        ("label.create label_id=new name=x colour=red", "name", name, true, false),
        ("label.update label_id=red name=x", "name", name, true, false),
        ("category.create category_id=new name=x colour=red", "name", name, false, false),
        ("category.update category_id=bug name=x", "name", name, false, false),
        ("field.create field_id=note name=x kind=text", "name", name, false, false),
        ("field.update field_id=size name=x", "name", name, false, false),
        ("checklist.create task_id=t1 checklist_id=new name=x", "name", name, false, false),
        ("checklist.rename task_id=t1 checklist_id=list name=x", "name", name, false, false),
        ("checklist.item.add task_id=t1 checklist_id=list item_id=i3 text=x", "text", item, false, false),
        ("checklist.item.update task_id=t1 item_id=i1 text=x", "text", item, false, false),
        ("task.create task_id=new column_id=todo title=x", "title", limits.title_chars_max, false, false),
        ("task.update task_id=t1 title=x", "title", limits.title_chars_max, false, false),
        (
            "task.create task_id=new column_id=todo title=x description=x",
            "description",
            limits.description_bytes_max,
            true,
            true,
        ),
        ("task.update task_id=t1 description=x", "description", limits.description_bytes_max, true, true),
        ("comment.add task_id=t1 comment_id=new text=x", "text", limits.comment_bytes_max, false, true),
        ("comment.edit task_id=t1 comment_id=k2 text=x", "text", limits.comment_bytes_max, false, true),
        ("channel.update name=x", "name", name, false, false),
        ("channel.update purpose=x", "purpose", limits.channel_purpose_chars_max, true, false),
        ("message.post message_id=new text=x", "text", limits.message_text_bytes_max, false, true),
        ("message.edit message=m1 text=x", "text", limits.message_text_bytes_max, false, true),
    ]
}

fn outcome(world: &World, asked: &Value, field: &str, text: String) -> Option<(Code, Option<String>)> {
    let mut command = asked.clone();
    command[field] = text.into();
    let command: Command = serde_json::from_value(command).unwrap();
    world.ask(principal("owner"), command).err().map(|refused| (refused.code, refused.field))
}

#[test]
fn every_text_is_taken_up_to_its_limit_and_refused_beyond() {
    let world = World::usual();
    // The owner leads no team; what is at stake here is text.
    for (line, field, limit, empty, lines) in texts(&world.limits) {
        let asked = json(line);
        let refused = |code| Some((code, Some(field.to_owned())));
        let outcome = |text: String| outcome(&world, &asked, field, text);
        assert_eq!(outcome("y".repeat(limit)), None, "{line}");
        // What is trimmed does not count.
        assert_eq!(outcome(format!("  {}  ", "y".repeat(limit))), None, "{line}");
        assert_eq!(outcome("y".repeat(limit + 1)), refused(Code::FieldTooLong), "{line}");
        assert_eq!(outcome("y".repeat(limit * 1000)), refused(Code::FieldTooLong), "{line}");
        // Limits in characters count characters, those in bytes count bytes.
        let four_bytes = "🦀".repeat(limit);
        assert_eq!(outcome(four_bytes), if lines { refused(Code::FieldTooLong) } else { None }, "{line}");
        for nothing in ["", "   ", "\n\t "] {
            assert_eq!(outcome(nothing.into()), if empty { None } else { refused(Code::FieldRequired) }, "{line}");
        }
        assert_eq!(outcome("a\nb\tc".into()), if lines { None } else { refused(Code::FieldInvalid) }, "{line}");
        for control in ["a\0b", "a\u{1b}[31mb", "a\u{7f}b", "a\u{85}b", "a\rb"] {
            assert_eq!(outcome(control.into()), refused(Code::FieldInvalid), "{line}: {control:?}");
        }
        for fine in ["<script>alert(1)</script>", "'; drop table tasks; --", "ﷺ", "مرحبا", "e\u{301}", "a\u{200d}b"]
        {
            assert_eq!(outcome(fine.into()), None, "{line}: {fine}");
        }
    }
}
