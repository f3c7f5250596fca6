//! Ranks: the answers of the package whose algorithm this is, and what must hold for any.

use lockstep_domain::rank::{self, Rank, between, spread};
use proptest::prelude::*;
use serde::Deserialize;

use crate::support::fixed;

type Bound = Option<String>;

#[derive(Deserialize)]
struct Vectors {
    between: Vec<(Bound, Bound, String)>,
    spread: Vec<(usize, Bound, Bound, Vec<String>)>,
}

#[test]
fn ranks_are_those_of_the_package() {
    let vectors: Vectors = serde_json::from_str(include_str!("../vectors/rank.json")).unwrap();
    assert!(vectors.between.len() > 700);
    for (lo, hi, expected) in vectors.between {
        let rank = between(lo.as_deref(), hi.as_deref()).unwrap();
        assert_eq!(rank.as_str(), expected, "between {lo:?} and {hi:?}");
    }
    for (count, lo, hi, expected) in vectors.spread {
        let ranks = spread(count, lo.as_deref(), hi.as_deref()).unwrap();
        let ranks: Vec<&str> = ranks.iter().map(Rank::as_str).collect();
        assert_eq!(ranks, expected, "{count} between {lo:?} and {hi:?}");
    }
}

#[test]
fn what_is_not_a_rank_or_not_in_order_gets_none() {
    for bad in ["", "0", "a", "b0", "a00", "a0 ", "a0é", "é", "~0", "A00000000000000000000000000"] {
        assert!(!rank::is_rank(bad), "{bad:?}");
        assert_eq!(between(Some(bad), None), None, "{bad:?}");
        assert_eq!(between(None, Some(bad)), None, "{bad:?}");
    }
    assert_eq!(between(Some("a1"), Some("a0")), None);
    assert_eq!(between(Some("a1"), Some("a1")), None);
}

#[test]
fn both_ends_go_on_for_ever() {
    let (mut low, mut high) = (between(None, None).unwrap(), between(None, None).unwrap());
    for _ in 0..10_000 {
        let (lower, higher) = (between(None, Some(low.as_str())).unwrap(), between(Some(high.as_str()), None).unwrap());
        assert!(lower < low && high < higher);
        (low, high) = (lower, higher);
    }
    assert!(low.as_str().len() <= 4 && high.as_str().len() <= 4, "{low:?} {high:?}");
}

#[test]
fn halving_one_gap_costs_a_byte_for_six_times() {
    let (low, mut high) = (rank_of("a0"), rank_of("a1"));
    for times in 1..=300 {
        high = between(Some(low.as_str()), Some(high.as_str())).unwrap();
        assert!(high.as_str().len() <= 3 + times / 5, "{times}: {high:?}");
    }
}

fn rank_of(text: &str) -> Rank {
    Rank::trusted(text)
}

proptest! {
    #![proptest_config(fixed(256))]

    #[test]
    fn insertions_anywhere_keep_order(places in prop::collection::vec(any::<prop::sample::Index>(), 1..200)) {
        let mut order: Vec<Rank> = Vec::new();
        for place in places {
            let at = place.index(order.len() + 1);
            let lo = at.checked_sub(1).map(|at| order[at].clone());
            let hi = order.get(at).cloned();
            let rank = between(lo.as_ref().map(Rank::as_str), hi.as_ref().map(Rank::as_str)).unwrap();
            prop_assert!(rank::is_rank(rank.as_str()));
            prop_assert!(lo.is_none_or(|lo| lo < rank) && hi.is_none_or(|hi| rank < hi));
            order.insert(at, rank);
        }
        // The order of ranks is that of their bytes.
        prop_assert!(order.windows(2).all(|pair| pair[0].as_str().as_bytes() < pair[1].as_str().as_bytes()));
    }

    #[test]
    fn a_spread_is_ascending_and_within(count in 0usize..200, open in 0u8..4) {
        let (lo, hi) = ((open & 1 > 0).then_some("a1V"), (open & 2 > 0).then_some("a1W"));
        let ranks = spread(count, lo, hi).unwrap();
        prop_assert_eq!(ranks.len(), count);
        prop_assert!(ranks.windows(2).all(|pair| pair[0] < pair[1]));
        prop_assert!(ranks.iter().all(|rank| rank::is_rank(rank.as_str())));
        prop_assert!(ranks.first().is_none_or(|first| lo.is_none_or(|lo| lo < first.as_str())));
        prop_assert!(ranks.last().is_none_or(|last| hi.is_none_or(|hi| last.as_str() < hi)));
    }

    #[test]
    fn hostile_text_never_panics(lo in ".{0,40}", hi in "[0-9A-Za-z]{0,40}") {
        for (lo, hi) in [(Some(lo.as_str()), Some(hi.as_str())), (None, Some(hi.as_str())), (Some(hi.as_str()), None)] {
            if let Some(rank) = between(lo, hi) {
                prop_assert!(lo.is_none_or(|lo| lo < rank.as_str()) && hi.is_none_or(|hi| rank.as_str() < hi));
            }
        }
    }
}
