//! What a client gets that joins a channel: all that is bounded by limits. What is said is read from the history. Must never hold a text.

use lockstep_protocol::{
    ids::{ChannelId, OrgId},
    values::{Audience, ChannelKind, Lifecycle, MessageRef},
    view::{ChannelMemberView, ChannelPart, ChannelView, PinView, ViewPart},
};

use super::state::Channel;

/// Roughly what one member takes.
const MEMBER_BYTES: usize = 80;

pub(super) fn view(channel: &Channel, id: ChannelId, audience: Audience, part_bytes_max: usize) -> Vec<ViewPart> {
    let told = audience != Audience::Public;
    let head = channel.head.as_deref().filter(|_| told);
    let mut pins: Vec<_> = channel.pins.iter().filter(|_| told).collect();
    pins.sort_by_key(|(_, pin)| pin.seq);
    let pins = pins.into_iter().map(|(seq, pin)| PinView {
        message: MessageRef { message_id: pin.message_id, seq: *seq },
        author_id: pin.author_id,
        by: pin.by,
        at: pin.at,
    });
    let view = ChannelView {
        channel_id: id,
        org_id: channel.head.as_ref().map_or(OrgId::NIL, |head| head.org_id),
        team_id: head.and_then(|head| head.team_id),
        channel_kind: head.map_or(ChannelKind::Private, |head| head.kind),
        name: head.map(|head| head.name.clone()).unwrap_or_default(),
        purpose: head.map(|head| head.purpose.clone()).unwrap_or_default(),
        archived: head.is_some_and(|head| head.lifecycle == Lifecycle::Archived),
        last_number: channel.last_number,
        known_from: channel.known_from(),
        deleted_numbers: channel.gone.iter().copied().collect(),
        pins: pins.collect(),
    };
    let mut parts = vec![ViewPart::Channel(ChannelPart::Channel(view))];
    let members: Vec<_> = channel.members().filter(|_| told).collect();
    parts.extend(members.chunks((part_bytes_max / MEMBER_BYTES).max(1)).map(|some| {
        let members = some.iter().map(|(account_id, role)| ChannelMemberView { account_id: *account_id, role: *role });
        ViewPart::Channel(ChannelPart::Members { members: members.collect() })
    }));
    parts
}
