//! Takes access away and gives it back: out of a board, down to looking, out of the organization. Whoever is out stays out for a while,
//! and goes on asking.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use lockstep_protocol::{
    command::{BoardCommand, Command, OrganizationCommand, board::*, organization::*},
    frame::Outcome as Said,
    ids::AccountId,
    topic::Topic,
    values::{BoardRole, MemberStatus},
};
use tokio::time::Instant;

use super::{Mix, Next, Proposal};
use crate::{
    chaos::client::{Followed, Me},
    dice::Dice,
    history::Intent,
};

const OUT_FOR_MS: (u64, u64) = (800, 4_000);

pub struct Manage {
    pub pause: Duration,
    pub mix: Mix,
    /// Whom it may take access from, with the boards that they have.
    pub subjects: Vec<(AccountId, Vec<Topic>)>,
    out: BTreeSet<AccountId>,
    /// What is to be given back, and when.
    back: VecDeque<(Instant, Proposal)>,
}

impl Manage {
    pub fn new(pause: Duration, mix: Mix, subjects: Vec<(AccountId, Vec<Topic>)>) -> Self {
        Self { pause, mix, subjects, out: BTreeSet::new(), back: VecDeque::new() }
    }

    pub fn next(&mut self, me: &Me, topics: &BTreeMap<Topic, Followed>, dice: &mut Dice) -> Option<Next> {
        if self.back.front().is_some_and(|(at, _)| *at <= Instant::now()) {
            return self.back.pop_front().map(|(_, proposal)| Next::Command(proposal));
        }
        if dice.percent(70) {
            return self.mix.next(me, topics, dice);
        }
        self.revoke(me, dice).map(Next::Command).or_else(|| self.mix.next(me, topics, dice))
    }

    fn revoke(&mut self, me: &Me, dice: &mut Dice) -> Option<Proposal> {
        // Most stay in: the others' work must go on.
        if self.out.len() * 4 >= self.subjects.len().max(4) {
            return None;
        }
        let (account_id, boards) = dice.pick(&self.subjects)?;
        let account_id = *account_id;
        if !self.out.insert(account_id) {
            return None;
        }
        let board = *dice.pick(boards)?;
        let org: Topic = me.org.into();
        let (topic, body, topic_back, back): (Topic, Command, Topic, Command) = match dice.below(5) {
            0 | 1 => (
                board,
                RemoveBoardMember { account_id }.into(),
                board,
                SetBoardMember { account_id, role: BoardRole::Editor }.into(),
            ),
            2 | 3 => (
                board,
                SetBoardMember { account_id, role: BoardRole::Viewer }.into(),
                board,
                SetBoardMember { account_id, role: BoardRole::Editor }.into(),
            ),
            _ => (
                org,
                ChangeMemberStatus { account_id, status: MemberStatus::Inactive }.into(),
                org,
                ChangeMemberStatus { account_id, status: MemberStatus::Active }.into(),
            ),
        };
        let wait = Duration::from_millis(dice.between(OUT_FOR_MS.0, OUT_FOR_MS.1));
        let intent = Intent::Grant(account_id);
        self.back.push_back((Instant::now() + wait, Proposal { topic: topic_back, body: back, mark: None, intent }));
        Some(Proposal { topic, body, mark: None, intent: Intent::Revoke(account_id) })
    }

    /// What was given back may be taken again.
    pub fn answered(&mut self, body: &Command, said: &Said) {
        let given = match body {
            Command::Board(BoardCommand::SetBoardMember(body)) if body.role == BoardRole::Editor => body.account_id,
            Command::Organization(OrganizationCommand::ChangeMemberStatus(body))
                if body.status == MemberStatus::Active =>
            {
                body.account_id
            }
            _ => return,
        };
        if let Said::Error(failure) = said {
            eprintln!("access was not given back to {given}: {failure}");
        }
        self.out.remove(&given);
    }
}
