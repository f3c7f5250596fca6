//! Who takes part, and on what: organizations with private boards, an owner each who gives and takes access, members who edit, and some
//! who may only look. Everything is made before the first fault.

use std::time::Duration;

use anyhow::Context;
use lockstep_protocol::{
    codec::Codec,
    command::{Command, board::*, channel::CreateChannel},
    ids::{BoardId, ChannelId, ColumnId, OrgId},
    topic::Topic,
    values::{BoardRole, ChannelKind, ColumnKind, Place, Visibility},
};

use super::{
    client::{CANARY, Me},
    plan::{Manage, Mix, Part, Plan},
};
use crate::{
    client::Client,
    dice::Dice,
    pace::Pace,
    stage::{Account, Stage, fresh},
};

const ORGS: usize = 2;
/// Boards that one client follows.
const FOLLOWED: usize = 3;
/// One of so many may only look.
const VIEWER_EVERY: usize = 8;

/// One client to be: its account, what it follows, what it does.
pub struct Seat {
    pub me: Me,
    pub account: Account,
    pub topics: Vec<Topic>,
    pub plan: Plan,
}

/// How many, and how fast all together.
#[derive(Clone, Copy, Debug)]
pub struct Crowd {
    pub clients: usize,
    pub boards: usize,
    pub commands_per_second: u32,
}

struct Org {
    id: OrgId,
    owner: Account,
    members: Vec<Account>,
    boards: Vec<Topic>,
    /// Where everybody talks.
    channel: Topic,
    canary: String,
}

/// Founds all of it through `url`.
pub async fn seat(url: &str, crowd: Crowd, dice: &mut Dice) -> anyhow::Result<Vec<Seat>> {
    let mut orgs = Vec::new();
    for number in 0..ORGS {
        orgs.push(found(url, crowd, number, dice).await.context("cannot found an organization")?);
    }
    let pause = Duration::from_secs(1) * u32::try_from(crowd.clients)? / crowd.commands_per_second.max(1);
    let mut seats = Vec::new();
    for (number, org) in orgs.iter().enumerate() {
        let foreign: Vec<Topic> = orgs
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != number)
            .flat_map(|(_, other)| other.boards.iter().copied().chain([other.id.into(), other.channel]))
            .collect();
        seats.extend(seats_of(org, seats.len(), &foreign, pause).await?);
    }
    Ok(seats)
}

/// The owner, whose client manages, and the members.
async fn seats_of(org: &Org, first: usize, foreign: &[Topic], pause: Duration) -> anyhow::Result<Vec<Seat>> {
    let (_, client) = org.owner.connect(Codec::MessagePack, Pace::unlimited()).await?;
    let mut subjects = Vec::new();
    let mut seats = Vec::new();
    for (number, account) in org.members.iter().enumerate() {
        let part = if number % VIEWER_EVERY == VIEWER_EVERY - 1 { Part::Viewer } else { Part::Editor };
        let role = if part == Part::Viewer { BoardRole::Viewer } else { BoardRole::Editor };
        let mut topics: Vec<_> = (0..FOLLOWED).map(|step| org.boards[(number + step) % org.boards.len()]).collect();
        topics.sort_unstable();
        topics.dedup();
        for topic in &topics {
            ask(&client, *topic, SetBoardMember { account_id: account.id(), role }).await?;
        }
        if part == Part::Editor {
            subjects.push((account.id(), topics.clone()));
        }
        topics.push(org.channel);
        let plan = Plan::Mix(Mix::new(part, pause, foreign.to_vec()));
        seats.push(Seat { me: me(org, account, first + 1 + number), account: account.clone(), topics, plan });
    }
    let topics = org.boards.iter().copied().take(FOLLOWED).chain([org.channel]).collect();
    let mix = Mix::new(Part::Owner, pause, foreign.to_vec());
    let plan = Plan::Manage(Manage::new(pause, mix, subjects));
    seats.insert(0, Seat { me: me(org, &org.owner, first), account: org.owner.clone(), topics, plan });
    Ok(seats)
}

fn me(org: &Org, account: &Account, index: usize) -> Me {
    Me {
        index: index as u32,
        account: account.id(),
        client_id: fresh().into(),
        org: org.id,
        // Both encodings take part.
        codec: Codec::ALL[index % Codec::ALL.len()],
        url: account.rest.url().to_owned(),
        canary: org.canary.clone(),
    }
}

async fn found(url: &str, crowd: Crowd, number: usize, dice: &mut Dice) -> anyhow::Result<Org> {
    let canary = format!("{}{:016x}", CANARY, dice.throw());
    let stage = Stage::set(url, None, &format!("Chaos {canary}")).await?;
    let managed = crowd.clients.saturating_sub(ORGS) / ORGS;
    let names: Vec<_> = (0..managed.max(1)).map(|member| format!("Member {number} {member} {canary}")).collect();
    let members = stage.members(&names).await?;
    let (_, client) = stage.owner.connect(Codec::MessagePack, Pace::unlimited()).await?;
    let mut boards = Vec::new();
    for board in 0..(crowd.boards / ORGS).max(1) {
        let topic: Topic = BoardId(fresh()).into();
        let (name, key, visibility) = (format!("Board {board} {canary}"), "CHAOS".to_owned(), Visibility::Private);
        ask(&client, topic, CreateBoard { org_id: stage.org, team_id: None, name, key, visibility }).await?;
        for (name, kind) in [("To do", ColumnKind::Backlog), ("Doing", ColumnKind::Active), ("Done", ColumnKind::Done)]
        {
            let name = format!("{name} {canary}");
            let column = CreateColumn { column_id: ColumnId(fresh()), name, kind, place: Place::END };
            ask(&client, topic, column).await?;
        }
        boards.push(topic);
    }
    let channel: Topic = ChannelId(fresh()).into();
    let people = members.iter().map(Account::id).collect();
    let (name, kind) = (format!("Talk {canary}"), ChannelKind::Private);
    ask(&client, channel, CreateChannel { org_id: stage.org, team_id: None, kind, name, members: people }).await?;
    Ok(Org { id: stage.org, owner: stage.owner, members, boards, channel, canary })
}

async fn ask(client: &Client, topic: Topic, body: impl Into<Command>) -> anyhow::Result<()> {
    let body = body.into();
    let tag = body.tag();
    client.command(topic, body).await.with_context(|| tag)?;
    Ok(())
}
