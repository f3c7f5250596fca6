//! Which events a webhook is for, before it is known who may see them. Pure.

use lockstep_protocol::topic::Kind;

use crate::store::{journal::Recorded, webhooks::Webhook};

/// See the module.
pub struct Filter {
    /// Tags, or groups of them (`task.*`); all where there are none.
    patterns: Vec<String>,
}

impl Filter {
    pub fn of(webhook: &Webhook) -> Self {
        Self { patterns: serde_json::from_str(&webhook.events).unwrap_or_default() }
    }

    pub fn wants(&self, webhook: &Webhook, recorded: &Recorded) -> bool {
        let offered = matches!(recorded.stream.kind, Kind::Organization | Kind::Team | Kind::Board | Kind::Channel);
        let here =
            webhook.board.is_none_or(|board| recorded.stream.kind == Kind::Board && recorded.stream.id == board.0);
        let matches = |pattern: &String| match pattern.strip_suffix('*') {
            Some(group) => recorded.tag.starts_with(group),
            None => recorded.tag == *pattern,
        };
        offered
            && here
            && recorded.org == webhook.org
            && (self.patterns.is_empty() || self.patterns.iter().any(matches))
    }
}
