-- Where an organization's events are sent to. Its secret is nowhere: it follows from the server's key, the id and the generation.
create table webhooks (
    id          uuid    not null primary key,
    org_id      uuid    not null,
    name        text    not null,
    url         text    not null,
    -- standard, slack
    kind        text    not null,
    -- JSON: tags, or groups of them; all where it is empty.
    events      text    not null,
    -- Of one board alone.
    board_id    uuid,
    -- What they may see is sent, and nothing once they may not manage it any more.
    made_by     uuid    not null,
    generation  integer not null,
    -- The secret before this one signs beside it for a day.
    rotated_at  bigint,
    -- active, paused, disabled
    state       text    not null,
    -- Why it is disabled.
    note        text,
    -- Raised by whoever changes it: what was decided about it before is not written down.
    revision    integer not null,
    -- Everything up to here in the journal was sent, or is not for it.
    era         integer not null,
    xid         bigint  not null,
    stream_id   uuid    not null,
    seq         bigint  not null,
    -- Tries of the event that is next.
    attempts    integer not null,
    failing_since bigint,
    next_at     bigint  not null,
    created_at  bigint  not null,
    changed_at  bigint  not null
);
create index webhooks_by_org on webhooks (org_id);
create index webhooks_by_turn on webhooks (state, next_at);

-- What each try came to, and what is to be sent once more.
create table webhook_attempts (
    id         uuid    not null primary key,
    webhook_id uuid    not null references webhooks (id) on delete cascade,
    message_id uuid    not null,
    tag        text    not null,
    topic      text    not null,
    seq        bigint  not null,
    attempt    integer not null,
    at         bigint  not null,
    -- Of the answer, where there was one.
    status     integer,
    error      text,
    took_ms    integer not null
);
create index webhook_attempts_by_webhook on webhook_attempts (webhook_id, at desc, id desc);
create table webhook_asked (
    id         uuid    not null primary key,
    webhook_id uuid    not null references webhooks (id) on delete cascade,
    -- Empty: a test.
    topic      text    not null,
    seq        bigint  not null,
    at         bigint  not null
);
create index webhook_asked_by_age on webhook_asked (at, id);
