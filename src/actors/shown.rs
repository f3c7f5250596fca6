//! What an entry of an inbox says, as its reader may read it now. Whatever is gone, or not theirs to see any more, says nothing. It must never
//! show what the place itself would not.

use lockstep_domain::{
    Aggregate, Principal,
    board::{Board, comment_version},
};
use lockstep_protocol::{
    codes::{Code, Failure},
    ids::{BoardId, ChannelId, CommentId, OrgId, TaskId},
    topic::Topic,
    values::{Lifecycle, NewEntry, Subject},
};
use serde::Serialize;
use ts_rs::TS;

use super::{Directory, happened, said::Said};

type Answer<T> = Result<T, Failure>;

/// So much of a text is shown.
const EXCERPT_CHARS: usize = 280;

/// What an entry is about, as it is now.
#[derive(Serialize, TS)]
pub struct Shown {
    /// The board, channel, team or organization; empty for a direct talk.
    pub place: String,
    /// Of a task.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub title: Option<String>,
    /// `OPS-42`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub key: Option<String>,
    /// The beginning of what was said, in Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub excerpt: Option<String>,
    /// The task is in the trash.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub trashed: bool,
}

impl Shown {
    fn of_place(name: &str) -> Self {
        Self { place: name.to_owned(), title: None, key: None, excerpt: None, trashed: false }
    }
}

/// Somebody who reads what an entry is about.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    pub directory: &'a Directory,
    pub principal: Principal,
}

impl Reader<'_> {
    /// `None`: it is not there for them.
    pub async fn shown(&self, entry: &NewEntry) -> Answer<Option<Shown>> {
        let org = entry.org_id;
        match self.of(org, &entry.subject).await {
            Err(failure) if failure.code == Code::NotFound => Ok(None),
            answer => answer,
        }
    }

    /// The same, caught up with the journal first: for what is about to leave the server.
    pub async fn shown_now(&self, entry: &NewEntry) -> Answer<Option<Shown>> {
        match self.catch_up(entry).await {
            Err(failure) if failure.code == Code::NotFound => Ok(None),
            Err(failure) => Err(failure),
            Ok(()) => self.shown(entry).await,
        }
    }

    async fn catch_up(&self, entry: &NewEntry) -> Answer<()> {
        let directory = self.directory;
        directory.organization_now(entry.org_id).await?;
        let team = match entry.subject {
            Subject::Task { board_id, .. } | Subject::Board { board_id } => {
                directory.board_now(board_id).await?.state.team_id()
            }
            Subject::Message { channel_id, .. } | Subject::Channel { channel_id } => {
                directory.channel_now(channel_id).await?.state.of_team()
            }
            Subject::Team { team_id } => Some(team_id),
            Subject::Organization { .. } => None,
        };
        if let Some(team) = team {
            directory.team_now(team).await?;
        }
        Ok(())
    }

    async fn of(&self, org: OrgId, subject: &Subject) -> Answer<Option<Shown>> {
        let (directory, who) = (self.directory, self.principal);
        let name = match *subject {
            Subject::Task { board_id, task_id, comment_id } => {
                return self.task((org, board_id, task_id), comment_id).await;
            }
            Subject::Message { channel_id, message, .. } => return self.said((org, channel_id), message.seq).await,
            Subject::Board { board_id } => {
                directory.readable_board(who, org, board_id, 0).await?.0.state.name().to_owned()
            }
            Subject::Channel { channel_id } => {
                directory.readable_channel(who, org, channel_id, 0).await?.0.state.name().to_owned()
            }
            Subject::Team { team_id } => directory.readable_team(who, org, team_id).await?.0.state.name().to_owned(),
            Subject::Organization { org_id } => directory.readable_org(who, org_id).await?.0.state.name().to_owned(),
        };
        Ok(Some(Shown::of_place(&name)))
    }

    async fn task(
        &self,
        (org, board, id): (OrgId, BoardId, TaskId),
        comment: Option<CommentId>,
    ) -> Answer<Option<Shown>> {
        let (published, audience) = self.directory.readable_board(self.principal, org, board, 0).await?;
        let Some(face) = published.state.face(id, audience) else { return Ok(None) };
        let excerpt = match comment {
            None => None,
            Some(comment) => {
                let last = published.state.comment_seqs(id, comment, audience).and_then(|seqs| seqs.last().copied());
                let Some(last) = last else { return Ok(None) };
                let journal = &self.directory.services().journal;
                let recorded = journal.read_at(Topic::from(board), vec![last]).await?;
                let text = recorded.first().map(happened::<Board>).transpose()?;
                text.and_then(|happened| comment_version(comment, &happened).ok()).map(|version| cut(&version.text))
            }
        };
        let key = format!("{}-{}", published.state.key(), face.number);
        let (place, title) = (published.state.name().to_owned(), Some(face.title));
        let trashed = published.state.task(id).is_some_and(|task| task.lifecycle == Lifecycle::Deleted);
        Ok(Some(Shown { place, title, key: Some(key), excerpt, trashed }))
    }

    async fn said(&self, (org, channel): (OrgId, ChannelId), seq: u64) -> Answer<Option<Shown>> {
        let (published, _) = self.directory.readable_channel(self.principal, org, channel, 0).await?;
        let said = Said::of(self.directory.services().journal.clone(), channel, published);
        if said.named(seq).await?.is_none() {
            return Ok(None);
        }
        let view = said.views(&[seq]).await?.pop().filter(|view| !view.deleted);
        Ok(view.map(|view| Shown { excerpt: Some(cut(&view.text)), ..Shown::of_place(said.state().name()) }))
    }
}

fn cut(text: &str) -> String {
    text.chars().take(EXCERPT_CHARS).collect()
}
