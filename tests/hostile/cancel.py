"""Long statements that are cancelled in the middle: nothing of them is left, in the tables and in memory, and they end at once.

CW_ROWS (5000) rows; CW_STOPS (2) moments at which each statement is cancelled.
"""

import os
import re
import threading
import time
from pathlib import Path

import psycopg

ROWS = int(os.environ.get("CW_ROWS", "5000"))
STOPS = int(os.environ.get("CW_STOPS", "2"))
# seconds from the request to the end of the statement, on a machine that has other things to do
PATIENCE = float(os.environ.get("CW_PATIENCE", "10"))
# megabytes that a backend may keep besides: free memory that the C library has not given back, and caches
KEPT = 48 + ROWS // 5000

SETUP = """
CREATE TABLE long (id int PRIMARY KEY, amount numeric, note text);
ALTER TABLE long OWNER TO erp_owner;
GRANT SELECT, INSERT, UPDATE, DELETE ON long TO alice, bob;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('long', '{amount,note}', 'credit_managers', '{"on_delete": "propose"}');
SELECT customer_workflow.create_workflow('Long', 'long', '{"elements": [{"approval": {"name": "A", "steps": [
    {"name": "S", "when": "new.amount > 0", "assign_to": {"role": "credit_managers"}, "time_limit": {"hours": 1}, "end_action": "approve"}]}}]}');
SELECT customer_workflow.activate_workflow('Long', 1);
RESET SESSION AUTHORIZATION;
"""
STATE = """
SELECT (SELECT count(*) FROM customer_workflow.proposal), (SELECT count(*) FROM customer_workflow.change), (SELECT count(*) FROM customer_workflow.work_item WHERE status = 'open'),
       (SELECT count(*) FROM customer_workflow.history), (SELECT count(*) FROM customer_workflow.deadline), (SELECT sum(hashtext(status)) FROM customer_workflow.proposal),
       (SELECT sum(amount) FROM long), (SELECT count(*) FROM long)
"""
IDS = "(SELECT array_agg(id) FROM customer_workflow.proposals WHERE relation = 'long'::regclass AND status = '{}')"
# name, who, statement, whether its work is done at commit
STEPS = [
    ("capture", "alice", "UPDATE long SET amount = amount + 1, note = 'n' || id", False),
    ("capture again", "alice", "UPDATE long SET amount = amount + 2", False),
    ("submit", "alice", f"SELECT count(*) FROM customer_workflow.submit_many({IDS.format('not_submitted')})", False),
    ("recall", "alice", f"SELECT count(*) FROM customer_workflow.recall_many({IDS.format('pending_approval')})", False),
    ("submit again", "alice", f"SELECT count(*) FROM customer_workflow.submit_many({IDS.format('not_submitted')})", False),
    ("approve", "bob", f"SELECT count(*) FROM customer_workflow.approve_many({IDS.format('pending_approval')})", False),
    ("delete", "alice", "DELETE FROM long WHERE id % 2 = 0", False),
    ("cancel", "alice", f"SELECT count(*) FROM customer_workflow.cancel_many({IDS.format('not_submitted')})", False),
    ("submit itself", "alice", "UPDATE long SET amount = amount + 1", True),
    ("deadlines", "erp_owner", f"SELECT customer_workflow.process_deadlines({ROWS}, now() + interval '2 hours')", False),
]


def resident(pid):
    """Megabytes that the backend has for itself."""
    text = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"RssAnon:\s+(\d+)", text)[1]) / 1024


class Step:
    def __init__(self, db, observer, name, who, statement, at_commit):
        self.db, self.observer, self.name, self.who, self.statement, self.at_commit = db, observer, name, who, statement, at_commit
        self.pid = db.info.backend_pid

    def run(self, cancel_after=None):
        """Seconds that it took, or, cancelled, from the request to the end; None where it was faster than the request."""
        asked = []

        def ask():
            asked.append(time.monotonic())
            self.observer.execute("SELECT pg_cancel_backend(%s)", (self.pid,))

        self.db.execute(f"BEGIN; SET LOCAL SESSION AUTHORIZATION {self.who}")
        began = time.monotonic()
        timer = threading.Timer(cancel_after, ask) if cancel_after is not None else None
        if timer:
            timer.start()
        try:
            self.db.execute(self.statement)
            self.db.execute("COMMIT")
            took = time.monotonic() - began
        except psycopg.errors.QueryCanceled:
            took = None
        ended = time.monotonic()
        if timer:
            timer.cancel()
            timer.join()
            self.db.execute("ROLLBACK")
            return (ended - asked[0]) if took is None else None
        return took


def breaches(database):
    """What is wrong, each as a line; prints what was measured."""
    observer = psycopg.connect(database, autocommit=True, options="-c statement_timeout=0")
    observer.execute(SETUP)
    observer.execute(f"INSERT INTO long SELECT g, g, 'x' FROM generate_series(1, {ROWS}) AS g")
    observer.execute("ANALYZE long")
    found, cancelled = [], 0
    for name, who, statement, at_commit in STEPS:
        if at_commit:
            observer.execute("SELECT customer_workflow.configure('long', '{\"auto_submit\": \"always\"}')")
        with psycopg.connect(database, autocommit=True, options="-c statement_timeout=0") as db:
            step = Step(db, observer, name, who, statement, at_commit)
            db.execute("SET client_min_messages = error")
            before = observer.execute(STATE).fetchone()
            # how long it takes is told by a run that is rolled back, which also fills the caches
            db.execute(f"BEGIN; SET LOCAL SESSION AUTHORIZATION {who}")
            began = time.monotonic()
            db.execute(statement)
            if at_commit:
                db.execute("PREPARE TRANSACTION 'cancel'")
                took = time.monotonic() - began
                db.execute("ROLLBACK PREPARED 'cancel'")
            else:
                took = time.monotonic() - began
                db.execute("ROLLBACK")
            first = resident(step.pid)
            latency, stopped = 0, 0
            for n in range(STOPS):
                ended = step.run(took * (n + 0.5) / STOPS)
                if ended is None:
                    # it was through before
                    break
                stopped += 1
                latency = max(latency, ended)
                after = observer.execute(STATE).fetchone()
                if after != before:
                    found.append(f"{name}: cancelled, it left {before} as {after}")
            last = resident(step.pid)
            contexts = db.execute("SELECT sum(total_bytes) / 1048576.0 FROM pg_backend_memory_contexts").fetchone()[0]
            cancelled += stopped
            if latency > PATIENCE:
                found.append(f"{name}: {latency:.1f} s until it was cancelled")
            if last > first + KEPT:
                found.append(f"{name}: {last:.0f} MB after it was cancelled, {first:.0f} MB after it was rolled back")
            if observer.execute(STATE).fetchone() == before:
                step.run()
            if observer.execute(STATE).fetchone() == before:
                found.append(f"{name}: it does nothing any more")
            print(f"   {name}: {took:.1f} s, cancelled {stopped} times within {latency:.2f} s; {first:.0f} MB after the first run, {last:.0f} MB after these, "
                  f"{contexts:.0f} MB of PostgreSQL's memory", flush=True)
    if cancelled < len(STEPS) / 2:
        found.append(f"only {cancelled} statements were cancelled in time")
    return found
