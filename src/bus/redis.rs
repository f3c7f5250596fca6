//! The bus over Redis publish and subscribe. Everything about it may fail: a notice that cannot be sent is dropped, a lag or a
//! reconnect is told as a gap, and the journal's scan makes up for both.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use fred::{
    clients::SubscriberClient,
    prelude::{Builder, Client, ClientLike, Config, EventInterface, PubsubInterface, ReconnectPolicy},
    types::Message,
};
use lockstep_protocol::ids::OrgId;
use tokio::sync::{Notify, broadcast::error::RecvError, mpsc};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    Bus, Heard, Notice, Whisper,
    wire::{self, ClusterKey, Said},
};

/// Channels that organizations are spread over.
const PARTITIONS: u64 = 256;
/// Where every node says that it lives.
const NODES: &str = "lockstep:nodes";
/// Notices that wait to be sent; beyond it they are dropped.
const QUEUE_MAX: usize = 8_192;
/// The library's own default of 32 silently loses messages.
const BROADCAST_MAX: usize = 65_536;
const COMMAND_TIMEOUT: Duration = Duration::from_secs(2);
/// After a subscription failed.
const RETRY: Duration = Duration::from_millis(250);
/// How often it is looked without a reason.
const CHECK: Duration = Duration::from_secs(5);

/// Redis could not be used as configured.
#[derive(Debug, thiserror::Error)]
#[error("Redis: {0}")]
pub struct RedisError(#[from] fred::error::Error);

/// See the module.
pub struct RedisBus {
    outgoing: mpsc::Sender<Said>,
    wanted: Arc<Wanted>,
    heard: Mutex<Option<mpsc::Receiver<Heard>>>,
}

/// What this node wants to hear.
#[derive(Default)]
struct Wanted {
    /// Subscriptions per partition.
    partitions: Mutex<HashMap<u64, usize>>,
    changed: Notify,
}

impl Wanted {
    fn change(&self, org: OrgId, change: impl FnOnce(&mut usize)) {
        let mut partitions = self.partitions.lock().unwrap_or_else(PoisonError::into_inner);
        let count = partitions.entry(partition(org)).or_default();
        let was = *count;
        change(count);
        let turned = (was == 0) != (*count == 0);
        drop(partitions);
        if turned {
            self.changed.notify_one();
        }
    }

    fn channels(&self) -> HashSet<String> {
        let partitions = self.partitions.lock().unwrap_or_else(PoisonError::into_inner);
        let counted = partitions.iter().filter(|(_, count)| **count > 0).map(|(partition, _)| channel(*partition));
        counted.chain([NODES.to_owned()]).collect()
    }
}

fn partition(org: OrgId) -> u64 {
    u64::from(org.0.as_bytes()[15]) % PARTITIONS
}

fn channel(partition: u64) -> String {
    format!("lockstep:bus:{partition}")
}

pub(super) fn builder(url: &str) -> Result<Builder, RedisError> {
    let mut builder = Builder::from_config(Config::from_url(url)?);
    builder
        .with_performance_config(|config| {
            config.broadcast_channel_capacity = BROADCAST_MAX;
            config.default_command_timeout = COMMAND_TIMEOUT;
        })
        .with_connection_config(|config| {
            config.connection_timeout = COMMAND_TIMEOUT;
            config.internal_command_timeout = COMMAND_TIMEOUT;
            config.max_command_attempts = 1;
            config.unresponsive.max_timeout = Some(Duration::from_secs(10));
            config.unresponsive.interval = Duration::from_secs(2);
        })
        // Without a policy it never reconnects. Zero attempts: for ever.
        .set_policy(ReconnectPolicy::new_exponential(0, 50, 5_000, 2));
    Ok(builder)
}

impl RedisBus {
    /// Connects in the background: a Redis that is away is no reason not to start.
    pub async fn connect(
        url: &str,
        key: ClusterKey,
        node: Uuid,
        cancel: CancellationToken,
    ) -> Result<Self, RedisError> {
        let builder = builder(url)?;
        let (publisher, subscriber) = (builder.build()?, builder.build_subscriber_client()?);
        let (outgoing, outbox) = mpsc::channel(QUEUE_MAX);
        let (hear, heard) = mpsc::channel(QUEUE_MAX);
        publisher.connect();
        subscriber.connect();
        let wanted = Arc::new(Wanted::default());
        tokio::spawn(keep_subscribed(subscriber.clone(), wanted.clone(), cancel.clone()));
        tokio::spawn(send(publisher, key.clone(), node, outbox, cancel.clone()));
        tokio::spawn(listen(subscriber, key, node, hear, cancel));
        Ok(Self { outgoing, wanted, heard: Mutex::new(Some(heard)) })
    }
}

impl Bus for RedisBus {
    fn alone(&self) -> bool {
        false
    }

    fn publish(&self, notice: Arc<Notice>) {
        // A full queue: Redis is slow or away, and the others scan.
        let _ = self.outgoing.try_send(Said::Notice(notice));
    }

    fn whisper(&self, whisper: Arc<Whisper>) {
        let _ = self.outgoing.try_send(Said::Whisper(whisper));
    }

    fn beat(&self) {
        let _ = self.outgoing.try_send(Said::Beat);
    }

    fn subscribe(&self, org: OrgId) {
        self.wanted.change(org, |count| *count += 1);
    }

    fn unsubscribe(&self, org: OrgId) {
        self.wanted.change(org, |count| *count = count.saturating_sub(1));
    }

    fn hear(&self) -> Option<mpsc::Receiver<Heard>> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Subscribes to what is wanted and is not subscribed to, and the other way round, in one task so that they cannot overtake
/// each other. The client itself forgets what it could not subscribe to while Redis was away.
async fn keep_subscribed(subscriber: SubscriberClient, wanted: Arc<Wanted>, cancel: CancellationToken) {
    let mut reconnects = subscriber.reconnect_rx();
    let mut held: HashSet<String> = HashSet::new();
    loop {
        let channels = wanted.channels();
        let mut failed = false;
        for channel in channels.difference(&held.clone()) {
            match subscriber.subscribe(channel.as_str()).await {
                Ok(()) => drop(held.insert(channel.clone())),
                Err(error) => {
                    tracing::debug!(channel, %error, "cannot subscribe yet");
                    failed = true;
                    break;
                }
            }
        }
        for channel in held.clone().difference(&channels) {
            failed |= subscriber.unsubscribe(channel.as_str()).await.is_err();
            held.remove(channel);
        }
        let retry = if failed { RETRY } else { CHECK };
        tokio::select! {
            () = wanted.changed.notified() => {}
            _ = reconnects.recv() => held.clear(),
            () = tokio::time::sleep(retry) => {}
            () = cancel.cancelled() => return,
        }
    }
}

async fn send(
    publisher: Client,
    key: ClusterKey,
    node: Uuid,
    mut outbox: mpsc::Receiver<Said>,
    cancel: CancellationToken,
) {
    loop {
        let said = tokio::select! {
            said = outbox.recv() => said,
            () = cancel.cancelled() => None,
        };
        let Some(said) = said else {
            // Ends the connection; what it could not say is scanned for.
            let _ = publisher.quit().await;
            return;
        };
        let Some(bytes) = wire::seal(&key, node, &said) else { continue };
        let channel = match &said {
            Said::Notice(notice) => channel(partition(notice.org)),
            Said::Whisper(whisper) => channel(partition(whisper.org)),
            Said::Beat => NODES.to_owned(),
        };
        let sent: Result<i64, _> = publisher.publish(channel, bytes).await;
        if let Err(error) = sent {
            tracing::debug!(%error, "a notice was not sent");
        }
    }
}

async fn listen(
    subscriber: SubscriberClient,
    key: ClusterKey,
    node: Uuid,
    hear: mpsc::Sender<Heard>,
    cancel: CancellationToken,
) {
    let (mut messages, mut reconnects) = (subscriber.message_rx(), subscriber.reconnect_rx());
    loop {
        let heard = tokio::select! {
            message = messages.recv() => match message {
                Ok(message) => match decode(&key, node, message) {
                    Some(heard) => heard,
                    None => continue,
                },
                Err(RecvError::Lagged(_)) => Heard::Gap,
                Err(RecvError::Closed) => break,
            },
            reconnected = reconnects.recv() => match reconnected {
                Ok(_) | Err(RecvError::Lagged(_)) => Heard::Gap,
                Err(RecvError::Closed) => break,
            },
            () = cancel.cancelled() => break,
        };
        if hear.send(heard).await.is_err() {
            break;
        }
    }
    let _ = subscriber.quit().await;
}

fn decode(key: &ClusterKey, node: Uuid, message: Message) -> Option<Heard> {
    let bytes: Bytes = message.value.convert().ok()?;
    let Some((sender, said)) = wire::open(key, &bytes) else {
        tracing::warn!(channel = %message.channel, "a message that no node of this cluster sealed");
        return None;
    };
    (sender != node).then(|| match said {
        Said::Notice(notice) => Heard::Notice(notice),
        Said::Whisper(whisper) => Heard::Whisper(sender, whisper),
        Said::Beat => Heard::Beat(sender),
    })
}
