"""Instructions that a backend executes for one row at a time, counted by valgrind: the same on a busy machine as on an idle one."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from capture import AGAIN, FRESH, ONE_STATEMENT, SAME, SINGLE, forget_proposals
from kit import Session, database, pgbench

FEW, MANY = 300, 1300
# What of a diverted UPDATE makes and writes its three rows and their five index entries, with the locks of tables and indexes.
WRITING = "pg::table::Target"


def instructions(results):
    """The difference between many transactions and few is divided by their number, so that it is without what a session costs."""
    if not shutil.which("valgrind"):
        print("instructions: there is no valgrind", file=sys.stderr)
        return
    name = database("bench_instructions", "tables.sql", "by_hand.sql")
    data, binaries = os.environ["PGDATA"], os.environ["PG_BINDIR"]
    cluster = str(Path(__file__).resolve().parents[2] / "tools" / "cluster")
    subprocess.run([cluster, "stop", data], check=True)
    owner = Path(data).stat()
    counts = Path(os.environ["CW_RUN"]) / "counts"
    counts.mkdir()
    os.chown(counts, owner.st_uid, owner.st_gid)
    server = subprocess.Popen(
        ["valgrind", "-q", "--tool=callgrind", "--trace-children=yes", f"--callgrind-out-file={counts}/%p", f"{binaries}/postgres", "-D", data],
        user=owner.st_uid, group=owner.st_gid, cwd="/", env={**os.environ, "HOME": "/"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while subprocess.run([f"{binaries}/pg_isready", "-q"]).returncode:
            time.sleep(0.5)
        plain, _ = count(counts, name, FRESH + SINGLE.format("plain"))
        for what, script in (("diverted single-row UPDATE", FRESH + SINGLE.format("guarded")), ("the same record again, another value", AGAIN + SINGLE.format("guarded")),
                             ("the same record again, the same value", SAME + SINGLE.format("guarded")), ("one statement that writes the same rows", FRESH + ONE_STATEMENT)):
            all_of_it, writing = count(counts, name, script)
            of_that = f", {writing:.0f} of them for new rows" if writing > 100 else ""
            results.add(f"{what}, instructions vs plain UPDATE{of_that}", f"{all_of_it:.0f}", f"{plain:.0f}", f"{all_of_it / plain:.2f}")
    finally:
        server.terminate()
        server.wait()
        subprocess.run([cluster, "start", data], check=True)


def count(counts, name, script):
    """Instructions a transaction, and those of them that write new rows."""
    found = []
    for transactions in (FEW, MANY):
        with Session(name) as admin:
            forget_proposals(admin)
            admin.run("CHECKPOINT")
        time.sleep(1)
        before = set(counts.iterdir())
        pgbench(name, "alice", script, transactions, clients=1, by="-t", n=transactions)
        time.sleep(2)
        # the greatest of the sessions since is that of the transactions
        file, total = max(((f, total_of(f)) for f in set(counts.iterdir()) - before), key=lambda f: f[1])
        report = subprocess.run(["callgrind_annotate", "--inclusive=yes", "--threshold=100", str(file)], capture_output=True, text=True).stdout
        writing = max((int(m[1].replace(",", "")) for m in re.finditer(rf"^ *([\d,]+) .*{WRITING}.*::append", report, re.M)), default=0)
        found.append((total, writing))
    return tuple((many - few) / (MANY - FEW) for few, many in zip(*found))


def total_of(file):
    totals = re.findall(r"^(?:totals|summary): (\d+)", file.read_text(), re.M)
    return int(totals[-1]) if totals else 0
