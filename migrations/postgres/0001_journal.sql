-- The journal. Times are microseconds since 1970, UTC.

-- One row: what this journal is, and which history it continues.
create table meta (
    only_row      boolean primary key default true check (only_row),
    -- Raised when the journal moves to a cluster whose transaction numbers start anew, or was restored.
    era           integer not null default 1,
    -- Raised when the history cannot be trusted to continue; every append names the epoch it was decided in.
    epoch         integer not null default 1,
    -- The cluster and timeline this journal last ran on; empty before the first start.
    system_id     text    not null default '',
    -- Events of a kind above this level are not written yet.
    feature_level integer not null default 1
);
insert into meta default values;

-- One row per stream: the only thing an append swaps. Updated in place (no indexed column changes).
create table heads (
    stream_id uuid     primary key,
    kind      smallint not null,
    org_id    uuid     not null,
    version   bigint   not null,
    hash      bytea    not null
) with (fillfactor = 70);

create table events (
    stream_id  uuid     not null,
    seq        bigint   not null check (seq > 0),
    era        integer  not null,
    xid        bigint   not null,
    kind       smallint not null,
    org_id     uuid     not null,
    commit_id  uuid     not null,
    at         bigint   not null,
    actor      uuid     not null,
    client_id  uuid,
    client_seq bigint,
    body_hash  bytea,
    tag        text     not null check (length(tag) between 1 and 64),
    payload    bytea    not null,
    hash       bytea    not null check (length(hash) = 32),
    primary key (stream_id, seq)
);
-- The order of workers, which is also their cursor.
create index events_in_order on events (era, xid, stream_id, seq);
-- Idempotency, however old the command.
create index events_by_origin on events (stream_id, actor, client_id, client_seq, seq) where client_id is not null;

-- Access versions of organizations, teams and accounts.
create table access (
    subject uuid   primary key,
    version bigint not null default 0
);

create table snapshots (
    stream_id     uuid     not null,
    seq           bigint   not null,
    state_version integer  not null,
    kind          smallint not null,
    epoch         integer  not null,
    hash          bytea    not null,
    checksum      bytea    not null,
    bytes         bytea    not null,
    primary key (stream_id, state_version, seq)
);
