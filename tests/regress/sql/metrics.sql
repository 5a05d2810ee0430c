-- The views status and metrics: what monitoring asks, for whom.
\set SHOW_CONTEXT never
\pset format unaligned
CREATE ROLE metrics_monitor LOGIN;
GRANT pg_monitor TO metrics_monitor;
CREATE TABLE orders (id int PRIMARY KEY, price numeric);
INSERT INTO orders SELECT g, g FROM generate_series(1, 3) AS g;
ALTER TABLE orders OWNER TO erp_owner;
GRANT SELECT, UPDATE ON orders TO alice;
CREATE VIEW public.numbers AS
SELECT name, labels, CASE WHEN name ~ 'seconds' THEN value >= 0 ELSE NULL END AS some, CASE WHEN name !~ 'seconds' THEN value END AS value
  FROM customer_workflow.metrics ORDER BY name, labels;
GRANT SELECT ON public.numbers TO PUBLIC;
-- Nothing is protected
SELECT name, CASE WHEN name <> 'version' THEN value END AS value FROM customer_workflow.status;
SELECT * FROM numbers;

SET client_min_messages = warning;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
SELECT customer_workflow.protect('orders', '{price}', 'credit_managers');
SELECT customer_workflow.create_workflow('w', 'customers', '{"elements": [{"approval": {"name": "a", "steps": [
    {"name": "s", "assign_to": {"role": "credit_managers"}, "time_limit": {"hours": 1}}]}}]}');
SELECT customer_workflow.activate_workflow('w', 1);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id IN (1, 2);
UPDATE orders SET price = 10;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE record_key = '{"id": 1}';
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.cancel(id) FROM customer_workflow.proposals WHERE relation = 'orders'::regclass AND record_key = '{"id": 3}';
SELECT customer_workflow.disable('orders');
UPDATE orders SET price = 11 WHERE id = 2;
-- As if time had gone by
UPDATE customer_workflow.proposal SET created_at = created_at - interval '3 days' WHERE table_id = 1 AND record_key = '{"id": 2}';
UPDATE customer_workflow.deadline SET due_at = due_at - interval '1 day';
RESET client_min_messages;
SELECT name, CASE WHEN name = 'oldest_waiting' THEN (now() - value::timestamptz < '1 minute')::text WHEN name <> 'version' THEN value END AS value FROM customer_workflow.status;
SELECT * FROM numbers;

-- A monitor sees numbers of all tables; the owner and an auditor of theirs; others of none
SET SESSION AUTHORIZATION metrics_monitor;
SELECT count(*), count(DISTINCT labels ->> 'relation') AS tables FROM numbers;
SELECT value FROM customer_workflow.status WHERE name = 'protected_tables';
SET SESSION AUTHORIZATION erp_owner;
SELECT count(*), string_agg(DISTINCT labels ->> 'relation', ' ') AS tables FROM numbers;
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.grant_duty('orders', 'auditor', 'dave');
SET SESSION AUTHORIZATION dave;
SELECT count(*), string_agg(DISTINCT labels ->> 'relation', ' ') AS tables FROM numbers;
SET SESSION AUTHORIZATION alice;
SELECT * FROM numbers;
SELECT name, CASE WHEN name <> 'version' THEN value END AS value FROM customer_workflow.status;

-- A protection that is not whole
RESET SESSION AUTHORIZATION;
ALTER TABLE customers DISABLE TRIGGER USER;
SELECT value FROM customer_workflow.status WHERE name = 'protection_problems';
SELECT * FROM numbers WHERE name = 'protection_problems';
-- What was unprotected is still counted
SELECT customer_workflow.unprotect('orders', '{*}', true);
SELECT * FROM numbers WHERE labels ->> 'relation' = 'public.orders';
DROP OWNED BY metrics_monitor;
DROP ROLE metrics_monitor;
