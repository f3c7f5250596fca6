//! Whom concerns what is said in a channel. Must never tell a whole channel of a message but where everybody is meant or wants it.

use lockstep_protocol::{
    event::{ChannelEvent, channel::*},
    ids::{AccountId, ChannelId},
    values::{ChannelKind, Mentions, MessageRef, NotifyReason as R, Subject},
};

use super::{Facts, Told};

pub(super) fn whom(told: &mut Told<'_, impl Facts>, event: &ChannelEvent) {
    use ChannelEvent as E;
    let channel_id = ChannelId(told.news.topic.id);
    let channel = Subject::Channel { channel_id };
    match event {
        // Those of a direct talk are told by the first thing that is said.
        E::ChannelCreated(created) if created.kind != ChannelKind::Direct => {
            told.tell(created.members.iter().copied(), R::Shared, channel);
        }
        E::ChannelMemberAdded(added) => told.tell([added.account_id], R::Shared, channel),
        E::ChannelMemberRoleChanged(changed) => told.tell([changed.account_id], R::RoleChanged, channel),
        E::MessagePosted(posted) => post(told, posted, channel_id),
        E::MessageEdited(edited) => {
            // Without its number: whoever read it before has not read this.
            let subject = Subject::Message { channel_id, message: edited.message, number: None, thread: None };
            let before = told.facts.meant_before();
            let newly = meant(told, &edited.mentions).into_iter().filter(|account| !before.contains(account));
            told.tell(newly, R::Mentioned, subject);
        }
        E::MessageReacted(reacted) => {
            let subject = Subject::Message { channel_id, message: reacted.message, number: None, thread: None };
            told.tell([reacted.author_id], R::Reacted, subject);
        }
        E::ChannelCreated(_)
        | E::ChannelUpdated(_)
        | E::ChannelArchived(_)
        | E::ChannelUnarchived(_)
        | E::ChannelDeleted(_)
        | E::ChannelMemberRemoved(_)
        | E::MessageDeleted(_)
        | E::MessageUnreacted(_)
        | E::MessagePinned(_)
        | E::MessageUnpinned(_) => {}
    }
}

/// All whom a text means: by name, by their team, and everybody of the channel.
fn meant(told: &Told<'_, impl Facts>, mentions: &Mentions) -> Vec<AccountId> {
    let mut people = mentions.accounts.clone();
    people.extend(mentions.teams.iter().flat_map(|team| told.facts.team(*team)));
    if mentions.channel {
        people.extend(told.facts.channel().members);
    }
    people
}

fn post(told: &mut Told<'_, impl Facts>, posted: &MessagePosted, channel_id: ChannelId) {
    let message = MessageRef { message_id: posted.message_id, seq: told.news.happened.seq };
    let subject = Subject::Message { channel_id, message, number: posted.number, thread: posted.thread };
    told.tell(meant(told, &posted.mentions), R::Mentioned, subject);
    let people = told.facts.channel();
    if people.direct {
        told.tell(people.members, R::Direct, subject);
        return;
    }
    if let Some(root) = posted.thread {
        told.tell(told.facts.thread(root), R::Replied, subject);
    }
    told.tell(people.followers, R::Message, subject);
}
