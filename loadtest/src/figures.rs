//! Latencies, collected and told.

use std::{fmt, time::Duration};

use hdrhistogram::Histogram;
use serde::{Serialize, Serializer, ser::SerializeStruct};

/// A distribution of durations, to the microsecond, three digits precise.
#[derive(Clone)]
pub struct Latency(Histogram<u64>);

impl Default for Latency {
    fn default() -> Self {
        // A minute is more than anything here waits; longer counts as a minute.
        Self(
            Histogram::new_with_bounds(1, 60_000_000, 3).expect("the bounds are in order and three digits are allowed"),
        )
    }
}

impl Latency {
    pub fn record(&mut self, duration: Duration) {
        self.0.saturating_record(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX));
    }

    pub fn add(&mut self, other: &Self) {
        self.0.add(&other.0).expect("all have the same bounds");
    }

    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// In milliseconds; 0.5 is the median. 0 where nothing was recorded.
    pub fn quantile_ms(&self, quantile: f64) -> f64 {
        if self.0.is_empty() { 0.0 } else { self.0.value_at_quantile(quantile) as f64 / 1_000.0 }
    }

    pub fn max_ms(&self) -> f64 {
        self.0.max() as f64 / 1_000.0
    }
}

impl Serialize for Latency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Latency", 4)?;
        fields.serialize_field("count", &self.count())?;
        fields.serialize_field("p50_ms", &self.quantile_ms(0.5))?;
        fields.serialize_field("p99_ms", &self.quantile_ms(0.99))?;
        fields.serialize_field("max_ms", &self.max_ms())?;
        fields.end()
    }
}

impl fmt::Display for Latency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (p50, p99) = (self.quantile_ms(0.5), self.quantile_ms(0.99));
        write!(f, "p50 {p50:.2} ms, p99 {p99:.2} ms, max {:.2} ms ({} measured)", self.max_ms(), self.count())
    }
}

impl fmt::Debug for Latency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
