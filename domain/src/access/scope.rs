//! What a token for programs may be used for: one table from capability to scope, and the one judgement by it. A token is never more
//! than its owner: the owner's role is asked all the same. Must stay exhaustive: no wildcard arm.

use lockstep_protocol::{
    codes::{Code, Failure},
    command::{BoardCommand, Command},
    values::Scope,
};

use super::capability::{self, Capability};

/// What somebody's credential opens, within what its owner may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    /// All of it: a log-in.
    Whole,
    /// What these cover: a token for programs.
    Scopes(Scopes),
}

/// A set of scopes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scopes(u8);

impl Scopes {
    pub fn of(list: &[Scope]) -> Self {
        Self(list.iter().fold(0, |set, scope| set | bit(*scope)))
    }

    /// Who may change may look: `write` and `admin` cover `read`.
    fn covers(self, needed: Scope) -> bool {
        let covering = match needed {
            Scope::Read => &[Scope::Read, Scope::Write, Scope::Admin][..],
            Scope::Account => &[Scope::Account],
            Scope::Write => &[Scope::Write],
            Scope::Admin => &[Scope::Admin],
        };
        self.0 & Self::of(covering).0 != 0
    }
}

const fn bit(scope: Scope) -> u8 {
    1 << scope as u8
}

impl Grant {
    /// Refuses what it does not open. `needed`: any of these scopes will do; none: no token may do it.
    pub fn permit(self, needed: &[Scope]) -> Result<(), Failure> {
        let Self::Scopes(held) = self else { return Ok(()) };
        if needed.iter().any(|scope| held.covers(*scope)) {
            return Ok(());
        }
        let words: Vec<&str> = needed.iter().map(|scope| scope.word()).collect();
        let why = match words[..] {
            [] => "This needs a log-in: no token may do it.".to_owned(),
            _ => format!("This needs a token of scope {}.", words.join(" or ")),
        };
        Err(Failure::because(Code::Forbidden, why))
    }

    /// Refuses a command that it does not open, whosever thing it is about.
    pub fn permit_command(self, command: &Command) -> Result<(), Failure> {
        self.permit(scope_of(command).as_slice())?;
        match command {
            Command::Board(BoardCommand::Bulk(bulk)) => {
                bulk.commands.iter().try_for_each(|part| self.permit(scope(capability::board(part, false)).as_slice()))
            }
            _ => Ok(()),
        }
    }
}

/// The scope that a capability needs; `None`: no token ever.
pub const fn scope(capability: Capability) -> Option<Scope> {
    use Capability as C;
    match capability {
        C::ManageOrganization
        | C::AddMembers
        | C::ChangeMemberRoles
        | C::RemoveMembers
        | C::ClaimMembers
        | C::InviteMembers
        | C::ManageSettings
        | C::SeeUsage
        | C::EditMembers
        | C::ManageRoles
        | C::LeaveOrganization
        | C::FoundTeam
        | C::UpdateTeam
        | C::ManageTeamMembers
        | C::ManageTeam
        | C::LeaveTeam
        | C::ManageBoard
        | C::ManageBoardMembers
        | C::ReassignTasks
        | C::JoinChannel
        | C::LeaveChannel
        | C::AddToChannel
        | C::ManageChannelMembers
        | C::ManageChannel
        | C::LeaveBoard => Some(Scope::Admin),
        C::FoundBoard
        | C::FoundChannel
        | C::BeginDirect
        | C::Talk
        | C::ModerateMessages
        | C::EditOthersMessages
        | C::ShapeBoard
        | C::EditTasks
        | C::PutTasksAway
        | C::TrackTime
        | C::ManageTime
        | C::KeepTimer
        | C::KeepInbox
        | C::Comment
        | C::WatchTasks
        | C::ModerateComments
        | C::EditOthersComments
        | C::Import => Some(Scope::Write),
        // That there is an organization, and whose it is, people decide; the rest the server does itself.
        C::FoundOrganization
        | C::OfferOwnership
        | C::AnswerOffer
        | C::DeleteOrganization
        | C::ServeOrganizations
        | C::ServeBoards
        | C::CloseSessions
        | C::ServeInboxes
        | C::ServeAccounts => None,
    }
}

/// The scope that a command needs, whosever thing it is about; `None`: no token ever.
pub const fn scope_of(command: &Command) -> Option<Scope> {
    match command {
        Command::Organization(command) => scope(capability::organization(command, false)),
        Command::Team(command) => scope(capability::team(command, false)),
        Command::Board(command) => scope(capability::board(command, false)),
        Command::Account(command) => scope(capability::account(command)),
        Command::Channel(command) => scope(capability::channel(command, false)),
        Command::Inbox(command) => scope(capability::inbox(command)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_commands_in_one_need_each_its_own_scope() {
        use lockstep_protocol::command::{board::DeleteBoard, bulk::Bulk, task::CompleteTask};
        let complete = BoardCommand::from(CompleteTask { task_id: lockstep_protocol::ids::TaskId::NIL });
        let bulk = |commands: Vec<BoardCommand>| Command::from(Bulk { commands, on_failure: Default::default() });
        let write = Grant::Scopes(Scopes::of(&[Scope::Write]));
        assert_eq!(write.permit_command(&bulk(vec![complete.clone()])), Ok(()));
        assert!(write.permit_command(&bulk(vec![complete.clone(), DeleteBoard {}.into()])).is_err());
        assert!(Grant::Scopes(Scopes::of(&[Scope::Read])).permit_command(&bulk(vec![complete])).is_err());
    }

    #[test]
    fn a_log_in_opens_everything_and_a_token_what_its_scopes_cover() {
        let every = [Scope::Account, Scope::Read, Scope::Write, Scope::Admin];
        for needed in [&[][..], &every] {
            assert_eq!(Grant::Whole.permit(needed), Ok(()));
        }
        let opens = |held: &[Scope], needed: &[Scope]| Grant::Scopes(Scopes::of(held)).permit(needed).is_ok();
        for held in every {
            assert!(!opens(&[held], &[]), "what no token may do");
            for needed in every {
                let reads = needed == Scope::Read && held != Scope::Account;
                assert_eq!(opens(&[held], &[needed]), held == needed || reads, "{held:?} for {needed:?}");
            }
        }
        assert!(opens(&[Scope::Account, Scope::Write], &[Scope::Admin, Scope::Write]));
        assert!(!opens(&[], &every));
    }
}
