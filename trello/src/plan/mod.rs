//! The board as it is: which commands, in which order, build it in Lockstep. The order and the ids are the same on every run, so
//! that step `n` of the same export is the same command for ever and running it again changes nothing.

mod card;
mod losses;
mod people;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, HashSet};

use lockstep_protocol::{
    command::{BoardCommand, board::*, task::*},
    ids::{AccountId, BoardId, ClientId, LabelId, OrgId, TaskId},
    limits::Limits,
    values::{BoardRole, ColumnKind, Place},
};

use crate::{
    export::{Action, Board, Card, Checklist, List, ReadError, read},
    guess,
    ids::Ids,
    report::Report,
    text,
};

/// What to do, and what it leaves out.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    pub board_id: BoardId,
    pub board_name: String,
    /// With the index of a step plus one as client seq, the key of that step.
    pub client_id: ClientId,
    /// Everyone who appears on the board: each needs a placeholder before the steps are taken.
    pub people: Vec<Person>,
    pub steps: Vec<Step>,
    pub report: Report,
}

/// Someone of the export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub account_id: AccountId,
    pub name: String,
    /// Their role on the board; former members have none.
    pub role: Option<BoardRole>,
}

/// One command, and what it is about, for people.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub command: BoardCommand,
    pub about: &'static str,
}

/// Plans the import of an export's bytes into an organization.
pub fn plan(bytes: &[u8], org_id: OrgId) -> Result<Plan, ReadError> {
    let board = read(bytes)?;
    let ids = Ids::new(org_id, &board.id);
    let client_id = ids.client(bytes);
    let mut planner = Planner::new(&board, &ids);
    planner.found(org_id);
    planner.labels();
    planner.columns();
    planner.cards();
    planner.archive();
    losses::count(&board, &mut planner.report);
    let (people, roles) = people::gather(&board, &ids, &planner.named);
    // Roles come right after the founding, so that assignees may see the board.
    let steps = planner.steps.splice(..1, std::iter::empty()).chain(roles).collect::<Vec<_>>();
    let steps: Vec<_> = steps.into_iter().chain(planner.steps).collect();
    let mut report = planner.report;
    report.kept.insert("members, as placeholders to be claimed", people.len());
    Ok(Plan { board_id: ids.board(), board_name: planner.name, client_id, people, steps, report })
}

/// Collects steps.
struct Planner<'a> {
    board: &'a Board,
    ids: &'a Ids,
    limits: Limits,
    name: String,
    steps: Vec<Step>,
    report: Report,
    labels: HashMap<&'a str, LabelId>,
    /// Who wrote or was given something: Trello's ids.
    named: HashSet<String>,
    /// Who made a card and when, where the export still knows.
    makers: HashMap<&'a str, &'a Action>,
    comments: HashMap<&'a str, Vec<&'a Action>>,
    checklists: HashMap<&'a str, Vec<&'a Checklist>>,
    /// Lists whose columns are of the kind "done".
    done_lists: HashSet<String>,
}

/// The list that cards go to whose own is not in the export.
const LOST_LIST: &str = "cards-without-a-list";

impl<'a> Planner<'a> {
    fn new(board: &'a Board, ids: &'a Ids) -> Self {
        const MAKING: [&str; 5] =
            ["createCard", "copyCard", "convertToCardFromCheckItem", "emailCard", "moveCardToBoard"];
        let (mut makers, mut comments) = (HashMap::new(), HashMap::<_, Vec<_>>::new());
        // The export has the newest first.
        for action in board.actions.iter().rev() {
            let Some(card) = action.card() else { continue };
            if MAKING.contains(&action.kind.as_str()) {
                makers.entry(card).or_insert(action);
            } else if matches!(action.kind.as_str(), "commentCard" | "copyCommentCard") {
                comments.entry(card).or_default().push(action);
            }
        }
        let mut checklists = HashMap::<_, Vec<_>>::new();
        for checklist in &board.checklists {
            checklists.entry(checklist.id_card.as_str()).or_default().push(checklist);
        }
        Self {
            board,
            ids,
            limits: Limits::default(),
            name: String::new(),
            steps: Vec::new(),
            report: Report::default(),
            labels: HashMap::new(),
            named: HashSet::new(),
            makers,
            comments,
            checklists,
            done_lists: HashSet::new(),
        }
    }

    fn step(&mut self, about: &'static str, command: impl Into<BoardCommand>) {
        self.steps.push(Step { command: command.into(), about });
    }

    /// A name that fits; what it names stands in where it is empty.
    fn named(&mut self, what: &'static str, name: &str, default: &str) -> String {
        let name = text::line(name);
        let name = if name.is_empty() { default } else { &name };
        let (fitted, cut) = text::fit(name, self.limits.name_chars_max, self.limits.name_bytes_max);
        if cut {
            self.report.lose(what, "longer than a name may be; cut", name);
        }
        fitted
    }

    fn found(&mut self, org_id: OrgId) {
        self.name = self.named("ends of long names", &self.board.name, "Trello board");
        let create = CreateBoard {
            org_id,
            team_id: None,
            name: self.name.clone(),
            key: guess::key(&self.board.name),
            visibility: guess::visibility(&self.board.prefs.permission_level),
        };
        self.step("board", create);
    }

    fn labels(&mut self) {
        for (index, label) in self.board.labels.iter().enumerate() {
            if index >= self.limits.labels_per_board_max {
                self.report.lose("labels", "more than a board may have", &label.name);
                continue;
            }
            let label_id = self.ids.label(&label.id);
            // Labels without a name are usual: the colour is what they say.
            let name = self.named("ends of long names", &label.name, "");
            self.labels.insert(&label.id, label_id);
            self.step("label", CreateLabel { label_id, name, colour: guess::colour(&label.color) });
            self.report.keep("labels");
        }
    }

    fn columns(&mut self) {
        for list in lists(self.board, self.limits.columns_per_board_max) {
            let name = self.named("ends of long names", &list.name, "Untitled");
            let kind = guess::column_kind(&list.name);
            if kind == ColumnKind::Done {
                self.done_lists.insert(list.id.clone());
            }
            self.step("column", CreateColumn { column_id: self.ids.column(&list.id), name, kind, place: Place::END });
            self.report.keep(if list.closed { "columns, archived" } else { "columns" });
        }
        let over = (self.board.lists.len() + 1).saturating_sub(self.limits.columns_per_board_max);
        const OVER: &str = "more than a board may have; their cards are in \"Cards without a list\"";
        self.report.lose_many("columns", over, OVER, "");
    }

    /// Cards are added oldest first, so that their numbers follow their age, each between the neighbours it has by then: in the end
    /// all stand in the export's order.
    fn cards(&mut self) {
        let lists = lists(self.board, self.limits.columns_per_board_max);
        let known: HashSet<_> = lists.iter().map(|list| list.id.as_str()).collect();
        let mut orders: BTreeMap<&str, Vec<&Card>> = BTreeMap::new();
        for card in &self.board.cards {
            let list = if known.contains(card.id_list.as_str()) { &card.id_list } else { LOST_LIST };
            orders.entry(list).or_default().push(card);
        }
        for cards in orders.values_mut() {
            cards.sort_by(|a, b| a.pos.total_cmp(&b.pos).then_with(|| a.id.cmp(&b.id)));
        }
        let mut by_age: Vec<(&str, usize, &Card)> = orders
            .iter()
            .flat_map(|(list, cards)| cards.iter().enumerate().map(|(index, card)| (*list, index, *card)))
            .collect();
        by_age.sort_by(|a, b| a.2.id.cmp(&b.2.id));
        let mut added: HashSet<&str> = HashSet::new();
        for (list, index, card) in by_age {
            let order = &orders[list];
            let there = |card: &&Card| added.contains(card.id.as_str()).then(|| self.ids.task(&card.id));
            let place: Place<TaskId> = Place {
                after: order[..index].iter().rev().find_map(there),
                before: order[index + 1..].iter().find_map(there),
            };
            self.card(card, list, place);
            added.insert(&card.id);
        }
    }

    /// Last, because what is put away takes no further changes.
    fn archive(&mut self) {
        for card in self.board.cards.iter().filter(|card| card.closed) {
            self.step("archive", ArchiveTask { task_id: self.ids.task(&card.id) });
        }
        let lists = lists(self.board, self.limits.columns_per_board_max);
        for list in lists.into_iter().filter(|list| list.closed) {
            self.step("archive", ArchiveColumn { column_id: self.ids.column(&list.id) });
        }
        if self.board.closed {
            self.step("archive", ArchiveBoard {});
        }
    }
}

/// The lists in their order. Where there are more than a board may have columns, the closed ones at the end go; where cards name a
/// list that is not here there is one more.
fn lists(board: &Board, columns_max: usize) -> Vec<List> {
    let mut lists = board.lists.clone();
    if lists.len() >= columns_max {
        lists.sort_by_key(|list| list.closed);
        lists.truncate(columns_max - 1);
    }
    lists.sort_by(|a, b| a.pos.total_cmp(&b.pos).then_with(|| a.id.cmp(&b.id)));
    let known: HashSet<_> = lists.iter().map(|list| list.id.clone()).collect();
    if board.cards.iter().any(|card| !known.contains(&card.id_list)) {
        let name = "Cards without a list".to_owned();
        lists.push(List { id: LOST_LIST.to_owned(), name, closed: false, pos: f64::MAX });
    }
    lists
}
