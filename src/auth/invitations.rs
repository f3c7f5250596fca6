//! Invitations by their codes: who shows one may accept what it stands for, if it went to their address or to nobody's. It must never
//! say of a code that is wrong, used or too old which of these it is.

use lockstep_domain::{Principal, organization::Invitation as Given};
use lockstep_protocol::{
    codes::{Code, Failure},
    command::{
        Command,
        organization::{AcceptInvitation, RejectInvitation},
    },
    frame::Acknowledged,
    ids::{AccountId, InvitationId},
};
use secrecy::SecretString;

use super::{
    codes::Purpose,
    letters::Addressee,
    service::{Auth, stored},
};
use crate::{
    actors::CommandRequest,
    letters::Letter,
    store::{Store, invitations::Invitation},
};

/// Invitations shown to one whose address they went to.
const SHOWN_MAX: u32 = 100;

/// An invitation that may be accepted, with what it gives.
#[derive(Clone, Debug)]
pub struct Open {
    pub row: Invitation,
    pub given: Given,
    pub organization: String,
}

fn expired() -> Failure {
    Failure::new(Code::CodeExpired).field("code")
}

impl Auth {
    /// What a code stands for.
    pub async fn invitation(&self, store: &Store, code: &SecretString) -> Result<Open, Failure> {
        let id = self.scribe().codes().read(Purpose::Invitation, code).ok_or_else(expired)?;
        let row = store.invitations().find(InvitationId(id)).await.map_err(stored)?.ok_or_else(expired)?;
        self.open_invitation(row).await?.ok_or_else(expired)
    }

    /// `None` where it cannot be accepted any more.
    async fn open_invitation(&self, row: Invitation) -> Result<Option<Open>, Failure> {
        match self.directory().organization(row.org).await {
            Ok(org) => Ok(org.state.invitation(row.id, self.clock().now()).map(|given| Open {
                given: *given,
                organization: org.state.name().to_owned(),
                row,
            })),
            Err(failure) if failure.code == Code::NotFound => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// What went to the address of an account, once it has proved that the address is its own: matched like this also for one that
    /// registers after they were invited.
    pub async fn invitations_of(&self, store: &Store, account: AccountId) -> Result<Vec<Open>, Failure> {
        let known = self.accounts().find(account).await.map_err(stored)?;
        let Some(email) = known.filter(|known| known.email_verified_at.is_some()).and_then(|known| known.email) else {
            return Ok(Vec::new());
        };
        let mut open = Vec::new();
        for row in store.invitations().of_email(&email, SHOWN_MAX).await.map_err(stored)? {
            open.extend(self.open_invitation(row).await?);
        }
        Ok(open)
    }

    /// Lets the account in. What went to an address is for whoever has it.
    pub async fn accept_invitation(
        &self,
        store: &Store,
        account: AccountId,
        open: &Open,
    ) -> Result<Acknowledged, Failure> {
        self.check_address(account, open).await?;
        let acknowledged =
            self.on_invitation(account, open, AcceptInvitation { invitation_id: open.row.id }.into()).await?;
        if open.row.email.is_some() {
            store.invitations().remove(open.row.id).await.map_err(stored)?;
        }
        tracing::info!(%account, org = %open.row.org, invitation = %open.row.id, "an invitation was accepted");
        Ok(acknowledged)
    }

    pub async fn reject_invitation(
        &self,
        store: &Store,
        account: AccountId,
        open: &Open,
    ) -> Result<Acknowledged, Failure> {
        self.check_address(account, open).await?;
        let acknowledged =
            self.on_invitation(account, open, RejectInvitation { invitation_id: open.row.id }.into()).await?;
        if open.row.email.is_some() {
            store.invitations().remove(open.row.id).await.map_err(stored)?;
        }
        Ok(acknowledged)
    }

    /// Sends the letter of an invitation that goes to an address.
    pub async fn send_invitation(&self, by: AccountId, to: &str, open: &Open) -> Result<(), Failure> {
        let inviter = self.accounts().profile(by).await.map_err(stored)?;
        let inviter = inviter.as_ref();
        let to = Addressee {
            account: None,
            address: to.to_owned(),
            // Theirs is not known: most likely that of whoever invites them.
            locale: inviter.map(|profile| profile.locale.clone()).unwrap_or_default(),
        };
        let letter = Letter::Invitation {
            code: open.row.id.0,
            organization: open.organization.clone(),
            inviter: inviter.map(|profile| profile.name.clone()).unwrap_or_default(),
            role: open.given.role.word().to_owned(),
        };
        self.scribe().queue_until(&to, &letter, open.given.expires_at, false).await
    }

    async fn check_address(&self, account: AccountId, open: &Open) -> Result<(), Failure> {
        let Some(invited) = &open.row.email else { return Ok(()) };
        let known = self.accounts().find(account).await.map_err(stored)?;
        if known.and_then(|known| known.email).as_ref() == Some(invited) {
            Ok(())
        } else {
            Err(Failure::because(Code::Forbidden, "This invitation went to another address."))
        }
    }

    async fn on_invitation(&self, account: AccountId, open: &Open, body: Command) -> Result<Acknowledged, Failure> {
        let principal = Principal::System(account);
        let request =
            CommandRequest { topic: open.row.org.into(), principal, session: None, key: None, body, saw: None };
        self.directory().command(request).await.map_err(|failure| match failure.code {
            Code::NotFound => expired(),
            _ => failure,
        })
    }
}
