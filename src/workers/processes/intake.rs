//! From events to processes: a consumer of the journal that begins what follows. It must never carry anything out.

use std::sync::Arc;

use lockstep_protocol::{
    event::{AccountEvent, OrganizationEvent, TeamEvent},
    ids::{AccountId, ChannelId, OrgId, TeamId},
    limits::Limits,
    position::Position,
    topic::Kind,
    values::OrgRole,
};
use serde::de::DeserializeOwned;
use tokio::sync::Notify;

use super::{Begun, Task};
use crate::{
    auth::service::derived_id,
    steps::steps_of,
    store::{Store, StoreError, consumers::Lease, journal::Recorded, processes::NewProcess},
    workers::Worker,
};

/// See the module.
#[derive(Clone, Debug)]
pub struct Intake {
    /// How long what was deleted can be restored.
    pub limits: Arc<Limits>,
    /// Notified when something begins.
    pub nudge: Arc<Notify>,
}

impl Worker for Intake {
    const NAME: &'static str = "processes";

    async fn take(
        &self,
        store: &Store,
        lease: &Lease,
        events: &[Recorded],
        cursor: Position,
    ) -> Result<(), StoreError> {
        let begun: Vec<NewProcess> = events.iter().filter_map(|event| begun(event, &self.limits)).collect();
        if begun.is_empty() {
            return store.consumers().save(lease, cursor).await;
        }
        let begin = async {
            store.processes().begin(&begun).await?;
            self.nudge.notify_one();
            // Killed in between the same events come again, and begin nothing anew.
            store.consumers().save(lease, cursor).await
        };
        steps_of("begin", begin).await
    }
}

fn begun(recorded: &Recorded, limits: &Limits) -> Option<NewProcess> {
    let task = follows(recorded)?;
    let due = match task {
        // The first moment at which nobody can restore it.
        Task::OrganizationDeleted { .. } => {
            let kept = i64::try_from(limits.organization_restore_ms.saturating_mul(1_000)).unwrap_or(i64::MAX);
            recorded.at.saturating_add(kept).saturating_add(1)
        }
        _ => recorded.at,
    };
    let id = derived_id("lockstep process", &[recorded.stream.id.as_bytes(), &recorded.seq.to_le_bytes()]);
    let kind = task.kind().to_owned();
    let data = serde_json::to_string(&Begun { task, position: recorded.position })
        .inspect_err(|error| tracing::error!(%error, "a process cannot be written down"))
        .ok()?;
    Some(NewProcess { id, kind, data, at: recorded.at, due })
}

/// What follows from an event, if anything.
fn follows(recorded: &Recorded) -> Option<Task> {
    let by = recorded.actor;
    match (recorded.stream.kind, recorded.tag.as_str()) {
        (Kind::Organization, "member.removed" | "member.role.changed" | "organization.deleted") => {
            let org = OrgId(recorded.stream.id);
            match decode(recorded)? {
                OrganizationEvent::MemberRemoved(event) => {
                    Some(Task::MemberRemoved { org, account: event.account_id, by, reassign: event.reassign })
                }
                OrganizationEvent::MemberRoleChanged(event) if event.role == OrgRole::Guest => {
                    Some(Task::RoleLowered { org, account: event.account_id, by })
                }
                OrganizationEvent::OrganizationDeleted(_) => {
                    Some(Task::OrganizationDeleted { org, by, deleted_at: recorded.at })
                }
                _ => None,
            }
        }
        (Kind::Team, "team.deleted" | "team.member.removed") => {
            let (org, team) = (recorded.org, TeamId(recorded.stream.id));
            match decode(recorded)? {
                TeamEvent::TeamDeleted(_) => Some(Task::TeamDeleted { org, team, by }),
                TeamEvent::TeamMemberRemoved(event) => {
                    Some(Task::TeamMemberRemoved { org, team, account: event.account_id, by })
                }
                _ => None,
            }
        }
        (Kind::Channel, "channel.deleted") => {
            Some(Task::ChannelDeleted { org: recorded.org, channel: ChannelId(recorded.stream.id), by })
        }
        (Kind::Account, "user.deleted") => match decode(recorded)? {
            AccountEvent::UserDeleted(_) => Some(Task::AccountDeleted { account: AccountId(recorded.stream.id) }),
            _ => None,
        },
        _ => None,
    }
}

/// An event that does not decode begins nothing: its stream is quarantined and says so.
fn decode<E: DeserializeOwned>(recorded: &Recorded) -> Option<E> {
    rmp_serde::from_slice(&recorded.payload)
        .inspect_err(|error| {
            tracing::error!(stream = %recorded.stream, seq = recorded.seq, %error, "an event does not decode");
        })
        .ok()
}
