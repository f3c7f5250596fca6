//! A channel of an organization or a team: who is in it, and what is said there. Texts are in the journal alone; what the live state
//! remembers is bounded however long the channel is ([`Keep`]). Must never say more of a message than what is remembered and what is
//! handed in of it.

mod decide;
mod direct;
mod evolve;
pub mod history;
mod message;
mod recalled;
mod state;
mod view;

pub use direct::direct_id;
use lockstep_protocol::{
    codes::Failure,
    command::{ChannelCommand, Command},
    event::{ChannelEvent, Event, Happened},
    ids::{AccountId, ChannelId, OrgId, TeamId},
    topic::Kind,
    values::Audience,
    view::ViewPart,
};
pub use message::{Answer, Message, Replies};
pub use recalled::Recalled;
pub use state::{Channel, Keep, Pin, Unread};

use crate::{
    access,
    aggregate::{Aggregate, Ctx, Marks, Principal},
    organization::Organization,
    team::Team,
};

/// Whether this event changes who may do or see what.
const fn changes_access(event: &ChannelEvent) -> bool {
    use ChannelEvent as E;
    match event {
        E::ChannelCreated(_)
        | E::ChannelDeleted(_)
        | E::ChannelMemberAdded(_)
        | E::ChannelMemberRoleChanged(_)
        | E::ChannelMemberRemoved(_) => true,
        E::ChannelUpdated(_)
        | E::ChannelArchived(_)
        | E::ChannelUnarchived(_)
        | E::MessagePosted(_)
        | E::MessageEdited(_)
        | E::MessageDeleted(_)
        | E::MessageReacted(_)
        | E::MessageUnreacted(_)
        | E::MessagePinned(_)
        | E::MessageUnpinned(_) => false,
    }
}

impl Aggregate for Channel {
    const KIND: Kind = Kind::Channel;
    const STATE_VERSION: u32 = 1;

    type Command = ChannelCommand;
    type Event = ChannelEvent;

    fn own_command(command: Command) -> Option<Self::Command> {
        match command {
            Command::Channel(command) => Some(command),
            _ => None,
        }
    }

    fn tag(event: &Self::Event) -> &'static str {
        event.tag()
    }

    fn marks(event: &Self::Event) -> Marks {
        let number = match event {
            ChannelEvent::MessagePosted(posted) => posted.number,
            _ => None,
        };
        Marks {
            about: message::touched(event).map(|message| message.seq),
            thread: message::answered(event).map(|message| message.seq),
            number,
        }
    }

    fn wants(&self, command: &Self::Command) -> Option<u64> {
        let message = decide::about(command)?;
        (message.seq <= self.forgotten && !self.messages.contains_key(&message.seq)).then_some(message.seq)
    }

    fn decide(&self, command: &Self::Command, ctx: &Ctx<'_>) -> Result<Vec<Self::Event>, Failure> {
        decide::decide(self, command, ctx)
    }

    fn evolve(&mut self, happened: &Happened<Self::Event>) {
        evolve::evolve(self, happened);
    }

    fn exists(&self) -> bool {
        self.head.is_some()
    }

    fn org_id(&self, _id: uuid::Uuid) -> OrgId {
        self.head.as_ref().map_or(OrgId::NIL, |head| head.org_id)
    }

    fn team_id(&self) -> Option<TeamId> {
        self.of_team()
    }

    fn founding(command: &Self::Command) -> Option<(OrgId, Option<TeamId>)> {
        match command {
            ChannelCommand::CreateChannel(command) => Some((command.org_id, command.team_id)),
            _ => None,
        }
    }

    fn changes_access(event: &Self::Event) -> bool {
        changes_access(event)
    }

    fn listed(event: &Self::Event) -> bool {
        use ChannelEvent as E;
        changes_access(event) || matches!(event, E::ChannelUpdated(_) | E::ChannelArchived(_) | E::ChannelUnarchived(_))
    }

    fn names(&self, (viewer, audience): (AccountId, Audience), other: AccountId, org: Option<&Organization>) -> bool {
        let Some(org) = org else { return false };
        let here = |account| org.ids_of(account).any(|id| self.member(id).is_some());
        access::names(org, None, (viewer, audience), other)
            || (audience == Audience::Guest && org.member(other).is_some() && here(viewer) && here(other))
    }

    fn access_version(&self) -> u64 {
        self.access_version
    }

    fn audience(
        &self,
        _id: uuid::Uuid,
        principal: Principal,
        org: Option<&Organization>,
        team: Option<&Team>,
    ) -> Option<Audience> {
        access::channel_audience(self, principal, org, team)
    }

    /// Whoever is in it, or may read it, is told everything; the public has no channels.
    fn project(event: &Self::Event, audience: Audience) -> Option<Event> {
        (audience != Audience::Public).then(|| event.clone().into())
    }

    fn view(&self, id: uuid::Uuid, audience: Audience, part_bytes_max: usize) -> Vec<ViewPart> {
        view::view(self, ChannelId(id), audience, part_bytes_max)
    }

    fn memory_bytes(&self) -> usize {
        1_024
            + self.members.len() * 48
            + self.messages.len() * 256
            + self.reactions * 24
            + self.changes.len() * 160
            + self.gone.len() * 16
            + self.pins.len() * 96
    }
}
