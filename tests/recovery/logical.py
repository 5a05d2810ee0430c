"""Logical replication: applied changes are no user's writes, so that they pass a subscriber's protection; each side proposes and decides for itself."""
import re

import world
from kit import Server, setup


def caught_up(publisher, subscriber, subscription):
    """All that was committed on the publisher is applied."""
    lsn = publisher.psql("shop", "SELECT pg_current_wal_lsn()")
    publisher.until("shop", f"SELECT coalesce(bool_and(replay_lsn >= '{lsn}'), false) FROM pg_stat_replication WHERE application_name = '{subscription}'", "t")


def subscribe(publisher, subscriber, name, tables, options=""):
    publisher.psql("shop", f"CREATE PUBLICATION {name} FOR {tables}")
    subscriber.psql("shop", f"CREATE SUBSCRIPTION {name} CONNECTION 'host={publisher.host} dbname=shop user=postgres' PUBLICATION {name} {options}")
    subscriber.until("shop", "SELECT count(*) FROM pg_subscription_rel WHERE srsubstate <> 'r'", "0")
    caught_up(publisher, subscriber, name)


def test_subscriber():
    """Protected on both sides: proposals stay where they are made, values come over when they are applied."""
    publisher = Server("publisher").create("wal_level=logical")
    subscriber = Server("subscriber").create()
    for server in (publisher, subscriber):
        server.psql("postgres", "CREATE DATABASE shop")
        server.psql("shop", setup())
    subscriber.psql("shop", "ALTER TABLE accounts DISABLE TRIGGER USER; DELETE FROM accounts; ALTER TABLE accounts ENABLE TRIGGER USER")
    subscriber.psql("shop", "SET SESSION AUTHORIZATION owner; SELECT customer_workflow.configure('accounts', '{\"on_insert\": \"held\", \"on_delete\": \"propose\"}')")
    # the first copy, into a table that holds what is inserted
    subscribe(publisher, subscriber, "accounts", "TABLE accounts")
    found = subscriber.psql("shop", "SELECT count(*), sum(credit_limit) FROM accounts")
    assert found == "500|500000.00", found

    publisher.psql("shop", "SET SESSION AUTHORIZATION alice; UPDATE accounts SET credit_limit = 7, alice = 7 WHERE id = 1; SELECT customer_workflow.submit(1)")
    caught_up(publisher, subscriber, "accounts")
    found = subscriber.psql("shop", "SELECT credit_limit, alice FROM accounts WHERE id = 1")
    assert found == "1000.00|7", found
    publisher.psql("shop", "SET SESSION AUTHORIZATION bob; SELECT customer_workflow.approve(1)")
    publisher.psql("shop", "INSERT INTO accounts (id, name) VALUES (501, 'New'); DELETE FROM accounts WHERE id = 500")
    caught_up(publisher, subscriber, "accounts")
    found = subscriber.psql("shop", "SELECT string_agg(id || ' ' || credit_limit, ',' ORDER BY id) FROM accounts WHERE id IN (1, 500, 501)")
    assert found == "1 7.00,501 1000.00", found
    found = subscriber.psql("shop", "SELECT count(*) FROM customer_workflow.proposals UNION ALL SELECT count(*) FROM customer_workflow.direct_changes")
    assert found == "0\n0", found

    # a user of the subscriber meets its protection; what comes over meanwhile is a conflict for his proposal
    subscriber.psql("shop", "SET SESSION AUTHORIZATION owner; SELECT customer_workflow.configure('accounts', '{\"conflict\": \"fail\"}')")
    subscriber.psql("shop", "SET SESSION AUTHORIZATION dave; UPDATE accounts SET credit_limit = 9, dave = 9 WHERE id = 2; SELECT customer_workflow.submit(1)")
    publisher.psql("shop", "SET SESSION AUTHORIZATION alice; UPDATE accounts SET credit_limit = 8, alice = 8 WHERE id = 2; SELECT customer_workflow.submit(2)")
    publisher.psql("shop", "SET SESSION AUTHORIZATION bob; SELECT customer_workflow.approve(2)")
    caught_up(publisher, subscriber, "accounts")
    found = subscriber.psql("shop", "SELECT credit_limit FROM accounts WHERE id = 2")
    assert found == "8.00", found
    found = subscriber.error("shop", "SELECT customer_workflow.approve(1)", "bob")
    assert found == "CW001", found

    # triggers that the subscriber's owner has set to fire always meet what comes over as they meet a user
    subscriber.psql("shop", "".join(f'ALTER TABLE accounts ENABLE ALWAYS TRIGGER "{t}";' for t in subscriber.psql(
        "shop", "SELECT tgname FROM pg_trigger WHERE tgrelid = 'accounts'::regclass AND NOT tgisinternal").split()))
    publisher.psql("shop", "SET SESSION AUTHORIZATION alice; UPDATE accounts SET credit_limit = 13, alice = 13 WHERE id = 3; SELECT customer_workflow.submit(3)")
    publisher.psql("shop", "SET SESSION AUTHORIZATION bob; SELECT customer_workflow.approve(3)")
    publisher.psql("shop", "INSERT INTO accounts (id, name) VALUES (502, 'Held'); DELETE FROM accounts WHERE id = 499")
    caught_up(publisher, subscriber, "accounts")
    found = subscriber.psql("shop", """SELECT string_agg(id || ' ' || credit_limit || ' ' || coalesce(alice::text, ''), ',' ORDER BY id) FROM accounts WHERE id IN (3, 499, 502);
        SELECT operation, record_key, status FROM customer_workflow.proposals WHERE author = 'postgres' ORDER BY id""")
    assert found == '3 1000.00 13,499 1000.00 \nupdate|{"id": 3}|not_submitted\ninsert|{"id": 502}|not_submitted\ndelete|{"id": 499}|not_submitted', found
    log = subscriber.log()
    assert not re.search("PANIC|XX000", log), "the log has an internal error"
    subscriber.psql("shop", "DROP SUBSCRIPTION accounts")
    for server in (publisher, subscriber):
        server.cluster("stop")


def test_copy_for_reading():
    """The extension's own tables are published as well, FOR ALL TABLES or by schema: a copy to look at, in which nothing can be decided."""
    publisher = Server("publisher2").create("wal_level=logical")
    world.make(publisher, "shop")
    reader = Server("reader").create()
    reader.psql("postgres", "CREATE ROLE application; CREATE DATABASE shop")
    # the tables without their triggers' configuration, so that the rows of the extension can come
    schema = publisher.program("pg_dump", "--schema-only", "shop").stdout
    reader.psql("shop", schema)
    subscribe(publisher, reader, "everything", "ALL TABLES")
    tables = "SELECT string_agg(c.oid::regclass::text, ' ' ORDER BY c.oid::regclass::text) FROM pg_class AS c WHERE c.relnamespace = 'customer_workflow'::regnamespace AND c.relkind = 'r'"
    publisher.psql("shop", "SET SESSION AUTHORIZATION alice; SELECT customer_workflow.submit(1)")
    publisher.psql("shop", "SET SESSION AUTHORIZATION bob; SELECT customer_workflow.approve(1)")
    caught_up(publisher, reader, "everything")
    for table in publisher.psql("shop", tables).split():
        query = f"SET TimeZone = 'UTC'; SELECT count(*), md5(string_agg(t::text, e'\\n' ORDER BY t::text)) FROM {table} AS t"
        one, two = publisher.psql("shop", query), reader.psql("shop", query)
        assert one == two, f"{table}: {one} and {two}"
    for query in ("SELECT id, relation, record_key, status, waiting_on FROM customer_workflow.proposals ORDER BY id",
                  "SELECT * FROM customer_workflow.proposed_changes ORDER BY proposal, field", "SELECT customer_workflow.review(1)"):
        one, two = (s.psql("shop", "SET TimeZone = 'UTC';" + query, "owner") for s in (publisher, reader))
        assert one == two, f"{query}: {one} and {two}"
    # numbers of its own would collide with those that come: that is an error, and no silent mixture
    found = reader.error("shop", "UPDATE accounts SET credit_limit = 3 WHERE id = 30", "alice")
    assert found == "23505", found
    reader.psql("shop", "DROP SUBSCRIPTION everything")

    # the way to make it the primary
    reader.psql("shop", """SELECT setval(format('%I.%I', s.schemaname, s.sequencename)::regclass, 100000) FROM pg_sequences AS s WHERE s.schemaname = 'customer_workflow'""")
    reader.psql("shop", "SET SESSION AUTHORIZATION dave; UPDATE accounts SET credit_limit = 3, dave = 3 WHERE id = 30; SELECT customer_workflow.submit(max(id)) FROM customer_workflow.proposals")
    reader.psql("shop", "SET SESSION AUTHORIZATION bob; SELECT customer_workflow.approve(max(proposal)) FROM customer_workflow.my_work_items")
    found = reader.psql("shop", "SELECT credit_limit FROM accounts WHERE id = 30")
    assert found == "3.00", found
    for server in (publisher, reader):
        server.cluster("stop")


TESTS = [test_subscriber, test_copy_for_reading]
