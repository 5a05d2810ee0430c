-- Promise 7 and the review of an override: who broke the glass, or made, submitted or edited the change, never closes it
SET client_min_messages = error;
CREATE ROLE override3_chief LOGIN;
CREATE ROLE override3_managers;
GRANT override3_managers TO override3_chief, bob, carol;
GRANT SELECT, UPDATE ON customers TO override3_chief;
SELECT customer_workflow.protect('customers', '{credit_limit,payment_terms}', 'override3_managers');
-- a workflow that lets parties decide says nothing about reviews
SELECT customer_workflow.create_workflow('trusting', 'customers', '{"allow_self_approval": true, "elements": [{"approval": {"name": "Approval",
    "steps": [{"name": "Manager", "assign_to": {"role": "override3_managers"}}]}}]}');
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.activate_workflow('trusting', 1);
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.grant_duty('customers', 'override', 'override3_chief'), customer_workflow.grant_duty('customers', 'administrator', 'alice'),
       customer_workflow.grant_duty('customers', 'steward', 'carol'), customer_workflow.grant_duty('customers', 'administrator', 'override3_chief');

-- alice proposes, carol submits for her, the chief overrides: all three hold the review by role or duty, bob alone may close it
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.submit(1);
SET SESSION AUTHORIZATION override3_chief;
SELECT customer_workflow.override_apply(1, 'Emergency');
RESET SESSION AUTHORIZATION;
SELECT id, assignee FROM customer_workflow.work_item WHERE status = 'open' ORDER BY assignee;
CREATE FUNCTION close_review() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN customer_workflow.complete_task(2, 'Fine');
END $$;
SET SESSION AUTHORIZATION override3_chief;
TABLE customer_workflow.my_work_items;
SELECT * FROM error_of('SELECT close_review()');
SET SESSION AUTHORIZATION alice;
TABLE customer_workflow.my_work_items;
SELECT * FROM error_of('SELECT close_review()');
SET SESSION AUTHORIZATION carol;
TABLE customer_workflow.my_work_items;
SELECT * FROM error_of('SELECT close_review()');
-- neither by another verb …
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of($$SELECT customer_workflow.approve(1)$$);
SELECT * FROM error_of($$SELECT customer_workflow.delegate(1, 'dave')$$);
SELECT * FROM error_of($$SELECT customer_workflow.cancel(1)$$);
SELECT * FROM error_of($$SELECT customer_workflow.recall(1)$$);
SET SESSION AUTHORIZATION alice;
SELECT * FROM customer_workflow.reassign('{2}', 'dave', 'Take it');
-- … nor by who is not asked; who sees nothing of it learns nothing
SET SESSION AUTHORIZATION dave;
SELECT * FROM error_of('SELECT customer_workflow.complete_task(2, ''Fine'')');
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.grant_duty('customers', 'auditor', 'dave');
SET SESSION AUTHORIZATION dave;
SELECT * FROM error_of('SELECT close_review()');
-- nor while approvals are disabled: it waits
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.disable('customers');
SET SESSION AUTHORIZATION bob;
SELECT proposal, allowed_actions FROM customer_workflow.my_work_items;
SELECT * FROM error_of('SELECT close_review()') LIMIT 2;
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.enable('customers');
SET SESSION AUTHORIZATION bob;
SELECT close_review();
RESET SESSION AUTHORIZATION;
SELECT status, count(*) FROM customer_workflow.work_item WHERE at = 'override' GROUP BY status ORDER BY status;

-- the author's own emergency: allowed, it is what the duty is for; and the author is not the reviewer
SET SESSION AUTHORIZATION override3_chief;
UPDATE customers SET credit_limit = 6000 WHERE id = 2;
SELECT customer_workflow.override_apply(2, 'My own, in the night');
SELECT work_item FROM customer_workflow.my_work_items;
RESET SESSION AUTHORIZATION;
SELECT waiting_on FROM customer_workflow.proposals WHERE id = 2;

-- where nobody of those asked is left, the owner of the table closes it
REVOKE override3_managers FROM bob, carol;
SELECT customer_workflow.revoke_duty('customers', 'administrator', 'alice');
SELECT id AS review FROM customer_workflow.work_item WHERE status = 'open' LIMIT 1 \gset
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.complete_task(:review, 'Looked into it');
RESET SESSION AUTHORIZATION;
SELECT status, closed_by, count(*) FROM customer_workflow.work_item WHERE proposal = 2 GROUP BY status, closed_by ORDER BY status;
GRANT override3_managers TO bob, carol;
-- the table loses its protection: the review stays, the override is not forgotten
SET SESSION AUTHORIZATION override3_chief;
UPDATE customers SET credit_limit = 6000 WHERE id = 3;
SELECT customer_workflow.override_apply(3, 'Another');
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.unprotect('customers', '{*}');
RESET SESSION AUTHORIZATION;
SELECT count(*) AS reviews FROM customer_workflow.work_item WHERE at = 'override' AND status = 'open';
SET SESSION AUTHORIZATION bob;
SELECT max(work_item) AS review FROM customer_workflow.my_work_items \gset
SELECT customer_workflow.complete_task(:review, 'Seen');
RESET SESSION AUTHORIZATION;
SELECT proposal, relation, status, closed_by FROM (SELECT w.*, t.relation FROM customer_workflow.work_item AS w JOIN customer_workflow.protected_table AS t ON t.id = w.table_id) AS w
 WHERE w.id = :review;
RESET SESSION AUTHORIZATION;
REVOKE ALL ON customers FROM override3_chief;
DROP ROLE override3_chief, override3_managers;
