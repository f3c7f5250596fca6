//! The session's rules, one by one, and that nothing said in any order breaks them.

use std::collections::HashMap;

use lockstep_domain::Credential;
use lockstep_protocol::{
    codec::Codec,
    codes::{CloseCode, Code, Failure},
    command::{board::ArchiveBoard, organization::UpdateOrganization},
    frame::*,
    ids::*,
    limits::Limits,
    salvage::{Said, read_client},
    topic::{Kind, Topic},
};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

const WALL: Micros = 1_000_000_000;
const EXPIRES: Micros = WALL + 600_000_000;

fn at(ms: u64) -> Moment {
    Moment { uptime_ms: ms, wall: WALL + ms as Micros * 1_000 }
}

fn board(number: u128) -> Topic {
    Topic::new(Kind::Board, Uuid::from_u128(number))
}

fn identity() -> Identity {
    Identity {
        account_id: AccountId(Uuid::from_u128(1)),
        credential: SessionId(Uuid::from_u128(2)).into(),
        token_expires_at: EXPIRES,
    }
}

fn hello(version: u32) -> ClientMessage {
    ClientMessage::Hello(Hello {
        token: "token".into(),
        client_id: ClientId(Uuid::from_u128(3)),
        protocol_version: version,
        client_name: None,
    })
}

fn join(reference: u32, topic: Topic) -> ClientMessage {
    ClientMessage::Join(Join { reference, topic, after: None, presence: true })
}

fn leave(reference: u32, topic: Topic) -> ClientMessage {
    ClientMessage::Leave(Leave { reference, topic })
}

fn command(reference: u32, topic: Topic) -> ClientMessage {
    let body = ArchiveBoard {}.into();
    ClientMessage::Command(CommandMessage {
        reference,
        topic,
        client_seq: reference.into(),
        body,
        saw: None,
        if_changed: None,
    })
}

fn frame(messages: Vec<ClientMessage>) -> Incoming {
    Incoming { bytes: 100, messages: Ok(messages.into_iter().map(Said::Message).collect()) }
}

fn live() -> (Session, Limits) {
    let limits = Limits::default();
    let mut session = Session::new(at(0), &limits);
    session.on_frame(frame(vec![hello(PROTOCOL_VERSION)]), at(0), &limits);
    let effects = session.on_authenticated(Ok(identity()), ConnectionId::NIL, "1", at(0), &limits);
    assert!(matches!(&effects[..], [Effect::Send(message)] if matches!(**message, ServerMessage::Welcome(_))));
    (session, limits)
}

fn acknowledged(seq: u64) -> Acknowledged {
    Acknowledged::new(1, seq, None)
}

/// The refs that were answered with a `reply`, with the code when it was an error.
fn replies(effects: &[Effect]) -> Vec<(u32, Option<Code>)> {
    let reply = |effect: &Effect| match effect {
        Effect::Send(message) => match &**message {
            ServerMessage::Reply(Reply { reference, outcome: Outcome::Ok(_) }) => Some((*reference, None)),
            ServerMessage::Reply(Reply { reference, outcome: Outcome::Error(failure) }) => {
                Some((*reference, Some(failure.code)))
            }
            _ => None,
        },
        _ => None,
    };
    effects.iter().filter_map(reply).collect()
}

fn closed(effects: &[Effect]) -> Option<CloseCode> {
    effects.iter().find_map(|effect| if let Effect::Close(code) = effect { Some(*code) } else { None })
}

#[test]
fn r3_anything_but_one_small_hello_closes_and_has_no_effect() {
    let limits = Limits::default();
    let wrong = [
        frame(vec![]),
        frame(vec![join(1, board(1))]),
        frame(vec![hello(PROTOCOL_VERSION), join(1, board(1))]),
        frame(vec![join(1, board(1)), hello(PROTOCOL_VERSION)]),
        frame(vec![hello(PROTOCOL_VERSION), hello(PROTOCOL_VERSION)]),
        Incoming { bytes: limits.hello_bytes_max + 1, ..frame(vec![hello(PROTOCOL_VERSION)]) },
        Incoming { bytes: 3, messages: Err(Failure::new(Code::Malformed)) },
    ];
    for incoming in wrong {
        let mut session = Session::new(at(0), &limits);
        let effects = session.on_frame(incoming, at(0), &limits);
        assert_eq!(effects, [Effect::Close(CloseCode::Unauthenticated)]);
        assert!(session.on_frame(frame(vec![hello(PROTOCOL_VERSION)]), at(0), &limits).is_empty());
    }
    let mut session = Session::new(at(0), &limits);
    let largest = Incoming { bytes: limits.hello_bytes_max, ..frame(vec![hello(PROTOCOL_VERSION)]) };
    assert!(matches!(session.on_frame(largest, at(0), &limits)[..], [Effect::Authenticate { .. }]));
    let mut session = Session::new(at(0), &limits);
    let effects = session.on_frame(frame(vec![hello(PROTOCOL_VERSION + 1)]), at(0), &limits);
    assert_eq!(effects, [Effect::Close(CloseCode::Protocol)]);
}

#[test]
fn r4_no_hello_in_time_closes() {
    let limits = Limits::default();
    let mut session = Session::new(at(5), &limits);
    assert_eq!(session.due_ms(at(5), &limits), 5 + limits.hello_timeout_ms);
    assert!(session.on_tick(at(4 + limits.hello_timeout_ms), &limits).is_empty());
    assert_eq!(closed(&session.on_tick(at(5 + limits.hello_timeout_ms), &limits)), Some(CloseCode::Unauthenticated));
}

#[test]
fn r5_a_bad_token_closes_and_what_arrived_with_it_is_not_read() {
    let limits = Limits::default();
    let table = [
        (Err(Failure::new(Code::Unauthenticated)), CloseCode::Unauthenticated),
        (Err(Failure::new(Code::SessionRevoked)), CloseCode::Unauthenticated),
        (Err(Failure::new(Code::Unavailable)), CloseCode::Internal),
        (Ok(Identity { token_expires_at: WALL, ..identity() }), CloseCode::Unauthenticated),
    ];
    for (checked, code) in table {
        let mut session = Session::new(at(0), &limits);
        session.on_frame(frame(vec![hello(PROTOCOL_VERSION)]), at(0), &limits);
        assert!(!session.reading(&limits), "nothing is read while the token is checked");
        let effects = session.on_authenticated(checked, ConnectionId::NIL, "1", at(0), &limits);
        assert_eq!(effects, [Effect::Close(code)]);
        assert!(session.on_frame(frame(vec![command(1, board(1))]), at(0), &limits).is_empty());
    }
}

#[test]
fn r2_messages_of_a_frame_are_handled_in_order_and_an_empty_frame_does_nothing() {
    let (mut session, limits) = live();
    assert!(session.on_frame(frame(vec![]), at(1), &limits).is_empty());
    let ping = |reference| ClientMessage::Ping(Ping { reference });
    let effects = session.on_frame(frame(vec![ping(7), command(8, board(1)), ping(9)]), at(1), &limits);
    let [Effect::Send(first), Effect::Command { reference: 8, .. }, Effect::Send(last)] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert!(matches!(**first, ServerMessage::Pong(Pong { reference: 7, now }) if now == at(1).wall));
    assert!(matches!(**last, ServerMessage::Pong(Pong { reference: 9, .. })));
}

#[test]
fn r32_commands_of_one_topic_run_one_after_the_other_and_of_two_side_by_side() {
    let (mut session, limits) = live();
    let messages = vec![command(1, board(1)), command(2, board(1)), command(3, board(2)), leave(4, board(1))];
    let effects = session.on_frame(frame(messages), at(0), &limits);
    assert!(matches!(effects[..], [Effect::Command { reference: 1, .. }, Effect::Command { reference: 3, .. }]));
    let effects = session.on_reply(1, board(1), Ok(acknowledged(1)), &limits);
    assert_eq!(replies(&effects), [(1, None)]);
    assert!(matches!(effects[1], Effect::Command { reference: 2, .. }));
    let effects = session.on_reply(2, board(1), Err(Failure::new(Code::Busy)), &limits);
    assert_eq!(replies(&effects), [(2, Some(Code::Busy)), (4, Some(Code::NotJoined))]);
}

#[test]
fn r18_more_topics_than_allowed_are_refused_and_the_others_stay() {
    let (mut session, limits) = live();
    for number in 0..limits.subscriptions_max as u32 {
        let effects = session.on_frame(frame(vec![join(number, board(number.into()))]), at(0), &limits);
        assert!(matches!(effects[..], [Effect::Join { .. }]));
        session.on_join(number, board(number.into()), Ok(()), &limits);
    }
    let effects = session.on_frame(frame(vec![join(100, board(1_000)), join(101, board(1))]), at(0), &limits);
    assert_eq!(replies(&effects), [(100, Some(Code::TooManySubscriptions))]);
    assert!(matches!(effects[1], Effect::Join { reference: 101, .. }), "joining again takes no more room");
    // One that was left, refused or revoked makes room.
    session.on_frame(frame(vec![leave(102, board(2))]), at(0), &limits);
    session.on_revoked(board(3));
    let effects = session.on_frame(frame(vec![join(103, board(1_001)), join(104, board(1_002))]), at(0), &limits);
    assert_eq!(effects.len(), 2);
    assert!(replies(&effects).is_empty());
    session.on_join(103, board(1_001), Err(Failure::new(Code::NotFound)), &limits);
    assert!(replies(&session.on_frame(frame(vec![join(105, board(1_003))]), at(0), &limits)).is_empty());
}

#[test]
fn r20_a_leave_behind_a_join_under_way_waits_for_it() {
    let (mut session, limits) = live();
    let effects =
        session.on_frame(frame(vec![join(1, board(1)), leave(2, board(1)), join(3, board(1))]), at(0), &limits);
    assert!(matches!(effects[..], [Effect::Join { reference: 1, .. }]));
    let effects = session.on_join(1, board(1), Ok(()), &limits);
    assert!(matches!(effects[..], [Effect::Leave { .. }, Effect::Send(_), Effect::Join { reference: 3, .. }]));
    assert_eq!(replies(&effects), [(2, None)]);
}

#[test]
fn r31_commands_for_another_kind_or_for_an_account_are_refused() {
    let (mut session, limits) = live();
    let rename = |topic| {
        let body = UpdateOrganization { name: Some("x".into()) }.into();
        ClientMessage::Command(CommandMessage { reference: 1, topic, client_seq: 1, body, saw: None, if_changed: None })
    };
    let effects = session.on_frame(frame(vec![rename(board(1))]), at(0), &limits);
    assert_eq!(replies(&effects), [(1, Some(Code::WrongTopic))]);
    let account = Topic::new(Kind::Account, Uuid::from_u128(1));
    let body = lockstep_protocol::command::account::CloseAllSessions { except: None }.into();
    let close = CommandMessage { reference: 2, topic: account, client_seq: 1, body, saw: None, if_changed: None };
    let effects = session.on_frame(frame(vec![ClientMessage::Command(close)]), at(0), &limits);
    assert_eq!(replies(&effects), [(2, Some(Code::Forbidden))]);
    assert_eq!(effects.len(), 1);
}

#[test]
fn r52_a_client_seq_that_no_double_holds_is_refused_by_name() {
    for (client_seq, fine) in [(0, false), (1, true), ((1 << 53) - 1, true), (1 << 53, false), (u64::MAX, false)] {
        let (mut session, limits) = live();
        let body = ArchiveBoard {}.into();
        let message = CommandMessage { reference: 1, topic: board(1), client_seq, body, saw: None, if_changed: None };
        let effects = session.on_frame(frame(vec![ClientMessage::Command(message)]), at(0), &limits);
        let refused = if fine { vec![] } else { vec![(1, Some(Code::FieldInvalid))] };
        assert_eq!(replies(&effects), refused, "{client_seq}");
    }
}

#[test]
fn r33_a_burst_then_a_rate_and_at_last_the_close() {
    let (mut session, limits) = live();
    let mut refused_at = None;
    for number in 1..=limits.commands_burst_max + 1 {
        let topic = board(number.into());
        let effects = session.on_frame(frame(vec![command(number, topic)]), at(0), &limits);
        if let [(_, Some(code))] = replies(&effects)[..] {
            assert_eq!(code, Code::RateLimited);
            let [Effect::Send(message)] = &effects[..] else { panic!("{effects:?}") };
            let ServerMessage::Reply(Reply { outcome: Outcome::Error(failure), .. }) = &**message else { panic!() };
            assert_eq!((failure.retry_after_ms, failure.temporary), (Some(50), true));
            refused_at = Some(number);
        } else {
            session.on_reply(number, topic, Ok(acknowledged(1)), &limits);
        }
    }
    assert_eq!(refused_at, Some(limits.commands_burst_max + 1));
    // Patience is rewarded.
    let effects = session.on_frame(frame(vec![command(500, board(500))]), at(50), &limits);
    assert!(matches!(effects[..], [Effect::Command { .. }]));
    // Going on regardless is not.
    let mut ended = None;
    for ms in (100..30_000).step_by(10) {
        let effects = session.on_frame(frame(vec![command(ms as u32, board(ms.into()))]), at(ms), &limits);
        if let Some(code) = closed(&effects) {
            ended = Some((code, ms));
            break;
        }
        if let [Effect::Command { .. }] = effects[..] {
            session.on_reply(ms as u32, board(ms.into()), Ok(acknowledged(1)), &limits);
        }
    }
    let (code, ms) = ended.expect("closed");
    assert_eq!(code, CloseCode::RateLimited);
    assert!((limits.abuse_timeout_ms..limits.abuse_timeout_ms + 200).contains(&ms), "{ms}");
}

#[test]
fn commands_in_flight_stop_the_reading() {
    let (mut session, limits) = live();
    for number in 0..limits.commands_in_flight_max as u32 {
        assert!(session.reading(&limits));
        session.on_frame(frame(vec![command(number + 1, board(1))]), at(0), &limits);
    }
    assert!(!session.reading(&limits));
    session.on_reply(1, board(1), Ok(acknowledged(1)), &limits);
    assert!(session.reading(&limits));
}

#[test]
fn r39_passing_things_beyond_the_rate_and_of_topics_not_joined_are_dropped_without_a_word() {
    let (mut session, limits) = live();
    let body = Ephemeral::Cursor { x: 1, y: 1 };
    let moment = ClientMessage::Ephemeral(EphemeralUpdate { topic: board(1), body });
    assert!(session.on_frame(frame(vec![moment.clone()]), at(0), &limits).is_empty());
    session.on_frame(frame(vec![join(1, board(1))]), at(0), &limits);
    session.on_join(1, board(1), Ok(()), &limits);
    let effects = session.on_frame(frame(vec![moment; 50]), at(0), &limits);
    assert_eq!(effects.len(), limits.ephemeral_per_second_max as usize);
    let meta = PresenceMeta { task_id: None, away: true };
    let update = ClientMessage::Presence(PresenceUpdate { topic: board(1), meta });
    assert_eq!(session.on_frame(frame(vec![update]), at(0), &limits).len(), 1, "presence has a rate of its own");
}

/// Somebody who has a public link, welcomed.
fn looking() -> (Session, Limits) {
    let limits = Limits::default();
    let mut session = Session::new(at(0), &limits);
    session.on_frame(frame(vec![hello(PROTOCOL_VERSION)]), at(0), &limits);
    let credential = Credential::Link(LinkId(Uuid::from_u128(7)));
    let identity = Identity { account_id: AccountId::NIL, credential, token_expires_at: EXPIRES };
    session.on_authenticated(Ok(identity), ConnectionId(Uuid::from_u128(8)), "1", at(0), &limits);
    (session, limits)
}

#[test]
fn who_has_a_link_looks_and_is_neither_seen_nor_asked_for_anything() {
    let (mut session, limits) = looking();
    let effects = session.on_frame(frame(vec![join(1, board(1))]), at(0), &limits);
    assert!(matches!(effects[..], [Effect::Join { presence: false, .. }]), "{effects:?}");
    session.on_join(1, board(1), Ok(()), &limits);
    let body = Ephemeral::Cursor { x: 1, y: 1 };
    let update = ClientMessage::Presence(PresenceUpdate { topic: board(1), meta: PresenceMeta::default() });
    let moment = ClientMessage::Ephemeral(EphemeralUpdate { topic: board(1), body });
    assert!(session.on_frame(frame(vec![update, moment]), at(0), &limits).is_empty());
    let effects = session.on_frame(frame(vec![command(2, board(1)), command(3, board(9))]), at(0), &limits);
    assert_eq!(replies(&effects), [(2, Some(Code::Forbidden)), (3, Some(Code::Forbidden))]);
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Command { .. })), "{effects:?}");
}

#[test]
fn r46_who_has_a_link_is_closed_with_4403_when_the_board_is_taken_away_and_with_4401_at_its_end() {
    let (mut session, limits) = looking();
    session.on_frame(frame(vec![join(1, board(1))]), at(0), &limits);
    session.on_join(1, board(1), Ok(()), &limits);
    assert_eq!(closed(&session.on_revoked(board(1))), Some(CloseCode::Revoked));
    let (mut session, limits) = looking();
    let over = Moment { uptime_ms: 1, wall: EXPIRES };
    assert_eq!(session.on_tick(over, &limits), [Effect::Close(CloseCode::Unauthenticated)]);
}

#[test]
fn r43_silence_is_pinged_then_closed() {
    let (mut session, limits) = live();
    assert!(session.on_tick(at(14_999), &limits).is_empty());
    assert_eq!(session.due_ms(at(14_999), &limits), 15_000);
    assert_eq!(session.on_tick(at(15_000), &limits), [Effect::Ping]);
    assert!(session.on_tick(at(16_000), &limits).is_empty(), "one ping is enough");
    session.on_heard(at(17_000));
    assert_eq!(session.on_tick(at(32_000), &limits), [Effect::Ping]);
    assert_eq!(session.due_ms(at(32_000), &limits), 52_000);
    assert_eq!(session.on_tick(at(52_000), &limits), [Effect::Close(CloseCode::Slow)]);
}

#[test]
fn r45_heads_come_now_and_then_when_anything_is_joined() {
    let (mut session, limits) = live();
    session.on_frame(frame(vec![]), at(29_000), &limits);
    assert!(session.on_tick(at(30_000), &limits).is_empty());
    session.on_frame(frame(vec![join(1, board(1))]), at(50_000), &limits);
    session.on_join(1, board(1), Ok(()), &limits);
    assert_eq!(session.on_tick(at(60_000), &limits), [Effect::Heads]);
    assert!(session.on_tick(at(60_001), &limits).is_empty());
}

#[test]
fn r48_r49_a_refresh_of_the_same_session_prolongs_and_any_other_changes_nothing() {
    let (mut session, limits) = live();
    let refresh = |reference| frame(vec![ClientMessage::Refresh(Refresh { reference, token: "t".into() })]);
    assert_eq!(session.on_frame(refresh(1), at(0), &limits), [Effect::Refresh { reference: 1, token: "t".into() }]);
    let other =
        Identity { credential: SessionId(Uuid::from_u128(99)).into(), token_expires_at: EXPIRES * 2, ..identity() };
    assert_eq!(replies(&session.on_refreshed(1, Ok(other), at(0))), [(1, Some(Code::Unauthenticated))]);
    assert_eq!(session.identity(), Some(identity()));
    session.on_frame(refresh(2), at(0), &limits);
    let fresh = Identity { token_expires_at: EXPIRES * 2, ..identity() };
    assert_eq!(replies(&session.on_refreshed(2, Ok(fresh), at(0))), [(2, None)]);
    let late = Moment { uptime_ms: 1, wall: EXPIRES };
    assert!(session.on_tick(late, &limits).is_empty());
    let too_late = Moment { uptime_ms: 1, wall: EXPIRES * 2 };
    assert_eq!(session.on_tick(too_late, &limits), [Effect::Close(CloseCode::Unauthenticated)]);
}

#[test]
fn r51_a_drain_says_when_to_come_back_answers_what_is_on_its_way_and_closes() {
    let (mut session, limits) = live();
    session.on_frame(frame(vec![command(1, board(1)), command(2, board(1))]), at(0), &limits);
    let effects = session.on_drain(123_456_789, at(0), &limits);
    let [Effect::Send(message)] = &effects[..] else { panic!("{effects:?}") };
    let ServerMessage::Goaway(goaway) = &**message else { panic!() };
    assert!(goaway.reconnect_after_ms <= limits.goaway_delay_max_ms);
    assert!(session.on_drain(1, at(0), &limits).is_empty());
    let effects = session.on_frame(frame(vec![command(3, board(1)), join(4, board(1))]), at(0), &limits);
    assert_eq!(replies(&effects), [(3, Some(Code::GoingAway)), (4, Some(Code::GoingAway))]);
    let effects = session.on_reply(1, board(1), Ok(acknowledged(1)), &limits);
    assert_eq!(closed(&effects), None);
    let effects = session.on_reply(2, board(1), Ok(acknowledged(2)), &limits);
    assert_eq!((replies(&effects), closed(&effects)), (vec![(2, None)], Some(CloseCode::Drain)));

    let (mut session, limits) = live();
    session.on_frame(frame(vec![command(1, board(1))]), at(0), &limits);
    session.on_drain(0, at(0), &limits);
    assert_eq!(closed(&session.on_tick(at(limits.drain_timeout_ms), &limits)), Some(CloseCode::Drain));
}

#[test]
fn r54_frames_that_break_the_protocol_close_and_have_no_effect() {
    let limits = Limits::default();
    let deep = [vec![b'['; 40], vec![b']'; 40]].concat();
    let many = format!("[{}]", vec![r#"{"type":"ping","ref":1}"#; limits.batch_messages_max + 1].join(","));
    let long = vec![b' '; limits.message_bytes_max + 1];
    let table: [(&[u8], CloseCode); 6] = [
        (b"{", CloseCode::Protocol),
        (br#"[{"type":"ping","ref":1,"x":1}]"#, CloseCode::Protocol),
        (br#"[{"type":"nonsense"}]"#, CloseCode::Protocol),
        (&deep, CloseCode::Protocol),
        (many.as_bytes(), CloseCode::Protocol),
        (&long, CloseCode::TooBig),
    ];
    for (bytes, code) in table {
        let (mut session, limits) = live();
        let messages = read_client(Codec::Json, bytes, &limits);
        assert!(messages.is_err());
        let effects = session.on_frame(Incoming { bytes: bytes.len(), messages }, at(0), &limits);
        assert_eq!(effects, [Effect::Close(code)]);
    }
    let (mut session, limits) = live();
    let effects = session.on_frame(frame(vec![hello(PROTOCOL_VERSION)]), at(0), &limits);
    assert_eq!(effects, [Effect::Close(CloseCode::Protocol)], "a hello comes once");
}

#[test]
fn r60_a_command_that_cannot_be_read_is_answered_and_costs_as_much_as_another() {
    let (mut session, limits) = live();
    let said = || Said::Unreadable { reference: 7, failure: Failure::new(Code::Malformed).field("body") };
    let incoming = |count| Incoming { bytes: 100, messages: Ok((0..count).map(|_| said()).collect()) };
    let effects = session.on_frame(incoming(limits.commands_burst_max), at(0), &limits);
    assert_eq!(replies(&effects), vec![(7, Some(Code::Malformed)); limits.commands_burst_max as usize]);
    let effects = session.on_frame(incoming(1), at(0), &limits);
    assert_eq!((replies(&effects), closed(&effects)), (vec![(7, Some(Code::RateLimited))], None));
    assert!(session.reading(&limits), "nothing is owed for it");
}

#[derive(Clone, Debug)]
enum Step {
    Frame(Vec<(u8, u8)>),
    Answer { which: usize, well: bool },
    Revoke(u8),
    Heard,
    Tick(u64),
    Drain,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => proptest::collection::vec((0u8..7, 0u8..4), 0..6).prop_map(Step::Frame),
        6 => (any::<usize>(), any::<bool>()).prop_map(|(which, well)| Step::Answer { which, well }),
        1 => (0u8..4).prop_map(Step::Revoke),
        1 => Just(Step::Heard),
        1 => (0u64..9_000).prop_map(Step::Tick),
        1 => proptest::bool::weighted(0.05).prop_map(|drain| if drain { Step::Drain } else { Step::Heard }),
    ];
    proptest::collection::vec(step, 0..60)
}

#[derive(Clone, Copy, Debug)]
enum Owed {
    Join(u32, Topic),
    Command(u32, Topic),
    Refresh(u32),
}

/// Drives a session and keeps count of what each ref was answered.
#[derive(Default)]
struct Ledger {
    asked: HashMap<u32, u32>,
    owed: Vec<Owed>,
    running: HashMap<Topic, u32>,
    closed: bool,
}

impl Ledger {
    fn answered(&mut self, reference: u32) {
        *self.asked.get_mut(&reference).expect("only what was asked is answered") += 1;
    }

    fn take(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            assert!(!self.closed, "nothing follows a close");
            match effect {
                Effect::Join { reference, topic, .. } => self.owe(topic, Owed::Join(reference, topic)),
                Effect::Command { reference, topic, .. } => self.owe(topic, Owed::Command(reference, topic)),
                Effect::Refresh { reference, .. } => self.owed.push(Owed::Refresh(reference)),
                Effect::Send(message) => match *message {
                    ServerMessage::Reply(reply) => self.answered(reply.reference),
                    ServerMessage::Pong(pong) => self.answered(pong.reference),
                    _ => {}
                },
                Effect::Close(_) => self.closed = true,
                _ => {}
            }
        }
    }

    fn owe(&mut self, topic: Topic, owed: Owed) {
        let running = self.running.entry(topic).or_default();
        *running += 1;
        assert_eq!(*running, 1, "one request at a time on a topic");
        self.owed.push(owed);
    }

    fn pay(&mut self, session: &mut Session, which: usize, well: bool, now: Moment, limits: &Limits) {
        if self.owed.is_empty() {
            return;
        }
        let owed = self.owed.swap_remove(which % self.owed.len());
        let refused = || Failure::new(Code::Internal);
        let effects = match owed {
            Owed::Join(reference, topic) => {
                *self.running.get_mut(&topic).expect("it runs") -= 1;
                if well && !self.closed {
                    self.answered(reference); // by `joined`, through the outbox
                }
                session.on_join(reference, topic, if well { Ok(()) } else { Err(refused()) }, limits)
            }
            Owed::Command(reference, topic) => {
                *self.running.get_mut(&topic).expect("it runs") -= 1;
                session.on_reply(reference, topic, if well { Ok(acknowledged(1)) } else { Err(refused()) }, limits)
            }
            Owed::Refresh(reference) => {
                session.on_refreshed(reference, if well { Ok(identity()) } else { Err(refused()) }, now)
            }
        };
        self.take(effects);
    }
}

proptest! {
    #[test]
    fn r10_r26_whatever_is_said_every_ref_gets_exactly_one_answer(steps in steps()) {
        let (mut session, limits) = live();
        let (mut ledger, mut now, mut reference) = (Ledger::default(), at(0), 0u32);
        for step in steps {
            match step {
                Step::Frame(kinds) => {
                    let messages: Vec<_> = kinds.into_iter().map(|(kind, topic)| {
                        let topic = board(topic.into());
                        reference += 1;
                        if kind < 5 && !ledger.closed {
                            ledger.asked.insert(reference, 0);
                        }
                        match kind {
                            0 => join(reference, topic),
                            1 => leave(reference, topic),
                            2 => command(reference, topic),
                            3 => ClientMessage::Refresh(Refresh { reference, token: "t".into() }),
                            4 => ClientMessage::Ping(Ping { reference }),
                            5 => ClientMessage::Presence(PresenceUpdate { topic, meta: PresenceMeta::default() }),
                            _ => ClientMessage::Ephemeral(EphemeralUpdate { topic, body: Ephemeral::Cursor { x: 0, y: 0 } }),
                        }
                    }).collect();
                    let effects = session.on_frame(frame(messages), now, &limits);
                    ledger.take(effects);
                }
                Step::Answer { which, well } => ledger.pay(&mut session, which, well, now, &limits),
                Step::Revoke(topic) => ledger.take(session.on_revoked(board(topic.into()))),
                Step::Heard => session.on_heard(now),
                Step::Tick(ms) => {
                    now = at(now.uptime_ms + ms);
                    let effects = session.on_tick(now, &limits);
                    ledger.take(effects);
                }
                Step::Drain => {
                    let effects = session.on_drain(7, now, &limits);
                    ledger.take(effects);
                }
            }
        }
        while !ledger.owed.is_empty() {
            ledger.pay(&mut session, 0, true, now, &limits);
        }
        if !ledger.closed {
            for (reference, answers) in &ledger.asked {
                prop_assert_eq!(*answers, 1, "ref {}", reference);
            }
        }
        for answers in ledger.asked.values() {
            prop_assert!(*answers <= 1);
        }
    }
}
