//! Passkeys (WebAuthn): added, renamed and taken away by their owner, shown as the second step of a log-in or as the whole of it. The
//! origin and the relying party come from the configured public URL alone. A person is always verified by their device, so a passkey is
//! two factors. It must never take a device's word for whose key it is without the signature.

use lockstep_protocol::{
    codes::{Code, Failure},
    command::account::{AddFactor, RemoveFactor},
    ids::{AccountId, FactorId, SessionId},
    limits::Limits,
    values::{FactorKind, Micros},
};
use secrecy::SecretString;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use webauthn_rs::prelude::{
    AuthenticationResult, DiscoverableAuthentication, Passkey, PasskeyAuthentication, PasskeyRegistration,
    PublicKeyCredential, RegisterPublicKeyCredential, Url, Webauthn, WebauthnBuilder,
};

use super::{
    Client, LoggedIn,
    address::{network, normal_name},
    ceremony::Purpose,
    factors::Factor,
    second_factor::Mark,
    service::{Auth, stored},
    throttle::Key,
};
use crate::store::passkeys::{self, NewPasskey, PasskeyAdded};

/// Who asks, as people see it.
const NAME: &str = "Lockstep";

/// What a browser is asked.
pub struct PasskeyAsked {
    /// To be given back with the answer, from the same device and network.
    pub ceremony: SecretString,
    /// For `navigator.credentials`.
    pub options: Value,
}

/// Passkeys are of a host name: there is none for an address, but for this very machine, which also goes by `localhost`.
pub(super) fn relying_party(public: &str) -> Option<Webauthn> {
    let mut url = Url::parse(public).ok()?;
    if matches!(url.host_str(), Some("127.0.0.1" | "[::1]")) {
        url.set_host(Some("localhost")).ok()?;
    }
    let host = url.domain()?.to_owned();
    if url.scheme() != "https" && host != "localhost" {
        return None;
    }
    WebauthnBuilder::new(&host, &url).ok()?.rp_name(NAME).build().ok()
}

fn written(state: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(state).map_err(|_| Failure::new(Code::Internal))
}

fn read<T: DeserializeOwned>(state: &str) -> Result<T, Failure> {
    serde_json::from_str(state).map_err(|error| {
        tracing::error!(%error, "the state of a passkey cannot be read");
        Failure::new(Code::Internal)
    })
}

/// What a browser answered, as far as its form goes.
fn credential<T: DeserializeOwned>(value: Value) -> Result<T, Failure> {
    let refused = |_| Failure::because(Code::FieldInvalid, "This is no answer of a passkey.").field("credential");
    serde_json::from_value(value).map_err(refused)
}

fn unknown() -> Failure {
    Failure::because(Code::Unauthenticated, "This passkey opens nothing here.")
}

impl From<passkeys::Passkey> for Factor {
    fn from(passkey: passkeys::Passkey) -> Self {
        Self {
            id: passkey.id,
            kind: FactorKind::Passkey,
            name: Some(passkey.name),
            created_at: passkey.created_at,
            last_used_at: passkey.last_used_at,
        }
    }
}

impl Auth {
    fn relying(&self) -> Result<&Webauthn, Failure> {
        let reason = "Passkeys need a public URL with https and a host name.";
        self.webauthn().ok_or_else(|| Failure::because(Code::WrongState, reason))
    }

    /// Whether there can be passkeys here.
    pub fn has_passkeys(&self) -> bool {
        self.webauthn().is_some()
    }

    /// Begins to add a passkey.
    pub async fn begin_passkey(
        &self,
        who: (AccountId, SessionId),
        password: Option<SecretString>,
        client: &Client,
    ) -> Result<PasskeyAsked, Failure> {
        let relying = self.relying()?;
        let known = self.step_up(who, password, client).await?;
        let held = self.accounts().passkeys(known.id).await.map_err(stored)?;
        room_for_another(held.len(), self.limits())?;
        let held: Result<Vec<Passkey>, Failure> = held.iter().map(|passkey| read(&passkey.state)).collect();
        let held = held?.iter().map(|passkey| passkey.cred_id().clone()).collect();
        let profile = self.accounts().profile(known.id).await.map_err(stored)?;
        let name = profile.map(|profile| profile.name).unwrap_or_default();
        let email = known.email.clone().unwrap_or_default();
        let (asked, state) = relying
            .start_passkey_registration(known.id.0, &email, &name, Some(held))
            .map_err(|_| Failure::new(Code::Internal))?;
        let mut options = serde_json::to_value(&asked).map_err(|_| Failure::new(Code::Internal))?;
        // Without this the device would have to be told whose key it is, and could not log in by itself.
        let selection = &mut options["publicKey"]["authenticatorSelection"];
        selection["residentKey"] = json!("required");
        selection["requireResidentKey"] = json!(true);
        let ceremony = self.begin_ceremony(known.id, Purpose::AddPasskey, written(&state)?, client)?;
        Ok(PasskeyAsked { ceremony, options })
    }

    /// Adds the passkey that was asked for; with the first factor come recovery codes.
    pub async fn add_passkey(
        &self,
        account: AccountId,
        ceremony: &SecretString,
        answer: Value,
        name: &str,
        client: &Client,
    ) -> Result<(Factor, Option<Vec<String>>), Failure> {
        let name = normal_name(name, self.limits())?;
        let answer: RegisterPublicKeyCredential = credential(answer)?;
        let ceremony = self.open_ceremony(account, Purpose::AddPasskey, ceremony, client)?;
        let state: PasskeyRegistration = read(&ceremony.state)?;
        let passkey = self.relying()?.finish_passkey_registration(&answer, &state).map_err(|error| {
            tracing::info!(%account, %error, "a passkey was refused");
            Failure::because(Code::FieldInvalid, "The passkey was not accepted.").field("credential")
        })?;
        self.finish_ceremony(&ceremony).await?;
        room_for_another(self.accounts().passkeys(account).await.map_err(stored)?.len(), self.limits())?;
        let (id, at) = (FactorId(self.clock().fresh_id()), self.clock().now());
        let (codes, sums) = self.make_codes(account)?;
        let new = NewPasskey {
            id,
            account,
            credential: passkey.cred_id().to_vec(),
            state: written(&passkey)?,
            name: name.clone(),
            at,
            keep: u32::try_from(self.limits().passkeys_per_account_max).unwrap_or(u32::MAX),
            codes: sums,
        };
        self.ask(account.into(), account, AddFactor { factor_id: id, kind: FactorKind::Passkey }.into()).await?;
        let refused = match self.accounts().add_passkey(&new).await.map_err(stored)? {
            PasskeyAdded::Added { codes: taken } => {
                tracing::info!(%account, "a passkey was added");
                let factor =
                    Factor { id, kind: FactorKind::Passkey, name: Some(name), created_at: at, last_used_at: None };
                return Ok((factor, taken.then_some(codes)));
            }
            PasskeyAdded::Known => Failure::because(Code::AlreadyExists, "This passkey is known already."),
            PasskeyAdded::TooMany => too_many(self.limits()),
        };
        self.ask(account.into(), account, RemoveFactor { factor_id: id }.into()).await?;
        Err(refused)
    }

    pub async fn rename_passkey(&self, account: AccountId, id: FactorId, name: &str) -> Result<(), Failure> {
        let name = normal_name(name, self.limits())?;
        let renamed = self.accounts().rename_passkey(account, id, &name).await.map_err(stored)?;
        if renamed { Ok(()) } else { Err(Failure::new(Code::NotFound)) }
    }

    pub async fn remove_passkey(
        &self,
        who: (AccountId, SessionId),
        id: FactorId,
        password: Option<SecretString>,
        client: &Client,
    ) -> Result<(), Failure> {
        let account = self.step_up(who, password, client).await?.id;
        let held = self.accounts().passkeys(account).await.map_err(stored)?;
        if !held.iter().any(|passkey| passkey.id == id) {
            return Err(Failure::new(Code::NotFound));
        }
        if held.len() == 1 && !self.has_another_way(account).await? {
            return Err(Failure::new(Code::LastWayIn));
        }
        self.ask(account.into(), account, RemoveFactor { factor_id: id }.into()).await?;
        self.accounts().remove_passkey(account, id).await.map_err(stored)?;
        tracing::info!(%account, "a passkey was taken away");
        Ok(())
    }

    /// What the passkeys of an account are asked in a second step, and what their answer is checked with; `None`: it has none.
    pub(super) async fn ask_passkeys(&self, account: AccountId) -> Result<Option<(Value, String)>, Failure> {
        let Some(relying) = self.webauthn() else { return Ok(None) };
        let held = self.accounts().passkeys(account).await.map_err(stored)?;
        if held.is_empty() {
            return Ok(None);
        }
        let held: Result<Vec<Passkey>, Failure> = held.iter().map(|passkey| read(&passkey.state)).collect();
        let (asked, state) = relying.start_passkey_authentication(&held?).map_err(|_| Failure::new(Code::Internal))?;
        let options = serde_json::to_value(&asked).map_err(|_| Failure::new(Code::Internal))?;
        Ok(Some((options, written(&state)?)))
    }

    /// Whether this is what one of the account's passkeys answers.
    pub(super) async fn proves_passkey(
        &self,
        account: AccountId,
        state: Option<&str>,
        answer: &Value,
        now: Micros,
    ) -> Result<bool, Failure> {
        let Some(state) = state else { return Ok(false) };
        let Ok(answer) = credential::<PublicKeyCredential>(answer.clone()) else { return Ok(false) };
        let state: PasskeyAuthentication = read(state)?;
        let Ok(result) = self.relying()?.finish_passkey_authentication(&answer, &state) else { return Ok(false) };
        let known = self.accounts().passkey_of(result.cred_id().as_ref()).await.map_err(stored)?;
        match known.filter(|known| known.account == account) {
            Some(known) => self.note_use(&known, &result, now).await,
            None => Ok(false),
        }
    }

    /// False where the passkey is gone, or a copy of it was used.
    async fn note_use(
        &self,
        known: &passkeys::Passkey,
        result: &AuthenticationResult,
        now: Micros,
    ) -> Result<bool, Failure> {
        let mut passkey: Passkey = read(&known.state)?;
        if !result.user_verified() || passkey.update_credential(result).is_none() {
            return Ok(false);
        }
        let counter = i64::from(result.counter());
        self.accounts().use_passkey(known.id, &written(&passkey)?, counter, now).await.map_err(stored)
    }

    /// Begins a log-in by passkey alone. Anybody may ask, and learns nothing.
    pub fn begin_passkey_log_in(&self, client: &Client) -> Result<PasskeyAsked, Failure> {
        let (asked, state) =
            self.relying()?.start_discoverable_authentication().map_err(|_| Failure::new(Code::Internal))?;
        let options = serde_json::to_value(&asked).map_err(|_| Failure::new(Code::Internal))?;
        let ceremony = self.begin_ceremony(AccountId::NIL, Purpose::LogIn, written(&state)?, client)?;
        Ok(PasskeyAsked { ceremony, options })
    }

    /// Logs in by passkey alone.
    pub async fn log_in_by_passkey(
        &self,
        ceremony: &SecretString,
        answer: Value,
        client: &Client,
    ) -> Result<LoggedIn, Failure> {
        let now = self.clock().now();
        let tries = Key::Network(network(client.address));
        self.throttle().check(std::slice::from_ref(&tries), now).await?;
        let ceremony = self.open_ceremony(AccountId::NIL, Purpose::LogIn, ceremony, client)?;
        let answer: PublicKeyCredential = credential(answer)?;
        self.throttle().count(&tries, now).await;
        let relying = self.relying()?;
        let (account, id) = relying.identify_discoverable_authentication(&answer).map_err(|_| unknown())?;
        let known = self.accounts().passkey_of(id).await.map_err(stored)?;
        let known = known.filter(|known| known.account.0 == account).ok_or_else(unknown)?;
        let key: Passkey = read(&known.state)?;
        let state: DiscoverableAuthentication = read(&ceremony.state)?;
        let result = relying.finish_discoverable_authentication_v2(&answer, state, &key).map_err(|error| {
            tracing::info!(account = %known.account, %error, "a passkey was refused");
            unknown()
        })?;
        self.finish_ceremony(&ceremony).await?;
        let owner = self.accounts().find(known.account).await.map_err(stored)?;
        let mark = Mark::of(owner.as_ref());
        if !self.note_use(&known, &result, now).await? {
            return Err(unknown());
        }
        self.throttle().forget(&tries).await;
        self.found(known.account).await?;
        self.open_proved(known.account, mark.bytes(), client).await
    }
}

fn too_many(limits: &Limits) -> Failure {
    Failure::because(Code::LimitReached, "There are as many passkeys as an account can have.")
        .limit(limits.passkeys_per_account_max as u64)
}

fn room_for_another(held: usize, limits: &Limits) -> Result<(), Failure> {
    if held < limits.passkeys_per_account_max { Ok(()) } else { Err(too_many(limits)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passkeys_are_of_a_host_name_over_https_or_of_this_machine() {
        for public in [
            "https://boards.example.org",
            "https://boards.example.org:8443",
            "http://localhost:3080",
            "http://127.0.0.1:3080",
        ] {
            let relying = relying_party(public).unwrap_or_else(|| panic!("{public}"));
            assert_eq!(relying.get_allowed_origins().len(), 1);
        }
        for public in ["http://boards.example.org", "https://192.0.2.7", "https://[2001:db8::1]", "nothing"] {
            assert!(relying_party(public).is_none(), "{public}");
        }
    }
}
