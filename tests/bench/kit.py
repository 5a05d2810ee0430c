"""Sessions of psql that are timed, memory that is watched, and what both amount to."""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROWS = int(os.environ.get("CW_ROWS", "200000"))
ROUNDS = int(os.environ.get("CW_ROUNDS", "7"))
CLOCK = os.environ.get("CW_CLOCK", "wall")
END = "--- end of answer ---"


class Session:
    """One connection, by psql."""

    def __init__(self, database, user="postgres", rows=ROWS):
        self.errors = tempfile.TemporaryFile()
        self.cpu = None
        self.process = subprocess.Popen(
            ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-v", f"rows={rows}", "-U", user, "-d", database],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True, bufsize=1)
        if CLOCK == "cpu":
            self.cpu = Path(f"/proc/{self.run('SELECT pg_backend_pid()')[0]}/schedstat")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
        self.errors.close()

    def run(self, sql):
        """The lines of the answer. A failure ends the whole run."""
        self.process.stdin.write(f"{sql.rstrip().rstrip(';')}\n;\n\\echo {END}\n")
        self.process.stdin.flush()
        lines = []
        while True:
            line = self.process.stdout.readline()
            if not line:
                self.errors.seek(0)
                sys.exit(f"bench: this failed: {sql.strip()}\n{self.errors.read().decode()[-2000:]}")
            if line.rstrip("\n") == END:
                return lines
            lines.append(line.rstrip("\n"))

    def file(self, name):
        self.run(f"\\i {HERE / name}")

    def timed(self, *statements):
        """Seconds that these statements take together, as psql measures it or, with CW_CLOCK=cpu, that the backend computes."""
        if self.cpu:
            before = int(self.cpu.read_text().split()[0])
            for statement in statements:
                self.run(statement)
            return (int(self.cpu.read_text().split()[0]) - before) / 1e9
        total = 0.0
        for statement in statements:
            lines = self.run(f"\\timing on\n{statement.rstrip().rstrip(';')};\n\\timing off")
            total += sum(float(m[1]) for line in lines if (m := re.match(r"Time: ([\d.]+) ms", line)))
        return total / 1000

    def rolled_back(self, *statements):
        """The same in a transaction that leaves nothing behind but dead rows."""
        self.run("BEGIN")
        seconds = self.timed(*statements)
        self.run("ROLLBACK")
        return seconds


def database(name, *files, rows=ROWS):
    """A fresh database with the extension and these files."""
    with Session("postgres") as s:
        s.run(f"DROP DATABASE IF EXISTS {name}")
        s.run(f"CREATE DATABASE {name}")
    with Session(name, rows=rows) as s:
        s.run("SET client_min_messages = warning; CREATE EXTENSION customer_workflow")
        for file in files:
            s.file(file)
    return name


def alternate(variants, between, rounds=ROUNDS):
    """Measures functions in turn, forth and back, `between` before each; seconds by name, one a round.
    A first round fills caches and is not counted."""
    seconds = {name: [] for name in variants}
    for i in range(rounds + 1):
        order = list(variants)
        for name in order if i % 2 else reversed(order):
            between()
            took = variants[name]()
            if i:
                seconds[name].append(took)
    return seconds


class Results:
    """Rows of the table that is printed at the end."""

    def __init__(self):
        self.rows = []

    def ratio(self, what, seconds, one, other, aim=None, inverse=False, unit=lambda s: f"{s:.3f} s"):
        """The median of the ratios of each round, and how far apart the rounds are."""
        pairs = [(b / a if inverse else a / b) for a, b in zip(seconds[one], seconds[other])]
        a, b = statistics.median(seconds[one]), statistics.median(seconds[other])
        spread = f"{min(pairs):.2f}..{max(pairs):.2f}" if len(pairs) > 1 else ""
        self.add(what, unit(a), unit(b), f"{statistics.median(pairs):.2f}", spread, aim)

    def add(self, what, one, other, value, spread="", aim=None):
        row = (what, one, other, value, spread, aim or "report")
        self.rows.append(row)
        print(" | ".join(row), flush=True)

    def table(self):
        head = ("what", "measured", "against", "ratio", "rounds", "to reach")
        rows = [head, tuple("---" for _ in head), *self.rows]
        widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
        lines = []
        for row in rows:
            cells = [c.ljust(w, "-" if c == "---" else " ") for c, w in zip(row, widths)]
            lines.append("| " + " | ".join(cells) + " |")
        return "\n".join(lines)


class Watch:
    """The private memory of a backend while something runs, in KiB: looked at every few milliseconds."""

    def __init__(self, pid):
        self.status = Path(f"/proc/{pid}/status")
        self.start = self.peak = self.now()
        self.done = threading.Event()

    def now(self):
        return int(re.search(r"RssAnon:\s+(\d+)", self.status.read_text())[1])

    def __enter__(self):
        def look():
            while not self.done.wait(0.005):
                self.peak = max(self.peak, self.now())
        self.thread = threading.Thread(target=look)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()
        self.end = self.now()


def pgbench(name, user, script, length, clients=2, told=False, by="-T", protocol="prepared", clock=CLOCK, **variables):
    """Transactions a second; by the clock "cpu", of the time that the backends compute. by: whether length counts seconds (-T) or
    transactions (-t); told: the client gets every NOTICE."""
    label = f"bench {time.monotonic_ns()}"
    environment = {**os.environ, "PGAPPNAME": label, "PGOPTIONS": "" if told else "-c client_min_messages=warning"}
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file, tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as errors:
        file.write(script)
        file.flush()
        command = ["pgbench", "-n", "-M", protocol, "-c", str(clients), "-j", str(clients), by, str(length),
                   "-U", user, "-f", file.name, *(f"-D{k}={v}" for k, v in variables.items()), name]
        with subprocess.Popen(command, stdout=out, stderr=errors, env=environment) as process:
            computed = watch_backends(name, label, process) if clock == "cpu" else None
        out.seek(0)
        errors.seek(0)
        report = out.read()
        tps, done = (re.search(p, report) for p in (r"tps = ([\d.]+)", r"actually processed: (\d+)"))
        if process.returncode or not tps or "number of failed transactions: 0" not in report:
            sys.exit(f"bench: pgbench failed\n{report}\n{errors.read()[-2000:]}")
    return int(done[1]) / computed if computed else float(tps[1])


def watch_backends(name, label, process):
    """Seconds that the backends of this application compute until the process ends."""
    seconds = {}
    with Session(name) as s:
        while process.poll() is None:
            for pid in s.run(f"SELECT pid FROM pg_stat_activity WHERE application_name = '{label}'"):
                seconds.setdefault(pid, 0)
            for _ in range(20):
                for pid in seconds:
                    try:
                        seconds[pid] = int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
                    except OSError:
                        pass
                time.sleep(0.005)
    return sum(seconds.values())


def settle(session, *tables):
    """Between two measurements: dead rows go, nothing is left to write back."""
    session.run("\n".join(f"VACUUM {t};" for t in tables) + "\nCHECKPOINT")


def now():
    return time.strftime("%Y-%m-%d %H:%M")
