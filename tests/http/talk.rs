//! What is said about a task: answered with emoji, with people mentioned, and how it read before. And what kind of work it is.

use serde_json::{Value, json};

use super::{App, text};

#[tokio::test]
async fn a_comment_tells_how_it_read_before_to_whoever_sees_the_board() {
    let app = App::start().await;
    let (ana, ben, eve) = (app.person("Ana").await, app.person("Ben").await, app.person("Eve").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let board = ana.board(&org, json!({ "visibility": "organization" })).await;
    let task = ana.task(&board, "Talk").await;
    let comment_id = uuid::Uuid::now_v7();
    let said = |words: &str| json!({ "comment_id": comment_id, "text": words });
    ana.post(&format!("{task}/comments"), said("First")).await.created();
    let comment = format!("{task}/comments/{comment_id}");
    let history = format!("{comment}/history");
    assert_eq!(texts(&ana.get(&history).await.ok()), ["First"]);
    ana.patch(&comment, json!({ "text": "Second" })).await.ok();
    let seq = ana.patch(&comment, json!({ "text": "Third" })).await.ok()["seq"].clone();
    let whole = ben.get(&format!("{history}?min_seq={seq}")).await.ok();
    assert_eq!(texts(&whole), ["First", "Second", "Third"]);
    let items = whole["items"].as_array().expect("items");
    assert!(items.iter().all(|one| one["by"] == ana.id() && one["at"].is_number()), "{whole}");

    // A page at a time.
    let mut found = Vec::new();
    let mut next = format!("{history}?limit=1");
    loop {
        let page = ben.get(&next).await.ok();
        found.extend(texts(&page));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        next = format!("{history}?limit=1&cursor={cursor}");
    }
    assert_eq!(found, ["First", "Second", "Third"]);
    ben.get(&format!("{history}?limit=0")).await.refused("field_invalid");

    // Not for strangers, nor for the public, which sees no comments; and one that is gone has none.
    eve.get(&history).await.refused("not_found");
    ana.patch(&board, json!({ "visibility": "public" })).await.ok();
    eve.get(&task).await.ok();
    eve.get(&history).await.refused("not_found");
    ben.get(&format!("{task}/comments/{}/history", uuid::Uuid::now_v7())).await.refused("not_found");
    ana.delete(&comment).await.ok();
    ana.get(&history).await.refused("not_found");
    // Said again it begins anew: what was deleted stays so.
    ana.post(&format!("{task}/comments"), said("Again")).await.created();
    assert_eq!(texts(&ana.get(&history).await.ok()), ["Again"]);
    app.stop().await;
}

fn texts(page: &Value) -> Vec<String> {
    page["items"].as_array().expect("items").iter().map(|one| text(&one["text"]).to_owned()).collect()
}

#[tokio::test]
async fn whoever_is_mentioned_follows_and_nobody_who_may_not_see_is() {
    let app = App::start().await;
    let (ana, ben, eve) = (app.person("Ana").await, app.person("Ben").await, app.person("Eve").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let board = ana.board(&org, json!({ "visibility": "organization" })).await;
    let task = ana.task(&board, "Talk").await;
    let mention = |who: &str| json!({ "text": format!("Look, @[{who}]"), "mentions": [who] });
    let refused = ana.post(&format!("{task}/comments"), mention(eve.id())).await.refused("not_found");
    assert_eq!(refused["field"], "mentions");
    assert_eq!(ana.get(&task).await.ok()["comments"], json!([]), "all of it was refused");
    ana.post(&format!("{task}/comments"), mention(ben.id())).await.created();
    let detail = ana.get(&task).await.ok();
    assert_eq!(detail["watchers"], json!([ben.id()]), "in the same step");
    assert!(text(&detail["comments"][0]["text"]).contains(ben.id()));

    let second = ana.task(&board, "Described").await;
    let described = json!({ "description": format!("For @[{}]", ben.id()), "mentions": [ben.id()] });
    ana.patch(&second, described).await.ok();
    assert_eq!(ana.get(&second).await.ok()["watchers"], json!([ben.id()]));
    ana.patch(&second, json!({ "mentions": [ben.id()] })).await.refused("field_invalid");

    // The public reads the work, and not who does it.
    ana.patch(&board, json!({ "visibility": "public" })).await.ok();
    let public = eve.get(&second).await.ok();
    assert!(text(&public["description"]).starts_with("For @[00000000-"), "{public}");
    for path in [second.as_str(), board.as_str(), &format!("{board}/history"), &format!("{board}/tasks")] {
        let shown = eve.get(path).await.ok().to_string();
        let said: Vec<&str> = shown.matches(ben.id()).collect();
        assert!(said.is_empty(), "{path} tells who was mentioned: {shown}");
    }
    app.stop().await;
}

#[tokio::test]
async fn an_emoji_is_given_once_by_each_and_taken_back() {
    let app = App::start().await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let board = ana.board(&org, json!({ "visibility": "organization" })).await;
    let task = ana.task(&board, "Talk").await;
    ana.post(&format!("{task}/comments"), json!({ "text": "Done" })).await.created();
    let comments = async || ana.get(&task).await.ok()["comments"].clone();
    let comment = format!("{task}/comments/{}", text(&comments().await[0]["comment_id"]));
    for (who, emoji) in [(&ana, "👍"), (&ben, "👍"), (&ben, "👍"), (&ben, "🎉")] {
        who.post(&format!("{comment}/react"), json!({ "emoji": emoji })).await.ok();
    }
    let both = json!([{ "emoji": "👍", "by": [ana.id(), ben.id()] }, { "emoji": "🎉", "by": [ben.id()] }]);
    assert_eq!(comments().await[0]["reactions"], both);
    for other in ["", "ok", "👍👍"] {
        let refused = ben.post(&format!("{comment}/react"), json!({ "emoji": other })).await;
        assert_eq!(refused.body["field"], "emoji", "{other:?}");
    }
    ben.post(&format!("{comment}/unreact"), json!({ "emoji": "🎉" })).await.ok();
    ana.post(&format!("{comment}/unreact"), json!({ "emoji": "👍" })).await.ok();
    assert_eq!(comments().await[0]["reactions"], json!([{ "emoji": "👍", "by": [ben.id()] }]));
    app.stop().await;
}

#[tokio::test]
async fn a_task_is_of_one_category_and_its_card_of_one_colour() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let board = ana.board(&org, json!({})).await;
    let task = ana.task(&board, "Kind").await;
    let categories = async || ana.get(&board).await.ok()["categories"].clone();
    for (name, colour) in [("Bug", "red"), ("Chore", "blue")] {
        ana.post(&format!("{board}/categories"), json!({ "name": name, "colour": colour })).await.created();
    }
    let made = categories().await;
    let (bug, chore) = (text(&made[0]["category_id"]).to_owned(), text(&made[1]["category_id"]).to_owned());
    ana.patch(&format!("{board}/categories/{bug}"), json!({ "name": "Fault" })).await.ok();
    assert_eq!((&categories().await[0]["name"], &made[0]["colour"]), (&json!("Fault"), &json!("red")));
    let face = async || ana.get(&task).await.ok()["face"].clone();
    for category in [&chore, &bug] {
        ana.post(&format!("{task}/categorize"), json!({ "category_id": category })).await.ok();
        assert_eq!(face().await["category_id"], **category);
    }
    ana.post(&format!("{task}/cover"), json!({ "colour": "teal" })).await.ok();
    assert_eq!(face().await["cover"], "teal");
    ana.delete(&format!("{board}/categories/{bug}")).await.ok();
    ana.post(&format!("{task}/cover"), json!({})).await.ok();
    let face = face().await;
    assert!(face.get("category_id").is_none() && face.get("cover").is_none(), "{face}");
    assert_eq!(categories().await.as_array().map(Vec::len), Some(1));
    app.stop().await;
}
