-- What is to leave the server for somebody: one row for each thing that they are told of and each way to them. It holds ids: what it says is
-- read, with the rights of its reader, when it goes.
create table deliveries (
    -- Made of the inbox, the seq of the event that says that they are told, and the way.
    id         uuid    not null primary key,
    account_id uuid    not null,
    org_id     uuid    not null,
    -- email, push, sms
    outlet     text    not null,
    -- Together with others in one mail.
    digest     boolean not null,
    -- Of the entry in their inbox, where it has one.
    number     bigint,
    -- JSON: why, and what it is about.
    entry      text    not null,
    -- waiting, sent, dropped (not to be sent any more), dead (not to be had)
    state      text    not null,
    -- What goes out together has one name, the same when it is tried again.
    parcel_id  uuid,
    attempts   integer not null default 0,
    created_at bigint  not null,
    next_at    bigint  not null,
    expires_at bigint  not null,
    done_at    bigint,
    -- Why it was dropped, or what the last try came to.
    note       text
);
create index deliveries_by_turn on deliveries (outlet, next_at) where state = 'waiting';
create index deliveries_by_org on deliveries (org_id, state, created_at desc, id desc);
create index deliveries_by_account on deliveries (account_id);
create index deliveries_by_parcel on deliveries (parcel_id);
create index deliveries_by_age on deliveries (created_at);

-- What each try came to.
create table delivery_attempts (
    delivery_id uuid    not null references deliveries (id) on delete cascade,
    attempt     integer not null,
    at          bigint  not null,
    took_ms     integer not null,
    -- taken, later, refused
    outcome     text    not null,
    error       text,
    primary key (delivery_id, attempt)
);
