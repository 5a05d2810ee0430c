"""kill -9 while people capture, submit, decide in bulk, prepare transactions, and deadlines end.

Each client keeps what was acknowledged to it. After the server has recovered, all of that is there, and nothing is there by half.
The seed decides what is done and what is killed when; how the machine shares its time is not in it.
"""
import os
import random
import signal
import threading
import time
from collections import Counter

from kit import LONG, Server, Session, setup

# fewer with older versions, which make test-all has
ROUNDS = int(os.environ.get("CW_ROUNDS", "200" if LONG else "20" if os.environ["PG_MAJOR"] == "18" else "6"))
SEED = int(os.environ.get("CW_SEED", random.randrange(2**32)))
KINDS = ("backend", "server", "terminate")


class Client(threading.Thread):
    """Somebody who works until his connection is gone or he is told to stop."""

    def __init__(self, world, user, act):
        super().__init__()
        self.world, self.act, self.failed = world, act, None
        self.session = Session(world.server, world.database, user)
        self.random = random.Random(world.random.random())

    def run(self):
        try:
            while not self.world.stop.is_set() and self.act(self) is not None:
                pass
        except Exception as error:  # the main thread reports it
            self.failed = error

    def do(self, sql, acknowledge=lambda lines: None):
        """Executes; what came back without an error counts as acknowledged."""
        answer = self.session.execute(sql)
        if answer is None:
            return None
        state, lines = answer
        self.world.states[state] += 1
        if state == "00000":
            acknowledge(lines)
        return answer


class World:
    """A database, and what was acknowledged in it."""

    def __init__(self, server, number, rng):
        self.server, self.database, self.random = server, f"crash_{number}", rng
        self.lock, self.stop = threading.Lock(), threading.Event()
        self.states = Counter()
        self.captured = []  # (author, first record, last record, value)
        self.submitted, self.applied = set(), set()
        self.prepared = {}  # gid -> (record, value), acknowledged and not ended
        self.committed, self.rolled_back = [], []  # of what was prepared, ended and acknowledged
        self.next = Counter({"value": 1000000})

    def number(self, what, count=1):
        with self.lock:
            self.next[what] += count
            return self.next[what] - count + 1

    def clients(self):
        return [Client(self, *c) for c in (
            ("alice", lambda c: self.updates(c, "alice")), ("dave", lambda c: self.updates(c, "dave")), ("import", self.imports),
            ("alice", lambda c: self.submits(c, 40)), ("dave", lambda c: self.submits(c, 1)),
            ("bob", lambda c: self.approves(c, 300)), ("carol", lambda c: self.approves(c, 1)),
            ("prepares", self.prepares), ("postgres", self.lets_time_pass))]

    # what they do

    def updates(self, client, who):
        record, value = self.number(who), self.number("value")
        answer = client.do(f"UPDATE accounts SET credit_limit = {value}, {who} = {value} WHERE id = {record}",
                           lambda _: self.captured.append((who, record, record, value)))
        time.sleep(client.random.uniform(0, 0.02))
        return answer

    def imports(self, client):
        rows = client.random.choice((10, 200, 1500))
        first, value = self.number("import", rows), self.number("value")
        if first + rows > 20000:
            time.sleep(0.1)
            return ()
        answer = client.do(f"UPDATE accounts SET credit_limit = {value}, import = {value} WHERE id BETWEEN {first} AND {first + rows - 1}",
                           lambda _: self.captured.append(("import", first, first + rows - 1, value)))
        time.sleep(client.random.uniform(0, 0.2))
        return answer

    def note(self, outcomes, lines):
        for number, outcome in (line.split("|") for line in lines):
            if outcome in outcomes:
                outcomes[outcome].add(int(number))

    def submits(self, client, count):
        time.sleep(client.random.uniform(0, 0.05))
        return client.do(f"""SELECT proposal, outcome FROM customer_workflow.submit_many(ARRAY(
            SELECT id FROM customer_workflow.proposals WHERE status = 'not_submitted' LIMIT {count}))""",
                         lambda lines: self.note({"pending_approval": self.submitted}, lines))

    def approves(self, client, count):
        time.sleep(client.random.uniform(0, 0.05))
        return client.do(f"""SELECT proposal, outcome FROM customer_workflow.approve_many(ARRAY(
            SELECT proposal FROM customer_workflow.my_work_items LIMIT {count}))""",
                         lambda lines: self.note({"applied": self.applied}, lines))

    def prepares(self, client):
        """Captures and submits in a transaction that somebody else could end."""
        record, value = self.number("prepares"), self.number("value")
        gid = f"{self.database}_{value}"
        answer = client.do(f"""BEGIN; UPDATE accounts SET credit_limit = {value}, prepares = {value} WHERE id = {record};
            SELECT customer_workflow.submit(p) FROM customer_workflow.last_proposals() AS p; PREPARE TRANSACTION '{gid}'""",
                           lambda _: self.prepared.__setitem__(gid, (record, value)))
        if answer is None or gid not in self.prepared:
            return answer
        time.sleep(client.random.uniform(0, 0.1))
        commits = client.random.random() < 0.7
        return client.do(f"{'COMMIT' if commits else 'ROLLBACK'} PREPARED '{gid}'", lambda _: self.ended(gid, commits))

    def ended(self, gid, commits):
        record, value = self.prepared.pop(gid)
        (self.committed if commits else self.rolled_back).append((record, value))

    def lets_time_pass(self, client):
        """Deadlines come; the worker and this session do what is due, whoever is first."""
        time.sleep(client.random.uniform(0, 0.1))
        return client.do("""WITH due AS (SELECT id FROM customer_workflow.deadline WHERE due_at > now() ORDER BY id LIMIT 20 FOR UPDATE SKIP LOCKED)
            UPDATE customer_workflow.deadline AS d SET due_at = now() FROM due WHERE d.id = due.id AND d.timer ? 'item'""") and \
            client.do("SELECT customer_workflow.process_deadlines(50)")

    # what befalls them

    def strike(self, kind):
        clients = self.clients()
        checkpointer = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'"
        before = self.server.psql("postgres", checkpointer)
        for client in clients:
            client.start()
        try:
            time.sleep(self.random.uniform(0.05, 2))
            pick = self.random.randrange(1 << 30)
            if kind == "server":
                self.server.kill()
            else:
                pids = [int(p) for p in self.server.psql("postgres", f"""SELECT pid FROM pg_stat_activity WHERE datname = '{self.database}' AND backend_type = 'client backend'
                    ORDER BY state <> 'active', backend_start""").split()]
                # mostly one that is at work
                pid = pids[pick % (len(pids) if pick % 4 == 0 else 2)]
                if kind == "backend":
                    os.kill(pid, signal.SIGKILL)
                    # the postmaster has taken notice: it starts all processes anew
                    self.server.until("postgres", f"SELECT count(*) FROM ({checkpointer}) AS c WHERE pid <> {before}", "1")
                else:
                    self.server.psql("postgres", f"SELECT pg_terminate_backend({pid})")
                    time.sleep(0.2)
        finally:
            self.stop.set()
            for client in clients:
                client.join(60)
                client.session.close()
            self.stop.clear()
        for client in clients:
            if client.failed is not None:
                raise client.failed
            assert not client.is_alive(), "a client waits for ever"
        if kind == "server":
            self.server.cluster("start")
        self.server.until("postgres", "SELECT 1", "1")

    def end_prepared(self):
        """Transactions whose PREPARE was acknowledged are there, unless their end was under way; they can be ended now."""
        there = set(self.server.psql("postgres", f"SELECT gid FROM pg_prepared_xacts WHERE database = '{self.database}'").split())
        ends = {gid: self.random.random() < 0.5 for gid in sorted(there)}
        for gid, commits in ends.items():
            self.server.psql(self.database, f"{'COMMIT' if commits else 'ROLLBACK'} PREPARED '{gid}'")
        for gid in list(self.prepared):
            if gid in there:
                self.ended(gid, ends[gid])
            else:
                del self.prepared[gid]

    def check(self, amcheck):
        self.end_prepared()
        found = self.server.breaches(self.database, amcheck)

        def missing(what, wanted, sql):
            rows = ", ".join(f"({', '.join(map(str, w))})" for w in wanted)
            if wanted and (lost := self.server.psql(self.database, sql.format(rows))):
                found.append(f"acknowledged and lost, {what}: {lost}")

        for who in ("alice", "dave", "import"):
            missing(f"captured of {who}", [c[1:] for c in self.captured if c[0] == who],
                    f"SELECT a.* FROM (VALUES {{}}) AS a (f, l, v) WHERE (SELECT count(*) FROM accounts AS s WHERE s.id BETWEEN a.f AND a.l AND s.{who} = a.v) <> a.l - a.f + 1 LIMIT 5")
        missing("submitted", [(p,) for p in self.submitted],
                "SELECT a.* FROM (VALUES {}) AS a (p) WHERE NOT EXISTS (SELECT FROM customer_workflow.history AS h WHERE h.proposal = a.p AND h.kind = 'submitted') LIMIT 5")
        missing("applied", [(p,) for p in self.applied],
                "SELECT a.* FROM (VALUES {}) AS a (p) WHERE NOT EXISTS (SELECT FROM customer_workflow.proposal AS q WHERE q.id = a.p AND q.status = 'applied') LIMIT 5")
        missing("COMMIT PREPARED", self.committed, "SELECT a.* FROM (VALUES {}) AS a (r, v) WHERE NOT EXISTS (SELECT FROM accounts AS s WHERE s.id = a.r AND s.prepares = a.v) LIMIT 5")
        missing("ROLLBACK PREPARED", self.rolled_back, "SELECT a.* FROM (VALUES {}) AS a (r, v) WHERE EXISTS (SELECT FROM accounts AS s WHERE s.id = a.r AND s.prepares IS NOT NULL) LIMIT 5")
        assert not found, "\n".join(found)


def test_kill():
    """kill -9 at random moments: nothing by half, nothing lost that was committed."""
    rng = random.Random(SEED)
    print(f"CW_SEED={SEED}, {ROUNDS} rounds", flush=True)
    server = Server("crash").create("shared_preload_libraries=customer_workflow", "customer_workflow.worker_naptime=1", "max_prepared_transactions=20",
                                    "log_min_messages=warning", "deadlock_timeout=200ms", "checkpoint_timeout=30s")
    totals, kinds, states = Counter(), Counter(), Counter()
    for n in range(ROUNDS):
        if n % 10 == 0:
            # a new database, lest the checks take longer and longer
            world = World(server, n // 10, rng)
            server.psql("postgres", f"CREATE DATABASE {world.database}")
            server.psql(world.database, setup(20000))
        kind = KINDS[n % 2] if n % 5 != 4 else "terminate"
        try:
            world.strike(kind)
            world.check(amcheck=n % 10 == 9 or n == ROUNDS - 1)
        except AssertionError as error:
            raise AssertionError(f"round {n}, killed: {kind}\n{error}") from error
        kinds[kind] += 1
        if n % 10 == 9 or n == ROUNDS - 1:
            totals["captured"] += sum(c[2] - c[1] + 1 for c in world.captured)
            totals["submitted"] += len(world.submitted)
            totals["applied"] += len(world.applied)
            totals["by deadlines"] += int(server.psql(world.database, "SELECT count(*) FROM customer_workflow.history WHERE kind = 'final_escalation_action'"))
            totals["prepared"] += len(world.committed) + len(world.rolled_back)
            states.update(world.states)
            server.psql("postgres", f"DROP DATABASE {world.database} WITH (FORCE)")
    log = server.log()
    server.cluster("stop")
    print(f"  killed: {dict(kinds)}; acknowledged: {dict(totals)}; answers: {dict(states)}")
    assert "PANIC" not in log and "TRAP" not in log, "the log has a PANIC"
    assert "XX000" not in states, "an internal error"
    # else it would show nothing
    assert all(totals[k] for k in ("captured", "submitted", "applied", "by deadlines", "prepared")), totals


TESTS = [test_kill]
