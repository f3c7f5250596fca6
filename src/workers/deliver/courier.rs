//! Sends what is due: on one node at a time (a lease), what waits longest first, each way by itself, so that one whose provider is away
//! holds up no other. Old rows are forgotten here too. It must never send what was not judged a moment ago.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use futures_util::{StreamExt, future, stream};
use lockstep_domain::{Principal, inbox::Inbox};
use lockstep_protocol::{
    codes::{Code, Failure},
    command::inbox::FailEntries,
    topic::Topic,
    values::{Micros, Outlet},
};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    Parcel, Provider, Providers,
    judge::{Judge, Verdict},
};
use crate::{
    actors::{CommandRequest, Directory, Saw},
    auth::service::stored,
    clock::Clock,
    letters::{Language, news::Item},
    outbound::{Outcome, breaker::Breaker},
    steps::{step, steps_of},
    store::{
        Store, StoreError,
        deliveries::{CameTo, Delivery, DeliveryState, Tried},
    },
    workers::leased::{Leased, in_turns},
};

/// Deliveries of one way taken at once, and parcels of it sent at the same time.
const BATCH: u32 = 256;
const AT_ONCE: usize = 8;
/// How many things one mail tells of; the rest comes in the next.
const PARCEL_MAX: usize = 100;
/// How long deliveries are remembered, whatever became of them: so long the link works that ends such mail.
const KEPT_US: Micros = 60 * 86_400_000_000;
const FORGET_EVERY: Duration = Duration::from_secs(600);
/// When something is tried again that could not be judged for the moment.
const UNJUDGED_US: Micros = 5_000_000;

/// See the module.
#[derive(Clone)]
pub struct Courier {
    pub store: Store,
    pub directory: Directory,
    pub clock: Clock,
    pub providers: Providers,
    pub home: Arc<str>,
    pub node: Uuid,
    /// Notified when this node queues something.
    pub nudge: Arc<Notify>,
}

impl Courier {
    /// Runs until cancelled.
    pub async fn run(self, cancel: CancellationToken) {
        let (store, nudge, node) = (self.store.clone(), self.nudge.clone(), self.node);
        let breakers = vec![Breaker::default(); self.providers.len()];
        in_turns(Rounds { courier: self, breakers, forgot: None }, &store, node, &nudge, &cancel).await;
    }

    /// Sends what is due on one way; answers whether there may be more at once.
    async fn round(&self, provider: &dyn Provider, breaker: &mut Breaker) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let most = breaker.allows(now, BATCH);
        if most == 0 {
            return Ok(false);
        }
        let due = self.store.deliveries().due(provider.outlet().word(), now, most).await?;
        let full = due.len() >= most as usize;
        let mut parcels = self.parcels(due, provider.gathers()).await?;
        parcels.truncate(most as usize);
        let mut sending = stream::iter(parcels)
            .map(|deliveries| steps_of("courier", self.deliver(provider, deliveries)))
            .buffer_unordered(AT_ONCE);
        while let Some(outcome) = sending.next().await {
            match outcome? {
                Some(true) => breaker.answered(),
                Some(false) if provider.breaks() => {
                    if let Some(until) = breaker.failed(self.clock.now()) {
                        let seconds = (until - self.clock.now()) / 1_000_000;
                        tracing::warn!(
                            way = provider.outlet().word(),
                            seconds,
                            "a provider fails again and again: it is left alone"
                        );
                    }
                }
                Some(false) | None => {}
            }
        }
        Ok(full && breaker.allows(self.clock.now(), BATCH) == BATCH)
    }

    /// What goes out together: what went, or was to go, together before; what is for one person, where the way gathers; else each by itself.
    async fn parcels(&self, due: Vec<Delivery>, gathers: bool) -> Result<Vec<Vec<Delivery>>, StoreError> {
        let mut named: BTreeMap<Uuid, Vec<Delivery>> = BTreeMap::new();
        let mut fresh: Vec<Vec<Delivery>> = Vec::new();
        for delivery in due {
            if let Some(parcel) = delivery.parcel {
                named.entry(parcel).or_default().push(delivery);
                continue;
            }
            let room = |parcel: &&mut Vec<Delivery>| {
                gathers && parcel[0].account == delivery.account && parcel.len() < PARCEL_MAX
            };
            match fresh.iter_mut().find(room) {
                Some(parcel) => parcel.push(delivery),
                None => fresh.push(vec![delivery]),
            }
        }
        for (parcel, some) in &mut named {
            // The last page may have cut it in two.
            let whole = self.store.deliveries().of_parcel(*parcel).await?;
            *some = whole.into_iter().filter(|delivery| delivery.state == DeliveryState::Waiting).collect();
        }
        let all = named.into_values().filter(|parcel| !parcel.is_empty()).chain(fresh);
        Ok(all
            .map(|mut parcel| {
                // As it happened.
                parcel.sort_by_key(|delivery| (delivery.created_at, delivery.number, delivery.id));
                parcel
            })
            .collect())
    }

    /// Whether the provider answered; `None`: it was not asked.
    async fn deliver(&self, provider: &dyn Provider, deliveries: Vec<Delivery>) -> Result<Option<bool>, StoreError> {
        let now = self.clock.now();
        let queue = self.store.deliveries();
        let ids = |deliveries: &[Delivery]| deliveries.iter().map(|delivery| delivery.id).collect::<Vec<_>>();
        let (late, deliveries): (Vec<_>, Vec<_>) =
            deliveries.into_iter().partition(|delivery| now > delivery.expires_at);
        if !late.is_empty() {
            let error = late[0].note.clone().unwrap_or_else(|| "too old".to_owned());
            let came_to = self.given_up(provider.outlet(), &late, error, now).await;
            queue.tried(&ids(&late), &Tried { took_ms: 0, came_to }, now).await?;
        }
        let (told, parcel) = match self.parcel(&deliveries).await {
            Ok(Some(ready)) => ready,
            Ok(None) => return Ok(None),
            Err(failure) => {
                tracing::warn!(%failure, "what is to be delivered cannot be read for the moment");
                let came_to = CameTo::Later { at: now + UNJUDGED_US, error: failure.to_string() };
                queue.tried(&ids(&deliveries), &Tried { took_ms: 0, came_to }, now).await?;
                return Ok(None);
            }
        };
        queue.parcel(&told, parcel.id).await?;
        let begun = tokio::time::Instant::now();
        let outcome = provider.send(&parcel).await;
        step();
        let took_ms = u32::try_from(begun.elapsed().as_millis()).unwrap_or(u32::MAX);
        let (now, attempts) =
            (self.clock.now(), deliveries.iter().map(|delivery| delivery.attempts).max().unwrap_or(0));
        let (came_to, answered) = match outcome {
            Outcome::Taken => (CameTo::Taken, Some(true)),
            Outcome::Never { error } => {
                let given_up: Vec<_> =
                    deliveries.iter().filter(|delivery| told.contains(&delivery.id)).cloned().collect();
                (self.given_up(provider.outlet(), &given_up, error, now).await, Some(true))
            }
            Outcome::Later { error, after } => {
                let asked = after.map_or(0, |after| Micros::try_from(after.as_micros()).unwrap_or(LONGEST_US));
                let pause = pause_us(parcel.id, attempts).max(asked.min(LONGEST_US));
                tracing::warn!(way = provider.outlet().word(), parcel = %parcel.id, %error, "a delivery is tried again later");
                (CameTo::Later { at: now.saturating_add(pause), error }, Some(false))
            }
            Outcome::NoWay(why) => {
                let dropped: Vec<(Uuid, &str)> = told.iter().map(|id| (*id, why)).collect();
                queue.drop_these(&dropped, now).await?;
                return Ok(None);
            }
        };
        queue.tried(&told, &Tried { took_ms, came_to }, now).await?;
        Ok(answered)
    }

    /// What nobody takes is noted in the inbox of whoever was to be told. Where that cannot be written for the moment it is tried once more.
    async fn given_up(&self, outlet: Outlet, deliveries: &[Delivery], error: String, now: Micros) -> CameTo {
        let numbers: Vec<u64> = deliveries.iter().filter_map(|delivery| delivery.number).collect();
        let Some(account) = deliveries.first().map(|delivery| delivery.account).filter(|_| !numbers.is_empty()) else {
            return CameTo::Dead { error };
        };
        let (topic, principal) = (Topic::inbox(account), Principal::System(account));
        let body = FailEntries { numbers, outlet }.into();
        let request = CommandRequest { topic, principal, session: None, key: None, body, saw: Saw::default() };
        match self.directory.command(request).await {
            Err(failure) if failure.temporary => CameTo::Later { at: now + UNJUDGED_US, error },
            Err(failure) if failure.code != Code::NotFound => {
                tracing::error!(%account, %failure, "it cannot be noted that somebody was not told");
                CameTo::Dead { error }
            }
            _ => CameTo::Dead { error },
        }
    }

    /// What of these is still to be told, and how it reads; what is not is dropped.
    async fn parcel(&self, deliveries: &[Delivery]) -> Result<Option<(Vec<Uuid>, Parcel)>, Failure> {
        let Some(first) = deliveries.first() else { return Ok(None) };
        let (mut dropped, mut told, mut items) = (Vec::new(), Vec::new(), Vec::<Item>::new());
        let profile = self.store.accounts().profile(first.account).await.map_err(stored)?;
        let inbox = match self.directory.inbox_now(first.account).await {
            Err(failure) if failure.code == Code::NotFound => None,
            inbox => Some(inbox?),
        };
        let judge = Judge { store: &self.store, directory: &self.directory, home: &self.home };
        let nobody = Inbox::default();
        let state = inbox.as_ref().map_or(&nobody, |inbox| &inbox.state);
        let judged = deliveries.iter().map(|delivery| judge.judge(delivery, state));
        for (delivery, verdict) in deliveries.iter().zip(future::try_join_all(judged).await?) {
            match verdict {
                Verdict::Tell(item) => {
                    told.push(delivery.id);
                    items.push(item);
                }
                Verdict::Drop(why) => dropped.push((delivery.id, why)),
            }
        }
        if !dropped.is_empty() {
            self.store.deliveries().drop_these(&dropped, self.clock.now()).await.map_err(stored)?;
        }
        let Some(profile) = profile.filter(|_| !items.is_empty()) else { return Ok(None) };
        let id = deliveries.iter().find_map(|delivery| delivery.parcel).unwrap_or_else(|| self.clock.fresh_id());
        let digest = deliveries.iter().any(|delivery| delivery.digest && told.contains(&delivery.id));
        let language = Language::of(&profile.locale);
        Ok(Some((
            told,
            Parcel { id, to: first.account, name: profile.name, language, items, digest, unread: state.unread() },
        )))
    }
}

/// Delivering as leased work.
struct Rounds {
    courier: Courier,
    /// One for each provider.
    breakers: Vec<Breaker>,
    forgot: Option<tokio::time::Instant>,
}

impl Leased for Rounds {
    const NAME: &'static str = "deliveries-send";
    const LOOK: Duration = Duration::from_millis(500);

    // Not cut off when the server ends: what is being sent would be sent once more.
    async fn turn(&mut self, _cancel: &CancellationToken) -> Result<bool, StoreError> {
        let courier = &self.courier;
        if self.forgot.is_none_or(|at| at.elapsed() > FORGET_EVERY) {
            courier.store.deliveries().forget_before(courier.clock.now() - KEPT_US).await?;
            self.forgot = Some(tokio::time::Instant::now());
        }
        let ways = courier.providers.iter().zip(&mut self.breakers);
        let rounds = ways.map(|(provider, breaker)| courier.round(&**provider, breaker));
        let more = future::try_join_all(rounds).await?;
        Ok(more.into_iter().any(|more| more))
    }
}

const FIRST_US: Micros = 2_000_000;
const LONGEST_US: Micros = 3_600_000_000;

/// How long after so many tries the next one is made: 2 s, 8 s, 32 s … at most an hour, each up to a quarter more or less, by chance that is
/// the same for the same parcel: what failed together does not come back together.
fn pause_us(parcel: Uuid, attempts: u32) -> Micros {
    let whole = 4_i64.saturating_pow(attempts).saturating_mul(FIRST_US).min(LONGEST_US);
    let mut hasher = blake3::Hasher::new();
    hasher.update(parcel.as_bytes()).update(&attempts.to_le_bytes());
    let chance = i64::from(hasher.finalize().as_bytes()[0]);
    whole * 3 / 4 + whole / 2 * chance / 255
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_an_hour_and_differ() {
        let parcel = Uuid::from_u128(7);
        for (attempts, seconds) in [(0, 2), (1, 8), (2, 32), (3, 128), (40, 3_600)] {
            let (pause, whole) = (pause_us(parcel, attempts), seconds * 1_000_000);
            assert!((whole * 3 / 4..=whole * 5 / 4).contains(&pause), "{attempts}: {pause}");
            assert_eq!(pause, pause_us(parcel, attempts));
        }
        let some: std::collections::BTreeSet<i64> = (0..64).map(|n| pause_us(Uuid::from_u128(n), 1)).collect();
        assert!(some.len() > 32, "{}", some.len());
    }
}
