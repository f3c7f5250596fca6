//! Invitations: made, listed without secrets, sent again, taken back; and answered by whoever has the code, which is in bodies alone:
//! addresses are kept in the logs of proxies.

use std::collections::BTreeMap;

use axum::{Json, extract::State, http::StatusCode};
use lockstep_domain::access::{Capability, demand, org_role};
use lockstep_protocol::{
    codes::{Code, Failure},
    command::organization::{InviteMember, RenewInvitation, RevokeInvitation},
    ids::{AccountId, InvitationId, OrgId, RoleId},
    values::{Micros, OrgRole},
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    Http,
    answers::{Items, Written},
    authentication::Browser,
    extract::{Body, Caller, Ids},
    problem::Answer,
};
use crate::{
    auth::{
        address::normal_email,
        codes::Purpose,
        invitations::{Joined, Open},
    },
    store::invitations::Invitation,
};

/// By mail where an address is given, else a link.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct NewInvitation {
    /// Chosen by the client, so that asking again is safe.
    #[serde(default)]
    #[ts(optional)]
    invitation_id: Option<InvitationId>,
    #[serde(default)]
    #[ts(optional)]
    email: Option<String>,
    role: OrgRole,
    /// A custom role as well.
    #[serde(default)]
    #[ts(optional)]
    role_id: Option<RoleId>,
    /// How many may accept a link; one where nothing is said.
    #[serde(default)]
    #[ts(optional)]
    uses_max: Option<u32>,
    /// How long it holds; 7 days where nothing is said, 30 at most.
    #[serde(default)]
    #[ts(optional, type = "number")]
    expires_in_ms: Option<u64>,
}

#[derive(Serialize, TS)]
pub struct Invited {
    invitation_id: InvitationId,
    /// Of an invitation without an address: told this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    link: Option<String>,
}

/// An invitation that nobody has answered yet, for those who may invite.
#[derive(Serialize, TS)]
pub struct InvitationEntry {
    invitation_id: InvitationId,
    /// Absent for a link.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    email: Option<String>,
    role: OrgRole,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    role_id: Option<RoleId>,
    uses_left: u32,
    uses_max: u32,
    invited_by: AccountId,
    #[ts(type = "number")]
    created_at: Micros,
    #[ts(type = "number")]
    expires_at: Micros,
}

/// What an invitation is for, for whoever has its code.
#[derive(Serialize, TS)]
pub struct InvitationView {
    org_id: OrgId,
    organization: String,
    role: OrgRole,
    /// The name of whoever made it.
    invited_by: String,
    #[ts(type = "number")]
    expires_at: Micros,
    /// With it the caller accepts what went to their own address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    code: Option<String>,
}

/// The code of an invitation: what follows the `#` of its link.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct InvitationCode {
    #[ts(type = "string")]
    code: SecretString,
}

/// What became of an invitation that somebody registered with.
#[derive(Clone, Copy, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum InvitationOutcome {
    /// They are a member.
    Joined,
    /// It was taken back, used up or too old by then.
    Gone,
    /// The organization has no place; the invitation holds.
    Full,
    /// It went to another address.
    OtherAddress,
}

#[derive(Serialize, TS)]
pub struct InvitationAnswer {
    outcome: InvitationOutcome,
    /// Where it is `joined`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    org_id: Option<OrgId>,
}

impl From<Joined> for InvitationAnswer {
    fn from(joined: Joined) -> Self {
        let (outcome, org_id) = match joined {
            Joined::In(org) => (InvitationOutcome::Joined, Some(org)),
            Joined::Gone => (InvitationOutcome::Gone, None),
            Joined::Full => (InvitationOutcome::Full, None),
            Joined::OtherAddress => (InvitationOutcome::OtherAddress, None),
        };
        Self { outcome, org_id }
    }
}

impl InvitationAnswer {
    /// For a browser that is sent on.
    pub(super) fn query(self) -> String {
        match (self.outcome, self.org_id) {
            (InvitationOutcome::Joined, Some(org)) => format!("&invitation=joined&org={org}"),
            (InvitationOutcome::Full, _) => "&invitation=full".to_owned(),
            (InvitationOutcome::OtherAddress, _) => "&invitation=other_address".to_owned(),
            (InvitationOutcome::Joined | InvitationOutcome::Gone, _) => "&invitation=gone".to_owned(),
        }
    }
}

#[derive(Serialize, TS)]
pub struct JoinedOrg {
    org_id: OrgId,
}

async fn may_invite(caller: &Caller, org: OrgId) -> Answer<()> {
    let (published, _) = caller.http.directory.readable_org(caller.principal(), org).await?;
    let role = org_role(&published.state, caller.who.account).ok_or(Code::NotFound)?;
    Ok(demand(role, Capability::InviteMembers)?)
}

fn expires_at(caller: &Caller, life_ms: Option<u64>) -> Micros {
    let life_ms = life_ms.unwrap_or(caller.http.limits.invitation_ms);
    let life = Micros::try_from(life_ms.saturating_mul(1_000)).unwrap_or(Micros::MAX);
    caller.http.clock.now().saturating_add(life)
}

/// The invitation as it stands in its organization.
async fn open(caller: &Caller, row: Invitation) -> Answer<Option<Open>> {
    let published = caller.http.directory.organization(row.org).await?;
    let given = published.state.invitation(row.id, caller.http.clock.now()).copied();
    Ok(given.map(|given| Open { given, organization: published.state.name().to_owned(), row }))
}

pub async fn create(caller: Caller, Ids(org): Ids<OrgId>, Body(body): Body<NewInvitation>) -> Answer<Written<Invited>> {
    may_invite(&caller, org).await?;
    let http = &caller.http;
    let email = body.email.as_deref().map(|email| normal_email(email, &http.limits)).transpose()?;
    let id: InvitationId = caller.id_for(body.invitation_id, "invitation");
    let invitations = http.store.invitations();
    if let Some(email) = &email {
        for row in invitations.of_org(org).await? {
            if row.email.as_ref() == Some(email) && row.id != id && open(&caller, row).await?.is_some() {
                return Err(Failure::because(Code::AlreadyExists, "They are invited already.").field("email").into());
            }
        }
    }
    let link = email.is_none();
    let row =
        Invitation { id, org, email: email.clone(), created_by: caller.who.account, created_at: http.clock.now() };
    // First where it goes: what is accepted must be found. One that is refused leaves nothing.
    let added = invitations.add(&row).await?;
    if !added && invitations.find(id).await?.is_none_or(|known| known.org != org || known.email != email) {
        return Err(Failure::new(Code::AlreadyExists).field("invitation_id").into());
    }
    let invite = InviteMember {
        invitation_id: id,
        role: body.role,
        role_id: body.role_id,
        link,
        uses_max: body.uses_max.unwrap_or(1),
        expires_at: expires_at(&caller, body.expires_in_ms),
    };
    let acknowledged = match caller.ask(org, 1, invite).await {
        Ok(acknowledged) => acknowledged,
        Err(problem) => {
            if added && !problem.0.temporary {
                invitations.remove(id).await?;
            }
            return Err(problem);
        }
    };
    if let (Some(email), Some(open)) = (&email, open(&caller, row).await?) {
        http.auth.send_invitation(caller.who.account, email, &open).await?;
    }
    let link = link.then(|| http.auth.scribe().invitation_link(id));
    Ok(Written { acknowledged, created: true, value: Some(Invited { invitation_id: id, link }) })
}

/// Those that can still be accepted, without what would let anybody in.
pub async fn list(caller: Caller, Ids(org): Ids<OrgId>) -> Answer<Json<Items<InvitationEntry>>> {
    may_invite(&caller, org).await?;
    let published = caller.http.directory.organization(org).await?;
    let mut rows: BTreeMap<InvitationId, Invitation> =
        caller.http.store.invitations().of_org(org).await?.into_iter().map(|row| (row.id, row)).collect();
    let open = published.state.invitations(caller.http.clock.now());
    let items = open.filter_map(|(id, given)| {
        let row = rows.remove(&id)?;
        Some(InvitationEntry {
            invitation_id: id,
            email: row.email,
            role: given.role,
            role_id: given.custom_role,
            uses_left: given.uses_left,
            uses_max: given.uses_max,
            invited_by: given.by,
            created_at: row.created_at,
            expires_at: given.expires_at,
        })
    });
    Ok(Json(Items { items: items.collect() }))
}

pub async fn revoke(caller: Caller, Ids((org, id)): Ids<(OrgId, InvitationId)>) -> Answer<Written> {
    let acknowledged = caller.ask(org, 1, RevokeInvitation { invitation_id: id }).await?;
    caller.http.store.invitations().remove(id).await?;
    Ok(acknowledged.into())
}

/// It holds for another 7 days; one that goes to an address is sent again.
pub async fn resend(caller: Caller, Ids((org, id)): Ids<(OrgId, InvitationId)>) -> Answer<Written> {
    may_invite(&caller, org).await?;
    let row = caller.http.store.invitations().find(id).await?.filter(|row| row.org == org).ok_or(Code::NotFound)?;
    let renew = RenewInvitation { invitation_id: id, expires_at: expires_at(&caller, None) };
    let acknowledged = caller.ask(org, 1, renew).await?;
    if let Some(email) = row.email.clone()
        && let Some(open) = open(&caller, row).await?
    {
        caller.http.auth.send_invitation(caller.who.account, &email, &open).await?;
    }
    Ok(acknowledged.into())
}

async fn shown(http: &Http, open: Open, code: Option<String>) -> Answer<InvitationView> {
    let inviter = http.store.accounts().profile(open.given.by).await?;
    Ok(InvitationView {
        org_id: open.row.org,
        organization: open.organization,
        role: open.given.role,
        invited_by: inviter.map(|profile| profile.name).unwrap_or_default(),
        expires_at: open.given.expires_at,
        code,
    })
}

/// For anybody who has the code.
pub async fn look(
    State(http): State<Http>,
    browser: Browser,
    Body(body): Body<InvitationCode>,
) -> Answer<Json<InvitationView>> {
    browser.check_origin(&http)?;
    let open = http.auth.invitation(&http.store, &body.code).await?;
    Ok(Json(shown(&http, open, None).await?))
}

pub async fn accept(caller: Caller, Body(body): Body<InvitationCode>) -> Answer<Written<JoinedOrg>> {
    let http = &caller.http;
    let open = http.auth.invitation(&http.store, &body.code).await?;
    let account = caller.who.account;
    if http.store.projections().memberships_of(account).await?.len() >= http.limits.orgs_per_account_max {
        return Err(Failure::new(Code::LimitReached).limit(http.limits.orgs_per_account_max as u64).into());
    }
    let acknowledged = http.auth.accept_invitation(&http.store, account, &open.row).await?;
    Ok(Written { acknowledged, created: false, value: Some(JoinedOrg { org_id: open.row.org }) })
}

pub async fn reject(caller: Caller, Body(body): Body<InvitationCode>) -> Answer<StatusCode> {
    let http = &caller.http;
    let open = http.auth.invitation(&http.store, &body.code).await?;
    http.auth.reject_invitation(&http.store, caller.who.account, &open.row).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What went to the caller's address, once they have proved that it is theirs.
pub async fn mine(caller: Caller) -> Answer<Json<Items<InvitationView>>> {
    let http = &caller.http;
    let mut items = Vec::new();
    for open in http.auth.invitations_of(&http.store, caller.who.account).await? {
        let code = http.auth.scribe().codes().text(Purpose::Invitation, open.row.id.0);
        items.push(shown(http, open, Some(code.expose_secret().to_owned())).await?);
    }
    Ok(Json(Items { items }))
}
