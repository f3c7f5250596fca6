//! Every letter in every language, and names that would be markup.

use super::*;

fn letters() -> Vec<Letter> {
    let (code, name) = (Uuid::nil(), "Ana <b>&".to_owned());
    let organization = "Acme \"& Sons\"".to_owned();
    vec![
        Letter::ConfirmRegistration { code, name: name.clone() },
        Letter::AlreadyRegistered { name: name.clone() },
        Letter::NotInvited,
        Letter::VerifyEmail { code, name: name.clone() },
        Letter::EmailChanged { name: name.clone() },
        Letter::ResetPassword { code, name: name.clone() },
        Letter::PasswordChanged { name: name.clone() },
        Letter::TokenMade { name: name.clone(), token: name.clone() },
        Letter::IdentityConnected { name: name.clone(), provider: "GitHub".into() },
        Letter::IdentityDisconnected { name: name.clone(), provider: "GitHub".into() },
        Letter::Welcome { name: name.clone() },
        Letter::SetupGuide { org: code, name: name.clone(), organization: organization.clone() },
        Letter::Invitation {
            code,
            org: None,
            organization: organization.clone(),
            inviter: name.clone(),
            role: "member".into(),
        },
        Letter::Goodbye { org: None, name: name.clone(), organization },
        Letter::WebhookDisabled { org: code, name: name.clone(), webhook: name.clone() },
        Letter::AccountDeleted { name },
    ]
}

/// No letter is missing in any language, none names what it does not know, and no language has one that nobody sends.
#[test]
fn every_letter_is_written_in_every_language() {
    for language in Language::ALL {
        let mut known: Vec<&str> = words::all(language).keys().map(String::as_str).collect();
        for letter in letters() {
            let written = write(&letter, language, None, "https://x.example/reset#CODE", "https://x.example");
            assert!(!written.subject.is_empty(), "{language:?} {letter:?}");
            for part in [&written.subject, &written.text, &written.html.replace(HTML_STYLES, "")] {
                assert!(
                    !part.contains("{name}") && !part.contains("{organization}"),
                    "{language:?} {letter:?}: {part}"
                );
            }
            known.retain(|word| *word != letter.word());
        }
        assert!(known.is_empty(), "{language:?}: nobody sends {known:?}");
    }
}

const HTML_STYLES: &str = "@media";

#[test]
fn languages_say_the_same_in_the_same_places() {
    for (word, english) in words::all(Language::English) {
        let german = &words::all(Language::German)[word];
        assert_eq!(english.lines.len(), german.lines.len(), "{word}");
        assert_eq!(english.after.len(), german.after.len(), "{word}");
        assert_eq!(english.button.is_some(), german.button.is_some(), "{word}");
    }
}

#[test]
fn what_people_call_themselves_is_never_markup() {
    for letter in letters() {
        let written = write(&letter, Language::English, None, "https://x.example/a?b=1&c=\"2", "https://x.example");
        assert!(!written.html.contains("<b>"), "{letter:?}");
        assert!(!written.html.contains("c=\"2"), "{letter:?}");
        if written.html.contains("Ana") {
            assert!(written.html.contains("Ana &lt;b&gt;&amp;"), "{letter:?}");
        }
    }
}

#[test]
fn a_subject_is_one_line_and_a_name_is_put_in_once() {
    let letter = Letter::SetupGuide { org: Uuid::nil(), name: "x".into(), organization: "A\r\nBcc: all {name}".into() };
    let written = write(&letter, Language::English, None, "", "https://x.example");
    assert_eq!(written.subject, "Setting up A  Bcc: all {name}");
}

#[test]
fn the_text_has_the_link_where_there_is_a_button() {
    let letter = Letter::ResetPassword { code: Uuid::nil(), name: "Ana".into() };
    let written = write(&letter, Language::German, None, "https://x.example/reset#CODE", "https://x.example");
    assert!(written.text.contains("Passwort wählen:\nhttps://x.example/reset#CODE\n"), "{}", written.text);
    assert!(written.html.contains(r#"href="https://x.example/reset#CODE""#));
    assert!(written.html.contains(r#"<html lang="de">"#));
}

#[test]
fn a_locale_finds_its_language() {
    for (locale, language) in [
        ("de-CH", Language::German),
        ("DE", Language::German),
        ("de_AT", Language::German),
        ("en-GB", Language::English),
        ("fr", Language::English),
        ("", Language::English),
    ] {
        assert_eq!(Language::of(locale), language, "{locale}");
    }
}
