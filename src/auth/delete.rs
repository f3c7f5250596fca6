//! Deleting an account. Here it is decided and recorded, and every session ends; what follows (leaving organizations, erasing what is
//! known of the person) is a durable process.

use lockstep_domain::organization::Organization;
use lockstep_protocol::{
    codes::{Code, Failure},
    command::{account::DeleteAccount, timer::DiscardTimer},
    ids::{AccountId, OrgId, SessionId},
    values::OrgRole,
};
use secrecy::SecretString;

use super::{
    Client,
    service::{Auth, personal_org, stored},
};

impl Auth {
    /// Deletes the account of somebody who gives its password, or, where it has none, has just logged in. Refused while an organization with other people in it
    /// would be left without an owner: `field` names it.
    pub async fn delete_account(
        &self,
        who: (AccountId, SessionId),
        password: Option<SecretString>,
        client: &Client,
    ) -> Result<(), Failure> {
        let account = self.step_up(who, password, client).await?.id;
        for row in self.store().projections().memberships_of(account).await.map_err(stored)? {
            if row.org != personal_org(account) {
                self.check_ownership(account, row.org).await?;
            }
        }
        self.end_timer(account).await;
        self.ask(account.into(), account, DeleteAccount {}.into()).await?;
        // Their rows are erased with the rest of what is known of the person.
        let ended = self.accounts().sessions(account, self.clock().now()).await.map_err(stored)?;
        let ended: Vec<SessionId> = ended.iter().map(|session| session.id).collect();
        self.ephemeral().ended(&ended).await;
        tracing::info!(%account, "an account was deleted by its owner");
        Ok(())
    }

    /// Nobody is left who works on something. It holds nothing up: where it fails, a board says so for longer.
    async fn end_timer(&self, account: AccountId) {
        let Ok(found) = self.directory().account_now(account).await else { return };
        let Some(timer) = found.state.timer().copied() else { return };
        let discard = DiscardTimer { entry_id: timer.entry_id, board_id: Some(timer.board_id) };
        if let Err(failure) = self.ask(account.into(), account, discard.into()).await {
            tracing::warn!(%account, %failure, "the timer of an account that ends could not be ended");
        }
    }

    async fn check_ownership(&self, account: AccountId, org: OrgId) -> Result<(), Failure> {
        let state = match self.directory().organization(org).await {
            Ok(published) => published,
            Err(failure) if failure.code == Code::NotFound => return Ok(()),
            Err(failure) => return Err(failure),
        };
        if !leaves_alone(&state.state, account) {
            return Ok(());
        }
        let why = "You are the only owner of an organization with other people in it: give it to somebody first.";
        Err(Failure::because(Code::LastOwner, why).field(format!("org:{org}")))
    }
}

/// Whether other people would be left in it without an owner.
fn leaves_alone(org: &Organization, account: AccountId) -> bool {
    let mut others = org.members().filter(|(id, _)| *id != account && org.is_person(*id)).peekable();
    org.role(account) == Some(OrgRole::Owner)
        && others.peek().is_some()
        && others.all(|(_, role)| role != OrgRole::Owner)
}
