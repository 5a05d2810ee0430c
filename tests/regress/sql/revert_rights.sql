-- revert(): it takes what an UPDATE of the caller would take, and shows nobody more; when it is refused
SET client_min_messages = error;
CREATE ROLE revert_partly LOGIN;
CREATE ROLE revert_rows LOGIN;
GRANT SELECT, UPDATE (payment_terms) ON customers TO revert_partly;
SELECT customer_workflow.protect('customers', '{credit_limit,payment_terms}', 'credit_managers');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000, payment_terms = 'N60' WHERE id = 1;
SELECT customer_workflow.submit(1);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1);

-- no UPDATE, no revert: of the table, of a column, of a row
SET SESSION AUTHORIZATION carol;
SELECT * FROM error_of('SELECT customer_workflow.revert(1)');
SET SESSION AUTHORIZATION revert_partly;
SELECT * FROM error_of('SELECT customer_workflow.revert(1)');
RESET SESSION AUTHORIZATION;
GRANT SELECT, UPDATE ON customers TO revert_rows;
ALTER TABLE customers ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody_sees ON customers FOR SELECT USING (true);
CREATE POLICY some_write ON customers FOR UPDATE TO revert_rows USING (id = 2);
CREATE POLICY all_write ON customers FOR UPDATE TO alice USING (true);
SET SESSION AUTHORIZATION revert_rows;
SELECT * FROM error_of('SELECT customer_workflow.revert(1)');
-- who sees nothing of the proposal, or not all of it, learns nothing
RESET SESSION AUTHORIZATION;
DROP POLICY everybody_sees ON customers;
CREATE POLICY own_rows ON customers FOR SELECT TO revert_rows USING (id = 2);
SET SESSION AUTHORIZATION revert_rows;
SELECT * FROM error_of('SELECT customer_workflow.revert(1)');
SELECT * FROM error_of('SELECT customer_workflow.revert(99)');
SELECT * FROM error_of('SELECT customer_workflow.revert(NULL)');
RESET SESSION AUTHORIZATION;
ALTER TABLE customers DISABLE ROW LEVEL SECURITY;
REVOKE SELECT ON customers FROM revert_partly;
GRANT SELECT (id, payment_terms), UPDATE ON customers TO revert_partly;
SET SESSION AUTHORIZATION revert_partly;
SELECT id, status FROM customer_workflow.proposals;
SELECT * FROM error_of('SELECT customer_workflow.revert(1)');
SELECT count(*) FROM customer_workflow._revertible;

-- not mixed with what the caller has proposed already
SET SESSION AUTHORIZATION dave;
UPDATE customers SET credit_limit = 7000 WHERE id = 1;
SELECT * FROM error_of('SELECT customer_workflow.revert(1)');
SELECT status, customer_workflow.review(id) #>> '{changes,0,proposed_value}' AS proposed FROM customer_workflow.proposals WHERE author = 'dave';
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE author = 'dave';
SELECT * FROM error_of('SELECT customer_workflow.revert(1)');
SELECT status FROM customer_workflow.proposals WHERE author = 'dave';
SELECT customer_workflow.cancel(id) FROM customer_workflow.proposals WHERE author = 'dave';

-- nobody gives his own proposal out for a revert of something else
SELECT customer_workflow._mark_revert(1, id, '{}', '{}') FROM customer_workflow.proposals WHERE author = 'dave';
BEGIN;
UPDATE customers SET credit_limit = 7000 WHERE id = 2;
SELECT customer_workflow._mark_revert(1, l, '{}', '{}') FROM customer_workflow.last_proposals() AS l;
ROLLBACK;

-- the switch, imports that are refused or pass, columns and tables that are gone
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.disable('customers');
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of('SELECT customer_workflow.revert(1)');
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.enable('customers');
SELECT customer_workflow.set_data_entity('role:import', 'customers', '{"behavior": "reject_changes"}');
SET SESSION AUTHORIZATION import;
SELECT * FROM error_of('SELECT customer_workflow.revert(1)');
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.set_data_entity('role:import', 'customers', '{"behavior": "ignore_changes"}');
SET SESSION AUTHORIZATION import;
SELECT * FROM error_of('SELECT customer_workflow.revert(1)');
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.set_data_entity('role:import', 'customers', '{"behavior": "allow_without_approval"}');
SET SESSION AUTHORIZATION import;
SELECT * FROM error_of('SELECT customer_workflow.revert(1)');
SELECT credit_limit FROM customers WHERE id = 1;
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.cancel(id) FROM customer_workflow.proposals WHERE author = 'import';
-- a field that is not protected any more is left to an UPDATE
SELECT customer_workflow.unprotect('customers', '{payment_terms}');
SET SESSION AUTHORIZATION alice;
SET client_min_messages = warning;
SELECT customer_workflow.revert(1) IS NOT NULL AS draft;
SET client_min_messages = error;
SELECT field, original_value, proposed_value FROM customer_workflow.proposed_changes WHERE status = 'not_submitted';
SELECT customer_workflow.cancel(id) FROM customer_workflow.proposals WHERE status = 'not_submitted';
RESET SESSION AUTHORIZATION;
ALTER TABLE customers DROP COLUMN payment_terms;
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of('SELECT customer_workflow.revert(1)');
RESET SESSION AUTHORIZATION;
ALTER TABLE customers ADD COLUMN payment_terms text;
SELECT customer_workflow.protect('customers', '{bank_account}');
SELECT customer_workflow.unprotect('customers', '{credit_limit}');
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of('SELECT customer_workflow.revert(1)');
RESET SESSION AUTHORIZATION;
DELETE FROM customers WHERE id = 1;
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of('SELECT customer_workflow.revert(1)');
RESET SESSION AUTHORIZATION;
REVOKE ALL ON customers FROM revert_partly, revert_rows;

DROP POLICY own_rows ON customers;
DROP POLICY some_write ON customers;
DROP POLICY all_write ON customers;
DROP ROLE revert_partly, revert_rows;
