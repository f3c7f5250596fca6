-- Browsers and apps that notifications are pushed to. A device belongs to a log-in, and goes with it.
create table devices (
    id           uuid    primary key,
    account_id   uuid    not null references accounts (id) on delete cascade,
    session_id   uuid    not null references sessions (id) on delete cascade,
    -- webpush, fcm or apns
    kind         text    not null,
    -- Where its push service reaches it. Whoever knows it and the keys may push to it.
    address      text    not null,
    -- What messages to a browser are sealed with (RFC 8291).
    p256dh       bytea,
    auth         bytea,
    name         text    not null,
    created_at   bigint  not null,
    -- When a push was last taken for it.
    last_used_at bigint,
    -- Pushes in a row that were not taken.
    failures     integer not null default 0,
    check (kind <> 'webpush' or (length(p256dh) = 65 and length(auth) = 16))
);
-- One device is one person's: of whoever registered it last.
create unique index devices_address on devices (kind, address);
create index devices_account on devices (account_id, created_at);
create index devices_session on devices (session_id);
