//! `lockstep doctor`: reads everything once and says whether it adds up. Changes nothing.

use std::collections::BTreeMap;

use lockstep_protocol::{
    position::Position,
    topic::{Kind, Topic},
};

use crate::{
    actors::verify,
    store::{Store, StoreError, journal::JournalError},
};

/// What was found.
#[derive(Debug, Default)]
pub struct Diagnosis {
    /// Streams and events per kind.
    pub counted: BTreeMap<&'static str, (usize, u64)>,
    /// What does not add up, per stream.
    pub damaged: Vec<(Topic, String)>,
}

/// Events taken at once.
const PAGE: usize = 5_000;

/// Walks the journal: every stream's chain, every event's form, every snapshot against the fold.
pub async fn examine(store: &Store) -> Result<Diagnosis, StoreError> {
    let journal = store.journal();
    let unavailable = |error: JournalError| StoreError::Unavailable(error.to_string().into());
    let mut streams: BTreeMap<Topic, u64> = BTreeMap::new();
    let mut after = Position::START;
    loop {
        let events = journal.tail(after, PAGE).await.map_err(unavailable)?;
        for event in &events {
            let last = streams.entry(event.stream).or_default();
            *last = event.seq.max(*last);
        }
        match events.last() {
            Some(last) => after = last.position,
            None => break,
        }
    }
    let mut diagnosis = Diagnosis::default();
    for kind in Kind::ALL {
        diagnosis.counted.insert(kind.word(), (0, 0));
    }
    for (topic, last) in streams {
        let count = diagnosis.counted.entry(topic.kind.word()).or_default();
        *count = (count.0 + 1, count.1 + last);
        match verify(&journal, topic).await {
            Ok(()) => {}
            // It is being erased just now: what is missing is meant to be.
            Err(JournalError::Dropped(_)) => {}
            Err(JournalError::Damaged { seq, what, .. }) => {
                diagnosis.damaged.push((topic, format!("seq {seq}: {what}")));
            }
            Err(error) => return Err(unavailable(error)),
        }
    }
    Ok(diagnosis)
}
