-- Whether the account's address was proved to be its owner's, and when.
alter table accounts add column email_verified_at integer;
-- What a person prefers: a JSON object that the server does not interpret.
alter table profiles add column preferences text not null default '{}';

-- What a link or a code in a mail stands for. The code itself is nowhere: it is an HMAC of the id under the server's key.
create table one_time_codes (
    id         blob    not null primary key,
    purpose    text    not null,
    account_id blob    references accounts (id) on delete cascade,
    -- The (normalised) address that is proved by using the code.
    email      text    not null,
    -- JSON, by purpose.
    data       text    not null,
    created_at integer not null,
    expires_at integer not null,
    used_at    integer
) strict;
create index one_time_codes_by_account on one_time_codes (account_id, purpose);
create index one_time_codes_by_expiry on one_time_codes (expires_at);

-- Mail on its way. Rendered when it is sent: a row holds no secret.
create table mails (
    id         blob    not null primary key,
    account_id blob,
    address    text    not null,
    language   text    not null,
    -- JSON: which letter, and what it says.
    letter     text    not null,
    state      text    not null,
    attempts   integer not null default 0,
    created_at integer not null,
    -- When it is tried next; after `expires_at` it is worth nothing.
    next_at    integer not null,
    expires_at integer not null,
    last_error text,
    done_at    integer
) strict;
create index mails_by_turn on mails (state, next_at);
create index mails_by_age on mails (created_at);
create index mails_by_account on mails (account_id);
