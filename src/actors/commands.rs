//! A command's way through the directory to its aggregate, and back with the answer.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use lockstep_domain::{
    Aggregate, Channel, Inbox, Principal,
    access::{self, Capability},
    account::Account,
    board::{Board, Past},
    channel::Recalled,
    organization::Organization,
    team::Team,
};
use lockstep_protocol::{
    codes::{Code, Failure},
    command::{
        BoardCommand, ChannelCommand, Command, OrganizationCommand, TeamCommand,
        organization::{ReleaseBoard, ReleaseChannel, ReleaseTeam, ReserveBoard, ReserveChannel, ReserveTeam},
    },
    event::level_of,
    frame::Acknowledged,
    ids::{BoardId, ChannelId, CommitId, OrgId, TeamId},
    topic::{Kind, Topic},
    values::{ChannelKind, Scope},
};
use tokio::sync::oneshot;

use super::Saw;
use super::{
    beside::{self, Beside},
    directory::{CommandRequest, Directory},
    encode,
    facts::AccountFacts,
    hand_in::HandIn,
    handle::Kinded,
    shell::{self, Message, Pending},
};

/// How often a message is read for a command before whoever asks is told to ask again.
const RECALLS_MAX: u64 = 8;

/// Before a command is handed in anew. Never nothing: the actor that ended gets to say so.
async fn pause(duration: Duration) {
    if duration.is_zero() {
        tokio::task::yield_now().await;
    } else {
        tokio::time::sleep(duration).await;
    }
}

/// What is wrong is said in the words of the command that was asked.
fn no_org(failure: Failure) -> Failure {
    match failure.code {
        Code::NotFound => Failure::new(Code::NotFound).field("org_id"),
        _ => failure,
    }
}

/// A token opens what its scopes say: also what a command that goes back comes to.
fn check_scopes(account: Option<&AccountFacts>, body: &Command, past: Option<&Past>) -> Result<(), Failure> {
    let Some(account) = account else { return Ok(()) };
    let grant = account.grant()?;
    grant.permit_command(body)?;
    if past.is_some_and(Past::manages) { grant.permit(&[Scope::Admin]) } else { Ok(()) }
}

/// Ids of version 8 follow from what they are of: somebody who took one for something else would keep it from those whose it is. Nobody
/// chooses one but the server; that of a direct talk is checked where it is begun.
fn check_id(request: &CommandRequest) -> Result<(), Failure> {
    let founds = match &request.body {
        Command::Organization(command) => matches!(command, OrganizationCommand::CreateOrganization(_)),
        Command::Team(command) => matches!(command, TeamCommand::CreateTeam(_)),
        Command::Board(command) => matches!(command, BoardCommand::CreateBoard(_)),
        Command::Channel(ChannelCommand::CreateChannel(create)) => create.kind != ChannelKind::Direct,
        Command::Channel(_) | Command::Account(_) | Command::Inbox(_) => false,
    };
    let chosen = matches!(request.principal, Principal::Account(_));
    if founds && chosen && request.topic.id.get_version_num() == 8 {
        let says = "Ids of version 8 are the server's to give; choose one of version 4 or 7.";
        return Err(Failure::because(Code::FieldInvalid, says).field("topic"));
    }
    Ok(())
}

/// What a command is decided with besides the state of its aggregate.
#[derive(Clone, Default)]
struct Brought {
    /// Where it goes back to.
    past: Option<Arc<Past>>,
    /// The other board that it changes; such a command is appended by itself.
    beside: Option<Arc<Beside>>,
    /// What the state holds no more.
    recalled: Option<Arc<Recalled>>,
}

/// What is kept for something before it is founded.
struct Place {
    org: OrgId,
    capability: Capability,
    reserve: Command,
    release: Command,
    /// Of its taking.
    event: &'static str,
}

impl Place {
    /// `None` where nothing is founded that takes a place.
    fn of(request: &CommandRequest) -> Option<Self> {
        let id = request.topic.id;
        match &request.body {
            Command::Board(BoardCommand::CreateBoard(create)) => Some(Self {
                org: create.org_id,
                capability: Capability::FoundBoard,
                reserve: ReserveBoard { board_id: BoardId(id) }.into(),
                release: ReleaseBoard { board_id: BoardId(id) }.into(),
                event: "organization.board.reserved",
            }),
            Command::Team(TeamCommand::CreateTeam(create)) => Some(Self {
                org: create.org_id,
                capability: Capability::FoundTeam,
                reserve: ReserveTeam { team_id: TeamId(id) }.into(),
                release: ReleaseTeam { team_id: TeamId(id) }.into(),
                event: "organization.team.reserved",
            }),
            // A direct talk takes none: there is one for those people, whoever begins it.
            Command::Channel(ChannelCommand::CreateChannel(create)) if create.kind != ChannelKind::Direct => {
                Some(Self {
                    org: create.org_id,
                    capability: Capability::FoundChannel,
                    reserve: ReserveChannel { channel_id: ChannelId(id) }.into(),
                    release: ReleaseChannel { channel_id: ChannelId(id) }.into(),
                    event: "organization.channel.reserved",
                })
            }
            _ => None,
        }
    }
}

impl Directory {
    /// Asks for a change. Answered when it is durable, or when it is certain that it is not.
    pub async fn command(&self, request: CommandRequest) -> Result<Acknowledged, Failure> {
        crate::steps::step();
        if request.body.kind() != request.topic.kind {
            return Err(Failure::new(Code::WrongTopic));
        }
        check_id(&request)?;
        match request.topic.kind {
            Kind::Organization => self.command_of::<Organization>(request, None).await,
            Kind::Team => {
                self.check_default_board(&request).await?;
                self.found::<Team>(request).await
            }
            Kind::Board => {
                let past = self.past_of(&request).await?;
                match Place::of(&request) {
                    Some(_) => self.found::<Board>(request).await,
                    None => self.command_of::<Board>(request, past).await,
                }
            }
            Kind::Account => self.command_of::<Account>(request, None).await,
            Kind::Inbox => self.command_of::<Inbox>(request, None).await,
            Kind::Channel => match Place::of(&request) {
                Some(_) => self.found::<Channel>(request).await,
                None => self.about_channel(request).await,
            },
        }
    }

    /// A command of a channel. What is read for it out of the journal may be forgotten by the state meanwhile, or too old for it: then it is
    /// read again.
    async fn about_channel(&self, request: CommandRequest) -> Result<Acknowledged, Failure> {
        self.pulse().open()?;
        let mut tries = 0;
        loop {
            let recalled = self.recalled(&request).await?;
            let brought = Brought { recalled, ..Brought::default() };
            match self.hand_in::<Channel>(request.clone(), brought).await {
                Err(failure) if failure.code == Code::Contended && tries < RECALLS_MAX => {
                    tries += 1;
                    pause(Duration::from_millis(tries)).await;
                }
                answer => return answer,
            }
        }
    }

    /// The default board of a team is one of its boards that the asker may see; a team does not know its boards.
    async fn check_default_board(&self, request: &CommandRequest) -> Result<(), Failure> {
        let Command::Team(TeamCommand::UpdateTeamSettings(settings)) = &request.body else { return Ok(()) };
        let Some(board_id) = settings.default_board_id else { return Ok(()) };
        let team_id = TeamId(request.topic.id);
        let missing = || Failure::new(Code::NotFound);
        let org_id = self.team(team_id).await?.state.org_id(team_id.0);
        let (org, team) = (self.organization(org_id).await?, self.team(team_id).await?);
        // Whoever may not see the team learns nothing of boards.
        team.state.audience(team_id.0, request.principal, Some(&org.state), None).ok_or_else(missing)?;
        let named = || missing().field("default_board_id");
        let board = self.board(board_id).await.map_err(|failure| match failure.code {
            Code::NotFound => named(),
            _ => failure,
        })?;
        let of_team = board.state.team_id() == Some(team_id);
        let seen = board.state.audience(board_id.0, request.principal, Some(&org.state), Some(&team.state));
        if of_team && seen.is_some() { Ok(()) } else { Err(named()) }
    }

    /// Founds a board or a team in a place that its organization keeps for it: how many there are is decided there, however many are
    /// founded at once. One that is refused gives its place back, if it was taken for it.
    async fn found<A: Kinded>(&self, request: CommandRequest) -> Result<Acknowledged, Failure> {
        let Some(place) = Place::of(&request) else { return self.command_of::<A>(request, None).await };
        if self.common_level().load(Ordering::Relaxed) < level_of(place.event) {
            // A node that runs would not understand it.
            return self.command_of::<A>(request, None).await;
        }
        self.may_found(&request, &place).await?;
        let founder = request.principal.account().ok_or_else(|| Failure::new(Code::Unauthenticated))?;
        let (topic, principal) = (Topic::from(place.org), Principal::System(founder));
        let ask = |body: Command| CommandRequest {
            topic,
            principal,
            session: request.session,
            key: None,
            body,
            saw: Saw::default(),
        };
        let reserved = self.command_of::<Organization>(ask(place.reserve), None).await.map_err(no_org)?;
        let founded = self.command_of::<A>(request.clone(), None).await;
        // Anything temporary may be founded all the same: asked again it finds its place.
        let refused = founded.as_ref().is_err_and(|failure| !failure.temporary && failure.code != Code::Internal);
        if refused
            && reserved.position.is_some()
            && let Err(failure) = self.command_of::<Organization>(ask(place.release), None).await
        {
            tracing::warn!(topic = %request.topic, %failure, "the place of what was refused stays taken");
        }
        founded
    }

    /// Places are for those alone who may found it, as far as the organization says: nobody else takes one.
    async fn may_found(&self, request: &CommandRequest, place: &Place) -> Result<(), Failure> {
        if let Some(account) = self.account_facts(request.topic, request.principal, request.session).await? {
            account.grant()?.permit_command(&request.body)?;
        }
        let org = self.organization(place.org).await.map_err(no_org)?;
        match request.principal {
            Principal::Account(account) => {
                let role = access::org_role(&org.state, account);
                let role = role.ok_or_else(|| no_org(Failure::new(Code::NotFound)))?;
                access::demand(role, place.capability)
            }
            Principal::System(_) | Principal::Public | Principal::Link(_) => Ok(()),
        }
    }

    /// The facts of an account that was loaded anew since.
    async fn renew(&self, account: Option<&mut AccountFacts>) -> Result<(), Failure> {
        if let Some(facts) = account.filter(|facts| facts.ended()) {
            facts.reader = self.handle::<Account>(facts.account.0).await?.reader.clone();
        }
        Ok(())
    }

    /// `past`: where it goes back to, for a command that does so.
    async fn command_of<A: Kinded>(
        &self,
        request: CommandRequest,
        past: Option<Arc<Past>>,
    ) -> Result<Acknowledged, Failure> {
        self.pulse().open()?;
        if !beside::concerns(&request.body, past.as_deref()) {
            return self.hand_in::<A>(request, Brought { past, ..Brought::default() }).await;
        }
        let mut moved = 0;
        loop {
            let beside = self.beside(&request, past.as_deref(), moved > 0).await?;
            let other = beside.as_ref().map(|beside| beside.topic);
            let brought = Brought { past: past.clone(), beside, recalled: None };
            match self.hand_in::<A>(request.clone(), brought).await {
                Err(failure) if failure.code == Code::Contended && moved < beside::MOVED_MAX => {
                    moved += 1;
                    pause(Duration::from_millis(u64::from(moved))).await;
                }
                answer => {
                    // Whoever asked reads there at once what they were told has happened.
                    if let (Ok(_), Some(other)) = (&answer, other) {
                        self.refresh::<Board>(other.id).await;
                    }
                    return answer;
                }
            }
        }
    }

    async fn hand_in<A: Kinded>(&self, request: CommandRequest, brought: Brought) -> Result<Acknowledged, Failure> {
        let CommandRequest { topic, principal, session, key, body, saw } = request;
        let Brought { past, beside, recalled } = brought;
        let hash = key.map(|_| encode::body_hash(topic, &body)).unwrap_or_default();
        let mut account = self.account_facts(topic, principal, session).await?;
        check_scopes(account.as_ref(), &body, past.as_deref())?;
        let command = A::own_command(body).ok_or_else(|| Failure::new(Code::WrongTopic))?;
        let commit = CommitId(self.services().clock.fresh_id());
        let mut hand_in = HandIn::new(key.is_some());
        loop {
            if let Err(failure) = self.renew(account.as_mut()).await {
                pause(hand_in.refused(failure)?).await;
                continue;
            }
            let handle = match self.handle_for::<A>(topic, &command).await.and_then(|handle| {
                self.pulse().open()?;
                Ok(handle)
            }) {
                Ok(handle) => handle,
                Err(failure) => {
                    pause(hand_in.refused(failure)?).await;
                    continue;
                }
            };
            let permit = match handle.permits.clone().try_acquire_owned() {
                Ok(permit) => permit,
                // It is about to end: the next look waits for its successor.
                Err(_) if handle.vitals.leaving() => {
                    pause(hand_in.not_taken()?).await;
                    continue;
                }
                Err(_) => {
                    pause(hand_in.refused(Failure::new(Code::Busy).retry_after_ms(50))?).await;
                    continue;
                }
            };
            let (reply, answer) = oneshot::channel();
            let pending = Pending {
                command: command.clone(),
                principal,
                account: account.clone(),
                origin: key.map(|key| shell::origin(key.client_id, key.client_seq, hash)),
                saw,
                past: past.clone(),
                recalled: recalled.clone(),
                beside: beside.clone(),
                commit,
                reply,
                permit,
                conflicts: 0,
                alone: beside.is_some(),
                unsettled: hand_in.unsettled(handle.reader.borrow().bookmark.seq),
                looked: false,
            };
            if !handle.send_or_outlive(Message::Command(Box::new(pending))).await {
                pause(hand_in.not_taken()?).await;
                continue;
            }
            match answer.await {
                Ok(answer) => return answer,
                Err(_) => pause(hand_in.lost()?).await,
            }
        }
    }
}
