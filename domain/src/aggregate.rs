//! What every aggregate is: a fold of events that decides commands.

use lockstep_protocol::{
    codes::Failure,
    command::Command,
    event::{BoardEvent, Event, Happened, level_of},
    ids::{AccountId, BoardId, ClientId, LinkId, OrgId, TeamId},
    limits::Limits,
    topic::Kind,
    values::{Audience, Conflict, Micros, OnFailure},
    view::ViewPart,
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    board::{Board, Past, Texts},
    channel::Recalled,
    organization::Organization,
    team::Team,
};

/// Who asks. It comes from the connection, never from a message's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Principal {
    /// A person or a service account.
    Account(AccountId),
    /// The server itself on behalf of an account: log-ins, imports that an operator runs, durable processes. Allowed everything that
    /// the state allows.
    System(AccountId),
    /// Anyone at all: may look at what is public, never ask for a change.
    Public,
    /// Anyone who has this public link: may look at its board, never ask for a change.
    Link(LinkId),
}

impl Principal {
    /// Under whose id what happens is recorded.
    pub const fn account(self) -> Option<AccountId> {
        match self {
            Self::Account(account) | Self::System(account) => Some(account),
            Self::Public | Self::Link(_) => None,
        }
    }
}

/// What a decision may know beside the aggregate's own state.
#[derive(Clone, Copy)]
pub struct Ctx<'a> {
    pub principal: Principal,
    /// When the events will be said to have happened.
    pub now: Micros,
    /// The id of the aggregate that is asked (it may not exist yet).
    pub id: uuid::Uuid,
    /// The organization this aggregate belongs to, as published on this node; the append is guarded on its access version.
    /// `None` for accounts, and for an organization deciding about itself.
    pub org: Option<&'a Organization>,
    /// The team that owns this board, guarded alike.
    pub team: Option<&'a Team>,
    /// The board as it was, for a command that goes back there.
    pub past: Option<&'a Past>,
    /// What the aggregate's own state holds no more and the command is about ([`Aggregate::wants`]).
    pub recalled: Option<&'a Recalled>,
    /// The other board, for a command that changes one besides.
    pub beside: Option<Beside<'a>>,
    pub limits: &'a Limits,
}

/// Another board that a command changes besides its own aggregate, in the same append: both are changed, or neither.
#[derive(Clone, Copy)]
pub struct Beside<'a> {
    pub id: BoardId,
    /// As published on this node; the append expects its stream to end at `seq`.
    pub board: &'a Board,
    pub seq: u64,
    /// Of that board, guarded as those of the aggregate itself.
    pub org: Option<&'a Organization>,
    pub team: Option<&'a Team>,
    /// The long texts that the command takes from one to the other.
    pub texts: &'a Texts,
}

/// What follows from a command besides its own events: these happen, then these are asked.
#[derive(Debug)]
pub struct FollowUp<A: Aggregate> {
    pub events: Vec<A::Event>,
    pub commands: Vec<A::Command>,
}

impl<A: Aggregate> FollowUp<A> {
    pub const fn asking(commands: Vec<A::Command>) -> Self {
        Self { events: Vec::new(), commands }
    }

    pub const fn happening(events: Vec<A::Event>) -> Self {
        Self { events, commands: Vec::new() }
    }
}

/// By what an event is found in a stream that is too long to be held, besides its place. It is kept beside the event, and says nothing that
/// the event does not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// The seq of the event whose thing it changes.
    pub about: Option<u64>,
    /// The seq of the event that began the thread that it makes longer or shorter.
    pub thread: Option<u64>,
    /// Its number among those that are counted.
    pub number: Option<u64>,
}

/// A live thing with a stream of its own. Cloning must be cheap (persistent maps): each batch evolves a copy.
pub trait Aggregate: Clone + Default + Send + Sync + Serialize + DeserializeOwned + 'static {
    const KIND: Kind;
    /// Raised whenever `evolve` or the serialized form changes: stored snapshots of other versions are ignored. A golden
    /// test pins the fold to it.
    const STATE_VERSION: u32;

    type Command: Clone + Send + Sync + std::fmt::Debug + 'static;
    type Event: Clone + Send + Sync + std::fmt::Debug + Serialize + DeserializeOwned + Into<Event> + 'static;

    /// The command, if it is one for this kind of aggregate.
    fn own_command(command: Command) -> Option<Self::Command>;

    /// The event's tag.
    fn tag(event: &Self::Event) -> &'static str;

    /// The commands that this one is made of, and what is to happen when one of them is refused; `None`: it is one alone. `decide` says
    /// whether they may be asked together.
    fn parts(_command: &Self::Command) -> Option<(&[Self::Command], OnFailure)> {
        None
    }

    /// What follows from a command of which that shows only as it goes, one thing after another, each on what those before it left;
    /// `None`: that was all.
    fn follow_up(
        &self,
        _command: &Self::Command,
        _ctx: &Ctx<'_>,
        _index: usize,
    ) -> Result<Option<FollowUp<Self>>, Failure> {
        Ok(None)
    }

    /// By what an event is found in a long stream besides its place.
    fn marks(_event: &Self::Event) -> Marks {
        Marks::default()
    }

    /// The level of the nodes that understand it.
    fn level(event: &Self::Event) -> u32 {
        level_of(Self::tag(event))
    }

    /// The seq of an event of its own stream without which this command cannot be decided here: the state holds no more what it was about.
    /// Whoever asks reads it in the journal, with what happened to the same thing since, and hands both in ([`Ctx::recalled`]). `None`:
    /// the state knows all it needs.
    fn wants(&self, _command: &Self::Command) -> Option<u64> {
        None
    }

    /// Checks input, state and access, and answers what would happen. No events: it was already so. Never panics on any state
    /// that `evolve` can reach.
    fn decide(&self, command: &Self::Command, ctx: &Ctx<'_>) -> Result<Vec<Self::Event>, Failure>;

    /// The values that these events, decided here, would overwrite and that another client changed after seq `saw`: what the author
    /// had not seen.
    fn conflicts(&self, _events: &[Self::Event], _saw: u64, _author: (AccountId, Option<ClientId>)) -> Vec<Conflict> {
        Vec::new()
    }

    /// What a command that is allowed here, and changes something, does on the board besides ([`Ctx::beside`]): checked there as here.
    fn beside(&self, _command: &Self::Command, _ctx: &Ctx<'_>) -> Result<Vec<BoardEvent>, Failure> {
        Ok(Vec::new())
    }

    /// Folds an event that happened. Cannot fail: what does not fit is ignored.
    fn evolve(&mut self, event: &Happened<Self::Event>);

    /// Whether the stream's founding event has happened.
    fn exists(&self) -> bool;

    /// Whether it ended for good: nothing of it is kept.
    fn is_over(&self) -> bool {
        false
    }

    /// The tenant: an organization's own `id`; [`OrgId::NIL`] for accounts and before it exists.
    fn org_id(&self, id: uuid::Uuid) -> OrgId;

    /// The team whose facts decide about access here, if any.
    fn team_id(&self) -> Option<TeamId> {
        None
    }

    /// If the command founds the aggregate: the organization and team that it names ([`OrgId::NIL`] where it depends on none).
    fn founding(_command: &Self::Command) -> Option<(OrgId, Option<TeamId>)> {
        None
    }

    /// Whether this event changes who may do or see what: it raises the access version of this aggregate's id.
    fn changes_access(event: &Self::Event) -> bool;

    /// Whether a list that people read shows any of what this event changes: which things there are and what they are called.
    fn listed(_event: &Self::Event) -> bool {
        false
    }

    /// Whether others may be shown this person otherwise after this event: another name, picture or job title. Of accounts alone.
    fn shows_otherwise(_event: &Self::Event) -> bool {
        false
    }

    /// Whether one who sees this aggregate as this audience may see there who `other` is.
    fn names(&self, _viewer: (AccountId, Audience), _other: AccountId, _org: Option<&Organization>) -> bool {
        false
    }

    /// The seq of the last event that changed access, 0 before the first: what appends decided with this state are guarded on.
    fn access_version(&self) -> u64;

    /// As which audience the principal may see this aggregate, whose id is `id`; `None`: as if it did not exist. An organization
    /// asks its own state, not `org`.
    fn audience(
        &self,
        id: uuid::Uuid,
        principal: Principal,
        org: Option<&Organization>,
        team: Option<&Team>,
    ) -> Option<Audience>;

    /// The event as that audience may see it; `None` when it must not be told.
    fn project(event: &Self::Event, audience: Audience) -> Option<Event>;

    /// What happened as that audience may see it: use this, not [`Aggregate::project`], for what leaves the server. The public is
    /// not told who did it, nor from which client.
    fn show(happened: &Happened<Self::Event>, audience: Audience) -> Option<Happened<Event>> {
        let told = audience != Audience::Public;
        Some(Happened {
            seq: happened.seq,
            at: happened.at,
            by: if told { happened.by } else { AccountId::NIL },
            client_id: happened.client_id.filter(|_| told),
            client_seq: happened.client_seq.filter(|_| told),
            event: Self::project(&happened.event, audience)?,
        })
    }

    /// The view for an audience, in parts of roughly at most `part_bytes_max` when encoded; at least one.
    fn view(&self, id: uuid::Uuid, audience: Audience, part_bytes_max: usize) -> Vec<ViewPart>;

    /// Roughly how many bytes of memory the state takes: for the budget of live state. Constant time.
    fn memory_bytes(&self) -> usize;

    /// A hash of the whole state. Equal states have equal digests on every node: the maps serialize in key order.
    fn digest(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        // Writing to a hasher cannot fail and our own states always serialize; were one not to, the digest of what was written
        // so far would still be the same on every node.
        let _ = self.serialize(&mut rmp_serde::Serializer::new(&mut hasher).with_struct_map());
        *hasher.finalize().as_bytes()
    }
}
