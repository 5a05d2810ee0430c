//! Completion policies: how many of the people of a step must respond.

use super::definition::CompletionPolicy;

impl CompletionPolicy {
    /// How many of so many people must say yes. Any rejection before that rejects.
    pub fn needed(self, people: u32) -> u32 {
        match self {
            CompletionPolicy::SingleApprover => 1,
            CompletionPolicy::Majority => people / 2 + 1,
            CompletionPolicy::AllApprovers => people.max(1),
            CompletionPolicy::Percentage(percent) => {
                let needed = (u64::from(people) * u64::from(percent)).div_ceil(100).max(1);
                u32::try_from(needed).unwrap_or(u32::MAX)
            }
            CompletionPolicy::Count(count) => count,
        }
    }

    /// Whether it counts people, so that each of them gets a work item of his own.
    pub fn counts_people(self) -> bool {
        self != CompletionPolicy::SingleApprover
    }
}
