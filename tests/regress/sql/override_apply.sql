-- override_apply(): break glass for the duty override; loud, for a reason, and somebody else reviews it
SET client_min_messages = error;
CREATE ROLE override_er LOGIN;
CREATE ROLE override_admin LOGIN;
CREATE ROLE override_auditor LOGIN;
GRANT SELECT, UPDATE ON customers TO override_er;
SELECT customer_workflow.protect('customers', '{credit_limit,payment_terms}', 'credit_managers');
SELECT customer_workflow.grant_duty('customers', 'override', 'override_er'), customer_workflow.grant_duty('customers', 'administrator', 'override_admin'),
       customer_workflow.grant_duty('customers', 'auditor', 'override_auditor');
SET client_min_messages = notice;

-- a running proposal of another
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SELECT customer_workflow.submit(1);
SET SESSION AUTHORIZATION override_er;
SELECT customer_workflow.review(1) -> 'allowed_actions' AS may;
SELECT customer_workflow.override_apply(1, E'Their ship is waiting.\nSpoke to the CFO.');
RESET SESSION AUTHORIZATION;
SELECT credit_limit FROM customers WHERE id = 1;
SELECT status, waiting_on, workflow, applied_at IS NOT NULL AS applied FROM customer_workflow.proposals;
SELECT record_key, field, original_value, new_value, person, database_role, reason FROM customer_workflow.direct_changes;
SELECT kind, person, comment, details - 'changes' AS details, digest IS NOT NULL AS digest FROM customer_workflow.workflow_history
 WHERE proposal = 1 ORDER BY at OFFSET 2;
-- the approver's item is closed; instead there is a review, for the approvers and for the administrators
SELECT work_item, element, assignee, status, subject, instructions, allowed_actions FROM customer_workflow.work_items ORDER BY work_item \gx
SET SESSION AUTHORIZATION bob;
SELECT work_item, subject FROM customer_workflow.my_work_items;
SET SESSION AUTHORIZATION override_admin;
SELECT work_item, subject FROM customer_workflow.my_work_items;

-- it stays until somebody has closed it, with a comment
SELECT * FROM error_of('SELECT customer_workflow.complete_task(3)');
SELECT * FROM error_of($$SELECT customer_workflow.complete_task(3, E' \n')$$);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.complete_task(2, 'The CFO confirms.');
SELECT * FROM error_of($$SELECT customer_workflow.complete_task(2, 'Again')$$);
RESET SESSION AUTHORIZATION;
SELECT work_item, status FROM customer_workflow.work_items WHERE element = 'Override review' ORDER BY work_item;
SELECT waiting_on FROM customer_workflow.proposals;
SET SESSION AUTHORIZATION override_auditor;
SELECT kind, person, element, comment FROM customer_workflow.workflow_history WHERE kind LIKE 'override%' ORDER BY at;
TABLE customer_workflow.my_work_items;
-- who reviewed it still sees it
SET SESSION AUTHORIZATION bob;
SELECT id, status FROM customer_workflow.proposals;

-- a draft, one that was rejected, one that waits for its date
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 6000, payment_terms = 'N60' WHERE id = 1;
UPDATE customers SET credit_limit = 6000 WHERE id = 2;
UPDATE customers SET credit_limit = 6000 WHERE id = 3;
SELECT customer_workflow.submit(3), customer_workflow.submit(4, effective_at => '2999-01-01');
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.reject(3, 'No'), customer_workflow.approve(4);
SET client_min_messages = error;
SET SESSION AUTHORIZATION override_er;
SELECT customer_workflow.override_apply(p, 'Emergency') FROM unnest('{2,3,4}'::bigint[]) AS p;
RESET SESSION AUTHORIZATION;
SELECT id, credit_limit, payment_terms FROM customers ORDER BY id;
SELECT proposal, details -> 'status' AS was, digest IS NOT NULL AS digest FROM customer_workflow.workflow_history WHERE kind = 'override_applied' ORDER BY at;
SELECT count(*) AS due FROM customer_workflow.deadline;
-- what is applied is applied
SELECT * FROM error_of($$SELECT customer_workflow.override_apply(2, 'Again')$$);
SET SESSION AUTHORIZATION override_er;
SELECT * FROM error_of($$SELECT customer_workflow.override_apply(2, 'Again')$$);
SELECT * FROM error_of($$SELECT customer_workflow.override_apply(99, 'Which?')$$);
SELECT * FROM error_of($$SELECT customer_workflow.override_apply(NULL, 'Which?')$$);

-- bookkeeping, record label: as when it is approved
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.configure('customers', '{"bookkeeping": {"version": "old.version + 1"}, "record_label": "name"}');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 1 WHERE id = 1;
SET client_min_messages = notice;
SET SESSION AUTHORIZATION override_er;
SELECT customer_workflow.override_apply(5, 'Emergency');
SELECT version FROM customers WHERE id = 1;
RESET SESSION AUTHORIZATION;
REVOKE ALL ON customers FROM override_er;
DROP ROLE override_er, override_admin, override_auditor;
