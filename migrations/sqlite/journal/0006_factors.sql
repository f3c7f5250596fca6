-- What somebody proves beside their password.

-- One authenticator app an account. It counts once it was confirmed with a code of it.
create table totp_factors (
    account_id   blob    not null primary key references accounts (id) on delete cascade,
    factor_id    blob    not null,
    -- Sealed with a key of the server's keys folder, for this account alone.
    secret       blob    not null,
    -- The newest time step whose code was used: no code counts twice.
    last_step    integer not null default 0,
    created_at   integer not null,
    confirmed_at integer,
    last_used_at integer
) strict;

-- A code is known by its HMAC alone.
create table recovery_codes (
    account_id blob    not null references accounts (id) on delete cascade,
    code       blob    not null check (length(code) = 32),
    used_at    integer,
    primary key (account_id, code)
) strict;

-- A log-in whose password was right and whose second factor is awaited; known by its SHA-256 alone.
create table login_challenges (
    challenge  blob    not null primary key check (length(challenge) = 32),
    account_id blob    not null references accounts (id) on delete cascade,
    -- What the password was when it was proved.
    mark       blob    not null,
    -- Who was asked.
    binding    blob    not null,
    tries      integer not null default 0,
    expires_at integer not null
) strict;
create index login_challenges_by_end on login_challenges (expires_at);
