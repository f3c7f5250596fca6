//! The counts of all nodes, in Redis, with this node's own beside them: while Redis is away, or slow, those alone count. Every
//! key there ends by itself. Nothing that says who somebody is goes to Redis: keys are keyed hashes.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use fred::prelude::{Client, ClientLike, HashesInterface, KeysInterface, LuaInterface};
use futures_util::{FutureExt, future::BoxFuture};
use lockstep_protocol::values::Micros;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Brake, DELAY_MAX, Ephemeral, WINDOW, local::LocalEphemeral};
use crate::bus::{
    redis::{RedisError, builder},
    wire::ClusterKey,
};

/// A request waits no longer for Redis.
const PATIENCE: Duration = Duration::from_millis(150);
/// After it failed, Redis is not asked for this long.
const PAUSE_MS: u64 = 1_000;

/// As [`super::local`] counts. Numbers go in and out as text: Lua prints large ones inexactly.
const COUNT: &str = "
local held = redis.call('HMGET', KEYS[1], 'failures', 'last', 'until')
local failures, last, wait = tonumber(held[1] or 0), tonumber(held[2] or 0), tonumber(held[3] or 0)
local now, free, window, longest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
if math.max(last, wait) + window <= now then failures = 0 end
failures = failures + 1
if failures >= free then
  wait = now + math.min(1000000 * 2 ^ math.min(failures - free, 20), longest)
end
redis.call('HSET', KEYS[1], 'failures', failures, 'last', ARGV[1], 'until', string.format('%.0f', wait))
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', (math.max(wait - now, 0) + window) / 1000))
return failures";

/// See the module.
pub struct RedisEphemeral {
    client: Client,
    key: ClusterKey,
    local: LocalEphemeral,
    began: Instant,
    /// Not asked before this, in milliseconds since `began`.
    resting_until_ms: AtomicU64,
}

impl RedisEphemeral {
    /// Connects in the background: a Redis that is away is no reason not to start.
    pub async fn connect(url: &str, key: ClusterKey, cancel: CancellationToken) -> Result<Self, RedisError> {
        let client = builder(url)?.build()?;
        client.connect();
        let ending = client.clone();
        tokio::spawn(async move {
            cancel.cancelled().await;
            // What is counted in it ends by itself.
            let _ = ending.quit().await;
        });
        let (local, resting_until_ms) = (LocalEphemeral::default(), AtomicU64::new(0));
        Ok(Self { client, key, local, began: Instant::now(), resting_until_ms })
    }

    fn name(&self, key: &str) -> String {
        format!("lockstep:try:{}", blake3::keyed_hash(&self.key.0, key.as_bytes()).to_hex())
    }

    fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// The answer of Redis, if it gives one soon.
    async fn ask<T>(&self, asking: impl Future<Output = Result<T, fred::error::Error>>) -> Option<T> {
        if self.elapsed_ms() < self.resting_until_ms.load(Ordering::Relaxed) {
            return None;
        }
        match tokio::time::timeout(PATIENCE, asking).await {
            Ok(Ok(answer)) => return Some(answer),
            Ok(Err(error)) => tracing::debug!(%error, "Redis did not count; this node does alone"),
            Err(_) => tracing::debug!("Redis is slow; this node counts alone"),
        }
        self.resting_until_ms.store(self.elapsed_ms() + PAUSE_MS, Ordering::Relaxed);
        None
    }
}

impl Ephemeral for RedisEphemeral {
    fn wait_ms<'a>(&'a self, key: &'a str, now: Micros) -> BoxFuture<'a, u32> {
        async move {
            let own = self.local.wait_ms(key, now).await;
            let until: Option<Option<String>> = self.ask(self.client.hget(self.name(key), "until")).await;
            let until: Micros = until.flatten().and_then(|until| until.parse().ok()).unwrap_or(0);
            let theirs = if until > now { (until - now).min(DELAY_MAX) / 1_000 + 1 } else { 0 };
            own.max(u32::try_from(theirs).unwrap_or(u32::MAX))
        }
        .boxed()
    }

    fn count<'a>(&'a self, key: &'a str, brake: Brake, now: Micros) -> BoxFuture<'a, ()> {
        async move {
            self.local.count(key, brake, now).await;
            let numbers = [now, Micros::from(brake.free), WINDOW, DELAY_MAX].map(|number| number.to_string());
            let _: Option<i64> = self.ask(self.client.eval(COUNT, vec![self.name(key)], numbers.to_vec())).await;
        }
        .boxed()
    }

    fn forget<'a>(&'a self, key: &'a str) -> BoxFuture<'a, ()> {
        async move {
            self.local.forget(key).await;
            let _: Option<i64> = self.ask(self.client.del(self.name(key))).await;
        }
        .boxed()
    }
}
