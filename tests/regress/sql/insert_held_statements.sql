-- Option on_insert held: every way in which a row can come: COPY, INSERT … SELECT, views, functions, triggers, prepared statements, partitions, foreign keys.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers', '{"on_insert": "held"}');
CREATE VIEW german AS SELECT id, name, credit_limit FROM customers WHERE country = 'DE';
CREATE VIEW names AS SELECT id, name FROM customers;
CREATE FUNCTION instead() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO customers (id, name, credit_limit) VALUES (NEW.id, NEW.name, 0); RETURN NEW; END $$;
CREATE TRIGGER instead INSTEAD OF INSERT ON names FOR EACH ROW EXECUTE FUNCTION instead();
CREATE TABLE leads (id bigint PRIMARY KEY, name text);
CREATE FUNCTION convert() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN INSERT INTO public.customers (id, name) VALUES (NEW.id, NEW.name); RETURN NEW; END $$;
CREATE TRIGGER convert AFTER INSERT ON leads FOR EACH ROW EXECUTE FUNCTION convert();
GRANT ALL ON german, names, leads TO alice;
SET SESSION AUTHORIZATION alice;
\set QUIET off
-- COPY: its proposals are there when it ends
BEGIN;
COPY customers (id, name, credit_limit) FROM stdin;
101	Copied	10
102	Copied too	20
\.
SELECT count(*) FROM customer_workflow.last_proposals();
COMMIT;
COPY customers (id, name, credit_limit) FROM stdin;
1	There already	10
\.
INSERT INTO customers (id, name) SELECT id + 110, name FROM customers ORDER BY id;
INSERT INTO german VALUES (120, 'By a view', 10);
INSERT INTO names VALUES (121, 'By another view');
INSERT INTO leads VALUES (122, 'By a trigger');
PREPARE new AS INSERT INTO customers (id, name) VALUES ($1, $2);
EXECUTE new (123, 'Prepared');
DO $$ BEGIN INSERT INTO customers (id, name) VALUES (124, 'In a block'); RAISE NOTICE 'found %', FOUND; END $$;
WITH i AS (INSERT INTO customers (id, name) VALUES (125, 'In a WITH') RETURNING id) SELECT count(*) FROM i;
\set QUIET on
SELECT id, name FROM customers ORDER BY id;
SELECT record_key FROM customer_workflow.proposals WHERE operation = 'insert' ORDER BY id;
-- Rolled back with the statement or the savepoint
BEGIN;
SAVEPOINT s;
INSERT INTO customers (id, name) VALUES (126, 'Undone');
ROLLBACK TO s;
SELECT count(*) FROM customer_workflow.last_proposals();
COMMIT;
-- A record that refers to a held one waits for it
RESET SESSION AUTHORIZATION;
CREATE TABLE addresses (id int PRIMARY KEY, customer bigint REFERENCES customers);
GRANT ALL ON addresses TO alice;
SET SESSION AUTHORIZATION alice;
SELECT field, value FROM error_of('INSERT INTO addresses VALUES (1, 101)') WHERE field IN ('sqlstate', 'constraint');

-- Partitions: by the root and directly; a row that moves is no new one
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE accounts (id int, region text, v int, note text, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE accounts_de PARTITION OF accounts FOR VALUES IN ('de');
INSERT INTO accounts VALUES (1, 'de', 1), (2, 'de', 2);
SELECT customer_workflow.protect('accounts', '{v}', 'credit_managers', '{"on_insert": "held", "on_delete": "propose"}');
CREATE TABLE accounts_at PARTITION OF accounts FOR VALUES IN ('at');
GRANT ALL ON accounts, accounts_de, accounts_at TO alice;
SET SESSION AUTHORIZATION alice;
INSERT INTO accounts VALUES (3, 'at', 3);
INSERT INTO accounts_at VALUES (4, 'at', 4);
UPDATE accounts SET region = 'at' WHERE id = 1;
UPDATE accounts SET region = 'at', v = 20 WHERE id = 2;
INSERT INTO accounts VALUES (1, 'at', 9) ON CONFLICT (id, region) DO UPDATE SET note = 'met';
-- a statement that moves one and brings another
WITH m AS (UPDATE accounts SET region = 'de' WHERE id = 1 RETURNING id) INSERT INTO accounts SELECT 5, 'de', 5;
MERGE INTO accounts AS a USING (VALUES (2, 'de'), (6, 'at')) AS w (id, region) ON a.id = w.id
    WHEN MATCHED THEN UPDATE SET region = w.region WHEN NOT MATCHED THEN INSERT VALUES (w.id, w.region, 6);
SELECT tableoid::regclass, * FROM accounts ORDER BY id;
SELECT operation, record_key, status FROM customer_workflow.proposals WHERE relation = 'accounts'::regclass ORDER BY id;
SELECT * FROM customer_workflow.submit_many(ARRAY(SELECT id FROM customer_workflow.proposals WHERE relation = 'accounts'::regclass ORDER BY id)) WHERE outcome = 'failed';
SET SESSION AUTHORIZATION bob;
SELECT outcome FROM customer_workflow.approve_many(ARRAY(SELECT proposal FROM customer_workflow.my_work_items WHERE relation = 'accounts'::regclass ORDER BY proposal));
RESET SESSION AUTHORIZATION;
SELECT tableoid::regclass, * FROM accounts ORDER BY id;
