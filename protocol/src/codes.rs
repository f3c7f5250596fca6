//! The two tables a client acts on: error codes and close codes. A client acts on the range of the number, never on text.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::values::Conflict;

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal, $number:literal, $http:literal;)*) => {
        /// Why something was refused. The number's range says what to do:
        /// 1xx mend the request · 2xx authenticate · 3xx ask for access · 4xx try again later, unchanged · 5xx our fault.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
        pub enum Code {
            $($(#[doc = $doc])+ #[serde(rename = $word)] $name,)*
        }

        impl Code {
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The stable word on the wire.
            pub const fn word(self) -> &'static str { match self { $(Self::$name => $word,)* } }

            /// The stable number; its range says what to do.
            pub const fn number(self) -> u16 { match self { $(Self::$name => $number,)* } }

            /// The HTTP status of the same refusal.
            pub const fn http_status(self) -> u16 { match self { $(Self::$name => $http,)* } }

            /// What it means, for the docs page and as the default message.
            pub const fn meaning(self) -> &'static str { match self { $(Self::$name => concat!($($doc),+),)* } }

            /// True when the same request may succeed later, unchanged.
            pub const fn temporary(self) -> bool { self.number() / 100 == 4 }
        }
    };
}

codes! {
    /// The bytes are not a message of this protocol.
    Malformed = "malformed", 100, 400;
    /// More messages in a frame than allowed.
    BatchTooLarge = "batch_too_large", 101, 413;
    /// The command does not belong to this kind of topic.
    WrongTopic = "wrong_topic", 102, 422;
    /// A field is missing.
    FieldRequired = "field_required", 103, 422;
    /// A field's value is not allowed.
    FieldInvalid = "field_invalid", 104, 422;
    /// A field is longer than its limit.
    FieldTooLong = "field_too_long", 105, 422;
    /// A limit on how many there may be is reached.
    LimitReached = "limit_reached", 106, 409;
    /// There is no such thing, or you may not know of it.
    NotFound = "not_found", 107, 404;
    /// The id is already in use.
    AlreadyExists = "already_exists", 108, 409;
    /// The thing is not in a state in which this can be done.
    WrongState = "wrong_state", 109, 409;
    /// It still contains something.
    NotEmpty = "not_empty", 110, 409;
    /// The last owner cannot leave or be lowered.
    LastOwner = "last_owner", 111, 409;
    /// The same idempotency key was used with another body.
    IdempotencyMismatch = "idempotency_mismatch", 112, 409;
    /// The command is too old to tell whether it took effect; read the state instead.
    TooOld = "too_old", 113, 409;
    /// The board is as large as a board can be.
    BoardFull = "board_full", 114, 409;
    /// More topics joined than a connection may have.
    TooManySubscriptions = "too_many_subscriptions", 115, 409;
    /// The topic is not joined on this connection.
    NotJoined = "not_joined", 116, 409;
    /// The password is too common or too easy to guess.
    PasswordWeak = "password_weak", 117, 422;
    /// The request is larger than allowed.
    TooLarge = "too_large", 118, 413;
    /// This address cannot be used to register.
    RegistrationRefused = "registration_refused", 119, 409;
    /// This method is not allowed here.
    MethodNotAllowed = "method_not_allowed", 120, 405;
    /// The request's media type is not supported.
    UnsupportedMediaType = "unsupported_media_type", 121, 415;
    /// The precondition (If-Match, or the seq the author saw) does not hold.
    PreconditionFailed = "precondition_failed", 122, 412;
    /// The link or code was used, is too old, or was never given out.
    CodeExpired = "code_expired", 123, 410;
    /// This is no PNG, JPEG or WebP that can be read, or it is too large to be a picture of somebody.
    PictureUnreadable = "picture_unreadable", 124, 422;
    /// It would depend on itself, by way of others.
    Cycle = "cycle", 125, 409;
    /// The column holds as many tasks as it may.
    WipLimit = "wip_limit", 127, 409;
    /// Tasks do not go from the one column to the other.
    TransitionRefused = "transition_refused", 128, 409;
    /// There is an account with this address: log in to it, and connect the provider there.
    AccountExists = "account_exists", 130, 409;
    /// It is the last way to log in: set a password or connect another provider first.
    LastWayIn = "last_way_in", 131, 409;
    /// A timer counts already: stop it first.
    TimerRunning = "timer_running", 132, 409;
    /// No valid credentials.
    Unauthenticated = "unauthenticated", 200, 401;
    /// The access token has expired; refresh it.
    TokenExpired = "token_expired", 201, 401;
    /// The session was revoked; log in again.
    SessionRevoked = "session_revoked", 202, 401;
    /// The second factor does not fit, or was used before.
    SecondFactorRefused = "second_factor_refused", 203, 401;
    /// The log-in took too long, was tried too often or came from elsewhere; begin again with the password.
    ChallengeEnded = "challenge_ended", 204, 401;
    /// The provider did not confirm who this is, or the log-in there was broken off.
    ProviderRefused = "provider_refused", 210, 401;
    /// You may see this but not do that.
    Forbidden = "forbidden", 300, 403;
    /// The request did not come from an allowed origin.
    OriginRefused = "origin_refused", 301, 403;
    /// Accounts are not made by registering here: ask for an invitation.
    RegistrationClosed = "registration_closed", 303, 403;
    /// This needs a log-in of the last minutes; log in again.
    FreshLoginRequired = "fresh_login_required", 302, 403;
    /// The provider does not confirm that the e-mail address is this person's.
    EmailUnverified = "email_unverified", 310, 403;
    /// Too many requests.
    RateLimited = "rate_limited", 400, 429;
    /// The aggregate's mailbox is full.
    Busy = "busy", 401, 503;
    /// Others changed the same thing too often; try again.
    Contended = "contended", 402, 503;
    /// The journal cannot be reached.
    Unavailable = "unavailable", 403, 503;
    /// The server's view is older than asked for.
    Behind = "behind", 404, 503;
    /// This node is going away; connect again.
    GoingAway = "going_away", 405, 503;
    /// The storage is full.
    StorageFull = "storage_full", 406, 507;
    /// The request took too long.
    TimedOut = "timed_out", 407, 408;
    /// The provider to log in with cannot be reached, or does not answer as it should.
    ProviderUnavailable = "provider_unavailable", 410, 503;
    /// The server failed; the request had no effect.
    Internal = "internal", 500, 500;
    /// This stream is damaged and read only until an operator mends it.
    Quarantined = "quarantined", 501, 503;
}

macro_rules! close_codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $number:literal, $reconnect:literal;)*) => {
        /// Why a socket was closed by the server (RFC 6455 section 7.4; 4000.. are ours).
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum CloseCode {
            $($(#[doc = $doc])+ $name,)*
        }

        impl CloseCode {
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            pub const fn number(self) -> u16 { match self { $(Self::$name => $number,)* } }

            pub const fn meaning(self) -> &'static str { match self { $(Self::$name => concat!($($doc),+),)* } }

            /// Whether the client should connect again by itself (with back-off and jitter).
            pub const fn reconnect(self) -> bool { match self { $(Self::$name => $reconnect,)* } }
        }
    };
}

close_codes! {
    /// A normal end.
    Normal = 1000, false;
    /// The node is going away.
    GoingAway = 1001, true;
    /// A frame broke the protocol.
    Protocol = 1002, false;
    /// A kind of message that this subprotocol does not have.
    Unsupported = 1003, false;
    /// Text that is not UTF-8.
    InvalidText = 1007, false;
    /// A message over the limit.
    TooBig = 1009, false;
    /// The server failed.
    Internal = 1011, true;
    /// No hello in time, or credentials that are not valid.
    Unauthenticated = 4401, false;
    /// The session was revoked.
    Revoked = 4403, false;
    /// The client did not keep up.
    Slow = 4408, true;
    /// Another connection of the same client, or too many of the account, took over.
    Superseded = 4409, false;
    /// The node drains; connect to another.
    Drain = 4410, true;
    /// Too many requests for too long.
    RateLimited = 4429, true;
}

/// A refusal as a client sees it, in replies and (as problem details, RFC 9457) over HTTP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Failure {
    pub code: Code,
    /// For people; never parsed.
    pub message: String,
    /// Whether the same request may succeed later, unchanged.
    pub temporary: bool,
    /// The field that is wrong, as a path such as `title`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub field: Option<String>,
    /// The limit that was passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub limit: Option<u64>,
    /// When to try again, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub retry_after_ms: Option<u32>,
    /// The changes that stand in the way: their results were not seen by whoever asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<Conflict>>")]
    pub conflicts: Vec<Conflict>,
}

impl Failure {
    /// A refusal with the code's own words.
    pub fn new(code: Code) -> Self {
        Self::because(code, code.meaning().trim())
    }

    pub fn because(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            temporary: code.temporary(),
            field: None,
            limit: None,
            retry_after_ms: None,
            conflicts: Vec::new(),
        }
    }

    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    #[must_use]
    pub const fn limit(mut self, limit: u64) -> Self {
        self.limit = Some(limit);
        self
    }

    #[must_use]
    pub const fn retry_after_ms(mut self, retry_after_ms: u32) -> Self {
        self.retry_after_ms = Some(retry_after_ms);
        self
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code.word(), self.message)
    }
}

impl std::error::Error for Failure {}
