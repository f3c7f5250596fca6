-- People: who may log in, and the only place of their names and addresses.

create table accounts (
    id            blob    not null primary key,
    -- Normalised by the caller; a placeholder has none until it is claimed.
    email         text    unique,
    password_hash text,
    status        integer not null,
    created_at    integer not null
) strict;

create table profiles (
    account_id  blob    not null primary key references accounts (id) on delete cascade,
    -- The tenant that made a placeholder; a person belongs to none.
    org_id      blob,
    name        text    not null,
    placeholder integer not null default 0,
    locale      text    not null default '',
    time_zone   text    not null default '',
    updated_at  integer not null
) strict;

create table sessions (
    id         blob    not null primary key,
    account_id blob    not null references accounts (id) on delete cascade,
    device     text    not null,
    address    text    not null,
    created_at integer not null,
    last_seen  integer not null,
    expires_at integer not null,
    revoked_at integer
) strict;
create index sessions_by_account on sessions (account_id, created_at);

-- A token is known by its SHA-256 alone.
create table refresh_tokens (
    token      blob    not null primary key check (length(token) = 32),
    session_id blob    not null references sessions (id) on delete cascade,
    account_id blob    not null,
    -- What the token was issued to, so that a stolen one cannot use the grace after a rotation.
    binding    blob    not null,
    issued_at  integer not null,
    expires_at integer not null,
    used_at    integer,
    successor  blob
) strict;
create index refresh_tokens_by_session on refresh_tokens (session_id);
