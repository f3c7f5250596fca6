//! A team of an organization: its members and leads. Everything about a team takes one screen; should it grow, split it as the
//! organization is. Must never decide with a role that its organization no longer gives.

mod decide;

use imbl::OrdMap;
use lockstep_protocol::{
    codes::Failure,
    command::{Command, TeamCommand},
    event::{Event, Happened, TeamEvent},
    ids::{AccountId, BoardId, OrgId, TeamId},
    topic::Kind,
    values::{AssigneeRule, Audience, TeamRole},
    view::{TeamMemberView, TeamView, ViewPart},
};
use serde::{Deserialize, Serialize};

use crate::{
    access::{self, TeamPermissions},
    aggregate::{Aggregate, Ctx, Principal},
    organization::Organization,
};

/// The live state of a team.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Team {
    org_id: OrgId,
    name: String,
    description: String,
    default_board: Option<BoardId>,
    assignee_rule: AssigneeRule,
    permissions: TeamPermissions,
    members: OrdMap<AccountId, TeamRole>,
    deleted: bool,
    access_version: u64,
}

impl Default for Team {
    fn default() -> Self {
        Self {
            org_id: OrgId::NIL,
            name: String::new(),
            description: String::new(),
            default_board: None,
            assignee_rule: AssigneeRule::Nobody,
            permissions: TeamPermissions::default(),
            members: OrdMap::new(),
            deleted: false,
            access_version: 0,
        }
    }
}

impl Team {
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What members may do who do not lead it.
    pub const fn permissions(&self) -> TeamPermissions {
        self.permissions
    }

    /// Who gets a new task of its boards that is given to nobody.
    pub const fn assignee_rule(&self) -> AssigneeRule {
        self.assignee_rule
    }

    /// Deleted for good: its boards belong to the organization alone.
    pub const fn is_deleted(&self) -> bool {
        self.deleted
    }

    /// What this id is in the team, whether or not the organization still has it as a member.
    pub fn member(&self, account: AccountId) -> Option<TeamRole> {
        self.members.get(&account).copied()
    }

    /// Members with their roles, in the order of their ids.
    pub fn members(&self) -> impl Iterator<Item = (AccountId, TeamRole)> + '_ {
        self.members.iter().map(|(account, role)| (*account, *role))
    }
}

impl Aggregate for Team {
    const KIND: Kind = Kind::Team;
    const STATE_VERSION: u32 = 2;

    type Command = TeamCommand;
    type Event = TeamEvent;

    fn own_command(command: Command) -> Option<Self::Command> {
        match command {
            Command::Team(command) => Some(command),
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
        match &happened.event {
            TeamEvent::TeamCreated(created) => {
                self.org_id = created.org_id;
                self.name.clone_from(&created.name);
                self.members.insert(created.lead_id, TeamRole::Lead);
            }
            TeamEvent::TeamUpdated(updated) => {
                if let Some(name) = &updated.name {
                    self.name.clone_from(name);
                }
                if let Some(description) = &updated.description {
                    self.description.clone_from(description);
                }
            }
            TeamEvent::TeamSettingsUpdated(updated) => {
                self.default_board = updated.default_board_id;
                self.assignee_rule = updated.assignee_rule;
            }
            TeamEvent::TeamPermissionGranted(granted) => {
                self.permissions = self.permissions.with(granted.permission);
            }
            TeamEvent::TeamPermissionRevoked(revoked) => {
                self.permissions = self.permissions.without(revoked.permission);
            }
            TeamEvent::TeamLeadChanged(changed) => {
                self.members.insert(changed.account_id, changed.role);
            }
            TeamEvent::TeamDeleted(_) => self.deleted = true,
            TeamEvent::TeamMemberAdded(added) => {
                self.members.insert(added.account_id, added.role);
            }
            TeamEvent::TeamMemberRemoved(removed) => {
                self.members.remove(&removed.account_id);
            }
        }
        if Self::changes_access(&happened.event) {
            self.access_version = happened.seq;
        }
    }

    fn exists(&self) -> bool {
        self.access_version > 0
    }

    fn org_id(&self, _id: uuid::Uuid) -> OrgId {
        self.org_id
    }

    fn founding(command: &Self::Command) -> Option<(OrgId, Option<TeamId>)> {
        match command {
            TeamCommand::CreateTeam(command) => Some((command.org_id, None)),
            _ => None,
        }
    }

    fn changes_access(event: &Self::Event) -> bool {
        match event {
            TeamEvent::TeamUpdated(_) | TeamEvent::TeamSettingsUpdated(_) => false,
            TeamEvent::TeamCreated(_)
            | TeamEvent::TeamPermissionGranted(_)
            | TeamEvent::TeamPermissionRevoked(_)
            | TeamEvent::TeamLeadChanged(_)
            | TeamEvent::TeamDeleted(_)
            | TeamEvent::TeamMemberAdded(_)
            | TeamEvent::TeamMemberRemoved(_) => true,
        }
    }

    fn listed(event: &Self::Event) -> bool {
        // A team's membership decides which boards its people see.
        Self::changes_access(event)
    }

    fn names(&self, viewer: (AccountId, Audience), other: AccountId, org: Option<&Organization>) -> bool {
        org.is_some_and(|org| access::names(org, None, viewer, other))
    }

    fn access_version(&self) -> u64 {
        self.access_version
    }

    fn audience(
        &self,
        _id: uuid::Uuid,
        principal: Principal,
        org: Option<&Organization>,
        _team: Option<&Team>,
    ) -> Option<Audience> {
        access::team_audience(self, principal, org)
    }

    /// Only members of the organization may see a team at all.
    fn project(event: &Self::Event, audience: Audience) -> Option<Event> {
        (audience == Audience::Member).then(|| event.clone().into())
    }

    fn view(&self, id: uuid::Uuid, audience: Audience, _part_bytes_max: usize) -> Vec<ViewPart> {
        let told = audience == Audience::Member;
        let members = self.members().filter(|_| told).map(|(account_id, role)| TeamMemberView { account_id, role });
        vec![ViewPart::Team(TeamView {
            team_id: TeamId(id),
            org_id: self.org_id,
            name: self.name.clone(),
            description: if told { self.description.clone() } else { String::new() },
            default_board_id: self.default_board.filter(|_| told),
            assignee_rule: self.assignee_rule,
            permissions: self.permissions.list(),
            members: members.collect(),
            deleted: self.deleted,
        })]
    }

    fn memory_bytes(&self) -> usize {
        256 + self.name.len() + self.description.len() + self.members.len() * 48
    }
}
