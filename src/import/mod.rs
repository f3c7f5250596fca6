//! Imports: a board's export becomes a board. The mapping is the crate `lockstep-trello`; here its steps are taken, in order, through
//! [`Commands`], which stands for this process's directory or for a running server. This room must never reach the journal, nor know
//! which of the two it speaks to.
//!
//! Running an import again changes nothing: ids and keys come from the export's bytes, so each step finds its own earlier answer. Runs
//! that were cut off go on where they ended in the same way.

mod outcome;
mod remote;
#[cfg(test)]
mod tests;

use std::{
    future::Future,
    path::{Path, PathBuf},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use lockstep_protocol::{
    codes::{Code, Failure},
    command::{BoardCommand, Command},
    frame::Acknowledged,
    ids::{AccountId, ClientId, OrgId},
    position::Bookmark,
    topic::Topic,
};
use lockstep_trello::{
    export::{EXPORT_BYTES_MAX, ReadError},
    plan::{Plan, plan},
};
pub use outcome::Outcome;
pub use remote::Remote;

/// Where an import's changes go.
pub trait Commands: Sync {
    /// Asks for a change in the name of whoever imports. `client_id` and `client_seq` make it idempotent: the same again gets the
    /// original answer.
    fn send(
        &self,
        topic: Topic,
        body: Command,
        client_id: ClientId,
        client_seq: u64,
    ) -> impl Future<Output = Result<Acknowledged, Failure>> + Send;

    /// Makes sure that this account exists as a placeholder of that name, and is a guest of the organization. Doing it again, also
    /// after the placeholder was claimed, changes nothing.
    fn placeholder(&self, account_id: AccountId, name: &str) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Where the topic stands; `None` when there is no such thing.
    fn head(&self, topic: Topic) -> impl Future<Output = Result<Option<Bookmark>, Failure>> + Send;
}

/// Why an import could not be made. What single steps were refused is in the [`Outcome`] instead.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("cannot read {path}: {error}")]
    File { path: PathBuf, error: std::io::Error },
    #[error(transparent)]
    Export(#[from] ReadError),
    #[error("{doing}: {failure}")]
    Refused { doing: &'static str, failure: Failure },
}

/// How often a temporary refusal is tried again, and how long in between, growing from try to try.
const TRIES_MAX: u32 = 8;
const PAUSE_MS: u64 = 50;

/// Imports the Trello export in this file into an organization.
pub async fn import_trello(file: &Path, org_id: OrgId, commands: &impl Commands) -> Result<Outcome, ImportError> {
    let unreadable = |error| ImportError::File { path: file.to_owned(), error };
    let bytes = tokio::fs::metadata(file).await.map_err(unreadable)?.len();
    let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
    if bytes > EXPORT_BYTES_MAX {
        return Err(ReadError::TooLarge { bytes }.into());
    }
    let bytes = tokio::fs::read(file).await.map_err(unreadable)?;
    import(plan(&bytes, org_id)?, commands).await
}

/// Takes a plan's steps.
pub async fn import(plan: Plan, commands: &impl Commands) -> Result<Outcome, ImportError> {
    let topic = Topic::from(plan.board_id);
    let refused = |doing| move |failure| ImportError::Refused { doing, failure };
    let before = commands.head(topic).await.map_err(refused("looking for the board"))?;
    let bar = progress_bar(plan.people.len() + plan.steps.len());
    for person in &plan.people {
        bar.set_message("members");
        trying(|| commands.placeholder(person.account_id, &person.name))
            .await
            .map_err(refused("adding a placeholder"))?;
        bar.inc(1);
    }
    let mut outcome = Outcome::new(plan.board_id, plan.board_name, plan.report);
    for (client_seq, step) in (1..).zip(plan.steps) {
        bar.set_message(step.about);
        let founding = matches!(step.command, BoardCommand::CreateBoard(_));
        let creates = creates(&step.command);
        let body = Command::Board(step.command);
        let answer = trying(|| commands.send(topic, body.clone(), plan.client_id, client_seq)).await;
        match answer {
            Ok(_) => outcome.taken += 1,
            // Another run, perhaps of a newer export or by somebody else, has made it.
            Err(failure) if creates && failure.code == Code::AlreadyExists => outcome.found += 1,
            Err(failure) if founding || failure.code.number() >= 200 => {
                bar.abandon();
                return Err(ImportError::Refused { doing: step.about, failure });
            }
            Err(failure) => outcome.refuse(&body, &failure),
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    let after = commands.head(topic).await.map_err(refused("reading the board"))?;
    outcome.changed = before != after;
    Ok(outcome)
}

/// Whether the command names something new, so that finding it there means an earlier run made it.
fn creates(command: &BoardCommand) -> bool {
    matches!(
        command,
        BoardCommand::CreateBoard(_)
            | BoardCommand::CreateColumn(_)
            | BoardCommand::CreateLabel(_)
            | BoardCommand::CreateTask(_)
            | BoardCommand::CreateChecklist(_)
            | BoardCommand::AddChecklistItem(_)
            | BoardCommand::AddComment(_)
    )
}

/// Tries again what was refused only for the moment.
async fn trying<T, F: Future<Output = Result<T, Failure>>>(mut attempt: impl FnMut() -> F) -> Result<T, Failure> {
    let mut tries = 0;
    loop {
        match attempt().await {
            Err(failure) if failure.temporary && tries < TRIES_MAX => {
                let pause_ms = failure.retry_after_ms.map_or(PAUSE_MS << tries, u64::from);
                tokio::time::sleep(Duration::from_millis(pause_ms)).await;
                // Whoever is told to go slower is not failing: the others of this import have their turns meanwhile.
                tries += u32::from(failure.code != Code::RateLimited);
            }
            answer => return answer,
        }
    }
}

/// On the terminal, where there is one.
fn progress_bar(steps: usize) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(steps as u64), ProgressDrawTarget::stderr());
    match ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}, {elapsed} of about {duration}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
