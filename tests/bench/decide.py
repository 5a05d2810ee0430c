"""Submitting and approving many proposals in one call each."""

import statistics

from kit import ROUNDS, ROWS, Session, alternate, database, settle

TABLES = ("proposal", "change", "history", "work_item")

SUBMIT = "SELECT count(*) FROM customer_workflow.submit_many((SELECT ids FROM many))"
APPROVE = "SELECT count(*) FROM customer_workflow.approve_many((SELECT ids FROM many))"

# Copies of the tables to write to.
PREPARE = """
SET client_min_messages = warning;
SET SESSION AUTHORIZATION alice;
UPDATE guarded SET credit_limit = credit_limit + 1 WHERE id <= {rows};
RESET SESSION AUTHORIZATION;
CREATE TABLE many AS SELECT array_agg(id ORDER BY id) AS ids FROM customer_workflow.proposal;
GRANT SELECT ON many TO alice, bob;
CREATE SCHEMA copy;
CREATE SCHEMA source;
CREATE TABLE copy.proposal (LIKE customer_workflow.proposal INCLUDING ALL);
CREATE TABLE copy.history (LIKE customer_workflow.history INCLUDING ALL);
CREATE TABLE copy.work_item (LIKE customer_workflow.work_item INCLUDING ALL);
INSERT INTO copy.proposal OVERRIDING SYSTEM VALUE SELECT * FROM customer_workflow.proposal ORDER BY id;
"""

# The rows that submit_many and approve_many write, kept from a first run.
KEEP_SUBMITTED = """
CREATE TABLE source.submitted AS SELECT * FROM customer_workflow.proposal ORDER BY id;
CREATE TABLE source.items AS SELECT * FROM customer_workflow.work_item ORDER BY id;
"""
KEEP_APPLIED = """
CREATE TABLE source.log AS SELECT * FROM customer_workflow.history WHERE kind IN ('submitted', 'approved', 'applied') ORDER BY id;
"""

# Then all is as it was before.
RESTORE = """
BEGIN;
SET LOCAL session_replication_role = replica;
TRUNCATE customer_workflow.work_item;
DELETE FROM customer_workflow.history WHERE kind IN ('submitted', 'approved', 'applied');
UPDATE customer_workflow.proposal AS p SET status = c.status, collects = c.collects, digest = c.digest, workflow = c.workflow, version = c.version,
    state = c.state
  FROM copy.proposal AS c WHERE c.id = p.id;
COMMIT;
VACUUM (FREEZE, ANALYZE);
"""

LIMIT_SUBMIT = (
    """UPDATE copy.proposal AS p SET status = s.status, collects = s.collects, submitted_at = s.submitted_at, originator = s.originator,
         digest = s.digest, workflow = s.workflow, version = s.version, state = s.state FROM source.submitted AS s WHERE s.id = p.id""",
    "INSERT INTO copy.work_item OVERRIDING SYSTEM VALUE SELECT * FROM source.items",
    "INSERT INTO copy.history OVERRIDING SYSTEM VALUE SELECT * FROM source.log WHERE kind = 'submitted'",
)
LIMIT_APPROVE = (
    "UPDATE plain SET credit_limit = credit_limit + 1 WHERE id <= {rows}",
    "UPDATE copy.work_item SET status = 'approved', closed_at = now(), closed_by = 'role:bob' WHERE status = 'open'",
    "UPDATE copy.proposal SET status = 'applied', decided_at = now(), applied_at = now(), state = NULL",
    "INSERT INTO copy.history OVERRIDING SYSTEM VALUE SELECT * FROM source.log WHERE kind <> 'submitted'",
)


def decided(results):
    rows = ROWS // 2
    name = database("bench_decided", "tables.sql")
    took = {}
    with Session(name) as admin, Session(name) as s:
        admin.run(PREPARE.format(rows=rows))
        # What was just captured no ANALYZE has seen yet.
        fresh = 0.0
        for role, statement, keep in (("alice", SUBMIT, KEEP_SUBMITTED), ("bob", APPROVE, KEEP_APPLIED)):
            with Session(name) as first:
                first.run(f"SET SESSION AUTHORIZATION {role}")
                fresh += first.timed(statement)
            admin.run(keep)
        admin.run(RESTORE)
        s.run("SET client_min_messages = warning")

        def many(validate):
            admin.run(f"SELECT customer_workflow.configure('guarded', '{{\"validate_on_submit\": {validate}}}')")
            s.run("BEGIN; SET SESSION AUTHORIZATION alice")
            submit = s.timed(SUBMIT)
            s.run("SET SESSION AUTHORIZATION bob")
            approve = s.timed(APPROVE)
            s.run("ROLLBACK")
            took.setdefault(f"submit {validate}", []).append(submit)
            took.setdefault(f"approve {validate}", []).append(approve)
            return submit + approve

        def limit():
            s.run("BEGIN")
            submit = s.timed(*LIMIT_SUBMIT)
            approve = s.timed(*(q.format(rows=rows) for q in LIMIT_APPROVE))
            s.run("ROLLBACK")
            took.setdefault("limit submit", []).append(submit)
            took.setdefault("limit approve", []).append(approve)
            return submit + approve

        variants = {"limit": limit, "true": lambda: many("true"), "false": lambda: many("false")}
        tables = ("plain", "guarded", *(f"customer_workflow.{t}" for t in TABLES), "copy.proposal", "copy.history", "copy.work_item")
        seconds = alternate(variants, lambda: settle(admin, *tables), min(ROUNDS, 3))
    took = {k: v[1:] for k, v in took.items()}
    what = f"{rows} proposals in one call each, vs plain UPDATE and bulk writes: "
    results.ratio(what + "submit, validated", took, "submit true", "limit submit")
    results.ratio(what + "submit, not validated", took, "submit false", "limit submit")
    results.ratio(what + "approve", took, "approve true", "limit approve")
    results.ratio(what + "both, validated", seconds, "true", "limit")
    results.ratio(what + "both, not validated", seconds, "false", "limit", "<= 2")
    limit = statistics.median(seconds["limit"])
    results.add(what + "both, validated, the first time after the capture, without ANALYZE", f"{fresh:.3f} s", f"{limit:.3f} s", f"{fresh / limit:.2f}")
