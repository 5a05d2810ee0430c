"""Servers of the recovery tests, and what must hold in a database whatever became of its server."""
import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOP = HERE.parent.parent
RUN = Path(os.environ["CW_RUN"])
PATIENCE = int(os.environ.get("CW_PATIENCE", "120"))
LONG = os.environ.get("CW_LONG") == "1"

# People and a table of accounts. An UPDATE writes a protected value and, beside it, the same value into a note: a note that is there
# without its proposal, or the other way round, was captured by half.
PEOPLE = """
CREATE ROLE owner LOGIN; CREATE ROLE alice LOGIN; CREATE ROLE dave LOGIN; CREATE ROLE import LOGIN; CREATE ROLE prepares LOGIN;
CREATE ROLE bob LOGIN; CREATE ROLE carol LOGIN; CREATE ROLE managers; GRANT managers TO bob, carol;
"""
AUTHORS = ("alice", "dave", "import", "prepares")
SETUP = """
CREATE EXTENSION customer_workflow;
CREATE TABLE public.accounts (
    id bigint PRIMARY KEY, name text, credit_limit numeric(14,2) NOT NULL DEFAULT 1000 CHECK (credit_limit >= 0), payment_terms text,
    alice numeric, dave numeric, import numeric, prepares numeric);
ALTER TABLE public.accounts OWNER TO owner;
GRANT SELECT, INSERT, UPDATE, DELETE ON public.accounts TO alice, dave, import, prepares;
INSERT INTO public.accounts (id, name) SELECT g, 'Account ' || g FROM generate_series(1, {records}) AS g;
SET SESSION AUTHORIZATION owner;
SELECT customer_workflow.protect('public.accounts', '{credit_limit,payment_terms}', 'role:managers', '{"conflict": "overwrite"}');
SELECT customer_workflow.set_data_entity('import', 'public.accounts');
SELECT customer_workflow.create_workflow('limits', 'public.accounts', '{"expires_after": {"months": 6}, "elements": [{"approval": {
    "name": "Approval", "steps": [{"name": "Manager", "assign_to": {"role": "managers"}, "time_limit": {"days": 2}, "end_action": "approve"}]}}]}');
SELECT customer_workflow.activate_workflow('limits', 1);
"""


def setup(records=500):
    return SETUP.replace("{records}", str(records))


# Each row is a breach.
PROMISES = [
    ("applied without its history, or the other way round", """
        SELECT p.id FROM customer_workflow.proposal AS p
         WHERE (p.status = 'applied') IS DISTINCT FROM
               ((SELECT count(*) FROM customer_workflow.history AS h WHERE h.proposal = p.id AND h.kind = 'applied') = 1)
            OR (p.status = 'applied') IS DISTINCT FROM (p.applied_at IS NOT NULL)"""),
    ("applied in another transaction than its last approval", """
        SELECT a.proposal FROM customer_workflow.history AS a JOIN customer_workflow.proposal AS p ON p.id = a.proposal AND p.effective_at IS NULL
         WHERE a.kind = 'applied' AND NOT EXISTS (
               SELECT FROM customer_workflow.history AS w
                WHERE w.proposal = a.proposal AND w.transaction = a.transaction AND w.kind IN ('approved', 'final_escalation_action'))"""),
    ("stored is not what was applied last", """
        SELECT s.id FROM public.accounts AS s
          LEFT JOIN (SELECT DISTINCT ON (p.record_key) (p.record_key ->> 'id')::bigint AS id, c.proposed::numeric AS proposed
                       FROM customer_workflow.proposal AS p
                       JOIN customer_workflow.history AS h ON h.proposal = p.id AND h.kind = 'applied'
                       JOIN customer_workflow.change AS c ON c.proposal = p.id AND c.field = 'credit_limit'
                      ORDER BY p.record_key, h.id DESC) AS a ON a.id = s.id
         WHERE s.credit_limit <> coalesce(a.proposed, 1000)"""),
    ("a proposal without its beginning in the history, or without its change", """
        SELECT p.id FROM customer_workflow.proposal AS p
         WHERE NOT EXISTS (SELECT FROM customer_workflow.history AS h WHERE h.proposal = p.id AND h.kind = 'proposed')
            OR NOT EXISTS (SELECT FROM customer_workflow.change AS c WHERE c.proposal = p.id)"""),
    ("a change or an entry of the history of no proposal", """
        SELECT c.proposal FROM customer_workflow.change AS c
         WHERE NOT EXISTS (SELECT FROM customer_workflow.proposal AS p WHERE p.id = c.proposal)
        UNION ALL
        SELECT h.proposal FROM customer_workflow.history AS h
         WHERE h.proposal IS NOT NULL AND NOT EXISTS (SELECT FROM customer_workflow.proposal AS p WHERE p.id = h.proposal)"""),
    ("pending without an open work item, its deadlines or its digest, or the other way round", """
        SELECT p.id FROM customer_workflow.proposal AS p CROSS JOIN LATERAL (
               SELECT EXISTS (SELECT FROM customer_workflow.work_item AS w WHERE w.proposal = p.id AND w.status = 'open') AS item,
                      EXISTS (SELECT FROM customer_workflow.deadline AS d WHERE d.proposal = p.id) AS deadline) AS x
         WHERE (p.status = 'pending_approval') IS DISTINCT FROM x.item
            OR x.deadline IS DISTINCT FROM (p.workflow = 'limits' AND p.status = 'pending_approval' OR p.status = 'approved')
            OR (p.status = 'pending_approval' AND p.digest IS DISTINCT FROM customer_workflow._digest(p.id))"""),
    ("a sequence that would give a number again", """
        SELECT 1 FROM customer_workflow.proposal_id_seq AS s WHERE s.last_value < (SELECT max(p.id) FROM customer_workflow.proposal AS p)
        UNION ALL
        SELECT 2 FROM customer_workflow.history_id_seq AS s WHERE s.last_value < (SELECT max(h.id) FROM customer_workflow.history AS h)
        UNION ALL
        SELECT 3 FROM customer_workflow.work_item_id_seq AS s WHERE s.last_value < (SELECT max(w.id) FROM customer_workflow.work_item AS w)"""),
    *((f"an UPDATE of {who} was captured by half", f"""
        SELECT coalesce(s.id, p.id) FROM (SELECT id, {who} AS note FROM public.accounts WHERE {who} IS NOT NULL) AS s
          FULL JOIN (SELECT (p.record_key ->> 'id')::bigint AS id, c.proposed::numeric AS note
                       FROM customer_workflow.proposal AS p JOIN customer_workflow.change AS c ON c.proposal = p.id AND c.field = 'credit_limit'
                      WHERE p.author = 'role:{who}') AS p ON p.id = s.id
         WHERE s.note IS DISTINCT FROM p.note""") for who in AUTHORS),
]

# Rows and index entries that are written without a statement are as PostgreSQL itself writes them.
AMCHECK = """
CREATE EXTENSION IF NOT EXISTS amcheck;
SELECT format('%s: %s', c.oid::regclass, v.msg) FROM pg_class AS c CROSS JOIN LATERAL verify_heapam(c.oid) AS v
 WHERE c.relnamespace = 'customer_workflow'::regnamespace AND c.relkind = 'r';
SELECT bt_index_check(x.indexrelid, true) FROM pg_index AS x JOIN pg_class AS c ON c.oid = x.indrelid JOIN pg_class AS i ON i.oid = x.indexrelid
  JOIN pg_am AS a ON a.oid = i.relam AND a.amname = 'btree'
 WHERE c.relnamespace = 'customer_workflow'::regnamespace AND c.relkind = 'r';
"""
VERIFY = "SELECT n FROM unnest('{verify_history,verify_protection}'::text[]) AS n JOIN pg_proc AS f ON f.proname = n AND f.pronamespace = 'customer_workflow'::regnamespace ORDER BY n"


def run(*command, check=True, **kwargs):
    """A program of the server or the system; its output and errors together."""
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **kwargs)
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}\n{done.stdout}")
    return done


def as_server(*command, **kwargs):
    return run(TOP / "tools/as-server", *command, **kwargs)


# A container may have nobody who reaps: a postmaster that was killed would keep its lock file valid as a zombie.
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER


def children(pid):
    """The processes of a postmaster."""
    rows = run("ps", "-A", "-o", "pid=,ppid=").stdout.split("\n")
    return [int(r[0]) for r in (row.split() for row in rows) if len(r) == 2 and r[1] == str(pid)]


def is_there(pid):
    try:
        return os.waitpid(pid, os.WNOHANG) == (0, 0)
    except ChildProcessError:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        return True


class Server:
    """A server in a folder of its own, of the major version `major`."""

    def __init__(self, name, major=None):
        self.data = RUN / name
        self.host = f"{self.data}.socket"
        self.environment = dict(os.environ)
        if major is not None:
            self.environment["PG_MAJOR"] = str(major)
            self.environment.pop("PG_CONFIG", None)
            self.environment.pop("PG_BINDIR", None)
        bindir = run("bash", "-c", f". '{TOP}/tools/env.sh'; echo $PG_BINDIR; echo $PG_MAJOR", env=self.environment).stdout.split("\n")
        self.bin, self.major = Path(bindir[0]), int(bindir[1])
        # The walreceiver of the packaged server would find the system's libpq, perhaps an older one.
        self.environment["LD_LIBRARY_PATH"] = run(self.bin / "pg_config", "--libdir").stdout.strip()

    def cluster(self, *args):
        run(TOP / "tools/cluster", args[0], self.data, *args[1:], env=self.environment)

    def create(self, *settings):
        self.cluster("create", "fsync=off", "timezone=UTC", *settings)
        self.cluster("start")
        self.psql("postgres", PEOPLE)
        return self

    def program(self, name, *args, check=True):
        """One of the server's programs, as the superuser, connected to this server."""
        return run(self.bin / name, "-h", self.host, *args, check=check, env={**self.environment, "PGUSER": "postgres"})

    def psql(self, database, sql, user="postgres", check=True):
        done = subprocess.run(
            [self.bin / "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=verbose", "-v", "SHOW_CONTEXT=never", "-h", self.host, "-U", user, "-d", database, "-f", "-"],
            input="SET client_min_messages = warning; SET statement_timeout = '5min';\n" + sql, capture_output=True, text=True, check=False)
        if check and done.returncode != 0:
            raise AssertionError(f"{sql[:300]}\n{done.stderr}")
        return (done.stdout + done.stderr).strip()

    def error(self, database, sql, user="postgres"):
        """The SQLSTATE with which it fails."""
        found = self.psql(database, sql, user, check=False)
        return found.rsplit("ERROR:  ", 1)[1][:5] if "ERROR:  " in found else f"no error: {found}"

    def until(self, database, sql, wanted):
        """Waits until the query answers so."""
        end = time.monotonic() + PATIENCE
        while (found := self.psql(database, sql, check=False)) != wanted:
            if time.monotonic() > end:
                raise AssertionError(f"after {PATIENCE} seconds {sql!r} is still {found!r}, not {wanted!r}")
            time.sleep(0.2)

    def log(self):
        return as_server("cat", f"{self.data}/server.log").stdout

    def pid(self):
        return int(as_server("head", "-n", "1", f"{self.data}/postmaster.pid").stdout)

    def kill(self):
        """kill -9 of all its processes."""
        postmaster = self.pid()
        everybody = [postmaster, *children(postmaster)]
        for pid in everybody:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        end = time.monotonic() + PATIENCE
        for pid in everybody:
            while is_there(pid):
                assert time.monotonic() < end, "a server that was killed is still there"
                time.sleep(0.01)

    def breaches(self, database, amcheck=False):
        """What is not as it must be in this database, in words."""
        found = [f"{what}: {rows}" for what, sql in PROMISES
                 if (rows := self.psql(database, f"SELECT string_agg(b.id::text, ', ') FROM ({sql} LIMIT 10) AS b (id)"))]
        for function in self.psql(database, VERIFY).split():
            found += [f"{function}: {row}" for row in self.psql(database, f"SELECT * FROM customer_workflow.{function}()").split("\n") if row]
        if amcheck and (rows := self.psql(database, AMCHECK, check=False)):
            found.append(f"amcheck: {rows}")
        return found


class Session:
    """A connection that stays, as a psql that is fed."""

    def __init__(self, server, database, user):
        self.process = subprocess.Popen(
            [server.bin / "psql", "-XAtq", "-h", server.host, "-U", user, "-d", database], text=True, bufsize=1,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.execute("SET client_min_messages = error")

    def execute(self, sql):
        """(SQLSTATE, lines): what is acknowledged; None when the connection is gone."""
        try:
            self.process.stdin.write(f"{sql};\n\\echo '##' :SQLSTATE\n")
            self.process.stdin.flush()
            lines = []
            for line in self.process.stdout:
                if line.startswith("## "):
                    return line[3:].strip(), lines
                lines.append(line.rstrip("\n"))
        except (BrokenPipeError, ValueError):
            pass
        return None

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
