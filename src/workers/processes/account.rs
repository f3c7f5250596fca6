//! A deleted account: out of every organization, then what is known of the person is erased. What they wrote stays, by nobody's name.

use lockstep_protocol::{
    codes::{Code, Failure},
    command::organization::{ChangeMemberRole, RemoveMember},
    ids::{AccountId, OrgId},
    values::{OrgRole, Reassign},
};

use super::{
    Runner,
    leaving::{ask, organization, settled},
};
use crate::{
    auth::{
        letters::Addressee,
        service::{derived_id, personal_org, stored},
    },
    letters::Letter,
};

pub(super) async fn deleted(runner: &Runner, account: AccountId) -> Result<(), Failure> {
    let rows = runner.store.projections().memberships_of(account).await.map_err(stored)?;
    for row in rows.into_iter().filter(|row| row.org != personal_org(account)) {
        leave(runner, row.org, account).await?;
    }
    let accounts = runner.store.accounts();
    let address = accounts.find(account).await.map_err(stored)?.and_then(|known| known.email);
    let profile = accounts.profile(account).await.map_err(stored)?;
    // What organizations keep of them beside events: titles, and where invitations went.
    runner.store.members().erase(account).await.map_err(stored)?;
    if let Some(address) = &address {
        runner.store.invitations().forget_email(address).await.map_err(stored)?;
    }
    if let (Some(address), Some(profile)) = (address, profile) {
        // Of no account: what is the account's is erased in a moment.
        let to = Addressee { account: None, address, locale: profile.locale };
        let id = derived_id("lockstep account deleted", &[account.0.as_bytes()]);
        runner.scribe.queue(id, &to, &Letter::AccountDeleted { name: profile.name }).await?;
    }
    accounts.erase(account, runner.clock.now()).await.map_err(stored)?;
    runner.store.mails().forget_account(account).await.map_err(stored)
}

/// Out of one organization. Somebody who is its last owner was asked to hand it over before; whoever became that since then
/// leaves it to the strongest of the others.
async fn leave(runner: &Runner, org: OrgId, account: AccountId) -> Result<(), Failure> {
    let remove = || RemoveMember { account_id: account, reassign: Reassign::Nobody };
    match ask(runner, account, org, remove()).await {
        Err(failure) if failure.code == Code::LastOwner => {}
        outcome => return settled(outcome),
    }
    let Some(state) = organization(runner, org).await? else { return Ok(()) };
    let others = state.members().filter(|(id, _)| *id != account && state.is_person(*id));
    let Some((heir, _)) = others.max_by_key(|(id, role)| (*role, std::cmp::Reverse(*id))) else {
        // Nobody is left in it: its programs go, it stays, and nobody sees it.
        for (service, _) in state.everyone().filter(|(_, member)| member.service) {
            let remove = RemoveMember { account_id: service, reassign: Reassign::Nobody };
            settled(ask(runner, account, org, remove).await)?;
        }
        return Ok(());
    };
    settled(ask(runner, account, org, ChangeMemberRole { account_id: heir, role: OrgRole::Owner }).await)?;
    settled(ask(runner, account, org, remove()).await)
}
