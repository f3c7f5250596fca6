-- Which channels there are, who is in them, and when something was last said there: for lists. Who may see one, the channel itself decides.
create table channels (
    channel_id blob    not null primary key,
    org_id     blob    not null,
    team_id    blob,
    kind       text    not null,
    name       text    not null,
    purpose    text    not null default '',
    state      text    not null,
    created_at integer not null,
    spoken_at  integer not null,
    seq        integer not null
) strict;
create index channels_by_org on channels (org_id, kind);

create table channel_members (
    channel_id blob not null,
    account_id blob not null,
    org_id     blob not null,
    role       text not null,
    primary key (channel_id, account_id)
) strict;
create index channel_members_by_account on channel_members (account_id, org_id);
