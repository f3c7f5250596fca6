//! The directory of an organization: found by name, by pages, with counts that tell of no board that is hidden.

use std::collections::BTreeSet;

use lockstep_protocol::limits::Limits;
use serde_json::{Value, json};

use super::{App, Person, text};

/// The names of a page, in its order.
fn names(page: &Value) -> Vec<String> {
    page["items"].as_array().expect("items").iter().map(|item| text(&item["name"]).to_owned()).collect()
}

fn entry<'a>(page: &'a Value, id: &str) -> &'a Value {
    let items = page["items"].as_array().expect("items");
    items.iter().find(|item| item["account_id"] == id).unwrap_or(&Value::Null)
}

async fn company(app: &App) -> (Vec<Person<'_>>, String) {
    let mut people = Vec::new();
    for name in ["Zoë Álvarez", "Ben Carter", "Ána-María Núñez", "bea Łuczak", "Carl Zoellner"] {
        let person = app.person("Person").await;
        person.patch("/api/v1/me", json!({ "name": name })).await.ok();
        people.push(person);
    }
    let org = people[0].organization().await;
    for (who, role) in people[1..].iter().zip(["admin", "member", "member", "guest"]) {
        people[0].join(&org, who, role).await;
    }
    (people, org)
}

#[tokio::test]
async fn people_are_found_by_the_beginnings_of_their_words() {
    let app = App::start().await;
    let (people, org) = company(&app).await;
    let ask = async |query: &str| names(&people[0].get(&format!("{org}/members?{query}")).await.ok());
    let all = ["Ána-María Núñez", "bea Łuczak", "Ben Carter", "Carl Zoellner", "Zoë Álvarez"];
    assert_eq!(ask("").await, all);
    assert_eq!(ask("q=zoe").await, ["Carl Zoellner", "Zoë Álvarez"], "any word, marks and case aside");
    assert_eq!(ask("q=NUN%20an").await, ["Ána-María Núñez"], "every word, in any order");
    assert_eq!(ask("q=b").await, ["bea Łuczak", "Ben Carter"]);
    assert_eq!(ask("q=lucz").await, ["bea Łuczak"]);
    assert_eq!(ask("q=arter").await, [""; 0], "not within a word");
    assert_eq!(ask("role=member").await, ["Ána-María Núñez", "bea Łuczak"]);
    assert_eq!(ask("role=member&q=b").await, ["bea Łuczak"]);
    assert_eq!(ask("sort=role").await, ["Zoë Álvarez", "Ben Carter", "Ána-María Núñez", "bea Łuczak", "Carl Zoellner"]);
    let ids = format!("ids={},{},01900000-0000-7000-8000-00000000abcd", people[4].id(), people[1].id());
    assert_eq!(ask(&ids).await, ["Ben Carter", "Carl Zoellner"], "who is no member is left out");
    let seat = format!("{org}/members/{}", people[1].id());
    people[0].patch(&seat, json!({ "status": "inactive", "title": "Chief Baker" })).await.ok();
    assert_eq!(ask("status=inactive").await, ["Ben Carter"]);
    assert_eq!(ask("q=bak").await, ["Ben Carter"], "by the job title as well, at once");
    people[3].patch("/api/v1/me", json!({ "name": "Tamsin Grey" })).await.ok();
    assert_eq!(ask("q=tam").await, ["Tamsin Grey"], "a new name counts at once");
    assert_eq!(ask("q=lucz").await, [""; 0]);
    let id = "01900000-0000-7000-8000-00000000beef";
    people[0].post(&format!("{org}/placeholders"), json!({ "account_id": id, "name": "Ghost" })).await.created();
    assert_eq!(ask("kind=placeholder").await, ["Ghost"]);
    people[0].post(&format!("{org}/service-accounts"), json!({ "name": "Robot", "role": "member" })).await.created();
    assert_eq!(ask("kind=service").await, ["Robot"]);
    assert_eq!(ask("kind=person&limit=2").await.len(), 2);
    app.stop().await;
}

#[tokio::test]
async fn pages_hold_everybody_once_and_bad_questions_name_their_field() {
    let app = App::start().await;
    let (people, org) = company(&app).await;
    for sort in ["name", "role"] {
        let whole = names(&people[0].get(&format!("{org}/members?sort={sort}")).await.ok());
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = people[0].get(&format!("{org}/members?sort={sort}&limit=2{cursor}")).await.ok();
            assert_eq!(page["total"], 5);
            seen.extend(names(&page));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
            if seen.len() == 2 {
                // Who comes and goes meanwhile moves nobody else.
                let late = app.person(&format!("aaa{sort}")).await;
                people[0].join(&org, &late, "admin").await;
                people[0].delete(&format!("{org}/members/{}", late.id())).await.ok();
            }
        }
        assert_eq!(seen, whole);
    }
    let first = people[0].get(&format!("{org}/members?limit=1")).await.ok();
    let cursor = text(&first["next_cursor"]);
    let team = "team=01900000-0000-7000-8000-00000000abcd";
    let cases = [
        ("cursor=nonsense!".to_owned(), "field_invalid", "cursor"),
        ("cursor=AAAA".to_owned(), "field_invalid", "cursor"),
        (format!("sort=role&cursor={cursor}"), "field_invalid", "cursor"),
        ("limit=0".to_owned(), "field_invalid", "limit"),
        ("limit=501".to_owned(), "field_invalid", "limit"),
        ("role=king".to_owned(), "field_invalid", "role"),
        ("sort=size".to_owned(), "field_invalid", "sort"),
        ("ids=me".to_owned(), "field_invalid", "ids"),
        (format!("ids={}", vec![people[0].id(); 101].join(",")), "field_invalid", "ids"),
        (format!("q={}", "x".repeat(201)), "field_too_long", "q"),
        (team.to_owned(), "not_found", "team"),
    ];
    for (query, code, field) in cases {
        let refused = people[0].get(&format!("{org}/members?{query}")).await.refused(code);
        assert_eq!(refused["field"], field, "{query}");
    }
    app.stop().await;
}

/// Makes a task of a board and gives it to people; answers with where it stands.
async fn assigned(person: &Person<'_>, board: &str, to: &[&str]) -> (String, String) {
    let column = person.column(board, 0).await;
    let body = json!({ "title": "Task", "column_id": column, "assignees": to });
    let made = person.post(&format!("{board}/tasks"), body).await.created();
    (format!("{board}/tasks/{}", text(&made["task_id"])), text(&made["position"]).to_owned())
}

#[tokio::test]
async fn counts_tell_of_no_board_that_is_hidden() {
    let app = App::start().await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let (cid, gus) = (app.person("Cid").await, app.person("Gus").await);
    let org = ana.organization().await;
    for (who, role) in [(&ben, "member"), (&cid, "member"), (&gus, "guest")] {
        ana.join(&org, who, role).await;
    }
    let open = ana.board(&org, json!({ "visibility": "organization" })).await;
    let hidden = ana.board(&org, json!({ "visibility": "private" })).await;
    let public = ana.board(&org, json!({ "visibility": "public" })).await;
    ana.put(&format!("{hidden}/members/{}", ben.id()), json!({ "role": "editor" })).await.ok();
    assigned(&ana, &open, &[ben.id(), ana.id()]).await;
    assigned(&ana, &hidden, &[ben.id()]).await;
    assigned(&ana, &public, &[ben.id()]).await;
    let (_, position) = assigned(&ana, &hidden, &[ben.id()]).await;
    let count = async |who: &Person<'_>, position: &str| {
        let page = who.get(&format!("{org}/members?min_position={position}")).await.ok();
        entry(&page, ben.id())["open_tasks"].as_u64()
    };
    assert_eq!(count(&ana, &position).await, Some(4));
    assert_eq!(count(&ben, &position).await, Some(4));
    assert_eq!(count(&cid, &position).await, Some(2), "one who cannot see a private board");
    assert_eq!(count(&gus, &position).await, None, "a guest on no board sees nobody");
    let on = ana.put(&format!("{open}/members/{}", gus.id()), json!({ "role": "viewer" })).await.ok();
    let on = text(&on["position"]).to_owned();
    assert_eq!(count(&gus, &on).await, None, "nobody has a role of their own there but the founder");
    let on = ana.put(&format!("{open}/members/{}", ben.id()), json!({ "role": "editor" })).await.ok();
    let on = text(&on["position"]).to_owned();
    assert_eq!(count(&gus, &on).await, Some(1), "on the board they are on, and not on the public one");
    let page = gus.get(&format!("{org}/members")).await.ok();
    assert_eq!((&page["total"], &entry(&page, ben.id())["team_ids"]), (&json!(3), &json!([])));
    gus.get(&format!("{org}/members?q=cid")).await.ok();
    assert_eq!(gus.get(&format!("{org}/members?ids={}", cid.id())).await.ok()["total"], 0);
    // What is taken away counts no more, whatever the rows still say.
    ana.delete(&format!("{hidden}/members/{}", ana.id())).await.refused("last_owner");
    ana.put(&format!("{hidden}/members/{}", cid.id()), json!({ "role": "viewer" })).await.ok();
    let seen = ana.put(&format!("{hidden}/members/{}", cid.id()), json!({ "role": "editor" })).await.ok();
    assert_eq!(count(&cid, text(&seen["position"])).await, Some(4));
    ana.delete(&format!("{hidden}/members/{}", cid.id())).await.ok();
    let page = cid.get(&format!("{org}/members")).await.ok();
    assert_eq!(entry(&page, ben.id())["open_tasks"], 2, "at once");
    app.stop().await;
}

#[tokio::test]
async fn open_is_what_is_neither_done_nor_put_away() {
    let app = App::start().await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let board = ana.board(&org, json!({ "visibility": "organization", "template": "kanban" })).await;
    let (task, first) = assigned(&ana, &board, &[ben.id()]).await;
    let count = async |answer: &Value| {
        let path = format!("{org}/members?ids={}&min_position={}", ben.id(), text(&answer["position"]));
        entry(&ana.get(&path).await.ok(), ben.id())["open_tasks"].clone()
    };
    assert_eq!(count(&json!({ "position": first })).await, 1);
    let verb = async |path: &str, verb: &str| ana.post(&format!("{path}/{verb}"), json!({})).await.ok();
    for (taken, given) in [("complete", "reopen"), ("archive", "unarchive")] {
        assert_eq!(count(&verb(&task, taken).await).await, 0, "{taken}");
        assert_eq!(count(&verb(&task, given).await).await, 1, "{given}");
    }
    assert_eq!(count(&ana.delete(&task).await.ok()).await, 0);
    assert_eq!(count(&verb(&task, "restore").await).await, 1);
    let done = ana.column(&board, 2).await;
    assert_eq!(
        count(&ana.post(&format!("{task}/move"), json!({ "column_id": done })).await.ok()).await,
        0,
        "moved to done"
    );
    let todo = ana.column(&board, 0).await;
    assert_eq!(count(&ana.post(&format!("{task}/move"), json!({ "column_id": todo })).await.ok()).await, 1);
    assert_eq!(count(&verb(&board, "archive").await).await, 0);
    assert_eq!(count(&verb(&board, "unarchive").await).await, 1);
    assert_eq!(count(&ana.delete(&board).await.ok()).await, 0);
    assert_eq!(count(&verb(&board, "restore").await).await, 1);
    app.stop().await;
}

#[tokio::test]
async fn what_a_stand_in_had_is_their_own_when_it_is_claimed() {
    let app = App::start().await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let ghost = "01900000-0000-7000-8000-00000000beef";
    ana.post(&format!("{org}/placeholders"), json!({ "account_id": ghost, "name": "Ghost" })).await.created();
    let board = ana.board(&org, json!({ "visibility": "organization" })).await;
    ana.put(&format!("{board}/members/{ghost}"), json!({ "role": "viewer" })).await.ok();
    assigned(&ana, &board, &[ghost]).await;
    let (_, position) = assigned(&ana, &board, &[ghost, ben.id()]).await;
    let page = ana.get(&format!("{org}/members?min_position={position}")).await.ok();
    assert_eq!((&entry(&page, ghost)["open_tasks"], &entry(&page, ben.id())["open_tasks"]), (&json!(2), &json!(1)));
    ana.post(&format!("{org}/members/{ghost}/claim"), json!({ "account_id": ben.id() })).await.ok();
    let page = ana.get(&format!("{org}/members")).await.ok();
    assert_eq!((&page["total"], &entry(&page, ben.id())["open_tasks"]), (&json!(2), &json!(2)), "each task once");
    app.stop().await;
}

#[tokio::test]
async fn members_show_their_teams_and_teams_how_many_they_are() {
    let app = App::start().await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let made = ana.post(&format!("{org}/teams"), json!({ "name": "Makers" })).await.created();
    let id = text(&made["team_id"]).to_owned();
    let seat = format!("{org}/teams/{id}/members/{}", ben.id());
    let added = ana.put(&seat, json!({ "role": "member" })).await.ok();
    let position = text(&added["position"]);
    let page = ana.get(&format!("{org}/members?min_position={position}&team={id}")).await.ok();
    assert_eq!(names(&page), ["Ana", "Ben"]);
    assert_eq!(entry(&page, ben.id())["team_ids"], json!([id]));
    let teams = ana.get(&format!("{org}/teams?min_position={position}")).await.ok();
    assert_eq!((&teams["items"][0]["name"], &teams["items"][0]["member_count"]), (&json!("Makers"), &json!(2)));
    let left = ana.delete(&seat).await.ok();
    let page = ana.get(&format!("{org}/members?min_position={}", text(&left["position"]))).await.ok();
    assert_eq!(entry(&page, ben.id())["team_ids"], json!([]));
    let gone = ana.delete(&format!("{org}/teams/{id}")).await.ok();
    let page = ana.get(&format!("{org}/members?min_position={}", text(&gone["position"]))).await.ok();
    assert_eq!(entry(&page, ana.id())["team_ids"], json!([]), "a team that is gone is nobody's");
    ana.get(&format!("{org}/members?team={id}")).await.refused("not_found");
    app.stop().await;
}

#[tokio::test]
async fn there_are_no_more_teams_than_places_however_many_are_founded_at_once() {
    let app = App::start_limited(Limits { teams_per_org_max: 7, ..Limits::default() }).await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let path = format!("{org}/teams");
    ana.post(&path, json!({ "name": "" })).await.refused("field_required");
    let body = json!({ "name": "Team" });
    let all = futures_util::future::join_all((0..100).map(|_| ana.post(&path, body.clone()))).await;
    let made: BTreeSet<String> =
        all.iter().filter(|one| one.status == 201).map(|one| text(&one.body["team_id"]).to_owned()).collect();
    let full = all.iter().filter(|one| one.status == 409 && one.body["code"] == "limit_reached").collect::<Vec<_>>();
    assert_eq!((made.len(), full.len()), (7, 93), "the one that was refused before took no place");
    assert_eq!((&full[0].body["field"], &full[0].body["limit"]), (&json!("team_id"), &json!(7)));
    let usage = ana.get(&format!("{org}/usage")).await.ok();
    assert_eq!((&usage["teams"], &usage["teams_max"]), (&json!(7), &json!(7)));
    // A team that is deleted gives its place back, in a process of its own.
    ana.delete(&format!("{path}/{}", made.first().expect("one"))).await.ok();
    crate::support::until("the place is free", async || {
        let answer = ana.post(&path, body.clone()).await;
        (answer.status == 201).then_some(())
    })
    .await;
    ana.post(&path, body.clone()).await.refused("limit_reached");
    app.stop().await;
}
