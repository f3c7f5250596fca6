//! What an entry of an inbox says, as its reader may read it now. Whatever is gone, or not theirs to see any more, says nothing. It must never
//! show what the place itself would not.

use lockstep_domain::board::{Board, comment_version};
use lockstep_protocol::{
    codes::Code,
    ids::{BoardId, ChannelId, CommentId, OrgId, TaskId},
    topic::Topic,
    values::{NewEntry, Subject},
};
use serde::Serialize;
use ts_rs::TS;

use super::super::{
    extract::Caller,
    problem::{Answer, Problem},
};
use crate::actors::happened;

/// So much of a text is shown.
const EXCERPT_CHARS: usize = 280;

/// What an entry is about, as it is now.
#[derive(Serialize, TS)]
pub struct Shown {
    /// The board, channel, team or organization; empty for a direct talk.
    place: String,
    /// Of a task.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    title: Option<String>,
    /// `OPS-42`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    key: Option<String>,
    /// The beginning of what was said, in Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    excerpt: Option<String>,
}

impl Shown {
    fn of_place(name: &str) -> Self {
        Self { place: name.to_owned(), title: None, key: None, excerpt: None }
    }
}

/// `None`: it is not there for the caller.
pub async fn of(caller: &Caller, entry: &NewEntry) -> Answer<Option<Shown>> {
    let org = entry.org_id;
    let answer = match entry.subject {
        Subject::Task { board_id, task_id, comment_id } => task(caller, (org, board_id, task_id), comment_id).await,
        Subject::Message { channel_id, message, .. } => said(caller, (org, channel_id), message.seq).await,
        Subject::Board { board_id } => {
            let board = caller.board(org, board_id, None).await;
            board.map(|(published, _)| Some(Shown::of_place(published.state.name())))
        }
        Subject::Channel { channel_id } => {
            let channel = caller.channel(org, channel_id, None).await;
            channel.map(|(published, _)| Some(Shown::of_place(published.state.name())))
        }
        Subject::Team { team_id } => {
            let team = caller.http.directory.readable_team(caller.principal(), org, team_id).await;
            team.map(|(published, _)| Some(Shown::of_place(published.state.name()))).map_err(Problem::from)
        }
        Subject::Organization { org_id } => {
            let organization = caller.http.directory.readable_org(caller.principal(), org_id).await;
            organization.map(|(published, _)| Some(Shown::of_place(published.state.name()))).map_err(Problem::from)
        }
    };
    match answer {
        Err(Problem(failure)) if failure.code == Code::NotFound => Ok(None),
        answer => answer,
    }
}

async fn task(
    caller: &Caller,
    (org, board, id): (OrgId, BoardId, TaskId),
    comment: Option<CommentId>,
) -> Answer<Option<Shown>> {
    let (published, audience) = caller.board(org, board, None).await?;
    let Some(face) = published.state.face(id, audience) else { return Ok(None) };
    let excerpt = match comment {
        None => None,
        Some(comment) => {
            let last = published.state.comment_seqs(id, comment, audience).and_then(|seqs| seqs.last().copied());
            let Some(last) = last else { return Ok(None) };
            let recorded = caller.http.store.journal().read_at(Topic::from(board), vec![last]).await?;
            let text = recorded.first().map(happened::<Board>).transpose()?;
            text.and_then(|happened| comment_version(comment, &happened).ok()).map(|version| cut(&version.text))
        }
    };
    let key = format!("{}-{}", published.state.key(), face.number);
    let (place, title) = (published.state.name().to_owned(), Some(face.title));
    Ok(Some(Shown { place, title, key: Some(key), excerpt }))
}

async fn said(caller: &Caller, room: (OrgId, ChannelId), seq: u64) -> Answer<Option<Shown>> {
    let said = caller.said(room, None).await?;
    if said.named(seq).await?.is_none() {
        return Ok(None);
    }
    let view = said.views(&[seq]).await?.pop().filter(|view| !view.deleted);
    Ok(view.map(|view| Shown { excerpt: Some(cut(&view.text)), ..Shown::of_place(said.state().name()) }))
}

fn cut(text: &str) -> String {
    text.chars().take(EXCERPT_CHARS).collect()
}
