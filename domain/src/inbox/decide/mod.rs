//! What may be asked of an inbox: by its owner, and by the server. For everybody else there is none. Must never tell of the same event twice.

mod entries;
mod marks;
mod preferences;
mod tell;

use lockstep_protocol::{
    codes::Failure,
    command::InboxCommand,
    event::{InboxEvent, inbox::InboxOpened},
    topic::Topic,
};

use super::state::Inbox;
use crate::{
    access::{self, Role},
    aggregate::{Aggregate, Ctx, Principal},
    refuse::not_found,
};

type Decided = Result<Vec<InboxEvent>, Failure>;

pub(super) fn decide(inbox: &Inbox, command: &InboxCommand, ctx: &Ctx<'_>) -> Decided {
    use InboxCommand as C;
    let opens = matches!(command, C::OpenInbox(_));
    match ctx.principal {
        Principal::System(_) => {}
        Principal::Account(account) if Topic::inbox(account).id == ctx.id && (opens || inbox.exists()) => {
            access::demand(Role::Oneself, access::inbox(command))?;
        }
        Principal::Account(_) | Principal::Public | Principal::Link(_) => return Err(not_found()),
    }
    match command {
        C::OpenInbox(_) => Ok(opened(inbox)),
        // Whoever is told of something for the first time has an inbox by that.
        C::TellInbox(command) => {
            let told = tell::tell(inbox, command, ctx);
            Ok(if told.is_some() { opened(inbox) } else { vec![] }.into_iter().chain(told).collect())
        }
        _ if !inbox.exists() => Err(not_found()),
        C::ReadEntries(command) => entries::read(inbox, &command.numbers, ctx),
        C::UnreadEntries(command) => entries::unread(inbox, &command.numbers, ctx),
        C::ReadAllEntries(command) => Ok(entries::read_all(inbox, command)),
        C::ArchiveEntries(command) => entries::archive(inbox, &command.numbers, ctx),
        C::UnarchiveEntries(command) => entries::unarchive(inbox, &command.numbers, ctx),
        C::DeleteEntries(command) => entries::delete(inbox, &command.numbers, ctx),
        C::SnoozeEntries(command) => entries::snooze(inbox, command, ctx),
        C::WakeEntries(command) => entries::wake(inbox, &command.numbers, ctx),
        C::FailEntries(command) => entries::fail(inbox, command, ctx),
        C::SeeSubject(command) => Ok(entries::see(inbox, command)),
        C::MarkChannel(command) => marks::mark(inbox, command, ctx),
        C::MarkChannelUnread(command) => marks::mark_unread(inbox, command, ctx),
        C::SetPreferences(command) => preferences::set(inbox, command, ctx),
    }
}

fn opened(inbox: &Inbox) -> Vec<InboxEvent> {
    if inbox.exists() { vec![] } else { vec![InboxOpened {}.into()] }
}
