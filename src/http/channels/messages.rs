//! What is said in a channel: pages of its history, threads, one message, and what people do with it. A message is named by the seq that
//! posted it. It must never tell a text that was deleted.

use std::ops::RangeInclusive;

use axum::Json;
use lockstep_protocol::{
    codes::{Code, Failure},
    command::{
        Command,
        channel::{
            DeleteMessage, EditMessage, PinMessage, PostMessage, ReactToMessage, UnpinMessage, UnreactToMessage,
        },
    },
    frame::Acknowledged,
    ids::{ChannelId, MessageId, OrgId},
    values::MessageRef,
    view::MessageView,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::super::{
    answers::{Items, Written},
    extract::{Asked, Body, Caller, Ids},
    organizations::ReadQuery,
    problem::Answer,
    tasks::page_rows,
};
use crate::actors::Said;

type Room = (OrgId, ChannelId);
type Path = (OrgId, ChannelId, u64);

/// How many messages a page has that does not say.
const PAGE_MESSAGES: usize = 50;

/// Which messages. At most one of the numbers is said.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MessagesQuery {
    #[serde(default)]
    before: Option<u64>,
    #[serde(default)]
    after: Option<u64>,
    #[serde(default)]
    around: Option<u64>,
    #[serde(default)]
    limit: Option<usize>,
    /// Answer only from a state at least this new.
    #[serde(default)]
    min_seq: Option<u64>,
}

/// Messages in their order, and whether there are any on either side.
#[derive(Serialize, TS)]
pub struct MessagePage {
    items: Vec<MessageView>,
    more_before: bool,
    more_after: bool,
    /// The channel's seq up to which they are folded: what happened after it is to be heard of live.
    #[ts(type = "number")]
    seq: u64,
}

/// Something to be said.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct NewMessage {
    /// Chosen by the client, so that asking again is safe.
    #[serde(default)]
    #[ts(optional)]
    message_id: Option<MessageId>,
    /// Markdown. Who is meant stands in it as `@[account_id]`, `@[team:team_id]` or `@[channel]`.
    text: String,
    /// In the thread of the message that was posted at this seq.
    #[serde(default)]
    #[ts(optional, type = "number")]
    thread_seq: Option<u64>,
    /// In a thread: shown in the channel besides.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    broadcast: bool,
}

/// Another text.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ChangedText {
    text: String,
}

/// Which numbers are meant, of those from 1 to `last`.
fn numbers(query: &MessagesQuery, last: u64, limit: u64) -> Result<RangeInclusive<u64>, Failure> {
    let up_to = |high: u64| high.saturating_sub(limit - 1).max(1)..=high;
    let from = |low: u64| low..=last.min(low.saturating_add(limit - 1));
    match (query.before, query.after, query.around) {
        (None, None, None) => Ok(up_to(last)),
        (Some(before), None, None) => Ok(up_to(last.min(before.saturating_sub(1)))),
        (None, Some(after), None) => Ok(from(after.saturating_add(1))),
        (None, None, Some(around)) => {
            let high = *from(around.saturating_sub(limit / 2).max(1)).end();
            Ok(up_to(high))
        }
        _ => Err(Failure::because(Code::FieldInvalid, "One of `before`, `after` and `around`.").field("before")),
    }
}

pub async fn list(
    caller: Caller,
    Ids(room): Ids<Room>,
    Asked(query): Asked<MessagesQuery>,
) -> Answer<Json<MessagePage>> {
    let said = caller.said(room, query.min_seq).await?;
    let limit = page_rows(Some(query.limit.unwrap_or(PAGE_MESSAGES)), caller.http.limits.page_messages_max)?;
    let last = said.state().last_number();
    let numbers = numbers(&query, last, limit as u64)?;
    let items = said.views(&said.numbered(&numbers).await?).await?;
    let (more_before, more_after) = match numbers.is_empty() {
        true => (last > 0 && *numbers.start() > last, last > 0 && *numbers.start() <= last),
        false => (*numbers.start() > 1, *numbers.end() < last),
    };
    Ok(Json(MessagePage { items, more_before, more_after, seq: said.seq() }))
}

/// Which replies of a thread.
fn window(seqs: &[u64], query: &MessagesQuery, limit: usize) -> Result<(usize, usize), Failure> {
    let at = |seq: u64| seqs.partition_point(|own| *own < seq);
    match (query.before, query.after, query.around) {
        (None, None, None) => Ok((seqs.len().saturating_sub(limit), seqs.len())),
        (Some(before), None, None) => Ok((at(before).saturating_sub(limit), at(before))),
        (None, Some(after), None) => {
            let from = seqs.partition_point(|own| *own <= after);
            Ok((from, seqs.len().min(from.saturating_add(limit))))
        }
        (None, None, Some(around)) => {
            let to = seqs.len().min(at(around).saturating_sub(limit / 2).saturating_add(limit));
            Ok((to.saturating_sub(limit), to))
        }
        _ => Err(Failure::because(Code::FieldInvalid, "One of `before`, `after` and `around`.").field("before")),
    }
}

pub async fn replies(
    caller: Caller,
    Ids((org, channel, root)): Ids<Path>,
    Asked(query): Asked<MessagesQuery>,
) -> Answer<Json<MessagePage>> {
    let said = caller.said((org, channel), query.min_seq).await?;
    let limit = page_rows(Some(query.limit.unwrap_or(PAGE_MESSAGES)), caller.http.limits.page_messages_max)?;
    message(&said, root).await?;
    let seqs = said.replies(root).await?;
    let (from, to) = window(&seqs, &query, limit)?;
    let items = said.views(seqs.get(from..to).unwrap_or_default()).await?;
    Ok(Json(MessagePage { items, more_before: from > 0, more_after: to < seqs.len(), seq: said.seq() }))
}

pub async fn read(
    caller: Caller,
    Ids((org, channel, seq)): Ids<Path>,
    Asked(query): Asked<ReadQuery>,
) -> Answer<Json<MessageView>> {
    let said = caller.said((org, channel), query.min_seq).await?;
    message(&said, seq).await?;
    let view = said.views(&[seq]).await?.pop().ok_or(Code::NotFound)?;
    Ok(Json(view))
}

/// What is pinned, in the order in which it was.
pub async fn pins(
    caller: Caller,
    Ids(room): Ids<Room>,
    Asked(query): Asked<ReadQuery>,
) -> Answer<Json<Items<MessageView>>> {
    let said = caller.said(room, query.min_seq).await?;
    Ok(Json(Items { items: said.views(&said.state().pinned()).await? }))
}

/// A message of the channel by the seq that posted it.
async fn message(said: &Said, seq: u64) -> Answer<MessageRef> {
    Ok(said.named(seq).await?.ok_or(Code::NotFound)?)
}

/// What was said, by whom one may answer it.
#[derive(Serialize, TS)]
pub struct Posted {
    message: MessageRef,
}

pub async fn post(
    caller: Caller,
    Ids((org, channel)): Ids<Room>,
    Body(body): Body<NewMessage>,
) -> Answer<Written<Posted>> {
    let said = caller.said((org, channel), None).await?;
    let thread = match body.thread_seq {
        None => None,
        Some(seq) => {
            let root = said.named(seq).await?;
            Some(root.ok_or_else(|| Failure::new(Code::NotFound).field("thread_seq"))?)
        }
    };
    let message_id = caller.id_for(body.message_id, "message");
    let command = PostMessage { message_id, text: body.text, thread, broadcast: body.broadcast };
    let acknowledged = caller.ask(channel, 1, command).await?;
    let message = MessageRef { message_id, seq: acknowledged.seq };
    Ok(Written { acknowledged, created: true, value: Some(Posted { message }) })
}

/// Asks for something with a message that is there.
async fn act<C: Into<Command>>(
    caller: &Caller,
    (org, channel, seq): Path,
    command: impl FnOnce(MessageRef) -> C,
) -> Answer<Acknowledged> {
    let said = caller.said((org, channel), None).await?;
    let message = message(&said, seq).await?;
    caller.ask(channel, 1, command(message)).await
}

pub async fn edit(caller: Caller, Ids(path): Ids<Path>, Body(body): Body<ChangedText>) -> Answer<Written> {
    Ok(act(&caller, path, |message| EditMessage { message, text: body.text }).await?.into())
}

pub async fn delete(caller: Caller, Ids(path): Ids<Path>) -> Answer<Written> {
    Ok(act(&caller, path, |message| DeleteMessage { message }).await?.into())
}

pub async fn pin(caller: Caller, Ids(path): Ids<Path>) -> Answer<Written> {
    Ok(act(&caller, path, |message| PinMessage { message }).await?.into())
}

pub async fn unpin(caller: Caller, Ids(path): Ids<Path>) -> Answer<Written> {
    Ok(act(&caller, path, |message| UnpinMessage { message }).await?.into())
}

pub async fn react(
    caller: Caller,
    Ids((org, channel, seq, emoji)): Ids<(OrgId, ChannelId, u64, String)>,
) -> Answer<Written> {
    Ok(act(&caller, (org, channel, seq), |message| ReactToMessage { message, emoji }).await?.into())
}

pub async fn unreact(
    caller: Caller,
    Ids((org, channel, seq, emoji)): Ids<(OrgId, ChannelId, u64, String)>,
) -> Answer<Written> {
    Ok(act(&caller, (org, channel, seq), |message| UnreactToMessage { message, emoji }).await?.into())
}

#[cfg(test)]
mod tests {
    use super::{MessagesQuery, numbers, window};

    fn query(before: Option<u64>, after: Option<u64>, around: Option<u64>) -> MessagesQuery {
        MessagesQuery { before, after, around, limit: None, min_seq: None }
    }

    #[test]
    fn a_page_of_numbers_is_as_long_as_it_may_be_and_holds_what_is_asked_for() {
        for last in 0..30 {
            for limit in 1..12 {
                let newest = numbers(&query(None, None, None), last, limit).unwrap();
                assert_eq!(newest.clone().count() as u64, last.min(limit));
                assert!(newest.is_empty() || *newest.end() == last);
                for at in 0..40 {
                    let before = numbers(&query(Some(at), None, None), last, limit).unwrap();
                    assert_eq!(before.clone().count() as u64, at.saturating_sub(1).min(last).min(limit));
                    assert!(before.clone().all(|number| (1..at).contains(&number)));
                    let after = numbers(&query(None, Some(at), None), last, limit).unwrap();
                    assert_eq!(after.clone().count() as u64, last.saturating_sub(at).min(limit));
                    assert!(after.clone().all(|number| number > at));
                    let around = numbers(&query(None, None, Some(at)), last, limit).unwrap();
                    assert_eq!(around.clone().count() as u64, last.min(limit), "{at} of {last} by {limit}: {around:?}");
                    assert!(!(1..=last).contains(&at) || around.contains(&at), "{at} of {last} by {limit}: {around:?}");
                }
            }
        }
        assert!(numbers(&query(Some(1), Some(1), None), 9, 5).is_err());
    }

    #[test]
    fn a_page_of_replies_is_as_long_as_it_may_be_and_holds_what_is_asked_for() {
        let all: Vec<u64> = (1..30).map(|reply| reply * 3).collect();
        for seqs in (0..=all.len()).map(|most| &all[..most]) {
            for limit in 1..12 {
                let page = |query| window(seqs, &query, limit).map(|(from, to)| &seqs[from..to]).unwrap();
                assert_eq!(page(query(None, None, None)), &seqs[seqs.len().saturating_sub(limit)..]);
                for at in 0..95 {
                    let less = seqs.iter().filter(|seq| **seq < at).count();
                    assert_eq!(page(query(Some(at), None, None)), &seqs[less.saturating_sub(limit)..less]);
                    let more: Vec<u64> = seqs.iter().copied().filter(|seq| *seq > at).take(limit).collect();
                    assert_eq!(page(query(None, Some(at), None)), more);
                    let around = page(query(None, None, Some(at)));
                    assert_eq!(around.len(), seqs.len().min(limit));
                    assert!(!seqs.contains(&at) || around.contains(&at), "{at} by {limit}: {around:?}");
                }
            }
        }
    }
}
