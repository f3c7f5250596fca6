//! One card: the task, its checklists, comments and completion. Never anything of another card.

use lockstep_protocol::{
    command::{checklist::*, comment::*, task::*},
    ids::TaskId,
    values::{Due, Micros, Original, Place},
};

use super::{Planner, people::UNKNOWN};
use crate::{
    export::{Action, Card, Checklist},
    ids::{instant, made_at},
    text,
};

impl<'a> Planner<'a> {
    pub(super) fn card(&mut self, card: &'a Card, list: &str, place: Place<TaskId>) {
        let task_id = self.ids.task(&card.id);
        let (title, description) = self.texts(card);
        let labels = self.card_labels(card);
        let assignees = self.card_people(card);
        let create = CreateTask {
            task_id,
            column_id: self.ids.column(list),
            title,
            description: (!description.is_empty()).then_some(description),
            place,
            labels,
            assignees,
            priority: None,
            start_at: self.time("start dates", card.start.as_deref()),
            due: self.time("due dates", card.due.as_deref()).map(|at| Due { at, has_time: true }),
            parent_id: None,
            points: None,
            minutes: None,
            repeat: None,
            category_id: None,
            cover: None,
            fields: Vec::new(),
            original: self.made(card),
        };
        if create.due.is_some() {
            self.report.keep("due dates");
        }
        self.step("card", create);
        self.report.keep(if card.closed { "cards, archived" } else { "cards" });
        self.checklists(card);
        self.card_comments(card);
        // In a column of what is done it is complete from the start. Saying so again would change nothing, leave no trace, and be
        // decided anew when the import runs again: then the task may be archived, which takes no changes.
        if card.due_complete && !self.done_lists.contains(list) {
            self.step("card", CompleteTask { task_id });
        }
        if card.due_complete {
            self.report.keep("completed cards");
        }
    }

    /// Title and description. What a long title loses opens the description.
    fn texts(&mut self, card: &Card) -> (String, String) {
        let whole = text::line(&card.name);
        let whole = if whole.is_empty() { "Untitled".to_owned() } else { whole };
        let (title, cut) = text::fit(&whole, self.limits.title_chars_max, usize::MAX);
        let mut description = text::body(&card.desc);
        if cut {
            description = format!("{whole}\n\n{description}");
        }
        let (description, cut) = text::fit(&description, usize::MAX, self.limits.description_bytes_max);
        if cut {
            self.report.lose("ends of long descriptions", "longer than a description may be; cut", &title);
        }
        (title, description.trim_end().to_owned())
    }

    fn card_labels(&mut self, card: &Card) -> Vec<lockstep_protocol::ids::LabelId> {
        let known: Vec<_> = card.id_labels.iter().filter_map(|id| self.labels.get(id.as_str()).copied()).collect();
        let missing = card.id_labels.len() - known.len();
        self.report.lose_many("labels on cards", missing, "the label itself is not in the export", &card.name);
        let over = known.len().saturating_sub(self.limits.labels_per_task_max);
        self.report.lose_many("labels on cards", over, "more than a task may have", &card.name);
        known.into_iter().take(self.limits.labels_per_task_max).collect()
    }

    fn card_people(&mut self, card: &Card) -> Vec<lockstep_protocol::ids::AccountId> {
        let max = self.limits.assignees_per_task_max;
        let over = card.id_members.len().saturating_sub(max);
        self.report.lose_many("assignees", over, "more than a task may have", &card.name);
        let people: Vec<_> = card.id_members.iter().take(max).cloned().collect();
        self.named.extend(people.iter().cloned());
        people.iter().map(|member| self.ids.person(member)).collect()
    }

    fn time(&mut self, what: &'static str, text: Option<&str>) -> Option<Micros> {
        let text = text.filter(|text| !text.is_empty())?;
        let at = instant(text);
        if at.is_none() {
            self.report.lose(what, "not a time that can be read", text);
        }
        at
    }

    /// Who made the card and when. The export knows the maker only within its last thousand actions; the time is in the card's id.
    fn made(&mut self, card: &Card) -> Option<Original> {
        let maker = self.makers.get(card.id.as_str()).copied();
        let at = maker.and_then(|action| instant(&action.date)).or_else(|| made_at(&card.id))?;
        Some(Original { original_author: self.author(maker), original_at: at })
    }

    fn author(&mut self, action: Option<&Action>) -> lockstep_protocol::ids::AccountId {
        let member = action.map(|action| action.id_member_creator.as_str()).filter(|id| !id.is_empty());
        let member = member.unwrap_or(UNKNOWN);
        self.named.insert(member.to_owned());
        self.ids.person(member)
    }

    fn checklists(&mut self, card: &'a Card) {
        let mut checklists = self.checklists.remove(card.id.as_str()).unwrap_or_default();
        checklists.sort_by(|a, b| a.pos.total_cmp(&b.pos).then_with(|| a.id.cmp(&b.id)));
        let mut items = 0;
        for (index, checklist) in checklists.into_iter().enumerate() {
            if index >= self.limits.checklists_per_task_max {
                self.report.lose("checklists", "more than a task may have", &checklist.name);
            } else {
                items = self.checklist(card, checklist, items);
            }
        }
    }

    /// Answers how many items the task has by now.
    fn checklist(&mut self, card: &Card, checklist: &'a Checklist, mut items: usize) -> usize {
        let (task_id, checklist_id) = (self.ids.task(&card.id), self.ids.checklist(&checklist.id));
        let name = self.named("ends of long names", &checklist.name, "Checklist");
        self.step("checklist", CreateChecklist { task_id, checklist_id, name });
        self.report.keep("checklists");
        let mut ordered: Vec<_> = checklist.check_items.iter().collect();
        ordered.sort_by(|a, b| a.pos.total_cmp(&b.pos).then_with(|| a.id.cmp(&b.id)));
        for item in ordered {
            if items >= self.limits.checklist_items_per_task_max {
                self.report.lose("checklist items", "more than a task may have", &item.name);
                continue;
            }
            let whole = text::line(&item.name);
            let (fitted, cut) = text::fit(&whole, self.limits.checklist_item_chars_max, usize::MAX);
            if cut {
                self.report.lose("ends of long checklist items", "longer than an item may be; cut", &whole);
            }
            let add = AddChecklistItem {
                task_id,
                checklist_id,
                item_id: self.ids.item(&item.id),
                text: if fitted.is_empty() { "Untitled".to_owned() } else { fitted },
                done: item.is_done(),
                place: Place::END,
            };
            self.step("checklist item", add);
            self.report.keep("checklist items");
            items += 1;
        }
        items
    }

    /// Oldest first, each with its author and time. One that is longer than a comment may be is kept as several.
    fn card_comments(&mut self, card: &'a Card) {
        let task_id = self.ids.task(&card.id);
        let Some(comments) = self.comments.remove(card.id.as_str()) else { return };
        for action in comments {
            let body = text::body(action.text(&["text"]).unwrap_or_default());
            let original = instant(&action.date)
                .or_else(|| made_at(&action.id))
                .map(|at| Original { original_author: self.author(Some(action)), original_at: at });
            for (part, text) in text::parts(&body, self.limits.comment_bytes_max).into_iter().enumerate() {
                let comment_id = self.ids.comment(&action.id, part);
                self.step(
                    "comment",
                    AddComment { task_id, comment_id, text, reply_to: None, mentions: vec![], original },
                );
            }
            self.report.keep("comments");
        }
    }
}
