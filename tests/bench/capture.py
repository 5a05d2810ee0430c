"""An UPDATE that touches no protected field, and one that is diverted."""

from kit import ROUNDS, ROWS, Session, Watch, alternate, database, pgbench, settle

OURS = ("customer_workflow.proposal", "customer_workflow.change", "customer_workflow.history")
COPIES = ("copy.proposal", "copy.change", "copy.history")
BY_HAND = ("by_hand.proposal", "by_hand.change", "by_hand.history", "by_hand.staged")


def untouched(results):
    """No protected field is touched: what the triggers cost."""
    name = database("bench_untouched", "tables.sql")
    tables = ("plain", "unfired", "guarded")
    with Session(name) as admin, Session(name, "alice") as s:
        update = "UPDATE {} SET city = 'Bonn', rating = rating + 1"
        seconds = alternate({t: lambda t=t: s.rolled_back(update.format(t)) for t in tables},
                            lambda: settle(admin, *tables), ROUNDS * 2)
    what = f"UPDATE of {ROWS} rows of 20 columns, no protected field, vs "
    results.ratio(what + "an unfired BEFORE ROW trigger", seconds, "guarded", "unfired", "<= 1.03")
    results.ratio(what + "no trigger", seconds, "guarded", "plain")


def diverted(results):
    """A diverted UPDATE against the limit and against triggers in PL/pgSQL."""
    name = database("bench_diverted", "tables.sql", "by_hand.sql")
    with Session(name) as admin, Session(name, "alice") as s:
        s.run("SET client_min_messages = warning")
        update = "UPDATE {} SET credit_limit = credit_limit + 1"
        limit = [update.format("plain"), *(
            f"INSERT INTO copy.{t} OVERRIDING SYSTEM VALUE SELECT * FROM source.{t}" for t in ("proposal", "change", "history"))]
        variants = {
            "limit": lambda: s.rolled_back(*limit),
            "guarded": lambda: s.rolled_back(update.format("guarded")),
            "plain": lambda: s.rolled_back(update.format("plain")),
            **{t: lambda t=t: s.rolled_back(update.format(t)) for t in ("row_trigger", "staging_trigger", "reverting_trigger")},
        }
        tables = ("plain", "guarded", "row_trigger", "staging_trigger", "reverting_trigger", *OURS, *COPIES, *BY_HAND)
        seconds = alternate(variants, lambda: settle(admin, *tables))
    what = f"diverted UPDATE of {ROWS} rows vs "
    results.ratio(what + "plain UPDATE plus bulk INSERT of the same rows", seconds, "guarded", "limit", "<= 1.3")
    results.ratio(what + "plain UPDATE", seconds, "guarded", "plain")
    by_hand = "times faster than PL/pgSQL: "
    results.ratio(by_hand + "row trigger", seconds, "guarded", "row_trigger", ">= 6", inverse=True)
    results.ratio(by_hand + "notes by row, the rest by statement", seconds, "guarded", "staging_trigger", inverse=True)
    results.ratio(by_hand + "written and written back (not transparent)", seconds, "guarded", "reverting_trigger", inverse=True)


def forget_proposals(admin, *others):
    tables = (*OURS, "customer_workflow.work_item", *others)
    admin.run(f"BEGIN; SET LOCAL session_replication_role = replica; TRUNCATE {', '.join(tables)}; COMMIT")


# One statement that writes the same rows and looks for nothing: what PostgreSQL itself needs. (A colon begins a variable of pgbench.)
ONE_STATEMENT = r"""
WITH u AS (UPDATE plain SET rating = rating WHERE id = :id RETURNING id, credit_limit),
p AS (INSERT INTO copy.proposal (table_id, record_key, record_hash, author, parties, database_role)
      SELECT 1, jsonb_build_object('id', id), lpad(to_hex(id), 32, '0')::uuid, E'role\x3aalice', ARRAY[E'role\x3aalice', E'oid\x3a16384'], 'alice'
        FROM u RETURNING id),
c AS (INSERT INTO copy.change (proposal, field, original, proposed)
      SELECT p.id, 'credit_limit', u.credit_limit::text, (:n + 0.25)::text FROM p, u)
INSERT INTO copy.history (transaction, table_id, proposal, kind, person, database_role, identity)
SELECT pg_current_xact_id(), 1, id, 'proposed', E'role\x3aalice', 'alice', '{"by": "session", "application": "pgbench"}' FROM p;
"""


SINGLE = "UPDATE {} SET credit_limit = :n + 0.25 WHERE id = :id;\n"
FRESH = f"\\set n :n + 1\n\\set id (:n * 2 + :client_id) % {ROWS} + 1\n"
AGAIN = "\\set id :client_id + 1\n\\set n :n + 1\n"
SAME = "\\set id :client_id + 1\n\\set n 17\n"


def single(results):
    """One row at a time: by one client as pgbench is without options, whose transactions are counted; and by two with prepared statements."""
    name = database("bench_single", "tables.sql", "by_hand.sql")
    length = max(2, min(5, ROWS // 40000))

    def run(records, statement, told=False):
        return 1 / pgbench(name, "alice", records + statement, length, told=told, n=0)

    variants = {t: lambda t=t: run(FRESH, SINGLE.format(t)) for t in ("plain", "guarded", "row_trigger")}
    variants |= {f"{t} again": lambda t=t: run(AGAIN, SINGLE.format(t)) for t in ("plain", "guarded")}
    variants |= {f"{t} same": lambda t=t: run(SAME, SINGLE.format(t)) for t in ("plain", "guarded")}
    variants["limit"] = lambda: run(FRESH, ONE_STATEMENT)
    variants |= {f"{t} alone": lambda t=t: 1 / pgbench(name, "alice", FRESH + SINGLE.format(t), length, clients=1, protocol="simple", clock="wall", n=0)
                 for t in ("plain", "guarded", "row_trigger")}
    variants["told"] = lambda: run(FRESH, SINGLE.format("guarded"), told=True)
    with Session(name) as admin:
        def between():
            forget_proposals(admin, *COPIES, *BY_HAND)
            settle(admin, "plain", "guarded", "row_trigger", *OURS)
        seconds = alternate(variants, between, min(ROUNDS, 5))

    def tps(what, one, other, aim=None):
        results.ratio(what, seconds, one, other, aim, True, lambda s: f"{1 / s:.0f} TPS")

    of_plain = ", TPS of plain UPDATE"
    tps("diverted single-row UPDATE (1 client, simple protocol)" + of_plain, "guarded alone", "plain alone", ">= 0.6")
    tps("the row trigger in PL/pgSQL" + of_plain, "row_trigger alone", "plain alone")
    tps("diverted single-row UPDATE (2 clients, prepared)" + of_plain, "guarded", "plain", ">= 0.6")
    tps("the same with its NOTICE sent to the client" + of_plain, "told", "plain")
    tps("one statement that writes the same rows" + of_plain, "limit", "plain")
    tps("diverted single-row UPDATE, TPS of that statement", "guarded", "limit")
    tps("diverted single-row UPDATE, TPS of the row trigger in PL/pgSQL", "guarded", "row_trigger")
    tps("the same record again, another value" + of_plain, "guarded again", "plain again")
    tps("the same record again, the same value" + of_plain, "guarded same", "plain same")


def memory(results):
    """What a backend keeps to itself while it diverts, beyond what PostgreSQL itself keeps for every row of a table with a BEFORE ROW
    trigger (some 20 bytes, by PostgreSQL 18): the same for ten times as many rows."""
    peaks = {}
    for factor in (1, 10):
        name = database("bench_memory", "tables.sql", rows=ROWS * factor)
        for table in ("unfired", "guarded"):
            with Session(name, "alice") as s:
                s.run(f"SET client_min_messages = warning; UPDATE {table} SET credit_limit = credit_limit + 1 WHERE id = 1")
                with Watch(s.run("SELECT pg_backend_pid()")[0]) as watch:
                    s.run(f"UPDATE {table} SET credit_limit = credit_limit + 1")
                peaks[table, factor] = watch.peak - watch.start
    much, little = (peaks["guarded", f] - peaks["unfired", f] for f in (10, 1))
    results.add(f"private memory for {ROWS * 10} diverted rows vs {ROWS}, beyond a trigger in PL/pgSQL", f"{much / 1024:.1f} MiB",
                f"{little / 1024:.1f} MiB", f"{much / max(1, little):.2f}", aim="flat")


def nightly(results):
    """The same import every night: the second time nothing is new."""
    name = database("bench_nightly", "tables.sql")
    with Session(name) as admin, Session(name, "import") as s:
        admin.run("SET client_min_messages = warning; SELECT customer_workflow.set_data_entity('import', 'guarded', '{\"auto_submit\": \"never\"}');"
                  "CREATE TABLE night AS SELECT id, credit_limit + 1 AS credit_limit FROM guarded ORDER BY id;"
                  "GRANT SELECT ON night TO import; ANALYZE")
        s.run("SET client_min_messages = warning")
        update = "UPDATE {} AS t SET credit_limit = n.credit_limit FROM night AS n WHERE n.id = t.id"
        seconds = {"plain": [], "first": [], "second": []}
        for _ in range(min(ROUNDS, 3)):
            forget_proposals(admin)
            settle(admin, "plain", "guarded", *OURS)
            seconds["plain"].append(s.timed(update.format("plain")))
            seconds["first"].append(s.timed(update.format("guarded")))
            admin.run("ANALYZE customer_workflow.proposal; ANALYZE customer_workflow.change")
            settle(admin, "guarded")
            seconds["second"].append(s.timed(update.format("guarded")))
    results.ratio(f"import of {ROWS} rows, all proposed, vs plain UPDATE", seconds, "first", "plain")
    results.ratio("the same import again, vs the first time", seconds, "second", "first")
