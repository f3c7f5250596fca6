//! The mix: append and read, with known shares of retries, of another body under a used number, of what the role does not allow, of
//! what belongs to others, and of what is over a limit.

use std::{collections::BTreeMap, time::Duration};

use lockstep_protocol::{
    command::{
        Command, board::*, channel::PostMessage, checklist::*, comment::*, organization::UpdateOrganization, task::*,
    },
    frame::Outcome as Said,
    ids::{AccountId, ChecklistId, ChecklistItemId, ColumnId, CommentId, TaskId},
    topic::{Kind, Topic},
    values::{BoardRole, Place},
};

use super::{Next, Proposal, crossings::Crossings, talking::Talking};
use crate::{
    chaos::client::{Followed, Me},
    dice::Dice,
    history::Intent,
    model::Board,
    stage::fresh,
};

/// Boards are kept about this large: states are compared whole.
const TASKS_ENOUGH: usize = 60;
const CHECKLISTS_KEPT: usize = 40;

/// What the client may do where it may do anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// May do anything: nothing but what is foreign or too large is refused.
    Owner,
    Editor,
    Viewer,
}

pub struct Mix {
    pub part: Part,
    pub pause: Duration,
    /// Boards and organizations of others.
    pub foreign: Vec<Topic>,
    pub made: u64,
    checklists: Vec<Checklist>,
    crossings: Crossings,
    talking: Talking,
}

/// One that this client asked for.
struct Checklist {
    board: Topic,
    task_id: TaskId,
    checklist_id: ChecklistId,
    items: Vec<(ChecklistItemId, bool)>,
}

impl Mix {
    pub fn new(part: Part, pause: Duration, foreign: Vec<Topic>) -> Self {
        Self {
            part,
            pause,
            foreign,
            made: 0,
            checklists: Vec::new(),
            crossings: Crossings::default(),
            talking: Talking::default(),
        }
    }

    pub fn next(&mut self, me: &Me, topics: &BTreeMap<Topic, Followed>, dice: &mut Dice) -> Option<Next> {
        let all: Vec<_> = topics.iter().collect();
        let (topic, followed) = dice.pick(&all).copied()?;
        let (topic, board) = (*topic, &followed.board);
        if topic.kind == Kind::Channel {
            return match dice.below(10) {
                0 => Some(Next::Again),
                _ => {
                    let text = self.text(me);
                    self.talking.next(topic, text, dice)
                }
            };
        }
        // Who lost a board goes on asking things of it: nothing of that may succeed.
        Some(match dice.below(100) {
            0..=9 => Next::Again,
            10 => Next::Variant(self.create(me, board, dice)?.0),
            11..=15 if self.part != Part::Owner => Next::Command(self.not_allowed(me, topic, board, dice)?),
            16..=20 => self.foreign(me, board, dice)?,
            21..=22 => Next::Command(self.oversized(topic, board, dice)?),
            23..=28 => Next::Read(topic),
            29..=34 if self.part != Part::Viewer => self.crossings.next(topic, topics, dice)?,
            _ if self.part == Part::Viewer => Next::Command(self.not_allowed(me, topic, board, dice)?),
            _ => Next::Command(self.ordinary(me, topic, board, dice)?),
        })
    }

    pub fn answered(&mut self, topic: Topic, body: &Command, said: &Said) {
        self.crossings.answered(topic, body, said);
        self.talking.answered(topic, body, said);
    }

    /// A text that nobody else writes, with the organization's secret in it.
    pub fn text(&mut self, me: &Me) -> String {
        self.made += 1;
        format!("c{}-{} {}", me.index, self.made, me.canary)
    }

    fn create(&mut self, me: &Me, board: &Board, dice: &mut Dice) -> Option<(Command, String)> {
        let title = self.text(me);
        let body = CreateTask {
            task_id: fresh().into(),
            column_id: column(board, dice)?,
            title: title.clone(),
            description: dice.percent(20).then(|| format!("{title}, at length")),
            place: Place { after: None, before: task(board, dice).filter(|_| dice.percent(50)) },
            labels: Vec::new(),
            assignees: Vec::new(),
            priority: None,
            start_at: None,
            due: None,
            parent_id: None,
            points: None,
            minutes: None,
            repeat: None,
            category_id: None,
            cover: None,
            fields: Vec::new(),
            original: None,
        };
        Some((body.into(), title))
    }

    fn ordinary(&mut self, me: &Me, topic: Topic, board: &Board, dice: &mut Dice) -> Option<Proposal> {
        let plain = |body: Command| Some(Proposal { topic, body, mark: None, intent: Intent::Ordinary });
        let marked = |body: Command, mark| Some(Proposal { topic, body, mark: Some(mark), intent: Intent::Ordinary });
        let crowded = board.tasks.len() > TASKS_ENOUGH;
        let Some(task_id) = task(board, dice) else {
            let (body, mark) = self.create(me, board, dice)?;
            return marked(body, mark);
        };
        match dice.below(100) {
            0..=23 if !crowded => {
                let (body, mark) = self.create(me, board, dice)?;
                marked(body, mark)
            }
            0..=23 => plain(DeleteTask { task_id }.into()),
            24..=41 => {
                let title = self.text(me);
                marked(
                    UpdateTask { task_id, title: Some(title.clone()), description: None, mentions: vec![] }.into(),
                    title,
                )
            }
            42..=61 => {
                let place = Place { after: task(board, dice), before: None };
                plain(MoveTask { task_id, column_id: column(board, dice)?, place }.into())
            }
            62..=77 => {
                let text = self.text(me);
                let comment_id: CommentId = fresh().into();
                let body = AddComment {
                    task_id,
                    comment_id,
                    text: text.clone(),
                    reply_to: None,
                    mentions: vec![],
                    original: None,
                };
                marked(body.into(), text)
            }
            78..=86 => plain(self.checklist(me, topic, task_id, dice)),
            // Somebody is told of it.
            87..=91 => {
                let account_id = *dice.pick(&board.members.keys().copied().collect::<Vec<_>>())?;
                let has = board.tasks.get(&task_id).is_some_and(|task| task.assignees.contains(&account_id));
                plain(match has {
                    true => UnassignTask { task_id, account_id }.into(),
                    false => AssignTask { task_id, account_id }.into(),
                })
            }
            92..=93 => plain(ArchiveTask { task_id }.into()),
            94..=96 => plain(CompleteTask { task_id }.into()),
            _ => plain(ReopenTask { task_id }.into()),
        }
    }

    /// Adds to a checklist of its own, ticks something on one, or begins one.
    fn checklist(&mut self, me: &Me, topic: Topic, task_id: TaskId, dice: &mut Dice) -> Command {
        let text = self.text(me);
        let known = self.checklists.iter().filter(|list| list.board == topic).count();
        if known == 0 || dice.percent(15) {
            let checklist_id: ChecklistId = fresh().into();
            self.checklists.push(Checklist { board: topic, task_id, checklist_id, items: Vec::new() });
            if self.checklists.len() > CHECKLISTS_KEPT {
                self.checklists.remove(0);
            }
            return CreateChecklist { task_id, checklist_id, name: format!("list {}", me.canary) }.into();
        }
        let index = dice.below(known);
        let Some(list) = self.checklists.iter_mut().filter(|list| list.board == topic).nth(index) else {
            return ReopenTask { task_id }.into();
        };
        let (task_id, checklist_id) = (list.task_id, list.checklist_id);
        let picked = dice.below(list.items.len());
        match list.items.get_mut(picked) {
            Some((item_id, done)) if dice.percent(60) => {
                *done = !*done;
                UpdateChecklistItem { task_id, item_id: *item_id, text: None, done: Some(*done) }.into()
            }
            _ => {
                let item_id: ChecklistItemId = fresh().into();
                list.items.push((item_id, false));
                AddChecklistItem { task_id, checklist_id, item_id, text, done: false, place: Place::END }.into()
            }
        }
    }

    /// What no role that this client ever has allows.
    fn not_allowed(&mut self, me: &Me, topic: Topic, board: &Board, dice: &mut Dice) -> Option<Proposal> {
        let other = board.members.keys().copied().find(|account| *account != me.account).unwrap_or(AccountId::NIL);
        let (body, mark) = match (self.part, dice.below(3)) {
            (Part::Viewer, 0) => {
                let (body, mark) = self.create(me, board, dice)?;
                (body, Some(mark))
            }
            (Part::Viewer, 1) => (
                MoveTask { task_id: task(board, dice)?, column_id: column(board, dice)?, place: Place::END }.into(),
                None,
            ),
            (_, 0) => (UpdateBoard { name: Some(self.text(me)), visibility: None }.into(), None),
            (_, 1) => (SetBoardMember { account_id: me.account, role: BoardRole::Owner }.into(), None),
            _ => (RemoveBoardMember { account_id: other }.into(), None),
        };
        Some(Proposal { topic, body, mark, intent: Intent::Refusable })
    }

    fn foreign(&mut self, me: &Me, board: &Board, dice: &mut Dice) -> Option<Next> {
        let topic = *dice.pick(&self.foreign)?;
        if dice.percent(40) {
            return Some(Next::Join(topic));
        }
        let (body, mark) = match topic.kind {
            Kind::Board => {
                let (body, mark) = self.create(me, board, dice)?;
                (body, Some(mark))
            }
            Kind::Channel => {
                let text = self.text(me);
                let message_id = fresh().into();
                (PostMessage { message_id, text: text.clone(), thread: None, broadcast: false }.into(), Some(text))
            }
            _ => (UpdateOrganization { name: Some(self.text(me)) }.into(), None),
        };
        Some(Next::Command(Proposal { topic, body, mark, intent: Intent::Refusable }))
    }

    fn oversized(&mut self, topic: Topic, board: &Board, dice: &mut Dice) -> Option<Proposal> {
        let task_id = task(board, dice)?;
        let body = if dice.percent(50) {
            let title = "o".repeat(501 + dice.below(4_000));
            UpdateTask { task_id, title: Some(title), description: None, mentions: vec![] }.into()
        } else {
            let text = "o".repeat(16 * 1024 + 1 + dice.below(20_000));
            AddComment { task_id, comment_id: fresh().into(), text, reply_to: None, mentions: vec![], original: None }
                .into()
        };
        Some(Proposal { topic, body, mark: None, intent: Intent::Refusable })
    }
}

pub(super) fn task(board: &Board, dice: &mut Dice) -> Option<TaskId> {
    board.tasks.keys().nth(dice.below(board.tasks.len())).copied()
}

pub(super) fn column(board: &Board, dice: &mut Dice) -> Option<ColumnId> {
    board.columns.keys().nth(dice.below(board.columns.len())).copied()
}
