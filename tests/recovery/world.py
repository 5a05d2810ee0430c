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


def contents(server, database, temporary=True):
    """As text; a standby makes no function for it, so that it is asked table by table there."""
    if temporary:
        return server.psql(database, CONTENTS)
    queries = CONTENTS.split(";\n")
    tables = server.psql(database, next(q for q in queries if "pg_temp.contents(c.oid)" in q).replace(", pg_temp.contents(c.oid)", "")).split("\n")
    rows = server.psql(database, "SET TimeZone = 'UTC';" + "".join(
        f"SELECT {literal(t)}, count(*) || ' rows ' || md5(coalesce(string_agg(t::text, e'\\n' ORDER BY t::text), '')) FROM {t} AS t;" for t in tables))
    return rows + "\n" + server.psql(database, ";".join(queries[queries.index(next(q for q in queries if "pg_get_triggerdef" in q)):]))


def literal(text):
    return "'" + text.replace("'", "''") + "'"


def is_same(was, server, database, temporary=True, gaps=False):
    found = contents(server, database, temporary)
    if gaps:
        # sequences of a standby, and after a crash, are up to 32 numbers ahead; what is rolled back leaves gaps too
        was, found = ("\n".join(x for x in text.split("\n") if "_id_seq|" not in x) for text in (was, found))
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
