//! An account: its sessions, its tokens for programs, and which second factors it has. Names, addresses and passwords live elsewhere.
//! Must never be changed by anybody but its owner and the server itself.

mod tokens;

use imbl::Vector;
use lockstep_protocol::{
    codes::{Code, Failure},
    command::{
        AccountCommand, Command,
        account::{AddFactor, OpenSession},
    },
    event::{
        AccountEvent, BoardEvent, Event, Happened,
        account::{
            UserDeleted, UserEmailVerified, UserFactorAdded, UserFactorRemoved, UserKeptChanged, UserLoggedIn,
            UserLoggedOut, UserPasswordReset, UserRegistered, UserTokenCreated, UserTokenRevoked, UserUpdated,
        },
    },
    ids::{AccountId, FactorId, LinkId, OrgId, SessionId, TeamId, TokenId},
    topic::Kind,
    values::{Audience, FactorKind, Micros, Scope},
    view::{AccountView, TimerView, ViewPart},
};
use serde::{Deserialize, Serialize};

use crate::{
    access::{self, Grant, Role, Scopes},
    aggregate::{Aggregate, Ctx, Principal},
    organization::Organization,
    refuse::{not_found, wrong_state},
    team::Team,
    timer,
};

/// With what somebody asks: a log-in, or a token for programs, which are open in the account's state or worth nothing; or a public link,
/// which is nobody's and open in the state of its board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Credential {
    Session(SessionId),
    Token(TokenId),
    Link(LinkId),
}

impl From<SessionId> for Credential {
    fn from(session: SessionId) -> Self {
        Self::Session(session)
    }
}

/// An open token for programs. What it is called lives elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Token {
    pub id: TokenId,
    pub scopes: Vec<Scope>,
    pub expires_at: Option<Micros>,
}

/// The live state of an account.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Account {
    placeholder: bool,
    /// Open sessions, oldest first.
    sessions: Vector<SessionId>,
    deleted: bool,
    /// The seqs at which the profile changed, the address was proved, and the password was reset last; 0: never.
    profile_seq: u64,
    verified_seq: u64,
    reset_seq: u64,
    /// Second factors, oldest first: for the record. Whether one counts is known where its secret is.
    factors: Vector<(FactorId, FactorKind)>,
    /// Open tokens, oldest first.
    tokens: Vector<Token>,
    /// The seq at which what the owner keeps for themselves changed last.
    #[serde(default)]
    kept_seq: Option<u64>,
    /// The timer that counts.
    #[serde(default)]
    timer: Option<TimerView>,
    access_version: u64,
}

impl Account {
    /// A stand-in that cannot log in.
    pub const fn is_placeholder(&self) -> bool {
        self.placeholder
    }

    /// Whether the session is open: a token of any other is worth nothing.
    pub fn has_session(&self, session: SessionId) -> bool {
        self.sessions.contains(&session)
    }

    /// Open sessions, oldest first.
    pub fn sessions(&self) -> impl Iterator<Item = SessionId> + '_ {
        self.sessions.iter().copied()
    }

    /// An open token.
    pub fn token(&self, id: TokenId) -> Option<&Token> {
        self.tokens.iter().find(|token| token.id == id)
    }

    /// Open tokens, oldest first.
    pub fn tokens(&self) -> impl Iterator<Item = &Token> + '_ {
        self.tokens.iter()
    }

    /// What a credential opens; `None` where it is not open itself, any more or yet.
    pub fn grant(&self, credential: Credential) -> Option<Grant> {
        match credential {
            Credential::Session(session) => self.has_session(session).then_some(Grant::Whole),
            Credential::Link(_) => None,
            Credential::Token(id) => self.token(id).map(|token| Grant::Scopes(Scopes::of(&token.scopes))),
        }
    }

    /// The timer that counts.
    pub const fn timer(&self) -> Option<&TimerView> {
        self.timer.as_ref()
    }

    /// The seq at which the profile changed last: whoever keeps a name reads it again when it is another.
    pub const fn profile_seq(&self) -> u64 {
        self.profile_seq
    }

    /// Whether an address was ever proved to be the owner's.
    pub const fn is_verified(&self) -> bool {
        self.verified_seq > 0
    }

    /// The seq at which the password was last set by mail.
    pub const fn reset_seq(&self) -> u64 {
        self.reset_seq
    }

    /// Deleted for good: it cannot log in any more.
    pub const fn is_deleted(&self) -> bool {
        self.deleted
    }

    /// Events that end every token.
    fn revoke_all(&self) -> impl Iterator<Item = AccountEvent> + '_ {
        self.tokens().map(|token| UserTokenRevoked { token_id: token.id }.into())
    }

    /// Events that end every session but `except`.
    fn close_all(&self, except: Option<SessionId>) -> impl Iterator<Item = AccountEvent> + '_ {
        let closed = self.sessions().filter(move |session| except != Some(*session));
        closed.map(|session_id| UserLoggedOut { session_id }.into())
    }

    /// Second factors, oldest first.
    pub fn factors(&self) -> impl Iterator<Item = (FactorId, FactorKind)> + '_ {
        self.factors.iter().copied()
    }

    fn factor(&self, id: FactorId) -> Option<FactorKind> {
        self.factors().find(|(factor, _)| *factor == id).map(|(_, kind)| kind)
    }

    fn add_factor(&self, command: &AddFactor) -> Result<Vec<AccountEvent>, Failure> {
        if self.placeholder {
            return Err(wrong_state("A placeholder cannot log in."));
        }
        // Recorded again by one who was cut off.
        if self.factor(command.factor_id).is_some() {
            return Ok(vec![]);
        }
        Ok(vec![UserFactorAdded { factor_id: command.factor_id, kind: command.kind }.into()])
    }

    fn open(&self, command: &OpenSession, ctx: &Ctx<'_>) -> Result<Vec<AccountEvent>, Failure> {
        if self.placeholder {
            return Err(wrong_state("A placeholder cannot log in."));
        }
        if self.deleted {
            return Err(wrong_state("This account was deleted."));
        }
        if self.has_session(command.session_id) {
            return Ok(vec![]);
        }
        // The oldest give way, so that nobody is locked out by sessions they forgot.
        let over = (self.sessions.len() + 1).saturating_sub(ctx.limits.sessions_per_account_max);
        let closed = self.sessions().take(over).map(|session_id| UserLoggedOut { session_id }.into());
        Ok(closed.chain([UserLoggedIn { session_id: command.session_id }.into()]).collect())
    }
}

impl Aggregate for Account {
    const KIND: Kind = Kind::Account;
    const STATE_VERSION: u32 = 3;

    type Command = AccountCommand;
    type Event = AccountEvent;

    fn own_command(command: Command) -> Option<Self::Command> {
        match command {
            Command::Account(command) => Some(command),
            _ => None,
        }
    }

    fn tag(event: &Self::Event) -> &'static str {
        event.tag()
    }

    fn decide(&self, command: &Self::Command, ctx: &Ctx<'_>) -> Result<Vec<Self::Event>, Failure> {
        match ctx.principal {
            Principal::System(_) => {}
            Principal::Account(account) if account.0 == ctx.id && self.exists() => {
                access::demand(Role::Oneself, access::account(command))?;
            }
            Principal::Account(_) | Principal::Public | Principal::Link(_) => return Err(not_found()),
        }
        match command {
            AccountCommand::RegisterAccount(_) if self.exists() => Err(Failure::new(Code::AlreadyExists)),
            AccountCommand::RegisterAccount(command) => {
                Ok(vec![UserRegistered { placeholder: command.placeholder }.into()])
            }
            _ if !self.exists() => Err(not_found()),
            AccountCommand::OpenSession(command) => self.open(command, ctx),
            // Logging out twice is logging out.
            AccountCommand::CloseSession(command) if !self.has_session(command.session_id) => Ok(vec![]),
            AccountCommand::CloseSession(command) => Ok(vec![UserLoggedOut { session_id: command.session_id }.into()]),
            AccountCommand::CloseAllSessions(command) => Ok(self.close_all(command.except).collect()),
            AccountCommand::CreateToken(command) => self.create_token(command, ctx),
            // Nothing is left of it that could change.
            _ if self.deleted => Ok(vec![]),
            AccountCommand::StartTimer(_) | AccountCommand::StopTimer(_) | AccountCommand::DiscardTimer(_) => {
                timer::decide(self.timer(), command, ctx)
            }
            AccountCommand::UpdateAccount(_) => Ok(vec![UserUpdated {}.into()]),
            AccountCommand::ChangeKept(_) => Ok(vec![UserKeptChanged {}.into()]),
            AccountCommand::VerifyEmail(_) => Ok(vec![UserEmailVerified {}.into()]),
            AccountCommand::ResetPassword(_) => {
                Ok(std::iter::once(UserPasswordReset {}.into()).chain(self.close_all(None)).collect())
            }
            AccountCommand::RevokeToken(command) => {
                let open = self.token(command.token_id);
                Ok(open.map(|token| UserTokenRevoked { token_id: token.id }.into()).into_iter().collect())
            }
            AccountCommand::DeleteAccount(_) => {
                Ok(self.close_all(None).chain(self.revoke_all()).chain([UserDeleted {}.into()]).collect())
            }
            AccountCommand::AddFactor(command) => self.add_factor(command),
            AccountCommand::RemoveFactor(command) => {
                let gone = self.factor(command.factor_id);
                let gone = gone.map(|kind| UserFactorRemoved { factor_id: command.factor_id, kind }.into());
                Ok(gone.into_iter().collect())
            }
        }
    }

    fn beside(&self, command: &Self::Command, ctx: &Ctx<'_>) -> Result<Vec<BoardEvent>, Failure> {
        timer::beside(self.timer(), command, ctx)
    }

    fn evolve(&mut self, happened: &Happened<Self::Event>) {
        timer::evolve(&mut self.timer, happened);
        match &happened.event {
            AccountEvent::UserRegistered(registered) => self.placeholder = registered.placeholder,
            AccountEvent::UserLoggedIn(opened) => {
                if !self.has_session(opened.session_id) {
                    self.sessions.push_back(opened.session_id);
                }
            }
            AccountEvent::UserLoggedOut(closed) => self.sessions.retain(|session| *session != closed.session_id),
            AccountEvent::UserDeleted(_) => {
                self.deleted = true;
                self.sessions.clear();
                self.factors.clear();
                self.tokens.clear();
            }
            AccountEvent::UserUpdated(_) => self.profile_seq = happened.seq,
            AccountEvent::UserKeptChanged(_) => self.kept_seq = Some(happened.seq),
            AccountEvent::UserEmailVerified(_) => self.verified_seq = happened.seq,
            AccountEvent::UserPasswordReset(_) => self.reset_seq = happened.seq,
            AccountEvent::UserFactorAdded(added) => {
                if self.factor(added.factor_id).is_none() {
                    self.factors.push_back((added.factor_id, added.kind));
                }
            }
            AccountEvent::UserTokenCreated(created) => {
                if self.token(created.token_id).is_none() {
                    let UserTokenCreated { token_id, scopes, expires_at } = created.clone();
                    self.tokens.push_back(Token { id: token_id, scopes, expires_at });
                }
            }
            AccountEvent::UserTokenRevoked(revoked) => self.tokens.retain(|token| token.id != revoked.token_id),
            AccountEvent::UserFactorRemoved(removed) => self.factors.retain(|(id, _)| *id != removed.factor_id),
            AccountEvent::UserTimerStarted(_)
            | AccountEvent::UserTimerStopped(_)
            | AccountEvent::UserTimerDiscarded(_) => {}
        }
        if Self::changes_access(&happened.event) {
            self.access_version = happened.seq;
        }
    }

    fn exists(&self) -> bool {
        self.access_version > 0
    }

    fn org_id(&self, _id: uuid::Uuid) -> OrgId {
        OrgId::NIL
    }

    fn founding(command: &Self::Command) -> Option<(OrgId, Option<TeamId>)> {
        matches!(command, AccountCommand::RegisterAccount(_)).then_some((OrgId::NIL, None))
    }

    /// A log-in gives nothing to what is already open, so it disturbs nobody; a factor is asked for at the next log-in.
    fn changes_access(event: &Self::Event) -> bool {
        match event {
            AccountEvent::UserRegistered(_)
            | AccountEvent::UserLoggedOut(_)
            | AccountEvent::UserTokenRevoked(_)
            | AccountEvent::UserDeleted(_) => true,
            AccountEvent::UserLoggedIn(_)
            | AccountEvent::UserTokenCreated(_)
            | AccountEvent::UserUpdated(_)
            | AccountEvent::UserKeptChanged(_)
            | AccountEvent::UserEmailVerified(_)
            | AccountEvent::UserPasswordReset(_)
            | AccountEvent::UserFactorAdded(_)
            | AccountEvent::UserFactorRemoved(_)
            | AccountEvent::UserTimerStarted(_)
            | AccountEvent::UserTimerStopped(_)
            | AccountEvent::UserTimerDiscarded(_) => false,
        }
    }

    fn shows_otherwise(event: &Self::Event) -> bool {
        matches!(event, AccountEvent::UserUpdated(_))
    }

    fn access_version(&self) -> u64 {
        self.access_version
    }

    fn audience(
        &self,
        id: uuid::Uuid,
        principal: Principal,
        _org: Option<&Organization>,
        _team: Option<&Team>,
    ) -> Option<Audience> {
        let own = match principal {
            Principal::Account(account) => account.0 == id,
            Principal::System(_) => true,
            Principal::Public | Principal::Link(_) => false,
        };
        (own && self.exists()).then_some(Audience::Member)
    }

    fn project(event: &Self::Event, audience: Audience) -> Option<Event> {
        (audience == Audience::Member).then(|| event.clone().into())
    }

    fn view(&self, id: uuid::Uuid, audience: Audience, _part_bytes_max: usize) -> Vec<ViewPart> {
        let sessions = self.sessions().filter(|_| audience == Audience::Member).collect();
        let (kept_seq, timer) = (self.kept_seq, self.timer);
        vec![ViewPart::Account(AccountView { account_id: AccountId(id), sessions, kept_seq, timer })]
    }

    fn memory_bytes(&self) -> usize {
        256 + (self.sessions.len() + self.factors.len()) * 32 + self.tokens.len() * 64
    }
}
