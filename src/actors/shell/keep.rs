//! When the state is stored beside the journal, so that the next load need not fold everything. Storing it only spares time.

use lockstep_domain::Aggregate;

use super::{Shell, messages::Effect};

/// For each of these that a state takes in memory, its snapshots lie that much farther apart: storing a board of 10,000 tasks keeps the
/// one writer of SQLite busy for tens of milliseconds, in which nobody's change is committed (ADR 8).
const STATE_BYTES: usize = 1024 * 1024;

impl<A: Aggregate> Shell<A> {
    /// Stores a snapshot when enough happened since the last one.
    pub(super) fn keep_snapshot(&mut self, leaving: bool) {
        let events = self.head.version - self.snapshot_seq;
        let times = 1 + self.committed.state.memory_bytes() / STATE_BYTES;
        let due = events >= self.limits.snapshot_events_max.saturating_mul(times as u64)
            || self.tail_bytes >= self.limits.snapshot_tail_bytes_max.saturating_mul(times);
        if (due || (leaving && events > 0)) && !self.committed.state.is_over() {
            self.snapshot_seq = self.head.version;
            self.tail_bytes = 0;
            self.effects.push(Effect::SaveSnapshot(self.committed.clone(), self.head, self.last_at));
        }
    }
}
