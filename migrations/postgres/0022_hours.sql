-- On which boards people have time, and from when to when: the boards that are asked what somebody has worked. Built by a consumer of its own
-- out of the whole journal. A time that is put right or taken out makes it no narrower: what exactly was noted, the board knows.
create table hours (
    board_id   uuid   not null,
    account_id uuid   not null,
    org_id     uuid   not null,
    first_at   bigint not null,
    last_at    bigint not null,
    primary key (board_id, account_id)
);
create index hours_by_account on hours (account_id, org_id, last_at);
