//! Invitations by their codes: who shows one may accept what it stands for, if it went to their address or to nobody's. One that
//! somebody registers with is remembered with the registration and answered when there is an account. It must never say of a code that
//! is wrong, used or too old which of these it is, nor decide whether one still holds: its organization does, when it is accepted.

use lockstep_domain::{Principal, organization::Invitation as Given};
use lockstep_protocol::{
    codes::{Code, Failure},
    command::{
        Command,
        organization::{AcceptInvitation, RejectInvitation},
    },
    frame::Acknowledged,
    ids::{AccountId, InvitationId, OrgId},
};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::{
    codes::Purpose,
    letters::Addressee,
    service::{Auth, stored},
};
use crate::actors::Saw;
use crate::{
    actors::CommandRequest,
    config::Registration,
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

/// The invitation that somebody registers with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Brought {
    pub id: InvitationId,
    /// `None` where it was gone already.
    pub org: Option<OrgId>,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joined {
    In(OrgId),
    /// Taken back, used up or too old by then.
    Gone,
    /// The organization has no place; the invitation holds.
    Full,
    /// It went to another address than the account's.
    OtherAddress,
}

fn other_address() -> Failure {
    Failure::because(Code::Forbidden, "This invitation went to another address.")
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
        row: &Invitation,
    ) -> Result<Acknowledged, Failure> {
        self.check_address(account, row).await?;
        let acknowledged = self.on_invitation(account, row, AcceptInvitation { invitation_id: row.id }.into()).await?;
        if row.email.is_some() {
            store.invitations().remove(row.id).await.map_err(stored)?;
        }
        tracing::info!(%account, org = %row.org, invitation = %row.id, "an invitation was accepted");
        Ok(acknowledged)
    }

    pub async fn reject_invitation(
        &self,
        store: &Store,
        account: AccountId,
        row: &Invitation,
    ) -> Result<Acknowledged, Failure> {
        self.check_address(account, row).await?;
        let acknowledged = self.on_invitation(account, row, RejectInvitation { invitation_id: row.id }.into()).await?;
        if row.email.is_some() {
            store.invitations().remove(row.id).await.map_err(stored)?;
        }
        Ok(acknowledged)
    }

    /// The invitation of a code that somebody registers with. One that went to an address is for it alone; that of somebody who goes
    /// to a provider first is not known yet. Where only the invited register, one that does not hold is refused.
    pub(super) async fn brought(&self, code: &SecretString, email: Option<&str>) -> Result<Brought, Failure> {
        let gone = || expired().field("invitation");
        let id = InvitationId(self.scribe().codes().read(Purpose::Invitation, code).ok_or_else(gone)?);
        let row = self.store().invitations().find(id).await.map_err(stored)?;
        if let (Some(email), Some(invited)) = (email, row.as_ref().and_then(|row| row.email.as_deref()))
            && invited != email
        {
            return Err(other_address().field("email"));
        }
        let org = row.as_ref().map(|row| row.org);
        if self.registration() == Registration::Invited {
            let open = match row {
                Some(row) => self.open_invitation(row).await?,
                None => None,
            };
            if open.is_none() {
                return Err(gone());
            }
        }
        Ok(Brought { id, org })
    }

    /// The newest that went to an address and can still be accepted.
    pub(super) async fn newest_invitation(&self, email: &str) -> Result<Option<Brought>, Failure> {
        for row in self.store().invitations().of_email(email, SHOWN_MAX).await.map_err(stored)? {
            if let Some(open) = self.open_invitation(row).await? {
                return Ok(Some(Brought { id: open.row.id, org: Some(open.row.org) }));
            }
        }
        Ok(None)
    }

    /// Whether one that was brought holds for somebody with this address, as far as can be seen before there is an account.
    pub(super) async fn admits(&self, brought: &Brought, email: &str) -> Result<bool, Failure> {
        let Some(row) = self.store().invitations().find(brought.id).await.map_err(stored)? else { return Ok(false) };
        let theirs = row.email.as_deref().is_none_or(|invited| invited == email);
        Ok(theirs && self.open_invitation(row).await?.is_some())
    }

    /// Lets somebody in by the invitation that they registered with. May be done twice: who is in by then, is in. What keeps it from
    /// being decided now is an error, so that it is asked for again; anything else is told.
    pub(super) async fn join(&self, account: AccountId, brought: &Brought) -> Result<Joined, Failure> {
        let Some(org) = brought.org else { return Ok(Joined::Gone) };
        match self.directory().organization(org).await {
            Ok(published) if published.state.role(account).is_some() => return Ok(Joined::In(org)),
            Err(failure) if failure.code != Code::NotFound => return Err(failure),
            Ok(_) | Err(_) => {}
        }
        let row = self.store().invitations().find(brought.id).await.map_err(stored)?;
        let Some(row) = row else { return Ok(Joined::Gone) };
        match self.accept_invitation(self.store(), account, &row).await {
            Ok(_) => Ok(Joined::In(org)),
            Err(failure) if failure.code.temporary() => Err(failure),
            Err(failure) => Ok(match failure.code {
                Code::LimitReached => Joined::Full,
                Code::Forbidden => Joined::OtherAddress,
                _ => Joined::Gone,
            }),
        }
    }

    /// The same for what somebody may have brought.
    pub(super) async fn join_by(
        &self,
        account: AccountId,
        brought: Option<&Brought>,
    ) -> Result<Option<Joined>, Failure> {
        match brought {
            Some(brought) => self.join(account, brought).await.map(Some),
            None => Ok(None),
        }
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
            org: Some(open.row.org.0),
            organization: open.organization.clone(),
            inviter: inviter.map(|profile| profile.name.clone()).unwrap_or_default(),
            role: open.given.role.word().to_owned(),
        };
        self.scribe().queue_until(&to, &letter, open.given.expires_at, false).await
    }

    async fn check_address(&self, account: AccountId, row: &Invitation) -> Result<(), Failure> {
        let Some(invited) = &row.email else { return Ok(()) };
        let known = self.accounts().find(account).await.map_err(stored)?;
        if known.and_then(|known| known.email).as_ref() == Some(invited) { Ok(()) } else { Err(other_address()) }
    }

    async fn on_invitation(
        &self,
        account: AccountId,
        row: &Invitation,
        body: Command,
    ) -> Result<Acknowledged, Failure> {
        let principal = Principal::System(account);
        let request =
            CommandRequest { topic: row.org.into(), principal, session: None, key: None, body, saw: Saw::default() };
        self.directory().command(request).await.map_err(|failure| match failure.code {
            Code::NotFound => expired(),
            _ => failure,
        })
    }
}
