//! What there is when requests come: an organization with people, a team, a board with columns, labels and tasks, a role, an
//! invitation, and somebody of another organization. It knows which ids are of which type.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
};

use serde_json::{Value, json};

use super::super::{App, PASSWORD, Person, pictures, text};

pub struct Scene<'a> {
    pub owner: Person<'a>,
    pub member: Person<'a>,
    pub stranger: Person<'a>,
    pub org: String,
    pub board: String,
    /// Of an account without an organization in common; with [`PASSWORD`].
    pub known_email: String,
    pub refresh_token: String,
    pub position: String,
    /// Of an invitation by link that lets in many.
    pub invitation_code: String,
    /// Ids by the names of their types.
    ids: BTreeMap<&'static str, Vec<String>>,
    foreign: BTreeMap<&'static str, String>,
}

/// An id that nothing has yet.
pub fn fresh_id() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("01900000-0000-7000-8000-{:012x}", NEXT.fetch_add(1, Ordering::Relaxed))
}

fn last(path: &str) -> String {
    path.rsplit('/').next().expect("an id").to_owned()
}

impl<'a> Scene<'a> {
    pub async fn new(app: &'a App) -> Self {
        let (owner, member, stranger) = (app.person("Ana").await, app.person("Ben").await, app.person("Eve").await);
        let org = owner.organization().await;
        owner.join(&org, &member, "member").await;
        let mut ids: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
        let mut add = |kind, id: &Value| ids.entry(kind).or_default().push(text(id).to_owned());
        let team = owner.post(&format!("{org}/teams"), json!({ "name": "Team" })).await.created();
        add("TeamId", &team["team_id"]);
        let (team_id, mut position) = (text(&team["team_id"]), String::new());
        let seat = format!("{org}/teams/{team_id}/members/{}", member.id());
        owner.put(&seat, json!({ "role": "member" })).await.ok();
        let board = owner.board(&org, json!({ "team_id": team_id })).await;
        let columns = owner.get(&board).await.ok()["columns"].clone();
        columns.as_array().expect("columns").iter().for_each(|column| add("ColumnId", &column["column_id"]));
        for (kind, id) in [marks(&owner, &board).await, talk(&owner, &member, &org).await].concat() {
            add(kind, &json!(id));
        }
        for title in ["One", "Two", "Three", "Four", "Five"] {
            let body = json!({ "column_id": columns[0]["column_id"], "title": title });
            let made = owner.post(&format!("{board}/tasks"), body).await.created();
            add("TaskId", &made["task_id"]);
            let task = format!("{board}/tasks/{}", text(&made["task_id"]));
            add("CommentId", &json!(comment(&owner, &task).await));
            add("TimeEntryId", &json!(time(&owner, &task).await));
            position = text(&made["position"]).to_owned();
        }
        let role = json!({ "name": "Role", "permissions": [] });
        add("RoleId", &owner.post(&format!("{org}/roles"), role).await.created()["role_id"]);
        let invitation = json!({ "role": "member", "uses_max": 50 });
        let invited = owner.post(&format!("{org}/invitations"), invitation).await.created();
        add("InvitationId", &invited["invitation_id"]);
        let invitation_code = text(&invited["link"]).rsplit('#').next().expect("a code").to_owned();
        let wish = json!({ "name": "Script", "scopes": ["read"], "password": PASSWORD });
        add("TokenId", &owner.post("/api/v1/me/tokens", wish).await.created()["token_id"]);
        let program = json!({ "name": "Program", "role": "member" });
        let program = owner.post(&format!("{org}/service-accounts"), program).await.created();
        add("AccountId", &program["account_id"]);
        let login = json!({ "email": owner.email, "password": PASSWORD, "refresh_in": "body" });
        let second = app.post("/api/v1/auth/login", login).await.ok();
        add("SessionId", &second["session_id"]);
        add("DeviceId", &json!(device(&owner).await));
        let picture = pictures::put(&member, "/api/v1/me/avatar", "image/png", pictures::small());
        add("PictureId", &picture.await.ok()["picture_id"]);
        [member.id(), owner.id()].iter().for_each(|id| add("AccountId", &json!(id)));
        add("OrgId", &json!(last(&org)));
        add("BoardId", &json!(last(&board)));
        let elsewhere = stranger.organization().await;
        let board_elsewhere = stranger.board(&elsewhere, json!({})).await;
        let task_elsewhere = stranger.task(&board_elsewhere, "Secret").await;
        let foreign = BTreeMap::from([
            ("OrgId", last(&elsewhere)),
            ("BoardId", last(&board_elsewhere)),
            ("TaskId", last(&task_elsewhere)),
            ("AccountId", stranger.id().to_owned()),
        ]);
        let (known_email, refresh_token) = (stranger.email.clone(), text(&second["refresh_token"]).to_owned());
        Self {
            owner,
            member,
            stranger,
            org,
            board,
            known_email,
            refresh_token,
            position,
            invitation_code,
            ids,
            foreign,
        }
    }

    /// Whether requests to this path can still succeed here.
    pub async fn stands(&self, path: &str) -> bool {
        let board = self.owner.get(&self.board).await;
        let org = self.owner.get(&format!("{}/usage", self.org)).await;
        let member = self.member.get(&self.org).await;
        // Whoever gave away what they may do on the board is asked for nothing there any more.
        let owns = self.owner.patch(&self.board, json!({})).await;
        let live = [&board, &org, &member, &owns].iter().all(|answer| answer.status.is_success());
        let mut talk = true;
        for channel in self.ids("ChannelId").iter().filter(|_| path.contains("/channels/")) {
            let channel = self.owner.get(&format!("{}/channels/{channel}", self.org)).await;
            talk &= channel.status.is_success() && channel.body["archived"] == false;
        }
        live && talk && board.body["lifecycle"].as_str().is_none_or(|life| life == "active")
    }

    pub fn ids(&self, kind: &str) -> &[String] {
        self.ids.get(kind).map_or(&[], Vec::as_slice)
    }

    pub fn foreign(&self, kind: &str) -> Option<&str> {
        self.foreign.get(kind).map(String::as_str)
    }
}

/// Labels, categories, custom fields and a view of a board, by the kinds of their ids.
async fn marks(owner: &Person<'_>, board: &str) -> Vec<(&'static str, String)> {
    let mut made = Vec::new();
    let all = [("Red", "labels", "label_id", "LabelId"), ("Blue", "labels", "label_id", "LabelId")];
    let more =
        [("Bug", "categories", "category_id", "CategoryId"), ("Chore", "categories", "category_id", "CategoryId")];
    let fields = [("Note", "fields", "field_id", "FieldId"), ("Remark", "fields", "field_id", "FieldId")];
    for (name, place, field, kind) in all.into_iter().chain(more).chain(fields) {
        let id = fresh_id();
        let about = if place == "fields" { ("kind", "text") } else { ("colour", "red") };
        let body = json!({ field: id, "name": name, about.0: about.1 });
        owner.post(&format!("{board}/{place}"), body).await.created();
        made.push((kind, id));
    }
    let id = fresh_id();
    owner.post(&format!("{board}/views"), json!({ "view_id": id, "name": "All", "look": {} })).await.created();
    made.push(("ViewId", id));
    made
}

/// A browser that notifications are pushed to, with the keys of RFC 8291's example.
async fn device(owner: &Person<'_>) -> String {
    let wish = json!({
        "kind": "webpush", "address": "https://push.example.org/one", "auth": "BTBZMqHH6r4Tts7J_aSIgg",
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    });
    text(&owner.post("/api/v1/me/devices", wish).await.created()["device_id"]).to_owned()
}

/// A comment on a task.
async fn comment(owner: &Person<'_>, task: &str) -> String {
    let id = fresh_id();
    owner.post(&format!("{task}/comments"), json!({ "comment_id": id, "text": "Said" })).await.created();
    id
}

/// Time that was spent on a task.
async fn time(owner: &Person<'_>, task: &str) -> String {
    let id = fresh_id();
    let body = json!({ "entry_id": id, "started_at": 1_767_614_400_000_000_u64, "duration_s": 60 });
    owner.post(&format!("{task}/time"), body).await.created();
    id
}

/// Channels in which the same was said, by their ids and the seqs of the messages.
async fn talk(owner: &Person<'_>, member: &Person<'_>, org: &str) -> Vec<(&'static str, String)> {
    let mut made = Vec::new();
    for name in ["General", "Random", "Plans"] {
        let wish = json!({ "kind": "open", "name": name, "members": [member.id()] });
        let channel = owner.post(&format!("{org}/channels"), wish).await.created();
        let id = text(&channel["channel_id"]).to_owned();
        for words in ["One", "Two", "Three", "Four"] {
            let said = owner.post(&format!("{org}/channels/{id}/messages"), json!({ "text": words })).await.created();
            made.push(("seq", said["seq"].to_string()));
        }
        made.push(("ChannelId", id));
    }
    made
}
