//! How text messages are sent, of the settings. It must never decide to whom.

use std::sync::Arc;

use futures_util::FutureExt;

use crate::{
    auth::phones::{Texter, Texts, Untaken},
    clock::Clock,
    config::Settings,
    outbound::{
        Outcome,
        egress::Egress,
        sms::{Sms, Text},
    },
};

/// Who sends them, where somebody does.
pub fn sms(settings: &Settings, egress: &Egress) -> Option<Sms> {
    settings.sms.clone().map(|provider| Sms::new(egress.clone(), provider))
}

/// For the codes that prove a number: whoever asked for one waits for it.
pub fn texts(sms: Option<&Sms>, clock: &Clock) -> Texts {
    let (sms, clock) = (sms?.clone(), clock.clone());
    let texter: Arc<Texter> = Arc::new(move |id, to, text| {
        let (sms, now) = (sms.clone(), clock.now());
        async move {
            match sms.send(&Text { id, to, text }, now).await {
                Outcome::Taken => Ok(()),
                Outcome::Later { error, .. } => Err(Untaken::Away(error)),
                Outcome::Never { error } => Err(Untaken::Refused(error)),
                Outcome::NoWay(why) => Err(Untaken::Refused(why.to_owned())),
            }
        }
        .boxed()
    });
    Some(texter)
}
