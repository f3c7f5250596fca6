//! What changes two streams at once: tasks that go to another board and back, and the timer of a person. It must never wait for an answer:
//! what is asked at once, and what is asked of a node that dies, is what the checker is to judge.

use std::collections::BTreeMap;

use lockstep_protocol::{
    command::{BoardCommand, Command, past::UndoChange, transfer::TransferTask},
    frame::Outcome as Said,
    topic::{Kind, Topic},
    values::Place,
};

use super::{
    Next, Proposal,
    mix::{column, task},
};
use crate::{chaos::client::Followed, dice::Dice, history::Intent};

/// Moves of its own that a client may yet take back.
const MOVES_KEPT: usize = 8;

#[derive(Default)]
pub struct Crossings {
    /// Acknowledged ones: the board that was asked, and the seq there.
    moves: Vec<(Topic, u64)>,
}

impl Crossings {
    pub fn next(&mut self, topic: Topic, topics: &BTreeMap<Topic, Followed>, dice: &mut Dice) -> Option<Next> {
        let board = &topics.get(&topic)?.board;
        let ask = |topic, body| Next::Command(Proposal { topic, body, mark: None, intent: Intent::Ordinary });
        match dice.below(100) {
            0..=24 => Some(Next::Timer(topic, task(board, dice))),
            25..=44 => Some(Next::Timer(topic, None)),
            45..=59 if !self.moves.is_empty() => {
                let (topic, seq) = self.moves.swap_remove(dice.below(self.moves.len()));
                Some(ask(topic, UndoChange { seq }.into()))
            }
            _ => {
                let others: Vec<_> =
                    topics.iter().filter(|(other, _)| **other != topic && other.kind == Kind::Board).collect();
                let (to, followed) = dice.pick(&others).copied()?;
                let column_id = column(&followed.board, dice)?;
                let place = Place { after: task(&followed.board, dice).filter(|_| dice.percent(50)), before: None };
                let (task_id, to_board_id) = (task(board, dice)?, to.id.into());
                Some(ask(topic, TransferTask { task_id, to_board_id, column_id, place }.into()))
            }
        }
    }

    pub fn answered(&mut self, topic: Topic, body: &Command, said: &Said) {
        let moved = matches!(body, Command::Board(BoardCommand::TransferTask(_) | BoardCommand::UndoChange(_)));
        if let Said::Ok(ok) = said
            && moved
            && ok.position.is_some()
        {
            self.moves.push((topic, ok.seq));
            if self.moves.len() > MOVES_KEPT {
                self.moves.remove(0);
            }
        }
    }
}
