"""sqlsmith: random queries over everything that is in the database, as somebody without rights and as a superuser."""

import os
import re
import shutil
import subprocess
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent
FETCHED = Path(os.environ.get("CW_TARGET", TOP / "target")) / "tools" / "sqlsmith"
# Internal errors of PostgreSQL's own, each looked at by hand.
REVIEWED = (
    r"^cannot advance OID counter anymore",  # pg_stop_making_pinned_objects(), which is for initdb, a second time
    r"^libnuma initialization failed",  # pg_shmem_allocations_numa and the like, on a machine without NUMA
)
# sqlsmith does not quote names.
UNQUOTED = """
SET client_min_messages = error;
SELECT customer_workflow.unprotect('"Odd ""Table"".1%s"', '{*}', true);
DROP TABLE "Odd ""Table"".1%s";
"""


def command():
    """The program and its environment, or why there is none."""
    if shutil.which("sqlsmith"):
        return ["sqlsmith"], {}
    program = FETCHED / "usr/bin/sqlsmith"
    if not program.exists() and os.environ.get("CW_FETCH"):
        error = fetch()
        if error:
            return None, error
    if not program.exists():
        return None, "sqlsmith is not installed; make soak fetches the package of Debian, or: apt-get install sqlsmith"
    libraries = ":".join(str(p) for p in FETCHED.glob("usr/lib/*") if p.is_dir())
    return [str(program)], {"LD_LIBRARY_PATH": libraries}


def fetch():
    """Debian's package and the libraries that only it needs, unpacked without root; what went wrong, if anything."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        return "sqlsmith is not installed, and without apt-get and dpkg-deb it cannot be fetched"
    FETCHED.mkdir(parents=True, exist_ok=True)
    try:
        depends = subprocess.run(["apt-cache", "depends", "sqlsmith"], capture_output=True, text=True, check=True).stdout
        packages = ["sqlsmith", *re.findall(r"Depends: (libp\S+|libsqlite\S+|libboost\S+)", depends)]
        subprocess.run(["apt-get", "download", *packages], cwd=FETCHED, capture_output=True, text=True, check=True)
        for package in FETCHED.glob("*.deb"):
            subprocess.run(["dpkg-deb", "-x", package, FETCHED], capture_output=True, check=True)
    except subprocess.CalledProcessError as error:
        return f"sqlsmith is not installed and cannot be fetched: {(error.stderr or str(error)).strip()}"
    return None


def breaches(database, queries, seed):
    """What is wrong, each as a line; None and a reason where sqlsmith is not there."""
    program, environment = command()
    if program is None:
        return None, environment
    subprocess.run(["psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", UNQUOTED], stdout=subprocess.DEVNULL, check=True)
    subprocess.run(["psql", "-Xq", "-d", database, "-c", f"ALTER DATABASE {database} SET log_error_verbosity = verbose",
                    "-c", f"ALTER DATABASE {database} SET statement_timeout = '5s'", "-c", f"ALTER DATABASE {database} SET client_min_messages = error"], check=True)
    log = Path(os.environ["PGDATA"]) / "server.log"
    found, said = [], []
    for role, share in (("alice", 0.5), ("erp_owner", 0.2), ("postgres", 0.3)):
        with open(log, encoding="utf-8", errors="replace") as file:
            file.seek(0, os.SEEK_END)
            run = subprocess.run([*program, f"--target=host={os.environ['PGHOST']} dbname={database} user={role}", f"--max-queries={int(queries * share)}", f"--seed={seed}"],
                                 env={**os.environ, **environment}, capture_output=True, text=True, check=False)
            text = file.read()
        if run.returncode != 0:
            found.append(f"sqlsmith ended with {run.returncode} as {role}: {run.stderr[-500:]}")
        codes = re.findall(r"(?:ERROR|FATAL|PANIC): +(\w{5}): (.*)", text)
        internal = {f"{code}: {message}" for code, message in codes if code.startswith("XX") and not any(re.search(r, message) for r in REVIEWED)}
        found += [f"as {role}: {i}" for i in sorted(internal)]
        if re.search("PANIC:|terminated by signal|TRAP:", text):
            found.append(f"the server crashed under queries of {role}")
        said.append(f"{int(queries * share)} as {role} ({len(codes)} refused)")
    return found, ", ".join(said)
