"""The history proves itself: what that costs those who write, and how long it takes."""

import threading

from kit import ROUNDS, ROWS, Session, Watch, alternate, database, pgbench, settle

OURS = ("customer_workflow.proposal", "customer_workflow.change", "customer_workflow.history")
PROOF = ("customer_workflow.history_link", "customer_workflow.history_checkpoint")

# A transaction that goes on for a while after it has recorded something, as those of applications do. Who had to wait for the
# chain of another, or for a checkpoint, would wait that long.
WORK = """
\\set n :n + 1
\\set id (:n * 16 + :client_id) % {rows} + 1
BEGIN;
UPDATE guarded SET credit_limit = :n + 0.25 WHERE id = :id;
\\sleep 20 ms
COMMIT;
"""


def forget(admin):
    admin.run(f"BEGIN; SET LOCAL session_replication_role = replica; TRUNCATE {', '.join((*OURS, *PROOF))}; COMMIT")


def history(results):
    name = database("bench_history", "tables.sql")
    seconds = max(3, min(8, ROWS // 25000))
    work = WORK.format(rows=ROWS)

    def clients(n):
        return 1 / pgbench(name, "alice", work, seconds, clients=n, n=0)

    def with_checkpoints():
        done = threading.Event()

        def take():
            with Session(name) as s:
                while not done.wait(0.1):
                    s.run("SELECT customer_workflow.checkpoint()")
        thread = threading.Thread(target=take)
        thread.start()
        try:
            return clients(16)
        finally:
            done.set()
            thread.join()

    with Session(name) as admin:
        def between():
            forget(admin)
            settle(admin, "guarded", *OURS, *PROOF)
        took = alternate({"one": lambda: clients(1), "sixteen": lambda: clients(16), "checkpoints": with_checkpoints}, between, min(ROUNDS, 3))
        between()

        def tps(what, one, other, aim):
            results.ratio(what, took, one, other, aim, True, lambda s: f"{1 / s:.0f} TPS")
        tps("diverted UPDATE, 20 ms of other work, commit: TPS of 16 clients vs 1", "sixteen", "one", ">= 12")
        tps("the same while a checkpoint is taken every 0.1 s, TPS of that without", "checkpoints", "sixteen", ">= 0.9")

        with Session(name, "alice") as s:
            s.run("SET client_min_messages = warning")
            wrote = s.timed("UPDATE guarded SET credit_limit = credit_limit + 1")
        with Session(name) as s:
            watch = Watch(int(s.run("SELECT pg_backend_pid()")[0]))
            with watch:
                chained = s.timed("SELECT customer_workflow.checkpoint()")
            memory = [f"{(watch.peak - watch.start) / 1024:.0f} MB"]
        with Session(name) as s:
            s.run("CREATE TABLE kept AS SELECT customer_workflow._exported(c) AS checkpoint FROM customer_workflow.history_checkpoint AS c")
            watch = Watch(int(s.run("SELECT pg_backend_pid()")[0]))
            with watch:
                verified = s.timed("SELECT v.* FROM kept, customer_workflow.verify_history(kept.checkpoint) AS v")
            memory.append(f"{(watch.peak - watch.start) / 1024:.0f} MB")
    of_write = f"the diverted UPDATE that recorded {ROWS} entries"
    results.add(f"checkpoint() over them, memory {memory[0]}, vs {of_write}", f"{chained:.3f} s", f"{wrote:.3f} s", f"{chained / wrote:.2f}")
    results.add(f"verify_history(), memory {memory[1]}, vs the same", f"{verified:.3f} s", f"{wrote:.3f} s", f"{verified / wrote:.2f}")
