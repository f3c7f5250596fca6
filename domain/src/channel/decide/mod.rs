//! What may be asked of a channel. One that was deleted answers nothing, and one that somebody may not read is not there for them.

mod members;
mod messages;
mod rooms;

use lockstep_protocol::{
    codes::Failure,
    command::ChannelCommand,
    event::ChannelEvent,
    ids::AccountId,
    values::{Lifecycle, MessageRef},
};

use super::state::{Channel, Head};
use crate::{
    access::{self, Capability, ChannelStanding, Role},
    aggregate::{Ctx, Principal},
    organization::Organization,
    refuse::{not_found, wrong_state},
};

type Decided = Result<Vec<ChannelEvent>, Failure>;

/// One who asks something of a channel that is there for them.
struct Ask<'a> {
    channel: &'a Channel,
    head: &'a Head,
    ctx: &'a Ctx<'a>,
    org: &'a Organization,
    account: AccountId,
    /// `None`: the server itself.
    standing: Option<ChannelStanding>,
}

/// The message that a command is about.
pub(super) const fn about(command: &ChannelCommand) -> Option<MessageRef> {
    use ChannelCommand as C;
    match command {
        C::PostMessage(command) => command.thread,
        C::EditMessage(command) => Some(command.message),
        C::DeleteMessage(command) => Some(command.message),
        C::ReactToMessage(command) => Some(command.message),
        C::UnreactToMessage(command) => Some(command.message),
        C::PinMessage(command) => Some(command.message),
        // The pins are all remembered.
        C::UnpinMessage(_)
        | C::CreateChannel(_)
        | C::UpdateChannel(_)
        | C::ArchiveChannel(_)
        | C::UnarchiveChannel(_)
        | C::DeleteChannel(_)
        | C::AddChannelMember(_)
        | C::RemoveChannelMember(_) => None,
    }
}

pub(super) fn decide(channel: &Channel, command: &ChannelCommand, ctx: &Ctx<'_>) -> Decided {
    use ChannelCommand as C;
    if let C::CreateChannel(create) = command {
        return rooms::create(channel, create, command, ctx);
    }
    let ask = Ask::new(channel, command, ctx)?;
    match command {
        C::CreateChannel(_) => Err(not_found()),
        C::UpdateChannel(command) => rooms::update(&ask, command),
        C::ArchiveChannel(_) => Ok(rooms::archive(&ask)),
        C::UnarchiveChannel(_) => Ok(rooms::unarchive(&ask)),
        C::DeleteChannel(_) => Ok(rooms::delete()),
        C::AddChannelMember(command) => members::add(&ask, command),
        C::RemoveChannelMember(command) => members::remove(&ask, command),
        C::PostMessage(command) => messages::post(&ask, command),
        C::EditMessage(edit) => messages::edit(&ask, command, edit),
        C::DeleteMessage(delete) => messages::delete(&ask, command, delete),
        C::ReactToMessage(command) => messages::react(&ask, command),
        C::UnreactToMessage(command) => messages::unreact(&ask, command),
        C::PinMessage(command) => messages::pin(&ask, command),
        C::UnpinMessage(command) => Ok(messages::unpin(&ask, command)),
    }
}

impl<'a> Ask<'a> {
    fn new(channel: &'a Channel, command: &ChannelCommand, ctx: &'a Ctx<'a>) -> Result<Self, Failure> {
        let head = channel.there().ok_or_else(not_found)?;
        let account = ctx.principal.account().ok_or_else(not_found)?;
        let org = ctx.org.ok_or_else(not_found)?;
        let standing = match ctx.principal {
            Principal::System(_) => None,
            _ => Some(access::channel_standing(channel, account, org, ctx.team).ok_or_else(not_found)?),
        };
        let ask = Self { channel, head, ctx, org, account, standing };
        // Whose message it is shows later; here the least that could be needed. One who joins does not know yet that they are in it.
        let own = match command {
            ChannelCommand::AddChannelMember(command) => org.resolve(command.account_id) == account,
            ChannelCommand::RemoveChannelMember(command) => org.resolve(command.account_id) == account,
            ChannelCommand::DeleteMessage(_) => standing != Some(ChannelStanding::Overseer),
            _ => true,
        };
        ask.demand(access::channel(command, own))?;
        let archived = head.lifecycle == Lifecycle::Archived;
        if archived && !goes_on_in_the_archive(command) {
            return Err(wrong_state("The channel is archived."));
        }
        Ok(ask)
    }

    fn demand(&self, capability: Capability) -> Result<(), Failure> {
        self.standing.map_or(Ok(()), |standing| access::demand(Role::Channel(standing), capability))
    }

    fn may(&self, capability: Capability) -> bool {
        self.demand(capability).is_ok()
    }
}

/// What one said can be taken back, and one can leave, wherever it is.
const fn goes_on_in_the_archive(command: &ChannelCommand) -> bool {
    use ChannelCommand as C;
    matches!(
        command,
        C::ArchiveChannel(_)
            | C::UnarchiveChannel(_)
            | C::DeleteChannel(_)
            | C::RemoveChannelMember(_)
            | C::DeleteMessage(_)
    )
}
