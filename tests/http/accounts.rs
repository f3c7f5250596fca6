//! Register, log in, log out, profile and sessions.

use reqwest::Method;
use serde_json::json;

use super::{App, PASSWORD, send, text};

#[tokio::test]
async fn a_person_registers_and_has_an_organization_of_their_own() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let me = ana.get("/api/v1/me").await.ok();
    assert_eq!((text(&me["name"]), text(&me["email"])), ("Ana", ana.email.as_str()));
    assert_eq!(me["account_id"], ana.tokens["account_id"]);
    assert_eq!(me["orgs"][0]["role"], "owner");
    let org = format!("/api/v1/orgs/{}", text(&me["orgs"][0]["org_id"]));
    let members = ana.get(&format!("{org}/members")).await.ok();
    assert_eq!(members["items"][0]["name"], "Ana");
    assert_eq!(members["items"].as_array().map(Vec::len), Some(1));
    let renamed = ana.patch("/api/v1/me", json!({ "name": " Ana Lopez " })).await.ok();
    assert_eq!(renamed["name"], "Ana Lopez");
    app.stop().await;
}

#[tokio::test]
async fn registering_again_with_the_same_password_is_logging_in_and_with_another_is_refused() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let again = |password: &str| json!({ "email": ana.email.to_uppercase(), "password": password, "name": "Somebody", "refresh_in": "body" });
    let tokens = app.post("/api/v1/auth/register", again(PASSWORD)).await.created();
    assert_eq!(tokens["account_id"], ana.tokens["account_id"]);
    assert_eq!(ana.get("/api/v1/me").await.ok()["name"], "Ana", "nothing was changed");
    let refused = app.post("/api/v1/auth/register", again("copper-violin-harbor-17")).await;
    assert_eq!(refused.refused("registration_refused")["field"], "email");
    app.stop().await;
}

#[tokio::test]
async fn what_cannot_be_registered_names_its_field() {
    let app = App::start().await;
    for (email, password, name, code, field) in [
        ("ana", PASSWORD, "Ana", "field_invalid", "email"),
        ("", PASSWORD, "Ana", "field_required", "email"),
        ("ana@example.org", "short", "Ana", "field_invalid", "password"),
        ("ana@example.org", "password1234", "Ana", "password_weak", "password"),
        ("ana@example.org", "ana@example.org", "Ana", "password_weak", "password"),
        ("ana@example.org", PASSWORD, " ", "field_required", "name"),
        ("ana@example.org", PASSWORD, "a\u{7}", "field_invalid", "name"),
    ] {
        let body = json!({ "email": email, "password": password, "name": name });
        let problem = app.post("/api/v1/auth/register", body).await.refused(code);
        assert_eq!(problem["field"], field);
        assert!(!problem.to_string().contains(PASSWORD), "a password came back");
    }
    app.stop().await;
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_answered_alike() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let try_with = async |email: &str, password: &str| {
        let mut problem = app
            .post("/api/v1/auth/login", json!({ "email": email, "password": password }))
            .await
            .refused("unauthenticated");
        problem.as_object_mut().expect("an object").remove("request_id");
        problem
    };
    let wrong = try_with(&ana.email, "copper-violin-harbor-17").await;
    assert_eq!(try_with("nobody@example.org", PASSWORD).await, wrong);
    assert_eq!(try_with("no address", PASSWORD).await, wrong);
    let login = json!({ "email": format!(" {} ", ana.email.to_uppercase()), "password": PASSWORD });
    assert_eq!(app.post("/api/v1/auth/login", login).await.ok()["account_id"], ana.tokens["account_id"]);
    app.stop().await;
}

#[tokio::test]
async fn logging_out_makes_the_tokens_worthless_at_once() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let refresh = json!({ "refresh_token": ana.tokens["refresh_token"] });
    let answer = ana.post("/api/v1/auth/logout", json!({})).await;
    assert!(answer.header("set-cookie").contains("Max-Age=0"), "{answer:?}");
    answer.is(204);
    ana.get("/api/v1/me").await.refused("session_revoked");
    ana.post("/api/v1/orgs", json!({ "name": "x" })).await.refused("session_revoked");
    app.post("/api/v1/auth/refresh", refresh).await.refused("unauthenticated");
    app.post("/api/v1/auth/logout", json!({})).await.is(204);
    app.stop().await;
}

#[tokio::test]
async fn a_refresh_token_alone_ends_its_session() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let refresh = json!({ "refresh_token": ana.tokens["refresh_token"] });
    app.post("/api/v1/auth/logout", refresh).await.is(204);
    ana.get("/api/v1/me").await.refused("session_revoked");
    app.stop().await;
}

#[tokio::test]
async fn sessions_are_listed_and_ended_one_by_one_or_all() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let ben = app.person("Ben").await;
    let login = json!({ "email": ana.email, "password": PASSWORD, "refresh_in": "body" });
    let request = app.request(Method::POST, "/api/v1/auth/login").header("user-agent", "Phone/1.0").json(&login);
    let phone = send(request).await.ok();
    let sessions = ana.get("/api/v1/me/sessions").await.ok();
    let current: Vec<bool> = sessions.as_array().expect("a list").iter().map(|one| one["current"] == true).collect();
    assert_eq!(current, [false, true], "newest first");
    assert_eq!((&sessions[0]["device"], &sessions[0]["address"]), (&json!("Phone/1.0"), &json!("127.0.0.1")));
    let path = format!("/api/v1/me/sessions/{}", text(&phone["session_id"]));
    ben.delete(&path).await.refused("not_found");
    ana.delete(&path).await.is(204);
    ana.delete(&path).await.refused("not_found");
    let on_phone = app.request(Method::GET, "/api/v1/me").bearer_auth(text(&phone["access_token"]));
    send(on_phone).await.refused("session_revoked");
    ana.get("/api/v1/me").await.ok();
    ana.post("/api/v1/auth/logout_all", json!({})).await.is(204);
    ana.get("/api/v1/me").await.refused("session_revoked");
    ben.get("/api/v1/me").await.ok();
    app.stop().await;
}

#[tokio::test]
async fn a_changed_password_ends_every_other_session_and_the_old_one_is_worth_nothing() {
    const NEW: &str = "another long and winding phrase";
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let log_in = async |password: &str| {
        let login = json!({ "email": ana.email, "password": password, "refresh_in": "body" });
        app.post("/api/v1/auth/login", login).await
    };
    let phone = log_in(PASSWORD).await.ok();
    let path = "/api/v1/me/password";
    let change = |current: &str, new: &str| json!({ "current_password": current, "new_password": new });

    let wrong = ana.post(path, change("not the right one at all", NEW)).await;
    assert_eq!(wrong.refused("field_invalid")["field"], "current_password");
    let weak = ana.post(path, change(PASSWORD, "password1234")).await;
    assert_eq!(weak.refused("password_weak")["field"], "new_password");
    let short = ana.post(path, change(PASSWORD, "short")).await;
    assert_eq!(short.refused("field_invalid")["field"], "new_password");
    ana.post(path, json!({ "new_password": NEW })).await.is(422);
    let on_phone = || app.request(Method::GET, "/api/v1/me").bearer_auth(text(&phone["access_token"]));
    send(on_phone()).await.ok();

    ana.post(path, change(PASSWORD, NEW)).await.is(204);
    ana.get("/api/v1/me").await.ok();
    send(on_phone()).await.refused("session_revoked");
    let refresh = json!({ "refresh_token": phone["refresh_token"] });
    app.post("/api/v1/auth/refresh", refresh).await.refused("unauthenticated");
    log_in(PASSWORD).await.refused("unauthenticated");
    log_in(NEW).await.ok();
    app.stop().await;
}

#[tokio::test]
async fn a_stolen_session_is_no_way_to_guess_the_password() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let guess = async |number: u32| {
        let body = json!({ "current_password": format!("wrong-guess-{number}"), "new_password": "another long and winding phrase" });
        ana.post("/api/v1/me/password", body).await
    };
    for number in 0..10 {
        guess(number).await.refused("field_invalid");
    }
    guess(10).await.refused("rate_limited");
    app.stop().await;
}
