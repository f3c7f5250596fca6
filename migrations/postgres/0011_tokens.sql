-- Personal access tokens and those of service accounts. A token that was revoked is gone; whether one
-- is open, and what it opens, is in the account's stream.
create table api_tokens (
    token_id     uuid   primary key,
    account_id   uuid   not null references accounts (id) on delete cascade,
    name         text   not null,
    -- HMAC-SHA-256 of the secret part, under a key that is not in the database.
    sum          bytea  not null check (length(sum) = 32),
    created_at   bigint not null,
    expires_at   bigint,
    last_used_at bigint
);
create index api_tokens_by_account on api_tokens (account_id, created_at);
