//! What webhooks were sent, as their endpoints noted it: one line of JSON each, in the order in which it came.

use std::{collections::BTreeMap, path::Path};

use anyhow::Context;
use aws_lc_rs::hmac;
use data_encoding::BASE64;
use lockstep_protocol::{ids::OrgId, topic::Topic};
use serde::{Deserialize, Serialize};

pub const FILE: &str = "hooks.log";

/// All that is known of webhooks.
#[derive(Clone, Debug, Default)]
pub struct Hooks {
    pub made: Vec<Made>,
    pub came: Vec<Came>,
}

/// A webhook, and where the streams were when it was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Made {
    pub endpoint: u32,
    pub org: OrgId,
    pub secret: String,
    /// What tags it is for begin with.
    pub tags: String,
    pub heads: Vec<(Topic, u64)>,
}

/// A request, and the status that it was answered with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Came {
    pub endpoint: u32,
    pub id: String,
    pub timestamp: String,
    pub signature: String,
    pub body: String,
    pub status: u16,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    Made(Made),
    Came(Came),
}

impl Hooks {
    /// A run without webhooks has no such file.
    pub fn read(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join(FILE);
        let mut hooks = Self::default();
        if !path.exists() {
            return Ok(hooks);
        }
        for line in std::fs::read_to_string(&path)?.lines() {
            match serde_json::from_str(line).with_context(|| format!("{FILE}: {line}"))? {
                Line::Made(made) => hooks.made.push(made),
                Line::Came(came) => hooks.came.push(came),
            }
        }
        Ok(hooks)
    }
}

impl Made {
    /// Where its streams were, by stream.
    pub fn ends(&self) -> BTreeMap<Topic, u64> {
        self.heads.iter().copied().collect()
    }

    /// What the signature of a message must be. Written from Standard Webhooks 1.0.0, not from the server's code.
    pub fn signature(&self, id: &str, timestamp: &str, body: &str) -> Option<String> {
        let secret = BASE64.decode(self.secret.strip_prefix("whsec_")?.as_bytes()).ok()?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
        let signed = hmac::sign(&key, format!("{id}.{timestamp}.{body}").as_bytes());
        Some(format!("v1,{}", BASE64.encode(signed.as_ref())))
    }
}
