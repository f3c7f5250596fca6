//! What was said in a channel, as it is now: messages by their numbers, by their threads, or by the seqs that posted them. What the live
//! state holds of a message needs the journal for its text alone; older ones are folded from their events. Everything is as it was at one
//! seq of the channel, which the answer names. It must never read what somebody may not see: who asks has checked.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::RangeInclusive,
    sync::Arc,
};

use lockstep_domain::{
    Channel,
    channel::{Answer as Reply, Message, history},
};
use lockstep_protocol::{
    codes::{Code, Failure},
    event::{ChannelEvent, Happened, channel::MessagePosted},
    ids::ChannelId,
    topic::Topic,
    values::MessageRef,
    view::MessageView,
};

use super::{Published, happened};
use crate::store::journal::{Marked, MarkedBy, SharedJournal};

type Answer<T> = Result<T, Failure>;

/// Events in one read.
const PAGE: usize = 1_000;

/// A channel as it was published once, and the journal behind it.
pub struct Said {
    journal: SharedJournal,
    topic: Topic,
    published: Arc<Published<Channel>>,
}

type Events = BTreeMap<u64, Happened<ChannelEvent>>;

impl Said {
    pub fn of(journal: SharedJournal, channel: ChannelId, published: Arc<Published<Channel>>) -> Self {
        Self { journal, topic: Topic::from(channel), published }
    }

    pub fn state(&self) -> &Channel {
        &self.published.state
    }

    /// Everything is as it was then.
    pub fn seq(&self) -> u64 {
        self.published.bookmark.seq
    }

    /// The seqs of the messages with these numbers, ascending.
    pub async fn numbered(&self, numbers: &RangeInclusive<u64>) -> Answer<Vec<u64>> {
        if numbers.is_empty() {
            return Ok(Vec::new());
        }
        let newest = self.state().messages().filter_map(|(seq, message)| Some((message.number?, seq)));
        let held: BTreeMap<u64, u64> = newest.take_while(|(number, _)| number >= numbers.start()).collect();
        let older: Vec<u64> = numbers.clone().filter(|number| !held.contains_key(number)).collect();
        let mut seqs: Vec<u64> = held.range(numbers.clone()).map(|(_, seq)| *seq).collect();
        if !older.is_empty() {
            seqs.extend(self.marked(MarkedBy::Number, older).await?.into_iter().map(|marked| marked.seq));
        }
        seqs.sort_unstable();
        Ok(seqs)
    }

    /// The seqs of the replies in the thread of a message, ascending.
    pub async fn replies(&self, root: u64) -> Answer<Vec<u64>> {
        // Whatever is held, all that came after it is held.
        if self.state().message(root).is_some() {
            let all = self.state().messages().take_while(|(seq, _)| *seq > root);
            let own = all.filter(|(_, message)| message.thread.is_some_and(|thread| thread.seq == root));
            let mut seqs: Vec<u64> = own.map(|(seq, _)| seq).collect();
            seqs.reverse();
            return Ok(seqs);
        }
        let marked = self.marked(MarkedBy::Thread, vec![root]).await?.into_iter();
        Ok(marked
            .filter(|marked| !Reply::marked(root, &marked.tag, marked.actor, marked.at).deleted)
            .map(|m| m.seq)
            .collect())
    }

    /// A message by the seq that posted it; `None`: nothing was said there.
    pub async fn named(&self, seq: u64) -> Answer<Option<MessageRef>> {
        if let Some(message) = self.state().message(seq) {
            return Ok(Some(MessageRef { message_id: message.message_id, seq }));
        }
        if seq > self.seq() {
            return Ok(None);
        }
        let events = self.read(BTreeSet::from([seq])).await?;
        Ok(events.get(&seq).and_then(|happened| match &happened.event {
            ChannelEvent::MessagePosted(MessagePosted { message_id, .. }) => {
                Some(MessageRef { message_id: *message_id, seq })
            }
            _ => None,
        }))
    }

    /// The messages that were posted at these seqs, in that order.
    pub async fn views(&self, seqs: &[u64]) -> Answer<Vec<MessageView>> {
        let held = |seq: &u64| self.state().message(*seq);
        let older: BTreeSet<u64> = seqs.iter().copied().filter(|seq| held(seq).is_none()).collect();
        let (messages, mut events) = self.older(&older).await?;
        let texts = seqs.iter().filter_map(held).filter_map(history::text_seq);
        events.extend(self.read(texts.collect()).await?);
        let mut views = Vec::with_capacity(seqs.len());
        for seq in seqs {
            let message = held(seq).or_else(|| messages.get(seq)).ok_or_else(|| self.lost(*seq))?;
            let text = history::text_seq(message).and_then(|seq| events.get(&seq)).map(|happened| &happened.event);
            views.push(history::view(*seq, message, text).ok_or_else(|| self.lost(*seq))?);
        }
        Ok(views)
    }

    /// Messages that the state does not hold any more, and the events that made them what they are.
    async fn older(&self, seqs: &BTreeSet<u64>) -> Answer<(BTreeMap<u64, Message>, Events)> {
        if seqs.is_empty() {
            return Ok(Default::default());
        }
        let named: Vec<u64> = seqs.iter().copied().collect();
        let about = self.marked(MarkedBy::About, named.clone()).await?;
        let events =
            self.read(about.into_iter().map(|marked| marked.seq).chain(named.iter().copied()).collect()).await?;
        let mut replies = self.marked(MarkedBy::Thread, named).await?;
        replies.sort_by_key(|marked| marked.seq);
        let replies = replies.iter().map(|marked| Reply::marked(marked.mark, &marked.tag, marked.actor, marked.at));
        let messages = history::fold(|seq| seqs.contains(&seq), events.values(), replies);
        Ok((messages, events))
    }

    /// What is marked so, up to the seq that is answered for.
    async fn marked(&self, by: MarkedBy, marks: Vec<u64>) -> Answer<Vec<Marked>> {
        let mut marked = self.journal.marked(self.topic, by, marks, 0, usize::MAX).await?;
        marked.retain(|marked| marked.seq <= self.seq());
        Ok(marked)
    }

    async fn read(&self, seqs: BTreeSet<u64>) -> Answer<Events> {
        let seqs: Vec<u64> = seqs.into_iter().collect();
        let mut events = Events::new();
        for some in seqs.chunks(PAGE) {
            for recorded in &self.journal.read_at(self.topic, some.to_vec()).await? {
                events.insert(recorded.seq, happened::<Channel>(recorded)?);
            }
        }
        Ok(events)
    }

    fn lost(&self, seq: u64) -> Failure {
        tracing::error!(topic = %self.topic, seq, "the journal lacks an event that holds a text");
        Failure::new(Code::Quarantined)
    }
}
