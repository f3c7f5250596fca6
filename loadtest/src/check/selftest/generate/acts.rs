//! What the clients of a good history do: commands that succeed, are refused, get no answer and are sent again, reads, absences.

use lockstep_protocol::{
    codes::Code,
    event::{BoardEvent, Event, board::*, task::*},
    ids::{ColumnId, LabelId, TaskId},
    position::Bookmark,
    topic::Topic,
    values::Colour,
};

use super::{EPOCH, World};
use crate::history::{Intent, Outcome, Record, head_digest, journal::Origin};

impl World {
    /// What somebody does in one round.
    pub(super) fn turn(&mut self, number: usize, round: u64) {
        let org = self.people[number].org;
        let Some((board, _)) = self.boards.iter().copied().find(|(_, of)| *of == org) else { return };
        self.pass(500);
        match round % 6 {
            0 => self.refused(number, board),
            2 => self.unanswered(number, board),
            3 if self.dice.percent(50) => self.away(number, board),
            4 => self.read(number, board),
            _ => self.make(number, board),
        }
    }

    fn row_of(&self, board: Topic) -> u64 {
        self.history.journal.length(board)
    }

    pub(super) fn invoke(
        &mut self,
        number: usize,
        topic: Topic,
        tag: &str,
        mark: Option<String>,
        intent: Intent,
    ) -> u64 {
        let at = self.pass(50);
        let person = &mut self.people[number];
        let client_seq = person.next_seq;
        person.next_seq += 1;
        let tag = tag.to_owned();
        person.log.push(Record::Invoked { at, client_seq, attempt: 1, topic, tag, mark, intent });
        client_seq
    }

    fn again(&mut self, number: usize, client_seq: u64, attempt: u32, intent: Intent) {
        let at = self.pass(50);
        let person = &mut self.people[number];
        let before = person.log.iter().rev().find_map(|record| match record {
            Record::Invoked { client_seq: seq, topic, tag, mark, .. } if *seq == client_seq => {
                Some((*topic, tag.clone(), mark.clone()))
            }
            _ => None,
        });
        if let Some((topic, tag, mark)) = before {
            person.log.push(Record::Invoked { at, client_seq, attempt, topic, tag, mark, intent });
        }
    }

    pub(super) fn answer(&mut self, number: usize, client_seq: u64, attempt: u32, outcome: Outcome) {
        let at = self.pass(400);
        self.people[number].log.push(Record::Returned { at, client_seq, attempt, outcome });
    }

    pub(super) fn commit(&mut self, number: usize, topic: Topic, client_seq: u64, events: Vec<Event>) -> u64 {
        self.pass(200);
        let person = &self.people[number];
        let (account, client_id, org) = (person.account, person.client_id, person.org);
        let origin = Origin { client_id, client_seq, body_hash: [7; 16] };
        self.append(topic, org, account, Some(origin), events)
    }

    /// A new task, sometimes with a label of its own in the same commit; now and then sent again, or with another body.
    pub(super) fn make(&mut self, number: usize, board: Topic) {
        let title = format!("c{number}-{}", self.people[number].next_seq);
        let client_seq = self.invoke(number, board, "task.create", Some(title.clone()), Intent::Ordinary);
        let mut events = vec![self.created(board, title)];
        if self.dice.percent(40) {
            let label_id: LabelId = self.id();
            events.push(BoardEvent::from(LabelCreated { label_id, name: "Red".into(), colour: Colour::Red }).into());
        }
        let seq = self.commit(number, board, client_seq, events);
        let ok = Outcome::Ok { epoch: EPOCH, seq, committed: true };
        self.answer(number, client_seq, 1, ok);
        if self.dice.percent(30) {
            self.again(number, client_seq, 2, Intent::Ordinary);
            self.answer(number, client_seq, 2, ok);
        }
        if self.dice.percent(30) {
            self.again(number, client_seq, 3, Intent::Mismatch);
            let code = Code::IdempotencyMismatch;
            self.answer(number, client_seq, 3, Outcome::Rejected { code, temporary: false });
        }
    }

    fn created(&mut self, board: Topic, title: String) -> Event {
        let column_id = self.history.journal.rows(board).iter().find_map(|row| match row.happened().ok()?.event {
            Event::Board(BoardEvent::ColumnCreated(event)) => Some(event.column_id),
            _ => None,
        });
        let column_id = column_id.unwrap_or(ColumnId::NIL);
        let (task_id, number) = (self.id::<TaskId>(), self.row_of(board) as u32);
        let (rank, none) = (format!("a{number}"), Vec::new);
        BoardEvent::from(TaskCreated {
            task_id,
            number,
            column_id,
            rank,
            title,
            description: None,
            labels: Vec::new(),
            assignees: none(),
            priority: None,
            start_at: None,
            due: None,
            parent_id: None,
            original: None,
        })
        .into()
    }

    /// The answer is lost; asked again, it is told what came of it.
    fn unanswered(&mut self, number: usize, board: Topic) {
        let title = format!("c{number}-{}", self.people[number].next_seq);
        let client_seq = self.invoke(number, board, "task.create", Some(title.clone()), Intent::Ordinary);
        let event = self.created(board, title);
        let seq = self.commit(number, board, client_seq, vec![event]);
        self.answer(number, client_seq, 1, Outcome::Unknown);
        self.connect(number);
        self.again(number, client_seq, 2, Intent::Ordinary);
        self.answer(number, client_seq, 2, Outcome::Ok { epoch: EPOCH, seq, committed: true });
    }

    fn refused(&mut self, number: usize, board: Topic) {
        let intent = if self.dice.percent(50) { Intent::Refusable } else { Intent::Ordinary };
        let client_seq = self.invoke(number, board, "board.update", None, intent);
        self.answer(number, client_seq, 1, Outcome::Rejected { code: Code::Forbidden, temporary: false });
        let client_seq = self.invoke(number, board, "task.reopen", None, Intent::Ordinary);
        let seq = self.row_of(board);
        self.answer(number, client_seq, 1, Outcome::Ok { epoch: EPOCH, seq, committed: false });
    }

    /// Is away while others go on, and comes back.
    fn away(&mut self, number: usize, board: Topic) {
        let at = self.pass(100);
        let person = &mut self.people[number];
        let held = std::mem::take(&mut person.held);
        let (connection, code) = (person.connection, None);
        person.log.push(Record::Lost { at, connection, code });
        let others: Vec<_> = (0..self.people.len())
            .filter(|other| *other != number && self.people[*other].held.contains_key(&board))
            .collect();
        for other in others {
            self.make(other, board);
        }
        self.people[number].held = held;
        self.connect(number);
    }

    fn read(&mut self, number: usize, topic: Topic) {
        let sent_at = self.pass(100);
        let at = self.pass(300);
        let seq = self.row_of(topic);
        let person = &mut self.people[number];
        let Some((min_seq, board)) = person.held.get(&topic) else { return };
        let digest = head_digest(board);
        person.log.push(Record::Read { sent_at, at, topic, min_seq: *min_seq, seq, digest });
        let bookmark = Bookmark { epoch: EPOCH, seq };
        person.log.push(Record::Heads { at, connection: person.connection, topic, bookmark });
    }
}
