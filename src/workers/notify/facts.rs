//! What the rules of notification may know of the place where something happened: live state, caught up with the journal, and what was
//! gathered for the one event. It must never look anything up itself.

use std::{collections::BTreeMap, sync::Arc};

use lockstep_domain::{
    Channel,
    access::{may_read_channel, may_see_board, team_role},
    board::{Board, Comment},
    notify::{self, ChannelPeople, TaskPeople},
    organization::Organization,
    team::Team,
};
use lockstep_protocol::{
    ids::{AccountId, CommentId, TaskId, TeamId},
    values::{BoardRole, ChannelKind, MessageRef, Subject},
};

use crate::actors::Published;

/// See the module.
pub struct Facts {
    pub org: Arc<Published<Organization>>,
    pub team: Option<Arc<Published<Team>>>,
    pub board: Option<Arc<Published<Board>>>,
    pub channel: Option<Arc<Published<Channel>>>,
    /// Teams that a text means.
    pub named: BTreeMap<TeamId, Arc<Published<Team>>>,
    /// Who talks in the thread that it is about.
    pub thread: Vec<AccountId>,
    /// Who wants to be told of everything in the channel.
    pub followers: Vec<AccountId>,
    pub meant_before: Vec<AccountId>,
}

impl Facts {
    pub const fn of(org: Arc<Published<Organization>>) -> Self {
        Self {
            org,
            team: None,
            board: None,
            channel: None,
            named: BTreeMap::new(),
            thread: Vec::new(),
            followers: Vec::new(),
            meant_before: Vec::new(),
        }
    }

    fn comments(&self, task: TaskId) -> impl Iterator<Item = (CommentId, &Comment)> {
        let task = self.board.as_ref().and_then(|board| board.state.task(task));
        task.into_iter().flat_map(|task| task.comments.iter().map(|(id, comment)| (*id, comment)))
    }

    /// Whom a text means by its teams, and by all of the channel.
    pub fn meant(&self, accounts: &[AccountId], teams: &[TeamId], channel: bool) -> Vec<AccountId> {
        let mut people = accounts.to_vec();
        people.extend(teams.iter().flat_map(|team| notify::Facts::team(self, *team)));
        if channel {
            people.extend(notify::Facts::channel(self).members);
        }
        people
    }
}

impl notify::Facts for Facts {
    fn resolve(&self, account: AccountId) -> AccountId {
        self.org.state.resolve(account)
    }

    fn may_see(&self, account: AccountId, subject: &Subject) -> bool {
        let org = &self.org.state;
        if org.role(account).is_none() || !org.is_person(account) {
            return false;
        }
        let team = self.team.as_ref().map(|team| &team.state);
        match subject {
            Subject::Task { .. } | Subject::Board { .. } => {
                self.board.as_ref().is_some_and(|board| may_see_board(&board.state, account, org, team))
            }
            Subject::Message { .. } | Subject::Channel { .. } => {
                self.channel.as_ref().is_some_and(|channel| may_read_channel(&channel.state, account, org, team))
            }
            Subject::Team { .. } => team.is_some_and(|team| team_role(team, account, org).is_some()),
            Subject::Organization { .. } => true,
        }
    }

    fn task(&self, task: TaskId) -> TaskPeople {
        let Some(task) = self.board.as_ref().and_then(|board| board.state.task(task)) else {
            return TaskPeople::default();
        };
        TaskPeople {
            assignees: task.assignees.to_vec(),
            watchers: task.watchers.iter().copied().collect(),
            author: Some(task.created_by),
        }
    }

    fn owners(&self) -> Vec<AccountId> {
        let members = self.board.iter().flat_map(|board| board.state.members());
        members.filter(|(_, role)| *role == BoardRole::Owner).map(|(account, _)| account).collect()
    }

    fn author_of(&self, task: TaskId, comment: CommentId) -> Option<AccountId> {
        self.comments(task).find(|(id, _)| *id == comment).map(|(_, comment)| comment.author_id)
    }

    fn conversation(&self, task: TaskId, comment: CommentId) -> Vec<AccountId> {
        let own = |(id, said): &(CommentId, &Comment)| *id == comment || said.reply_to == Some(comment);
        self.comments(task).filter(own).map(|(_, said)| said.author_id).collect()
    }

    fn channel(&self) -> ChannelPeople {
        let Some(channel) = &self.channel else { return ChannelPeople::default() };
        ChannelPeople {
            direct: channel.state.kind() == Some(ChannelKind::Direct),
            members: channel.state.members().map(|(account, _)| account).collect(),
            followers: self.followers.clone(),
        }
    }

    fn thread(&self, _root: MessageRef) -> Vec<AccountId> {
        self.thread.clone()
    }

    fn team(&self, team: TeamId) -> Vec<AccountId> {
        let members = self.named.get(&team).into_iter().flat_map(|team| team.state.members());
        members.map(|(account, _)| account).collect()
    }

    fn meant_before(&self) -> Vec<AccountId> {
        self.meant_before.clone()
    }
}
