//! The same of all nodes, in Redis. Counts and last uses lie with this node as well: while Redis is away, or slow, those alone
//! stand. What is kept lies there alone, so that every node finds it. Every key there ends by itself. Nothing that says who
//! somebody is goes to Redis: names are keyed hashes, values are sealed.

use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use fred::{
    error::Error,
    prelude::{Client, ClientLike, HashesInterface, KeysInterface, LuaInterface},
};
use futures_util::{
    FutureExt,
    future::{BoxFuture, try_join_all},
};
use lockstep_protocol::{ids::SessionId, values::Micros};
use tokio::{sync::Notify, time::Instant};
use tokio_util::sync::CancellationToken;

use super::{Bounds, Brake, DELAY_MAX, Ephemeral, Seen, Slot, WINDOW, local::LocalEphemeral, scripts, sealed::Sealing};
use crate::bus::{
    redis::{RedisError, builder},
    wire::ClusterKey,
};

/// A request waits no longer for Redis.
const PATIENCE: Duration = Duration::from_millis(150);
/// After it failed, Redis is not asked for this long.
const PAUSE: Duration = Duration::from_secs(1);
/// Last uses that are written at a time.
const BATCH: usize = 64;
/// Of a moment, before what was sealed with it.
const MOMENT_BYTES: usize = 8;

/// See the module.
pub struct RedisEphemeral(Arc<Shared>);

struct Shared {
    client: Client,
    key: ClusterKey,
    sealing: Sealing,
    bounds: Bounds,
    local: LocalEphemeral,
    /// Sessions whose last use is not in Redis yet. Held for a look-up only, never over an await.
    unsent: Mutex<HashSet<SessionId>>,
    news: Notify,
    began: Instant,
    /// Not asked before this, in milliseconds since `began`.
    resting_until_ms: AtomicU64,
}

impl RedisEphemeral {
    /// Connects in the background: a Redis that is away is no reason not to start.
    pub async fn connect(
        url: &str,
        key: ClusterKey,
        bounds: Bounds,
        cancel: CancellationToken,
    ) -> Result<Self, RedisError> {
        let client = builder(url)?.build()?;
        client.connect();
        let shared = Arc::new(Shared {
            sealing: Sealing::new(&key),
            client,
            key,
            bounds,
            local: LocalEphemeral::among_others(bounds),
            unsent: Mutex::default(),
            news: Notify::new(),
            began: Instant::now(),
            resting_until_ms: AtomicU64::new(0),
        });
        let writing = shared.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = cancel.cancelled() => {}
                () = writing.write_sightings() => {}
            }
            // What is in it ends by itself.
            let _ = writing.client.quit().await;
        });
        Ok(Self(shared))
    }
}

impl Shared {
    /// Keys of one kind are none of another: the kind is hashed with them.
    fn name(&self, kind: &str, key: &[u8]) -> String {
        let mut hasher = blake3::Hasher::new_keyed(&self.key.0);
        hasher.update(kind.as_bytes()).update(&[0]).update(key);
        format!("lockstep:{kind}:{}", hasher.finalize().to_hex())
    }

    fn count(&self, key: &str) -> String {
        self.name("try", key.as_bytes())
    }

    fn slot(&self, slot: &Slot) -> String {
        self.name("kept", &[slot.purpose.as_bytes(), &[0], &slot.id].concat())
    }

    fn session(&self, session: SessionId) -> String {
        self.name("seen", session.0.as_bytes())
    }

    fn seal(&self, name: &str, moment: Micros, value: &[u8]) -> Option<Bytes> {
        self.sealing.seal(name, &[&moment.to_be_bytes()[..], value].concat()).map(Into::into)
    }

    fn open(&self, name: &str, sealed: Option<Bytes>) -> Option<(Micros, Vec<u8>)> {
        let opened = self.sealing.open(name, &sealed?)?;
        let (moment, value) = opened.split_at_checked(MOMENT_BYTES)?;
        Some((Micros::from_be_bytes(moment.try_into().ok()?), value.to_vec()))
    }

    fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// The answer of Redis, if it gives one soon.
    async fn ask<T>(&self, asking: impl Future<Output = Result<T, Error>>) -> Option<T> {
        if self.elapsed_ms() < self.resting_until_ms.load(Ordering::Relaxed) {
            return None;
        }
        match tokio::time::timeout(PATIENCE, asking).await {
            Ok(Ok(answer)) => return Some(answer),
            Ok(Err(error)) => tracing::debug!(%error, "Redis does not answer; this node does without"),
            Err(_) => tracing::debug!("Redis is slow; this node does without"),
        }
        let pause = u64::try_from(PAUSE.as_millis()).unwrap_or(u64::MAX);
        self.resting_until_ms.store(self.elapsed_ms().saturating_add(pause), Ordering::Relaxed);
        None
    }

    fn unsent(&self) -> MutexGuard<'_, HashSet<SessionId>> {
        // A panic while it was held can only have left one too many or too few.
        self.unsent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes what is news, many at a time; what Redis does not take waits until it does.
    async fn write_sightings(&self) {
        loop {
            let batch: Vec<SessionId> = self.unsent().iter().take(BATCH).copied().collect();
            if batch.is_empty() {
                self.news.notified().await;
                continue;
            }
            self.unsent().retain(|session| !batch.contains(session));
            if !self.write_batch(&batch).await {
                self.unsent().extend(batch);
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    async fn write_batch(&self, batch: &[SessionId]) -> bool {
        let life_ms = (self.bounds.seen_for / 1_000).max(1).to_string();
        let known = batch.iter().filter_map(|session| Some((*session, self.local.noted(*session)?)));
        let writes = known.filter_map(|(session, seen)| {
            let name = self.session(session);
            let sealed = self.seal(&name, seen.at, seen.address.to_string().as_bytes())?;
            let arguments = vec![seen.at.to_string().into(), sealed, life_ms.clone().into()];
            Some(self.client.eval::<i64, _, _, Vec<Bytes>>(scripts::SEE, vec![name], arguments))
        });
        self.ask(try_join_all(writes)).await.is_some()
    }

    async fn sighting(&self, session: SessionId) -> Result<Option<Seen>, Error> {
        let name = self.session(session);
        let sealed: Option<Bytes> = self.client.hget(&name, "value").await?;
        let read = |(at, address): (Micros, Vec<u8>)| {
            Some(Seen { at, address: std::str::from_utf8(&address).ok()?.parse().ok()? })
        };
        Ok(self.open(&name, sealed).and_then(read))
    }

    /// What an answer of Redis holds, where its time is not over.
    fn held(&self, name: &str, sealed: Option<Bytes>, now: Micros) -> Option<Vec<u8>> {
        self.open(name, sealed).filter(|(until, _)| *until > now).map(|(_, value)| value)
    }
}

impl Ephemeral for RedisEphemeral {
    fn wait_ms<'a>(&'a self, key: &'a str, now: Micros) -> BoxFuture<'a, u32> {
        let shared = &*self.0;
        async move {
            let own = shared.local.wait_ms(key, now).await;
            let until: Option<Option<String>> = shared.ask(shared.client.hget(shared.count(key), "until")).await;
            let until: Micros = until.flatten().and_then(|until| until.parse().ok()).unwrap_or(0);
            let theirs = if until > now { (until - now).min(DELAY_MAX) / 1_000 + 1 } else { 0 };
            own.max(u32::try_from(theirs).unwrap_or(u32::MAX))
        }
        .boxed()
    }

    fn count<'a>(&'a self, key: &'a str, brake: Brake, now: Micros) -> BoxFuture<'a, ()> {
        let shared = &*self.0;
        async move {
            shared.local.count(key, brake, now).await;
            let numbers = [now, Micros::from(brake.free), WINDOW, DELAY_MAX].map(|number| number.to_string());
            let counted = shared.client.eval(scripts::COUNT, vec![shared.count(key)], numbers.to_vec());
            let _: Option<i64> = shared.ask(counted).await;
        }
        .boxed()
    }

    fn forget<'a>(&'a self, key: &'a str) -> BoxFuture<'a, ()> {
        let shared = &*self.0;
        async move {
            shared.local.forget(key).await;
            let _: Option<i64> = shared.ask(shared.client.del(shared.count(key))).await;
        }
        .boxed()
    }

    fn keep<'a>(&'a self, slot: Slot, value: &'a [u8], until: Micros, now: Micros) -> BoxFuture<'a, bool> {
        let shared = &*self.0;
        async move {
            let name = shared.slot(&slot);
            let fits = value.len() <= shared.bounds.value_bytes && until > now;
            let Some(sealed) = shared.seal(&name, until, value).filter(|_| fits) else { return false };
            let life_ms = (until.saturating_sub(now) / 1_000).max(1).to_string();
            let arguments: Vec<Bytes> = vec![sealed, until.to_string().into(), life_ms.into()];
            let kept: Option<i64> = shared.ask(shared.client.eval(scripts::KEEP, vec![name], arguments)).await;
            kept == Some(1)
        }
        .boxed()
    }

    fn look(&self, slot: Slot, now: Micros) -> BoxFuture<'_, Option<Vec<u8>>> {
        let shared = &*self.0;
        async move {
            let name = shared.slot(&slot);
            let sealed: Option<Bytes> = shared.ask(shared.client.hget(&name, "value")).await?;
            shared.held(&name, sealed, now)
        }
        .boxed()
    }

    fn attempt(&self, slot: Slot, most: u32, now: Micros) -> BoxFuture<'_, bool> {
        let shared = &*self.0;
        async move {
            let numbers = vec![now.to_string(), most.to_string()];
            let counted = shared.client.eval(scripts::ATTEMPT, vec![shared.slot(&slot)], numbers);
            let counted: Option<i64> = shared.ask(counted).await;
            counted == Some(1)
        }
        .boxed()
    }

    fn take(&self, slot: Slot, now: Micros) -> BoxFuture<'_, Option<Vec<u8>>> {
        let shared = &*self.0;
        async move {
            let name = shared.slot(&slot);
            let taken = shared.client.eval(scripts::TAKE, vec![name.clone()], Vec::<String>::new());
            let sealed: Option<Bytes> = shared.ask(taken).await?;
            shared.held(&name, sealed, now)
        }
        .boxed()
    }

    fn saw(&self, session: SessionId, seen: Seen) -> bool {
        let news = self.0.local.saw(session, seen);
        if news {
            self.0.unsent().insert(session);
            self.0.news.notify_one();
        }
        news
    }

    fn last_seen<'a>(&'a self, sessions: &'a [SessionId], now: Micros) -> BoxFuture<'a, Vec<Option<Seen>>> {
        let shared = &*self.0;
        async move {
            let own = shared.local.last_seen(sessions, now).await;
            let theirs = shared.ask(try_join_all(sessions.iter().map(|session| shared.sighting(*session)))).await;
            let theirs = theirs.unwrap_or_else(|| vec![None; sessions.len()]);
            let later =
                |(own, theirs): (Option<Seen>, Option<Seen>)| own.into_iter().chain(theirs).max_by_key(|seen| seen.at);
            own.into_iter().zip(theirs).map(later).collect()
        }
        .boxed()
    }

    fn ended<'a>(&'a self, sessions: &'a [SessionId]) -> BoxFuture<'a, ()> {
        let shared = &*self.0;
        async move {
            shared.unsent().retain(|session| !sessions.contains(session));
            shared.local.ended(sessions).await;
            let removed = sessions.iter().map(|session| shared.client.del::<i64, _>(shared.session(*session)));
            let _: Option<Vec<i64>> = shared.ask(try_join_all(removed)).await;
        }
        .boxed()
    }

    fn seen_here(&self) -> Vec<(SessionId, Seen)> {
        let unsent = self.0.unsent().clone();
        unsent.into_iter().filter_map(|session| Some((session, self.0.local.noted(session)?))).collect()
    }
}
