"""The first page of what waits for somebody, where little waits and where much does."""

import os

from kit import ROUNDS, Session, alternate, database

MANY = int(os.environ.get("CW_ITEMS", "1000000"))
FEW = max(MANY // 100, 100)

# Straight into the tables: what submitting as many proposals leaves behind. Each tenth item is also with people of their own.
FILL = """
INSERT INTO customer_workflow.proposal (table_id, record_key, record_hash, status, collects, author, originator, parties, database_role, submitted_at, digest,
                                        workflow, version)
SELECT t.id, k.key, customer_workflow._key_hash(k.key), 'pending_approval', false, 'role:alice', 'role:alice', '{{role:alice}}', 'alice', now(),
       encode(sha256(i::text::bytea), 'hex'), 'built_in', 1
  FROM generate_series(1, {items}) AS i, customer_workflow.protected_table AS t, LATERAL (SELECT jsonb_build_object('id', i) AS key) AS k;
INSERT INTO customer_workflow.change (proposal, field, original, proposed) SELECT p.id, 'credit_limit', '1.00', '2.00' FROM customer_workflow.proposal AS p;
INSERT INTO customer_workflow.work_item (proposal, table_id, element, step, assignee)
SELECT p.id, p.table_id, 'Approval', 'Approval', CASE WHEN p.id % 10 = 0 THEN 'role:import' ELSE 'role:credit_managers' END FROM customer_workflow.proposal AS p;
INSERT INTO customer_workflow.work_item_place (work_item, person, on_behalf_of)
SELECT w.id, 'role:bob', '{{}}' FROM customer_workflow.work_item AS w WHERE w.assignee = 'role:import';
VACUUM (FREEZE, ANALYZE);
"""

PAGE = "SELECT * FROM customer_workflow.my_work_items ORDER BY work_item LIMIT 50"
NEXT = "SELECT * FROM customer_workflow.my_work_items WHERE work_item > {after} ORDER BY work_item LIMIT 50"


def lists(results):
    """The first page of my_work_items, and one in the middle."""
    few = database("bench_few", "tables.sql", rows=FEW)
    many = database("bench_many", "tables.sql", rows=FEW)
    for name, items in ((few, FEW), (many, MANY)):
        with Session(name) as admin:
            admin.run(FILL.format(items=items))
    repeat = 20
    with Session(few, "bob") as s_few, Session(many, "bob") as s_many:
        def pages(session, page):
            return lambda: session.timed(*([page] * repeat)) / repeat
        seconds = alternate({
            "few": pages(s_few, PAGE), "many": pages(s_many, PAGE),
            "few next": pages(s_few, NEXT.format(after=FEW // 2)), "many next": pages(s_many, NEXT.format(after=MANY // 2)),
        }, lambda: None, ROUNDS)

    def milliseconds(s):
        return f"{s * 1000:.2f} ms"
    what = f"my_work_items, {{}} 50, of {MANY} open work items vs of {FEW}"
    results.ratio(what.format("first"), seconds, "many", "few", "<= 1.5, < 5 ms", unit=milliseconds)
    results.ratio(what.format("middle"), seconds, "many next", "few next", unit=milliseconds)
