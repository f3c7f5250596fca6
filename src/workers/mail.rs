//! Sends what is queued as mail: on one node at a time (a lease), oldest first, again and again with growing pauses until it is taken,
//! refused for good or too old. A node that is killed between sending and writing that down sends a mail twice, with one
//! Message-ID. Without a mail server the mails stay for the development mailbox. Old rows are forgotten here too.

use std::{sync::Arc, time::Duration};

use futures_util::{StreamExt, stream};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    auth::letters::Scribe,
    clock::Clock,
    outbound::mail::{Outgoing, Refused, Smtp},
    store::{
        Store, StoreError,
        consumers::Lease,
        mails::{Mail, Tried},
    },
};

const NAME: &str = "mail";
const LEASE_MS: u64 = 10_000;
/// How often the queue is looked at without being nudged.
const LOOK: Duration = Duration::from_secs(1);
/// Mails taken at once, and sent at the same time.
const BATCH: u32 = 16;
const AT_ONCE: usize = 4;
/// How long mails are kept, whatever became of them.
const KEPT_US: i64 = 7 * 86_400_000_000;
/// How long codes are kept after their end.
const CODES_KEPT_US: i64 = 86_400_000_000;
const FORGET_EVERY: Duration = Duration::from_secs(600);

/// See the module.
#[derive(Clone)]
pub struct Postman {
    pub store: Store,
    pub clock: Clock,
    pub scribe: Scribe,
    pub smtp: Option<Smtp>,
    pub node: Uuid,
    /// Notified when this node queues a mail.
    pub nudge: Arc<Notify>,
}

impl Postman {
    /// Runs until cancelled.
    pub async fn run(self, cancel: CancellationToken) {
        while !cancel.is_cancelled() {
            let turn = match self.store.consumers().acquire(NAME, self.node, LEASE_MS).await {
                Ok(Some(lease)) => self.work(lease, &cancel).await,
                Ok(None) => Ok(()),
                Err(error) => Err(error),
            };
            if let Err(error) = turn {
                tracing::warn!(%error, "mail waits");
            }
            self.pause(&cancel).await;
        }
    }

    async fn pause(&self, cancel: &CancellationToken) {
        tokio::select! {
            () = self.nudge.notified() => {}
            () = tokio::time::sleep(LOOK) => {}
            () = cancel.cancelled() => {}
        }
    }

    async fn work(&self, lease: Lease, cancel: &CancellationToken) -> Result<(), StoreError> {
        let mut forgot: Option<tokio::time::Instant> = None;
        while !cancel.is_cancelled() {
            if !self.store.consumers().renew(&lease, LEASE_MS).await? {
                return Err(StoreError::LeaseLost);
            }
            if forgot.is_none_or(|at| at.elapsed() > FORGET_EVERY) {
                self.forget().await?;
                forgot = Some(tokio::time::Instant::now());
            }
            let sent = match &self.smtp {
                Some(smtp) => self.send_due(smtp, &lease).await?,
                None => 0,
            };
            if sent < BATCH as usize {
                self.pause(cancel).await;
            }
        }
        self.store.consumers().release(lease).await
    }

    async fn forget(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        self.store.mails().forget_before(now - KEPT_US).await?;
        self.store.accounts().forget_codes_before(now - CODES_KEPT_US).await?;
        Ok(())
    }

    async fn send_due(&self, smtp: &Smtp, lease: &Lease) -> Result<usize, StoreError> {
        let due = self.store.mails().due(self.clock.now(), BATCH).await?;
        let count = due.len();
        let mut done = stream::iter(due)
            .map(|mail| async move {
                let tried = self.send(smtp, &mail).await;
                self.store.mails().tried(mail.id, &tried, self.clock.now()).await
            })
            .buffer_unordered(AT_ONCE);
        while let Some(outcome) = done.next().await {
            outcome?;
            // A slow mail server must not cost the lease.
            if !self.store.consumers().renew(lease, LEASE_MS).await? {
                return Err(StoreError::LeaseLost);
            }
        }
        Ok(count)
    }

    async fn send(&self, smtp: &Smtp, mail: &Mail) -> Tried {
        let now = self.clock.now();
        if now > mail.expires_at {
            return Tried::Failed { error: mail.last_error.clone().unwrap_or_else(|| "too old".to_owned()) };
        }
        let Some(written) = self.scribe.write(mail) else {
            return Tried::Failed { error: "this version does not know the letter".to_owned() };
        };
        let outgoing = Outgoing {
            id: mail.id,
            to: mail.address.clone(),
            subject: written.subject,
            text: written.text,
            html: written.html,
        };
        match smtp.send(&outgoing).await {
            Ok(()) => Tried::Sent,
            Err(Refused::Never(error)) => {
                tracing::warn!(mail = %mail.id, %error, "a mail was refused");
                Tried::Failed { error }
            }
            Err(Refused::Later(error)) => {
                tracing::warn!(mail = %mail.id, attempts = mail.attempts + 1, %error, "a mail is tried again later");
                Tried::Later { at: now + pause_us(mail.attempts), error }
            }
        }
    }
}

/// How long after so many tries the next one is made: 2 s, 8 s, 32 s … at most an hour.
fn pause_us(attempts: u32) -> i64 {
    const FIRST_US: i64 = 2_000_000;
    const LONGEST_US: i64 = 3_600_000_000;
    4_i64.saturating_pow(attempts).saturating_mul(FIRST_US).min(LONGEST_US)
}

#[cfg(test)]
mod tests {
    use super::pause_us;

    #[test]
    fn pauses_grow_to_an_hour() {
        assert_eq!([0, 1, 2, 3].map(pause_us), [2_000_000, 8_000_000, 32_000_000, 128_000_000]);
        assert_eq!(pause_us(40), 3_600_000_000);
    }
}
