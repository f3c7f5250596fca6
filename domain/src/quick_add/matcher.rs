//! What begins at a word of the line, if anything does. Each kind of thing has a file; here is their order, which decides where two of
//! them could be meant.

use super::{
    Context, Language, Value,
    lex::{Word, is_trailing},
};

/// Words that most often say where something is: each may be a place that somebody else has to know.
const WITHIN: &str = "in";

pub struct Matcher<'a> {
    pub line: &'a str,
    pub words: &'a [Word],
    pub context: &'a Context,
}

/// The last word of a phrase, and whether the dot behind it is part of it ("24.", "dez.").
#[derive(Clone, Copy, Debug)]
pub struct At {
    pub last: usize,
    pub dot: bool,
}

pub struct Found {
    pub value: Value,
    pub at: At,
}

impl Matcher<'_> {
    pub fn at(&self, first: usize) -> Option<Found> {
        let (value, at) = self
            .mark(first)
            .or_else(|| self.start(first))
            .or_else(|| self.repeat(first))
            .or_else(|| self.due(first))
            .or_else(|| self.time(first))
            .or_else(|| self.estimate(first))
            .or_else(|| self.within(first))?;
        Some(Found { value, at })
    }

    pub const fn language(&self) -> Language {
        self.context.language
    }

    /// The word in small letters; nothing for one in quotes.
    pub fn text(&self, index: usize) -> &str {
        &self.words[index].folded
    }

    /// The word as it is written, without what closes a sentence.
    pub fn raw(&self, index: usize) -> &str {
        let word = &self.words[index];
        &self.line[word.body()..word.core_end]
    }

    fn trail(&self, index: usize) -> &str {
        let word = &self.words[index];
        &self.line[word.core_end..word.end]
    }

    /// A phrase that ends in this word.
    pub fn plain(&self, last: usize) -> At {
        At { last, dot: false }
    }

    /// A phrase that ends in this word, and in its dot where it has one.
    pub fn dotted(&self, last: usize) -> At {
        At { last, dot: self.trail(last).starts_with('.') }
    }

    /// Where the phrase ends, in bytes.
    pub fn end(&self, at: At) -> usize {
        self.words[at.last].core_end + usize::from(at.dot)
    }

    /// The word with which a phrase may go on: nothing closes it before.
    pub fn next(&self, at: At) -> Option<usize> {
        let closed = self.trail(at.last) != if at.dot { "." } else { "" };
        if closed { None } else { self.word(at.last + 1) }
    }

    /// The same after a comma, and whether there is one.
    pub fn next_in_list(&self, at: At) -> Option<(usize, bool)> {
        let comma = self.trail(at.last) == if at.dot { ".," } else { "," };
        if comma { Some((self.word(at.last + 1)?, true)) } else { Some((self.next(at)?, false)) }
    }

    /// The next word, where it is one of these.
    pub fn next_is(&self, at: At, wanted: &[&str]) -> Option<usize> {
        self.next(at).filter(|next| wanted.contains(&self.text(*next)))
    }

    fn word(&self, index: usize) -> Option<usize> {
        self.words.get(index).filter(|word| word.is_plain()).map(|_| index)
    }

    /// "in Finance", `in "To do"`.
    fn within(&self, first: usize) -> Option<(Value, At)> {
        if self.text(first) != WITHIN || !self.trail(first).is_empty() {
            return None;
        }
        let next = self.words.get(first + 1).filter(|word| !word.escaped)?;
        let name = match &next.quoted {
            Some(quoted) if quoted.sigil.is_none() && self.trail(first + 1).chars().all(is_trailing) => {
                &self.line[quoted.inner.0..quoted.inner.1]
            }
            Some(_) => return None,
            None => self.raw(first + 1),
        };
        let named = name.chars().next().is_some_and(|c| !c.is_ascii_digit() && !"#@+!~^\\\"".contains(c));
        named.then(|| (Value::Place(name.to_owned()), self.plain(first + 1)))
    }
}
