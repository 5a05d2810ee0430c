"""pg_dump and pg_restore in their forms: what comes back is what was there, and open proposals go on."""
import world
from kit import RUN, Server, run, setup

SERVER = None


def server():
    """One for all of these; it has the world, which only they read."""
    global SERVER
    if SERVER is None:
        SERVER = Server("dumps").create()
        SERVER.was = world.make(SERVER, "shop")
    return SERVER


def fresh(database):
    server().psql("postgres", f"CREATE DATABASE {database} TEMPLATE template0")
    return database


def dump(name, *args):
    path = RUN / name
    server().program("pg_dump", *args, "-f", path, "shop")
    return path


def restore(database, path, *args):
    """pg_restore, without a single error."""
    found = server().program("pg_restore", "--exit-on-error", *args, "-d", database, path).stdout
    assert not found.strip(), found


def restore_silently(database, path, *args):
    """With neither triggers nor event triggers."""
    server().environment["PGOPTIONS"] = "-c session_replication_role=replica"
    try:
        restore(database, path, *args)
    finally:
        del server().environment["PGOPTIONS"]


def comes_back(database):
    world.is_same(server().was, server(), database)
    world.goes_on(server(), database)
    server().psql("postgres", f"DROP DATABASE {database}")


def test_plain():
    """Plain SQL, by psql, which stops at any error."""
    path = dump("plain.sql")
    server().psql(fresh("plain"), path.read_text(encoding="utf-8"))
    comes_back("plain")


def test_custom():
    """Custom format."""
    restore(fresh("custom"), dump("custom.dump", "-Fc"))
    comes_back("custom")


def test_single_transaction():
    """All in one transaction, so that attached partitions and their triggers are of the same."""
    restore(fresh("single"), dump("single.dump", "-Fc"), "--single-transaction")
    comes_back("single")


def test_parallel():
    """By several processes, with silent triggers: pg_restore makes those of a partitioned table before the rows of its partitions are there."""
    restore_silently(fresh("parallel"), dump("parallel.dir", "-Fd", "-j", "3"), "-j", "3")
    comes_back("parallel")


def test_parallel_loud():
    """Without that it works or fails; it never proposes a record that it restores."""
    path = dump("loud.dir", "-Fd")
    fresh("loud")
    done = server().program("pg_restore", "--exit-on-error", "-j", "3", "-d", "loud", path, check=False)
    print(f"  pg_restore -j with triggers: {'works' if done.returncode == 0 else done.stdout.split(chr(10))[0]}")
    if done.returncode == 0:
        # what it alters once the event triggers are there is a superuser's DDL, and recorded as such; all else is as it was
        last = server().psql("shop", "SELECT last_value FROM customer_workflow.history_id_seq").strip()
        kinds = server().psql("loud", f"SELECT DISTINCT kind FROM customer_workflow.history WHERE id > {last}").split()
        assert set(kinds) <= {"protection_altered"}, kinds
        server().psql("loud", f"SET session_replication_role = replica; DELETE FROM customer_workflow.history WHERE id > {last}; "
                              f"SELECT setval('customer_workflow.history_id_seq', {last})")
        comes_back("loud")
    else:
        server().psql("postgres", "DROP DATABASE loud")


def test_inserts():
    """INSERT statements instead of COPY, section by section."""
    path = dump("inserts.dump", "-Fc", "--inserts")
    fresh("inserts")
    for section in ("pre-data", "data", "post-data"):
        restore("inserts", path, f"--section={section}")
    comes_back("inserts")


def test_create():
    """--clean --create over a database with open proposals: it is dropped and made anew."""
    path = dump("create.dump", "-Fc")
    restore(fresh("other"), path)
    server().psql("postgres", "ALTER DATABASE shop RENAME TO kept")
    server().psql("postgres", "ALTER DATABASE other RENAME TO shop")
    server().psql("shop", "SET SESSION AUTHORIZATION dave; UPDATE accounts SET credit_limit = 5, dave = 5 WHERE id = 99")
    restore("postgres", path, "--clean", "--create", "--if-exists")
    server().psql("postgres", "ALTER DATABASE shop RENAME TO made_anew")
    server().psql("postgres", "ALTER DATABASE kept RENAME TO shop")
    comes_back("made_anew")


def test_clean():
    """--clean into a database with open proposals is refused before it takes anything; without open ones it works."""
    server().psql("postgres", "CREATE DATABASE clean")
    server().psql("clean", setup())
    server().psql("clean", "SET SESSION AUTHORIZATION alice; UPDATE accounts SET credit_limit = 7, alice = 7 WHERE id = 1")
    path = RUN / "clean.dump"
    server().program("pg_dump", "-Fc", "-f", path, "clean")
    was = world.contents(server(), "clean")
    done = server().program("pg_restore", "--clean", "--if-exists", "--exit-on-error", "--single-transaction", "-d", "clean", path, check=False)
    assert done.returncode != 0 and "open proposals" in done.stdout, done.stdout
    world.is_same(was, server(), "clean", gaps=True)
    server().psql("clean", "SELECT customer_workflow.unprotect('accounts', '{*}', cancel_open => true)")
    restore("clean", path, "--clean", "--if-exists", "--single-transaction")
    world.is_same(was, server(), "clean")
    server().psql("postgres", "DROP DATABASE clean")


def test_schema_and_data():
    """The schema alone fails closed: tables have triggers and no configuration. Data alone follow, with silent triggers."""
    restore(fresh("schema"), dump("schema.dump", "-Fc", "--schema-only"))
    server().psql("schema", "INSERT INTO staff VALUES ('x')")
    server().psql("schema", "ALTER TABLE accounts DISABLE TRIGGER USER; INSERT INTO accounts (id) VALUES (1); ALTER TABLE accounts ENABLE TRIGGER USER; TRUNCATE staff")
    found = server().error("schema", "UPDATE accounts SET credit_limit = 2")
    assert found == "CW008", found
    found = server().error("schema", "INSERT INTO \"The \"\"CRM\"\"\".\"Bänke\" VALUES ('DE', 1)")
    assert found == "CW008", found
    server().psql("schema", "ALTER TABLE accounts DISABLE TRIGGER USER; DELETE FROM accounts; ALTER TABLE accounts ENABLE TRIGGER USER")
    restore_silently("schema", dump("data.dump", "-Fc", "--data-only"))
    comes_back("schema")


def test_parts():
    """A dump of one schema or table has the triggers and no configuration: nothing protected can be written until it is protected again."""
    path = dump("part.dump", "-Fc", "-t", "public.accounts")
    fresh("part")
    done = server().program("pg_restore", "-d", "part", path, check=False)
    assert 'schema "customer_workflow" does not exist' in done.stdout, done.stdout
    server().psql("part", "DROP TABLE accounts; CREATE EXTENSION customer_workflow")
    restore("part", path)
    found = server().error("part", "UPDATE accounts SET credit_limit = 2 WHERE id = 1")
    assert found == "CW008", found
    server().psql("part", "SET SESSION AUTHORIZATION owner; SELECT customer_workflow.protect('accounts', '{credit_limit,payment_terms}', 'role:managers')")
    server().psql("part", "SET SESSION AUTHORIZATION alice; UPDATE accounts SET credit_limit = 2 WHERE id = 1; SELECT customer_workflow.submit(id) FROM customer_workflow.proposals")
    server().psql("part", "SET SESSION AUTHORIZATION bob; SELECT customer_workflow.approve(proposal) FROM customer_workflow.my_work_items")
    found = server().psql("part", "SELECT credit_limit FROM accounts WHERE id = 1")
    assert found == "2.00", found


def test_rights():
    """Who may not read the tables gets no dump, and is told which table; pg_read_all_data does. Only a superuser can restore."""
    done = run(server().bin / "pg_dump", "-h", server().host, "-U", "owner", "-f", RUN / "refused.sql", "shop", check=False)
    wanted = "user may lack SELECT privilege on the sequence" if server().major >= 18 else "permission denied for"
    assert done.returncode != 0 and wanted in done.stdout and "_id_seq" in done.stdout, done.stdout
    server().psql("postgres", "CREATE ROLE reads LOGIN IN ROLE pg_read_all_data; CREATE ROLE restores LOGIN CREATEDB; GRANT CREATE ON DATABASE shop TO owner")
    path = RUN / "read.dump"
    run(server().bin / "pg_dump", "-h", server().host, "-U", "reads", "-Fc", "-f", path, "shop")
    restore(fresh("read"), path)
    comes_back("read")
    server().psql("postgres", "CREATE DATABASE restored OWNER restores TEMPLATE template0")
    done = run(server().bin / "pg_restore", "-h", server().host, "-U", "restores", "--no-owner", "--exit-on-error", "-d", "restored", path, check=False)
    assert "permission denied to create extension" in done.stdout, done.stdout


def test_other_roles():
    """Without its roles a restore says so, and what nobody can decide waits."""
    path = dump("roles.dump", "-Fc")
    other = Server("others")
    other.cluster("create", "fsync=off")
    other.cluster("start")
    other.psql("postgres", "CREATE DATABASE shop")
    done = other.program("pg_restore", "-d", "shop", path, check=False)
    assert 'role "owner" does not exist' in done.stdout, done.stdout
    found = other.psql("shop", "SELECT status, count(*) FROM customer_workflow.proposals GROUP BY 1 ORDER BY 1")
    assert "pending_approval" in found, found
    # the way that is documented: roles first
    other.psql("postgres", "DROP DATABASE shop")
    roles = server().program("pg_dumpall", "--roles-only").stdout.replace("CREATE ROLE postgres;", "")
    other.psql("postgres", roles)
    other.psql("postgres", "CREATE DATABASE shop")
    other.program("pg_restore", "--exit-on-error", "-d", "shop", path)
    world.is_same(server().was, other, "shop")
    world.goes_on(other, "shop")
    other.cluster("stop")


def test_last():
    """The database from which all of these came is unchanged, and goes on as well."""
    world.is_same(server().was, server(), "shop")
    world.goes_on(server(), "shop")
    server().cluster("stop")


TESTS = [test_plain, test_custom, test_single_transaction, test_parallel, test_parallel_loud, test_inserts, test_create, test_clean, test_schema_and_data, test_parts,
         test_rights, test_other_roles, test_last]
