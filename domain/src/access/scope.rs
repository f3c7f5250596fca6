//! What a token may be used for: one table from capability to scope. A token is never more than its owner: the owner's role is asked
//! all the same. Must stay exhaustive: no wildcard arm.

use lockstep_protocol::{command::Command, values::Scope};

use super::capability::{self, Capability};

/// The scope that a capability needs; `None`: no token ever.
pub const fn scope(capability: Capability) -> Option<Scope> {
    use Capability as C;
    match capability {
        C::FoundOrganization
        | C::ManageOrganization
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
        | C::ManageTeam
        | C::LeaveTeam
        | C::ManageBoard
        | C::ManageBoardMembers
        | C::ReassignTasks
        | C::LeaveBoard => Some(Scope::Admin),
        C::FoundBoard
        | C::ShapeBoard
        | C::EditTasks
        | C::Comment
        | C::ModerateComments
        | C::EditOthersComments
        | C::Import => Some(Scope::Write),
        // Whose an organization is, and whether it is, people decide; the rest the server does itself.
        C::OfferOwnership
        | C::AnswerOffer
        | C::DeleteOrganization
        | C::ServeOrganizations
        | C::CloseSessions
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
    }
}

/// Whether one of these scopes covers what is needed. Who may change may look: `write` and `admin` cover `read`.
pub fn covers(held: &[Scope], needed: Scope) -> bool {
    held.iter().any(|held| *held == needed || (needed == Scope::Read && matches!(held, Scope::Write | Scope::Admin)))
}
