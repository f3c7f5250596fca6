//! A team: its members and leads.

use serde::{Deserialize, Serialize};

/// The live state of a team.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Team {}
