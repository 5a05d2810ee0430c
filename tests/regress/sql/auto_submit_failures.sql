-- Design 5.1, option auto_submit: it never fails the transaction. What cannot be submitted stays, with the reason; one WARNING counts.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{name, credit_limit, payment_terms}');
SELECT customer_workflow.set_data_entity('import', 'customers');
CREATE TEMP VIEW state AS SELECT id, status, submit_sqlstate, submit_message FROM customer_workflow.proposals ORDER BY id;
GRANT SELECT ON state TO PUBLIC;

-- nobody decides
SET SESSION AUTHORIZATION import;
UPDATE customers SET credit_limit = 5000, city = 'Bremen';
SELECT * FROM state;
SELECT count(*) FROM customers WHERE city = 'Bremen';
-- with approvers, what is touched again starts; the reason is gone
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{name, credit_limit, payment_terms}', 'credit_managers');
SET SESSION AUTHORIZATION import;
UPDATE customers SET credit_limit = 5001 WHERE id < 3;
SELECT * FROM state;

-- some of many, in one transaction of several statements: one count
BEGIN;
UPDATE customers SET credit_limit = -1 WHERE id = 1;
UPDATE customers SET name = NULL WHERE id = 2;
UPDATE customers SET payment_terms = 'N60' WHERE id = 3;
COMMIT;
SELECT * FROM state;

-- switched off meanwhile
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.cancel_many('{1,2,3}');
BEGIN;
SELECT customer_workflow.set_data_entity('erp_owner', 'customers');
UPDATE customers SET credit_limit = 1 WHERE id = 1;
SELECT customer_workflow.disable('customers');
COMMIT;
SELECT * FROM state WHERE id > 3;
SELECT customer_workflow.enable('customers');
SELECT customer_workflow.cancel(4);

-- a label that cannot be computed
SELECT customer_workflow.configure('customers', '{"record_label": "''no. '' || 6 / (id - 2)"}');
SET SESSION AUTHORIZATION import;
UPDATE customers SET credit_limit = 7000;
SELECT status, count(*) FROM state GROUP BY status ORDER BY status;

-- an owner who has become a superuser cannot write approved values
SET SESSION AUTHORIZATION erp_owner;
SELECT count(*) FROM customer_workflow.cancel_many(ARRAY(SELECT id FROM customer_workflow.proposals WHERE status = 'pending_approval'));
RESET SESSION AUTHORIZATION;
CREATE ROLE auto_submit_failures_owner;
ALTER TABLE customers OWNER TO auto_submit_failures_owner;
ALTER ROLE auto_submit_failures_owner SUPERUSER;
SET SESSION AUTHORIZATION import;
UPDATE customers SET credit_limit = 8000;
SELECT status, submit_sqlstate, submit_message FROM state WHERE status <> 'cancelled';
RESET SESSION AUTHORIZATION;
ALTER TABLE customers OWNER TO erp_owner;
DROP ROLE auto_submit_failures_owner;

-- tens of thousands: still one count
RESET SESSION AUTHORIZATION;
CREATE TABLE many (id int PRIMARY KEY, v int);
ALTER TABLE many OWNER TO erp_owner;
GRANT SELECT, UPDATE ON many TO import;
INSERT INTO many SELECT i, 0 FROM generate_series(1, 20001) AS i;
SELECT customer_workflow.protect('many', '{v}');
SELECT customer_workflow.set_data_entity('import', 'many');
SET SESSION AUTHORIZATION import;
UPDATE many SET v = 1;
RESET SESSION AUTHORIZATION;

-- an author's role that was dropped before the commit of another transaction is no obstacle either
CREATE ROLE auto_submit_failures_author LOGIN;
GRANT SELECT, UPDATE ON customers TO auto_submit_failures_author;
SELECT customer_workflow.configure('customers', '{"record_label": null, "auto_submit": "always"}');
SET SESSION AUTHORIZATION auto_submit_failures_author;
BEGIN;
UPDATE customers SET payment_terms = 'N60' WHERE id = 1;
RESET SESSION AUTHORIZATION;
DROP OWNED BY auto_submit_failures_author;
DROP ROLE auto_submit_failures_author;
COMMIT;
SELECT id, status, originator FROM customer_workflow.proposals WHERE author = 'auto_submit_failures_author';
