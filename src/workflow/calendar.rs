//! Due times: a span after a moment, in a time zone and by the hours of a calendar.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;
use serde_json::Value;

use super::span::{Span, Unit};
use super::validate::{Problem, Severity, escape};

/// Days of a week in the order of `Calendar::week`.
const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// When people work.
#[derive(Clone, Debug)]
pub struct Calendar {
    zone: TimeZone,
    /// for each weekday, minutes of the day from, to
    week: [Vec<(u16, u16)>; 7],
    holidays: BTreeSet<Date>,
    /// month, day
    yearly: BTreeSet<(i8, i8)>,
}

/// The moment is beyond what can be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutOfRange;

impl From<jiff::Error> for OutOfRange {
    fn from(_: jiff::Error) -> Self {
        OutOfRange
    }
}

impl Calendar {
    /// The calendar where none is named: Monday to Friday, 9 to 17, no holidays. `None`: no such time zone.
    pub fn office(zone: &str) -> Option<Self> {
        let zone = TimeZone::get(zone).ok()?;
        let day = |i: usize| if i < 5 { vec![(9 * 60, 17 * 60)] } else { Vec::new() };
        Some(Calendar { zone, week: std::array::from_fn(day), holidays: BTreeSet::new(), yearly: BTreeSet::new() })
    }

    /// Reads `{"time_zone": "Europe/Berlin", "week": {"monday": [["08:00", "12:00"], ["13:00", "17:00"]], …}, "holidays":
    /// ["2026-12-25", "01-01"]}`. Days that are not there are free; a holiday without a year is one every year.
    ///
    /// # Errors
    /// Every mistake, at its JSON pointer.
    pub fn parse(value: &Value) -> Result<Self, Vec<Problem>> {
        let mut problems = Problems::default();
        let mut calendar = Calendar {
            zone: TimeZone::UTC,
            week: Default::default(),
            holidays: BTreeSet::new(),
            yearly: BTreeSet::new(),
        };
        let Value::Object(map) = value else {
            problems.add("", "an object expected");
            return Err(problems.0);
        };
        for (key, value) in map {
            let at = format!("/{}", escape(key));
            match (key.as_str(), value) {
                ("time_zone", Value::String(name)) => match TimeZone::get(name) {
                    Ok(zone) => calendar.zone = zone,
                    Err(_) => problems.add(&at, &format!("time zone \"{name}\" is not known")),
                },
                ("week", Value::Object(days)) => {
                    for (day, hours) in days {
                        let at = format!("{at}/{}", escape(day));
                        match DAYS.iter().position(|d| d == day) {
                            Some(i) => calendar.week[i] = problems.hours(hours, &at),
                            None => problems.add(&at, &format!("\"{day}\" is not one of: {}", DAYS.join(", "))),
                        }
                    }
                }
                ("holidays", Value::Array(list)) => {
                    for (i, day) in list.iter().enumerate() {
                        calendar.holiday(day, &format!("{at}/{i}"), &mut problems);
                    }
                }
                ("time_zone", _) => problems.add(&at, "a text expected"),
                ("week", _) => problems.add(&at, "an object expected"),
                ("holidays", _) => problems.add(&at, "a list expected"),
                _ => problems.add(&at, "unknown field; valid are: time_zone, week, holidays"),
            }
        }
        for key in ["time_zone", "week"].into_iter().filter(|key| !map.contains_key(*key)) {
            problems.add("", &format!("field \"{key}\" is missing"));
        }
        if problems.0.is_empty() && calendar.week.iter().all(Vec::is_empty) {
            problems.add("/week", "no hours at all: no work would ever be due");
        }
        if problems.0.is_empty() { Ok(calendar) } else { Err(problems.0) }
    }

    fn holiday(&mut self, day: &Value, at: &str, problems: &mut Problems) {
        let text = day.as_str().unwrap_or_default();
        // 2024 has every day that a year can have
        let yearly = text.len() == 5;
        let date = if yearly { format!("2024-{text}") } else { text.into() };
        match date.parse::<Date>() {
            Ok(date) if yearly => drop(self.yearly.insert((date.month(), date.day()))),
            Ok(date) if text.len() == 10 => drop(self.holidays.insert(date)),
            _ => problems.add(at, "a date expected, as \"2026-12-25\" or, every year, \"12-25\""),
        }
    }

    /// The moment a span after another, both in microseconds since 1970 in UTC.
    ///
    /// Minutes and hours go by the clock. Days, weeks and months keep the time of day of the calendar's time zone; where the
    /// clocks leave it out, it is as much later. A working day ends at the time of day at which it began, within the hours
    /// of that day; what begins outside of the hours begins when they next start.
    ///
    /// # Errors
    /// It is after the year 9999.
    pub fn due(&self, from: i64, span: &Span) -> Result<i64, OutOfRange> {
        let from = Timestamp::from_microsecond(from)?;
        let n = i64::from(span.count);
        let local = from.to_zoned(self.zone.clone());
        let none = jiff::Span::new();
        let due = match span.unit {
            Unit::Minutes => from.checked_add(none.try_minutes(n)?)?,
            Unit::Hours => from.checked_add(none.try_hours(n)?)?,
            Unit::Days => local.checked_add(none.try_days(n)?)?.timestamp(),
            Unit::Weeks => local.checked_add(none.try_weeks(n)?)?.timestamp(),
            Unit::Months => local.checked_add(none.try_months(n)?)?.timestamp(),
            Unit::WorkingDays => self.working_days(from, span.count)?,
            Unit::WorkingHours => self.working_hours(from, span.count)?,
        };
        Ok(due.as_microsecond())
    }

    /// The hours of a date.
    fn hours(&self, date: Date) -> &[(u16, u16)] {
        if self.holidays.contains(&date) || self.yearly.contains(&(date.month(), date.day())) {
            return &[];
        }
        let day = match date.weekday() {
            Weekday::Monday => 0,
            Weekday::Tuesday => 1,
            Weekday::Wednesday => 2,
            Weekday::Thursday => 3,
            Weekday::Friday => 4,
            Weekday::Saturday => 5,
            Weekday::Sunday => 6,
        };
        &self.week[day]
    }

    fn moment(&self, date: Date, minute: u16) -> Result<Timestamp, OutOfRange> {
        let (date, minute) = if minute == 24 * 60 { (date.tomorrow()?, 0) } else { (date, minute) };
        let time = jiff::civil::time((minute / 60) as i8, (minute % 60) as i8, 0, 0);
        Ok(DateTime::from_parts(date, time).to_zoned(self.zone.clone())?.timestamp())
    }

    /// The given moment if somebody works then, else when work next starts.
    fn at_work(&self, from: Timestamp) -> Result<Timestamp, OutOfRange> {
        let mut date = from.to_zoned(self.zone.clone()).date();
        loop {
            for &(start, end) in self.hours(date) {
                if from < self.moment(date, end)? {
                    return Ok(from.max(self.moment(date, start)?));
                }
            }
            date = date.tomorrow()?;
        }
    }

    fn working_days(&self, from: Timestamp, count: u32) -> Result<Timestamp, OutOfRange> {
        let begin = self.at_work(from)?.to_zoned(self.zone.clone());
        let mut date = begin.date();
        for _ in 0..count {
            date = date.tomorrow()?;
            while self.hours(date).is_empty() {
                date = date.tomorrow()?;
            }
        }
        let due = DateTime::from_parts(date, begin.time()).to_zoned(self.zone.clone())?.timestamp();
        match (self.hours(date).first(), self.hours(date).last()) {
            (Some(&(open, _)), Some(&(_, close))) => {
                Ok(due.max(self.moment(date, open)?).min(self.moment(date, close)?))
            }
            _ => Ok(due),
        }
    }

    fn working_hours(&self, from: Timestamp, count: u32) -> Result<Timestamp, OutOfRange> {
        let mut left = i128::from(count) * 3_600_000_000_000;
        let mut date = self.at_work(from)?.to_zoned(self.zone.clone()).date();
        loop {
            for &(start, end) in self.hours(date) {
                let (start, end) = (self.moment(date, start)?.max(from), self.moment(date, end)?);
                let here = end.as_nanosecond() - start.as_nanosecond();
                if here >= left {
                    return Ok(Timestamp::from_nanosecond(start.as_nanosecond() + left)?);
                }
                left -= here.max(0);
            }
            date = date.tomorrow()?;
        }
    }
}

#[derive(Default)]
struct Problems(Vec<Problem>);

impl Problems {
    fn add(&mut self, path: &str, message: &str) {
        self.0.push(Problem { path: path.into(), severity: Severity::Error, message: message.into() });
    }

    fn hours(&mut self, value: &Value, at: &str) -> Vec<(u16, u16)> {
        let mut hours: Vec<(u16, u16)> = Vec::new();
        let Value::Array(list) = value else {
            self.add(at, "a list of [from, to] expected");
            return hours;
        };
        for (i, pair) in list.iter().enumerate() {
            let time = |n: usize| pair.get(n).and_then(Value::as_str).and_then(minutes);
            let length = pair.as_array().map_or(0, Vec::len);
            match (time(0), time(1), length) {
                (Some(from), Some(to), 2) if from < to && hours.last().is_none_or(|(_, end)| *end <= from) => {
                    hours.push((from, to));
                }
                _ => self.add(&format!("{at}/{i}"), "[\"08:00\", \"12:00\"] expected, in order and without overlap"),
            }
        }
        hours
    }
}

/// Minutes since midnight of `HH:MM`; 24:00 is the end of the day.
fn minutes(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':').filter(|(h, m)| h.len() == 2 && m.len() == 2)?;
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit()).then(|| s.parse::<u16>().ok()).flatten();
    let minutes = digits(hour)? * 60 + digits(minute).filter(|m| *m < 60)?;
    (minutes <= 24 * 60).then_some(minutes)
}
