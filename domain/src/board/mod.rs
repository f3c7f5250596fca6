//! A board: its columns, labels, members and tasks. The live thing that most people look at most of the time.
//!
//! Must never hold long texts: a task knows the seq of the event that holds its description, a comment that of its text. To add
//! something to tasks: its fields in `state`, its rule in `decide/`, its fold in `evolve`, its place in `view` and `detail`.

mod alarms;
mod changes;
mod copy;
mod decide;
mod detail;
mod evolve;
mod past;
mod place;
mod shown;
mod spent;
mod state;
mod transfer;
mod view;
pub(crate) mod working;

pub use alarms::{Rule, Said};
pub use copy::CopyIds;
pub use detail::{Detail, MissingBody, comment_version};
use lockstep_protocol::{
    codes::Failure,
    command::{BoardCommand, Command},
    event::{BoardEvent, Event, Happened, level_on_board},
    ids::{AccountId, ClientId, OrgId, TeamId},
    topic::Kind,
    values::{Audience, Conflict, OnFailure},
    view::ViewPart,
};
pub use past::{Crossing, Past, Texts, differences, own_changes};
pub use spent::{Across, Spent, Sum, across, day_of, sums};
pub use state::{
    Away, Board, Category, Checklist, ChecklistItem, Column, Comment, CustomField, Label, Link, Task, TimeEntry,
    Tracked, View,
};

use crate::{
    access,
    aggregate::{Aggregate, Ctx, FollowUp, Principal},
    organization::Organization,
    team::Team,
};

impl Aggregate for Board {
    const KIND: Kind = Kind::Board;
    const STATE_VERSION: u32 = 5;

    type Command = BoardCommand;
    type Event = BoardEvent;

    fn own_command(command: Command) -> Option<Self::Command> {
        match command {
            Command::Board(command) => Some(command),
            _ => None,
        }
    }

    fn tag(event: &Self::Event) -> &'static str {
        event.tag()
    }

    fn parts(command: &BoardCommand) -> Option<(&[BoardCommand], OnFailure)> {
        match command {
            BoardCommand::Bulk(bulk) => Some((&bulk.commands, bulk.on_failure)),
            _ => None,
        }
    }

    fn follow_up(
        &self,
        command: &BoardCommand,
        ctx: &Ctx<'_>,
        index: usize,
    ) -> Result<Option<FollowUp<Self>>, Failure> {
        past::follow_up(self, command, ctx, index)
    }

    fn level(event: &Self::Event) -> u32 {
        level_on_board(event)
    }

    fn decide(&self, command: &Self::Command, ctx: &Ctx<'_>) -> Result<Vec<Self::Event>, Failure> {
        decide::decide(self, command, ctx)
    }

    fn conflicts(&self, events: &[Self::Event], saw: u64, author: (AccountId, Option<ClientId>)) -> Vec<Conflict> {
        changes::conflicts(self, events, saw, author)
    }

    fn beside(&self, command: &BoardCommand, ctx: &Ctx<'_>) -> Result<Vec<BoardEvent>, Failure> {
        match command {
            BoardCommand::TransferTask(command) => transfer::arrive(self, command, ctx),
            BoardCommand::UndoChange(_) => past::there(self, ctx),
            _ => Ok(Vec::new()),
        }
    }

    fn evolve(&mut self, happened: &Happened<Self::Event>) {
        changes::note(self, happened);
        evolve::evolve(self, happened);
        if Self::changes_access(&happened.event) {
            self.access_version = happened.seq;
        }
    }

    fn exists(&self) -> bool {
        self.head.is_some()
    }

    fn org_id(&self, _id: uuid::Uuid) -> OrgId {
        self.head.as_ref().map_or(OrgId::NIL, |head| head.org_id)
    }

    fn team_id(&self) -> Option<TeamId> {
        self.head.as_ref()?.team_id
    }

    fn founding(command: &Self::Command) -> Option<(OrgId, Option<TeamId>)> {
        match command {
            BoardCommand::CreateBoard(command) => Some((command.org_id, command.team_id)),
            _ => None,
        }
    }

    fn changes_access(event: &Self::Event) -> bool {
        match event {
            BoardEvent::BoardUpdated(updated) => updated.visibility.is_some(),
            BoardEvent::BoardCreated(_)
            | BoardEvent::BoardDeleted(_)
            | BoardEvent::BoardRestored(_)
            | BoardEvent::BoardMemberAdded(_)
            | BoardEvent::BoardMemberRoleChanged(_)
            | BoardEvent::BoardMemberRemoved(_)
            | BoardEvent::BoardLinkCreated(_)
            | BoardEvent::BoardLinkRevoked(_) => true,
            _ => false,
        }
    }

    fn listed(event: &Self::Event) -> bool {
        // No list shows links, and that there is one is no matter of those who see the board.
        event.tag().starts_with("board.") && !event.tag().starts_with("board.link.")
    }

    fn names(&self, viewer: (AccountId, Audience), other: AccountId, org: Option<&Organization>) -> bool {
        org.is_some_and(|org| access::names(org, Some(self), viewer, other))
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
        access::board_audience(self, principal, org, team)
    }

    fn project(event: &Self::Event, audience: Audience) -> Option<Event> {
        view::project(event, audience)
    }

    fn view(&self, id: uuid::Uuid, audience: Audience, part_bytes_max: usize) -> Vec<ViewPart> {
        view::view(self, id.into(), audience, part_bytes_max)
    }

    fn memory_bytes(&self) -> usize {
        self.weight()
    }
}
