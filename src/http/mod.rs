//! REST, the OpenAPI document, and the static web app. Writes go through the directory, reads through published state, the
//! read tables and the journal. It must never decide who may do what, and never touch a socket after the answer.
//!
//! To add a route: a line in `router.rs`, a function in the file of its resource.

mod about;
mod access;
mod answers;
mod ask;
mod assets;
mod authentication;
mod board_members;
mod boards;
mod categories;
mod channels;
mod columns;
mod commands;
mod comments;
mod deliveries;
mod devices;
mod doubles;
mod export;
mod extract;
mod factors;
mod fields;
mod finish;
mod headers;
mod health;
mod history;
mod identity;
mod inbox;
mod invitations;
mod kept;
mod labels;
mod letters;
mod links;
mod me;
mod member_list;
mod members;
mod names;
mod next;
mod openapi;
mod organization_life;
mod organizations;
mod own_boards;
mod pace;
mod parameters;
mod passkeys;
mod past;
mod patterns;
mod phone;
mod pictures;
mod preferences;
mod problem;
mod quick_add;
mod registration;
mod roles;
mod router;
mod second_factor;
mod server;
mod service_accounts;
mod shared;
mod surface;
mod task_actions;
mod tasks;
mod teams;
mod templates;
mod thumbnails;
mod time;
mod tokens;
mod unsubscribe;
mod views;
mod visible;
mod webhooks;
mod whereabouts;

use std::sync::Arc;

use lockstep_protocol::{limits::Limits, position::Position};
use tokio::sync::watch;

pub use devices::PushOffer;
pub use headers::{address_of, client_address};
pub use names::Names;
pub use pace::Pace;
pub use router::router;
pub use server::{Listening, bind};
pub use thumbnails::Thumbnails;

use crate::{
    actors::Directory,
    auth::Auth,
    clock::Clock,
    config::{Network, PublicUrl},
    store::Store,
};

/// What handlers need. Cheap to clone.
#[derive(Clone)]
pub struct Http(Arc<Parts>);

/// What [`Http`] is made of.
pub struct Parts {
    pub auth: Auth,
    pub directory: Directory,
    pub store: Store,
    /// How far the read tables are.
    pub projected: watch::Receiver<Position>,
    /// How far what is counted is.
    pub tallied: watch::Receiver<Position>,
    /// How far it is known who has time on which boards.
    pub clocked: watch::Receiver<Position>,
    pub searched: watch::Receiver<Position>,
    /// By what people are found.
    pub names: Names,
    pub public: PublicUrl,
    /// Whether everybody may see the mails: a server for trying things out.
    pub mailbox: bool,
    /// Whose word about a client's address is taken.
    pub trusted_proxies: Vec<Network>,
    /// How often each account may ask.
    pub pace: Pace,
    /// How devices are reached.
    pub push: PushOffer,
    /// Makes small squares of what is sent as a picture.
    pub thumbnails: Thumbnails,
    pub limits: Arc<Limits>,
    pub clock: Clock,
    pub data_dir: std::path::PathBuf,
    /// False once this node is going away: it is not ready for new work.
    pub accepting: watch::Receiver<bool>,
    /// Whether requests may be sent to an address, and why not.
    pub may_send: Arc<MaySend>,
}

/// See [`Parts::may_send`].
pub type MaySend = dyn Fn(&str) -> Result<(), String> + Send + Sync;

impl Http {
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl std::ops::Deref for Http {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
