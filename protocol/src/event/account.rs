//! Events of an account. They hold no name and no address.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::{FactorId, SessionId, TokenId},
    values::{FactorKind, Micros, Scope},
};

/// The account exists.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct UserRegistered {
    /// It is a stand-in and cannot log in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub placeholder: bool,
}

/// A session began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct UserLoggedIn {
    pub session_id: SessionId,
}

/// A session ended, by its owner or because it was revoked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct UserLoggedOut {
    pub session_id: SessionId,
}

/// The profile changed. What it says is read where it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct UserUpdated {}

/// The account's address was proved to be its owner's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct UserEmailVerified {}

/// The password was set anew by mail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct UserPasswordReset {}

/// The account was deleted for good. What its owner wrote is a deleted user's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct UserDeleted {}
/// Something to prove who they are with was added: a log-in asks for it from now on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct UserFactorAdded {
    pub factor_id: FactorId,
    pub kind: FactorKind,
}

/// It was taken away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct UserFactorRemoved {
    pub factor_id: FactorId,
    pub kind: FactorKind,
}

/// A token for programs was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct UserTokenCreated {
    pub token_id: TokenId,
    pub scopes: Vec<Scope>,
    /// Absent: it lasts until it is revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub expires_at: Option<Micros>,
}

/// A token for programs is worth nothing any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct UserTokenRevoked {
    pub token_id: TokenId,
}

/// What its owner keeps for themselves changed: stars, views of their own. What it is, is read where it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct UserKeptChanged {}
