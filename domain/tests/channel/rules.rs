//! Single rules of channels, each by an example.

use super::*;

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
