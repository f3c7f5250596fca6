//! Gathers what the rules need to know of an event, and asks them. Each place is caught up with the journal once for all events of a batch:
//! whoever lost the sight of it before that is told nothing. It must never decide whom anything concerns.

use std::{collections::BTreeMap, sync::Arc};

use lockstep_domain::{Aggregate, Channel, board::Board, notify, organization::Organization, team::Team};
use lockstep_protocol::{
    codes::{Code, Failure},
    event::{BoardEvent, ChannelEvent, Event, Happened, comment::CommentEdited, task::TaskUpdated},
    ids::{AccountId, BoardId, ChannelId, OrgId, TeamId},
    topic::{Kind, Topic},
    values::{Mentions, MessageRef, NewEntry},
};

use super::facts::Facts;
use crate::{
    actors::{Directory, Published, happened},
    store::{
        Store, StoreError,
        journal::{JournalError, MarkedBy, Recorded},
    },
};

/// What is known of the places of one batch.
pub struct Gatherer<'a> {
    store: &'a Store,
    directory: &'a Directory,
    orgs: Places<OrgId, Organization>,
    teams: Places<TeamId, Team>,
    boards: Places<BoardId, Board>,
    channels: Places<ChannelId, Channel>,
}

type Places<Id, A> = BTreeMap<Id, Option<Arc<Published<A>>>>;

/// What stands in the way for a while is tried again; what does not go away is left out, and said in the log.
pub fn found<T>(answer: Result<T, Failure>) -> Result<Option<T>, StoreError> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(failure) if failure.code == Code::NotFound => Ok(None),
        Err(failure) if failure.temporary => Err(StoreError::Unavailable(failure.to_string().into())),
        Err(failure) => {
            tracing::error!(%failure, "somebody is not told of something: a place cannot be read, or an inbox cannot be written");
            Ok(None)
        }
    }
}

fn unread(error: JournalError) -> StoreError {
    StoreError::Unavailable(error.to_string().into())
}

/// Keeps what is found: each place is asked for once.
macro_rules! place {
    ($name:ident, $kept:ident, $id:ty, $of:ty, $read:ident) => {
        async fn $name(&mut self, id: $id) -> Result<Option<Arc<Published<$of>>>, StoreError> {
            if let Some(known) = self.$kept.get(&id) {
                return Ok(known.clone());
            }
            let place = found(self.directory.$read(id).await)?;
            self.$kept.insert(id, place.clone());
            Ok(place)
        }
    };
}

impl<'a> Gatherer<'a> {
    pub fn new(store: &'a Store, directory: &'a Directory) -> Self {
        let (orgs, teams) = (BTreeMap::new(), BTreeMap::new());
        Self { store, directory, orgs, teams, boards: BTreeMap::new(), channels: BTreeMap::new() }
    }

    place!(org, orgs, OrgId, Organization, organization_now);
    place!(team, teams, TeamId, Team, team_now);
    place!(board, boards, BoardId, Board, board_now);
    place!(channel, channels, ChannelId, Channel, channel_now);

    /// Whom it concerns, and why.
    pub async fn whom(&mut self, recorded: &Recorded) -> Result<Vec<(AccountId, NewEntry)>, StoreError> {
        let Some(happened) = event_of(recorded) else { return Ok(Vec::new()) };
        let Some(org) = self.org(recorded.org).await?.filter(|org| !org.state.is_deleted()) else {
            return Ok(Vec::new());
        };
        let mut facts = Facts::of(org);
        match &happened.event {
            Event::Board(event) => {
                let id = BoardId(recorded.stream.id);
                let Some(board) = self.board(id).await? else { return Ok(Vec::new()) };
                facts.team = self.of_team(board.state.team_id()).await?;
                facts.meant_before = self.meant_on_board(id, &board, event, happened.seq).await?;
                facts.board = Some(board);
            }
            Event::Channel(event) => {
                let id = ChannelId(recorded.stream.id);
                let Some(channel) = self.channel(id).await? else { return Ok(Vec::new()) };
                facts.team = self.of_team(channel.state.of_team()).await?;
                facts.channel = Some(channel);
                self.talk(id, event, happened.seq, &mut facts).await?;
            }
            Event::Team(_) => facts.team = self.team(TeamId(recorded.stream.id)).await?,
            Event::Organization(_) => {}
            Event::Account(_) | Event::Inbox(_) => return Ok(Vec::new()),
        }
        let news = notify::News { topic: recorded.stream, org_id: recorded.org, happened: &happened };
        Ok(notify::whom(&news, &facts))
    }

    async fn of_team(&mut self, team: Option<TeamId>) -> Result<Option<Arc<Published<Team>>>, StoreError> {
        match team {
            Some(team) => self.team(team).await,
            None => Ok(None),
        }
    }

    /// Whom a text of a task meant before this event changed it.
    async fn meant_on_board(
        &self,
        id: BoardId,
        board: &Published<Board>,
        event: &BoardEvent,
        seq: u64,
    ) -> Result<Vec<AccountId>, StoreError> {
        match event {
            BoardEvent::TaskUpdated(TaskUpdated { task_id, mentions, .. }) if !mentions.is_empty() => {
                let Some((then, _)) = found(self.directory.board_then(id, seq - 1).await)? else {
                    return Ok(Vec::new());
                };
                Ok(then.task(*task_id).map(|task| task.mentions.clone()).unwrap_or_default())
            }
            BoardEvent::CommentEdited(CommentEdited { task_id, comment_id, mentions, .. }) if !mentions.is_empty() => {
                let comment = board.state.task(*task_id).and_then(|task| task.comments.get(comment_id));
                let Some(comment) = comment else { return Ok(Vec::new()) };
                let texts = [comment.created_seq].into_iter().chain(comment.edits.iter().copied());
                let before = texts.filter(|text| *text < seq).max();
                let before = self.events::<Board>(id.into(), before.into_iter().collect()).await?;
                Ok(before.into_iter().next().map(|happened| named_in(&happened.event)).unwrap_or_default())
            }
            _ => Ok(Vec::new()),
        }
    }

    /// Of what is said in a channel: the teams that are meant, who talks in the thread, who wants everything, whom a text meant before.
    async fn talk(
        &mut self,
        id: ChannelId,
        event: &ChannelEvent,
        seq: u64,
        facts: &mut Facts,
    ) -> Result<(), StoreError> {
        match event {
            ChannelEvent::MessagePosted(posted) => {
                self.name(&posted.mentions, facts).await?;
                if let Some(root) = posted.thread {
                    facts.thread = self.thread(id, root, facts).await?;
                }
                facts.followers = self.store.projections().followers(id).await?;
            }
            ChannelEvent::MessageEdited(edited) if !edited.mentions.is_empty() => {
                self.name(&edited.mentions, facts).await?;
                let before = self.text_before(id, edited.message, seq).await?;
                self.name(&before, facts).await?;
                facts.meant_before = facts.meant(&before.accounts, &before.teams, before.channel);
            }
            _ => {}
        }
        Ok(())
    }

    async fn name(&mut self, mentions: &Mentions, facts: &mut Facts) -> Result<(), StoreError> {
        for team in &mentions.teams {
            if let Some(published) = self.team(*team).await? {
                facts.named.insert(*team, published);
            }
        }
        Ok(())
    }

    /// Whose message it is, and who answered it.
    async fn thread(&self, id: ChannelId, root: MessageRef, facts: &Facts) -> Result<Vec<AccountId>, StoreError> {
        let Some(channel) = &facts.channel else { return Ok(Vec::new()) };
        if let Some(message) = channel.state.message(root.seq) {
            let later = channel.state.messages().take_while(|(seq, _)| *seq > root.seq).map(|(_, message)| message);
            let own = later.filter(|message| message.thread == Some(root)).map(|message| message.author_id);
            return Ok([message.author_id].into_iter().chain(own).collect());
        }
        let journal = self.store.journal();
        let marked = journal.marked(id.into(), MarkedBy::Thread, vec![root.seq], root.seq, usize::MAX).await;
        let said = marked.map_err(unread)?.into_iter().filter(|marked| marked.tag == "message.posted");
        let mut people: Vec<AccountId> = said.map(|marked| marked.actor).collect();
        people.extend(self.events::<Channel>(id.into(), vec![root.seq]).await?.iter().map(|happened| happened.by));
        Ok(people)
    }

    /// Whom the text of a message meant before this event changed it.
    async fn text_before(&self, id: ChannelId, message: MessageRef, seq: u64) -> Result<Mentions, StoreError> {
        let journal = self.store.journal();
        let marked = journal.marked(id.into(), MarkedBy::About, vec![message.seq], message.seq, usize::MAX).await;
        let edits = marked.map_err(unread)?.into_iter().filter(|marked| marked.tag == "message.edited");
        let last = edits.map(|marked| marked.seq).filter(|edit| *edit < seq).max().unwrap_or(message.seq);
        let text = self.events::<Channel>(id.into(), vec![last]).await?.pop();
        Ok(text.map_or_else(Mentions::default, |happened| match happened.event {
            ChannelEvent::MessagePosted(posted) => posted.mentions,
            ChannelEvent::MessageEdited(edited) => edited.mentions,
            _ => Mentions::default(),
        }))
    }

    async fn events<A: Aggregate>(&self, topic: Topic, seqs: Vec<u64>) -> Result<Vec<Happened<A::Event>>, StoreError> {
        if seqs.is_empty() {
            return Ok(Vec::new());
        }
        let recorded = self.store.journal().read_at(topic, seqs).await.map_err(unread)?;
        recorded.iter().map(|recorded| happened::<A>(recorded).map_err(unread)).collect()
    }
}

/// Whom a comment means.
fn named_in(event: &BoardEvent) -> Vec<AccountId> {
    match event {
        BoardEvent::TaskCommented(commented) => commented.mentions.clone(),
        BoardEvent::CommentEdited(edited) => edited.mentions.clone(),
        _ => Vec::new(),
    }
}

/// An event that does not decode concerns nobody: its stream is quarantined and says so.
fn event_of(recorded: &Recorded) -> Option<Happened<Event>> {
    fn of<A: Aggregate>(recorded: &Recorded) -> Result<Happened<Event>, JournalError> {
        let Happened { seq, at, by, client_id, client_seq, event } = happened::<A>(recorded)?;
        Ok(Happened { seq, at, by, client_id, client_seq, event: event.into() })
    }
    let happened = match recorded.stream.kind {
        Kind::Organization => of::<Organization>(recorded),
        Kind::Team => of::<Team>(recorded),
        Kind::Board => of::<Board>(recorded),
        Kind::Channel => of::<Channel>(recorded),
        Kind::Account | Kind::Inbox => return None,
    };
    happened
        .inspect_err(|error| {
            tracing::error!(stream = %recorded.stream, seq = recorded.seq, %error, "an event does not decode");
        })
        .ok()
}
