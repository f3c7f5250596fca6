//! Hints that lists changed: made where a change is committed, passed on by the organization to those of its subscribers whom the
//! change concerns, never more often than the limit says. A hint names nothing; who may not see a board is not even told that
//! something happened on it. It must never hold anything back that a client needs: hints may be lost.

use std::collections::HashMap;

use lockstep_domain::{Aggregate, Principal, access::Reach};
use lockstep_protocol::{
    frame::{ListsChanged, ServerMessage},
    ids::AccountId,
    position::Position,
    values::Audience,
};

use super::{Effect, Shell, batch::Batch};
use crate::actors::delivery::{Delivery, Shared};

/// What is still to be told. Bounded by the members of the organization.
#[derive(Default)]
pub(super) struct Lists {
    members: Option<Position>,
    accounts: HashMap<AccountId, Position>,
    /// Hints were lost: everyone is told, without a position.
    lost: bool,
    /// The last one was told a moment ago; `ListsDue` is on its way.
    resting: bool,
}

impl Lists {
    fn add(&mut self, hint: Option<(Reach, Position)>) {
        let Some((reach, position)) = hint else {
            self.lost = true;
            return;
        };
        if reach.members {
            self.members = self.members.max(Some(position));
        }
        for account in reach.accounts {
            let kept = self.accounts.entry(account).or_insert(position);
            *kept = position.max(*kept);
        }
    }

    fn is_empty(&self) -> bool {
        !self.lost && self.members.is_none() && self.accounts.is_empty()
    }

    /// `None`: nothing to tell this one.
    fn of(&self, account: AccountId, audience: Audience) -> Option<Option<Position>> {
        let members = self.members.filter(|_| audience == Audience::Member);
        let position = members.max(self.accounts.get(&account).copied());
        (self.lost || position.is_some()).then_some(position)
    }
}

impl<A: Aggregate> Shell<A> {
    /// Whose lists the batch changes: those who could see this before, and those who can after.
    pub(super) fn reach(&self, batch: &Batch<A>) -> Option<Reach> {
        let mut events = batch.commits.iter().flat_map(|commit| &commit.events);
        if !events.any(|happened| A::listed(&happened.event)) {
            return None;
        }
        let org = self.facts.organization()?;
        let id = self.topic.id;
        Reach::of(org, |account| {
            let who = Principal::Account(account);
            self.facts.audience(&self.committed.state, id, who).is_some()
                || self.facts.audience(&batch.tentative, id, who).is_some()
        })
    }

    pub(super) fn lists_changed(&mut self, hint: Option<(Reach, Position)>) {
        if self.subscribers.is_empty() {
            return;
        }
        self.lists.add(hint);
        if !self.lists.resting {
            self.lists_due();
        }
    }

    pub(super) fn lists_due(&mut self) {
        let lists = std::mem::take(&mut self.lists);
        if lists.is_empty() {
            return;
        }
        // Subscribers with the same position share the bytes.
        let mut shared: HashMap<Option<Position>, Delivery> = HashMap::new();
        let topic = self.topic;
        self.subscribers.deliver_each(|account, audience| {
            let position = lists.of(account, audience)?;
            let hint = shared.entry(position).or_insert_with(|| {
                Delivery::Ephemeral(Shared::new(ServerMessage::ListsChanged(ListsChanged { topic, position })))
            });
            Some(hint.clone())
        });
        self.lists.resting = true;
        self.effects.push(Effect::ListsLater(self.limits.lists_changed_interval_ms));
    }
}
