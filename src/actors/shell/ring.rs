//! The ring: the latest commits of a stream, already shared for delivery, from which clients that were away briefly resume.

use std::{collections::VecDeque, sync::Arc};

use crate::actors::delivery::SharedEvents;

/// Bounded by events and by (estimated) bytes.
#[derive(Default)]
pub struct Ring {
    batches: VecDeque<(Arc<SharedEvents>, usize)>,
    events: usize,
    bytes: usize,
    events_max: usize,
    bytes_max: usize,
}

impl Ring {
    pub fn new(events_max: usize, bytes_max: usize) -> Self {
        Self { events_max, bytes_max, ..Self::default() }
    }

    pub fn push(&mut self, batch: Arc<SharedEvents>, bytes: usize) {
        self.events += (batch.seq - batch.after) as usize;
        self.bytes += bytes;
        self.batches.push_back((batch, bytes));
        while self.events > self.events_max || self.bytes > self.bytes_max {
            let Some((oldest, bytes)) = self.batches.pop_front() else { break };
            self.events -= (oldest.seq - oldest.after) as usize;
            self.bytes -= bytes;
        }
    }

    /// Everything after `seq`, if the ring reaches back that far. The first batch may begin before `seq`: receivers ignore the
    /// commits they hold.
    pub fn since(&self, seq: u64) -> Option<Vec<Arc<SharedEvents>>> {
        let first = self.batches.front().map(|(batch, _)| batch.after)?;
        if seq < first {
            return None;
        }
        Some(self.batches.iter().filter(|(batch, _)| batch.seq > seq).map(|(batch, _)| batch.clone()).collect())
    }

    pub const fn memory_bytes(&self) -> usize {
        // Encoded forms are about as large again as the events themselves.
        self.bytes * 2
    }
}
