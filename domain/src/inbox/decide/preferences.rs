//! What somebody wants to be told, part by part. Must never take back a part that the command does not name.

use std::collections::BTreeSet;

use lockstep_protocol::{
    codes::{Code, Failure},
    command::inbox::SetPreferences,
    event::inbox::InboxPreferencesChanged,
    values::{Digest, PreferenceChange, QuietHours},
};

use super::Decided;
use crate::{
    aggregate::Ctx,
    inbox::{preferences::Preferences, state::Inbox},
    refuse::{full, invalid},
};

const MINUTES_OF_A_DAY: u16 = 24 * 60;

pub(super) fn set(inbox: &Inbox, command: &SetPreferences, ctx: &Ctx<'_>) -> Decided {
    let limit = ctx.limits.inbox_preference_changes_max;
    if command.changes.is_empty() {
        return Err(Failure::new(Code::FieldRequired).field("changes"));
    }
    if command.changes.len() > limit {
        return Err(full("changes", limit));
    }
    let mut preferences = (*inbox.preferences).clone();
    let mut changes = Vec::new();
    for (index, change) in command.changes.iter().enumerate() {
        let refuse = |field: &str, why| invalid(&format!("changes.{index}.{field}"), why);
        match change {
            PreferenceChange::Quiet { hours: Some(hours) } => {
                check_quiet(hours).map_err(|(field, why)| refuse(field, why))?;
            }
            PreferenceChange::Digest { digest } if !is_minute(minute_of(*digest)) => {
                return Err(refuse("digest", "A day has 1440 minutes."));
            }
            _ => {}
        }
        let before = preferences.clone();
        preferences.apply(change);
        if preferences != before {
            changes.push(change.clone());
        }
    }
    check_sizes(&inbox.preferences, &preferences, ctx)?;
    Ok(if changes.is_empty() { vec![] } else { vec![InboxPreferencesChanged { changes }.into()] })
}

const fn minute_of(digest: Digest) -> u16 {
    match digest {
        Digest::Day { minute } | Digest::Weekday { minute } | Digest::Week { minute, .. } => minute,
    }
}

const fn is_minute(minute: u16) -> bool {
    minute < MINUTES_OF_A_DAY
}

fn check_quiet(hours: &QuietHours) -> Result<(), (&'static str, &'static str)> {
    for (minute, field) in [(hours.from_minute, "hours.from_minute"), (hours.to_minute, "hours.to_minute")] {
        if !is_minute(minute) {
            return Err((field, "A day has 1440 minutes."));
        }
    }
    if hours.from_minute == hours.to_minute {
        return Err(("hours.to_minute", "Quiet hours end at another time than they begin."));
    }
    let days: BTreeSet<_> = hours.weekdays.iter().collect();
    if days.is_empty() || days.len() < hours.weekdays.len() {
        return Err(("hours.weekdays", "Name each day on which they begin, once."));
    }
    Ok(())
}

/// What grew is within its limit.
fn check_sizes(before: &Preferences, after: &Preferences, ctx: &Ctx<'_>) -> Result<(), Failure> {
    let limits = ctx.limits;
    let sizes = [
        (before.channels.len(), after.channels.len(), limits.inbox_channel_levels_max),
        (before.boards.len(), after.boards.len(), limits.inbox_board_levels_max),
        (before.muted.len(), after.muted.len(), limits.inbox_muted_tasks_max),
    ];
    let over = sizes.into_iter().find(|(before, after, limit)| after > before && after > limit);
    over.map_or(Ok(()), |(_, _, limit)| Err(full("changes", limit)))
}
