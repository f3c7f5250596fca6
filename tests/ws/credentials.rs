//! The same credentials over HTTP and over the socket: what one takes the other takes, what one refuses the other refuses
//! (SECURITY.md rows 2 and 3).

use std::time::Duration;

use lockstep::app::serve::Server;
use lockstep_protocol::{
    codec::Codec,
    codes::Code,
    command::organization::{CreateOrganization, UpdateOrganization},
    frame::ServerMessage,
    ids::{ClientId, OrgId},
};
use serde_json::{Value, json};

use super::{
    client::Client,
    whole::{connect, post, register, serve},
};
use crate::support::node::id;

/// What HTTP says to a read with this.
async fn over_http(server: &Server, credential: &str) -> u16 {
    let request = reqwest::Client::new().get(format!("http://{}/api/v1/orgs", server.address));
    request.header("authorization", format!("Bearer {credential}")).send().await.expect("an answer").status().as_u16()
}

/// Whether the socket lets in with this; where it does not, nothing was said but the close.
async fn over_ws(server: &Server, credential: &str) -> Result<(), u16> {
    let mut client = Client::open(server.address, Codec::Json).await;
    client.hello(credential.to_owned(), ClientId(id())).await;
    loop {
        if let Err(code) = client.read().await {
            assert!(client.kept.is_empty(), "{:?}", client.kept);
            return Err(code);
        }
        match client.kept.pop_front() {
            Some(ServerMessage::Welcome(_)) => return Ok(()),
            Some(other) => panic!("{other:?}"),
            None => {}
        }
    }
}

async fn token(server: &Server, session: &str, scopes: &[&str]) -> Value {
    let body = json!({ "name": "Script", "scopes": scopes });
    let (status, made) = post(server, "/me/tokens", Some(session), body).await;
    assert_eq!(status, 201, "{made}");
    made
}

fn text(value: &Value) -> &str {
    value.as_str().expect("text")
}

async fn revoke(server: &Server, session: &str, made: &Value) {
    let path = format!("http://{}/api/v1/me/tokens/{}", server.address, text(&made["token_id"]));
    let answer = reqwest::Client::new().delete(path).bearer_auth(session).send().await.expect("an answer");
    assert_eq!(answer.status().as_u16(), 204);
}

#[tokio::test]
async fn r3_r5_every_kind_of_credential_is_taken_or_refused_alike_on_http_and_socket() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let server = serve(&folder).await;
    let session = register(&server, "ana@example.org").await;
    let body = json!({ "email": "ana@example.org", "password": super::whole::PASSWORD, "refresh_in": "body" });
    let (_, other) = post(&server, "/auth/login", None, body).await;
    let ended = text(&other["access_token"]).to_owned();
    post(&server, "/auth/logout", Some(&ended), json!({})).await;
    let good = token(&server, &session, &["read"]).await;
    let revoked = token(&server, &session, &["read"]).await;
    revoke(&server, &session, &revoked).await;
    let good = text(&good["token"]);
    // A token's id with another's secret.
    let mixed = format!("{}{}", &text(&revoked["token"])[..24], &good[24..]);
    let (head, rest) = session.split_once('.').expect("three parts");
    let (claims, signature) = rest.split_once('.').expect("three parts");
    for (what, credential, taken) in [
        ("a log-in's token", session.as_str(), true),
        ("a program's token", good, true),
        ("one of a log-in that ended", &ended, false),
        ("one that was revoked", text(&revoked["token"]), false),
        ("a refresh token", text(&other["refresh_token"]), false),
        ("nothing", "", false),
        ("a cut token", &good[..71], false),
        ("a longer token", &format!("{good}A"), false),
        ("another's secret", &mixed, false),
        ("its prefix", "lsp_", false),
        ("no signature", &format!("{head}.{claims}."), false),
        ("alg none", &format!("eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.{claims}."), false),
        ("a signature turned round", &format!("{head}.{claims}.{}", signature.chars().rev().collect::<String>()), false),
        ("a challenge", "lsc_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", false),
        ("a kind of its own", "lsx_AAAA", false),
    ] {
        assert_eq!(over_http(&server, credential).await, if taken { 200 } else { 401 }, "{what} over HTTP");
        assert_eq!(over_ws(&server, credential).await, if taken { Ok(()) } else { Err(4401) }, "{what} over the socket");
    }
    server.stop().await;
}

#[tokio::test]
async fn r47_a_token_that_is_revoked_closes_its_socket_within_a_second_and_no_other() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let server = serve(&folder).await;
    let session = register(&server, "ana@example.org").await;
    let (made, kept) = (token(&server, &session, &["write"]).await, token(&server, &session, &["read"]).await);
    let mut program = connect(&server, text(&made["token"]), ClientId(id())).await;
    let mut other = connect(&server, text(&kept["token"]), ClientId(id())).await;
    let mut person = connect(&server, &session, ClientId(id())).await;
    revoke(&server, &session, &made).await;
    let code = tokio::time::timeout(Duration::from_secs(1), program.closed()).await.expect("within a second");
    assert_eq!(code, 4403);
    let org = OrgId(id());
    person.ask(org, CreateOrganization { name: "Acme".into() }).await.expect("the log-in goes on");
    other.join(org, None).await.expect("so does the other token");
    server.stop().await;
}

#[tokio::test]
async fn a_scope_holds_on_the_socket_for_reads_and_commands() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let server = serve(&folder).await;
    let session = register(&server, "ana@example.org").await;
    let mut person = connect(&server, &session, ClientId(id())).await;
    let org = OrgId(id());
    person.ask(org, CreateOrganization { name: "Acme".into() }).await.expect("founds");
    let rename = || -> UpdateOrganization { serde_json::from_value(json!({ "name": "Other" })).expect("a command") };
    for (scope, reads, renames) in
        [("account", false, false), ("read", true, false), ("write", true, false), ("admin", true, true)]
    {
        let made = token(&server, &session, &[scope]).await;
        let mut program = connect(&server, text(&made["token"]), ClientId(id())).await;
        let code = |refused: lockstep_protocol::codes::Failure| refused.code;
        let joined = program.join(org, None).await.map(|_| ()).map_err(code);
        assert_eq!(joined, if reads { Ok(()) } else { Err(Code::Forbidden) }, "{scope}");
        let renamed = program.ask(org, rename()).await.map(|_| ()).map_err(code);
        assert_eq!(renamed, if renames { Ok(()) } else { Err(Code::Forbidden) }, "{scope}");
    }
    server.stop().await;
}
