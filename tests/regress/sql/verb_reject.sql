-- Design 5, Decide: reject() and request_change() send a proposal back to its author, with a reason.
\set SHOW_CONTEXT never
CREATE ROLE verb_reject_desk;
GRANT verb_reject_desk TO alice, bob, carol;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'verb_reject_desk');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000;
SELECT outcome FROM customer_workflow.submit_many('{1,2,3}');

-- a reason is needed, and neither null nor blanks are one
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of('SELECT customer_workflow.reject(1, NULL)');
SELECT * FROM error_of('SELECT customer_workflow.request_change(1, E'' \n'')');
-- leaving it out does not even call the function
SELECT field, value FROM error_of('SELECT customer_workflow.reject(1)') WHERE field = 'sqlstate';
SELECT customer_workflow.reject(1, 'too much');
SELECT customer_workflow.request_change(2, 'which contract?');
SELECT id, status, status_message, waiting_on, decided_at IS NOT NULL AS decided, applied_at FROM customer_workflow.proposals ORDER BY id;
SELECT id, credit_limit FROM customers ORDER BY id;
SELECT proposal, kind, person, element, step, comment FROM customer_workflow.workflow_history WHERE kind IN ('rejected', 'change_requested');
SELECT proposal, field, proposed_value, person, action, comment, applied_at FROM customer_workflow.decisions ORDER BY proposal;
-- with digest and work item
SELECT work_item AS item, digest AS seen FROM customer_workflow.my_work_items WHERE proposal = 3 \gset
SELECT customer_workflow.reject(3, 'no', :'seen', :item);

-- once: what was rejected waits for nobody
SELECT * FROM error_of('SELECT customer_workflow.reject(1, ''no'')');
SELECT field, value FROM error_of('SELECT customer_workflow.approve(2)') WHERE field <> 'sqlstate';
SELECT field, value FROM error_of('SELECT customer_workflow.request_change(2, ''no'')') WHERE field = 'sqlstate';

-- the author edits both in place, and resubmits one and cancels the other
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 4000, payment_terms = 'N60' WHERE id < 3;
SELECT proposal, field, proposed_value, status FROM customer_workflow.proposed_changes ORDER BY proposal, field;
SELECT customer_workflow.submit(1);
SELECT customer_workflow.cancel(2);

-- not one's own, also not to send it back
SELECT field, value FROM error_of('SELECT customer_workflow.reject(1, ''changed my mind'')') WHERE field = 'sqlstate';
SELECT field, value FROM error_of('SELECT customer_workflow.request_change(1, ''changed my mind'')') WHERE field = 'sqlstate';
-- and not of others for whom it does not wait
SET SESSION AUTHORIZATION dave;
SELECT * FROM error_of('SELECT customer_workflow.reject(1, ''no'')');
SELECT * FROM error_of('SELECT customer_workflow.reject(99, ''no'')');

-- a table that is switched off: what is wrong can still be sent back
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.disable('customers');
SET SESSION AUTHORIZATION bob;
SELECT field, value FROM error_of('SELECT customer_workflow.approve(1)') WHERE field = 'sqlstate';
SELECT customer_workflow.reject(1, 'no');
RESET SESSION AUTHORIZATION;
DROP ROLE verb_reject_desk;
