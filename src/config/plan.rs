//! Flags of `lockstep plan`.

use std::str::FromStr;

use clap::Args;

use super::StoreFlags;

/// Without any of the last ones it is only shown.
#[derive(Clone, Debug, Args)]
pub struct PlanFlags {
    #[command(flatten)]
    pub store: StoreFlags,
    /// The organization, by its id: it is in the address of its pages.
    #[arg(value_name = "ORGANIZATION")]
    pub org: String,
    /// What the plan is called.
    #[arg(long, value_name = "TEXT")]
    pub name: Option<String>,
    /// How many members there may be, guests and programs included; none: as many as the server takes.
    #[arg(long, value_name = "N|none")]
    pub members_max: Option<Most<u32>>,
    /// How many boards there may be, those in the trash included; none: as many as the server takes.
    #[arg(long, value_name = "N|none")]
    pub boards_max: Option<Most<u32>>,
    /// How many bytes of files there may be; none: without end.
    #[arg(long, value_name = "N|none")]
    pub storage_bytes_max: Option<Most<u64>>,
}

/// A number, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Most<N>(pub Option<N>);

impl<N: FromStr> FromStr for Most<N> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "none" => Ok(Self(None)),
            text => text.parse().map(|most| Self(Some(most))).map_err(|_| "say a whole number, or none".to_owned()),
        }
    }
}
