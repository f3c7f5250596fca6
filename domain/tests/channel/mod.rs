//! Channels over generated histories, against a naive one that keeps every message. The channel under test remembers hardly anything, so
//! that most of what is asked is about what it has forgotten.

mod naive;
mod rules;

use std::collections::BTreeSet;

use lockstep_domain::{
    Aggregate, Channel, Ctx,
    channel::{Answer, Keep, Recalled, direct_id, history},
};
use lockstep_protocol::{
    codes::Code,
    command::{ChannelCommand, channel::*},
    event::{ChannelEvent, Event},
    ids::{AccountId, MessageId, OrgId},
    limits::Limits,
    values::{Audience, ChannelRole, MessageRef},
    view::{ChannelPart, ThreadView, ViewPart},
};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use uuid::Uuid;

use self::naive::{Naive, Op, account};
use crate::support::{World, command, fixed, id, principal, stored};

const KEEP: Keep = Keep { messages: 4, reactions: 5, changes: 3, numbers: 5 };

const WHO: &[&str] = &["owner", "owner", "member", "member", "mate", "mate", "editor", "guest", "outsider"];

fn tight() -> Limits {
    Limits {
        members_per_channel_max: 4,
        pins_per_channel_max: 2,
        message_edits_max: 2,
        reaction_kinds_per_message_max: 2,
        reactions_per_message_max: 3,
        reactions_ever_per_message_max: 4,
        ..Limits::default()
    }
}

/// Counted back from the newest: mostly of those that are still talked about, and often of all there were.
fn at() -> impl Strategy<Value = usize> {
    prop_oneof![3 => 0..4_usize, 3 => 4..12_usize, 1 => 0..30_usize]
}

fn op() -> impl Strategy<Value = Op> {
    let emoji = || prop::sample::select(&["👍", "👍", "👍", "🎉", "🫡"][..]);
    let whom = || prop::sample::select(&["owner", "member", "mate", "editor", "guest", "outsider"][..]);
    let role = prop::option::of(prop::sample::select(&["member", "manager"][..]));
    let thread = prop_oneof![3 => Just(None), 2 => at().prop_map(Some)];
    prop_oneof![
        24 => (thread, prop::bool::weighted(0.2), Just("said")).prop_map(|(thread, broadcast, text)| Op::Post { thread, broadcast, text }),
        3 => at().prop_map(Op::Edit),
        3 => at().prop_map(Op::Delete),
        8 => (at(), emoji()).prop_map(|(at, emoji)| Op::React(at, emoji)),
        8 => (at(), emoji()).prop_map(|(at, emoji)| Op::Unreact(at, emoji)),
        3 => at().prop_map(Op::Pin),
        2 => at().prop_map(Op::Unpin),
        3 => (whom(), role).prop_map(|(whom, role)| Op::Add(whom, role)),
        1 => whom().prop_map(Op::Remove),
        1 => Just(Op::Archive),
        5 => Just(Op::Unarchive),
        1 => prop::sample::select(&["Room", "Hall"][..]).prop_map(Op::Rename),
    ]
}

fn steps(most: usize) -> impl Strategy<Value = Vec<(&'static str, Op)>> {
    prop::collection::vec((prop::sample::select(WHO), op()), 1..most)
}

fn message_id(at: usize) -> MessageId {
    MessageId(Uuid::from_u128(0x0190_0000_0000_7000_9000_0000_0000_0001 + at as u128))
}

/// With the places of messages as they are counted from the first.
fn placed(op: &Op, said: usize) -> Op {
    let from_first = |back: &usize| said.checked_sub(back + 1).unwrap_or(said + 7);
    match op {
        Op::Post { thread, broadcast, text } => {
            Op::Post { thread: thread.as_ref().map(from_first), broadcast: *broadcast, text }
        }
        Op::Edit(at) => Op::Edit(from_first(at)),
        Op::Delete(at) => Op::Delete(from_first(at)),
        Op::React(at, emoji) => Op::React(from_first(at), emoji),
        Op::Unreact(at, emoji) => Op::Unreact(from_first(at), emoji),
        Op::Pin(at) => Op::Pin(from_first(at)),
        Op::Unpin(at) => Op::Unpin(from_first(at)),
        other => other.clone(),
    }
}

fn asked(op: &Op, naive: &Naive) -> ChannelCommand {
    let named = |at: usize| MessageRef {
        message_id: message_id(at),
        // One that was never posted is said to be at the channel's own founding.
        seq: naive.said.get(at).map_or(1, |said| said.seq),
    };
    match *op {
        Op::Post { thread, broadcast, text } => PostMessage {
            message_id: message_id(naive.said.len()),
            text: text.to_owned(),
            thread: thread.map(named),
            broadcast,
        }
        .into(),
        Op::Edit(at) => EditMessage { message: named(at), text: "edited".to_owned() }.into(),
        Op::Delete(at) => DeleteMessage { message: named(at) }.into(),
        Op::React(at, emoji) => ReactToMessage { message: named(at), emoji: emoji.to_owned() }.into(),
        Op::Unreact(at, emoji) => UnreactToMessage { message: named(at), emoji: emoji.to_owned() }.into(),
        Op::Pin(at) => PinMessage { message: named(at) }.into(),
        Op::Unpin(at) => UnpinMessage { message: named(at) }.into(),
        Op::Add(whom, role) => {
            AddChannelMember { account_id: account(whom), role: role.and_then(ChannelRole::from_word) }.into()
        }
        Op::Remove(whom) => RemoveChannelMember { account_id: account(whom) }.into(),
        Op::Archive => ArchiveChannel {}.into(),
        Op::Unarchive => UnarchiveChannel {}.into(),
        Op::Rename(name) => UpdateChannel { name: Some(name.to_owned()), purpose: None }.into(),
    }
}

struct Run {
    world: World,
    naive: Naive,
    happened: BTreeSet<&'static str>,
    refused: BTreeSet<&'static str>,
    /// How often something was asked that the state had forgotten.
    recalls: usize,
}

fn run(steps: &[(&'static str, Op)]) -> Run {
    let mut world = World::usual();
    world.limits = tight();
    world.channel = crate::support::Live::new("channel");
    world.keep(KEEP);
    world.tell("owner: channel.create org_id=org kind=open name=Room members=[member]");
    let mut run = Run { world, naive: Naive::new(), happened: BTreeSet::new(), refused: BTreeSet::new(), recalls: 0 };
    for (who, op) in steps {
        run.step(who, op);
    }
    run
}

impl Run {
    fn step(&mut self, who: &'static str, op: &Op) {
        let op = placed(op, self.naive.said.len());
        let asked = asked(&op, &self.naive);
        let seq = self.world.channel.history.len() as u64 + 1;
        let expected = self.naive.ask(who, &op, seq, &self.world.limits);
        self.whenever_it_was_read(who, &asked);
        let before = self.world.channel.state.clone();
        match self.world.act(principal(who), asked.clone().into()) {
            Ok(events) => {
                assert_eq!(expected, Ok(!events.is_empty()), "{who}: {asked:?} became {events:?}");
                assert!(events.len() <= 1);
                assert!(events.is_empty() || self.world.channel.state != before, "{events:?} changed nothing");
                self.happened.extend(events.iter().map(Event::tag));
            }
            Err(refused) => {
                assert_eq!(expected, Err(refused.code), "{who}: {asked:?}: {refused}");
                self.refused.insert(refused.code.word());
            }
        }
    }

    /// However far back the journal was read: the answer is the same, or that it was too far.
    fn whenever_it_was_read(&mut self, who: &str, asked: &ChannelCommand) {
        let live = &self.world.channel;
        let Some(seq) = live.state.wants(asked) else { return };
        self.recalls += 1;
        let decide = |recalled: Option<&Recalled>| {
            let ctx = Ctx { recalled, ..self.world.ctx(principal(who), live.id) };
            live.state.decide(asked, &ctx)
        };
        let now = decide(self.world.recall(asked).as_ref());
        for through in 0..=live.history.len() as u64 {
            let read = live.history.iter().filter(|happened| happened.seq <= through);
            let then = decide(Some(&Recalled::of(seq, read, through)));
            if through >= live.state.settled() {
                assert_eq!(then, now, "read up to {through}");
            } else {
                let as_before = now.as_ref().is_err_and(|failure| {
                    [Code::Forbidden, Code::WrongState].contains(&failure.code) || then.as_ref() == Err(failure)
                });
                assert!(as_before || then.is_err_and(|failure| failure.code == Code::Contended));
            }
        }
    }

    fn check(&self, cut: prop::sample::Index) {
        let live = &self.world.channel;
        check_stored(&live.state, &live.history, cut);
        let (messages, changes) = live.state.held();
        assert!(messages <= KEEP.messages && changes <= KEEP.changes);
        assert!(live.state.memory_bytes() < 4_096 + 48 * 8);
        let numbers: Vec<u64> = self.naive.said.iter().filter_map(|said| said.number).collect();
        assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>(), "numbers are dense");
        assert_eq!(live.state.last_number(), self.naive.last_number());
        for read in 0..=live.state.last_number() + 1 {
            let (found, counted) = (live.state.unread(read), self.naive.unread(read));
            assert_eq!(found.or_more, read + 1 < live.state.known_from());
            assert!(found.count == counted || (found.or_more && found.count < counted), "{found:?} of {counted}");
        }
        self.check_view();
        self.check_history();
    }

    fn check_view(&self) {
        let (mut pins, mut members, mut gone) = (BTreeSet::new(), 0, Vec::new());
        for part in self.world.channel.state.view(self.world.channel.id, Audience::Member, 200) {
            assert_eq!(serde_json::from_value::<ViewPart>(crate::support::value(&part)).unwrap(), part);
            assert_eq!(rmp_serde::from_slice::<ViewPart>(&rmp_serde::to_vec_named(&part).unwrap()).unwrap(), part);
            match part {
                ViewPart::Channel(ChannelPart::Channel(view)) => {
                    pins = view.pins.iter().map(|pin| pin.message.seq).collect();
                    gone = view.deleted_numbers;
                    assert_eq!(view.archived, self.naive.archived);
                    assert_eq!(view.name, self.naive.name);
                    assert_eq!(view.last_number, self.naive.last_number());
                }
                ViewPart::Channel(ChannelPart::Members { members: some }) => members += some.len(),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(pins, self.naive.pins.iter().map(|at| self.naive.said[*at].seq).collect());
        assert_eq!(members, self.naive.members.len());
        let known = self.world.channel.state.known_from();
        let deleted = self.naive.said.iter().filter(|said| said.deleted).filter_map(|said| said.number);
        assert_eq!(gone, deleted.filter(|number| *number >= known).collect::<Vec<_>>());
    }

    /// Any page, out of no more than the events that it says it needs.
    fn check_history(&self) {
        let live = &self.world.channel;
        let events = &live.history;
        let last = events.len() as u64;
        for (from, to) in [(1, last), (1, last / 2), (last / 2, last), (last / 3, last / 3 * 2), (last, last + 9)] {
            let range = from..=to;
            let needed = events.iter().filter(|happened| {
                range.contains(&happened.seq) || history::about(&happened.event).any(|seq| range.contains(&seq))
            });
            let inside = |seq| range.contains(&seq);
            let page = history::fold(inside, needed.clone(), needed.filter_map(Answer::of));
            assert_eq!(
                page,
                history::fold(inside, events, events.iter().filter_map(Answer::of)),
                "others are passed over"
            );
            let wanted: Vec<usize> =
                (0..self.naive.said.len()).filter(|at| range.contains(&self.naive.said[*at].seq)).collect();
            assert_eq!(page.len(), wanted.len());
            for ((seq, message), at) in page.iter().zip(wanted) {
                if let Some(held) = live.state.message(*seq) {
                    assert_eq!(held, message, "what is held is as what is read");
                }
                let text = history::text_seq(message).map(|seq| &events[seq as usize - 1].event);
                self.check_message(&history::view(*seq, message, text).expect("it has a text"), at);
            }
        }
        for happened in events {
            let (Some(answer), marks) = (Answer::of(happened), Channel::marks(&happened.event)) else { continue };
            let root = marks.thread.expect("it is found by its thread");
            assert_eq!(Answer::marked(root, Channel::tag(&happened.event), happened.by, happened.at), answer);
        }
    }

    fn check_message(&self, view: &lockstep_protocol::view::MessageView, at: usize) {
        let said = &self.naive.said[at];
        assert_eq!(view.message, MessageRef { message_id: message_id(at), seq: said.seq });
        assert_eq!((view.number, view.author_id), (said.number, account(said.author)));
        assert_eq!((view.deleted, &view.text), (said.deleted, &said.text));
        assert_eq!(view.edited_at.is_some(), said.edits > 0 && !said.deleted);
        assert_eq!(view.thread.map(|root| root.seq), said.thread.map(|root| self.naive.said[root].seq));
        let reactions = said
            .reactions
            .iter()
            .map(|(emoji, by)| (String::from(*emoji), by.iter().map(|who| account(who)).collect::<Vec<AccountId>>()));
        let found = view.reactions.iter().map(|reaction| (reaction.emoji.clone(), reaction.by.clone()));
        assert_eq!(found.collect::<Vec<_>>(), reactions.collect::<Vec<_>>());
        let replies: Vec<_> = self.naive.said.iter().filter(|reply| reply.thread == Some(at)).collect();
        assert_eq!(view.replies.is_some(), !replies.is_empty());
        let Some(ThreadView { count, last_at, people }) = &view.replies else { return };
        assert_eq!(*count as usize, replies.iter().filter(|reply| !reply.deleted).count());
        let last = replies.last().expect("there are replies").seq as usize;
        assert_eq!(*last_at, self.world.channel.history[last - 1].at);
        let mut first = Vec::new();
        for reply in replies {
            if !first.contains(&account(reply.author)) {
                first.push(account(reply.author));
            }
        }
        assert_eq!(*people, first);
    }
}

/// A node that starts from a snapshot, one that replays everything and one that lived through it hold the same.
fn check_stored(
    state: &Channel,
    history: &[lockstep_protocol::event::Happened<ChannelEvent>],
    cut: prop::sample::Index,
) {
    let mut replayed = Channel::keeping(KEEP);
    history.iter().for_each(|happened| replayed.evolve(happened));
    assert_eq!(replayed, *state);
    assert_eq!(replayed.digest(), state.digest());
    let cut = cut.index(history.len() + 1);
    let mut early = Channel::keeping(KEEP);
    history[..cut].iter().for_each(|happened| early.evolve(happened));
    let mut resumed: Channel = rmp_serde::from_slice(&stored(&early)).unwrap();
    history[cut..].iter().for_each(|happened| resumed.evolve(happened));
    assert_eq!(resumed, *state);
    assert_eq!(stored(&resumed), stored(state));
    assert_eq!(resumed.memory_bytes(), state.memory_bytes());
}

proptest! {
    #![proptest_config(fixed(96))]

    #[test]
    fn a_channel_that_forgets_is_as_one_that_keeps_everything(steps in steps(140), cut: prop::sample::Index) {
        run(&steps).check(cut);
    }
}

#[test]
fn the_generated_channels_hold_every_event_and_ask_for_what_was_forgotten() {
    let mut runner = TestRunner::new(fixed(1));
    let (mut happened, mut refused, mut recalls) = (BTreeSet::new(), BTreeSet::new(), 0);
    for _ in 0..120 {
        let run = run(&steps(140).new_tree(&mut runner).unwrap().current());
        happened.extend(run.happened);
        refused.extend(run.refused);
        recalls += run.recalls;
    }
    // Founded before, and deleted below.
    let missing: Vec<_> = ChannelEvent::TAGS
        .iter()
        .filter(|tag| !happened.contains(*tag) && !["channel.created", "channel.deleted"].contains(tag))
        .collect();
    assert!(missing.is_empty(), "never happened: {missing:?}");
    for code in ["not_found", "forbidden", "wrong_state", "field_invalid", "limit_reached"] {
        assert!(refused.contains(code), "never refused with {code}");
    }
    assert!(recalls > 300, "{recalls}");
}
