//! Somebody's inbox: what they are told of, how far they have read in which channel, and what they want to be told. There is one for each
//! person, whose id follows from that of their account (`Topic::inbox`). It holds ids and numbers. Must never hold a text or a name: what an entry
//! is about is read where it is,
//! when it is shown, with the rights that its reader has then.

mod decide;
mod evolve;
mod preferences;
mod quiet;
mod state;
mod view;

use lockstep_protocol::{
    codes::Failure,
    command::{Command, InboxCommand},
    event::{Event, Happened, InboxEvent},
    ids::{OrgId, TeamId},
    topic::{Kind, Topic},
    values::Audience,
    view::ViewPart,
};
pub use preferences::Preferences;
pub use state::{Entry, Inbox, Keep, Marker};

use crate::{
    aggregate::{Aggregate, Ctx, Marks, Principal},
    organization::Organization,
    team::Team,
};

impl Aggregate for Inbox {
    const KIND: Kind = Kind::Inbox;
    const STATE_VERSION: u32 = 2;

    type Command = InboxCommand;
    type Event = InboxEvent;

    fn own_command(command: Command) -> Option<Self::Command> {
        match command {
            Command::Inbox(command) => Some(command),
            _ => None,
        }
    }

    fn tag(event: &Self::Event) -> &'static str {
        event.tag()
    }

    /// The history is read by the numbers of its entries.
    fn marks(event: &Self::Event) -> Marks {
        let number = match event {
            InboxEvent::NotificationSent(sent) => sent.number,
            _ => None,
        };
        Marks { number, ..Marks::default() }
    }

    fn decide(&self, command: &Self::Command, ctx: &Ctx<'_>) -> Result<Vec<Self::Event>, Failure> {
        decide::decide(self, command, ctx)
    }

    fn evolve(&mut self, happened: &Happened<Self::Event>) {
        evolve::evolve(self, happened);
    }

    fn exists(&self) -> bool {
        self.access_version > 0
    }

    /// It is of no organization, like the account whose it is.
    fn org_id(&self, _id: uuid::Uuid) -> OrgId {
        OrgId::NIL
    }

    fn founding(command: &Self::Command) -> Option<(OrgId, Option<TeamId>)> {
        matches!(command, InboxCommand::OpenInbox(_) | InboxCommand::TellInbox(_)).then_some((OrgId::NIL, None))
    }

    fn changes_access(event: &Self::Event) -> bool {
        matches!(event, InboxEvent::InboxOpened(_))
    }

    fn access_version(&self) -> u64 {
        self.access_version
    }

    fn audience(
        &self,
        id: uuid::Uuid,
        principal: Principal,
        _org: Option<&Organization>,
        _team: Option<&Team>,
    ) -> Option<Audience> {
        let own = match principal {
            Principal::Account(account) => Topic::inbox(account).id == id,
            Principal::System(_) => true,
            Principal::Public | Principal::Link(_) => false,
        };
        (own && self.exists()).then_some(Audience::Member)
    }

    fn project(event: &Self::Event, audience: Audience) -> Option<Event> {
        (audience == Audience::Member).then(|| event.clone().into())
    }

    fn view(&self, id: uuid::Uuid, audience: Audience, part_bytes_max: usize) -> Vec<ViewPart> {
        view::view(self, Topic::new(Kind::Inbox, id).inbox_owner(), audience, part_bytes_max)
    }

    fn memory_bytes(&self) -> usize {
        512 + self.entries.len() * 320
            + self.snoozed.len() * 48
            + self.markers.len() * 128
            + self.exceptions * 16
            + self.preferences.weight()
    }
}
