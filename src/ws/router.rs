//! Every route of this transport.

use std::{net::IpAddr, sync::Arc};

use axum::{
    Router,
    http::{Extensions, HeaderMap},
    routing::any,
};

use super::{door::Door, upgrade};
use crate::live::registry::Registry;

/// Says where a request comes from, by the word of proxies that are trusted.
pub type AddressOf = dyn Fn(&Extensions, &HeaderMap) -> IpAddr + Send + Sync;

/// What an upgrade needs to know.
#[derive(Clone)]
pub struct Gate {
    pub registry: Arc<Registry>,
    pub door: Arc<dyn Door>,
    /// Origins that may connect beside the server's own, written as browsers do: `https://example.org`.
    pub origins: Arc<[String]>,
    /// Where a request comes from.
    pub address_of: Arc<AddressOf>,
}

pub fn router(gate: Gate) -> Router {
    // An organization in the path is for balancers alone, which keep its people on one node; it gives no right.
    let upgrade = any(upgrade::upgrade);
    Router::new().route("/ws", upgrade.clone()).route("/ws/{org}", upgrade).with_state(gate)
}
