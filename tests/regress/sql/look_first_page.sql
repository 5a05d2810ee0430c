-- Design 6: the first page of my_work_items reads as much as it shows, however much is open, for whomever.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE accounts (id int PRIMARY KEY, credit_limit numeric);
SELECT customer_workflow.protect('accounts', '{credit_limit}', 'credit_managers');
-- A queue of 20,000: three of dave's, the rest of credit_managers
RESET SESSION AUTHORIZATION;
INSERT INTO customer_workflow.proposal (table_id, record_key, record_hash, status, collects, author, originator, parties, database_role, submitted_at)
SELECT t.id, jsonb_build_object('id', i), md5(i::text)::uuid, 'pending_approval', false, 'role:alice', 'role:alice', '{role:alice}', 'alice', now()
  FROM customer_workflow.protected_table AS t, generate_series(1, 20000) AS i;
INSERT INTO customer_workflow.change (proposal, field, original, proposed)
SELECT p.id, 'credit_limit', '1', '2' FROM customer_workflow.proposal AS p;
INSERT INTO customer_workflow.work_item (proposal, table_id, element, step, assignee)
SELECT p.id, p.table_id, 'Approval', 'Approval', CASE WHEN (p.record_key -> 'id')::int IN (7, 9999, 20000) THEN 'role:dave' ELSE 'role:credit_managers' END
  FROM customer_workflow.proposal AS p ORDER BY p.id;

-- Rows of work_item that a statement reads
CREATE FUNCTION items_read(statement text) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ' || statement INTO plan;
    RETURN (SELECT sum((node -> 'Actual Loops')::numeric * (node -> 'Actual Rows')::numeric + coalesce((node -> 'Rows Removed by Filter')::numeric, 0))
              FROM jsonb_path_query(plan::jsonb, 'strict $.** ? (@."Relation Name" == "work_item")') AS node);
END
$$;
GRANT EXECUTE ON FUNCTION items_read(text) TO PUBLIC;
SET jit = off;

SET SESSION AUTHORIZATION bob;
SELECT items_read('SELECT * FROM customer_workflow.my_work_items LIMIT 50') AS read;
SELECT items_read('SELECT * FROM customer_workflow.my_work_items ORDER BY work_item LIMIT 50') AS read;
SET SESSION AUTHORIZATION dave;
SELECT items_read('SELECT * FROM customer_workflow.my_work_items LIMIT 50') AS read;
SELECT (record_key ->> 'id')::int AS id FROM customer_workflow.my_work_items LIMIT 50;

-- and knowing how it is distributed does not lead PostgreSQL astray
RESET SESSION AUTHORIZATION;
ANALYZE;
SET SESSION AUTHORIZATION bob;
SELECT items_read('SELECT * FROM customer_workflow.my_work_items LIMIT 50') AS read;
SELECT items_read('SELECT * FROM customer_workflow.my_work_items ORDER BY work_item LIMIT 50') AS read;
SELECT max(work_item) - 60 AS seen, max(proposal) AS proposal FROM customer_workflow.my_work_items \gset
SELECT items_read('SELECT * FROM customer_workflow.my_work_items WHERE work_item > ' || :seen || ' ORDER BY work_item LIMIT 50') AS next_page;
SELECT items_read('SELECT * FROM customer_workflow.my_work_items WHERE proposal = ' || :proposal) AS one;
SET SESSION AUTHORIZATION dave;
SELECT items_read('SELECT * FROM customer_workflow.my_work_items LIMIT 50') AS read;
SELECT items_read('SELECT * FROM customer_workflow.my_work_items ORDER BY work_item LIMIT 50') AS read;
SET SESSION AUTHORIZATION alice;
SELECT items_read('SELECT * FROM customer_workflow.my_work_items LIMIT 50') AS read;

-- Whoever stands in for many still sees each item once, in order
RESET SESSION AUTHORIZATION;
SELECT count(customer_workflow.add_group_member('g' || i, 'role:dave')) FROM generate_series(1, 6) AS i;
UPDATE customer_workflow.work_item SET assignee = 'group:g' || id % 6 + 1 WHERE id % 1000 = 0;
SET SESSION AUTHORIZATION dave;
SELECT count(*), count(DISTINCT work_item) FROM customer_workflow.my_work_items;
SELECT array_agg((record_key ->> 'id')::int) FROM (SELECT record_key FROM customer_workflow.my_work_items LIMIT 6) AS w;
