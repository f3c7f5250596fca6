//! Every route of this transport.

use std::sync::Arc;

use axum::{Router, routing::any};

use super::{door::Door, upgrade};
use crate::live::registry::Registry;

/// What an upgrade needs to know.
#[derive(Clone)]
pub struct Gate {
    pub registry: Arc<Registry>,
    pub door: Arc<dyn Door>,
    /// Origins that may connect beside the server's own, written as browsers do: `https://example.org`.
    pub origins: Arc<[String]>,
}

pub fn router(gate: Gate) -> Router {
    // An organization in the path is for balancers alone, which keep its people on one node; it gives no right.
    let upgrade = any(upgrade::upgrade);
    Router::new().route("/ws", upgrade.clone()).route("/ws/{org}", upgrade).with_state(gate)
}
