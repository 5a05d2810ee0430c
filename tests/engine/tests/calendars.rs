//! Due times by the hours of a calendar, also where clocks change.

use engine::workflow::calendar::{Calendar, OutOfRange};
use engine::workflow::span::{Span, Unit};
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

fn berlin() -> Value {
    json!({"time_zone": "Europe/Berlin",
        "week": {"monday": [["08:00", "12:00"], ["13:00", "17:00"]], "tuesday": [["08:00", "16:00"]],
                 "wednesday": [["08:00", "16:00"]], "thursday": [["08:00", "16:00"]], "friday": [["08:00", "12:00"]]},
        "holidays": ["2026-05-14", "12-25"]})
}

fn due(calendar: &Calendar, from: &str, count: u32, unit: Unit) -> String {
    let from: jiff::Zoned = format!("{from}[Europe/Berlin]").parse().unwrap();
    let micros = from.timestamp().as_microsecond();
    let due = calendar.due(micros, &Span { unit, count, calendar: None }).unwrap();
    let due = Timestamp::from_microsecond(due).unwrap().to_zoned(from.time_zone().clone());
    due.strftime("%Y-%m-%dT%H:%M%:z").to_string()
}

#[test]
fn spans_end_where_people_expect() {
    let calendar = Calendar::parse(&berlin()).unwrap();
    // 2026-05-11 is a Monday, Thursday the 14th a holiday
    let cases = [
        ("2026-05-11T10:00", 90, Unit::Minutes, "2026-05-11T11:30+02:00"),
        ("2026-05-11T10:00", 2, Unit::Days, "2026-05-13T10:00+02:00"),
        ("2026-01-31T10:00", 1, Unit::Months, "2026-02-28T10:00+01:00"),
        ("2026-05-11T10:00", 2, Unit::Weeks, "2026-05-25T10:00+02:00"),
        // clocks go forward on 2026-03-29, back on 2026-10-25
        ("2026-03-28T10:00", 1, Unit::Days, "2026-03-29T10:00+02:00"),
        ("2026-03-28T10:00", 24, Unit::Hours, "2026-03-29T11:00+02:00"),
        ("2026-03-28T02:30", 1, Unit::Days, "2026-03-29T03:30+02:00"),
        ("2026-10-24T10:00", 24, Unit::Hours, "2026-10-25T09:00+01:00"),
        ("2026-10-24T02:30", 1, Unit::Days, "2026-10-25T02:30+02:00"),
        ("2026-05-11T10:00", 1, Unit::WorkingDays, "2026-05-12T10:00+02:00"),
        ("2026-05-13T10:00", 1, Unit::WorkingDays, "2026-05-15T10:00+02:00"),
        ("2026-05-13T15:00", 1, Unit::WorkingDays, "2026-05-15T12:00+02:00"),
        ("2026-05-13T18:00", 1, Unit::WorkingDays, "2026-05-18T08:00+02:00"),
        ("2026-05-16T12:00", 1, Unit::WorkingDays, "2026-05-19T08:00+02:00"),
        ("2026-03-27T09:00", 1, Unit::WorkingDays, "2026-03-30T09:00+02:00"),
        ("2026-12-24T09:00", 1, Unit::WorkingDays, "2026-12-28T09:00+01:00"),
        ("2027-12-24T09:00", 1, Unit::WorkingDays, "2027-12-27T09:00+01:00"),
        ("2026-05-11T11:00", 2, Unit::WorkingHours, "2026-05-11T14:00+02:00"),
        ("2026-05-11T12:30", 4, Unit::WorkingHours, "2026-05-11T17:00+02:00"),
        ("2026-05-11T12:30", 5, Unit::WorkingHours, "2026-05-12T09:00+02:00"),
        ("2026-05-13T15:30", 1, Unit::WorkingHours, "2026-05-15T08:30+02:00"),
        ("2026-03-27T11:00", 2, Unit::WorkingHours, "2026-03-30T09:00+02:00"),
    ];
    for (from, count, unit, expected) in cases {
        assert_eq!(due(&calendar, from, count, unit), expected, "{from} + {count} {}", unit.name());
    }
}

#[test]
fn hours_that_the_clocks_leave_out_or_repeat_count_as_they_pass() {
    let nights = json!({"time_zone": "Europe/Berlin", "week": {"sunday": [["00:00", "24:00"]]}});
    let calendar = Calendar::parse(&nights).unwrap();
    // the Sunday has 23 hours, then 25
    assert_eq!(due(&calendar, "2026-03-29T00:00", 23, Unit::WorkingHours), "2026-03-30T00:00+02:00");
    assert_eq!(due(&calendar, "2026-10-25T00:00", 25, Unit::WorkingHours), "2026-10-26T00:00+01:00");
}

#[test]
fn a_calendar_with_mistakes_is_refused_with_all_of_them() {
    let bad = json!({"time_zone": "Europe/Nowhere", "holiday": [], "holidays": ["2026-02-30", "13-01", 5],
        "week": {"funday": [], "monday": [["08:00", "07:00"], ["9:00", "10:00"]], "tuesday": {},
                 "friday": [["08:00", "12:00"], ["11:00", "13:00"]], "sunday": [["20:00", "24:01"]]}});
    let paths: Vec<_> = Calendar::parse(&bad).unwrap_err().into_iter().map(|p| p.path).collect();
    assert_eq!(
        paths,
        [
            "/time_zone",
            "/holiday",
            "/holidays/0",
            "/holidays/1",
            "/holidays/2",
            "/week/funday",
            "/week/monday/0",
            "/week/monday/1",
            "/week/tuesday",
            "/week/friday/1",
            "/week/sunday/0"
        ]
    );
    assert!(Calendar::parse(&json!({"time_zone": "UTC", "week": {}})).is_err(), "no hours at all");
    assert!(Calendar::parse(&json!({})).is_err());
    assert!(Calendar::parse(&json!(1)).is_err());
    assert!(Calendar::office("Europe/Nowhere").is_none());
}

#[test]
fn what_is_too_far_is_told() {
    let calendar = Calendar::office("UTC").unwrap();
    let last = Timestamp::MAX.as_microsecond();
    for unit in Unit::ALL {
        for count in [10_000, u32::MAX] {
            let span = Span { unit, count, calendar: None };
            assert_eq!(calendar.due(last, &span), Err(OutOfRange), "{count} {}", unit.name());
        }
    }
}

proptest! {
    /// Later starts are never due earlier, more is never due earlier, and nothing is due before it starts.
    #[test]
    fn due_times_are_in_order(
        from in 1_700_000_000..1_900_000_000i64,
        later in 0..10_000_000i64,
        count in 1..60u32,
        more in 0..10u32,
        unit in 0..Unit::ALL.len(),
    ) {
        let calendar = Calendar::parse(&berlin()).unwrap();
        let due = |from: i64, count| calendar.due(from * 1_000_000, &Span { unit: Unit::ALL[unit], count, calendar: None });
        let first = due(from, count).unwrap();
        prop_assert!(first > from * 1_000_000);
        prop_assert!(due(from, count + more).unwrap() >= first);
        // clocks that go back repeat an hour, and the end of a month many days
        let slack = 3_600_000_000;
        prop_assert!(due(from + later, count).unwrap() + slack >= first);
    }

    /// As many hours pass within the calendar as were asked for, counted minute by minute.
    #[test]
    fn working_hours_are_counted(from in 29_000_000..29_500_000i64, count in 1..40u32) {
        let calendar = Calendar::office("Europe/Berlin").unwrap();
        let due = calendar.due(from * 60_000_000, &Span { unit: Unit::WorkingHours, count, calendar: None }).unwrap();
        let zone = jiff::tz::TimeZone::get("Europe/Berlin").unwrap();
        let worked = (from..due / 60_000_000).filter(|minute| {
            let at = Timestamp::from_second(minute * 60).unwrap().to_zoned(zone.clone());
            at.weekday().to_monday_one_offset() <= 5 && (9..17).contains(&at.hour())
        });
        prop_assert_eq!(worked.count(), count as usize * 60);
    }
}
