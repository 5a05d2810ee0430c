//! PostgreSQL's own parser on conditions: whether a text is one expression, and where it calls `changed`.

use super::encoding;
use super::function::{Call, text_array};
use super::guard::{call, raise};
use super::value;
use crate::error::Report;
use pgrx::pg_sys::{self, Datum, Node, NodeTag};
use std::ffi::{CStr, CString, c_char, c_int, c_void};

type Walker = unsafe extern "C-unwind" fn(*mut Node, *mut c_void) -> bool;

// Declared here, so that an ERROR jumps to the guard of this crate at once.
unsafe extern "C-unwind" {
    fn raw_parser(text: *const c_char, mode: c_int) -> *mut pg_sys::List;
    #[cfg_attr(not(feature = "pg15"), link_name = "raw_expression_tree_walker_impl")]
    fn raw_expression_tree_walker(node: *mut Node, walker: Walker, context: *mut c_void) -> bool;
}

const RAW_PARSE_DEFAULT: c_int = 0;
const BEFORE: &[u8] = b"SELECT (";
/// Answers `changed` in the statement that evaluates conditions.
const ASK: &[u8] = b"pg_catalog.jsonb_exists(\"~case\".\"~changes\", ";

/// A call of `changed`: where its name and its argument begin, and the field.
struct Changed {
    name: usize,
    argument: usize,
    field: String,
}

#[derive(Default)]
struct Found {
    changed: Vec<Changed>,
    parameter: bool,
    malformed: bool,
}

/// SQL `_condition_sql(condition text) returns text`: the condition as the statement that evaluates it has it. 42601 where it is
/// not exactly one expression.
pub fn condition_sql(call: &Call) -> Option<Datum> {
    let text = call.cstring(0)?;
    let found = examine(&text);
    let source = text.to_bytes();
    let mut sql = Vec::with_capacity(source.len() + 64);
    let mut done = 0;
    let mut changed = found.changed;
    changed.sort_by_key(|c| c.name);
    for one in changed {
        sql.extend_from_slice(&source[done..one.name]);
        sql.extend_from_slice(ASK);
        done = one.argument;
    }
    sql.extend_from_slice(&source[done..]);
    Some(value::bytea(&sql))
}

/// SQL `_condition_fields(condition text) returns text[]`: the fields that the condition asks `changed` about.
pub fn condition_fields(call: &Call) -> Option<Datum> {
    let fields: Vec<String> = examine(&call.cstring(0)?).changed.into_iter().map(|c| c.field).collect();
    text_array(&fields)
}

fn refuse(message: &str, detail: &str, hint: &str) -> ! {
    let report = Report::new("42601", message.to_owned()).detail(detail);
    raise(if hint.is_empty() { report } else { report.hint(hint) })
}

fn examine(condition: &CStr) -> Found {
    let source = condition.to_bytes();
    let statement = CString::new([BEFORE, source, b"\n)"].concat()).expect("it had no zero bytes");
    let text = statement.as_ptr();
    // SAFETY: a C string that outlives the call; what the parser makes lives in the current memory context.
    let statements = unsafe { call(|| raw_parser(text, RAW_PARSE_DEFAULT)) };
    // SAFETY: a list of RawStmt, as the parser returns it.
    let Some(expression) = (unsafe { only_expression(statements) }) else {
        refuse(
            "a condition must be one SQL expression",
            "It has another clause, several expressions or several statements.",
            "Write what could stand in parentheses, for example (SELECT …) for a query of your own.",
        )
    };
    let mut found = Found::default();
    let context = std::ptr::from_mut(&mut found).cast::<c_void>();
    // SAFETY: a raw expression; `found` outlives the walk, and no other reference to it is used meanwhile.
    unsafe { call(|| visit(expression, context)) };
    if found.parameter {
        refuse("a condition has no parameters", "It contains $1 or the like.", "");
    }
    let plain = |c: &Changed| {
        let name = source.get(c.name..).unwrap_or_default();
        c.name < c.argument
            && c.argument <= source.len()
            && name.get(..7).is_some_and(|n| n.eq_ignore_ascii_case(b"changed"))
    };
    if found.malformed || !found.changed.iter().all(plain) {
        refuse(
            "changed() takes the name of one field as a literal",
            "It was called in another way.",
            "Write changed('credit_limit').",
        );
    }
    found
}

/// The expression of a single `SELECT expression` that has nothing else.
///
/// # Safety
/// A list of `RawStmt`, or null.
unsafe fn only_expression(statements: *mut pg_sys::List) -> Option<*mut Node> {
    // SAFETY: the type of each node is looked at before it is used as that.
    unsafe {
        let raw = only(statements)?.cast::<pg_sys::RawStmt>();
        let node = (*raw).stmt;
        ((*node).type_ == NodeTag::T_SelectStmt).then_some(())?;
        let select = &*node.cast::<pg_sys::SelectStmt>();
        let lists = [
            select.distinctClause,
            select.fromClause,
            select.groupClause,
            select.windowClause,
            select.valuesLists,
            select.sortClause,
            select.lockingClause,
        ];
        let nodes = [select.whereClause, select.havingClause, select.limitOffset, select.limitCount];
        let plain = lists.iter().all(|l| l.is_null())
            && nodes.iter().all(|n| n.is_null())
            && select.intoClause.is_null()
            && select.withClause.is_null()
            && select.larg.is_null()
            && select.rarg.is_null();
        let target = only(select.targetList)?.cast::<pg_sys::ResTarget>();
        let bare = (*target).name.is_null() && (*target).indirection.is_null() && !(*target).val.is_null();
        (plain && bare).then(|| (*target).val)
    }
}

/// The only element of a list of pointers.
///
/// # Safety
/// Null, or a list of nodes.
unsafe fn only(list: *mut pg_sys::List) -> Option<*mut Node> {
    // SAFETY: the caller's.
    unsafe { (!list.is_null() && (*list).length == 1).then(|| (*(*list).elements).ptr_value.cast()) }
}

/// Holds nothing with a destructor where it walks on: an ERROR (a stack that is too deep) jumps over it.
unsafe extern "C-unwind" fn visit(node: *mut Node, context: *mut c_void) -> bool {
    if node.is_null() {
        return false;
    }
    // SAFETY: a node of the raw tree; `context` is the `Found` of `examine`.
    unsafe {
        match (*node).type_ {
            NodeTag::T_ParamRef => (*context.cast::<Found>()).parameter = true,
            NodeTag::T_FuncCall => note_call(&*node.cast(), &mut *context.cast()),
            _ => {}
        }
        raw_expression_tree_walker(node, visit, context)
    }
}

/// # Safety
/// A call of the raw tree.
unsafe fn note_call(function: &pg_sys::FuncCall, found: &mut Found) {
    // SAFETY: the name of a function is a list of strings; a constant is looked at as what its tag says.
    unsafe {
        let Some(name) = only(function.funcname) else { return };
        if CStr::from_ptr((*name.cast::<pg_sys::String>()).sval) != c"changed" {
            return;
        }
        let ordinary = function.agg_order.is_null()
            && function.agg_filter.is_null()
            && function.over.is_null()
            && !function.agg_within_group
            && !function.agg_star
            && !function.agg_distinct
            && !function.func_variadic;
        let argument = only(function.args).filter(|a| (**a).type_ == NodeTag::T_A_Const);
        let Some(argument) = argument.filter(|_| ordinary).map(|a| a.cast::<pg_sys::A_Const>()) else {
            found.malformed = true;
            return;
        };
        if (*argument).isnull || (*argument).val.node.type_ != NodeTag::T_String {
            found.malformed = true;
            return;
        }
        let offset = |location: c_int| usize::try_from(location).unwrap_or(0).saturating_sub(BEFORE.len());
        found.changed.push(Changed {
            name: offset(function.location),
            argument: offset((*argument).location),
            field: encoding::string_of(CStr::from_ptr((*argument).val.sval.sval)),
        });
    }
}
