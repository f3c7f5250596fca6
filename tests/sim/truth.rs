//! What is true: every stream's history as the journal committed it, folded by a model that knows nothing of the server's rules, with
//! the state at each seq, who could see what when, and which commands took effect. Observers are compared with it the moment
//! they observe.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use lockstep::store::journal::Recorded;
use lockstep_loadtest::model::Board;
use lockstep_protocol::{
    event::{AccountEvent, BoardEvent, ChannelEvent, Event, Happened, InboxEvent, OrganizationEvent, TeamEvent},
    ids::{AccountId, ClientId, CommitId, SessionId},
    topic::{Kind, Topic},
    values::{BoardRole, Lifecycle, MemberStatus, OrgRole, Visibility},
    view::ViewPart,
};

use super::executor::Time;

/// An organization as its members see it; guests see the name alone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Org {
    pub name: String,
    pub members: BTreeMap<AccountId, OrgRole>,
    /// Members who see nothing for the time being.
    pub inactive: BTreeSet<AccountId>,
}

impl Org {
    /// What somebody may be taken for now.
    fn role(&self, account: AccountId) -> Option<OrgRole> {
        self.members.get(&account).filter(|_| !self.inactive.contains(&account)).copied()
    }

    fn apply(&mut self, event: &OrganizationEvent) {
        match event {
            OrganizationEvent::OrganizationCreated(created) => {
                self.name.clone_from(&created.name);
                self.members.insert(created.owner_id, OrgRole::Owner);
            }
            OrganizationEvent::OrganizationUpdated(updated) => {
                updated.name.iter().for_each(|name| self.name.clone_from(name));
            }
            OrganizationEvent::MemberAdded(added) => {
                self.members.insert(added.account_id, added.role);
            }
            OrganizationEvent::MemberRoleChanged(changed) => {
                self.members.insert(changed.account_id, changed.role);
            }
            OrganizationEvent::MemberRemoved(removed) => {
                self.members.remove(&removed.account_id);
                self.inactive.remove(&removed.account_id);
            }
            OrganizationEvent::MemberStatusChanged(changed) if changed.status == MemberStatus::Active => {
                self.inactive.remove(&changed.account_id);
            }
            OrganizationEvent::MemberStatusChanged(changed) => {
                self.inactive.insert(changed.account_id);
            }
            // Nobody in the simulator does these.
            OrganizationEvent::MemberClaimed(_)
            | OrganizationEvent::OrganizationSettingsUpdated(_)
            | OrganizationEvent::OrganizationLogoChanged(_)
            | OrganizationEvent::OrganizationPlanChanged(_)
            | OrganizationEvent::OwnershipOffered(_)
            | OrganizationEvent::OwnershipWithdrawn(_)
            | OrganizationEvent::OwnershipDeclined(_)
            | OrganizationEvent::OrganizationOwnerChanged(_)
            | OrganizationEvent::OrganizationDeleted(_)
            | OrganizationEvent::OrganizationRestored(_)
            | OrganizationEvent::OrganizationDropped(_)
            | OrganizationEvent::MemberInvited(_)
            | OrganizationEvent::InvitationAccepted(_)
            | OrganizationEvent::InvitationRejected(_)
            | OrganizationEvent::InvitationRevoked(_)
            | OrganizationEvent::InvitationRenewed(_)
            | OrganizationEvent::BoardReserved(_)
            | OrganizationEvent::TeamReserved(_)
            | OrganizationEvent::TeamReleased(_)
            | OrganizationEvent::ChannelReserved(_)
            | OrganizationEvent::ChannelReleased(_)
            | OrganizationEvent::BoardReleased(_)
            | OrganizationEvent::MemberUpdated(_)
            | OrganizationEvent::MemberRoleAssigned(_)
            | OrganizationEvent::MemberPermissionsChanged(_)
            | OrganizationEvent::RoleCreated(_)
            | OrganizationEvent::RoleUpdated(_)
            | OrganizationEvent::RoleDeleted(_) => {}
        }
    }
}

/// A topic's view, folded from what is told of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Fold {
    Nothing,
    Org(Org),
    Board(Box<Board>),
    /// Its open sessions.
    Account(BTreeSet<SessionId>),
}

impl Fold {
    pub fn empty(topic: Topic) -> Self {
        match topic.kind {
            Kind::Organization => Self::Org(Org::default()),
            Kind::Board => Self::Board(Box::default()),
            Kind::Account => Self::Account(BTreeSet::new()),
            Kind::Team | Kind::Channel | Kind::Inbox => Self::Nothing,
        }
    }

    /// Takes a part of a snapshot; false when it is of another kind of thing.
    pub fn take(&mut self, part: u32, view: ViewPart) -> bool {
        match (self, view) {
            (Self::Org(org), ViewPart::Organization(view)) => {
                org.name = view.name;
                org.inactive =
                    view.members.iter().filter(|member| member.inactive).map(|member| member.account_id).collect();
                org.members = view.members.into_iter().map(|member| (member.account_id, member.role)).collect();
            }
            (Self::Board(board), ViewPart::Board(view)) => board.take(part, view),
            _ => return false,
        }
        true
    }

    pub fn apply(&mut self, topic: Topic, happened: &Happened<Event>) {
        match (self, &happened.event) {
            (Self::Board(board), Event::Board(_)) => board.apply(topic.id.into(), happened),
            (Self::Org(org), Event::Organization(event)) => org.apply(event),
            (Self::Account(sessions), Event::Account(event)) => match event {
                AccountEvent::UserLoggedIn(opened) => {
                    sessions.insert(opened.session_id);
                }
                AccountEvent::UserLoggedOut(closed) => {
                    sessions.remove(&closed.session_id);
                }
                AccountEvent::UserDeleted(_) => sessions.clear(),
                AccountEvent::UserRegistered(_)
                | AccountEvent::UserUpdated(_)
                | AccountEvent::UserKeptChanged(_)
                | AccountEvent::UserTimerStarted(_)
                | AccountEvent::UserTimerStopped(_)
                | AccountEvent::UserTimerDiscarded(_)
                | AccountEvent::UserEmailVerified(_)
                | AccountEvent::UserPasswordReset(_)
                | AccountEvent::UserFactorAdded(_)
                | AccountEvent::UserTokenCreated(_)
                | AccountEvent::UserTokenRevoked(_)
                | AccountEvent::UserFactorRemoved(_) => {}
            },
            _ => {}
        }
    }

    /// Whether this is what an observer may hold where `truth` is the whole of it.
    pub fn shows(&self, truth: &Self) -> bool {
        match (self, truth) {
            // A guest sees the name alone.
            (Self::Org(held), Self::Org(org)) => held == org || (held.members.is_empty() && held.name == org.name),
            _ => self == truth,
        }
    }

    pub fn differences(&self, truth: &Self) -> String {
        match (self, truth) {
            (Self::Board(held), Self::Board(board)) => held.differences(board).join("; "),
            _ => format!("{self:?} | {truth:?}"),
        }
    }
}

/// One event, as everybody must see it.
pub struct Told {
    pub happened: Happened<Event>,
    pub commit: CommitId,
    pub committed_at: Time,
}

/// One stream.
pub struct History {
    pub topic: Topic,
    pub events: Vec<Told>,
    /// By seq.
    states: Vec<Arc<Fold>>,
}

impl History {
    pub fn new(topic: Topic) -> Self {
        Self { topic, events: Vec::new(), states: vec![Arc::new(Fold::empty(topic))] }
    }

    pub fn head(&self) -> u64 {
        self.events.len() as u64
    }

    pub fn at(&self, seq: u64) -> Option<&Arc<Fold>> {
        self.states.get(seq as usize)
    }

    pub fn now(&self) -> &Fold {
        self.states.last().expect("there is always the empty one")
    }

    pub fn event(&self, seq: u64) -> Option<&Told> {
        self.events.get((seq as usize).checked_sub(1)?)
    }

    /// The head as of a time.
    pub fn head_at(&self, time: Time) -> u64 {
        self.events.partition_point(|told| told.committed_at <= time) as u64
    }

    /// Puts another state in the place of the newest.
    pub fn swap_now(&mut self, state: Fold) -> Fold {
        let last = self.states.last_mut().expect("there is always the empty one");
        let before = std::mem::replace(last, Arc::new(state));
        Arc::unwrap_or_clone(before)
    }

    pub fn push(&mut self, recorded: &Recorded, now: Time) {
        let happened = decode(recorded);
        let mut state = (**self.states.last().expect("there is always the empty one")).clone();
        state.apply(self.topic, &happened);
        self.states.push(Arc::new(state));
        self.events.push(Told { happened, commit: recorded.commit, committed_at: now });
    }
}

fn decode(recorded: &Recorded) -> Happened<Event> {
    let bytes = &recorded.payload;
    let bad = "the journal holds only what the server encoded";
    let event: Event = match recorded.stream.kind {
        Kind::Organization => rmp_serde::from_slice::<OrganizationEvent>(bytes).expect(bad).into(),
        Kind::Team => rmp_serde::from_slice::<TeamEvent>(bytes).expect(bad).into(),
        Kind::Board => rmp_serde::from_slice::<BoardEvent>(bytes).expect(bad).into(),
        Kind::Account => rmp_serde::from_slice::<AccountEvent>(bytes).expect(bad).into(),
        Kind::Channel => rmp_serde::from_slice::<ChannelEvent>(bytes).expect(bad).into(),
        Kind::Inbox => rmp_serde::from_slice::<InboxEvent>(bytes).expect(bad).into(),
    };
    Happened {
        seq: recorded.seq,
        at: recorded.at,
        by: recorded.actor,
        client_id: recorded.origin.map(|origin| origin.client_id),
        client_seq: recorded.origin.map(|origin| origin.client_seq),
        event,
    }
}

/// What names a command for ever.
pub type CommandId = (AccountId, ClientId, u64);

/// A command that took effect: where its last event is, and in which commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effect {
    pub topic: Topic,
    pub seq: u64,
    pub commit: CommitId,
}

/// See the module.
#[derive(Default)]
pub struct Truth {
    pub streams: BTreeMap<Topic, History>,
    pub effects: BTreeMap<CommandId, Effect>,
    access_changed_at: Time,
    /// Since when somebody may (or may not) see a topic; the last entry holds now.
    sight: BTreeMap<(AccountId, Topic), Vec<(Time, bool)>>,
}

impl Truth {
    pub fn history(&self, topic: Topic) -> Option<&History> {
        self.streams.get(&topic)
    }

    /// When the journal took what a command did.
    pub fn committed_at(&self, effect: &Effect) -> Option<Time> {
        Some(self.history(effect.topic)?.event(effect.seq)?.committed_at)
    }

    fn org_role(&self, account: AccountId, org: uuid::Uuid) -> Option<OrgRole> {
        match self.history(Topic::new(Kind::Organization, org))?.now() {
            Fold::Org(org) => org.role(account),
            _ => None,
        }
    }

    /// The role somebody has on a board as it is now, written from the rules' words: an organization's admins own what is not private,
    /// its members edit it, guests and private boards go by the board's own list.
    fn board_role(&self, account: AccountId, board: &Board) -> Option<BoardRole> {
        let head = board.head.as_ref()?;
        let org_role = self.org_role(account, head.org_id.0)?;
        let own = board.members.get(&account).copied();
        let by_org = match (head.visibility, org_role) {
            (Visibility::Private, _) | (_, OrgRole::Guest) => None,
            (_, OrgRole::Admin | OrgRole::Owner) => Some(BoardRole::Owner),
            (Visibility::Team, OrgRole::Member) => None,
            (_, OrgRole::Member) => Some(BoardRole::Editor),
        };
        let role = own.max(by_org)?;
        (head.lifecycle != Lifecycle::Deleted || role == BoardRole::Owner).then_some(role)
    }

    pub fn sees(&self, account: AccountId, topic: Topic) -> bool {
        match self.history(topic).map(History::now) {
            Some(Fold::Org(_)) => self.org_role(account, topic.id).is_some(),
            Some(Fold::Board(board)) => self.board_role(account, board).is_some(),
            Some(Fold::Account(_)) => account.0 == topic.id,
            _ => false,
        }
    }

    /// Whether an event of somebody may be committed now: what the least of its capabilities needs.
    pub fn may_commit(&self, account: AccountId, topic: Topic, event: &Event) -> bool {
        match (self.history(topic).map(History::now), event) {
            (Some(Fold::Org(org)), Event::Organization(event)) => match event {
                OrganizationEvent::OrganizationCreated(_) => true,
                OrganizationEvent::MemberRemoved(removed) if removed.account_id == account => {
                    org.role(account).is_some()
                }
                // Nobody adds anybody: people come themselves.
                OrganizationEvent::MemberAdded(added) => added.account_id == account,
                _ => org.role(account).is_some_and(|role| role >= OrgRole::Admin),
            },
            (_, Event::Board(BoardEvent::BoardCreated(created))) => {
                self.org_role(account, created.org_id.0).is_some_and(|role| role >= OrgRole::Member)
            }
            (Some(Fold::Board(board)), Event::Board(event)) => {
                let role = self.board_role(account, board);
                let least = match event {
                    BoardEvent::BoardMemberRemoved(removed) if removed.account_id == account => BoardRole::Viewer,
                    BoardEvent::BoardUpdated(_)
                    | BoardEvent::BoardArchived(_)
                    | BoardEvent::BoardUnarchived(_)
                    | BoardEvent::BoardDeleted(_)
                    | BoardEvent::BoardRestored(_)
                    | BoardEvent::BoardMemberAdded(_)
                    | BoardEvent::BoardMemberRoleChanged(_)
                    | BoardEvent::BoardMemberRemoved(_) => BoardRole::Owner,
                    BoardEvent::TaskCommented(_) => BoardRole::Commenter,
                    BoardEvent::TaskArchived(_) | BoardEvent::TaskDeleted(_) => BoardRole::Editor,
                    event if event.tag().starts_with("column.") || event.tag().starts_with("label.") => {
                        BoardRole::Editor
                    }
                    _ => BoardRole::Contributor,
                };
                role.is_some_and(|role| role >= least)
            }
            _ => true,
        }
    }

    pub fn has_session(&self, account: AccountId, session: SessionId) -> bool {
        match self.history(account.into()).map(History::now) {
            Some(Fold::Account(sessions)) => sessions.contains(&session),
            _ => false,
        }
    }

    /// Notes who may see what from now on.
    pub fn change_access(&mut self, accounts: &[AccountId], now: Time) {
        self.access_changed_at = now;
        let topics: Vec<Topic> = self.streams.keys().copied().filter(|topic| topic.kind != Kind::Account).collect();
        for account in accounts {
            for topic in &topics {
                let sees = self.sees(*account, *topic);
                let log = self.sight.entry((*account, *topic)).or_default();
                if log.last().is_none_or(|(_, before)| *before != sees) {
                    log.push((now, sees));
                }
            }
        }
    }

    /// When something last changed who may see what.
    pub const fn access_changed_at(&self) -> Time {
        self.access_changed_at
    }

    /// Whether somebody could see a topic at some moment between two times.
    pub fn saw_between(&self, account: AccountId, topic: Topic, from: Time, to: Time) -> bool {
        let Some(log) = self.sight.get(&(account, topic)) else { return false };
        let start = log.partition_point(|(at, _)| *at <= from).saturating_sub(1);
        log[start..].iter().take_while(|(at, _)| *at <= to).any(|(_, sees)| *sees)
    }

    /// Since when somebody has been able to see a topic, without a break; `None` when they cannot now.
    pub fn seeing_since(&self, account: AccountId, topic: Topic) -> Option<Time> {
        self.sight.get(&(account, topic))?.last().filter(|(_, sees)| *sees).map(|(at, _)| *at)
    }
}
