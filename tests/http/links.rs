//! Public links of boards over the whole server: what one opens, what it does not, and that it ends (SECURITY.md rows 8 and 14).

use lockstep::{app::serve::Overrides, clock::Clock};
use lockstep_protocol::{
    codec::Codec,
    frame::{ServerMessage, Welcome},
    ids::{BoardId, ClientId, OrgId, TaskId},
};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Answer, App, Person, send, text};
use crate::{support::node::id, ws::client::Client};

const SECOND: i64 = 1_000_000;
const START: i64 = 1_800_000_000 * SECOND;
const STAND_IN: &str = "01900000-0000-7000-8000-0000000000ff";

pub fn last<T: std::str::FromStr<Err: std::fmt::Debug>>(path: &str) -> T {
    path.rsplit('/').next().expect("an id").parse().expect("an id")
}

/// What is answered to whoever shows this.
async fn with(app: &App, token: &str, method: Method, path: &str) -> Answer {
    send(app.request(method, path).bearer_auth(token)).await
}

pub async fn look(app: &App, token: &str, path: &str) -> Answer {
    with(app, token, Method::GET, path).await
}

pub async fn make(person: &Person<'_>, board: &str, body: Value) -> Value {
    person.post(&format!("{board}/links"), body).await.created()
}

pub fn token(made: &Value) -> String {
    text(&made["token"]).to_owned()
}

async fn connect(app: &App, token: &str) -> Client {
    let mut client = Client::open(app.server.address, Codec::Json).await;
    client.hello(token.to_owned(), ClientId(id())).await;
    client
}

/// The same, welcomed; as whom.
pub async fn welcomed(app: &App, token: &str) -> (Client, Welcome) {
    let mut client = connect(app, token).await;
    let ServerMessage::Welcome(welcome) = client.next().await else { panic!("welcome comes first") };
    (client, welcome)
}

/// How a hello with this ends.
async fn turned_away(app: &App, token: &str) -> u16 {
    let mut client = connect(app, token).await;
    let code = client.closed().await;
    assert!(client.kept.is_empty(), "nothing but the close: {:?}", client.kept);
    code
}

async fn manual() -> (App, Clock) {
    let clock = Clock::manual(START);
    let overrides = Overrides { clock: Some(clock.clone()), ..Overrides::default() };
    (App::start_with(overrides, &["--trusted-proxies", "127.0.0.1"]).await, clock)
}

/// A text with one character changed.
fn slipped(token: &str, at: usize) -> String {
    let mut bytes = token.as_bytes().to_vec();
    bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
    String::from_utf8(bytes).expect("text")
}

#[tokio::test]
async fn a_link_is_told_once_listed_without_what_opens_it_and_ends_at_once() {
    let (app, clock) = manual().await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let board = ana.board(&org, json!({ "visibility": "organization" })).await;
    let task = ana.task(&board, "Shown").await;
    let until = clock.now() + 3_600 * SECOND;
    let made = make(&ana, &board, json!({ "name": " Customers ", "expires_at": until })).await;
    let secret = token(&made);
    assert!(secret.starts_with("lsl_") && secret.len() == 72, "{made}");

    let links = format!("{board}/links");
    let listed = ana.get(&links).await.ok();
    let entry = &listed["items"][0];
    assert_eq!(
        (&entry["link_id"], &entry["name"], &entry["expires_at"]),
        (&made["link_id"], &json!("Customers"), &json!(until))
    );
    assert_eq!((&entry["created_by"], &entry["created_at"]), (&json!(ana.id()), &json!(clock.now())));
    assert!(!listed.to_string().contains("lsl_") && entry.get("token").is_none(), "{listed}");
    // An editor may change all of the board, and is told of no link: not in a list, nor in what happened.
    ben.get(&links).await.refused("forbidden");
    ben.post(&links, json!({})).await.refused("forbidden");
    let path = format!("{links}/{}", text(&made["link_id"]));
    ben.delete(&path).await.refused("forbidden");
    for person in [&ana, &ben] {
        for shown in [person.get(&format!("{board}/history")).await.ok(), person.get(&board).await.ok()] {
            let shown = shown.to_string();
            assert!(!shown.contains("board.link") && !shown.contains("Customers"), "{shown}");
        }
    }

    let shared = look(&app, &secret, "/api/v1/shared").await;
    assert_eq!(shared.header("cache-control"), "no-store");
    let shared = shared.ok();
    assert_eq!((&shared["board_id"], &shared["expires_at"]), (&json!(last::<BoardId>(&board)), &json!(until)));
    let tasks = look(&app, &secret, "/api/v1/shared/tasks").await.ok();
    assert_eq!(tasks["items"][0]["title"], "Shown");
    let detail = format!("/api/v1/shared/tasks/{}", last::<TaskId>(&task));
    assert_eq!(look(&app, &secret, &detail).await.ok()["face"]["title"], "Shown");
    look(&app, &secret, &format!("/api/v1/shared/tasks/{STAND_IN}")).await.refused("not_found");

    ana.delete(&path).await.ok();
    for path in ["/api/v1/shared", "/api/v1/shared/tasks", &detail] {
        look(&app, &secret, path).await.refused("unauthenticated");
    }
    assert_eq!(turned_away(&app, &secret).await, 4401);
    assert_eq!(ana.get(&links).await.ok()["items"], json!([]));
    // Asked again it is so already; nothing makes it another.
    ana.delete(&path).await.ok();
    ana.delete(&format!("{links}/{STAND_IN}")).await.refused("not_found");
    app.stop().await;
}

/// The words for all of these are the same: nobody learns that there was a link once.
#[tokio::test]
async fn what_opens_nothing_is_answered_alike_whatever_it_was() {
    let (app, clock) = manual().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let (board, other) = (ana.board(&org, json!({})).await, ana.board(&org, json!({})).await);
    let made = make(&ana, &board, json!({ "expires_at": clock.now() + 60 * SECOND })).await;
    let (ended, whole) = (token(&made), token(&make(&ana, &board, json!({})).await));
    let beside = token(&make(&ana, &other, json!({})).await);
    let gone = make(&ana, &board, json!({})).await;
    ana.delete(&format!("{board}/links/{}", text(&gone["link_id"]))).await.ok();
    // One that the board knows and nobody ever was given a secret for: it was said over the door for commands.
    let said = json!({ "type": "board.link.create", "link_id": STAND_IN });
    let door = json!({ "body": said, "client_id": STAND_IN, "client_seq": 1 });
    ana.post(&format!("{board}/commands"), door).await.ok();
    look(&app, &ended, "/api/v1/shared").await.ok();
    let (mut live, _) = welcomed(&app, &ended).await;
    live.join_live(last::<BoardId>(&board)).await;

    clock.advance(60 * SECOND);
    assert_eq!(live.closed().await, 4401, "its time is over");
    let of_nobody = format!("lsl_{}", "A".repeat(68));
    let api_token = ana.token().to_owned();
    let ids_of_another = [&beside[..25], &whole[25..]].concat();
    let shown = [ended, token(&gone), of_nobody, slipped(&whole, 40), slipped(&whole, 70), ids_of_another, api_token];
    let mut answers = Vec::new();
    for shown in &shown {
        let answer = look(&app, shown, "/api/v1/shared").await;
        let mut body = answer.refused("unauthenticated");
        body.as_object_mut().expect("an object").remove("request_id");
        answers.push(body);
        if shown.starts_with("lsl_") {
            assert_eq!(turned_away(&app, shown).await, 4401, "{shown}");
        }
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    send(app.request(Method::GET, "/api/v1/shared")).await.refused("unauthenticated");
    // What is shown on the socket in its place is nobody's either.
    look(&app, &whole, "/api/v1/shared").await.ok();
    app.stop().await;
}

#[tokio::test]
async fn guessing_links_is_braked_by_network() {
    let (app, clock) = manual().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let secret = token(&make(&ana, &ana.board(&org, json!({})).await, json!({})).await);
    let from = async |address: &str, shown: &str| {
        let request = app.request(Method::GET, "/api/v1/shared").header("x-forwarded-for", address);
        send(request.bearer_auth(shown)).await
    };
    for guess in 0..100 {
        from("198.51.100.7", &slipped(&secret, 30 + guess % 30)).await.refused("unauthenticated");
    }
    from("198.51.100.7", &secret).await.refused("rate_limited");
    from("203.0.113.9", &secret).await.ok();
    clock.advance(3_600 * SECOND);
    from("198.51.100.7", &secret).await.ok();
    app.stop().await;
}

/// Every address of the document that asks who somebody is, with a link in the place of a token.
#[tokio::test]
async fn a_link_opens_no_address_but_its_own() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let board = ana.board(&org, json!({ "visibility": "public" })).await;
    let task = ana.task(&board, "One").await;
    let secret = token(&make(&ana, &board, json!({})).await);
    let document = app.get("/api/openapi.json").await.ok();
    let (mut tried, mut opened) = (0, Vec::new());
    for (path, operations) in document["paths"].as_object().expect("paths") {
        for (method, operation) in operations.as_object().expect("operations") {
            let Ok(method) = method.to_uppercase().parse::<Method>() else { continue };
            let open = operation["security"].as_array().is_some_and(Vec::is_empty);
            if open || !["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&method.as_str()) {
                continue;
            }
            let there = path
                .replace("{org}", &last::<OrgId>(&org).to_string())
                .replace("{board}", &last::<BoardId>(&board).to_string())
                .replace("{task}", &last::<TaskId>(&task).to_string());
            let there = there.split('/').map(|part| if part.starts_with('{') { STAND_IN } else { part });
            let there = there.collect::<Vec<_>>().join("/");
            let mut request = app.request(method.clone(), &there).bearer_auth(&secret);
            if method != Method::GET && method != Method::DELETE {
                request = request.json(&json!({}));
            }
            let answer = send(request).await;
            tried += 1;
            if path.starts_with("/api/v1/shared") {
                opened.push(format!("{method} {path} {}", answer.status.as_u16()));
            } else {
                assert_eq!(answer.status.as_u16(), 401, "{method} {path}: {answer:?}");
            }
        }
    }
    opened.sort();
    let all = ["GET /api/v1/shared 200", "GET /api/v1/shared/tasks 200", "GET /api/v1/shared/tasks/{task} 200"];
    assert_eq!(opened, all);
    assert!(tried > 150, "{tried}");
    // And nobody else's word opens what links do.
    ana.get("/api/v1/shared").await.refused("unauthenticated");
    app.stop().await;
}

/// Whatever is asked: said anew under its id, taken back, or with what it was opened by still written down.
#[tokio::test]
async fn what_was_revoked_never_opens_again() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let board = ana.board(&org, json!({})).await;
    let made = make(&ana, &board, json!({})).await;
    let id_of = text(&made["link_id"]).to_owned();
    let store = app.server.engine.store.clone();
    let row = store.links().link(id_of.parse().expect("an id")).await.expect("a store").expect("a row");
    let revoked = ana.delete(&format!("{board}/links/{id_of}")).await.ok();
    assert_eq!(store.links().of_board(last(&board)).await.expect("a store"), []);
    // As if the server had been killed before it forgot.
    store.links().add(&row).await.expect("a store");
    look(&app, &token(&made), "/api/v1/shared").await.refused("unauthenticated");
    let door = |client_seq: u64, body: Value| json!({ "body": body, "client_id": STAND_IN, "client_seq": client_seq });
    let again = json!({ "type": "board.link.create", "link_id": id_of });
    let commands = format!("{board}/commands");
    assert_eq!(ana.post(&commands, door(1, again)).await.refused("already_exists")["field"], "link_id");
    ana.post(&format!("{board}/undo"), json!({ "seq": revoked["seq"] })).await.refused("wrong_state");
    look(&app, &token(&made), "/api/v1/shared").await.refused("unauthenticated");
    // The making of one is taken back by revoking it.
    let made = make(&ana, &board, json!({})).await;
    ana.post(&format!("{board}/undo"), json!({ "seq": made["seq"] })).await.ok();
    look(&app, &token(&made), "/api/v1/shared").await.refused("unauthenticated");
    app.stop().await;
}

/// Neither the data folder nor a backup of it holds anything that opens a link.
#[tokio::test]
async fn the_database_holds_nothing_that_opens_a_link() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let board = ana.board(&org, json!({})).await;
    let secret = token(&make(&ana, &board, json!({ "name": "Canary-link" })).await);
    look(&app, &secret, "/api/v1/shared").await.ok();
    let raw = data_encoding::BASE64URL_NOPAD.decode(&secret.as_bytes()[4..68]).expect("base64url");
    let needles: [&[u8]; 3] = [secret.as_bytes(), &secret.as_bytes()[30..68], &raw[16..]];
    let folder = app.folder.path().to_owned();
    let mut found = 0;
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            // What is no file (a socket) holds nothing.
            let Ok(bytes) = std::fs::read(&path) else { continue };
            found += usize::from(bytes.windows(11).any(|window| window == b"Canary-link"));
            for needle in needles {
                assert!(!bytes.windows(needle.len()).any(|window| window == needle), "{}", path.display());
            }
        }
    }
    assert!(found > 0, "the journal was read");
    app.stop().await;
}

/// The page itself says nothing to caches, search engines and other pages.
#[tokio::test]
async fn the_page_of_shared_boards_is_kept_by_nobody_and_listed_nowhere() {
    let app = App::start().await;
    for path in ["/shared", "/shared/"] {
        let page = app.get(path).await;
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.header("x-robots-tag"), "noindex, nofollow");
        assert_eq!(page.header("referrer-policy"), "no-referrer");
    }
    app.stop().await;
}
