//! The table from command to capability. Must stay exhaustive: no wildcard arm.

use lockstep_protocol::command::{AccountCommand, BoardCommand, OrganizationCommand, TeamCommand};

/// Something that a role may or may not do. Looking is not among them: who may not look is told that there is nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Capability {
    FoundOrganization,
    ManageOrganization,
    AddMembers,
    ChangeMemberRoles,
    RemoveMembers,
    ClaimMembers,
    LeaveOrganization,
    FoundTeam,
    ManageTeam,
    LeaveTeam,
    FoundBoard,
    /// Name, visibility, archive, trash.
    ManageBoard,
    ManageBoardMembers,
    /// Give all tasks of somebody to somebody else.
    ReassignTasks,
    LeaveBoard,
    /// Columns and labels.
    ShapeBoard,
    EditTasks,
    Comment,
    /// Delete what others said.
    ModerateComments,
    /// Change what others said: nobody may.
    EditOthersComments,
    /// Say who made something and when, on another's word.
    Import,
    CloseSessions,
    /// Found, change and delete accounts, open sessions, record factors: the server alone, after what proves the owner.
    ServeAccounts,
}

/// `own`: the asker takes out themselves.
pub const fn organization(command: &OrganizationCommand, own: bool) -> Capability {
    use OrganizationCommand as C;
    match command {
        C::CreateOrganization(_) => Capability::FoundOrganization,
        C::UpdateOrganization(_) => Capability::ManageOrganization,
        C::AddMember(_) => Capability::AddMembers,
        C::ChangeMemberRole(_) => Capability::ChangeMemberRoles,
        C::RemoveMember(_) if own => Capability::LeaveOrganization,
        C::RemoveMember(_) => Capability::RemoveMembers,
        C::ClaimMember(_) => Capability::ClaimMembers,
    }
}

/// `own`: the asker takes out themselves.
pub const fn team(command: &TeamCommand, own: bool) -> Capability {
    use TeamCommand as C;
    match command {
        C::CreateTeam(_) => Capability::FoundTeam,
        C::UpdateTeam(_) | C::DeleteTeam(_) | C::AddTeamMember(_) => Capability::ManageTeam,
        C::RemoveTeamMember(_) if own => Capability::LeaveTeam,
        C::RemoveTeamMember(_) => Capability::ManageTeam,
    }
}

/// `own`: the asker takes out themselves, or the comment is the asker's.
pub const fn board(command: &BoardCommand, own: bool) -> Capability {
    use BoardCommand as C;
    match command {
        C::CreateBoard(_) => Capability::FoundBoard,
        C::UpdateBoard(_) | C::ArchiveBoard(_) | C::UnarchiveBoard(_) | C::DeleteBoard(_) | C::RestoreBoard(_) => {
            Capability::ManageBoard
        }
        C::SetBoardMember(_) => Capability::ManageBoardMembers,
        C::RemoveBoardMember(_) if own => Capability::LeaveBoard,
        C::RemoveBoardMember(_) => Capability::ManageBoardMembers,
        C::ReassignTasks(_) => Capability::ReassignTasks,
        C::CreateColumn(_)
        | C::UpdateColumn(_)
        | C::MoveColumn(_)
        | C::ArchiveColumn(_)
        | C::UnarchiveColumn(_)
        | C::DeleteColumn(_)
        | C::CreateLabel(_)
        | C::UpdateLabel(_)
        | C::DeleteLabel(_) => Capability::ShapeBoard,
        C::CreateTask(_)
        | C::UpdateTask(_)
        | C::MoveTask(_)
        | C::AssignTask(_)
        | C::UnassignTask(_)
        | C::LabelTask(_)
        | C::UnlabelTask(_)
        | C::PrioritizeTask(_)
        | C::ScheduleTask(_)
        | C::CompleteTask(_)
        | C::ReopenTask(_)
        | C::ArchiveTask(_)
        | C::UnarchiveTask(_)
        | C::DeleteTask(_)
        | C::RestoreTask(_)
        | C::CreateChecklist(_)
        | C::RenameChecklist(_)
        | C::DeleteChecklist(_)
        | C::AddChecklistItem(_)
        | C::UpdateChecklistItem(_)
        | C::RemoveChecklistItem(_) => Capability::EditTasks,
        C::AddComment(_) => Capability::Comment,
        C::EditComment(_) | C::DeleteComment(_) if own => Capability::Comment,
        C::EditComment(_) => Capability::EditOthersComments,
        C::DeleteComment(_) => Capability::ModerateComments,
    }
}

pub const fn account(command: &AccountCommand) -> Capability {
    use AccountCommand as C;
    match command {
        C::RegisterAccount(_)
        | C::OpenSession(_)
        | C::UpdateAccount(_)
        | C::VerifyEmail(_)
        | C::ResetPassword(_)
        | C::DeleteAccount(_)
        | C::AddFactor(_)
        | C::RemoveFactor(_) => Capability::ServeAccounts,
        C::CloseSession(_) | C::CloseAllSessions(_) => Capability::CloseSessions,
    }
}
