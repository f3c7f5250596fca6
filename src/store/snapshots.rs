//! Stored folds. A snapshot is data with a checksum of its own: what does not match is as good as absent, and the journal
//! rebuilds it. It must never be trusted further than its hash and epoch reach.

use lockstep_protocol::topic::Topic;
use uuid::Uuid;

use super::{
    db::{Db, on_db},
    journal::{Hash, JournalError, Snapshot},
    rows,
};

/// How many older snapshots are tried when the newest is damaged.
const CANDIDATES: i64 = 3;

#[derive(sqlx::FromRow)]
struct SnapshotRow {
    seq: i64,
    epoch: i32,
    hash: Vec<u8>,
    checksum: Vec<u8>,
    bytes: Vec<u8>,
}

/// BLAKE3 over everything that the snapshot says.
fn checksum(snapshot: &Snapshot) -> Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&snapshot.stream.kind.number().to_le_bytes());
    hasher.update(snapshot.stream.id.as_bytes());
    hasher.update(&snapshot.seq.to_le_bytes());
    hasher.update(&snapshot.hash);
    hasher.update(&snapshot.epoch.to_le_bytes());
    hasher.update(&snapshot.state_version.to_le_bytes());
    hasher.update(&snapshot.bytes);
    *hasher.finalize().as_bytes()
}

pub(super) async fn save(db: &Db, snapshot: &Snapshot) -> Result<(), JournalError> {
    let sql = "insert into snapshots (stream_id, seq, state_version, kind, epoch, hash, checksum, bytes)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        on conflict (stream_id, state_version, seq) do update set kind = excluded.kind, epoch = excluded.epoch,
        hash = excluded.hash, checksum = excluded.checksum, bytes = excluded.bytes";
    let sum = checksum(snapshot);
    on_db!(db, write, pool => sqlx::query(sql)
        .bind(snapshot.stream.id)
        .bind(rows::signed(snapshot.seq))
        .bind(rows::small(snapshot.state_version))
        .bind(snapshot.stream.kind.number())
        .bind(rows::small(snapshot.epoch))
        .bind(snapshot.hash.as_slice())
        .bind(sum.as_slice())
        .bind(snapshot.bytes.as_ref())
        .execute(pool)
        .await?
        .rows_affected());
    Ok(())
}

pub(super) async fn load(
    db: &Db,
    stream: Topic,
    state_version: u32,
    at_most: u64,
) -> Result<Option<Snapshot>, JournalError> {
    let sql = "select seq, epoch, hash, checksum, bytes from snapshots
        where stream_id = $1 and state_version = $2 and seq <= $3 and kind = $4 and epoch = (select epoch from meta)
        order by seq desc limit $5";
    let id: Uuid = stream.id;
    let found: Vec<SnapshotRow> = on_db!(db, read, pool => sqlx::query_as(sql)
        .bind(id)
        .bind(rows::small(state_version))
        .bind(rows::signed(at_most))
        .bind(stream.kind.number())
        .bind(CANDIDATES)
        .fetch_all(pool)
        .await?);
    Ok(found.into_iter().find_map(|row| intact(stream, state_version, row)))
}

/// The snapshot of a row, where its checksum agrees.
fn intact(stream: Topic, state_version: u32, row: SnapshotRow) -> Option<Snapshot> {
    let snapshot = Snapshot {
        stream,
        seq: rows::unsigned(row.seq),
        hash: row.hash.try_into().ok()?,
        epoch: rows::unsigned_small(row.epoch),
        state_version,
        bytes: row.bytes.into(),
    };
    if checksum(&snapshot).as_slice() == row.checksum {
        return Some(snapshot);
    }
    tracing::warn!(%stream, seq = snapshot.seq, "a stored snapshot is damaged; it is rebuilt from the journal");
    None
}
