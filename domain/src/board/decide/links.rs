//! Public links of a board. A link that was revoked is remembered by its id, so that nothing ever brings it back: not a command, not the
//! undoing of one. Must never know what opens a link.

use lockstep_protocol::{
    command::{
        BoardCommand,
        link::{CreateLink, RevokeLink},
    },
    event::link::{BoardLinkCreated, BoardLinkRevoked},
    ids::LinkId,
};

use super::{Ask, Decided};
use crate::{
    refuse::{exists, full, invalid, missing},
    text,
};

pub(super) fn decide(ask: &Ask<'_>, command: &BoardCommand) -> Decided {
    match command {
        BoardCommand::CreateLink(command) => create(ask, command),
        BoardCommand::RevokeLink(command) => revoke(ask, command),
        _ => Ok(vec![]),
    }
}

fn create(ask: &Ask<'_>, command: &CreateLink) -> Decided {
    let (board, limits, link_id) = (ask.board, ask.ctx.limits, command.link_id);
    if link_id == LinkId::NIL {
        return Err(invalid("link_id", "The nil id names nothing."));
    }
    if board.link(link_id).is_some() || board.ended_links.contains(&link_id) {
        return Err(exists("link_id"));
    }
    if board.links.len() >= limits.links_per_board_max {
        return Err(full("link_id", limits.links_per_board_max));
    }
    if board.links.len() + board.ended_links.len() >= limits.links_ever_per_board_max {
        return Err(full("link_id", limits.links_ever_per_board_max));
    }
    let name = command.name.as_deref().map(|name| text::name(name, "name", limits)).transpose()?;
    if let Some(end) = command.expires_at {
        let latest = i64::try_from(limits.link_life_ms_max).unwrap_or(i64::MAX).saturating_mul(1_000);
        if end <= ask.ctx.now {
            return Err(invalid("expires_at", "It is in the past."));
        }
        if end.saturating_sub(ask.ctx.now) > latest {
            return Err(invalid("expires_at", "It is too far off.").limit(limits.link_life_ms_max));
        }
    }
    Ok(vec![BoardLinkCreated { link_id, name, expires_at: command.expires_at }.into()])
}

fn revoke(ask: &Ask<'_>, command: &RevokeLink) -> Decided {
    let link_id = command.link_id;
    if ask.board.ended_links.contains(&link_id) {
        return Ok(vec![]);
    }
    ask.board.link(link_id).ok_or_else(|| missing("link_id"))?;
    Ok(vec![BoardLinkRevoked { link_id }.into()])
}
