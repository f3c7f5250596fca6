//! By what people are found: their names and job titles, folded, per organization and sorted. Kept for a moment, so that whoever types
//! into a search does not read thousands of names with every letter. Who is a member is never kept here, and a name that is shown
//! is never taken from here: both are read where they are true.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

use super::problem::Answer;
pub use crate::words::folded;
use crate::{actors::Published, store::Store};
use lockstep_domain::organization::Organization;
use lockstep_protocol::{
    ids::{AccountId, OrgId},
    limits::Limits,
    position::Bookmark,
    values::Micros,
};

/// Names looked up at once.
const PROFILES_AT_ONCE: usize = 500;

/// Somebody as they are found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// The name, folded: by this people are sorted.
    pub key: String,
    pub account: AccountId,
    /// The job title, folded.
    title: String,
}

impl Found {
    /// Whether each of these begins a word of the name, or of the title where that is told.
    pub fn is_meant_by(&self, words: &[String], titles: bool) -> bool {
        let begins = |text: &str, word: &str| text.split(' ').any(|each| each.starts_with(word));
        words.iter().all(|word| begins(&self.key, word) || (titles && begins(&self.title, word)))
    }
}

/// Everybody of an organization, by name.
#[derive(Clone, Debug, Default)]
pub struct Roll {
    pub people: Arc<Vec<Found>>,
}

/// What is kept of one organization.
#[derive(Default)]
struct Kept {
    roll: Roll,
    known: HashSet<AccountId>,
    read_at: Option<Micros>,
    /// Nobody came or left since.
    stood: Option<Bookmark>,
}

type Slot = Arc<tokio::sync::Mutex<Kept>>;

/// The names that this node keeps.
#[derive(Default)]
pub struct Names {
    slots: Mutex<HashMap<OrgId, (Slot, usize)>>,
}

impl Names {
    /// Everybody in the organization as it is published, and perhaps some who left.
    pub async fn of(
        &self,
        store: &Store,
        org: OrgId,
        published: &Published<Organization>,
        now: Micros,
        limits: &Limits,
    ) -> Answer<Roll> {
        let slot = self.slot(org, published.state.member_count(), limits.names_kept_max);
        let mut kept = slot.lock().await;
        let kept_us = i64::try_from(limits.names_kept_ms.saturating_mul(1_000)).unwrap_or(i64::MAX);
        let fresh = kept.read_at.is_some_and(|at| (0..kept_us).contains(&now.saturating_sub(at)));
        if fresh && kept.stood == Some(published.bookmark) {
            return Ok(kept.roll.clone());
        }
        if !fresh {
            *kept = Kept { read_at: Some(now), ..Kept::default() };
        }
        let new: Vec<AccountId> =
            published.state.everyone().map(|(account, _)| account).filter(|id| !kept.known.contains(id)).collect();
        if !new.is_empty() {
            // Nothing is kept of a reading that failed half way.
            let read_at = kept.read_at.take();
            let found = read(store, org, &new).await?;
            let mut people = Vec::with_capacity(kept.roll.people.len() + found.len());
            people.extend(kept.roll.people.iter().cloned());
            people.extend(found);
            people.sort_unstable();
            kept.roll = Roll { people: Arc::new(people) };
            kept.known.extend(new);
            kept.read_at = read_at;
        }
        kept.stood = Some(published.bookmark);
        Ok(kept.roll.clone())
    }

    /// Somebody has another name or title from now on.
    pub async fn changed(&self, account: AccountId) {
        let slots: Vec<Slot> = self.lock().values().map(|(slot, _)| slot.clone()).collect();
        for slot in slots {
            let mut kept = slot.lock().await;
            if kept.known.contains(&account) {
                *kept = Kept::default();
            }
        }
    }

    fn slot(&self, org: OrgId, members: usize, most: usize) -> Slot {
        let mut slots = self.lock();
        if let Some((slot, size)) = slots.get_mut(&org) {
            *size = members;
            return slot.clone();
        }
        // Rarely full: then all are read anew.
        if slots.values().map(|(_, size)| size).sum::<usize>() + members > most {
            slots.clear();
        }
        let slot = Slot::default();
        slots.insert(org, (slot.clone(), members));
        slot
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<OrgId, (Slot, usize)>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn read(store: &Store, org: OrgId, accounts: &[AccountId]) -> Answer<Vec<Found>> {
    let titles: HashMap<AccountId, String> = store.members().titles(org).await?.into_iter().collect();
    let mut names: HashMap<AccountId, String> = HashMap::with_capacity(accounts.len());
    for some in accounts.chunks(PROFILES_AT_ONCE) {
        let profiles = store.accounts().profiles(some).await?;
        names.extend(profiles.into_iter().map(|profile| (profile.account, profile.name)));
    }
    let found = accounts.iter().map(|account| Found {
        key: names.get(account).map(|name| folded(name)).unwrap_or_default(),
        account: *account,
        title: titles.get(account).map(|title| folded(title)).unwrap_or_default(),
    });
    Ok(found.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_word_is_found_by_its_beginning_and_every_word_is_wanted() {
        let found = Found { key: folded("Ána María Núñez"), account: AccountId::NIL, title: folded("Chief Baker") };
        let meant = |query: &str, titles| {
            let words: Vec<String> = folded(query).split_whitespace().map(str::to_owned).collect();
            found.is_meant_by(&words, titles)
        };
        assert!(meant("NUN an", false), "in any order");
        assert!(meant("ñúñ mar", false), "with marks and without");
        assert!(!meant("ria", false), "not within a word");
        assert!(!meant("ana bert", false));
        assert!(meant("bak", true) && !meant("bak", false), "titles where they are told alone");
        assert!(meant("", false));
    }
}
