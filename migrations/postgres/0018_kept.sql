-- What people keep for themselves of boards. Nobody else is told of it, so it is in no stream.

-- Views of boards that one person saved.
create table own_views (
    account_id uuid   not null references accounts (id) on delete cascade,
    view_id    uuid   not null,
    org_id     uuid   not null,
    board_id   uuid   not null,
    name       text   not null,
    -- What it shows, as JSON.
    look       text   not null,
    changed_at bigint not null,
    primary key (account_id, view_id)
);
create index own_views_org on own_views (org_id);

-- Boards that one person starred.
create table stars (
    account_id uuid   not null references accounts (id) on delete cascade,
    board_id   uuid   not null,
    org_id     uuid   not null,
    starred_at bigint not null,
    primary key (account_id, board_id)
);
create index stars_org on stars (org_id);
