//! A good history out of nothing but a seed: a perfect server in miniature, and clients who note what they do and see. It keeps every
//! promise by construction, so whatever the checker finds in it is a fault of the checker.

mod acts;
mod crossings;
mod hooking;
mod removals;
mod telling;

use std::collections::BTreeMap;

use lockstep_protocol::{
    codes::Code,
    event::{BoardEvent, Event, Happened, OrganizationEvent, board::*, organization::*},
    ids::{AccountId, BoardId, ClientId, ColumnId, CommitId, OrgId},
    position::Bookmark,
    topic::Topic,
    values::{BoardRole, ColumnKind, OrgRole, Visibility},
};
use uuid::Uuid;

use crate::{
    dice::Dice,
    history::{
        Fault, FaultKind, History, Moment, Record, Resumed, Run, digest_of,
        journal::{Origin, Row},
    },
    model::Board,
};

const EPOCH: u32 = 1;

struct Person {
    account: AccountId,
    client_id: ClientId,
    org: OrgId,
    connection: u32,
    next_seq: u64,
    log: Vec<Record>,
    /// What it follows, with what it holds.
    held: BTreeMap<Topic, (u64, Board)>,
}

struct World {
    dice: Dice,
    at: Moment,
    history: History,
    people: Vec<Person>,
    boards: Vec<(Topic, OrgId)>,
    ids: u128,
}

/// A history in which everything happens that the checker looks at.
pub fn history(seed: u64) -> History {
    let mut world = World {
        dice: Dice::new(seed),
        at: 0,
        history: History::default(),
        people: Vec::new(),
        boards: Vec::new(),
        ids: 1,
    };
    for _ in 0..2 {
        world.found();
    }
    for round in 0..36 {
        for number in 0..world.people.len() {
            world.turn(number, round);
        }
    }
    for number in 0..2 {
        world.removals(number * 3);
    }
    for number in 0..2 {
        world.crossings(number * 3);
    }
    for number in 0..2 {
        world.telling(number * 3);
    }
    for number in 0..world.people.len() {
        // Who was put out for good does nothing any more.
        if !world.people[number].held.is_empty() {
            world.turn(number, 1);
        }
    }
    world.finish(seed)
}

impl World {
    fn id<T: From<Uuid>>(&mut self) -> T {
        self.ids += 1;
        Uuid::from_u128(self.ids).into()
    }

    fn pass(&mut self, micros: u64) -> Moment {
        self.at += micros;
        self.at
    }

    /// An organization with its owner, two members and a private board; the owner is the first of three.
    fn found(&mut self) {
        let org: OrgId = self.id();
        let first = self.people.len();
        for _ in 0..3 {
            let (account, client_id) = (self.id(), self.id());
            let index = self.people.len() as u32;
            let log = vec![Record::Author { index, account, client_id, org }];
            let held = BTreeMap::new();
            self.people.push(Person { account, client_id, org, connection: 0, next_seq: 1, log, held });
        }
        let people: Vec<_> = self.people[first..].iter().map(|person| person.account).collect();
        let owner = people[0];
        let founded: Event =
            OrganizationEvent::from(OrganizationCreated { name: "Org".into(), owner_id: owner }).into();
        self.append(org.into(), org, owner, None, vec![founded]);
        for account_id in &people[1..] {
            let added =
                MemberAdded { account_id: *account_id, role: OrgRole::Member, placeholder: false, service: false };
            self.append(org.into(), org, owner, None, vec![OrganizationEvent::from(added).into()]);
        }
        let board: BoardId = self.id();
        let (name, key, visibility) = ("Board".into(), "B".into(), Visibility::Private);
        let created = BoardCreated { org_id: org, team_id: None, name, key, visibility, owner_id: owner };
        self.append(board.into(), org, owner, None, vec![BoardEvent::from(created).into()]);
        for account_id in &people[1..] {
            let added = BoardMemberAdded { account_id: *account_id, role: BoardRole::Editor };
            self.append(board.into(), org, owner, None, vec![BoardEvent::from(added).into()]);
        }
        let column: ColumnId = self.id();
        let column =
            ColumnCreated { column_id: column, name: "To do".into(), kind: ColumnKind::Backlog, rank: "a".into() };
        self.append(board.into(), org, owner, None, vec![BoardEvent::from(column).into()]);
        self.boards.push((board.into(), org));
        for number in first..first + 3 {
            self.connect(number);
        }
    }

    /// Puts a commit into the journal and shows it to all who follow; answers with its last seq.
    fn append(
        &mut self,
        stream: Topic,
        org: OrgId,
        actor: AccountId,
        origin: Option<Origin>,
        events: Vec<Event>,
    ) -> u64 {
        let commit: CommitId = self.id();
        self.append_in(commit, stream, org, actor, origin, events)
    }

    /// The same as a part of a commit that may change other streams besides.
    fn append_in(
        &mut self,
        commit: CommitId,
        stream: Topic,
        org: OrgId,
        actor: AccountId,
        origin: Option<Origin>,
        events: Vec<Event>,
    ) -> u64 {
        let at = self.at as i64;
        let rows = self.history.journal.streams.entry(stream).or_default();
        let after = rows.len() as u64;
        for (event, seq) in events.iter().zip(after + 1..) {
            let predecessor = rows.last().map_or([0; 32], |row| row.hash);
            let payload = match event {
                Event::Board(event) => rmp_serde::to_vec_named(event),
                Event::Organization(event) => rmp_serde::to_vec_named(event),
                Event::Team(event) => rmp_serde::to_vec_named(event),
                Event::Account(event) => rmp_serde::to_vec_named(event),
                Event::Channel(event) => rmp_serde::to_vec_named(event),
                Event::Inbox(event) => rmp_serde::to_vec_named(event),
            };
            let tag = event.tag().to_owned();
            let payload = payload.unwrap_or_default();
            let mut row = Row { stream, org, seq, commit, at, actor, origin, tag, payload, hash: [0; 32] };
            row.hash = row.chained(&predecessor);
            rows.push(row);
        }
        let seq = rows.len() as u64;
        let last = rows.last().map_or([0; 32], |row| row.hash);
        self.history.journal.heads.insert(stream, (seq, last));
        let happened: Vec<_> = rows[after as usize..].iter().filter_map(|row| row.happened().ok()).collect();
        self.show(stream, after, seq, commit, &happened);
        seq
    }

    fn show(&mut self, topic: Topic, after: u64, seq: u64, commit: CommitId, happened: &[Happened<Event>]) {
        for person in &mut self.people {
            let Some((held, board)) = person.held.get_mut(&topic) else { continue };
            for happened in happened {
                board.apply(topic.id.into(), happened);
            }
            // Who is taken out is not shown that, nor anything after it.
            if board.head.is_some() && !board.members.contains_key(&person.account) {
                let (at, connection) = (self.at + 50, person.connection);
                person.held.remove(&topic);
                person.log.push(Record::Left { at, connection, topic, code: Some(Code::NotFound) });
                continue;
            }
            *held = seq;
            let at = self.at + 100 + self.dice.between(0, 3_000);
            let hashes = happened.iter().map(|happened| (happened.seq, digest_of(happened))).collect();
            let digest = self.dice.percent(20).then(|| digest_of(board));
            let connection = person.connection;
            person.log.push(Record::Events { at, connection, topic, epoch: EPOCH, after, seq, commit, hashes, digest });
        }
    }

    /// Connects anew and joins the own boards: from nothing, or from where it stood.
    fn connect(&mut self, number: usize) {
        let at = self.pass(2_000);
        let boards: Vec<_> = self.boards.iter().copied().filter(|(_, org)| *org == self.people[number].org).collect();
        let person = &mut self.people[number];
        if person.connection > 0 {
            person.log.push(Record::Lost { at, connection: person.connection, code: Some(1001) });
        }
        person.connection += 1;
        let connection = person.connection;
        person.log.push(Record::Opened { at, connection });
        for (topic, _) in boards {
            self.join(number, topic);
        }
        let at = self.pass(100);
        self.people[number].log.push(Record::Ready { at, connection });
    }

    fn join(&mut self, number: usize, topic: Topic) {
        let at = self.pass(100);
        let whole = self.dice.percent(40);
        let rows = self.history.journal.rows(topic);
        let head = Bookmark { epoch: EPOCH, seq: rows.len() as u64 };
        let person = &mut self.people[number];
        let connection = person.connection;
        let after = person.held.get(&topic).map(|(seq, _)| Bookmark { epoch: EPOCH, seq: *seq });
        let from = match after {
            Some(after) if after == head => Resumed::Current,
            Some(_) if !whole => Resumed::Events,
            _ => Resumed::Snapshot,
        };
        person.log.push(Record::Joined { at, connection, topic, after, from, head });
        let (held, board) = person.held.entry(topic).or_default();
        let stood = after.map_or(0, |after| after.seq);
        let missed = &rows[stood as usize..];
        for (index, row) in missed.iter().enumerate() {
            let Ok(happened) = row.happened() else { continue };
            board.apply(topic.id.into(), &happened);
            let last = missed.get(index + 1).is_none_or(|next| next.commit != row.commit);
            if from == Resumed::Events && last {
                let first = missed.iter().position(|other| other.commit == row.commit).unwrap_or(index);
                let of = missed[first..=index].iter().filter_map(|row| row.happened().ok());
                let hashes = of.map(|happened| (happened.seq, digest_of(&happened))).collect();
                let (after, seq, commit) = (missed[first].seq - 1, row.seq, row.commit);
                person.log.push(Record::Events {
                    at: at + 50,
                    connection,
                    topic,
                    epoch: EPOCH,
                    after,
                    seq,
                    commit,
                    hashes,
                    digest: None,
                });
            }
        }
        if from == Resumed::Snapshot {
            let digest = digest_of(board);
            person.log.push(Record::Snapshot { at: at + 50, connection, topic, bookmark: head, digest });
        }
        *held = head.seq;
    }

    fn finish(mut self, seed: u64) -> History {
        let quiet_at = self.pass(10_000);
        let at = self.pass(10_000);
        for person in &mut self.people {
            for (topic, (seq, board)) in &person.held {
                let bookmark = Bookmark { epoch: EPOCH, seq: *seq };
                person.log.push(Record::Final { at, topic: *topic, bookmark, digest: digest_of(board) });
            }
            person.log.push(Record::Canaries { at, own: 3, foreign: 0 });
        }
        let fault = Fault { kind: FaultKind::Redis, what: "killed".to_owned(), from: 1, until: 2 };
        let run = Run { seed, quiet_at, finished_at: at, faults: vec![fault], ..Run::default() };
        let clients = self.people.into_iter().map(|person| person.log).collect();
        self.history.journal.epoch = EPOCH;
        let hooks = hooking::hooks(&self.history.journal);
        History { run, clients, hooks, ..self.history }
    }
}
