//! Words as they are looked for: without marks and case, and nothing else. What is looked for, and where it is looked for, goes through here
//! alike. It must never know what a text is of.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// A folded name; longer ones are told apart by their beginning.
const KEY_BYTES_MAX: usize = 480;

/// What is to be in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// A word that begins so.
    Begins(String),
    /// These words, one after the other.
    Phrase(Vec<String>),
}

/// Words without marks, in small letters, parted by one space: `Zoë O'Hara-Łuczak` is `zoe o hara luczak`.
pub fn folded(text: &str) -> String {
    let plain = plain(text, KEY_BYTES_MAX);
    // A name of signs alone is found by itself.
    if plain.is_empty() { text.trim().to_lowercase() } else { plain }
}

/// The same of a longer text; nothing where it has no words.
pub fn plain(text: &str, bytes_max: usize) -> String {
    let mut plain = String::with_capacity(text.len().min(bytes_max));
    let mut between = false;
    let letters = text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase);
    for letter in letters.filter(|c| !is_combining_mark(*c)) {
        if !letter.is_alphanumeric() {
            between = !plain.is_empty();
            continue;
        }
        if std::mem::take(&mut between) {
            plain.push(' ');
        }
        match spelt(letter) {
            Some(letters) => plain.push_str(letters),
            None => plain.push(letter),
        }
        if plain.len() > bytes_max {
            break;
        }
    }
    plain
}

/// What a question asks for: every word, and what stands in quotes as it stands there. A quote that is not closed is none.
pub fn terms(question: &str) -> Vec<Term> {
    let (mut terms, parts): (Vec<Term>, Vec<&str>) = (Vec::new(), question.split(['"', '“', '”', '„']).collect());
    for (at, part) in parts.iter().enumerate() {
        let words = plain(part, KEY_BYTES_MAX);
        let mut words = words.split(' ').filter(|word| !word.is_empty()).map(str::to_owned);
        match at % 2 == 1 && at + 1 < parts.len() {
            true => {
                let words: Vec<String> = words.by_ref().collect();
                terms.extend((!words.is_empty()).then_some(Term::Phrase(words)));
            }
            false => terms.extend(words.map(Term::Begins)),
        }
    }
    terms
}

/// Letters whose mark is part of them.
const fn spelt(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ħ' => "h",
        'ı' => "i",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{KEY_BYTES_MAX, Term, folded, plain, terms};

    #[test]
    fn names_fold_to_words_without_marks() {
        for (name, plain) in [
            ("Zoë O'Hara-Łuczak", "zoe o hara luczak"),
            ("  ÅSA   Öst ", "asa ost"),
            ("Straße", "strasse"),
            ("İpek Işık", "ipek isik"),
            ("Ἀθηνᾶ", "αθηνα"),
            ("🦊", "🦊"),
            ("", ""),
        ] {
            assert_eq!(folded(name), plain, "{name}");
        }
        assert!(folded(&"\u{fdfa}".repeat(200)).len() < 2 * KEY_BYTES_MAX);
    }

    #[test]
    fn a_text_folds_to_its_words_and_to_nothing_where_it_has_none() {
        assert_eq!(plain("☃", 100), "");
        assert_eq!(plain("Grüße, **Straße**", 100), "grusse strasse");
    }

    #[test]
    fn a_question_asks_for_words_and_phrases() {
        let begins = |word: &str| Term::Begins(word.to_owned());
        let phrase = |words: &[&str]| Term::Phrase(words.iter().map(|word| (*word).to_owned()).collect());
        assert_eq!(terms("Blue \"red Wine\" gr"), [begins("blue"), phrase(&["red", "wine"]), begins("gr")]);
        assert_eq!(terms("„Zwei Worte“"), [phrase(&["zwei", "worte"])]);
        assert_eq!(terms("\"not closed"), [begins("not"), begins("closed")]);
        assert_eq!(terms("\"\" ☃ ' OR * : &"), [begins("or")]);
        assert_eq!(terms(""), []);
    }
}
