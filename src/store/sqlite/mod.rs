//! The journal on SQLite: one process, one writer. The order of commits is the row number.

mod commit;
pub(super) mod open;

use lockstep_protocol::{position::Position, topic::Topic};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{
    backend::Backend,
    chain::Prepared,
    db::{Db, SqliteFile},
    journal::{Appended, Head, JournalError, Recorded},
    queue::Lane,
    reads::{self, ChangedRow, EventRow},
    rows,
};

pub(super) struct SqliteJournal {
    file: SqliteFile,
    db: Db,
    lane: Lane,
    /// Held as long as anybody may write.
    _lock: open::SharedLock,
}

impl SqliteJournal {
    /// Starts the writer, which ends on `stop`.
    pub fn start(file: SqliteFile, lock: open::SharedLock, stop: CancellationToken) -> (Self, JoinHandle<()>) {
        let (lane, task) = Lane::start(commit::Writer::new(file.write.clone()), stop);
        (Self { db: Db::Sqlite(file.clone()), file, lane, _lock: lock }, task)
    }

    async fn era(&self) -> Result<i32, JournalError> {
        Ok(sqlx::query_scalar("select era from meta").fetch_one(&self.file.read).await?)
    }
}

impl Backend for SqliteJournal {
    fn db(&self) -> &Db {
        &self.db
    }

    async fn append(&self, append: Prepared) -> Result<Appended, JournalError> {
        self.lane.append(append).await
    }

    async fn tail(&self, after: Position, limit: usize) -> Result<Vec<Recorded>, JournalError> {
        let (era, limit) = (rows::small(after.era), rows::signed(limit as u64));
        // Within an era the row number alone is the order, and the table's own; the rest of a position names one that is not of a row.
        let same = "select * from events where xid >= $2 and (xid, stream_id, seq) > ($2, $3, $4) and era >= $1
            order by xid limit $5";
        let earlier = "select * from events where (era, xid, stream_id, seq) > ($1, $2, $3, $4) order by xid limit $5";
        let sql = if era == self.era().await? { same } else { earlier };
        let found: Vec<EventRow> = sqlx::query_as(sql)
            .bind(era)
            .bind(rows::signed(after.transaction))
            .bind(after.stream)
            .bind(rows::signed(after.seq))
            .bind(limit)
            .fetch_all(&self.file.read)
            .await?;
        reads::all_recorded(found)
    }

    async fn changed(&self, since: Option<u64>) -> Result<(Vec<(Topic, Head)>, u64), JournalError> {
        // The end first: what is committed meanwhile is found twice, not missed.
        let end = "select coalesce((select seq from sqlite_sequence where name = 'events'), 0)";
        let end: i64 = sqlx::query_scalar(end).fetch_one(&self.file.read).await?;
        let Some(since) = since else { return Ok((Vec::new(), rows::unsigned(end))) };
        let sql = "select h.stream_id, h.kind, h.version, h.hash, m.epoch from meta m, heads h where h.stream_id in
            (select stream_id from events where xid > $1)";
        let found: Vec<ChangedRow> = sqlx::query_as(sql).bind(rows::signed(since)).fetch_all(&self.file.read).await?;
        Ok((found.into_iter().map(ChangedRow::head).collect::<Result<_, _>>()?, rows::unsigned(end)))
    }
}
