//! From what inboxes say to what is queued: a consumer of the journal. It must never send anything.

use std::{collections::BTreeSet, sync::Arc};

use lockstep_protocol::{
    event::InboxEvent,
    ids::AccountId,
    position::Position,
    topic::Kind,
    values::{Micros, Outlet},
};
use tokio::sync::Notify;

use crate::{
    auth::service::derived_id,
    clock::Clock,
    steps::steps_of,
    store::{Store, StoreError, consumers::Lease, deliveries::NewDelivery, journal::Recorded},
    workers::{Worker, projections::decode},
};

/// How long something is tried after its time: mail for days, what makes a telephone buzz for one.
const MAIL_US: Micros = 3 * 86_400_000_000;
const BUZZ_US: Micros = 86_400_000_000;

/// See the module.
#[derive(Clone)]
pub struct Intake {
    /// Nothing is queued for a way that there is not.
    pub outlets: Arc<[Outlet]>,
    pub clock: Clock,
    /// Notified when something is queued.
    pub nudge: Arc<Notify>,
}

impl Worker for Intake {
    const NAME: &'static str = "deliveries";

    async fn take(
        &self,
        store: &Store,
        lease: &Lease,
        events: &[Recorded],
        cursor: Position,
    ) -> Result<(), StoreError> {
        let mut queued: Vec<NewDelivery> = events.iter().flat_map(|recorded| self.queued(recorded)).collect();
        self.leave_out(store, &mut queued).await?;
        if queued.is_empty() {
            return store.consumers().save(lease, cursor).await;
        }
        let queue = async {
            store.deliveries().queue(&queued).await?;
            self.nudge.notify_one();
            // Killed in between the same events come again, and what is queued already stays as it is.
            store.consumers().save(lease, cursor).await
        };
        steps_of("deliver", queue).await
    }
}

/// How long on this way.
pub(super) const fn tried_for(outlet: Outlet) -> Micros {
    match outlet {
        Outlet::Email => MAIL_US,
        Outlet::Push | Outlet::Sms => BUZZ_US,
    }
}

impl Intake {
    /// Most people have no device and no number: nothing is queued to be dropped.
    async fn leave_out(&self, store: &Store, queued: &mut Vec<NewDelivery>) -> Result<(), StoreError> {
        for outlet in [Outlet::Push, Outlet::Sms] {
            let on_it = |queued: &&NewDelivery| queued.outlet == outlet.word();
            let accounts: BTreeSet<AccountId> = queued.iter().filter(on_it).map(|queued| queued.account).collect();
            if accounts.is_empty() {
                continue;
            }
            let accounts: Vec<AccountId> = accounts.into_iter().collect();
            let having = match outlet {
                Outlet::Sms => store.phones().having(&accounts).await?,
                _ => store.devices().having(&accounts).await?,
            };
            queued.retain(|queued| !on_it(&queued) || having.contains(&queued.account));
        }
        Ok(())
    }

    /// What is to leave because of this event. What is too old to leave is not queued: a server that sends for the first time does not
    /// begin with everything that it ever told anybody.
    fn queued(&self, recorded: &Recorded) -> Vec<NewDelivery> {
        if recorded.stream.kind != Kind::Inbox || recorded.tag != "notification.sent" {
            return Vec::new();
        }
        let Some(InboxEvent::NotificationSent(sent)) = decode(recorded) else { return Vec::new() };
        let entry = serde_json::to_string(&sent.entry).unwrap_or_default();
        let now = self.clock.now();
        let routes = sent.routes.iter().filter(|route| self.outlets.contains(&route.outlet));
        let queued = routes.map(|route| {
            let word = route.outlet.word();
            let parts: [&[u8]; 3] = [recorded.stream.id.as_bytes(), &recorded.seq.to_le_bytes(), word.as_bytes()];
            let due = route.not_before.unwrap_or(recorded.at).max(recorded.at);
            NewDelivery {
                id: derived_id("lockstep delivery", &parts),
                account: recorded.actor,
                org: sent.entry.org_id,
                outlet: word,
                digest: route.digest,
                number: sent.number,
                entry: entry.clone(),
                at: recorded.at,
                due,
                expires_at: due.saturating_add(tried_for(route.outlet)),
            }
        });
        queued.filter(|queued| queued.expires_at > now).collect()
    }
}
