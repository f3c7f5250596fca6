//! Every command by table: in the usual world, what is asked and what comes of it, a line each.
//!
//! - `# …` is a remark and starts from the usual world again; an empty line is nothing.
//! - `clock TIME`: it is then;
//! - `+ command` does it; `limit NAME VALUE` sets a limit; `fresh KIND` has the aggregate of that kind not yet founded.
//! - `scene NAME` has another channel; `forgetful` one that is not founded and remembers hardly anything.
//! - `command => event; event` asks without doing; fields that are written must be so. `=> nothing`: it was so already.
//! - `command => code field` is a refusal.

mod texts;

use std::collections::BTreeSet;

use lockstep_domain::channel::Keep;
use lockstep_protocol::{
    codes::Code,
    command::{AccountCommand, BoardCommand, ChannelCommand, InboxCommand, OrganizationCommand, TeamCommand},
};
use serde_json::Value;

use crate::support::{Live, World, command, inbox_of, json, principal, value};

const TABLES: &[(&str, &str)] = &[
    ("board.txt", include_str!("board.txt")),
    ("past.txt", include_str!("past.txt")),
    ("people.txt", include_str!("people.txt")),
    ("repeat.txt", include_str!("repeat.txt")),
    ("reminders.txt", include_str!("reminders.txt")),
    ("tasks.txt", include_str!("tasks.txt")),
    ("workflow.txt", include_str!("workflow.txt")),
    ("time.txt", include_str!("time.txt")),
    ("talk.txt", include_str!("talk.txt")),
    ("fields.txt", include_str!("fields.txt")),
    ("views.txt", include_str!("views.txt")),
    ("transfer.txt", include_str!("transfer.txt")),
    ("links.txt", include_str!("links.txt")),
    ("channels.txt", include_str!("channels.txt")),
    ("messages.txt", include_str!("messages.txt")),
    ("inbox.txt", include_str!("inbox.txt")),
];

/// What lines have shown of a command.
#[derive(Default)]
struct Shown {
    done: BTreeSet<String>,
    refused: BTreeSet<String>,
}

#[test]
fn every_command_does_what_the_tables_say() {
    let mut shown = Shown::default();
    let mut wrong = Vec::new();
    for (file, table) in TABLES {
        let mut world = World::usual();
        for (number, line) in table.lines().enumerate() {
            if let Err(error) = run(&mut world, line.trim(), &mut shown) {
                wrong.push(format!("{file}:{}: {line}\n    {error}", number + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    let tags = [
        OrganizationCommand::TAGS,
        TeamCommand::TAGS,
        BoardCommand::TAGS,
        AccountCommand::TAGS,
        ChannelCommand::TAGS,
        InboxCommand::TAGS,
    ]
    .concat();
    for tag in tags {
        assert!(shown.done.contains(tag), "no line shows {tag} done");
        assert!(shown.refused.contains(tag), "no line shows {tag} refused");
    }
}

fn run(world: &mut World, line: &str, shown: &mut Shown) -> Result<(), String> {
    if line.is_empty() {
        return Ok(());
    }
    if line.starts_with('#') {
        *world = World::usual();
        return Ok(());
    }
    if let Some(given) = line.strip_prefix("+ ") {
        world.tell(given);
        return Ok(());
    }
    if let Some(time) = line.strip_prefix("clock ") {
        let time: jiff::Timestamp = time.parse().map_err(|_| "no time")?;
        world.now = time.as_microsecond();
        return Ok(());
    }
    if let Some(limit) = line.strip_prefix("limit ") {
        return set_limit(world, limit);
    }
    if let Some(kind) = line.strip_prefix("fresh ") {
        match kind {
            "organization" => world.org = Live::new("org"),
            "team" => world.team = Live::new("team"),
            "board" => world.board = Live::new("board"),
            "account" => world.account = Live::new("member"),
            "channel" => world.channel = Live::new("channel"),
            "inbox" => world.inbox = inbox_of("member"),
            "direct" => world.direct(&["owner", "member"]),
            "direct3" => world.direct(&["owner", "member", "guest"]),
            _ => return Err(format!("no kind {kind}")),
        }
        return Ok(());
    }
    if let Some(scene) = line.strip_prefix("scene ") {
        world.scene(scene);
        return Ok(());
    }
    if line == "forgetful" {
        let keep = Keep { messages: 2, reactions: 100, changes: 2, numbers: 3 };
        world.channel = Live::new("channel");
        world.keep(keep);
        return Ok(());
    }
    let (when, then) = line.split_once("=>").ok_or("no =>")?;
    let (who, asked) = when.split_once(": ").unwrap_or(("owner", when));
    let command = command(asked.trim());
    let tag = command.tag().to_owned();
    match world.ask(principal(who.trim()), command) {
        Ok(events) => {
            let found: Vec<Value> = events.iter().map(value).collect();
            expect_events(&found, then.trim())?;
            if !found.is_empty() {
                shown.done.insert(tag);
            }
        }
        Err(refused) => {
            let found = format!("{} {}", refused.code.word(), refused.field.as_deref().unwrap_or_default());
            if found.trim() != then.trim() {
                return Err(format!("was refused: {found}: {}", refused.message));
            }
            shown.refused.insert(tag);
        }
    }
    Ok(())
}

fn set_limit(world: &mut World, text: &str) -> Result<(), String> {
    let (name, number) = text.split_once(' ').ok_or("limit NAME VALUE")?;
    let number: usize = number.parse().map_err(|_| "not a number")?;
    let limits = &mut world.limits;
    if name == "organization_restore_ms" {
        limits.organization_restore_ms = number as u64;
        return Ok(());
    }
    if name == "undo_ms" {
        limits.undo_ms = number as u64;
        return Ok(());
    }
    if name == "ownership_offer_ms" {
        limits.ownership_offer_ms = number as u64;
        return Ok(());
    }
    if name == "wip_limit_max" {
        limits.wip_limit_max = number as u32;
        return Ok(());
    }
    if name == "repeat_interval_max" {
        limits.repeat_interval_max = number as u16;
        return Ok(());
    }
    if name == "repeat_count_max" {
        limits.repeat_count_max = number as u32;
        return Ok(());
    }
    if name == "reminder_minutes_max" {
        limits.reminder_minutes_max = number as u32;
        return Ok(());
    }
    if name == "invitations_per_day_max" {
        limits.invitations_per_day_max = number as u32;
        return Ok(());
    }
    *match name {
        "transfer_tasks_max" => &mut limits.transfer_tasks_max,
        "transfer_bytes_max" => &mut limits.transfer_bytes_max,
        "invitations_pending_max" => &mut limits.invitations_pending_max,
        "boards_per_org_max" => &mut limits.boards_per_org_max,
        "teams_per_org_max" => &mut limits.teams_per_org_max,
        "members_per_org_max" => &mut limits.members_per_org_max,
        "service_accounts_per_org_max" => &mut limits.service_accounts_per_org_max,
        "tokens_per_account_max" => &mut limits.tokens_per_account_max,
        "roles_per_org_max" => &mut limits.roles_per_org_max,
        "members_per_team_max" => &mut limits.members_per_team_max,
        "members_per_board_max" => &mut limits.members_per_board_max,
        "columns_per_board_max" => &mut limits.columns_per_board_max,
        "column_people_max" => &mut limits.column_people_max,
        "labels_per_board_max" => &mut limits.labels_per_board_max,
        "categories_per_board_max" => &mut limits.categories_per_board_max,
        "fields_per_board_max" => &mut limits.fields_per_board_max,
        "options_per_field_max" => &mut limits.options_per_field_max,
        "options_per_board_max" => &mut limits.options_per_board_max,
        "field_number_digits_max" => &mut limits.field_number_digits_max,
        "task_fields_bytes_max" => &mut limits.task_fields_bytes_max,
        "links_per_board_max" => &mut limits.links_per_board_max,
        "links_ever_per_board_max" => &mut limits.links_ever_per_board_max,
        "views_per_board_max" => &mut limits.views_per_board_max,
        "filter_conditions_max" => &mut limits.filter_conditions_max,
        "sort_keys_max" => &mut limits.sort_keys_max,
        "filter_values_max" => &mut limits.filter_values_max,
        "comment_edits_max" => &mut limits.comment_edits_max,
        "reaction_kinds_per_comment_max" => &mut limits.reaction_kinds_per_comment_max,
        "reactions_per_comment_max" => &mut limits.reactions_per_comment_max,
        "mentions_per_text_max" => &mut limits.mentions_per_text_max,
        "labels_per_task_max" => &mut limits.labels_per_task_max,
        "time_entries_per_task_max" => &mut limits.time_entries_per_task_max,
        "reminders_per_task_max" => &mut limits.reminders_per_task_max,
        "repeat_rule_chars_max" => &mut limits.repeat_rule_chars_max,
        "task_depth_max" => &mut limits.task_depth_max,
        "subtasks_per_task_max" => &mut limits.subtasks_per_task_max,
        "dependencies_per_task_max" => &mut limits.dependencies_per_task_max,
        "watchers_per_task_max" => &mut limits.watchers_per_task_max,
        "assignees_per_task_max" => &mut limits.assignees_per_task_max,
        "tasks_per_board_max" => &mut limits.tasks_per_board_max,
        "tasks_inactive_per_board_max" => &mut limits.tasks_inactive_per_board_max,
        "checklists_per_task_max" => &mut limits.checklists_per_task_max,
        "checklist_items_per_task_max" => &mut limits.checklist_items_per_task_max,
        "comments_per_task_max" => &mut limits.comments_per_task_max,
        "sessions_per_account_max" => &mut limits.sessions_per_account_max,
        "undo_steps_max" => &mut limits.undo_steps_max,
        "bulk_commands_max" => &mut limits.bulk_commands_max,
        "members_per_channel_max" => &mut limits.members_per_channel_max,
        "people_per_direct_max" => &mut limits.people_per_direct_max,
        "pins_per_channel_max" => &mut limits.pins_per_channel_max,
        "message_edits_max" => &mut limits.message_edits_max,
        "reaction_kinds_per_message_max" => &mut limits.reaction_kinds_per_message_max,
        "reactions_per_message_max" => &mut limits.reactions_per_message_max,
        "reactions_ever_per_message_max" => &mut limits.reactions_ever_per_message_max,
        "channels_per_org_max" => &mut limits.channels_per_org_max,
        "escalations_per_board_max" => &mut limits.escalations_per_board_max,
        "inbox_numbers_max" => &mut limits.inbox_numbers_max,
        "inbox_unread_per_channel_max" => &mut limits.inbox_unread_per_channel_max,
        "inbox_preference_changes_max" => &mut limits.inbox_preference_changes_max,
        "inbox_channel_levels_max" => &mut limits.inbox_channel_levels_max,
        "inbox_board_levels_max" => &mut limits.inbox_board_levels_max,
        "inbox_muted_tasks_max" => &mut limits.inbox_muted_tasks_max,
        "rank_bytes_max" => &mut limits.rank_bytes_max,
        _ => return Err(format!("no limit {name}")),
    } = number;
    Ok(())
}

fn expect_events(found: &[Value], then: &str) -> Result<(), String> {
    let wanted: Vec<&str> = if then == "nothing" { Vec::new() } else { then.split(';').map(str::trim).collect() };
    let tags: Vec<&str> = found.iter().map(|event| event["type"].as_str().unwrap_or_default()).collect();
    let wanted_tags: Vec<&str> = wanted.iter().map(|text| text.split(' ').next().unwrap_or_default()).collect();
    // A refusal has a known code where an event would be.
    if tags != wanted_tags {
        let known = Code::ALL.iter().any(|code| wanted_tags.first() == Some(&code.word()));
        return Err(format!("{}became {tags:?}", if known { "was not refused: " } else { "" }));
    }
    for (event, text) in found.iter().zip(&wanted) {
        let fields = json(text);
        if !includes(event, &fields) {
            return Err(format!("became {event}"));
        }
    }
    Ok(())
}

/// Whether all that is wanted is there; `null` wants absence.
fn includes(found: &Value, wanted: &Value) -> bool {
    match (found, wanted) {
        (Value::Object(found), Value::Object(wanted)) => {
            wanted.iter().all(|(key, wanted)| includes(found.get(key).unwrap_or(&Value::Null), wanted))
        }
        _ => found == wanted,
    }
}
