//! Where something goes in an order, and which rank it gets there. Neighbours are named, never counted; a name that is no longer there
//! is passed over, so that a move on an old view never fails.

use imbl::OrdSet;
use lockstep_protocol::values::Place;

use crate::rank::{self, Rank};

/// Things in their order.
pub type Order<Id> = OrdSet<(Rank, Id)>;

/// Members of a neighbourhood that is spread anew, at first; doubled until the ranks are short.
const NEIGHBOURS: usize = 64;

/// A gap in an order: what is on either side.
#[derive(Debug, PartialEq)]
pub struct Gap<Id> {
    pub previous: Option<(Rank, Id)>,
    pub next: Option<(Rank, Id)>,
}

/// A rank for one newcomer, after others near it got new ones.
#[derive(Debug, PartialEq)]
pub struct Fit<Id> {
    pub rank: Rank,
    pub reranked: Vec<(Id, Rank)>,
}

/// The order without the thing that is being moved.
pub struct Others<'a, Id> {
    order: &'a Order<Id>,
    moved: Option<(Rank, Id)>,
}

impl<'a, Id: Ord + Copy> Others<'a, Id> {
    /// `moved` is the moved thing's entry, if it stands in this order.
    pub const fn new(order: &'a Order<Id>, moved: Option<(Rank, Id)>) -> Self {
        Self { order, moved }
    }

    fn is_other(&self, entry: &(Rank, Id)) -> bool {
        self.moved.as_ref() != Some(entry)
    }

    fn after(&self, entry: &(Rank, Id)) -> impl Iterator<Item = &'a (Rank, Id)> + use<'a, '_, Id> {
        let entry = entry.clone();
        self.order.range(entry.clone()..).filter(move |found| **found != entry && self.is_other(found))
    }

    fn before(&self, entry: &(Rank, Id)) -> impl Iterator<Item = &'a (Rank, Id)> + use<'a, '_, Id> {
        self.order.range(..entry.clone()).rev().filter(|found| self.is_other(found))
    }

    /// The gap that `place` names: right after `after` while that is there, else right before `before`, else at the end.
    /// `entry_of` gives the entry of an id that stands in this order.
    pub fn gap(&self, place: &Place<Id>, entry_of: impl Fn(Id) -> Option<(Rank, Id)>) -> Gap<Id> {
        let named = |id: Option<Id>| id.and_then(&entry_of).filter(|entry| self.is_other(entry));
        if let Some(previous) = named(place.after) {
            let next = self.after(&previous).next().cloned();
            return Gap { previous: Some(previous), next };
        }
        if let Some(next) = named(place.before) {
            let previous = self.before(&next).next().cloned();
            return Gap { previous, next: Some(next) };
        }
        Gap { previous: self.order.iter().rev().find(|entry| self.is_other(entry)).cloned(), next: None }
    }

    /// The gap at which something that has this entry would stand.
    pub fn gap_at(&self, entry: &(Rank, Id)) -> Gap<Id> {
        Gap { previous: self.before(entry).next().cloned(), next: self.after(entry).next().cloned() }
    }

    /// Whether the moved thing already stands in the gap.
    pub fn is_there(&self, gap: &Gap<Id>) -> bool {
        self.moved.as_ref().is_some_and(|moved| *gap == self.gap_at(moved))
    }

    /// A rank within the gap. Where it would be longer than `bytes_max` the neighbourhood is spread anew first, as little of it as
    /// makes the ranks short again.
    pub fn fit(&self, gap: &Gap<Id>, bytes_max: usize) -> Option<Fit<Id>> {
        let text = |entry: &Option<(Rank, Id)>| entry.as_ref().map(|(rank, _)| rank.clone());
        let (lo, hi) = (text(&gap.previous), text(&gap.next));
        let simple = rank::between(lo.as_ref().map(Rank::as_str), hi.as_ref().map(Rank::as_str));
        if let Some(rank) = simple.filter(|rank| rank.as_str().len() <= bytes_max) {
            return Some(Fit { rank, reranked: Vec::new() });
        }
        let mut neighbours = NEIGHBOURS;
        loop {
            let (fit, whole) = self.spread(gap, neighbours);
            let room = |fit: &Fit<Id>| {
                let longest =
                    fit.reranked.iter().map(|(_, rank)| rank).chain([&fit.rank]).map(|rank| rank.as_str().len());
                longest.max().is_some_and(|bytes| bytes <= bytes_max * 3 / 4)
            };
            if whole || fit.as_ref().is_some_and(room) {
                return fit;
            }
            neighbours *= 2;
        }
    }

    /// Spreads this many neighbours and the newcomer anew; says whether that was all there are.
    fn spread(&self, gap: &Gap<Id>, neighbours: usize) -> (Option<Fit<Id>>, bool) {
        let half = neighbours / 2;
        let mut below: Vec<_> = match &gap.previous {
            Some(previous) => std::iter::once(previous).chain(self.before(previous)).take(half + 1).collect(),
            None => Vec::new(),
        };
        let mut above: Vec<_> = match &gap.next {
            Some(next) => std::iter::once(next).chain(self.after(next)).take(half + 1).collect(),
            None => Vec::new(),
        };
        let lo = if below.len() > half { below.pop() } else { None };
        let hi = if above.len() > half { above.pop() } else { None };
        below.reverse();
        let bound = |entry: Option<&'_ (Rank, Id)>| entry.map(|(rank, _)| rank.as_str().to_owned());
        let ranks = rank::spread(below.len() + above.len() + 1, bound(lo).as_deref(), bound(hi).as_deref());
        let fit = ranks.map(|mut ranks| {
            let rank = ranks.remove(below.len());
            let changed = below.iter().chain(&above).zip(ranks).filter(|((before, _), after)| before != after);
            Fit { rank, reranked: changed.map(|((_, id), rank)| (*id, rank)).collect() }
        });
        (fit, lo.is_none() && hi.is_none())
    }
}
