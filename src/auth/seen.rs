//! When and from where a session was last used. Noted without a wait and without a write to the database, which knows of log-ins and
//! refreshes alone; where nothing else is known, that is what is shown. It must never hold up who is seen.

use std::{net::IpAddr, time::Duration};

use lockstep_domain::Credential;
use lockstep_protocol::{
    codes::Failure,
    ids::{AccountId, SessionId},
};

use super::{
    Authenticated,
    service::{Auth, stored},
};
use crate::{
    bus::ephemeral::Seen,
    store::sessions::{Session, Used},
};

/// How long a node that ends may take to write down what it alone knows.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// Written in one transaction.
const BATCH: usize = 500;

impl Auth {
    /// Somebody used their log-in. A token for programs has a time of its own.
    pub fn saw(&self, who: &Authenticated, address: IpAddr) {
        if let Credential::Session(session) = who.credential {
            self.saw_session(session, address);
        }
    }

    pub(super) fn saw_session(&self, session: SessionId, address: IpAddr) {
        let seen = Seen { at: self.clock().now(), address: address.to_canonical() };
        self.ephemeral().saw(session, seen);
    }

    /// The sessions of an account that are valid, newest first, each as it was last used.
    pub async fn sessions(&self, account: AccountId) -> Result<Vec<Session>, Failure> {
        let now = self.clock().now();
        let mut sessions = self.accounts().sessions(account, now).await.map_err(stored)?;
        let ids: Vec<SessionId> = sessions.iter().map(|session| session.id).collect();
        let seen = self.ephemeral().last_seen(&ids, now).await;
        for (session, seen) in sessions.iter_mut().zip(seen) {
            if let Some(seen) = seen.filter(|seen| seen.at > session.last_seen) {
                (session.last_seen, session.address) = (seen.at, seen.address.to_string());
            }
        }
        Ok(sessions)
    }

    /// Writes down what this node alone knows, before it ends.
    pub async fn write_last_seen(&self) {
        let known = self.ephemeral().seen_here().into_iter();
        let used =
            |(session, seen): (SessionId, Seen)| Used { session, address: seen.address.to_string(), at: seen.at };
        let uses: Vec<Used> = known.map(used).collect();
        let writing = async {
            for batch in uses.chunks(BATCH) {
                self.accounts().note_uses(batch).await?;
            }
            Ok::<(), crate::store::StoreError>(())
        };
        match tokio::time::timeout(LAST_WORDS, writing).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "when sessions were last used is not written down"),
            Err(_) => tracing::warn!("there was no time to write down when sessions were last used"),
        }
    }
}
