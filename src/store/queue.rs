//! Group commit: appends queue while the last commit runs, and go into the next one together. A batch that the database
//! refuses because of a value is halved until the bad append stands alone. It must never know which database it serves.

use std::{
    collections::{HashSet, VecDeque},
    future::Future,
    time::Duration,
};

use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    chain::Prepared,
    journal::{Appended, JournalError},
};

/// Appends that may wait for a committer before callers wait for room.
const QUEUE_LENGTH_MAX: usize = 4_096;
/// A batch is closed when it holds this much.
const BATCH_APPENDS_MAX: usize = 512;
const BATCH_EVENTS_MAX: usize = 4_096;
const BATCH_BYTES_MAX: usize = 8 << 20;
/// How often an append whose rows were locked by others is put into the next batch before it counts as a conflict.
const SKIPS_MAX: u8 = 8;
/// How much longer is waited with each time: 28 ms in all, some commits of another node.
const SKIP_PAUSE: Duration = Duration::from_millis(1);

type Answer = Result<Appended, JournalError>;

/// An append with the one who waits for it.
pub(super) struct Work {
    pub append: Prepared,
    reply: oneshot::Sender<Answer>,
    skips: u8,
}

/// What a committed batch says of one append.
#[derive(Debug)]
pub(super) enum Verdict {
    Decided(Answer),
    /// Rows of it were locked by others, or had to be made first: it goes into the next batch.
    Skipped,
}

/// Why a batch was not committed.
#[derive(Debug)]
pub(super) struct Failed {
    pub error: JournalError,
    /// A value of some append is at fault: halving the batch finds it.
    pub value: bool,
}

/// What commits batches on one connection.
pub(super) trait Committer: Send + 'static {
    /// Must appends that raise access versions have a transaction of their own?
    const RAISES_ALONE: bool;

    /// Commits a batch in one transaction, in which no stream occurs twice; one verdict for each append, in order.
    fn commit(&mut self, batch: &[Work]) -> impl Future<Output = Result<Vec<Verdict>, Failed>> + Send;
}

/// The caller's end of a committer.
#[derive(Clone, Debug)]
pub(super) struct Lane {
    sender: mpsc::Sender<Work>,
}

impl Lane {
    /// Starts a committer. It ends when `stop` is cancelled and its queue is empty.
    pub fn start<C: Committer>(committer: C, stop: CancellationToken) -> (Self, tokio::task::JoinHandle<()>) {
        let (sender, receiver) = mpsc::channel(QUEUE_LENGTH_MAX);
        let queue = Queue { receiver, waiting: VecDeque::new(), stop };
        (Self { sender }, tokio::spawn(queue.run(committer)))
    }

    /// Hands an append in and waits for its answer. Once handed in it is decided, whether or not anybody waits.
    pub async fn append(&self, append: Prepared) -> Answer {
        let (reply, answer) = oneshot::channel();
        let work = Work { append, reply, skips: 0 };
        if self.sender.send(work).await.is_err() {
            return Err(JournalError::Unavailable("the journal is closed".into()));
        }
        // A committer that went away without an answer may have committed.
        answer.await.unwrap_or_else(|_| Err(JournalError::Unknown("the committer stopped".into())))
    }
}

struct Queue {
    receiver: mpsc::Receiver<Work>,
    /// Taken from the channel, oldest first.
    waiting: VecDeque<Work>,
    stop: CancellationToken,
}

impl Queue {
    async fn run<C: Committer>(mut self, mut committer: C) {
        while self.fill().await {
            let batch = self.next_batch(C::RAISES_ALONE);
            let skipped = decide(&mut committer, batch).await;
            let only_skipped = self.waiting.is_empty();
            let pause = skipped.iter().map(|work| SKIP_PAUSE * u32::from(work.skips - 1)).min().unwrap_or_default();
            for work in skipped.into_iter().rev() {
                self.waiting.push_front(work);
            }
            if only_skipped && !pause.is_zero() {
                self.pause(pause).await;
            }
        }
    }

    /// Gives whoever holds the rows some time, unless there is something else to do.
    async fn pause(&mut self, pause: Duration) {
        if let Ok(Some(work)) = tokio::time::timeout(pause, self.receiver.recv()).await {
            self.waiting.push_back(work);
        }
    }

    /// Takes everything that was handed in, waiting for a first one if there is none. False when all is over.
    async fn fill(&mut self) -> bool {
        if self.waiting.is_empty() {
            let first = tokio::select! {
                biased;
                first = self.receiver.recv() => first,
                () = self.stop.cancelled() => {
                    self.receiver.close();
                    self.receiver.recv().await
                }
            };
            match first {
                Some(work) => self.waiting.push_back(work),
                None => return false,
            }
        }
        while self.waiting.len() < QUEUE_LENGTH_MAX {
            let Ok(work) = self.receiver.try_recv() else { break };
            self.waiting.push_back(work);
        }
        true
    }

    /// The oldest appends that can share a transaction. One that shares a stream with an earlier one waits, and so do
    /// those behind it: appends to one stream are decided in the order they came.
    fn next_batch(&mut self, raises_alone: bool) -> Vec<Work> {
        let mut batch: Vec<Work> = Vec::new();
        let mut left = VecDeque::new();
        let mut streams: HashSet<Uuid> = HashSet::new();
        let (mut events, mut bytes) = (0, 0);
        let mut closed = false;
        while let Some(work) = self.waiting.pop_front() {
            let append = &work.append;
            let alone = raises_alone && !append.raises.is_empty();
            let full = batch.len() >= BATCH_APPENDS_MAX
                || events + append.events > BATCH_EVENTS_MAX
                || bytes + append.bytes > BATCH_BYTES_MAX;
            // Behind an append that must stand alone nothing moves up.
            closed |= !batch.is_empty() && (full || alone);
            if closed {
                left.push_back(work);
                left.append(&mut self.waiting);
                break;
            }
            let free = append.streams.iter().all(|part| !streams.contains(&part.stream.id));
            streams.extend(append.streams.iter().map(|part| part.stream.id));
            if free {
                events += append.events;
                bytes += append.bytes;
                closed = alone;
                batch.push(work);
            } else {
                left.push_back(work);
            }
        }
        self.waiting = left;
        batch
    }
}

/// Commits a batch, halving it where a value is at fault, and answers. Returns what has to be tried again.
async fn decide<C: Committer>(committer: &mut C, batch: Vec<Work>) -> Vec<Work> {
    let mut again = Vec::new();
    let mut parts = vec![batch];
    while let Some(mut part) = parts.pop() {
        match committer.commit(&part).await {
            Ok(verdicts) => {
                for (mut work, verdict) in part.into_iter().zip(verdicts) {
                    match verdict {
                        Verdict::Decided(answer) => reply(work, answer),
                        Verdict::Skipped if work.skips < SKIPS_MAX => {
                            work.skips += 1;
                            again.push(work);
                        }
                        Verdict::Skipped => reply(work, Ok(Appended::Conflict(Vec::new()))),
                    }
                }
            }
            Err(failed) if failed.value && part.len() > 1 => {
                let second = part.split_off(part.len() / 2);
                parts.push(second);
                parts.push(part);
            }
            Err(failed) => part.into_iter().for_each(|work| reply(work, Err(failed.error.clone()))),
        }
    }
    again
}

fn reply(work: Work, answer: Answer) {
    // Nobody waits any more: it was decided all the same.
    let _ = work.reply.send(answer);
}
