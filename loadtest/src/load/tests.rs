//! Marks, found in whatever carries them.

use std::time::{Duration, Instant};

use lockstep_protocol::codec::compress;

use super::Epoch;
use crate::figures::Latency;

#[test]
fn every_mark_in_a_frame_is_measured_compressed_or_not() {
    let epoch = Epoch(Instant::now());
    let due = epoch.0 + Duration::from_millis(100);
    let frame = format!("[{{\"title\":\"{}\"}},{{\"title\":\"{}\"}}]", epoch.mark(due, "x"), epoch.mark(due, "yy"));
    let later = due + Duration::from_millis(500);
    for bytes in [frame.as_bytes().to_vec(), compress(frame.as_bytes()).to_vec()] {
        let mut latency = Latency::default();
        epoch.measure(&bytes, later, &mut latency);
        assert_eq!(latency.count(), 2);
        assert!(latency.quantile_ms(0.5) >= 499.0, "{latency}");
    }
    let mut latency = Latency::default();
    epoch.measure(b"sent@ but cut", later, &mut latency);
    epoch.measure(b"nothing here", later, &mut latency);
    assert_eq!(latency.count(), 0);
}
