//! What was looked at, what was found, and how it is told.

use std::{collections::BTreeMap, fmt};

use serde::Serialize;

use super::Figures;

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal, $guarantee:literal;)*) => {
        /// Everything that can be wrong with a history.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Kind {
            $($(#[doc = $doc])+ $name,)*
        }

        impl Kind {
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            pub const fn word(self) -> &'static str { match self { $(Self::$name => $word,)* } }

            /// The guarantee of docs/GUARANTEES.md that it breaks.
            pub const fn guarantee(self) -> &'static str { match self { $(Self::$name => $guarantee,)* } }

            pub const fn meaning(self) -> &'static str { match self { $(Self::$name => concat!($($doc),+),)* } }
        }
    };
}

kinds! {
    /// Acknowledged, and not in the journal.
    LostAckedWrite = "lost-acked-write", "G1";
    /// A stream is not dense from 1, is shorter than its head, tears a commit apart, or goes back in time.
    JournalGap = "journal-gap", "G2";
    /// An event does not carry the hash that follows from its predecessor.
    HashChain = "hash-chain", "G2";
    /// Somebody was shown other bytes at a seq than the journal holds.
    DivergentEvent = "divergent-event", "G2";
    /// Acknowledged before another command was sent, and after it in the stream.
    RealtimeInversion = "realtime-inversion", "G3";
    /// One command, two effects.
    EffectTwice = "effect-twice", "G4";
    /// The same for a command that once got no answer.
    UnknownResolvedTwice = "unknown-resolved-twice", "G4";
    /// An answer that is not the original one, or names another place than the journal does.
    AckMismatch = "ack-mismatch", "G4";
    /// Every answer was a refusal, and there is an effect.
    RejectedButApplied = "rejected-but-applied", "G5";
    /// An event that nobody asked for, or that was shown and is not in the journal.
    PhantomEvent = "phantom-event", "G5";
    /// Events were left out.
    Gap = "gap", "G6";
    /// Events came twice, or after later ones.
    DuplicateOrReorder = "duplicate-or-reorder", "G6";
    /// A snapshot older than what the client held.
    SnapshotWentBack = "snapshot-went-back", "G6";
    /// One message held a part of a commit, or of two.
    SplitCommit = "split-commit", "G6";
    /// A bookmark named a place that is not there, or what followed did not lead to it.
    BookmarkLied = "bookmark-lied", "G6";
    /// Somebody did not hold, in the end and in time, what the journal folds to.
    NotConverged = "not-converged", "G7";
    /// A state shown at a seq differs from the fold of the journal there.
    WrongState = "wrong-state", "G7";
    /// A read was answered from before the seq it asked for.
    StaleRead = "stale-read", "G8";
    /// A read was older than one before it.
    ReadWentBack = "read-went-back", "G8";
    /// A change was acknowledged and reached a connected client too late, though nothing but the bus was broken.
    RealtimeLag = "realtime-lag", "G9";
    /// Something was committed for somebody who had lost the right to it.
    CommandAfterRevoke = "command-after-revoke", "G10";
    /// Something was shown to somebody who had lost the right to see it.
    LeakAfterRevoke = "leak-after-revoke", "G10";
    /// A command took effect that no role of its sender allows, or that is over a limit.
    NotAllowedButApplied = "not-allowed-but-applied", "G11";
    /// Bytes of another organization were received.
    CrossTenant = "cross-tenant", "G11";
    /// A task that went to another board is on both or on none: what one board says of it the other does not say in the same commit.
    TornTransfer = "torn-transfer", "W25";
    /// Two timers of one person counted at once, or one ended that did not count.
    TwoTimers = "two-timers", "W22";
    /// The time of a timer is not noted once in the commit that stopped it, or is noted though that said it was lost.
    TimeMiscounted = "time-miscounted", "W22";
    /// Something concerned somebody, and their inbox does not have it.
    MissingNotification = "missing-notification", "G12";
    /// Somebody was told of one thing twice, or out of order.
    DupNotification = "dup-notification", "G12";
    /// Somebody was told of what happened where they could not see it any more.
    NotifiedAfterRevoke = "notified-after-revoke", "G12";
    /// An event was not taken by an endpoint that it was for.
    WebhookMissing = "webhook-missing", "G13";
    /// An endpoint was sent something for the first time after what came later.
    WebhookOutOfOrder = "webhook-out-of-order", "G13";
    /// A message is not signed with the secret of its webhook.
    BadSignature = "bad-signature", "G13";
    /// An event came under two ids, or two things under one.
    WebhookIdChanged = "webhook-id-changed", "G13";
}

/// One thing that is wrong.
#[derive(Clone, Debug, Serialize)]
pub struct Anomaly {
    #[serde(serialize_with = "as_word")]
    pub kind: Kind,
    pub what: String,
}

fn as_word<S: serde::Serializer>(kind: &Kind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.word())
}

/// Told in full for each kind; of more, only the number.
const TOLD_MAX: usize = 20;

/// Collected while judging.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    checked: BTreeMap<Kind, u64>,
    violations: BTreeMap<Kind, u64>,
    anomalies: Vec<Anomaly>,
}

impl Findings {
    /// Counts one thing that was looked at, and says what is wrong where it is not as it must be.
    pub fn expect(&mut self, kind: Kind, holds: bool, what: impl FnOnce() -> String) {
        *self.checked.entry(kind).or_default() += 1;
        if !holds {
            let count = self.violations.entry(kind).or_default();
            *count += 1;
            if *count <= TOLD_MAX as u64 {
                self.anomalies.push(Anomaly { kind, what: what() });
            }
        }
    }

    pub fn found(&self, kind: Kind) -> u64 {
        self.violations.get(&kind).copied().unwrap_or_default()
    }
}

/// One line of the result.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    pub guarantee: &'static str,
    pub name: &'static str,
    pub checked: u64,
    pub violations: u64,
}

/// What is said of a history.
#[derive(Clone, Debug, Serialize)]
pub struct Verdict {
    pub lines: Vec<Line>,
    pub anomalies: Vec<Anomaly>,
    pub figures: Figures,
    #[serde(skip)]
    findings: Findings,
}

impl Verdict {
    pub(super) fn new(findings: Findings, figures: Figures) -> Self {
        let line = |kind: &Kind| Line {
            guarantee: kind.guarantee(),
            name: kind.word(),
            checked: findings.checked.get(kind).copied().unwrap_or_default(),
            violations: findings.found(*kind),
        };
        let lines = Kind::ALL.iter().map(line).collect();
        Self { lines, anomalies: findings.anomalies.clone(), figures, findings }
    }

    pub fn is_clean(&self) -> bool {
        self.findings.violations.is_empty()
    }

    pub fn found(&self, kind: Kind) -> u64 {
        self.findings.found(kind)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<4} {:<24} {:>12} {:>10}", "", "", "checked", "violations")?;
        for Line { guarantee, name, checked, violations } in &self.lines {
            writeln!(f, "{guarantee:<4} {name:<24} {checked:>12} {violations:>10}")?;
        }
        write!(f, "{}", self.figures)?;
        for Anomaly { kind, what } in &self.anomalies {
            writeln!(f, "ANOMALY {}: {what}", kind.word())?;
        }
        let violations: u64 = self.findings.violations.values().sum();
        writeln!(f, "{violations} anomalies")
    }
}
