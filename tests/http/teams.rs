//! Organizations, members and teams.

use serde_json::json;

use super::{App, text};

#[tokio::test]
async fn an_organization_is_founded_renamed_and_shared() {
    let app = App::start().await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let org = ana.organization().await;
    assert_eq!(ana.patch(&org, json!({ "name": "Renamed" })).await.ok()["name"], "Renamed");
    ben.get(&org).await.refused("not_found");
    ana.join(&org, &ben, "member").await;
    ben.get(&org).await.ok();
    ben.patch(&org, json!({ "name": "Mine" })).await.refused("forbidden");
    let seat = format!("{org}/members/{}", ben.id());
    ben.patch(&seat, json!({ "role": "owner" })).await.refused("forbidden");
    ana.patch(&seat, json!({ "role": "admin" })).await.ok();
    ben.patch(&org, json!({ "name": "Ours" })).await.ok();
    let own = format!("{org}/members/{}", ana.id());
    ben.delete(&own).await.refused("forbidden");
    ana.delete(&own).await.refused("last_owner");
    ana.delete(&seat).await.ok();
    ben.get(&org).await.refused("not_found");
    app.stop().await;
}

#[tokio::test]
async fn nobody_learns_from_an_invitation_whether_an_address_is_known() {
    let app = App::start().await;
    let (ana, ben, eve) = (app.person("Ana").await, app.person("Ben").await, app.person("Eve").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    for email in [eve.email.as_str(), "nobody@example.org"] {
        let body = json!({ "email": email, "role": "guest" });
        ben.post(&format!("{org}/invitations"), body.clone()).await.refused("forbidden");
        eve.post(&format!("{org}/invitations"), body.clone()).await.refused("not_found");
        let made = ana.post(&format!("{org}/invitations"), body).await.created();
        let told: Vec<_> = made.as_object().expect("an object").keys().map(String::as_str).collect();
        assert_eq!(told, ["epoch", "invitation_id", "position", "seq"], "{email}");
    }
    // Nobody is a member who was not asked.
    eve.get(&org).await.refused("not_found");
    let members = ana.get(&format!("{org}/members")).await.ok();
    assert_eq!(members["items"].as_array().map(Vec::len), Some(2));
    let people = json!({ "email": eve.email, "role": "guest" });
    assert_eq!(ana.post(&format!("{org}/members"), people).await.status, 405);
    app.stop().await;
}

#[tokio::test]
async fn teams_have_members_of_the_organization() {
    let app = App::start().await;
    let (ana, ben, cid) = (app.person("Ana").await, app.person("Ben").await, app.person("Cid").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let made = ana.post(&format!("{org}/teams"), json!({ "name": "Makers" })).await.created();
    let team = format!("{org}/teams/{}", text(&made["team_id"]));
    let seat = |id: &str| format!("{team}/members/{id}");
    ana.put(&seat(ben.id()), json!({ "role": "lead" })).await.ok();
    let view = ben.get(&team).await.ok();
    assert_eq!(view["members"].as_array().map(Vec::len), Some(2));
    ana.put(&seat(cid.id()), json!({ "role": "member" })).await;
    cid.get(&team).await.refused("not_found");
    ben.patch(&team, json!({ "name": "Builders" })).await.ok();
    let position = ana.delete(&seat(ben.id())).await.ok()["position"].clone();
    let list = ana.get(&format!("{org}/teams?min_position={}", text(&position))).await.ok();
    assert_eq!(list["items"][0]["name"], "Builders");
    let position = ana.delete(&team).await.ok()["position"].clone();
    let list = ana.get(&format!("{org}/teams?min_position={}", text(&position))).await.ok();
    assert_eq!(list["items"], json!([]));
    app.stop().await;
}

#[tokio::test]
async fn a_placeholder_stands_in_until_it_is_claimed() {
    let app = App::start().await;
    let (ana, ben, eve) = (app.person("Ana").await, app.person("Ben").await, app.person("Eve").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let id = "0190aaaa-0000-7000-8000-00000000000a";
    let body = json!({ "account_id": id, "name": "Ben of the export" });
    let path = format!("{org}/placeholders");
    ben.post(&path, body.clone()).await.refused("forbidden");
    ana.post(&path, body.clone()).await.created();
    ana.post(&path, body.clone()).await.ok();
    let members = ana.get(&format!("{org}/members")).await.ok();
    let stand_in = members["items"].as_array().expect("items").iter().find(|one| one["account_id"] == id).cloned();
    let stand_in = stand_in.expect("a member");
    assert_eq!((text(&stand_in["name"]), &stand_in["placeholder"]), ("Ben of the export", &json!(true)));
    // Neither a person nor another tenant's stand-in can be taken over.
    let other = eve.organization().await;
    eve.post(&format!("{other}/placeholders"), body.clone()).await.refused("already_exists");
    let person = json!({ "account_id": ana.id(), "name": "x" });
    eve.post(&format!("{other}/placeholders"), person).await.refused("already_exists");
    ana.post(&format!("{org}/members/{id}/claim"), json!({ "account_id": ben.id() })).await.ok();
    ana.post(&path, body).await.ok();
    app.stop().await;
}

#[tokio::test]
async fn a_team_says_how_it_works_and_what_its_members_may_do() {
    let app = App::start().await;
    let (ana, ben, eve) = (app.person("Ana").await, app.person("Ben").await, app.person("Eve").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let made = ana.post(&format!("{org}/teams"), json!({ "name": "Makers" })).await.created();
    let (team_id, team) = (text(&made["team_id"]), format!("{org}/teams/{}", text(&made["team_id"])));
    ana.put(&format!("{team}/members/{}", ben.id()), json!({ "role": "member" })).await.ok();
    let board = ana.board(&org, json!({ "team_id": team_id })).await;
    let other = ana.board(&org, json!({})).await;
    let id_of = |board: &str| board.rsplit('/').next().expect("an id").to_owned();

    let settings = format!("{team}/settings");
    let body = json!({ "default_board_id": id_of(&board), "assignee_rule": "creator" });
    ben.patch(&settings, body.clone()).await.refused("forbidden");
    ana.patch(&settings, body).await.ok();
    for gone in [id_of(&other), team_id.to_owned(), "nothing".into()] {
        let body = json!({ "default_board_id": gone, "assignee_rule": "lead" });
        let refused = ana.patch(&settings, body).await;
        assert_eq!(refused.body["field"], "default_board_id", "{refused:?}");
    }
    ana.patch(&team, json!({ "description": "What we *do*." })).await.ok();
    let view = ben.get(&team).await.ok();
    assert_eq!((text(&view["description"]), text(&view["assignee_rule"])), ("What we *do*.", "creator"));
    assert_eq!((&view["default_board_id"], &view["permissions"]), (&json!(id_of(&board)), &json!(["boards.create"])));
    let task = ben.task(&board, "Mine").await;
    assert_eq!(ben.get(&task).await.ok()["face"]["assignees"], json!([ben.id()]));

    let permission = |word: &str| format!("{team}/permissions/{word}");
    ben.put(&permission("team.update"), json!({})).await.refused("forbidden");
    ana.put(&permission("team.sell"), json!({})).await.refused("not_found");
    eve.put(&permission("team.update"), json!({})).await.refused("not_found");
    ana.put(&permission("team.update"), json!({})).await.ok();
    ben.patch(&team, json!({ "name": "Ours" })).await.ok();
    ana.delete(&permission("boards.create")).await.ok();
    assert_eq!(ben.get(&team).await.ok()["permissions"], json!(["team.update"]));
    let body = json!({ "name": "Mine", "team_id": team_id });
    ben.post(&format!("{org}/boards"), body).await.refused("forbidden");
    let told = ben.get(&format!("{org}/access?team={team_id}")).await.ok();
    let allowed = |word: &str| {
        let verdicts = told["team"].as_array().expect("verdicts").iter();
        verdicts.filter(|one| one["capability"] == word).any(|one| one["allowed"] == true)
    };
    assert!(allowed("team.update") && !allowed("team.members") && !allowed("boards.create"), "{told}");
    ana.put(&format!("{team}/members/{}", ben.id()), json!({ "role": "lead" })).await.ok();
    ben.put(&permission("boards.create"), json!({})).await.ok();
    app.stop().await;
}
