//! A deleted organization: kept for as long as its owners can restore it, then ended for good by one event, which nobody can decide
//! against any more, and erased stream by stream. Its id stays taken. Accounts of people are their own; those it made go with it.

use lockstep_protocol::{
    codes::{Code, Failure},
    command::{account::DeleteAccount, organization::DropOrganization},
    ids::{AccountId, OrgId},
    values::Micros,
};

use super::{
    Runner,
    leaving::{ask, organization, settled},
    runner::Carried,
};
use crate::{auth::service::stored, store::pictures::Owner};

/// Rows of the journal that are erased at once: nobody who writes waits longer for it.
const ROWS: u32 = 500;
/// How often that, before others have their turn.
const ERASURES: u32 = 40;

pub(super) async fn organization_deleted(
    runner: &Runner,
    org: OrgId,
    by: AccountId,
    deleted_at: Micros,
) -> Result<Carried, Failure> {
    let drops = runner.store.drops();
    if drops.dropped_at(org).await.map_err(stored)?.is_none() {
        if !ended(runner, org, by, deleted_at).await? {
            return Ok(Carried::Whole);
        }
        drops.mark(org, runner.clock.now()).await.map_err(stored)?;
    }
    // On this node; the others end what they have when they hear of the event, and find nothing where they look anew.
    runner.directory.end_organization(org).await;
    if let Some(last) = drops.last_position(org).await.map_err(stored)? {
        // The read tables forget it by its last event: it must not be erased before they have seen it.
        runner.all_caught_up(last).await?;
    }
    for account in drops.accounts_of(org).await.map_err(stored)? {
        settled(ask(runner, by, account, DeleteAccount {}).await)?;
    }
    drops.disown(org).await.map_err(stored)?;
    runner.store.invitations().forget_org(org).await.map_err(stored)?;
    runner.store.members().forget_org(org).await.map_err(stored)?;
    runner.store.keeps().forget_org(org).await.map_err(stored)?;
    runner.store.links().forget_org(org).await.map_err(stored)?;
    runner.store.letters().forget_org(org).await.map_err(stored)?;
    runner.store.webhooks().forget_org(org).await.map_err(stored)?;
    runner.store.deliveries().forget_org(org).await.map_err(stored)?;
    runner.store.pictures().remove(Owner::Org(org)).await.map_err(stored)?;
    let mut left = ERASURES;
    for stream in drops.streams(org).await.map_err(stored)? {
        let mut more = true;
        while more {
            if left == 0 {
                return Ok(Carried::Part);
            }
            left -= 1;
            more = drops.erase_some(org, stream, ROWS).await.map_err(stored)?;
        }
    }
    Ok(Carried::Whole)
}

/// Ends it for good, unless that deletion was taken back; says whether it has ended.
async fn ended(runner: &Runner, org: OrgId, by: AccountId, deleted_at: Micros) -> Result<bool, Failure> {
    let Some(state) = organization(runner, org).await? else { return Ok(false) };
    if state.is_dropped() {
        return Ok(true);
    }
    if state.deleted_at() != Some(deleted_at) {
        // Restored. If it was deleted again, that is another process.
        return Ok(false);
    }
    match ask(runner, by, org, DropOrganization {}).await {
        Ok(()) => Ok(true),
        // Restored in this moment, or by a clock that is behind: it is looked at once more.
        Err(failure) if failure.code == Code::WrongState => Err(Failure::new(Code::Contended)),
        Err(failure) => Err(failure),
    }
}
