//! What a condition on a custom field means. It must never be met where the field is gone, or where its kind cannot be asked that: that
//! a value is not there says nothing then.

use jiff::civil::Date;
use lockstep_protocol::{
    codes::{Code, Failure},
    ids::AccountId,
    limits::Limits,
    values::{DateWhen, Due, FieldKind, FieldTest, FieldValue},
};

use super::{Looker, check_day, checked_words, each_word, too_far};
use crate::{refuse::invalid, value};

/// Whether this can be asked of fields of this kind.
const fn fits(test: &FieldTest, kind: FieldKind) -> bool {
    match test {
        FieldTest::Set {} | FieldTest::Unset {} => true,
        FieldTest::Words { .. } => matches!(kind, FieldKind::Text | FieldKind::Url),
        FieldTest::Number { .. } => matches!(kind, FieldKind::Number),
        FieldTest::Date { .. } => matches!(kind, FieldKind::Date),
        FieldTest::Options { .. } => matches!(kind, FieldKind::Select),
        FieldTest::Person { .. } => matches!(kind, FieldKind::Person),
        FieldTest::Checked { .. } => matches!(kind, FieldKind::Checkbox),
    }
}

impl Looker<'_> {
    /// Whether what is in a field of this kind is what is asked for.
    pub(super) fn holds(&self, kind: FieldKind, test: &FieldTest, value: Option<&FieldValue>) -> bool {
        if !fits(test, kind) {
            return false;
        }
        match (test, value) {
            (FieldTest::Set {}, held) => held.is_some(),
            (FieldTest::Unset {}, held) => held.is_none(),
            (FieldTest::Checked { checked }, held) => held.is_some() == *checked,
            (FieldTest::Options { none, .. }, None) => *none,
            (FieldTest::Person { nobody, .. }, None) => *nobody,
            (FieldTest::Words { words }, Some(FieldValue::Text { text: held } | FieldValue::Url { url: held })) => {
                let held = held.to_lowercase();
                each_word(words, |word| held.contains(word))
            }
            (FieldTest::Number { at_least, at_most }, Some(FieldValue::Number { number })) => {
                at_least.as_ref().is_none_or(|least| value::compare(number, least).is_ge())
                    && at_most.as_ref().is_none_or(|most| value::compare(number, most).is_le())
            }
            (FieldTest::Date { any }, Some(FieldValue::Date { date })) => {
                any.iter().any(|when| self.date_is(when, *date))
            }
            (FieldTest::Options { options, .. }, Some(FieldValue::Select { option_id })) => options.contains(option_id),
            (FieldTest::Person { me, people, .. }, Some(FieldValue::Person { account_id })) => {
                let who: AccountId = (self.resolve)(*account_id);
                (*me && self.me == Some(who)) || people.iter().any(|named| (self.resolve)(*named) == who)
            }
            _ => false,
        }
    }

    fn date_is(&self, when: &DateWhen, date: Due) -> bool {
        let (Some(day), Some(today)) = (self.due_day(date), self.day(self.now)) else { return false };
        let named = |day: &str| day.parse::<Date>().ok();
        match when {
            DateWhen::Past => day < today,
            DateWhen::Today => day == today,
            DateWhen::NextDays { days } => {
                let last = today.checked_add(jiff::Span::new().days(i64::from(*days))).unwrap_or(Date::MAX);
                today <= day && day <= last
            }
            DateWhen::On { day: on } => named(on) == Some(day),
            DateWhen::Before { day: before } => named(before).is_some_and(|before| day < before),
            DateWhen::After { day: after } => named(after).is_some_and(|after| day > after),
        }
    }
}

/// How many values it names.
pub(super) fn named(test: &FieldTest) -> usize {
    match test {
        FieldTest::Set {} | FieldTest::Unset {} | FieldTest::Words { .. } | FieldTest::Checked { .. } => 1,
        FieldTest::Number { at_least, at_most } => usize::from(at_least.is_some()) + usize::from(at_most.is_some()),
        FieldTest::Date { any } => any.len(),
        FieldTest::Options { none, options } => usize::from(*none) + options.len(),
        FieldTest::Person { me, nobody, people } => usize::from(*me) + usize::from(*nobody) + people.len(),
    }
}

/// In the form in which it is kept. Of a field that is gone nobody can say what may be asked.
pub(super) fn check(
    test: &mut FieldTest,
    kind: Option<FieldKind>,
    field: &str,
    limits: &Limits,
) -> Result<(), Failure> {
    if kind.is_some_and(|kind| !fits(test, kind)) {
        return Err(Failure::because(Code::FieldInvalid, "This cannot be asked of a field of its kind.").field(field));
    }
    match test {
        FieldTest::Words { words } => *words = checked_words(words, field, limits)?,
        FieldTest::Number { at_least, at_most } => {
            for bound in [&mut *at_least, &mut *at_most].into_iter().flatten() {
                *bound = value::number(bound, field, limits)?;
            }
            let turned = at_least.as_ref().zip(at_most.as_ref());
            if turned.is_some_and(|(least, most)| value::compare(least, most).is_gt()) {
                return Err(invalid(field, "No number is more than the one and less than the other."));
            }
        }
        FieldTest::Date { any } => any.iter().try_for_each(|when| check_date(when, field, limits))?,
        _ => {}
    }
    Ok(())
}

fn check_date(when: &DateWhen, field: &str, limits: &Limits) -> Result<(), Failure> {
    match when {
        DateWhen::NextDays { days } if *days == 0 || *days > limits.filter_days_max => Err(too_far(field, limits)),
        DateWhen::On { day } | DateWhen::Before { day } | DateWhen::After { day } => check_day(day, field),
        _ => Ok(()),
    }
}
