//! Channels over real sockets: whoever may read one hears what is said there, and nobody else.

use std::collections::BTreeSet;

use lockstep_domain::channel::direct_id;
use lockstep_protocol::{
    codec::Codec,
    codes::Code,
    command::{board::CreateBoard, channel::*},
    event::{ChannelEvent, Event},
    frame::*,
    ids::{AccountId, BoardId, ChannelId, MessageId, OrgId},
    topic::Topic,
    values::{ChannelKind, ChannelRole, MessageRef, Visibility},
    view::{ChannelPart, ViewPart},
};

use super::{client::Client, harness::*};
use crate::support::node::id;

fn create(org_id: OrgId, kind: ChannelKind, members: &[AccountId]) -> CreateChannel {
    CreateChannel { org_id, team_id: None, kind, name: "Room".into(), members: members.to_vec() }
}

fn post(text: &str) -> PostMessage {
    PostMessage { message_id: MessageId(id()), text: text.into(), thread: None, broadcast: false }
}

async fn next(client: &mut Client, topic: Topic) -> ChannelEvent {
    let mut events = client.events(topic).await.events;
    assert_eq!(events.len(), 1);
    let Event::Channel(event) = events.remove(0).event else { panic!("of a channel") };
    event
}

#[tokio::test]
async fn whoever_may_read_a_channel_hears_what_is_said_and_nobody_else() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let (ben, cid, eve) = (server.member(&owner).await, server.member(&owner).await, server.owner().await.person);
    for codec in Codec::ALL {
        let mut ana = server.connect(owner.person, codec).await;
        let (mut two, mut three) = (server.connect(ben, codec).await, server.connect(cid, codec).await);
        let mut stranger = server.connect(eve, codec).await;
        let topic = Topic::from(ChannelId(id()));
        let private = create(owner.org, ChannelKind::Private, &[ben.account]);
        ana.ask(topic, private).await.expect("is founded");
        let (_, parts) = two.join_whole(topic).await;
        let parts: Vec<ViewPart> = parts.into_iter().map(|part| part.view).collect();
        let ViewPart::Channel(ChannelPart::Channel(head)) = &parts[0] else { panic!("{parts:?}") };
        assert_eq!((head.name.as_str(), head.last_number, head.channel_kind), ("Room", 0, ChannelKind::Private));
        let ViewPart::Channel(ChannelPart::Members { members }) = &parts[1] else { panic!("{parts:?}") };
        let manager = members.iter().find(|member| member.role == ChannelRole::Manager).expect("there is one");
        assert_eq!((members.len(), manager.account_id), (2, owner.person.account));
        for other in [&mut three, &mut stranger] {
            assert_eq!(other.join(topic, None).await.expect_err("is hidden").code, Code::NotFound);
            assert_eq!(other.ask(topic, post("Hello")).await.expect_err("is hidden").code, Code::NotFound);
        }
        let said = post("Hello");
        let message_id = said.message_id;
        let seq = ana.ask(topic, said).await.expect("is said").seq;
        let ChannelEvent::MessagePosted(posted) = next(&mut two, topic).await else { panic!("is posted") };
        assert_eq!((posted.message_id, posted.number, posted.text.as_str()), (message_id, Some(1), "Hello"));
        let message = MessageRef { message_id, seq };
        two.ask(topic, ReactToMessage { message, emoji: "👍".into() }).await.expect("is given");
        let ChannelEvent::MessageReacted(_) = next(&mut two, topic).await else { panic!("is given") };

        // Who is taken out hears nothing more, and knows nothing of it.
        ana.ask(topic, RemoveChannelMember { account_id: ben.account }).await.expect("is out");
        let revoked = |message: &ServerMessage| match message {
            ServerMessage::Revoked(revoked) if revoked.topic == topic => Some(revoked.code),
            _ => None,
        };
        assert_eq!(two.pick(revoked).await, Code::NotFound);
        ana.ask(topic, post("Without ben")).await.expect("is said");
        assert_eq!(two.ask(topic, post("With ben")).await.expect_err("is out").code, Code::NotFound);
        assert!(two.settle().await.is_empty());
    }
}

#[tokio::test]
async fn who_is_writing_is_shown_to_those_who_look() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let ben = server.member(&owner).await;
    let topic = Topic::from(ChannelId(id()));
    let mut ana = server.connect(owner.person, Codec::Json).await;
    ana.ask(topic, create(owner.org, ChannelKind::Open, &[])).await.expect("is founded");
    let mut two = server.connect(ben, Codec::MessagePack).await;
    for client in [&mut ana, &mut two] {
        client.join_with(topic, None, true).await.expect("joins");
    }
    let thread = Some(MessageId(id()));
    let body = Ephemeral::Writing { thread };
    two.send(&[ClientMessage::Ephemeral(EphemeralUpdate { topic, body: body.clone() })]).await;
    let shown = ana
        .pick(|message| if let ServerMessage::Ephemeral(shown) = message { Some(shown.clone()) } else { None })
        .await;
    assert_eq!((shown.account_id, shown.body), (ben.account, body));
}

#[tokio::test]
async fn who_comes_back_to_a_channel_is_told_what_was_said_meanwhile() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let topic = Topic::from(ChannelId(id()));
    let mut ana = server.connect(owner.person, Codec::Json).await;
    ana.ask(topic, create(owner.org, ChannelKind::Open, &[])).await.expect("is founded");
    let mut two = server.connect(owner.person, Codec::Json).await;
    let held = two.join_live(topic).await;
    two.leave(topic).await.expect("leaves");
    for text in ["One", "Two"] {
        ana.ask(topic, post(text)).await.expect("is said");
    }
    two.join(topic, Some(held)).await.expect("resumes");
    let mut after = held.seq;
    while after < held.seq + 2 {
        let events = two.events(topic).await;
        assert_eq!(events.after, after);
        after = events.seq;
    }
}

#[tokio::test]
async fn nobody_takes_the_id_of_a_talk_between_others() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let (ben, cid) = (server.member(&owner).await, server.member(&owner).await);
    let talk = direct_id(owner.org, &BTreeSet::from([owner.person.account, ben.account]));
    let mut three = server.connect(cid, Codec::Json).await;
    let board = CreateBoard {
        org_id: owner.org,
        team_id: None,
        name: "Mine".into(),
        key: "MINE".into(),
        visibility: Visibility::Private,
    };
    let taken = three.ask(BoardId(talk.0), board).await.expect_err("is not theirs to take");
    assert_eq!((taken.code, taken.field.as_deref()), (Code::FieldInvalid, Some("topic")));
    for kind in [ChannelKind::Open, ChannelKind::Private] {
        let taken = three.ask(talk, create(owner.org, kind, &[])).await.expect_err("is not theirs to take");
        assert_eq!((taken.code, taken.field.as_deref()), (Code::FieldInvalid, Some("topic")));
    }
    let direct = CreateChannel { name: String::new(), ..create(owner.org, ChannelKind::Direct, &[ben.account]) };
    let taken = three.ask(talk, direct.clone()).await.expect_err("is not theirs to take");
    assert_eq!((taken.code, taken.field.as_deref()), (Code::FieldInvalid, Some("members")));
    let mut ana = server.connect(owner.person, Codec::Json).await;
    ana.ask(talk, direct).await.expect("is begun");
}
