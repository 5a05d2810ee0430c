//! The WHEN condition of a trigger, looked at and evaluated without the trigger.

use super::guard::call;
use super::row::{Event, Side, trigger_name, triggers};
use super::{arena, role};
use pgrx::pg_sys::{self, Datum, Node, Oid};
use std::ffi::{CString, c_char, c_int, c_void};

type Walker = unsafe extern "C-unwind" fn(*mut Node, *mut c_void) -> bool;
type Checker = unsafe extern "C-unwind" fn(Oid, *mut c_void) -> bool;

// Declared here, so that an ERROR jumps to the guard of this crate at once.
unsafe extern "C-unwind" {
    fn stringToNode(text: *const c_char) -> *mut c_void;
    fn expression_planner(expression: *mut pg_sys::Expr) -> *mut pg_sys::Expr;
    fn contain_mutable_functions(clause: *mut Node) -> bool;
    fn pull_varattnos(node: *mut Node, relation: u32, found: *mut *mut pg_sys::Bitmapset);
    fn bms_next_member(set: *const pg_sys::Bitmapset, previous: c_int) -> c_int;
    fn check_functions_in_node(node: *mut Node, checker: Checker, context: *mut c_void) -> bool;
    #[cfg_attr(not(feature = "pg15"), link_name = "expression_tree_walker_impl")]
    fn expression_tree_walker(node: *mut Node, walker: Walker, context: *mut c_void) -> bool;
    fn ChangeVarNodes(node: *mut Node, from: c_int, to: c_int, sublevels_up: c_int);
    fn CreateExecutorState() -> *mut pg_sys::EState;
    fn MakePerTupleExprContext(state: *mut pg_sys::EState) -> *mut pg_sys::ExprContext;
    fn ExecPrepareExpr(expression: *mut pg_sys::Expr, state: *mut pg_sys::EState) -> *mut pg_sys::ExprState;
    fn set_errcontext_domain(domain: *const c_char) -> c_int;
    fn errcontext_msg(format: *const c_char, ...) -> c_int;
}

/// OLD and NEW in the conditions of triggers.
const SIDES: [u32; 2] = [pg_sys::PRS2_OLD_VARNO, pg_sys::PRS2_NEW_VARNO];

/// The condition of the trigger `name` as PostgreSQL keeps it; null where there is none.
fn text(relation: pg_sys::Relation, name: &str) -> *const c_char {
    triggers(relation).iter().find(|t| trigger_name(t) == name).map_or(std::ptr::null(), |t| t.tgqual.cast_const())
}

/// Numbers of the columns that a condition names: 0 for the whole row, negative ones of system columns.
///
/// # Safety
/// `node` is the condition of a trigger.
unsafe fn columns_of(node: *mut Node) -> Vec<i16> {
    // SAFETY: the caller's; the set is read before anything else is done.
    unsafe {
        let mut set = std::ptr::null_mut();
        let found = &raw mut set;
        call(|| SIDES.iter().for_each(|&side| pull_varattnos(node, side, found)));
        let mut columns = Vec::new();
        let mut member = call(|| bms_next_member(set, -1));
        while member >= 0 {
            columns.push((member + pg_sys::FirstLowInvalidHeapAttributeNumber) as i16);
            member = call(|| bms_next_member(set, member));
        }
        columns
    }
}

/// Numbers of the columns that the condition of trigger `name` names, or `None` where there is no such condition.
pub fn columns(event: &Event, name: &str) -> Option<Vec<i16>> {
    let text = text(event.relation(), name);
    // SAFETY: null, or what PostgreSQL has written as a node.
    (!text.is_null()).then(|| unsafe { columns_of(call(|| stringToNode(text)).cast()) })
}

/// What a condition is made of.
pub struct Parts {
    /// Columns, see [`columns`].
    pub columns: Vec<i16>,
    /// Functions, those behind operators and casts included.
    pub functions: Vec<Oid>,
    /// Whether its value can depend on more than the row.
    pub mutable: bool,
}

/// What the condition of trigger `name` is made of. Planning it may run code of `user`, as whom it is planned.
pub fn parts(relation: Oid, name: &str, user: Oid) -> Option<Parts> {
    // SAFETY: the relation is open while its triggers are looked at; what is found lives in the current memory context.
    unsafe {
        let open = pg_sys::relation_open(relation, pg_sys::AccessShareLock as i32);
        let text = text(open, name);
        let node: *mut Node = if text.is_null() { std::ptr::null_mut() } else { call(|| stringToNode(text)).cast() };
        pg_sys::relation_close(open, pg_sys::NoLock as i32);
        if node.is_null() {
            return None;
        }
        let columns = columns_of(node);
        let mut functions: Vec<Oid> = Vec::new();
        let context = std::ptr::from_mut(&mut functions).cast::<c_void>();
        call(|| collect(node, context));
        // with the defaults of arguments, and without what is constant
        let planned: *mut Node = role::with_user_restricted(user, || call(|| expression_planner(node.cast()))).cast();
        call(|| collect(planned, context));
        let mutable = call(|| contain_mutable_functions(planned));
        Some(Parts { columns, functions, mutable })
    }
}

/// Holds nothing with a destructor: an ERROR (a stack that is too deep) jumps over it.
unsafe extern "C-unwind" fn collect(node: *mut Node, context: *mut c_void) -> bool {
    unsafe extern "C-unwind" fn note(function: Oid, context: *mut c_void) -> bool {
        // SAFETY: the list of `parts`.
        unsafe { (*context.cast::<Vec<Oid>>()).push(function) };
        false
    }
    // SAFETY: null or a node of the condition.
    unsafe {
        if node.is_null() {
            return false;
        }
        check_functions_in_node(node, note, context);
        expression_tree_walker(node, collect, context)
    }
}

/// A condition that is ready to be evaluated. It belongs to the subtransaction that made it, and goes with its memory.
pub struct Condition {
    state: *mut pg_sys::EState,
    row: *mut pg_sys::ExprContext,
    expression: *mut pg_sys::ExprState,
    /// Of what an error is told that it happened in it.
    subject: CString,
}

impl Condition {
    /// The condition of trigger `name` of the relation that fired `event`, to be evaluated as the current user.
    pub fn new(event: &Event, name: &str, subject: &str) -> Option<Self> {
        let text = text(event.relation(), name);
        if text.is_null() {
            return None;
        }
        let subject = CString::new(subject).unwrap_or_default();
        let line = subject.as_ptr();
        // SAFETY: what TriggerEnabled() of PostgreSQL does with a condition, in memory that lasts as long as the subtransaction.
        unsafe {
            let (state, row, expression) = arena::within(pg_sys::CurTransactionContext, || {
                call(|| {
                    let state = CreateExecutorState();
                    let row = MakePerTupleExprContext(state);
                    let expression = told(line, || {
                        let node: *mut Node = arena_of(state, || stringToNode(text)).cast();
                        ChangeVarNodes(node, SIDES[0] as c_int, pg_sys::INNER_VAR as c_int, 0);
                        ChangeVarNodes(node, SIDES[1] as c_int, pg_sys::OUTER_VAR as c_int, 0);
                        ExecPrepareExpr(node.cast(), state)
                    });
                    (state, row, expression)
                })
            });
            Some(Condition { state, row, expression, subject })
        }
    }

    /// What it says of the stored row and, as the new one, the stored or the changed row of `event`; `None` is SQL NULL.
    pub fn holds(&self, event: &Event, new: Side) -> Option<bool> {
        let data = event.data();
        let (old, line) = (data.tg_trigslot, self.subject.as_ptr());
        let new = if new == Side::Old { data.tg_trigslot } else { data.tg_newslot };
        let (row, expression) = (self.row, self.expression);
        // SAFETY: the slots are those of this call; the expression and its memory are alive.
        unsafe {
            let memory = (*row).ecxt_per_tuple_memory;
            pg_sys::MemoryContextReset(memory);
            (*row).ecxt_innertuple = old;
            (*row).ecxt_outertuple = new;
            let evaluate = (*expression).evalfunc?;
            let mut null = false;
            let is_null = &raw mut null;
            let value = arena::within(memory, || call(|| told(line, || evaluate(expression, row, is_null))));
            (!null).then(|| bool_of(value))
        }
    }
}

fn bool_of(datum: Datum) -> bool {
    datum.value() & 0xff != 0
}

impl Drop for Condition {
    fn drop(&mut self) {
        // After an ERROR the memory goes with the (sub)transaction.
        if !std::thread::panicking() {
            // SAFETY: made by `new`, freed once.
            unsafe { pg_sys::FreeExecutorState(self.state) };
        }
    }
}

/// Runs `f` with the memory of `state` as the current one; for calls that an ERROR leaves by a jump to `call`, which puts the
/// former memory back.
///
/// # Safety
/// `state` is alive; `f` holds nothing with a destructor.
unsafe fn arena_of<R>(state: *mut pg_sys::EState, f: impl FnOnce() -> R) -> R {
    // SAFETY: the caller's.
    unsafe {
        let former = pg_sys::CurrentMemoryContext;
        pg_sys::CurrentMemoryContext = (*state).es_query_cxt;
        let result = f();
        pg_sys::CurrentMemoryContext = former;
        result
    }
}

/// Runs `f`; an ERROR in it has `line` in its CONTEXT. An ERROR leaves it by a jump to `call`, which puts the former callbacks back.
///
/// # Safety
/// `line` is a C string; `f` holds nothing with a destructor.
unsafe fn told<R>(line: *const c_char, f: impl FnOnce() -> R) -> R {
    unsafe extern "C-unwind" fn tell(line: *mut c_void) {
        // SAFETY: what the errcontext macro expands to.
        unsafe {
            set_errcontext_domain(std::ptr::null());
            errcontext_msg(c"%s".as_ptr(), line.cast::<c_char>());
        }
    }
    // SAFETY: the entry lives until the former ones are put back.
    unsafe {
        let mut entry = pg_sys::ErrorContextCallback {
            previous: pg_sys::error_context_stack,
            callback: Some(tell),
            arg: line.cast_mut().cast(),
        };
        pg_sys::error_context_stack = &raw mut entry;
        let result = f();
        pg_sys::error_context_stack = entry.previous;
        result
    }
}
