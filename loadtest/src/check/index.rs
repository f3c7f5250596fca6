//! The history in the shapes that the checks ask for, made once.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use lockstep_protocol::{
    codes::Code,
    event::Event,
    ids::{AccountId, ClientId, OrgId},
    topic::{Kind, Topic},
};

use crate::{
    history::{History, Intent, Moment, Outcome, Record, digest_of, head_digest, journal::Row},
    model::{Board, Talk},
};

/// A command's name for ever.
pub type Key = (ClientId, u64);

/// One time that a command was sent.
#[derive(Clone, Debug)]
pub struct Attempt {
    pub invoked_at: Moment,
    /// Absent where nothing was noted any more: as good as unknown.
    pub returned: Option<(Moment, Outcome)>,
    pub intent: Intent,
}

/// All that is known of one command.
#[derive(Clone, Debug)]
pub struct Command {
    pub key: Key,
    pub account: AccountId,
    pub topic: Topic,
    pub tag: String,
    pub mark: Option<String>,
    pub intent: Intent,
    pub attempts: Vec<Attempt>,
}

/// Where its events stand in the journal.
#[derive(Clone, Copy, Debug)]
pub struct Effect {
    pub stream: Topic,
    pub first: u64,
    pub last: u64,
}

/// A client's log with its author.
pub struct Client<'a> {
    pub index: u32,
    pub account: AccountId,
    pub org: OrgId,
    pub records: &'a [Record],
}

/// Fingerprints of a board's fold at one seq.
#[derive(Clone, Copy, Debug)]
pub struct Folded {
    pub whole: u64,
    pub head: u64,
}

pub struct Index<'a> {
    pub history: &'a History,
    pub clients: Vec<Client<'a>>,
    pub commands: BTreeMap<Key, Command>,
    /// More than one: more than one commit.
    pub effects: HashMap<Key, Vec<Effect>>,
    /// When the event at (stream, seq) was first acknowledged.
    pub acknowledged_at: HashMap<(Topic, u64), Moment>,
    /// When the command that made it was first sent.
    pub invoked_at: HashMap<(Topic, u64), Moment>,
    /// At every seq at which somebody was shown a state, and at the end.
    pub folds: HashMap<(Topic, u64), Folded>,
    pub boards: BTreeMap<Topic, Board>,
    pub talks: BTreeMap<Topic, Talk>,
}

impl Attempt {
    pub fn acknowledged(&self) -> Option<(Moment, u32, u64)> {
        match self.returned {
            Some((at, Outcome::Ok { epoch, seq, committed: true })) => Some((at, epoch, seq)),
            _ => None,
        }
    }

    pub fn is_unknown(&self) -> bool {
        matches!(self.returned, None | Some((_, Outcome::Unknown)))
    }

    pub fn rejected(&self) -> Option<(Moment, Code, bool)> {
        match self.returned {
            Some((at, Outcome::Rejected { code, temporary })) => Some((at, code, temporary)),
            _ => None,
        }
    }

    pub fn is_variant(&self) -> bool {
        self.intent == Intent::Mismatch
    }
}

impl Command {
    /// The attempts that carried its own body.
    pub fn own(&self) -> impl Iterator<Item = &Attempt> {
        self.attempts.iter().filter(|attempt| !attempt.is_variant())
    }

    pub fn first_invoked_at(&self) -> Moment {
        self.own().map(|attempt| attempt.invoked_at).min().unwrap_or_default()
    }

    /// The first acknowledgement of an effect.
    pub fn acknowledged(&self) -> Option<(Moment, u32, u64)> {
        self.own().filter_map(Attempt::acknowledged).min()
    }
}

impl<'a> Index<'a> {
    pub fn new(history: &'a History) -> Self {
        let clients: Vec<_> = history.clients.iter().filter_map(|records| client(records)).collect();
        let commands = commands(&history.clients);
        let effects = effects(history);
        let (mut acknowledged_at, mut invoked_at) = (HashMap::new(), HashMap::new());
        for command in commands.values() {
            if let Some((at, _, seq)) = command.acknowledged() {
                acknowledged_at.insert((command.topic, seq), at);
            }
            for effect in effects.get(&command.key).into_iter().flatten() {
                for seq in effect.first..=effect.last {
                    invoked_at.insert((effect.stream, seq), command.first_invoked_at());
                }
            }
        }
        let wanted = wanted(history);
        let (mut folds, boards) = folds(history, &wanted);
        let talks = talks(history, &wanted, &mut folds);
        Self { history, clients, commands, effects, acknowledged_at, invoked_at, folds, boards, talks }
    }

    /// In words, for messages.
    pub fn name(&self, key: Key) -> String {
        let client = self.history.clients.iter().find_map(|records| match records.first() {
            Some(Record::Author { index, client_id, .. }) if *client_id == key.0 => Some(*index),
            _ => None,
        });
        client.map_or_else(|| format!("{} {}", key.0, key.1), |index| format!("client {index} command {}", key.1))
    }
}

fn client(records: &[Record]) -> Option<Client<'_>> {
    match records.first()? {
        Record::Author { index, account, org, .. } => {
            Some(Client { index: *index, account: *account, org: *org, records })
        }
        _ => None,
    }
}

fn commands(clients: &[Vec<Record>]) -> BTreeMap<Key, Command> {
    let mut commands: BTreeMap<Key, Command> = BTreeMap::new();
    for records in clients {
        let Some(Record::Author { account, client_id, .. }) = records.first() else { continue };
        let mut places: HashMap<(u64, u32), usize> = HashMap::new();
        for record in records {
            match record {
                Record::Invoked { at, client_seq, attempt, topic, tag, mark, intent } => {
                    let key = (*client_id, *client_seq);
                    let command = commands.entry(key).or_insert_with(|| Command {
                        key,
                        account: *account,
                        topic: *topic,
                        tag: tag.clone(),
                        mark: mark.clone(),
                        intent: *intent,
                        attempts: Vec::new(),
                    });
                    places.insert((*client_seq, *attempt), command.attempts.len());
                    command.attempts.push(Attempt { invoked_at: *at, returned: None, intent: *intent });
                }
                Record::Returned { at, client_seq, attempt, outcome } => {
                    let command = commands.get_mut(&(*client_id, *client_seq));
                    let place = places.get(&(*client_seq, *attempt));
                    if let Some((command, place)) = command.zip(place) {
                        command.attempts[*place].returned = Some((*at, *outcome));
                    }
                }
                _ => {}
            }
        }
    }
    commands
}

fn effects(history: &History) -> HashMap<Key, Vec<Effect>> {
    let mut effects: HashMap<Key, Vec<Effect>> = HashMap::new();
    for (stream, rows) in &history.journal.streams {
        let mut before: Option<&Row> = None;
        for row in rows {
            let Some(origin) = &row.origin else {
                before = Some(row);
                continue;
            };
            let key = (origin.client_id, origin.client_seq);
            let found = effects.entry(key).or_default();
            let same = before.is_some_and(|before| before.commit == row.commit && before.origin == row.origin);
            match found.last_mut() {
                Some(effect) if same && effect.stream == *stream => effect.last = row.seq,
                _ => found.push(Effect { stream: *stream, first: row.seq, last: row.seq }),
            }
            before = Some(row);
        }
    }
    effects
}

type Wanted = HashMap<Topic, BTreeSet<u64>>;
type Folds = HashMap<(Topic, u64), Folded>;

/// Where somebody was shown a state.
fn wanted(history: &History) -> Wanted {
    let mut wanted = Wanted::new();
    for record in history.clients.iter().flatten() {
        let shown = match record {
            Record::Snapshot { topic, bookmark, .. } | Record::Final { topic, bookmark, .. } => (topic, bookmark.seq),
            Record::Events { topic, seq, digest: Some(_), .. } | Record::Read { topic, seq, .. } => (topic, *seq),
            _ => continue,
        };
        wanted.entry(*shown.0).or_default().insert(shown.1);
    }
    wanted
}

/// Folds every board once, and keeps fingerprints where somebody asks for them.
fn folds(history: &History, wanted: &Wanted) -> (Folds, BTreeMap<Topic, Board>) {
    let (mut folds, mut boards) = (HashMap::new(), BTreeMap::new());
    for (stream, rows) in history.journal.streams.iter().filter(|(stream, _)| stream.kind == Kind::Board) {
        let mut board = Board::default();
        let wanted = wanted.get(stream);
        for (index, row) in rows.iter().enumerate() {
            // What does not decode is told by the checks of the journal.
            if let Ok(happened) = row.happened() {
                board.apply(stream.id.into(), &happened);
            }
            if index + 1 == rows.len() || wanted.is_some_and(|seqs| seqs.contains(&row.seq)) {
                folds.insert((*stream, row.seq), Folded { whole: digest_of(&board), head: head_digest(&board) });
            }
        }
        boards.insert(*stream, board);
    }
    (folds, boards)
}

/// The same of channels.
fn talks(history: &History, wanted: &Wanted, folds: &mut Folds) -> BTreeMap<Topic, Talk> {
    let mut talks = BTreeMap::new();
    for (stream, rows) in history.journal.streams.iter().filter(|(stream, _)| stream.kind == Kind::Channel) {
        let mut talk = Talk::default();
        let wanted = wanted.get(stream);
        for (index, row) in rows.iter().enumerate() {
            if let Some(Event::Channel(event)) = row.happened().ok().map(|happened| happened.event) {
                talk.apply(&event);
            }
            if index + 1 == rows.len() || wanted.is_some_and(|seqs| seqs.contains(&row.seq)) {
                let whole = digest_of(&talk);
                folds.insert((*stream, row.seq), Folded { whole, head: whole });
            }
        }
        talks.insert(*stream, talk);
    }
    talks
}
