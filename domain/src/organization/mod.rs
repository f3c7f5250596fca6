//! An organization: its members, their roles and permissions, what it decided for itself and may take up, and which placeholders
//! were claimed by whom. The tenant of everything else.
//! Must never hold a name of a person.

mod decide;
mod evolve;
mod parts;
mod view;

pub use parts::{CustomRole, Invitation, Member};

use imbl::{OrdMap, OrdSet};
use lockstep_protocol::{
    codes::Failure,
    command::{Command, OrganizationCommand},
    event::{Event, Happened, OrganizationEvent},
    ids::{AccountId, BoardId, ChannelId, InvitationId, OrgId, PictureId, RoleId, TeamId},
    limits::Limits,
    topic::Kind,
    values::{Audience, Micros, OrgRole, OrgSettings, Permission, Plan},
    view::{OwnershipOffer, Reason, ViewPart},
};
use serde::{Deserialize, Serialize};

use crate::{
    access::{self, Permissions, permissions},
    aggregate::{Aggregate, Ctx, Principal},
    team::Team,
};

/// The live state of an organization.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Organization {
    name: String,
    logo: Option<PictureId>,
    members: OrdMap<AccountId, Member>,
    /// From a claimed placeholder to the account it turned out to be.
    claims: OrdMap<AccountId, AccountId>,
    /// The same the other way round.
    claimed: OrdMap<AccountId, Vec<AccountId>>,
    roles: OrdMap<RoleId, CustomRole>,
    settings: OrgSettings,
    plan: Plan,
    offer: Option<OwnershipOffer>,
    deleted_at: Option<Micros>,
    /// For good: what is left of it is being erased.
    dropped: bool,
    /// Boards that have a place here, those in the trash included.
    boards: OrdSet<BoardId>,
    /// Teams that have a place here; one that is deleted gives its place back.
    teams: OrdSet<TeamId>,
    /// Channels that have a place here, as teams have; direct ones need none.
    #[serde(default)]
    channels: OrdSet<ChannelId>,
    /// Those that may still be accepted, or were when the last one was made.
    invitations: OrdMap<InvitationId, Invitation>,
    /// A day (since 1970, UTC) and how many were sent on it.
    invited: (Micros, u32),
    access_version: u64,
}

impl Organization {
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The role of a member who may act, placeholders included; `None` for anybody else: it is as if they were none. Nobody has a
    /// role in an organization that was deleted.
    pub fn role(&self, account: AccountId) -> Option<OrgRole> {
        self.acting(account).map(|member| member.role)
    }

    /// All that a member who may act is allowed in the organization.
    pub fn permissions(&self, account: AccountId) -> Permissions {
        self.acting(account).map_or(Permissions::NONE, |member| self.rights(member))
    }

    fn acting(&self, account: AccountId) -> Option<&Member> {
        self.members.get(&account).filter(|member| member.active && !self.is_deleted())
    }

    /// Deleted, until it is restored: it, its teams and its boards are as if they were not there.
    pub const fn is_deleted(&self) -> bool {
        self.deleted_at.is_some()
    }

    /// Deleted for good: nobody can restore it.
    pub const fn is_dropped(&self) -> bool {
        self.dropped
    }

    /// When it was deleted.
    pub const fn deleted_at(&self) -> Option<Micros> {
        self.deleted_at
    }

    /// Whether this is one of the owners, who may restore it.
    pub fn may_restore(&self, account: AccountId) -> bool {
        !self.dropped && self.members.get(&account).is_some_and(|member| member.active && member.role == OrgRole::Owner)
    }

    /// Invitations that may be accepted at that time.
    pub fn invitations(&self, now: Micros) -> impl Iterator<Item = (InvitationId, &Invitation)> + '_ {
        self.invitations.iter().filter(move |(_, one)| one.expires_at > now).map(|(id, one)| (*id, one))
    }

    /// An invitation that may be accepted at that time.
    pub fn invitation(&self, id: InvitationId, now: Micros) -> Option<&Invitation> {
        self.invitations.get(&id).filter(|one| one.expires_at > now && !self.is_deleted())
    }

    pub const fn settings(&self) -> &OrgSettings {
        &self.settings
    }

    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// How many members there may be: what the plan allows, within what the server does. Guests and stand-ins take a place as well.
    pub fn members_max(&self, limits: &Limits) -> usize {
        at_most(self.plan.members_max, limits.members_per_org_max)
    }

    /// How many boards there may be, those in the trash included.
    pub fn boards_max(&self, limits: &Limits) -> usize {
        at_most(self.plan.boards_max, limits.boards_per_org_max)
    }

    /// How many boards have a place here, those in the trash included.
    pub fn board_count(&self) -> usize {
        self.boards.len()
    }

    /// Whether a member who may act is allowed this.
    pub fn may(&self, account: AccountId, permission: Permission) -> bool {
        self.permissions(account).contains(permission)
    }

    /// What roles and grants allow, whether or not the member may act: role ∪ custom role ∪ granted − revoked. Owners have all,
    /// guests nothing.
    fn rights(&self, member: &Member) -> Permissions {
        let given = self.sources(member).iter().fold(Permissions::NONE, |given, (_, some)| given.union(*some));
        given.without(Self::withheld(member))
    }

    /// What each source gives a member.
    fn sources(&self, member: &Member) -> [(Reason, Permissions); 3] {
        let by_role = (Reason::Role { role: member.role }, permissions::of_role(member.role, &self.settings));
        let nothing = (Reason::Nothing, Permissions::NONE);
        if matches!(member.role, OrgRole::Owner | OrgRole::Guest) {
            return [by_role, nothing, nothing];
        }
        let custom = member.custom_role.and_then(|role_id| Some((role_id, self.roles.get(&role_id)?)));
        let by_custom_role =
            custom.map_or(nothing, |(role_id, role)| (Reason::CustomRole { role_id }, role.permissions));
        [by_role, by_custom_role, (Reason::Granted, member.granted)]
    }

    /// What is kept from a member whatever gives it.
    const fn withheld(member: &Member) -> Permissions {
        match member.role {
            OrgRole::Owner | OrgRole::Guest => Permissions::NONE,
            OrgRole::Member | OrgRole::Admin => member.revoked,
        }
    }

    /// Why a member is allowed this or not, out of what decides about it.
    pub(crate) fn reasons(&self, account: AccountId, permission: Permission) -> Vec<Reason> {
        let Some(member) = self.members.get(&account) else { return Vec::new() };
        let mut reasons = Vec::new();
        if !member.active {
            reasons.push(Reason::Inactive);
        }
        if Self::withheld(member).contains(permission) {
            reasons.push(Reason::Revoked);
        }
        let sources = self.sources(member);
        reasons.extend(sources.iter().filter(|(_, given)| given.contains(permission)).map(|(reason, _)| *reason));
        if reasons.is_empty() {
            reasons.push(Reason::Role { role: member.role });
        }
        reasons
    }

    /// A member, also one who may not act.
    pub fn member(&self, account: AccountId) -> Option<&Member> {
        self.members.get(&account)
    }

    /// Whether this member stands in for somebody.
    pub fn is_placeholder(&self, account: AccountId) -> bool {
        self.members.get(&account).is_some_and(|member| member.placeholder)
    }

    /// Whether this member is somebody: neither a stand-in nor a program.
    pub fn is_person(&self, account: AccountId) -> bool {
        self.members.get(&account).is_some_and(|member| !member.placeholder && !member.service)
    }

    /// Whether this member is a program.
    pub fn is_service(&self, account: AccountId) -> bool {
        self.members.get(&account).is_some_and(|member| member.service)
    }

    /// Whom an id means today: the account that claimed it, else itself.
    pub fn resolve(&self, account: AccountId) -> AccountId {
        self.claims.get(&account).copied().unwrap_or(account)
    }

    /// Every id that means this account: its own, then the placeholders it claimed.
    pub fn ids_of(&self, account: AccountId) -> impl Iterator<Item = AccountId> + '_ {
        std::iter::once(account).chain(self.claimed.get(&account).into_iter().flatten().copied())
    }

    /// Members who may act, with their roles, in the order of their ids.
    pub fn members(&self) -> impl Iterator<Item = (AccountId, OrgRole)> + '_ {
        let acting = self.everyone().filter(|(_, member)| member.active && !self.is_deleted());
        acting.map(|(account, member)| (account, member.role))
    }

    /// Every member, in the order of their ids.
    pub fn everyone(&self) -> impl Iterator<Item = (AccountId, &Member)> + '_ {
        self.members.iter().map(|(account, member)| (*account, member))
    }

    pub fn member_count(&self) -> usize {
        self.members.len()
    }

    /// Owners who can act: placeholders cannot.
    fn owners(&self) -> impl Iterator<Item = AccountId> + '_ {
        self.everyone()
            .filter(|(_, member)| member.active && !member.placeholder && member.role == OrgRole::Owner)
            .map(|(account, _)| account)
    }

    fn is_last_owner(&self, account: AccountId) -> bool {
        self.owners().eq([account])
    }
}

/// Days since 1970, UTC.
const fn day_of(at: Micros) -> Micros {
    at.div_euclid(86_400_000_000)
}

/// What the plan allows, within what the server does.
fn at_most(plan: Option<u32>, limit: usize) -> usize {
    plan.and_then(|most| usize::try_from(most).ok()).map_or(limit, |most| most.min(limit))
}

impl Aggregate for Organization {
    const KIND: Kind = Kind::Organization;
    const STATE_VERSION: u32 = 7;

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
        evolve::evolve(self, happened);
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
            OrganizationEvent::OrganizationUpdated(_)
            | OrganizationEvent::OrganizationLogoChanged(_)
            | OrganizationEvent::OrganizationPlanChanged(_)
            | OrganizationEvent::OwnershipOffered(_)
            | OrganizationEvent::OwnershipWithdrawn(_)
            | OrganizationEvent::OwnershipDeclined(_)
            | OrganizationEvent::BoardReserved(_)
            | OrganizationEvent::BoardReleased(_)
            | OrganizationEvent::TeamReserved(_)
            | OrganizationEvent::TeamReleased(_)
            | OrganizationEvent::ChannelReserved(_)
            | OrganizationEvent::ChannelReleased(_)
            | OrganizationEvent::MemberInvited(_)
            | OrganizationEvent::InvitationAccepted(_)
            | OrganizationEvent::InvitationRejected(_)
            | OrganizationEvent::InvitationRevoked(_)
            | OrganizationEvent::InvitationRenewed(_)
            | OrganizationEvent::MemberUpdated(_)
            | OrganizationEvent::RoleCreated(_) => false,
            OrganizationEvent::OrganizationCreated(_)
            | OrganizationEvent::OrganizationSettingsUpdated(_)
            | OrganizationEvent::OrganizationOwnerChanged(_)
            | OrganizationEvent::OrganizationDeleted(_)
            | OrganizationEvent::OrganizationRestored(_)
            | OrganizationEvent::OrganizationDropped(_)
            | OrganizationEvent::MemberAdded(_)
            | OrganizationEvent::MemberRoleChanged(_)
            | OrganizationEvent::MemberRemoved(_)
            | OrganizationEvent::MemberClaimed(_)
            | OrganizationEvent::MemberStatusChanged(_)
            | OrganizationEvent::MemberRoleAssigned(_)
            | OrganizationEvent::MemberPermissionsChanged(_)
            | OrganizationEvent::RoleUpdated(_)
            | OrganizationEvent::RoleDeleted(_) => true,
        }
    }

    fn is_over(&self) -> bool {
        self.dropped
    }

    fn names(&self, viewer: (AccountId, Audience), other: AccountId, _org: Option<&Organization>) -> bool {
        access::names(self, None, viewer, other)
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
        256 + self.name.len()
            + self.members.len() * 128
            + self.claims.len() * 160
            + self.roles.len() * 256
            + (self.boards.len() + self.teams.len() + self.channels.len()) * 32
            + self.invitations.len() * 96
    }
}
