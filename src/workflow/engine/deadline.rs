//! A work item is overdue.

use super::super::effect::{Effect, Recipient, Topic, Tracking};
use super::super::question::Person;
use super::super::state::Item;
use super::Flow;
use super::context::{Context, Spot, pool};
use super::enter;

/// What becomes of an overdue item.
pub(super) enum Late {
    /// Somebody has it.
    Waits(Item),
    /// Its end action happens.
    Ends(Item),
}

/// Gives the item to the next level of its escalation path at which there is somebody; after the last comes its end action.
pub(super) fn late(cx: &mut Context, mut item: Item, spot: &Spot, others: &[Person]) -> Flow<Late> {
    cx.log(Tracking::DueDateExceeded, &spot.at).item = Some(item.item);
    for (i, level) in spot.work.escalation.iter().enumerate().skip(item.level as usize) {
        let at = format!("{}/escalation/{i}/assign_to", spot.at);
        let found = cx.resolve(&at, pool(&level.assign_to).is_some(), &spot.at, others)?;
        let number = i as u32 + 1;
        let work = super::super::tree::Work { assign_to: &level.assign_to, ..spot.work };
        let Ok(holder) = cx.holder(spot, work, found.people) else {
            let entry = cx.log(Tracking::Fault, &at);
            entry.item = Some(item.item);
            entry.detail = Some("nobody is eligible".into());
            continue;
        };
        item.level = number;
        item.after = cx.state.decided.len() as u32;
        item.holder = holder.clone();
        let entry = cx.log(Tracking::EscalationPath, &at);
        entry.item = Some(item.item);
        let due = level.time_limit.clone();
        cx.effects.push(Effect::Escalate { item: item.item, level: number, holder, due });
        cx.notify(Recipient::Holder(item.item), Topic::Escalated);
        return Ok(Late::Waits(item));
    }
    if spot.work.ends {
        cx.log(Tracking::FinalEscalationAction, &spot.at).item = Some(item.item);
        return Ok(Late::Ends(item));
    }
    // past the last level: this timer is not awaited again
    item.level = spot.work.escalation.len() as u32 + 1;
    enter::tell_overdue(cx, item.item);
    Ok(Late::Waits(item))
}
