//! Whether something is still to be told when it goes, and what it says then, with the rights that its reader has at that moment: what they
//! may see is looked at anew, caught up with the journal first. It must never let out what its reader could not open.

use std::collections::BTreeMap;

use lockstep_domain::{
    Principal,
    inbox::{Entry, Inbox},
    talk::mention,
};
use lockstep_protocol::{
    codes::Failure,
    ids::AccountId,
    values::{EmailWhen, NewEntry, NotifyReason, Outlet, Subject},
};

use crate::{
    actors::{Directory, Reader, Shown},
    auth::service::stored,
    letters::{Language, Words, news::Item, own, place},
    store::{Store, StoreError, accounts::Profile, deliveries::Delivery},
};

/// People of one text whose names are put in.
const NAMES_MAX: usize = 20;

/// What becomes of something that is due.
pub(super) enum Verdict {
    Tell(Item),
    /// It is not told any more; the word is kept with it.
    Drop(&'static str),
}

/// See the module.
pub(super) struct Judge<'a> {
    pub store: &'a Store,
    pub directory: &'a Directory,
    /// The product's own address.
    pub home: &'a str,
}

impl Judge<'_> {
    /// `inbox`: of whoever is told, as it is now.
    pub async fn judge(&self, delivery: &Delivery, inbox: &Inbox) -> Result<Verdict, Failure> {
        let (Ok(entry), Some(outlet)) =
            (serde_json::from_str::<NewEntry>(&delivery.entry), Outlet::from_word(&delivery.outlet))
        else {
            return Ok(Verdict::Drop("unknown"));
        };
        if let Some(why) = passed(delivery.number, &entry, inbox) {
            return Ok(Verdict::Drop(why));
        }
        if !wanted(inbox, &entry, outlet) {
            return Ok(Verdict::Drop("unwanted"));
        }
        let reader = Reader { directory: self.directory, principal: Principal::Account(delivery.account) };
        match reader.shown_now(&entry).await? {
            // But of what happened to it itself: that it was thrown away.
            Some(Shown { trashed: true, .. }) if entry.reason != NotifyReason::Changed => Ok(Verdict::Drop("gone")),
            Some(shown) => Ok(Verdict::Tell(self.item(&entry, shown).await?)),
            None => Ok(Verdict::Drop("unseen")),
        }
    }

    async fn item(&self, entry: &NewEntry, shown: Shown) -> Result<Item, Failure> {
        let excerpt = shown.excerpt.unwrap_or_default();
        let mut named: Vec<AccountId> = mention::ids(&excerpt).take(NAMES_MAX).collect();
        named.push(entry.by);
        let profiles = self.store.accounts().profiles(&named).await.map_err(stored)?;
        let names: BTreeMap<AccountId, String> =
            profiles.into_iter().map(|Profile { account, name, .. }| (account, name)).collect();
        let excerpt = mention::spelled(excerpt.trim(), |account| names.get(&account).cloned());
        let (what, place) = match (shown.title, shown.key) {
            (Some(title), Some(key)) => (format!("{key} {title}"), Some(shown.place)),
            _ => (shown.place, None),
        };
        let own = self.own(entry).await.map_err(stored)?;
        Ok(Item {
            reason: entry.reason,
            who: names.get(&entry.by).cloned().unwrap_or_default(),
            what,
            place,
            excerpt: Some(excerpt).filter(|excerpt| !excerpt.is_empty()),
            link: format!("{}{}", self.home, place::path(entry)),
            own,
        })
    }

    /// What the organization says in the place of our line.
    async fn own(&self, entry: &NewEntry) -> Result<Vec<(Language, String)>, StoreError> {
        let found = self.store.letters().named(entry.org_id, &own::news_name(entry.reason)).await?;
        let own = found.into_iter().filter_map(|own| {
            let words: Words = serde_json::from_str(&own.words).ok()?;
            Some((Language::of(&own.language), words.subject))
        });
        Ok(own.collect())
    }
}

/// Why it is no news any more, where it is not.
fn passed(number: Option<u64>, entry: &NewEntry, inbox: &Inbox) -> Option<&'static str> {
    let Some(number) = number else {
        // Not in the inbox: a message is read where it was said.
        let Subject::Message { channel_id, number: Some(number), .. } = entry.subject else { return None };
        return inbox.marker(channel_id).is_some_and(|marker| marker.covers(number)).then_some("read");
    };
    match inbox.entry(number) {
        // So old that the inbox does not hold it: nobody can say.
        None if number < inbox.known_from() => None,
        None => Some("deleted"),
        Some(Entry { read: true, .. } | Entry { archived: true, .. }) => Some("read"),
        Some(Entry { snoozed_until: Some(_), .. }) => Some("snoozed"),
        Some(_) => None,
    }
}

/// Whether its reader still wants it this way.
fn wanted(inbox: &Inbox, entry: &NewEntry, outlet: Outlet) -> bool {
    let delivery = inbox.preferences().delivery(entry.reason);
    let this_way = match outlet {
        Outlet::Email => delivery.email != EmailWhen::Off,
        Outlet::Push => delivery.push,
        Outlet::Sms => delivery.sms,
    };
    this_way && inbox.preferences().admit(entry)
}
