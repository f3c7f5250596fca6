//! Ranks: order keys between which there is always room. Plain byte order is their order, so every language and database
//! sorts them alike. The algorithm is that of the npm package `fractional-indexing` 4.0.0 (CC0) with its default digits, so that a
//! client may guess the rank the server will give; `tests/vectors/rank.json` holds its answers.
//!
//! A rank is an integer part, whose first letter says how long it is (`Zz` < `a0` < `az` < `b00`), and a fraction that never
//! ends in `0`. Must never be compared in any other way than by bytes.

use std::{borrow::Borrow, fmt};

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE: usize = DIGITS.len();
const ZERO: u8 = b'0';
const LAST: u8 = b'z';
/// Length of the longest integer part, head included: `z` and 26 digits.
const INTEGER_BYTES_MAX: usize = 27;

/// An order key.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rank(CompactString);

impl Rank {
    /// Takes what an event holds, as it is: the fold cannot refuse.
    pub fn trusted(text: &str) -> Self {
        Self(CompactString::new(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Rank {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Rank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Rank> for String {
    fn from(rank: Rank) -> Self {
        rank.0.into_string()
    }
}

impl From<&Rank> for String {
    fn from(rank: &Rank) -> Self {
        rank.0.to_string()
    }
}

/// Whether the text is a rank this algorithm can give.
pub fn is_rank(text: &str) -> bool {
    let key = text.as_bytes();
    let Some(length) = key.first().and_then(|head| integer_length(*head)) else { return false };
    key.len() >= length
        && key[1..].iter().all(|byte| value(*byte).is_some())
        && !is_smallest_integer(key)
        && !(key.len() > length && key.ends_with(&[ZERO]))
}

/// A rank after `lo` and before `hi`; without a bound, at that end. `None` when the bounds are not ranks in ascending order, or
/// at the end of all integers.
pub fn between(lo: Option<&str>, hi: Option<&str>) -> Option<Rank> {
    if lo.is_some_and(|key| !is_rank(key)) || hi.is_some_and(|key| !is_rank(key)) {
        return None;
    }
    let bytes = match (lo.map(str::as_bytes), hi.map(str::as_bytes)) {
        (None, None) => vec![b'a', ZERO],
        (None, Some(hi)) => before(hi)?,
        (Some(lo), None) => after(lo)?,
        (Some(lo), Some(hi)) if lo < hi => inside(lo, hi)?,
        (Some(_), Some(_)) => return None,
    };
    Some(Rank(CompactString::from_utf8(bytes).ok()?))
}

/// `count` ranks between the bounds, ascending, as short as they go.
pub fn spread(count: usize, lo: Option<&str>, hi: Option<&str>) -> Option<Vec<Rank>> {
    let mut ranks = Vec::with_capacity(count);
    fill(count, lo, hi, &mut ranks)?;
    Some(ranks)
}

fn fill(count: usize, lo: Option<&str>, hi: Option<&str>, out: &mut Vec<Rank>) -> Option<()> {
    if count == 0 {
        return Some(());
    }
    let first = between(lo, hi)?;
    if hi.is_none() {
        out.push(first);
        for _ in 1..count {
            let next = between(out.last().map(Rank::as_str), None)?;
            out.push(next);
        }
        return Some(());
    }
    if lo.is_none() {
        let start = out.len();
        out.push(first);
        for _ in 1..count {
            let next = between(None, out.last().map(Rank::as_str))?;
            out.push(next);
        }
        out[start..].reverse();
        return Some(());
    }
    let below = count / 2;
    fill(below, lo, Some(first.as_str()), out)?;
    out.push(first.clone());
    fill(count - below - 1, Some(first.as_str()), hi, out)
}

fn value(byte: u8) -> Option<usize> {
    match byte {
        b'0'..=b'9' => Some(usize::from(byte - b'0')),
        b'A'..=b'Z' => Some(usize::from(byte - b'A') + 10),
        b'a'..=b'z' => Some(usize::from(byte - b'a') + 36),
        _ => None,
    }
}

/// How long an integer part with this head is, head included.
fn integer_length(head: u8) -> Option<usize> {
    match head {
        b'a'..=b'z' => Some(usize::from(head - b'a') + 2),
        b'A'..=b'Z' => Some(usize::from(b'Z' - head) + 2),
        _ => None,
    }
}

/// The one integer below which there is nothing; it is no rank by itself.
fn is_smallest_integer(key: &[u8]) -> bool {
    key.len() == INTEGER_BYTES_MAX && key[0] == b'A' && key[1..].iter().all(|byte| *byte == ZERO)
}

fn split(key: &[u8]) -> Option<(&[u8], &[u8])> {
    key.split_at_checked(integer_length(*key.first()?)?)
}

fn before(hi: &[u8]) -> Option<Vec<u8>> {
    let (integer, fraction) = split(hi)?;
    if is_smallest_integer(integer) {
        return midpoint(integer, b"", Some(fraction));
    }
    if fraction.is_empty() { decrement(integer) } else { Some(integer.to_vec()) }
}

fn after(lo: &[u8]) -> Option<Vec<u8>> {
    let (integer, fraction) = split(lo)?;
    increment(integer).or_else(|| midpoint(integer, fraction, None))
}

fn inside(lo: &[u8], hi: &[u8]) -> Option<Vec<u8>> {
    let (lo_integer, lo_fraction) = split(lo)?;
    let (hi_integer, hi_fraction) = split(hi)?;
    if lo_integer == hi_integer {
        return midpoint(lo_integer, lo_fraction, Some(hi_fraction));
    }
    let next = increment(lo_integer)?;
    if next.as_slice() < hi { Some(next) } else { midpoint(lo_integer, lo_fraction, None) }
}

/// The integer part and the fraction halfway between two fractions; no upper one means 1.
fn midpoint(integer: &[u8], mut lo: &[u8], mut hi: Option<&[u8]>) -> Option<Vec<u8>> {
    let mut out = integer.to_vec();
    loop {
        if let Some(upper) = hi {
            // The common prefix, with `lo` continued by zeros; `hi` cannot end within it.
            let shared = (0..upper.len()).take_while(|i| lo.get(*i).copied().unwrap_or(ZERO) == upper[*i]).count();
            out.extend_from_slice(&upper[..shared]);
            lo = lo.get(shared..).unwrap_or_default();
            hi = Some(&upper[shared..]);
        }
        let low = lo.first().map_or(Some(0), |byte| value(*byte))?;
        let high = hi.map_or(Some(BASE), |upper| value(*upper.first()?))?;
        if high <= low {
            return None;
        }
        if high - low > 1 {
            out.push(DIGITS[(low + high).div_ceil(2)]);
            return Some(out);
        }
        if let Some([first, _, ..]) = hi {
            out.push(*first);
            return Some(out);
        }
        out.push(DIGITS[low]);
        lo = lo.get(1..).unwrap_or_default();
        hi = None;
    }
}

/// The next integer; `None` after the largest.
fn increment(integer: &[u8]) -> Option<Vec<u8>> {
    let mut out = integer.to_vec();
    for byte in out[1..].iter_mut().rev() {
        let digit = value(*byte)? + 1;
        if digit < BASE {
            *byte = DIGITS[digit];
            return Some(out);
        }
        *byte = ZERO;
    }
    // Carried out of all digits: the next head.
    match out[0] {
        b'Z' => Some(vec![b'a', ZERO]),
        b'z' => None,
        head => resize(out, head + 1, ZERO),
    }
}

/// The integer before; `None` before the smallest.
fn decrement(integer: &[u8]) -> Option<Vec<u8>> {
    let mut out = integer.to_vec();
    for byte in out[1..].iter_mut().rev() {
        let digit = value(*byte)?;
        if digit > 0 {
            *byte = DIGITS[digit - 1];
            return Some(out);
        }
        *byte = LAST;
    }
    match out[0] {
        b'a' => Some(vec![b'Z', LAST]),
        b'A' => None,
        head => resize(out, head - 1, LAST),
    }
}

fn resize(mut integer: Vec<u8>, head: u8, digit: u8) -> Option<Vec<u8>> {
    integer[0] = head;
    integer.resize(integer_length(head)?, digit);
    Some(integer)
}
