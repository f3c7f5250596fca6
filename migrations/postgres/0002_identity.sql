-- People: who may log in, and the only place of their names and addresses.

create table accounts (
    id            uuid     primary key,
    -- Normalised by the caller; a placeholder has none until it is claimed.
    email         text     unique,
    password_hash text,
    status        smallint not null,
    created_at    bigint   not null
);

create table profiles (
    account_id  uuid    primary key references accounts (id) on delete cascade,
    -- The tenant that made a placeholder; a person belongs to none.
    org_id      uuid,
    name        text    not null,
    placeholder boolean not null default false,
    locale      text    not null default '',
    time_zone   text    not null default '',
    updated_at  bigint  not null
);

create table sessions (
    id         uuid   primary key,
    account_id uuid   not null references accounts (id) on delete cascade,
    device     text   not null,
    address    text   not null,
    created_at bigint not null,
    last_seen  bigint not null,
    expires_at bigint not null,
    revoked_at bigint
);
create index sessions_by_account on sessions (account_id, created_at);

-- A token is known by its SHA-256 alone.
create table refresh_tokens (
    token      bytea  primary key check (length(token) = 32),
    session_id uuid   not null references sessions (id) on delete cascade,
    account_id uuid   not null,
    -- What the token was issued to, so that a stolen one cannot use the grace after a rotation.
    binding    bytea  not null,
    issued_at  bigint not null,
    expires_at bigint not null,
    used_at    bigint,
    successor  bytea
);
create index refresh_tokens_by_session on refresh_tokens (session_id);
