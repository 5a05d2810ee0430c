-- Schema changes under open proposals: a column gets another type in begin_maintenance(), and what is proposed for it follows.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
SET client_min_messages = warning;
CREATE TABLE accounts (id int PRIMARY KEY, code varchar(10), amount int, due timestamp, rate numeric(6,2), note text);
INSERT INTO accounts SELECT g, 'C' || g, g, '2026-01-01 12:00', 1.50, 'note' FROM generate_series(1, 5) AS g;
GRANT SELECT, UPDATE ON accounts TO alice, bob;
SELECT customer_workflow.protect('accounts', '{code, amount, due, rate}', 'credit_managers');
RESET client_min_messages;
CREATE VIEW waiting AS
    SELECT c.proposal, c.record_key ->> 'id' AS id, c.field, c.original_value, c.proposed_value, c.current_value, c.conflict, c.status,
           p.digest = customer_workflow.review(p.id) ->> 'digest' AS digest
      FROM customer_workflow.proposed_changes AS c JOIN customer_workflow.proposals AS p ON p.id = c.proposal ORDER BY 1, 3;
GRANT SELECT ON waiting TO PUBLIC;

-- Outside, PostgreSQL refuses it, since a trigger names the column
ALTER TABLE accounts ALTER COLUMN amount TYPE bigint;
\echo :SQLSTATE

SET SESSION AUTHORIZATION alice;
SET client_min_messages = warning;
UPDATE accounts SET amount = 100, code = 'X1' WHERE id = 1;
UPDATE accounts SET rate = 2.25, due = '2026-02-02 08:00' WHERE id = 2;
UPDATE accounts SET code = 'short' WHERE id = 3;
UPDATE accounts SET code = 'longer one', rate = NULL WHERE id = 4;
UPDATE accounts SET amount = -7 WHERE id = 5;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE id <> 5;
RESET client_min_messages;

-- A type that writes the values as before: nothing changes for anybody, decisions and digests hold
SET SESSION AUTHORIZATION erp_owner;
CREATE TEMP TABLE before AS SELECT id, digest FROM customer_workflow.proposals;
BEGIN;
SELECT customer_workflow.begin_maintenance('{accounts}', 'more room');
ALTER TABLE accounts ALTER COLUMN amount TYPE bigint, ALTER COLUMN code TYPE text;
COMMIT;
SELECT * FROM waiting;
SELECT count(*) AS same FROM before JOIN customer_workflow.proposals AS p USING (id) WHERE p.digest IS NOT DISTINCT FROM before.digest;
SELECT field FROM customer_workflow.protected_fields ORDER BY field;
SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = 'accounts'::regclass AND tgname ~ 'customer_workflow' ORDER BY tgname COLLATE "C";
UPDATE accounts SET amount = 6 WHERE id = 5 RETURNING amount;

-- One that writes them otherwise: values are converted, and what somebody was to decide goes back to its author
BEGIN;
SELECT customer_workflow.begin_maintenance('{accounts}', 'times with zones, and finer rates');
SET LOCAL TimeZone = 'Europe/Berlin';
ALTER TABLE accounts ALTER COLUMN due TYPE timestamptz, ALTER COLUMN rate TYPE numeric(8,4);
COMMIT;
SELECT * FROM waiting WHERE proposal IN (2, 4);
SELECT status, count(*) FROM customer_workflow.work_items WHERE proposal IN (2, 4) GROUP BY status;
SELECT proposal, kind, person, comment, details FROM customer_workflow.workflow_history WHERE kind = 'schema_changed' ORDER BY at, details ->> 'field';

-- What the new type has no place for waits for its author as it is
BEGIN;
SELECT customer_workflow.begin_maintenance('{accounts}', 'less room');
ALTER TABLE accounts ALTER COLUMN code TYPE varchar(5);
COMMIT;
SELECT * FROM waiting WHERE field = 'code';
SELECT proposal, details ->> 'problem' AS problem FROM customer_workflow.workflow_history
 WHERE kind = 'schema_changed' AND details ->> 'field' = 'code' AND proposal IS NOT NULL ORDER BY proposal;
SELECT field, problem, sqlstate FROM customer_workflow.check_proposal(4);

-- So does what USING made another value of than its cast does
BEGIN;
SELECT customer_workflow.begin_maintenance('{accounts}', 'cents');
ALTER TABLE accounts ALTER COLUMN amount TYPE numeric USING amount * 100;
COMMIT;
SELECT * FROM waiting WHERE field = 'amount';
SELECT proposal, details ->> 'problem' AS problem FROM customer_workflow.workflow_history
 WHERE kind = 'schema_changed' AND details ->> 'field' = 'amount' AND proposal IS NOT NULL ORDER BY proposal;

-- Its author looks at it, takes the new values as they are, and it is approved and written
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(2);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(2);
SELECT id, due AT TIME ZONE 'UTC' AS due, rate FROM accounts WHERE id = 2;
SELECT customer_workflow.approve(3);
SELECT id, code FROM accounts WHERE id = 3;

-- A companion of another type is held to the same rule, though no trigger names it
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('accounts', '{"companions": {"rate": ["note"]}}');
SET client_min_messages = warning;
UPDATE accounts SET rate = 9, note = '77' WHERE id = 3;
RESET client_min_messages;
ALTER TABLE accounts ALTER COLUMN note TYPE int USING length(note);
\echo :SQLSTATE
SELECT * FROM error_of('ALTER TABLE accounts ALTER COLUMN note TYPE int USING length(note)');
BEGIN;
SELECT customer_workflow.begin_maintenance('{accounts}', 'notes are numbers');
ALTER TABLE accounts ALTER COLUMN note TYPE int USING length(note);
COMMIT;
SELECT field, original_value, proposed_value, current_value, conflict, status FROM waiting WHERE id = '3' AND status <> 'applied' ORDER BY field;

-- An ALTER that fails leaves everything as it was
BEGIN;
SELECT customer_workflow.begin_maintenance('{accounts}', 'fails');
SAVEPOINT s;
ALTER TABLE accounts ALTER COLUMN code TYPE int USING code::int;
\echo :SQLSTATE
ROLLBACK TO s;
UPDATE accounts SET code = 'Z5' WHERE id = 5 RETURNING code;
COMMIT;
SELECT field FROM customer_workflow.protected_fields ORDER BY field;
