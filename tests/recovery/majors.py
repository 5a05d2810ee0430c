"""From an older major version of PostgreSQL to this one: by dump and restore, and by pg_upgrade, which copies or links files."""
import os

import world
from kit import RUN, TOP, Server, as_server, run

NEWEST = int(os.environ["PG_MAJOR"])
OLDEST = [int(m) for m in os.environ.get("CW_FROM", "15 16 17").split() if int(m) < NEWEST]


def build(major):
    """The extension for an older server, in its own place."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "CW_", "CARGO", "LD_LIBRARY"))}
    run(TOP / "tools/build", env={**environment, "PG_MAJOR": str(major)})


def old_server(name, major):
    server = Server(name, major).create()
    server.was = world.make(server, "shop")
    return server


def by_dump(major):
    old = old_server(f"old{major}", major)
    new = Server(f"new{major}")
    new.cluster("create", "fsync=off", "timezone=UTC")
    new.cluster("start")
    # the newer pg_dump, as PostgreSQL advises
    path = RUN / f"{major}.dump"
    roles = run(new.bin / "pg_dumpall", "-h", old.host, "-U", "postgres", "--roles-only", env=new.environment).stdout.replace("CREATE ROLE postgres;", "")
    run(new.bin / "pg_dump", "-h", old.host, "-U", "postgres", "-Fc", "-f", path, "shop", env=new.environment)
    new.psql("postgres", roles)
    new.psql("postgres", "CREATE DATABASE shop")
    new.program("pg_restore", "--exit-on-error", "-d", "shop", path)
    world.is_same(old.was, new, "shop")
    world.goes_on(new, "shop")
    for server in (old, new):
        server.cluster("stop")


def by_upgrade(major, mode):
    old = old_server(f"{mode}{major}", major)
    old.cluster("stop")
    new = Server(f"{mode}{major}new")
    # 18 has checksums by default, which both must have or not
    new.environment["CW_INITDB"] = "--no-data-checksums" if new.major >= 18 else ""
    new.cluster("create", "fsync=off", "timezone=UTC")
    work = RUN / f"{mode}{major}.work"
    as_server("mkdir", work)
    command = [new.bin / "pg_upgrade", "-b", old.bin, "-B", new.bin, "-d", old.data, "-D", new.data, "-U", "postgres", "-s", new.host, f"--{mode}", "--no-sync"]
    as_server("bash", "-c", f"cd '{work}' && {' '.join(map(str, command))}", env=new.environment)
    new.cluster("start")
    world.is_same(old.was, new, "shop")
    world.goes_on(new, "shop")
    found = new.breaches("shop", amcheck=True)
    assert not found, found
    new.cluster("stop")


def tests():
    for major in OLDEST:
        def test(major=major):
            build(major)
            by_dump(major)
            by_upgrade(major, "copy")
            by_upgrade(major, "link")
        test.__name__ = f"test_from_{major}_to_{NEWEST}"
        yield test


TESTS = list(tests())
