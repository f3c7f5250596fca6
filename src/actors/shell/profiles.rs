//! That somebody may have another name, picture or job title: told by every live aggregate of the organizations that they are in, to those of
//! its subscribers who may see who they are. What it is now is read where it is kept; events hold none of it. It must never tell
//! anybody of one whom they may not see.

use std::collections::{BTreeMap, HashMap};

use lockstep_domain::Aggregate;
use lockstep_protocol::{
    frame::{ChangedProfile, ProfilesChanged, ServerMessage},
    ids::AccountId,
};

use super::{Effect, Shell};
use crate::actors::delivery::{Delivery, Shared};

/// People whose last told change is remembered; beyond it one may be told twice.
const TOLD_MAX: usize = 1_024;

/// Who is still to be told of. Bounded by the members of the organization.
#[derive(Default)]
pub(super) struct Profiles {
    waiting: BTreeMap<AccountId, u64>,
    /// The same change is heard of in several ways.
    told: HashMap<AccountId, u64>,
    /// The last ones were told a moment ago; `ProfilesDue` is on its way.
    resting: bool,
}

impl Profiles {
    /// False when it is known already.
    fn add(&mut self, account: AccountId, version: u64) -> bool {
        if self.told.get(&account).is_some_and(|told| *told >= version) {
            return false;
        }
        if self.told.len() >= TOLD_MAX {
            self.told.clear();
        }
        self.told.insert(account, version);
        self.waiting.insert(account, version);
        true
    }
}

impl<A: Aggregate> Shell<A> {
    /// While nothing may be shown nothing is kept either: a client reads names anew when that ends.
    pub(super) fn profile_changed(&mut self, account: AccountId, version: u64) {
        if self.subscribers.is_empty() || self.stale.is_some() {
            return;
        }
        if self.profiles.add(account, version) && !self.profiles.resting {
            self.profiles_due();
        }
    }

    pub(super) fn profiles_due(&mut self) {
        self.profiles.resting = false;
        let waiting = std::mem::take(&mut self.profiles.waiting);
        if waiting.is_empty() {
            return;
        }
        let (topic, most) = (self.topic, self.limits.profiles_named_max);
        let spread_ms = self.subscribers.len() as u64 * 1_000 / self.limits.profile_reads_per_second.max(1);
        let within_ms = u32::try_from(spread_ms).unwrap_or(u32::MAX);
        let (state, org) = (&self.committed.state, self.facts.organization());
        // Those who are told the same share the bytes.
        let mut shared: HashMap<Vec<ChangedProfile>, Delivery> = HashMap::new();
        self.subscribers.deliver_each(|viewer, audience| {
            let seen = waiting.iter().filter(|(other, _)| state.names((viewer, audience), **other, org));
            let seen = seen.map(|(account_id, version)| ChangedProfile { account_id: *account_id, version: *version });
            let mut profiles: Vec<_> = seen.take(most + 1).collect();
            if profiles.is_empty() {
                return None;
            }
            if profiles.len() > most {
                profiles.clear();
            }
            let hint = shared.entry(profiles).or_insert_with_key(|profiles| {
                let hint = ProfilesChanged { topic, profiles: profiles.clone(), within_ms };
                Delivery::Hint(Shared::new(ServerMessage::ProfilesChanged(hint)))
            });
            Some(hint.clone())
        });
        self.profiles.resting = true;
        self.effects.push(Effect::ProfilesLater(self.limits.profiles_changed_interval_ms));
    }
}
