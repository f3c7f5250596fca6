-- Public links of boards: the keyed sums of their secrets. Whether one is open, until when, and what it is called is in the board's stream.
create table board_links (
    link_id    blob    primary key,
    org_id     blob    not null,
    board_id   blob    not null,
    -- Of the secret part, under a key of the server.
    sum        blob    not null check (length(sum) = 32),
    created_at integer not null
) strict;
create index board_links_board on board_links (board_id);
create index board_links_org on board_links (org_id);
