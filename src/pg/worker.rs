//! Background workers: what `pgrx::bgworkers` does not have.

use super::{guard, role};
use crate::worker;
use pgrx::bgworkers::{BackgroundWorker, BackgroundWorkerBuilder};
use pgrx::pg_sys::{self, Datum, Oid};
use std::ffi::{CStr, c_int};
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

unsafe extern "C-unwind" {
    /// The handler of a session's SIGTERM: what runs is interrupted.
    fn die(signal: c_int);
    fn enable_timeout_after(id: c_int, delay_ms: c_int);
    fn disable_timeout(id: c_int, keep_indicator: bool);
}

/// Of `TimeoutId` in utils/timeout.h; its handler cancels the statement.
const STATEMENT_TIMEOUT: c_int = 3;

/// The launcher's process begins.
///
/// # Safety
/// PostgreSQL calls it.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn customer_workflow_launcher(_: Datum) {
    guard::entry(worker::launch);
}

/// The process of one database begins.
///
/// # Safety
/// PostgreSQL calls it, with a [`Slot`] as argument.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn customer_workflow_worker(slot: Datum) {
    guard::entry(|| worker::work(Slot(slot.value() as u64)));
}

/// Whether the library is being loaded because `shared_preload_libraries` names it.
pub fn is_preload() -> bool {
    // SAFETY: reads a variable.
    unsafe { pg_sys::process_shared_preload_libraries_in_progress }
}

/// SQLSTATE and message of an error.
pub type Failure = (String, String);

/// Reads the configuration file again.
pub fn reload_settings() {
    // SAFETY: between transactions.
    unsafe { pg_sys::ProcessConfigFile(pg_sys::GucContext::PGC_SIGHUP) };
}

/// Ends the process so that the server starts it again, unless the server itself stops.
pub fn exit_to_restart() {
    // SAFETY: does not return.
    unsafe { pg_sys::proc_exit(1) };
}

/// A database as the launcher sees it.
pub struct Database {
    /// Its number.
    pub oid: Oid,
    /// Its name.
    pub name: String,
}

/// The databases that one can connect to and that are no templates. In a transaction; of a process without a database,
/// which can read shared catalogs, but by no statement.
pub fn databases() -> Vec<Database> {
    let mut found = Vec::new();
    // SAFETY: a scan that is begun and ended here; rows of pg_database have this form.
    unsafe {
        let relation = pg_sys::table_open(pg_sys::DatabaseRelationId, pg_sys::AccessShareLock as i32);
        let (snapshot, keys) = (std::ptr::null_mut(), std::ptr::null_mut());
        let scan = pg_sys::systable_beginscan(relation, Oid::INVALID, false, snapshot, 0, keys);
        loop {
            let tuple = pg_sys::systable_getnext(scan);
            if tuple.is_null() {
                break;
            }
            let header = (*tuple).t_data;
            let row: pg_sys::Form_pg_database = header.byte_add((*header).t_hoff.into()).cast();
            // -2 marks one whose DROP DATABASE was interrupted
            if (*row).datallowconn && !(*row).datistemplate && (*row).datconnlimit != -2 {
                let name = CStr::from_ptr((*row).datname.data.as_ptr()).to_string_lossy().into_owned();
                found.push(Database { oid: (*row).oid, name });
            }
        }
        pg_sys::systable_endscan(scan);
        pg_sys::table_close(relation, pg_sys::AccessShareLock as i32);
    }
    found
}

/// What workers tell the launcher: a byte each, in memory that they share.
pub struct Board {
    segment: *mut pg_sys::dsm_segment,
}

/// A place on the board, as a worker gets it: number, and the memory's handle.
pub struct Slot(u64);

impl Board {
    /// How many workers can run at the same time.
    pub const SIZE: usize = 4;

    /// Makes the memory; it is there until the launcher ends.
    pub fn create() -> Self {
        // SAFETY: outside a transaction there is no owner that would let it go.
        unsafe {
            let segment = pg_sys::dsm_create(Self::SIZE, 0);
            pg_sys::dsm_pin_mapping(segment);
            let board = Board { segment };
            (0..Self::SIZE).for_each(|n| board.byte(n).store(0, Ordering::Relaxed));
            board
        }
    }

    fn byte(&self, n: usize) -> &AtomicU8 {
        assert!(n < Self::SIZE);
        // SAFETY: within the segment, which is mapped as long as the board is there.
        unsafe { AtomicU8::from_ptr(pg_sys::dsm_segment_address(self.segment).cast::<u8>().add(n)) }
    }

    /// Takes what was written at a place; 0 for nothing.
    pub fn take(&self, n: usize) -> u8 {
        self.byte(n).swap(0, Ordering::AcqRel)
    }

    fn slot(&self, n: usize) -> Datum {
        // SAFETY: reads the segment's handle.
        let handle = unsafe { pg_sys::dsm_segment_handle(self.segment) };
        Datum::from(u64::from(handle) << 32 | n as u64)
    }
}

impl Slot {
    /// Writes at this place. The launcher may be gone, and nobody reads it then.
    pub fn write(&self, byte: u8) {
        // SAFETY: attaches a segment by the handle that its maker gave, in a transaction, whose end lets it go.
        unsafe {
            let segment = pg_sys::dsm_attach((self.0 >> 32) as u32);
            if !segment.is_null() {
                let board = std::mem::ManuallyDrop::new(Board { segment });
                board.byte(self.0 as u32 as usize).store(byte, Ordering::Release);
                pg_sys::dsm_detach(segment);
            }
        }
    }
}

/// A worker that was started.
pub struct Running(*mut pg_sys::BackgroundWorkerHandle);

impl Running {
    /// Starts a worker in a database; `None` when the server has no process left (`max_worker_processes`).
    pub fn start(database: &Database, board: &Board, slot: usize) -> Option<Self> {
        // 128 bytes, in which one character that this server does not know may take three
        let name: String = database.name.chars().take(35).collect();
        let builder = BackgroundWorkerBuilder::new(worker::WORKER)
            .set_library("customer_workflow")
            .set_function("customer_workflow_worker")
            .set_argument(Some(board.slot(slot)))
            .set_extra(&format!("{} {name}", database.oid.to_u32()))
            // SAFETY: reads a variable.
            .set_notify_pid(unsafe { pg_sys::MyProcPid })
            .enable_spi_access();
        let mut process: pg_sys::BackgroundWorker = (&builder).into();
        let mut handle = std::ptr::null_mut();
        // SAFETY: copies the description; the handle is palloc'd in the launcher's lasting memory.
        let started = unsafe {
            pg_sys::CurrentMemoryContext = pg_sys::TopMemoryContext;
            pg_sys::RegisterDynamicBackgroundWorker(&mut process, &mut handle)
        };
        started.then_some(Running(handle))
    }

    /// Whether it has ended.
    pub fn has_ended(&self) -> bool {
        let mut pid = 0;
        // SAFETY: a handle that RegisterDynamicBackgroundWorker gave.
        let status = unsafe { pg_sys::GetBackgroundWorkerPid(self.0, &mut pid) };
        status == pg_sys::BgwHandleStatus::BGWH_STOPPED
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // SAFETY: palloc'd, freed once.
        unsafe { pg_sys::pfree(self.0.cast()) };
    }
}

/// The worker's process as a session of its database: it can be cancelled and terminated as one. It connects as the bootstrap
/// superuser, since no other role is everywhere, and is at once one that nobody can be or be a member of, so that code of users in
/// its session finds nobody whose name it could use.
pub fn connect(database: Oid) -> Result<(), Failure> {
    // SAFETY: handlers of the server's own; settings by static strings.
    unsafe {
        #[cfg(any(feature = "pg15", feature = "pg16", feature = "pg17"))]
        pg_sys::pqsignal(pg_sys::SIGTERM as c_int, Some(die));
        #[cfg(feature = "pg18")]
        pg_sys::pqsignal_be(pg_sys::SIGTERM as c_int, Some(die));
        pg_sys::BackgroundWorkerUnblockSignals();
    }
    BackgroundWorker::connect_worker_to_spi_by_oid(Some(database), None);
    // SAFETY: for pg_stat_activity; a static string.
    unsafe {
        let doing = c"customer_workflow.process_deadlines()";
        pg_sys::pgstat_report_activity(pg_sys::BackendState::STATE_RUNNING, doing.as_ptr());
    }
    transaction(None, || {
        for (name, value) in [
            (c"session_authorization", c"pg_database_owner"),
            (c"search_path", c"pg_catalog, pg_temp"),
            (c"default_transaction_isolation", c"read committed"),
            (c"default_transaction_read_only", c"off"),
            (c"default_transaction_deferrable", c"off"),
        ] {
            // SAFETY: as SET does it, for the rest of the session.
            unsafe {
                pg_sys::set_config_option(
                    name.as_ptr(),
                    value.as_ptr(),
                    pg_sys::GucContext::PGC_SUSET,
                    pg_sys::GucSource::PGC_S_SESSION,
                    pg_sys::GucAction::GUC_ACTION_SET,
                    true,
                    pg_sys::PGERROR as c_int,
                    false,
                )
            };
        }
    })
}

/// Whether the database has the extension. In a transaction.
pub fn has_extension() -> bool {
    // SAFETY: a catalog look-up.
    unsafe { pg_sys::get_extension_oid(c"customer_workflow".as_ptr(), true) != Oid::INVALID }
}

/// Runs `f` in a transaction of its own; an ERROR rolls it back and is returned as SQLSTATE and message, also that of
/// the commit.
pub fn transaction<R>(limit: Option<Duration>, f: impl FnOnce() -> R) -> Result<R, Failure> {
    // SAFETY: what the server does for a statement of a client, in its order.
    unsafe {
        pg_sys::SetCurrentStatementStartTimestamp();
        let result = guard::attempt(|| {
            pg_sys::StartTransactionCommand();
            pg_sys::PushActiveSnapshot(pg_sys::GetTransactionSnapshot());
            if let Some(limit) = limit {
                enable_timeout_after(STATEMENT_TIMEOUT, c_int::try_from(limit.as_millis()).unwrap_or(c_int::MAX));
            }
            let result = f();
            disable_timeout(STATEMENT_TIMEOUT, false);
            pg_sys::PopActiveSnapshot();
            pg_sys::CommitTransactionCommand();
            result
        });
        if result.is_err() {
            disable_timeout(STATEMENT_TIMEOUT, false);
            pg_sys::AbortCurrentTransaction();
        }
        pg_sys::pgstat_report_stat(true);
        result
    }
}

/// The same as a SECURITY DEFINER function sees it, to the end of the commit: whatever runs, also deferred triggers, cannot change
/// the session user back to the one as which the worker connected.
pub fn locked_transaction<R>(limit: Option<Duration>, f: impl FnOnce() -> R) -> Result<R, Failure> {
    let result = transaction(limit, || {
        role::lock_current_user();
        f()
    });
    // an abort has done it, a commit has not
    role::unlock_current_user();
    result
}
