//! The tree: root → one supervisor per organization (and one for accounts) → aggregates. A supervisor restarts nothing by
//! itself: an aggregate that ended comes back when somebody needs it, with a back-off when it failed (`restart`). One poisoned
//! board never touches its siblings.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use lockstep_domain::Aggregate;
use lockstep_protocol::{
    codes::{Code, Failure},
    ids::OrgId,
};
use ractor::{Actor, ActorCell, ActorId, ActorProcessingErr, ActorRef, SupervisionEvent};

use super::{
    aggregate::{AggregateActor, Start},
    handle::Kinded,
    shell::Message,
};

/// Told when a child has ended, and whether it failed.
pub type OnEnd = Arc<dyn Fn(ActorId, bool) + Send + Sync>;

struct Supervisor;

/// What a supervisor is told; only its children speak to it, by ending.
enum Nothing {}

impl Actor for Supervisor {
    type Msg = Nothing;
    type State = OnEnd;
    type Arguments = OnEnd;

    async fn pre_start(&self, _myself: ActorRef<Nothing>, on_end: OnEnd) -> Result<OnEnd, ActorProcessingErr> {
        Ok(on_end)
    }

    /// The crate's own answer would stop the supervisor, and with it every sibling.
    async fn handle_supervisor_evt(
        &self,
        _myself: ActorRef<Nothing>,
        event: SupervisionEvent,
        on_end: &mut OnEnd,
    ) -> Result<(), ActorProcessingErr> {
        match event {
            SupervisionEvent::ActorTerminated(child, _, reason) => on_end(child.get_id(), reason.is_some()),
            SupervisionEvent::ActorFailed(child, error) => {
                tracing::error!(%error, "an actor failed");
                on_end(child.get_id(), true);
            }
            _ => {}
        }
        Ok(())
    }
}

/// The supervisors of this node.
pub struct Tree {
    root: ActorRef<Nothing>,
    /// Per organization; accounts are under [`OrgId::NIL`]. Shared by all loads.
    branches: Mutex<HashMap<OrgId, ActorCell>>,
    growing: tokio::sync::Mutex<()>,
    on_end: OnEnd,
}

impl Tree {
    pub async fn plant(on_end: OnEnd) -> Result<Self, Failure> {
        let ignore: OnEnd = Arc::new(|_, _| {});
        let (root, _) = Actor::spawn(None, Supervisor, ignore).await.map_err(|error| {
            tracing::error!(%error, "the root supervisor did not start");
            Failure::new(Code::Internal)
        })?;
        Ok(Self { root, branches: Mutex::default(), growing: tokio::sync::Mutex::default(), on_end })
    }

    /// Starts an aggregate under its organization's supervisor.
    pub async fn spawn<A: Kinded>(&self, org: OrgId, start: Start<A>) -> Result<ActorRef<Message<A>>, Failure>
    where
        AggregateActor<A>: Actor<Msg = Message<A>, Arguments = Start<A>>,
    {
        let branch = self.branch(org).await?;
        let (actor, _) =
            Actor::spawn_linked(None, AggregateActor::<A>::new(), start, branch).await.map_err(|error| {
                tracing::error!(kind = A::KIND.word(), %error, "an aggregate did not start");
                Failure::new(Code::Internal)
            })?;
        Ok(actor)
    }

    async fn branch(&self, org: OrgId) -> Result<ActorCell, Failure> {
        let known = |tree: &Self| tree.branches.lock().unwrap_or_else(PoisonError::into_inner).get(&org).cloned();
        if let Some(branch) = known(self) {
            return Ok(branch);
        }
        let _growing = self.growing.lock().await;
        if let Some(branch) = known(self) {
            return Ok(branch);
        }
        let spawned = Actor::spawn_linked(None, Supervisor, self.on_end.clone(), self.root.get_cell()).await;
        let (branch, _) = spawned.map_err(|error| {
            tracing::error!(%error, "a supervisor did not start");
            Failure::new(Code::Internal)
        })?;
        let branch = branch.get_cell();
        self.branches.lock().unwrap_or_else(PoisonError::into_inner).insert(org, branch.clone());
        Ok(branch)
    }

    /// Ends everything.
    pub async fn fell(&self) {
        // Only fails when it has ended already.
        let _ = self.root.stop_and_wait(None, None).await;
    }
}

impl<A: Aggregate> AggregateActor<A> {
    /// The kind says it all.
    pub const fn new() -> Self {
        Self(std::marker::PhantomData)
    }
}
