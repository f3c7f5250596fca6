-- Personal access tokens and those of service accounts. A token that was revoked is gone; whether one is open is in the account's stream.
create table api_tokens (
    token_id     uuid   primary key,
    account_id   uuid   not null references accounts (id) on delete cascade,
    name         text   not null,
    -- SHA-256 of the secret part.
    secret       bytea  not null check (length(secret) = 32),
    -- Words, with spaces between them.
    scopes       text   not null,
    created_at   bigint not null,
    expires_at   bigint,
    last_used_at bigint
);
create index api_tokens_by_account on api_tokens (account_id, created_at);
