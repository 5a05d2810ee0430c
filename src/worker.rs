//! Deadlines are processed in the background, where `shared_preload_libraries` names the library: a launcher starts a worker
//! in each database every now and then, as autovacuum does. A worker ends when nothing is due any more, so that it is in nobody's
//! way who drops, renames or copies the database.

use crate::error::{log, warning};
use crate::pg::spi::Statement;
use crate::pg::value;
use crate::pg::worker::{self, Board, Database, Failure, Running, Slot};
use crate::settings;
use pgrx::bgworkers::{BackgroundWorker, BackgroundWorkerBuilder, SignalWakeFlags};
use pgrx::pg_sys::{self, Datum, Oid};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// What `pg_stat_activity` calls the launcher.
const LAUNCHER: &str = "customer_workflow launcher";
/// And a worker.
pub const WORKER: &str = "customer_workflow worker";
/// A database without the extension is looked at as much less often.
const WITHOUT_EXTENSION: u32 = 12;
/// After an error of the launcher.
const RESTART: Duration = Duration::from_secs(5);

/// What a worker reports.
const NO_EXTENSION: u8 = 1;
const EXTENSION: u8 = 2;
const COPY: u8 = 3;

/// Called when the library is loaded: where that is at the start of the server, there will be a launcher. A standby has none until it
/// is promoted.
pub fn register() {
    if worker::is_preload() {
        BackgroundWorkerBuilder::new(LAUNCHER)
            .set_library("customer_workflow")
            .set_function("customer_workflow_launcher")
            .set_restart_time(Some(RESTART))
            .enable_spi_access()
            .load();
    }
}

/// What the launcher knows of a database.
struct Known {
    name: String,
    next: Instant,
    /// The worker in it, when it was started, and its place on the board.
    running: Option<(Running, Instant, usize)>,
    /// Whether it was a restored copy when it was last looked at, so that the log says it once.
    copy: bool,
}

impl Known {
    /// Logs once that deadlines pause in a restored copy, or that they go on.
    fn tell_copy(&mut self, report: u8) {
        let name = &self.name;
        match report {
            COPY if !self.copy => log(&format!(
                "customer_workflow: database \"{name}\" is a restored copy: deadlines and events pause until customer_workflow.adopt_database() is called"
            )),
            EXTENSION if self.copy => {
                log(&format!("customer_workflow: database \"{name}\" is adopted: deadlines go on"))
            }
            _ => {}
        }
        if matches!(report, COPY | EXTENSION) {
            self.copy = report == COPY;
        }
    }
}

/// The launcher, until the server stops.
pub fn launch() {
    BackgroundWorker::attach_signal_handlers(SignalWakeFlags::SIGHUP | SignalWakeFlags::SIGTERM);
    BackgroundWorker::connect_worker_to_spi(None, None);
    let board = Board::create();
    let mut known: HashMap<Oid, Known> = HashMap::new();
    let mut complained = false;
    log("customer_workflow: launcher started");
    loop {
        if BackgroundWorker::sighup_received() {
            worker::reload_settings();
        }
        let naptime = settings::worker_naptime();
        for database in known.values_mut() {
            if let Some((_, started, slot)) = database.running.take_if(|(worker, _, _)| worker.has_ended()) {
                let report = board.take(slot);
                let naps = if report == NO_EXTENSION { WITHOUT_EXTENSION } else { 1 };
                database.next = started + naptime * naps;
                database.tell_copy(report);
            }
        }
        match worker::transaction(None, worker::databases) {
            Ok(databases) => complained = start_workers(&databases, &board, &mut known, complained),
            Err((_, message)) => warning(&format!("customer_workflow: could not list the databases: {message}")),
        }
        // a worker that ends wakes the launcher, a new database does not
        let full = known.values().filter(|k| k.running.is_some()).count() >= Board::SIZE;
        let next = known.values().filter(|k| k.running.is_none() && !full).map(|k| k.next).min();
        let nap = next.map_or(naptime, |n| n.saturating_duration_since(Instant::now()));
        if !BackgroundWorker::wait_latch(Some(nap.clamp(Duration::from_millis(10), naptime))) {
            worker::exit_to_restart();
        }
    }
}

/// Starts workers where it is time, those that have waited longest first; returns whether there was a process missing.
fn start_workers(databases: &[Database], board: &Board, known: &mut HashMap<Oid, Known>, complained: bool) -> bool {
    let now = Instant::now();
    let mut ours: Vec<&Database> = databases.iter().filter(|d| settings::worker_works_in(&d.name)).collect();
    known.retain(|oid, k| k.running.is_some() || ours.iter().any(|d| d.oid == *oid));
    for database in &ours {
        let new = Known { next: now, running: None, copy: false, name: database.name.clone() };
        known.entry(database.oid).or_insert(new).name.clone_from(&database.name);
    }
    ours.retain(|d| known[&d.oid].running.is_none() && known[&d.oid].next <= now);
    ours.sort_by_key(|d| known[&d.oid].next);
    let mut missing = false;
    for database in ours {
        let taken: Vec<usize> = known.values().filter_map(|k| k.running.as_ref().map(|r| r.2)).collect();
        let Some(slot) = (0..Board::SIZE).find(|n| !taken.contains(n)) else { break };
        board.take(slot);
        let running = Running::start(database, board, slot);
        missing |= running.is_none();
        let next = now + settings::worker_naptime();
        if let Some(known) = known.get_mut(&database.oid) {
            (known.next, known.running) = (next, running.map(|r| (r, now, slot)));
        }
    }
    if missing && !complained {
        warning("customer_workflow: no process is left for a worker, deadlines wait; raise max_worker_processes");
    }
    missing
}

static SETTLE: Statement = Statement::new(c"SELECT customer_workflow._settle()", &[]);

static PROCESS: Statement = Statement::new(c"SELECT customer_workflow._process_deadlines(1000, NULL, NULL, NULL)", &[]);

static OVERDUE: Statement = Statement::new(c"SELECT d FROM pg_catalog.unnest(customer_workflow._overdue()) AS d", &[]);

static PROCESS_ONE: Statement =
    Statement::new(c"SELECT customer_workflow._process_deadlines(1, NULL, NULL, $1)", &[pg_sys::INT8OID]);

static FAILED: Statement = Statement::new(
    c"SELECT customer_workflow._deadline_failed($1, $2, $3)",
    &[pg_sys::INT8OID, pg_sys::TEXTOID, pg_sys::TEXTOID],
);

/// A worker in one database, until nothing is due there.
pub fn work(slot: Slot) {
    let there = worker::connect(database().0).and_then(|()| {
        worker::locked_transaction(None, || {
            let mut home = false;
            if worker::has_extension() {
                SETTLE.run(&[], |row| home = row.bool(1) == Some(true));
                slot.write(if home { EXTENSION } else { COPY });
            } else {
                slot.write(NO_EXTENSION);
            }
            home
        })
    });
    if there.unwrap_or_else(|error| complain("an error", &error)) {
        work_off(settings::worker_timeout());
    }
}

/// The database that the launcher asked for: number and name.
fn database() -> (Oid, &'static str) {
    let (oid, name) = BackgroundWorker::get_extra().split_once(' ').unwrap_or_default();
    (Oid::from(oid.parse::<u32>().unwrap_or_default()), name)
}

fn complain<R: Default>(what: &str, (sqlstate, message): &Failure) -> R {
    warning(&format!("customer_workflow: {what} in database \"{}\": {message} (SQLSTATE {sqlstate})", database().1));
    R::default()
}

fn work_off(limit: Option<Duration>) {
    loop {
        let mut handled = 0;
        match worker::locked_transaction(limit, || PROCESS.run(&[], |row| handled = row.int(1).unwrap_or(0))) {
            Ok(_) if handled == 0 => return,
            Ok(_) => {}
            Err(error) => {
                complain::<()>("deadlines are taken one by one after an error", &error);
                return one_by_one(limit);
            }
        }
    }
}

/// So that the one that ends a whole transaction, by a condition without end for example, does not stand in the way of the others.
fn one_by_one(limit: Option<Duration>) {
    let mut overdue = Vec::new();
    if let Err(error) = worker::locked_transaction(limit, || OVERDUE.run(&[], |row| overdue.extend(row.int(1)))) {
        return complain("an error", &error);
    }
    for id in overdue {
        let deadline = Some(Datum::from(id));
        let Err(error) = worker::locked_transaction(limit, || PROCESS_ONE.run(&[deadline], |_| ())) else { continue };
        complain::<()>(&format!("deadline {id} failed"), &error);
        // what asks to try again is tried again the next time
        if error.0.starts_with("40") {
            continue;
        }
        let noted = worker::locked_transaction(limit, || {
            FAILED.run(&[deadline, Some(value::text(&error.0)), Some(value::text(&error.1))], |_| ())
        });
        noted.map(drop).unwrap_or_else(|error| complain("an error", &error));
    }
}
