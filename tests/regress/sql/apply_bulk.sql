-- approve_many: each record once a statement, several proposals for one record in rounds, bad ones sorted out.
\set SHOW_CONTEXT never
CREATE TABLE accounts (id int PRIMARY KEY, amount numeric CHECK (amount < 10000), terms text, version int DEFAULT 1);
INSERT INTO accounts SELECT i, i, 'N30' FROM generate_series(1, 20) AS i;
ALTER TABLE accounts OWNER TO erp_owner;
GRANT SELECT, UPDATE ON accounts TO alice, dave, import;
CREATE TABLE statements (n bigint);
GRANT INSERT ON statements TO erp_owner;
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO statements SELECT count(*) FROM written; RETURN NULL; END $$;
CREATE TRIGGER note AFTER UPDATE ON accounts REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION note();
ALTER TABLE accounts DISABLE TRIGGER note;
SELECT customer_workflow.protect('accounts', '{amount,terms}', 'credit_managers', '{"bookkeeping": {"version": "old.version + 1"}, "validate_on_submit": false}');

CREATE PROCEDURE submit_all() LANGUAGE sql AS $$
    SELECT count(*) FROM customer_workflow.submit_many((SELECT array_agg(id) FROM customer_workflow.proposals WHERE status = 'not_submitted'))
$$;
CREATE FUNCTION mine() RETURNS bigint[] LANGUAGE sql AS $$ SELECT array_agg(proposal ORDER BY proposal) FROM customer_workflow.my_work_items $$;
SET client_min_messages = warning;

-- Three authors change the same records: the fields of the second suit those of the first, the third meets a conflict.
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET amount = amount + 1000 WHERE id <= 5;
CALL submit_all();
SET SESSION AUTHORIZATION dave;
UPDATE accounts SET terms = 'N60' WHERE id <= 5;
CALL submit_all();
SET SESSION AUTHORIZATION import;
UPDATE accounts SET amount = amount + 2000 WHERE id <= 2;
CALL submit_all();
RESET SESSION AUTHORIZATION;
ALTER TABLE accounts ENABLE TRIGGER note;
SET SESSION AUTHORIZATION bob;
SELECT outcome, sqlstate, count(*) FROM customer_workflow.approve_many(mine()) GROUP BY outcome, sqlstate ORDER BY outcome;
RESET SESSION AUTHORIZATION;
SELECT * FROM accounts WHERE id <= 6 ORDER BY id;
-- One statement a round
SELECT * FROM statements;
TRUNCATE statements;

-- Bad ones in the middle: the others are written, each outcome in the order of the call.
ALTER TABLE accounts DISABLE TRIGGER note;
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET amount = CASE WHEN id IN (9, 14) THEN 99999 ELSE 1 END WHERE id > 6;
CALL submit_all();
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of('SELECT customer_workflow.approve_many(mine(), all_or_nothing => true)');
SELECT outcome, sqlstate, message, count(*) FROM customer_workflow.approve_many(mine()) GROUP BY outcome, sqlstate, message ORDER BY outcome, sqlstate, message;
RESET SESSION AUTHORIZATION;
SELECT array_agg(id ORDER BY id) FILTER (WHERE amount <> 1) AS not_written, array_agg(DISTINCT version) AS versions FROM accounts WHERE id > 6;

-- What was closed meanwhile, what is not waiting for him, what does not exist
SELECT array_agg(id ORDER BY id) AS applied FROM customer_workflow.proposals WHERE status = 'applied' AND author = 'alice' AND record_key IN ('{"id": 1}', '{"id": 2}') \gset
SET SESSION AUTHORIZATION bob;
SELECT outcome, sqlstate, message FROM customer_workflow.approve_many(ARRAY[0] || :'applied'::bigint[] || 0::bigint);

-- More than one chunk
RESET SESSION AUTHORIZATION;
INSERT INTO accounts SELECT i, i, 'N30' FROM generate_series(101, 6100) AS i;
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET amount = 0 WHERE id > 100;
CALL submit_all();
SET SESSION AUTHORIZATION bob;
SELECT outcome, count(*) FROM customer_workflow.approve_many((SELECT array_agg(proposal ORDER BY proposal DESC) FROM customer_workflow.my_work_items WHERE (record_key ->> 'id')::int > 100)) GROUP BY 1;
RESET SESSION AUTHORIZATION;
SELECT amount, version, count(*) FROM accounts WHERE id > 100 GROUP BY 1, 2;
SELECT kind, count(*) FROM customer_workflow.workflow_history WHERE kind IN ('approved', 'applied') GROUP BY kind ORDER BY kind;
