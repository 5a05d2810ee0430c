-- Option on_delete propose, foreign keys and TRUNCATE: what refers to a record is looked after when it is deleted; no cascade deletes a record past approval.
\set SHOW_CONTEXT never
SET customer_workflow.notices = off;
CREATE TABLE countries (code text PRIMARY KEY);
INSERT INTO countries VALUES ('DE'), ('AT'), ('CH');
UPDATE customers SET country = 'AT' WHERE id = 3;
ALTER TABLE customers ADD FOREIGN KEY (country) REFERENCES countries ON DELETE CASCADE;
CREATE TABLE addresses (id int PRIMARY KEY, customer bigint REFERENCES customers ON DELETE CASCADE);
CREATE TABLE orders (id int PRIMARY KEY, customer bigint REFERENCES customers);
INSERT INTO addresses VALUES (1, 1), (2, 2);
INSERT INTO orders VALUES (1, 2);
GRANT ALL ON countries, addresses, orders TO alice;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers', '{"on_delete": "propose"}');
SET SESSION AUTHORIZATION alice;
-- the foreign key would be broken if the customer stayed
SELECT * FROM error_of('DELETE FROM countries WHERE code = ''AT''');
SELECT count(*) FROM countries;
DELETE FROM countries WHERE code = 'CH';
SELECT * FROM error_of('TRUNCATE customers CASCADE') WHERE field = 'sqlstate';
-- what a foreign key forbids is said at submit
DELETE FROM customers WHERE id IN (1, 2);
SELECT outcome, sqlstate FROM customer_workflow.submit_many(ARRAY[1, 2]);
SELECT sqlstate FROM customer_workflow.check_proposal(2);
SELECT count(*) FROM addresses;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1);
SELECT id FROM customers ORDER BY id;
RESET SESSION AUTHORIZATION;
SELECT * FROM addresses;
-- the table's owner and superusers, too
SELECT * FROM error_of('TRUNCATE customers CASCADE');
SELECT field, value FROM error_of('DELETE FROM countries') WHERE field = 'sqlstate';
-- a table that refers to itself: an approved deletion does not take unapproved ones along
CREATE TABLE units (id int PRIMARY KEY, parent int REFERENCES units ON DELETE CASCADE, budget numeric);
ALTER TABLE units OWNER TO erp_owner;
INSERT INTO units VALUES (1, NULL, 1), (2, 1, 1);
SELECT customer_workflow.protect('units', '{budget}', 'credit_managers', '{"on_delete": "propose"}');
GRANT ALL ON units TO alice;
SET SESSION AUTHORIZATION alice;
DELETE FROM units WHERE id = 1;
SELECT field, value FROM error_of('SELECT customer_workflow.submit(3)') WHERE field IN ('sqlstate', 'message');
DELETE FROM units WHERE id = 2;
SELECT customer_workflow.submit(4);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(4);
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(3);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(3);
RESET SESSION AUTHORIZATION;
SELECT count(*) FROM units;
-- switched off, TRUNCATE passes; and cascades are recorded
SELECT customer_workflow.disable('customers');
DELETE FROM countries WHERE code = 'AT';
SELECT record_key, field, original_value, new_value, reason FROM customer_workflow.direct_changes;
TRUNCATE customers CASCADE;
