//! What an event changes on what is said about a task.

use compact_str::CompactString;
use lockstep_protocol::event::{BoardEvent, Happened, comment::*, transfer::ReceivedComment};

use crate::{
    board::state::{Comment, Task},
    talk::reactions::{self, Reaction},
};

pub(super) fn evolve(task: &mut Task, event: &BoardEvent, happened: &Happened<BoardEvent>) {
    match event {
        BoardEvent::TaskCommented(event) => commented(task, event, happened),
        BoardEvent::CommentsReceived(event) => {
            for said in &event.comments {
                task.comments.insert(said.comment_id, received(said, happened.seq));
            }
        }
        BoardEvent::CommentEdited(event) => {
            if let Some(comment) = task.comments.get_mut(&event.comment_id) {
                (comment.text_seq, comment.edited_at) = (happened.seq, Some(happened.at));
                comment.edits.push(happened.seq);
                comment.mentions.clone_from(&event.mentions);
            }
        }
        BoardEvent::CommentDeleted(event) => {
            task.comments.remove(&event.comment_id);
        }
        BoardEvent::CommentRestored(event) => restored(task, event, happened),
        BoardEvent::CommentReacted(event) => {
            if let Some(comment) = task.comments.get_mut(&event.comment_id) {
                reactions::give(&mut comment.reactions, &event.emoji, happened.by);
            }
        }
        BoardEvent::CommentUnreacted(event) => {
            if let Some(comment) = task.comments.get_mut(&event.comment_id) {
                reactions::take(&mut comment.reactions, &event.emoji, happened.by);
            }
        }
        _ => {}
    }
}

fn commented(task: &mut Task, event: &TaskCommented, happened: &Happened<BoardEvent>) {
    let comment = Comment {
        author_id: happened.by,
        text_seq: happened.seq,
        created_seq: happened.seq,
        created_at: happened.at,
        edited_at: None,
        reply_to: event.reply_to,
        original: event.original,
        edits: Vec::new(),
        mentions: event.mentions.clone(),
        reactions: Vec::new(),
    };
    task.comments.insert(event.comment_id, comment);
}

/// As it was said, where and when it was.
fn received(said: &ReceivedComment, seq: u64) -> Comment {
    let reactions = said.reactions.iter();
    Comment {
        author_id: said.author_id,
        text_seq: seq,
        created_seq: seq,
        created_at: said.created_at,
        edited_at: said.edited_at,
        reply_to: said.reply_to,
        original: said.original,
        edits: Vec::new(),
        mentions: said.mentions.clone(),
        reactions: reactions
            .map(|given| Reaction { emoji: CompactString::new(&given.emoji), by: given.by.clone() })
            .collect(),
    }
}

/// Its texts are where they always were.
fn restored(task: &mut Task, event: &CommentRestored, happened: &Happened<BoardEvent>) {
    let mut comment = received(&event.comment, happened.seq);
    if let Some((first, edits)) = event.text_seqs.split_first() {
        comment.created_seq = *first;
        comment.text_seq = *edits.last().unwrap_or(first);
        comment.edits = edits.to_vec();
    }
    task.comments.insert(event.comment.comment_id, comment);
}
