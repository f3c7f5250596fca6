-- Whether the account's address was proved to be its owner's, and when.
alter table accounts add column email_verified_at bigint;
-- What a person prefers: a JSON object that the server does not interpret.
alter table profiles add column preferences text not null default '{}';

-- What a link or a code in a mail stands for. The code itself is nowhere: it is an HMAC of the id under the server's key.
create table one_time_codes (
    id         uuid    not null primary key,
    purpose    text    not null,
    account_id uuid    references accounts (id) on delete cascade,
    -- The (normalised) address that is proved by using the code.
    email      text    not null,
    -- JSON, by purpose.
    data       text    not null,
    created_at bigint  not null,
    expires_at bigint  not null,
    used_at    bigint
);
create index one_time_codes_by_account on one_time_codes (account_id, purpose);
create index one_time_codes_by_expiry on one_time_codes (expires_at);

-- Mail on its way. Rendered when it is sent: a row holds no secret.
create table mails (
    id         uuid    not null primary key,
    account_id uuid,
    address    text    not null,
    language   text    not null,
    -- JSON: which letter, and what it says.
    letter     text    not null,
    state      text    not null,
    attempts   integer not null default 0,
    created_at bigint  not null,
    -- When it is tried next; after `expires_at` it is worth nothing.
    next_at    bigint  not null,
    expires_at bigint  not null,
    last_error text,
    done_at    bigint
);
create index mails_by_turn on mails (state, next_at);
create index mails_by_age on mails (created_at);
create index mails_by_account on mails (account_id);
