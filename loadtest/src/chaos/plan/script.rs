//! One author of a real board's history: own actions in their order, and none before what it stands on has taken effect.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use lockstep_protocol::{command::Command, topic::Topic};
use lockstep_trello::replay::Replay;
use tokio::{sync::watch, time::Instant};

use super::{Next, Proposal};
use crate::history::Intent;

/// Which actions have taken effect; shared by all authors.
pub type Progress = Arc<watch::Sender<Vec<bool>>>;

pub struct Script {
    replay: Arc<Replay>,
    topic: Topic,
    /// Indexes of own actions still to be played.
    own: VecDeque<usize>,
    done: Progress,
    /// Commands of the action that is being played which are still to be sent.
    current: VecDeque<Command>,
    playing: Option<usize>,
    /// When each action is due: the whole is spread over the run.
    due: Arc<dyn Fn(usize) -> Instant + Send + Sync>,
}

impl Script {
    pub fn new(replay: Arc<Replay>, own: Vec<usize>, done: Progress, began_at: Instant, lasts: Duration) -> Self {
        let count = replay.played.len().max(1) as u32;
        let due = Arc::new(move |index: usize| began_at + lasts / count * index as u32);
        let topic = replay.board_id.into();
        Self { replay, topic, own: own.into(), done, current: VecDeque::new(), playing: None, due }
    }

    /// The next command, once the one before it was answered.
    pub fn next(&mut self, idle: bool) -> Option<Next> {
        if !idle {
            return None;
        }
        if self.current.is_empty() {
            if let Some(played) = self.playing.take() {
                self.done.send_modify(|done| done[played] = true);
            }
            let index = *self.own.front()?;
            let action = &self.replay.played[index];
            let ready = action.waits_for.iter().all(|earlier| self.done.borrow()[*earlier]);
            if !ready || Instant::now() < (self.due)(index) {
                return None;
            }
            self.own.pop_front();
            self.playing = Some(index);
            self.current = action.commands.iter().cloned().map(Command::Board).collect();
        }
        let body = self.current.pop_front()?;
        Some(Next::Command(Proposal { topic: self.topic, body, mark: None, intent: Intent::Ordinary }))
    }

    /// Nothing more is to be sent, and the last one was answered.
    pub fn answered(&mut self) {
        if self.current.is_empty()
            && let Some(played) = self.playing.take()
        {
            self.done.send_modify(|done| done[played] = true);
        }
    }
}
