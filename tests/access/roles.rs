//! Every command by every role over every door. The tables are those of the rules, written by hand from the words of the product; what
//! a door answers otherwise stands in `OTHERWISE`.

use std::collections::BTreeSet;

use lockstep_protocol::{
    command::{BoardCommand, ChannelCommand, Command, OrganizationCommand, TeamCommand},
    topic::{Kind, Topic},
};
use serde_json::Value;

use super::{
    doors::{self, Asked},
    scene::{Place, Scene},
    table,
    world::{Live, World, json},
};

/// The table, and what is not founded yet in it.
const TABLES: &[(&str, Option<Kind>)] = &[
    (include_str!("../../domain/tests/access/organization.csv"), None),
    (include_str!("../../domain/tests/access/team.csv"), None),
    (include_str!("../../domain/tests/access/board.csv"), None),
    (include_str!("../../domain/tests/access/public_board.csv"), None),
    (include_str!("../../domain/tests/access/new_organization.csv"), Some(Kind::Organization)),
    (include_str!("../../domain/tests/access/new_team.csv"), Some(Kind::Team)),
    (include_str!("../../domain/tests/access/new_board.csv"), Some(Kind::Board)),
    // Of direct talks, whose ids follow from their people: `tests/http/channels.rs`.
    (include_str!("../../domain/tests/access/channel.csv"), None),
    (include_str!("../../domain/tests/access/private_channel.csv"), None),
    (include_str!("../../domain/tests/access/team_channel.csv"), None),
    (include_str!("../../domain/tests/access/new_channel.csv"), Some(Kind::Channel)),
];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    Socket,
    Door,
    Resource,
}

#[tokio::test(flavor = "multi_thread")]
async fn over_the_socket_every_role_may_ask_what_the_tables_say() {
    walk(Way::Socket).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn over_the_door_for_commands_every_role_may_ask_what_the_tables_say() {
    walk(Way::Door).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn over_http_every_role_may_ask_what_the_tables_say() {
    walk(Way::Resource).await;
}

async fn walk(way: Way) {
    let mut scene = Scene::start().await;
    let (mut wrong, mut tried, mut tags) = (Vec::new(), 0, BTreeSet::new());
    for (text, fresh) in TABLES {
        let (heads, rows) = table(text);
        for row in rows {
            // Until something happens, all who are refused look at one copy.
            let mut shared = None;
            for (who, expected) in heads.iter().zip(&row).skip(2) {
                if who.contains(':') || (way == Way::Socket && who == "public") {
                    continue;
                }
                let world = world(*fresh, who, &row[1]);
                let place = match shared {
                    Some(place) if !row[1].contains("{who}") => place,
                    _ => scene.copy(&world).await,
                };
                let command = scene.translated(&place, &world.placed(json(&row[0])));
                let Some(found) = ask(&mut scene, way, &place, who, &command).await else { break };
                shared = (found != "Y").then_some(place);
                tried += 1;
                tags.insert(command["type"].as_str().expect("a tag").to_owned());
                // Whoever shows nothing is asked who they are first.
                let expected = if who == "public" { "unauthenticated" } else { expected };
                if found != expected {
                    wrong.push(format!("{who}: {} (given {:?}): {found} instead of {expected}", row[0], row[1]));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    let asked: Vec<_> =
        [OrganizationCommand::TAGS, TeamCommand::TAGS, BoardCommand::TAGS, ChannelCommand::TAGS].concat();
    let missing: Vec<_> = asked.into_iter().filter(|tag| !tags.contains(*tag)).collect();
    assert_eq!(missing, expected_missing(way), "of {tried}");
}

/// What a way has no place for.
fn expected_missing(way: Way) -> Vec<&'static str> {
    match way {
        Way::Socket => Vec::new(),
        Way::Door => OrganizationCommand::TAGS.to_vec(),
        Way::Resource => vec![
            // The server's own.
            "organization.logo.set",
            "organization.plan.change",
            "organization.drop",
            "organization.board.reserve",
            "organization.board.release",
            "organization.team.reserve",
            "organization.team.release",
            "organization.channel.reserve",
            "organization.channel.release",
            // People are invited; stand-ins and programs have addresses of their own: `tests/http/teams.rs`.
            "member.add",
            // By the code of the invitation, and as its resending: `tests/http/invitations.rs`.
            "invitation.accept",
            "invitation.reject",
            "invitation.renew",
            // Through the door for commands.
            "tasks.reassign",
            // The server's own: said at no address.
            "task.announce",
            "checklist.create",
            "checklist.rename",
            "checklist.delete",
            "checklist.item.add",
            "checklist.item.update",
            "checklist.item.remove",
        ],
    }
}

fn world(fresh: Option<Kind>, who: &str, given: &str) -> World {
    let mut world = World::usual();
    match fresh {
        Some(Kind::Organization) => world.org = Live::new("org"),
        Some(Kind::Team) => world.team = Live::new("team"),
        Some(Kind::Board) => world.board = Live::new("board"),
        Some(Kind::Channel) => world.channel = Live::new("channel"),
        _ => {}
    }
    if let Some(scene) = given.strip_prefix("scene ") {
        world.scene(scene);
    } else if !given.is_empty() {
        world.tell(&given.replace("{who}", if who == "public" { "outsider" } else { who }));
    }
    world
}

async fn ask(scene: &mut Scene, way: Way, place: &Place, who: &str, command: &Value) -> Option<String> {
    match way {
        Way::Socket => {
            let command: Command = serde_json::from_value(command.clone()).expect("a command");
            let topic = topic(scene, place, &command);
            Some(match scene.say(who, topic, command).await {
                Ok(done) if done.seq > place.length(topic.kind) => "Y".into(),
                Ok(_) => "nothing happened".into(),
                Err(failure) => short(failure.code.word()),
            })
        }
        Way::Door => Some(answered(scene, who, doors::door(scene, place, command)?).await),
        Way::Resource => Some(answered(scene, who, doors::resource(scene, place, command)?).await),
    }
}

async fn answered(scene: &Scene, who: &str, asked: Asked) -> String {
    let answer = scene.request(who, asked.method, &asked.path, asked.body.as_ref()).await;
    match answer.body["code"].as_str() {
        Some(code) => short(code),
        None if answer.status.is_success() => "Y".into(),
        None => format!("{} {}", answer.status, answer.body),
    }
}

fn short(code: &str) -> String {
    match code {
        "forbidden" => "F",
        "not_found" => "N",
        other => other,
    }
    .into()
}

pub fn topic(scene: &Scene, place: &Place, command: &Command) -> Topic {
    let (kind, name) = match command {
        Command::Organization(_) => (Kind::Organization, "org"),
        Command::Team(_) => (Kind::Team, "team"),
        Command::Board(_) => (Kind::Board, "board"),
        Command::Channel(_) => (Kind::Channel, "channel"),
        Command::Account(_) | Command::Inbox(_) => panic!("no copies of accounts and inboxes"),
    };
    Topic::new(kind, scene.named(place, name))
}
