//! A span of time as a definition writes it: `{"working_days": 2, "calendar": "de"}`.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use serde_json::{Map, Number, Value};

/// What a span counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// 60 seconds.
    Minutes,
    /// 60 minutes, by the clock.
    Hours,
    /// Days of the calendar's time zone: the same time of day, also when clocks change.
    Days,
    /// Seven days.
    Weeks,
    /// The same day of a later month, or its last day.
    Months,
    /// Days on which the calendar has hours.
    WorkingDays,
    /// 60 minutes within the calendar's hours.
    WorkingHours,
}

impl Unit {
    /// All of them.
    pub const ALL: [Unit; 7] =
        [Unit::Minutes, Unit::Hours, Unit::Days, Unit::Weeks, Unit::Months, Unit::WorkingDays, Unit::WorkingHours];

    /// Its key in a definition.
    pub const fn name(self) -> &'static str {
        match self {
            Unit::Minutes => "minutes",
            Unit::Hours => "hours",
            Unit::Days => "days",
            Unit::Weeks => "weeks",
            Unit::Months => "months",
            Unit::WorkingDays => "working_days",
            Unit::WorkingHours => "working_hours",
        }
    }
}

/// A number of units, in a calendar of its own where it names one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// What it counts.
    pub unit: Unit,
    /// How many.
    pub count: u32,
    /// The calendar; without one, that of the workflow.
    pub calendar: Option<String>,
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = Map::new();
        map.insert(self.unit.name().into(), self.count.into());
        if let Some(calendar) = &self.calendar {
            map.insert("calendar".into(), calendar.clone().into());
        }
        map.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut map = Map::deserialize(deserializer)?;
        let calendar = match map.remove("calendar") {
            None => None,
            Some(Value::String(name)) => Some(name),
            Some(_) => return Err(D::Error::custom("a calendar is named by a string")),
        };
        let mut entries = map.iter();
        let (Some((key, count)), None) = (entries.next(), entries.next()) else {
            return Err(D::Error::custom("a span has one unit"));
        };
        let unit = Unit::ALL.into_iter().find(|u| u.name() == key).ok_or_else(|| D::Error::custom("unknown unit"))?;
        let count = count.as_number().and_then(whole_number).ok_or_else(|| D::Error::custom("a span counts"))?;
        Ok(Span { unit, count, calendar })
    }
}

/// The number as a count, where it is one: JSON does not tell 2 from 2.0, and neither does JSON Schema.
pub fn whole_number(number: &Number) -> Option<u32> {
    if let Some(n) = number.as_u64() {
        return u32::try_from(n).ok();
    }
    let n = number.as_f64()?;
    (n >= 0.0 && n <= f64::from(u32::MAX) && n.fract() == 0.0).then_some(n as u32)
}

/// For serde: a count that may be written `2.0`.
///
/// # Errors
/// When it is not a whole number of 32 bits.
pub fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let number = Number::deserialize(deserializer)?;
    whole_number(&number).ok_or_else(|| D::Error::custom("not a whole number"))
}
