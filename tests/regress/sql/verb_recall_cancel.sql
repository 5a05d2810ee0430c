-- Design 5, Decide: recall() takes a pending proposal back, cancel() discards all its changes at any open status.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'credit_managers');
SELECT customer_workflow.grant_duty('customers', 'steward', 'dave');
SELECT customer_workflow.grant_duty('customers', 'administrator', 'erp');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000;
UPDATE customers SET payment_terms = 'N60' WHERE id = 1;

-- only what is pending can be recalled
SELECT * FROM error_of('SELECT customer_workflow.recall(1)');
SELECT customer_workflow.submit_many('{1,2,3}');
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of('SELECT customer_workflow.recall(1)');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.recall(1, 'a zero too many');
SELECT status, originator, waiting_on, digest FROM customer_workflow.proposals WHERE id = 1;
SELECT kind, person, comment FROM customer_workflow.workflow_history WHERE proposal = 1;
-- it is a draft again, which takes changes
UPDATE customers SET credit_limit = 500 WHERE id = 1;
SELECT customer_workflow.submit(1);

-- recall is the originator's: who submitted it, not who wrote it
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.recall(2);
SELECT customer_workflow.submit(2);
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of('SELECT customer_workflow.recall(2)');
SET SESSION AUTHORIZATION erp;
SELECT field, value FROM error_of('SELECT customer_workflow.recall(2)') WHERE field IN ('sqlstate', 'detail');

-- recalled beside a newer draft there are two drafts, of which one collects
SET SESSION AUTHORIZATION alice;
UPDATE customers SET payment_terms = 'N90' WHERE id = 3;
SELECT customer_workflow.recall(3);
SELECT proposal, field, proposed_value, status FROM customer_workflow.proposed_changes WHERE record_key = '{"id": 3}' ORDER BY proposal;
UPDATE customers SET credit_limit = 1, payment_terms = 'N91' WHERE id = 3;
SELECT proposal, field, proposed_value, status FROM customer_workflow.proposed_changes WHERE record_key = '{"id": 3}' ORDER BY proposal;
UPDATE customers SET payment_terms = NULL WHERE id = 3;
SELECT customer_workflow.submit_many('{3,4}');
SELECT customer_workflow.recall_many('{4,3}');
UPDATE customers SET credit_limit = 2, payment_terms = 'N92' WHERE id = 3;
SELECT proposal, field, proposed_value, status FROM customer_workflow.proposed_changes WHERE record_key = '{"id": 3}' ORDER BY proposal;

-- cancel: a draft, by its author
SELECT customer_workflow.cancel(4, 'not needed');
SELECT status, status_message, comment FROM customer_workflow.proposals WHERE id = 4;
SELECT kind, comment, details #>> '{changes,0,proposed}' AS proposed FROM customer_workflow.workflow_history WHERE proposal = 4 ORDER BY at DESC LIMIT 1;
-- a pending one, by an administrator
SET SESSION AUTHORIZATION bob;
SELECT count(*) FROM customer_workflow.my_work_items;
SELECT * FROM error_of('SELECT customer_workflow.cancel(1)');
SET SESSION AUTHORIZATION erp;
SELECT customer_workflow.cancel(1);
SET SESSION AUTHORIZATION bob;
SELECT count(*) FROM customer_workflow.my_work_items;
-- a rejected one, by a steward; a returned one, by the table's owner
SELECT customer_workflow.reject(2, 'no');
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.cancel(2);
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(3);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.request_change(3, 'no');
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.cancel(3);
SELECT id, status FROM customer_workflow.proposals ORDER BY id;

-- closed is closed
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of('SELECT customer_workflow.cancel(1)');
SELECT field, value FROM error_of('SELECT customer_workflow.recall(1)') WHERE field <> 'sqlstate';
SELECT * FROM error_of('SELECT customer_workflow.cancel(99)');
-- and the change can be proposed again
UPDATE customers SET credit_limit = 500 WHERE id = 1;

-- both work while the table is switched off
SELECT customer_workflow.submit(5);
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.disable('customers');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.recall(5);
SELECT field, value FROM error_of('SELECT customer_workflow.submit(5)') WHERE field <> 'hint';
SELECT customer_workflow.cancel(5);
