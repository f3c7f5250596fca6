//! Service accounts of an organization: members that are programs.

use lockstep_protocol::ids::AccountId;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Answer, App, Person, send, text};

async fn with(app: &App, token: &Value, method: Method, path: &str, body: Value) -> Answer {
    send(app.request(method, path).bearer_auth(text(&token["token"])).json(&body)).await
}

async fn service(person: &Person<'_>, org: &str, role: &str) -> (String, Value) {
    let made = person.post(&format!("{org}/service-accounts"), json!({ "name": "Robot", "role": role })).await.created();
    let path = format!("{org}/service-accounts/{}", text(&made["account_id"]));
    let new = json!({ "name": "Key", "scopes": ["read", "write", "admin", "account"] });
    let token = person.post(&format!("{path}/tokens"), new).await.created();
    (path, token)
}

#[tokio::test]
async fn a_service_account_does_what_its_role_may_and_no_log_in_opens_it() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let board = ana.board(&org, json!({ "visibility": "organization" })).await;
    let (path, token) = service(&ana, &org, "member").await;
    let task = json!({ "column_id": ana.column(&board, 0).await, "title": "By a program" });
    let made = with(&app, &token, Method::POST, &format!("{board}/tasks"), task).await.created();
    let task = ana.get(&format!("{board}/tasks/{}", text(&made["task_id"]))).await.ok();
    assert!(path.ends_with(text(&task["created_by"])), "{task}");
    with(&app, &token, Method::PATCH, &org, json!({ "name": "Mine" })).await.refused("forbidden");
    let listed = ana.get(&format!("{org}/service-accounts")).await.ok();
    assert_eq!((&listed["items"][0]["name"], &listed["items"][0]["role"]), (&json!("Robot"), &json!("member")));
    assert_eq!(ana.get(&format!("{path}/tokens")).await.ok()["items"][0]["name"], "Key");
    // Another organization of the same people is not its own.
    let other = ana.organization().await;
    with(&app, &token, Method::GET, &other, json!({})).await.refused("not_found");
    let account = path.rsplit('/').next().expect("an id");
    ana.get(&format!("{other}/service-accounts/{account}/tokens")).await.refused("not_found");
    app.stop().await;
}

#[tokio::test]
async fn only_who_may_add_people_makes_service_accounts_and_their_tokens_and_none_with_a_token() {
    let app = App::start().await;
    let (ana, ben, eve) = (app.person("Ana").await, app.person("Ben").await, app.person("Eve").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let (path, token) = service(&ana, &org, "admin").await;
    let new = json!({ "name": "Robot", "role": "member" });
    ben.post(&format!("{org}/service-accounts"), new.clone()).await.refused("forbidden");
    eve.post(&format!("{org}/service-accounts"), new.clone()).await.refused("not_found");
    let key = json!({ "name": "Key", "scopes": ["read"] });
    for (person, code) in [(&ben, "forbidden"), (&eve, "not_found")] {
        person.post(&format!("{path}/tokens"), key.clone()).await.refused(code);
        person.get(&format!("{path}/tokens")).await.refused(code);
        person.delete(&path).await.refused(code);
    }
    with(&app, &token, Method::POST, &format!("{org}/service-accounts"), new).await.refused("forbidden");
    with(&app, &token, Method::POST, &format!("{path}/tokens"), key.clone()).await.refused("forbidden");
    let owner = json!({ "name": "Robot", "role": "owner" });
    assert_eq!(ana.post(&format!("{org}/service-accounts"), owner).await.refused("field_invalid")["field"], "role");
    // A person is no service account, whatever their role.
    ana.post(&format!("{org}/service-accounts/{}/tokens", ben.id()), key).await.refused("not_found");
    app.stop().await;
}

#[tokio::test]
async fn who_is_taken_out_has_no_tokens_any_more_whichever_way_it_went() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let works = async |token: &Value| with(&app, token, Method::GET, "/api/v1/me", json!({})).await.status.as_u16();
    let (first, one) = service(&ana, &org, "member").await;
    let (second, two) = service(&ana, &org, "member").await;
    let (third, three) = service(&ana, &org, "member").await;
    assert_eq!((works(&one).await, works(&two).await, works(&three).await), (200, 200, 200));
    ana.delete(&format!("{third}/tokens/{}", text(&three["token_id"]))).await.is(204);
    ana.delete(&first).await.is(204);
    ana.delete(&second.replace("service-accounts", "members")).await.ok();
    assert_eq!((works(&one).await, works(&two).await, works(&three).await), (401, 401, 401));
    ana.get(&format!("{first}/tokens")).await.refused("not_found");
    for path in [&first, &second] {
        let id: AccountId = path.rsplit('/').next().and_then(|id| id.parse().ok()).expect("an id");
        let live = app.server.engine.directory.account(id).await.expect("is there");
        assert_eq!(live.state.tokens().count(), 0);
    }
    app.stop().await;
}
