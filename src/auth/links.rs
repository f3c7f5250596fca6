//! Public links of boards: `lsl_` and what `secrets` says. The store knows a keyed sum of the random bytes alone; whether a link is open,
//! and until when, is in the board's live state, so that revoking it counts at once. It must never make anybody of who shows a link: they
//! are nobody, on one board. What is wrong, over, revoked or made up is answered alike.

use std::net::IpAddr;

use aws_lc_rs::constant_time;
use lockstep_domain::Principal;
use lockstep_protocol::{
    codes::{Code, Failure},
    ids::{BoardId, LinkId, OrgId},
    values::Micros,
};
use secrecy::SecretString;

use super::{
    secrets::Presented,
    service::{Auth, stored},
    throttle::Key,
};
use crate::store::links::BoardLink;

/// Tells leaked links apart in searches of logs and repositories.
const PREFIX: &str = "lsl_";
/// What was written down and never came to be open is forgotten after this.
const FORGET_US: Micros = 600_000_000;
/// The end of one that has none: the largest number that every client reads exactly.
const NEVER: Micros = (1 << 53) - 1;

/// Whoever showed a link that is open, until `expires_at`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Looker {
    pub link: LinkId,
    pub org: OrgId,
    pub board: BoardId,
    pub expires_at: Micros,
}

/// Whether these bytes want to be what a link holds.
pub fn is_link_token(token: &[u8]) -> bool {
    token.starts_with(PREFIX.as_bytes())
}

impl Auth {
    /// Which board the link is of, for somebody at this address.
    pub async fn look(&self, token: &[u8], address: IpAddr) -> Result<Looker, Failure> {
        let (tries, now) = (Key::link(address), self.clock().now());
        self.throttle().check(std::slice::from_ref(&tries), now).await?;
        let found = self.open_link(token, now).await;
        if found.as_ref().is_err_and(|failure| failure.code == Code::Unauthenticated) {
            self.throttle().count(&tries, now).await;
        }
        found
    }

    async fn open_link(&self, token: &[u8], now: Micros) -> Result<Looker, Failure> {
        let refused = || Failure::new(Code::Unauthenticated);
        let presented = Presented::read(PREFIX, token).ok_or_else(refused)?;
        let known = self.links().link(LinkId(presented.id)).await.map_err(stored)?.ok_or_else(refused)?;
        let sum = self.vault().link_sum(known.board, known.id, &presented.secret);
        constant_time::verify_slices_are_equal(&sum, &known.sum).map_err(|_| refused())?;
        let expires_at = match self.open_until(&known, now).await {
            // It may have been made on another node a moment ago.
            Err(failure) if failure.code == Code::NotFound && !self.directory().services().bus.alone() => {
                let missing = |failure: Failure| if failure.code == Code::NotFound { refused() } else { failure };
                self.directory().board_now(known.board).await.map_err(missing)?;
                self.open_until(&known, now).await
            }
            answer => answer,
        };
        match expires_at {
            Ok(expires_at) => Ok(Looker { link: known.id, org: known.org, board: known.board, expires_at }),
            Err(failure) if failure.code == Code::NotFound => Err(refused()),
            Err(failure) => Err(failure),
        }
    }

    async fn open_until(&self, known: &BoardLink, now: Micros) -> Result<Micros, Failure> {
        let principal = Principal::Link(known.id);
        let (board, _) = self.directory().readable_board(principal, known.org, known.board, 0).await?;
        let link = board.state.link(known.id).filter(|link| link.is_open(now));
        Ok(link.ok_or_else(|| Failure::new(Code::NotFound))?.expires_at.unwrap_or(NEVER))
    }

    /// Writes down what opens a link that is about to be made. It is worth nothing until the board's stream says that there is one.
    pub async fn prepare_link(&self, org: OrgId, board: BoardId) -> Result<(LinkId, SecretString), Failure> {
        self.forget_stillborn_links(board).await?;
        let presented = Presented::fresh(self.clock().fresh_id())?;
        let id = LinkId(presented.id);
        let sum = self.vault().link_sum(board, id, &presented.secret);
        let new = BoardLink { id, org, board, sum, created_at: self.clock().now() };
        self.links().add(&new).await.map_err(stored)?;
        Ok((id, presented.text(PREFIX)))
    }

    /// What opened a link that was revoked or never came to be.
    pub async fn forget_link(&self, board: BoardId, link: LinkId) -> Result<(), Failure> {
        self.links().remove(board, link).await.map_err(stored)?;
        Ok(())
    }

    /// What the board does not know, of a making that was cut off or a link that was revoked otherwise.
    async fn forget_stillborn_links(&self, board: BoardId) -> Result<(), Failure> {
        let (open, before) = (self.directory().board_now(board).await?, self.clock().now() - FORGET_US);
        for link in self.links().of_board(board).await.map_err(stored)? {
            if link.created_at < before && open.state.link(link.id).is_none() {
                self.links().remove(board, link.id).await.map_err(stored)?;
            }
        }
        Ok(())
    }
}
