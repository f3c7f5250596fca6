//! The journal as the database holds it: the rows of a dump, and the chain that binds them. Written from the description of the
//! journal, not from the server's code, so that both must agree.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context, bail, ensure};
use lockstep_protocol::{
    event::{Event, Happened},
    ids::{AccountId, ClientId, CommitId, OrgId},
    topic::{Kind, Topic},
    values::Micros,
};
use uuid::Uuid;

pub type Hash = [u8; 32];

/// What to ask the database for: `psql` copies it out as text, one row a line, columns between tabs.
pub const ROWS_SQL: &str = "copy (select kind, stream_id, org_id, seq, commit_id, at, actor, client_id, client_seq, \
     encode(body_hash, 'hex'), tag, encode(payload, 'hex'), encode(hash, 'hex') from events order by stream_id, seq) to stdout";
pub const HEADS_SQL: &str = "copy (select kind, stream_id, version, encode(hash, 'hex'), (select epoch from meta) \
     from heads where version > 0 order by stream_id) to stdout";

/// Streams with their events in order, and what their heads say.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    pub epoch: u32,
    pub streams: BTreeMap<Topic, Vec<Row>>,
    pub heads: Heads,
}

/// By stream: the seq and the hash of the last event.
pub type Heads = BTreeMap<Topic, (u64, Hash)>;

/// An event as the database holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub stream: Topic,
    pub org: OrgId,
    pub seq: u64,
    pub commit: CommitId,
    pub at: Micros,
    pub actor: AccountId,
    pub origin: Option<Origin>,
    pub tag: String,
    pub payload: Vec<u8>,
    pub hash: Hash,
}

/// Which command made an event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Origin {
    pub client_id: ClientId,
    pub client_seq: u64,
    pub body_hash: [u8; 16],
}

impl Journal {
    pub fn read(rows: &Path, heads: &Path) -> anyhow::Result<Self> {
        let mut journal = Self::default();
        for line in lines(rows)?.lines() {
            let row = row(line).with_context(|| format!("{}: {line}", rows.display()))?;
            journal.streams.entry(row.stream).or_default().push(row);
        }
        (journal.heads, journal.epoch) = read_heads(heads)?;
        for rows in journal.streams.values_mut() {
            rows.sort_by_key(|row| row.seq);
        }
        Ok(journal)
    }

    /// Where the streams end, of a dump of heads alone.
    pub fn read_heads(path: &Path) -> anyhow::Result<Heads> {
        read_heads(path).map(|(heads, _)| heads)
    }

    pub fn length(&self, stream: Topic) -> u64 {
        self.rows(stream).last().map_or(0, |row| row.seq)
    }

    pub fn rows(&self, stream: Topic) -> &[Row] {
        self.streams.get(&stream).map_or(&[], Vec::as_slice)
    }

    /// The event at this seq, whatever is missing before it.
    pub fn row(&self, stream: Topic, seq: u64) -> Option<&Row> {
        let rows = self.rows(stream);
        rows.binary_search_by_key(&seq, |row| row.seq).ok().map(|index| &rows[index])
    }
}

impl Row {
    /// The event in its place, as subscribers are sent it.
    pub fn happened(&self) -> anyhow::Result<Happened<Event>> {
        let event = rmp_serde::from_slice(&self.payload)
            .with_context(|| format!("{} {}: {} does not decode", self.stream, self.seq, self.tag))?;
        Ok(Happened {
            seq: self.seq,
            at: self.at,
            by: self.actor,
            client_id: self.origin.map(|origin| origin.client_id),
            client_seq: self.origin.map(|origin| origin.client_seq),
            event,
        })
    }

    /// The hash this event must have after one with that hash (zeros before the first).
    pub fn chained(&self, predecessor: &Hash) -> Hash {
        let mut hasher = blake3::Hasher::new();
        hasher.update(predecessor);
        hasher.update(&self.stream.kind.number().to_le_bytes());
        hasher.update(self.stream.id.as_bytes());
        hasher.update(self.org.0.as_bytes());
        hasher.update(&self.seq.to_le_bytes());
        hasher.update(self.commit.0.as_bytes());
        hasher.update(&self.at.to_le_bytes());
        hasher.update(self.actor.0.as_bytes());
        match &self.origin {
            None => {
                hasher.update(&[0]);
            }
            Some(origin) => {
                hasher.update(&[1]);
                hasher.update(origin.client_id.0.as_bytes());
                hasher.update(&origin.client_seq.to_le_bytes());
                hasher.update(&origin.body_hash);
            }
        }
        for varying in [self.tag.as_bytes(), &self.payload] {
            hasher.update(&(varying.len() as u64).to_le_bytes());
            hasher.update(varying);
        }
        *hasher.finalize().as_bytes()
    }
}

fn read_heads(path: &Path) -> anyhow::Result<(Heads, u32)> {
    let (mut heads, mut known) = (Heads::new(), 0);
    for line in lines(path)?.lines() {
        let fields: Vec<_> = line.split('\t').collect();
        let [kind, id, version, hash, epoch] = fields[..] else { bail!("a head of {} columns", fields.len()) };
        heads.insert(topic(kind, id)?, (version.parse()?, array(hash)?));
        known = epoch.parse()?;
    }
    Ok((heads, known))
}

fn lines(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn row(line: &str) -> anyhow::Result<Row> {
    let fields: Vec<_> = line.split('\t').collect();
    let [kind, stream, org, seq, commit, at, actor, client_id, client_seq, body_hash, tag, payload, hash] = fields[..]
    else {
        bail!("a row of {} columns", fields.len());
    };
    let origin = match (said(client_id), said(client_seq), said(body_hash)) {
        (Some(client_id), Some(client_seq), Some(body_hash)) => Some(Origin {
            client_id: client_id.parse()?,
            client_seq: client_seq.parse()?,
            body_hash: array(body_hash)?,
        }),
        _ => None,
    };
    Ok(Row {
        stream: topic(kind, stream)?,
        org: org.parse()?,
        seq: seq.parse()?,
        commit: commit.parse()?,
        at: at.parse()?,
        actor: actor.parse()?,
        origin,
        tag: tag.to_owned(),
        payload: unhex(payload)?,
        hash: array(hash)?,
    })
}

/// `\N` is the text that copies have for nothing.
fn said(field: &str) -> Option<&str> {
    (field != "\\N").then_some(field)
}

fn topic(kind: &str, id: &str) -> anyhow::Result<Topic> {
    let kind = Kind::from_number(kind.parse()?).context("a kind that nobody knows")?;
    Ok(Topic::new(kind, id.parse::<Uuid>()?))
}

fn array<const N: usize>(hex: &str) -> anyhow::Result<[u8; N]> {
    unhex(hex)?.try_into().map_err(|bytes: Vec<u8>| anyhow::anyhow!("{} bytes instead of {N}", bytes.len()))
}

fn unhex(text: &str) -> anyhow::Result<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    ensure!(text.len().is_multiple_of(2), "half a byte");
    text.as_bytes()
        .chunks_exact(2)
        .map(|pair| Some((digit(pair[0])? << 4) | digit(pair[1])?))
        .collect::<Option<_>>()
        .context("not hexadecimal")
}
