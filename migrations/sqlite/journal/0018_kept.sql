-- What people keep for themselves of boards. Nobody else is told of it, so it is in no stream.

-- Views of boards that one person saved.
create table own_views (
    account_id blob    not null references accounts (id) on delete cascade,
    view_id    blob    not null,
    org_id     blob    not null,
    board_id   blob    not null,
    name       text    not null,
    -- What it shows, as JSON.
    look       text    not null,
    changed_at integer not null,
    primary key (account_id, view_id)
) strict;
create index own_views_org on own_views (org_id);

-- Boards that one person starred.
create table stars (
    account_id blob    not null references accounts (id) on delete cascade,
    board_id   blob    not null,
    org_id     blob    not null,
    starred_at integer not null,
    primary key (account_id, board_id)
) strict;
create index stars_org on stars (org_id);
