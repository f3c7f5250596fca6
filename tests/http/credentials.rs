//! Every kind of credential against every kind of use, over HTTP and the socket alike (SECURITY.md rows 2, 3, 13).

use std::collections::BTreeMap;

use lockstep::{
    app::serve::Overrides,
    auth::{keys::ServerKeys, tokens::AccessTokens},
    clock::Clock,
    store::accounts::AccountStatus,
};
use lockstep_protocol::{
    codec::Codec,
    codes::Failure,
    command::organization::UpdateOrganization,
    frame::{ClientMessage, Join, Outcome, ServerMessage},
    ids::{AccountId, BoardId, ClientId, ColumnId, OrgId, SessionId},
    limits::Limits,
};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Answer, App, PASSWORD, Person, send, service_accounts::service, text, tokens::make};
use crate::{
    support::node::{id, new_task},
    ws::client::{Client, upgrade},
};

const SECOND: i64 = 1_000_000;
const START: i64 = 1_800_000_000 * SECOND;

/// What somebody shows.
enum Shown {
    Nothing,
    Token(String),
    Cookie(String),
}

/// A server with somebody's organization on it.
struct Place {
    app: App,
    clock: Clock,
    org: String,
    board: String,
    column: String,
}

fn last<T: std::str::FromStr<Err: std::fmt::Debug>>(path: &str) -> T {
    path.rsplit('/').next().expect("an id").parse().expect("an id")
}

fn token(made: &Value) -> String {
    text(&made["token"]).to_owned()
}

impl Place {
    async fn found() -> (Self, Value) {
        let clock = Clock::manual(START);
        // People log in and show their passwords more often here than anybody does.
        let limits = Limits { login_attempts_max: 1_000, ..Limits::default() };
        let app = App::start_with(Overrides { clock: Some(clock.clone()), limits: Some(limits) }, &[]).await;
        let ana = app.person("Ana").await;
        let org = ana.organization().await;
        let board = ana.board(&org, json!({ "visibility": "organization" })).await;
        let column = ana.column(&board, 0).await;
        let tokens = ana.tokens.clone();
        (Self { app, clock, org, board, column }, tokens)
    }

    async fn over_http(&self, shown: &Shown, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mut request = self.app.request(method, path);
        match shown {
            Shown::Nothing => {}
            Shown::Token(token) => request = request.bearer_auth(token),
            Shown::Cookie(cookie) => request = request.header("cookie", cookie),
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        send(request).await
    }

    /// Says hello and, without waiting, something more. What the answer to that is, or the close; `ok` where it was done.
    async fn over_ws(&self, shown: &Shown, more: impl FnOnce(&mut Client) -> Option<ClientMessage>) -> String {
        let headers: Vec<(&'static str, &str)> = match shown {
            Shown::Cookie(cookie) => vec![("sec-websocket-protocol", Codec::Json.subprotocol()), ("cookie", cookie)],
            _ => vec![("sec-websocket-protocol", Codec::Json.subprotocol())],
        };
        let (socket, _) = upgrade(self.app.server.address, "/ws", &headers).await.expect("upgrades");
        let mut client = Client::on(socket, Codec::Json);
        let token = match shown {
            Shown::Token(token) => token.clone(),
            Shown::Nothing | Shown::Cookie(_) => String::new(),
        };
        let more = more(&mut client);
        let only = more.is_none();
        client.hello(token, ClientId(id())).await;
        // Not waiting for the welcome; the server may have hung up by now.
        if let Some(more) = more {
            let _ = client.try_send(&[more]).await;
        }
        loop {
            while let Some(message) = client.kept.pop_front() {
                match message {
                    ServerMessage::Welcome(_) if only => return "ok".into(),
                    ServerMessage::Joined(_) => return "ok".into(),
                    ServerMessage::Reply(reply) => {
                        return match reply.outcome {
                            Outcome::Error(Failure { code, .. }) => code.word().into(),
                            _ => "ok".into(),
                        };
                    }
                    _ => {}
                }
            }
            if let Err(code) = client.read().await {
                assert!(client.kept.is_empty(), "nothing but the close: {:?}", client.kept);
                return code.to_string();
            }
        }
    }

    /// A line of the table.
    async fn line(&self, shown: &Shown) -> Vec<String> {
        let title = json!({ "column_id": self.column, "title": "Task" });
        let tasks = format!("{}/tasks", self.board);
        let rename = Some(json!({ "name": format!("Name {}", id()) }));
        let mut line = Vec::new();
        for (method, path, body) in [
            (Method::GET, self.board.as_str(), None),
            (Method::POST, &tasks, Some(title)),
            (Method::PATCH, &self.org, rename.clone()),
            (Method::PATCH, "/api/v1/me", rename),
        ] {
            line.push(self.over_http(shown, method, path, body).await.status.as_u16().to_string());
        }
        let (org, board, column): (OrgId, BoardId, ColumnId) =
            (last(&self.org), last(&self.board), self.column.parse().expect("an id"));
        line.push(self.over_ws(shown, |_| None).await);
        let join = Join { reference: 1, topic: board.into(), after: None, presence: false };
        line.push(self.over_ws(shown, |_| Some(ClientMessage::Join(join))).await);
        let task = new_task(column, "Task");
        line.push(self.over_ws(shown, |client| Some(ClientMessage::Command(client.command(board, task)))).await);
        let rename: UpdateOrganization =
            serde_json::from_value(json!({ "name": format!("Name {}", id()) })).expect("a command");
        line.push(self.over_ws(shown, |client| Some(ClientMessage::Command(client.command(org, rename)))).await);
        line
    }

    /// Another log-in of somebody.
    async fn log_in(&self, email: &str) -> Value {
        let body = json!({ "email": email, "password": PASSWORD, "refresh_in": "body" });
        self.app.post("/api/v1/auth/login", body).await.ok()
    }

    /// Signed as this server signs, by a key that it does not have.
    async fn foreign(&self, tokens: &Value) -> String {
        let folder = App::folder();
        let keys = ServerKeys::open(folder.path(), START).expect("keys");
        let claims = claims_of(text(&tokens["access_token"]));
        let issuer = text(&claims["iss"]);
        let foreign = AccessTokens::new(&keys, issuer, self.clock.clone(), &Limits::default()).expect("tokens");
        let (account, session): (AccountId, SessionId) =
            (text(&claims["sub"]).parse().expect("an id"), text(&claims["sid"]).parse().expect("an id"));
        foreign.issue(account, session).expect("signed").token
    }
}

fn claims_of(token: &str) -> Value {
    let claims = token.split('.').nth(1).expect("three parts");
    serde_json::from_slice(&data_encoding::BASE64URL_NOPAD.decode(claims.as_bytes()).expect("base64")).expect("JSON")
}

type Credentials = BTreeMap<&'static str, Shown>;

async fn personal(place: &Place, ana: &Person<'_>, all: &mut Credentials) {
    let mut add = |what, token: String| drop(all.insert(what, Shown::Token(token)));
    add("a token for account", token(&make(ana, &["account"]).await));
    add("a token for read", token(&make(ana, &["read"]).await));
    let write = token(&make(ana, &["write"]).await);
    add("a token for admin", token(&make(ana, &["admin"]).await));
    add("a token for everything", token(&make(ana, &["account", "read", "write", "admin"]).await));
    let revoked = make(ana, &["read"]).await;
    ana.delete(&format!("/api/v1/me/tokens/{}", text(&revoked["token_id"]))).await.is(204);
    // 22 characters of 16 bytes less the last bits; what follows is of the secret.
    add("a token's id with another's secret", format!("{}{}", &write[..24], &token(&revoked)[24..]));
    add("a cut token", write[..write.len() - 1].to_owned());
    add("a token that was revoked", token(&revoked));
    add("a token for write", write);
    let until = place.clock.now() + 60 * SECOND;
    let short = json!({ "name": "Short", "scopes": ["read", "write"], "expires_at": until, "password": PASSWORD });
    add("a token that expired", token(&ana.post("/api/v1/me/tokens", short).await.created()));

    let app = &place.app;
    let (ben, eve, dan) = (app.person("Ben").await, app.person("Eve").await, app.person("Dan").await);
    let every = ["account", "read", "write", "admin"];
    add("a token of a stranger", token(&make(&eve, &every).await));
    ana.join(&place.org, &ben, "member").await;
    add("a token of an inactive member", token(&make(&ben, &every).await));
    let inactive = json!({ "status": "inactive" });
    ana.patch(&format!("{}/members/{}", place.org, ben.id()), inactive).await.ok();
    ana.join(&place.org, &dan, "admin").await;
    add("a token of a disabled account", token(&make(&dan, &every).await));
    let accounts = app.server.engine.store.accounts();
    let disabled = accounts.set_status(last(dan.id()), AccountStatus::Disabled).await;
    assert!(disabled.expect("a store"));
    let fay = app.person("Fay").await;
    ana.join(&place.org, &fay, "admin").await;
    add("a token of a deleted account", token(&make(&fay, &every).await));
    add("an access token of a deleted account", fay.token().to_owned());
    fay.send(Method::DELETE, "/api/v1/me", json!({ "password": PASSWORD })).await.is(204);
}

async fn programs(place: &Place, ana: &Person<'_>, all: &mut Credentials) {
    let mut add = |what, token: String| drop(all.insert(what, Shown::Token(token)));
    add("a service account's token", token(&service(ana, &place.org, "member").await.1));
    let (path, revoked) = service(ana, &place.org, "member").await;
    ana.delete(&format!("{path}/tokens/{}", text(&revoked["token_id"]))).await.is(204);
    add("a service account's token that was revoked", token(&revoked));
    let (path, inactive) = service(ana, &place.org, "member").await;
    let member = path.replace("service-accounts", "members");
    ana.patch(&member, json!({ "status": "inactive" })).await.ok();
    add("an inactive service account's token", token(&inactive));
    let (path, removed) = service(ana, &place.org, "member").await;
    ana.delete(&path).await.is(204);
    add("a removed service account's token", token(&removed));
    let gone = ana.organization().await;
    add("a token of a deleted organization's service account", token(&service(ana, &gone, "member").await.1));
    ana.delete(&gone).await.ok();
}

async fn links(place: &Place, ana: &Person<'_>, all: &mut Credentials) {
    let mut add = |what, token: String| drop(all.insert(what, Shown::Token(token)));
    let links = format!("{}/links", place.board);
    add("a public link", token(&ana.post(&links, json!({})).await.created()));
    let short = json!({ "expires_at": place.clock.now() + 60 * SECOND });
    add("a public link that expired", token(&ana.post(&links, short).await.created()));
    let revoked = ana.post(&links, json!({})).await.created();
    ana.delete(&format!("{links}/{}", text(&revoked["link_id"]))).await.ok();
    add("a public link that was revoked", token(&revoked));
    let beside = ana.board(&place.org, json!({ "visibility": "public" })).await;
    add("a public link of another board", token(&ana.post(&format!("{beside}/links"), json!({})).await.created()));
}

#[tokio::test]
async fn r3_r5_every_kind_of_credential_opens_what_the_table_says_on_http_and_socket() {
    let (place, tokens) = Place::found().await;
    let mut all = Credentials::from([("nothing", Shown::Nothing), ("garbage", Shown::Token("lsp_garbage".into()))]);
    let mut ana = Person { app: &place.app, tokens, email: "ana0@example.org".into() };
    let expired = ana.token().to_owned();
    personal(&place, &ana, &mut all).await;
    programs(&place, &ana, &mut all).await;
    links(&place, &ana, &mut all).await;
    place.clock.advance(700 * SECOND);
    ana.tokens = place.log_in(&ana.email).await;
    let ended = place.log_in(&ana.email).await;
    send(
        place
            .app
            .request(Method::POST, "/api/v1/auth/logout")
            .bearer_auth(text(&ended["access_token"]))
            .json(&json!({})),
    )
    .await
    .is(204);
    let refresh = place.log_in(&ana.email).await;
    let body = json!({ "email": ana.email, "password": PASSWORD });
    let cookie = place.app.post("/api/v1/auth/login", body).await;
    let cookie = cookie.header("set-cookie").split(';').next().expect("a cookie").to_owned();
    assert!(cookie.contains('='), "{cookie}");
    all.insert("a refresh cookie alone", Shown::Cookie(cookie));
    for (what, token) in [
        ("a log-in", ana.token().to_owned()),
        ("an access token that expired", expired),
        ("an access token of another key", place.foreign(&ana.tokens).await),
        ("an access token of a session that ended", text(&ended["access_token"]).to_owned()),
        ("a refresh token", text(&refresh["refresh_token"]).to_owned()),
    ] {
        all.insert(what, Shown::Token(token));
    }

    let mut rows = include_str!("credentials.csv").lines().filter(|line| !line.starts_with('#'));
    let heads: Vec<&str> = rows.next().expect("heads").split(',').collect();
    let mut wrong = Vec::new();
    for row in rows {
        let row: Vec<&str> = row.split(',').collect();
        let shown = all.remove(row[0]).unwrap_or_else(|| panic!("what is {}?", row[0]));
        for ((found, expected), head) in place.line(&shown).await.iter().zip(&row[1..]).zip(&heads[1..]) {
            if found != expected {
                wrong.push(format!("{}: {head}: {found} instead of {expected}", row[0]));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(all.is_empty(), "not in the table: {:?}", all.keys());
    place.app.stop().await;
}
