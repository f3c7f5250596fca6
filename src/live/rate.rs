//! A token bucket over a time that is handed in. Pure; never reads a clock.

/// Refills `per_second` steadily, holds at most `burst`.
#[derive(Clone, Copy, Debug)]
pub struct Bucket {
    per_second: u32,
    burst: u32,
    /// Thousandths of a token, so that a millisecond is not lost.
    milli: u64,
    last_ms: u64,
}

impl Bucket {
    pub fn full(per_second: u32, burst: u32, now_ms: u64) -> Self {
        Self { per_second, burst, milli: u64::from(burst) * 1_000, last_ms: now_ms }
    }

    /// Whether nothing would change if it were forgotten.
    pub fn is_full(&mut self, now_ms: u64) -> bool {
        self.refill(now_ms);
        self.milli == u64::from(self.burst) * 1_000
    }

    fn refill(&mut self, now_ms: u64) {
        let elapsed = now_ms.saturating_sub(self.last_ms);
        self.last_ms = self.last_ms.max(now_ms);
        let gained = elapsed.saturating_mul(u64::from(self.per_second));
        self.milli = self.milli.saturating_add(gained).min(u64::from(self.burst) * 1_000);
    }

    /// Takes one token, or answers in how many milliseconds there will be one.
    pub fn take(&mut self, now_ms: u64) -> Result<(), u32> {
        self.refill(now_ms);
        if self.milli >= 1_000 {
            self.milli -= 1_000;
            return Ok(());
        }
        let wait = (1_000 - self.milli).div_ceil(u64::from(self.per_second.max(1)));
        Err(u32::try_from(wait).unwrap_or(u32::MAX))
    }
}

/// Being refused without pause: since when, and when last.
#[derive(Clone, Copy, Debug)]
pub struct Abuse {
    since_ms: u64,
    last_ms: u64,
}

impl Abuse {
    /// A pause this long between refusals ends the spell.
    const PAUSE_MS: u64 = 2_000;

    /// Notes a refusal and answers how long the spell has lasted.
    pub fn note(spell: &mut Option<Self>, now_ms: u64) -> u64 {
        let since_ms = match spell {
            Some(abuse) if now_ms.saturating_sub(abuse.last_ms) <= Self::PAUSE_MS => abuse.since_ms,
            _ => now_ms,
        };
        *spell = Some(Self { since_ms, last_ms: now_ms });
        now_ms.saturating_sub(since_ms)
    }
}
