//! A busy channel: thousands are in it, all of them look, and people talk without a pause. How soon each message is acknowledged and seen,
//! whether everybody got every one of them, whether the numbers are right in the end, what it costs, and how much memory the server has
//! once more was said than it holds.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use lockstep_protocol::{
    codec::Codec,
    command::{
        Command,
        channel::{CreateChannel, PostMessage, ReactToMessage},
    },
    ids::{AccountId, ChannelId, MessageId},
    topic::Topic,
    values::{ChannelKind, MessageRef},
};

use serde_json::Value;

use super::{Bench, table::Table};
use crate::{
    client::Client,
    crowd::{self, Crowd},
    figures::Latency,
    load::steadily,
    pace::Pace,
    stage::fresh,
};

/// Who are in it, each with a connection that looks.
pub(super) const MEMBERS: usize = 2_000;
const PER_SECOND: u32 = 50;
/// Who talk.
const CLIENTS: usize = 16;
/// More than the live state holds, said before anything is measured.
const BEFORE: usize = 2_500;
/// One of so many messages names everybody.
const EVERYBODY: usize = 25;
/// Said at once, before.
const AT_ONCE: u32 = 2_000;

impl Bench<'_> {
    pub(super) async fn channel(&self, table: &mut Table) -> anyhow::Result<()> {
        let channel = ChannelId(fresh());
        let topic = Topic::from(channel);
        let (_, owner) = self.stage.owner.connect(Codec::MessagePack, Pace::unlimited()).await?;
        let members: Vec<AccountId> = self.accounts.iter().map(crate::stage::Account::id).collect();
        let create = CreateChannel {
            org_id: self.stage.org,
            team_id: None,
            kind: ChannelKind::Open,
            name: "Busy".into(),
            members: members.clone(),
        };
        owner.command(topic, create.into()).await.context("founding it")?;
        let mut clients = Vec::with_capacity(CLIENTS);
        for index in 0..CLIENTS {
            clients.push(self.account(index).connect(Codec::MessagePack, Pace::unlimited()).await?.1);
        }
        let said = AtomicUsize::new(0);
        let say = |due: Instant| {
            let index = said.fetch_add(1, Ordering::Relaxed);
            let client = clients[index % CLIENTS].clone();
            let who = if index.is_multiple_of(EVERYBODY) { "@[channel] " } else { "" };
            let text =
                self.epoch.mark(due, &format!("{who}message {index}, as long as people write them in a busy room"));
            async move { post(&client, topic, text).await }
        };
        post(&owner, topic, "The first".into()).await?;
        said.fetch_add(1, Ordering::Relaxed);
        while said.load(Ordering::Relaxed) < BEFORE {
            steadily(AT_ONCE, Duration::from_millis(250), &say).await.context("what was said before")?;
        }
        let endpoint = |index: usize| (self.accounts[index].endpoint(crowd::codec(index)), topic);
        let crowd = Crowd::join((0..members.len()).map(endpoint).collect(), self.epoch).await?;
        // The first finds nothing warm.
        steadily(PER_SECOND, self.duration() / 4, &say).await?;
        tokio::time::sleep(Duration::from_secs(1)).await;
        crowd.take();
        let resident = self.server.resident_bytes();
        let (before, start, already) = (self.server.cpu_seconds(), Instant::now(), said.load(Ordering::Relaxed));
        let acknowledged = steadily(PER_SECOND, self.duration(), &say).await?;
        let (after, seconds) = (self.server.cpu_seconds(), start.elapsed().as_secs_f64());
        // What is still on its way is waited for: everybody gets everything.
        let sent = (said.load(Ordering::Relaxed) - already) as u64;
        let mut seen = crowd.take().latency;
        let deadline = Instant::now() + Duration::from_secs(30);
        while seen.count() < sent * members.len() as u64 && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(50)).await;
            seen.add(&crowd.take().latency);
        }
        self.tell(&acknowledged, &seen, sent, (before.zip(after), seconds), table);
        // It is twice as long, and no larger.
        let target = said.load(Ordering::Relaxed) * 2;
        let (closed, why) = crowd.disperse().await;
        ensure!(closed == 0, "{closed} members were closed, the first because {why:?}");
        while said.load(Ordering::Relaxed) < target {
            steadily(AT_ONCE, Duration::from_millis(250), &say).await.context("what was said after")?;
        }
        if let Some((before, after)) = resident.zip(self.server.resident_bytes()) {
            let grown = (after as f64 - before as f64) / 1e6;
            table.add("channel_grown_mb", grown, "larger after as much again was said, and nobody looks any more, MB");
        }
        self.look_back(topic, said.load(Ordering::Relaxed), &clients[0], table).await
    }

    /// The figures of what was said while everybody looked.
    fn tell(
        &self,
        acknowledged: &Latency,
        seen: &Latency,
        sent: u64,
        (cpu, seconds): (Option<(f64, f64)>, f64),
        table: &mut Table,
    ) {
        let members = self.accounts.len();
        let told = format!("{} members look, {PER_SECOND} messages/s of {CLIENTS} clients", members);
        let mut add =
            |name: &str, value, what: &str| table.add(format!("channel_{name}"), value, format!("{told}: {what}"));
        add("ack_p50_ms", acknowledged.quantile_ms(0.5), "acknowledged p50, ms");
        add("ack_p99_ms", acknowledged.quantile_ms(0.99), "acknowledged p99, ms");
        add("seen_p50_ms", seen.quantile_ms(0.5), "seen by everybody p50, ms");
        add("seen_p99_ms", seen.quantile_ms(0.99), "seen by everybody p99, ms");
        add("messages_per_second", acknowledged.count() as f64 / seconds, "messages/s");
        add(
            "delivered_ratio",
            seen.count() as f64 / (sent * members as u64) as f64,
            "of all that was to be seen, seen",
        );
        if let Some((before, after)) = cpu {
            let messages = acknowledged.count().max(1) as f64;
            add("server_cpu_ms_per_message", (after - before) * 1_000.0 / messages, "server CPU per message, ms");
        }
    }

    /// What was said is counted, and the oldest is read and answered.
    async fn look_back(&self, topic: Topic, said: usize, client: &Client, table: &mut Table) -> anyhow::Result<()> {
        let rest = &self.stage.owner.rest;
        let path =
            |query: &str| format!("/api/v1/orgs/{}/channels/{}/messages?limit=200&{query}", self.stage.org, topic.id);
        let newest = rest.get(&path("")).await?;
        let last = newest["items"].as_array().and_then(|items| items.last()).context("there is one")?;
        ensure!(last["number"] == said, "{said} were said, and the last has the number {}", last["number"]);
        let start = Instant::now();
        let oldest = rest.get(&path("after=0")).await?;
        table.add(
            "channel_oldest_page_ms",
            start.elapsed().as_secs_f64() * 1_000.0,
            format!("the oldest 200 of {said} messages, ms"),
        );
        let numbers = oldest["items"].as_array().context("there are some")?.iter().map(|item| item["number"].as_u64());
        ensure!(numbers.eq((1..=200).map(Some)), "the first page has not the first numbers");
        let items = oldest["items"].as_array().into_iter().flatten();
        let means = |item: &Value| item["text"].as_str().is_some_and(|text| text.contains("@[channel]"));
        ensure!(items.clone().any(means), "somebody names everybody");
        ensure!(
            items.into_iter().all(|item| means(item) == (item["mentions"]["channel"] == true)),
            "who is meant is not said"
        );
        let message: MessageRef = serde_json::from_value(oldest["items"][0]["message"].clone())?;
        let react = ReactToMessage { message, emoji: "👍".into() };
        let answer = client.command(topic, react.into()).await.context("an emoji for the oldest")?;
        let took = answer.replied_at.saturating_duration_since(answer.sent_at).as_secs_f64() * 1_000.0;
        table.add("channel_oldest_answered_ms", took, "an emoji for the oldest message, ms");
        Ok(())
    }
}

async fn post(client: &Client, topic: Topic, text: String) -> anyhow::Result<Instant> {
    let command: Command = PostMessage { message_id: MessageId(fresh()), text, thread: None, broadcast: false }.into();
    Ok(client.command(topic, command).await?.replied_at)
}
