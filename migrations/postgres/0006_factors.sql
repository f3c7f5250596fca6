-- What somebody proves beside their password.

-- One authenticator app an account. It counts once it was confirmed with a code of it.
create table totp_factors (
    account_id   uuid   primary key references accounts (id) on delete cascade,
    factor_id    uuid   not null,
    -- Sealed with a key of the server's keys folder, for this account alone.
    secret       bytea  not null,
    -- The newest time step whose code was used: no code counts twice.
    last_step    bigint not null default 0,
    created_at   bigint not null,
    confirmed_at bigint,
    last_used_at bigint
);

-- A code is known by its HMAC alone.
create table recovery_codes (
    account_id uuid   not null references accounts (id) on delete cascade,
    code       bytea  not null check (length(code) = 32),
    used_at    bigint,
    primary key (account_id, code)
);

-- A log-in whose password was right and whose second factor is awaited; known by its SHA-256 alone.
create table login_challenges (
    challenge  bytea   primary key check (length(challenge) = 32),
    account_id uuid    not null references accounts (id) on delete cascade,
    -- What the password was when it was proved.
    mark       bytea   not null,
    -- Who was asked.
    binding    bytea   not null,
    tries      integer not null default 0,
    expires_at bigint  not null
);
create index login_challenges_by_end on login_challenges (expires_at);
