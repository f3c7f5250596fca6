//! Commands of an account: what the server does for its owner.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::{FactorId, SessionId, TokenId},
    values::{FactorKind, Micros, Scope},
};

/// Founds the account on a fresh topic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RegisterAccount {
    /// A stand-in made by an import: it cannot log in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub placeholder: bool,
}

/// Records a log-in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct OpenSession {
    pub session_id: SessionId,
}

/// Ends one session; its live connections are closed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CloseSession {
    pub session_id: SessionId,
}

/// Ends every session but this one, or all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CloseAllSessions {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub except: Option<SessionId>,
}

/// Says that the profile changed; what it says is in the profile table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UpdateAccount {}

/// Records that the address was proved to be the owner's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct VerifyEmail {}

/// Records that the password was set anew by mail; every session ends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ResetPassword {}

/// Deletes the account for good; every session ends, and none begins again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DeleteAccount {}
/// Records a second factor before it counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AddFactor {
    pub factor_id: FactorId,
    pub kind: FactorKind,
}

/// Records that a second factor is taken away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RemoveFactor {
    pub factor_id: FactorId,
}

/// Records a token for programs; from then on it counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CreateToken {
    pub token_id: TokenId,
    pub scopes: Vec<Scope>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub expires_at: Option<Micros>,
}

/// Ends a token for programs; its live connections are closed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RevokeToken {
    pub token_id: TokenId,
}

/// Records that what its owner keeps for themselves changed: stars, views of their own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ChangeKept {}
