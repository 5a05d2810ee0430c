//! Any definition, state, event and answers, one a line: the engine answers, whatever somebody has written into its notes.
#![no_main]

use engine::workflow::definition::Definition;
use engine::workflow::diagram::diagram;
use engine::workflow::engine::advance;
use engine::workflow::event::Event;
use engine::workflow::fields::decidable;
use engine::workflow::question::Answers;
use engine::workflow::state::{State, standing};
use libfuzzer_sys::fuzz_target;
use serde_json::from_str;

fuzz_target!(|text: &str| {
    let mut lines = text.split('\n');
    let mut line = || lines.next().unwrap_or_default();
    let (Ok(definition), Ok(state)) = (from_str::<Definition>(line()), from_str::<State>(line())) else { return };
    diagram(&definition, Some(&state));
    standing(&definition, &state);
    let (event, answers) = (from_str::<Event>(line()), from_str::<Answers>(line()));
    if let Ok(event) = event {
        let _ = advance(&definition, &state, &event, &answers.unwrap_or_default());
    }
    decidable(&definition, line(), &[line().to_owned()]);
});
