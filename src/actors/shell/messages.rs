//! What an aggregate's shell is told and what it wants done. Plain data: nothing here decides or performs.

use std::sync::Arc;

use lockstep_domain::{Aggregate, Principal, access::Reach, board::Past, channel::Recalled};
use lockstep_protocol::{
    codes::Failure,
    frame::{Acknowledged, Ephemeral, PresenceMeta},
    ids::{AccountId, ClientId, CommitId, ConnectionId, OrgId},
    position::{Bookmark, Held, Position},
    values::Micros,
};
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use uuid::Uuid;

use super::{elsewhere::Word, window::ClientKey};
use crate::actors::Saw;
use crate::{
    actors::{
        beside::Beside,
        delivery::Subscriber,
        facts::{AccountFacts, Facts},
        published::Published,
    },
    bus::Notice,
    store::journal::{Append, Appended, Guard, Head, JournalError, Known, Origin, Recorded},
};

/// A command on its way through the shell.
pub struct Pending<A: Aggregate> {
    pub command: A::Command,
    pub principal: Principal,
    /// The facts of the account that asks; `None` for the system and for an account asked about itself.
    pub account: Option<AccountFacts>,
    pub origin: Option<Origin>,
    /// A replica behind what the author saw catches up first.
    pub saw: Saw,
    /// Where a command goes back to that does so.
    pub past: Option<Arc<Past>>,
    /// What the state holds no more and it is about.
    pub recalled: Option<Arc<Recalled>>,
    /// The other board, of a command that changes one besides.
    pub beside: Option<Arc<Beside>>,
    /// Given once, kept over retries: finds the command again after an append whose outcome was unknown.
    pub commit: CommitId,
    pub reply: oneshot::Sender<Result<Acknowledged, Failure>>,
    /// Its place in the mailbox.
    pub permit: OwnedSemaphorePermit,
    pub conflicts: u32,
    /// Append it by itself: a batch with it was refused.
    pub alone: bool,
    /// The head that an append of it expected whose outcome is unknown: until the stream has moved past that head it may still land,
    /// and nobody can be told that it failed.
    pub unsettled: Option<u64>,
    /// Its client's window was asked and did not know it. Until then it may have been committed before this life of the aggregate.
    pub looked: bool,
}

impl<A: Aggregate> Pending<A> {
    pub(super) fn answer(self, answer: Result<Acknowledged, Failure>) {
        // Whoever asked may have gone; then nobody wants the answer.
        let _ = self.reply.send(answer);
    }

    /// Whether an append of it may have been committed, or may yet be, that is not seen at this head.
    pub(super) fn may_land(&self, head: u64) -> bool {
        self.unsettled.is_some_and(|expected| !self.looked || expected >= head)
    }

    pub(super) fn client(&self) -> Option<ClientKey> {
        Some((self.principal.account()?, self.origin?.client_id))
    }
}

/// A request to join.
pub struct Joining {
    pub principal: Principal,
    pub reference: u32,
    pub after: Option<Held>,
    pub presence: bool,
    pub subscriber: Arc<dyn Subscriber>,
    pub reply: oneshot::Sender<Result<(), Failure>>,
    /// It waited for a catch-up once; it is answered with what there is.
    pub waited: bool,
}

/// What an aggregate is told.
pub enum Message<A: Aggregate> {
    Command(Box<Pending<A>>),
    Join(Box<Joining>),
    Leave(ConnectionId),
    Presence(ConnectionId, PresenceMeta),
    Ephemeral(ConnectionId, Ephemeral),
    /// The journal decided the append in flight.
    Appended(Result<Appended, JournalError>),
    /// The journal's head, and those of the guards that are not as they were decided with: read on a node that is not alone before anything
    /// is answered that no append stands for.
    Verified(Result<(Head, Vec<Guard>), JournalError>),
    /// Events after the head, asked for by a catch-up.
    CaughtUp(Result<Vec<Recorded>, JournalError>),
    /// A client's window.
    Window(ClientKey, Result<Vec<Known>, JournalError>),
    /// Events for one who joins.
    JoinRead(ConnectionId, u64, Result<Vec<Recorded>, JournalError>),
    /// Organization and team were loaded anew or caught up; `Err`: they cannot be.
    Facts(Result<Facts, Failure>),
    /// Roles changed in the organization or team.
    FactsChanged,
    /// A change reached the lists of some who follow this organization; `None`: hints about such were lost.
    Lists(Option<(Reach, Position)>),
    /// What came since the last hint may be told now.
    ListsDue,
    /// Somebody may be shown otherwise from now on, as their account's stream says at this seq.
    Profile(AccountId, u64),
    /// What came since profiles were told last may be told now.
    ProfilesDue,
    /// Another node committed.
    Heard(Arc<Notice>),
    /// The stream's head is at least here.
    Behind(u64),
    /// Catch up now, then say so.
    Refresh(oneshot::Sender<()>),
    /// Another node says who is here, or asks.
    Whispered(Uuid, Box<Word>),
    /// A node has gone, and with it everyone there.
    NodeGone(Uuid),
    /// A node came that may have somebody here.
    NodeCame,
    /// Time to say to the other nodes who is here.
    PresenceDue,
    /// The node cannot check access any more: hold back.
    Stale,
    /// It can again: catch up, check, go on; answers whether that went well.
    Revive(oneshot::Sender<bool>),
    /// The journal began a new epoch: what is in memory may not be what it holds.
    NewHistory,
    /// Time to try again after a failure.
    Retry,
    /// Its organization was deleted for good.
    End,
    /// End if nobody needs it; answers whether it does.
    Passivate(oneshot::Sender<bool>),
}

/// What an aggregate wants done.
pub enum Effect<A: Aggregate> {
    Append(Append),
    /// Read the head, and compare these with the journal's.
    Verify(Vec<Guard>),
    /// Read events after this seq.
    CatchUp {
        after: u64,
    },
    ReadWindow(ClientKey),
    /// Find one old command and answer it.
    LookUp(Box<Pending<A>>, Bookmark),
    ReadForJoin {
        connection: ConnectionId,
        after: u64,
        limit: usize,
    },
    /// Make sure that organization and team are live; those in `refresh` (and the account) must catch up first.
    ReloadFacts {
        refresh: Vec<uuid::Uuid>,
        accounts: Vec<AccountFacts>,
    },
    SaveSnapshot(Arc<Published<A>>, Head, Micros),
    Publish(Notice),
    /// An append of this aggregate has changed this other one too: tell it, here and on the other nodes.
    Beside(Notice),
    /// Tell the other nodes something short-lived.
    Whisper(OrgId, Word),
    /// Tell the live aggregates that read roles here.
    FactsChanged(OrgId),
    /// Tell the organization, if it is live here, whose lists changed.
    ListsChanged(OrgId, Reach, Position),
    /// Send `ListsDue` after this time.
    ListsLater(u64),
    /// Tell the live aggregates that this account may be shown otherwise, as its stream says at this seq.
    ProfileChanged(AccountId, u64),
    /// Send `ProfilesDue` after this time.
    ProfilesLater(u64),
    RetryLater,
    /// The journal's history is not the one in memory: raise the epoch, then end; the next load begins anew.
    LostHistory(u32),
    /// End now.
    Stop,
}

/// The key of a command in [`Origin`] form.
pub const fn origin(client_id: ClientId, client_seq: u64, body_hash: [u8; 16]) -> Origin {
    Origin { client_id, client_seq, body_hash }
}
