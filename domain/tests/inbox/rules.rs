//! Single rules of inboxes, each by an example.

use super::*;

#[test]
fn nobody_but_its_owner_is_shown_an_inbox_or_answered_by_it() {
    let world = World::usual();
    let mut gone = World::usual();
    gone.inbox = inbox_of("member");
    let live = &world.inbox;
    for who in ["owner", "admin", "lead", "guest", "outsider", "public", "link:ln1"] {
        let shown = live.state.audience(live.id, principal(who), Some(&world.org.state), Some(&world.team.state));
        assert_eq!(shown, None, "{who}");
        for asked in ["inbox.read_all through=9", "inbox.delete numbers=[1]", "inbox.open"] {
            let hidden = world.ask(principal(who), crate::support::command(asked)).unwrap_err();
            let missing = gone.ask(principal(who), crate::support::command(asked)).unwrap_err();
            assert_eq!(hidden, missing, "{who}: {asked}");
        }
    }
    for who in ["member", "server:owner"] {
        assert_eq!(live.state.audience(live.id, principal(who), None, None), Some(Audience::Member), "{who}");
    }
    assert_eq!(gone.inbox.state.audience(live.id, principal("member"), None, None), None);
    for happened in &live.history {
        assert!(Inbox::project(&happened.event, Audience::Public).is_none());
        assert!(Inbox::project(&happened.event, Audience::Guest).is_none());
    }
}

#[test]
fn the_state_stays_as_large_however_much_one_is_told() {
    let mut inbox = inbox_of("member");
    let told = |at: u64| {
        let number = Some(at);
        let entry = entry(NotifyReason::Assigned, subject(0, 1));
        NotificationSent { position: position(at), number, entry, routes: vec![] }.into()
    };
    let keep = Keep::default();
    for at in 1..=keep.entries as u64 {
        inbox.apply(AccountId(id("owner")), 1, vec![told(at)]);
    }
    let (bytes, snapshot) = (inbox.state.memory_bytes(), stored(&inbox.state).len());
    for at in 1..=500 {
        inbox.apply(AccountId(id("owner")), 1, vec![told(keep.entries as u64 + at)]);
    }
    assert_eq!(inbox.state.memory_bytes(), bytes);
    assert!(stored(&inbox.state).len() <= snapshot + keep.entries * 8);
    assert_eq!((inbox.state.unread() as usize, inbox.state.known_from()), (keep.entries, 501));
}

#[test]
fn what_is_put_off_comes_back_once_unread() {
    let mut world = World::usual();
    let now = world.now;
    let state = &world.inbox.state;
    assert_eq!((state.unread(), state.next_wake(0)), (4, Some(1_795_222_800_000_000)));
    assert_eq!(state.wakes_until(now).count(), 0);
    world.tell("member: inbox.read numbers=[1]");
    world.tell("member: inbox.snooze numbers=[1] until=soon");
    let due: Vec<u64> = world.inbox.state.wakes_until(world.now).collect();
    assert_eq!((due.as_slice(), world.inbox.state.unread()), (&[1][..], 3));
    world.tell("server:owner: inbox.wake numbers=[1]");
    assert_eq!((world.inbox.state.wakes_until(world.now).count(), world.inbox.state.unread()), (0, 4));
    assert!(world.inbox.state.entry(1).unwrap().woken_at.is_some());
}

proptest! {
    #![proptest_config(fixed(48))]

    /// Unread in a channel is what is shown there and was neither read nor deleted.
    #[test]
    fn what_is_unread_in_a_channel_is_what_was_neither_read_nor_deleted(
        deleted in prop::collection::btree_set(1..12_u64, 0..6),
        marks in prop::collection::vec((0..14_u64, 0..3_usize), 0..8),
    ) {
        let mut world = World::usual();
        world.channel = Live::new("channel");
        world.inbox = inbox_of("member");
        world.tell("owner: channel.create org_id=org kind=open name=Room members=[member]");
        world.tell("member: inbox.open");
        for at in 1..=9 {
            world.tell(&format!("owner: message.post message_id=m{at} text=x"));
        }
        for number in deleted.iter().filter(|number| **number <= 9) {
            world.tell(&format!("owner: message.delete message=m{number}"));
        }
        let mut unread: BTreeSet<u64> = (1..=20).collect();
        for (number, what) in marks {
            match what {
                0 => {
                    let marked = world.inbox.state.marker(channel(0)).cloned().unwrap_or_default();
                    unread.retain(|other| *other > number || marked.unread.contains(other));
                    world.tell(&format!("member: inbox.mark channel_id=channel read_to={number}"));
                }
                _ if number == 0 => {}
                1 => {
                    unread.insert(number);
                    world.tell(&format!("member: inbox.mark_unread channel_id=channel number={number} only=true"));
                }
                _ => {
                    let read_to = world.inbox.state.marker(channel(0)).map_or(0, |marker| marker.read_to);
                    unread.extend((number..=20).filter(|_| number <= read_to));
                    world.tell(&format!("member: inbox.mark_unread channel_id=channel number={number}"));
                }
            }
        }
        let found = world.inbox.state.unread_in(channel(0), &world.channel.state);
        let counted = unread.iter().filter(|number| **number <= 9 && !deleted.contains(number)).count() as u64;
        prop_assert_eq!((found.count, found.or_more), (counted, false));
    }
}
