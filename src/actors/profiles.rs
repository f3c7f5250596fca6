//! How a node learns that somebody may be shown otherwise, and whom it tells. On the node where it was committed the account's own
//! aggregate says so. The others hear that the account's stream moved, from the bus or else from the scan of the journal, and look at
//! what happened there if anybody here could see who it is. So nothing depends on the bus but how soon it is.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use lockstep_domain::{Aggregate, account::Account};
use lockstep_protocol::{
    ids::{AccountId, OrgId},
    topic::{Kind, Topic},
    values::Micros,
};
use tokio::sync::Semaphore;

use super::{directory::Directory, encode, handle::AnyHandle};
use crate::store::journal::{JournalError, Recorded};

/// Accounts whose last look is remembered; beyond it a stream may be looked at twice.
const SEEN_MAX: usize = 10_000;
/// How far back one looks in a stream that was not looked at before: more than one account does between two scans.
const TAIL: u64 = 64;
/// What was committed longer ago is no news, however far the clocks of nodes are apart: a stream that was not looked at before holds much
/// that everybody knows.
const RECENT_US: Micros = 300_000_000;
/// Streams looked at at the same time.
const AT_ONCE: usize = 8;
/// A look that fails is tried again for as long as a node may be without the journal before it closes; what is shown then is read
/// anew when it opens.
const PAUSE: Duration = Duration::from_millis(250);
const TRIES_MAX: u32 = 40;

/// What this node has looked at. Shared by all who hear of other nodes.
pub struct Looks {
    seen: Mutex<HashMap<AccountId, u64>>,
    at_once: Semaphore,
}

impl Default for Looks {
    fn default() -> Self {
        Self { seen: Mutex::default(), at_once: Semaphore::new(AT_ONCE) }
    }
}

impl Looks {
    /// From where to look so as to have seen all up to `version`; `None`: it was looked at already.
    fn begin(&self, account: AccountId, version: u64) -> Option<u64> {
        let mut seen = self.lock();
        if seen.len() >= SEEN_MAX {
            seen.clear();
        }
        let known = seen.entry(account).or_default();
        let after = (*known).max(version.saturating_sub(TAIL));
        (*known < version).then(|| {
            *known = version;
            after
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<AccountId, u64>> {
        // A number that was not written is written with the next look.
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Directory {
    /// Whoever follows something here of an organization that this account is in is told, each if they may see who it is.
    pub(super) fn profile_changed(&self, account: AccountId, version: u64) {
        let (live, orgs) = self.live_with(account);
        for handle in live.iter().filter(|handle| watched(handle, &orgs)) {
            handle.profile_changed(account, version);
        }
    }

    /// A stream has come to this version, as somebody else says. Of an account it may mean that it is shown otherwise.
    pub(super) fn account_moved(&self, topic: Topic, version: u64) {
        if topic.kind != Kind::Account {
            return;
        }
        let account = AccountId(topic.id);
        let (live, orgs) = self.live_with(account);
        // Who follows nothing of theirs yet reads names after having joined.
        if !live.iter().any(|handle| watched(handle, &orgs)) {
            return;
        }
        let Some(after) = self.looks().begin(account, version) else { return };
        let directory = self.clone();
        tokio::spawn(async move {
            for _ in 0..TRIES_MAX {
                match directory.look(topic, after, version).await {
                    Ok(Some(seq)) => return directory.profile_changed(account, seq),
                    Ok(None) => return,
                    Err(error) => tracing::debug!(%topic, %error, "cannot look at what an account did"),
                }
                tokio::time::sleep(PAUSE).await;
            }
        });
    }

    /// The last event between these that shows the account otherwise.
    async fn look(&self, topic: Topic, after: u64, version: u64) -> Result<Option<u64>, JournalError> {
        let _turn = self.looks().at_once.acquire().await;
        let limit = usize::try_from(version - after).unwrap_or_default();
        let events = self.services().journal.read(topic, after, limit).await?;
        let since = self.services().clock.now().saturating_sub(RECENT_US);
        let shows = |recorded: &Recorded| {
            recorded.at >= since
                && encode::happened::<Account>(recorded).is_ok_and(|happened| Account::shows_otherwise(&happened.event))
        };
        Ok(events.iter().rev().find(|recorded| shows(recorded)).map(|recorded| recorded.seq))
    }

    /// What is live, and those of the organizations in it that the account is in.
    fn live_with(&self, account: AccountId) -> (Vec<AnyHandle>, HashSet<OrgId>) {
        let live: Vec<AnyHandle> = self.slots().live().into_iter().map(|(_, handle)| handle).collect();
        let orgs = live.iter().filter(|handle| handle.has_member(account)).map(AnyHandle::org).collect();
        (live, orgs)
    }
}

fn watched(handle: &AnyHandle, orgs: &HashSet<OrgId>) -> bool {
    handle.vitals().subscribers() > 0 && orgs.contains(&handle.org())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_looked_at_once_from_where_the_last_look_ended() {
        let (looks, account) = (Looks::default(), AccountId::NIL);
        assert_eq!(looks.begin(account, 3), Some(0));
        assert_eq!(looks.begin(account, 3), None, "heard of twice");
        assert_eq!(looks.begin(account, 2), None, "late");
        assert_eq!(looks.begin(account, 5), Some(3));
        assert_eq!(looks.begin(account, 1_000), Some(1_000 - TAIL));
    }
}
