//! `lockstep import trello` through a server that is reached over TLS, as one behind a proxy is.

use std::{net::SocketAddr, process::Stdio, sync::Arc};

use reqwest::Method;
use serde_json::json;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    process::Command,
    task::AbortHandle,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};

use super::export;
use crate::{
    http::{App, PASSWORD, text},
    support::DEADLINE,
};

/// Ends TLS for `localhost` in front of a server; ends itself when dropped.
struct Proxy {
    address: SocketAddr,
    /// The certificate, for those who are to trust it.
    pem: String,
    task: AbortHandle,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Proxy {
    async fn before(server: SocketAddr) -> Self {
        let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(certified.signing_key.serialize_der()));
        let config = ServerConfig::builder().with_no_client_auth();
        let config = config.with_single_cert(vec![certified.cert.der().clone()], key).expect("they fit");
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    // Who does not trust the certificate goes away here.
                    let Ok(mut inside) = acceptor.accept(stream).await else { return };
                    let mut outside = TcpStream::connect(server).await.expect("the server listens");
                    let _ = copy_bidirectional(&mut inside, &mut outside).await;
                });
            }
        });
        Self { address, pem: certified.cert.pem(), task: task.abort_handle() }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_board_is_imported_over_tls_and_a_second_time_changes_nothing() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.send(Method::POST, "/api/v1/orgs", json!({ "name": "Company" })).await.body;
    let proxy = Proxy::before(app.server.address).await;
    let trusted = app.folder.path().join("trusted.pem");
    std::fs::write(&trusted, &proxy.pem).expect("written");
    let import = async |certificates: &std::path::Path| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lockstep"));
        command.args(["import", "trello"]).arg(export());
        command.args(["--url", &format!("https://localhost:{}", proxy.address.port()), "--email", &ana.email]);
        command.args(["--organization", "Company"]).env("LOCKSTEP_PASSWORD", PASSWORD);
        command.env("SSL_CERT_FILE", certificates).stdin(Stdio::null()).kill_on_drop(true);
        tokio::time::timeout(DEADLINE * 3, command.output()).await.expect("in time").expect("runs")
    };
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();

    let first = import(&trusted).await;
    assert!(first.status.success(), "{}{}", said(&first.stdout), said(&first.stderr));
    let boards = ana.get(&format!("/api/v1/orgs/{}/boards", text(&org["org_id"]))).await.body;
    let board = text(&boards["items"][0]["board_id"]).to_owned();
    let path = format!("/api/v1/orgs/{}/boards/{board}", text(&org["org_id"]));
    let seq = async || ana.get(&path).await.body["seq"].clone();
    let before = seq().await;
    assert!(before.as_u64() > Some(400), "the whole board is there: {before}");

    let second = import(&trusted).await;
    assert!(second.status.success(), "{}", said(&second.stderr));
    assert_eq!(seq().await, before, "a second import changes nothing");

    let stranger = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let distrusted = app.folder.path().join("distrusted.pem");
    std::fs::write(&distrusted, stranger.cert.pem()).expect("written");
    let refused = import(&distrusted).await;
    assert!(!refused.status.success(), "a certificate that nobody vouches for is refused");
    assert!(said(&refused.stderr).contains("certificate"), "{}", said(&refused.stderr));
    app.stop().await;
}
