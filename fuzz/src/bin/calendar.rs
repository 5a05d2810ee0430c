//! Any text as a calendar, and what is due by it: after eight bytes for the moment, one for the unit and four for the count.
#![no_main]

use engine::workflow::calendar::Calendar;
use engine::workflow::json;
use engine::workflow::span::{Span, Unit};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((moment, rest)) = bytes.split_first_chunk::<8>() else { return };
    let Some((unit, rest)) = rest.split_first() else { return };
    let Some((count, text)) = rest.split_first_chunk::<4>() else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let Ok(value) = json::read(text) else { return };
    let span = Span {
        unit: Unit::ALL[usize::from(*unit) % Unit::ALL.len()],
        // more is refused where a span is written
        count: u32::from_le_bytes(*count) % 10_001,
        calendar: None,
    };
    let Ok(calendar) = Calendar::parse(&value) else { return };
    let moment = i64::from_le_bytes(*moment);
    if let Ok(due) = calendar.due(moment, &span) {
        assert!(due >= moment);
    }
});
