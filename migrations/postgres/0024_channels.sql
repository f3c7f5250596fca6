-- Which channels there are, who is in them, and when something was last said there: for lists. Who may see one, the channel itself decides.
create table channels (
    channel_id uuid   primary key,
    org_id     uuid   not null,
    team_id    uuid,
    kind       text   not null,
    name       text   not null,
    purpose    text   not null default '',
    state      text   not null,
    created_at bigint not null,
    spoken_at  bigint not null,
    seq        bigint not null
);
create index channels_by_org on channels (org_id, kind);

create table channel_members (
    channel_id uuid not null,
    account_id uuid not null,
    org_id     uuid not null,
    role       text not null,
    primary key (channel_id, account_id)
);
create index channel_members_by_account on channel_members (account_id, org_id);
