"""A database with something of everything (world.sql): whether another one is the same, and whether life goes on in it."""
from kit import HERE, setup

WORLD = (HERE / "world.sql").read_text(encoding="utf-8")

CONTENTS = (HERE / "contents.sql").read_text(encoding="utf-8")
GOES_ON = (HERE / "goes_on.sql").read_text(encoding="utf-8")


def make(server, database):
    server.psql("postgres", f"CREATE DATABASE {database}")
    server.psql(database, setup())
    server.psql(database, WORLD)
    return contents(server, database)


def contents(server, database):
    return server.psql(database, CONTENTS)


def is_same(was, server, database):
    found = contents(server, database)
    if found != was:
        lost, new = set(was.split("\n")) - set(found.split("\n")), set(found.split("\n")) - set(was.split("\n"))
        raise AssertionError("is not what it was\n" + "\n".join([f"- {x}" for x in sorted(lost)] + [f"+ {x}" for x in sorted(new)]))


def goes_on(server, database):
    """Open proposals are submitted, decided and applied; new changes are captured; everything holds."""
    wrong = server.psql(database, "SET TimeZone = 'UTC';" + GOES_ON).strip()
    wrong = "\n".join(line for line in wrong.split("\n") if " not " in f" {line} " or "|not " in line)
    assert not wrong, wrong
    breaches = server.breaches(database)
    assert not breaches, "\n".join(breaches)
