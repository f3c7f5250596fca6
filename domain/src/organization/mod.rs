//! An organization: its members, their roles, and which placeholders were claimed by whom. The tenant of everything else.
//! Must never hold a name of a person.

mod decide;
mod evolve;
mod view;

use imbl::OrdMap;
use lockstep_protocol::{
    codes::Failure,
    command::{Command, OrganizationCommand},
    event::{Event, Happened, OrganizationEvent},
    ids::{AccountId, OrgId, TeamId},
    topic::Kind,
    values::{Audience, OrgRole},
    view::ViewPart,
};
use serde::{Deserialize, Serialize};

use crate::{
    access,
    aggregate::{Aggregate, Ctx, Principal},
    team::Team,
};

/// The live state of an organization.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Organization {
    name: String,
    members: OrdMap<AccountId, Member>,
    /// From a claimed placeholder to the account it turned out to be.
    claims: OrdMap<AccountId, AccountId>,
    /// The same the other way round.
    claimed: OrdMap<AccountId, Vec<AccountId>>,
    access_version: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Member {
    role: OrgRole,
    placeholder: bool,
}

impl Organization {
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The role of a member, placeholders included; `None` for anybody else.
    pub fn role(&self, account: AccountId) -> Option<OrgRole> {
        self.members.get(&account).map(|member| member.role)
    }

    /// Whether this member stands in for somebody.
    pub fn is_placeholder(&self, account: AccountId) -> bool {
        self.members.get(&account).is_some_and(|member| member.placeholder)
    }

    /// Whom an id means today: the account that claimed it, else itself.
    pub fn resolve(&self, account: AccountId) -> AccountId {
        self.claims.get(&account).copied().unwrap_or(account)
    }

    /// Every id that means this account: its own, then the placeholders it claimed.
    pub fn ids_of(&self, account: AccountId) -> impl Iterator<Item = AccountId> + '_ {
        std::iter::once(account).chain(self.claimed.get(&account).into_iter().flatten().copied())
    }

    /// Members with their roles, in the order of their ids.
    pub fn members(&self) -> impl Iterator<Item = (AccountId, OrgRole)> + '_ {
        self.members.iter().map(|(account, member)| (*account, member.role))
    }

    pub fn member_count(&self) -> usize {
        self.members.len()
    }

    /// Owners who can act: placeholders cannot.
    fn owner_count(&self) -> usize {
        self.members.values().filter(|member| member.role == OrgRole::Owner && !member.placeholder).count()
    }

    fn is_last_owner(&self, account: AccountId) -> bool {
        self.role(account) == Some(OrgRole::Owner) && !self.is_placeholder(account) && self.owner_count() == 1
    }
}

impl Aggregate for Organization {
    const KIND: Kind = Kind::Organization;
    const STATE_VERSION: u32 = 1;

    type Command = OrganizationCommand;
    type Event = OrganizationEvent;

    fn own_command(command: Command) -> Option<Self::Command> {
        match command {
            Command::Organization(command) => Some(command),
            _ => None,
        }
    }

    fn tag(event: &Self::Event) -> &'static str {
        event.tag()
    }

    fn decide(&self, command: &Self::Command, ctx: &Ctx<'_>) -> Result<Vec<Self::Event>, Failure> {
        decide::decide(self, command, ctx)
    }

    fn evolve(&mut self, happened: &Happened<Self::Event>) {
        evolve::evolve(self, &happened.event);
        if Self::changes_access(&happened.event) {
            self.access_version = happened.seq;
        }
    }

    fn exists(&self) -> bool {
        self.access_version > 0
    }

    fn org_id(&self, id: uuid::Uuid) -> OrgId {
        if self.exists() { OrgId(id) } else { OrgId::NIL }
    }

    fn founding(command: &Self::Command) -> Option<(OrgId, Option<TeamId>)> {
        matches!(command, OrganizationCommand::CreateOrganization(_)).then_some((OrgId::NIL, None))
    }

    fn changes_access(event: &Self::Event) -> bool {
        match event {
            OrganizationEvent::OrganizationUpdated(_) => false,
            OrganizationEvent::OrganizationCreated(_)
            | OrganizationEvent::MemberAdded(_)
            | OrganizationEvent::MemberRoleChanged(_)
            | OrganizationEvent::MemberRemoved(_)
            | OrganizationEvent::MemberClaimed(_) => true,
        }
    }

    fn access_version(&self) -> u64 {
        self.access_version
    }

    fn audience(
        &self,
        _id: uuid::Uuid,
        principal: Principal,
        _org: Option<&Organization>,
        _team: Option<&Team>,
    ) -> Option<Audience> {
        access::organization_audience(self, principal)
    }

    fn project(event: &Self::Event, audience: Audience) -> Option<Event> {
        view::project(event, audience)
    }

    fn view(&self, id: uuid::Uuid, audience: Audience, _part_bytes_max: usize) -> Vec<ViewPart> {
        vec![ViewPart::Organization(view::view(self, OrgId(id), audience))]
    }

    fn memory_bytes(&self) -> usize {
        256 + self.name.len() + self.members.len() * 64 + self.claims.len() * 160
    }
}
