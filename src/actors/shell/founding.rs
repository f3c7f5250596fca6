//! What an aggregate depends on before it has a state that says so: whatever the command names that would found it. Each is decided on
//! the facts of what it names itself, also when another one, which named something else, was refused before it.

use lockstep_domain::Aggregate;
use lockstep_protocol::{
    codes::Failure,
    ids::{OrgId, TeamId},
    topic::Kind,
};

use super::{Pending, Shell};

/// The organization and the team.
pub type Dependencies = (Option<OrgId>, Option<TeamId>);

impl<A: Aggregate> Shell<A> {
    /// Whose it is; none of what is not founded.
    pub fn org(&self) -> OrgId {
        self.committed.state.org_id(self.topic.id)
    }

    /// The organization and team that it depends on. One that is about to be founded has no state that says so yet: it depends on
    /// what the command names that is about to be decided.
    pub fn dependencies(&self) -> Dependencies {
        match self.committed.state.org_id(self.topic.id) {
            OrgId::NIL => self.founding.unwrap_or_else(|| self.facts.ids()),
            _ if A::KIND == Kind::Organization => (None, None),
            org => (Some(org), self.committed.state.team_id()),
        }
    }

    /// What a command names that would found this, if the facts are of something else: one that was refused before named that.
    pub(super) fn founded_elsewhere(&self, pending: &Pending<A>) -> Option<Dependencies> {
        let (org, team) = A::founding(&pending.command)?;
        let named = (Some(org).filter(|org| *org != OrgId::NIL), team);
        (!self.committed.state.exists() && named != self.facts.ids()).then_some(named)
    }

    /// Refuses whoever would found this there.
    pub(super) fn refuse_founding(&mut self, named: Dependencies, failure: &Failure) {
        let all = std::mem::take(&mut self.pending);
        let (refused, rest) = all.into_iter().partition(|pending| self.founded_elsewhere(pending) == Some(named));
        self.pending = refused;
        self.refuse_pending(failure);
        self.pending.extend(rest);
    }
}
