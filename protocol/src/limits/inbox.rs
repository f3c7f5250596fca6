//! Limits of inboxes: they stand before those of channels in the table.

macro_rules! with_inbox {
    ($($before:tt)*) => {
        with_talk! {
            $($before)*
            /// Entries of an inbox that one command names.
            inbox_numbers_max: usize = 200, "entries";
            /// How far off the time may be to which something is put off.
            inbox_snooze_ms_max: u64 = 366 * 86_400_000, "ms";
            /// Messages of one channel that somebody marked as unread, of those before the one that they have read up to.
            inbox_unread_per_channel_max: usize = 100, "messages";
            /// Preferences that are changed at once.
            inbox_preference_changes_max: usize = 100, "changes";
            /// Channels of which somebody wants to be told otherwise than of any.
            inbox_channel_levels_max: usize = 2_000, "channels";
            /// Boards of which somebody wants to be told otherwise than of any.
            inbox_board_levels_max: usize = 2_000, "boards";
            /// Tasks that somebody muted.
            inbox_muted_tasks_max: usize = 2_000, "tasks";
        }
    };
}

pub(super) use with_inbox;
