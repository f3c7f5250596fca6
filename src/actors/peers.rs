//! Which other nodes live: each beats, and one that is silent for three beats is gone, with everyone who was on it. Pure; it
//! must never be asked whether a command may be taken: nothing depends on it but who is shown as present.

use std::{collections::HashMap, time::Duration};

use tokio::time::Instant;
use uuid::Uuid;

/// How often a node says that it lives.
pub const BEAT: Duration = Duration::from_secs(1);
const SILENT_BEATS_MAX: u32 = 3;
/// Beats between two announcements of where presence stands.
const ANNOUNCEMENT_BEATS: u32 = 10;

/// The other nodes.
pub struct Peers {
    heard: HashMap<Uuid, Instant>,
    looked: Instant,
    beats: u32,
}

impl Peers {
    pub fn new(now: Instant) -> Self {
        Self { heard: HashMap::new(), looked: now, beats: 0 }
    }

    /// A sign of life; answers whether the node was not known.
    pub fn heard(&mut self, node: Uuid, now: Instant) -> bool {
        self.heard.insert(node, now).is_none()
    }

    /// Those that are silent for too long, once. One that was itself paused judges nobody by the time it missed.
    pub fn silent(&mut self, now: Instant) -> Vec<Uuid> {
        let slept = (now - std::mem::replace(&mut self.looked, now)).saturating_sub(BEAT * 2);
        let mut silent = Vec::new();
        self.heard.retain(|node, heard| {
            *heard += slept;
            let gone = now.saturating_duration_since(*heard) > BEAT * SILENT_BEATS_MAX;
            if gone {
                silent.push(*node);
            }
            !gone
        });
        self.beats += 1;
        silent
    }

    /// Whether it is time to announce where presence stands.
    pub const fn announcement_due(&self) -> bool {
        self.beats.is_multiple_of(ANNOUNCEMENT_BEATS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_silent_for_three_beats_is_gone_once_and_one_that_slept_judges_nobody() {
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let mut now = Instant::now();
        let mut peers = Peers::new(now);
        assert!(peers.heard(one, now) && peers.heard(two, now));
        for _ in 0..3 {
            now += BEAT;
            assert!(!peers.heard(two, now));
            assert!(peers.silent(now).is_empty());
        }
        now += BEAT;
        assert_eq!(peers.silent(now), [one]);
        assert!(peers.silent(now).is_empty());
        // A pause of this very node.
        now += BEAT * 60;
        assert!(peers.silent(now).is_empty());
        assert!(!peers.heard(two, now));
        assert!(peers.heard(one, now), "it came back");
    }
}
