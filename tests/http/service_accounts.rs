//! Service accounts of an organization: members that are programs.

use lockstep_protocol::ids::AccountId;
use reqwest::Method;
use serde_json::{Value, json};

use super::{App, PASSWORD, Person, text, tokens::with};
use crate::support::until;

/// A service account of this organization, with a token that has every scope.
pub async fn service(person: &Person<'_>, org: &str, role: &str) -> (String, Value) {
    let made =
        person.post(&format!("{org}/service-accounts"), json!({ "name": "Robot", "role": role })).await.created();
    let path = format!("{org}/service-accounts/{}", text(&made["account_id"]));
    let token = person.post(&format!("{path}/tokens"), key()).await.created();
    (path, token)
}

fn key() -> Value {
    json!({ "name": "Key", "scopes": ["read", "write", "admin", "account"], "password": PASSWORD })
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().expect("an id")
}

#[tokio::test]
async fn a_service_account_does_what_its_role_may_is_shown_as_one_and_no_log_in_opens_it() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let board = ana.board(&org, json!({ "visibility": "organization" })).await;
    let (path, token) = service(&ana, &org, "member").await;
    let task = json!({ "column_id": ana.column(&board, 0).await, "title": "By a program" });
    let made = with(&app, &token, Method::POST, &format!("{board}/tasks"), Some(task)).await.created();
    let task = ana.get(&format!("{board}/tasks/{}", text(&made["task_id"]))).await.ok();
    assert_eq!(text(&task["created_by"]), last(&path), "{task}");
    with(&app, &token, Method::PATCH, &org, Some(json!({ "name": "Mine" }))).await.refused("forbidden");
    let me = with(&app, &token, Method::GET, "/api/v1/me", None).await.ok();
    assert_eq!((&me["name"], &me["email"], &me["has_password"]), (&json!("Robot"), &json!(""), &json!(false)));

    let listed = ana.get(&format!("{org}/service-accounts")).await.ok();
    assert_eq!((&listed["items"][0]["name"], &listed["items"][0]["role"]), (&json!("Robot"), &json!("member")));
    assert_eq!(ana.get(&format!("{path}/tokens")).await.ok()["items"][0]["name"], "Key");
    let members = ana.get(&format!("{org}/members")).await.ok();
    let members = members["items"].as_array().expect("members").iter();
    let programs: Vec<_> =
        members.filter(|member| member["service"] == true).map(|it| text(&it["account_id"])).collect();
    assert_eq!(programs, [last(&path)]);
    let view = ana.get(&org).await.ok()["members"].to_string();
    assert!(view.contains(r#""service":true"#), "{view}");

    // Another organization of the same people is not its own.
    let other = ana.organization().await;
    with(&app, &token, Method::GET, &other, None).await.refused("not_found");
    ana.get(&format!("{other}/service-accounts/{}/tokens", last(&path))).await.refused("not_found");
    // An owner is a person.
    let owner = json!({ "role": "owner" });
    ana.patch(&path.replace("service-accounts", "members"), owner).await.refused("field_invalid");
    app.stop().await;
}

#[tokio::test]
async fn only_who_may_add_people_makes_service_accounts_and_their_tokens_and_none_with_a_token() {
    let app = App::start().await;
    let (ana, ben, eve) = (app.person("Ana").await, app.person("Ben").await, app.person("Eve").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let (path, token) = service(&ana, &org, "admin").await;
    let services = format!("{org}/service-accounts");
    let new = json!({ "name": "Robot", "role": "member" });
    for (person, code) in [(&ben, "forbidden"), (&eve, "not_found")] {
        person.post(&services, new.clone()).await.refused(code);
        person.get(&services).await.refused(code);
        person.post(&format!("{path}/tokens"), key()).await.refused(code);
        person.get(&format!("{path}/tokens")).await.refused(code);
        person.delete(&format!("{path}/tokens/{}", text(&token["token_id"]))).await.refused(code);
        person.delete(&path).await.refused(code);
    }
    with(&app, &token, Method::POST, &services, Some(new.clone())).await.refused("forbidden");
    with(&app, &token, Method::POST, &format!("{path}/tokens"), Some(key())).await.refused("forbidden");
    let owner = json!({ "name": "Robot", "role": "owner" });
    assert_eq!(ana.post(&services, owner).await.refused("field_invalid")["field"], "role");
    // A person is no service account, whatever their role.
    ana.post(&format!("{services}/{}/tokens", ben.id()), key()).await.refused("not_found");
    ana.post(&format!("{path}/tokens"), json!({ "name": "x", "scopes": ["read"] })).await.refused("field_required");

    // One who may add people, and no more, speaks for none that may more.
    let permissions = json!({ "granted": ["members.add"], "revoked": [] });
    ana.put(&format!("{org}/members/{}/permissions", ben.id()), permissions).await.ok();
    ben.post(&services, json!({ "name": "Robot", "role": "admin" })).await.refused("forbidden");
    ben.post(&format!("{path}/tokens"), key()).await.refused("forbidden");
    ben.delete(&path).await.refused("forbidden");
    let (own, _) = service(&ben, &org, "member").await;
    ben.get(&format!("{own}/tokens")).await.ok();
    assert_eq!(ana.get(&services).await.ok()["items"].as_array().map(Vec::len), Some(2));
    app.stop().await;
}

#[tokio::test]
async fn asked_again_under_one_key_it_is_made_once_and_there_are_no_more_than_may_be() {
    let limits = lockstep_protocol::limits::Limits { service_accounts_per_org_max: 2, ..Default::default() };
    let app = App::start_limited(limits).await;
    let ana = app.person("Ana").await;
    let (org, other) = (ana.organization().await, ana.organization().await);
    let new = json!({ "name": "Robot", "role": "member" });
    let make = async |org: &str| {
        let request = ana.request(Method::POST, &format!("{org}/service-accounts")).header("idempotency-key", "k1");
        super::send(request.json(&new)).await
    };
    let first = make(&org).await.created();
    assert_eq!(make(&org).await.created()["account_id"], first["account_id"]);
    make(&other).await.refused("idempotency_mismatch");
    let path = format!("{org}/service-accounts");
    ana.post(&path, new.clone()).await.created();
    assert_eq!(ana.post(&path, new.clone()).await.refused("limit_reached")["limit"], 2);
    app.stop().await;
}

#[tokio::test]
async fn who_is_taken_out_has_no_tokens_any_more_whichever_way_it_went() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let works = async |token: &Value| with(&app, token, Method::GET, "/api/v1/me", None).await.status.as_u16();
    let (first, one) = service(&ana, &org, "member").await;
    let (second, two) = service(&ana, &org, "member").await;
    let (third, three) = service(&ana, &org, "member").await;
    let (fourth, four) = service(&ana, &org, "member").await;
    assert_eq!((works(&one).await, works(&two).await, works(&three).await, works(&four).await), (200, 200, 200, 200));
    ana.delete(&format!("{third}/tokens/{}", text(&three["token_id"]))).await.is(204);
    ana.delete(&first).await.is(204);
    ana.delete(&second.replace("service-accounts", "members")).await.ok();
    let member = fourth.replace("service-accounts", "members");
    ana.patch(&member, json!({ "status": "inactive" })).await.ok();
    assert_eq!((works(&one).await, works(&two).await, works(&three).await, works(&four).await), (401, 401, 401, 401));
    ana.get(&format!("{first}/tokens")).await.refused("not_found");
    // One that is back has what it had; one that is gone is gone for good.
    ana.patch(&member, json!({ "status": "active" })).await.ok();
    assert_eq!(works(&four).await, 200);
    for path in [&first, &second] {
        let id: AccountId = last(path).parse().expect("an id");
        until("the account is deleted", async || {
            let live = app.server.engine.directory.account(id).await.expect("is there");
            (live.state.is_deleted() && live.state.tokens().count() == 0).then_some(())
        })
        .await;
        until("what is known of it is erased", async || {
            let rows = app.server.engine.store.accounts().tokens(id).await.expect("a store");
            rows.is_empty().then_some(())
        })
        .await;
    }
    app.stop().await;
}

#[tokio::test]
async fn a_deleted_organization_takes_its_programs_with_it_and_a_restored_one_brings_them_back() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let (_, token) = service(&ana, &org, "member").await;
    let works = async || with(&app, &token, Method::GET, "/api/v1/me", None).await.status.as_u16();
    ana.delete(&org).await.ok();
    assert_eq!(works().await, 401);
    ana.post(&format!("{org}/restore"), json!({})).await.ok();
    assert_eq!(works().await, 200);
    // Its last person deletes their account: nobody is left who could speak for it.
    ana.send(Method::DELETE, "/api/v1/me", json!({ "password": PASSWORD })).await.is(204);
    until("its programs are gone", async || (works().await == 401).then_some(())).await;
    app.stop().await;
}
