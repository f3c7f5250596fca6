//! Limits of channels and of what is said there: they follow the others in the table.

macro_rules! with_talk {
    ($($before:tt)*) => {
        limits! {
            $($before)*
            /// Channels on one page of a list.
            page_channels_max: usize = 200, "channels";
            /// Messages on one page of a channel's history.
            page_messages_max: usize = 200, "messages";
            /// Messages on one page of those that are found.
            page_found_max: usize = 50, "messages";
            /// What is looked for at once.
            search_query_chars_max: usize = 200, "characters";
            /// Words that are looked for at once, each phrase as one.
            search_terms_max: usize = 16, "words";
            /// What is said in a channel at once.
            message_text_bytes_max: usize = 16 * 1024, "bytes";
            /// What a channel is for.
            channel_purpose_chars_max: usize = 250, "characters";
            /// Members of one channel.
            members_per_channel_max: usize = 2_500, "members";
            /// Messages that are pinned in one channel.
            pins_per_channel_max: usize = 100, "messages";
            /// Texts that one message has had, the first aside.
            message_edits_max: usize = 500, "edits";
            /// Different emoji that one message is answered with.
            reaction_kinds_per_message_max: usize = 20, "emoji";
            /// All emoji that one message is answered with, each of each person.
            reactions_per_message_max: usize = 500, "reactions";
            /// Emoji that were ever given to one message, those that were taken back included.
            reactions_ever_per_message_max: usize = 2_000, "reactions";
            /// Channels of one organization, direct ones aside.
            channels_per_org_max: usize = 2_000, "channels";
            /// People of one direct talk.
            people_per_direct_max: usize = 9, "people";
        }
    };
}

pub(super) use with_talk;
