//! What follows when somebody loses a place: in an organization, in a team, or the team itself. Each step reads the live state, caught up
//! with the journal, and asks only for what is still to be done.

use lockstep_domain::{Aggregate, Principal, access::may_see_board, organization::Organization, team::Team};
use lockstep_protocol::{
    codes::{Code, Failure},
    command::{
        Command,
        account::DeleteAccount,
        board::{RemoveBoardMember, SetBoardMember},
        channel::RemoveChannelMember,
        organization::{ReleaseChannel, ReleaseTeam},
        task::ReassignTasks,
        team::RemoveTeamMember,
    },
    ids::{AccountId, BoardId, ChannelId, OrgId, TeamId},
    topic::Topic,
    values::{BoardRole, ChannelKind, Lifecycle, OrgRole, Reassign, TeamRole},
};
use uuid::Uuid;

use super::Runner;
use crate::actors::Saw;
use crate::{
    actors::CommandRequest,
    auth::{
        letters::Addressee,
        service::{derived_id, stored},
    },
    letters::Letter,
};

/// Rows of a list read at once.
const PAGE: u32 = 200;

pub(super) async fn member_removed(
    runner: &Runner,
    process: Uuid,
    org: OrgId,
    account: AccountId,
    by: AccountId,
    reassign: Reassign,
) -> Result<(), Failure> {
    let state = organization(runner, org).await?;
    // Let in again meanwhile: what they have now is theirs.
    let Some(state) = state.filter(|state| state.role(account).is_none()) else { return Ok(()) };
    if is_program(runner, org, account).await? {
        // It was nothing but a member here; its tokens end with it.
        settled(ask(runner, by, account, DeleteAccount {}).await)?;
    }
    let gone = Gone { runner, org: &state, org_id: org, account, by, reassign, all: true };
    gone.leave_teams().await?;
    for board in boards(runner, org).await? {
        gone.leave_board(board).await?;
    }
    gone.leave_channels().await?;
    runner.store.members().forget(org, account).await.map_err(stored)?;
    goodbye(runner, process, (org, state.name()), account).await
}

/// Whether the account is a program that this organization made.
async fn is_program(runner: &Runner, org: OrgId, account: AccountId) -> Result<bool, Failure> {
    let profile = runner.store.accounts().profile(account).await.map_err(stored)?;
    Ok(profile.is_some_and(|profile| profile.org == Some(org) && !profile.placeholder))
}

pub(super) async fn role_lowered(
    runner: &Runner,
    org: OrgId,
    account: AccountId,
    by: AccountId,
) -> Result<(), Failure> {
    let state = organization(runner, org).await?;
    let Some(state) = state.filter(|state| state.role(account) == Some(OrgRole::Guest)) else { return Ok(()) };
    let gone = Gone { runner, org: &state, org_id: org, account, by, reassign: Reassign::Nobody, all: false };
    gone.leave_teams().await?;
    for board in boards(runner, org).await? {
        gone.leave_board(board).await?;
    }
    Ok(())
}

pub(super) async fn team_member_removed(
    runner: &Runner,
    org: OrgId,
    team: TeamId,
    account: AccountId,
    by: AccountId,
) -> Result<(), Failure> {
    let state = organization(runner, org).await?;
    // Of one who left the organization too, the tasks go where its remover said: that is another process.
    let Some(state) = state.filter(|state| state.role(account).is_some()) else { return Ok(()) };
    let gone = Gone { runner, org: &state, org_id: org, account, by, reassign: Reassign::Nobody, all: false };
    for board in boards_of_team(runner, org, team).await? {
        gone.leave_board(board).await?;
    }
    Ok(())
}

pub(super) async fn team_deleted(runner: &Runner, org: OrgId, team: TeamId, by: AccountId) -> Result<(), Failure> {
    let Some(state) = organization(runner, org).await? else { return Ok(()) };
    settled(ask(runner, by, org, ReleaseTeam { team_id: team }).await)?;
    let members: Vec<AccountId> =
        runner.directory.team_now(team).await?.state.members().map(|(account, _)| account).collect();
    for board in boards_of_team(runner, org, team).await? {
        for account in members.iter().filter(|account| state.role(state.resolve(**account)).is_some()) {
            let gone = Gone {
                runner,
                org: &state,
                org_id: org,
                account: *account,
                by,
                reassign: Reassign::Nobody,
                all: false,
            };
            gone.leave_board(board).await?;
        }
    }
    Ok(())
}

pub(super) async fn channel_deleted(
    runner: &Runner,
    org: OrgId,
    channel: ChannelId,
    by: AccountId,
) -> Result<(), Failure> {
    settled(ask(runner, by, org, ReleaseChannel { channel_id: channel }).await)
}

/// Somebody who may have lost the sight of boards.
struct Gone<'a> {
    runner: &'a Runner,
    org: &'a Organization,
    org_id: OrgId,
    account: AccountId,
    by: AccountId,
    reassign: Reassign,
    /// Their own roles on boards go as well.
    all: bool,
}

impl Gone<'_> {
    async fn leave_teams(&self) -> Result<(), Failure> {
        for team in teams(self.runner, self.org_id).await? {
            let state = &self.runner.directory.team_now(team).await?.state;
            if state.is_deleted() {
                continue;
            }
            for account_id in self.org.ids_of(self.account) {
                if state.member(account_id).is_some() {
                    settled(self.ask(team, RemoveTeamMember { account_id }).await)?;
                }
            }
        }
        Ok(())
    }

    /// Takes them out of the channels that they are in, but for direct talks: those who are in one never change, and only members of the
    /// organization read it.
    async fn leave_channels(&self) -> Result<(), Failure> {
        for account_id in self.org.ids_of(self.account) {
            let rows = self.runner.store.projections().channels_of(account_id, self.org_id).await.map_err(stored)?;
            for row in rows.iter().map(|own| &own.channel).filter(|row| row.kind != ChannelKind::Direct.word()) {
                settled(self.ask(row.channel, RemoveChannelMember { account_id }).await)?;
            }
        }
        Ok(())
    }

    /// Takes their role on a board away, and their open tasks, where they may no longer see it.
    async fn leave_board(&self, board_id: BoardId) -> Result<(), Failure> {
        let board = self.runner.directory.board_now(board_id).await?;
        // One in the archive or the trash takes no changes, and shows nobody's name to anybody new.
        if board.state.lifecycle() != Some(Lifecycle::Active) {
            return Ok(());
        }
        let team = match board.state.team_id() {
            Some(team) => Some(self.runner.directory.team_now(team).await?),
            None => None,
        };
        let team = team.as_ref().map(|team| &team.state);
        if self.all {
            for account_id in self.org.ids_of(self.account) {
                if board.state.member(account_id).is_some() {
                    self.leave_membership(board_id, account_id, team).await?;
                }
            }
        } else if may_see_board(&board.state, self.account, self.org, team) {
            return Ok(());
        }
        let sees = |account: &AccountId| may_see_board(&board.state, *account, self.org, team);
        let to_id = match self.reassign {
            Reassign::Nobody => None,
            Reassign::Lead => lead(team).filter(sees),
            Reassign::Member { account_id } => Some(account_id).filter(sees),
        };
        // Some at a time, until none is left: each answer is of a state that holds what was done before.
        while has_open_tasks(self, board_id).await? {
            // A refusal is no end of it: the board or the other's sight of it changed meanwhile, and the process looks anew.
            self.ask(board_id, ReassignTasks { from_id: self.account, to_id }).await?;
        }
        Ok(())
    }

    /// A board keeps an owner of its own: before its last one goes another is made.
    async fn leave_membership(
        &self,
        board_id: BoardId,
        account_id: AccountId,
        team: Option<&Team>,
    ) -> Result<(), Failure> {
        match self.ask(board_id, RemoveBoardMember { account_id }).await {
            Err(failure) if failure.code == Code::LastOwner => {}
            outcome => return settled(outcome),
        }
        let chosen = match self.reassign {
            Reassign::Member { account_id } => Some(account_id),
            Reassign::Lead => lead(team),
            Reassign::Nobody => None,
        };
        let fit = |account: &AccountId| {
            let role = self.org.role(*account);
            role.is_some_and(|role| role != OrgRole::Guest) && self.org.is_person(*account)
        };
        let owners = self.org.members().filter(|(_, role)| *role == OrgRole::Owner).map(|(account, _)| account);
        let heir = chosen.into_iter().chain([self.by]).chain(owners).find(fit);
        // An organization always has an owner.
        let Some(account_id) = heir else { return Err(Failure::new(Code::LastOwner)) };
        settled(self.ask(board_id, SetBoardMember { account_id, role: BoardRole::Owner }).await)?;
        settled(self.ask(board_id, RemoveBoardMember { account_id: self.account }).await)
    }

    async fn ask(&self, topic: impl Into<Topic>, body: impl Into<Command>) -> Result<(), Failure> {
        ask(self.runner, self.by, topic, body).await
    }
}

/// In the name of whoever began it, by the server itself.
pub(super) async fn ask(
    runner: &Runner,
    by: AccountId,
    topic: impl Into<Topic>,
    body: impl Into<Command>,
) -> Result<(), Failure> {
    let request = CommandRequest {
        topic: topic.into(),
        principal: Principal::System(by),
        session: None,
        key: None,
        body: body.into(),
        saw: Saw::default(),
    };
    runner.directory.command(request).await.map(|_| ())
}

/// What is gone already, somebody else has done; what is put away nobody sees, and is left as it is.
pub(super) fn settled(outcome: Result<(), Failure>) -> Result<(), Failure> {
    match outcome {
        Err(failure) if matches!(failure.code, Code::NotFound | Code::WrongState) => Ok(()),
        outcome => outcome,
    }
}

async fn has_open_tasks(gone: &Gone<'_>, board: BoardId) -> Result<bool, Failure> {
    let board = gone.runner.directory.board_now(board).await?;
    let person = gone.org.resolve(gone.account);
    let open = |task: &lockstep_domain::board::Task| {
        task.lifecycle == Lifecycle::Active
            && task.completed_at.is_none()
            && task.assignees.iter().any(|assignee| gone.org.resolve(*assignee) == person)
    };
    Ok(board.state.tasks().any(|(_, task)| open(task)))
}

/// The first lead of a team.
fn lead(team: Option<&Team>) -> Option<AccountId> {
    let team = team.filter(|team| !team.is_deleted())?;
    team.members().find(|(_, role)| *role == TeamRole::Lead).map(|(account, _)| account)
}

/// The organization as it is; `None` where there is none any more.
pub(super) async fn organization(runner: &Runner, org: OrgId) -> Result<Option<Organization>, Failure> {
    match runner.directory.organization_now(org).await {
        Ok(published) => Ok(Some(published.state.clone())),
        Err(failure) if failure.code == Code::NotFound => Ok(None),
        Err(failure) => Err(failure),
    }
}

async fn teams(runner: &Runner, org: OrgId) -> Result<Vec<TeamId>, Failure> {
    let mut teams = Vec::new();
    loop {
        let page = runner.store.projections().teams_of(org, teams.last().copied(), PAGE).await.map_err(stored)?;
        let last = page.len() < PAGE as usize;
        teams.extend(page.into_iter().map(|row| row.team));
        if last {
            return Ok(teams);
        }
    }
}

async fn boards(runner: &Runner, org: OrgId) -> Result<Vec<BoardId>, Failure> {
    Ok(board_rows(runner, org).await?.into_iter().map(|(board, _)| board).collect())
}

async fn boards_of_team(runner: &Runner, org: OrgId, team: TeamId) -> Result<Vec<BoardId>, Failure> {
    let rows = board_rows(runner, org).await?;
    Ok(rows.into_iter().filter(|(_, own)| *own == Some(team)).map(|(board, _)| board).collect())
}

async fn board_rows(runner: &Runner, org: OrgId) -> Result<Vec<(BoardId, Option<TeamId>)>, Failure> {
    let mut boards: Vec<(BoardId, Option<TeamId>)> = Vec::new();
    loop {
        let after = boards.last().map(|(board, _)| *board);
        let page = runner.store.projections().boards_of(org, after, PAGE).await.map_err(stored)?;
        let last = page.len() < PAGE as usize;
        boards.extend(page.into_iter().map(|row| (row.board, row.team)));
        if last {
            return Ok(boards);
        }
    }
}

/// The goodbye, once, to somebody who has an address.
async fn goodbye(
    runner: &Runner,
    process: Uuid,
    (org, organization): (OrgId, &str),
    account: AccountId,
) -> Result<(), Failure> {
    // Whoever deleted their account is told so, once, by what follows from that; no address of theirs is written down after it.
    match runner.directory.account_now(account).await {
        Ok(known) if known.state.is_deleted() => return Ok(()),
        Err(failure) if failure.code != Code::NotFound => return Err(failure),
        _ => {}
    }
    let accounts = runner.store.accounts();
    let address = accounts.find(account).await.map_err(stored)?.and_then(|account| account.email);
    let profile = accounts.profile(account).await.map_err(stored)?;
    let (Some(address), Some(profile)) = (address, profile) else { return Ok(()) };
    let to = Addressee { account: Some(account), address, locale: profile.locale };
    let letter = Letter::Goodbye { org: Some(org.0), name: profile.name, organization: organization.to_owned() };
    runner.scribe.queue(derived_id("lockstep goodbye", &[process.as_bytes()]), &to, &letter).await
}
