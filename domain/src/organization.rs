//! An organization: its members and their roles.

use serde::{Deserialize, Serialize};

/// The live state of an organization.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Organization {}
