//! The pace, on a clock that is held.

use std::time::Duration;

use tokio::time::Instant;

use super::Pace;

#[tokio::test(start_paused = true)]
async fn a_burst_goes_at_once_and_the_rest_at_the_steady_rate() {
    let pace = Pace::new(10, 5);
    let start = Instant::now();
    for _ in 0..5 {
        pace.take().await;
    }
    assert!(start.elapsed() < Duration::from_millis(5));
    for _ in 0..10 {
        pace.take().await;
    }
    let elapsed = start.elapsed();
    assert!(elapsed >= Duration::from_millis(1000) && elapsed < Duration::from_millis(1100), "{elapsed:?}");
}
