//! Recurrence by example. `against` compares it with another implementation, rule by rule.

mod against;

use jiff::{Timestamp, civil::date, tz::TimeZone};
use lockstep_domain::recur::{Frequency, Local, Rule, Series};
use lockstep_protocol::limits::Limits;

fn rule(text: &str) -> Rule {
    Rule::parse(text, &Limits::default()).unwrap_or_else(|refused| panic!("{text}: {}", refused.0))
}

fn refusal(text: &str) -> String {
    Rule::parse(text, &Limits::default()).expect_err(text).0
}

/// The first ones from the start on, on the clocks of the zone and as instants.
fn first(text: &str, starts: &str, zone: &str, most: usize) -> Vec<(String, String)> {
    let (rule, zone) = (rule(text), TimeZone::get(zone).unwrap());
    let series = Series { rule: &rule, starts: starts.parse().unwrap(), zone: &zone };
    let mut found = Vec::new();
    let mut next = series.first();
    while let Some(at) = next.filter(|_| found.len() < most) {
        let instant = at.instant(&zone).unwrap();
        found.push((at.to_string(), instant.to_string()));
        next = if at.time.is_some() { series.after(instant) } else { series.after_day(at.date) };
    }
    found
}

fn days(text: &str, starts: &str, most: usize) -> Vec<String> {
    first(text, starts, "Europe/Berlin", most).into_iter().map(|(at, _)| at).collect()
}

#[test]
fn days_of_common_rules() {
    assert_eq!(days("FREQ=DAILY;INTERVAL=10", "2026-12-25", 3), ["2026-12-25", "2027-01-04", "2027-01-14"]);
    assert_eq!(days("FREQ=WEEKLY", "2026-11-24", 2), ["2026-11-24", "2026-12-01"]);
    assert_eq!(days("FREQ=WEEKLY;BYDAY=MO,TH", "2026-11-24", 3), ["2026-11-26", "2026-11-30", "2026-12-03"]);
    assert_eq!(days("FREQ=MONTHLY", "2026-01-31", 3), ["2026-01-31", "2026-03-31", "2026-05-31"]);
    assert_eq!(days("FREQ=MONTHLY;BYMONTHDAY=-1", "2027-12-31", 3), ["2027-12-31", "2028-01-31", "2028-02-29"]);
    assert_eq!(days("FREQ=MONTHLY;BYDAY=-1FR", "2026-11-01", 2), ["2026-11-27", "2026-12-25"]);
    assert_eq!(days("FREQ=MONTHLY;BYDAY=5SU", "2026-11-01", 2), ["2026-11-29", "2027-01-31"]);
    assert_eq!(
        days("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "2026-01-01", 3),
        ["2026-02-13", "2026-03-13", "2026-11-13"]
    );
    assert_eq!(days("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "2026-10-01", 2), ["2026-10-30", "2026-11-30"]);
    assert_eq!(days("FREQ=YEARLY", "2024-02-29", 2), ["2024-02-29", "2028-02-29"]);
    assert_eq!(days("FREQ=YEARLY;BYMONTH=5;BYDAY=2SU", "2026-01-01", 2), ["2026-05-10", "2027-05-09"]);
    assert_eq!(days("FREQ=YEARLY;BYDAY=-1MO", "2026-01-01", 2), ["2026-12-28", "2027-12-27"]);
    assert_eq!(days("FREQ=YEARLY;BYMONTHDAY=1;BYDAY=FR", "2026-01-01", 2), ["2026-05-01", "2027-01-01"]);
}

/// RFC 5545, 3.3.10: the same rule by weeks that begin on Monday and on Sunday.
#[test]
fn every_other_week_goes_by_what_weeks_begin_with() {
    let by = |start| days(&format!("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST={start}"), "1997-08-05", 9);
    assert_eq!(by("MO"), ["1997-08-05", "1997-08-10", "1997-08-19", "1997-08-24"]);
    assert_eq!(by("SU"), ["1997-08-05", "1997-08-17", "1997-08-19", "1997-08-31"]);
}

/// The first week is chosen from whole, also where the series starts in its midst. (The other implementation chooses from what is left of it.)
#[test]
fn one_of_each_week() {
    let text = "FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=-1";
    assert_eq!(days(text, "2026-11-25", 2), ["2026-11-27", "2026-12-04"]);
    assert_eq!(days("FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=1", "2026-11-25", 2), ["2026-11-30", "2026-12-07"]);
    assert_eq!(days("FREQ=WEEKLY;BYDAY=SU,MO;BYSETPOS=1;WKST=SU", "2026-11-22", 2), ["2026-11-22", "2026-11-29"]);
}

#[test]
fn rules_end() {
    assert_eq!(days("FREQ=DAILY;COUNT=2", "2026-11-22", 9), ["2026-11-22", "2026-11-23"]);
    assert_eq!(days("FREQ=DAILY;UNTIL=20261123", "2026-11-22", 9), ["2026-11-22", "2026-11-23"]);
    assert_eq!(days("FREQ=DAILY;UNTIL=20261123T120000", "2026-11-22", 9), ["2026-11-22", "2026-11-23"]);
    // Half past eleven at night in UTC is the next day in Berlin.
    assert_eq!(days("FREQ=DAILY;UNTIL=20261122T233000Z", "2026-11-22", 9), ["2026-11-22", "2026-11-23"]);
    let nine = |text| days(text, "2026-11-22T09:00:00", 9).len();
    assert_eq!(nine("FREQ=DAILY;UNTIL=20261124"), 3);
    assert_eq!(nine("FREQ=DAILY;UNTIL=20261124T090000"), 3);
    assert_eq!(nine("FREQ=DAILY;UNTIL=20261124T080000Z"), 3);
    assert_eq!(nine("FREQ=DAILY;UNTIL=20261124T075959Z"), 2);
    assert_eq!(days("FREQ=DAILY;UNTIL=20261121", "2026-11-22", 9).len(), 0);
}

/// Half past two does not exist in Berlin on 2027-03-28, and comes twice on 2026-10-25.
#[test]
fn times_that_clocks_leave_out_or_show_twice() {
    let spring = first("FREQ=DAILY", "2027-03-27T02:30:00", "Europe/Berlin", 3);
    let instants: Vec<&str> = spring.iter().map(|(_, instant)| instant.as_str()).collect();
    assert_eq!(instants, ["2027-03-27T01:30:00Z", "2027-03-28T01:30:00Z", "2027-03-29T00:30:00Z"]);
    assert_eq!(spring[1].0, "2027-03-28T02:30:00", "it is remembered as what it stands for, so the next is not moved");
    let autumn = first("FREQ=DAILY", "2026-10-24T02:30:00", "Europe/Berlin", 3);
    let instants: Vec<&str> = autumn.iter().map(|(_, instant)| instant.as_str()).collect();
    assert_eq!(instants, ["2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]);
    // Where clocks are put forward at midnight, a day begins at one; and a day that an island jumped over falls on the next.
    let cairo = first("FREQ=DAILY", "2026-04-23T00:00:00", "Africa/Cairo", 2);
    assert_eq!(cairo[1].1, "2026-04-23T22:00:00Z");
    let apia: Vec<String> =
        first("FREQ=DAILY", "2011-12-29T09:00:00", "Pacific/Apia", 3).into_iter().map(|(_, at)| at).collect();
    assert_eq!(apia, ["2011-12-29T19:00:00Z", "2011-12-30T19:00:00Z", "2011-12-31T19:00:00Z"]);
}

/// All that never match again. Were each looked for until the year 9999, this would take minutes.
#[test]
#[allow(clippy::disallowed_methods, reason = "how long it takes is what is asked")]
fn what_never_comes_is_not_looked_for_for_ever() {
    let began = std::time::Instant::now();
    for text in [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31",
        "FREQ=MONTHLY;BYMONTH=4;BYMONTHDAY=31;COUNT=1000",
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;INTERVAL=5;BYMONTH=2;BYMONTHDAY=30;UNTIL=99991231",
    ] {
        let rule = rule(text);
        let starts = Local { date: date(2026, 11, 22), time: None };
        let series = Series { rule: &rule, starts, zone: &TimeZone::UTC };
        for _ in 0..3 {
            assert_eq!(series.first(), None, "{text}");
        }
        assert_eq!(series.after_day(date(9000, 1, 1)), None, "{text}");
    }
    assert!(began.elapsed().as_secs() < 15, "{:?}", began.elapsed());
    let last = rule("FREQ=DAILY");
    let series = Series { rule: &last, starts: "9999-12-30".parse().unwrap(), zone: &TimeZone::UTC };
    assert_eq!(series.after_day(date(9999, 12, 30)).unwrap().to_string(), "9999-12-31");
    assert_eq!(series.after_day(date(9999, 12, 31)), None);
    assert_eq!(series.after(Timestamp::MAX), None);
}

#[test]
fn rules_are_written_as_they_are_read() {
    for text in [
        "FREQ=DAILY",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=SU",
        "FREQ=WEEKLY;BYDAY=MO,SU;BYSETPOS=1;WKST=SU",
        "FREQ=MONTHLY;COUNT=12;BYMONTHDAY=-31,-1,1,31",
        "FREQ=MONTHLY;UNTIL=20271231;BYDAY=-1FR,1MO",
        "FREQ=YEARLY;INTERVAL=3000;UNTIL=20271231T235959;BYMONTH=1,12;BYDAY=SA,SU;BYSETPOS=-1",
        "FREQ=YEARLY;UNTIL=20271231T225959Z;BYDAY=-53MO,53SU",
    ] {
        assert_eq!(rule(text).to_string(), text);
    }
    assert_eq!(rule(" rrule:byday=th,mo,mo;freq=weekly;wkst=su;interval=1 ").to_string(), "FREQ=WEEKLY;BYDAY=MO,TH");
    assert_eq!(rule("FREQ=MONTHLY;BYMONTHDAY=+15,1").to_string(), "FREQ=MONTHLY;BYMONTHDAY=1,15");
}

#[test]
fn what_is_not_understood_is_refused_by_name() {
    for (text, why) in [
        ("", "A rule is NAME=VALUE;NAME=VALUE."),
        ("FREQ=DAILY;", "A rule is NAME=VALUE;NAME=VALUE."),
        ("INTERVAL=2", "FREQ is missing."),
        ("FREQ=HOURLY", "FREQ is DAILY, WEEKLY, MONTHLY or YEARLY."),
        ("FREQ=DAILY;FREQ=DAILY", "FREQ stands there twice."),
        ("FREQ=DAILY;BYHOUR=9", "BYHOUR is not supported."),
        ("FREQ=YEARLY;BYWEEKNO=20", "BYWEEKNO is not supported."),
        ("FREQ=YEARLY;BYYEARDAY=200", "BYYEARDAY is not supported."),
        ("FREQ=YEARLY;RSCALE=HEBREW", "RSCALE is not supported."),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL goes from 1 to 3000."),
        ("FREQ=DAILY;INTERVAL=3001", "INTERVAL goes from 1 to 3000."),
        ("FREQ=DAILY;INTERVAL=+2", "INTERVAL goes from 1 to 3000."),
        ("FREQ=DAILY;COUNT=1001", "COUNT goes from 1 to 1000."),
        ("FREQ=DAILY;COUNT=99999999999999999999", "COUNT goes from 1 to 1000."),
        ("FREQ=DAILY;COUNT=2;UNTIL=20261231", "A rule has COUNT or UNTIL, not both."),
        ("FREQ=DAILY;UNTIL=2026-12-31", "UNTIL is a day (20261231) or a time (20261231T235959, 20261231T225959Z)."),
        ("FREQ=DAILY;UNTIL=20260230", "UNTIL is a day (20261231) or a time (20261231T235959, 20261231T225959Z)."),
        (
            "FREQ=DAILY;UNTIL=20260201T250000",
            "UNTIL is a day (20261231) or a time (20261231T235959, 20261231T225959Z).",
        ),
        ("FREQ=DAILY;UNTIL=2026é123", "UNTIL is a day (20261231) or a time (20261231T235959, 20261231T225959Z)."),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY goes from 1 to 31."),
        ("FREQ=MONTHLY;BYMONTHDAY=-32", "BYMONTHDAY goes from 1 to 31."),
        ("FREQ=MONTHLY;BYMONTHDAY=", "BYMONTHDAY goes from 1 to 31."),
        ("FREQ=MONTHLY;BYMONTH=13", "BYMONTH goes from 1 to 12."),
        ("FREQ=WEEKLY;BYDAY=XX", "Weekdays are MO, TU, WE, TH, FR, SA and SU."),
        ("FREQ=WEEKLY;BYDAY=€", "Weekdays are of ASCII letters."),
        ("FREQ=WEEKLY;BYDAY=1MO", "Only a month or a year has an nth weekday."),
        ("FREQ=MONTHLY;BYDAY=1MO,TU", "BYDAY has weekdays with a number or without, not both."),
        ("FREQ=MONTHLY;BYDAY=6MO", "No month has more than five of a weekday."),
        ("FREQ=YEARLY;BYMONTH=1;BYDAY=6MO", "No month has more than five of a weekday."),
        ("FREQ=YEARLY;BYDAY=54MO", "The number before a weekday goes from 1 to 53."),
        ("FREQ=YEARLY;BYDAY=1MO;BYMONTHDAY=1", "The nth weekday of a year does not go with BYMONTHDAY."),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "A weekly rule has no BYMONTHDAY."),
        ("FREQ=DAILY;BYDAY=MO;BYSETPOS=1", "BYSETPOS has nothing to choose from in a single day."),
        ("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS chooses among what another part names, and there is none."),
        ("FREQ=DAILY;<b>=1", "B is not supported."),
    ] {
        assert_eq!(refusal(text), why, "{text}");
    }
    let most = Limits::default().repeat_rule_chars_max;
    let long = |length: usize| format!("{}FREQ=DAILY", " ".repeat(length - 10));
    assert_eq!(rule(&long(most)).frequency, Frequency::Daily);
    assert_eq!(refusal(&long(most + 1)), "A rule has at most 500 characters.");
}
