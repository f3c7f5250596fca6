//! Every command: what a client may ask. Names are imperative. One line here, one struct in the file of its aggregate, one
//! line in `domain/access` for the capability it needs.

pub mod account;
pub mod board;
pub mod bulk;
pub mod category;
pub mod channel;
pub mod checklist;
pub mod comment;
pub mod field;
pub mod inbox;
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
use bulk::*;
use category::*;
use channel::*;
use checklist::*;
use comment::*;
use field::*;
use inbox::*;
use link::*;
use organization::*;
use past::*;
use reminder::*;
use repeat::*;
use task::*;
use team::*;
use time::*;
use timer::*;
use transfer::*;
use view::*;
use workflow::*;

use crate::language::language;

language! {
    /// Any command, by aggregate.
    Command;

    /// What can be asked of an organization.
    Organization => OrganizationCommand {
        "organization.create" => CreateOrganization,
        "organization.update" => UpdateOrganization,
        "organization.logo.set" => SetLogo,
        "organization.settings.update" => UpdateSettings,
        "organization.plan.change" => ChangePlan,
        "organization.ownership.offer" => OfferOwnership,
        "organization.ownership.accept" => AcceptOwnership,
        "organization.ownership.decline" => DeclineOwnership,
        "organization.ownership.withdraw" => WithdrawOwnership,
        "organization.delete" => DeleteOrganization,
        "organization.restore" => RestoreOrganization,
        "organization.drop" => DropOrganization,
        "organization.board.reserve" => ReserveBoard,
        "organization.board.release" => ReleaseBoard,
        "organization.team.reserve" => ReserveTeam,
        "organization.team.release" => ReleaseTeam,
        "organization.channel.reserve" => ReserveChannel,
        "organization.channel.release" => ReleaseChannel,
        "member.add" => AddMember,
        "member.role.change" => ChangeMemberRole,
        "member.remove" => RemoveMember,
        "member.claim" => ClaimMember,
        "member.invite" => InviteMember,
        "invitation.accept" => AcceptInvitation,
        "invitation.reject" => RejectInvitation,
        "invitation.revoke" => RevokeInvitation,
        "invitation.renew" => RenewInvitation,
        "member.update" => UpdateMember,
        "member.status.change" => ChangeMemberStatus,
        "member.role.assign" => AssignRole,
        "member.permissions.set" => SetMemberPermissions,
        "role.create" => CreateRole,
        "role.update" => UpdateRole,
        "role.delete" => DeleteRole,
    }

    /// What can be asked of a team.
    Team => TeamCommand {
        "team.create" => CreateTeam,
        "team.update" => UpdateTeam,
        "team.settings.update" => UpdateTeamSettings,
        "team.permission.grant" => GrantTeamPermission,
        "team.permission.revoke" => RevokeTeamPermission,
        "team.delete" => DeleteTeam,
        "team.member.add" => AddTeamMember,
        "team.member.remove" => RemoveTeamMember,
    }

    /// What can be asked of a board and the tasks on it.
    Board => BoardCommand {
        "board.create" => CreateBoard,
        "board.update" => UpdateBoard,
        "board.template.set" => SetBoardTemplate,
        "board.escalations.set" => SetEscalations,
        "board.archive" => ArchiveBoard,
        "board.unarchive" => UnarchiveBoard,
        "board.delete" => DeleteBoard,
        "board.restore" => RestoreBoard,
        "board.member.set" => SetBoardMember,
        "board.member.remove" => RemoveBoardMember,
        "board.link.create" => CreateLink,
        "board.link.revoke" => RevokeLink,
        "board.bulk" => Bulk,
        "board.undo" => UndoChange,
        "column.create" => CreateColumn,
        "column.update" => UpdateColumn,
        "column.move" => MoveColumn,
        "column.workflow.set" => SetColumnWorkflow,
        "column.archive" => ArchiveColumn,
        "column.unarchive" => UnarchiveColumn,
        "column.delete" => DeleteColumn,
        "label.create" => CreateLabel,
        "label.update" => UpdateLabel,
        "label.delete" => DeleteLabel,
        "category.create" => CreateCategory,
        "category.update" => UpdateCategory,
        "category.delete" => DeleteCategory,
        "field.create" => CreateField,
        "field.update" => UpdateField,
        "field.move" => MoveField,
        "field.delete" => DeleteField,
        "view.create" => CreateView,
        "view.update" => UpdateView,
        "view.move" => MoveView,
        "view.delete" => DeleteView,
        "task.create" => CreateTask,
        "task.update" => UpdateTask,
        "task.move" => MoveTask,
        "task.transfer" => TransferTask,
        "task.assign" => AssignTask,
        "task.unassign" => UnassignTask,
        "tasks.reassign" => ReassignTasks,
        "task.label" => LabelTask,
        "task.unlabel" => UnlabelTask,
        "task.prioritize" => PrioritizeTask,
        "task.schedule" => ScheduleTask,
        "task.estimate" => EstimateTask,
        "task.categorize" => CategorizeTask,
        "task.cover.set" => SetTaskCover,
        "task.field.set" => SetTaskField,
        "task.repeat.set" => SetTaskRepeat,
        "task.reminder.set" => SetReminder,
        "task.reminder.remove" => RemoveReminder,
        "task.announce" => AnnounceTask,
        "task.parent.set" => SetTaskParent,
        "task.dependency.add" => AddDependency,
        "task.dependency.remove" => RemoveDependency,
        "task.watch" => WatchTask,
        "task.unwatch" => UnwatchTask,
        "task.complete" => CompleteTask,
        "task.reopen" => ReopenTask,
        "task.archive" => ArchiveTask,
        "task.unarchive" => UnarchiveTask,
        "task.delete" => DeleteTask,
        "task.restore" => RestoreTask,
        "task.revert" => RevertTask,
        "checklist.create" => CreateChecklist,
        "checklist.rename" => RenameChecklist,
        "checklist.delete" => DeleteChecklist,
        "checklist.item.add" => AddChecklistItem,
        "checklist.item.update" => UpdateChecklistItem,
        "checklist.item.remove" => RemoveChecklistItem,
        "comment.add" => AddComment,
        "comment.edit" => EditComment,
        "comment.delete" => DeleteComment,
        "comment.react" => ReactToComment,
        "comment.unreact" => UnreactToComment,
        "time.log" => LogTime,
        "time.update" => UpdateTime,
        "time.remove" => RemoveTime,
    }

    /// What the server asks of an account on behalf of its owner; clients cannot send these, REST does.
    Account => AccountCommand {
        "account.register" => RegisterAccount,
        "session.open" => OpenSession,
        "session.close" => CloseSession,
        "session.close_all" => CloseAllSessions,
        "account.update" => UpdateAccount,
        "account.email.verify" => VerifyEmail,
        "account.password.reset" => ResetPassword,
        "account.delete" => DeleteAccount,
        "factor.add" => AddFactor,
        "factor.remove" => RemoveFactor,
        "token.create" => CreateToken,
        "token.revoke" => RevokeToken,
        "account.kept.change" => ChangeKept,
        "account.timer.start" => StartTimer,
        "account.timer.stop" => StopTimer,
        "account.timer.discard" => DiscardTimer,
    }

    /// What can be asked of a channel and the messages in it.
    Channel => ChannelCommand {
        "channel.create" => CreateChannel,
        "channel.update" => UpdateChannel,
        "channel.archive" => ArchiveChannel,
        "channel.unarchive" => UnarchiveChannel,
        "channel.delete" => DeleteChannel,
        "channel.member.add" => AddChannelMember,
        "channel.member.remove" => RemoveChannelMember,
        "message.post" => PostMessage,
        "message.edit" => EditMessage,
        "message.delete" => DeleteMessage,
        "message.react" => ReactToMessage,
        "message.unreact" => UnreactToMessage,
        "message.pin" => PinMessage,
        "message.unpin" => UnpinMessage,
    }

    /// What can be asked of somebody's inbox: by them, and what the server tells them.
    Inbox => InboxCommand {
        "inbox.open" => OpenInbox,
        "inbox.tell" => TellInbox,
        "inbox.read" => ReadEntries,
        "inbox.unread" => UnreadEntries,
        "inbox.read_all" => ReadAllEntries,
        "inbox.archive" => ArchiveEntries,
        "inbox.unarchive" => UnarchiveEntries,
        "inbox.delete" => DeleteEntries,
        "inbox.snooze" => SnoozeEntries,
        "inbox.wake" => WakeEntries,
        "inbox.fail" => FailEntries,
        "inbox.seen" => SeeSubject,
        "inbox.mark" => MarkChannel,
        "inbox.mark_unread" => MarkChannelUnread,
        "inbox.preferences.set" => SetPreferences,
    }
}
