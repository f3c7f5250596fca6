//! Inboxes over generated histories, against a naive one. The inbox under test remembers little, so that most histories come to what is
//! forgotten.

mod naive;
mod rules;

use std::collections::{BTreeMap, BTreeSet};

use lockstep_domain::{
    Aggregate, Inbox,
    inbox::{self, Keep, Marker},
};
use lockstep_protocol::{
    command::{InboxCommand, inbox::*},
    event::{InboxEvent, inbox::NotificationSent},
    ids::{AccountId, BoardId, ChannelId, OrgId, TaskId},
    position::Position,
    topic::Topic,
    values::*,
    view::{InboxPart, ViewPart},
};
use naive::{Held, Naive};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};

use crate::support::{Live, World, fixed, id, inbox_of, principal, stored, value};

const KEEP: Keep = Keep { entries: 12, markers: 3 };
const CHANNELS: [&str; 4] = ["channel", "direct", "m8", "m9"];
const TASKS: [&str; 3] = ["t1", "t2", "t3"];

/// What somebody does, in small numbers.
#[derive(Clone, Debug)]
enum Step {
    /// Of the newest position, or one that was told before.
    Tell {
        back: u64,
        reason: usize,
        subject: usize,
        number: u64,
    },
    Numbers {
        what: usize,
        numbers: Vec<u64>,
    },
    ReadAll(u64),
    Snooze {
        numbers: Vec<u64>,
        seconds: i64,
    },
    Wake(Vec<u64>),
    Fail(Vec<u64>, usize),
    Seen {
        subject: usize,
        through: u64,
    },
    Mark {
        channel: usize,
        read_to: u64,
        numbers: Vec<u64>,
    },
    MarkUnread {
        channel: usize,
        number: u64,
        only: bool,
    },
    Prefer {
        what: usize,
        on: bool,
    },
}

fn numbers() -> impl Strategy<Value = Vec<u64>> {
    prop::collection::vec(1..40_u64, 1..4)
}

fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => (0..4_u64, 0..NotifyReason::ALL.len(), 0..8_usize, 1..12_u64)
            .prop_map(|(back, reason, subject, number)| Step::Tell { back, reason, subject, number }),
        5 => (0..5_usize, numbers()).prop_map(|(what, numbers)| Step::Numbers { what, numbers }),
        1 => (0..40_u64).prop_map(Step::ReadAll),
        2 => (numbers(), 0..9_i64).prop_map(|(numbers, seconds)| Step::Snooze { numbers, seconds }),
        2 => numbers().prop_map(Step::Wake),
        1 => (numbers(), 0..3_usize).prop_map(|(numbers, outlet)| Step::Fail(numbers, outlet)),
        1 => (0..8_usize, 0..40_u64).prop_map(|(subject, through)| Step::Seen { subject, through }),
        3 => (0..4_usize, 0..12_u64, prop::collection::vec(1..12_u64, 0..3))
            .prop_map(|(channel, read_to, numbers)| Step::Mark { channel, read_to, numbers }),
        2 => (0..4_usize, 1..12_u64, any::<bool>())
            .prop_map(|(channel, number, only)| Step::MarkUnread { channel, number, only }),
        1 => (0..6_usize, any::<bool>()).prop_map(|(what, on)| Step::Prefer { what, on }),
    ];
    prop::collection::vec(step, 1..most)
}

fn position(at: u64) -> Position {
    Position { transaction: at, ..Position::START }
}

fn channel(at: usize) -> ChannelId {
    ChannelId(id(CHANNELS[at]))
}

/// One of eight: three tasks, messages of four channels, and a board.
fn subject(at: usize, number: u64) -> Subject {
    let board_id = BoardId(id("board"));
    match at {
        0..3 => Subject::Task { board_id, task_id: TaskId(id(TASKS[at])), comment_id: None },
        3..7 => {
            let message = MessageRef { message_id: id("m1").into(), seq: number };
            Subject::Message { channel_id: channel(at - 3), message, number: Some(number), thread: None }
        }
        _ => Subject::Board { board_id },
    }
}

fn seen(at: usize) -> Seen {
    match at {
        0..3 => Seen::Task { task_id: TaskId(id(TASKS[at])) },
        3..7 => Seen::Thread { channel_id: channel(at - 3), seq: 3 },
        _ => Seen::Board { board_id: BoardId(id("board")) },
    }
}

fn entry(reason: NotifyReason, subject: Subject) -> NewEntry {
    let source = Source { topic: Topic::from(BoardId(id("board"))), seq: 1 };
    NewEntry { reason, org_id: OrgId(id("org")), by: AccountId(id("owner")), source, subject }
}

fn preference(what: usize, on: bool) -> PreferenceChange {
    match what {
        0 => PreferenceChange::Task { task_id: TaskId(id("t1")), muted: on },
        1 => PreferenceChange::Channel { channel_id: channel(0), level: on.then_some(ChannelLevel::All) },
        2 => PreferenceChange::Channel { channel_id: channel(1), level: on.then_some(ChannelLevel::Nothing) },
        3 => PreferenceChange::Reason {
            reason: NotifyReason::Changed,
            in_app: Some(!on),
            email: None,
            push: None,
            sms: None,
        },
        4 => PreferenceChange::Reason {
            reason: NotifyReason::Message,
            in_app: Some(on),
            email: None,
            push: None,
            sms: None,
        },
        _ => PreferenceChange::Board { board_id: BoardId(id("board")), level: on.then_some(BoardLevel::Nothing) },
    }
}

struct Run {
    world: World,
    naive: Naive,
    happened: BTreeSet<&'static str>,
}

fn command(run: &Run, step: &Step) -> InboxCommand {
    match step.clone() {
        Step::Tell { back, reason, subject: about, number } => TellInbox {
            position: position((run.naive.newest + 1).saturating_sub(back).max(1)),
            entry: entry(NotifyReason::ALL[reason], subject(about, number)),
            zone: "UTC".into(),
        }
        .into(),
        Step::Numbers { what: 0, numbers } => ReadEntries { numbers }.into(),
        Step::Numbers { what: 1, numbers } => UnreadEntries { numbers }.into(),
        Step::Numbers { what: 2, numbers } => ArchiveEntries { numbers }.into(),
        Step::Numbers { what: 3, numbers } => UnarchiveEntries { numbers }.into(),
        Step::Numbers { numbers, .. } => DeleteEntries { numbers }.into(),
        Step::ReadAll(through) => ReadAllEntries { through }.into(),
        Step::Snooze { numbers, seconds } => {
            SnoozeEntries { numbers, until: run.world.now + 1 + seconds * 1_000_000 }.into()
        }
        Step::Wake(numbers) => WakeEntries { numbers }.into(),
        Step::Fail(numbers, outlet) => FailEntries { numbers, outlet: Outlet::ALL[outlet] }.into(),
        Step::Seen { subject, through } => SeeSubject { what: seen(subject), through }.into(),
        Step::Mark { channel: of, read_to, numbers } => {
            MarkChannel { channel_id: channel(of), read_to, numbers }.into()
        }
        Step::MarkUnread { channel: of, number, only } => {
            MarkChannelUnread { channel_id: channel(of), number, only }.into()
        }
        Step::Prefer { what, on } => SetPreferences { changes: vec![preference(what, on)] }.into(),
    }
}

fn run(steps: &[Step]) -> Run {
    let mut world = World::usual();
    world.inbox = inbox_of("member");
    world.inbox.state = Inbox::keeping(KEEP);
    world.tell("member: inbox.open");
    let mut run = Run { world, naive: Naive::default(), happened: BTreeSet::new() };
    for step in steps {
        let asked = command(&run, step);
        let who = match step {
            Step::Tell { .. } | Step::Wake(_) | Step::Fail(..) => "server:owner",
            _ => "member",
        };
        let wakes: Vec<u64> = run.world.inbox.state.wakes_until(run.world.now).collect();
        assert_eq!(wakes.iter().copied().collect::<BTreeSet<_>>(), run.naive.due(run.world.now), "{step:?}");
        let (now, admits) = (run.world.now, admits(&run.world.inbox.state, &asked));
        let events = run.world.act(principal(who), asked.clone().into());
        let events = events.unwrap_or_else(|refused| panic!("{step:?}: {refused}"));
        run.happened.extend(events.iter().map(lockstep_protocol::event::Event::tag));
        run.naive.take(&asked, admits, now);
        run.check_now();
    }
    run
}

/// Whether preferences let it in, and into the inbox; `None` for what is no tell.
fn admits(inbox: &Inbox, asked: &InboxCommand) -> Option<(bool, bool)> {
    let InboxCommand::TellInbox(tell) = asked else { return None };
    let preferences = inbox.preferences();
    let delivery = preferences.delivery(tell.entry.reason);
    let outside = delivery.email != EmailWhen::Off || delivery.push || delivery.sms;
    Some((preferences.admit(&tell.entry) && (delivery.in_app || outside), delivery.in_app))
}

impl Run {
    fn check_now(&self) {
        let state = &self.world.inbox.state;
        let held = |(number, entry): (u64, &inbox::Entry)| {
            (number, entry.read, entry.archived, entry.snoozed_until, entry.failed.clone())
        };
        let held: Vec<Held> = state.entries().map(held).collect();
        assert_eq!(held, self.naive.held());
        assert_eq!(state.unread() as usize, self.naive.unread());
        assert_eq!(state.last_number(), self.naive.numbers);
        let markers: BTreeMap<ChannelId, (u64, Vec<u64>)> =
            state.markers().map(|(id, Marker { read_to, unread, .. })| (id, (*read_to, unread.clone()))).collect();
        assert_eq!(markers, self.naive.marks());
    }

    fn check(&self, cut: prop::sample::Index) {
        let live = &self.world.inbox;
        assert!(live.state.entries().count() <= KEEP.entries && live.state.markers().count() <= KEEP.markers);
        assert!(live.state.memory_bytes() < 16_384);
        let mut told = BTreeSet::new();
        let mut last = 0;
        for happened in &live.history {
            if let InboxEvent::NotificationSent(NotificationSent { position, number, .. }) = &happened.event {
                assert!(told.insert(*position), "told twice of {position}");
                assert!(number.is_none_or(|number| number == last + 1), "numbers are dense");
                last = number.unwrap_or(last);
            }
        }
        assert_eq!(told.last().copied(), live.state.told());
        self.check_stored(cut);
        self.check_view();
    }

    /// A node that starts from a snapshot, one that replays everything and one that lived through it hold the same.
    fn check_stored(&self, cut: prop::sample::Index) {
        let live = &self.world.inbox;
        let cut = cut.index(live.history.len() + 1);
        let mut early = Inbox::keeping(KEEP);
        live.history[..cut].iter().for_each(|happened| early.evolve(happened));
        let mut resumed: Inbox = rmp_serde::from_slice(&stored(&early)).unwrap();
        live.history[cut..].iter().for_each(|happened| resumed.evolve(happened));
        assert_eq!(resumed, live.state);
        assert_eq!(resumed.digest(), live.state.digest());
        assert_eq!(resumed.memory_bytes(), live.state.memory_bytes());
    }

    fn check_view(&self) {
        let live = &self.world.inbox;
        let (mut entries, mut markers, mut heads) = (0, 0, 0);
        for part in live.state.view(live.id, Audience::Member, 1_000) {
            assert_eq!(serde_json::from_value::<ViewPart>(value(&part)).unwrap(), part);
            assert_eq!(rmp_serde::from_slice::<ViewPart>(&rmp_serde::to_vec_named(&part).unwrap()).unwrap(), part);
            assert!(serde_json::to_vec(&part).unwrap().len() < 3_000, "{part:?}");
            match part {
                ViewPart::Inbox(InboxPart::Inbox(head)) => {
                    heads += 1;
                    assert_eq!(head.unread as usize, self.naive.unread());
                    assert_eq!(head.deliveries.len(), NotifyReason::ALL.len());
                }
                ViewPart::Inbox(InboxPart::Entries { entries: some }) => entries += some.len(),
                ViewPart::Inbox(InboxPart::Markers { markers: some }) => markers += some.len(),
                ViewPart::Inbox(InboxPart::Levels { .. }) => {}
                other => panic!("{other:?}"),
            }
        }
        assert_eq!((heads, entries, markers), (1, self.naive.held().len(), self.naive.marks().len()));
        for audience in [Audience::Guest, Audience::Public] {
            let shown = live.state.view(live.id, audience, 1_000);
            let nothing = Inbox::default().view(live.id, Audience::Member, 1_000);
            assert_eq!(shown, nothing, "{audience:?}");
        }
    }
}

proptest! {
    #![proptest_config(fixed(128))]

    #[test]
    fn an_inbox_tells_of_each_event_once_and_counts_what_is_unread(steps in steps(120), cut: prop::sample::Index) {
        run(&steps).check(cut);
    }

    /// What two devices say that have read, in whichever order it comes.
    #[test]
    fn what_devices_say_that_have_read_comes_to_the_same_in_any_order(
        unread in prop::collection::vec(1..20_u64, 0..5),
        marks in prop::collection::vec((0..30_u64, prop::collection::vec(1..20_u64, 0..3)), 1..6),
        order in any::<prop::sample::Index>(),
    ) {
        let told = |marks: &[(u64, Vec<u64>)]| {
            let mut world = World::usual();
            world.inbox = inbox_of("member");
            world.tell("member: inbox.open");
            world.tell("member: inbox.mark channel_id=channel read_to=20");
            for number in &unread {
                world.tell(&format!("member: inbox.mark_unread channel_id=channel number={number} only=true"));
            }
            for (read_to, numbers) in marks {
                let asked = MarkChannel { channel_id: channel(0), read_to: *read_to, numbers: numbers.clone() };
                world.act(principal("member"), InboxCommand::from(asked).into()).unwrap();
            }
            let marker = world.inbox.state.marker(channel(0)).unwrap().clone();
            (marker.read_to, marker.unread)
        };
        let mut other = marks.clone();
        other.rotate_left(order.index(marks.len()));
        let mut back = marks.clone();
        back.reverse();
        prop_assert_eq!(told(&marks), told(&other));
        prop_assert_eq!(told(&marks), told(&back));
    }
}

#[test]
fn the_generated_inboxes_hold_every_event() {
    let mut runner = TestRunner::new(fixed(1));
    let mut happened = BTreeSet::new();
    for _ in 0..60 {
        happened.extend(run(&steps(120).new_tree(&mut runner).unwrap().current()).happened);
    }
    let missing: Vec<_> = InboxEvent::TAGS.iter().filter(|tag| !happened.contains(*tag)).collect();
    // Founded before.
    assert_eq!(missing, [&"inbox.opened"]);
}
