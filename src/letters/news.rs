//! What people are told of outside their inbox, in words: as one line, and as a mail of one thing or of many. Pure words, like every letter;
//! what stands in it was written by people, and is escaped wherever it is put.

use std::{collections::BTreeMap, sync::LazyLock};

use lockstep_protocol::values::NotifyReason;
use serde::Deserialize;

use super::{Language, Written, page};

/// One thing that somebody is told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub reason: NotifyReason,
    /// Who did it; empty: it came by itself, or nobody knows any more.
    pub who: String,
    /// What it is about: a task with its key, a channel, a board; empty for a direct talk.
    pub what: String,
    /// Where that is, if that is not what it is about.
    pub place: Option<String>,
    /// The beginning of what was said.
    pub excerpt: Option<String>,
    /// Where it can be looked at.
    pub link: String,
    /// The organization's own line for it, in the languages that it wrote it in.
    pub own: Vec<(Language, String)>,
}

/// A mail of news.
#[derive(Clone, Copy, Debug)]
pub struct News<'a> {
    /// The name of its reader.
    pub reader: &'a str,
    pub items: &'a [Item],
    pub digest: bool,
    /// Where the inbox is, where one chooses what one is told, and where this kind of mail ends.
    pub inbox: &'a str,
    pub settings: &'a str,
    pub unsubscribe: &'a str,
    pub home: &'a str,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    /// By reason; `{who}` and `{what}` stand for what it is about.
    reasons: BTreeMap<String, String>,
    somebody: String,
    direct: String,
    place: String,
    many: String,
    digest: String,
    greeting: String,
    open: String,
    inbox: String,
    unsubscribe: String,
    settings: String,
    /// A text message; `{code}` stands for what is typed.
    phone_code: String,
    /// What something made up is called.
    sample: String,
}

static ENGLISH: LazyLock<Words> = LazyLock::new(|| table(include_str!("news.en.json")));
static GERMAN: LazyLock<Words> = LazyLock::new(|| table(include_str!("news.de.json")));

/// A test reads both tables, so a broken one is never shipped.
fn table(text: &str) -> Words {
    serde_json::from_str(text).inspect_err(|error| tracing::error!(%error, "a table of words")).unwrap_or_default()
}

fn words(language: Language) -> &'static Words {
    match language {
        Language::English => &ENGLISH,
        Language::German => &GERMAN,
    }
}

/// Our line for a reason; `{who}` and `{what}` stand for what it is about.
pub(super) fn pattern(reason: NotifyReason, language: Language) -> &'static str {
    words(language).reasons.get(reason.word()).map_or("{what}", String::as_str)
}

pub(super) fn sample(language: Language) -> String {
    words(language).sample.clone()
}

/// One line that says it: a push, a text message, the subject of a mail.
pub fn line(item: &Item, language: Language) -> String {
    let words = words(language);
    let own = item.own.iter().find(|(of, _)| *of == language).map(|(_, pattern)| pattern.as_str());
    let pattern = own.unwrap_or_else(|| pattern(item.reason, language));
    let or = |text: &String, otherwise: &String| if text.is_empty() { otherwise.clone() } else { text.clone() };
    let names = [("who", or(&item.who, &words.somebody)), ("what", or(&item.what, &words.direct))];
    let names: Vec<(&'static str, &str)> = names.iter().map(|(key, value)| (*key, value.as_str())).collect();
    page::one_line(&page::fill(pattern, &names, str::to_owned))
}

/// What a number is proved with.
pub fn phone_code(code: &str, language: Language) -> String {
    page::fill(&words(language).phone_code, &[("code", code)], str::to_owned)
}

/// A text message of at most so many characters: what happened, or how many things, and where to look. The link stays whole: it is the
/// inbox's where there is no room for another.
pub fn short(items: &[Item], inbox: &str, language: Language, most: usize) -> String {
    let words = words(language);
    let (said, link) = match items {
        [only] => {
            let place = place(only, words).map(|place| format!(" {}", page::one_line(&place)));
            let excerpt = only.excerpt.as_deref().map(|text| format!(": {}", page::one_line(text)));
            let said = format!("{}{}{}", line(only, language), place.unwrap_or_default(), excerpt.unwrap_or_default());
            (said, only.link.as_str())
        }
        many => {
            let count = many.len().to_string();
            let head = page::fill(&words.many, &[("count", count.as_str())], str::to_owned);
            let first: Vec<String> = many.iter().map(|item| line(item, language)).collect();
            (format!("{head}: {}", first.join("; ")), inbox)
        }
    };
    let link = if link.chars().count() > most * 2 / 3 { inbox } else { link };
    let room = most.saturating_sub(link.chars().count() + 1);
    format!("{}\n{link}", cut(&said, room))
}

/// Three full stops, not an ellipsis: that sign is not in the alphabet of GSM (3GPP TS 23.038), and would make a text twice as many messages.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(3)).collect();
    format!("{}...", kept.trim_end())
}

/// A mail. With no items it says nothing worth sending.
pub fn write(news: &News<'_>, language: Language) -> Written {
    let words = words(language);
    let count = news.items.len().to_string();
    let names = [("name", news.reader), ("count", count.as_str())];
    let say = |pattern: &str| page::fill(pattern, &names, str::to_owned);
    let subject = match (news.items, news.digest) {
        ([only], false) => line(only, language),
        (_, true) => say(&words.digest),
        (_, false) => say(&words.many),
    };
    let subject = page::one_line(&subject);
    let (text, html) = (text(news, words, language, &say), html(news, words, language, &subject, &say));
    Written { subject, text, html }
}

fn place(item: &Item, words: &Words) -> Option<String> {
    let place = item.place.as_deref()?;
    Some(page::fill(&words.place, &[("place", place)], str::to_owned))
}

fn text(news: &News<'_>, words: &Words, language: Language, say: &impl Fn(&str) -> String) -> String {
    let mut parts = vec![say(&words.greeting)];
    for item in news.items {
        let mut part = line(item, language);
        if let Some(place) = place(item, words) {
            part.push_str(&format!("\n{}", page::one_line(&place)));
        }
        for quoted in item.excerpt.iter().flat_map(|excerpt| excerpt.lines()) {
            part.push_str(&format!("\n> {quoted}"));
        }
        part.push_str(&format!("\n{}", item.link));
        parts.push(part);
    }
    parts.push(format!("{}: {}", words.inbox, news.inbox));
    parts.push(format!(
        "-- \nLockstep\n{}\n{}: {}\n{}: {}",
        news.home, words.settings, news.settings, words.unsubscribe, news.unsubscribe
    ));
    let mut text = parts.join("\n\n");
    text.push('\n');
    text
}

fn html(news: &News<'_>, words: &Words, language: Language, subject: &str, say: &impl Fn(&str) -> String) -> String {
    let escape = page::escape;
    let mut body = page::paragraph(&escape(&say(&words.greeting)), "words");
    for item in news.items {
        let mut inside = format!(
            r##"<a href="{}" class="words" style="color: #1b1f27; font-weight: 600; text-decoration: none;">{}</a>"##,
            escape(&item.link),
            escape(&line(item, language))
        );
        if let Some(place) = place(item, words) {
            inside.push_str(&format!(
                r##"<br><span class="small" style="font-size: 13px; color: #5c6472;">{}</span>"##,
                escape(&place)
            ));
        }
        body.push_str(&page::paragraph(&inside, "words"));
        if let Some(excerpt) = &item.excerpt {
            let quoted: Vec<String> = excerpt.lines().map(escape).collect();
            body.push_str(&format!(
                r##"<blockquote class="small" style="margin: -8px 0 20px; padding: 2px 0 2px 12px; border-left: 3px solid #c9cfda; font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; color: #3f4653;">{}</blockquote>"##,
                quoted.join("<br>")
            ));
        }
    }
    let (label, link) = match news.items {
        [only] => (&words.open, only.link.as_str()),
        _ => (&words.inbox, news.inbox),
    };
    body.push_str(&page::button(&escape(label), &escape(link)));
    let below = format!(
        r##"<a class="small" href="{}" style="color: #5c6472;">{}</a> · <a class="small" href="{}" style="color: #5c6472;">{}</a>"##,
        escape(news.settings),
        escape(&words.settings),
        escape(news.unsubscribe),
        escape(&words.unsubscribe)
    );
    page::sheet(&body, Some(&below), subject, language, news.home)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(reason: NotifyReason) -> Item {
        Item {
            reason,
            who: "Ana <b>".into(),
            what: "OPS-1 Write & read".into(),
            place: Some("Plan".into()),
            excerpt: Some("First\n<script>alert(1)</script>".into()),
            link: "https://x.example/orgs/o/boards/b?task=t".into(),
            own: Vec::new(),
        }
    }

    fn news(items: &[Item], digest: bool) -> News<'_> {
        let (inbox, settings) = ("https://x.example/inbox", "https://x.example/account");
        News {
            reader: "Ben",
            items,
            digest,
            inbox,
            settings,
            unsubscribe: "https://x.example/unsubscribe#C",
            home: "https://x.example",
        }
    }

    #[test]
    fn every_reason_has_its_words_in_every_language_and_no_language_has_more() {
        for language in Language::ALL {
            for reason in NotifyReason::ALL.iter().copied() {
                let said = line(&item(reason), language);
                assert!(
                    said.contains("OPS-1 Write & read") || reason == NotifyReason::Direct,
                    "{language:?} {reason:?}: {said}"
                );
                assert!(!said.contains('{'), "{said}");
            }
            let known = words(language).reasons.keys().map(String::as_str).collect::<Vec<_>>();
            let mut all: Vec<&str> = NotifyReason::ALL.iter().map(|reason| reason.word()).collect();
            all.sort_unstable();
            assert_eq!(known, all, "{language:?}");
        }
    }

    #[test]
    fn what_people_wrote_is_never_markup_nor_another_header() {
        let odd = Item { who: "A\r\nBcc: x@y".into(), ..item(NotifyReason::Commented) };
        let written = write(&news(&[odd], false), Language::English);
        assert!(!written.subject.contains(['\r', '\n']), "{}", written.subject);
        assert!(!written.html.contains("<script>") && written.html.contains("&lt;script&gt;"));
        assert!(written.text.contains("> <script>alert(1)</script>"));
    }

    #[test]
    fn one_thing_is_said_in_the_subject_and_many_are_counted() {
        let two = [item(NotifyReason::Assigned), item(NotifyReason::DueSoon)];
        let one = write(&news(&two[..1], false), Language::German);
        assert_eq!(one.subject, "Ana <b> hat dir OPS-1 Write & read gegeben");
        let many = write(&news(&two, false), Language::English);
        assert_eq!(many.subject, "2 notifications");
        assert!(many.text.contains("OPS-1 Write & read is due soon") && many.html.contains("unsubscribe#C"));
        assert_eq!(write(&news(&two[..1], true), Language::English).subject, "Your digest: 1 new");
    }
}
