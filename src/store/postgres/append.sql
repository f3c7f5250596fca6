-- One batch of appends in one round trip. A batch is made of groups (one for each append); a group's streams are all
-- swapped, or none. Order of locks, the same in every process: advisory locks by key, access rows, heads.
with this as materialized (select era, epoch from meta),

-- A guard takes its subject's lock shared, a raise exclusively and first of all: a raise therefore waits for the appends
-- that were decided with the old version, and those that come later wait for the raise.
held as materialized (
    select case when k.exclusive then pg_advisory_xact_lock(k.key)::text
                else pg_advisory_xact_lock_shared(k.key)::text end as lock
    from unnest($1::bigint[], $2::boolean[]) as k(key, exclusive)
),

-- Locking the row gives its newest version, whatever this statement's snapshot; a plain read would not.
facts as materialized (
    select a.subject, a.version from access a
    where a.subject = any($3::uuid[]) and (select count(lock) from held) >= 0
    order by a.subject for share of a
),

-- Rows that somebody else holds are skipped, so that one busy stream does not stall the batch.
locked as materialized (
    select h.stream_id, h.version, h.hash,
           h.version = w.version and h.hash = w.hash and w.epoch = (select epoch from this)
               and (h.version = 0 or (h.org_id = w.org_id and h.kind = w.kind)) as fits
    from unnest($4::uuid[], $5::bigint[], $6::bytea[], $7::integer[], $8::uuid[], $9::smallint[])
             as w(stream_id, version, hash, epoch, org_id, kind)
    join heads h on h.stream_id = w.stream_id
    where (select count(subject) from facts) >= 0
    order by h.stream_id for no key update of h skip locked
),

refused as materialized (
    select w.part from unnest($4::uuid[], $10::integer[]) as w(stream_id, part)
    where w.stream_id not in (select stream_id from locked where fits)
    union all
    select g.part from unnest($11::uuid[], $12::bigint[], $13::integer[]) as g(subject, version, part)
    where (g.subject, g.version) not in (select subject, version from facts)
),

bumped as (
    update heads h set version = w.version, hash = w.hash, org_id = w.org_id, kind = w.kind
    from unnest($4::uuid[], $14::bigint[], $15::bytea[], $8::uuid[], $9::smallint[], $10::integer[])
             as w(stream_id, version, hash, org_id, kind, part)
    where h.stream_id = w.stream_id and w.part not in (select part from refused)
    returning h.stream_id
),

written as (
    insert into events (stream_id, seq, era, xid, kind, org_id, commit_id, at, actor, client_id, client_seq, body_hash,
                        tag, payload, hash, about, thread, number)
    select e.stream_id, e.seq, (select era from this), pg_current_xact_id()::text::bigint, e.kind, e.org_id, e.commit_id,
           e.at, e.actor, e.client_id, e.client_seq, e.body_hash, e.tag, e.payload, e.hash, e.about, e.thread, e.number
    from unnest($16::uuid[], $17::bigint[], $18::smallint[], $19::uuid[], $20::uuid[], $21::bigint[], $22::uuid[],
                $23::uuid[], $24::bigint[], $25::bytea[], $26::text[], $27::bytea[], $28::bytea[], $31::integer[],
                $32::bigint[], $33::bigint[], $34::bigint[])
             as e(stream_id, seq, kind, org_id, commit_id, at, actor, client_id, client_seq, body_hash, tag, payload, hash, part,
                  about, thread, number)
    where e.part not in (select part from refused)
),

-- An append that raises stands alone in its batch.
raised as (
    update access a set version = r.version
    from unnest($29::uuid[], $30::bigint[]) as r(subject, version)
    where a.subject = r.subject and not exists (select 1 from refused)
)

select true as is_stream, l.stream_id as id, l.version, l.hash, l.fits,
       l.stream_id in (select stream_id from bumped) as done,
       t.era, t.epoch, pg_current_xact_id()::text::bigint as xid
from locked l cross join this t
union all
select false, f.subject, f.version, null, false, false, t.era, t.epoch, 0 from facts f cross join this t
