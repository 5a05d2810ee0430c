//! What is wrong with a definition that has the right shape.

use super::definition::*;
use super::text;
use super::tree::Work;
use super::validate::Report;

/// Adds to the report what is contradictory (errors) or probably not meant (warnings).
pub(super) fn check(definition: &Definition, report: &mut Report) {
    let mut can_approve = false;
    definition.visit(&mut |path, element| match element {
        Element::Approval(e) => {
            can_approve = true;
            approval(e, path, report);
        }
        Element::Task(e) => {
            work(e.into(), path, report);
            automatic(e.automatic_action.as_ref(), path, report);
            texts(&e.subject, &e.instructions, path, report);
            if !e.allowed_actions.contains(&Action::Complete) {
                report.error(&format!("{path}/allowed_actions"), "without \"complete\" nobody can finish it");
            }
        }
        Element::ManualDecision(e) => {
            can_approve = true;
            work(e.into(), path, report);
            texts(&e.subject, &e.instructions, path, report);
            if let Some(end) = &e.end_action
                && !e.outcomes.iter().any(|o| o.name == *end)
            {
                report.error(&format!("{path}/end_action"), format!("\"{end}\" is not one of its outcomes"));
            }
        }
        _ => {}
    });
    if !can_approve {
        report.error("/elements", "no approval and no manual decision: nothing could ever be approved");
    }
}

fn approval(e: &Approval, path: &str, report: &mut Report) {
    automatic(e.automatic_action.as_ref(), path, report);
    if !e.allowed_actions.contains(&Action::Approve) {
        report.error(&format!("{path}/allowed_actions"), "without \"approve\" nobody can approve it");
    }
    ending(e.end_action, path, report);
    if e.end_action.is_some() && e.time_limit.is_none() {
        report.warning(&format!("{path}/end_action"), "never happens without a time_limit");
    }
    for (i, step) in e.steps.iter().enumerate() {
        let at = format!("{path}/steps/{i}");
        work(step.into(), &at, report);
        ending(step.end_action, &at, report);
        texts(&step.subject, &step.instructions, &at, report);
        if e.time_limit.is_some() && (step.time_limit.is_some() || !step.escalation.is_empty()) {
            report.warning(&at, "time_limit and escalation are overridden by the time_limit of its element");
        }
        if let (CompletionPolicy::Count(needed @ 2..), Assign::User(_) | Assign::WorkflowUser(_)) =
            (step.completion_policy, &step.assign_to)
        {
            report.error(&format!("{at}/completion_policy"), format!("{needed} responses of one person"));
        }
    }
}

fn automatic(action: Option<&AutomaticAction>, path: &str, report: &mut Report) {
    if let Some(action) = action
        && !action.when.to_lowercase().contains("proposal.fields")
    {
        let message = "does not restrict proposal.fields: it also decides about other fields of the same proposal";
        report.warning(&format!("{path}/automatic_action/when"), message);
    }
}

fn ending(end: Option<AutoAction>, path: &str, report: &mut Report) {
    if end == Some(AutoAction::Approve) {
        report.warning(&format!("{path}/end_action"), "approves what nobody looked at");
    }
}

fn work(work: Work, path: &str, report: &mut Report) {
    if work.time_limit.is_none() && !work.escalation.is_empty() {
        report.warning(&format!("{path}/escalation"), "never happens without a time_limit");
    }
    if work.time_limit.is_none() && work.ends {
        report.warning(&format!("{path}/end_action"), "never happens without a time_limit");
    }
    for (i, level) in work.escalation.iter().enumerate() {
        let is_last = i + 1 == work.escalation.len();
        if level.time_limit.is_none() && (!is_last || work.ends) {
            report.warning(&format!("{path}/escalation/{i}"), "without a time_limit nothing comes after it");
        }
    }
}

fn texts(subject: &Option<String>, instructions: &Option<String>, path: &str, report: &mut Report) {
    for (key, template) in [("subject", subject), ("instructions", instructions)] {
        let Some(template) = template else { continue };
        for name in text::placeholders(template).into_iter().filter(|n| !text::is_known(n)) {
            report.warning(&format!("{path}/{key}"), format!("unknown placeholder \"{name}\""));
        }
    }
}
