//! How a node follows the others: it hears the bus, scans the journal so that whatever the bus lost is noticed anyway, and
//! closes itself while its scans fail for too long.

use std::{sync::atomic::Ordering, time::Duration};

use futures_util::{StreamExt, stream};
use lockstep_protocol::{
    ids::OrgId,
    topic::{Kind, Topic},
};
use tokio::{
    sync::{Mutex, mpsc, oneshot},
    time::{Instant, MissedTickBehavior, timeout},
};
use tokio_util::sync::CancellationToken;

use uuid::Uuid;

use super::{
    directory::Directory,
    encode,
    handle::AnyHandle,
    missed::Missed,
    peers::{BEAT, Peers},
};
use crate::{
    bus::Heard,
    steady::steadily,
    store::journal::{Append, Head, JournalError},
};

/// How often the journal is scanned for commits of other nodes.
const SCAN: Duration = Duration::from_millis(500);
/// A scan that takes longer has failed.
const SCAN_TIMEOUT: Duration = Duration::from_secs(2);
/// How often it is looked whether scans succeed.
const WATCH: Duration = Duration::from_millis(200);
/// Aggregates that catch up at the same time.
const REVIVALS: usize = 32;
/// How long one may take for it.
const REVIVAL_TIMEOUT: Duration = Duration::from_secs(10);

impl Directory {
    /// Runs until cancelled.
    pub(super) async fn follow(&self, cancel: CancellationToken) {
        if self.services().bus.alone() {
            return;
        }
        let work = async {
            tokio::join!(
                self.hear(),
                steadily("scan", || self.scan()),
                steadily("watch", || self.watch()),
                steadily("revive", || self.revive())
            );
        };
        tokio::select! {
            () = work => {}
            () = cancel.cancelled() => {}
        }
    }

    async fn hear(&self) {
        let Some(heard) = self.services().bus.hear() else { return };
        let heard = Mutex::new(heard);
        steadily("hear", || self.listen(&heard)).await;
    }

    async fn listen(&self, heard: &Mutex<mpsc::Receiver<Heard>>) {
        let mut heard = heard.lock().await;
        // The last that was heard may not have been told to all.
        self.something_missed();
        let mut peers = Peers::new(Instant::now());
        let mut beats = ticks(BEAT);
        loop {
            let heard = tokio::select! {
                heard = heard.recv() => heard,
                _ = beats.tick() => {
                    self.beat(&mut peers);
                    continue;
                }
            };
            let Some(heard) = heard else { return };
            match heard {
                Heard::Beat(node) => self.peer(&mut peers, node),
                Heard::Whisper(node, whisper) => {
                    self.peer(&mut peers, node);
                    if let Some(handle) = self.live(whisper.stream).filter(|handle| handle.vitals().subscribers() > 0)
                        && let Some(word) = encode::heard_word(&whisper.word)
                    {
                        handle.whispered(node, whisper.org, word);
                    }
                }
                Heard::Notice(notice) => {
                    if let Some(hint) = notice.lists.as_deref().and_then(encode::told_lists) {
                        self.lists_changed(notice.org, hint);
                    }
                    self.account_moved(notice.stream, notice.last);
                    if let Some(slot) = self.slots().get(notice.stream) {
                        slot.tell(|missed| missed.behind(notice.last), |handle| handle.heard(notice.clone()));
                    }
                }
                Heard::Gap => {
                    self.something_missed();
                    self.each_live(|handle| {
                        handle.lists_lost();
                        handle.node_came();
                    });
                }
            }
        }
    }

    /// A sign of life of another node. Of one that was not known, those who are on something here ask who is there.
    fn peer(&self, peers: &mut Peers, node: Uuid) {
        if peers.heard(node, Instant::now()) {
            self.each_watched(AnyHandle::node_came);
        }
    }

    /// Says that this node lives, and lets go of those that do not.
    fn beat(&self, peers: &mut Peers) {
        self.services().bus.beat();
        for node in peers.silent(Instant::now()) {
            tracing::warn!(%node, "another node has fallen silent");
            self.each_watched(|handle| handle.node_gone(node));
        }
        if peers.announcement_due() {
            self.each_watched(AnyHandle::presence_due);
        }
    }

    /// Every live aggregate that somebody here follows.
    fn each_watched(&self, tell: impl Fn(&AnyHandle)) {
        self.each_live(|handle| {
            if handle.vitals().subscribers() > 0 {
                tell(handle);
            }
        });
    }

    /// The backstop: whatever the bus did, a live aggregate learns of a commit within one scan.
    async fn scan(&self) {
        let mut ticks = ticks(SCAN);
        let (mut since, mut epoch) = (None, None);
        loop {
            ticks.tick().await;
            let began = Instant::now();
            match timeout(SCAN_TIMEOUT, self.scan_once(since)).await {
                Ok(Ok((changed, cursor, now))) => {
                    if since.replace(cursor).is_none() {
                        // What was loaded before the first scan may have missed what was committed in between.
                        self.something_missed();
                    }
                    if epoch.replace(now).is_some_and(|was| was != now) {
                        tracing::warn!(epoch = now, "the journal begins anew: so does everything live");
                        for slot in self.slots().all() {
                            slot.tell(Missed::new_history, AnyHandle::new_history);
                        }
                    }
                    for (topic, head) in changed {
                        self.account_moved(topic, head.version);
                        if let Some(slot) = self.slots().get(topic) {
                            slot.tell(|missed| missed.behind(head.version), |handle| handle.reach(head.version));
                        }
                    }
                    self.pulse().scanned(began);
                }
                Ok(Err(error)) => tracing::warn!(%error, "the scan of the journal failed"),
                Err(_) => tracing::warn!("the scan of the journal took too long"),
            }
        }
    }

    /// Everything live looks whether there is more, and so will what is being loaded.
    fn something_missed(&self) {
        for slot in self.slots().all() {
            slot.tell(Missed::something, |handle| handle.behind(handle.head() + 1));
        }
    }

    async fn scan_once(&self, since: Option<u64>) -> Result<(Vec<(Topic, Head)>, u64, u32), JournalError> {
        let journal = &self.services().journal;
        let (changed, cursor) = journal.changed(since).await?;
        // A stream that nobody has: what is asked for is the epoch in force.
        let epoch = journal.head(Topic::new(Kind::Account, Uuid::nil())).await?.epoch;
        Ok((changed, cursor, epoch))
    }

    /// Closes what is live when scans have failed for too long.
    async fn watch(&self) {
        let mut ticks = ticks(WATCH);
        let mut closed = false;
        loop {
            ticks.tick().await;
            let expired = self.pulse().notice();
            if expired && !closed {
                tracing::error!("the journal was not seen for too long: nothing is taken or shown until it is");
                self.each_live(AnyHandle::stale);
            }
            closed = expired;
        }
    }

    /// Opens what is live again: first everything that decides access, then boards and channels.
    async fn revive(&self) {
        loop {
            self.pulse().revival().await;
            let access = [Kind::Organization, Kind::Team, Kind::Account];
            let mut all = true;
            for kind in access {
                all &= self.revive_kind(kind).await;
            }
            self.pulse().revived(all);
            if !all || !self.revive_kind(Kind::Board).await || !self.revive_kind(Kind::Channel).await {
                tracing::warn!("not everything could catch up with the journal; trying again");
                self.pulse().again();
                continue;
            }
            tracing::info!("everything live has caught up with the journal");
        }
    }

    async fn revive_kind(&self, kind: Kind) -> bool {
        let live = self.slots().live().into_iter().filter(|(_, handle)| handle.topic().kind == kind);
        stream::iter(live)
            .map(|(_, handle)| async move {
                let (done, revived) = oneshot::channel();
                handle.revive(done);
                // One that has ended meanwhile has nothing to catch up with.
                timeout(REVIVAL_TIMEOUT, revived).await.is_ok_and(|revived| revived.unwrap_or(true))
            })
            .buffer_unordered(REVIVALS)
            .all(|revived| async move { revived })
            .await
    }

    /// Whether every node that runs understands what would be written.
    pub(super) fn understood(&self, append: &Append) -> bool {
        let common = self.common_level().load(Ordering::Acquire);
        append.streams.iter().flat_map(|part| &part.events).all(|event| event.level <= common)
    }

    /// Roles changed in this organization: every live aggregate of it looks again at who is on it.
    pub(super) fn facts_changed(&self, org: OrgId) {
        if let Some(AnyHandle::Organization(handle)) = self.live(org.into())
            && handle.reader.borrow().state.is_dropped()
        {
            self.live_of(org).iter().for_each(|(_, handle)| handle.end());
            return;
        }
        self.each_live(|handle| {
            if handle.depends_on(org) {
                handle.facts_changed();
            }
        });
    }

    fn each_live(&self, tell: impl Fn(&AnyHandle)) {
        for (_, handle) in self.slots().live() {
            tell(&handle);
        }
    }
}

fn ticks(period: Duration) -> tokio::time::Interval {
    let mut ticks = tokio::time::interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}
