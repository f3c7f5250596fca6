//! Tokens for programs on the socket.

use std::time::Duration;

use lockstep::app::serve::Server;
use lockstep_protocol::{
    codes::Code,
    command::organization::{CreateOrganization, UpdateOrganization},
    ids::{ClientId, OrgId},
};
use serde_json::{Value, json};

use super::whole::{PASSWORD, connect, post, register, serve};
use crate::support::node::id;

async fn token(server: &Server, session: &str, scopes: &[&str]) -> Value {
    let body = json!({ "name": "Script", "scopes": scopes, "password": PASSWORD });
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
