-- Where an organization's events are sent to. Its secret is nowhere: it follows from the server's key, the id and the generation.
create table webhooks (
    id          blob    not null primary key,
    org_id      blob    not null,
    name        text    not null,
    url         text    not null,
    -- standard, slack
    kind        text    not null,
    -- JSON: tags, or groups of them; all where it is empty.
    events      text    not null,
    -- Of one board alone.
    board_id    blob,
    -- What they may see is sent, and nothing once they may not manage it any more.
    made_by     blob    not null,
    generation  integer not null,
    -- The secret before this one signs beside it for a day.
    rotated_at  integer,
    -- active, paused, disabled
    state       text    not null,
    -- Why it is disabled.
    note        text,
    -- Raised by whoever changes it: what was decided about it before is not written down.
    revision    integer not null,
    -- Everything up to here in the journal was sent, or is not for it.
    era         integer not null,
    xid         integer  not null,
    stream_id   blob    not null,
    seq         integer  not null,
    -- Tries of the event that is next.
    attempts    integer not null,
    failing_since integer,
    next_at     integer  not null,
    created_at  integer  not null,
    changed_at  integer  not null
) strict;
create index webhooks_by_org on webhooks (org_id);
create index webhooks_by_turn on webhooks (state, next_at);

-- What each try came to, and what is to be sent once more.
create table webhook_attempts (
    id         blob    not null primary key,
    webhook_id blob    not null references webhooks (id) on delete cascade,
    message_id blob    not null,
    tag        text    not null,
    topic      text    not null,
    seq        integer  not null,
    attempt    integer not null,
    at         integer  not null,
    -- Of the answer, where there was one.
    status     integer,
    error      text,
    took_ms    integer not null
) strict;
create index webhook_attempts_by_webhook on webhook_attempts (webhook_id, at desc, id desc);
create table webhook_asked (
    id         blob    not null primary key,
    webhook_id blob    not null references webhooks (id) on delete cascade,
    -- Empty: a test.
    topic      text    not null,
    seq        integer  not null,
    at         integer  not null
) strict;
create index webhook_asked_by_age on webhook_asked (at, id);
