//! Forward in time: which commands do what an action did, and how the world is after it.

use lockstep_protocol::{
    command::{BoardCommand, board::*, checklist::*, comment::*, task::*},
    ids::{ColumnId, TaskId},
    values::{Due, Place},
};
use serde_json::Value;

use super::{
    Cast,
    undo::{Births, MAKING, add, set_item, with_member},
    world::{CardState, ChecklistState, World},
};
use crate::{
    export::Action,
    guess,
    ids::{Ids, instant},
    text,
};

/// Commands, or the kind and the reason why there are none.
pub type Mapped = Result<Vec<BoardCommand>, (String, &'static str)>;

pub struct Player<'a> {
    pub ids: &'a Ids,
    pub cast: &'a Cast,
    pub births: &'a Births,
    pub world: World,
}

const ARCHIVED: &str = "the card was in the archive, where a task takes no changes";
const GONE: &str = "what it is about is not in the export";

impl Player<'_> {
    /// Plays one action: its commands, and the world as they leave it.
    pub fn play(&mut self, index: usize, action: &Action) -> Mapped {
        let mapped = self.map(index, action);
        self.change(index, action);
        mapped
    }

    fn map(&self, index: usize, action: &Action) -> Mapped {
        let none = |why| Err((action.kind.clone(), why));
        let commands = match action.kind.as_str() {
            "updateCard" => return self.update_card(index, action),
            "updateList" => self.update_list(action),
            kind if MAKING.contains(&kind) => self.make_card(index, action),
            "deleteCard" => self.card(action).map(|(task_id, _)| vec![DeleteTask { task_id }.into()]),
            "commentCard" => return self.comment(action),
            "addMemberToCard" | "removeMemberFromCard" => return self.member(action),
            "addChecklistToCard" => return self.add_checklist(index, action),
            "updateCheckItemStateOnCard" => return self.tick(action),
            "createList" => self.births.lists.get(&index).and_then(|_| self.make_list(index, action)),
            "addMemberToBoard" => self.join_board(action),
            "addAttachmentToCard" | "deleteAttachmentFromCard" => return none("tasks have no attachments"),
            "enablePlugin" | "disablePlugin" => return none("there are no power-ups"),
            _ => return none("there is no command for it"),
        };
        commands.ok_or((action.kind.clone(), GONE))
    }

    /// The card an action is about, while it is there.
    fn card(&self, action: &Action) -> Option<(TaskId, &CardState)> {
        let id = action.card()?;
        self.world.cards.get(id).map(|card| (self.ids.task(id), card))
    }

    /// The same, while it takes changes.
    fn open_card(&self, action: &Action) -> Result<(TaskId, &CardState), (String, &'static str)> {
        let (task_id, card) = self.card(action).ok_or((action.kind.clone(), GONE))?;
        if card.closed { Err((format!("{} on an archived card", action.kind), ARCHIVED)) } else { Ok((task_id, card)) }
    }

    fn update_card(&self, index: usize, action: &Action) -> Mapped {
        let (task_id, card) = self.card(action).ok_or((action.kind.clone(), GONE))?;
        let old = action.at(&["old"]).and_then(Value::as_object).cloned().unwrap_or_default();
        let mut after = self.world.clone();
        self.update(index, action, &mut after);
        let new = &after.cards[action.card().unwrap_or_default()];
        let mut commands: Vec<BoardCommand> = Vec::new();
        let mut why = None;
        for field in old.keys() {
            let kind = format!("updateCard {field}");
            if field == "closed" {
                let archive = ArchiveTask { task_id }.into();
                commands.push(if new.closed { archive } else { UnarchiveTask { task_id }.into() });
                continue;
            }
            let changes = match field.as_str() {
                "idAttachmentCover" | "cover" | "manualCoverAttachment" => Err("cards have no covers"),
                "dueReminder" => Err("each person sets their own reminders"),
                _ if card.closed && new.closed => Err(ARCHIVED),
                "idList" | "pos" => self.move_card(action, new, &after),
                _ => self.change_card(field, task_id, card, new),
            };
            match changes {
                Ok(changes) => commands.extend(changes),
                Err(reason) => why = why.or(Some((kind, reason))),
            }
        }
        if commands.is_empty() { Err(why.unwrap_or((action.kind.clone(), "it changed nothing"))) } else { Ok(commands) }
    }

    /// A card as this action leaves it.
    fn update(&self, index: usize, action: &Action, world: &mut World) {
        world.set(action, action.at(&["card"]).unwrap_or(&Value::Null));
        let card = action.card().and_then(|card| world.cards.get_mut(card));
        if let (Some(card), Some(pos)) = (card, self.births.places.get(&index)) {
            card.pos = *pos;
        }
    }

    fn move_card(&self, action: &Action, new: &CardState, after: &World) -> Result<Vec<BoardCommand>, &'static str> {
        let id = action.card().unwrap_or_default();
        let list = self.world.lists.get(&new.list).ok_or(GONE)?;
        if list.closed && self.world.cards[id].list != new.list {
            return Err("into an archived column");
        }
        let place = self.place(after, id);
        Ok(vec![MoveTask { task_id: self.ids.task(id), column_id: self.ids.column(&new.list), place }.into()])
    }

    /// Between the neighbours that the card has in this world.
    fn place(&self, world: &World, card: &str) -> Place<TaskId> {
        let Some(state) = world.cards.get(card) else { return Place::END };
        let order = world.order(&state.list);
        let others: Vec<_> = order.iter().filter(|(id, _)| *id != card).collect();
        let before = others.iter().find(|(_, other)| other.pos > state.pos).map(|(id, _)| self.ids.task(id));
        let after = others.iter().rev().find(|(_, other)| other.pos <= state.pos).map(|(id, _)| self.ids.task(id));
        Place { after, before }
    }

    fn column_place(&self, list: &str, pos: f64) -> Place<ColumnId> {
        let mut others: Vec<_> = self.world.lists.iter().filter(|(id, _)| *id != list).collect();
        others.sort_by(|a, b| a.1.pos.total_cmp(&b.1.pos).then_with(|| a.0.cmp(b.0)));
        let before = others.iter().find(|(_, other)| other.pos > pos).map(|(id, _)| self.ids.column(id));
        let after = others.iter().rev().find(|(_, other)| other.pos <= pos).map(|(id, _)| self.ids.column(id));
        Place { after, before }
    }

    fn change_card(
        &self,
        field: &str,
        task_id: TaskId,
        old: &CardState,
        new: &CardState,
    ) -> Result<Vec<BoardCommand>, &'static str> {
        Ok(match field {
            "name" => {
                vec![UpdateTask { task_id, title: Some(title(&new.name)), description: None, mentions: vec![] }.into()]
            }
            "desc" => vec![
                UpdateTask { task_id, title: None, description: Some(text::body(&new.desc)), mentions: vec![] }.into(),
            ],
            "due" | "start" => vec![ScheduleTask { task_id, start_at: start_at(new), due: due(new) }.into()],
            "dueComplete" if new.due_complete => vec![CompleteTask { task_id }.into()],
            "dueComplete" => vec![ReopenTask { task_id }.into()],
            "idLabels" => {
                let label = |id: &String| self.ids.label(id);
                let put = new.labels.iter().filter(|id| !old.labels.contains(id)).map(label);
                let taken = old.labels.iter().filter(|id| !new.labels.contains(id)).map(label);
                let put = put.map(|label_id| LabelTask { task_id, label_id }.into());
                put.chain(taken.map(|label_id| UnlabelTask { task_id, label_id }.into())).collect()
            }
            "idMembers" => {
                let person = |id: &String| self.cast.account(id);
                let given = new.members.iter().filter(|id| !old.members.contains(id)).filter_map(person);
                let taken = old.members.iter().filter(|id| !new.members.contains(id)).filter_map(person);
                let given = given.map(|account_id| AssignTask { task_id, account_id }.into());
                given.chain(taken.map(|account_id| UnassignTask { task_id, account_id }.into())).collect()
            }
            _ => return Err("tasks have no such field"),
        })
    }

    fn update_list(&self, action: &Action) -> Option<Vec<BoardCommand>> {
        let id = action.text(&["list", "id"]).filter(|id| self.world.lists.contains_key(*id))?;
        let column_id = self.ids.column(id);
        let fields = action.at(&["old"]).and_then(Value::as_object)?.keys();
        let new = |field: &str| action.at(&["list", field]);
        let commands = fields.filter_map(|field| {
            Some(match field.as_str() {
                "name" => {
                    let name = name(new("name")?.as_str()?);
                    UpdateColumn { column_id, name: Some(name), kind: None, colour: None, clear_colour: false }.into()
                }
                "closed" if new("closed")?.as_bool()? => ArchiveColumn { column_id }.into(),
                "closed" => UnarchiveColumn { column_id }.into(),
                "pos" => MoveColumn { column_id, place: self.column_place(id, new("pos")?.as_f64()?) }.into(),
                _ => return None,
            })
        });
        Some(commands.collect())
    }

    fn make_list(&self, index: usize, action: &Action) -> Option<Vec<BoardCommand>> {
        let (id, list) = (action.text(&["list", "id"])?, self.births.lists.get(&index)?);
        let place = self.column_place(id, list.pos);
        let kind = guess::column_kind(&list.name);
        Some(vec![CreateColumn { column_id: self.ids.column(id), name: name(&list.name), kind, place }.into()])
    }

    fn make_card(&self, index: usize, action: &Action) -> Option<Vec<BoardCommand>> {
        let (id, card) = (action.card()?, self.births.cards.get(&index)?);
        let mut after = self.world.clone();
        after.cards.insert(id.to_owned(), card.clone());
        let mut commands = self.create(id, card, self.place(&after, id));
        let (source, checklist) = (action.text(&["cardSource", "id"]), action.text(&["checklist", "id"]));
        let item = source.zip(checklist).and_then(|(source, checklist)| {
            let list = self.world.cards.get(source)?.checklists.iter().find(|state| state.id == checklist)?;
            list.items.iter().any(|item| item.id == id).then_some(source)
        });
        if let Some(source) = item {
            let remove = RemoveChecklistItem { task_id: self.ids.task(source), item_id: self.ids.item(id) };
            commands.insert(0, remove.into());
        }
        Some(commands)
    }

    /// A card with all that is on it.
    pub fn create(&self, id: &str, card: &CardState, place: Place<TaskId>) -> Vec<BoardCommand> {
        let task_id = self.ids.task(id);
        let description = text::body(&card.desc);
        let create = CreateTask {
            task_id,
            column_id: self.ids.column(&card.list),
            title: title(&card.name),
            description: (!description.is_empty()).then_some(description),
            place,
            labels: card.labels.iter().map(|id| self.ids.label(id)).collect(),
            assignees: card.members.iter().filter_map(|id| self.cast.account(id)).collect(),
            priority: None,
            start_at: start_at(card),
            due: due(card),
            parent_id: None,
            points: None,
            minutes: None,
            repeat: None,
            category_id: None,
            cover: None,
            fields: Vec::new(),
            original: None,
        };
        let mut commands = vec![create.into()];
        for checklist in &card.checklists {
            commands.extend(self.create_checklist(task_id, checklist));
        }
        if card.due_complete {
            commands.push(CompleteTask { task_id }.into());
        }
        commands
    }

    fn create_checklist(&self, task_id: TaskId, checklist: &ChecklistState) -> Vec<BoardCommand> {
        let checklist_id = self.ids.checklist(&checklist.id);
        let create = CreateChecklist { task_id, checklist_id, name: name(&checklist.name) };
        let items = checklist.items.iter().map(|item| {
            let text = text::fit(&text::line(&item.name), 500, usize::MAX).0;
            let text = if text.is_empty() { "Untitled".to_owned() } else { text };
            let item_id = self.ids.item(&item.id);
            AddChecklistItem { task_id, checklist_id, item_id, text, done: item.done, place: Place::END }.into()
        });
        std::iter::once(create.into()).chain(items).collect()
    }

    fn add_checklist(&self, index: usize, action: &Action) -> Mapped {
        let (task_id, _) = self.open_card(action)?;
        let checklist = self.births.checklists.get(&index).ok_or((action.kind.clone(), GONE))?;
        Ok(self.create_checklist(task_id, checklist))
    }

    fn tick(&self, action: &Action) -> Mapped {
        let (task_id, card) = self.open_card(action)?;
        let item = action.text(&["checkItem", "id"]).unwrap_or_default();
        if !card.checklists.iter().flat_map(|checklist| &checklist.items).any(|state| state.id == item) {
            return Err((action.kind.clone(), GONE));
        }
        let done = Some(action.text(&["checkItem", "state"]) == Some("complete"));
        Ok(vec![UpdateChecklistItem { task_id, item_id: self.ids.item(item), text: None, done }.into()])
    }

    /// Comments go on archived cards too.
    fn comment(&self, action: &Action) -> Mapped {
        let (task_id, _) = self.card(action).ok_or((action.kind.clone(), GONE))?;
        let body = text::body(action.text(&["text"]).unwrap_or_default());
        let parts = text::parts(&body, 16 * 1024);
        let commands: Vec<_> = parts
            .into_iter()
            .enumerate()
            .map(|(part, text)| {
                let comment_id = self.ids.comment(&action.id, part);
                AddComment { task_id, comment_id, text, reply_to: None, mentions: vec![], original: None }.into()
            })
            .collect();
        if commands.is_empty() { Err((action.kind.clone(), "it says nothing")) } else { Ok(commands) }
    }

    fn member(&self, action: &Action) -> Mapped {
        let (task_id, _) = self.open_card(action)?;
        let account = action.text(&["idMember"]).and_then(|id| self.cast.account(id));
        let account_id = account.ok_or((action.kind.clone(), GONE))?;
        let given = action.kind == "addMemberToCard";
        let take = UnassignTask { task_id, account_id }.into();
        Ok(vec![if given { AssignTask { task_id, account_id }.into() } else { take }])
    }

    fn join_board(&self, action: &Action) -> Option<Vec<BoardCommand>> {
        let account_id = self.cast.account(action.text(&["idMemberAdded"])?)?;
        let role = guess::role(action.text(&["memberType"]).unwrap_or_default());
        Some(vec![SetBoardMember { account_id, role }.into()])
    }

    /// The world after the action, whether or not it became commands.
    fn change(&mut self, index: usize, action: &Action) {
        let card = action.card().unwrap_or_default().to_owned();
        let world = &mut self.world;
        match action.kind.as_str() {
            "updateCard" => {
                let mut after = std::mem::take(&mut self.world);
                self.update(index, action, &mut after);
                self.world = after;
            }
            "updateList" => world.set(action, action.at(&["list"]).unwrap_or(&Value::Null)),
            kind if MAKING.contains(&kind) => {
                if let Some(state) = self.births.cards.get(&index) {
                    world.cards.insert(card.clone(), state.clone());
                }
                let source = action.text(&["cardSource", "id"]).unwrap_or_default();
                if let Some(list) = world.checklist(source, action.text(&["checklist", "id"]).unwrap_or_default()) {
                    list.items.retain(|item| item.id != card);
                }
            }
            "deleteCard" => {
                world.cards.remove(&card);
            }
            "createList" => {
                if let Some((id, list)) = action.text(&["list", "id"]).zip(self.births.lists.get(&index)) {
                    world.lists.insert(id.to_owned(), list.clone());
                }
            }
            "addMemberToCard" => with_member(world, action, add),
            "removeMemberFromCard" => with_member(world, action, |members, member| members.retain(|id| id != member)),
            "addMemberToBoard" => {
                world.members.extend(action.text(&["idMemberAdded"]).map(str::to_owned));
            }
            "addChecklistToCard" => {
                if let (Some(card), Some(checklist)) = (world.cards.get_mut(&card), self.births.checklists.get(&index))
                {
                    card.checklists.push(checklist.clone());
                }
            }
            "updateCheckItemStateOnCard" => {
                set_item(world, action, action.text(&["checkItem", "state"]) == Some("complete"));
            }
            _ => {}
        }
    }
}

fn title(text: &str) -> String {
    let line = text::line(text);
    let line = if line.is_empty() { "Untitled".to_owned() } else { line };
    text::fit(&line, 500, usize::MAX).0
}

pub fn name(text: &str) -> String {
    let line = text::line(text);
    let line = if line.is_empty() { "Untitled".to_owned() } else { line };
    text::fit(&line, 120, 480).0
}

fn due(card: &CardState) -> Option<Due> {
    card.due.as_deref().and_then(instant).map(|at| Due { at, has_time: true })
}

fn start_at(card: &CardState) -> Option<i64> {
    card.start.as_deref().and_then(instant)
}
