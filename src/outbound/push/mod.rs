//! Notifications to browsers and phones, through the services that reach them. A push is best effort by its nature: what it tells of
//! stands in the inbox. Each service is a file; all answer the same four outcomes. It must never know whom an account belongs to, what
//! a notification is about, or show an address of a device in an error: who has that address can push to it.

mod answers;
pub mod apns;
pub mod fcm;
mod seal;
pub mod webpush;

use std::time::Duration;

use lockstep_protocol::values::Micros;
use serde::Serialize;
use uuid::Uuid;

pub use apns::Apns;
pub use fcm::Fcm;
pub use webpush::{Subscription, WebPush};

/// How long a service keeps a push for a device that is away: what is older than that is read in the inbox.
const KEPT_SECONDS: u64 = 86_400;

/// A notification as a device shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pushed {
    /// The same over all tries: a service or a device that has it already replaces it.
    pub id: Uuid,
    pub title: String,
    pub body: String,
    /// What is opened: a path of the web app, such as `/inbox`.
    pub url: String,
    /// Notifications of one tag replace each other on a device.
    pub tag: String,
    /// What is unread in the inbox.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub badge: Option<u32>,
}

/// What a try came to. Errors are for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The service took it; whether the device shows it nobody says.
    Taken,
    /// The service is away, busy or set up wrongly. `after`: when it wants to be asked again.
    Later { error: String, after: Option<Duration> },
    /// This push is refused whenever it is sent.
    Never { error: String },
    /// The device is gone: its address is worth nothing any more.
    Gone { error: String },
}

/// Where a device is reached.
#[derive(Clone)]
pub enum Address {
    Browser(Subscription),
    /// The token of an app, of Google's service.
    Fcm(String),
    /// The token of an app, of Apple's service.
    Apns(String),
}

impl Address {
    /// Of what is stored of a device: the word for its kind, its endpoint or token, and a browser's two keys (`p256dh`, `auth`). `None`: no
    /// such device can be reached.
    pub fn of(kind: &str, address: String, keys: Option<(Vec<u8>, Vec<u8>)>) -> Option<Self> {
        match (kind, keys) {
            ("webpush", Some((p256dh, auth))) => Some(Self::Browser(Subscription { endpoint: address, p256dh, auth })),
            ("fcm", None) => Some(Self::Fcm(address)),
            ("apns", None) => Some(Self::Apns(address)),
            _ => None,
        }
    }
}

/// Every service that this server reaches devices by. Cheap to clone.
#[derive(Clone)]
pub struct Pushers {
    pub web: WebPush,
    pub fcm: Option<Fcm>,
    pub apns: Option<Apns>,
}

impl Pushers {
    /// Hands a notification to the service of a device. `now` is what tokens and times of answers are reckoned from.
    pub async fn send(&self, to: &Address, pushed: &Pushed, now: Micros) -> Outcome {
        // Whoever takes a service out of the settings may put it in again.
        let unknown = || answers::later("this server is not set up for the service of this device");
        match to {
            Address::Browser(subscription) => self.web.send(subscription, pushed, now).await,
            Address::Fcm(token) => match &self.fcm {
                Some(fcm) => fcm.send(token, pushed, now).await,
                None => unknown(),
            },
            Address::Apns(token) => match &self.apns {
                Some(apns) => apns.send(token, pushed, now).await,
                None => unknown(),
            },
        }
    }
}

impl Pushed {
    /// As JSON of at most `bytes_max` bytes: what does not fit is cut off the text, then off the title.
    fn within<T: Serialize>(&self, bytes_max: usize, shape: impl Fn(&Self) -> T) -> Option<Vec<u8>> {
        let mut shown = self.clone();
        loop {
            let bytes = serde_json::to_vec(&shape(&shown)).ok()?;
            let Some(over) = bytes.len().checked_sub(bytes_max).filter(|over| *over > 0) else { return Some(bytes) };
            let cut = if shown.body.is_empty() { &mut shown.title } else { &mut shown.body };
            if cut.is_empty() {
                return None;
            }
            *cut = shortened(cut, over);
        }
    }
}

/// Shorter by at least `over` bytes, with an ellipsis where anything is left.
fn shortened(text: &str, over: usize) -> String {
    const ELLIPSIS: char = '…';
    let room = text.len().saturating_sub(over + ELLIPSIS.len_utf8());
    let end = text.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|end| *end <= room).last();
    end.map_or_else(String::new, |end| format!("{}{ELLIPSIS}", text[..end].trim_end()))
}

#[cfg(test)]
mod tests;
