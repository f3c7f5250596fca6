//! How soon people are told in the app of what concerns them: tasks are given to people and taken from them at a steady rate, and each
//! of them looks at their inbox. Everybody must be told of everything, and of nothing twice.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use lockstep_protocol::{
    codec::Codec,
    command::{
        Command,
        inbox::OpenInbox,
        task::{AssignTask, UnassignTask},
    },
    event::{Event, InboxEvent},
    ids::AccountId,
    topic::Topic,
};
use tokio::task::JoinSet;

use super::{Bench, table::Table};
use crate::{
    client::{Client, Update},
    figures::Latency,
    load::steadily,
    pace::Pace,
};

/// Who are told.
pub(super) const PEOPLE: usize = 100;
const PER_SECOND: u32 = 200;
/// Who do it.
const SENDERS: usize = 8;
/// What is still on its way in the end is waited for.
const LATE: Duration = Duration::from_secs(30);

/// When each event of the board was due, by its seq.
type Due = Arc<Mutex<HashMap<u64, Instant>>>;
/// When somebody was told of it: by whom and seq, as often as they were.
type Told = Arc<Mutex<HashMap<(AccountId, u64), Vec<Instant>>>>;

impl Bench<'_> {
    pub(super) async fn telling(&self, table: &mut Table) -> anyhow::Result<()> {
        let ground = self.boards(1, PEOPLE).await?.remove(0);
        let told = Told::default();
        let mut listening = JoinSet::new();
        for account in &self.accounts[..PEOPLE] {
            let client = account.connect(Codec::MessagePack, Pace::unlimited()).await?.1;
            let topic = Topic::inbox(account.id());
            client.command(topic, OpenInbox {}.into()).await.context("an inbox")?;
            let subscription = client.join(topic, None, false).await.context("an inbox")?;
            let (id, told) = (account.id(), Arc::clone(&told));
            listening.spawn(async move {
                // It ends with the connection.
                let (_client, mut subscription) = (client, subscription);
                while let Some(update) = subscription.next().await {
                    note(id, &update, &told);
                }
            });
        }
        let mut senders = Vec::with_capacity(SENDERS);
        for _ in 0..SENDERS {
            senders.push(self.stage.owner.connect(Codec::MessagePack, Pace::unlimited()).await?.1);
        }
        let (due_of, count) = (Due::default(), std::sync::atomic::AtomicUsize::new(0));
        let change = |due: Instant| {
            let index = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let (at, client) = (index % PEOPLE, senders[index % SENDERS].clone());
            let (task_id, account_id) = (ground.tasks[at], self.accounts[at].id());
            let command: Command = match (index / PEOPLE).is_multiple_of(2) {
                true => AssignTask { task_id, account_id }.into(),
                false => UnassignTask { task_id, account_id }.into(),
            };
            give(client, Topic::from(ground.board), command, due, Arc::clone(&due_of))
        };
        let acknowledged = steadily(PER_SECOND, self.duration(), change).await?;
        let due = due_of.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let deadline = Instant::now() + LATE;
        while told.lock().unwrap_or_else(PoisonError::into_inner).len() < due.len() && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let told = told.lock().unwrap_or_else(PoisonError::into_inner).clone();
        listening.shutdown().await;
        let mut latency = Latency::default();
        for ((_, seq), times) in &told {
            ensure!(times.len() == 1, "somebody was told {} times of one event", times.len());
            let due = due.get(seq).context("somebody was told of what did not happen")?;
            latency.record(times[0].saturating_duration_since(*due));
        }
        let mut add = |name: &str, value: f64, what: &str| {
            let about = format!("{PER_SECOND} events/s that concern {PEOPLE} people: {what}");
            table.add(self.named(&format!("told_{name}")), value, about);
        };
        add("ack_p99_ms", acknowledged.quantile_ms(0.99), "acknowledged p99, ms");
        add("p50_ms", latency.quantile_ms(0.5), "told in the app p50, ms");
        add("p99_ms", latency.quantile_ms(0.99), "told in the app p99, ms");
        add("of_all", told.len() as f64 / due.len().max(1) as f64, "of all that was to be told, told");
        Ok(())
    }
}

async fn give(client: Client, topic: Topic, command: Command, due: Instant, due_of: Due) -> anyhow::Result<Instant> {
    let answer = client.command(topic, command).await?;
    due_of.lock().unwrap_or_else(PoisonError::into_inner).insert(answer.acknowledged.seq, due);
    Ok(answer.replied_at)
}

/// What an update of an inbox tells, but that its owner was brought in somewhere.
fn note(account: AccountId, update: &Update, told: &Told) {
    let Update::Events { events, at } = update else { return };
    for happened in &events.events {
        let Event::Inbox(InboxEvent::NotificationSent(sent)) = &happened.event else { continue };
        if sent.entry.source.topic.kind == lockstep_protocol::topic::Kind::Board {
            let seq = sent.entry.source.seq;
            told.lock().unwrap_or_else(PoisonError::into_inner).entry((account, seq)).or_default().push(*at);
        }
    }
}
