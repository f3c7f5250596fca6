-- The journal. Times are microseconds since 1970, UTC; ids are their 16 bytes.

-- One row: what this journal is, and which history it continues.
create table meta (
    only_row      integer not null primary key default 1 check (only_row = 1),
    -- Raised when this file was restored from an older copy: its row numbers start anew.
    era           integer not null default 1,
    -- Raised when the history cannot be trusted to continue; every append names the epoch it was decided in.
    epoch         integer not null default 1,
    -- Drawn when the file was made.
    system_id     text    not null default (lower(hex(randomblob(16)))),
    -- Events of a kind above this level are not written yet.
    feature_level integer not null default 1
) strict;
insert into meta default values;

create table heads (
    stream_id blob    not null primary key,
    kind      integer not null,
    org_id    blob    not null,
    version   integer not null,
    hash      blob    not null
) strict, without rowid;

create table events (
    -- The order of commits: one writer, so numbers are given in the order they become visible.
    xid        integer primary key autoincrement,
    stream_id  blob    not null,
    seq        integer not null check (seq > 0),
    era        integer not null,
    kind       integer not null,
    org_id     blob    not null,
    commit_id  blob    not null,
    at         integer not null,
    actor      blob    not null,
    client_id  blob,
    client_seq integer,
    body_hash  blob,
    tag        text    not null check (length(tag) between 1 and 64),
    payload    blob    not null,
    hash       blob    not null check (length(hash) = 32)
) strict;
create unique index events_by_stream on events (stream_id, seq);
-- Idempotency, however old the command.
create index events_by_origin on events (stream_id, actor, client_id, client_seq, seq) where client_id is not null;

create table access (
    subject blob    not null primary key,
    version integer not null default 0
) strict, without rowid;

create table snapshots (
    stream_id     blob    not null,
    seq           integer not null,
    state_version integer not null,
    kind          integer not null,
    epoch         integer not null,
    hash          blob    not null,
    checksum      blob    not null,
    bytes         blob    not null,
    primary key (stream_id, state_version, seq)
) strict;
