-- Two-phase commit: what a prepared transaction captured, submitted or decided comes with COMMIT PREPARED, and goes with ROLLBACK PREPARED.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers', '{"apply_as": "erp_owner"}');
SELECT customer_workflow.set_data_entity('import', 'customers');
SELECT customer_workflow.set_application_role('erp');

-- Captured, and submitted automatically, by PREPARE itself: nobody else sees it, and the session has forgotten it.
SET SESSION AUTHORIZATION import;
BEGIN;
SELECT customer_workflow.begin_change_set('prepared');
UPDATE customers SET credit_limit = id * 10, city = 'Rome' WHERE id < 3;
PREPARE TRANSACTION 'two_phase_captured';
SELECT * FROM customer_workflow.last_proposals();
SELECT count(*) FROM customer_workflow.proposals;
UPDATE customers SET city = city WHERE id = 3;
COMMIT PREPARED 'two_phase_captured';
SELECT p.id, p.status, c.title FROM customer_workflow.proposals AS p JOIN customer_workflow.change_sets AS c ON p.id = ANY (c.proposals) ORDER BY p.id;

-- An approval that is prepared has decided nothing until it is committed; it holds the record as any writer does.
SET SESSION AUTHORIZATION bob;
BEGIN;
SELECT customer_workflow.approve(1);
PREPARE TRANSACTION 'two_phase_approved';
SELECT id, status FROM customer_workflow.proposals ORDER BY id;
SELECT id, credit_limit FROM customers WHERE id < 3 ORDER BY id;
SET lock_timeout = '100ms';
SELECT customer_workflow.approve(1);
ROLLBACK PREPARED 'two_phase_approved';
RESET lock_timeout;
SELECT id, status FROM customer_workflow.proposals ORDER BY id;
BEGIN;
SELECT customer_workflow.approve(1);
PREPARE TRANSACTION 'two_phase_approved';
-- somebody else may end it: whose decision it is was settled before
RESET SESSION AUTHORIZATION;
COMMIT PREPARED 'two_phase_approved';
SELECT id, credit_limit FROM customers WHERE id < 3 ORDER BY id;
SELECT DISTINCT kind, person FROM customer_workflow.workflow_history WHERE proposal = 1 ORDER BY kind;

-- The person of an application role is that of the transaction, and not of what follows in the session.
SET SESSION AUTHORIZATION erp;
BEGIN;
SELECT customer_workflow.act_as('maria');
UPDATE customers SET credit_limit = 30 WHERE id = 3;
PREPARE TRANSACTION 'two_phase_person';
SELECT customer_workflow.current_person();
RESET SESSION AUTHORIZATION;
COMMIT PREPARED 'two_phase_person';
SELECT author FROM customer_workflow.proposals ORDER BY id DESC LIMIT 1;

-- What a savepoint took back is not in it.
SET SESSION AUTHORIZATION alice;
BEGIN;
UPDATE customers SET credit_limit = 77 WHERE id = 1;
SAVEPOINT s;
UPDATE customers SET credit_limit = 88 WHERE id = 2;
ROLLBACK TO s;
PREPARE TRANSACTION 'two_phase_savepoint';
ROLLBACK PREPARED 'two_phase_savepoint';
SELECT count(*) FROM customer_workflow.proposals WHERE author = 'alice';

-- Maintenance ends with its transaction, which somebody else could end: that is refused.
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION erp_owner;
BEGIN;
SELECT customer_workflow.begin_maintenance('{customers}', 'prepared');
UPDATE customers SET credit_limit = 99 WHERE id = 1;
PREPARE TRANSACTION 'two_phase_maintenance';
SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database();
SELECT credit_limit FROM customers WHERE id = 1;
