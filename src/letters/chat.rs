//! What a chat is told, as one line in the markup of Slack (mrkdwn), which others of its kind read too. Pure words; what people wrote is
//! escaped, so that nothing of it is markup or calls anybody.

use std::{collections::BTreeMap, sync::LazyLock};

use super::{Language, page};

/// How much of a text is quoted.
const EXCERPT_CHARS: usize = 200;

/// Something that happened.
#[derive(Clone, Debug)]
pub struct Said<'a> {
    pub tag: &'a str,
    pub who: &'a str,
    pub what: &'a str,
    /// Empty where it is about nobody.
    pub whom: &'a str,
    pub excerpt: String,
    pub link: String,
}

type Table = BTreeMap<String, String>;

static ENGLISH: LazyLock<Table> = LazyLock::new(|| table(include_str!("chat.en.json")));
static GERMAN: LazyLock<Table> = LazyLock::new(|| table(include_str!("chat.de.json")));

fn table(text: &str) -> Table {
    serde_json::from_str(text).inspect_err(|error| tracing::error!(%error, "a table of words")).unwrap_or_default()
}

/// `None`: of this a chat is told nothing.
pub fn line(said: &Said<'_>, language: Language) -> Option<String> {
    let table = match language {
        Language::English => &ENGLISH,
        Language::German => &GERMAN,
    };
    let pattern = table.get(said.tag)?;
    let what = format!("<{}|{}>", said.link, escape(said.what).replace('|', "¦"));
    let (who, whom) = (escape(said.who), escape(said.whom));
    let mut line = page::fill(pattern, &[("who", &who), ("what", &what), ("whom", &whom)], str::to_owned);
    let excerpt: String = said.excerpt.trim().chars().take(EXCERPT_CHARS).collect();
    for quoted in excerpt.lines() {
        line.push_str("\n> ");
        line.push_str(&escape(quoted));
    }
    Some(line)
}

/// As Slack asks: these three, and no more.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_wrote_is_no_markup_and_calls_nobody() {
        let said = Said {
            tag: "task.commented",
            who: "Ana <!channel>",
            what: "OPS-1 A|B",
            whom: "",
            excerpt: "First\n<https://evil.example|x> & <@U1>".into(),
            link: "https://x.example/a".into(),
        };
        let line = line(&said, Language::English).expect("told");
        assert_eq!(
            line,
            "Ana &lt;!channel&gt; commented on <https://x.example/a|OPS-1 A¦B>\n> First\n> &lt;https://evil.example|x&gt; &amp; &lt;@U1&gt;"
        );
        assert!(super::line(&Said { tag: "task.labelled", ..said }, Language::English).is_none());
    }

    #[test]
    fn languages_say_the_same() {
        assert!(!ENGLISH.is_empty());
        assert_eq!(ENGLISH.keys().collect::<Vec<_>>(), GERMAN.keys().collect::<Vec<_>>());
        let names = |pattern: &String| ["{who}", "{what}", "{whom}"].map(|name| pattern.contains(name));
        assert!(ENGLISH.iter().all(|(tag, pattern)| names(pattern) == names(&GERMAN[tag])));
    }
}
