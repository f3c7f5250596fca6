//! What an export holds and Lockstep has no place for, counted so that nobody has to find out later.

use std::collections::{HashMap, HashSet};

use crate::{export::Board, report::Report};

pub fn count(board: &Board, report: &mut Report) {
    if !board.desc.trim().is_empty() {
        report.lose("board description", "boards have no description", &board.desc);
    }
    if board.prefs.permission_level == "public" {
        report.lose("public access", "an import makes nothing public; the organization may see the board", &board.name);
    }
    if !board.prefs.background_image.is_empty() {
        report.lose("board background", "boards have no background", &board.prefs.background_image);
    }
    for field in &board.custom_fields {
        let name = field.get("name").and_then(serde_json::Value::as_str).unwrap_or_default();
        report.lose("custom fields", "they are not brought over from Trello", name);
    }
    report.lose_many("data of power-ups", board.plugin_data.len(), "it belongs to Trello's plug-ins", "");
    cards(board, report);
    comments(board, report);
    checklists(board, report);
}

fn cards(board: &Board, report: &mut Report) {
    const UPLOADS: &str = "the export names the files but does not hold them; download them from Trello";
    for card in &board.cards {
        for attachment in &card.attachments {
            let example = format!("{} on \"{}\": {}", attachment.name, card.name, attachment.url);
            if attachment.is_upload {
                report.lose("attached files", UPLOADS, example);
            } else {
                report.lose("attached links", "tasks have no attachments", example);
            }
        }
        if !card.id_attachment_cover.is_empty() || !card.cover.id_attachment.is_empty() || !card.cover.color.is_empty()
        {
            report.lose("covers", "cards have no covers", &card.name);
        }
        if card.due.is_some() && card.due_reminder.as_ref().is_some_and(|minutes| minutes.as_i64() != Some(-1)) {
            report.lose("due reminders", "each person sets their own", &card.name);
        }
        report.lose_many("stickers", card.stickers.len(), "cards have no stickers", &card.name);
        report.lose_many(
            "custom field values",
            card.custom_field_items.len(),
            "they are not brought over from Trello",
            &card.name,
        );
        report.lose_many("data of power-ups", card.plugin_data.len(), "it belongs to Trello's plug-ins", &card.name);
        report.lose_many("votes", card.id_members_voted.len(), "tasks have no votes", &card.name);
        if card.coordinates.as_ref().is_some_and(|place| !place.is_null()) {
            report.lose("locations", "tasks have no place on a map", &card.name);
        }
    }
}

/// The export holds the last thousand actions alone: what was said before is not in it.
fn comments(board: &Board, report: &mut Report) {
    let mut said: HashMap<&str, usize> = HashMap::new();
    for action in
        board.actions.iter().filter(|action| matches!(action.kind.as_str(), "commentCard" | "copyCommentCard"))
    {
        *said.entry(action.card().unwrap_or_default()).or_default() += 1;
    }
    for card in &board.cards {
        let said = said.get(card.id.as_str()).copied().unwrap_or_default();
        let missing = usize::try_from(card.badges.comments).unwrap_or(usize::MAX).saturating_sub(said);
        report.lose_many("older comments", missing, "the export holds the last 1,000 actions only", &card.name);
    }
    for action in &board.actions {
        report.lose_many("reactions", action.reactions.len(), "comments have no reactions", "");
    }
    let known: HashSet<_> = board.cards.iter().map(|card| card.id.as_str()).collect();
    for action in board.actions.iter().filter(|action| action.kind == "commentCard") {
        if !action.card().is_some_and(|card| known.contains(card)) {
            report.lose("comments on deleted cards", "the card is gone", action.text(&["text"]).unwrap_or_default());
        }
    }
}

fn checklists(board: &Board, report: &mut Report) {
    let known: HashSet<_> = board.cards.iter().map(|card| card.id.as_str()).collect();
    for checklist in &board.checklists {
        if !known.contains(checklist.id_card.as_str()) {
            report.lose("checklists of missing cards", "the card is not in the export", &checklist.name);
        }
        for item in &checklist.check_items {
            if item.due.is_some() {
                report.lose("due dates of checklist items", "items have no due date", &item.name);
            }
            if item.id_member.is_some() {
                report.lose("assignees of checklist items", "items have no assignee", &item.name);
            }
        }
    }
}
