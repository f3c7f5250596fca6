//! The two-sample test of Kolmogorov and Smirnov: how far two distributions are apart, and how often two samples of one would be so far
//! apart by chance.

use std::time::Duration;

/// The distance, and the chance (the asymptotic one of Stephens 1970, good from a few dozen on). Sorts both.
pub fn compare(one: &mut [Duration], other: &mut [Duration]) -> (f64, f64) {
    one.sort_unstable();
    other.sort_unstable();
    let (n, m) = (one.len() as f64, other.len() as f64);
    let (mut i, mut j, mut distance) = (0, 0, 0.0_f64);
    while i < one.len() && j < other.len() {
        // Past all that are equal in both, so that ties count once.
        let at = one[i].min(other[j]);
        i += one[i..].partition_point(|time| *time <= at);
        j += other[j..].partition_point(|time| *time <= at);
        distance = distance.max((i as f64 / n - j as f64 / m).abs());
    }
    let root = (n * m / (n + m)).sqrt();
    (distance, tail((root + 0.12 + 0.11 / root) * distance))
}

/// 2 Σ (−1)^(k−1) e^(−2k²λ²), which does not converge near 0, where it is 1.
fn tail(lambda: f64) -> f64 {
    if lambda < 0.2 {
        return 1.0;
    }
    let term = |k: i32| f64::from(2 * (k % 2) - 1) * (-2.0 * f64::from(k * k) * lambda * lambda).exp();
    (2.0 * (1..=100).map(term).sum::<f64>()).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Dice;

    fn near(found: f64, wanted: f64) -> bool {
        (found - wanted).abs() < 0.000_1
    }

    #[test]
    fn the_tail_is_the_one_of_the_tables() {
        // Smirnov 1948: Q(1.36) = 0.0494868, Q(1.63) = 0.0098461 (asymptotic), Q(0.5) = 0.9639452.
        assert!(near(tail(1.36), 0.049_486), "{}", tail(1.36));
        assert!(near(tail(1.63), 0.009_846), "{}", tail(1.63));
        assert!(near(tail(0.5), 0.963_945), "{}", tail(0.5));
        assert_eq!((tail(0.0), tail(9.0) < 1e-60), (1.0, true));
    }

    fn times(dice: &mut Dice, count: usize, later_us: u64) -> Vec<Duration> {
        (0..count).map(|_| Duration::from_micros(20_000 + later_us + dice.between(0, 1_000))).collect()
    }

    #[test]
    fn two_of_one_kind_are_near_and_a_tenth_of_the_spread_is_seen() {
        let mut dice = Dice::new(1);
        let (mut one, mut other) = (times(&mut dice, 2_000, 0), times(&mut dice, 2_000, 0));
        let (_, chance) = compare(&mut one, &mut other);
        assert!(chance > 0.01, "{chance}");
        let mut later = times(&mut dice, 2_000, 100);
        let (distance, chance) = compare(&mut one, &mut later);
        assert!(distance > 0.08 && chance < 0.000_01, "{distance} {chance}");
        let mut same = vec![Duration::from_millis(1); 50];
        assert_eq!(compare(&mut same.clone(), &mut same), (0.0, 1.0));
    }
}
