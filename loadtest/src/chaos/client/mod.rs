//! A client that notes all it does and sees. It keeps the rules of docs/SYNC-SPEC.md: resumes from its bookmarks, sends unanswered
//! commands again under their numbers, connects anew with back-off. What it is shown it notes as it came, before it believes it.

mod commands;
mod control;
mod topics;
mod wire;

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    path::Path,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

pub use control::{Control, Counters, Phase};
use lockstep_protocol::{
    codec::Codec,
    command::Command,
    frame::ClientMessage,
    ids::{AccountId, ClientId, OrgId},
    topic::Topic,
};
use tokio::{
    sync::{mpsc, watch},
    time::Instant,
};
pub use topics::Followed;
pub use wire::CANARY;

use super::plan::Plan;
use crate::{
    dice::Dice,
    history::{Intent, Moment, Record, log::Writer},
    rest::{Rest, Tokens},
    socket::{self, Endpoint, Sender},
    stage::fresh,
};

/// How often a client looks at what is due.
const TICK: Duration = Duration::from_millis(25);
const CONNECT_WITHIN: Duration = Duration::from_secs(4);
/// After this long without a pong the connection is taken for dead.
const SILENCE_MAX: Duration = Duration::from_secs(6);
const PING_EVERY: Duration = Duration::from_secs(2);
const BACKOFF_FIRST: Duration = Duration::from_millis(500);
const BACKOFF_MAX: Duration = Duration::from_secs(5);
/// How long a client tries to reach the end before it notes where it stands.
const END_WITHIN: Duration = Duration::from_secs(30);

/// Where to come to, and until when it is tried.
struct Finishing {
    ends: Arc<BTreeMap<Topic, u64>>,
    until: Instant,
    /// Only what is refused for this long is out of reach.
    refused_for: Duration,
}

/// Who a client is.
#[derive(Clone)]
pub struct Me {
    pub index: u32,
    pub account: AccountId,
    pub client_id: ClientId,
    pub org: OrgId,
    pub codec: Codec,
    /// Its own way to the server.
    pub url: String,
    /// The secret in all texts of its organization.
    pub canary: String,
}

/// A command on its way.
pub struct Sent {
    pub topic: Topic,
    pub body: Command,
    pub mark: Option<String>,
    pub intent: Intent,
    pub attempt: u32,
    /// When it was sent on this connection; otherwise it waits to be sent (again).
    pub sent_at: Option<Instant>,
    pub retry_at: Option<Instant>,
}

/// What a ref of this connection stands for.
enum Asked {
    Join(Topic),
    Command { client_seq: u64, attempt: u32, variant: bool },
    Ping,
}

pub struct Player {
    pub me: Me,
    pub dice: Dice,
    pub topics: BTreeMap<Topic, Followed>,
    plan: Plan,
    rest: Rest,
    tokens: Tokens,
    log: Writer,
    began_at: Instant,
    counters: Arc<Counters>,
    unresolved: BTreeMap<u64, Sent>,
    /// Attempts made of each command that is sent again after it was answered, newest last.
    resolved: VecDeque<commands::Resolved>,
    next_seq: u64,
    next_reference: u32,
    connection: u32,
    asked: HashMap<u32, Asked>,
    outgoing: Vec<ClientMessage>,
    ready: bool,
    failed: u32,
    herd: u64,
    goaway_at: Option<Instant>,
    heard_at: Instant,
    pinged_at: Instant,
    next_op: Instant,
    finishing: Option<Finishing>,
    draining: bool,
    finished: bool,
    canaries: (u64, u64),
    reads: (mpsc::Sender<topics::ReadBack>, mpsc::Receiver<topics::ReadBack>),
    reading: bool,
}

/// Of the run that began then.
pub fn moment(began_at: Instant) -> Moment {
    u64::try_from(began_at.elapsed().as_micros()).unwrap_or(Moment::MAX)
}

impl Player {
    #[expect(clippy::too_many_arguments, reason = "made in one place")]
    pub fn new(
        me: Me,
        topics: impl IntoIterator<Item = Topic>,
        plan: Plan,
        tokens: Tokens,
        dice: Dice,
        began_at: Instant,
        counters: Arc<Counters>,
        log: &Path,
    ) -> anyhow::Result<Self> {
        let mut log = Writer::create(log)?;
        let Me { index, account, client_id, org, .. } = me;
        log.append(&Record::Author { index, account, client_id, org })?;
        let now = Instant::now();
        Ok(Self {
            rest: Rest::new(&me.url).with_token(&tokens.access_token),
            topics: topics.into_iter().map(|topic| (topic, Followed::default())).collect(),
            next_op: now,
            me,
            dice,
            plan,
            tokens,
            log,
            began_at,
            counters,
            unresolved: BTreeMap::new(),
            resolved: VecDeque::new(),
            next_seq: 1,
            next_reference: 1,
            connection: 0,
            asked: HashMap::new(),
            outgoing: Vec::new(),
            ready: false,
            failed: 0,
            herd: 0,
            goaway_at: None,
            heard_at: now,
            pinged_at: now,
            finishing: None,
            draining: false,
            finished: false,
            canaries: (0, 0),
            reads: mpsc::channel(4),
            reading: false,
        })
    }

    pub fn at(&self) -> Moment {
        moment(self.began_at)
    }

    fn note(&mut self, record: &Record) -> anyhow::Result<()> {
        self.log.append(record)
    }

    /// Plays until it is told to finish and stands at the end, or has tried for long enough.
    pub async fn play(mut self, mut control: watch::Receiver<Control>) -> anyhow::Result<()> {
        while !self.finished {
            self.obey(&control.borrow_and_update().clone());
            match tokio::time::timeout(CONNECT_WITHIN, self.connect()).await {
                Ok(Ok((sender, receiver))) => {
                    let code = self.live(sender, receiver, &mut control).await?;
                    self.disconnected(code)?;
                    self.failed = if self.ready { 0 } else { self.failed + 1 };
                }
                Ok(Err(_)) | Err(_) => self.failed += 1,
            }
            if self.overdue() {
                self.finish()?;
            }
            if !self.finished {
                self.back_off(&mut control).await;
            }
        }
        let (at, (own, foreign)) = (self.at(), self.canaries);
        self.note(&Record::Canaries { at, own, foreign })?;
        self.log.close()
    }

    async fn connect(&mut self) -> anyhow::Result<(Sender, socket::Receiver)> {
        // Every other one goes where its organization lives, as the web app does; the rest anywhere, so that nodes write the same boards.
        let near = if self.me.index.is_multiple_of(2) { self.me.org.0 } else { self.me.client_id.0 };
        // Not again to one that accepts and says nothing.
        let near = if self.failed > 0 { fresh() } else { near };
        let endpoint = Endpoint {
            url: self.me.url.clone(),
            token: self.tokens.access_token.clone(),
            client_id: self.me.client_id,
            codec: self.me.codec,
            near: Some(near),
            receive_buffer_bytes: None,
        };
        match socket::open(&endpoint).await {
            Ok((sender, receiver, _)) => Ok((sender, receiver)),
            Err(error) => {
                let closed = error.downcast_ref::<socket::Closed>().and_then(|closed| closed.code);
                if closed == Some(4401) {
                    self.renew().await?;
                }
                Err(error)
            }
        }
    }

    /// The access token has expired: a new one for the refresh token.
    async fn renew(&mut self) -> anyhow::Result<()> {
        if let Some(refresh_token) = self.tokens.refresh_token.clone() {
            self.tokens = self.rest.refresh(&refresh_token).await?;
            self.rest = self.rest.with_token(&self.tokens.access_token);
        }
        Ok(())
    }

    /// Waits as the protocol asks: half a second, doubling, each between half and the whole of it. A herd does not wait.
    async fn back_off(&mut self, control: &mut watch::Receiver<Control>) {
        if control.borrow_and_update().herd != self.herd || self.goaway_at.take().is_some() {
            return;
        }
        let whole = (BACKOFF_FIRST * 2_u32.saturating_pow(self.failed.min(6))).min(BACKOFF_MAX);
        let whole_ms = whole.as_millis() as u64;
        let wait = Duration::from_millis(self.dice.between(whole_ms / 2, whole_ms));
        tokio::time::sleep(wait).await;
    }

    fn obey(&mut self, control: &Control) {
        self.herd = control.herd;
        match &control.phase {
            Phase::Run => {}
            Phase::Drain => self.draining = true,
            Phase::Finish(ends, refused_for) => {
                self.draining = true;
                if self.finishing.is_none() {
                    let until = Instant::now() + END_WITHIN.max(*refused_for * 2);
                    self.finishing = Some(Finishing { ends: Arc::clone(ends), until, refused_for: *refused_for });
                    self.topics.values_mut().for_each(Followed::ask_again);
                }
            }
        }
    }

    fn overdue(&self) -> bool {
        self.finishing.as_ref().is_some_and(|end| Instant::now() > end.until)
    }

    /// One connection's life; answers with the code it was closed with, where there is one.
    async fn live(
        &mut self,
        mut sender: Sender,
        mut receiver: socket::Receiver,
        control: &mut watch::Receiver<Control>,
    ) -> anyhow::Result<Option<u16>> {
        self.connected()?;
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            if !self.flush(&mut sender).await {
                return Ok(None);
            }
            tokio::select! {
                frame = receiver.receive_frame() => match frame {
                    Ok(frame) => self.frame(frame)?,
                    Err(closed) => return Ok(closed.code),
                },
                _ = ticks.tick() => {
                    if self.is_silent() || self.goaway_at.is_some_and(|at| Instant::now() >= at) {
                        return Ok(None);
                    }
                    self.tick()?;
                }
                changed = control.changed() => {
                    if changed.is_err() {
                        self.finished = true;
                        return Ok(None);
                    }
                    let told = control.borrow_and_update().clone();
                    let herd = told.herd != self.herd;
                    self.obey(&told);
                    if herd {
                        // Seen by the back-off, which a herd does not keep.
                        self.goaway_at = Some(Instant::now());
                        return Ok(None);
                    }
                }
                Some(read) = self.reads.1.recv() => self.read_back(read)?,
            }
            if self.at_the_end() || self.overdue() {
                self.finish()?;
                let _ = tokio::time::timeout(Duration::from_secs(1), sender.close()).await;
                return Ok(None);
            }
        }
    }

    fn is_silent(&self) -> bool {
        self.pinged_at > self.heard_at && self.heard_at.elapsed() > SILENCE_MAX
    }

    fn connected(&mut self) -> anyhow::Result<()> {
        self.connection += 1;
        (self.ready, self.goaway_at) = (false, None);
        (self.heard_at, self.pinged_at) = (Instant::now(), Instant::now());
        self.counters.connected.fetch_add(1, Ordering::Relaxed);
        let (at, connection) = (self.at(), self.connection);
        self.note(&Record::Opened { at, connection })?;
        for topic in self.topics.keys().copied().collect::<Vec<_>>() {
            self.ask_to_join(topic);
        }
        for sent in self.unresolved.values_mut() {
            (sent.sent_at, sent.retry_at) = (None, None);
        }
        self.send_due()
    }

    /// What had no answer has none.
    fn disconnected(&mut self, code: Option<u16>) -> anyhow::Result<()> {
        self.counters.connected.fetch_sub(1, Ordering::Relaxed);
        let (at, connection) = (self.at(), self.connection);
        self.note(&Record::Lost { at, connection, code })?;
        self.unanswered()?;
        self.asked.clear();
        self.outgoing.clear();
        self.topics.values_mut().for_each(Followed::disconnected);
        Ok(())
    }

    fn tick(&mut self) -> anyhow::Result<()> {
        let now = Instant::now();
        if self.pinged_at <= self.heard_at && self.pinged_at + PING_EVERY <= now {
            self.pinged_at = now;
            self.ping();
        }
        for topic in
            self.topics.iter().filter(|(_, held)| held.is_due(now)).map(|(topic, _)| *topic).collect::<Vec<_>>()
        {
            self.ask_to_join(topic);
        }
        self.send_due()?;
        if !self.draining && self.ready && self.goaway_at.is_none() {
            self.act(now)?;
        }
        Ok(())
    }

    /// Whether it stands where it was told to come to, and was refused what it does not follow.
    fn at_the_end(&self) -> bool {
        let Some(end) = &self.finishing else { return false };
        self.ready && self.topics.iter().all(|(topic, held)| held.is_at(end.ends.get(topic).copied(), end.refused_for))
    }

    fn finish(&mut self) -> anyhow::Result<()> {
        if !std::mem::replace(&mut self.finished, true) {
            let at = self.at();
            for (topic, held) in &self.topics {
                if let Some((bookmark, digest)) = held.stands() {
                    self.log.append(&Record::Final { at, topic: *topic, bookmark, digest })?;
                }
            }
        }
        Ok(())
    }
}
