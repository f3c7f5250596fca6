//! The letters of an organization whose words it may write itself, and the lines of news: which there are, what they may name, and what
//! cannot be words. The mails leave under the operator's name, and whoever founds an organization writes to strangers with an invitation:
//! words that hold an address are none. Pure.

use lockstep_protocol::{
    codes::{Code, Failure},
    limits::Limits,
    values::NotifyReason,
};
use uuid::Uuid;

use super::{
    Language, Letter, Written,
    news::{self, Item, News},
    page,
    words::{self, Words},
};

/// The letters that are an organization's, with what their words may name.
const LETTERS: [(&str, &[&str]); 3] = [
    ("invitation", &["inviter", "organization", "role"]),
    ("setup_guide", &["name", "organization"]),
    ("goodbye", &["name", "organization"]),
];
const NEWS: &str = "news.";
const OF_NEWS: &[&str] = &["who", "what"];

/// Something whose words can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Own {
    Letter(&'static str, &'static [&'static str]),
    News(NotifyReason),
}

impl Own {
    /// All that there are: the letters, then the lines.
    pub fn all() -> impl Iterator<Item = Self> {
        let letters = LETTERS.iter().map(|(name, names)| Self::Letter(name, names));
        letters.chain(NotifyReason::ALL.iter().copied().map(Self::News))
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|own| own.name() == name)
    }

    pub fn name(self) -> String {
        match self {
            Self::Letter(name, _) => name.to_owned(),
            Self::News(reason) => news_name(reason),
        }
    }

    /// What its words may name, in braces.
    pub const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Letter(_, names) => names,
            Self::News(_) => OF_NEWS,
        }
    }

    /// Our words for it.
    pub fn usual(self, language: Language) -> Words {
        match self {
            Self::Letter(name, _) => words::all(language).get(name).cloned().unwrap_or_default(),
            Self::News(reason) => Words { subject: news::pattern(reason, language).to_owned(), ..Words::default() },
        }
    }

    /// What cannot be words for it is refused, with the field.
    pub fn check(self, given: &Words, limits: &Limits) -> Result<(), Failure> {
        let usual = self.usual(Language::English);
        if given.subject.trim().is_empty() {
            return Err(required("subject"));
        }
        self.check_line("subject", &given.subject, limits.letter_subject_chars_max)?;
        if given.lines.len() + given.after.len() > limits.letter_lines_max {
            return Err(Failure::new(Code::FieldTooLong).field("lines").limit(limits.letter_lines_max as u64));
        }
        if given.lines.is_empty() != usual.lines.is_empty() {
            return Err(if given.lines.is_empty() { required("lines") } else { none("lines") });
        }
        match (&given.button, &usual.button) {
            (None, Some(_)) => return Err(required("button")),
            (Some(_), None) => return Err(none("button")),
            (Some(button), Some(_)) if button.trim().is_empty() => return Err(required("button")),
            (Some(button), Some(_)) => self.check_line("button", button, limits.letter_subject_chars_max)?,
            (None, None) => {}
        }
        if matches!(self, Self::News(_)) && !given.after.is_empty() {
            return Err(none("after"));
        }
        for (field, lines) in [("lines", &given.lines), ("after", &given.after)] {
            for line in lines {
                if line.trim().is_empty() {
                    return Err(required(field));
                }
                self.check_line(field, line, limits.letter_line_chars_max)?;
            }
        }
        Ok(())
    }

    fn check_line(self, field: &str, line: &str, most: usize) -> Result<(), Failure> {
        if line.chars().count() > most {
            return Err(Failure::new(Code::FieldTooLong).field(field).limit(most as u64));
        }
        let invalid = |why: String| Err(Failure::because(Code::FieldInvalid, why).field(field));
        if line.chars().any(char::is_control) {
            return invalid("It is one line.".to_owned());
        }
        if holds_address(line) {
            return invalid("It holds no address: the button leads where it has to.".to_owned());
        }
        match unknown_name(line, self.names()) {
            Some(name) => {
                let known: Vec<String> = self.names().iter().map(|name| format!("{{{name}}}")).collect();
                invalid(format!("{name} stands for nothing here; there are {}.", known.join(", ")))
            }
            None => Ok(()),
        }
    }

    /// As it would go out, about things that were made up.
    pub fn preview(self, given: &Words, language: Language, sample: &Sample<'_>) -> Written {
        let (name, organization) = (sample.reader.to_owned(), sample.organization.to_owned());
        let letter = match self {
            Self::Letter("invitation", _) => Letter::Invitation {
                code: Uuid::nil(),
                org: None,
                organization,
                inviter: name,
                role: "member".to_owned(),
            },
            Self::Letter("setup_guide", _) => Letter::SetupGuide { org: Uuid::nil(), name, organization },
            Self::Letter(..) => Letter::Goodbye { org: None, name, organization },
            Self::News(reason) => return preview_line(reason, given, language, sample),
        };
        page::write(given.clone(), &letter.names(), language, sample.home, sample.home)
    }
}

/// For whom something is written to be looked at.
#[derive(Clone, Copy, Debug)]
pub struct Sample<'a> {
    pub reader: &'a str,
    pub organization: &'a str,
    /// The product's own address; all links lead there.
    pub home: &'a str,
}

/// How the line of a reason is called among own words.
pub fn news_name(reason: NotifyReason) -> String {
    format!("{NEWS}{}", reason.word())
}

fn preview_line(reason: NotifyReason, given: &Words, language: Language, sample: &Sample<'_>) -> Written {
    let item = Item {
        reason,
        who: sample.reader.to_owned(),
        what: news::sample(language),
        place: Some(sample.organization.to_owned()),
        excerpt: None,
        link: sample.home.to_owned(),
        own: vec![(language, given.subject.clone())],
    };
    let (reader, home) = (sample.reader, sample.home);
    let items = [item];
    let news = News { reader, items: &items, digest: false, inbox: home, settings: home, unsubscribe: home, home };
    news::write(&news, language)
}

fn required(field: &str) -> Failure {
    Failure::new(Code::FieldRequired).field(field)
}

fn none(field: &str) -> Failure {
    Failure::because(Code::FieldInvalid, "This one has none.").field(field)
}

/// The first thing in braces that is no name of these.
fn unknown_name<'a>(line: &'a str, names: &[&str]) -> Option<&'a str> {
    let mut rest = line;
    while let Some(open) = rest.find('{') {
        let Some(length) = rest[open..].find('}') else { return Some(&rest[open..]) };
        if !names.contains(&&rest[open + 1..open + length]) {
            return Some(&rest[open..=open + length]);
        }
        rest = &rest[open + length + 1..];
    }
    None
}

/// Whether a mail program might make a link of something: a scheme, an address of mail, or letters around a dot as in a host's name.
fn holds_address(line: &str) -> bool {
    if line.contains("://") || line.contains('@') {
        return true;
    }
    let chars: Vec<char> = line.chars().collect();
    chars.iter().enumerate().any(|(at, c)| {
        let dot = ['.', '。', '．', '｡'].contains(c);
        let before = at > 0 && chars[at - 1].is_alphanumeric();
        let after = chars[at + 1..].iter().take(2).filter(|c| c.is_alphabetic()).count() == 2;
        dot && before && after
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(subject: &str, lines: &[&str], button: Option<&str>) -> Words {
        let lines = lines.iter().map(|&line| line.to_owned()).collect();
        Words { subject: subject.into(), lines, button: button.map(str::to_owned), after: Vec::new() }
    }

    #[test]
    fn what_is_ours_may_be_theirs_in_every_language() {
        let limits = Limits::default();
        for own in Own::all() {
            for language in Language::ALL {
                let usual = own.usual(language);
                assert_eq!(own.check(&usual, &limits), Ok(()), "{own:?}");
                assert_eq!(Own::named(&own.name()), Some(own));
                let sample = Sample { reader: "Ana <b>", organization: "Acme", home: "https://x.example" };
                let written = own.preview(&usual, language, &sample);
                assert!(!written.subject.contains('{') && !written.text.contains('{'), "{own:?}: {}", written.text);
                assert!(!written.html.contains("<b>"), "{own:?}");
            }
        }
    }

    #[test]
    fn what_is_no_words_is_refused_with_its_field() {
        let invitation = Own::named("invitation").expect("there");
        let line = Own::named("news.assigned").expect("there");
        let limits = Limits { letter_lines_max: 3, letter_line_chars_max: 20, ..Limits::default() };
        for (own, given, field) in [
            (invitation, words(" ", &["Hello"], Some("Go")), "subject"),
            (invitation, words("A\nBcc: x", &["Hello"], Some("Go")), "subject"),
            (invitation, words("{password}", &["Hello"], Some("Go")), "subject"),
            (invitation, words("{inviter", &["Hello"], Some("Go")), "subject"),
            (invitation, words("Come", &[], Some("Go")), "lines"),
            (invitation, words("Come", &["Hello", ""], Some("Go")), "lines"),
            (invitation, words("Come", &["a"; 4], Some("Go")), "lines"),
            (invitation, words("Come", &["longer than twenty characters"], Some("Go")), "lines"),
            (invitation, words("Come", &["Hello"], None), "button"),
            (invitation, words("Come", &["Hello"], Some("")), "button"),
            (invitation, words("Come", &["https://evil.example"], Some("Go")), "lines"),
            (invitation, words("Come", &["see evil.example"], Some("Go")), "lines"),
            (invitation, words("Come", &["see evil。example"], Some("Go")), "lines"),
            (invitation, words("Come", &["ask me@evil"], Some("Go")), "lines"),
            (line, words("{who} {what}", &["more"], None), "lines"),
            (line, words("{name}", &[], None), "subject"),
            (line, words("{who}", &[], Some("Go")), "button"),
        ] {
            assert_eq!(own.check(&given, &limits).expect_err("refused").field.as_deref(), Some(field), "{given:?}");
        }
        assert_eq!(invitation.check(&words("Come", &["z.B. 1.5. Anna.", "So..."], Some("Go")), &limits), Ok(()));
    }
}
