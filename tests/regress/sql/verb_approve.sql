-- Design 5, Decide: approve() by those for whom a proposal waits; the last approval writes the values (promise 5).
\set SHOW_CONTEXT never
CREATE ROLE verb_approve_desk;
GRANT verb_approve_desk TO bob, carol;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'verb_approve_desk');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000, payment_terms = 'N60';
-- a draft waits for nobody
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of('SELECT customer_workflow.approve(1)');
SET SESSION AUTHORIZATION alice;
SELECT outcome FROM customer_workflow.submit_many('{1,2,3}');

-- not by its author, and not by those who do not hold it: not dave, not the table's owner, not a superuser
SELECT * FROM error_of('SELECT customer_workflow.approve(1)');
SET SESSION AUTHORIZATION dave;
SELECT * FROM error_of('SELECT customer_workflow.approve(1)');
SET SESSION AUTHORIZATION erp_owner;
SELECT field, value FROM error_of('SELECT customer_workflow.approve(1)') WHERE field = 'sqlstate';
RESET SESSION AUTHORIZATION;
SELECT field, value FROM error_of('SELECT customer_workflow.approve(1)') WHERE field IN ('sqlstate', 'detail');

-- value and decision are one
SET SESSION AUTHORIZATION carol;
BEGIN;
SELECT customer_workflow.approve(1, 'checked');
SELECT credit_limit, payment_terms FROM customers WHERE id = 1;
ROLLBACK;
SELECT p.status, c.credit_limit FROM customer_workflow.proposals AS p, customers AS c WHERE p.id = 1 AND c.id = 1;
SELECT customer_workflow.approve(1, 'checked');
SELECT p.status, p.status_message, p.waiting_on, p.decided_at = p.applied_at AS decided_and_applied, c.credit_limit, c.payment_terms
  FROM customer_workflow.proposals AS p, customers AS c WHERE p.id = 1 AND c.id = 1;
SELECT kind, person, element, step, comment, digest IS NOT NULL AS digest FROM customer_workflow.workflow_history WHERE proposal = 1;
SELECT record_key, field, original_value, proposed_value, author, person, action, comment FROM customer_workflow.decisions ORDER BY proposal, field;
-- once
SELECT * FROM error_of('SELECT customer_workflow.approve(1)');

-- with the work item of my list
SET SESSION AUTHORIZATION bob;
SELECT work_item AS item FROM customer_workflow.my_work_items WHERE proposal = 2 \gset
SELECT work_item AS other_item FROM customer_workflow.my_work_items WHERE proposal = 3 \gset
SELECT field, replace(value, :'other_item', 'N') AS value FROM error_of(format('SELECT customer_workflow.approve(2, work_item => %s)', :other_item));
SELECT * FROM error_of('SELECT customer_workflow.approve(2, work_item => 999999)');
SELECT customer_workflow.approve(2, work_item => :item);
-- one that was finished is none any more
SELECT field, value FROM error_of(format('SELECT customer_workflow.approve(2, work_item => %s)', :item)) WHERE field IN ('sqlstate', 'detail');

-- other arguments
SELECT * FROM error_of($$ SELECT customer_workflow.approve(3, on_conflict => 'ignore') $$);
SELECT * FROM error_of('SELECT customer_workflow.approve(99)');
SELECT * FROM error_of('SELECT customer_workflow.approve(NULL)');

-- whoever has left the role in the meantime
RESET SESSION AUTHORIZATION;
CREATE ROLE verb_approve_temp LOGIN IN ROLE verb_approve_desk;
SET SESSION AUTHORIZATION verb_approve_temp;
SELECT count(*) FROM customer_workflow.my_work_items;
RESET SESSION AUTHORIZATION;
REVOKE verb_approve_desk FROM verb_approve_temp;
SET SESSION AUTHORIZATION verb_approve_temp;
SELECT count(*) FROM customer_workflow.my_work_items;
SELECT field, value FROM error_of('SELECT customer_workflow.approve(3)') WHERE field = 'sqlstate';
RESET SESSION AUTHORIZATION;
DROP ROLE verb_approve_temp;

-- the approver needs no privilege on the table: the values are written as its owner
REVOKE ALL ON customers FROM bob, carol;
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.approve(3);
RESET SESSION AUTHORIZATION;
SELECT id, credit_limit, payment_terms FROM customers ORDER BY id;
DROP ROLE verb_approve_desk;
