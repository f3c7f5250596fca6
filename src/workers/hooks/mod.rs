//! Sends what happens in organizations to where they have it sent: Standard Webhooks, and messages for chats. Each webhook reads the journal
//! behind a cursor of its own and sends one event after the other, so each gets all of them in their order, at least once, whatever the
//! server is killed at; those that fail are tried again, and hold up no other. What is sent is what whoever made the webhook may see at that moment.
//! It must never follow a redirect, nor show anybody what an endpoint answered.

mod endpoint;
mod filter;
mod payload;
mod rounds;
mod schedule;

use std::{sync::Arc, time::Duration};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::leased::in_turns;
use crate::{
    actors::Directory,
    auth::{letters::Scribe, webhooks::HookSecrets},
    clock::Clock,
    outbound::egress::Egress,
    store::Store,
};

/// Webhooks that are sent to at the same time.
pub const AT_ONCE: usize = 64;
/// How often it is looked for what happened and what was asked.
const LOOK: Duration = Duration::from_millis(200);

/// See the module.
#[derive(Clone)]
pub struct Hooks {
    pub store: Store,
    pub directory: Directory,
    pub clock: Clock,
    /// Of its own: whoever logs in by way of a provider waits for no webhook.
    pub egress: Egress,
    pub secrets: HookSecrets,
    pub scribe: Scribe,
    /// The product's own address.
    pub home: Arc<str>,
    pub node: Uuid,
}

impl Hooks {
    /// Runs until cancelled.
    pub async fn run(self, cancel: CancellationToken) {
        let (store, node) = (self.store.clone(), self.node);
        in_turns(rounds::Rounds::new(self), &store, node, &Notify::new(), &cancel).await;
    }
}
