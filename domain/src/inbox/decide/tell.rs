//! Whether somebody is told of an event, and on which ways, as they want it. Who may see what it is about was decided before. Must never say
//! the same twice: positions only go forward.

use lockstep_protocol::{
    command::inbox::TellInbox,
    event::{InboxEvent, inbox::NotificationSent},
};

use crate::{
    aggregate::Ctx,
    inbox::{quiet, state::Inbox},
};

pub(super) fn tell(inbox: &Inbox, command: &TellInbox, ctx: &Ctx<'_>) -> Option<InboxEvent> {
    let (position, entry) = (command.position, command.entry);
    if inbox.told.is_some_and(|told| position <= told) || !inbox.preferences.admit(&entry) {
        return None;
    }
    let in_app = inbox.preferences.delivery(entry.reason).in_app;
    // What was read on another device before anybody could say it needs no mail.
    let routes = match inbox.has_read(&entry.subject) {
        true => Vec::new(),
        false => quiet::routes(&inbox.preferences, entry.reason, ctx.now, &command.zone),
    };
    // Where nothing wants it nothing happens, and what was told last stays as it was: asked again, it comes to nothing again, or, where
    // preferences changed meanwhile, to the one time that it is told.
    if !in_app && routes.is_empty() {
        return None;
    }
    let number = in_app.then_some(inbox.last_number + 1);
    Some(NotificationSent { position, number, entry, routes }.into())
}
