//! Lists of channels hold what each may read, in their order, and what a given position says they must.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{
    App, Person,
    channels::{channel, names},
    text,
};

#[tokio::test]
async fn a_list_of_channels_holds_what_each_may_read() {
    let app = App::start().await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let (cid, dan) = (app.person("Cid").await, app.person("Dan").await);
    let org = ana.organization().await;
    for (who, role) in [(&ben, "member"), (&cid, "guest"), (&dan, "member")] {
        ana.join(&org, who, role).await;
    }
    let team = ana.post(&format!("{org}/teams"), json!({ "name": "Makers" })).await.created();
    for who in [&ana, &ben] {
        let seat = format!("{org}/teams/{}/members/{}", text(&team["team_id"]), who.id());
        ana.put(&seat, json!({ "role": "member" })).await.ok();
    }
    let path = format!("{org}/channels");
    channel(&ana, &org, json!({ "kind": "open", "name": "General talk" })).await;
    channel(&ana, &org, json!({ "kind": "open", "name": "Crème Brûlée" })).await;
    channel(&ana, &org, json!({ "kind": "open", "name": "Makers", "team_id": team["team_id"] })).await;
    channel(&ana, &org, json!({ "kind": "private", "name": "Secret", "members": [cid.id()] })).await;
    let made = ben.post(&path, json!({ "kind": "direct", "members": [dan.id()] })).await.created();
    let at = text(&made["position"]).to_owned();
    let all = format!("{path}?min_position={at}");
    let lists = [
        (&ana, vec!["Crème Brûlée", "General talk", "Makers", "Secret"]),
        (&ben, vec!["Crème Brûlée", "General talk", "Makers"]),
        (&cid, vec!["Secret"]),
        (&dan, vec!["Crème Brûlée", "General talk"]),
    ];
    for (who, expected) in &lists {
        let list = who.get(&all).await.ok();
        assert_eq!(names(&list), *expected);
        for item in list["items"].as_array().unwrap() {
            who.get(&format!("{path}/{}", text(&item["channel_id"]))).await.ok();
        }
    }
    assert_eq!(names(&ana.get(&format!("{all}&query=bru%20cr")).await.ok()), ["Crème Brûlée"]);
    assert_eq!(names(&ana.get(&format!("{all}&team_id={}", text(&team["team_id"]))).await.ok()), ["Makers"]);
    let mine = dan.get(&format!("{all}&mine=true")).await.ok();
    let people: BTreeSet<&str> = mine["items"][0]["members"].as_array().unwrap().iter().map(text).collect();
    assert_eq!((names(&mine), people), (vec![""], BTreeSet::from([ben.id(), dan.id()])));
    assert_eq!(mine["items"][0]["member_count"], 2);

    // A page at a time, in the same order.
    let (mut found, mut next) = (Vec::new(), format!("{all}&limit=1"));
    loop {
        let page = ana.get(&next).await.ok();
        found.extend(names(&page).into_iter().map(str::to_owned));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        next = format!("{all}&limit=1&cursor={cursor}");
    }
    assert_eq!(found, lists[0].1);
    ana.get(&format!("{path}?cursor=nonsense")).await.refused("field_invalid");
    app.stop().await;
}

/// The list that holds what a write has done.
async fn after(who: &Person<'_>, path: &str, written: &Value, query: &str) -> Value {
    who.get(&format!("{path}?min_position={}&{query}", text(&written["position"]))).await.ok()
}

#[tokio::test]
async fn lists_of_channels_follow_what_happens_to_them() {
    let app = App::start().await;
    let (ana, cid) = (app.person("Ana").await, app.person("Cid").await);
    let org = ana.organization().await;
    ana.join(&org, &cid, "guest").await;
    let path = format!("{org}/channels");
    let general = channel(&ana, &org, json!({ "kind": "open", "name": "General" })).await;
    let room = channel(&ana, &org, json!({ "kind": "private", "name": "Secret", "members": [cid.id()] })).await;

    // Last spoken in first; what is put away is in the list that asks for it.
    let said = ana.post(&format!("{general}/messages"), json!({ "text": "Hello" })).await.created();
    assert_eq!(names(&after(&ana, &path, &said, "mine=true").await), ["General", "Secret"]);
    let said = ana.post(&format!("{room}/messages"), json!({ "text": "Hush" })).await.created();
    assert_eq!(names(&after(&ana, &path, &said, "mine=true").await), ["Secret", "General"]);
    let put = ana.post(&format!("{room}/archive"), json!({})).await.ok();
    assert_eq!(names(&after(&ana, &path, &put, "").await), ["General"]);
    assert_eq!(names(&after(&cid, &path, &put, "archived=true").await), ["Secret"]);
    let called = ana.patch(&general, json!({ "name": "Everybody" })).await.ok();
    assert_eq!(names(&after(&ana, &path, &called, "").await), ["Everybody"]);

    // Who is taken out of a private one knows of it no more, however old the list is.
    ana.post(&format!("{room}/unarchive"), json!({})).await.ok();
    ana.delete(&format!("{room}/members/{}", cid.id())).await.ok();
    assert!(names(&cid.get(&path).await.ok()).is_empty());
    cid.get(&room).await.refused("not_found");
    // And one that is deleted is there for nobody.
    let gone = ana.delete(&room).await.ok();
    assert_eq!(names(&after(&ana, &path, &gone, "").await), ["Everybody"]);
    ana.get(&format!("{room}/messages")).await.refused("not_found");
    app.stop().await;
}
