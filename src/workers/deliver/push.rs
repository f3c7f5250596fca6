//! News to the devices of their reader: browsers and telephones. A device that took it is not told again because another was away, and
//! one that is gone is forgotten. Services fail by themselves: one that does is left alone, and holds up no other. It must never keep what
//! it sends.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream};
use lockstep_protocol::{
    ids::DeviceId,
    values::{Micros, Outlet},
};
use uuid::Uuid;

use super::{Parcel, Provider};
use crate::{
    clock::Clock,
    letters::news,
    outbound::{
        Outcome,
        breaker::Breaker,
        push::{self, Address, Pushed, Pushers},
    },
    store::{
        Store, StoreError,
        devices::{Device, DeviceKind},
    },
};

/// Devices of one person that are sent to at the same time.
const AT_ONCE: usize = 4;
/// Which device took what is remembered for so many; beyond it one may be told twice, under one id.
const TAKEN_MAX: usize = 10_000;
/// Services that are watched; beyond it those that come new are not.
const SERVICES_MAX: usize = 1_000;

/// See the module.
#[derive(Clone)]
pub struct PushRoom {
    store: Store,
    clock: Clock,
    pushers: Pushers,
    /// The product's own address.
    home: Arc<str>,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    taken: BTreeSet<(Uuid, DeviceId)>,
    services: BTreeMap<String, Breaker>,
}

/// What came of one device.
enum Came {
    Taken,
    /// Neither now nor later.
    Never(String),
    Later(String, Micros),
}

impl PushRoom {
    pub fn new(store: Store, clock: Clock, pushers: Pushers, home: Arc<str>) -> Self {
        Self { store, clock, pushers, home, seen: Arc::default() }
    }

    fn seen<T>(&self, look: impl FnOnce(&mut Seen) -> T) -> T {
        look(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn send_all(&self, parcel: &Parcel) -> Result<Outcome, StoreError> {
        let devices = self.store.devices().of(parcel.to, self.clock.now()).await?;
        let Some(pushed) = self.pushed(parcel).filter(|_| !devices.is_empty()) else {
            return Ok(Outcome::NoWay("no_device"));
        };
        let came: Vec<Came> = {
            let mut sending =
                stream::iter(devices).map(|device| self.send_one(device, &pushed)).buffer_unordered(AT_ONCE);
            let mut came = Vec::new();
            while let Some(one) = sending.next().await {
                came.push(one?);
            }
            came
        };
        let mut outcome = Outcome::NoWay("no_device");
        let mut later: Option<(String, Micros)> = None;
        for one in came {
            match one {
                Came::Taken => outcome = Outcome::Taken,
                Came::Never(error) if outcome != Outcome::Taken => outcome = Outcome::Never { error },
                Came::Never(_) => {}
                Came::Later(error, after) => {
                    let sooner = later.as_ref().is_none_or(|(_, known)| after < *known);
                    later = if sooner { Some((error, after)) } else { later };
                }
            }
        }
        Ok(match later {
            // Those that took it are not told again.
            Some((error, after)) => {
                let after = std::time::Duration::from_micros(after.unsigned_abs());
                Outcome::Later { error, after: Some(after) }
            }
            None => outcome,
        })
    }

    fn pushed(&self, parcel: &Parcel) -> Option<Pushed> {
        let item = parcel.items.first()?;
        let url = item.link.strip_prefix(&*self.home).unwrap_or("/inbox").to_owned();
        let body = item.excerpt.clone().or_else(|| item.place.clone()).unwrap_or_default();
        let title = news::line(item, parcel.language);
        Some(Pushed { id: parcel.id, title, body, tag: url.clone(), url, badge: Some(parcel.unread) })
    }

    async fn send_one(&self, device: Device, pushed: &Pushed) -> Result<Came, StoreError> {
        let (known, now) = ((pushed.id, device.id), self.clock.now());
        if self.seen(|seen| seen.taken.contains(&known)) {
            return Ok(Came::Taken);
        }
        let service = service(&device);
        let open = self.seen(|seen| seen.services.get(&service).is_some_and(|breaker| breaker.allows(now, 2) == 0));
        if open {
            return Ok(Came::Later("the service is left alone for a while".to_owned(), 0));
        }
        let keys = device.keys.as_ref().map(|keys| (keys.p256dh.clone(), keys.auth.clone()));
        let Some(address) = Address::of(device.kind.word(), device.address.clone(), keys) else {
            return Ok(Came::Never("this device cannot be reached".to_owned()));
        };
        let outcome = self.pushers.send(&address, pushed, now).await;
        let now = self.clock.now();
        let failed = matches!(outcome, push::Outcome::Later { .. });
        self.seen(|seen| seen.note(service, failed, now));
        let devices = self.store.devices();
        match outcome {
            push::Outcome::Taken => {
                self.seen(|seen| seen.took(known));
                devices.tried(device.id, true, now).await?;
                Ok(Came::Taken)
            }
            push::Outcome::Gone { error } => {
                tracing::info!(device = %device.id, %error, "a device is gone and forgotten");
                devices.gone(&device).await?;
                Ok(Came::Never(error))
            }
            push::Outcome::Never { error } => {
                devices.tried(device.id, false, now).await?;
                Ok(Came::Never(error))
            }
            push::Outcome::Later { error, after } => {
                devices.tried(device.id, false, now).await?;
                let after = after.map_or(0, |after| Micros::try_from(after.as_micros()).unwrap_or(Micros::MAX));
                Ok(Came::Later(error, after))
            }
        }
    }
}

impl Seen {
    fn took(&mut self, known: (Uuid, DeviceId)) {
        if self.taken.len() >= TAKEN_MAX {
            // Ids of parcels begin with their time: the oldest goes.
            self.taken.pop_first();
        }
        self.taken.insert(known);
    }

    fn note(&mut self, service: String, failed: bool, now: Micros) {
        if failed {
            if self.services.len() < SERVICES_MAX || self.services.contains_key(&service) {
                self.services.entry(service).or_default().failed(now);
            }
        } else {
            self.services.remove(&service);
        }
    }
}

/// Who delivers to a device: what fails together.
fn service(device: &Device) -> String {
    match device.kind {
        DeviceKind::WebPush => {
            let host = device.address.split("://").nth(1).and_then(|rest| rest.split('/').next());
            host.unwrap_or_default().to_owned()
        }
        kind => kind.word().to_owned(),
    }
}

impl Provider for PushRoom {
    fn outlet(&self) -> Outlet {
        Outlet::Push
    }

    fn gathers(&self) -> bool {
        false
    }

    /// Each service has its own.
    fn breaks(&self) -> bool {
        false
    }

    fn send<'a>(&'a self, parcel: &'a Parcel) -> BoxFuture<'a, Outcome> {
        async move {
            let sent = self.send_all(parcel).await;
            sent.unwrap_or_else(|error| Outcome::Later { error: error.to_string(), after: None })
        }
        .boxed()
    }
}
