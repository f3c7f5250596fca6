//! A task whole. The state knows which events hold the long texts; whoever reads them from the journal hands them back here. Pure: says
//! what to read, and puts together what was read.

use std::collections::BTreeMap;

use lockstep_protocol::{
    event::{
        BoardEvent, Happened,
        transfer::{CommentsReceived, ReceivedComment},
    },
    ids::{AccountId, CommentId, TaskId, TimeEntryId},
    values::{Audience, Lifecycle},
    view::{ChecklistItemView, ChecklistView, CommentVersion, CommentView, TaskDetail, TaskFace, TimeEntryView},
};

use super::{
    state::{Board, Checklist, Comment, Task, TimeEntry},
    view,
};
use crate::talk::reactions;

/// All of a task but its long texts.
#[derive(Clone, Debug)]
pub struct Detail {
    face: TaskFace,
    task: Task,
    /// In the order in which they were said.
    comments: Vec<(CommentId, Comment)>,
    audience: Audience,
}

/// The event with this seq, which holds a body, was not among those given, or holds no such body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MissingBody(pub u64);

impl Board {
    /// A task whole, as far as live state knows it, for an audience; `None` when there is none. A task in the trash is there for those
    /// who may restore it.
    pub fn detail(&self, task_id: TaskId, audience: Audience) -> Option<Detail> {
        let task = self.task(task_id)?;
        if audience == Audience::Public && task.lifecycle != Lifecycle::Active {
            return None;
        }
        let mut comments: Vec<_> = task.comments.iter().map(|(id, comment)| (*id, comment.clone())).collect();
        comments.sort_by_key(|(id, comment)| comment.order(*id));
        if audience == Audience::Public {
            comments.clear();
        }
        Some(Detail { face: view::face_for(task_id, task, audience), task: task.clone(), comments, audience })
    }

    /// The same of a board as it was, for whoever sees it as it is `now`: what was said and has been deleted since is not shown any more.
    pub fn detail_then(&self, task_id: TaskId, audience: Audience, now: &Self) -> Option<Detail> {
        let mut detail = self.detail(task_id, audience)?;
        let kept = now.task(task_id).map(|task| &task.comments);
        detail.comments.retain(|(id, _)| kept.is_some_and(|kept| kept.contains_key(id)));
        let noted = |id: TimeEntryId| now.task(task_id).is_some_and(|task| task.time_entry(id).is_some());
        detail.task.with_time(|time| {
            time.entries = std::mem::take(&mut time.entries).into_iter().filter(|(id, _)| noted(*id)).collect()
        });
        detail.face.tracked_s = detail.task.tracked_s().filter(|_| audience != Audience::Public);
        Some(detail)
    }

    /// The seqs of the events that hold the texts which a comment has had, ascending. `None` when there is no such comment, or no more;
    /// the public is shown none.
    pub fn comment_seqs(&self, task_id: TaskId, comment_id: CommentId, audience: Audience) -> Option<Vec<u64>> {
        let comment = self.task(task_id)?.comments.get(&comment_id).filter(|_| audience != Audience::Public)?;
        Some(comment.text_seqs())
    }
}

impl Detail {
    /// The seqs of the events that hold its texts, ascending, each once.
    pub fn body_seqs(&self) -> Vec<u64> {
        let comments = self.comments.iter().map(|(_, comment)| comment.text_seq);
        let mut seqs: Vec<u64> = comments.chain(self.task.description_seq).collect();
        seqs.sort_unstable();
        seqs.dedup();
        seqs
    }

    /// Puts in the texts. `seq` is the board's seq that this answers for; `events` are those of [`Detail::body_seqs`], in any order.
    pub fn assemble<'a>(
        self,
        seq: u64,
        events: impl IntoIterator<Item = (u64, &'a BoardEvent)>,
    ) -> Result<TaskDetail, MissingBody> {
        let events: BTreeMap<u64, &BoardEvent> = events.into_iter().collect();
        let description = match self.task.description_seq {
            None => String::new(),
            Some(seq) => description(&events, seq).ok_or(MissingBody(seq))?.to_owned(),
        };
        let mut comments = Vec::with_capacity(self.comments.len());
        for (comment_id, comment) in &self.comments {
            let text = comment_text(&events, comment.text_seq, *comment_id).ok_or(MissingBody(comment.text_seq))?;
            comments.push(CommentView {
                comment_id: *comment_id,
                author_id: comment.author_id,
                text: text.to_owned(),
                created_at: comment.created_at,
                edited_at: comment.edited_at,
                reply_to: comment.reply_to,
                reactions: comment.reactions.iter().map(reactions::view).collect(),
                original: comment.original,
            });
        }
        let told = self.audience != Audience::Public;
        let description = if told { description } else { view::unnamed(&description) };
        Ok(TaskDetail {
            face: self.face,
            lifecycle: self.task.lifecycle,
            description,
            checklists: self.task.checklists.iter().map(|list| checklist_view(list)).collect(),
            comments,
            reminders: self.task.reminders().filter(|_| told).collect(),
            time: if told { time_view(&self.task) } else { Vec::new() },
            watchers: self.task.watchers.iter().copied().filter(|_| told).collect(),
            created_by: if told { self.task.created_by } else { AccountId::NIL },
            created_at: self.task.created_at,
            original: self.task.original.filter(|_| told),
            seq,
        })
    }
}

/// It may be the event of another task, which this one is the next one of.
fn description<'a>(events: &BTreeMap<u64, &'a BoardEvent>, seq: u64) -> Option<&'a str> {
    match events.get(&seq)? {
        BoardEvent::TaskCreated(event) => event.description.as_deref(),
        BoardEvent::TaskUpdated(event) => event.description.as_deref(),
        BoardEvent::TaskReceived(event) => event.description.as_deref(),
        _ => None,
    }
}

fn comment_text<'a>(events: &BTreeMap<u64, &'a BoardEvent>, seq: u64, comment_id: CommentId) -> Option<&'a str> {
    match events.get(&seq)? {
        BoardEvent::TaskCommented(event) if event.comment_id == comment_id => Some(&event.text),
        BoardEvent::CommentEdited(event) if event.comment_id == comment_id => Some(&event.text),
        BoardEvent::CommentsReceived(event) => received(event, comment_id).map(|said| said.text.as_str()),
        _ => None,
    }
}

fn received(event: &CommentsReceived, comment_id: CommentId) -> Option<&ReceivedComment> {
    event.comments.iter().find(|said| said.comment_id == comment_id)
}

/// A text that a comment has had, out of the event that holds it.
pub fn comment_version(comment_id: CommentId, happened: &Happened<BoardEvent>) -> Result<CommentVersion, MissingBody> {
    let Happened { seq, at, by, ref event, .. } = *happened;
    let events = BTreeMap::from([(seq, event)]);
    let text = comment_text(&events, seq, comment_id).ok_or(MissingBody(seq))?.to_owned();
    // It was said before it came here.
    if let BoardEvent::CommentsReceived(event) = event
        && let Some(said) = received(event, comment_id)
    {
        return Ok(CommentVersion { seq, at: said.edited_at.unwrap_or(said.created_at), by: said.author_id, text });
    }
    Ok(CommentVersion { seq, at, by, text })
}

/// In the order in which it began.
pub(super) fn time_view(task: &Task) -> Vec<TimeEntryView> {
    let mut entries: Vec<(TimeEntryId, &TimeEntry)> = task.time_entries().collect();
    entries.sort_by_key(|(id, entry)| (entry.started_at, *id));
    let view = |(entry_id, entry): (TimeEntryId, &TimeEntry)| TimeEntryView {
        entry_id,
        account_id: entry.account_id,
        started_at: entry.started_at,
        duration_s: entry.duration_s,
        note: entry.note.to_string(),
    };
    entries.into_iter().map(view).collect()
}

pub(super) fn checklist_view(list: &Checklist) -> ChecklistView {
    let items = list.items.iter().map(|item| ChecklistItemView {
        item_id: item.item_id,
        text: item.text.to_string(),
        done: item.done,
        rank: (&item.rank).into(),
    });
    ChecklistView { checklist_id: list.checklist_id, name: list.name.to_string(), items: items.collect() }
}
