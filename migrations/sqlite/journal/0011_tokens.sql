-- Personal access tokens and those of service accounts. A token that was revoked is gone; whether one
-- is open, and what it opens, is in the account's stream.
create table api_tokens (
    token_id     blob    not null primary key,
    account_id   blob    not null references accounts (id) on delete cascade,
    name         text    not null,
    -- HMAC-SHA-256 of the secret part, under a key that is not in the database.
    sum          blob    not null check (length(sum) = 32),
    created_at   integer not null,
    expires_at   integer,
    last_used_at integer
) strict;
create index api_tokens_by_account on api_tokens (account_id, created_at);
