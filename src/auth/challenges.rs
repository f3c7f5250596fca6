//! Where a log-in that awaits its second step lies: among what is kept for minutes, or, where that cannot be reached or has no room, in the
//! database; each in one of the two. One that is lost is begun again with the password. That one was answered is told the database in
//! either case: what was kept may come back (a broker that is restored as it was a moment ago), what was spent stays spent.

use lockstep_protocol::{
    codes::{Code, Failure},
    ids::AccountId,
    values::Micros,
};
use serde::{Deserialize, Serialize};

use super::{
    Client,
    second_factor::{Secret, sum},
    service::{Auth, micros, stored},
};
use crate::{
    bus::ephemeral::Slot,
    store::factors::{Challenged, NewChallenge, SecretSum},
};

/// What is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    account: AccountId,
    mark: Vec<u8>,
    binding: Vec<u8>,
    passkey: Option<String>,
    expires_at: Micros,
}

/// Where one lies.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Kept { expires_at: Micros },
    Database,
}

/// One that was found.
pub(super) struct Open {
    pub asked: Challenged,
    challenge: SecretSum,
    place: Place,
}

const fn slot(challenge: SecretSum) -> Slot {
    Slot { purpose: "second step", id: challenge }
}

impl Auth {
    /// Begins one, and gives its secret and its end.
    pub(super) async fn add_challenge(
        &self,
        account: AccountId,
        mark: &[u8],
        passkey: Option<String>,
        client: &Client,
    ) -> Result<(Secret, Micros), Failure> {
        let (secret, at) = (Secret::fresh()?, self.clock().now());
        let expires_at = at.saturating_add(micros(self.limits().challenge_ms));
        let kept = Kept { account, mark: mark.to_vec(), binding: client.binding(), passkey, expires_at };
        let value = serde_json::to_vec(&kept).map_err(|_| Failure::new(Code::Internal))?;
        if self.ephemeral().keep(slot(sum(&secret.0)), &value, expires_at, at).await {
            return Ok((secret, expires_at));
        }
        // Under another secret: whether it is kept after all cannot be known, and none lies in both places.
        let secret = Secret::fresh()?;
        let Kept { account, mark, binding, passkey, expires_at } = kept;
        let new = NewChallenge { challenge: sum(&secret.0), account, mark, binding, passkey, at, expires_at };
        self.accounts().add_challenge(&new).await.map_err(stored)?;
        Ok((secret, expires_at))
    }

    /// The one of this sum, where it is open and this is who was asked.
    pub(super) async fn find_challenge(
        &self,
        challenge: SecretSum,
        client: &Client,
        now: Micros,
    ) -> Result<Option<Open>, Failure> {
        let (binding, kept) = (client.binding(), self.ephemeral().look(slot(challenge), now).await);
        if let Some(kept) = kept.and_then(|kept| serde_json::from_slice::<Kept>(&kept).ok()) {
            let Kept { account, mark, passkey, expires_at, .. } = kept;
            let open = kept.binding == binding && expires_at > now;
            let asked = Challenged { account, mark, passkey };
            return Ok(open.then_some(Open { asked, challenge, place: Place::Kept { expires_at } }));
        }
        let asked = self.accounts().challenge(&challenge, &binding, now).await.map_err(stored)?;
        Ok(asked.map(|asked| Open { asked, challenge, place: Place::Database }))
    }

    /// Counts a try before it is made. False where it has ended, or was tried as often as may be.
    pub(super) async fn try_challenge(&self, open: &Open, now: Micros) -> Result<bool, Failure> {
        let most = self.limits().challenge_tries_max;
        match open.place {
            Place::Kept { .. } => Ok(self.ephemeral().attempt(slot(open.challenge), most, now).await),
            Place::Database => self.accounts().try_challenge(&open.challenge, most, now).await.map_err(stored),
        }
    }

    /// Ends it. False where it had ended: of many that ask at once one is told true.
    pub(super) async fn end_challenge(&self, open: &Open, now: Micros) -> Result<bool, Failure> {
        match open.place {
            Place::Kept { expires_at } => {
                let taken = self.ephemeral().take(slot(open.challenge), now).await.is_some();
                Ok(taken && self.accounts().spend_ceremony(&open.challenge, expires_at, now).await.map_err(stored)?)
            }
            Place::Database => self.accounts().end_challenge(&open.challenge).await.map_err(stored),
        }
    }
}
