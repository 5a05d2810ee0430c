-- Promise 1, options on_insert and on_delete: deleting a record and inserting it again is no way around, nor is any other way in which one comes or goes.
\set SHOW_CONTEXT never
SET customer_workflow.notices = off;
GRANT CREATE ON SCHEMA public TO erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers', '{"on_insert": "held", "on_delete": "propose"}');
SET SESSION AUTHORIZATION alice;
-- Delete and insert, in two statements and in one
BEGIN;
DELETE FROM customers WHERE id = 1;
INSERT INTO customers (id, name, credit_limit) VALUES (1, 'Alpha', 9999) ON CONFLICT DO NOTHING;
COMMIT;
WITH d AS (DELETE FROM customers WHERE id = 2 RETURNING *) INSERT INTO customers SELECT id, name, country, 9999 FROM d;
INSERT INTO customers (id, name, credit_limit) SELECT id + 50, name, 9999 FROM customers;
SELECT id, credit_limit FROM customers ORDER BY id;
-- with one of the options alone, too
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.configure('customers', '{"on_delete": null}');
SET SESSION AUTHORIZATION alice;
BEGIN;
DELETE FROM customers WHERE id = 1;
INSERT INTO customers (id, name, credit_limit) VALUES (1, 'Alpha', 9999);
SELECT id, credit_limit FROM customers ORDER BY id;
ROLLBACK;
BEGIN;
WITH d AS (DELETE FROM customers WHERE id = 1 RETURNING *) INSERT INTO customers SELECT id, name, country, 9999 FROM d;
SELECT id, credit_limit FROM customers ORDER BY id;
ROLLBACK;
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.configure('customers', '{"on_insert": "draft"}');
SET SESSION AUTHORIZATION alice;
BEGIN;
DELETE FROM customers WHERE id = 1;
INSERT INTO customers (id, name, credit_limit) VALUES (1, 'Alpha', 9999);
SELECT customer_workflow.is_pending('customers', '{"id": 1}');
-- not by giving it another record's key, or taking another's
UPDATE customers SET id = 11 WHERE id = 1;
SELECT customer_workflow.is_pending('customers', '{"id": 1}'), customer_workflow.is_pending('customers', '{"id": 11}');
UPDATE customers SET id = 12 WHERE id = 2;
UPDATE customers SET id = 2 WHERE id = 11;
SELECT customer_workflow.is_pending('customers', '{"id": 2}'), customer_workflow.is_pending('customers', '{"id": 12}');
-- nor by approving something else of it
DELETE FROM customers WHERE id = 2;
ROLLBACK;
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.configure('customers', '{"on_insert": "allow", "on_delete": "propose"}');
SET SESSION AUTHORIZATION alice;
BEGIN;
DELETE FROM customers WHERE id = 1;
SELECT field, value FROM error_of('INSERT INTO customers (id, name, credit_limit) VALUES (1, ''Alpha'', 9999)') WHERE field = 'sqlstate';
UPDATE customers SET id = 21 WHERE id = 1;
SELECT id, credit_limit FROM customers ORDER BY id;
ROLLBACK;

-- A deferrable key lets a row in first, so that meeting it proves nothing
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.configure('customers', '{"on_insert": "held", "on_delete": "allow"}');
ALTER TABLE customers DROP CONSTRAINT customers_pkey, ADD PRIMARY KEY (id) DEFERRABLE INITIALLY DEFERRED;
SET SESSION AUTHORIZATION alice;
BEGIN;
INSERT INTO customers (id, name, credit_limit) VALUES (1, 'twin', 9999);
DELETE FROM customers WHERE name = 'Alpha';
COMMIT;
SELECT id, name, credit_limit FROM customers ORDER BY id;
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.cancel(id) FROM customer_workflow.proposals WHERE status = 'not_submitted';
ALTER TABLE customers DROP CONSTRAINT customers_pkey, ADD PRIMARY KEY (id);
SELECT customer_workflow.disable('customers');
INSERT INTO customers (id, name, credit_limit) VALUES (1, 'Alpha', 1000);
SELECT customer_workflow.enable('customers');
SELECT customer_workflow.cancel(id) FROM customer_workflow.proposals WHERE status = 'not_submitted';
SELECT customer_workflow.configure('customers', '{"on_delete": "propose"}');

-- Other triggers: what they assign to a new row is what is proposed; they do not see it stored
CREATE FUNCTION assign() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.credit_limit := 9999; RETURN NEW; END $$;
CREATE TRIGGER zz_assign BEFORE INSERT ON customers FOR EACH ROW EXECUTE FUNCTION assign();
SET SESSION AUTHORIZATION alice;
INSERT INTO customers (id, name, credit_limit) VALUES (7, 'Delta', 7);
SELECT max(id) AS made FROM customer_workflow.proposals \gset
SELECT proposed_value FROM customer_workflow.proposed_changes WHERE proposal = :made AND field = 'credit_limit';
SELECT customer_workflow.submit(:made);
-- one that assigns something else when the record is stored makes the approval fail
RESET SESSION AUTHORIZATION;
CREATE OR REPLACE FUNCTION assign() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.credit_limit := 99999; RETURN NEW; END $$;
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of(format('SELECT customer_workflow.approve(%s)', :made)) WHERE field <> 'hint';
RESET SESSION AUTHORIZATION;
-- or another key, or an update of it afterwards
CREATE OR REPLACE FUNCTION assign() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.id := 77; NEW.credit_limit := 9999; RETURN NEW; END $$;
SET SESSION AUTHORIZATION bob;
SELECT field, value FROM error_of(format('SELECT customer_workflow.approve(%s)', :made)) WHERE field IN ('sqlstate', 'message');
RESET SESSION AUTHORIZATION;
CREATE OR REPLACE FUNCTION assign() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.credit_limit := 9999; RETURN NEW; END $$;
CREATE FUNCTION more() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE public.customers SET credit_limit = 99999 WHERE id = NEW.id; RETURN NULL; END $$;
CREATE TRIGGER more AFTER INSERT ON customers FOR EACH ROW EXECUTE FUNCTION more();
SET SESSION AUTHORIZATION bob;
SELECT field, value FROM error_of(format('SELECT customer_workflow.approve(%s)', :made)) WHERE field IN ('sqlstate', 'message');
RESET SESSION AUTHORIZATION;
-- or another record beside it; or swallows it
CREATE OR REPLACE FUNCTION more() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.customers (id, name) VALUES (NEW.id + 1, 'stowaway'); RETURN NULL; END $$;
SET SESSION AUTHORIZATION bob;
SELECT field, value FROM error_of(format('SELECT customer_workflow.approve(%s)', :made)) WHERE field IN ('sqlstate', 'message');
RESET SESSION AUTHORIZATION;
CREATE OR REPLACE FUNCTION more() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM public.customers WHERE id = 2; RETURN NULL; END $$;
SET SESSION AUTHORIZATION bob;
SELECT field, value FROM error_of(format('SELECT customer_workflow.approve(%s)', :made)) WHERE field IN ('sqlstate', 'message');
RESET SESSION AUTHORIZATION;
DROP TRIGGER more ON customers;
CREATE OR REPLACE FUNCTION assign() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
SET SESSION AUTHORIZATION bob;
SELECT field, value FROM error_of(format('SELECT customer_workflow.approve(%s)', :made)) WHERE field IN ('sqlstate', 'message');
RESET SESSION AUTHORIZATION;
-- what is not protected it may set
CREATE OR REPLACE FUNCTION assign() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.city := 'Rom'; RETURN NEW; END $$;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(:made);
SELECT id, credit_limit, city FROM customers WHERE id = 7;

-- Deleting: a trigger that keeps the row makes the approval fail
RESET SESSION AUTHORIZATION;
CREATE FUNCTION stay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
SET SESSION AUTHORIZATION alice;
DELETE FROM customers WHERE id = 7;
SELECT max(id) AS made FROM customer_workflow.proposals \gset
SELECT customer_workflow.submit(:made);
RESET SESSION AUTHORIZATION;
CREATE TRIGGER stay BEFORE DELETE ON customers FOR EACH ROW EXECUTE FUNCTION stay();
SET SESSION AUTHORIZATION bob;
SELECT field, value FROM error_of(format('SELECT customer_workflow.approve(%s)', :made)) WHERE field IN ('sqlstate', 'message');

-- Two people: who has edited or submitted it is a party; the digest binds
RESET SESSION AUTHORIZATION;
DROP TRIGGER stay ON customers;
GRANT DELETE ON customers TO carol;
SET SESSION AUTHORIZATION carol;
DELETE FROM customers WHERE id = 7;
SELECT max(id) AS carols FROM customer_workflow.proposals \gset
SELECT customer_workflow.submit(:carols);
SELECT field, value FROM error_of(format('SELECT customer_workflow.approve(%s)', :carols)) WHERE field = 'sqlstate';
SELECT digest FROM customer_workflow.proposals WHERE id = :carols \gset
SELECT customer_workflow.recall(:carols);
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.disable('customers');
UPDATE customers SET credit_limit = 5 WHERE id = 7;
SELECT customer_workflow.enable('customers');
SET SESSION AUTHORIZATION carol;
DELETE FROM customers WHERE id = 7;
SELECT customer_workflow.submit(:carols);
SET SESSION AUTHORIZATION bob;
SELECT field, value FROM error_of(format('SELECT customer_workflow.approve(%s, digest => %L)', :carols, :'digest')) WHERE field = 'sqlstate';
-- to create, to delete and to change with the same values have different digests
RESET SESSION AUTHORIZATION;
CREATE TABLE digests (digest text);
BEGIN;
INSERT INTO digests SELECT customer_workflow._digest(:carols);
UPDATE customer_workflow.proposal SET operation = 'insert' WHERE id = :carols;
INSERT INTO digests SELECT customer_workflow._digest(:carols);
UPDATE customer_workflow.proposal SET operation = NULL WHERE id = :carols;
INSERT INTO digests SELECT customer_workflow._digest(:carols);
SELECT count(DISTINCT digest), count(*) FROM digests;
ROLLBACK;
