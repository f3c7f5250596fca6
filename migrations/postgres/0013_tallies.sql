-- What is counted: whose each task is and whether it is open, and who is in which team. Built by a consumer of its own, so that
-- the lists of a journal that is here already stay as they are while this is built. No names.

create table tasks (
    board_id uuid   not null,
    task_id  uuid   not null,
    org_id   uuid   not null,
    done     bigint not null,
    state    text   not null,
    primary key (board_id, task_id)
);

-- `open` follows from the task: neither done, nor archived, nor in the trash.
create table task_assignees (
    board_id   uuid   not null,
    task_id    uuid   not null,
    account_id uuid   not null,
    org_id     uuid   not null,
    open       bigint not null,
    primary key (board_id, task_id, account_id)
);
create index task_assignees_open on task_assignees (account_id, org_id, board_id, task_id) where open = 1;

create table team_members (
    team_id    uuid not null,
    account_id uuid not null,
    org_id     uuid not null,
    primary key (team_id, account_id)
);
create index team_members_by_account on team_members (account_id, org_id);
create index team_members_by_org on team_members (org_id, team_id);
