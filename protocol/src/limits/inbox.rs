//! Limits of inboxes.

use super::row::{Row, limits};

limits! {
    InboxLimits "inbox_" {}
    /// Entries of an inbox that one command names.
    numbers_max: usize = 200, "entries";
    /// How far off the time may be to which something is put off.
    snooze_ms_max: u64 = 366 * 86_400_000, "ms";
    /// Messages of one channel that somebody marked as unread, of those before the one that they have read up to.
    unread_per_channel_max: usize = 100, "messages";
    /// Preferences that are changed at once.
    preference_changes_max: usize = 100, "changes";
    /// Channels of which somebody wants to be told otherwise than of any.
    channel_levels_max: usize = 2_000, "channels";
    /// Boards of which somebody wants to be told otherwise than of any.
    board_levels_max: usize = 2_000, "boards";
    /// Tasks that somebody muted.
    muted_tasks_max: usize = 2_000, "tasks";
}
