-- What workers keep: their cursors, and tables that can be rebuilt from the journal. A file of its own, with its own
-- writer, so that a slow worker never makes a command wait.

-- Which journal these tables were built from.
create table source (
    only_row  integer not null primary key default 1 check (only_row = 1),
    system_id text    not null default ''
) strict;
insert into source default values;

-- A consumer is held by one node at a time; `fence` counts the holders, so that a late one cannot save.
create table consumers (
    name         text    not null primary key,
    era          integer not null default 0,
    xid          integer not null default 0,
    stream_id    blob    not null default (zeroblob(16)),
    seq          integer not null default 0,
    holder       blob,
    fence        integer not null default 0,
    leased_until integer not null default 0
) strict;

create table organizations (
    org_id blob    not null primary key,
    name   text    not null,
    state  text    not null,
    seq    integer not null
) strict;

create table memberships (
    account_id blob not null,
    org_id     blob not null,
    role       text not null,
    status     text not null,
    primary key (account_id, org_id)
) strict;
create index memberships_by_org on memberships (org_id, account_id);

create table teams (
    team_id blob    not null primary key,
    org_id  blob    not null,
    name    text    not null,
    state   text    not null,
    seq     integer not null
) strict;
create index teams_by_org on teams (org_id);

create table boards (
    board_id   blob    not null primary key,
    org_id     blob    not null,
    team_id    blob,
    name       text    not null,
    key        text    not null,
    visibility text    not null,
    state      text    not null,
    created_at integer not null,
    seq        integer not null
) strict;
create index boards_by_org on boards (org_id, created_at);

create table board_members (
    board_id   blob not null,
    account_id blob not null,
    org_id     blob not null,
    role       text not null,
    primary key (board_id, account_id)
) strict;
create index board_members_by_account on board_members (account_id, org_id);
