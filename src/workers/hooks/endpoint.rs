//! One webhook: its events one after the other, and what each try came to. It must never go on with the next before one was taken.

use std::sync::Arc;

use http::header::RETRY_AFTER;
use lockstep_protocol::{codes::Failure, topic::Topic, values::Micros};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Hooks,
    filter::Filter,
    payload::{Offer, rfc3339},
    schedule::pause_us,
};
use crate::{
    auth::{letters::Addressee, service::derived_id, webhooks::BESIDE_US},
    letters::Letter,
    store::{
        StoreError,
        journal::Recorded,
        webhooks::{Asked, Webhook, WebhookAttempt, WebhookState},
    },
};

/// Events sent before others of this webhook's batch are read anew.
const IN_A_ROW: usize = 50;
/// When what cannot be read for the moment is looked at again.
const UNREAD_US: Micros = 5_000_000;

/// What came of one try.
enum Sent {
    Taken,
    /// The endpoint says that it is no more.
    Gone,
    /// Not before that, where the endpoint said so.
    Failed(Option<Micros>),
}

/// What a message is.
struct Message<'a> {
    id: Uuid,
    tag: &'a str,
    what: Option<(Topic, u64)>,
    attempt: u32,
}

impl Hooks {
    /// Sends what of these events is for this webhook, until one is not taken. Answers how far it has come.
    pub(super) async fn run_one(&self, mut webhook: Webhook, batch: Arc<[Recorded]>) -> Result<Webhook, StoreError> {
        let filter = Filter::of(&webhook);
        let (mut sent, mut written) = (0, webhook.cursor);
        for recorded in batch.iter() {
            let offer = match filter.wants(&webhook, recorded) {
                true => self.offer(&webhook, recorded).await,
                false => Ok(Offer::Nothing),
            };
            let body = match offer {
                Ok(Offer::Nothing) => {
                    webhook.cursor = recorded.position;
                    continue;
                }
                Ok(Offer::Send(body)) => body,
                Ok(Offer::Over(why)) => return self.disable(webhook, why).await,
                Err(failure) => return self.wait(webhook, &failure).await,
            };
            let message = Message {
                id: message_id(webhook.id, recorded.stream, recorded.seq),
                tag: &recorded.tag,
                what: Some((recorded.stream, recorded.seq)),
                attempt: webhook.attempts + 1,
            };
            let outcome = self.send(&webhook, &message, &body).await?;
            let now = self.clock.now();
            match outcome {
                Sent::Taken => {
                    (webhook.attempts, webhook.failing_since, webhook.next_at) = (0, None, now);
                    webhook.cursor = recorded.position;
                }
                Sent::Gone => return self.disable(webhook, "gone").await,
                Sent::Failed(asked) => {
                    webhook.attempts += 1;
                    webhook.failing_since.get_or_insert(now);
                    let Some(pause) = pause_us(webhook.id, webhook.attempts, asked) else {
                        return self.disable(webhook, "failing").await;
                    };
                    webhook.next_at = now.saturating_add(pause);
                }
            }
            // Killed before this it is sent again, under the same id.
            let unchanged = self.store.webhooks().came(&webhook).await?;
            (sent, written) = (sent + 1, webhook.cursor);
            if !unchanged || webhook.attempts > 0 || sent >= IN_A_ROW {
                break;
            }
        }
        if webhook.cursor != written {
            self.store.webhooks().came(&webhook).await?;
        }
        Ok(webhook)
    }

    /// Sends one thing that was asked for, once.
    pub(super) async fn run_asked(&self, asked: Asked) -> Result<(), StoreError> {
        if let Some(webhook) = self.store.webhooks().find(asked.webhook).await? {
            match asked.what {
                None => self.test(&webhook, asked.id).await?,
                Some((topic, seq)) => self.again(&webhook, topic, seq).await?,
            }
        }
        self.store.webhooks().done(asked.id).await
    }

    async fn test(&self, webhook: &Webhook, id: Uuid) -> Result<(), StoreError> {
        let body = match webhook.kind.as_str() {
            "slack" => json!({ "text": "Lockstep" }),
            _ => {
                json!({ "type": "webhook.test", "timestamp": rfc3339(self.clock.now()), "data": { "org_id": webhook.org } })
            }
        };
        let message = Message { id, tag: "webhook.test", what: None, attempt: 1 };
        self.send(webhook, &message, &body).await.map(drop)
    }

    async fn again(&self, webhook: &Webhook, topic: Topic, seq: u64) -> Result<(), StoreError> {
        let found = self.store.journal().read_at(topic, vec![seq]).await;
        let found = found.map_err(|error| StoreError::Unavailable(error.to_string().into()))?;
        let Some(recorded) = found.into_iter().next().filter(|recorded| recorded.org == webhook.org) else {
            return Ok(());
        };
        let Ok(Offer::Send(body)) = self.offer(webhook, &recorded).await else { return Ok(()) };
        let id = message_id(webhook.id, topic, seq);
        let message = Message { id, tag: &recorded.tag, what: Some((topic, seq)), attempt: 1 };
        self.send(webhook, &message, &body).await.map(drop)
    }

    /// Sends, and remembers what came of it.
    async fn send(&self, webhook: &Webhook, message: &Message<'_>, body: &Value) -> Result<Sent, StoreError> {
        let begun = tokio::time::Instant::now();
        let answer = match self.request(webhook, message.id, body) {
            Ok(request) => self.egress.send(request).await.map_err(|error| error.to_string()),
            Err(error) => Err(error),
        };
        crate::steps::step();
        let now = self.clock.now();
        let (status, error, outcome) = match answer {
            Ok(answer) if answer.status().is_success() => (Some(answer.status()), None, Sent::Taken),
            Ok(answer) if answer.status() == http::StatusCode::GONE => (Some(answer.status()), None, Sent::Gone),
            Ok(answer) => {
                let asked =
                    answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse::<i64>().ok());
                (Some(answer.status()), None, Sent::Failed(asked.map(|seconds| seconds.saturating_mul(1_000_000))))
            }
            Err(error) => (None, Some(error), Sent::Failed(None)),
        };
        let attempt = WebhookAttempt {
            id: self.clock.fresh_id(),
            webhook: webhook.id,
            message: message.id,
            tag: message.tag.to_owned(),
            topic: message.what.map(|(topic, _)| topic),
            seq: message.what.map_or(0, |(_, seq)| seq),
            attempt: message.attempt,
            at: now,
            status: status.map(|status| status.as_u16()),
            error,
            took_ms: u32::try_from(begun.elapsed().as_millis()).unwrap_or(u32::MAX),
        };
        self.store.webhooks().tried(&attempt).await?;
        Ok(outcome)
    }

    fn request(&self, webhook: &Webhook, id: Uuid, body: &Value) -> Result<http::Request<Vec<u8>>, String> {
        let body = body.to_string();
        let request = http::Request::post(&webhook.url).header("content-type", "application/json");
        let request = if webhook.kind == "slack" {
            request
        } else {
            let (seconds, now) = (self.clock.now() / 1_000_000, self.clock.now());
            let id = format!("msg_{}", id.simple());
            let mut generations = vec![webhook.generation];
            if webhook.rotated_at.is_some_and(|at| now < at.saturating_add(BESIDE_US)) {
                generations.push(webhook.generation - 1);
            }
            let signatures = self.secrets.signatures(webhook.id, &generations, &format!("{id}.{seconds}.{body}"));
            request
                .header("webhook-id", id)
                .header("webhook-timestamp", seconds.to_string())
                .header("webhook-signature", signatures)
        };
        request.body(body.into_bytes()).map_err(|error| error.to_string())
    }

    /// What cannot be read for the moment waits, and so does all behind it.
    async fn wait(&self, mut webhook: Webhook, failure: &Failure) -> Result<Webhook, StoreError> {
        tracing::warn!(webhook = %webhook.id, %failure, "a webhook waits: what it is to send cannot be read for the moment");
        webhook.next_at = self.clock.now().saturating_add(UNREAD_US);
        self.store.webhooks().came(&webhook).await?;
        Ok(webhook)
    }

    /// Where it stands it stays: made active again it goes on there.
    async fn disable(&self, mut webhook: Webhook, why: &str) -> Result<Webhook, StoreError> {
        webhook.state = WebhookState::Disabled;
        webhook.note = Some(why.to_owned());
        webhook.changed_at = self.clock.now();
        if self.store.webhooks().change(&webhook).await? {
            tracing::warn!(webhook = %webhook.id, why, "a webhook was disabled");
            self.tell(&webhook).await?;
        }
        Ok(webhook)
    }

    /// Whoever made it, by mail.
    async fn tell(&self, webhook: &Webhook) -> Result<(), StoreError> {
        let accounts = self.store.accounts();
        let address = accounts.find(webhook.made_by).await?.and_then(|account| account.email);
        let (Some(address), Some(profile)) = (address, accounts.profile(webhook.made_by).await?) else { return Ok(()) };
        let to = Addressee { account: Some(webhook.made_by), address, locale: profile.locale };
        let letter = Letter::WebhookDisabled { org: webhook.org.0, name: profile.name, webhook: webhook.name.clone() };
        let parts: [&[u8]; 2] = [webhook.id.as_bytes(), &webhook.revision.to_le_bytes()];
        let queued = self.scribe.queue(derived_id("lockstep webhook disabled", &parts), &to, &letter).await;
        queued.map_err(|failure| StoreError::Unavailable(failure.to_string().into()))
    }
}

/// The same however often it is sent.
fn message_id(webhook: Uuid, topic: Topic, seq: u64) -> Uuid {
    derived_id("lockstep webhook message", &[webhook.as_bytes(), topic.id.as_bytes(), &seq.to_le_bytes()])
}
