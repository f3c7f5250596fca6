//! Two nodes on one PostgreSQL, without Redis: what happened on one holds on the other at once where it must.

use lockstep::{app::serve::Overrides, clock::Clock};
use reqwest::Method;
use serde_json::{Value, json};

use super::{App, PASSWORD, send, text};
use crate::support::{postgres, until};

async fn two() -> (App, App) {
    two_with(None, &[]).await
}

/// The same with these flags and, where it is given, one clock.
pub async fn two_with(clock: Option<&Clock>, more: &[&str]) -> (App, App) {
    let url = postgres::database().await;
    let flags = [&["--database-url", url.as_str(), "--public-url", "http://boards.example.org"], more].concat();
    let overrides = || Overrides { clock: clock.cloned(), ..Overrides::default() };
    let one = App::start_with(overrides(), &flags).await;
    let folder = App::folder();
    let (from, to) = (one.folder.path().join("keys"), folder.path().join("keys"));
    std::fs::create_dir(&to).expect("made");
    for entry in std::fs::read_dir(from).expect("keys") {
        let entry = entry.expect("a key");
        std::fs::copy(entry.path(), to.join(entry.file_name())).expect("copied");
    }
    let two = App::start_in(folder, overrides(), &flags).await;
    (one, two)
}

#[tokio::test]
async fn a_log_in_on_one_node_holds_on_the_other_at_once() {
    let (one, two) = two().await;
    let ana = one.person("Ana").await;
    let on_two = async |token: &Value| send(two.request(Method::GET, "/api/v1/me").bearer_auth(text(token))).await;
    on_two(&ana.tokens["access_token"]).await.ok();
    let login = json!({ "email": ana.email, "password": PASSWORD, "refresh_in": "body" });
    for _ in 0..8 {
        // The account is live on the second node by now, and nothing tells it of this log-in.
        let tokens = one.post("/api/v1/auth/login", login.clone()).await.ok();
        on_two(&tokens["access_token"]).await.ok();
        let refresh = json!({ "refresh_token": tokens["refresh_token"] });
        two.post("/api/v1/auth/refresh", refresh).await.ok();
    }
    one.stop().await;
    two.stop().await;
}

#[tokio::test]
async fn a_log_out_on_one_node_is_known_to_the_other_soon() {
    let (one, two) = two().await;
    let ana = one.person("Ana").await;
    let on_two = async || {
        let request = two.request(Method::GET, "/api/v1/me").bearer_auth(ana.token());
        send(request).await.status.as_u16()
    };
    assert_eq!(on_two().await, 200);
    ana.post("/api/v1/auth/logout", json!({})).await.is(204);
    let logged_out = std::time::Instant::now();
    until("the session is closed there too", async || (on_two().await == 401).then_some(())).await;
    assert!(logged_out.elapsed().as_secs_f64() < 2.0, "{:?}", logged_out.elapsed());
    // Nothing is committed in its name meanwhile, wherever it asks: the append is guarded.
    let create = two.request(Method::POST, "/api/v1/orgs").bearer_auth(ana.token()).json(&json!({ "name": "x" }));
    send(create).await.refused("session_revoked");
    one.stop().await;
    two.stop().await;
}

#[tokio::test]
async fn a_read_that_names_what_it_has_seen_is_never_older_on_any_node() {
    let (one, two) = two().await;
    let ana = one.person("Ana").await;
    let org = ana.organization().await;
    let board = ana.board(&org, json!({})).await;
    let column = ana.column(&board, 0).await;
    let on_two = async |path: &str| send(two.request(Method::GET, path).bearer_auth(ana.token())).await;
    on_two(&board).await.ok();
    let mut seen = 0;
    for number in 0..20 {
        let body = json!({ "column_id": column, "title": format!("Task {number}") });
        let made = ana.post(&format!("{board}/tasks"), body).await.created();
        let seq = made["seq"].as_u64().expect("a seq");
        let read = on_two(&format!("{board}?min_seq={seq}")).await.ok();
        assert!(read["seq"].as_u64() >= Some(seq), "{read}");
        let tasks = on_two(&format!("{board}/tasks?min_seq={seq}")).await.ok();
        assert_eq!(tasks["items"].as_array().map(Vec::len), Some(number + 1));
        let task = format!("{board}/tasks/{}", text(&made["task_id"]));
        on_two(&format!("{task}?min_seq={seq}")).await.ok();
        let history = on_two(&format!("{board}/history?min_seq={seq}&after={}", seq - 1)).await.ok();
        assert_eq!(history["events"].as_array().map(Vec::len), Some(1));
        // What was read once is the least that is read from then on.
        let again = on_two(&board).await.ok()["seq"].as_u64().expect("a seq");
        assert!(again >= seen.max(seq), "{again}");
        seen = again;
    }
    for (path, name) in [(org.as_str(), "Other"), (org.as_str(), "Third")] {
        let seq = ana.patch(path, json!({ "name": name })).await.ok()["seq"].as_u64().expect("a seq");
        assert_eq!(on_two(&format!("{path}?min_seq={seq}")).await.ok()["name"], name);
    }
    let team = ana.post(&format!("{org}/teams"), json!({ "name": "Team" })).await.created();
    let team = format!("{org}/teams/{}", text(&team["team_id"]));
    on_two(&team).await.ok();
    let seq = ana.patch(&team, json!({ "name": "Crew" })).await.ok()["seq"].as_u64().expect("a seq");
    assert_eq!(on_two(&format!("{team}?min_seq={seq}")).await.ok()["name"], "Crew");
    // What is not there yet is waited for, and then said to be.
    for path in [&board, &org, &team] {
        let asked = std::time::Instant::now();
        on_two(&format!("{path}?min_seq=9999")).await.refused("behind");
        assert!((0.5..3.0).contains(&asked.elapsed().as_secs_f64()), "{:?}", asked.elapsed());
    }
    // A wait tells nobody that something is there.
    let ben = one.person("Ben").await;
    let as_ben = send(two.request(Method::GET, &format!("{board}?min_seq=9999")).bearer_auth(ben.token())).await;
    as_ben.refused("not_found");
    one.stop().await;
    two.stop().await;
}

#[tokio::test]
async fn a_list_that_is_given_a_position_holds_that_change_on_any_node_or_says_that_it_is_behind() {
    let (one, two) = two().await;
    let ana = one.person("Ana").await;
    let org = ana.organization().await;
    let (mut behind, rounds) = (0, 10);
    for number in 0..rounds {
        let made = ana.post(&format!("{org}/boards"), json!({ "name": format!("Board {number}") })).await;
        let position = made.header("lockstep-position").to_owned();
        let id = made.created()["board_id"].clone();
        for app in [&one, &two] {
            let path = format!("{org}/boards?min_position={position}");
            let answer = send(app.request(Method::GET, &path).bearer_auth(ana.token())).await;
            if answer.status == 503 {
                answer.refused("behind");
                behind += 1;
                continue;
            }
            let listed = answer.ok();
            let listed = listed["items"].as_array().expect("a list").iter().any(|item| item["board_id"] == id);
            assert!(listed, "what it answers holds the change");
        }
    }
    assert!(behind < rounds, "mostly it is there in time: {behind} of {}", rounds * 2);
    one.stop().await;
    two.stop().await;
}
