//! Boards that hold something of the caller's, over all their organizations: which they are, the read tables say; what of them may be seen,
//! and what it is, the live boards as they are now. It must never answer from the tables, and never more of a board than whoever is no
//! member of the public sees of it.

use std::{cmp::Reverse, sync::Arc};

use futures_util::{StreamExt, stream};
use lockstep_domain::{board::Board, organization::Organization};
use lockstep_protocol::{
    codes::Code,
    ids::{BoardId, OrgId},
    values::Audience,
};

use super::{
    extract::Caller,
    problem::{Answer, Problem},
    visible::Visible,
};
use crate::{actors::Published, auth::service::personal_org, store::projections::BoardRow};

/// A board and the organization that it is of, as they are now.
pub type Seen = (Arc<Published<Board>>, Arc<Published<Organization>>);

/// What is not found is left out; what goes wrong is not.
pub fn found<T>(answer: Answer<Option<T>>) -> Answer<Option<T>> {
    match answer {
        Err(Problem(failure)) if failure.code == Code::NotFound => Ok(None),
        answer => answer,
    }
}

/// A board that the caller sees now, and not as anybody may. What stands on a template is no work yet.
pub async fn seen(caller: &Caller, org: OrgId, board: BoardId) -> Answer<Option<Seen>> {
    let visible = async {
        let (organization, _) = caller.http.directory.readable_org(caller.principal(), org).await?;
        let (published, audience) = caller.board(org, board, None).await?;
        Ok::<_, Problem>(
            Some((published, organization))
                .filter(|(board, _)| audience != Audience::Public && !board.state.is_template()),
        )
    };
    found(visible.await)
}

/// The caller's organizations, or the one that is named, which must be one that they see.
pub async fn organizations(
    caller: &Caller,
    named: Option<OrgId>,
) -> Answer<Vec<(OrgId, Arc<Published<Organization>>)>> {
    let orgs = match named {
        Some(org) => vec![org],
        None => {
            let rows = caller.http.store.projections().memberships_of(caller.who.account).await?;
            let personal = personal_org(caller.who.account);
            let mut orgs: Vec<OrgId> = rows.into_iter().map(|row| row.org).chain([personal]).collect();
            orgs.sort_unstable();
            orgs.dedup();
            orgs
        }
    };
    let mut seen = Vec::with_capacity(orgs.len());
    for org in orgs {
        match caller.http.directory.readable_org(caller.principal(), org).await {
            Ok((organization, _)) => seen.push((org, organization)),
            Err(failure) if failure.code == Code::NotFound && named.is_none() => {}
            Err(failure) if failure.code == Code::NotFound => return Err(failure.field("org_id").into()),
            Err(failure) => return Err(failure.into()),
        }
    }
    Ok(seen)
}

/// As many as may be asked, newest first, and how many are left out.
pub async fn newest(caller: &Caller, mut boards: Vec<BoardRow>, most: usize) -> Answer<(Vec<(OrgId, BoardId)>, usize)> {
    if boards.len() > most {
        boards = in_sight(caller, boards).await?;
    }
    let left_out = boards.len().saturating_sub(most);
    // Ids are in the order of their making.
    boards.sort_unstable_by_key(|row| Reverse(row.board));
    Ok((boards.into_iter().take(most).map(|row| (row.org, row.board)).collect(), left_out))
}

/// Where not all can be asked, those that the caller does not see take nobody's place.
async fn in_sight(caller: &Caller, mut rows: Vec<BoardRow>) -> Answer<Vec<BoardRow>> {
    rows.sort_unstable_by_key(|row| (row.org, row.board));
    let mut seen = Vec::with_capacity(rows.len());
    for rows in rows.chunk_by(|a, b| a.org == b.org) {
        let organization = caller.http.directory.organization(rows[0].org).await?;
        let mut visible = Visible::of(caller, rows[0].org, &organization.state).await?;
        for row in rows {
            if visible.sight(row).await?.is_some() {
                seen.push(row.clone());
            }
        }
    }
    Ok(seen)
}

/// Those of these that the caller sees now. They are loaded side by side; who may see what is asked when all are there, and of each alike.
pub async fn open(caller: &Caller, boards: Vec<(OrgId, BoardId)>) -> Answer<Vec<(OrgId, BoardId, Seen)>> {
    let directory = &caller.http.directory;
    let loads = boards.clone().into_iter().map(|(_, board)| {
        let directory = directory.clone();
        async move { directory.board(board).await }
    });
    let at_once = caller.http.limits.own_boards_at_once_max;
    let loaded: Vec<_> = stream::iter(loads).buffer_unordered(at_once).collect().await;
    let mut open = Vec::with_capacity(boards.len());
    for (org, board) in boards {
        if let Some(seen) = seen(caller, org, board).await? {
            open.push((org, board, seen));
        }
    }
    drop(loaded);
    Ok(open)
}
