//! Real providers to log in with (npm `oidc-provider`, and what Microsoft and GitHub do differently), told by a test who there is and
//! what they do wrong. They end with the test.

use std::{collections::BTreeMap, path::Path, process::Stdio};

use reqwest::{Url, header};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

pub struct Oidc {
    pub url: String,
    client: reqwest::Client,
    // Killed when dropped; and its input ends with this process.
    _child: Child,
}

/// Cookies by name, as one browser keeps them of one host.
#[derive(Default)]
pub struct Cookies(BTreeMap<String, String>);

impl Cookies {
    pub fn take(&mut self, headers: &header::HeaderMap) {
        for line in headers.get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok()) {
            let (name, rest) = line.split_once('=').expect("a cookie has a name");
            let value = rest.split(';').next().unwrap_or_default();
            if value.is_empty() || line.contains("Max-Age=0") {
                self.0.remove(name);
            } else {
                self.0.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub fn text(&self) -> String {
        self.0.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }
}

impl Oidc {
    pub async fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/oidc.mjs");
        let mut child = Command::new("node")
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("node is installed");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let first = lines.next_line().await.expect("readable").expect("the provider starts: web/node_modules is there");
        let port = serde_json::from_str::<Value>(&first).expect("JSON")["port"].as_u64().expect("a port");
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        let provider = Self { url: format!("http://127.0.0.1:{port}"), client, _child: child };
        provider.set(json!({ "person": "ada", "people": { "ada": {
            "email": "ada@example.org", "email_verified": true, "name": "Ada Verified", "locale": "de-CH", "number": 4242,
        } } })).await;
        provider
    }

    /// Changes what it does; see the script.
    pub async fn set(&self, change: Value) {
        let answer = self.client.post(format!("{}/_control", self.url)).json(&change).send().await.expect("an answer");
        assert!(answer.status().is_success());
    }

    /// Who logs in from now on, and what is said of them.
    pub async fn person(&self, name: &str, claims: Value) {
        self.set(json!({ "person": name, "people": { name: claims } })).await;
    }

    /// The paths that were asked for so far.
    pub async fn seen(&self) -> Vec<String> {
        let answer = self.client.get(format!("{}/_seen", self.url)).send().await.expect("an answer");
        answer.json().await.expect("a list")
    }

    /// Goes where a browser is sent, as the one who logs in by themself; gives where it is sent back to.
    pub async fn visit(&self, url: &str) -> String {
        let (mut cookies, mut next) = (Cookies::default(), Url::parse(url).expect("an address"));
        for _ in 0..10 {
            if !next.as_str().starts_with(&self.url) {
                return next.into();
            }
            let answer =
                self.client.get(next.clone()).header("cookie", cookies.text()).send().await.expect("an answer");
            cookies.take(answer.headers());
            let status = answer.status();
            let Some(to) = answer.headers().get(header::LOCATION).and_then(|to| to.to_str().ok()).map(str::to_owned)
            else {
                panic!("{next} answers {status}: {:?}", answer.text().await);
            };
            next = next.join(&to).expect("an address");
        }
        panic!("sent around in circles");
    }

    /// What the server is told of it, under these names, as the flags have it.
    pub fn flags(&self, folder: &Path, providers: &str) -> Vec<String> {
        let file = folder.join("providers.toml");
        std::fs::write(&file, providers.replace("ISSUER", &self.url).replace("CLIENT", CLIENT)).expect("written");
        std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("changed");
        let file = file.display().to_string();
        vec!["--identity-providers".into(), file, "--egress-allow".into(), self.url.clone()]
    }
}

const CLIENT: &str = "client_id = \"lockstep\"\nclient_secret = \"a secret of this client\"";
/// One that does everything by discovery.
pub const WORK: &str = "[corp]\nname = \"Corp\"\nissuer = \"ISSUER\"\nCLIENT\n";
