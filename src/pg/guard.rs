//! Errors that cross between C and Rust, whole: pgrx keeps neither constraint, table and column nor a SQLSTATE that it does
//! not know, so errors of statements and our own take this way.

use super::encoding;
use crate::error::Report;
use cee_scape::call_with_sigsetjmp;
use pgrx::pg_sys;
use std::any::Any;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::mem::MaybeUninit;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// An ERROR of PostgreSQL on its way through Rust frames, as `CopyErrorData` made it.
struct Caught(*mut pg_sys::ErrorData);

// SAFETY: a backend has one thread; the pointer never leaves it.
unsafe impl Send for Caught {}

unsafe extern "C-unwind" {
    fn errstart(level: c_int, domain: *const c_char) -> bool;
    fn errcode(code: c_int) -> c_int;
    fn errmsg_internal(format: *const c_char, ...) -> c_int;
    fn errdetail_internal(format: *const c_char, ...) -> c_int;
    fn errdetail_log(format: *const c_char, ...) -> c_int;
    fn errhint(format: *const c_char, ...) -> c_int;
    fn err_generic_string(field: c_int, text: *const c_char) -> c_int;
    fn errfinish(file: *const c_char, line: c_int, function: *const c_char);
    fn CopyErrorData() -> *mut pg_sys::ErrorData;
    fn ReThrowError(error: *mut pg_sys::ErrorData);
}

/// Runs Rust code on behalf of C: whatever unwinds out of it becomes an ERROR. Called first thing by every function that
/// PostgreSQL calls, so that only plain frames lie above when the ERROR jumps.
pub fn entry<R>(f: impl FnOnce() -> R) -> R {
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(result) => result,
        Err(payload) => {
            let error = explain(payload);
            // SAFETY: nothing with a destructor is alive in this frame; neither call returns.
            unsafe {
                match error {
                    Thrown::Again(data) => ReThrowError(data),
                    Thrown::New(message) => {
                        send(pg_sys::PGERROR as c_int, message);
                    }
                }
            }
            unreachable!("an ERROR does not return")
        }
    }
}

enum Thrown {
    Again(*mut pg_sys::ErrorData),
    New(Message),
}

fn explain(payload: Box<dyn Any + Send>) -> Thrown {
    let payload = match payload.downcast::<Caught>() {
        Ok(caught) => return Thrown::Again(caught.0),
        Err(other) => other,
    };
    match payload.downcast::<Report>() {
        Ok(report) => Thrown::New(Message::of(&report)),
        // SAFETY: pgrx's own guard turns what pgrx threw, or a plain panic, into an ERROR; it is caught here at once.
        Err(other) => Thrown::Again(
            caught(|| unsafe { pg_sys::panic::pgrx_extern_c_guard(|| -> () { resume_unwind(other) }) })
                .expect_err("a panic does not return"),
        ),
    }
}

/// Calls C code that may raise. An ERROR becomes a Rust panic that [`entry`] raises again as it was.
///
/// # Safety
/// `f` holds nothing with a destructor while it calls.
pub unsafe fn call<T>(f: impl FnOnce() -> T) -> T {
    match caught(f) {
        Ok(result) => result,
        Err(data) => resume_unwind(Box::new(Caught(data))),
    }
}

fn caught<T>(f: impl FnOnce() -> T) -> Result<T, *mut pg_sys::ErrorData> {
    // SAFETY: what PG_TRY does: a jump buffer of our own for the length of the call, then the former one again.
    unsafe {
        let context = pg_sys::CurrentMemoryContext;
        let stack = pg_sys::PG_exception_stack;
        let callbacks = pg_sys::error_context_stack;
        let mut result = MaybeUninit::<T>::uninit();
        let jumped = call_with_sigsetjmp(false, |buffer| {
            pg_sys::PG_exception_stack = std::ptr::from_ref(buffer).cast_mut().cast();
            result.write(f());
            0
        });
        pg_sys::PG_exception_stack = stack;
        pg_sys::error_context_stack = callbacks;
        if jumped == 0 {
            return Ok(result.assume_init());
        }
        pg_sys::CurrentMemoryContext = context;
        let data = CopyErrorData();
        pg_sys::FlushErrorState();
        Err(data)
    }
}

/// Runs Rust code, and returns an ERROR of it with its SQLSTATE and message. The (sub)transaction is broken then, and the caller
/// aborts it.
pub fn attempt<R>(f: impl FnOnce() -> R) -> Result<R, (String, String)> {
    // `entry` has unwound what had destructors when the ERROR jumps
    caught(|| entry(f)).map_err(|data| {
        // SAFETY: as `CopyErrorData` made it, freed once; the message is null or a C string.
        unsafe {
            let code = (*data).sqlerrcode;
            let sqlstate = (0..5).map(|i| char::from((code >> (6 * i) & 0x3f) as u8 + b'0')).collect();
            let message = if (*data).message.is_null() {
                String::new()
            } else {
                encoding::string_of(CStr::from_ptr((*data).message))
            };
            pg_sys::FreeErrorData(data);
            (sqlstate, message)
        }
    })
}

/// Runs what has to be done when a transaction or subtransaction is over, where no error can be raised any more. A panic in it can
/// only be a defect; what this session keeps in memory is not sure then, so that it ends before its next command.
pub(super) fn surely(f: impl FnOnce()) {
    // SAFETY: variables of this backend, read and set as its signal handlers do.
    unsafe {
        if pg_sys::proc_exit_inprogress {
            return;
        }
        if catch_unwind(AssertUnwindSafe(f)).is_err() {
            pg_sys::ProcDiePending = 1;
            pg_sys::InterruptPending = 1;
        }
    }
}

/// Ends the session: the operating system has no memory left. Allocates nothing, and unwinds nothing.
pub(super) fn out_of_memory() -> ! {
    // SAFETY: what ereport(FATAL, …) expands to, with static texts; errors have memory of their own. It exits the process.
    unsafe {
        if !pg_sys::proc_exit_inprogress && errstart(pg_sys::FATAL as c_int, std::ptr::null()) {
            errcode(sqlstate("53200"));
            errmsg_internal(c"%s".as_ptr(), c"out of memory".as_ptr());
            errfinish(c"customer_workflow".as_ptr(), 0, c"".as_ptr());
        }
    }
    std::process::abort()
}

/// Raises `report`.
pub fn raise(report: Report) -> ! {
    resume_unwind(Box::new(report))
}

/// Whether a NOTICE would go to the client or to the server's log.
pub fn notice_reaches_anybody() -> bool {
    // SAFETY: reads variables; declared here because it cannot raise.
    unsafe extern "C" {
        safe fn message_level_is_interesting(level: c_int) -> bool;
    }
    message_level_is_interesting(pg_sys::NOTICE as c_int)
}

/// Sends a NOTICE, which reaches the client together with what follows it, at the latest with the end of its command. PostgreSQL itself
/// would write to the socket at once, and wake the client for nothing else.
pub fn notice(text: &str) {
    let _unhurried = Unhurried::new();
    below_error(pg_sys::NOTICE as c_int, text, "00000");
}

/// How the server talks to its client (PQcommMethods in libpq/libpq.h).
#[repr(C)]
#[derive(Clone, Copy)]
struct Methods {
    reset: *const c_void,
    flush: unsafe extern "C" fn() -> c_int,
    others: [*const c_void; 4],
}

unsafe extern "C" {
    static mut PqCommMethods: *const Methods;
}

/// While it lives, messages to the client only fill the buffer, which is written when it is full.
struct Unhurried(*const Methods);

impl Unhurried {
    fn new() -> Self {
        static mut METHODS: MaybeUninit<Methods> = MaybeUninit::uninit();
        unsafe extern "C" fn later() -> c_int {
            0
        }
        // SAFETY: variables of this single-threaded backend; the former methods come back when this is dropped.
        unsafe {
            let former = PqCommMethods;
            let own = &raw mut METHODS;
            (*own).write(Methods { flush: later, ..*former });
            PqCommMethods = own.cast();
            Unhurried(former)
        }
    }
}

impl Drop for Unhurried {
    fn drop(&mut self) {
        // SAFETY: what was there before.
        unsafe { PqCommMethods = self.0 };
    }
}

/// Sends a WARNING.
pub fn warning(text: &str) {
    below_error(pg_sys::WARNING as c_int, text, "01000");
}

/// Sends a line to the server's log.
pub fn log(text: &str) {
    below_error(pg_sys::LOG as c_int, text, "00000");
}

fn below_error(level: c_int, text: &str, sqlstate: &str) {
    let message = Message::of(&Report::new(sqlstate, encoding::known_to_client(text).into_owned()));
    // SAFETY: below ERROR it returns; a cancel that strikes while the client is written to arrives whole.
    unsafe { call(|| send(level, message)) };
}

/// Copies of a report's texts in PostgreSQL's memory, which needs no destructor.
#[derive(Clone, Copy)]
struct Message {
    code: c_int,
    message: *mut c_char,
    detail: *mut c_char,
    detail_log: *mut c_char,
    hint: *mut c_char,
    about: [*mut c_char; 5],
}

/// Fields of [`Report::about`] as the protocol calls them (PG_DIAG_… in postgres_ext.h).
const ABOUT: [u8; 5] = [b's', b't', b'c', b'd', b'n'];

impl Message {
    fn of(report: &Report) -> Self {
        let copy = |s: &str| {
            let c = encoding::c_string(&encoding::known_to_server(&s.replace('\0', "")));
            // SAFETY: copies a C string into the current context.
            unsafe { pg_sys::pstrdup(c.as_ptr()) }
        };
        let optional = |s: &Option<String>| s.as_deref().map_or(std::ptr::null_mut(), copy);
        Message {
            code: sqlstate(&report.sqlstate),
            message: copy(&report.message),
            detail: optional(&report.detail),
            detail_log: optional(&report.detail_log),
            hint: optional(&report.hint),
            about: std::array::from_fn(|i| optional(&report.about[i])),
        }
    }
}

/// # Safety
/// Jumps when `level` is ERROR: only plain frames may lie above.
unsafe fn send(level: c_int, m: Message) {
    // SAFETY: what the ereport macro expands to; all pointers are C strings or null.
    unsafe {
        if errstart(level, std::ptr::null()) {
            errcode(m.code);
            errmsg_internal(c"%s".as_ptr(), m.message);
            if !m.detail.is_null() {
                errdetail_internal(c"%s".as_ptr(), m.detail);
            }
            if !m.detail_log.is_null() {
                errdetail_log(c"%s".as_ptr(), m.detail_log);
            }
            if !m.hint.is_null() {
                errhint(c"%s".as_ptr(), m.hint);
            }
            for (field, text) in ABOUT.iter().zip(m.about) {
                if !text.is_null() {
                    err_generic_string(c_int::from(*field), text);
                }
            }
            errfinish(c"customer_workflow".as_ptr(), 0, c"".as_ptr());
        }
    }
}

/// Five characters as PostgreSQL packs them (MAKE_SQLSTATE in utils/elog.h).
fn sqlstate(code: &str) -> c_int {
    code.bytes().enumerate().fold(0, |packed, (i, c)| packed | ((c_int::from(c) - 48) & 0x3f) << (6 * i))
}
