//! Reads through the directory: published state by id, by its whole path as somebody may see it, and at least as new as asked
//! for. Nothing here waits behind commands.

use std::{sync::Arc, time::Duration};

use lockstep_domain::{
    Aggregate, Channel, Inbox, Principal, account::Account, board::Board, organization::Organization, team::Team,
};
use lockstep_protocol::{
    codes::{Code, Failure},
    ids::{AccountId, BoardId, ChannelId, OrgId, TeamId},
    topic::Topic,
    values::Audience,
};

use tokio::sync::oneshot;
use uuid::Uuid;

use super::{
    directory::Directory,
    handle::{Handle, Kinded},
    published::Published,
    shell::Message,
};

impl Directory {
    /// Makes a live aggregate catch up with the journal before this returns (or fails to, and stays as it was).
    pub(super) async fn refresh<A: Kinded>(&self, id: Uuid) {
        if let Ok(handle) = self.find::<A>(Topic::new(A::KIND, id), None).await {
            self.refresh_handle(&handle).await;
        }
    }

    pub(super) async fn refresh_handle<A: Kinded>(&self, handle: &Arc<Handle<A>>) {
        let (done, refreshed) = oneshot::channel();
        if handle.send(Message::Refresh(done)) {
            let _ = refreshed.await;
        }
    }

    /// A live aggregate for a read: not while this node's view of access is too old.
    async fn readable<A: Kinded>(&self, id: Uuid) -> Result<Arc<Handle<A>>, Failure> {
        self.pulse().open()?;
        let handle = self.handle::<A>(id).await?;
        self.pulse().open()?;
        Ok(handle)
    }

    pub async fn organization(&self, id: OrgId) -> Result<Arc<Published<Organization>>, Failure> {
        Ok(self.readable::<Organization>(id.0).await?.published())
    }

    pub async fn team(&self, id: TeamId) -> Result<Arc<Published<Team>>, Failure> {
        Ok(self.readable::<Team>(id.0).await?.published())
    }

    pub async fn board(&self, id: BoardId) -> Result<Arc<Published<Board>>, Failure> {
        Ok(self.readable::<Board>(id.0).await?.published())
    }

    pub async fn channel(&self, id: ChannelId) -> Result<Arc<Published<Channel>>, Failure> {
        Ok(self.readable::<Channel>(id.0).await?.published())
    }

    /// Somebody's inbox, once it has reached this seq.
    pub async fn inbox_at(&self, of: AccountId, min_seq: u64) -> Result<Arc<Published<Inbox>>, Failure> {
        self.reach::<Inbox>(Topic::inbox(of).id, min_seq).await
    }

    pub async fn inbox_now(&self, of: AccountId) -> Result<Arc<Published<Inbox>>, Failure> {
        self.now::<Inbox>(Topic::inbox(of).id).await
    }

    pub async fn account(&self, id: AccountId) -> Result<Arc<Published<Account>>, Failure> {
        Ok(self.readable::<Account>(id.0).await?.published())
    }

    /// The account, caught up with the journal first: a session may have been opened on another node a moment ago.
    pub async fn account_now(&self, id: AccountId) -> Result<Arc<Published<Account>>, Failure> {
        self.now::<Account>(id.0).await
    }

    /// The organization, caught up with the journal first.
    pub async fn organization_now(&self, id: OrgId) -> Result<Arc<Published<Organization>>, Failure> {
        self.now::<Organization>(id.0).await
    }

    /// The team, caught up with the journal first.
    pub async fn team_now(&self, id: TeamId) -> Result<Arc<Published<Team>>, Failure> {
        self.now::<Team>(id.0).await
    }

    /// The channel, caught up with the journal first.
    pub async fn channel_now(&self, id: ChannelId) -> Result<Arc<Published<Channel>>, Failure> {
        self.now::<Channel>(id.0).await
    }

    /// The board, caught up with the journal first: for whoever concludes something from what is not on it.
    pub async fn board_now(&self, id: BoardId) -> Result<Arc<Published<Board>>, Failure> {
        self.now::<Board>(id.0).await
    }

    async fn now<A: Kinded>(&self, id: Uuid) -> Result<Arc<Published<A>>, Failure> {
        let handle = self.readable::<A>(id).await?;
        self.refresh_handle(&handle).await;
        self.pulse().open()?;
        Ok(handle.published())
    }

    /// The board once it has reached this seq; `behind` when that takes too long.
    pub async fn board_at(&self, id: BoardId, min_seq: u64) -> Result<Arc<Published<Board>>, Failure> {
        self.reach::<Board>(id.0, min_seq).await
    }

    /// The organization once it has reached this seq. For whoever may see it already: a wait tells that it is there.
    pub async fn organization_at(&self, id: OrgId, min_seq: u64) -> Result<Arc<Published<Organization>>, Failure> {
        self.reach::<Organization>(id.0, min_seq).await
    }

    /// The team once it has reached this seq.
    pub async fn team_at(&self, id: TeamId, min_seq: u64) -> Result<Arc<Published<Team>>, Failure> {
        self.reach::<Team>(id.0, min_seq).await
    }

    /// The channel by its whole path, as the principal may see it, at least at `min_seq`.
    pub async fn readable_channel(
        &self,
        principal: Principal,
        org_id: OrgId,
        channel_id: ChannelId,
        min_seq: u64,
    ) -> Result<(Arc<Published<Channel>>, Audience), Failure> {
        let org = self.organization(org_id).await?;
        let published = self.channel(channel_id).await?;
        let team = match published.state.of_team() {
            Some(team) => Some(self.team(team).await?),
            None => None,
        };
        let own = published.state.org_id(channel_id.0) == org_id;
        let team = team.as_ref().map(|team| &team.state);
        let audience = published.state.audience(channel_id.0, principal, Some(&org.state), team).filter(|_| own);
        let audience = audience.ok_or_else(|| Failure::new(Code::NotFound))?;
        let published = if published.bookmark.seq < min_seq {
            self.reach::<Channel>(channel_id.0, min_seq).await?
        } else {
            published
        };
        Ok((published, audience))
    }

    async fn reach<A: Kinded>(&self, id: Uuid, min_seq: u64) -> Result<Arc<Published<A>>, Failure> {
        let handle = self.readable::<A>(id).await?;
        let mut reader = handle.reader.clone();
        if reader.borrow().bookmark.seq < min_seq {
            handle.send(Message::Behind(min_seq));
        }
        let wait = Duration::from_millis(self.services().limits.behind_timeout_ms);
        let reached = reader.wait_for(|published| published.bookmark.seq >= min_seq);
        match tokio::time::timeout(wait, reached).await {
            Ok(Ok(published)) => Ok(published.clone()),
            _ => Err(Failure::new(Code::Behind).retry_after_ms(100)),
        }
    }

    /// The organization by its id, as the principal may see it; what they may not see is not found.
    pub async fn readable_org(
        &self,
        principal: Principal,
        org_id: OrgId,
    ) -> Result<(Arc<Published<Organization>>, Audience), Failure> {
        let published = self.organization(org_id).await?;
        let audience =
            published.state.audience(org_id.0, principal, None, None).ok_or_else(|| Failure::new(Code::NotFound))?;
        Ok((published, audience))
    }

    /// The team by its whole path, as the principal may see it.
    pub async fn readable_team(
        &self,
        principal: Principal,
        org_id: OrgId,
        team_id: TeamId,
    ) -> Result<(Arc<Published<Team>>, Audience), Failure> {
        let org = self.organization(org_id).await?;
        let published = self.team(team_id).await?;
        let own = published.state.org_id(team_id.0) == org_id && !published.state.is_deleted();
        let audience = published.state.audience(team_id.0, principal, Some(&org.state), None).filter(|_| own);
        Ok((published, audience.ok_or_else(|| Failure::new(Code::NotFound))?))
    }

    /// The board by its whole path, as the principal may see it, at least at `min_seq`.
    pub async fn readable_board(
        &self,
        principal: Principal,
        org_id: OrgId,
        board_id: BoardId,
        min_seq: u64,
    ) -> Result<(Arc<Published<Board>>, Audience), Failure> {
        let org = self.organization(org_id).await?;
        let published = self.board(board_id).await?;
        let team = match published.state.team_id() {
            Some(team) => Some(self.team(team).await?),
            None => None,
        };
        let own = published.state.org_id(board_id.0) == org_id;
        let team = team.as_ref().map(|team| &team.state);
        let audience = published.state.audience(board_id.0, principal, Some(&org.state), team).filter(|_| own);
        let audience = audience.ok_or_else(|| Failure::new(Code::NotFound))?;
        let published =
            if published.bookmark.seq < min_seq { self.board_at(board_id, min_seq).await? } else { published };
        Ok((published, audience))
    }
}
