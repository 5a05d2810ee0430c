-- Design 6: the first page of my_work_items reads as much as it shows, also for who has places on others' work items.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE accounts (id int PRIMARY KEY, credit_limit numeric);
SELECT customer_workflow.protect('accounts', '{credit_limit}', 'credit_managers');
-- A queue of 20,000 of credit_managers: dave has a place on each of the even ones and three of his own, alice on three; bob, who is
-- a member, on one
RESET SESSION AUTHORIZATION;
INSERT INTO customer_workflow.proposal (table_id, record_key, record_hash, status, collects, author, originator, parties, database_role, submitted_at)
SELECT t.id, jsonb_build_object('id', i), md5(i::text)::uuid, 'pending_approval', false, 'role:import', 'role:import', '{role:import}', 'import', now()
  FROM customer_workflow.protected_table AS t, generate_series(1, 20000) AS i;
INSERT INTO customer_workflow.change (proposal, field, original, proposed)
SELECT p.id, 'credit_limit', '1', '2' FROM customer_workflow.proposal AS p;
INSERT INTO customer_workflow.work_item (proposal, table_id, element, step, assignee)
SELECT p.id, p.table_id, 'Approval', 'Approval', CASE WHEN (p.record_key -> 'id')::int IN (7, 9999, 19999) THEN 'role:dave' ELSE 'role:credit_managers' END
  FROM customer_workflow.proposal AS p ORDER BY p.id;
INSERT INTO customer_workflow.work_item_place (work_item, person, on_behalf_of)
SELECT w.id, l.person, '{role:bob}'
  FROM customer_workflow.work_item AS w JOIN customer_workflow.proposal AS p ON p.id = w.proposal
 CROSS JOIN LATERAL (VALUES ('role:dave', (p.record_key -> 'id')::int % 2 = 0), ('role:alice', (p.record_key -> 'id')::int IN (1, 2, 20000)),
                            ('role:bob', (p.record_key -> 'id')::int = 3)) AS l (person, has) WHERE l.has;

-- Rows of a table that a statement reads
CREATE FUNCTION rows_read(statement text) RETURNS TABLE (relation text, "rows" integer) LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ' || statement INTO plan;
    RETURN QUERY
    SELECT node ->> 'Relation Name', sum((node -> 'Actual Loops')::numeric * ((node -> 'Actual Rows')::numeric + coalesce((node -> 'Rows Removed by Filter')::numeric, 0)))::integer
      FROM jsonb_path_query(plan::jsonb, 'strict $.** ? (@."Relation Name" == "work_item" || @."Relation Name" == "work_item_place")') AS node GROUP BY 1 ORDER BY 1;
END
$$;
SET jit = off;
CREATE FUNCTION frugal(statement text) RETURNS boolean LANGUAGE sql AS 'SELECT bool_and("rows" <= 110) FROM public.rows_read(statement)';
GRANT EXECUTE ON FUNCTION rows_read(text), frugal(text) TO PUBLIC;

SET SESSION AUTHORIZATION dave;
SELECT frugal('SELECT * FROM customer_workflow.my_work_items LIMIT 50');
SELECT frugal('SELECT * FROM customer_workflow.my_work_items ORDER BY work_item LIMIT 50');
SELECT array_agg((record_key -> 'id')::int) FROM (SELECT record_key FROM customer_workflow.my_work_items LIMIT 6) AS w;
SELECT count(*), count(DISTINCT work_item) FROM customer_workflow.my_work_items;
RESET SESSION AUTHORIZATION;
ANALYZE;
SET SESSION AUTHORIZATION dave;
SELECT frugal('SELECT * FROM customer_workflow.my_work_items LIMIT 50');
SELECT frugal('SELECT * FROM customer_workflow.my_work_items ORDER BY work_item LIMIT 50');
SELECT max(work_item) - 60 AS seen FROM customer_workflow.my_work_items \gset
SELECT frugal('SELECT * FROM customer_workflow.my_work_items WHERE work_item > ' || :seen || ' ORDER BY work_item LIMIT 50');
SET SESSION AUTHORIZATION alice;
SELECT frugal('SELECT * FROM customer_workflow.my_work_items LIMIT 50');
SELECT (record_key -> 'id')::int AS id FROM customer_workflow.my_work_items;
-- who has an item by membership and a place on it sees it once
SET SESSION AUTHORIZATION bob;
SELECT frugal('SELECT * FROM customer_workflow.my_work_items LIMIT 50');
SELECT count(*), count(DISTINCT work_item) FROM customer_workflow.my_work_items;
