-- Verbs for many: a change set is taken as a whole, with a row for each proposal that was asked for.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE TABLE addresses (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers, street text CHECK (street <> ''), note text);
ALTER TABLE addresses OWNER TO erp_owner;
GRANT SELECT, UPDATE, DELETE ON addresses TO alice, bob, dave;
INSERT INTO addresses VALUES (10, 1, 'A street'), (11, 1, 'B street'), (20, 2, 'C street');
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{name, credit_limit, payment_terms}', 'credit_managers');
SELECT customer_workflow.protect('addresses', '{street}', 'role:dave');
CREATE VIEW crm.now AS SELECT p.id, p.relation, p.status, p.waiting_on FROM customer_workflow.proposals AS p ORDER BY p.id;
GRANT SELECT ON crm.now TO PUBLIC;
INSERT INTO customers (id, name) SELECT g, 'c' || g FROM generate_series(100, 104) AS g;
INSERT INTO addresses SELECT g, g, 's' || g FROM generate_series(100, 104) AS g;
SET SESSION AUTHORIZATION alice;
DO $$
BEGIN
    FOR i IN 100 .. 104 LOOP
        PERFORM customer_workflow.begin_change_set('set ' || i);
        UPDATE customers SET name = 'd' || i WHERE id = i;
        UPDATE addresses SET street = 't' || i WHERE id = i;
    END LOOP;
END
$$;
-- one besides, without a set
UPDATE customers SET name = 'Alpha AG' WHERE id = 1;
SELECT id, proposals FROM customer_workflow.change_sets ORDER BY id;
UPDATE customers SET credit_limit = -1 WHERE id = 102;
SELECT * FROM customer_workflow.submit_many('{9,1,5,11,7,3,99,NULL}');
SELECT id, status, proposals FROM customer_workflow.change_sets ORDER BY id;
UPDATE customers SET credit_limit = 1 WHERE id = 102;
SELECT * FROM customer_workflow.submit_many('{6,5}');
SET SESSION AUTHORIZATION dave;
SELECT * FROM customer_workflow.approve_many('{1,3,5,7,9}');
SET SESSION AUTHORIZATION erp_owner;
DELETE FROM addresses WHERE id = 103;
SET SESSION AUTHORIZATION bob;
SELECT * FROM customer_workflow.approve_many('{1,2,3,5,7,11}');
SELECT proposal, outcome, sqlstate, message FROM customer_workflow.approve_many('{9,10}');
SELECT id, name FROM customers ORDER BY id;
SELECT id, street FROM addresses WHERE id > 50 ORDER BY id;
SELECT id, status FROM customer_workflow.change_sets ORDER BY id;

-- two sets for one record come one after the other, and the second sees what the first has done
SET SESSION AUTHORIZATION alice;
BEGIN;
SELECT customer_workflow.begin_change_set('first');
UPDATE customers SET credit_limit = 10 WHERE id = 1;
UPDATE addresses SET street = 'first' WHERE id = 10;
COMMIT;
SET SESSION AUTHORIZATION erp_owner;
BEGIN;
SELECT customer_workflow.begin_change_set('second');
UPDATE customers SET credit_limit = 20 WHERE id = 1;
UPDATE addresses SET street = 'second' WHERE id = 11;
COMMIT;
SELECT * FROM customer_workflow.submit_many('{14}');
SET SESSION AUTHORIZATION alice;
SELECT * FROM customer_workflow.submit_many('{12}');
SET SESSION AUTHORIZATION dave;
SELECT * FROM customer_workflow.approve_many('{12,14}');
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of('SELECT * FROM customer_workflow.approve_many(ARRAY[12, 14], all_or_nothing => true)');
SELECT * FROM customer_workflow.approve_many('{12,14}');
SELECT id, credit_limit FROM customers WHERE id = 1;
SELECT id, street FROM addresses WHERE id < 20 ORDER BY id;
