//! The engine: a definition, a state, an event and what is known give the next state and what follows.
//!
//! A call that lacks an answer changes nothing: it returns its questions, and the caller asks again with the answers added.
//! So nothing waits half-done, and a chunk of proposals needs as many rounds as the definition is deep, not as it has
//! proposals.

mod context;
mod deadline;
mod drive;
mod enter;
mod people;
mod resume;
mod route;

use context::{Context, Stop};
pub use route::{Route, Row, simulate};

use super::definition::{Definition, Resubmission};
use super::effect::{Effect, Recipient, Topic, Tracking};
use super::event::{Event, Interruption, Timer};
use super::question::{Answers, Person, Question};
use super::refusal::Refusal;
use super::state::{Sequence, State};
use super::status::{Status, Verb};

/// What [`advance`] comes to.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It must know this first.
    Ask(Vec<Question>),
    /// The new state, and what to do, in order.
    Done(Box<State>, Vec<Effect>),
}

/// What follows from an event.
///
/// # Errors
/// Why the event is refused; nothing has changed then.
pub fn advance(definition: &Definition, state: &State, event: &Event, answers: &Answers) -> Result<Outcome, Refusal> {
    let mut cx = Context::new(definition, state, answers);
    let result = match event {
        Event::Submitted { person, involved, fields, changed, interrupted } => {
            let submission =
                Submission { person, involved, fields, changed: changed.as_deref(), interrupted: *interrupted };
            let first = submit(&mut cx, &submission, definition.resubmission);
            if matches!(first, Err(Stop::Refuse(Refusal::NothingApproved)))
                || matches!(first, Ok(None)) && !cx.state.consented
            {
                // earlier approvals alone do not carry new values
                cx = Context::new(definition, state, answers);
                submit(&mut cx, &submission, Resubmission::Restart)
            } else {
                first
            }
        }
        Event::Rerouted { person } => reroute(&mut cx, person),
        Event::Recalled { person } => leave(&mut cx, person, Verb::Recall, Tracking::Recall),
        Event::Edited { person } => leave(&mut cx, person, Verb::Rebase, Tracking::Edit),
        Event::Cancelled { person } => leave(&mut cx, person, Verb::Cancel, Tracking::Cancellation),
        Event::Due(Timer::Proposal { round }) => {
            if state.status != Status::PendingApproval || state.round != *round {
                return Ok(unchanged(state));
            }
            cx.log(Tracking::Expiry, "");
            Err(Stop::End(Status::Expired))
        }
        Event::Due(_) if state.status != Status::PendingApproval => return Ok(unchanged(state)),
        _ => go_on(&mut cx, event),
    };
    let ended = match result {
        Err(Stop::Refuse(refusal)) => return Err(refusal),
        _ if !cx.questions.is_empty() => return Ok(Outcome::Ask(cx.questions)),
        Err(Stop::Ask) => return Err(Refusal::DoesNotFit(String::new())),
        Err(Stop::End(status)) => Some(status),
        Ok(run) => finish(&mut cx, run)?,
    };
    if let Some(status) = ended {
        cx.end(state, status);
    }
    Ok(Outcome::Done(Box::new(cx.state), cx.effects))
}

fn unchanged(state: &State) -> Outcome {
    Outcome::Done(Box::new(state.clone()), Vec::new())
}

type Flow<T> = Result<T, Stop>;

/// The workflow came to its end, or waits.
fn finish(cx: &mut Context, run: Option<Sequence>) -> Result<Option<Status>, Refusal> {
    if run.is_some() || cx.state.status != Status::PendingApproval {
        cx.state.run = run;
        return Ok(None);
    }
    if !cx.state.consented {
        return Err(Refusal::NothingApproved);
    }
    cx.log(Tracking::Completion, "");
    cx.effects.push(Effect::Apply);
    cx.notify(Recipient::Originator, Topic::Approved);
    Ok(Some(Status::Applied))
}

struct Submission<'a> {
    person: &'a Person,
    involved: &'a [Person],
    fields: &'a [String],
    changed: Option<&'a [String]>,
    interrupted: Option<Interruption>,
}

fn submit(cx: &mut Context, submission: &Submission, mode: Resubmission) -> Flow<Option<Sequence>> {
    let before = cx.state.status;
    let status = before.after(Verb::Submit).ok_or(Refusal::WrongStatus(before))?;
    for one in submission.involved.iter().chain([submission.person]) {
        if !cx.state.involved.contains(one) {
            cx.state.involved.push(one.clone());
        }
    }
    cx.state.status = status;
    if submission.interrupted == Some(Interruption::Undone) && resume::still_stands(cx)? {
        cx.log(Tracking::TakenUp, "").person = Some(submission.person.clone());
        cx.effects.push(Effect::TakeUp);
        return Ok(cx.state.run.take());
    }
    cx.state.round += 1;
    cx.state.fields = submission.fields.to_vec();
    cx.state.unchanged = submission.changed.is_some_and(<[String]>::is_empty);
    let again = cx.state.round > 1;
    cx.log(if again { Tracking::Resubmission } else { Tracking::Submission }, "").person =
        Some(submission.person.clone());
    start_clock(cx);
    let sent_back = matches!(before, Status::Rejected | Status::ChangeRequested);
    let stood = cx.state.run.take();
    match (mode, stood) {
        (Resubmission::SameElement, Some(run)) if sent_back && !cx.somebody_involved_decided() => {
            cx.state.consented &= cx.state.unchanged;
            resume::forget(cx, &run);
            let route = route::walk_on(cx.definition, &cx.state, cx.answers, &run);
            passable(cx, route)?;
            resume::resume(cx, run)
        }
        (Resubmission::ChangedOnly, Some(_)) if sent_back => {
            let kept = resume::unchanged_steps(cx, submission.changed);
            begin(cx, &kept)
        }
        (Resubmission::ChangedOnly, _) if submission.interrupted == Some(Interruption::Edited) => {
            let kept = resume::unchanged_steps(cx, submission.changed);
            let kept = resume::still_eligible(cx, kept)?;
            begin(cx, &kept)
        }
        _ => begin(cx, &[]),
    }
}

fn reroute(cx: &mut Context, person: &Person) -> Flow<Option<Sequence>> {
    if cx.state.status != Status::PendingApproval {
        return Err(Refusal::WrongStatus(cx.state.status).into());
    }
    cx.log(Tracking::Reroute, "").person = Some(person.clone());
    for item in cx.state.items().iter().map(|i| i.item).collect::<Vec<_>>() {
        cx.close(item, false);
    }
    cx.state.run = None;
    cx.state.round += 1;
    start_clock(cx);
    begin(cx, &[])
}

fn start_clock(cx: &mut Context) {
    if let Some(span) = &cx.definition.expires_after {
        let timer = Timer::Proposal { round: cx.state.round };
        cx.effects.push(Effect::StartTimer { timer, span: span.clone() });
    }
}

/// Starts at the first element; the approvals of the steps `kept` still count.
fn begin(cx: &mut Context, kept: &[String]) -> Flow<Option<Sequence>> {
    cx.state.consented = false;
    cx.state.approved.retain(|at| kept.contains(at));
    cx.state.decided.retain(|d| kept.contains(&d.at));
    let route = route::walk(cx.definition, &cx.state, cx.answers);
    passable(cx, route)?;
    enter::sequence(cx, &cx.definition.elements, "/elements", 0)
}

/// Whether there are people for the whole way, and somebody or something on it that approves.
fn passable(cx: &mut Context, route: Route) -> Flow<()> {
    cx.questions.extend(route.questions);
    if let Some(refusal) = route.rows.into_iter().find_map(|row| row.refusal) {
        return Err(refusal.into());
    }
    if cx.questions.is_empty() { Ok(()) } else { Err(Stop::Ask) }
}

fn leave(cx: &mut Context, person: &Person, verb: Verb, kind: Tracking) -> Flow<Option<Sequence>> {
    let before = cx.state.status;
    let status = before.after(verb).ok_or(Refusal::WrongStatus(before))?;
    if status == before {
        // a draft: where it stood still counts when it is submitted again
        return Ok(cx.state.run.clone());
    }
    cx.log(kind, "").person = Some(person.clone());
    Err(Stop::End(status))
}

fn go_on(cx: &mut Context, event: &Event) -> Flow<Option<Sequence>> {
    if cx.state.status != Status::PendingApproval {
        return Err(Refusal::WrongStatus(cx.state.status).into());
    }
    let run = cx.state.run.take().ok_or(Refusal::DoesNotFit("/elements".into()))?;
    if let Event::Narrowed { fields } = event {
        cx.state.fields.clone_from(fields);
    }
    let run = drive::sequence(cx, &cx.definition.elements, "/elements", run, event)?;
    match event {
        Event::Acted { item, .. } | Event::Reassigned { item, .. } if !cx.hit => Err(Refusal::NoSuchItem(*item).into()),
        Event::Called { at } | Event::CallFailed { at, .. } if !cx.hit => Err(Refusal::DoesNotFit(at.clone()).into()),
        _ => Ok(run),
    }
}
