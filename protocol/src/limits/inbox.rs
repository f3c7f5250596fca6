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
            /// How long the code that proves a telephone number holds.
            phone_code_ms: u64 = 600_000, "ms";
            /// Tries of one such code.
            phone_code_tries_max: u32 = 5, "tries";
            /// Text messages to one account a day (UTC), codes among them: they cost the operator money.
            texts_per_day_max: u32 = 50, "text messages";
            /// The longest text message; what is longer is cut, but for its link.
            text_chars_max: usize = 300, "characters";
            /// The subject of a letter, or a line of news, in an organization's own words.
            letter_subject_chars_max: usize = 200, "characters";
            /// A paragraph of a letter in an organization's own words.
            letter_line_chars_max: usize = 2_000, "characters";
            /// Paragraphs of such a letter.
            letter_lines_max: usize = 20, "paragraphs";
        }
    };
}

pub(super) use with_inbox;
