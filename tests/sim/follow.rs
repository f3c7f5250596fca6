//! How a simulated node follows the others and looks after what is live: it hears the bus, scans the journal, closes while its scans
//! fail for too long, and asks idle aggregates to go. It mirrors `actors::follow` and `actors::sweep`.

use std::sync::{Arc, atomic::Ordering};

use lockstep::{
    actors::simulated::{Message, Missed, told_lists},
    bus::Heard,
    store::journal::{Head, JournalError},
};
use lockstep_domain::access::Reach;
use lockstep_protocol::{
    ids::OrgId,
    position::Position,
    topic::{Kind, Topic},
};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::{
    executor::{MS, SECOND, Time},
    handle::{AnyHandle, Handle, Kinded},
    node::Node,
    register::TICK,
};

const SCAN: Time = 500 * MS;
const WATCH: Time = 200 * MS;
const SWEEP: Time = 400 * MS;
const SCAN_TIMEOUT: Time = 2 * SECOND;
const REVIVAL_TIMEOUT: Time = 10 * SECOND;

impl Node {
    /// Starts all of it.
    pub fn follow(self: &Arc<Self>, heard: mpsc::Receiver<Heard>) {
        let (sim, group) = (&self.sim, self.group);
        sim.spawn(group, self.clone().hear(heard));
        sim.spawn(group, self.clone().scan());
        sim.spawn(group, self.clone().watch());
        sim.spawn(group, self.clone().revive());
        sim.spawn(group, self.clone().sweep());
        sim.spawn(group, self.clone().tick());
    }

    /// Makes a live aggregate catch up with the journal, or fail to.
    pub async fn refresh<A: Kinded>(self: &Arc<Self>, id: Uuid) {
        if let Ok(handle) = Box::pin(self.find::<A>(Topic::new(A::KIND, id), None)).await {
            self.refresh_handle(&handle).await;
        }
    }

    pub async fn refresh_handle<A: Kinded>(&self, handle: &Arc<Handle<A>>) {
        let (done, refreshed) = oneshot::channel();
        if handle.send(Message::Refresh(done)) {
            let _ = refreshed.await;
        }
    }

    async fn hear(self: Arc<Self>, mut heard: mpsc::Receiver<Heard>) {
        while let Some(heard) = heard.recv().await {
            match heard {
                Heard::Notice(notice) => {
                    if let Some(hint) = notice.lists.as_deref().and_then(told_lists) {
                        self.lists_changed(notice.org, Some(hint));
                    }
                    if let Some(slot) = self.slot(notice.stream) {
                        slot.tell(|missed| missed.behind(notice.last), |handle| handle.heard(notice.clone()));
                    }
                }
                Heard::Beat(_) | Heard::Whisper(..) => {}
                Heard::Gap => {
                    self.something_missed();
                    self.each_live(|handle| handle.lists(None));
                }
            }
        }
    }

    pub fn lists_changed(&self, org: OrgId, hint: Option<(Reach, Position)>) {
        if let Some(handle) = self.live(org.into()) {
            handle.lists(hint);
        }
    }

    async fn scan(self: Arc<Self>) {
        let (mut since, mut epoch) = (None, None);
        loop {
            let began = self.sim.now();
            let scanned = tokio::select! {
                biased;
                scanned = self.scan_once(since) => scanned.ok(),
                () = self.sim.pause_for(SCAN_TIMEOUT) => None,
            };
            if let Some((changed, cursor, now)) = scanned {
                if since.replace(cursor).is_none() {
                    self.something_missed();
                }
                if epoch.replace(now).is_some_and(|was| was != now) {
                    for slot in self.all_slots() {
                        slot.tell(Missed::new_history, AnyHandle::new_history);
                    }
                }
                for (topic, head) in changed {
                    if let Some(slot) = self.slot(topic) {
                        slot.tell(|missed| missed.behind(head.version), |handle| handle.reach(head.version));
                    }
                }
                self.pulse.scanned(began);
            }
            self.sim.until(self.sim.now().max(began + SCAN)).await;
        }
    }

    fn something_missed(&self) {
        for slot in self.all_slots() {
            slot.tell(Missed::something, |handle| handle.behind(handle.bookmark().seq + 1));
        }
    }

    async fn scan_once(&self, since: Option<u64>) -> Result<(Vec<(Topic, Head)>, u64, u32), JournalError> {
        let (changed, cursor) = self.journal.changed(since).await?;
        let epoch = self.journal.head(Topic::new(Kind::Account, Uuid::nil())).await?.epoch;
        Ok((changed, cursor, epoch))
    }

    /// Closes what is live when scans have failed for too long.
    async fn watch(self: Arc<Self>) {
        let mut closed = false;
        loop {
            let expired = self.pulse.notice();
            if expired && !closed {
                self.sim.trace(|| format!("node {}: closes, it does not see the journal", self.index));
                self.each_live(AnyHandle::stale);
            }
            closed = expired;
            self.sim.pause_for(WATCH).await;
        }
    }

    /// Opens what is live again: first everything that decides access, then boards.
    async fn revive(self: Arc<Self>) {
        loop {
            self.pulse.revival().await;
            let mut all = true;
            for kind in [Kind::Organization, Kind::Team, Kind::Account] {
                all &= self.revive_kind(kind).await;
            }
            self.pulse.revived(all);
            if !all || !self.revive_kind(Kind::Board).await {
                self.pulse.again();
            }
        }
    }

    async fn revive_kind(&self, kind: Kind) -> bool {
        let mut all = true;
        let mut waiting = Vec::new();
        for (_, _, handle) in self.all_live().into_iter().filter(|(topic, ..)| topic.kind == kind) {
            let (done, revived) = oneshot::channel();
            handle.revive(done);
            waiting.push(revived);
        }
        let limit = self.sim.now() + REVIVAL_TIMEOUT;
        for revived in waiting {
            all &= tokio::select! {
                biased;
                revived = revived => revived.unwrap_or(true),
                () = self.sim.until(limit) => false,
            };
        }
        all
    }

    /// Roles changed in this organization.
    pub fn facts_changed(&self, org: OrgId) {
        self.each_live(|handle| {
            if handle.depends_on(org) {
                handle.facts_changed();
            }
        });
    }

    fn each_live(&self, tell: impl Fn(&AnyHandle)) {
        for (_, _, handle) in self.all_live() {
            tell(&handle);
        }
    }

    async fn tick(self: Arc<Self>) {
        loop {
            self.sim.pause_for(TICK).await;
            self.register.tick();
        }
    }

    async fn sweep(self: Arc<Self>) {
        loop {
            self.sim.pause_for(SWEEP).await;
            for (topic, slot, handle) in self.all_live() {
                if !self.passivates || !handle.vitals().idle() || slot.closing.swap(true, Ordering::Relaxed) {
                    continue;
                }
                let (answer, answered) = oneshot::channel();
                handle.passivate(answer);
                if answered.await.unwrap_or(true) {
                    // It ends after this turn, and frees its slot.
                    while self.live(topic).is_some_and(|live| Arc::ptr_eq(live.vitals(), handle.vitals())) {
                        self.sim.pause_for(1).await;
                    }
                }
                slot.end_closing();
            }
        }
    }
}
