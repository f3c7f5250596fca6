//! Keeps a client below the server's rate limit for commands (R33), so that what is measured is the server and not its refusals.

use std::{sync::Mutex, time::Duration};

use lockstep_protocol::limits::Limits;
use tokio::time::Instant;

/// A bucket of permits that fills steadily.
pub struct Pace {
    interval: Option<Duration>,
    burst: u32,
    /// When the bucket would be full again; shared by all handles of one connection.
    full_at: Mutex<Instant>,
}

impl Pace {
    /// As fast as it goes: for servers whose limits were raised.
    pub fn unlimited() -> Self {
        Self { interval: None, burst: 0, full_at: Mutex::new(Instant::now()) }
    }

    /// A little below the limits that a server has when nobody changed them.
    pub fn within_limits() -> Self {
        let limits = Limits::default();
        Self::new(limits.commands_per_second_max, limits.commands_burst_max / 2)
    }

    pub fn new(per_second: u32, burst: u32) -> Self {
        // One per cent slower than the limit: two clocks never agree.
        let interval = Duration::from_secs(1).mul_f64(1.01) / per_second.max(1);
        Self { interval: Some(interval), burst: burst.max(1), full_at: Mutex::new(Instant::now()) }
    }

    /// Waits for a permit.
    pub async fn take(&self) {
        let Some(interval) = self.interval else { return };
        let start_at = {
            let mut full_at = self.full_at.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let now = Instant::now();
            *full_at = (*full_at).max(now) + interval;
            *full_at - interval * self.burst
        };
        tokio::time::sleep_until(start_at).await;
    }
}

#[cfg(test)]
mod tests;
