//! What may be asked of a board. First who asks, then the board's own life, then the thing itself, one file an area.
//!
//! - A board in the trash answers only `board.restore`, one in the archive only unarchiving and the trash.
//! - A task in the trash answers only `task.restore`. One in the archive can be taken out, thrown away and talked about;
//!   everything else is `wrong_state`.
//! - What is already so takes no event.
//!
//! Must never panic, and never tell one who may not see the board that it is there.

mod categories;
mod checklists;
mod columns;
pub(super) mod comments;
mod dependencies;
mod fields;
mod labels;
mod links;
mod lives;
mod mentions;
pub(super) mod moves;
mod people;
mod reminders;
mod repeat;
mod settings;
pub(super) mod tasks;
mod time;
mod views;
pub(super) mod workflow;

use lockstep_protocol::{
    codes::{Code, Failure},
    command::{BoardCommand, bulk::Bulk},
    event::BoardEvent,
    ids::{AccountId, ColumnId, TaskId},
    values::{BoardRole, Lifecycle},
};

use super::{
    past,
    state::{Board, Column, Head, Task},
    transfer,
};
use crate::{
    access::{self, Capability, Role},
    aggregate::{Ctx, Principal},
    organization::Organization,
    refuse::{invalid, missing, not_found, wrong_state},
};

pub(super) type Decided = Result<Vec<BoardEvent>, Failure>;

/// A command of somebody who may ask it, on a board that can answer.
pub(super) struct Ask<'a> {
    board: &'a Board,
    head: &'a Head,
    ctx: &'a Ctx<'a>,
    org: &'a Organization,
    account: AccountId,
    /// `None` for the server itself, which no role binds.
    role: Option<BoardRole>,
}

pub(super) fn decide(board: &Board, command: &BoardCommand, ctx: &Ctx<'_>) -> Decided {
    if let BoardCommand::CreateBoard(create) = command {
        return settings::create(board, create, ctx);
    }
    let ask = Ask::new(board, command, ctx)?;
    use BoardCommand as C;
    match command {
        C::CreateBoard(_) => Err(not_found()),
        C::Bulk(bulk) => check_parts(&ask, bulk),
        C::UndoChange(_) | C::RevertTask(_) => past::decide(&ask, command),
        C::UpdateBoard(command) => settings::update(&ask, command),
        C::SetBoardTemplate(command) => Ok(settings::set_template(&ask, command)),
        C::SetEscalations(command) => settings::set_escalations(&ask, command),
        C::ArchiveBoard(_) => Ok(settings::archive(&ask)),
        C::UnarchiveBoard(_) => Ok(settings::unarchive(&ask)),
        C::DeleteBoard(_) => Ok(settings::delete()),
        C::RestoreBoard(_) => Ok(settings::restore(&ask)),
        C::SetBoardMember(command) => people::set_member(&ask, command),
        C::RemoveBoardMember(command) => people::remove_member(&ask, command),
        C::CreateLink(_) | C::RevokeLink(_) => links::decide(&ask, command),
        C::CreateColumn(command) => columns::create(&ask, command),
        C::UpdateColumn(command) => columns::update(&ask, command),
        C::MoveColumn(command) => columns::reorder(&ask, command),
        C::SetColumnWorkflow(command) => workflow::set(&ask, command),
        C::ArchiveColumn(command) => columns::archive(&ask, command),
        C::UnarchiveColumn(command) => columns::unarchive(&ask, command),
        C::DeleteColumn(command) => columns::delete(&ask, command),
        C::CreateLabel(_) | C::UpdateLabel(_) | C::DeleteLabel(_) => labels::shape(&ask, command),
        C::CreateCategory(_) | C::UpdateCategory(_) | C::DeleteCategory(_) => categories::shape(&ask, command),
        C::CreateField(_) | C::UpdateField(_) | C::MoveField(_) | C::DeleteField(_) => fields::shape(&ask, command),
        C::SetTaskField(command) => fields::set(&ask, command),
        C::CreateView(_) | C::UpdateView(_) | C::MoveView(_) | C::DeleteView(_) => views::decide(&ask, command),
        C::CategorizeTask(command) => categories::categorize(&ask, command),
        C::SetTaskCover(command) => categories::set_cover(&ask, command),
        C::LabelTask(command) => labels::put_on(&ask, command),
        C::UnlabelTask(command) => labels::take_off(&ask, command),
        C::AssignTask(command) => people::assign(&ask, command),
        C::UnassignTask(command) => people::unassign(&ask, command),
        C::ReassignTasks(command) => people::reassign(&ask, command),
        C::CreateTask(command) => tasks::create(&ask, command),
        C::UpdateTask(command) => tasks::update(&ask, command),
        C::PrioritizeTask(command) => tasks::prioritize(&ask, command),
        C::ScheduleTask(command) => tasks::schedule(&ask, command),
        C::MoveTask(command) => moves::task(&ask, command),
        C::TransferTask(command) => transfer::leave(&ask, command),
        C::EstimateTask(command) => tasks::estimate(&ask, command),
        C::SetTaskRepeat(command) => repeat::set(&ask, command),
        C::SetReminder(_) | C::RemoveReminder(_) | C::AnnounceTask(_) => reminders::decide(&ask, command),
        C::SetTaskParent(command) => dependencies::set_parent(&ask, command),
        C::AddDependency(command) => dependencies::add(&ask, command),
        C::RemoveDependency(command) => dependencies::remove(&ask, command),
        C::WatchTask(command) => people::watch(&ask, command),
        C::UnwatchTask(command) => people::unwatch(&ask, command),
        C::CompleteTask(command) => lives::complete(&ask, command),
        C::ReopenTask(command) => lives::reopen(&ask, command),
        C::ArchiveTask(command) => lives::archive(&ask, command),
        C::UnarchiveTask(command) => lives::unarchive(&ask, command),
        C::DeleteTask(command) => lives::delete(&ask, command),
        C::RestoreTask(command) => lives::restore(&ask, command),
        #[rustfmt::skip]
        C::CreateChecklist(_) | C::RenameChecklist(_) | C::DeleteChecklist(_) | C::AddChecklistItem(_)
        | C::UpdateChecklistItem(_) | C::RemoveChecklistItem(_) => checklists::decide(&ask, command),
        C::AddComment(command) => comments::add(&ask, command),
        C::EditComment(edit) => comments::edit(&ask, command, edit),
        C::DeleteComment(delete) => comments::delete(&ask, command, delete),
        C::ReactToComment(command) => comments::react(&ask, command),
        C::UnreactToComment(command) => comments::unreact(&ask, command),
        C::LogTime(_) | C::UpdateTime(_) | C::RemoveTime(_) => time::decide(&ask, command),
    }
}

/// Whether these commands may be asked in one. They are decided one by one afterwards.
fn check_parts(ask: &Ask<'_>, bulk: &Bulk) -> Decided {
    let most = ask.ctx.limits.bulk_commands_max;
    if bulk.commands.is_empty() {
        return Err(Failure::new(Code::FieldRequired).field("commands"));
    }
    if bulk.commands.len() > most {
        return Err(Failure::new(Code::FieldTooLong).field("commands").limit(most as u64));
    }
    let alone = |command: &BoardCommand| {
        use BoardCommand as C;
        matches!(command, C::CreateBoard(_) | C::Bulk(_) | C::UndoChange(_) | C::RevertTask(_) | C::TransferTask(_))
    };
    match bulk.commands.iter().position(alone) {
        Some(at) => Err(invalid(&format!("commands.{at}"), "It can only be asked alone.")),
        None => Ok(vec![]),
    }
}

impl<'a> Ask<'a> {
    pub(super) const fn board(&self) -> &'a Board {
        self.board
    }

    pub(super) const fn ctx(&self) -> &'a Ctx<'a> {
        self.ctx
    }

    pub(super) const fn account(&self) -> AccountId {
        self.account
    }

    pub(super) fn new(board: &'a Board, command: &BoardCommand, ctx: &'a Ctx<'a>) -> Result<Self, Failure> {
        let head = board.head.as_deref().ok_or_else(not_found)?;
        let role = match ctx.principal {
            Principal::System(_) => None,
            Principal::Account(account) => {
                Some(access::board_role(board, account, ctx.org, ctx.team).ok_or_else(not_found)?)
            }
            Principal::Public | Principal::Link(_) => {
                access::board_audience(board, ctx.principal, ctx.org, ctx.team).ok_or_else(not_found)?;
                return Err(crate::refuse::forbidden());
            }
        };
        let account = ctx.principal.account().ok_or_else(not_found)?;
        // Without an organization nobody has a role; the server itself still needs it for what it looks up there.
        let org = ctx.org.ok_or_else(not_found)?;
        let ask = Self { board, head, ctx, org, account, role };
        // Whose comment or time it is shows later; here the least that could be needed.
        let own = match command {
            BoardCommand::RemoveBoardMember(command) => org.resolve(command.account_id) == account,
            BoardCommand::LogTime(command) => command.account_id.is_none_or(|id| org.resolve(id) == account),
            BoardCommand::WatchTask(command) => org.resolve(command.account_id) == account,
            BoardCommand::UnwatchTask(command) => org.resolve(command.account_id) == account,
            _ => true,
        };
        ask.demand(access::board(command, own))?;
        match head.lifecycle {
            Lifecycle::Active => Ok(ask),
            Lifecycle::Archived => match command {
                BoardCommand::ArchiveBoard(_)
                | BoardCommand::UnarchiveBoard(_)
                | BoardCommand::DeleteBoard(_)
                | BoardCommand::RestoreBoard(_)
                // What it comes to is asked on its own.
                | BoardCommand::UndoChange(_) => Ok(ask),
                _ => Err(wrong_state("The board is archived.")),
            },
            Lifecycle::Deleted => match command {
                BoardCommand::RestoreBoard(_) | BoardCommand::UndoChange(_) => Ok(ask),
                _ => Err(not_found()),
            },
        }
    }

    fn demand(&self, capability: Capability) -> Result<(), Failure> {
        self.role.map_or(Ok(()), |role| access::demand(Role::Board(role), capability))
    }

    /// A task that is not in the trash.
    fn task(&self, id: TaskId) -> Result<&'a Task, Failure> {
        let task = self.board.task(id).filter(|task| task.lifecycle != Lifecycle::Deleted);
        task.ok_or_else(|| missing("task_id"))
    }

    /// A task that can be worked on.
    pub(super) fn active_task(&self, id: TaskId) -> Result<&'a Task, Failure> {
        let task = self.task(id)?;
        if task.lifecycle == Lifecycle::Active { Ok(task) } else { Err(wrong_state("The task is archived.")) }
    }

    fn column(&self, id: ColumnId) -> Result<&'a Column, Failure> {
        self.board.column(id).ok_or_else(|| missing("column_id"))
    }

    /// A column that tasks may enter.
    pub(super) fn open_column(&self, id: ColumnId) -> Result<&'a Column, Failure> {
        let column = self.column(id)?;
        if column.archived { Err(wrong_state("The column is archived.")) } else { Ok(column) }
    }
}
