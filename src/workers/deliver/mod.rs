//! Delivers what people are told of outside their inbox: mail, push, text messages. A consumer of the journal queues what inboxes say is to
//! leave (`intake`); whoever holds the lease sends it when its time has come, asking first whether its reader still wants it, has not read
//! it and may still see it (`judge`), again and again with growing pauses until it is taken, refused for good or too old (`courier`). What
//! goes out is named before it is sent, so that one that goes twice, because the server was killed in between, is known as one. It must
//! never decide who is told what: inboxes do.

mod courier;
mod intake;
mod judge;
mod mail;
mod push;
mod sms;

use std::sync::Arc;

use futures_util::future::BoxFuture;
use lockstep_protocol::{ids::AccountId, values::Outlet};
use uuid::Uuid;

pub use courier::Courier;
pub use intake::Intake;
pub use mail::{MailRoom, Takes};
pub use push::PushRoom;
pub use sms::TextRoom;

use crate::{
    letters::{Language, news::Item},
    outbound::Outcome,
};

/// What goes out together to one person.
#[derive(Clone, Debug)]
pub struct Parcel {
    /// The same when it is sent again.
    pub id: Uuid,
    pub to: AccountId,
    /// What they call themselves.
    pub name: String,
    pub language: Language,
    /// At least one.
    pub items: Vec<Item>,
    pub digest: bool,
    /// What is unread in their inbox.
    pub unread: u32,
}

/// One way to people, and whoever delivers on it.
pub trait Provider: Send + Sync {
    fn outlet(&self) -> Outlet;
    /// Whether several things for one person go together.
    fn gathers(&self) -> bool;
    /// Whether all of it fails together: then it is left alone for a while when it does again and again.
    fn breaks(&self) -> bool;
    fn send<'a>(&'a self, parcel: &'a Parcel) -> BoxFuture<'a, Outcome>;
}

/// The ways that there are.
pub type Providers = Arc<[Arc<dyn Provider>]>;
