-- Promise 8: where protection and table do not fit each other any more, nothing is written past approval, and nothing is approved.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit,payment_terms}', 'credit_managers');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000, payment_terms = 'N60' WHERE id IN (1, 2);
SELECT outcome FROM customer_workflow.submit_many((SELECT array_agg(id) FROM customer_workflow.proposals));
SELECT id AS p FROM customer_workflow.proposals WHERE record_key = '{"id": 1}' \gset
SELECT id AS q FROM customer_workflow.proposals WHERE record_key = '{"id": 2}' \gset

-- A protected column is not dropped by accident; with CASCADE the trigger that lists the protected fields goes too, and then nothing passes.
SET SESSION AUTHORIZATION erp_owner;
SELECT field, value FROM error_of('ALTER TABLE customers DROP COLUMN payment_terms') WHERE field IN ('sqlstate', 'message');
SET client_min_messages = warning;
RESET SESSION AUTHORIZATION;
ALTER EVENT TRIGGER customer_workflow_drop DISABLE;
ALTER EVENT TRIGGER customer_workflow_check_drop DISABLE;
ALTER TABLE customers DROP COLUMN payment_terms CASCADE;
ALTER EVENT TRIGGER customer_workflow_drop ENABLE;
ALTER EVENT TRIGGER customer_workflow_check_drop ENABLE;
RESET client_min_messages;
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of('UPDATE customers SET credit_limit = 1 WHERE id = 3');
SELECT * FROM error_of('UPDATE customers SET city = ''Bremen'' WHERE id = 3');
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of(format('SELECT customer_workflow.approve(%s)', :p));
SELECT outcome, sqlstate, message FROM customer_workflow.approve_many(ARRAY[:q]);
SELECT id, credit_limit FROM customers ORDER BY id;

-- Protected again: what changes the dropped column still cannot be approved; its author discards that change.
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit}');
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of(format('SELECT customer_workflow.approve(%s)', :p));
SET SESSION AUTHORIZATION alice;
SELECT * FROM customer_workflow.check_proposal(:p);
SELECT customer_workflow.discard_change(:p, 'payment_terms');
SELECT customer_workflow.submit(:p);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(:p);

-- A column of that name that comes later is another column; what was proposed for the old one is not written there.
SET SESSION AUTHORIZATION erp_owner;
ALTER TABLE customers ADD payment_terms text;
SET SESSION AUTHORIZATION bob;
SELECT field, value FROM error_of(format('SELECT customer_workflow.approve(%s)', :q)) WHERE field <> 'hint';
SELECT id, credit_limit, payment_terms FROM customers ORDER BY id;

-- The row of the configuration is gone: only a superuser could do that, and he has not opened a way.
RESET SESSION AUTHORIZATION;
BEGIN;
DELETE FROM customer_workflow.protected_table;
SET SESSION AUTHORIZATION alice;
SELECT field, value FROM error_of('UPDATE customers SET credit_limit = 1 WHERE id = 3') WHERE field IN ('sqlstate', 'message');
SET SESSION AUTHORIZATION bob;
SELECT field, value FROM error_of(format('SELECT customer_workflow.approve(%s)', :q)) WHERE field = 'sqlstate';
ROLLBACK;
RESET SESSION AUTHORIZATION;

-- The primary key is gone.
ALTER TABLE customers DROP CONSTRAINT customers_pkey;
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of('UPDATE customers SET credit_limit = 1 WHERE id = 3');
SET SESSION AUTHORIZATION bob;
SELECT field, value FROM error_of(format('SELECT customer_workflow.approve(%s)', :q)) WHERE field IN ('sqlstate', 'message');

-- A table that is dropped and made anew is not protected, and takes nothing from before.
RESET SESSION AUTHORIZATION;
BEGIN;
SELECT customer_workflow.begin_maintenance('{customers}', 'anew');
DROP TABLE customers;
COMMIT;
SELECT record_key, status FROM customer_workflow.proposals ORDER BY id;
SET SESSION AUTHORIZATION alice;
SELECT field, value FROM error_of(format('SELECT customer_workflow.submit(%s)', :q)) WHERE field IN ('sqlstate', 'message');
