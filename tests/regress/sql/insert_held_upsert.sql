-- Option on_insert held: an upsert or MERGE of an existing record still updates it; a re-run of an import makes no second proposal.
\set SHOW_CONTEXT never
ALTER TABLE customers ADD COLUMN email text UNIQUE, ADD COLUMN shop text GENERATED ALWAYS AS ('shop ' || name) STORED UNIQUE;
CREATE UNIQUE INDEX ON customers (lower(city)) WHERE country = 'AT';
UPDATE customers SET email = 'beta@example.org' WHERE id = 2;
UPDATE customers SET country = 'AT', city = 'Wien' WHERE id = 3;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers', '{"on_insert": "held"}');
SET SESSION AUTHORIZATION alice;
\set QUIET off
-- one is there and updated, the other is held
INSERT INTO customers (id, name, credit_limit) VALUES (1, 'Alpha AG', 1500), (4, 'Delta', 400)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, credit_limit = excluded.credit_limit RETURNING id, name, credit_limit;
MERGE INTO customers AS c USING (VALUES (1, 1600), (4, 400), (5, 500)) AS w (id, wish) ON w.id = c.id
    WHEN MATCHED THEN UPDATE SET credit_limit = w.wish
    WHEN NOT MATCHED THEN INSERT (id, name, credit_limit) VALUES (w.id, 'Delta', w.wish);
INSERT INTO customers (id, name, credit_limit) VALUES (1, 'Alpha', 1), (4, 'Delta', 400) ON CONFLICT DO NOTHING;
-- by another unique index: a column, an expression with a predicate, a generated column
INSERT INTO customers (id, name, email) VALUES (20, 'Beta', 'beta@example.org') ON CONFLICT (email) DO UPDATE SET city = 'Brühl' RETURNING id, city;
INSERT INTO customers (id, name, country, city) VALUES (21, 'Wiener', 'AT', 'WIEN') ON CONFLICT (lower(city)) WHERE country = 'AT' DO UPDATE SET name = 'Gamma GmbH' RETURNING id, name;
INSERT INTO customers (id, name) VALUES (22, 'Alpha AG') ON CONFLICT (shop) DO UPDATE SET city = 'Bremen' RETURNING id, city;
-- where the predicate is false there is no conflict
INSERT INTO customers (id, name, country, city) VALUES (23, 'Wiener', 'DE', 'Wien') ON CONFLICT (lower(city)) WHERE country = 'AT' DO UPDATE SET name = 'no' RETURNING id;
\set QUIET on
-- a plain INSERT of what is there fails, as ever
SELECT * FROM error_of('INSERT INTO customers (id, name) VALUES (1, ''again'')');
SELECT * FROM error_of('INSERT INTO customers (id, name, email) VALUES (30, ''again'', ''beta@example.org'')');
SELECT id, name, city, credit_limit FROM customers ORDER BY id;
SELECT id, operation, record_key FROM customer_workflow.proposals ORDER BY id;

-- The same import again: nothing new; with another value: the proposal takes it
INSERT INTO customers (id, name, credit_limit) SELECT g, 'C' || g, g FROM generate_series(40, 42) AS g;
INSERT INTO customers (id, name, credit_limit) SELECT g, 'C' || g, g FROM generate_series(40, 42) AS g;
INSERT INTO customers (id, name, credit_limit) SELECT g, 'C' || g, 42 FROM generate_series(40, 43) AS g;
SELECT p.id, p.record_key, c.proposed_value FROM customer_workflow.proposals AS p JOIN customer_workflow.proposed_changes AS c ON c.proposal = p.id AND c.field = 'credit_limit'
 WHERE p.record_key @> '{"id": 41}' OR p.record_key @> '{"id": 42}' OR p.record_key @> '{"id": 43}' ORDER BY p.id;
SELECT details FROM customer_workflow.workflow_history WHERE kind = 'amended' ORDER BY at;
SELECT count(*) FROM customer_workflow.proposals WHERE operation = 'insert';

-- Another author: a proposal of his own, and a NOTICE that says so; with overlap reject none
SET SESSION AUTHORIZATION dave;
INSERT INTO customers (id, name, credit_limit) VALUES (40, 'C40 by dave', 1);
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.configure('customers', '{"overlap": "reject"}');
SET SESSION AUTHORIZATION dave;
SELECT * FROM error_of('INSERT INTO customers (id, name, credit_limit) VALUES (41, ''C41 by dave'', 1)');
-- Both approved: the second meets a conflict
RESET SESSION AUTHORIZATION;
SELECT array_agg(id ORDER BY id) AS both FROM customer_workflow.proposals WHERE record_key = '{"id": 40}' \gset
SELECT customer_workflow.grant_duty('customers', 'steward', 'dave');
SET SESSION AUTHORIZATION dave;
SELECT outcome FROM customer_workflow.submit_many(:'both');
SET SESSION AUTHORIZATION bob;
SELECT outcome, sqlstate, message FROM customer_workflow.approve_many(:'both');
SELECT name FROM customers WHERE id = 40;
SELECT id = (:'both'::bigint[])[2] AS second, status, conflict FROM customer_workflow.proposals WHERE record_key = '{"id": 40}' ORDER BY id;
SELECT * FROM error_of(format('SELECT customer_workflow.approve(%s, on_conflict => ''overwrite'')', (:'both'::bigint[])[2]));
SET SESSION AUTHORIZATION dave;
SELECT field, problem, sqlstate, message FROM customer_workflow.check_proposal((:'both'::bigint[])[2]);
SELECT field, value FROM error_of(format('SELECT customer_workflow.rebase(%s)', (:'both'::bigint[])[2])) WHERE field <> 'hint';
SELECT customer_workflow.cancel((:'both'::bigint[])[2]);

-- amend reject: what is pending stays as it is; parallel: another proposal beside it
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.configure('customers', '{"overlap": null, "amend": "reject"}');
SET SESSION AUTHORIZATION alice;
INSERT INTO customers (id, name, credit_limit) VALUES (50, 'C50', 50);
SELECT id AS pending FROM customer_workflow.proposals WHERE record_key = '{"id": 50}' \gset
SELECT customer_workflow.submit(:pending);
SELECT field, value FROM error_of('INSERT INTO customers (id, name, credit_limit) VALUES (50, ''C50'', 51)') WHERE field <> 'detail';
INSERT INTO customers (id, name, credit_limit) VALUES (50, 'C50', 50);
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.configure('customers', '{"amend": "parallel"}');
SET SESSION AUTHORIZATION alice;
SET customer_workflow.notices = off;
INSERT INTO customers (id, name, credit_limit) VALUES (50, 'C50', 51);
SELECT status, (SELECT count(*) FROM customer_workflow.proposed_changes AS c WHERE c.proposal = p.id) AS fields FROM customer_workflow.proposals AS p
 WHERE record_key = '{"id": 50}' ORDER BY id;
