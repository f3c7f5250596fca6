//! What went by mail to the mailbox of a server for trying things out: how much goes together differs from run to run, what goes does not.

use serde_json::Value;

/// Mails that are no news.
pub const OTHERS: &str = "(select * from mails where letter not like '{\"letter\":\"news\"%') as mails";
/// Mails of news: to whom, and what they say.
pub const NEWS: &str = "select address || ' ' || letter from mails where letter like '{\"letter\":\"news\"%'";

/// What a mail of news tells of, each thing by itself.
pub fn items(mail: &str) -> Vec<String> {
    let (address, letter) = mail.split_once(' ').expect("two values");
    let letter: Value = serde_json::from_str(letter).expect("JSON");
    let text = letter["text"].as_str().expect("a text");
    let parts: Vec<&str> = text.split("\n\n").collect();
    // A greeting before; the way to the inbox and the footer after.
    let told = parts.get(1..parts.len() - 2).expect("a mail of news");
    told.iter().map(|part| format!("mailed {address} {}", part.lines().next().expect("a line"))).collect()
}
