//! Any text as a condition and as a text with placeholders.
#![no_main]

use engine::workflow::inputs::fields_of_condition;
use engine::workflow::text::{field, is_known, placeholders, render};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    fields_of_condition(text);
    for name in placeholders(text) {
        is_known(name);
        field(name);
    }
    let unchanged = render(text, |name| Some(format!("{{{{{name}}}}}")));
    // blanks within the braces are not kept
    assert_eq!(unchanged.replace(char::is_whitespace, ""), text.replace(char::is_whitespace, ""));
});
