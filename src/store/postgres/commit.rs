//! The one statement that commits a batch, its parameters and what its answer means. The reasons are in `append.sql`.

use std::collections::{BTreeMap, HashMap, HashSet};

use lockstep_protocol::{position::Position, topic::Topic};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::store::{
    chain::{Prepared, PreparedStream},
    journal::{Appended, Guard, Head, JournalError},
    queue::{Verdict, Work},
    rows,
};

/// Makes rows for streams that begin, in an order that cannot deadlock, in a transaction of its own.
pub(super) async fn make_heads(
    connection: &mut PgConnection,
    mut streams: Vec<&PreparedStream>,
) -> Result<(), sqlx::Error> {
    streams.sort_unstable_by_key(|part| part.stream.id);
    let sql = "insert into heads (stream_id, kind, org_id, version, hash)
        select w.stream_id, w.kind, w.org_id, 0, $4 from unnest($1::uuid[], $2::smallint[], $3::uuid[])
            as w(stream_id, kind, org_id) order by w.stream_id
        on conflict (stream_id) do nothing";
    sqlx::query(sql)
        .bind(streams.iter().map(|part| part.stream.id).collect::<Vec<_>>())
        .bind(streams.iter().map(|part| part.stream.kind.number()).collect::<Vec<_>>())
        .bind(streams.iter().map(|part| part.org.0).collect::<Vec<_>>())
        .bind(crate::store::journal::GENESIS.as_slice())
        .execute(connection)
        .await?;
    Ok(())
}

/// Makes access rows; `subjects` is sorted.
pub(super) async fn make_subjects(connection: &mut PgConnection, subjects: Vec<Uuid>) -> Result<(), sqlx::Error> {
    let sql = "insert into access (subject) select s from unnest($1::uuid[]) as s order by s
        on conflict (subject) do nothing";
    sqlx::query(sql).bind(subjects).execute(connection).await?;
    Ok(())
}

/// The key of a subject's advisory lock. Two subjects with one key wait for each other needlessly, no more.
pub(super) fn lock_key(subject: Uuid) -> i64 {
    let (high, low) = subject.as_u64_pair();
    // The halves together: the random bits of a version 7 id lie in both.
    i64::from_ne_bytes((high.rotate_left(32) ^ low).to_ne_bytes())
}

/// A batch as the parameters of the statement, rows in the order in which they are locked.
pub(super) struct Statement<'a> {
    /// With the number of the append they belong to.
    streams: Vec<(&'a PreparedStream, i32)>,
    guards: Vec<(Guard, i32)>,
    raises: Vec<Guard>,
    /// Each key once, with the strongest lock that anything in the batch needs.
    locks: BTreeMap<i64, bool>,
    subjects: Vec<Uuid>,
}

impl<'a> Statement<'a> {
    pub fn new(batch: &'a [Work]) -> Self {
        let (mut streams, mut guards, mut raises) = (Vec::new(), Vec::new(), Vec::new());
        for (work, part) in batch.iter().zip(0_i32..) {
            streams.extend(work.append.streams.iter().map(|stream| (stream, part)));
            guards.extend(work.append.guards.iter().map(|guard| (*guard, part)));
            raises.extend_from_slice(&work.append.raises);
        }
        streams.sort_unstable_by_key(|(part, _)| part.stream.id);
        let mut locks: BTreeMap<i64, bool> = guards.iter().map(|(guard, _)| (lock_key(guard.subject), false)).collect();
        locks.extend(raises.iter().map(|raise| (lock_key(raise.subject), true)));
        let mut subjects: Vec<Uuid> =
            guards.iter().map(|(guard, _)| guard.subject).chain(raises.iter().map(|raise| raise.subject)).collect();
        subjects.sort_unstable();
        subjects.dedup();
        Self { streams, guards, raises, locks, subjects }
    }

    fn of_streams<T>(&self, field: impl Fn(&'a PreparedStream) -> T) -> Vec<T> {
        self.streams.iter().map(|(part, _)| field(part)).collect()
    }

    /// One column of every event.
    fn of_events<T>(&self, field: impl Fn(&'a PreparedStream, usize) -> T) -> Vec<T> {
        let each = |part: &'a PreparedStream| (0..part.events.len()).map(move |index| (part, index));
        self.streams.iter().flat_map(|(part, _)| each(part)).map(|(part, index)| field(part, index)).collect()
    }

    /// For every event the number of its append.
    fn of_parts(&self) -> Vec<i32> {
        self.streams.iter().flat_map(|(part, number)| std::iter::repeat_n(*number, part.events.len())).collect()
    }

    pub async fn run(&self, connection: &mut PgConnection) -> Result<Vec<Found>, sqlx::Error> {
        let origin = |part: &'a PreparedStream, index: usize| part.events[index].origin.as_ref();
        sqlx::query_as(include_str!("append.sql"))
            .bind(self.locks.keys().copied().collect::<Vec<i64>>())
            .bind(self.locks.values().copied().collect::<Vec<bool>>())
            .bind(&self.subjects)
            .bind(self.of_streams(|part| part.stream.id))
            .bind(self.of_streams(|part| rows::signed(part.expected.version)))
            .bind(self.of_streams(|part| part.expected.hash.as_slice()))
            .bind(self.of_streams(|part| rows::small(part.expected.epoch)))
            .bind(self.of_streams(|part| part.org.0))
            .bind(self.of_streams(|part| part.stream.kind.number()))
            .bind(self.streams.iter().map(|(_, part)| *part).collect::<Vec<i32>>())
            .bind(self.guards.iter().map(|(guard, _)| guard.subject).collect::<Vec<Uuid>>())
            .bind(self.guards.iter().map(|(guard, _)| rows::signed(guard.version)).collect::<Vec<i64>>())
            .bind(self.guards.iter().map(|(_, part)| *part).collect::<Vec<i32>>())
            .bind(self.of_streams(|part| rows::signed(part.next.version)))
            .bind(self.of_streams(|part| part.next.hash.as_slice()))
            .bind(self.of_events(|part, _| part.stream.id))
            .bind(self.of_events(|part, index| rows::signed(part.expected.version + 1 + index as u64)))
            .bind(self.of_events(|part, _| part.stream.kind.number()))
            .bind(self.of_events(|part, _| part.org.0))
            .bind(self.of_events(|part, index| part.events[index].commit.0))
            .bind(self.of_events(|part, index| part.events[index].at))
            .bind(self.of_events(|part, index| part.events[index].actor.0))
            .bind(self.of_events(|part, index| origin(part, index).map(|origin| origin.client_id.0)))
            .bind(self.of_events(|part, index| origin(part, index).map(|origin| rows::signed(origin.client_seq))))
            .bind(self.of_events(|part, index| origin(part, index).map(|origin| origin.body_hash.to_vec())))
            .bind(self.of_events(|part, index| part.events[index].tag))
            .bind(self.of_events(|part, index| part.events[index].payload.as_ref()))
            .bind(self.of_events(|part, index| part.hashes[index].as_slice()))
            .bind(self.raises.iter().map(|raise| raise.subject).collect::<Vec<Uuid>>())
            .bind(self.raises.iter().map(|raise| rows::signed(raise.version)).collect::<Vec<i64>>())
            .bind(self.of_parts())
            .bind(self.of_events(|part, index| part.events[index].marks.about.map(rows::signed)))
            .bind(self.of_events(|part, index| part.events[index].marks.thread.map(rows::signed)))
            .bind(self.of_events(|part, index| part.events[index].marks.number.map(rows::signed)))
            .fetch_all(connection)
            .await
    }
}

/// A row of the answer: a stream that was locked, or a subject.
#[derive(sqlx::FromRow)]
pub(super) struct Found {
    is_stream: bool,
    id: Uuid,
    version: i64,
    hash: Option<Vec<u8>>,
    fits: bool,
    done: bool,
    era: i32,
    epoch: i32,
    xid: i64,
}

/// The answer, by id.
pub(super) struct Decided {
    streams: HashMap<Uuid, Found>,
    subjects: HashMap<Uuid, u64>,
}

impl Decided {
    pub fn new(found: Vec<Found>) -> Self {
        let (streams, subjects): (Vec<Found>, Vec<Found>) = found.into_iter().partition(|row| row.is_stream);
        Self {
            streams: streams.into_iter().map(|row| (row.id, row)).collect(),
            subjects: subjects.into_iter().map(|row| (row.id, rows::unsigned(row.version))).collect(),
        }
    }

    /// Guarded subjects without a row: their appends could not be decided.
    pub fn missing_subjects(&self, batch: &[Work]) -> HashSet<Uuid> {
        let guards = batch.iter().flat_map(|work| &work.append.guards);
        guards.map(|guard| guard.subject).filter(|subject| !self.subjects.contains_key(subject)).collect()
    }

    /// What became of one append.
    pub fn verdict(&self, append: &Prepared) -> Verdict {
        let found: Vec<Option<&Found>> = append.streams.iter().map(|part| self.streams.get(&part.stream.id)).collect();
        let done: Option<Vec<&Found>> = found.iter().map(|row| row.filter(|row| row.done)).collect();
        if let Some(done) = done {
            let committed = append.streams.iter().zip(done).map(|(part, row)| (part.next, row.position(part)));
            return Verdict::Decided(Ok(Appended::Committed(committed.collect())));
        }
        let mut moved = Vec::new();
        for guard in &append.guards {
            match self.subjects.get(&guard.subject) {
                None => return Verdict::Skipped,
                Some(version) if *version != guard.version => {
                    moved.push(Guard { subject: guard.subject, version: *version });
                }
                Some(_) => {}
            }
        }
        if !moved.is_empty() {
            return Verdict::Decided(Ok(Appended::GuardFailed(moved)));
        }
        let mut conflicts = Vec::new();
        for (part, row) in append.streams.iter().zip(found) {
            let Some(row) = row.filter(|row| !row.fits) else { continue };
            match row.head(part.stream) {
                Ok(head) if head == part.expected => {
                    let text = "the stream is of another tenant or kind";
                    return Verdict::Decided(Err(JournalError::Refused(text.into())));
                }
                Ok(head) => conflicts.push((part.stream, head)),
                Err(error) => return Verdict::Decided(Err(error)),
            }
        }
        if conflicts.is_empty() { Verdict::Skipped } else { Verdict::Decided(Ok(Appended::Conflict(conflicts))) }
    }
}

impl Found {
    fn position(&self, part: &PreparedStream) -> Position {
        rows::position(self.era, self.xid, part.stream.id, rows::signed(part.next.version))
    }

    fn head(&self, stream: Topic) -> Result<Head, JournalError> {
        let version = rows::unsigned(self.version);
        let hash = self.hash.as_deref().and_then(|hash| hash.try_into().ok());
        let damaged = JournalError::Damaged { stream, seq: version, what: "a hash of the wrong length".into() };
        Ok(Head { version, hash: hash.ok_or(damaged)?, epoch: rows::unsigned_small(self.epoch) })
    }
}
