//! Who is on the aggregate on other nodes, as those nodes say. Each tells its own people by numbered differences; whoever missed
//! one asks and is told all. A node that falls silent, or stops speaking of this aggregate, takes its people with it.
//!
//! Pure. It must never decide about access: what is whispered is only shown.

use std::collections::HashMap;

use lockstep_protocol::{
    frame::{EphemeralBroadcast, PresenceEntry},
    ids::ConnectionId,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Announcements that may be missed in a row before a node's people are gone from here.
const QUIET_MAX: u8 = 3;

/// The number of a difference: counted by one life of an aggregate on its node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Tells one life from the next.
    pub life: i64,
    pub step: u64,
}

/// What nodes tell each other about who is here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Word {
    /// Who came (or does something else) and who went. In a crowd only the count.
    Diff {
        stamp: Stamp,
        joined: Vec<PresenceEntry>,
        left: Vec<ConnectionId>,
        count: u32,
    },
    /// Everyone there, as far as the limit goes.
    Full {
        stamp: Stamp,
        entries: Vec<PresenceEntry>,
        count: u32,
    },
    /// Where its differences have come to.
    Sum {
        stamp: Stamp,
        count: u32,
    },
    /// Say everything.
    Ask,
    Moment(EphemeralBroadcast),
}

/// What changed for those who are here.
#[derive(Debug, Default, PartialEq)]
pub struct Change {
    pub joined: Vec<PresenceEntry>,
    pub left: Vec<ConnectionId>,
    /// Something was missed: ask for all of it.
    pub ask: bool,
}

#[derive(Debug, Default)]
struct There {
    stamp: Stamp,
    entries: Vec<PresenceEntry>,
    count: u32,
    /// Announcements missed.
    quiet: u8,
    /// Some of its people are not known by name.
    partial: bool,
}

/// The people of other nodes.
#[derive(Debug)]
pub struct Elsewhere {
    nodes: HashMap<Uuid, There>,
    entries_max: usize,
}

impl Elsewhere {
    pub fn new(entries_max: usize) -> Self {
        Self { nodes: HashMap::new(), entries_max }
    }

    pub fn count(&self) -> usize {
        self.nodes.values().map(|there| there.count as usize).sum()
    }

    pub fn entries(&self) -> impl Iterator<Item = &PresenceEntry> {
        self.nodes.values().flat_map(|there| &there.entries)
    }

    pub fn forget_all(&mut self) {
        self.nodes.clear();
    }

    /// A node has gone.
    pub fn gone(&mut self, node: Uuid) -> Change {
        let left = self.nodes.remove(&node).map(|there| ids(&there.entries)).unwrap_or_default();
        Change { left, ..Change::default() }
    }

    /// Time has passed: whoever was not heard of for too long is gone.
    pub fn tick(&mut self) -> Change {
        let mut change = Change::default();
        self.nodes.retain(|_, there| {
            there.quiet += 1;
            if there.quiet > QUIET_MAX {
                change.left.extend(ids(&there.entries));
            }
            there.quiet <= QUIET_MAX
        });
        change
    }

    /// A difference.
    pub fn diff(
        &mut self,
        node: Uuid,
        stamp: Stamp,
        joined: Vec<PresenceEntry>,
        left: &[ConnectionId],
        count: u32,
    ) -> Change {
        let max = self.entries_max;
        let first = stamp.step == 1;
        let held = match self.nodes.get(&node).map(|there| there.stamp) {
            Some(held) => held,
            None if first => Stamp { life: stamp.life, step: 0 },
            None => return Change { ask: true, ..Change::default() },
        };
        if stamp.life == held.life && stamp.step <= held.step {
            return Change::default();
        }
        if stamp.life != held.life || stamp.step != held.step + 1 {
            return Change { ask: true, ..Change::default() };
        }
        let there = self.nodes.entry(node).or_default();
        (there.stamp, there.quiet, there.count) = (stamp, 0, count);
        let gone = |entry: &PresenceEntry| left.contains(&entry.connection_id);
        there
            .entries
            .retain(|entry| !gone(entry) && !joined.iter().any(|now| now.connection_id == entry.connection_id));
        let room = max.saturating_sub(there.entries.len());
        there.entries.extend(joined.iter().take(room).cloned());
        there.partial |= there.entries.len() != count as usize;
        let ask = there.partial && count as usize <= max;
        if count == 0 {
            self.nodes.remove(&node);
        }
        Change { joined, left: left.to_vec(), ask }
    }

    /// Everyone there.
    pub fn full(&mut self, node: Uuid, stamp: Stamp, mut entries: Vec<PresenceEntry>, count: u32) -> Change {
        let there = self.nodes.entry(node).or_default();
        if stamp.life == there.stamp.life && stamp.step < there.stamp.step {
            return Change::default();
        }
        entries.truncate(self.entries_max);
        let same = |one: &PresenceEntry, all: &[PresenceEntry]| all.contains(one);
        let left = there.entries.iter().filter(|was| !entries.iter().any(|now| now.connection_id == was.connection_id));
        let left = left.map(|entry| entry.connection_id).collect();
        let joined = entries.iter().filter(|now| !same(now, &there.entries)).cloned().collect();
        let partial = entries.len() != count as usize;
        *there = There { stamp, entries, count, quiet: 0, partial };
        if count == 0 {
            self.nodes.remove(&node);
        }
        Change { joined, left, ask: false }
    }

    /// Where a node's differences have come to.
    pub fn sum(&mut self, node: Uuid, stamp: Stamp, count: u32) -> Change {
        let ask = match self.nodes.get_mut(&node) {
            None => count > 0,
            Some(there) => {
                there.quiet = 0;
                let newer = stamp.life != there.stamp.life || stamp.step > there.stamp.step;
                newer || (there.partial && count as usize <= self.entries_max)
            }
        };
        Change { ask, ..Change::default() }
    }
}

fn ids(entries: &[PresenceEntry]) -> Vec<ConnectionId> {
    entries.iter().map(|entry| entry.connection_id).collect()
}

#[cfg(test)]
mod tests {
    use lockstep_protocol::ids::AccountId;

    use super::*;

    const NODE: Uuid = Uuid::from_u128(1);

    fn entry(number: u128) -> PresenceEntry {
        let connection_id = ConnectionId(Uuid::from_u128(number));
        PresenceEntry { connection_id, account_id: AccountId::NIL, meta: Default::default() }
    }

    fn stamp(life: i64, step: u64) -> Stamp {
        Stamp { life, step }
    }

    fn came(elsewhere: &mut Elsewhere, step: u64, who: u128, count: u32) -> Change {
        elsewhere.diff(NODE, stamp(1, step), vec![entry(who)], &[], count)
    }

    #[test]
    fn differences_count_once_in_order_and_a_gap_is_asked_for() {
        let mut elsewhere = Elsewhere::new(200);
        assert_eq!(came(&mut elsewhere, 1, 7, 1).joined, [entry(7)]);
        assert_eq!(came(&mut elsewhere, 1, 7, 1), Change::default(), "told twice");
        assert_eq!(came(&mut elsewhere, 2, 8, 2).joined, [entry(8)]);
        let gap = came(&mut elsewhere, 4, 9, 4);
        assert_eq!(gap, Change { ask: true, ..Change::default() }, "nothing is guessed");
        assert_eq!(came(&mut elsewhere, 1, 7, 1), Change::default(), "late");
        let full = elsewhere.full(NODE, stamp(1, 4), vec![entry(8), entry(9)], 2);
        assert_eq!((full.joined, full.left), (vec![entry(9)], vec![entry(7).connection_id]));
        assert_eq!(elsewhere.full(NODE, stamp(1, 3), vec![entry(5)], 1), Change::default(), "older than what is known");
        let went = elsewhere.diff(NODE, stamp(1, 5), vec![], &[entry(8).connection_id], 1);
        assert_eq!((went.left, elsewhere.count()), (vec![entry(8).connection_id], 1));
    }

    #[test]
    fn another_life_and_an_unknown_node_are_asked() {
        let mut elsewhere = Elsewhere::new(200);
        assert!(came(&mut elsewhere, 3, 7, 3).ask);
        assert!(elsewhere.sum(NODE, stamp(1, 3), 3).ask);
        assert!(!elsewhere.sum(NODE, stamp(1, 3), 0).ask, "nobody is there");
        elsewhere.full(NODE, stamp(1, 3), vec![entry(7)], 1);
        assert!(!elsewhere.sum(NODE, stamp(1, 3), 1).ask);
        assert!(elsewhere.sum(NODE, stamp(1, 4), 1).ask, "a difference was lost");
        assert!(elsewhere.sum(NODE, stamp(2, 1), 1).ask);
        assert!(elsewhere.diff(NODE, stamp(2, 9), vec![], &[], 1).ask);
        assert_eq!(elsewhere.full(NODE, stamp(2, 9), vec![entry(8)], 1).left, [entry(7).connection_id]);
    }

    #[test]
    fn who_is_not_spoken_of_any_more_is_gone() {
        let mut elsewhere = Elsewhere::new(200);
        came(&mut elsewhere, 1, 7, 1);
        for _ in 0..QUIET_MAX {
            assert_eq!(elsewhere.tick(), Change::default());
        }
        elsewhere.sum(NODE, stamp(1, 1), 1);
        for _ in 0..QUIET_MAX {
            assert_eq!(elsewhere.tick(), Change::default());
        }
        assert_eq!(elsewhere.tick().left, [entry(7).connection_id]);
        assert_eq!(elsewhere.count(), 0);
        came(&mut elsewhere, 1, 7, 1);
        assert_eq!(elsewhere.gone(NODE).left, [entry(7).connection_id]);
    }

    #[test]
    fn a_crowd_is_counted_and_bounded_and_named_again_when_it_is_gone() {
        let mut elsewhere = Elsewhere::new(2);
        let all = (0..50).map(entry).collect();
        elsewhere.full(NODE, stamp(1, 1), all, 50);
        assert_eq!((elsewhere.count(), elsewhere.entries().count()), (50, 2));
        let change = elsewhere.diff(NODE, stamp(1, 2), vec![], &[], 49);
        assert!(!change.ask, "still a crowd");
        assert!(elsewhere.diff(NODE, stamp(1, 3), vec![], &[], 2).ask, "now there are names to be had");
        assert_eq!(elsewhere.entries().count(), 2);
    }
}
