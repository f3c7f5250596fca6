//! Logging in with an address and a password. Every refusal is the same, and takes as long, whether or not there is such an account.

use lockstep_protocol::codes::{Code, Failure};
use secrecy::SecretString;

use super::{
    Client,
    address::{network, normal_email},
    second_factor::{Entered, Mark},
    service::{Auth, stored},
    throttle::Key,
};

impl Auth {
    /// The first step, which is the only one where the account has no second factor.
    pub async fn log_in(&self, email: &str, password: SecretString, client: &Client) -> Result<Entered, Failure> {
        let now = self.clock().now();
        let email = normal_email(email, self.limits()).unwrap_or_default();
        let tries = Key::login(&email, client.address);
        self.throttle().check(&tries, now).await?;
        // Counted before it is known to fail: many tries at once are many tries.
        self.throttle().count(&tries[0], now).await;
        let known = self.accounts().find_by_email(&email).await.map_err(stored)?;
        let mark = Mark::of(known.as_ref());
        let Some(account) = self.check_password(known, password).await? else {
            self.throttle().count(&tries[1], now).await;
            tracing::info!(network = %network(client.address), "a log-in failed");
            return Err(Failure::because(Code::Unauthenticated, "The address or the password is wrong."));
        };
        self.throttle().forget(&tries[0]).await;
        self.enter(account, mark, client).await
    }
}
