//! News by mail: to an address that was proved to be its reader's, over SMTP, or for the mailbox of a server for trying things out. Every
//! such mail can be ended by its reader with one request (RFC 8058). It must never write to an address that nobody proved.

use std::sync::Arc;

use futures_util::{FutureExt, future::BoxFuture};
use lockstep_protocol::values::Outlet;
use secrecy::ExposeSecret;

use super::{Parcel, Provider};
use crate::{
    auth::{
        codes::{Codes, Purpose},
        letters::{Addressee, Scribe},
    },
    letters::{
        Letter, Written,
        news::{self, News},
    },
    outbound::{
        Outcome,
        mail::{Outgoing, Refused, Smtp},
    },
    store::{Store, StoreError},
};

/// Who takes mail.
#[derive(Clone)]
pub enum Takes {
    Server(Smtp),
    /// Nobody: it is kept where everybody can look at it.
    Mailbox(Box<Scribe>),
}

/// See the module.
#[derive(Clone)]
pub struct MailRoom {
    pub store: Store,
    pub codes: Codes,
    pub takes: Takes,
    /// The product's own address.
    pub home: Arc<str>,
    /// Addresses that end so are made up, and lead nowhere: those of the demo.
    pub nowhere: &'static str,
}

impl Provider for MailRoom {
    fn outlet(&self) -> Outlet {
        Outlet::Email
    }

    fn gathers(&self) -> bool {
        true
    }

    fn breaks(&self) -> bool {
        true
    }

    fn send<'a>(&'a self, parcel: &'a Parcel) -> BoxFuture<'a, Outcome> {
        async move {
            match self.address(parcel).await {
                Ok(Some(address)) => self.post(parcel, address).await,
                Ok(None) => Outcome::NoWay("no_address"),
                Err(error) => Outcome::Later { error: error.to_string(), after: None },
            }
        }
        .boxed()
    }
}

impl MailRoom {
    async fn address(&self, parcel: &Parcel) -> Result<Option<String>, StoreError> {
        let account = self.store.accounts().find(parcel.to).await?;
        if matches!(self.takes, Takes::Mailbox(_)) {
            return Ok(account.and_then(|account| account.email));
        }
        let proved = account.filter(|account| account.email_verified_at.is_some());
        Ok(proved.and_then(|account| account.email).filter(|email| !email.ends_with(self.nowhere)))
    }

    fn written(&self, parcel: &Parcel) -> (Written, String) {
        let code = self.codes.text(Purpose::Unsubscribe, parcel.id);
        let home = &self.home;
        let unsubscribe = format!("{home}/unsubscribe#{}", code.expose_secret());
        let (inbox, settings) = (format!("{home}/inbox"), format!("{home}/account?section=notifications"));
        let news = News {
            reader: &parcel.name,
            items: &parcel.items,
            digest: parcel.digest,
            inbox: &inbox,
            settings: &settings,
            unsubscribe: &unsubscribe,
            home,
        };
        let one_click = format!("{home}/api/v1/unsubscribe?code={}", code.expose_secret());
        (news::write(&news, parcel.language), one_click)
    }

    async fn post(&self, parcel: &Parcel, address: String) -> Outcome {
        let (written, one_click) = self.written(parcel);
        match &self.takes {
            Takes::Server(smtp) => {
                let outgoing = Outgoing {
                    id: parcel.id,
                    to: address,
                    subject: written.subject,
                    text: written.text,
                    html: written.html,
                    unsubscribe: Some(one_click),
                };
                match smtp.send(&outgoing).await {
                    Ok(()) => Outcome::Taken,
                    Err(Refused::Later(error)) => Outcome::Later { error, after: None },
                    Err(Refused::Never(error)) => Outcome::Never { error },
                }
            }
            Takes::Mailbox(scribe) => {
                let locale = parcel.language.tag().to_owned();
                let to = Addressee { account: Some(parcel.to), address, locale };
                let Written { subject, text, html } = written;
                match scribe.queue(parcel.id, &to, &Letter::News { subject, text, html }).await {
                    Ok(()) => Outcome::Taken,
                    Err(failure) => Outcome::Later { error: failure.to_string(), after: None },
                }
            }
        }
    }
}
