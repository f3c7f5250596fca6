//! Whom an event of the journal concerns, and why: one reason for each person and event, the weightiest. How they want to be told is theirs
//! to say, and decided in their inbox. Must never name whoever did it, nor anybody who may not see what it is about at that time.

mod board;
mod talk;

use std::collections::BTreeMap;

use lockstep_protocol::{
    event::{Event, Happened, OrganizationEvent, TeamEvent},
    ids::{AccountId, CommentId, OrgId, TaskId, TeamId},
    topic::Topic,
    values::{MessageRef, NewEntry, NotifyReason, Source, Subject},
};

/// An event in its place.
#[derive(Clone, Copy, Debug)]
pub struct News<'a> {
    pub topic: Topic,
    /// The organization of what it happened to.
    pub org_id: OrgId,
    pub happened: &'a Happened<Event>,
}

/// People of a task as it is now.
#[derive(Clone, Debug, Default)]
pub struct TaskPeople {
    pub assignees: Vec<AccountId>,
    pub watchers: Vec<AccountId>,
    pub author: Option<AccountId>,
}

/// People of the channel that it happened in, as it is now.
#[derive(Clone, Debug, Default)]
pub struct ChannelPeople {
    /// A direct talk: everything that is said there is said to all of them.
    pub direct: bool,
    pub members: Vec<AccountId>,
    /// Those of them who said that they want to be told of everything in it.
    pub followers: Vec<AccountId>,
}

/// What must be known besides the event, as it is when it is asked. A rule asks for what it needs alone.
pub trait Facts {
    /// Who this is: a stand-in that was claimed is its claimer.
    fn resolve(&self, account: AccountId) -> AccountId;
    /// Whether they may see what it is about, act where it is, and read what they are told at all: stand-ins and programs do not.
    fn may_see(&self, account: AccountId, subject: &Subject) -> bool;
    fn task(&self, task: TaskId) -> TaskPeople;
    /// Who owns the board that it happened on.
    fn owners(&self) -> Vec<AccountId>;
    /// Whose comment it is.
    fn author_of(&self, task: TaskId, comment: CommentId) -> Option<AccountId>;
    /// Whoever said something among the comments that answer this one, and whose it is.
    fn conversation(&self, task: TaskId, comment: CommentId) -> Vec<AccountId>;
    fn channel(&self) -> ChannelPeople;
    /// Whoever said something in the thread that this message began, and whose message it is.
    fn thread(&self, root: MessageRef) -> Vec<AccountId>;
    fn team(&self, team: TeamId) -> Vec<AccountId>;
    /// Whom the text meant before this event, for one that changed a text: they were told then.
    fn meant_before(&self) -> Vec<AccountId>;
}

/// Whom it concerns, each once, in the order of their ids.
pub fn whom(news: &News<'_>, facts: &impl Facts) -> Vec<(AccountId, NewEntry)> {
    let mut told = Told { news, facts, people: BTreeMap::new() };
    match &news.happened.event {
        Event::Board(event) => board::whom(&mut told, event),
        Event::Channel(event) => talk::whom(&mut told, event),
        Event::Team(event) => team(&mut told, event),
        Event::Organization(event) => organization(&mut told, event),
        // What happens to one's own account and inbox one does oneself.
        Event::Account(_) | Event::Inbox(_) => {}
    }
    told.people.into_iter().collect()
}

/// Those who are told, as they are found: whoever is there already for a weightier reason stays so.
struct Told<'a, F> {
    news: &'a News<'a>,
    facts: &'a F,
    people: BTreeMap<AccountId, NewEntry>,
}

impl<F: Facts> Told<'_, F> {
    /// The weightiest reason first.
    fn tell(&mut self, people: impl IntoIterator<Item = AccountId>, reason: NotifyReason, subject: Subject) {
        let by = self.facts.resolve(self.news.happened.by);
        // What comes due nobody did, whoever's name it happened under.
        let by_itself = matches!(
            reason,
            NotifyReason::DueSoon | NotifyReason::Overdue | NotifyReason::Reminder | NotifyReason::Escalated
        );
        for account in people {
            let account = self.facts.resolve(account);
            let theirs = account == by && !by_itself;
            if theirs || self.people.contains_key(&account) || !self.facts.may_see(account, &subject) {
                continue;
            }
            let source = Source { topic: self.news.topic, seq: self.news.happened.seq };
            let entry = NewEntry { reason, org_id: self.news.org_id, by, source, subject };
            self.people.insert(account, entry);
        }
    }
}

fn team(told: &mut Told<'_, impl Facts>, event: &TeamEvent) {
    let subject = Subject::Team { team_id: TeamId(told.news.topic.id) };
    match event {
        TeamEvent::TeamCreated(created) => told.tell([created.lead_id], NotifyReason::Shared, subject),
        TeamEvent::TeamMemberAdded(added) => told.tell([added.account_id], NotifyReason::Shared, subject),
        TeamEvent::TeamLeadChanged(changed) => told.tell([changed.account_id], NotifyReason::RoleChanged, subject),
        // Who is in it no more is not told of what they do not see.
        TeamEvent::TeamUpdated(_)
        | TeamEvent::TeamSettingsUpdated(_)
        | TeamEvent::TeamPermissionGranted(_)
        | TeamEvent::TeamPermissionRevoked(_)
        | TeamEvent::TeamDeleted(_)
        | TeamEvent::TeamMemberRemoved(_) => {}
    }
}

fn organization(told: &mut Told<'_, impl Facts>, event: &OrganizationEvent) {
    use NotifyReason as R;
    use OrganizationEvent as E;
    let subject = Subject::Organization { org_id: OrgId(told.news.topic.id) };
    match event {
        E::MemberAdded(added) => told.tell([added.account_id], R::Shared, subject),
        E::MemberRoleChanged(changed) => told.tell([changed.account_id], R::RoleChanged, subject),
        E::MemberRoleAssigned(assigned) => told.tell([assigned.account_id], R::RoleChanged, subject),
        E::MemberPermissionsChanged(changed) => told.tell([changed.account_id], R::RoleChanged, subject),
        E::OwnershipOffered(offered) => told.tell([offered.to_id], R::OwnershipOffered, subject),
        // Whoever took it did it; who had it is an admin now.
        E::OrganizationOwnerChanged(changed) => told.tell([changed.from_id, changed.to_id], R::RoleChanged, subject),
        E::OrganizationCreated(_)
        | E::OrganizationUpdated(_)
        | E::OrganizationLogoChanged(_)
        | E::OrganizationSettingsUpdated(_)
        | E::OrganizationPlanChanged(_)
        | E::OwnershipWithdrawn(_)
        | E::OwnershipDeclined(_)
        | E::OrganizationDeleted(_)
        | E::OrganizationRestored(_)
        | E::OrganizationDropped(_)
        | E::BoardReserved(_)
        | E::BoardReleased(_)
        | E::TeamReserved(_)
        | E::TeamReleased(_)
        | E::ChannelReserved(_)
        | E::ChannelReleased(_)
        | E::MemberRemoved(_)
        | E::MemberClaimed(_)
        | E::MemberInvited(_)
        | E::InvitationAccepted(_)
        | E::InvitationRejected(_)
        | E::InvitationRevoked(_)
        | E::InvitationRenewed(_)
        | E::MemberUpdated(_)
        | E::MemberStatusChanged(_)
        | E::RoleCreated(_)
        | E::RoleUpdated(_)
        | E::RoleDeleted(_) => {}
    }
}
