//! Sends what is queued as mail: on one node at a time (a lease), oldest first, again and again with growing pauses until it is taken,
//! refused for good or too old. A node that is killed between sending and writing that down sends a mail twice, with one
//! Message-ID. Without a mail server the mails stay for the development mailbox. Old rows are forgotten here too.

use std::{sync::Arc, time::Duration};

use futures_util::{StreamExt, stream};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::leased::{Leased, in_turns};
use crate::{
    auth::letters::Scribe,
    clock::Clock,
    outbound::mail::{Outgoing, Refused, Smtp},
    store::{
        Store, StoreError,
        mails::{Mail, Tried},
    },
};

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
        let (store, nudge) = (self.store.clone(), self.nudge.clone());
        in_turns(Rounds { postman: self.clone(), forgot: None }, &store, self.node, &nudge, &cancel).await;
    }

    async fn forget(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        self.store.mails().forget_before(now - KEPT_US).await?;
        self.store.accounts().forget_codes_before(now - CODES_KEPT_US).await?;
        Ok(())
    }

    async fn send_due(&self, smtp: &Smtp) -> Result<usize, StoreError> {
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
        }
        Ok(count)
    }

    async fn send(&self, smtp: &Smtp, mail: &Mail) -> Tried {
        let now = self.clock.now();
        if now > mail.expires_at {
            return Tried::Failed { error: mail.last_error.clone().unwrap_or_else(|| "too old".to_owned()) };
        }
        let written = match self.scribe.write(mail).await {
            Ok(Some(written)) => written,
            Ok(None) => return Tried::Failed { error: "this version does not know the letter".to_owned() },
            Err(error) => return Tried::Later { at: now + pause_us(mail.attempts), error: error.to_string() },
        };
        let outgoing = Outgoing {
            id: mail.id,
            to: mail.address.clone(),
            subject: written.subject,
            text: written.text,
            html: written.html,
            unsubscribe: None,
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

/// Mail as leased work.
struct Rounds {
    postman: Postman,
    forgot: Option<tokio::time::Instant>,
}

impl Leased for Rounds {
    const NAME: &'static str = "mail";
    const LOOK: Duration = Duration::from_secs(1);

    // Not cut off when the server ends: what is being sent would be sent once more.
    async fn turn(&mut self, _cancel: &CancellationToken) -> Result<bool, StoreError> {
        if self.forgot.is_none_or(|at| at.elapsed() > FORGET_EVERY) {
            self.postman.forget().await?;
            self.forgot = Some(tokio::time::Instant::now());
        }
        let Some(smtp) = &self.postman.smtp else { return Ok(false) };
        Ok(self.postman.send_due(smtp).await? >= BATCH as usize)
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
