-- What workers keep: their cursors, and tables that can be rebuilt from the journal.

-- A consumer is held by one node at a time; `fence` counts the holders, so that a late one cannot save.
create table consumers (
    name          text    primary key,
    era           integer not null default 0,
    xid           bigint  not null default 0,
    stream_id     uuid    not null default '00000000-0000-0000-0000-000000000000',
    seq           bigint  not null default 0,
    holder        uuid,
    fence         bigint  not null default 0,
    leased_until  bigint  not null default 0
);

create table organizations (
    org_id uuid   primary key,
    name   text   not null,
    state  text   not null,
    seq    bigint not null
);

create table memberships (
    account_id uuid not null,
    org_id     uuid not null,
    role       text not null,
    status     text not null,
    primary key (account_id, org_id)
);
create index memberships_by_org on memberships (org_id, account_id);

create table teams (
    team_id uuid   primary key,
    org_id  uuid   not null,
    name    text   not null,
    state   text   not null,
    seq     bigint not null
);
create index teams_by_org on teams (org_id);

create table boards (
    board_id   uuid   primary key,
    org_id     uuid   not null,
    team_id    uuid,
    name       text   not null,
    key        text   not null,
    visibility text   not null,
    state      text   not null,
    created_at bigint not null,
    seq        bigint not null
);
create index boards_by_org on boards (org_id, created_at);

create table board_members (
    board_id   uuid not null,
    account_id uuid not null,
    org_id     uuid not null,
    role       text not null,
    primary key (board_id, account_id)
);
create index board_members_by_account on board_members (account_id, org_id);
