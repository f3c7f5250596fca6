//! How devices are reached, of the settings and the server's keys: what is offered to those who register one, and who sends to it. It must
//! never decide whom something is sent to.

use crate::{
    auth::keys::ServerKeys,
    config::Settings,
    http::PushOffer,
    outbound::{
        egress::Egress,
        push::{Apns, Fcm, Pushers, WebPush},
    },
    store::devices::DeviceKind,
};

/// Which devices can be registered: those that something can be sent to.
pub fn offer(keys: &ServerKeys, settings: &Settings) -> PushOffer {
    let services = &settings.push_services;
    let fcm = services.fcm.as_ref().map(|_| DeviceKind::Fcm);
    let apns = services.apns.as_ref().map(|_| DeviceKind::Apns);
    let kinds = [Some(DeviceKind::WebPush), fcm, apns].into_iter().flatten().collect();
    PushOffer { key: keys.push.public.clone(), kinds }
}

/// Who sends to devices. Refused where the key of a service is none; the text says which.
pub fn pushers(keys: &ServerKeys, settings: &Settings, egress: &Egress) -> Result<Pushers, String> {
    let services = settings.push_services.clone();
    let pair = (keys.push.pkcs8.as_slice(), keys.push.public.as_slice());
    Ok(Pushers {
        web: WebPush::new(egress.clone(), pair, contact(settings)),
        fcm: services.fcm.map(|fcm| Fcm::new(egress.clone(), fcm)).transpose()?,
        apns: services.apns.map(|apns| Apns::new(egress.clone(), apns)).transpose()?,
    })
}

/// Whom a service of browsers asks when something is wrong: RFC 8292 section 2.1 wants `https:` or `mailto:`.
fn contact(settings: &Settings) -> String {
    let origin = settings.public.origin();
    let from = settings.mail.mail_from.as_deref().unwrap_or_default();
    let from = from.rsplit_once('<').map_or(from, |(_, rest)| rest.trim_end_matches('>')).trim();
    match (settings.public.is_https(), from.is_empty()) {
        (true, _) => origin.to_owned(),
        (false, false) => format!("mailto:{from}"),
        (false, true) => "mailto:operator@localhost".to_owned(),
    }
}
