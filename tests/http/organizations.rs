//! An organization's own life: settings, plan and usage, ownership, deletion.

use lockstep::{
    actors::{CommandRequest, Saw},
    app::serve::Overrides,
};
use lockstep_domain::Principal;
use lockstep_protocol::{command::organization::ChangePlan, ids::OrgId, limits::Limits, topic::Topic, values::Plan};
use serde_json::{Value, json};

use super::{App, Person, text};

#[tokio::test]
async fn settings_say_who_founds_boards() {
    let app = App::start().await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    ben.board(&org, json!({})).await;
    assert_eq!(ben.get(&org).await.ok()["settings"]["boards_by"], "member");
    let settings = format!("{org}/settings");
    ben.patch(&settings, json!({ "boards_by": "admin" })).await.refused("forbidden");
    ana.patch(&settings, json!({ "password_chars_min": 7 })).await.refused("field_invalid");
    ana.patch(&settings, json!({ "boards_by": "admin", "password_chars_min": 15 })).await.ok();
    ben.post(&format!("{org}/boards"), json!({ "name": "Mine" })).await.refused("forbidden");
    ana.board(&org, json!({})).await;
    let told = ben.get(&org).await.ok()["settings"].clone();
    assert_eq!((&told["boards_by"], &told["password_chars_min"]), (&json!("admin"), &json!(15)));
    app.stop().await;
}

#[tokio::test]
async fn an_organization_may_ask_for_longer_passwords_than_the_server() {
    let app = App::start().await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "guest").await;
    let position = ana.patch(&format!("{org}/settings"), json!({ "password_chars_min": 30 })).await.ok();
    ben.get(&format!("/api/v1/orgs?min_position={}", text(&position["position"]))).await.ok();
    let change = |new: &str| json!({ "current_password": super::PASSWORD, "new_password": new });
    let refused = ben.post("/api/v1/me/password", change("quiet-lantern-orbit-71")).await.refused("field_invalid");
    assert_eq!((&refused["field"], &refused["limit"]), (&json!("new_password"), &json!(30)));
    ben.post("/api/v1/me/password", change("quiet-lantern-orbit-71-maple-fjord")).await.is(204);
    app.stop().await;
}

/// What only the server asks.
async fn change_plan(app: &App, person: &Person<'_>, org: &str, plan: Plan) {
    let org: OrgId = org.rsplit('/').next().expect("an id").parse().expect("an id");
    let principal = Principal::System(person.id().parse().expect("an id"));
    let body = ChangePlan { plan }.into();
    let request =
        CommandRequest { topic: Topic::from(org), principal, session: None, key: None, body, saw: Saw::default() };
    app.server.engine.directory.command(request).await.expect("the server may");
}

#[tokio::test]
async fn a_plan_bounds_members_and_boards_however_many_come_at_once() {
    let app = App::start().await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let plan = Plan { name: "Small".into(), members_max: Some(2), boards_max: Some(3), storage_bytes_max: None };
    change_plan(&app, &ana, &org, plan).await;
    let cid = app.person("Cid").await;
    let made = ana.post(&format!("{org}/invitations"), json!({ "role": "guest" })).await.created();
    let code = text(&made["link"]).split_once('#').expect("a code").1;
    let refused = cid.post("/api/v1/invitations/accept", json!({ "code": code })).await.refused("limit_reached");
    assert_eq!(refused["limit"], 2);
    // A board that is refused gives its place back.
    let path = format!("{org}/boards");
    ana.post(&path, json!({ "name": "", "key": "A" })).await.refused("field_required");
    let body = json!({ "name": "Plan" });
    let all = futures_util::future::join_all((0..20).map(|_| ana.post(&path, body.clone()))).await;
    let made = all.iter().filter(|answer| answer.status == 201).count();
    let full = all.iter().filter(|answer| answer.body["code"] == "limit_reached").count();
    assert_eq!((made, full), (3, 17));
    let usage = ana.get(&format!("{org}/usage")).await.ok();
    assert_eq!(usage["plan"]["name"], "Small");
    let counts = ["members", "members_max", "boards", "boards_max"].map(|name| usage[name].as_u64());
    assert_eq!(counts, [Some(2), Some(2), Some(3), Some(3)]);
    assert_eq!(usage["storage_bytes_max"], Value::Null);
    ben.get(&format!("{org}/usage")).await.refused("forbidden");
    app.stop().await;
}

#[tokio::test]
async fn an_organization_is_handed_over_when_the_other_accepts() {
    let app = App::start().await;
    let (ana, ben, cid) = (app.person("Ana").await, app.person("Ben").await, app.person("Cid").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "admin").await;
    ana.join(&org, &cid, "member").await;
    let ownership = format!("{org}/ownership");
    ben.post(&ownership, json!({ "account_id": ben.id() })).await.refused("forbidden");
    ana.post(&ownership, json!({ "account_id": ben.id() })).await.ok();
    assert_eq!(cid.get(&org).await.ok()["ownership_offer"]["to_id"], ben.id());
    cid.post(&format!("{ownership}/accept"), json!({})).await.refused("wrong_state");
    ben.post(&format!("{ownership}/decline"), json!({})).await.ok();
    ben.post(&format!("{ownership}/accept"), json!({})).await.refused("wrong_state");
    ana.post(&ownership, json!({ "account_id": cid.id() })).await.ok();
    ana.delete(&ownership).await.ok();
    cid.post(&format!("{ownership}/accept"), json!({})).await.refused("wrong_state");
    ana.post(&ownership, json!({ "account_id": ben.id() })).await.ok();
    ben.post(&format!("{ownership}/accept"), json!({})).await.ok();
    let view = ben.get(&org).await.ok();
    assert_eq!(view["ownership_offer"], Value::Null);
    let role = |id: &str| {
        let members = view["members"].as_array().expect("members");
        members.iter().find(|one| one["account_id"] == id).map(|one| text(&one["role"]).to_owned())
    };
    assert_eq!((role(ana.id()), role(ben.id())), (Some("admin".into()), Some("owner".into())));
    ana.delete(&org).await.refused("forbidden");
    app.stop().await;
}

#[tokio::test]
async fn a_deleted_organization_is_there_for_its_owners_to_restore_and_for_nobody_else() {
    let app = App::start().await;
    let (ana, ben, eve) = (app.person("Ana").await, app.person("Ben").await, app.person("Eve").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "admin").await;
    let board = ana.board(&org, json!({ "visibility": "public" })).await;
    let team = ana.post(&format!("{org}/teams"), json!({ "name": "Makers" })).await.created();
    let team = format!("{org}/teams/{}", text(&team["team_id"]));
    eve.get(&board).await.ok();
    ben.delete(&org).await.refused("forbidden");
    ana.delete(&org).await.ok();
    // As if it had never been, word for word.
    let missing = "/api/v1/orgs/0190aaaa-0000-7000-8000-00000000000a";
    for (path, none) in [(org.clone(), missing.to_owned()), (format!("{org}/members"), format!("{missing}/members"))] {
        for person in [&ben, &eve] {
            let (gone, none) =
                (person.get(&path).await.refused("not_found"), person.get(&none).await.refused("not_found"));
            assert_eq!((&gone["detail"], &gone["field"]), (&none["detail"], &none["field"]));
        }
    }
    for person in [&ana, &ben, &eve] {
        person.get(&board).await.refused("not_found");
        person.get(&team).await.refused("not_found");
        person.patch(&board, json!({ "name": "Mine" })).await.refused("not_found");
        person.post(&format!("{org}/boards"), json!({ "name": "New" })).await.refused("not_found");
    }
    ana.patch(&org, json!({ "name": "New" })).await.refused("not_found");
    assert!(ana.get(&org).await.ok()["deleted_at"].is_number());
    let listed = |list: Value| {
        let items = list["items"].as_array().expect("items").clone();
        items.into_iter().find(|one| org.ends_with(text(&one["org_id"])))
    };
    assert!(listed(ana.get("/api/v1/orgs").await.ok()).expect("listed")["deleted_at"].is_number());
    assert_eq!(listed(ben.get("/api/v1/orgs").await.ok()), None);
    ben.post(&format!("{org}/restore"), json!({})).await.refused("not_found");
    ana.post(&format!("{org}/restore"), json!({})).await.ok();
    ben.get(&org).await.ok();
    eve.get(&board).await.ok();
    app.stop().await;
}

#[tokio::test]
async fn what_was_deleted_too_long_ago_stays_deleted() {
    let limits = Limits { organization_restore_ms: 0, ..Limits::default() };
    let app = App::start_with(Overrides { limits: Some(limits), ..Overrides::default() }, &[]).await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    ana.delete(&org).await.ok();
    ana.post(&format!("{org}/restore"), json!({})).await.refused("wrong_state");
    app.stop().await;
}
