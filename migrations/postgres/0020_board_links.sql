-- Public links of boards: the keyed sums of their secrets. Whether one is open, until when, and what it is called is in the board's stream.
create table board_links (
    link_id    uuid   primary key,
    org_id     uuid   not null,
    board_id   uuid   not null,
    -- Of the secret part, under a key of the server.
    sum        bytea  not null check (length(sum) = 32),
    created_at bigint not null
);
create index board_links_board on board_links (board_id);
create index board_links_org on board_links (org_id);
