-- Passkeys: what proves a key that somebody's device holds. No secret is in it.
create table passkeys (
    factor_id     uuid   primary key,
    account_id    uuid   not null references accounts (id) on delete cascade,
    -- What the device calls the key.
    credential_id bytea  not null unique,
    name          text   not null,
    state         text   not null,
    -- How often the device says it was used; one that counts and does not grow was copied.
    counter       bigint not null,
    created_at    bigint not null,
    last_used_at  bigint
);
create index passkeys_by_account on passkeys (account_id, created_at);

-- Log-ins and registrations of passkeys that were finished, until they could not be any more: none is finished twice.
create table spent_ceremonies (
    ceremony   bytea  primary key check (length(ceremony) = 32),
    expires_at bigint not null
);
create index spent_ceremonies_by_end on spent_ceremonies (expires_at);

-- What a passkey has to answer in the second step; nothing where the account has none.
alter table login_challenges add column passkey text;
