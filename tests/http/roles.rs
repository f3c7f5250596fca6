//! Custom roles, grants, members who may not act, and why somebody may or may not do something.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{App, Person, text};

/// The capabilities that an explanation allows.
fn allowed(list: &Value) -> Vec<&str> {
    let verdicts = list.as_array().expect("a list").iter();
    verdicts.filter(|verdict| verdict["allowed"] == true).map(|verdict| text(&verdict["capability"])).collect()
}

fn because<'a>(list: &'a Value, capability: &str) -> &'a Value {
    let found = list.as_array().expect("a list").iter().find(|verdict| verdict["capability"] == capability);
    &found.unwrap_or_else(|| panic!("{capability} in {list}"))["because"]
}

async fn member(person: &Person<'_>, org: &str, id: &str) -> Value {
    let members = person.get(&format!("{org}/members")).await.ok();
    let found = members["items"].as_array().expect("items").iter().find(|one| one["account_id"] == id).cloned();
    found.unwrap_or_else(|| panic!("{id} in {members}"))
}

#[tokio::test]
async fn a_custom_role_and_a_grant_allow_and_a_revocation_forbids() {
    let app = App::start().await;
    let (ana, ben, cid) = (app.person("Ana").await, app.person("Ben").await, app.person("Cid").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let newcomer = json!({ "email": cid.email, "role": "guest" });
    ben.post(&format!("{org}/invitations"), newcomer.clone()).await.refused("forbidden");
    let made = ana.post(&format!("{org}/roles"), json!({ "name": "People", "permissions": ["members.invite"] })).await;
    let role = text(&made.created()["role_id"]).to_owned();
    let seat = format!("{org}/members/{}", ben.id());
    ana.patch(&seat, json!({ "role_id": role, "manager_id": ana.id(), "title": " Head of people " })).await.ok();
    let told = member(&ben, &org, ben.id()).await;
    assert_eq!((text(&told["title"]), text(&told["role_id"])), ("Head of people", role.as_str()));
    assert_eq!((text(&told["manager_id"]), text(&told["status"])), (ana.id(), "active"));
    ben.join(&org, &cid, "guest").await;
    ana.put(&format!("{seat}/permissions"), json!({ "granted": ["usage.read"], "revoked": ["members.invite"] }))
        .await
        .ok();
    let dan = app.person("Dan").await;
    let another = json!({ "email": dan.email, "role": "guest" });
    ben.post(&format!("{org}/invitations"), another.clone()).await.refused("forbidden");
    ben.put(&format!("{seat}/permissions"), json!({ "granted": [], "revoked": [] })).await.refused("forbidden");
    ana.put(&format!("{seat}/permissions"), json!({ "granted": ["nonsense"], "revoked": [] }))
        .await
        .refused("field_invalid");
    ana.put(&format!("{seat}/permissions"), json!({ "granted": [], "revoked": [] })).await.ok();
    ana.patch(&format!("{org}/roles/{role}"), json!({ "name": "Humans", "permissions": [] })).await.ok();
    ben.post(&format!("{org}/invitations"), another.clone()).await.refused("forbidden");
    assert_eq!(ben.get(&org).await.ok()["roles"][0]["name"], "Humans");
    ana.delete(&format!("{org}/roles/{role}")).await.ok();
    assert_eq!(member(&ana, &org, ben.id()).await["role_id"], Value::Null);
    ana.patch(&seat, json!({ "title": "", "manager_id": null })).await.ok();
    let told = member(&ana, &org, ben.id()).await;
    assert_eq!((&told["title"], &told["manager_id"]), (&Value::Null, &Value::Null));
    // Guests are told nothing of it, and nobody who is not allowed changes it.
    assert_eq!(cid.get(&org).await.ok()["roles"], Value::Null);
    ben.patch(&format!("{org}/members/{}", cid.id()), json!({ "title": "x" })).await.refused("forbidden");
    ana.patch(&seat, json!({})).await.refused("field_required");
    app.stop().await;
}

#[tokio::test]
async fn an_inactive_member_has_no_access_at_all_and_keeps_their_place() {
    let app = App::start().await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let board = ana.board(&org, json!({})).await;
    let open = ana.board(&org, json!({ "visibility": "public" })).await;
    ben.get(&board).await.ok();
    let seat = format!("{org}/members/{}", ben.id());
    let position = ana.patch(&seat, json!({ "status": "inactive" })).await.ok()["position"].clone();
    for path in [&org, &board, &format!("{org}/members"), &format!("{org}/access"), &format!("{org}/teams")] {
        ben.get(path).await.refused("not_found");
    }
    ben.patch(&board, json!({ "name": "Mine" })).await.refused("not_found");
    ben.delete(&seat).await.refused("not_found");
    // What anyone may look at they may look at.
    assert_eq!(ben.get(&open).await.ok()["members"], json!([]));
    let orgs = ben.get(&format!("/api/v1/orgs?min_position={}", text(&position))).await.ok();
    assert!(orgs["items"].as_array().expect("items").iter().all(|one| !org.ends_with(text(&one["org_id"]))));
    assert_eq!(member(&ana, &org, ben.id()).await["status"], "inactive");
    let told = ana.get(&format!("{org}/access?member={}", ben.id())).await.ok();
    assert!(allowed(&told["organization"]).is_empty());
    assert_eq!(because(&told["organization"], "boards.create")[0], json!({ "kind": "inactive" }));
    ana.patch(&format!("{org}/members/{}", ana.id()), json!({ "status": "inactive" })).await.refused("last_owner");
    ana.patch(&seat, json!({ "status": "active" })).await.ok();
    ben.get(&board).await.ok();
    app.stop().await;
}

#[tokio::test]
async fn an_explanation_says_what_decides() {
    let app = App::start().await;
    let (ana, ben, cid) = (app.person("Ana").await, app.person("Ben").await, app.person("Cid").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    ana.join(&org, &cid, "guest").await;
    let team = ana.post(&format!("{org}/teams"), json!({ "name": "Makers" })).await.created();
    let team = text(&team["team_id"]);
    let board = ana.board(&org, json!({ "visibility": "team", "team_id": team })).await;
    let id = board.rsplit('/').next().expect("an id");
    let ask = format!("{org}/access?member={}&team={team}&board={id}", ben.id());
    let told = ana.get(&ask).await.ok();
    assert_eq!(allowed(&told["organization"]), ["teams.create", "boards.create", "channels.create"]);
    assert_eq!(because(&told["organization"], "boards.create"), &json!([{ "kind": "role", "role": "member" }]));
    assert!(allowed(&told["team"]).is_empty() && allowed(&told["board"]).is_empty());
    assert_eq!(because(&told["board"], "board.see"), &json!([{ "kind": "nothing" }]));
    ana.put(&format!("{org}/teams/{team}/members/{}", ben.id()), json!({ "role": "member" })).await.ok();
    let told = ana.get(&ask).await.ok();
    assert_eq!(allowed(&told["team"]), ["boards.create", "team.leave"]);
    assert_eq!(allowed(&told["board"]), ["board.see", "tasks.edit", "tasks.put_away", "comments.add", "board.shape"]);
    assert_eq!(because(&told["board"], "tasks.edit"), &json!([{ "kind": "team_role", "role": "member" }]));
    let grant = json!({ "granted": ["boards.manage"], "revoked": ["boards.create"] });
    ana.put(&format!("{org}/members/{}/permissions", ben.id()), grant).await.ok();
    let told = ana.get(&ask).await.ok();
    let reasons =
        json!([{ "kind": "permission", "permission": "boards.manage" }, { "kind": "team_role", "role": "member" }]);
    assert_eq!(because(&told["board"], "board.manage"), &reasons);
    assert_eq!(because(&told["organization"], "boards.manage"), &json!([{ "kind": "granted" }]));
    assert_eq!(because(&told["organization"], "boards.create")[0], json!({ "kind": "revoked" }));
    assert_eq!(because(&told["team"], "boards.create")[1], json!({ "kind": "lacks", "permission": "boards.create" }));
    // For oneself, and for those who decide about members.
    assert_eq!(ben.get(&format!("{org}/access")).await.ok()["account_id"], ben.id());
    ben.get(&format!("{org}/access?member={}", ana.id())).await.refused("forbidden");
    cid.get(&format!("{org}/access?member={}", ana.id())).await.refused("forbidden");
    cid.get(&format!("{org}/access?board={id}")).await.refused("not_found");
    let stranger = app.person("Dan").await;
    ana.get(&format!("{org}/access?member={}", stranger.id())).await.refused("not_found");
    stranger.get(&format!("{org}/access")).await.refused("not_found");
    app.stop().await;
}

/// Both may lower the other. Whoever comes second finds that they are the last.
#[tokio::test]
async fn two_owners_who_lower_each_other_at_once_leave_one() {
    let app = App::start().await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    for _ in 0..20 {
        let org = ana.organization().await;
        ana.join(&org, &ben, "owner").await;
        let (one, two) = (format!("{org}/members/{}", ana.id()), format!("{org}/members/{}", ben.id()));
        let lowered = json!({ "role": "member" });
        let (first, second) = tokio::join!(ben.patch(&one, lowered.clone()), ana.patch(&two, lowered.clone()));
        let mut outcomes = BTreeMap::new();
        for answer in [first, second] {
            *outcomes.entry(answer.status.as_u16()).or_insert(0) += 1;
        }
        assert_eq!(outcomes.get(&200), Some(&1), "{outcomes:?}");
        let view = ana.get(&org).await.ok();
        let owners = view["members"].as_array().expect("members").iter().filter(|one| one["role"] == "owner");
        assert_eq!(owners.count(), 1);
    }
    app.stop().await;
}
