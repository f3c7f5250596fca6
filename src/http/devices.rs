//! The browsers and apps that the caller has notifications pushed to, each with the log-in that it was registered by. It must never show
//! where a device is reached or what messages to it are sealed with: whoever knows that can push to it.

use aws_lc_rs::agreement::{ECDH_P256, ParsedPublicKey, UnparsedPublicKey};
use axum::{
    Json,
    http::{StatusCode, Uri},
};
use data_encoding::BASE64URL_NOPAD;
use lockstep_protocol::{
    codes::{Code, Failure},
    ids::DeviceId,
    limits::Limits,
    values::Micros,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    answers::Items,
    extract::{Body, Caller, From, Ids},
    problem::Answer,
};
use crate::store::devices::{self, BrowserKeys, Device, DeviceKind, Registered};

const POINT_BYTES: usize = 65;
const SECRET_BYTES: usize = 16;

/// How this server reaches devices.
pub struct PushOffer {
    /// Its public key among push services: a point on P-256, uncompressed.
    pub key: Vec<u8>,
    pub kinds: Vec<DeviceKind>,
}

/// Which service reaches a device.
#[derive(Clone, Copy, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum PushKind {
    /// A browser, by the service of its maker.
    WebPush,
    /// An app, by Google's service.
    Fcm,
    /// An app, by Apple's service.
    Apns,
}

/// How this server reaches devices.
#[derive(Serialize, TS)]
pub struct PushKey {
    /// What a browser subscribes with (`applicationServerKey`), in base64url.
    key: String,
    /// The kinds of devices that can be registered.
    kinds: Vec<PushKind>,
}

/// A browser or an app that is to be told.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct NewDevice {
    kind: PushKind,
    /// The endpoint of a browser's subscription, or the token that the service gave the app.
    address: String,
    /// Of browsers: the subscription's key of this name, in base64url.
    #[serde(default)]
    #[ts(optional)]
    p256dh: Option<String>,
    /// Of browsers: the subscription's secret of this name, in base64url.
    #[serde(default)]
    #[ts(optional)]
    auth: Option<String>,
    /// What its owner calls it; absent: what it called itself in this request.
    #[serde(default)]
    #[ts(optional)]
    name: Option<String>,
}

#[derive(Serialize, TS)]
pub struct DeviceEntry {
    device_id: DeviceId,
    kind: PushKind,
    name: String,
    #[ts(type = "number")]
    created_at: Micros,
    /// When a notification was last taken for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    last_used_at: Option<Micros>,
    /// Notifications in a row that could not be handed over.
    failures: u32,
    /// Whether it was registered by the log-in that asks.
    current: bool,
}

impl PushKind {
    const fn stored(self) -> DeviceKind {
        match self {
            Self::WebPush => DeviceKind::WebPush,
            Self::Fcm => DeviceKind::Fcm,
            Self::Apns => DeviceKind::Apns,
        }
    }
}

impl std::convert::From<DeviceKind> for PushKind {
    fn from(kind: DeviceKind) -> Self {
        match kind {
            DeviceKind::WebPush => Self::WebPush,
            DeviceKind::Fcm => Self::Fcm,
            DeviceKind::Apns => Self::Apns,
        }
    }
}

fn entry(caller: &Caller, device: Device) -> DeviceEntry {
    DeviceEntry {
        device_id: device.id,
        kind: device.kind.into(),
        name: device.name,
        created_at: device.created_at,
        last_used_at: device.last_used_at,
        failures: device.failures,
        current: caller.who.credential == device.session.into(),
    }
}

/// What a browser needs before it subscribes, and an app before it asks for a token.
pub async fn key(caller: Caller) -> Json<PushKey> {
    let offer = &caller.http.push;
    Json(PushKey {
        key: BASE64URL_NOPAD.encode(&offer.key),
        kinds: offer.kinds.iter().map(|&kind| kind.into()).collect(),
    })
}

/// Oldest first.
pub async fn list(caller: Caller) -> Answer<Json<Items<DeviceEntry>>> {
    let (account, now) = (caller.who.account, caller.http.clock.now());
    let devices = caller.http.store.devices().of(account, now).await?;
    Ok(Json(Items { items: devices.into_iter().map(|device| entry(&caller, device)).collect() }))
}

/// In the place of what was registered at the same address, by whomever: a device is of one person.
pub async fn register(
    caller: Caller,
    From(client): From,
    Body(body): Body<NewDevice>,
) -> Answer<(StatusCode, Json<DeviceEntry>)> {
    let (account, session) = caller.session()?;
    let (limits, kind) = (&caller.http.limits, body.kind.stored());
    if !caller.http.push.kinds.contains(&kind) {
        return Err(invalid("kind", "This server reaches no devices of this kind.").into());
    }
    let keys = browser_keys(kind, body.p256dh.as_deref(), body.auth.as_deref())?;
    check_address(kind, &body.address, limits)?;
    let name: String = body.name.unwrap_or(client.device).chars().filter(|c| !c.is_control()).collect();
    let new = devices::NewDevice {
        id: caller.http.clock.fresh_id().into(),
        account,
        session,
        kind,
        address: body.address,
        keys,
        name: name.trim().chars().take(limits.device_name_chars_max).collect(),
        at: caller.http.clock.now(),
    };
    let most = limits.devices_per_account_max;
    match caller.http.store.devices().register(&new, most).await? {
        Registered::Is(device) => Ok((StatusCode::CREATED, Json(entry(&caller, device)))),
        Registered::Full => Err(Failure::new(Code::LimitReached).limit(most as u64).into()),
        Registered::Nowhere => Err(Code::Unauthenticated.into()),
    }
}

pub async fn remove(caller: Caller, Ids(device): Ids<DeviceId>) -> Answer<StatusCode> {
    if !caller.http.store.devices().remove(caller.who.account, device).await? {
        return Err(Code::NotFound.into());
    }
    Ok(StatusCode::NO_CONTENT)
}

fn invalid(field: &str, why: &str) -> Failure {
    Failure::because(Code::FieldInvalid, why).field(field)
}

/// What a browser's subscription is sealed with; of others nothing.
fn browser_keys(kind: DeviceKind, p256dh: Option<&str>, auth: Option<&str>) -> Result<Option<BrowserKeys>, Failure> {
    if kind != DeviceKind::WebPush {
        let of_browsers = |field| Err(invalid(field, "It belongs to browsers."));
        return if p256dh.is_some() {
            of_browsers("p256dh")
        } else if auth.is_some() {
            of_browsers("auth")
        } else {
            Ok(None)
        };
    }
    let bytes = |field: &str, text: Option<&str>, length: usize| {
        let text = text.ok_or_else(|| Failure::new(Code::FieldRequired).field(field))?;
        let bytes = BASE64URL_NOPAD.decode(text.trim_end_matches('=').as_bytes()).unwrap_or_default();
        if bytes.len() == length {
            Ok(bytes)
        } else {
            Err(invalid(field, &format!("It is {length} bytes in base64url.")))
        }
    };
    let (p256dh, auth) = (bytes("p256dh", p256dh, POINT_BYTES)?, bytes("auth", auth, SECRET_BYTES)?);
    // Anything else could be sealed for nobody.
    if p256dh[0] != 4 || ParsedPublicKey::try_from(UnparsedPublicKey::new(&ECDH_P256, &p256dh)).is_err() {
        return Err(invalid("p256dh", "It is no point on P-256."));
    }
    Ok(Some(BrowserKeys { p256dh, auth }))
}

/// What cannot be an address of this kind is refused. Where requests may go is judged when something is sent there.
fn check_address(kind: DeviceKind, address: &str, limits: &Limits) -> Result<(), Failure> {
    let max = limits.device_address_bytes_max;
    if address.is_empty() {
        return Err(Failure::new(Code::FieldRequired).field("address"));
    }
    if address.len() > max {
        return Err(Failure::new(Code::FieldTooLong).field("address").limit(max as u64));
    }
    let (fits, why) = match kind {
        DeviceKind::WebPush => (is_endpoint(address), "It is the https address of a subscription's endpoint."),
        DeviceKind::Fcm => {
            let plain = |c: char| c.is_ascii_alphanumeric() || ":_-".contains(c);
            (address.chars().all(plain), "It is the token that the service gave the app.")
        }
        DeviceKind::Apns => {
            let hex = address.len().is_multiple_of(2) && address.bytes().all(|byte| byte.is_ascii_hexdigit());
            (hex, "It is the token that the service gave the app, in hexadecimal.")
        }
    };
    if fits { Ok(()) } else { Err(invalid("address", why)) }
}

/// In the clear only to this machine, which a server for development may allow.
fn is_endpoint(address: &str) -> bool {
    let Ok(uri) = address.parse::<Uri>() else { return false };
    let (Some(scheme), Some(authority), Some(host)) = (uri.scheme_str(), uri.authority(), uri.host()) else {
        return false;
    };
    let local = ["127.0.0.1", "localhost", "[::1]"].contains(&host);
    !host.is_empty() && !authority.as_str().contains('@') && (scheme == "https" || scheme == "http" && local)
}
