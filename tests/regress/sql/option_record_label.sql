-- Design 5.1, option record_label: the record in words, for lists.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');

-- none, the default
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SELECT customer_workflow.submit(1);
SELECT record_key, record_label FROM customer_workflow.proposals;

-- an expression over the record, as it is when the proposal is submitted
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('customers', '{"record_label": "name || '' ('' || country || '')''"}');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id = 2;
SELECT id, record_label FROM customer_workflow.proposals ORDER BY id;
SELECT customer_workflow.submit(2);
SET SESSION AUTHORIZATION bob;
SELECT proposal, record_key, record_label FROM customer_workflow.my_work_items ORDER BY proposal;
SET SESSION AUTHORIZATION alice;
UPDATE customers SET name = 'Beta Ltd' WHERE id = 2;
SELECT id, record_label FROM customer_workflow.proposals ORDER BY id;
SELECT customer_workflow.recall_many('{1,2}');
SELECT customer_workflow.submit_many('{1,2}');
SELECT id, record_label FROM customer_workflow.proposals ORDER BY id;

-- a null label is none
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('customers', '{"record_label": "city"}');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id = 3;
SELECT customer_workflow.submit(3);
SELECT id, record_label FROM customer_workflow.proposals ORDER BY id;

-- a label that cannot be computed for a record is none either, and stands in nobody's way
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('customers', '{"record_label": "''no. '' || 6 / (id - 2)"}');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.cancel_many('{1,2,3}');
UPDATE customers SET credit_limit = 7000;
SELECT * FROM customer_workflow.submit_many('{4,5,6}');
SELECT id, record_label FROM customer_workflow.proposals WHERE status = 'pending_approval' ORDER BY id;
SET SESSION AUTHORIZATION bob;
SELECT * FROM customer_workflow.approve_many('{4,5,6}');
