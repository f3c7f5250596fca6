//! What is sent of an event: as whoever made the webhook may see it at that moment, caught up with the journal first. It must never hold more.

use jiff::Timestamp;
use lockstep_domain::{
    Aggregate, Channel, Principal,
    access::{Capability, demand, org_role},
    board::Board,
    organization::Organization,
    talk::mention,
    team::Team,
};
use lockstep_protocol::{
    codes::{Code, Failure},
    event::{BoardEvent, ChannelEvent, Event, Happened},
    ids::{AccountId, BoardId, ChannelId, CommentId, TaskId, TeamId},
    topic::Kind,
    values::{Audience, MessageRef, NewEntry, NotifyReason, Source, Subject},
};
use serde_json::{Value, json};

use super::Hooks;
use crate::{
    actors::{Reader, happened},
    auth::service::stored,
    letters::{
        Language,
        chat::{self, Said},
        place,
    },
    store::{journal::Recorded, webhooks::Webhook},
};

/// What is to become of an event.
pub enum Offer {
    /// This is to be sent.
    Send(Value),
    /// It is not for this webhook.
    Nothing,
    /// Whoever made it may not manage it any more; the word is kept with it.
    Over(&'static str),
}

impl Hooks {
    pub(super) async fn offer(&self, webhook: &Webhook, recorded: &Recorded) -> Result<Offer, Failure> {
        let org = self.directory.organization_now(webhook.org).await?;
        let may =
            org_role(&org.state, webhook.made_by).filter(|role| demand(*role, Capability::ManageSettings).is_ok());
        if may.is_none() {
            return Ok(Offer::Over("maker_may_not"));
        }
        let shown = match self.shown(webhook, recorded).await {
            Err(failure) if failure.code == Code::NotFound => None,
            shown => shown?,
        };
        let Some(shown) = shown else { return Ok(Offer::Nothing) };
        if webhook.kind == "slack" {
            let said = self.said(webhook, recorded, &shown).await?;
            return Ok(said.map_or(Offer::Nothing, |text| Offer::Send(json!({ "text": text }))));
        }
        Ok(Offer::Send(json!({
            "type": recorded.tag,
            "timestamp": rfc3339(recorded.at),
            "data": {
                "org_id": webhook.org,
                "topic": recorded.stream,
                "seq": shown.seq,
                "position": recorded.position,
                "by": shown.by,
                "event": shown.event,
            },
        })))
    }

    /// `None`: it is not told those who see the place as its maker does.
    async fn shown(&self, webhook: &Webhook, recorded: &Recorded) -> Result<Option<Happened<Event>>, Failure> {
        let (directory, org, id) = (&self.directory, webhook.org, recorded.stream.id);
        let who = Principal::Account(webhook.made_by);
        match recorded.stream.kind {
            Kind::Organization => show::<Organization>(recorded, directory.readable_org(who, org).await?.1),
            Kind::Team => {
                directory.team_now(TeamId(id)).await?;
                show::<Team>(recorded, directory.readable_team(who, org, TeamId(id)).await?.1)
            }
            Kind::Board => {
                if let Some(team) = directory.board_now(BoardId(id)).await?.state.team_id() {
                    directory.team_now(team).await?;
                }
                show::<Board>(recorded, directory.readable_board(who, org, BoardId(id), 0).await?.1)
            }
            Kind::Channel => {
                if let Some(team) = directory.channel_now(ChannelId(id)).await?.state.of_team() {
                    directory.team_now(team).await?;
                }
                show::<Channel>(recorded, directory.readable_channel(who, org, ChannelId(id), 0).await?.1)
            }
            Kind::Account | Kind::Inbox => Ok(None),
        }
    }

    /// As a line for a chat, with a link; `None`: of this a chat is told nothing.
    async fn said(
        &self,
        webhook: &Webhook,
        recorded: &Recorded,
        shown: &Happened<Event>,
    ) -> Result<Option<String>, Failure> {
        let Some((subject, whom)) = subject(recorded, &shown.event) else { return Ok(None) };
        let entry = NewEntry {
            reason: NotifyReason::Message,
            org_id: webhook.org,
            by: shown.by,
            source: Source { topic: recorded.stream, seq: recorded.seq },
            subject,
        };
        let reader = Reader { directory: &self.directory, principal: Principal::Account(webhook.made_by) };
        // Gone since then: nobody could open it.
        let Some(now) = reader.shown(&entry).await? else { return Ok(None) };
        let excerpt = now.excerpt.unwrap_or_default();
        let mut people: Vec<AccountId> = mention::ids(&excerpt).take(20).collect();
        people.push(shown.by);
        people.extend(whom);
        let profiles = self.store.accounts().profiles(&people).await.map_err(stored)?;
        let name = |account| profiles.iter().find(|profile| profile.account == account).map(|known| known.name.clone());
        let maker = self.store.accounts().profile(webhook.made_by).await.map_err(stored)?;
        let what = match (now.key, now.title) {
            (Some(key), Some(title)) => format!("{key} {title}"),
            _ => now.place,
        };
        let said = Said {
            tag: &recorded.tag,
            who: &name(shown.by).unwrap_or_default(),
            what: &what,
            whom: &whom.and_then(name).unwrap_or_default(),
            excerpt: mention::spelled(&excerpt, name),
            link: format!("{}{}", self.home, place::path(&entry)),
        };
        Ok(chat::line(&said, maker.map_or(Language::English, |maker| Language::of(&maker.locale))))
    }
}

fn show<A: Aggregate>(recorded: &Recorded, audience: Audience) -> Result<Option<Happened<Event>>, Failure> {
    Ok(A::show(&happened::<A>(recorded)?, audience))
}

/// What a chat is told about, and of whom besides.
fn subject(recorded: &Recorded, event: &Event) -> Option<(Subject, Option<AccountId>)> {
    let board_id = BoardId(recorded.stream.id);
    let task = |task_id: TaskId, comment_id: Option<CommentId>| Subject::Task { board_id, task_id, comment_id };
    match event {
        Event::Board(event) => match event {
            BoardEvent::TaskCreated(created) if created.original.is_none() => Some((task(created.task_id, None), None)),
            BoardEvent::TaskCompleted(done) => Some((task(done.task_id, None), None)),
            BoardEvent::TaskReopened(reopened) => Some((task(reopened.task_id, None), None)),
            BoardEvent::TaskEscalated(late) => Some((task(late.task_id, None), None)),
            BoardEvent::TaskOverdue(due) => Some((task(due.task_id, None), None)),
            BoardEvent::TaskAssigned(given) => Some((task(given.task_id, None), Some(given.account_id))),
            BoardEvent::TaskMoved(moved) if moved.from_column_id != moved.column_id => {
                Some((task(moved.task_id, None), None))
            }
            BoardEvent::TaskCommented(said) if said.original.is_none() => {
                Some((task(said.task_id, Some(said.comment_id)), None))
            }
            _ => None,
        },
        Event::Channel(ChannelEvent::MessagePosted(posted)) => {
            let message = MessageRef { message_id: posted.message_id, seq: recorded.seq };
            let (channel_id, number, thread) = (ChannelId(recorded.stream.id), posted.number, posted.thread);
            Some((Subject::Message { channel_id, message, number, thread }, None))
        }
        _ => None,
    }
}

/// RFC 3339, in UTC.
pub(super) fn rfc3339(at: i64) -> String {
    Timestamp::from_microsecond(at).map(|at| at.to_string()).unwrap_or_default()
}
