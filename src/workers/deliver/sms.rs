//! News by text message: to a number that was proved to be its reader's. There are so many a day and no more. It must never write to a
//! number that nobody proved.

use std::sync::Arc;

use futures_util::{FutureExt, future::BoxFuture};
use lockstep_protocol::{limits::Limits, values::Outlet};

use super::{Parcel, Provider};
use crate::{
    clock::Clock,
    letters::news,
    outbound::{
        Outcome,
        sms::{Sms, Text},
    },
    store::{Store, StoreError, phones::Texted},
};

/// See the module.
#[derive(Clone)]
pub struct TextRoom {
    pub store: Store,
    pub clock: Clock,
    pub limits: Arc<Limits>,
    pub sms: Sms,
    /// The product's own address.
    pub home: Arc<str>,
}

impl TextRoom {
    async fn send_one(&self, parcel: &Parcel) -> Result<Outcome, StoreError> {
        let now = self.clock.now();
        let to = match self.store.phones().text(parcel.to, now, self.limits.texts_per_day_max).await? {
            Texted::To(number) => number,
            Texted::NoNumber => return Ok(Outcome::NoWay("no_number")),
            Texted::Enough => return Ok(Outcome::NoWay("enough_texts")),
        };
        let inbox = format!("{}/inbox", self.home);
        let text = news::short(&parcel.items, &inbox, parcel.language, self.limits.text_chars_max);
        Ok(self.sms.send(&Text { id: parcel.id, to, text }, now).await)
    }
}

impl Provider for TextRoom {
    fn outlet(&self) -> Outlet {
        Outlet::Sms
    }

    fn gathers(&self) -> bool {
        true
    }

    fn breaks(&self) -> bool {
        true
    }

    fn send<'a>(&'a self, parcel: &'a Parcel) -> BoxFuture<'a, Outcome> {
        async move {
            let sent = self.send_one(parcel).await;
            sent.unwrap_or_else(|error| Outcome::Later { error: error.to_string(), after: None })
        }
        .boxed()
    }
}
