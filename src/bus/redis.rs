//! The bus over Redis publish and subscribe. Everything about it may fail: a notice that cannot be sent is dropped, a lag or a
//! reconnect is told as a gap, and the journal's scan makes up for both.

use std::{
    collections::HashMap,
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
use tokio::sync::{broadcast::error::RecvError, mpsc};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Bus, Heard, Notice, wire, wire::ClusterKey};

/// Channels that organizations are spread over.
const PARTITIONS: u64 = 256;
/// Notices that wait to be sent; beyond it they are dropped.
const QUEUE_MAX: usize = 8_192;
/// The library's own default of 32 silently loses messages.
const BROADCAST_MAX: usize = 65_536;
const COMMAND_TIMEOUT: Duration = Duration::from_secs(2);

/// Redis could not be used as configured.
#[derive(Debug, thiserror::Error)]
#[error("Redis: {0}")]
pub struct RedisError(#[from] fred::error::Error);

/// See the module.
pub struct RedisBus {
    outgoing: mpsc::Sender<Arc<Notice>>,
    subscriber: SubscriberClient,
    /// Subscriptions per partition.
    partitions: Mutex<HashMap<u64, usize>>,
    heard: Mutex<Option<mpsc::Receiver<Heard>>>,
}

fn partition(org: OrgId) -> u64 {
    u64::from(org.0.as_bytes()[15]) % PARTITIONS
}

fn channel(partition: u64) -> String {
    format!("lockstep:bus:{partition}")
}

fn builder(url: &str) -> Result<Builder, RedisError> {
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
        tokio::spawn(subscriber.manage_subscriptions());
        tokio::spawn(send(publisher, key.clone(), node, outbox, cancel.clone()));
        tokio::spawn(listen(subscriber.clone(), key, node, hear, cancel));
        Ok(Self { outgoing, subscriber, partitions: Mutex::default(), heard: Mutex::new(Some(heard)) })
    }

    fn count(&self, org: OrgId, change: impl FnOnce(&mut usize) -> bool) -> Option<u64> {
        let partition = partition(org);
        let mut partitions = self.partitions.lock().unwrap_or_else(PoisonError::into_inner);
        let count = partitions.entry(partition).or_default();
        change(count).then_some(partition)
    }
}

impl Bus for RedisBus {
    fn alone(&self) -> bool {
        false
    }

    fn publish(&self, notice: Arc<Notice>) {
        // A full queue: Redis is slow or away, and the others scan.
        let _ = self.outgoing.try_send(notice);
    }

    fn subscribe(&self, org: OrgId) {
        let first = self.count(org, |count| {
            *count += 1;
            *count == 1
        });
        if let Some(partition) = first {
            let subscriber = self.subscriber.clone();
            tokio::spawn(async move {
                // The client remembers it even when this fails, and subscribes on reconnect.
                if let Err(error) = subscriber.subscribe(channel(partition)).await {
                    tracing::warn!(partition, %error, "cannot subscribe");
                }
            });
        }
    }

    fn unsubscribe(&self, org: OrgId) {
        let last = self.count(org, |count| {
            *count = count.saturating_sub(1);
            *count == 0
        });
        if let Some(partition) = last {
            let subscriber = self.subscriber.clone();
            tokio::spawn(async move {
                if let Err(error) = subscriber.unsubscribe(channel(partition)).await {
                    tracing::debug!(partition, %error, "cannot unsubscribe");
                }
            });
        }
    }

    fn hear(&self) -> Option<mpsc::Receiver<Heard>> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

async fn send(
    publisher: Client,
    key: ClusterKey,
    node: Uuid,
    mut outbox: mpsc::Receiver<Arc<Notice>>,
    cancel: CancellationToken,
) {
    loop {
        let notice = tokio::select! {
            notice = outbox.recv() => notice,
            () = cancel.cancelled() => None,
        };
        let Some(notice) = notice else {
            // Ends the connection; what it could not say is scanned for.
            let _ = publisher.quit().await;
            return;
        };
        let Some(bytes) = wire::seal(&key, node, &notice) else { continue };
        let sent: Result<i64, _> = publisher.publish(channel(partition(notice.org)), bytes).await;
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
                    Some(notice) => Heard::Notice(Arc::new(notice)),
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

fn decode(key: &ClusterKey, node: Uuid, message: Message) -> Option<Notice> {
    let bytes: Bytes = message.value.convert().ok()?;
    match wire::open(key, &bytes) {
        Some((sender, notice)) => (sender != node).then_some(notice),
        None => {
            tracing::warn!(channel = %message.channel, "a notice that no node of this cluster sealed");
            None
        }
    }
}
