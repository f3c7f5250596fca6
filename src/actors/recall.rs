//! What a channel's state holds no more, out of the journal: the message that a command is about, with all that happened to it. Must never
//! leave out what was committed before it was asked for.

use std::sync::Arc;

use lockstep_domain::{Aggregate, Channel, channel::Recalled};
use lockstep_protocol::{
    codes::Failure,
    command::{ChannelCommand, Command},
    event::{ChannelEvent, Happened},
    ids::ChannelId,
};

use super::{
    directory::{CommandRequest, Directory},
    encode,
    shell::failure,
};
use crate::store::journal::MarkedBy;

impl Directory {
    /// The message that this command is about, where the state does not hold it any more.
    pub(super) async fn recalled(&self, request: &CommandRequest) -> Result<Option<Arc<Recalled>>, Failure> {
        let Command::Channel(command) = &request.body else { return Ok(None) };
        if matches!(command, ChannelCommand::CreateChannel(_)) {
            return Ok(None);
        }
        let published = self.channel(ChannelId(request.topic.id)).await?;
        let Some(seq) = published.state.wants(command) else { return Ok(None) };
        let (journal, topic) = (&self.services().journal, request.topic);
        // The head first: everything up to it is found by what is asked behind it. How often a message is changed has its limits.
        let through = journal.head(topic).await.map_err(|error| failure(&error))?.version;
        let marked = journal.marked(topic, MarkedBy::About, vec![seq], seq, usize::MAX).await;
        let marked = marked.map_err(|error| failure(&error))?;
        let seqs = [seq].into_iter().chain(marked.into_iter().map(|marked| marked.seq)).collect();
        let recorded = journal.read_at(topic, seqs).await.map_err(|error| failure(&error))?;
        let mut events: Vec<Happened<ChannelEvent>> = Vec::with_capacity(recorded.len());
        for recorded in &recorded {
            events.push(encode::happened::<Channel>(recorded).map_err(|error| failure(&error))?);
        }
        Ok(Some(Arc::new(Recalled::of(seq, &events, through))))
    }
}
