-- Design 5, Look: my_work_items is what waits for me, work_items what waits for whom.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE accounts (id int PRIMARY KEY, name text, credit_limit numeric, iban text);
INSERT INTO accounts SELECT i, 'Account ' || i, 100, 'DE' FROM generate_series(1, 4) AS i;
GRANT SELECT, UPDATE ON accounts TO alice, bob;
SELECT customer_workflow.protect('accounts', '{credit_limit,iban}', 'credit_managers', '{"record_label": "name"}');
SET SESSION AUTHORIZATION alice;
BEGIN;
SET LOCAL customer_workflow.comment = 'good customer';
UPDATE accounts SET credit_limit = 200, iban = 'FR' WHERE id = 1;
COMMIT;
UPDATE accounts SET credit_limit = 300 WHERE id = 2;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals ORDER BY id;
SET SESSION AUTHORIZATION bob;
UPDATE accounts SET credit_limit = 400 WHERE id = 3;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE author = 'bob';

-- One item for the role; nobody is shown his own proposal, since he may not decide it
SELECT record_key, record_label, author, originator, comment, workflow, element, step, subject, instructions, due_at, overdue, allowed_actions
  FROM customer_workflow.my_work_items ORDER BY work_item;
SET SESSION AUTHORIZATION carol;
SELECT record_key, subject FROM customer_workflow.my_work_items ORDER BY work_item;
SET SESSION AUTHORIZATION alice;
SELECT record_key, subject FROM customer_workflow.my_work_items ORDER BY work_item;
SELECT record_key, assignee, status FROM customer_workflow.work_items ORDER BY work_item;
SELECT record_key, waiting_on FROM customer_workflow.proposals ORDER BY id;

-- The digest is the one to approve
SET SESSION AUTHORIZATION carol;
SELECT w.digest = p.digest AS same FROM customer_workflow.my_work_items AS w JOIN customer_workflow.proposals AS p ON p.id = w.proposal;
SELECT customer_workflow.approve(proposal, digest => digest) FROM customer_workflow.my_work_items WHERE record_key = '{"id": 1}';
SELECT customer_workflow.request_change(proposal, 'why?') FROM customer_workflow.my_work_items WHERE record_key = '{"id": 2}';
SELECT record_key, subject FROM customer_workflow.my_work_items ORDER BY work_item;
SELECT record_key, assignee, status, allowed_actions FROM customer_workflow.work_items ORDER BY work_item;

-- The owner of the table sees all of them, a colleague only those of proposals in which he acts
SET SESSION AUTHORIZATION erp_owner;
SELECT record_key, assignee, status, overdue FROM customer_workflow.work_items ORDER BY work_item;
SELECT count(*) FROM customer_workflow.my_work_items;
SET SESSION AUTHORIZATION bob;
SELECT record_key, assignee, status FROM customer_workflow.work_items ORDER BY work_item;

-- Due
RESET SESSION AUTHORIZATION;
UPDATE customer_workflow.work_item SET due_at = now() - interval '1 day';
SET SESSION AUTHORIZATION carol;
SELECT record_key, overdue FROM customer_workflow.my_work_items;
SELECT record_key, status, overdue FROM customer_workflow.work_items ORDER BY work_item;
