//! How what waits presses on what it waits for: a blocker is worth more than the weightiest that waits for it, through chains of any
//! length. Each task and each dependency is looked at once, also where something goes in a circle (which no command can make): what
//! stands in one, or leads to one, takes nothing from it. Must never depend on the order in which tasks come.

use lockstep_protocol::values::Priority;

use super::{Asker, Reason, Why, Work, own, weights};

/// By place in `work`, which is in the order of the ids.
struct Graph {
    /// What waits for each, open and each once.
    blocks: Vec<Vec<usize>>,
    /// What each waits for.
    waits: Vec<Vec<usize>>,
}

impl Graph {
    fn of(work: &[Work<'_>]) -> Self {
        let mut graph = Self { blocks: vec![Vec::new(); work.len()], waits: vec![Vec::new(); work.len()] };
        for (at, one) in work.iter().enumerate() {
            let found = one.blocks.iter().filter_map(|id| work.binary_search_by_key(id, |other| other.id).ok());
            let mut others: Vec<usize> = found.filter(|other| *other != at).collect();
            others.sort_unstable();
            others.dedup();
            others.iter().for_each(|other| graph.waits[*other].push(at));
            graph.blocks[at] = others;
        }
        graph
    }

    /// What each is worth, with what presses on it.
    fn pressures(&self, own: &[i64]) -> Vec<i64> {
        let bonus =
            |waiting: usize| weights::BLOCKS_EACH * i64::try_from(waiting.min(weights::BLOCKS_MAX)).unwrap_or(0);
        let mut worth: Vec<i64> = own.iter().zip(&self.blocks).map(|(own, blocks)| own + bonus(blocks.len())).collect();
        let mut open: Vec<usize> = self.blocks.iter().map(Vec::len).collect();
        let mut ready: Vec<usize> = (0..open.len()).filter(|at| open[*at] == 0).collect();
        while let Some(at) = ready.pop() {
            for &blocker in &self.waits[at] {
                worth[blocker] = worth[blocker].max(worth[at] + weights::ABOVE_BLOCKED);
                open[blocker] -= 1;
                if open[blocker] == 0 {
                    ready.push(blocker);
                }
            }
        }
        worth
    }
}

/// The reasons that come of dependencies, each with the place of its task.
pub(super) fn reasons(work: &[Work<'_>], own: &[i64], asker: &Asker<'_>) -> Vec<(usize, Reason)> {
    let graph = Graph::of(work);
    let worth = graph.pressures(own);
    let mut found = Vec::new();
    for at in (0..work.len()).filter(|at| work[*at].mine) {
        let blocks = &graph.blocks[at];
        if !blocks.is_empty() {
            let urgent = blocks.iter().filter(|other| work[**other].priority == Priority::Urgent).count();
            let due = blocks.iter().filter(|other| own::is_pressing(&work[**other], asker)).count();
            let why = Why::Blocks { tasks: blocks.len(), urgent, due };
            found.push((at, Reason { why, points: worth[at] - own[at] }));
        }
        let waits = &graph.waits[at];
        if !waits.is_empty() {
            let by = waits.iter().take(weights::NAMED_MAX).map(|other| work[*other].id).collect();
            let why = Why::Blocked { by, more: waits.len().saturating_sub(weights::NAMED_MAX) };
            found.push((at, Reason { why, points: weights::BLOCKED }));
        }
    }
    found
}
