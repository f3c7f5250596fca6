//! What a browser is asked to do with a passkey or at a provider, between the question and the answer: sealed and given to the browser,
//! so that strangers who ask leave nothing here. It is good for who was asked, until its end, and once. It must never be read before it was opened.

use aws_lc_rs::digest;
use data_encoding::BASE64URL_NOPAD;
use lockstep_protocol::{
    codes::{Code, Failure},
    ids::AccountId,
    limits::Limits,
    values::Micros,
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::{
    Client,
    service::{Auth, micros, stored},
};

/// Tells leaked ones apart in searches of logs.
const PREFIX: &str = "lsw_";

/// What it is for: none passes for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Purpose {
    AddPasskey,
    LogIn,
    /// Somebody is on their way to a provider and back.
    AskProvider,
    /// A provider said who somebody is; the second step is left.
    Vouched,
}

impl Purpose {
    const fn life_ms(self, limits: &Limits) -> u64 {
        match self {
            Self::AddPasskey | Self::LogIn | Self::Vouched => limits.challenge_ms,
            Self::AskProvider => limits.identity_ms,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    purpose: Purpose,
    binding: Vec<u8>,
    expires_at: Micros,
    state: String,
}

/// One that was opened.
pub(super) struct Ceremony {
    pub state: String,
    sum: [u8; 32],
    expires_at: Micros,
}

impl Auth {
    /// `account`: whose it is; [`AccountId::NIL`] while that is not known.
    pub(super) fn begin_ceremony(
        &self,
        account: AccountId,
        purpose: Purpose,
        state: String,
        client: &Client,
    ) -> Result<SecretString, Failure> {
        let expires_at = self.clock().now().saturating_add(micros(purpose.life_ms(self.limits())));
        let sealed = Sealed { purpose, binding: client.binding(), expires_at, state };
        let text = serde_json::to_vec(&sealed).map_err(|_| Failure::new(Code::Internal))?;
        let text = BASE64URL_NOPAD.encode(&self.vault().seal(account, &text)?);
        Ok(SecretString::from(format!("{PREFIX}{text}")))
    }

    pub(super) fn open_ceremony(
        &self,
        account: AccountId,
        purpose: Purpose,
        text: &SecretString,
        client: &Client,
    ) -> Result<Ceremony, Failure> {
        let read = || {
            let bytes = BASE64URL_NOPAD.decode(text.expose_secret().strip_prefix(PREFIX)?.as_bytes()).ok()?;
            let opened = self.vault().open(account, &bytes)?;
            let sealed: Sealed = serde_json::from_slice(opened.expose_secret()).ok()?;
            let open = sealed.expires_at > self.clock().now() && sealed.binding == client.binding();
            let mut sum = [0; 32];
            sum.copy_from_slice(digest::digest(&digest::SHA256, &bytes).as_ref());
            let ceremony = Ceremony { state: sealed.state, sum, expires_at: sealed.expires_at };
            (open && sealed.purpose == purpose).then_some(ceremony)
        };
        read().ok_or_else(|| Failure::new(Code::ChallengeEnded))
    }

    /// Refuses one that was finished before.
    pub(super) async fn finish_ceremony(&self, ceremony: &Ceremony) -> Result<(), Failure> {
        let spent = self.accounts().spend_ceremony(&ceremony.sum, ceremony.expires_at, self.clock().now()).await;
        if spent.map_err(stored)? { Ok(()) } else { Err(Failure::new(Code::ChallengeEnded)) }
    }
}
