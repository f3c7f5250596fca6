//! What a person prefers. The server keeps it so that every device shows the same; what it means is the client's matter.

use jiff::civil::Weekday;
use lockstep_protocol::{
    codes::{Code, Failure},
    ids::OrgId,
    limits::Limits,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

const MINUTES_MAX: u16 = 24 * 60;
const DAYS: std::ops::RangeInclusive<u8> = 1..=7;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    System,
    Light,
    Dark,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WeekStart {
    Monday,
    Saturday,
    Sunday,
}

/// When somebody works, in their time zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct WorkingHours {
    /// 1 is Monday, 7 Sunday (ISO 8601).
    days: Vec<u8>,
    /// Minutes after midnight.
    from: u16,
    /// Minutes after midnight, later than `from`.
    to: u16,
}

/// What is absent was not chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Preferences {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    theme: Option<Theme>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    week_start: Option<WeekStart>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    working_hours: Option<WorkingHours>,
    /// Organizations whose set-up guide was put away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    guides_closed: Option<Vec<OrgId>>,
}

impl Preferences {
    /// Out of the table; what a newer version wrote and this one does not know is left out.
    pub fn stored(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    /// The first day of their week; Monday where nothing was chosen (ISO 8601).
    pub const fn week_starts_on(&self) -> Weekday {
        match self.week_start {
            Some(WeekStart::Sunday) => Weekday::Sunday,
            Some(WeekStart::Saturday) => Weekday::Saturday,
            Some(WeekStart::Monday) | None => Weekday::Monday,
        }
    }

    /// For the table, refused where it makes no sense.
    pub fn checked(self, limits: &Limits) -> Result<String, Failure> {
        if let Some(closed) = &self.guides_closed
            && closed.len() > limits.orgs_per_account_max
        {
            let limit = limits.orgs_per_account_max as u64;
            return Err(Failure::new(Code::FieldInvalid).field("preferences.guides_closed").limit(limit));
        }
        if let Some(hours) = &self.working_hours {
            let invalid = |field: &str, why: &str| {
                Err(Failure::because(Code::FieldInvalid, why).field(format!("preferences.working_hours.{field}")))
            };
            let ascending = hours.days.windows(2).all(|pair| pair[0] < pair[1]);
            if hours.days.is_empty() || !ascending || !hours.days.iter().all(|day| DAYS.contains(day)) {
                return invalid("days", "Days are 1 (Monday) to 7 (Sunday), each once, in order.");
            }
            if hours.to > MINUTES_MAX {
                return invalid("to", "A day has 1440 minutes.");
            }
            if hours.from >= hours.to {
                return invalid("from", "Work begins before it ends.");
            }
        }
        serde_json::to_string(&self).map_err(|_| Failure::new(Code::Internal))
    }
}
