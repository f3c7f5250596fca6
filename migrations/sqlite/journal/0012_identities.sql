-- Whom providers say an account's owner is. A person is named by the issuer and its name for them, never by an address.
create table identities (
    id           blob    not null primary key,
    account_id   blob    not null references accounts (id) on delete cascade,
    -- As the operator's settings call the provider.
    provider     text    not null,
    issuer       text    not null,
    subject      text    not null,
    -- How its owner knows it.
    label        text    not null,
    created_at   integer not null,
    last_used_at integer,
    unique (issuer, subject)
) strict;
create index identities_by_account on identities (account_id, created_at);
