//! The log of one client: records one after the other, each with its length before it, in MessagePack. Only ever appended to; a record
//! that a crash cut short is the end of the log.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
};

use anyhow::{Context, ensure};

use super::Record;

/// Longer than any record.
const RECORD_BYTES_MAX: usize = 64 * 1024 * 1024;

pub struct Writer {
    file: BufWriter<File>,
}

impl Writer {
    pub fn create(path: &Path) -> anyhow::Result<Self> {
        let file = File::create_new(path).with_context(|| format!("cannot create {}", path.display()))?;
        Ok(Self { file: BufWriter::with_capacity(64 * 1024, file) })
    }

    pub fn append(&mut self, record: &Record) -> anyhow::Result<()> {
        let bytes = rmp_serde::to_vec(record).context("a record does not encode")?;
        let length = u32::try_from(bytes.len()).context("a record is too long")?;
        self.file.write_all(&length.to_le_bytes())?;
        self.file.write_all(&bytes)?;
        Ok(())
    }

    pub fn close(mut self) -> anyhow::Result<()> {
        Ok(self.file.flush()?)
    }
}

pub fn read(path: &Path) -> anyhow::Result<Vec<Record>> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    decode(&bytes).with_context(|| path.display().to_string())
}

fn decode(bytes: &[u8]) -> anyhow::Result<Vec<Record>> {
    let mut records = Vec::new();
    let mut rest = bytes;
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let length = u32::from_le_bytes(*length) as usize;
        ensure!(length <= RECORD_BYTES_MAX, "record {}: a length of {length}", records.len());
        let Some((record, after)) = after.split_at_checked(length) else { break };
        records.push(rmp_serde::from_slice(record).with_context(|| format!("record {}", records.len()))?);
        rest = after;
    }
    Ok(records)
}

#[cfg(test)]
mod tests;
