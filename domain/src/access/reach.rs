//! Whose lists a change touches. A hint about it goes to these and to nobody else: that something happened on a private board is
//! itself a secret.

use std::collections::HashSet;

use lockstep_protocol::{
    ids::AccountId,
    values::{Audience, OrgRole},
};
use serde::{Deserialize, Serialize};

use crate::organization::Organization;

/// Some accounts of one organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// Every member of the organization who is not a guest.
    pub members: bool,
    /// These as well.
    pub accounts: HashSet<AccountId>,
}

impl Reach {
    /// Everyone in the organization for whom `sees` holds; `None` when that is nobody.
    pub fn of(org: &Organization, sees: impl Fn(AccountId) -> bool) -> Option<Self> {
        let (mut all, mut any) = (true, false);
        let mut accounts = HashSet::new();
        let mut guests = HashSet::new();
        for (account, role) in org.members() {
            match (sees(account), role) {
                (true, OrgRole::Guest) => drop(guests.insert(account)),
                (true, OrgRole::Member | OrgRole::Admin | OrgRole::Owner) => {
                    any = true;
                    accounts.insert(account);
                }
                (false, OrgRole::Guest) => {}
                (false, OrgRole::Member | OrgRole::Admin | OrgRole::Owner) => all = false,
            }
        }
        // The usual case, a board for everyone, stays small however large the organization is.
        let members = all && any;
        let accounts: HashSet<_> = if members { guests } else { accounts.union(&guests).copied().collect() };
        (members || !accounts.is_empty()).then_some(Self { members, accounts })
    }

    /// Whether an account that sees the organization as `audience` is among them.
    pub fn includes(&self, account: AccountId, audience: Audience) -> bool {
        (self.members && audience == Audience::Member) || self.accounts.contains(&account)
    }
}
