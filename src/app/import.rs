//! `lockstep import`: through this process when the data is free, through the running server when it is not.

use lockstep_domain::Principal;
use lockstep_protocol::{
    codes::{Code, Failure},
    command::{Command, account::RegisterAccount, organization::AddMember},
    frame::Acknowledged,
    ids::{AccountId, ClientId, OrgId},
    limits::Limits,
    position::Bookmark,
    topic::{Kind, Topic},
    values::OrgRole,
};

use super::engine::{Engine, StartError};
use crate::{
    actors::{CommandKey, CommandRequest, Saw},
    config::ImportFlags,
    import::{self, Commands, Outcome, Remote},
    store::{StoreError, projections::OrganizationRow},
};

/// Imports as the flags say.
pub async fn trello(flags: &ImportFlags) -> Result<Outcome, StartError> {
    if let Some(url) = &flags.url {
        return through_server(flags, url).await;
    }
    let engine = match Engine::alone(&flags.store, Limits::default()).await {
        Err(StartError::Store(StoreError::Locked(folder))) => {
            return Err(StartError::Other(format!(
                "the data folder {folder} is in use by a running server: import through it with --url (and --email, and the \
                 password in LOCKSTEP_PASSWORD)"
            )));
        }
        other => other?,
    };
    let outcome = here(&engine, flags).await;
    engine.stop().await;
    outcome
}

async fn here(engine: &Engine, flags: &ImportFlags) -> Result<Outcome, StartError> {
    let importer = importer(engine, flags.email.as_deref()).await?;
    let orgs = engine.store.projections().organizations_of(importer).await?;
    let org_id = choose(&orgs, flags.organization.as_deref())?;
    let here = Here { engine, importer, org_id };
    import::import_trello(&flags.file, org_id, &here).await.map_err(|error| StartError::Other(error.to_string()))
}

async fn importer(engine: &Engine, email: Option<&str>) -> Result<AccountId, StartError> {
    let found = match email {
        Some(email) => engine.store.accounts().find_by_email(&email.trim().to_lowercase()).await?,
        None => engine.store.accounts().first().await?,
    };
    let missing = "there is no such account: start the server once and register, or name another with --email";
    found.map(|account| account.id).ok_or_else(|| StartError::Other(missing.into()))
}

/// By name or id; without either, the first that is not somebody's personal one.
fn choose(orgs: &[OrganizationRow], wanted: Option<&str>) -> Result<OrgId, StartError> {
    let found = match wanted {
        Some(wanted) => orgs.iter().find(|org| org.name == wanted || org.org.to_string() == wanted),
        None => orgs.iter().find(|org| org.name != "Personal").or_else(|| orgs.first()),
    };
    let names = || orgs.iter().map(|org| org.name.as_str()).collect::<Vec<_>>().join(", ");
    found.map(|org| org.org).ok_or_else(|| StartError::Other(format!("no such organization; there is: {}", names())))
}

/// This process's own directory.
struct Here<'a> {
    engine: &'a Engine,
    importer: AccountId,
    org_id: OrgId,
}

impl Here<'_> {
    async fn ask(
        &self,
        topic: Topic,
        principal: Principal,
        body: Command,
        key: Option<CommandKey>,
    ) -> Result<Acknowledged, Failure> {
        let request = CommandRequest { topic, principal, session: None, key, body, saw: Saw::default() };
        self.engine.directory.command(request).await
    }
}

impl Commands for Here<'_> {
    async fn send(
        &self,
        topic: Topic,
        body: Command,
        client_id: ClientId,
        client_seq: u64,
    ) -> Result<Acknowledged, Failure> {
        let key = Some(CommandKey { client_id, client_seq });
        self.ask(topic, Principal::Account(self.importer), body, key).await
    }

    async fn placeholder(&self, account_id: AccountId, name: &str) -> Result<(), Failure> {
        let at = self.engine.clock.now();
        let stored = self.engine.store.accounts().create_placeholder(account_id, self.org_id, name, at).await;
        stored.map_err(|_| Failure::new(Code::Unavailable))?;
        let unless_there = |answer: Result<Acknowledged, Failure>| match answer {
            Err(failure) if failure.code != Code::AlreadyExists => Err(failure),
            _ => Ok(()),
        };
        let register = RegisterAccount { placeholder: true }.into();
        unless_there(self.ask(account_id.into(), Principal::System(account_id), register, None).await)?;
        let org = self.engine.directory.organization(self.org_id).await?;
        if org.state.resolve(account_id) != account_id || org.state.role(account_id).is_some() {
            return Ok(());
        }
        let add = AddMember { account_id, role: OrgRole::Guest, placeholder: true, service: false }.into();
        // Only the server itself may add a placeholder: the name it stands for was checked here.
        unless_there(self.ask(self.org_id.into(), Principal::System(self.importer), add, None).await)
    }

    async fn head(&self, topic: Topic) -> Result<Option<Bookmark>, Failure> {
        let Kind::Board = topic.kind else { return Ok(None) };
        match self.engine.directory.board(topic.id.into()).await {
            Ok(published) => Ok(Some(published.bookmark)),
            Err(failure) if failure.code == Code::NotFound => Ok(None),
            Err(failure) => Err(failure),
        }
    }
}

async fn through_server(flags: &ImportFlags, url: &str) -> Result<Outcome, StartError> {
    let (Some(email), Some(password)) = (&flags.email, &flags.password) else {
        return Err(StartError::Other("--url needs --email, and the password in LOCKSTEP_PASSWORD".into()));
    };
    let remote = Remote::log_in(url, email, password, flags.organization.as_deref()).await?;
    import::import_trello(&flags.file, remote.org_id(), &remote)
        .await
        .map_err(|error| StartError::Other(error.to_string()))
}
