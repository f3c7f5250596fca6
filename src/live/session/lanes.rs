//! Requests to one topic run one after the other, those to different topics side by side: so the commands of a connection
//! take effect in the order in which they were sent, also while the topic is still being loaded. Pure.

use std::collections::VecDeque;

use lockstep_protocol::topic::Topic;

/// The topics on which a request is under way, and what waits behind it. Empty, and without memory, when all is quiet.
#[derive(Debug)]
pub struct Lanes<T> {
    busy: Vec<Lane<T>>,
}

#[derive(Debug)]
struct Lane<T> {
    topic: Topic,
    waiting: VecDeque<T>,
}

impl<T> Default for Lanes<T> {
    fn default() -> Self {
        Self { busy: Vec::new() }
    }
}

impl<T> Lanes<T> {
    /// Gives the request back when it may start now; the topic is then busy until [`Lanes::next`] says otherwise.
    pub fn enter(&mut self, topic: Topic, request: T) -> Option<T> {
        if let Some(lane) = self.busy.iter_mut().find(|lane| lane.topic == topic) {
            lane.waiting.push_back(request);
            return None;
        }
        self.busy.push(Lane { topic, waiting: VecDeque::new() });
        Some(request)
    }

    /// The request under way has ended: the one that may start now, or none, and the topic is quiet.
    pub fn next(&mut self, topic: Topic) -> Option<T> {
        let at = self.busy.iter().position(|lane| lane.topic == topic)?;
        if let Some(request) = self.busy[at].waiting.pop_front() {
            return Some(request);
        }
        self.busy.swap_remove(at);
        if self.busy.is_empty() {
            self.busy = Vec::new();
        }
        None
    }
}
