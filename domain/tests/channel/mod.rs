//! Channels over generated histories, against a naive one that keeps every message. The channel under test remembers hardly anything, so
//! that most of what is asked is about what it has forgotten.

mod naive;

use std::collections::BTreeSet;

use lockstep_domain::{
    Aggregate, Channel, Ctx,
    channel::{Keep, Recalled, direct_id, history},
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
            Op::Post { thread: thread.as_ref().map(from_first), broadcast: *broadcast, text: *text }
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
        let events = &self.world.channel.history;
        let last = events.len() as u64;
        for (from, to) in [(1, last), (1, last / 2), (last / 2, last), (last / 3, last / 3 * 2), (last, last + 9)] {
            let range = from..=to;
            let needed = events.iter().filter(|happened| {
                range.contains(&happened.seq) || history::about(&happened.event).any(|seq| range.contains(&seq))
            });
            let page = history::page(&range, needed);
            assert_eq!(page, history::page(&range, events), "others are passed over");
            let wanted: Vec<usize> =
                (0..self.naive.said.len()).filter(|at| range.contains(&self.naive.said[*at].seq)).collect();
            assert_eq!(page.len(), wanted.len());
            for (view, at) in page.iter().zip(wanted) {
                self.check_message(view, at);
            }
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

#[test]
fn without_what_the_journal_holds_a_message_that_is_past_is_asked_for_again() {
    let mut world = World::usual();
    world.channel = crate::support::Live::new("channel");
    world.keep(KEEP);
    world.tell("owner: channel.create org_id=org kind=open name=Room members=[member]");
    for at in 1..9 {
        world.tell(&format!("owner: message.post message_id=m{at} text=x"));
    }
    let message = MessageRef { message_id: id("m1").into(), seq: 2 };
    let asked = ChannelCommand::from(DeleteMessage { message });
    assert_eq!(world.channel.state.wants(&asked), Some(2));
    let refused = world.channel.state.decide(&asked, &world.ctx(principal("owner"), world.channel.id)).unwrap_err();
    assert_eq!(refused.code, Code::Contended);
    // What never was a message is not there, whoever says where it is.
    for (message_id, seq) in [("m1", 1), ("m1", 3), ("m1", 9), ("m1", 99), ("m8", 2)] {
        let message = MessageRef { message_id: id(message_id).into(), seq };
        let asked = ChannelCommand::from(DeleteMessage { message });
        let refused = world.ask(principal("owner"), asked.into()).unwrap_err();
        assert_eq!(
            (refused.code, refused.field.as_deref()),
            (Code::NotFound, Some("message")),
            "{message_id} at {seq}"
        );
    }
}

#[test]
fn what_was_forgotten_of_old_messages_is_to_be_read() {
    let mut world = World::usual();
    world.channel = crate::support::Live::new("channel");
    world.keep(KEEP);
    world.tell("owner: channel.create org_id=org kind=open name=Room members=[member,mate,guest,editor]");
    for at in 1..9 {
        world.tell(&format!("owner: message.post message_id=m{at} text=x"));
    }
    // The seqs 10 to 13; the state remembers three of them.
    for who in ["owner", "member", "mate", "guest"] {
        world.tell(&format!("{who}: message.react message=m1 emoji=👍"));
    }
    let live = &world.channel;
    assert_eq!((live.state.held(), live.state.settled()), ((4, 3), 10));
    let message = MessageRef { message_id: id("m1").into(), seq: 2 };
    let asked = ChannelCommand::from(ReactToMessage { message, emoji: "👍".into() });
    let answer = |through: u64| {
        let recalled = Recalled::of(2, live.history.iter().filter(|happened| happened.seq <= through), through);
        let ctx = Ctx { recalled: Some(&recalled), ..world.ctx(principal("owner"), live.id) };
        live.state.decide(&asked, &ctx).map_err(|refused| refused.code)
    };
    assert_eq!(answer(9), Err(Code::Contended), "it would be given a second time");
    (10..=13).for_each(|through| assert_eq!(answer(through), Ok(vec![]), "{through}"));
}

#[test]
fn the_state_stays_as_large_however_much_is_said() {
    let mut world = World::usual();
    world.channel = crate::support::Live::new("channel");
    world.tell("owner: channel.create org_id=org kind=open name=Room members=[member]");
    let post = |world: &mut World, at: usize| {
        let asked = PostMessage { message_id: message_id(at), text: "x".into(), thread: None, broadcast: false };
        world.act(principal("owner"), ChannelCommand::from(asked).into()).unwrap();
    };
    let keep = Keep::default();
    (0..keep.messages + 200).for_each(|at| post(&mut world, at));
    let (bytes, snapshot) = (world.channel.state.memory_bytes(), stored(&world.channel.state).len());
    assert_eq!(world.channel.state.held(), (keep.messages, 0));
    (0..500).for_each(|at| post(&mut world, keep.messages + 200 + at));
    assert_eq!(world.channel.state.memory_bytes(), bytes);
    // Numbers that grow take more bytes.
    assert!(stored(&world.channel.state).len() <= snapshot + keep.messages * 8);
    assert_eq!(world.channel.state.unread(0).count, keep.messages as u64 + 700);
}

#[test]
fn a_deleted_channel_is_nobodys_and_forgets_everything() {
    let mut world = World::usual();
    world.tell("owner: channel.delete");
    let (org, team) = (Some(&world.org.state), Some(&world.team.state));
    for who in ["owner", "admin", "member", "guest", "editor", "outsider", "public", "server:owner"] {
        assert_eq!(world.channel.state.audience(world.channel.id, principal(who), org, team), None, "{who}");
    }
    assert!(world.channel.state.exists() && world.channel.state.members().count() == 0);
    assert_eq!(world.channel.state.held(), (0, 0));
}

#[test]
fn who_may_not_read_a_channel_is_answered_as_if_it_were_not_there() {
    let mut gone = World::usual();
    gone.channel = crate::support::Live::new("channel");
    for scene in ["open", "private", "team", "direct"] {
        let mut world = World::usual();
        world.scene(scene);
        let outside: &[&str] = match scene {
            "private" => &["owner", "admin", "mate", "editor", "viewer", "outsider", "public", "link:ln1"],
            "team" => &["member", "guest", "editor", "viewer", "outsider", "public", "link:ln1"],
            "direct" => &["admin", "lead", "guest", "outsider", "public", "link:ln1"],
            _ => &["viewer", "contributor", "outsider", "public", "link:ln1"],
        };
        let (org, team) = (Some(&world.org.state), Some(&world.team.state));
        for who in outside {
            assert_eq!(
                world.channel.state.audience(world.channel.id, principal(who), org, team),
                None,
                "{scene}: {who}"
            );
            for asked in
                ["message.post message_id=new text=x", "channel.delete", "channel.member.add account_id=member"]
            {
                let hidden = world.ask(principal(who), command(asked)).unwrap_err();
                assert_eq!(hidden, gone.ask(principal(who), command(asked)).unwrap_err(), "{scene}: {who}: {asked}");
            }
        }
    }
}

#[test]
fn every_change_of_access_raises_the_version_and_nothing_else_does() {
    let mut world = World::usual();
    for asked in [
        "channel.member.add account_id=editor",
        "channel.member.add account_id=editor role=manager",
        "channel.member.remove account_id=editor",
    ] {
        world.tell(asked);
        assert_eq!(world.channel.state.access_version(), world.channel.history.len() as u64, "{asked}");
    }
    let before = world.channel.state.access_version();
    for asked in
        ["channel.update name=Else", "message.post message_id=new text=x", "message.pin message=new", "channel.archive"]
    {
        world.tell(asked);
        assert_eq!(world.channel.state.access_version(), before, "{asked}");
    }
}

#[test]
fn a_guest_sees_who_is_in_the_channel_with_them() {
    let world = World::usual();
    let names = |audience, other| {
        world.channel.state.names((account("guest"), audience), account(other), Some(&world.org.state))
    };
    assert!(names(Audience::Guest, "member") && names(Audience::Guest, "guest"));
    assert!(!names(Audience::Guest, "editor") && !names(Audience::Guest, "outsider"));
    assert!(names(Audience::Member, "editor") && !names(Audience::Public, "member"));
}

#[test]
fn the_id_of_a_direct_talk_follows_from_its_people() {
    let org = OrgId(id("org"));
    let of = |names: &[&str]| direct_id(org, &names.iter().map(|name| account(name)).collect());
    assert_eq!(of(&["owner", "member"]), of(&["member", "owner"]));
    assert_ne!(of(&["owner", "member"]), of(&["owner", "member", "guest"]));
    let other = direct_id(OrgId(id("other_org")), &["owner", "member"].iter().map(|name| account(name)).collect());
    assert_ne!(of(&["owner", "member"]), other);
    // Talks that there are already are found by it for ever.
    assert_eq!(of(&["owner", "member"]).0.get_version_num(), 8);
    assert_eq!(of(&["owner", "member"]).to_string(), "2defecb8-3d90-8d23-885b-8c89ef4b3ea1");
}
