//! A whole server with the people of the tables, and as many copies of the tables' world as a test wants. It must never hold
//! expectations about the server.

use std::collections::BTreeMap;

use bytes::Bytes;
use lockstep::{
    app::serve::Overrides,
    clock::Clock,
    store::journal::{Append, Appended, Guard, Head, NewEvent, StreamAppend},
};
use lockstep_domain::Aggregate;
use lockstep_protocol::{
    codec::Codec,
    codes::Failure,
    command::Command,
    event::{Event, FEATURE_LEVEL},
    frame::{Acknowledged, ServerMessage},
    ids::*,
    limits::Limits,
    topic::{Kind, Topic},
};
use reqwest::Method;
use serde_json::Value;
use uuid::Uuid;

use super::world::{LAST, Live, MIDNIGHT, World, id};
use crate::{
    http::{Answer, App, send},
    support::node,
    ws::client::Client,
};

/// Those of the world who have accounts; the others are placeholders.
pub const PEOPLE: [&str; 13] = [
    "owner",
    "admin",
    "member",
    "guest",
    "outsider",
    "lead",
    "mate",
    "editor",
    "viewer",
    "commenter",
    "contributor",
    "own_owner",
    "shade",
];
/// What is said in the channel.
pub const MESSAGES: [&str; 5] = ["m1", "m2", "m3", "m4", "m5"];
const HOUR_US: i64 = 3_600_000_000;

pub struct Scene {
    pub app: App,
    people: BTreeMap<&'static str, Someone>,
    places: u32,
}

struct Someone {
    account: Uuid,
    token: String,
    socket: Client,
}

/// One copy of the world.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Of the copies that organization, team, board with all that is on it, and channel come from.
    numbers: [u32; 4],
    /// Its people are nobody who has an account here.
    of_strangers: bool,
    /// How many events each stream has.
    lengths: [u64; 4],
}

impl Scene {
    pub async fn start() -> Self {
        let limits = Limits {
            commands_per_second_max: 1_000_000,
            commands_burst_max: 1_000_000,
            requests_per_second_max: 1_000_000,
            requests_burst_max: 1_000_000,
            // A table is long: who is not asked for a minute reads nothing in that time, and answers no ping.
            heartbeat_interval_ms: 86_400_000,
            heartbeat_timeout_ms: 2 * 86_400_000,
            ..Limits::default()
        };
        // It stands still, an hour after the world was made.
        let clock = Clock::manual(MIDNIGHT + HOUR_US);
        let app = App::start_with(Overrides { limits: Some(limits), clock: Some(clock) }, &[]).await;
        let mut people = BTreeMap::new();
        for name in PEOPLE {
            let person = app.person(name).await;
            let mut socket = Client::open(app.server.address, Codec::Json).await;
            socket.hello(person.token().to_owned(), ClientId(node::id())).await;
            let ServerMessage::Welcome(_) = socket.next().await else { panic!("welcome comes first") };
            let account = person.id().parse().expect("an id");
            people.insert(name, Someone { account, token: person.token().to_owned(), socket });
        }
        Self { app, people, places: 0 }
    }

    /// Copies a world into the journal, as if everything in it had been asked for.
    pub async fn copy(&mut self, world: &World) -> Place {
        self.copy_of(world, false).await
    }

    /// The same of people whom nobody here knows.
    pub async fn copy_of_strangers(&mut self, world: &World) -> Place {
        self.copy_of(world, true).await
    }

    async fn copy_of(&mut self, world: &World, of_strangers: bool) -> Place {
        self.places += 1;
        let place = Place { numbers: [self.places; 4], of_strangers, lengths: [0; 4] };
        self.append(world, place, &[Kind::Organization, Kind::Team, Kind::Board, Kind::Channel]).await
    }

    /// Copies a part of a world into the organization of another copy; what is left out is that one's.
    pub async fn copy_beside(&mut self, world: &World, beside: &Place, kinds: &[Kind]) -> Place {
        self.places += 1;
        let mut place = Place { lengths: [0; 4], ..*beside };
        kinds.iter().for_each(|kind| place.numbers[slot(*kind)] = self.places);
        self.append(world, place, kinds).await
    }

    async fn append(&mut self, world: &World, mut place: Place, kinds: &[Kind]) -> Place {
        let org = OrgId(self.named(&place, "org"));
        let (mut streams, mut raises) = (Vec::new(), Vec::new());
        for kind in kinds {
            match kind {
                Kind::Organization => self.stream(&mut place, org, &world.org, &mut streams, &mut raises),
                Kind::Team => self.stream(&mut place, org, &world.team, &mut streams, &mut raises),
                Kind::Channel => self.stream(&mut place, org, &world.channel, &mut streams, &mut raises),
                _ => {
                    // What is asked is asked of the other.
                    let mut beside = place;
                    self.stream(&mut beside, org, &world.yonder, &mut streams, &mut raises);
                    self.stream(&mut place, org, &world.board, &mut streams, &mut raises);
                }
            }
        }
        let journal = self.app.server.engine.store.journal();
        let appended = journal.append(Append { streams, guards: Vec::new(), raises }).await.expect("is there");
        assert!(matches!(appended, Appended::Committed(_)), "{appended:?}");
        place
    }

    fn stream<A: Aggregate>(
        &self,
        place: &mut Place,
        org: OrgId,
        live: &Live<A>,
        streams: &mut Vec<StreamAppend>,
        raises: &mut Vec<Guard>,
    ) where
        A::Event: Into<Event>,
    {
        let Some(last) = live.history.last() else { return };
        place.lengths[slot(A::KIND)] = last.seq;
        let stream = Topic::new(A::KIND, self.there(place, live.id));
        let events = live.history.iter().map(|happened| {
            let event: Event = happened.event.clone().into();
            let told = self.translated(place, &serde_json::to_value(&event).expect("encodes"));
            let event: Event = serde_json::from_value(told).expect("an event");
            NewEvent {
                commit: CommitId(node::id()),
                at: happened.at,
                actor: AccountId(self.there(place, happened.by.0)),
                origin: None,
                tag: event.tag(),
                level: FEATURE_LEVEL,
                payload: Bytes::from(rmp_serde::to_vec_named(&event).expect("encodes")),
                marks: A::marks(&happened.event),
            }
        });
        streams.push(StreamAppend { stream, org, expected: Head::EMPTY, events: events.collect() });
        raises.push(Guard { subject: stream.id, version: live.state.access_version() });
    }

    /// The id that a name of the world has in this copy.
    pub fn there(&self, place: &Place, id: Uuid) -> Uuid {
        let told = self.translated(place, &Value::String(id.to_string()));
        told.as_str().expect("text").parse().expect("an id")
    }

    pub fn named(&self, place: &Place, name: &str) -> Uuid {
        self.there(place, id(name))
    }

    /// The same with the ids of this copy.
    pub fn translated(&self, place: &Place, value: &Value) -> Value {
        let mut text = value.to_string();
        for (name, someone) in self.people.iter().filter(|_| !place.of_strangers) {
            text = text.replace(&id(name).to_string(), &someone.account.to_string());
        }
        let slots = MESSAGES.iter().map(|name| (*name, 3)).chain([("team", 1), ("channel", 3)]);
        for (name, slot) in OF_ORGANIZATION.iter().map(|name| (*name, 0)).chain(slots) {
            text = text.replace(&id(name).to_string(), &numbered(id(name), place.numbers[slot]));
        }
        text = text.replace(PREFIX, &prefix(place.numbers[2]));
        let mut told = serde_json::from_str(&text).expect("JSON");
        counted(&mut told, place.lengths[2]);
        told
    }

    pub fn account(&self, name: &str) -> Uuid {
        self.people[name].account
    }

    /// Over the socket.
    pub async fn say(&mut self, who: &str, topic: Topic, command: Command) -> Result<Acknowledged, Failure> {
        self.people.get_mut(who).expect("somebody").socket.ask(topic, command).await
    }

    /// Over HTTP; `public` has no credential.
    pub async fn request(&self, who: &str, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let mut request = self.app.request(method, path);
        if who != "public" {
            request = request.bearer_auth(&self.people[who].token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        send(request).await
    }
}

/// The tables count seqs back from the last of the board.
fn counted(value: &mut Value, last: u64) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                match value.as_u64().filter(|seq| key == "seq" && *seq > LAST / 2) {
                    Some(seq) => *value = (last - (LAST - seq)).into(),
                    None => counted(value, last),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| counted(item, last)),
        _ => {}
    }
}

/// What belongs to the organization of the world, not to its board.
const OF_ORGANIZATION: [&str; 7] = ["org", "ghost", "hr", "ops", "inv1", "inv2", "n6"];
/// How the ids of the world begin.
const PREFIX: &str = "01900000-0000-7000-";

fn prefix(number: u32) -> String {
    format!("0190{:04x}-{:04x}-7000-", number >> 16, number & 0xffff)
}

fn numbered(id: Uuid, number: u32) -> String {
    id.to_string().replace(PREFIX, &prefix(number))
}

impl Place {
    /// How many events the world had in the stream of this kind.
    pub fn length(&self, kind: Kind) -> u64 {
        self.lengths[slot(kind)]
    }
}

fn slot(kind: Kind) -> usize {
    match kind {
        Kind::Organization => 0,
        Kind::Team => 1,
        Kind::Board => 2,
        Kind::Channel => 3,
        other => panic!("no copies of {other:?}"),
    }
}
