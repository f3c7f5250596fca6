//! `lockstep plan`: what an organization may take up, shown and changed by whoever has the server's data. With PostgreSQL this process is
//! one more node for a moment: nodes that run learn of a commit from the journal. A data folder is used by one process alone, so a server
//! that runs on it is asked through [`super::operator`].

use std::{fmt, sync::Arc};

use lockstep_domain::Principal;
use lockstep_protocol::{
    codes::{Code, Failure},
    command::organization::ChangePlan,
    ids::{AccountId, OrgId},
    limits::Limits,
    values::Plan,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    engine::{Engine, StartError, make_folder, options},
    operator,
};
use crate::{
    actors::{CommandRequest, Directory, Saw},
    bus::{
        SharedBus,
        local::{Alone, Silent},
    },
    clock::Clock,
    config::{Most, PlanFlags},
    store::{Store, StoreError},
};

/// What an operator asks.
#[derive(Debug, Serialize, Deserialize)]
pub struct Ask {
    org: OrgId,
    /// In this order; none: it is only shown.
    changes: Vec<Change>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum Change {
    Name(String),
    Members(Option<u32>),
    Boards(Option<u32>),
    StorageBytes(Option<u64>),
}

impl Change {
    fn make(self, plan: &mut Plan) {
        match self {
            Self::Name(name) => plan.name = name,
            Self::Members(most) => plan.members_max = most,
            Self::Boards(most) => plan.boards_max = most,
            Self::StorageBytes(most) => plan.storage_bytes_max = most,
        }
    }
}

/// How an organization stands.
#[derive(Debug, Serialize, Deserialize)]
pub struct Standing {
    org: OrgId,
    name: String,
    plan: Plan,
    members: usize,
    members_max: usize,
    boards: usize,
    boards_max: usize,
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let own = |most: Option<u64>| most.map_or("none".to_owned(), |most| most.to_string());
        let Self { org, name, plan, members, members_max, boards, boards_max } = self;
        writeln!(f, "{name} ({org})")?;
        writeln!(f, "plan           {}", if plan.name.is_empty() { "without a name" } else { &plan.name })?;
        writeln!(f, "members        {members} of {members_max} (plan: {})", own(plan.members_max.map(u64::from)))?;
        writeln!(f, "boards         {boards} of {boards_max} (plan: {})", own(plan.boards_max.map(u64::from)))?;
        write!(f, "storage bytes  (plan: {})", own(plan.storage_bytes_max))
    }
}

impl TryFrom<&PlanFlags> for Ask {
    type Error = StartError;

    fn try_from(flags: &PlanFlags) -> Result<Self, StartError> {
        let org = flags.org.parse();
        let org = org.map_err(|_| StartError::Other(format!("{} is no id of an organization", flags.org)))?;
        let changes = [
            flags.name.clone().map(Change::Name),
            flags.members_max.map(|Most(most)| Change::Members(most)),
            flags.boards_max.map(|Most(most)| Change::Boards(most)),
            flags.storage_bytes_max.map(|Most(most)| Change::StorageBytes(most)),
        ];
        Ok(Self { org, changes: changes.into_iter().flatten().collect() })
    }
}

/// Shows or changes a plan as the flags say.
pub async fn run(flags: &PlanFlags) -> Result<Standing, StartError> {
    let ask = Ask::try_from(flags)?;
    flags.store.check().map_err(|error| StartError::Other(error.to_string()))?;
    make_folder(&flags.store.data_dir)?;
    let store = match Store::open(&options(&flags.store)).await {
        Err(StoreError::Locked(_)) => return operator::ask(&flags.store.data_dir, &ask).await,
        other => other?,
    };
    let bus: SharedBus = match flags.store.database_url {
        Some(_) => Arc::new(Silent),
        None => Arc::new(Alone),
    };
    let engine = Engine::start(store, bus, Limits::default(), Clock::system(), Uuid::nil()).await?;
    let answer = answer(&engine.directory, &engine.limits, ask).await;
    engine.stop().await;
    Ok(answer?)
}

/// Does what is asked, and says how the organization stands afterwards. Never asked by anybody but an operator.
pub async fn answer(directory: &Directory, limits: &Limits, ask: Ask) -> Result<Standing, Failure> {
    let missing = |failure: Failure| match failure.code {
        Code::NotFound => Failure::because(Code::NotFound, "there is no organization with this id"),
        _ => failure,
    };
    let org = ask.org;
    let mut standing = directory.organization_now(org).await.map_err(missing)?;
    if !ask.changes.is_empty() {
        let mut plan = standing.state.plan().clone();
        ask.changes.into_iter().for_each(|change| change.make(&mut plan));
        let request = CommandRequest {
            topic: org.into(),
            // Of no account: the server's own.
            principal: Principal::System(AccountId::NIL),
            session: None,
            key: None,
            body: ChangePlan { plan }.into(),
            saw: Saw::default(),
        };
        let done = directory.command(request).await?;
        tracing::info!(%org, seq = done.seq, "an operator changed a plan");
        standing = directory.organization_at(org, done.seq).await?;
    }
    let state = &standing.state;
    Ok(Standing {
        org,
        name: state.name().to_owned(),
        plan: state.plan().clone(),
        members: state.member_count(),
        members_max: state.members_max(limits),
        boards: state.board_count(),
        boards_max: state.boards_max(limits),
    })
}
