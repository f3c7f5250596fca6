//! Where each command is asked for over HTTP. What follows the path is the body: the command's other fields, unless said otherwise.

use reqwest::Method;
use serde_json::{Map, Value, json};

use super::scene::{Place, Scene};

/// Tag, method, path below the organization. `{x}` is the command's own field, or the world's team or board.
const RESOURCES: &str = "
organization.update             PATCH
organization.delete             DELETE
organization.restore            POST    /restore
organization.settings.update    PATCH   /settings
organization.ownership.offer    POST    /ownership
organization.ownership.withdraw DELETE  /ownership
organization.ownership.accept   POST    /ownership/accept
organization.ownership.decline  POST    /ownership/decline
member.role.change              PATCH   /members/{account_id}
member.role.assign              PATCH   /members/{account_id}
member.update                   PATCH   /members/{account_id}
member.status.change            PATCH   /members/{account_id}
member.remove                   DELETE  /members/{account_id}
member.permissions.set          PUT     /members/{account_id}/permissions
member.claim                    POST    /members/{placeholder_id}/claim
member.invite                   POST    /invitations
invitation.revoke               DELETE  /invitations/{invitation_id}
role.create                     POST    /roles
role.update                     PATCH   /roles/{role_id}
role.delete                     DELETE  /roles/{role_id}
team.create                     POST    /teams
team.update                     PATCH   /teams/{team}
team.settings.update            PATCH   /teams/{team}/settings
team.permission.grant           PUT     /teams/{team}/permissions/{permission}
team.permission.revoke          DELETE  /teams/{team}/permissions/{permission}
team.delete                     DELETE  /teams/{team}
team.member.add                 PUT     /teams/{team}/members/{account_id}
team.member.remove              DELETE  /teams/{team}/members/{account_id}
board.create                    POST    /boards
board.update                    PATCH   /boards/{board}
board.delete                    DELETE  /boards/{board}
board.archive                   POST    /boards/{board}/archive
board.unarchive                 POST    /boards/{board}/unarchive
board.template.set              PUT     /boards/{board}/template
board.escalations.set           PUT     /boards/{board}/escalations
board.restore                   POST    /boards/{board}/restore
board.bulk                      POST    /boards/{board}/bulk
board.undo                      POST    /boards/{board}/undo
board.link.create               POST    /boards/{board}/links
board.link.revoke               DELETE  /boards/{board}/links/{link_id}
board.member.set                PUT     /boards/{board}/members/{account_id}
board.member.remove             DELETE  /boards/{board}/members/{account_id}
column.create                   POST    /boards/{board}/columns
column.update                   PATCH   /boards/{board}/columns/{column_id}
column.delete                   DELETE  /boards/{board}/columns/{column_id}
column.move                     POST    /boards/{board}/columns/{column_id}/move
column.workflow.set             PUT     /boards/{board}/columns/{column_id}/workflow
column.archive                  POST    /boards/{board}/columns/{column_id}/archive
column.unarchive                POST    /boards/{board}/columns/{column_id}/unarchive
label.create                    POST    /boards/{board}/labels
label.update                    PATCH   /boards/{board}/labels/{label_id}
label.delete                    DELETE  /boards/{board}/labels/{label_id}
category.create                 POST    /boards/{board}/categories
category.update                 PATCH   /boards/{board}/categories/{category_id}
category.delete                 DELETE  /boards/{board}/categories/{category_id}
field.create                    POST    /boards/{board}/fields
field.update                    PATCH   /boards/{board}/fields/{field_id}
field.move                      POST    /boards/{board}/fields/{field_id}/move
field.delete                    DELETE  /boards/{board}/fields/{field_id}
view.create                     POST    /boards/{board}/views
view.update                     PATCH   /boards/{board}/views/{view_id}
view.move                       POST    /boards/{board}/views/{view_id}/move
view.delete                     DELETE  /boards/{board}/views/{view_id}
task.create                     POST    /boards/{board}/tasks
task.update                     PATCH   /boards/{board}/tasks/{task_id}
task.prioritize                 PATCH   /boards/{board}/tasks/{task_id}
task.schedule                   PATCH   /boards/{board}/tasks/{task_id}
task.delete                     DELETE  /boards/{board}/tasks/{task_id}
time.log                        POST    /boards/{board}/tasks/{task_id}/time
time.update                     PATCH   /boards/{board}/tasks/{task_id}/time/{entry_id}
time.remove                     DELETE  /boards/{board}/tasks/{task_id}/time/{entry_id}
task.transfer                   POST    /boards/{board}/tasks/{task_id}/transfer
task.move                       POST    /boards/{board}/tasks/{task_id}/move
task.assign                     POST    /boards/{board}/tasks/{task_id}/assign
task.unassign                   POST    /boards/{board}/tasks/{task_id}/unassign
task.label                      POST    /boards/{board}/tasks/{task_id}/label
task.unlabel                    POST    /boards/{board}/tasks/{task_id}/unlabel
task.estimate                   POST    /boards/{board}/tasks/{task_id}/estimate
task.repeat.set                 POST    /boards/{board}/tasks/{task_id}/repeat
task.reminder.set               POST    /boards/{board}/tasks/{task_id}/remind
task.reminder.remove            POST    /boards/{board}/tasks/{task_id}/unremind
task.parent.set                 POST    /boards/{board}/tasks/{task_id}/parent
task.dependency.add             POST    /boards/{board}/tasks/{task_id}/depend
task.dependency.remove          POST    /boards/{board}/tasks/{task_id}/undepend
task.watch                      POST    /boards/{board}/tasks/{task_id}/watch
task.unwatch                    POST    /boards/{board}/tasks/{task_id}/unwatch
task.categorize                 POST    /boards/{board}/tasks/{task_id}/categorize
task.cover.set                  POST    /boards/{board}/tasks/{task_id}/cover
task.field.set                  PUT     /boards/{board}/tasks/{task_id}/fields/{field_id}
task.complete                   POST    /boards/{board}/tasks/{task_id}/complete
task.reopen                     POST    /boards/{board}/tasks/{task_id}/reopen
task.archive                    POST    /boards/{board}/tasks/{task_id}/archive
task.unarchive                  POST    /boards/{board}/tasks/{task_id}/unarchive
task.restore                    POST    /boards/{board}/tasks/{task_id}/restore
task.revert                     POST    /boards/{board}/tasks/{task_id}/revert
comment.add                     POST    /boards/{board}/tasks/{task_id}/comments
comment.edit                    PATCH   /boards/{board}/tasks/{task_id}/comments/{comment_id}
comment.delete                  DELETE  /boards/{board}/tasks/{task_id}/comments/{comment_id}
comment.react                   POST    /boards/{board}/tasks/{task_id}/comments/{comment_id}/react
comment.unreact                 POST    /boards/{board}/tasks/{task_id}/comments/{comment_id}/unreact
channel.create                  POST    /channels
channel.update                  PATCH   /channels/{channel}
channel.archive                 POST    /channels/{channel}/archive
channel.unarchive               POST    /channels/{channel}/unarchive
channel.delete                  DELETE  /channels/{channel}
channel.member.add              PUT     /channels/{channel}/members/{account_id}
channel.member.remove           DELETE  /channels/{channel}/members/{account_id}
message.post                    POST    /channels/{channel}/messages
message.edit                    PATCH   /channels/{channel}/messages/{seq}
message.delete                  DELETE  /channels/{channel}/messages/{seq}
message.react                   PUT     /channels/{channel}/messages/{seq}/reactions/{emoji}
message.unreact                 DELETE  /channels/{channel}/messages/{seq}/reactions/{emoji}
message.pin                     PUT     /channels/{channel}/messages/{seq}/pin
message.unpin                   DELETE  /channels/{channel}/messages/{seq}/pin
";

/// What one sends.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: Method,
    pub path: String,
    pub body: Option<Value>,
}

/// A command that is already this copy's, asked for at its own address; `None` where it has none.
pub fn resource(scene: &Scene, place: &Place, command: &Value) -> Option<Asked> {
    let tag = command["type"].as_str().expect("a tag");
    if tag == "organization.create" {
        let body = json!({ "org_id": scene.named(place, "org"), "name": command["name"] });
        return Some(Asked { method: Method::POST, path: "/api/v1/orgs".into(), body: Some(body) });
    }
    let mut fields = command.as_object().expect("an object").clone();
    fields.remove("type");
    let line = RESOURCES.lines().find(|line| line.split_whitespace().next() == Some(tag))?;
    let mut words = line.split_whitespace().skip(1);
    let method: Method = words.next().expect("a method").parse().expect("a method");
    let mut path = format!("/api/v1/orgs/{}{}", scene.named(place, "org"), words.next().unwrap_or_default());
    // A message is in the path by its seq.
    if let Some(message) = fields.remove("message") {
        fields.insert("seq".into(), message["seq"].to_string().into());
    }
    for name in ["team", "board", "channel"] {
        path = path.replace(&format!("{{{name}}}"), &scene.named(place, name).to_string());
    }
    while let Some((before, rest)) = path.clone().split_once('{') {
        let (name, after) = rest.split_once('}').expect("closed");
        let id = fields.remove(name).unwrap_or_else(|| panic!("{tag} has no {name}"));
        path = format!("{before}{}{after}", id.as_str().expect("a word"));
    }
    adapt(scene, place, tag, &mut fields)?;
    let body = (method != Method::DELETE).then_some(Value::Object(fields));
    Some(Asked { method, path, body })
}

/// Where the surface says it in other words than the command.
fn adapt(scene: &Scene, place: &Place, tag: &str, fields: &mut Map<String, Value>) -> Option<()> {
    match tag {
        "member.invite" => {
            fields.remove("expires_at");
        }
        // Which one it is the server says.
        "board.link.create" => {
            fields.remove("link_id");
        }
        "team.create" => {
            fields.remove("org_id");
            fields.insert("team_id".into(), scene.named(place, "team").to_string().into());
        }
        "board.create" => {
            fields.remove("org_id");
            fields.insert("board_id".into(), scene.named(place, "board").to_string().into());
        }
        "channel.create" => {
            fields.remove("org_id");
            fields.insert("channel_id".into(), scene.named(place, "channel").to_string().into());
        }
        "message.post" => {
            if let Some(thread) = fields.remove("thread") {
                fields.insert("thread_seq".into(), thread["seq"].clone());
            }
        }
        _ => {}
    }
    Some(())
}

/// The door that takes any command of a team, a board or a channel.
pub fn door(scene: &Scene, place: &Place, command: &Value) -> Option<Asked> {
    let tag = command["type"].as_str().expect("a tag");
    let below = match tag.split('.').next() {
        Some("channel" | "message") => format!("channels/{}", scene.named(place, "channel")),
        Some("team") => format!("teams/{}", scene.named(place, "team")),
        Some("organization" | "member" | "role" | "invitation" | "account" | "session" | "factor") => return None,
        _ => format!("boards/{}", scene.named(place, "board")),
    };
    let path = format!("/api/v1/orgs/{}/{below}/commands", scene.named(place, "org"));
    let body = json!({ "body": command, "client_id": crate::support::node::id(), "client_seq": 1 });
    Some(Asked { method: Method::POST, path, body: Some(body) })
}
