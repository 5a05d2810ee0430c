"""The table that every test begins with."""

TABLE = """
SET client_min_messages = error;
SELECT customer_workflow.unprotect(t, '{*}', cancel_open => true) FROM to_regclass('shop_customer') AS t WHERE t IS NOT NULL;
DROP TABLE IF EXISTS shop_customer;
CREATE TABLE shop_customer (
    id            bigint PRIMARY KEY,
    name          text NOT NULL,
    credit_limit  numeric(12,2),
    payment_terms text,
    tags          text[] NOT NULL DEFAULT '{}',
    version       integer NOT NULL DEFAULT 1
);
INSERT INTO shop_customer (id, name, credit_limit, payment_terms) VALUES (1, 'Alpha', 1000, 'N30'), (2, 'Beta', 2000, 'N30'), (3, 'Gamma', 3000, 'N60');
ALTER TABLE shop_customer OWNER TO erp_owner;
GRANT SELECT, INSERT, UPDATE, DELETE ON shop_customer TO alice, bob, erp;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('shop_customer', '{credit_limit,payment_terms,tags}', 'credit_managers',
                                 '{"bookkeeping": {"version": "old.version + 1"}}');
"""


def stored(cursor, record):
    """What is in the table, whoever reads it."""
    cursor.execute("SELECT name, credit_limit, payment_terms, version FROM shop_customer WHERE id = %s", (record,))
    return tuple(cursor.fetchone())


def mine(cursor):
    """The open proposed changes that the session sees: field and value."""
    cursor.execute("SELECT field, proposed_value FROM customer_workflow.proposed_changes WHERE relation = 'shop_customer'::regclass"
                   " AND status NOT IN ('applied', 'cancelled') ORDER BY proposal, field")
    return [tuple(row) for row in cursor.fetchall()]
