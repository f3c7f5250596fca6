//! Keeps the read tables: who belongs to which organization, and the lists of teams and boards. Built from the journal alone,
//! so that they can be emptied and built anew.

use std::collections::BTreeMap;

use lockstep_protocol::{
    event::{BoardEvent, ChannelEvent, OrganizationEvent, TeamEvent},
    ids::{BoardId, ChannelId, OrgId, TeamId},
    position::Position,
    topic::Kind,
    values::{ChannelKind, ChannelRole, Lifecycle, OrgRole},
};

use super::Worker;
use crate::store::{
    Store, StoreError,
    consumers::Lease,
    journal::Recorded,
    projections::{
        BoardMemberRow, BoardRow, Change, ChannelChange, ChannelMemberRow, ChannelPatch, ChannelRow, MembershipRow,
        OrganizationRow, Patch, TeamRow,
    },
};

/// See the module.
#[derive(Clone, Copy, Debug)]
pub struct Projector;

impl Worker for Projector {
    const NAME: &'static str = "projections";

    async fn take(
        &self,
        store: &Store,
        lease: &Lease,
        events: &[Recorded],
        cursor: Position,
    ) -> Result<(), StoreError> {
        let changes: Vec<Change> = once_each(events.iter().flat_map(changes).collect());
        store.projections().apply(lease, &changes, cursor).await
    }
}

/// What an event changes in the read tables. One that does not decode changes nothing: its stream is quarantined and says so.
fn changes(recorded: &Recorded) -> Vec<Change> {
    match recorded.stream.kind {
        Kind::Organization => decode(recorded).map(|event| of_organization(recorded, event)),
        Kind::Team => decode(recorded).map(|event| of_team(recorded, event)),
        Kind::Board if listed(&recorded.tag) => decode(recorded).map(|event| of_board(recorded, event)),
        Kind::Channel if spoken(&recorded.tag) => {
            Some(vec![Change::Channel(ChannelChange::Spoken(ChannelId(recorded.stream.id), recorded.at))])
        }
        Kind::Channel if recorded.tag.starts_with("channel.") => {
            decode(recorded).map(|event| of_channel(recorded, event))
        }
        Kind::Board | Kind::Account | Kind::Channel | Kind::Inbox => None,
    }
    .unwrap_or_default()
}

/// Whether a board's event can matter to a list: most are about tasks and are not even decoded.
fn listed(tag: &str) -> bool {
    tag.starts_with("board.")
}

/// Whether something was said: that is not even decoded.
fn spoken(tag: &str) -> bool {
    tag == "message.posted"
}

/// Of what was said in a busy channel the last is enough.
fn once_each(changes: Vec<Change>) -> Vec<Change> {
    let mut last: BTreeMap<ChannelId, i64> = BTreeMap::new();
    for change in &changes {
        if let Change::Channel(ChannelChange::Spoken(channel, at)) = change {
            last.insert(*channel, *at);
        }
    }
    let rest = changes.into_iter().filter(|change| !matches!(change, Change::Channel(ChannelChange::Spoken(..))));
    let mut all: Vec<Change> = rest.collect();
    all.extend(last.into_iter().map(|(channel, at)| Change::Channel(ChannelChange::Spoken(channel, at))));
    all
}

pub(super) fn decode<E: serde::de::DeserializeOwned>(recorded: &Recorded) -> Option<E> {
    rmp_serde::from_slice(&recorded.payload)
        .inspect_err(|error| {
            tracing::error!(stream = %recorded.stream, seq = recorded.seq, %error, "an event does not decode");
        })
        .ok()
}

fn word(lifecycle: Lifecycle) -> String {
    lifecycle.word().to_owned()
}

fn of_organization(recorded: &Recorded, event: OrganizationEvent) -> Vec<Change> {
    let org = OrgId(recorded.stream.id);
    let membership = |account, role: OrgRole| {
        Change::Membership(MembershipRow {
            account,
            org,
            role: role.word().to_owned(),
            status: word(Lifecycle::Active),
        })
    };
    let state = |lifecycle| {
        let patch = Patch { state: Some(word(lifecycle)), ..Patch::default() };
        vec![Change::PatchOrganization(org, recorded.seq, patch)]
    };
    match event {
        OrganizationEvent::OrganizationCreated(event) => vec![
            Change::Organization(OrganizationRow {
                org,
                name: event.name,
                state: word(Lifecycle::Active),
                seq: recorded.seq,
            }),
            membership(event.owner_id, OrgRole::Owner),
        ],
        OrganizationEvent::OrganizationUpdated(event) => {
            vec![Change::PatchOrganization(org, recorded.seq, Patch { name: event.name, ..Patch::default() })]
        }
        OrganizationEvent::MemberAdded(event) => vec![membership(event.account_id, event.role)],
        OrganizationEvent::MemberRoleChanged(event) => {
            vec![Change::MembershipRole(event.account_id, org, event.role.word().to_owned())]
        }
        OrganizationEvent::MemberStatusChanged(event) => {
            vec![Change::MembershipStatus(event.account_id, org, event.status.word().to_owned())]
        }
        OrganizationEvent::MemberRemoved(event) => vec![Change::MembershipRemoved(event.account_id, org)],
        OrganizationEvent::MemberClaimed(event) => vec![Change::MembershipRemoved(event.placeholder_id, org)],
        OrganizationEvent::OrganizationDeleted(_) => state(Lifecycle::Deleted),
        OrganizationEvent::OrganizationRestored(_) => state(Lifecycle::Active),
        OrganizationEvent::OrganizationOwnerChanged(event) => {
            let role = |account, role: OrgRole| Change::MembershipRole(account, org, role.word().to_owned());
            vec![role(event.from_id, OrgRole::Admin), role(event.to_id, OrgRole::Owner)]
        }
        OrganizationEvent::OrganizationDropped(_) => vec![Change::OrganizationDropped(org)],
        // Lists do not show these: the live state does.
        OrganizationEvent::OrganizationLogoChanged(_)
        | OrganizationEvent::OrganizationSettingsUpdated(_)
        | OrganizationEvent::OrganizationPlanChanged(_)
        | OrganizationEvent::OwnershipOffered(_)
        | OrganizationEvent::OwnershipWithdrawn(_)
        | OrganizationEvent::OwnershipDeclined(_)
        | OrganizationEvent::MemberInvited(_)
        | OrganizationEvent::InvitationAccepted(_)
        | OrganizationEvent::InvitationRejected(_)
        | OrganizationEvent::InvitationRevoked(_)
        | OrganizationEvent::InvitationRenewed(_)
        | OrganizationEvent::BoardReserved(_)
        | OrganizationEvent::BoardReleased(_)
        | OrganizationEvent::TeamReserved(_)
        | OrganizationEvent::TeamReleased(_)
        | OrganizationEvent::ChannelReserved(_)
        | OrganizationEvent::ChannelReleased(_)
        | OrganizationEvent::MemberUpdated(_)
        | OrganizationEvent::MemberRoleAssigned(_)
        | OrganizationEvent::MemberPermissionsChanged(_)
        | OrganizationEvent::RoleCreated(_)
        | OrganizationEvent::RoleUpdated(_)
        | OrganizationEvent::RoleDeleted(_) => Vec::new(),
    }
}

fn of_team(recorded: &Recorded, event: TeamEvent) -> Vec<Change> {
    let team = TeamId(recorded.stream.id);
    let patch = |patch| vec![Change::PatchTeam(team, recorded.seq, patch)];
    match event {
        TeamEvent::TeamCreated(event) => vec![Change::Team(TeamRow {
            team,
            org: event.org_id,
            name: event.name,
            state: word(Lifecycle::Active),
            seq: recorded.seq,
        })],
        TeamEvent::TeamUpdated(event) => patch(Patch { name: event.name, ..Patch::default() }),
        TeamEvent::TeamDeleted(_) => patch(Patch { state: Some(word(Lifecycle::Deleted)), ..Patch::default() }),
        TeamEvent::TeamSettingsUpdated(_)
        | TeamEvent::TeamPermissionGranted(_)
        | TeamEvent::TeamPermissionRevoked(_)
        | TeamEvent::TeamLeadChanged(_)
        | TeamEvent::TeamMemberAdded(_)
        | TeamEvent::TeamMemberRemoved(_) => Vec::new(),
    }
}

fn of_board(recorded: &Recorded, event: BoardEvent) -> Vec<Change> {
    let (board, org) = (BoardId(recorded.stream.id), recorded.org);
    let patch = |patch| vec![Change::PatchBoard(board, recorded.seq, patch)];
    let lifecycle = |state| patch(Patch { state: Some(word(state)), ..Patch::default() });
    let member = |account, role: lockstep_protocol::values::BoardRole| {
        Change::BoardMember(BoardMemberRow { board, account, org, role: role.word().to_owned() })
    };
    match event {
        BoardEvent::BoardCreated(event) => vec![
            Change::Board(BoardRow {
                board,
                org: event.org_id,
                team: event.team_id,
                name: event.name,
                key: event.key,
                visibility: event.visibility.word().to_owned(),
                state: word(Lifecycle::Active),
                template: false,
                created_at: recorded.at,
                seq: recorded.seq,
            }),
            member(event.owner_id, lockstep_protocol::values::BoardRole::Owner),
        ],
        BoardEvent::BoardUpdated(event) => patch(Patch {
            name: event.name,
            visibility: event.visibility.map(|visibility| visibility.word().to_owned()),
            ..Patch::default()
        }),
        BoardEvent::BoardTemplateChanged(event) => patch(Patch { template: Some(event.template), ..Patch::default() }),
        BoardEvent::BoardArchived(_) => lifecycle(Lifecycle::Archived),
        BoardEvent::BoardUnarchived(_) | BoardEvent::BoardRestored(_) => lifecycle(Lifecycle::Active),
        BoardEvent::BoardDeleted(_) => lifecycle(Lifecycle::Deleted),
        BoardEvent::BoardMemberAdded(event) => vec![member(event.account_id, event.role)],
        BoardEvent::BoardMemberRoleChanged(event) => vec![member(event.account_id, event.role)],
        BoardEvent::BoardMemberRemoved(event) => vec![Change::BoardMemberRemoved(board, event.account_id)],
        _ => Vec::new(),
    }
}

fn of_channel(recorded: &Recorded, event: ChannelEvent) -> Vec<Change> {
    use ChannelEvent as E;
    let (channel, org) = (ChannelId(recorded.stream.id), recorded.org);
    let member = |account, role: ChannelRole| {
        ChannelChange::Joined(ChannelMemberRow { channel, account, org, role: role.word().to_owned() })
    };
    let patch = |patch| vec![ChannelChange::Patched(channel, recorded.seq, patch)];
    let lifecycle = |state| patch(ChannelPatch { state: Some(word(state)), ..ChannelPatch::default() });
    let changes = match event {
        E::ChannelCreated(event) => {
            let founder = |account| account == recorded.actor && event.kind != ChannelKind::Direct;
            let role = |account| if founder(account) { ChannelRole::Manager } else { ChannelRole::Member };
            let row = ChannelRow {
                channel,
                org: event.org_id,
                team: event.team_id,
                kind: event.kind.word().to_owned(),
                name: event.name,
                purpose: String::new(),
                state: word(Lifecycle::Active),
                created_at: recorded.at,
                spoken_at: recorded.at,
                seq: recorded.seq,
            };
            let members = event.members.into_iter().map(|account| member(account, role(account)));
            [ChannelChange::Made(row)].into_iter().chain(members).collect()
        }
        E::ChannelUpdated(event) => patch(ChannelPatch { name: event.name, purpose: event.purpose, state: None }),
        E::ChannelArchived(_) => lifecycle(Lifecycle::Archived),
        E::ChannelUnarchived(_) => lifecycle(Lifecycle::Active),
        E::ChannelDeleted(_) => vec![ChannelChange::Gone(channel)],
        E::ChannelMemberAdded(event) => vec![member(event.account_id, event.role)],
        E::ChannelMemberRoleChanged(event) => vec![member(event.account_id, event.role)],
        E::ChannelMemberRemoved(event) => vec![ChannelChange::Left(channel, event.account_id)],
        _ => Vec::new(),
    };
    changes.into_iter().map(Change::Channel).collect()
}
