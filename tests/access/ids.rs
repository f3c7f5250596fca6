//! Every command by every id in it: of another board, another team, another organization, of what was deleted, of nothing. All are
//! answered alike, byte for byte but for the id of the request, so that nobody learns what is elsewhere.

use std::collections::BTreeSet;

use lockstep_protocol::{command::Command, topic::Kind};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    doors::{self, Asked},
    roles::topic,
    scene::{MESSAGES, PEOPLE, Place, Scene},
    table,
    world::{Live, World, id, json as command_of},
};
use crate::support::node;

const TABLES: &[&str] = &[
    include_str!("../../domain/tests/access/organization.csv"),
    include_str!("../../domain/tests/access/team.csv"),
    include_str!("../../domain/tests/access/board.csv"),
    include_str!("../../domain/tests/access/new_board.csv"),
    include_str!("../../domain/tests/access/new_team.csv"),
    include_str!("../../domain/tests/access/channel.csv"),
    include_str!("../../domain/tests/access/new_channel.csv"),
];

/// What was there once, in every copy.
const DELETED: &[&str] = &[
    "column.create column_id=n1 name=Gone kind=active",
    "column.delete column_id=n1",
    "label.create label_id=n2 name=Gone colour=red",
    "label.delete label_id=n2",
    "category.create category_id=n7 name=Gone colour=red",
    "category.delete category_id=n7",
    "field.create field_id=n8 name=Gone kind=text",
    "field.delete field_id=n8",
    "view.create view_id=n9 name=Gone look={}",
    "view.delete view_id=n9",
    "comment.add task_id=t1 comment_id=n3 text=Gone",
    "comment.delete task_id=t1 comment_id=n3",
    "checklist.create task_id=t1 checklist_id=n4 name=Gone",
    "checklist.delete task_id=t1 checklist_id=n4",
    "checklist.item.add task_id=t1 checklist_id=list item_id=n5 text=Gone",
    "checklist.item.remove task_id=t1 item_id=n5",
    "owner: role.create role_id=n6 name=Gone permissions=[]",
    "owner: role.delete role_id=n6",
    "owner: member.invite invitation_id=inv2 role=guest uses_max=1 expires_at=1795824100000000",
    "owner: invitation.revoke invitation_id=inv2",
    "server:owner: member.add account_id=shade role=member",
    "owner: member.remove account_id=shade",
];

/// The deleted thing of the same kind as this name. Tasks in the trash are still there for whoever may restore them.
fn deleted(name: &str) -> Option<&'static str> {
    match name {
        "todo" | "doing" | "done" | "attic" => Some("n1"),
        "red" | "blue" => Some("n2"),
        "bug" => Some("n7"),
        "size" | "cost" | "whom" => Some("n8"),
        "v1" => Some("n9"),
        "k1" | "k2" => Some("n3"),
        "list" => Some("n4"),
        "i1" | "i2" => Some("n5"),
        "hr" => Some("n6"),
        "inv1" => Some("inv2"),
        _ if PEOPLE.contains(&name) => Some("shade"),
        _ => None,
    }
}

fn with_deleted() -> World {
    let mut world = World::usual();
    DELETED.iter().for_each(|line| world.tell(line));
    world
}

/// Where ids stand in a command: the pointer and the name.
fn named(command: &Value) -> Vec<(String, &'static str)> {
    const NAMES: &[&str] = &[
        "todo", "doing", "done", "attic", "red", "blue", "bug", "v1", "k1", "k2", "list", "i1", "i2", "hr", "inv1",
        "t1", "t2", "t3", "d1", "put_away", "trash", "ghost", "team", "org", "board", "channel",
    ];
    fn walk(value: &Value, at: &str, found: &mut Vec<(String, &'static str)>) {
        match value {
            Value::Object(fields) => fields.iter().for_each(|(key, value)| walk(value, &format!("{at}/{key}"), found)),
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(n, value)| walk(value, &format!("{at}/{n}"), found));
            }
            Value::String(text) => {
                let name = NAMES.iter().chain(&PEOPLE).chain(&MESSAGES).find(|name| id(name).to_string() == *text);
                found.extend(name.map(|name| (at.to_owned(), *name)));
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk(command, "", &mut found);
    found
}

/// The same names elsewhere.
struct Elsewhere {
    board: Place,
    channel: Place,
    team: Place,
    organization: Place,
    without_team: Place,
}

impl Elsewhere {
    async fn beside(scene: &mut Scene, place: &Place) -> Self {
        let mut gone = with_deleted();
        gone.tell("lead: team.delete");
        Self {
            board: scene.copy_beside(&with_deleted(), place, &[Kind::Board]).await,
            channel: scene.copy_beside(&with_deleted(), place, &[Kind::Channel]).await,
            team: scene.copy_beside(&with_deleted(), place, &[Kind::Team, Kind::Board]).await,
            organization: scene.copy_of_strangers(&with_deleted()).await,
            without_team: scene.copy_beside(&gone, place, &[Kind::Team]).await,
        }
    }

    /// Ids that are no such thing here, and the first of them is nothing at all.
    fn ids(&self, scene: &Scene, place: &Place, name: &str) -> Vec<(&'static str, Uuid)> {
        let mut ids = vec![("nothing", node::id())];
        if PEOPLE.contains(&name) {
            ids.extend([
                ("a stranger", scene.account("outsider")),
                ("another's stand-in", scene.named(&self.organization, "ghost")),
            ]);
        } else {
            ids.push(("of another organization", scene.named(&self.organization, name)));
        }
        if MESSAGES.contains(&name) {
            ids.push(("of another channel", scene.named(&self.channel, name)));
            return ids;
        }
        if !PEOPLE.contains(&name) && !["org", "channel", "team", "board", "ghost", "hr", "inv1"].contains(&name) {
            ids.extend([
                ("of another board", scene.named(&self.board, name)),
                ("of another team's board", scene.named(&self.team, name)),
            ]);
        }
        if name == "board" {
            ids.push(("of another team", scene.named(&self.team, name)));
        } else if name == "team" {
            ids.push(("deleted", scene.named(&self.without_team, name)));
        }
        ids.extend(deleted(name).map(|name| ("deleted", scene.named(place, name))));
        ids
    }
}

/// Everything that an answer says, but for what differs from request to request.
fn plain(mut body: Value) -> Value {
    if let Some(fields) = body.as_object_mut() {
        fields.remove("request_id");
    }
    body
}

enum Way {
    Socket,
    Door,
    Resource,
}

async fn answer(scene: &mut Scene, way: &Way, place: &Place, who: &str, command: &Value) -> Option<Value> {
    let asked = match way {
        Way::Socket => {
            let command: Command = serde_json::from_value(command.clone()).expect("a command");
            let topic = topic(scene, place, &command);
            return Some(match scene.say(who, topic, command).await {
                Ok(_) => json!("done"),
                Err(failure) => serde_json::to_value(failure).expect("encodes"),
            });
        }
        Way::Door => doors::door(scene, place, command)?,
        Way::Resource => doors::resource(scene, place, command)?,
    };
    let answer = scene.request(who, asked.method, &asked.path, asked.body.as_ref()).await;
    Some(match answer.status.is_success() {
        true => json!("done"),
        false => json!([answer.status.as_u16(), plain(answer.body)]),
    })
}

async fn walk(way: Way, at_least: usize) {
    let mut scene = Scene::start().await;
    let (mut wrong, mut tried, mut fields) = (Vec::new(), 0, BTreeSet::new());
    for text in TABLES {
        let (heads, rows) = table(text);
        for row in rows {
            let allowed = heads.iter().zip(&row).skip(2).rfind(|(who, cell)| *cell == "Y" && !who.contains(':'));
            let Some((who, _)) = allowed else { continue };
            let mut world = with_deleted();
            match row[0].split(' ').next() {
                Some("board.create") => world.board = Live::new("board"),
                Some("team.create") => world.team = Live::new("team"),
                Some("channel.create") => world.channel = Live::new("channel"),
                _ => {}
            }
            if !row[1].is_empty() {
                world.tell(&row[1].replace("{who}", who));
            }
            let mut place = scene.copy(&world).await;
            let elsewhere = Elsewhere::beside(&mut scene, &place).await;
            let said = world.placed(command_of(&row[0]));
            for (pointer, name) in named(&said) {
                let mut of_nothing = None;
                for (what, other) in elsewhere.ids(&scene, &place, name) {
                    let mut command = scene.translated(&place, &said);
                    *command.pointer_mut(&pointer).expect("was found") = other.to_string().into();
                    let Some(found) = answer(&mut scene, &way, &place, who, &command).await else { break };
                    tried += 1;
                    fields.insert(format!("{} {pointer}", row[0].split(' ').next().expect("a tag")));
                    if found == "done" {
                        // It made something, or there was nothing to do; the next one finds the world as it was.
                        place = scene.copy(&world).await;
                    }
                    let first = of_nothing.get_or_insert_with(|| found.clone());
                    if *first != found {
                        wrong.push(format!("{who}: {} {pointer} {what}: {found} instead of {first}", row[0]));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(tried >= at_least, "only {tried} in {fields:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn over_the_socket_an_id_from_elsewhere_is_an_id_of_nothing() {
    walk(Way::Socket, 300).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn over_the_door_for_commands_an_id_from_elsewhere_is_an_id_of_nothing() {
    walk(Way::Door, 200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn over_http_an_id_from_elsewhere_is_an_id_of_nothing() {
    walk(Way::Resource, 200).await;
}

/// Every address that names an organization, team, board, task or anything in them, asked for by somebody who may do everything in
/// their own organization, with each part of the path in turn from elsewhere.
#[tokio::test(flavor = "multi_thread")]
async fn an_address_with_an_id_from_elsewhere_is_not_found_in_the_same_words() {
    let mut scene = Scene::start().await;
    let place = scene.copy(&with_deleted()).await;
    let elsewhere = Elsewhere::beside(&mut scene, &place).await;
    let document = scene.request("public", Method::GET, "/api/openapi.json", None).await.ok();
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for (path, ways) in document["paths"].as_object().expect("paths") {
        let path = path.replace("{permission}", "team.update");
        let parts: Vec<&str> = path.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
        if !path.starts_with("/api/v1/orgs/{org}") {
            continue;
        }
        for method in ways.as_object().expect("methods").keys() {
            for (at, part) in parts.iter().enumerate() {
                let mut first: Option<Value> = None;
                let ids = elsewhere.ids(&scene, &place, name_of(part)).into_iter();
                // The organization's other boards are the owner's to see.
                for (what, other) in ids.filter(|(what, _)| *part != "board" || *what != "of another team") {
                    let mut filled = path.clone();
                    for (n, part) in parts.iter().enumerate() {
                        let id = if n == at { other } else { scene.named(&place, name_of(part)) };
                        filled = filled.replace(&format!("{{{part}}}"), &id.to_string());
                    }
                    let asked =
                        Asked { method: method.to_uppercase().parse().expect("a method"), path: filled, body: None };
                    let body = (method != "get" && method != "delete").then(|| json!({}));
                    let answer = scene.request("owner", asked.method, &asked.path, body.as_ref()).await;
                    let found = json!([answer.status.as_u16(), plain(answer.body)]);
                    tried += 1;
                    let first = first.get_or_insert_with(|| found.clone());
                    if *first != found {
                        wrong.push(format!("{method} {path} {part} {what}: {found} instead of {first}"));
                    }
                    if method == "get" && found[0] != 404 {
                        wrong.push(format!("{method} {path} {part} {what}: {found}"));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(tried > 300, "only {tried}");
}

/// What stands in a path for this parameter when it is right.
fn name_of(part: &str) -> &'static str {
    match part {
        "org" => "org",
        "team" => "team",
        "board" => "board",
        "column" => "todo",
        "label" => "red",
        "category" => "bug",
        "field" => "size",
        "view" => "v1",
        "comment" => "k1",
        "entry" => "w1",
        "link" => "ln1",
        "task" => "t1",
        "account" => "member",
        "channel" => "channel",
        // Numbers and emoji: `tests/http/channels.rs`.
        "seq" | "emoji" => "s4",
        "role" => "hr",
        "invitation" => "inv1",
        // Nobody has one here: `tests/http/pictures.rs` asks for those that are there.
        // Nor anything that is on its way: `tests/http/deliveries.rs`, `webhooks.rs`.
        "token" | "picture" | "delivery" | "webhook" => "s4",
        // Words: `tests/http/letters.rs`.
        "language" | "letter" => "s4",
        // What people call a task: `tests/http/transfer.rs`.
        "key" => "s4",
        other => panic!("what is a {other}?"),
    }
}
