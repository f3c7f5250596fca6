//! A real mail server (npm `smtp-server`) that keeps what it takes. It ends with the test.

use std::{
    path::Path,
    process::Stdio,
    sync::{Arc, Mutex},
};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use super::until;

pub struct MailServer {
    pub port: u16,
    mails: Arc<Mutex<Vec<Value>>>,
    // Killed when dropped; and its input ends with this process.
    _child: Child,
}

impl MailServer {
    pub async fn start(options: &[&str]) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/smtp.mjs");
        let mut child = Command::new("node")
            .arg(script)
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("node is installed");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let first =
            lines.next_line().await.expect("readable").expect("the mail server starts: web/node_modules is there");
        let port = serde_json::from_str::<Value>(&first).expect("JSON")["port"].as_u64().expect("a port");
        let mails = Arc::<Mutex<Vec<Value>>>::default();
        let taken = mails.clone();
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                taken.lock().expect("not poisoned").push(serde_json::from_str(&line).expect("JSON"));
            }
        });
        Self { port: u16::try_from(port).expect("a port"), mails, _child: child }
    }

    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// Everything taken so far.
    pub fn mails(&self) -> Vec<Value> {
        self.mails.lock().expect("not poisoned").clone()
    }

    /// Waits for the `count`-th mail to this address and gives it.
    pub async fn mail_to(&self, address: &str, count: usize) -> Value {
        until(&format!("mail {count} to {address}"), async || {
            let mails = self.mails();
            mails.into_iter().filter(|mail| mail["to"][0] == address).nth(count - 1)
        })
        .await
    }
}

/// The code of the link in a mail.
pub fn code_of(mail: &Value) -> String {
    let text = mail["text"].as_str().expect("a mail has text");
    let link = text.split_whitespace().find(|word| word.contains('#')).unwrap_or_else(|| panic!("no link: {text}"));
    link.split_once('#').expect("found by it").1.to_owned()
}
