//! Against the crate `rrule`, another hand's reading of the same pages: thousands of rules, in zones whose clocks change.

use chrono::DateTime;
use jiff::{Timestamp, tz::TimeZone};
use lockstep_domain::recur::{Rule, Series};
use lockstep_protocol::limits::Limits;
use proptest::{collection::vec, option, prelude::*, sample::select};
use rrule::{RRuleSet, Tz};

use crate::support::fixed;

/// Clocks are put forward here at one, two or three at night, by an hour or half of one. (Where it is at midnight, the other one leaves
/// the day out.)
const ZONES: &[&str] = &[
    "UTC",
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/Los_Angeles",
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Pacific/Auckland",
];
const WEEKDAYS: &[&str] = &["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
/// 2090-01-01: the other's tables of zones know no summer time after 2099.
const END: i64 = 3_786_912_000;
/// As many as are compared of one rule.
const MOST: u16 = 40;

fn joined<T: ToString>(name: &str, members: &[T]) -> String {
    if members.is_empty() {
        return String::new();
    }
    let members: Vec<String> = members.iter().map(ToString::to_string).collect();
    format!(";{name}={}", members.join(","))
}

fn weekdays() -> impl Strategy<Value = Vec<String>> {
    vec(select(WEEKDAYS).prop_map(str::to_owned), 0..4)
}

fn numbered(most: i8) -> impl Strategy<Value = Vec<String>> {
    let one = (1..=most, any::<bool>(), select(WEEKDAYS));
    vec(one.prop_map(|(nth, back, day)| format!("{}{nth}{day}", if back { "-" } else { "" })), 0..3)
}

fn month_days() -> impl Strategy<Value = Vec<i8>> {
    vec(prop_oneof![1..=31_i8, -31..=-1_i8], 0..4)
}

fn months() -> impl Strategy<Value = Vec<i8>> {
    prop_oneof![3 => Just(vec![]), 1 => vec(1..=12_i8, 1..4)]
}

fn positions() -> impl Strategy<Value = Vec<i16>> {
    prop_oneof![3 => Just(vec![]), 1 => vec(prop_oneof![1..=4_i16, -4..=-1_i16], 1..3)]
}

/// What a rule has beside its frequency.
fn parts() -> impl Strategy<Value = String> {
    let daily = (months(), month_days(), weekdays()).prop_map(|(months, month_days, days)| {
        format!(
            "FREQ=DAILY{}{}{}",
            joined("BYMONTH", &months),
            joined("BYMONTHDAY", &month_days),
            joined("BYDAY", &days)
        )
    });
    let weekly = (months(), weekdays(), select(WEEKDAYS)).prop_map(|(months, days, start)| {
        format!("FREQ=WEEKLY{}{};WKST={start}", joined("BYMONTH", &months), joined("BYDAY", &days))
    });
    let monthly = (months(), month_days(), prop_oneof![weekdays(), numbered(5)], positions());
    let monthly = monthly.prop_map(|(months, month_days, days, positions)| {
        let by = joined("BYMONTHDAY", &month_days) + &joined("BYDAY", &days);
        let positions = if by.is_empty() { String::new() } else { joined("BYSETPOS", &positions) };
        format!("FREQ=MONTHLY{}{by}{positions}", joined("BYMONTH", &months))
    });
    let yearly = (months(), month_days(), weekdays(), numbered(5), numbered(53), positions(), 0..3);
    let yearly = yearly.prop_map(|(months, month_days, plain, few, many, positions, kind)| {
        let (month_days, days) = match (kind, months.is_empty()) {
            (0, _) => (month_days, plain),
            (_, true) => (vec![], many),
            (_, false) => (month_days, few),
        };
        let by = joined("BYMONTHDAY", &month_days) + &joined("BYDAY", &days);
        let positions = if by.is_empty() { String::new() } else { joined("BYSETPOS", &positions) };
        format!("FREQ=YEARLY{}{by}{positions}", joined("BYMONTH", &months))
    });
    prop_oneof![daily, weekly, monthly, yearly]
}

#[derive(Clone, Debug)]
struct Case {
    rule: String,
    zone: &'static str,
    /// `20260314T023000`.
    starts: String,
    /// Seconds from the start, of a question in the midst.
    asked: i64,
}

fn case() -> impl Strategy<Value = Case> {
    let interval = prop_oneof![3 => Just(1_u16), 2 => 2..=5_u16, 1 => 6..=40_u16];
    let count = option::weighted(0.2, 1..=60_u16);
    let until = option::weighted(0.2, (0..8_u16, 1..=12_u8, 1..=28_u8, 0..24_u8));
    // Many at the hours at which clocks change, half of them in the months in which they do.
    let hour = prop_oneof![1..=3_u8, 0..24_u8];
    let month = prop_oneof![select(&[3_u8, 4, 9, 10, 11][..]), 1..=12_u8];
    let starts = (2019..=2027_u16, month, 1..=31_u8, hour, select(&[0_u8, 15, 30, 59][..]));
    let asked = 0..=400_000_000_i64;
    (parts(), interval, count, until, starts, select(ZONES), asked).prop_map(
        |(parts, interval, count, until, (year, month, day, hour, minute), zone, asked)| {
            let mut rule = format!("{parts};INTERVAL={interval}");
            match (count, until) {
                (Some(count), _) => rule += &format!(";COUNT={count}"),
                (None, Some((years, month, day, hour))) => {
                    rule += &format!(";UNTIL={}{month:02}{day:02}T{hour:02}0000Z", year + 1 + years);
                }
                (None, None) => {}
            }
            let starts = format!("{year}{month:02}{day:02}T{hour:02}{minute:02}00");
            Case { rule, zone, starts, asked }
        },
    )
}

/// What the other implementation says, and its start; nothing where it takes the start for no time at all.
fn theirs(case: &Case) -> Option<(Vec<DateTime<Tz>>, DateTime<Tz>)> {
    let text = format!("DTSTART;TZID={}:{}\nRRULE:{}", case.zone, case.starts, case.rule);
    let set: RRuleSet = text.parse().ok()?;
    let start = *set.get_dt_start();
    let mut dates = set.all(MOST).dates;
    dates.retain(|at| at.timestamp() < END);
    Some((dates, start))
}

fn seconds(at: Timestamp) -> i64 {
    at.as_second()
}

proptest! {
    #![proptest_config(fixed(3_000))]

    #[test]
    fn rules_mean_what_another_implementation_takes_them_to_mean(case in case()) {
        let Some((theirs, start)) = theirs(&case) else { return Ok(()) };
        let theirs: Vec<i64> = theirs.iter().map(DateTime::timestamp).collect();
        let rule = Rule::parse(&case.rule, &Limits::default()).map_err(|refused| TestCaseError::fail(refused.0))?;
        let again = Rule::parse(&rule.to_string(), &Limits::default());
        prop_assert_eq!(again.as_ref().map(ToString::to_string), Ok(rule.to_string()));
        let zone = TimeZone::get(case.zone).unwrap();
        let starts = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%S", &case.starts).unwrap();
        let starts = format!("{starts}").parse().unwrap();
        let series = Series { rule: &rule, starts, zone: &zone };
        let mut ours = Vec::new();
        let mut next = series.first();
        while let Some(at) = next.filter(|_| ours.len() < usize::from(MOST)) {
            let at = at.instant(&zone).unwrap();
            if seconds(at) >= END {
                break;
            }
            ours.push(seconds(at));
            next = series.after(at);
        }
        prop_assert_eq!(&ours, &theirs, "{:?}", case);
        // Asked for from anywhere it is the same as when they are gone through from the start.
        let asked = start.timestamp() + case.asked;
        if let Some(wanted) = theirs.iter().find(|at| **at > asked) {
            let found = series.after(Timestamp::from_second(asked).unwrap()).and_then(|at| at.instant(&zone));
            prop_assert_eq!(found.map(seconds), Some(*wanted), "{:?} after {}", case, asked);
        }
    }
}

/// The comparison says nothing where most of its rules name no day.
#[test]
fn most_rules_that_are_compared_have_days() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::new(fixed(1));
    let (mut long, mut some) = (0, 0);
    for _ in 0..300 {
        let case = case().new_tree(&mut runner).unwrap().current();
        let found = theirs(&case).map_or(0, |(dates, _)| dates.len());
        some += usize::from(found > 0);
        long += usize::from(found >= 10);
    }
    assert!(some > 200 && long > 120, "{some} of 300 have days, {long} many");
}
