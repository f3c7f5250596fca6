//! Tells people what concerns them: a consumer of the journal that gathers what the rules need to know, has them say whom an event concerns
//! ([`lockstep_domain::notify`]), and asks their inboxes. An inbox takes each event once, in the order of the journal: killed at any point, or
//! done by two at once, nobody is told twice and nobody is left out. It must never decide who is told what, nor how.

mod facts;
mod gather;
mod wakes;

pub use wakes::Waker;

use std::collections::BTreeMap;

use futures_util::{StreamExt, TryStreamExt, stream};
use lockstep_domain::{Principal, channel::Message};
use lockstep_protocol::{
    codes::{Code, Failure},
    command::{
        Command,
        inbox::{MarkChannel, OpenInbox, TellInbox},
    },
    event::{ChannelEvent, InboxEvent},
    ids::{AccountId, ChannelId},
    position::Position,
    topic::Topic,
    values::{ChannelLevel, NewEntry, PreferenceChange},
};

use self::gather::Gatherer;
use super::{Worker, projections::decode};
use crate::{
    actors::{CommandRequest, Directory, Saw},
    steps::steps_of,
    store::{
        Store, StoreError,
        consumers::Lease,
        journal::Recorded,
        projections::{Followed, Wake},
    },
};

/// Inboxes that are told at the same time: each in its order.
const AT_ONCE: usize = 32;

/// See the module.
#[derive(Clone)]
pub struct Notifier {
    pub directory: Directory,
}

/// What one person is to be told, in the order of the journal.
type Tells = BTreeMap<AccountId, Vec<(Position, NewEntry)>>;

impl Worker for Notifier {
    const NAME: &'static str = "notify";

    async fn take(
        &self,
        store: &Store,
        lease: &Lease,
        events: &[Recorded],
        cursor: Position,
    ) -> Result<(), StoreError> {
        let tell = async {
            let mut rest = events;
            // Who wants everything of a channel counts from where they said so.
            while let Some(at) = rest.iter().position(|recorded| recorded.tag == "inbox.preferences.changed") {
                let (some, more) = rest.split_at(at + 1);
                let changed = some.last().map_or_else(Vec::new, followed);
                self.tell_all(store, some).await?;
                let so_far = some.last().map_or(cursor, |last| last.position);
                store.projections().follow(lease, &changed, &put_off(some), so_far).await?;
                rest = more;
            }
            self.tell_all(store, rest).await?;
            // Killed before this the same events come again, and each inbox knows which it was told.
            store.projections().follow(lease, &[], &put_off(rest), cursor).await
        };
        steps_of("notify", tell).await
    }
}

/// When something comes back that these events put off.
fn put_off(events: &[Recorded]) -> Vec<Wake> {
    let snoozed = events.iter().filter(|recorded| recorded.tag == "notification.snoozed");
    let until = snoozed.filter_map(|recorded| match decode(recorded) {
        Some(InboxEvent::NotificationSnoozed(snoozed)) => Some(Wake { account: recorded.actor, at: snoozed.until }),
        _ => None,
    });
    until.collect()
}

/// What its owner wants of channels after this event of an inbox.
fn followed(recorded: &Recorded) -> Vec<Followed> {
    let Some(InboxEvent::InboxPreferencesChanged(changed)) = decode(recorded) else { return Vec::new() };
    let of_channels = changed.changes.into_iter().filter_map(|change| match change {
        PreferenceChange::Channel { channel_id, level } => {
            Some(Followed { channel: channel_id, account: recorded.actor, all: level == Some(ChannelLevel::All) })
        }
        _ => None,
    });
    of_channels.collect()
}

impl Notifier {
    /// Everybody whom these events concern, each in the order of the journal.
    async fn tell_all(&self, store: &Store, events: &[Recorded]) -> Result<(), StoreError> {
        for came in events.iter().filter(|recorded| recorded.tag == "channel.member.added") {
            self.welcome(came).await?;
        }
        stream::iter(self.whom(store, events).await?)
            .map(|(account, entries)| self.tell(store, account, entries))
            .buffer_unordered(AT_ONCE)
            .try_collect::<()>()
            .await
    }

    /// What was said in a channel before somebody came is not news to them: it is read.
    async fn welcome(&self, came: &Recorded) -> Result<(), StoreError> {
        let Some(ChannelEvent::ChannelMemberAdded(added)) = decode(came) else { return Ok(()) };
        let channel_id = ChannelId(came.stream.id);
        let Some(channel) = gather::found(self.directory.channel_now(channel_id).await)? else { return Ok(()) };
        let numbered = |(seq, message): (u64, &Message)| Some((seq, message.number?));
        let mut newest = channel.state.messages().filter_map(numbered).peekable();
        let mut read_to = newest.peek().map_or(0, |(_, number)| *number);
        for (seq, number) in newest {
            read_to = if seq < came.seq { number } else { number - 1 };
            if seq < came.seq {
                break;
            }
        }
        if read_to == 0 {
            return Ok(());
        }
        let mark = MarkChannel { channel_id, read_to, numbers: Vec::new() };
        let ask = |body: Command| self.ask(added.account_id, body);
        match ask(mark.clone().into()).await {
            Err(failure) if failure.code == Code::NotFound => {
                gather::found(ask(OpenInbox {}.into()).await)?;
                gather::found(ask(mark.into()).await)?;
            }
            outcome => drop(gather::found(outcome)?),
        }
        Ok(())
    }

    async fn whom(&self, store: &Store, events: &[Recorded]) -> Result<Tells, StoreError> {
        let since = store.projections().notified_since().await?;
        let mut tells = Tells::new();
        let mut gatherer = Gatherer::new(store, &self.directory);
        for recorded in events.iter().filter(|recorded| recorded.at >= since) {
            for (account, entry) in gatherer.whom(recorded).await? {
                tells.entry(account).or_default().push((recorded.position, entry));
            }
        }
        Ok(tells)
    }

    async fn tell(
        &self,
        store: &Store,
        account: AccountId,
        entries: Vec<(Position, NewEntry)>,
    ) -> Result<(), StoreError> {
        let profile = store.accounts().profile(account).await?;
        // Programs and stand-ins read no inbox, and who deleted their account has none.
        let Some(profile) = profile.filter(|profile| profile.org.is_none() && !profile.placeholder) else {
            return Ok(());
        };
        for (position, entry) in entries {
            let tell = TellInbox { position, entry, zone: profile.time_zone.clone() };
            gather::found(self.ask(account, tell.into()).await)?;
        }
        Ok(())
    }

    /// Of somebody's inbox, in the server's own name.
    async fn ask(&self, of: AccountId, body: Command) -> Result<(), Failure> {
        let (topic, principal) = (Topic::inbox(of), Principal::System(of));
        let request = CommandRequest { topic, principal, session: None, key: None, body, saw: Saw::default() };
        self.directory.command(request).await.map(|_| ())
    }
}
