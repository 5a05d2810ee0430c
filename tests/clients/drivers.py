"""Drivers: row counts, RETURNING, prepared and batched statements, errors, notices, as they arrive in the application."""

import asyncio
import os
from decimal import Decimal

import asyncpg
import pg8000.dbapi
import psycopg

from table import mine, stored

HOST, DATABASE = os.environ["PGHOST"], os.environ["PGDATABASE"]


def _psycopg(user):
    return psycopg.connect(host=HOST, dbname=DATABASE, user=user, autocommit=True)


def psycopg_sees_a_true_row_count():
    """A diverted UPDATE counts its rows, RETURNING shows what is stored, the notice reaches its handler."""
    with _psycopg("alice") as db, db.cursor() as cursor:
        notices = []
        db.add_notice_handler(lambda n: notices.append((n.severity, n.message_primary)))
        cursor.execute("UPDATE shop_customer SET name = %s, credit_limit = %s WHERE id = %s RETURNING name, credit_limit, version",
                       ("Alpha & Co", Decimal("5000.00"), 1))
        assert cursor.rowcount == 1, cursor.rowcount
        assert cursor.fetchone() == ("Alpha & Co", Decimal("1000.00"), 1)
        assert mine(cursor) == [("credit_limit", "5000.00")], mine(cursor)
        assert len(notices) == 1 and notices[0][0] == "NOTICE" and "credit_limit of shop_customer" in notices[0][1], notices


def psycopg_prepares_on_the_server():
    """A statement that the server keeps prepared diverts every time, with values that travel as binary."""
    with _psycopg("alice") as db, db.cursor(binary=True) as cursor:
        for record, limit in ((1, 10), (2, 20), (3, 30), (1, 11)):
            cursor.execute("UPDATE shop_customer SET credit_limit = %s WHERE id = %s", (Decimal(limit), record), prepare=True)
            assert cursor.rowcount == 1
        assert [c[1] for c in mine(cursor)] == ["11.00", "20.00", "30.00"], mine(cursor)
        assert stored(cursor, 1)[1] == Decimal("1000.00")


def psycopg_sends_batches():
    """executemany and a pipeline: one notice a statement, all rows counted."""
    with _psycopg("alice") as db, db.cursor() as cursor:
        cursor.executemany("UPDATE shop_customer SET payment_terms = %s WHERE id = %s", [("N14", 1), ("N14", 2), ("N14", 3)])
        assert cursor.rowcount == 3, cursor.rowcount
        with db.pipeline():
            for record in (1, 2, 3):
                db.execute("UPDATE shop_customer SET credit_limit = credit_limit * 2 WHERE id = %s", (record,))
        assert len(mine(cursor)) == 6, mine(cursor)
        cursor.execute("SELECT count(*) FROM customer_workflow.proposals WHERE relation = 'shop_customer'::regclass")
        assert cursor.fetchone() == (3,)


def psycopg_decides_with_untyped_parameters():
    """The verbs take what a driver sends: a number without a type, an array, a named argument."""
    with _psycopg("alice") as clerk, _psycopg("bob") as manager:
        clerk.execute("UPDATE shop_customer SET credit_limit = 5000, tags = %s WHERE id = 1", (["a", "b c", 'd"e'],))
        clerk.execute("UPDATE shop_customer SET credit_limit = 6000 WHERE id = 2")
        ids = [r[0] for r in clerk.execute("SELECT id FROM customer_workflow.proposals WHERE relation = 'shop_customer'::regclass ORDER BY id")]
        for number in ids:
            assert clerk.execute("SELECT customer_workflow.submit(%s)", (number,)).fetchone() == ("pending_approval",)
        (digest,) = manager.execute("SELECT digest FROM customer_workflow.my_work_items WHERE proposal = %s", (ids[0],)).fetchone()
        found = manager.execute("SELECT customer_workflow.approve(%s, digest => %s)", (str(ids[0]), digest)).fetchone()
        assert found == ("applied",), found
        found = manager.execute("SELECT proposal, outcome FROM customer_workflow.approve_many(%s)", (ids[1:],)).fetchall()
        assert found == [(ids[1], "applied")], found
        found = manager.execute("SELECT credit_limit, tags, version FROM shop_customer WHERE id = 1").fetchone()
        assert found == (Decimal("5000.00"), ["a", "b c", 'd"e'], 2), found


def psycopg_gets_whole_errors():
    """SQLSTATE, DETAIL, HINT, constraint and table arrive as fields of their own."""
    with _psycopg("alice") as db:
        db.execute("UPDATE shop_customer SET credit_limit = 5000 WHERE id = 1")
        (number,) = db.execute("SELECT max(id) FROM customer_workflow.proposals").fetchone()
        try:
            db.execute("SELECT customer_workflow.approve(%s)", (number,))
            raise AssertionError("a draft was approved")
        except psycopg.Error as error:
            assert error.sqlstate == "CW003", error.sqlstate
            assert error.diag.message_hint and error.diag.message_detail, error
    with psycopg.connect(host=HOST, dbname=DATABASE, user="postgres", autocommit=True) as db:
        db.execute("ALTER TABLE shop_customer ADD CONSTRAINT at_most CHECK (credit_limit < 4000)")
    with _psycopg("alice") as db:
        try:
            db.execute("SELECT customer_workflow.submit(%s)", (number,))
            raise AssertionError("a value that breaks a constraint was submitted")
        except psycopg.errors.CheckViolation as error:
            assert (error.diag.constraint_name, error.diag.table_name) == ("at_most", "shop_customer"), error.diag


def psycopg_rolls_back_to_savepoints():
    """What a savepoint takes back is not proposed."""
    with psycopg.connect(host=HOST, dbname=DATABASE, user="alice") as db, db.cursor() as cursor:
        cursor.execute("UPDATE shop_customer SET credit_limit = 1 WHERE id = 1")
        try:
            with db.transaction():
                cursor.execute("UPDATE shop_customer SET credit_limit = 2, payment_terms = 'N1' WHERE id = 1")
                cursor.execute("UPDATE shop_customer SET credit_limit = 3 WHERE id = 2")
                raise ZeroDivisionError
        except ZeroDivisionError:
            pass
        db.commit()
        assert mine(cursor) == [("credit_limit", "1.00")], mine(cursor)


def psycopg_copies_into_a_staging_table():
    """An import by COPY and UPDATE … FROM."""
    with _psycopg("alice") as db, db.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE staging (id bigint, credit_limit numeric, name text)")
        with cursor.copy("COPY staging FROM STDIN") as copy:
            for record in (1, 2, 3):
                copy.write_row((record, record * 111, f"New {record}"))
        cursor.execute("UPDATE shop_customer AS c SET credit_limit = s.credit_limit, name = s.name FROM staging AS s WHERE s.id = c.id")
        assert cursor.rowcount == 3
        assert mine(cursor) == [("credit_limit", "111.00"), ("credit_limit", "222.00"), ("credit_limit", "333.00")], mine(cursor)
        assert stored(cursor, 2) == ("New 2", Decimal("2000.00"), "N30", 1)


def psycopg_names_a_person_behind_a_pooled_login():
    """One login for all users: each transaction says who acts, and forgets it at its end."""
    with psycopg.connect(host=HOST, dbname=DATABASE, user="postgres", autocommit=True) as db:
        db.execute("SELECT customer_workflow.set_application_role('erp')")
    with psycopg.connect(host=HOST, dbname=DATABASE, user="erp") as db:
        db.execute("SELECT customer_workflow.act_as(%s)", ("maria@example.com",))
        db.execute("UPDATE shop_customer SET credit_limit = 7 WHERE id = 1")
        db.commit()
        try:
            db.execute("UPDATE shop_customer SET credit_limit = 8 WHERE id = 1")
            raise AssertionError("nobody was named, and it was taken")
        except psycopg.errors.InsufficientPrivilege:
            db.rollback()
        db.execute("SELECT customer_workflow.act_as(%s)", ("maria@example.com",))
        with db.cursor() as cursor:
            assert mine(cursor) == [("credit_limit", "7.00")], mine(cursor)
    with psycopg.connect(host=HOST, dbname=DATABASE, user="postgres", autocommit=True) as db:
        db.execute("SELECT customer_workflow.remove_application_role('erp')")


def pg8000_in_pure_python():
    """A driver without libpq: its own protocol code, parameters in the extended protocol."""
    db = pg8000.dbapi.connect(user="alice", unix_sock=f"{HOST}/.s.PGSQL.5432", database=DATABASE)
    try:
        cursor = db.cursor()
        cursor.execute("UPDATE shop_customer SET name = %s, credit_limit = %s WHERE id = %s", ("Delta", Decimal("12.5"), 1))
        assert cursor.rowcount == 1, cursor.rowcount
        cursor.execute("SELECT customer_workflow.submit(max(id)) FROM customer_workflow.proposals")
        assert cursor.fetchone()[0] == "pending_approval"
        db.commit()
        assert stored(cursor, 1) == ("Delta", Decimal("1000.00"), "N30", 1)
        assert mine(cursor) == [("credit_limit", "12.50")]
    finally:
        db.close()


def asyncpg_binary_and_prepared():
    """A driver that prepares everything and speaks binary: fetch, executemany, explicit transactions."""

    async def play():
        db = await asyncpg.connect(host=HOST, user="alice", database=DATABASE)
        try:
            said = await db.execute("UPDATE shop_customer SET credit_limit = $1, tags = $2 WHERE id = $3", Decimal("5.25"), ["x"], 1)
            assert said == "UPDATE 1", said
            row = await db.fetchrow("UPDATE shop_customer SET name = $1, payment_terms = $2 WHERE id = 2 RETURNING name, payment_terms", "B", "N0")
            assert tuple(row) == ("B", "N30"), row
            await db.executemany("UPDATE shop_customer SET credit_limit = $1 WHERE id = $2", [(Decimal(1), 2), (Decimal(2), 3)])
            statement = await db.prepare("SELECT customer_workflow.submit($1)")
            for number in await db.fetch("SELECT id FROM customer_workflow.proposals WHERE relation = 'shop_customer'::regclass"):
                assert await statement.fetchval(number["id"]) == "pending_approval"
        finally:
            await db.close()
        db = await asyncpg.connect(host=HOST, user="bob", database=DATABASE)
        try:
            items = await db.fetch("SELECT proposal, digest FROM customer_workflow.my_work_items WHERE relation = 'shop_customer'::regclass ORDER BY 1")
            rows = await db.fetch("SELECT outcome FROM customer_workflow.approve_many($1, digests => $2)",
                                  [i["proposal"] for i in items], [i["digest"] for i in items])
            assert [r["outcome"] for r in rows] == ["applied"] * 3, rows
            row = await db.fetchrow("SELECT credit_limit, tags FROM shop_customer WHERE id = 1")
            assert tuple(row) == (Decimal("5.25"), ["x"]), row
        finally:
            await db.close()

    asyncio.run(play())
