-- Nobody is told of what happened before there were inboxes: a server that is old is not begun with everything it ever saw.
create table notify (
    only_row integer not null primary key default 1 check (only_row = 1),
    since    integer not null
) strict;
insert into notify (since) values (cast(unixepoch('subsec') * 1000000 as integer));

-- Who wants to be told of everything that is said in a channel: so it is in their inboxes.
create table channel_followers (
    channel_id blob not null,
    account_id blob not null,
    primary key (channel_id, account_id)
) strict;

-- When something that was put off comes back to an inbox: as often as it was put off.
create table inbox_wakes (
    account_id blob not null,
    due_at     integer not null,
    primary key (account_id, due_at)
) strict;
create index inbox_wakes_by_turn on inbox_wakes (due_at);
