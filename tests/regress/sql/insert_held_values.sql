-- Option on_insert held, promise 3: defaults, sequences, identity and generated columns are right when the record is stored, and every value is exact.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE DOMAIN code AS text CHECK (value ~ '^[A-Z]+$');
CREATE TABLE accounts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number serial,
    opened timestamptz NOT NULL DEFAULT '2026-05-01 12:00+02',
    net numeric, gross numeric GENERATED ALWAYS AS (net * 1.2) STORED,
    kind code DEFAULT 'GIRO', tags text[], info jsonb, odd float8, terms char(5), due interval);
GRANT SELECT, INSERT, UPDATE ON accounts TO alice;
GRANT USAGE ON SEQUENCE accounts_number_seq TO alice;
SELECT customer_workflow.protect('accounts', '{net}', 'credit_managers', '{"on_insert": "held"}');
SET SESSION AUTHORIZATION alice;
SET customer_workflow.notices = off;
SET TimeZone = 'America/New_York'; SET DateStyle = 'German'; SET IntervalStyle = 'sql_standard';
INSERT INTO accounts (net, tags, info, odd, terms, due) VALUES (1.500, '{"a b",NULL}', '{"b": 1.0}', 'NaN', 'N3', '1 mon -3 days 4:05:06.7');
INSERT INTO accounts (net, opened, kind) VALUES (2, 'infinity', 'LOAN');
INSERT INTO accounts (net) OVERRIDING SYSTEM VALUE VALUES (3);
SELECT record_key, field, proposed_value FROM customer_workflow.proposed_changes WHERE proposal = 1 ORDER BY field;
-- the numbers that sequences gave are kept: another row gets others
SELECT * FROM customer_workflow.submit_many(ARRAY[1, 2, 3]);
SET SESSION AUTHORIZATION bob;
SELECT * FROM customer_workflow.approve_many(ARRAY[3, 1, 2]);
RESET SESSION AUTHORIZATION; SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET IntervalStyle = 'postgres';
SELECT * FROM accounts ORDER BY id;
SELECT nextval('accounts_number_seq'), nextval('accounts_id_seq');
-- by image, also what has no exact text
SET SESSION AUTHORIZATION erp_owner;
ALTER TABLE accounts ADD COLUMN list int[];
SET SESSION AUTHORIZATION alice;
INSERT INTO accounts (net, list) VALUES (4, ('{1,NULL}'::int[])[1:1]);
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE status = 'not_submitted';
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(id) FROM customer_workflow.proposals WHERE status = 'pending_approval';
RESET SESSION AUTHORIZATION;
SELECT list, ROW(list)::record *= ROW(('{1,NULL}'::int[])[1:1])::record AS same, ROW(list)::record *= ROW('{1}'::int[])::record AS as_text FROM accounts WHERE net = 4;
-- A column of a held record is not dropped meanwhile; one that is added has its default
SET SESSION AUTHORIZATION alice;
INSERT INTO accounts (net, tags) VALUES (5, '{x}');
SET SESSION AUTHORIZATION erp_owner;
SELECT field, value FROM error_of('ALTER TABLE accounts DROP COLUMN tags') WHERE field IN ('sqlstate', 'message');
ALTER TABLE accounts ADD COLUMN since date DEFAULT '2026-01-01';
ALTER TABLE accounts RENAME COLUMN terms TO conditions;
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE status = 'not_submitted';
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(id) FROM customer_workflow.proposals WHERE status = 'pending_approval';
RESET SESSION AUTHORIZATION;
SELECT net, gross, conditions, since FROM accounts WHERE net = 5;
