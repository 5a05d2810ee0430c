//! Promise 8: whatever order verbs come in, a proposal is applied only by an approval of what was submitted and not edited since, or by an override.

use engine::workflow::status::{Status, Verb};
use proptest::prelude::*;

proptest! {
    #[test]
    fn nothing_is_applied_without_submit_and_approve(verbs in prop::collection::vec(0..Verb::ALL.len(), 0..40)) {
        let mut status = Status::NotSubmitted;
        let mut submitted_unedited = false;
        let mut closed = false;
        for verb in verbs.into_iter().map(|i| Verb::ALL[i]) {
            let Some(after) = status.after(verb) else { continue };
            prop_assert!(!closed, "{} happened to a closed proposal", verb.name());
            match verb {
                Verb::Submit => submitted_unedited = true,
                Verb::Approve => {
                    prop_assert!(submitted_unedited);
                    prop_assert_eq!(after, Status::Applied);
                }
                _ => submitted_unedited = false,
            }
            prop_assert_eq!(after == Status::Applied, matches!(verb, Verb::Approve | Verb::OverrideApply));
            closed = !after.is_open();
            status = after;
        }
    }
}
