-- Design 4, Identity: behind an application role the person counts for what one acts in, and only the pool's SELECT for the rest.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
CREATE ROLE look_people_web LOGIN IN ROLE erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE accounts (id int PRIMARY KEY, credit_limit numeric);
INSERT INTO accounts VALUES (1, 100), (2, 100);
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.set_application_role('look_people_web');
SELECT customer_workflow.add_group_member('managers', 'person:otto');
SELECT customer_workflow.add_group_member('managers', 'person:lena');
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('accounts', '{credit_limit}', 'group:managers');

SET SESSION AUTHORIZATION look_people_web;
BEGIN;
SELECT customer_workflow.act_as('maria');
UPDATE accounts SET credit_limit = 200 WHERE id = 1;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals;
COMMIT;
BEGIN;
SELECT customer_workflow.act_as('otto');
UPDATE accounts SET credit_limit = 300 WHERE id = 2;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE author = 'person:otto';
COMMIT;

-- The pool is a member of the table's owner; the people behind it do not see everything, and nobody is nobody
BEGIN;
SELECT customer_workflow.act_as('otto');
SELECT record_key, author, waiting_on FROM customer_workflow.proposals ORDER BY id;
SELECT record_key, author FROM customer_workflow.my_work_items;
SELECT record_key, assignee FROM customer_workflow.work_items ORDER BY work_item;
SELECT count(*) FROM customer_workflow.workflow_history WHERE proposal IS NULL;
SELECT customer_workflow.review(proposal) -> 'allowed_actions' FROM customer_workflow.my_work_items;
COMMIT;
BEGIN;
SELECT customer_workflow.act_as('nina');
SELECT record_key, author FROM customer_workflow.proposals ORDER BY id;
SELECT count(*) FROM customer_workflow.my_work_items;
SELECT count(*) FROM customer_workflow.work_items;
COMMIT;
SELECT count(*) FROM customer_workflow.my_work_items;
SELECT count(*) FROM customer_workflow.work_items;

-- Without SELECT for the pool only one's own
RESET SESSION AUTHORIZATION;
REVOKE erp_owner FROM look_people_web;
SET SESSION AUTHORIZATION look_people_web;
BEGIN;
SELECT customer_workflow.act_as('maria');
SELECT record_key, author, conflict FROM customer_workflow.proposals ORDER BY id;
SELECT record_key, current_value FROM customer_workflow.proposed_changes ORDER BY proposal;
COMMIT;
BEGIN;
SELECT customer_workflow.act_as('nina');
SELECT count(*) FROM customer_workflow.proposals;
COMMIT;
SELECT count(*) FROM customer_workflow.proposals;

RESET SESSION AUTHORIZATION;
SELECT customer_workflow.remove_application_role('look_people_web');
DROP ROLE look_people_web;
