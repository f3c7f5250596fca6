//! A day, or a time of one, on the clocks of some zone, and its text. Two times a year that is not the same as an instant.

use std::{fmt, str::FromStr};

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Local {
    pub date: Date,
    pub time: Option<Time>,
}

impl Local {
    /// With midnight where it has no time.
    pub fn datetime(self) -> DateTime {
        self.date.to_datetime(self.time.unwrap_or(Time::midnight()))
    }

    /// RFC 5545, 3.3.5: of a time that comes twice the first is meant; one that the clocks leave out is read with the offset from before
    /// they were put forward (half past two is half past three). `None` beyond what calendars hold.
    pub fn instant(self, zone: &TimeZone) -> Option<Timestamp> {
        self.datetime().to_zoned(zone.clone()).ok().map(|zoned| zoned.timestamp())
    }
}

impl fmt::Display for Local {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.time {
            Some(time) => write!(f, "{}", self.date.to_datetime(time)),
            None => write!(f, "{}", self.date),
        }
    }
}

impl FromStr for Local {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.contains('T') {
            let at: DateTime = text.parse()?;
            Ok(Self { date: at.date(), time: Some(at.time()) })
        } else {
            Ok(Self { date: text.parse()?, time: None })
        }
    }
}
