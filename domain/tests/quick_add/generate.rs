//! Lines by chance: the words of the grammar, the signs around them, and what is not of it.

use super::Vector;

/// Splitmix64: the same numbers on every machine, whatever becomes of a library's.
pub struct Chance(u64);

impl Chance {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.next() % most as u64).unwrap()
    }

    fn one_of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }

    fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }
}

const ENGLISH: &str = "today tomorrow tmr day after the next this coming week weekend month year quarter on by due from starting in at of end \
    every each other daily weekly monthly weekdays mondays fridays first second third last 1st 2nd 3rd 15th 31st monday mon tue wed thu \
    fri sat sun december dec jan february feb may 24 1 2 31 2027 24.12. 24.12.2027 12/24 24/12 1/2/27 2026-12-24 2028-02-29 9am 12pm noon \
    9:30 14:00 am pm a an two days weeks months hours minutes and & weekday workday eom";
const GERMAN: &str = "heute morgen übermorgen nächste nächsten kommenden diesen Woche Wochenende Monat Jahr am bis zum dem den um ab gegen fällig \
    in einer einem zwei 3 Tagen Tage Wochen Monaten Stunden Uhr uhr mittags jeden jede jedes alle täglich wöchentlich werktags montags \
    freitags ersten zweiten dritten letzten Tag im des Monats 1. 15. 31. 24. 24.12. 24.12 24.12.2027 1.1. Montag Mo Di. mi Do fr Sa so \
    Dezember Dez. Jan Februar März mai 9 14 9:30 9.30 30 2027 und Werktag Quartal Ende Monatsende guten 2026-12-24";
const MARKS: &str = "p1 P4 p9 !high !! !hoch #home #42 #a/b #\"two~words\" @ana @\"Ana~López\" @„Ö~x“ +Finance +1 +\"To~do\" ~2h 30m 1h30 1,5h \
    0m ~x \\tomorrow \\#x \\ \\\\ ^ ^morgen ^tomorrow \"tomorrow\" \"next~friday\" \"open „heute“ “x” ( ) , ; . 🎉 𝒳y é ß ÄÖ \u{feff} \u{85}";
const TEXT: &str = "Pay Call report Ana the Buch lesen x y. z, 7 2026 a,b 1,2 Straße Zürich 東京";
const SPACES: &[&str] = &[" ", " ", " ", " ", " ", " ", "  ", "\t", "\u{a0}", ", ", ",", "", "; "];
const NOWS: &[&str] = &[
    "2026-12-01T10:00",
    "2026-12-31T23:55",
    "2027-01-31T00:00",
    "2028-02-29T08:00",
    "2026-12-06T18:30",
    "2099-12-31T12:00",
];

pub fn line(chance: &mut Chance, german: bool) -> String {
    let split = |words: &'static str| words.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>();
    let (own, marks, text) = (split(if german { GERMAN } else { ENGLISH }), split(MARKS), split(TEXT));
    let mut line = String::new();
    for _ in 0..=chance.below(9) {
        let word = match chance.below(8) {
            0..5 => chance.one_of(&own),
            5 | 6 => chance.one_of(&marks),
            _ => chance.one_of(&text),
        };
        let word = word.replace('~', if word.contains('"') || word.contains('„') { " " } else { "~" });
        line.push_str(&if chance.once_in(12) { word.to_uppercase() } else { word });
        line.push_str(chance.one_of(SPACES));
    }
    line
}

pub fn vector(chance: &mut Chance) -> Vector {
    let german = chance.once_in(2);
    let judged = chance.once_in(4);
    Vector {
        language: if german { "de" } else { "en" }.to_owned(),
        line: line(chance, german),
        now: Some(chance.one_of(NOWS).to_owned()),
        week_start: [None, Some("sunday".to_owned()), Some("saturday".to_owned())][chance.below(3)].clone(),
        month_first: chance.once_in(3),
        unknown: if judged { ["home", "ana", "Ana", "Woche"].map(str::to_owned).into() } else { Vec::new() },
        keep: if judged { vec!["repeat".to_owned()] } else { Vec::new() },
        ..Vector::default()
    }
}
