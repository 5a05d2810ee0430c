-- The view change_sets, and who sees what of a change set: whoever decides one of its proposals sees all of them.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE TABLE addresses (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers, street text);
CREATE TABLE salaries (id bigint PRIMARY KEY, amount numeric);
ALTER TABLE addresses OWNER TO erp_owner;
ALTER TABLE salaries OWNER TO erp_owner;
GRANT SELECT, UPDATE ON addresses, salaries TO alice;
INSERT INTO addresses VALUES (10, 1, 'A street');
INSERT INTO salaries VALUES (7, 1000);
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{name}', 'credit_managers');
SELECT customer_workflow.protect('addresses', '{street}', 'role:dave');
SELECT customer_workflow.protect('salaries', '{amount}', 'credit_managers');
SET SESSION AUTHORIZATION alice;
BEGIN;
SELECT customer_workflow.begin_change_set('All', 'why');
UPDATE customers SET name = 'Alpha AG' WHERE id = 1;
UPDATE addresses SET street = 'X street' WHERE id = 10;
UPDATE salaries SET amount = 2000;
COMMIT;
SELECT * FROM error_of('SELECT customer_workflow.review(99)') WHERE field = 'message';
SELECT jsonb_pretty(customer_workflow.review(1) -> 'change_set');
-- as a draft, others see what they may SELECT, and no more of the set
SET SESSION AUTHORIZATION carol;
SELECT id, title, comment, status, proposals, relations FROM customer_workflow.change_sets;
SET SESSION AUTHORIZATION dave;
SELECT id, title, comment, status, proposals, relations FROM customer_workflow.change_sets;
SET SESSION AUTHORIZATION import;
SELECT proposals FROM customer_workflow.change_sets;
SELECT * FROM error_of('SELECT customer_workflow.approve(3)') WHERE field IN ('sqlstate', 'message');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(1);
-- dave decides on an address, and sees all that he decides on
SET SESSION AUTHORIZATION dave;
SELECT id, title, comment, status, proposals, relations FROM customer_workflow.change_sets;
SELECT proposal, field, original_value, proposed_value, current_value FROM customer_workflow.proposed_changes ORDER BY proposal;
SELECT customer_workflow.review(2) -> 'allowed_actions' AS on_his, customer_workflow.review(1) -> 'allowed_actions' AS on_another;
-- and what is shown there is possible
SELECT customer_workflow.approve(1);
-- also afterwards
SELECT proposals, status FROM customer_workflow.change_sets;
SELECT customer_workflow.review(1) -> 'allowed_actions' AS nothing_more, customer_workflow.review(2) -> 'waiting_on' AS waiting_on;
SET SESSION AUTHORIZATION import;
SELECT proposals FROM customer_workflow.change_sets;
SELECT * FROM error_of('SELECT customer_workflow.approve(3)') WHERE field IN ('sqlstate', 'message');
SELECT * FROM error_of('SELECT customer_workflow.cancel(3)') WHERE field IN ('sqlstate', 'message');
-- nobody writes it but by the functions
SELECT * FROM error_of('INSERT INTO customer_workflow.change_sets (title) VALUES (''mine'')') WHERE field = 'sqlstate';
SELECT * FROM error_of('UPDATE customer_workflow.change_set SET author = ''role:import''') WHERE field = 'sqlstate';
SELECT * FROM error_of('SELECT customer_workflow._enter_change_set(1)') WHERE field = 'sqlstate';
