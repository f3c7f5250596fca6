-- Nobody is told of what happened before there were inboxes: a server that is old is not begun with everything it ever saw.
create table notify (
    only_row boolean primary key default true check (only_row),
    since    bigint  not null default (extract(epoch from clock_timestamp()) * 1000000)::bigint
);
insert into notify default values;

-- Who wants to be told of everything that is said in a channel: so it is in their inboxes.
create table channel_followers (
    channel_id uuid not null,
    account_id uuid not null,
    primary key (channel_id, account_id)
);

-- When something that was put off comes back to an inbox: as often as it was put off.
create table inbox_wakes (
    account_id uuid not null,
    due_at     bigint not null,
    primary key (account_id, due_at)
);
create index inbox_wakes_by_turn on inbox_wakes (due_at);
