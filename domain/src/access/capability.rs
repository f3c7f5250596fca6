//! The table from command to capability, and which capabilities are permissions of an organization. Must stay exhaustive: no
//! wildcard arm.

use lockstep_protocol::{
    command::{AccountCommand, BoardCommand, ChannelCommand, InboxCommand, OrganizationCommand, TeamCommand},
    values::{ChannelKind, Permission, TeamPermission},
};

/// Something that a role may or may not do. Looking is not among them: who may not look is told that there is nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Capability {
    FoundOrganization,
    ManageOrganization,
    AddMembers,
    ChangeMemberRoles,
    RemoveMembers,
    ClaimMembers,
    InviteMembers,
    ManageSettings,
    SeeUsage,
    /// Hand the organization over to another.
    OfferOwnership,
    /// Take or leave what was offered.
    AnswerOffer,
    DeleteOrganization,
    /// Plans, logos, places of boards, and what stands for a code that was shown: the server alone.
    ServeOrganizations,
    /// Manager, status, job title.
    EditMembers,
    /// What custom roles there are.
    ManageRoles,
    LeaveOrganization,
    FoundTeam,
    /// Name, description, settings of a team.
    UpdateTeam,
    /// Who is in a team, leads aside.
    ManageTeamMembers,
    /// Leads and permissions of a team, and its end.
    ManageTeam,
    LeaveTeam,
    FoundBoard,
    /// Name, visibility, public links, archive, trash.
    ManageBoard,
    ManageBoardMembers,
    /// Give all tasks of somebody to somebody else.
    ReassignTasks,
    LeaveBoard,
    /// Follow a task oneself.
    WatchTasks,
    /// Columns, their rules, labels, categories, custom fields and shared views.
    ShapeBoard,
    EditTasks,
    /// Put tasks into the archive or the trash.
    PutTasksAway,
    /// Note one's own time.
    TrackTime,
    /// Note, change and take out the time of others.
    ManageTime,
    Comment,
    /// Delete what others said.
    ModerateComments,
    /// Change what others said: nobody may.
    EditOthersComments,
    /// Say what has come due: the server alone.
    ServeBoards,
    /// Say who made something and when, on another's word.
    Import,
    FoundChannel,
    /// Talk to people of the organization directly.
    BeginDirect,
    JoinChannel,
    LeaveChannel,
    /// Bring others into a channel.
    AddToChannel,
    /// Who is in a channel and who manages it.
    ManageChannelMembers,
    /// Name, purpose, archive and end of a channel.
    ManageChannel,
    /// Post, react, pin, and change what one said oneself.
    Talk,
    /// Delete what others said in a channel.
    ModerateMessages,
    /// Change what others said in a channel: nobody may.
    EditOthersMessages,
    CloseSessions,
    /// Start and stop one's own timer.
    KeepTimer,
    /// Read, put away and put off what one is told of, and say what one wants to be told.
    KeepInbox,
    /// Tell people of what concerns them: the server alone.
    ServeInboxes,
    /// Found, change and delete accounts, open sessions, record factors and tokens: the server alone, after what proves the owner.
    ServeAccounts,
}

impl Capability {
    /// The permission that this is, where an organization's roles and grants decide about it.
    pub const fn permission(self) -> Option<Permission> {
        match self {
            Self::ManageOrganization => Some(Permission::UpdateOrganization),
            Self::AddMembers => Some(Permission::AddMembers),
            Self::ChangeMemberRoles => Some(Permission::ChangeMemberRoles),
            Self::RemoveMembers => Some(Permission::RemoveMembers),
            Self::ClaimMembers => Some(Permission::ClaimMembers),
            Self::InviteMembers => Some(Permission::InviteMembers),
            Self::ManageSettings => Some(Permission::ManageSettings),
            Self::SeeUsage => Some(Permission::SeeUsage),
            Self::EditMembers => Some(Permission::EditMembers),
            Self::ManageRoles => Some(Permission::ManageRoles),
            Self::FoundTeam => Some(Permission::FoundTeams),
            Self::FoundBoard => Some(Permission::FoundBoards),
            Self::FoundChannel => Some(Permission::FoundChannels),
            Self::FoundOrganization
            | Self::LeaveOrganization
            | Self::OfferOwnership
            | Self::AnswerOffer
            | Self::DeleteOrganization
            | Self::ServeOrganizations
            | Self::UpdateTeam
            | Self::ManageTeamMembers
            | Self::ManageTeam
            | Self::LeaveTeam
            | Self::ManageBoard
            | Self::ManageBoardMembers
            | Self::LeaveBoard
            | Self::WatchTasks
            | Self::ShapeBoard
            | Self::EditTasks
            | Self::PutTasksAway
            | Self::TrackTime
            | Self::ManageTime
            | Self::ReassignTasks
            | Self::Comment
            | Self::ModerateComments
            | Self::EditOthersComments
            | Self::ServeBoards
            | Self::Import
            | Self::BeginDirect
            | Self::JoinChannel
            | Self::LeaveChannel
            | Self::AddToChannel
            | Self::ManageChannelMembers
            | Self::ManageChannel
            | Self::Talk
            | Self::ModerateMessages
            | Self::EditOthersMessages
            | Self::CloseSessions
            | Self::KeepTimer
            | Self::KeepInbox
            | Self::ServeInboxes
            | Self::ServeAccounts => None,
        }
    }
}

/// What a team's permission lets its members do.
pub const fn of_team_permission(permission: TeamPermission) -> Capability {
    match permission {
        TeamPermission::FoundBoards => Capability::FoundBoard,
        TeamPermission::UpdateTeam => Capability::UpdateTeam,
        TeamPermission::ManageMembers => Capability::ManageTeamMembers,
    }
}

/// `own`: the asker takes out themselves.
pub const fn organization(command: &OrganizationCommand, own: bool) -> Capability {
    use OrganizationCommand as C;
    match command {
        C::CreateOrganization(_) => Capability::FoundOrganization,
        C::UpdateOrganization(_) => Capability::ManageOrganization,
        C::UpdateSettings(_) => Capability::ManageSettings,
        C::SetLogo(_)
        | C::ChangePlan(_)
        | C::DropOrganization(_)
        | C::ReserveBoard(_)
        | C::ReleaseBoard(_)
        | C::ReserveTeam(_)
        | C::ReleaseTeam(_)
        | C::ReserveChannel(_)
        | C::ReleaseChannel(_)
        // People are asked: they come by an invitation that they accept.
        | C::AddMember(_)
        | C::AcceptInvitation(_)
        | C::RejectInvitation(_) => Capability::ServeOrganizations,
        C::InviteMember(_) | C::RevokeInvitation(_) | C::RenewInvitation(_) => Capability::InviteMembers,
        C::OfferOwnership(_) | C::WithdrawOwnership(_) => Capability::OfferOwnership,
        C::AcceptOwnership(_) | C::DeclineOwnership(_) => Capability::AnswerOffer,
        C::DeleteOrganization(_) | C::RestoreOrganization(_) => Capability::DeleteOrganization,
        C::ChangeMemberRole(_) => Capability::ChangeMemberRoles,
        C::RemoveMember(_) if own => Capability::LeaveOrganization,
        C::RemoveMember(_) => Capability::RemoveMembers,
        C::ClaimMember(_) => Capability::ClaimMembers,
        C::UpdateMember(_) | C::ChangeMemberStatus(_) => Capability::EditMembers,
        C::AssignRole(_) | C::SetMemberPermissions(_) => Capability::ChangeMemberRoles,
        C::CreateRole(_) | C::UpdateRole(_) | C::DeleteRole(_) => Capability::ManageRoles,
    }
}

/// `own`: the asker takes out themselves.
pub const fn team(command: &TeamCommand, own: bool) -> Capability {
    use TeamCommand as C;
    match command {
        C::CreateTeam(_) => Capability::FoundTeam,
        C::UpdateTeam(_) | C::UpdateTeamSettings(_) => Capability::UpdateTeam,
        C::GrantTeamPermission(_) | C::RevokeTeamPermission(_) | C::DeleteTeam(_) => Capability::ManageTeam,
        C::RemoveTeamMember(_) if own => Capability::LeaveTeam,
        C::AddTeamMember(_) | C::RemoveTeamMember(_) => Capability::ManageTeamMembers,
    }
}

/// `own`: the asker takes out themselves, or the comment or the time is the asker's.
pub const fn board(command: &BoardCommand, own: bool) -> Capability {
    use BoardCommand as C;
    match command {
        C::CreateBoard(_) => Capability::FoundBoard,
        // Whoever sees the board may ask; each of its commands needs its own.
        C::Bulk(_) | C::UndoChange(_) => Capability::WatchTasks,
        C::UpdateBoard(_)
        | C::SetBoardTemplate(_)
        | C::SetEscalations(_)
        | C::ArchiveBoard(_)
        | C::UnarchiveBoard(_)
        | C::DeleteBoard(_)
        | C::RestoreBoard(_) => Capability::ManageBoard,
        C::CreateLink(_) | C::RevokeLink(_) => Capability::ManageBoard,
        C::SetBoardMember(_) => Capability::ManageBoardMembers,
        C::RemoveBoardMember(_) if own => Capability::LeaveBoard,
        C::RemoveBoardMember(_) => Capability::ManageBoardMembers,
        C::ReassignTasks(_) => Capability::ReassignTasks,
        #[rustfmt::skip]
        C::CreateColumn(_) | C::UpdateColumn(_) | C::MoveColumn(_) | C::SetColumnWorkflow(_) | C::ArchiveColumn(_)
        | C::UnarchiveColumn(_) | C::DeleteColumn(_) | C::CreateLabel(_) | C::UpdateLabel(_) | C::DeleteLabel(_)
        | C::CreateCategory(_) | C::UpdateCategory(_) | C::DeleteCategory(_) | C::CreateField(_) | C::UpdateField(_)
        | C::MoveField(_) | C::DeleteField(_) | C::CreateView(_) | C::UpdateView(_) | C::MoveView(_)
        | C::DeleteView(_) => Capability::ShapeBoard,
        C::WatchTask(_) | C::UnwatchTask(_) if own => Capability::WatchTasks,
        C::CreateTask(_)
        | C::UpdateTask(_)
        | C::EstimateTask(_)
        | C::CategorizeTask(_)
        | C::SetTaskCover(_)
        | C::SetTaskField(_)
        | C::SetTaskRepeat(_)
        | C::SetReminder(_)
        | C::RemoveReminder(_)
        | C::SetTaskParent(_)
        | C::AddDependency(_)
        | C::RemoveDependency(_)
        | C::WatchTask(_)
        | C::UnwatchTask(_)
        | C::MoveTask(_)
        | C::AssignTask(_)
        | C::UnassignTask(_)
        | C::LabelTask(_)
        | C::UnlabelTask(_)
        | C::PrioritizeTask(_)
        | C::ScheduleTask(_)
        | C::CompleteTask(_)
        | C::ReopenTask(_)
        | C::UnarchiveTask(_)
        | C::RestoreTask(_)
        | C::RevertTask(_)
        | C::CreateChecklist(_)
        | C::RenameChecklist(_)
        | C::DeleteChecklist(_)
        | C::AddChecklistItem(_)
        | C::UpdateChecklistItem(_)
        | C::RemoveChecklistItem(_) => Capability::EditTasks,
        // It is not here any more then.
        C::ArchiveTask(_) | C::DeleteTask(_) | C::TransferTask(_) => Capability::PutTasksAway,
        C::LogTime(_) | C::UpdateTime(_) | C::RemoveTime(_) if own => Capability::TrackTime,
        C::LogTime(_) | C::UpdateTime(_) | C::RemoveTime(_) => Capability::ManageTime,
        C::AnnounceTask(_) => Capability::ServeBoards,
        C::AddComment(_) | C::ReactToComment(_) | C::UnreactToComment(_) => Capability::Comment,
        C::EditComment(_) | C::DeleteComment(_) if own => Capability::Comment,
        C::EditComment(_) => Capability::EditOthersComments,
        C::DeleteComment(_) => Capability::ModerateComments,
    }
}

/// `own`: the asker joins or leaves, or the message is the asker's.
pub const fn channel(command: &ChannelCommand, own: bool) -> Capability {
    use ChannelCommand as C;
    match command {
        C::CreateChannel(command) if matches!(command.kind, ChannelKind::Direct) => Capability::BeginDirect,
        C::CreateChannel(_) => Capability::FoundChannel,
        C::UpdateChannel(_) | C::ArchiveChannel(_) | C::UnarchiveChannel(_) | C::DeleteChannel(_) => {
            Capability::ManageChannel
        }
        C::AddChannelMember(_) if own => Capability::JoinChannel,
        C::AddChannelMember(_) => Capability::AddToChannel,
        C::RemoveChannelMember(_) if own => Capability::LeaveChannel,
        C::RemoveChannelMember(_) => Capability::ManageChannelMembers,
        C::EditMessage(_) if !own => Capability::EditOthersMessages,
        C::DeleteMessage(_) if !own => Capability::ModerateMessages,
        C::PostMessage(_)
        | C::EditMessage(_)
        | C::DeleteMessage(_)
        | C::ReactToMessage(_)
        | C::UnreactToMessage(_)
        | C::PinMessage(_)
        | C::UnpinMessage(_) => Capability::Talk,
    }
}

pub const fn account(command: &AccountCommand) -> Capability {
    use AccountCommand as C;
    match command {
        C::RegisterAccount(_)
        | C::OpenSession(_)
        | C::UpdateAccount(_)
        | C::ChangeKept(_)
        | C::VerifyEmail(_)
        | C::ResetPassword(_)
        | C::DeleteAccount(_)
        | C::AddFactor(_)
        | C::RemoveFactor(_)
        | C::CreateToken(_)
        | C::RevokeToken(_) => Capability::ServeAccounts,
        C::CloseSession(_) | C::CloseAllSessions(_) => Capability::CloseSessions,
        C::StartTimer(_) | C::StopTimer(_) | C::DiscardTimer(_) => Capability::KeepTimer,
    }
}

pub const fn inbox(command: &InboxCommand) -> Capability {
    use InboxCommand as C;
    match command {
        C::TellInbox(_) | C::WakeEntries(_) | C::FailEntries(_) => Capability::ServeInboxes,
        C::OpenInbox(_)
        | C::ReadEntries(_)
        | C::UnreadEntries(_)
        | C::ReadAllEntries(_)
        | C::ArchiveEntries(_)
        | C::UnarchiveEntries(_)
        | C::DeleteEntries(_)
        | C::SnoozeEntries(_)
        | C::SeeSubject(_)
        | C::MarkChannel(_)
        | C::MarkChannelUnread(_)
        | C::SetPreferences(_) => Capability::KeepInbox,
    }
}
