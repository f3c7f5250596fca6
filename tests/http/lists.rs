//! Lists show what the caller may see, and what a given position says they must.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{App, Person, text};

async fn names(person: &Person<'_>, path: &str) -> BTreeSet<String> {
    let list = person.get(path).await.ok();
    list["items"].as_array().expect("items").iter().map(|item| text(&item["name"]).to_owned()).collect()
}

#[tokio::test]
async fn a_list_of_boards_holds_what_each_may_see() {
    let app = App::start().await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let (cid, dan) = (app.person("Cid").await, app.person("Dan").await);
    let org = ana.organization().await;
    for (who, role) in [(&ben, "member"), (&cid, "guest"), (&dan, "member")] {
        ana.join(&org, who, role).await;
    }
    let team = ana.post(&format!("{org}/teams"), json!({ "name": "Makers" })).await.created();
    let seat = format!("{org}/teams/{}/members/{}", text(&team["team_id"]), ben.id());
    ana.put(&seat, json!({ "role": "member" })).await.ok();
    let mut position = String::new();
    for (name, visibility) in [("private", "private"), ("team", "team"), ("open", "organization"), ("public", "public")]
    {
        let body = json!({ "name": name, "visibility": visibility, "team_id": team["team_id"], "template": "blank" });
        let made = ana.post(&format!("{org}/boards"), body).await.created();
        position = text(&made["position"]).to_owned();
        if name == "private" {
            let seat = format!("{org}/boards/{}/members/{}", text(&made["board_id"]), cid.id());
            ana.put(&seat, json!({ "role": "viewer" })).await.ok();
        }
    }
    let path = format!("{org}/boards?min_position={position}");
    let all = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<String>>();
    assert_eq!(names(&ana, &path).await, all(&["private", "team", "open", "public"]));
    assert_eq!(names(&ben, &path).await, all(&["team", "open", "public"]));
    assert_eq!(names(&dan, &path).await, all(&["open", "public"]));
    assert_eq!(names(&cid, &path).await, all(&["private", "public"]));
    // The list and the boards themselves agree.
    for person in [&ana, &ben, &cid, &dan] {
        let list = person.get(&path).await.ok();
        for item in list["items"].as_array().expect("items") {
            person.get(&format!("{org}/boards/{}", text(&item["board_id"]))).await.ok();
        }
    }
    app.stop().await;
}

#[tokio::test]
async fn guests_see_the_people_on_their_boards_alone() {
    let app = App::start().await;
    let (ana, ben, cid) = (app.person("Ana").await, app.person("Ben").await, app.person("Cid").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    ana.join(&org, &cid, "guest").await;
    let board = ana.board(&org, json!({ "visibility": "private" })).await;
    let seen = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<String>>();
    assert_eq!(names(&cid, &format!("{org}/members")).await, seen(&["Cid"]));
    let position = ana.put(&format!("{board}/members/{}", cid.id()), json!({ "role": "viewer" })).await.ok();
    ana.get(&format!("{org}/boards?min_position={}", text(&position["position"]))).await.ok();
    assert_eq!(names(&cid, &format!("{org}/members")).await, seen(&["Ana", "Cid"]));
    assert_eq!(names(&ben, &format!("{org}/members")).await, seen(&["Ana", "Ben", "Cid"]));
    let view = cid.get(&org).await.ok();
    assert_eq!(view["members"], json!([]), "ids of people neither");
    assert_eq!(names(&cid, &format!("{org}/teams")).await, seen(&[]));
    app.stop().await;
}

#[tokio::test]
async fn a_new_organization_is_in_the_list_that_waits_for_it() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    assert_eq!(names(&ana, "/api/v1/orgs").await.len(), 1, "the personal one at once");
    let made = ana.post("/api/v1/orgs", json!({ "name": "Company" })).await.created();
    let list = names(&ana, &format!("/api/v1/orgs?min_position={}", text(&made["position"]))).await;
    assert!(list.contains("Company"), "{list:?}");
    let far = "99.99999999.01900000000070008000000000000001.1";
    ana.get(&format!("/api/v1/orgs?min_position={far}")).await.refused("behind");
    app.stop().await;
}

#[tokio::test]
async fn organizations_are_in_the_order_of_their_names_and_ones_own_is_the_last() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let mut position = Value::Null;
    for name in ["Zebra", "apple", "Quay"] {
        position = ana.post("/api/v1/orgs", json!({ "name": name })).await.created()["position"].clone();
    }
    let list = ana.get(&format!("/api/v1/orgs?min_position={}", text(&position))).await.ok();
    let in_order: Vec<&str> = list["items"].as_array().into_iter().flatten().map(|org| text(&org["name"])).collect();
    assert_eq!(in_order, ["apple", "Quay", "Zebra", "Personal"]);
    app.stop().await;
}
