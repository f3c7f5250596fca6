//! How an aggregate comes to life: the newest snapshot that fits, then the journal's tail, each link of the chain checked.
//! A snapshot that does not fit is left aside; an event that does not fold ends the load at the last good one.

use lockstep_domain::{
    Aggregate, Channel, Inbox, account::Account, board::Board, organization::Organization, team::Team,
};
use lockstep_protocol::{
    position::{Bookmark, Position},
    topic::{Kind, Topic},
    values::Micros,
};
use serde::{Deserialize, Serialize};

use super::{encode, facts::Facts, published::Published, shell::Loaded};
use crate::store::journal::{GENESIS, Guard, Hash, Head, JournalError, Recorded, SharedJournal};

/// Events in one read.
const PAGE: usize = 1_000;

/// A stored fold.
#[derive(Serialize)]
pub struct StoredRef<'a, A> {
    pub last_at: Micros,
    pub state: &'a A,
}

#[derive(Deserialize)]
#[serde(bound = "A: serde::de::DeserializeOwned")]
struct Stored<A> {
    last_at: Micros,
    state: A,
}

/// The head of a stream, and those of the guards that are not so any more.
pub async fn head_and_guards(
    journal: &SharedJournal,
    topic: Topic,
    guards: Vec<Guard>,
) -> Result<(Head, Vec<Guard>), JournalError> {
    let head = journal.head(topic).await?;
    // Behind the head: versions only rise, so that those which are still so were so when the head was read.
    let subjects = guards.iter().map(|guard| guard.subject).collect();
    let now = journal.access(subjects).await?;
    Ok((head, now.into_iter().filter(|now| !guards.contains(now)).collect()))
}

/// All events after `after`.
pub async fn read_all(journal: &SharedJournal, topic: Topic, after: u64) -> Result<Vec<Recorded>, JournalError> {
    let mut events = journal.read(topic, after, PAGE).await?;
    while events.len() % PAGE == 0
        && let Some(last) = events.last().map(|event| event.seq)
    {
        let more = journal.read(topic, last, PAGE).await?;
        if more.is_empty() {
            break;
        }
        events.extend(more);
    }
    Ok(events)
}

/// A fold under way.
struct Fold<A> {
    state: A,
    version: u64,
    hash: Hash,
    last_at: Micros,
    position: Position,
    snapshot_seq: u64,
}

impl<A: Aggregate> Fold<A> {
    fn start() -> Self {
        Self { state: A::default(), version: 0, hash: GENESIS, last_at: 0, position: Position::START, snapshot_seq: 0 }
    }

    fn take(&mut self, event: &Recorded) -> Result<(), JournalError> {
        if event.seq != self.version + 1 || !event.follows(&self.hash) {
            return Err(JournalError::Damaged {
                stream: event.stream,
                seq: event.seq,
                what: "it does not follow its predecessor".into(),
            });
        }
        self.state.evolve(&encode::happened::<A>(event)?);
        self.version = event.seq;
        self.hash = event.hash;
        self.last_at = self.last_at.max(event.at);
        self.position = event.position;
        Ok(())
    }
}

/// A stream as it was right after this seq, and when the last of its events until then happened.
pub async fn at<A: Aggregate>(journal: &SharedJournal, topic: Topic, seq: u64) -> Result<(A, Micros), JournalError> {
    let mut fold = from_snapshot::<A>(journal, topic, seq).await?.unwrap_or_else(Fold::start);
    while fold.version < seq {
        let left = usize::try_from(seq - fold.version).unwrap_or(PAGE).min(PAGE);
        let events = journal.read(topic, fold.version, left).await?;
        if events.is_empty() {
            break;
        }
        for event in &events {
            fold.take(event)?;
        }
    }
    Ok((fold.state, fold.last_at))
}

/// Loads a stream; an empty one gives an aggregate that does not exist. A damaged one gives its last good state, quarantined.
pub async fn load<A: Aggregate>(journal: &SharedJournal, topic: Topic) -> Result<Loaded<A>, JournalError> {
    let epoch = journal.head(topic).await?.epoch;
    let mut fold = match from_snapshot(journal, topic, u64::MAX).await? {
        Some(fold) => fold,
        None => Fold::start(),
    };
    let damage = match tail(journal, topic, &mut fold).await {
        Err(error @ JournalError::Damaged { .. }) if fold.snapshot_seq > 0 => {
            tracing::error!(%topic, %error, "the journal does not continue the snapshot; folding from the beginning");
            fold = Fold::start();
            tail(journal, topic, &mut fold).await
        }
        other => other,
    };
    let quarantined = match damage {
        Ok(()) => false,
        Err(error @ JournalError::Damaged { .. }) => {
            tracing::error!(%topic, %error, seq = fold.version, "quarantined: read only at the last good event");
            true
        }
        Err(error) => return Err(error),
    };
    let bookmark = Bookmark { epoch, seq: fold.version };
    Ok(Loaded {
        published: Published { state: fold.state, bookmark, hash: fold.hash, position: fold.position, quarantined },
        head: Head { version: fold.version, hash: fold.hash, epoch },
        last_at: fold.last_at,
        snapshot_seq: fold.snapshot_seq,
        facts: Facts::default(),
    })
}

/// The fold that the newest snapshot up to this seq holds.
async fn from_snapshot<A: Aggregate>(
    journal: &SharedJournal,
    topic: Topic,
    at_most: u64,
) -> Result<Option<Fold<A>>, JournalError> {
    let Some(snapshot) = journal.load_snapshot(topic, A::STATE_VERSION, at_most).await? else { return Ok(None) };
    match rmp_serde::from_slice::<Stored<A>>(&snapshot.bytes) {
        Ok(stored) => Ok(Some(Fold {
            state: stored.state,
            version: snapshot.seq,
            hash: snapshot.hash,
            last_at: stored.last_at,
            position: Position::START,
            snapshot_seq: snapshot.seq,
        })),
        Err(error) => {
            tracing::error!(%topic, seq = snapshot.seq, %error, "a snapshot does not decode; folding the journal");
            Ok(None)
        }
    }
}

/// Folds everything after what is held. Of a damaged page, what stands before the damage is folded too.
async fn tail<A: Aggregate>(journal: &SharedJournal, topic: Topic, fold: &mut Fold<A>) -> Result<(), JournalError> {
    loop {
        let events = match journal.read(topic, fold.version, PAGE).await {
            Err(JournalError::Damaged { stream, seq, what }) if seq > fold.version + 1 => {
                let good = (seq - 1 - fold.version) as usize;
                for event in &journal.read(topic, fold.version, good.min(PAGE)).await? {
                    fold.take(event)?;
                }
                return Err(JournalError::Damaged { stream, seq, what });
            }
            other => other?,
        };
        for event in &events {
            fold.take(event)?;
        }
        if events.len() < PAGE {
            return Ok(());
        }
    }
}

/// Reads a whole stream and checks what can be checked: that it folds from its first event to its last, and that its newest
/// snapshot is what that fold was at its seq.
pub async fn verify(journal: &SharedJournal, topic: Topic) -> Result<(), JournalError> {
    match topic.kind {
        Kind::Organization => verify_of::<Organization>(journal, topic).await,
        Kind::Team => verify_of::<Team>(journal, topic).await,
        Kind::Board => verify_of::<Board>(journal, topic).await,
        Kind::Account => verify_of::<Account>(journal, topic).await,
        Kind::Channel => verify_of::<Channel>(journal, topic).await,
        Kind::Inbox => verify_of::<Inbox>(journal, topic).await,
    }
}

async fn verify_of<A: Aggregate>(journal: &SharedJournal, topic: Topic) -> Result<(), JournalError> {
    let snapshot: Option<Fold<A>> = from_snapshot(journal, topic, u64::MAX).await?;
    let mut fold: Fold<A> = Fold::start();
    loop {
        let events = journal.read(topic, fold.version, PAGE).await?;
        for event in &events {
            fold.take(event)?;
            if let Some(snapshot) = snapshot.as_ref().filter(|snapshot| snapshot.version == fold.version)
                && (snapshot.hash != fold.hash || snapshot.state.digest() != fold.state.digest())
            {
                let what = "the snapshot stored here is not what the events make".into();
                return Err(JournalError::Damaged { stream: topic, seq: event.seq, what });
            }
        }
        if events.len() < PAGE {
            return Ok(());
        }
    }
}
