//! Commands in a caller's name: under which number they are known when they are sent again, and what they are decided on. It must never
//! decide anything by itself.

use lockstep_protocol::{
    codes::Code,
    command::Command,
    frame::Acknowledged,
    ids::{BoardId, ClientId, OrgId},
    topic::{Kind, Topic},
};
use uuid::Uuid;

use super::{
    extract::Caller,
    problem::{Answer, Problem},
};
use crate::{
    actors::{CommandKey, CommandRequest, Saw},
    auth::service::derived_id,
    store::journal::Recorded,
};

impl Caller {
    /// An id for something new: the one the client chose; else, under an idempotency key, always the same one; else a fresh one.
    pub fn id_for<Id: core::convert::From<Uuid>>(&self, chosen: Option<Id>, what: &str) -> Id {
        chosen.unwrap_or_else(|| match &self.key {
            Some(key) => {
                let account = self.who.account.0;
                let parts = [account.as_bytes(), key.as_bytes(), what.as_bytes()];
                let derived = derived_id("lockstep id under an idempotency key", &parts);
                // As one that a client draws: those of version 8 are of things that follow from others.
                uuid::Builder::from_random_bytes(derived.into_bytes()).into_uuid().into()
            }
            None => self.http.clock.fresh_id().into(),
        })
    }

    /// Asks for a change in this caller's name, under their idempotency key where they gave one. `step` counts the commands of one request.
    pub async fn ask(&self, topic: impl Into<Topic>, step: u64, body: impl Into<Command>) -> Answer<Acknowledged> {
        let key = self.key_of(step);
        let topic = topic.into();
        // The first command of several moves it on itself.
        let saw = if step == 1 && topic.kind == Kind::Board { self.exactly(self.saw) } else { self.saw };
        self.ask_with(topic, key, body, saw).await
    }

    /// As [`Self::ask`], and only if the topic stands at this seq; `None` where it stands elsewhere, unless the caller named that.
    pub async fn ask_at(
        &self,
        topic: impl Into<Topic>,
        (step, seq): (u64, u64),
        body: impl Into<Command>,
    ) -> Answer<Option<Acknowledged>> {
        let named = self.expected.filter(|_| step == 1);
        let saw = Saw { exactly: Some(named.unwrap_or(seq)), ..self.saw };
        match self.ask_with(topic, self.key_of(step), body, saw).await {
            Err(Problem(failure)) if failure.code == Code::PreconditionFailed && named.is_none() => Ok(None),
            answer => answer.map(Some),
        }
    }

    /// What the author of a command had seen, with what `If-Match` says of the board.
    pub const fn exactly(&self, saw: Saw) -> Saw {
        Saw { exactly: self.expected, ..saw }
    }

    pub async fn ask_with(
        &self,
        topic: impl Into<Topic>,
        key: Option<CommandKey>,
        body: impl Into<Command>,
        saw: Saw,
    ) -> Answer<Acknowledged> {
        let request = CommandRequest {
            topic: topic.into(),
            principal: self.principal(),
            session: Some(self.who.credential),
            key,
            body: body.into(),
            saw,
        };
        Ok(self.http.directory.command(request).await?)
    }

    /// A board's command, by its whole path. Where `If-Match` was given, the board must stand there when it is decided.
    pub async fn change_board(&self, org: OrgId, board: BoardId, body: impl Into<Command>) -> Answer<Acknowledged> {
        self.board(org, board, None).await?;
        self.ask(board, 1, body).await
    }

    /// What an earlier attempt under the same idempotency key has done to this topic: the event that its answer named.
    pub async fn done_before(&self, topic: impl Into<Topic>, step: u64) -> Answer<Option<Recorded>> {
        let Some(CommandKey { client_id, client_seq }) = self.key_of(step) else { return Ok(None) };
        let (topic, journal) = (topic.into(), self.http.store.journal());
        let Some(known) = journal.known_one(topic, self.who.account, client_id, client_seq).await? else {
            return Ok(None);
        };
        Ok(journal.read_at(topic, vec![known.seq]).await?.pop())
    }

    fn key_of(&self, step: u64) -> Option<CommandKey> {
        let key = self.key.as_ref()?;
        let account = self.who.account.0;
        let client = derived_id("lockstep idempotency key", &[account.as_bytes(), key.as_bytes()]);
        Some(CommandKey { client_id: ClientId(client), client_seq: step })
    }
}
