//! Every event: what happened. Names are past. The journal holds them for ever, so a struct here only ever gains optional
//! fields; anything else is a new event, and the old one is upcast on read in `upcast.rs`.

pub mod account;
pub mod board;
pub mod category;
pub mod channel;
pub mod checklist;
pub mod comment;
pub mod field;
pub mod inbox;
mod level;
pub mod link;
pub mod organization;
pub mod past;
pub mod reminder;
pub mod repeat;
pub mod task;
pub mod team;
pub mod time;
pub mod timer;
pub mod transfer;
pub mod view;
pub mod workflow;

use account::*;
use board::*;
use category::*;
use channel::*;
use checklist::*;
use comment::*;
use field::*;
use inbox::*;
pub use level::*;
use link::*;
use organization::*;
use past::*;
use reminder::*;
use repeat::*;
use serde::{Deserialize, Serialize};
use task::*;
use team::*;
use time::*;
use timer::*;
use transfer::*;
use ts_rs::TS;
use view::*;
use workflow::*;

use crate::{
    ids::{AccountId, ClientId},
    language::language,
    values::Micros,
};

language! {
    /// Any event, by aggregate.
    Event;

    /// What happened to an organization.
    Organization => OrganizationEvent {
        "organization.created" => OrganizationCreated,
        "organization.updated" => OrganizationUpdated,
        "organization.logo.changed" => OrganizationLogoChanged,
        "organization.settings.updated" => OrganizationSettingsUpdated,
        "organization.plan.changed" => OrganizationPlanChanged,
        "organization.ownership.offered" => OwnershipOffered,
        "organization.ownership.withdrawn" => OwnershipWithdrawn,
        "organization.ownership.declined" => OwnershipDeclined,
        "organization.owner.changed" => OrganizationOwnerChanged,
        "organization.deleted" => OrganizationDeleted,
        "organization.restored" => OrganizationRestored,
        "organization.dropped" => OrganizationDropped,
        "organization.board.reserved" => BoardReserved,
        "organization.board.released" => BoardReleased,
        "organization.team.reserved" => TeamReserved,
        "organization.team.released" => TeamReleased,
        "organization.channel.reserved" => ChannelReserved,
        "organization.channel.released" => ChannelReleased,
        "member.added" => MemberAdded,
        "member.role.changed" => MemberRoleChanged,
        "member.removed" => MemberRemoved,
        "member.claimed" => MemberClaimed,
        "member.invited" => MemberInvited,
        "invitation.accepted" => InvitationAccepted,
        "invitation.rejected" => InvitationRejected,
        "invitation.revoked" => InvitationRevoked,
        "invitation.renewed" => InvitationRenewed,
        "member.updated" => MemberUpdated,
        "member.status.changed" => MemberStatusChanged,
        "member.role.assigned" => MemberRoleAssigned,
        "member.permissions.changed" => MemberPermissionsChanged,
        "role.created" => RoleCreated,
        "role.updated" => RoleUpdated,
        "role.deleted" => RoleDeleted,
    }

    /// What happened to a team.
    Team => TeamEvent {
        "team.created" => TeamCreated,
        "team.updated" => TeamUpdated,
        "team.settings.updated" => TeamSettingsUpdated,
        "team.permission.granted" => TeamPermissionGranted,
        "team.permission.revoked" => TeamPermissionRevoked,
        "team.lead.changed" => TeamLeadChanged,
        "team.deleted" => TeamDeleted,
        "team.member.added" => TeamMemberAdded,
        "team.member.removed" => TeamMemberRemoved,
    }

    /// What happened to a board and the tasks on it.
    Board => BoardEvent {
        "board.created" => BoardCreated,
        "board.updated" => BoardUpdated,
        "board.template.changed" => BoardTemplateChanged,
        "board.escalations.changed" => BoardEscalationsChanged,
        "board.archived" => BoardArchived,
        "board.unarchived" => BoardUnarchived,
        "board.deleted" => BoardDeleted,
        "board.restored" => BoardRestored,
        "board.member.added" => BoardMemberAdded,
        "board.member.role.changed" => BoardMemberRoleChanged,
        "board.member.removed" => BoardMemberRemoved,
        "board.link.created" => BoardLinkCreated,
        "board.link.revoked" => BoardLinkRevoked,
        "change.undone" => ChangeUndone,
        "column.created" => ColumnCreated,
        "column.updated" => ColumnUpdated,
        "column.moved" => ColumnMoved,
        "column.workflow.changed" => ColumnWorkflowChanged,
        "column.archived" => ColumnArchived,
        "column.unarchived" => ColumnUnarchived,
        "column.deleted" => ColumnDeleted,
        "label.created" => LabelCreated,
        "label.updated" => LabelUpdated,
        "label.deleted" => LabelDeleted,
        "category.created" => CategoryCreated,
        "category.updated" => CategoryUpdated,
        "category.deleted" => CategoryDeleted,
        "field.created" => FieldCreated,
        "field.updated" => FieldUpdated,
        "field.moved" => FieldMoved,
        "field.deleted" => FieldDeleted,
        "view.created" => ViewCreated,
        "view.updated" => ViewUpdated,
        "view.moved" => ViewMoved,
        "view.deleted" => ViewDeleted,
        "task.created" => TaskCreated,
        "task.updated" => TaskUpdated,
        "task.moved" => TaskMoved,
        "task.transferred" => TaskTransferred,
        "task.received" => TaskReceived,
        "comments.received" => CommentsReceived,
        "tasks.reranked" => TasksReranked,
        "task.assigned" => TaskAssigned,
        "task.unassigned" => TaskUnassigned,
        "task.reassigned" => TaskReassigned,
        "task.labelled" => TaskLabelled,
        "task.unlabelled" => TaskUnlabelled,
        "task.priority.changed" => TaskPriorityChanged,
        "task.scheduled" => TaskScheduled,
        "task.estimated" => TaskEstimated,
        "task.categorized" => TaskCategorized,
        "task.cover.changed" => TaskCoverChanged,
        "task.field.changed" => TaskFieldChanged,
        "task.repeat.changed" => TaskRepeatChanged,
        "task.repeated" => TaskRepeated,
        "task.reminder.set" => TaskReminderSet,
        "task.reminder.removed" => TaskReminderRemoved,
        "task.reminder.due" => TaskReminderDue,
        "task.due.soon" => TaskDueSoon,
        "task.overdue" => TaskOverdue,
        "task.escalated" => TaskEscalated,
        "task.parent.changed" => TaskParentChanged,
        "task.dependency.added" => TaskDependencyAdded,
        "task.dependency.removed" => TaskDependencyRemoved,
        "task.watched" => TaskWatched,
        "task.unwatched" => TaskUnwatched,
        "task.completed" => TaskCompleted,
        "task.reopened" => TaskReopened,
        "task.archived" => TaskArchived,
        "task.unarchived" => TaskUnarchived,
        "task.deleted" => TaskDeleted,
        "task.restored" => TaskRestored,
        "checklist.created" => ChecklistCreated,
        "checklist.renamed" => ChecklistRenamed,
        "checklist.deleted" => ChecklistDeleted,
        "checklist.item.added" => ChecklistItemAdded,
        "checklist.item.updated" => ChecklistItemUpdated,
        "checklist.item.removed" => ChecklistItemRemoved,
        "task.commented" => TaskCommented,
        "comment.edited" => CommentEdited,
        "comment.deleted" => CommentDeleted,
        "comment.restored" => CommentRestored,
        "comment.reacted" => CommentReacted,
        "comment.unreacted" => CommentUnreacted,
        "time.logged" => TimeLogged,
        "time.updated" => TimeUpdated,
        "time.removed" => TimeRemoved,
        "time.started" => TimeStarted,
        "time.stopped" => TimeStopped,
    }

    /// What happened to an account.
    Account => AccountEvent {
        "user.registered" => UserRegistered,
        "user.logged_in" => UserLoggedIn,
        "user.logged_out" => UserLoggedOut,
        "user.updated" => UserUpdated,
        "user.email.verified" => UserEmailVerified,
        "user.password.reset" => UserPasswordReset,
        "user.deleted" => UserDeleted,
        "user.factor.added" => UserFactorAdded,
        "user.factor.removed" => UserFactorRemoved,
        "user.token.created" => UserTokenCreated,
        "user.token.revoked" => UserTokenRevoked,
        "user.kept.changed" => UserKeptChanged,
        "user.timer.started" => UserTimerStarted,
        "user.timer.stopped" => UserTimerStopped,
        "user.timer.discarded" => UserTimerDiscarded,
    }

    /// What happened to a channel and the messages in it.
    Channel => ChannelEvent {
        "channel.created" => ChannelCreated,
        "channel.updated" => ChannelUpdated,
        "channel.archived" => ChannelArchived,
        "channel.unarchived" => ChannelUnarchived,
        "channel.deleted" => ChannelDeleted,
        "channel.member.added" => ChannelMemberAdded,
        "channel.member.role.changed" => ChannelMemberRoleChanged,
        "channel.member.removed" => ChannelMemberRemoved,
        "message.posted" => MessagePosted,
        "message.edited" => MessageEdited,
        "message.deleted" => MessageDeleted,
        "message.reacted" => MessageReacted,
        "message.unreacted" => MessageUnreacted,
        "message.pinned" => MessagePinned,
        "message.unpinned" => MessageUnpinned,
    }

    /// What happened to somebody's inbox.
    Inbox => InboxEvent {
        "inbox.opened" => InboxOpened,
        "notification.sent" => NotificationSent,
        "notification.read" => NotificationRead,
        "notification.unread" => NotificationUnread,
        "notification.all_read" => NotificationAllRead,
        "notification.archived" => NotificationArchived,
        "notification.unarchived" => NotificationUnarchived,
        "notification.deleted" => NotificationDeleted,
        "notification.snoozed" => NotificationSnoozed,
        "notification.woken" => NotificationWoken,
        "notification.failed" => NotificationFailed,
        "notification.seen" => NotificationSeen,
        "inbox.marked" => InboxMarked,
        "inbox.preferences.changed" => InboxPreferencesChanged,
    }
}

/// The tags of events that happen to organizations, and to what is theirs.
pub fn tags() -> impl Iterator<Item = &'static str> {
    [OrganizationEvent::TAGS, TeamEvent::TAGS, BoardEvent::TAGS, ChannelEvent::TAGS].into_iter().flatten().copied()
}

/// Whether this build has an event of this tag.
pub fn is_known(tag: &str) -> bool {
    [
        OrganizationEvent::TAGS,
        TeamEvent::TAGS,
        BoardEvent::TAGS,
        AccountEvent::TAGS,
        ChannelEvent::TAGS,
        InboxEvent::TAGS,
    ]
    .iter()
    .any(|tags| tags.contains(&tag))
}

/// An event in its place: what subscribers receive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Happened<E> {
    #[ts(type = "number")]
    pub seq: u64,
    /// When it was committed; never decreases within a stream.
    #[ts(type = "number")]
    pub at: Micros,
    /// Who did it.
    pub by: AccountId,
    /// Which client's command made it: the echo that confirms an optimistic change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub client_id: Option<ClientId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub client_seq: Option<u64>,
    pub event: E,
}
