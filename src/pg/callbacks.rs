//! Where PostgreSQL tells us that a statement, a transaction or a relation's definition has come to an end.

use super::faults;
use super::guard::{entry, surely};
use crate::capture::functions::PROPOSE_MARK;
use pgrx::pg_sys::{self, Datum, Oid};
use std::cell::{Cell, RefCell};
use std::collections::HashSet;

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    static STATEMENT: Cell<u64> = const { Cell::new(0) };
    static STATEMENTS: Cell<u64> = const { Cell::new(0) };
    /// Where we were when each open subtransaction began, for its abort.
    static PLACES: RefCell<Vec<(u32, Place)>> = const { RefCell::new(Vec::new()) };
    /// Set while the statement runs whose trigger loaded the library: nobody counted its run, so that its end is told from the
    /// ends of statements inside it by the query, which is not among those that ran since.
    static UNCOUNTED: Cell<bool> = const { Cell::new(false) };
    static COUNTED: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
    /// Whether to look for marked statements, and the depth of the one that runs; 0 for none.
    static WATCH_FOR_MARK: Cell<bool> = const { Cell::new(false) };
    static MARKED_DEPTH: Cell<u32> = const { Cell::new(0) };
    /// The statement in which invalidations of other sessions were last looked for.
    static LOOKED: Cell<u64> = const { Cell::new(0) };
    static STALE: Cell<bool> = const { Cell::new(true) };
    /// How often a definition has changed.
    static VERSION: Cell<u64> = const { Cell::new(0) };
    static WATCHED: RefCell<HashSet<u32>> = RefCell::new(HashSet::new());
}

/// Inside of what we are; an ERROR jumps over what would set it back.
#[derive(Clone, Copy, Default)]
struct Place {
    depth: u32,
    statement: u64,
    marked: u32,
}

impl Place {
    fn here() -> Self {
        Place { depth: DEPTH.get(), statement: STATEMENT.get(), marked: MARKED_DEPTH.get() }
    }

    fn restore(self) {
        DEPTH.set(self.depth);
        STATEMENT.set(self.statement);
        MARKED_DEPTH.set(self.marked);
    }
}

static mut PREVIOUS_RUN: pg_sys::ExecutorRun_hook_type = None;
static mut PREVIOUS_UTILITY: pg_sys::ProcessUtility_hook_type = None;
static mut PREVIOUS_FINISH: pg_sys::ExecutorFinish_hook_type = None;

/// Installs the hooks and callbacks; called once, by `_PG_init`.
pub fn install() {
    // SAFETY: variables of the server meant to be chained like this; callbacks are static functions.
    unsafe {
        PREVIOUS_RUN = pg_sys::ExecutorRun_hook;
        pg_sys::ExecutorRun_hook = Some(executor_run);
        PREVIOUS_FINISH = pg_sys::ExecutorFinish_hook;
        pg_sys::ExecutorFinish_hook = Some(executor_finish);
        PREVIOUS_UTILITY = pg_sys::ProcessUtility_hook;
        pg_sys::ProcessUtility_hook = Some(process_utility);
        pg_sys::RegisterXactCallback(Some(transaction_event), std::ptr::null_mut());
        pg_sys::RegisterSubXactCallback(Some(subtransaction_event), std::ptr::null_mut());
        pg_sys::CacheRegisterRelcacheCallback(Some(relation_changed), Datum::from(0));
        pg_sys::CacheRegisterSyscacheCallback(
            pg_sys::SysCacheIdentifier::AUTHOID as i32,
            Some(role_changed),
            Datum::from(0),
        );
    }
}

/// How many executor runs we are inside of; at least 1, since who asks is a trigger.
pub fn depth() -> u32 {
    DEPTH.get().max(1)
}

/// A number for the statement that runs: of two, the one that began later has the greater. Its AFTER triggers count as another.
pub fn statement() -> u64 {
    STATEMENT.get()
}

/// From now on, or no more, statements are looked at whether they are marked as the one of an explicit `propose`.
pub fn watch_for_mark(on: bool) {
    WATCH_FOR_MARK.set(on);
}

/// Whether the innermost statement is marked.
pub fn in_marked_statement() -> bool {
    MARKED_DEPTH.get() != 0 && MARKED_DEPTH.get() == DEPTH.get()
}

/// # Safety
/// `query` is about to run.
unsafe fn is_marked(query: *mut pg_sys::QueryDesc) -> bool {
    let mark = PROPOSE_MARK.as_bytes();
    // SAFETY: the text is null or a C string, compared no further than to its end. What a rule adds does not set the tag.
    unsafe {
        let text = (*query).sourceText.cast::<u8>();
        !text.is_null() && (*(*query).plannedstmt).canSetTag && (0..mark.len()).all(|i| *text.add(i) == mark[i])
    }
}

/// A trigger is called for an UPDATE, so that we are inside an executor run, counted or not.
pub fn inside_update() {
    if DEPTH.get() == 0 {
        UNCOUNTED.set(true);
        DEPTH.set(1);
    }
}

/// The current subtransaction.
pub fn subtransaction() -> u32 {
    // SAFETY: reads a variable; declared here because it cannot raise, and is asked for every row.
    unsafe extern "C" {
        safe fn GetCurrentSubTransactionId() -> pg_sys::SubTransactionId;
    }
    GetCurrentSubTransactionId()
}

/// Whether the transaction keeps one snapshot (REPEATABLE READ or SERIALIZABLE).
pub fn keeps_snapshot() -> bool {
    // SAFETY: reads a variable.
    unsafe { pg_sys::XactIsoLevel >= pg_sys::XACT_REPEATABLE_READ as i32 }
}

/// A moment in a transaction: it is another one in every message of the client, and after everything that the transaction writes or locks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    statement: pg_sys::TimestampTz,
    command: pg_sys::CommandId,
}

/// The moment that it is. What was read in it is still so while it lasts, as far as the transaction has locked it, unless a subtransaction
/// was rolled back.
pub fn moment() -> Moment {
    // SAFETY: without anything written since, the counter stays.
    unsafe {
        pg_sys::CommandCounterIncrement();
        Moment { statement: pg_sys::GetCurrentStatementStartTimestamp(), command: pg_sys::GetCurrentCommandId(false) }
    }
}

/// Whether a watched relation changed since the last call; the caller then drops what it has cached. Looks once a statement for
/// what other sessions have committed, also where it takes no lock that would.
pub fn take_stale() -> bool {
    let statement = statement();
    if LOOKED.replace(statement) != statement || statement == 0 {
        // SAFETY: safe wherever a lock could be taken.
        unsafe { pg_sys::AcceptInvalidationMessages() };
    }
    STALE.replace(false)
}

/// Marks everything that is cached as stale.
pub fn mark_stale() {
    STALE.set(true);
}

/// Another number after the definition of a watched relation has changed, as far as this session has taken notice.
pub fn version() -> u64 {
    VERSION.get()
}

/// From now on a change of this relation's definition makes [`take_stale`] true.
pub fn watch(relation: Oid) {
    WATCHED.with_borrow_mut(|w| w.insert(relation.to_u32()));
}

/// Tells all backends, at commit, that `relation` changed.
pub fn invalidate(relation: Oid) {
    // SAFETY: looks the relation up; raises when there is none.
    unsafe { pg_sys::CacheInvalidateRelcacheByRelid(relation) };
}

unsafe extern "C-unwind" {
    // without pgrx's guard, which would strip every error of every statement of constraint, table and column
    #[link_name = "standard_ExecutorFinish"]
    fn standard_finish(query: *mut pg_sys::QueryDesc);
    #[link_name = "standard_ProcessUtility"]
    fn standard_utility(
        statement: *mut pg_sys::PlannedStmt,
        text: *const std::ffi::c_char,
        read_only_tree: bool,
        context: pg_sys::ProcessUtilityContext::Type,
        parameters: pg_sys::ParamListInfo,
        environment: *mut pg_sys::QueryEnvironment,
        receiver: *mut pg_sys::DestReceiver,
        completion: *mut pg_sys::QueryCompletion,
    );
}

/// Defines the ExecutorRun hook, whose last parameter went away in PostgreSQL 18. An ERROR jumps over it, so that it holds
/// nothing with a destructor; the abort of the (sub)transaction then goes back to the [`Place`] where it began.
macro_rules! executor_run {
    ($($extra:ident: $type:ty)?) => {
        unsafe extern "C-unwind" {
            #[link_name = "standard_ExecutorRun"]
            fn standard_run(
                query: *mut pg_sys::QueryDesc,
                direction: pg_sys::ScanDirection::Type,
                count: u64
                $(, $extra: $type)?
            );
        }

        unsafe extern "C-unwind" fn executor_run(
            query: *mut pg_sys::QueryDesc,
            direction: pg_sys::ScanDirection::Type,
            count: u64
            $(, $extra: $type)?
        ) {
            let depth = DEPTH.get();
            DEPTH.set(depth + 1);
            if UNCOUNTED.get() {
                COUNTED.with_borrow_mut(|c| c.push(query as usize));
            }
            let (marked, statement) = (MARKED_DEPTH.get(), STATEMENT.get());
            STATEMENTS.set(STATEMENTS.get() + 1);
            STATEMENT.set(STATEMENTS.get());
            // SAFETY: the query is the one that runs; the arguments are passed on as they came.
            unsafe {
                if WATCH_FOR_MARK.get() && is_marked(query) {
                    MARKED_DEPTH.set(depth + 1);
                }
                match PREVIOUS_RUN {
                    Some(previous) => previous(query, direction, count $(, $extra)?),
                    None => standard_run(query, direction, count $(, $extra)?),
                }
            }
            MARKED_DEPTH.set(marked);
            STATEMENT.set(statement);
            DEPTH.set(depth);
        }
    };
}

#[cfg(feature = "pg18")]
executor_run!();
#[cfg(not(feature = "pg18"))]
executor_run!(once: bool);

unsafe extern "C-unwind" fn executor_finish(query: *mut pg_sys::QueryDesc) {
    if UNCOUNTED.get() && COUNTED.with_borrow(|c| !c.contains(&(query as usize))) {
        UNCOUNTED.set(false);
        COUNTED.with_borrow_mut(Vec::clear);
        DEPTH.set(0);
    }
    let depth = DEPTH.get();
    // SAFETY: a query that has run keeps its state to its end.
    let without_triggers = unsafe {
        (*query).operation == pg_sys::CmdType::CMD_UPDATE
            && (*(*query).estate).es_top_eflags as u32 & pg_sys::EXEC_FLAG_SKIP_TRIGGERS != 0
    };
    // what the statement captured comes before what its AFTER triggers do
    if crate::capture::has_captured() {
        entry(|| {
            faults::point("rows");
            with_snapshot(|| crate::capture::rows_done(depth));
        });
    }
    DEPTH.set(depth + 1);
    let statement = STATEMENT.get();
    STATEMENTS.set(STATEMENTS.get() + 1);
    STATEMENT.set(STATEMENTS.get());
    // SAFETY: the argument is passed on as it came.
    unsafe {
        match PREVIOUS_FINISH {
            Some(previous) => previous(query),
            None => standard_finish(query),
        }
    }
    STATEMENT.set(statement);
    DEPTH.set(depth);
    if crate::capture::has_captured() {
        entry(|| {
            faults::point("finish");
            if without_triggers {
                crate::capture::triggers_come_later(depth);
            }
            with_snapshot(|| crate::capture::statement_end(depth));
        });
    }
}

/// Runs `f` with an active snapshot. A SELECT ends when its portal is dropped, which has none any more; it may have to see to rows
/// that the statement before it deleted, whose end was not hooked yet.
fn with_snapshot(f: impl FnOnce()) {
    // SAFETY: pushed and popped in pairs; on ERROR the abort of the (sub)transaction pops it.
    unsafe {
        let none = !pg_sys::ActiveSnapshotSet();
        if none {
            pg_sys::PushActiveSnapshot(pg_sys::GetTransactionSnapshot());
        }
        f();
        if none {
            pg_sys::PopActiveSnapshot();
        }
    }
}

/// What a statement would leave in the session, to run later with the rights of whose session it is.
///
/// # Safety
/// A statement that is about to run.
unsafe fn leaves(statement: *mut pg_sys::PlannedStmt) -> Option<&'static str> {
    // SAFETY: the type of the node is looked at before it is used as that.
    unsafe {
        let node = (*statement).utilityStmt;
        match (*node).type_ {
            pg_sys::NodeTag::T_PrepareStmt => Some("a prepared statement"),
            pg_sys::NodeTag::T_DeclareCursorStmt
                if (*node.cast::<pg_sys::DeclareCursorStmt>()).options as u32 & pg_sys::CURSOR_OPT_HOLD != 0 =>
            {
                Some("a cursor WITH HOLD")
            }
            _ => None,
        }
    }
}

/// Whether it is COPY … FROM, which inserts rows and is no executor run.
///
/// # Safety
/// A statement that is about to run.
unsafe fn copies_in(statement: *mut pg_sys::PlannedStmt) -> bool {
    // SAFETY: the type of the node is looked at before it is used as that.
    unsafe {
        let node = (*statement).utilityStmt;
        (*node).type_ == pg_sys::NodeTag::T_CopyStmt && (*node.cast::<pg_sys::CopyStmt>()).is_from
    }
}

unsafe extern "C-unwind" fn process_utility(
    statement: *mut pg_sys::PlannedStmt,
    text: *const std::ffi::c_char,
    read_only_tree: bool,
    context: pg_sys::ProcessUtilityContext::Type,
    parameters: pg_sys::ParamListInfo,
    environment: *mut pg_sys::QueryEnvironment,
    receiver: *mut pg_sys::DestReceiver,
    completion: *mut pg_sys::QueryCompletion,
) {
    // SAFETY: the statement is the one that runs; the arguments are passed on as they came.
    unsafe {
        if let Some(what) = leaves(statement) {
            entry(|| crate::apply::permit::refuse_leaving(what));
        }
        let (copies, depth, number) = (copies_in(statement), DEPTH.get(), STATEMENT.get());
        if copies {
            DEPTH.set(depth + 1);
            STATEMENTS.set(STATEMENTS.get() + 1);
            STATEMENT.set(STATEMENTS.get());
        }
        match PREVIOUS_UTILITY {
            Some(previous) => {
                previous(statement, text, read_only_tree, context, parameters, environment, receiver, completion);
            }
            None => {
                standard_utility(
                    statement,
                    text,
                    read_only_tree,
                    context,
                    parameters,
                    environment,
                    receiver,
                    completion,
                );
            }
        }
        if copies {
            STATEMENT.set(number);
            DEPTH.set(depth);
            if crate::capture::has_captured() {
                entry(|| {
                    faults::point("copy");
                    crate::capture::statement_end(depth);
                });
            }
        }
    }
}

unsafe extern "C-unwind" fn transaction_event(event: pg_sys::XactEvent::Type, _: *mut std::ffi::c_void) {
    use pg_sys::XactEvent::*;
    match event {
        XACT_EVENT_PRE_COMMIT => {
            entry(before_commit);
            if crate::events::has_work_at_commit() {
                entry(crate::events::at_commit);
            }
        }
        XACT_EVENT_PRE_PREPARE => entry(|| {
            crate::guard::maintenance::at_prepare();
            before_commit();
        }),
        XACT_EVENT_COMMIT | XACT_EVENT_PREPARE | XACT_EVENT_ABORT => {
            Place::default().restore();
            UNCOUNTED.set(false);
            surely(|| {
                faults::point("end");
                PLACES.with_borrow_mut(Vec::clear);
                COUNTED.with_borrow_mut(Vec::clear);
                crate::transaction_end();
            });
        }
        _ => {}
    }
}

/// Work at the end of a transaction that is still a part of it. Deferred triggers that it queues are fired too.
fn before_commit() {
    if !crate::capture::has_work_at_commit() && !crate::guard::maintenance::is_under_way() {
        return;
    }
    faults::point("commit");
    // SAFETY: the transaction is still in progress; the snapshot is pushed and popped in pairs, on ERROR the abort pops it.
    unsafe {
        pg_sys::PushActiveSnapshot(pg_sys::GetTransactionSnapshot());
        crate::guard::maintenance::at_commit();
        crate::capture::at_commit();
        pg_sys::PopActiveSnapshot();
        pg_sys::AfterTriggerFireDeferred();
    }
}

unsafe extern "C-unwind" fn subtransaction_event(
    event: pg_sys::SubXactEvent::Type,
    subtransaction: pg_sys::SubTransactionId,
    parent: pg_sys::SubTransactionId,
    _: *mut std::ffi::c_void,
) {
    use pg_sys::SubXactEvent::*;
    match event {
        SUBXACT_EVENT_START_SUB => entry(|| {
            faults::point("begin");
            PLACES.with_borrow_mut(|p| p.push((subtransaction, Place::here())));
        }),
        SUBXACT_EVENT_ABORT_SUB => surely(|| {
            faults::point("rollback");
            if let Some(place) = place_at_start(subtransaction) {
                place.restore();
            }
            crate::subtransaction_aborted(subtransaction);
        }),
        SUBXACT_EVENT_COMMIT_SUB => surely(|| {
            faults::point("release");
            place_at_start(subtransaction);
            crate::subtransaction_committed(subtransaction, parent);
        }),
        _ => {}
    }
}

/// Takes the place at which a subtransaction began off the list; none for one that is older than the loaded library.
fn place_at_start(subtransaction: u32) -> Option<Place> {
    PLACES.with_borrow_mut(|p| {
        let at = p.iter().rposition(|(s, _)| *s == subtransaction)?;
        Some(p.swap_remove(at).1)
    })
}

unsafe extern "C-unwind" fn relation_changed(_: Datum, relation: Oid) {
    let watched = WATCHED.with(|w| w.try_borrow().map_or(true, |w| w.contains(&relation.to_u32())));
    if relation == Oid::INVALID || watched {
        STALE.set(true);
        VERSION.set(VERSION.get() + 1);
    }
}

/// A role may have another name, which who acts is called by.
unsafe extern "C-unwind" fn role_changed(_: Datum, _: std::ffi::c_int, _: u32) {
    STALE.set(true);
}

/// Makes unknown settings under our prefix an error once the library is loaded.
pub fn reserve_prefix() {
    // SAFETY: a static string.
    unsafe { pg_sys::MarkGUCPrefixReserved(c"customer_workflow".as_ptr()) };
}
