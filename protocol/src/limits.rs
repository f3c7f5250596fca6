//! Every limit there is, in one struct. `docs/LIMITS.md` is generated from this table, and a test probes each one at its
//! value, one more, and a thousand times that, on every surface.

mod inbox;
mod row;
mod talk;

use inbox::with_inbox;
pub use row::Row;
use row::limits;
use talk::with_talk;

with_inbox! {
    /// A message from a client, whole; over it the socket is closed with 1009.
    message_bytes_max: usize = 256 * 1024, "bytes";
    /// Messages in one frame from a client; over it `batch_too_large`.
    batch_messages_max: usize = 50, "messages";
    /// Nesting of anything decoded; over it `malformed`.
    decode_depth_max: usize = 32, "levels";
    /// Time from upgrade to `hello`; over it the socket is closed with 4401.
    hello_timeout_ms: u64 = 10_000, "ms";
    /// Bytes of the first frame.
    hello_bytes_max: usize = 8 * 1024, "bytes";
    /// Sockets that have not said hello, on this node; over it 503.
    unauthenticated_connections_max: usize = 1_000, "connections";
    /// Live connections on this node; over it 503.
    connections_max: usize = 10_000, "connections";
    /// Live connections of one account; the oldest gets 4409.
    connections_per_account_max: usize = 20, "connections";
    /// Live connections by one public link on one node; further ones are told to come back later.
    connections_per_link_max: usize = 1_000, "connections";
    /// Live connections by one public link from one network address on one node.
    connections_per_link_and_address_max: usize = 50, "connections";
    /// Topics joined by one connection; over it `too_many_subscriptions`.
    subscriptions_max: usize = 256, "topics";
    /// Commands of one connection a second, steady.
    commands_per_second_max: u32 = 20, "per second";
    /// Commands of one connection at once, before the steady rate counts.
    commands_burst_max: u32 = 60, "commands";
    /// Requests of one account over HTTP a second, steady, on one node; over it `rate_limited`.
    requests_per_second_max: u32 = 100, "per second";
    /// Requests of one account over HTTP at once, before the steady rate counts.
    requests_burst_max: u32 = 400, "requests";
    /// Accounts whose requests a node counts at the same time; beyond it those that come new are not braked.
    paced_accounts_max: usize = 10_000, "accounts";
    /// Commands of one connection that await their reply; over it the socket is not read.
    commands_in_flight_max: usize = 32, "commands";
    /// Ephemeral messages of one connection a second; over it dropped.
    ephemeral_per_second_max: u32 = 20, "per second";
    /// What waits to be written to one connection.
    outbox_bytes_max: usize = 1024 * 1024, "bytes";
    /// Frames waiting to be written to one connection.
    outbox_messages_max: usize = 1_024, "messages";
    /// A client that reads nothing for this long after a `resync` is closed with 4408.
    slow_timeout_ms: u64 = 10_000, "ms";
    /// The server pings a silent connection after this.
    heartbeat_interval_ms: u64 = 15_000, "ms";
    /// A connection silent for this long is closed.
    heartbeat_timeout_ms: u64 = 35_000, "ms";
    /// Time between two `heads` of a connection.
    heads_interval_ms: u64 = 30_000, "ms";
    /// Time between two `lists_changed` of an organization on one node; what changes meanwhile is told with the next.
    lists_changed_interval_ms: u64 = 1_000, "ms";
    /// Time between two `profiles_changed` of a topic on one node; who changes meanwhile is told with the next.
    profiles_changed_interval_ms: u64 = 1_000, "ms";
    /// People whom one `profiles_changed` names.
    profiles_named_max: usize = 100, "people";
    /// How many of those who are told of a changed profile are asked to read it per second: `within_ms` is made of it.
    profile_reads_per_second: u64 = 1_000, "reads/s";
    /// A client that goes on being refused with `rate_limited` for this long is closed with 4429.
    abuse_timeout_ms: u64 = 10_000, "ms";
    /// Refusals of one connection that are logged at once, and connections of one node that were refused at their hello.
    refusals_logged_burst_max: u32 = 20, "lines";
    /// The same, steadily; how many were left out is said with the next.
    refusals_logged_per_second_max: u32 = 1, "lines/s";
    /// Time for commands on their way when a node drains.
    drain_timeout_ms: u64 = 10_000, "ms";
    /// The longest delay that a `goaway` asks for; each connection gets its own.
    goaway_delay_max_ms: u64 = 5_000, "ms";
    /// Commands that may wait in one aggregate; over it `busy`.
    mailbox_permits_max: usize = 256, "commands";
    /// Commands decided in one batch (one append).
    append_commands_max: usize = 128, "commands";
    /// Commands in one `board.bulk`.
    bulk_commands_max: usize = 200, "commands";
    /// For how long a change can be taken back.
    undo_ms: u64 = 30 * 86_400_000, "ms";
    /// Values that are had back in one taking back.
    undo_steps_max: usize = 1_000, "values";
    /// Conflicts in a row before a command is answered `contended`.
    conflicts_max: u32 = 8, "conflicts";
    /// Commands a client may still repeat by the window in memory; older ones are looked up in the journal.
    idempotency_window_max: usize = 1_024, "commands";
    /// Clients whose windows one aggregate keeps in memory.
    idempotency_clients_max: usize = 1_024, "clients";
    /// Recent events an aggregate keeps for resuming clients.
    ring_events_max: usize = 500, "events";
    /// Bytes of those events.
    ring_bytes_max: usize = 256 * 1024, "bytes";
    /// Events a resuming client may be behind and still get events rather than a snapshot.
    resume_events_max: usize = 5_000, "events";
    /// Uncompressed size of one part of a snapshot.
    snapshot_part_bytes_max: usize = 256 * 1024, "bytes";
    /// Bodies at or above this are compressed inside the frame.
    compress_bytes_min: usize = 4 * 1024, "bytes";
    /// Events between two stored snapshots of an aggregate; of a large one, once more for each MiB that it takes.
    snapshot_events_max: u64 = 300, "events";
    /// Bytes of events between two stored snapshots; of a large one likewise.
    snapshot_tail_bytes_max: usize = 256 * 1024, "bytes";
    /// Live state that aggregates may hold on one node before the least recently used are passivated.
    live_bytes_max: usize = 512 * 1024 * 1024, "bytes";
    /// An aggregate without work or subscribers is passivated after this.
    passivate_idle_ms: u64 = 300_000, "ms";
    /// Aggregates that load at the same time.
    loads_max: usize = 32, "loads";
    /// Presence entries sent for one topic; beyond it only the count.
    presence_entries_max: usize = 200, "entries";
    /// JSON body of an HTTP request; over it 413.
    http_body_bytes_max: usize = 256 * 1024, "bytes";
    /// A picture of a person or a logo, as it is sent; over it 413.
    picture_bytes_max: usize = 1024 * 1024, "bytes";
    /// Its width and its height; over it `picture_unreadable`, before anything is decoded.
    picture_pixels_max: u32 = 4_096, "pixels";
    /// What its pixels take up while it is read; over it `picture_unreadable`.
    picture_memory_bytes_max: u64 = 64 * 1024 * 1024, "bytes";
    /// The side of the square that is kept of it.
    picture_side: u32 = 256, "pixels";
    /// Pictures that may wait to be read; over it `busy`.
    pictures_waiting_max: usize = 16, "pictures";
    /// Time to send an HTTP request's headers.
    http_header_timeout_ms: u64 = 10_000, "ms";
    /// Time to answer an HTTP request.
    http_request_timeout_ms: u64 = 30_000, "ms";
    /// A node on PostgreSQL that has not seen its journal for this long takes and shows nothing.
    stale_after_ms: u64 = 5_000, "ms";
    /// Time a read waits to reach `min_seq` or `min_position` before it answers 503 `behind`.
    behind_timeout_ms: u64 = 500, "ms";
    /// Rows in a page of a list.
    page_rows_max: usize = 500, "rows";
    /// Events in one answer of a history read.
    history_events_max: usize = 500, "events";
    /// An access token.
    token_bytes_max: usize = 4 * 1024, "bytes";
    /// Life of an access token.
    access_token_ms: u64 = 600_000, "ms";
    /// Life of a refresh token that is not used.
    refresh_idle_ms: u64 = 14 * 86_400_000, "ms";
    /// Life of a session, however much it is used.
    refresh_absolute_ms: u64 = 90 * 86_400_000, "ms";
    /// How long a rotated refresh token still gets the same successor (its answer was lost).
    refresh_grace_ms: u64 = 10_000, "ms";
    /// Sessions of one account; the oldest is revoked.
    sessions_per_account_max: usize = 50, "sessions";
    /// Failed log-ins of one account from one network in 15 minutes before they are delayed.
    login_attempts_max: u32 = 10, "tries";
    /// How exactly a session's last use is known: once noted, it is noted anew after this time or from another address.
    session_seen_every_ms: u64 = 10_000, "ms";
    /// How long a session's last use is remembered beside the database; after it the time of the last refresh is shown.
    session_seen_ms: u64 = 86_400_000, "ms";
    /// Sessions whose last use a node remembers; of more the time of the last refresh is shown.
    sessions_seen_max: usize = 100_000, "sessions";
    /// One thing that is kept for minutes outside the database (a log-in that awaits its second step); what is larger lies in the database.
    kept_value_bytes_max: usize = 32 * 1024, "bytes";
    /// All that a node keeps of them in memory; beyond it they lie in the database.
    kept_bytes_max: usize = 32 * 1024 * 1024, "bytes";
    /// Time for the second step of a log-in.
    challenge_ms: u64 = 300_000, "ms";
    /// Tries of the second step of one log-in; over it the log-in begins again.
    challenge_tries_max: u32 = 5, "tries";
    /// Wrong codes of one account's authenticator app in 15 minutes, from anywhere and after the right password, before they are delayed.
    totp_failures_max: u32 = 50, "tries";
    /// Time to confirm an authenticator app that is being set up.
    factor_setup_ms: u64 = 600_000, "ms";
    /// How young a log-in is that may change factors where the account has no password.
    fresh_login_ms: u64 = 600_000, "ms";
    /// Access tokens that one account made for programs.
    tokens_per_account_max: usize = 20, "tokens";
    /// How far off the end of an access token for programs may be; one without an end lasts until it is revoked.
    api_token_life_ms_max: u64 = 31_622_400_000, "ms";
    /// Service accounts of one organization, beside being members.
    service_accounts_per_org_max: usize = 50, "accounts";
    /// Time for a person to come back from the provider that they log in with.
    identity_ms: u64 = 900_000, "ms";
    /// Time for what is asked of a provider while a person waits.
    identity_provider_ms: u64 = 15_000, "ms";
    /// How long what a provider says of itself is believed before it is asked again.
    identity_discovery_ms: u64 = 3_600_000, "ms";
    /// How a provider calls a person (`sub`).
    identity_subject_bytes_max: usize = 255, "bytes";
    /// Identities at providers that one account may be connected to.
    identities_per_account_max: usize = 20, "identities";
    /// Browsers and apps that notifications of one account are pushed to.
    devices_per_account_max: usize = 20, "devices";
    /// The address or token that a push service gave a device.
    device_address_bytes_max: usize = 1024, "bytes";
    /// What a device is called, or what its browser called itself.
    device_name_chars_max: usize = 200, "characters";
    /// The answer to a request that this server sends.
    egress_answer_bytes_max: usize = 64 * 1024, "bytes";
    /// Time for a request that this server sends, from looking the name up to the end of the answer.
    egress_timeout_ms: u64 = 10_000, "ms";
    /// Requests that this server has under way at once; further ones wait within their time.
    egress_requests_max: usize = 32, "requests";
    /// Webhooks of one organization.
    webhooks_per_org_max: usize = 20, "webhooks";
    /// Where a webhook is.
    webhook_url_bytes_max: usize = 2_000, "bytes";
    /// Kinds of events, and groups of them, that a webhook names.
    webhook_events_max: usize = 100, "kinds";
    /// What is asked to be sent once more to one webhook, and waits.
    webhook_asked_max: usize = 100, "messages";
    /// Passkeys of one account.
    passkeys_per_account_max: usize = 20, "passkeys";
    /// Recovery codes that are made at once.
    recovery_codes: usize = 10, "codes";
    /// A password, shortest.
    password_chars_min: usize = 12, "characters";
    /// A password, longest.
    password_chars_max: usize = 256, "characters";
    /// An e-mail address.
    email_bytes_max: usize = 254, "bytes";
    /// Name of an organization, team, board, column, label, custom field or checklist, and of a person.
    name_chars_max: usize = 120, "characters";
    /// The same in UTF-8.
    name_bytes_max: usize = 480, "bytes";
    /// A board's key, such as OPS.
    board_key_chars_max: usize = 10, "characters";
    /// A line of quick add: a title and what else it says.
    quick_add_chars_max: usize = 1_000, "characters";
    /// A task's title.
    title_chars_max: usize = 500, "characters";
    /// A team's description.
    team_description_bytes_max: usize = 8 * 1024, "bytes";
    /// A task's description.
    description_bytes_max: usize = 64 * 1024, "bytes";
    /// A comment.
    comment_bytes_max: usize = 16 * 1024, "bytes";
    /// The text of a checklist item.
    checklist_item_chars_max: usize = 500, "characters";
    /// Checklists of one task.
    checklists_per_task_max: usize = 20, "checklists";
    /// Items over all checklists of one task.
    checklist_items_per_task_max: usize = 200, "items";
    /// Comments on one task.
    comments_per_task_max: usize = 5_000, "comments";
    /// Texts that one comment has had, the first aside: all of them are in its history.
    comment_edits_max: usize = 500, "edits";
    /// One emoji.
    emoji_bytes_max: usize = 64, "bytes";
    /// Different emoji that one comment is answered with.
    reaction_kinds_per_comment_max: usize = 20, "emoji";
    /// All emoji that one comment is answered with, each of each person.
    reactions_per_comment_max: usize = 1_000, "reactions";
    /// People whom one text mentions.
    mentions_per_text_max: usize = 50, "people";
    /// Assignees of one task.
    assignees_per_task_max: usize = 20, "people";
    /// Tasks that one `tasks.reassign` gives to somebody else.
    reassigned_tasks_max: usize = 200, "tasks";
    /// Tasks that go to another board in one command: one, and its parts.
    transfer_tasks_max: usize = 200, "tasks";
    /// Of their descriptions and comments together.
    transfer_bytes_max: usize = 8 * 1024 * 1024, "bytes";
    /// Labels of one board.
    labels_per_board_max: usize = 100, "labels";
    /// Labels of one task.
    labels_per_task_max: usize = 20, "labels";
    /// Categories of one board.
    categories_per_board_max: usize = 50, "categories";
    /// Custom fields of one board.
    fields_per_board_max: usize = 50, "fields";
    /// Options of one custom field.
    options_per_field_max: usize = 100, "options";
    /// Options of all custom fields of one board.
    options_per_board_max: usize = 1_000, "options";
    /// A line in a custom field.
    field_text_chars_max: usize = 500, "characters";
    /// Digits of a number in a custom field: as many as every program keeps.
    field_number_digits_max: usize = 15, "digits";
    /// An address in a custom field.
    field_url_bytes_max: usize = 2_048, "bytes";
    /// All that was typed into the custom fields of one task.
    task_fields_bytes_max: usize = 8 * 1024, "bytes";
    /// Public links of one board that are not revoked.
    links_per_board_max: usize = 20, "links";
    /// Public links that one board has ever had; what was revoked is remembered, so that it never opens anything again.
    links_ever_per_board_max: usize = 5_000, "links";
    /// How far off the end of a public link may be; one without an end lasts until it is revoked.
    link_life_ms_max: u64 = 315_360_000_000, "ms";
    /// Views of one board that everybody shares.
    views_per_board_max: usize = 50, "views";
    /// Views that somebody keeps for themselves of one board.
    own_views_per_board_max: usize = 50, "views";
    /// Views that somebody keeps for themselves, of all boards.
    own_views_per_account_max: usize = 200, "views";
    /// Boards that somebody stars.
    stars_per_account_max: usize = 200, "boards";
    /// Tasks in an answer to what somebody should do next, where they ask for no other number.
    next_tasks_default: usize = 20, "tasks";
    /// Tasks in an answer to what somebody should do next.
    next_tasks_max: usize = 100, "tasks";
    /// Boards that are asked what somebody should do next: the newest on which they have open tasks.
    next_boards_max: usize = 100, "boards";
    /// Boards that are loaded at once, for one answer over all boards of somebody.
    own_boards_at_once_max: usize = 4, "boards";
    /// Boards that are asked what somebody has worked: the newest on which they may have time within the ends of the question.
    own_time_boards_max: usize = 200, "boards";
    /// Conditions of one view or filter.
    filter_conditions_max: usize = 20, "conditions";
    /// What one condition names.
    filter_values_max: usize = 50, "values";
    /// The words that a filter looks for in titles.
    filter_text_chars_max: usize = 200, "characters";
    /// Days that a filter looks ahead.
    filter_days_max: u32 = 366, "days";
    /// By how many keys the tasks of one view are sorted.
    sort_keys_max: usize = 3, "keys";
    /// Tasks that one task is said to have to do with.
    dependencies_per_task_max: usize = 50, "tasks";
    /// Tasks that are parts of one task.
    subtasks_per_task_max: usize = 500, "tasks";
    /// Tasks above one another, each a part of the next.
    task_depth_max: usize = 5, "tasks";
    /// People who follow one task.
    watchers_per_task_max: usize = 200, "members";
    /// Points of one task.
    task_points_max: u32 = 1_000, "points";
    /// The longest estimate of one task: a year of work.
    task_estimate_minutes_max: u32 = 120_000, "minutes";
    /// Times that are noted on one task.
    time_entries_per_task_max: usize = 500, "entries";
    /// The longest time that is noted in one; a timer that runs on counts for as long.
    time_entry_s_max: u32 = 86_400, "s";
    /// What is said about a time that was spent.
    time_note_chars_max: usize = 500, "characters";
    /// How far a time may end ahead of the server's clock: clocks differ.
    time_ahead_ms_max: u64 = 60_000, "ms";
    /// The text of the rule by which a task repeats.
    repeat_rule_chars_max: usize = 500, "characters";
    /// Days, weeks, months or years from one to the next.
    repeat_interval_max: u16 = 3_000, "periods";
    /// How many a rule may count.
    repeat_count_max: u32 = 1_000, "tasks";
    /// Reminders of one task.
    reminders_per_task_max: usize = 5, "reminders";
    /// How long before it is due a task can be reminded of.
    reminder_minutes_max: u32 = 40_320, "minutes";
    /// Rules of one board about who is told of what is overdue for long.
    escalations_per_board_max: usize = 5, "rules";
    /// How long something is overdue at most before somebody is told.
    escalation_minutes_max: u32 = 129_600, "minutes";
    /// Columns of one board.
    columns_per_board_max: usize = 50, "columns";
    /// The largest limit that a column can have on its tasks.
    wip_limit_max: u32 = 10_000, "tasks";
    /// People who are named as those who may bring tasks into one column.
    column_people_max: usize = 50, "people";
    /// Active tasks of one board.
    tasks_per_board_max: usize = 10_000, "tasks";
    /// Tasks of one board that are archived or in the trash.
    tasks_inactive_per_board_max: usize = 50_000, "tasks";
    /// Members of one board.
    members_per_board_max: usize = 500, "members";
    /// Members of one team.
    members_per_team_max: usize = 1_000, "members";
    /// Members whom one question asks for by their ids.
    members_named_max: usize = 100, "members";
    /// Text that members are searched by.
    search_chars_max: usize = 200, "characters";
    /// How long a node finds people by the names they had, where another node or organization changed them. What is shown is read anew.
    names_kept_ms: u64 = 5_000, "ms";
    /// Names that a node keeps to find people by.
    names_kept_max: usize = 200_000, "names";
    /// Members of one organization.
    members_per_org_max: usize = 5_000, "members";
    /// Invitations of one organization that nobody has answered yet.
    invitations_pending_max: usize = 500, "invitations";
    /// Invitations that one organization sends in a day (UTC).
    invitations_per_day_max: u32 = 200, "invitations";
    /// How many may accept one link.
    invitation_uses_max: u32 = 1_000, "uses";
    /// Life of an invitation where nothing else was said.
    invitation_ms: u64 = 7 * 86_400_000, "ms";
    /// The longest life of an invitation.
    invitation_ms_max: u64 = 30 * 86_400_000, "ms";
    /// How long a deleted organization can be restored.
    organization_restore_ms: u64 = 30 * 86_400_000, "ms";
    /// Life of an offer to hand an organization over.
    ownership_offer_ms: u64 = 7 * 86_400_000, "ms";
    /// Custom roles of one organization.
    roles_per_org_max: usize = 50, "roles";
    /// Organizations of one account.
    orgs_per_account_max: usize = 50, "organizations";
    /// Boards of one organization.
    boards_per_org_max: usize = 2_000, "boards";
    /// Teams of one organization.
    teams_per_org_max: usize = 200, "teams";
    /// A rank (order key) before its neighbourhood is spread anew.
    rank_bytes_max: usize = 48, "bytes";
}
