-- Promise 4, a record whose key has a period (from PostgreSQL 18 on): it is the one of equal key, not one that overlaps.
SELECT current_setting('server_version_num')::int >= 180000 AS is_18 \gset
\if :is_18
\set SHOW_CONTEXT never
SET customer_workflow.notices = off;
CREATE TABLE prices (item int4range, valid daterange, price numeric, PRIMARY KEY (item, valid WITHOUT OVERLAPS));
INSERT INTO prices VALUES ('[1,2)', '[2026-01-01,2026-02-01)', 1.0), ('[1,2)', '[2026-02-01,2026-03-01)', 2.0), ('[1,5)', '[2026-01-01,2026-03-01)', 3.0);
ALTER TABLE prices OWNER TO erp_owner;
GRANT SELECT, UPDATE ON prices TO alice;
SELECT customer_workflow.protect('prices', '{price}', 'credit_managers');
SET SESSION AUTHORIZATION alice;
-- the period changes in the statement that proposes; the proposal follows
UPDATE prices SET price = price + 10.00, valid = daterange(lower(valid) + 1, upper(valid)) WHERE item = '[1,2)';
SELECT record_key, original_value, proposed_value, current_value, conflict FROM customer_workflow.proposed_changes ORDER BY proposal;
SELECT * FROM error_of($$SELECT customer_workflow.propose('prices', '{"item": "[1,2)", "valid": "[2026-01-10,2026-01-20)"}', '{"price": 5}')$$);
SELECT customer_workflow.propose('prices', '{"item": "[1,5)", "valid": "[2026-01-01,2026-03-01)"}', '{"price": 30.0}');
SELECT outcome, message FROM customer_workflow.submit_many(ARRAY(SELECT id FROM customer_workflow.proposals ORDER BY id));
SET SESSION AUTHORIZATION bob;
SELECT record_key, outcome, w.message FROM customer_workflow.approve_many(ARRAY(SELECT proposal FROM customer_workflow.my_work_items)) AS w
  JOIN customer_workflow.proposals AS p ON p.id = w.proposal ORDER BY p.id;
RESET SESSION AUTHORIZATION;
SELECT * FROM prices ORDER BY item, valid;
\endif
