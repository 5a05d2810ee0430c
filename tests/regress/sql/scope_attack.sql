-- Attack on option scope: a change gets out of the scope on its way, by one UPDATE, by two, by triggers, NULL, errors, settings and functions.
\set SHOW_CONTEXT errors
CREATE TABLE public.accounts (
    id int PRIMARY KEY, kind text, credit_limit numeric, note text);
ALTER TABLE accounts OWNER TO erp_owner;
GRANT SELECT, INSERT, UPDATE ON accounts TO alice;
INSERT INTO accounts VALUES (1, 'customer', 100), (2, 'prospect', 100), (3, NULL, 100), (4, 'customer', 100);
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('accounts', '{kind,credit_limit}', 'credit_managers', '{"scope": "new.kind = ''customer''"}');

-- leave and change at once; one field after the other; both in one statement that meets the record twice
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET kind = 'prospect', credit_limit = 1000000 WHERE id = 1 RETURNING kind, credit_limit;
UPDATE accounts SET kind = 'prospect' WHERE id = 4;
UPDATE accounts SET credit_limit = 1000000 WHERE id = 4 RETURNING kind, credit_limit;
BEGIN;
WITH one AS (UPDATE accounts SET kind = 'prospect' WHERE id = 4 RETURNING id)
UPDATE accounts SET credit_limit = 1000000 WHERE id = 4;
SELECT kind, credit_limit FROM accounts WHERE id = 4;
ROLLBACK;
-- enter it with a new value
UPDATE accounts SET kind = 'customer', credit_limit = 1000000 WHERE id = 2 RETURNING kind, credit_limit;
-- null is not false
UPDATE accounts SET credit_limit = 1000000 WHERE id = 3 RETURNING credit_limit;
UPDATE accounts SET kind = NULL, credit_limit = 1000000 WHERE id = 2 RETURNING kind, credit_limit;
-- and this is
UPDATE accounts SET credit_limit = 200 WHERE id = 2 RETURNING kind, credit_limit;

-- the trigger itself is disabled; whoever enables it gains nothing
SET SESSION AUTHORIZATION erp_owner;
ALTER TABLE accounts ENABLE TRIGGER USER;
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET credit_limit = 300 WHERE id IN (1, 2) RETURNING id, credit_limit;

-- triggers of others: one takes the row into the scope, one takes it out
RESET SESSION AUTHORIZATION;
CREATE FUNCTION crm.convert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF new.note = 'convert' THEN new.kind := 'customer'; ELSIF new.note = 'drop' THEN new.kind := 'prospect'; END IF;
    RETURN new;
END $$;
CREATE TRIGGER convert BEFORE UPDATE ON accounts FOR EACH ROW EXECUTE FUNCTION crm.convert();
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET credit_limit = 1000000, note = 'convert' WHERE id = 2 RETURNING kind, credit_limit;
UPDATE accounts SET credit_limit = 1000000, note = 'drop' WHERE id = 4 RETURNING kind, credit_limit;
UPDATE accounts SET note = 'drop' WHERE id = 4 RETURNING kind, credit_limit;
-- before ours: what they assign is the statement's
RESET SESSION AUTHORIZATION;
ALTER TRIGGER convert ON accounts RENAME TO "!!";
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET credit_limit = 1000000, note = 'convert' WHERE id = 2 RETURNING kind, credit_limit;
UPDATE accounts SET credit_limit = 1000000, note = 'drop' WHERE id = 4 RETURNING kind, credit_limit;
RESET SESSION AUTHORIZATION;
DROP TRIGGER "!!" ON accounts;

-- a condition that fails refuses the UPDATE, as it was raised
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('accounts', '{"scope": "1000 / new.credit_limit < 1"}');
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET credit_limit = 0 WHERE id = 2;
UPDATE accounts SET note = 'not asked' WHERE id = 2;
SELECT kind, credit_limit, note FROM accounts WHERE id = 2;

-- settings of the session, and functions that the session puts in the way
RESET SESSION AUTHORIZATION;
CREATE FUNCTION crm.is_high(v numeric) RETURNS boolean LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS 'SELECT abs(v) > 1000';
CREATE SCHEMA scope_trap AUTHORIZATION alice;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('accounts', '{"scope": "crm.is_high(new.credit_limit)"}');
SET SESSION AUTHORIZATION alice;
CREATE FUNCTION scope_trap.abs(numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT 0::numeric';
SET search_path = scope_trap, pg_catalog, public;
UPDATE accounts SET credit_limit = 900 WHERE id = 2 RETURNING credit_limit;
UPDATE accounts SET credit_limit = 1000000 WHERE id = 2 RETURNING credit_limit;
RESET search_path;
-- a function that the session may not execute refuses too
RESET SESSION AUTHORIZATION;
REVOKE EXECUTE ON FUNCTION crm.is_high(numeric) FROM PUBLIC;
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET credit_limit = 901 WHERE id = 2;
-- who may is asked as himself, and nobody else after him
RESET SESSION AUTHORIZATION;
UPDATE accounts SET credit_limit = 902 WHERE id = 2 RETURNING credit_limit;
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET credit_limit = 903 WHERE id = 2;

-- without its trigger nothing can be told from the rest
RESET SESSION AUTHORIZATION;
DROP TRIGGER "~~~customer_workflow_scope" ON accounts;
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET credit_limit = 904 WHERE id = 2;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('accounts', '{"scope": "new.credit_limit > 1000"}');
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET credit_limit = 904 WHERE id = 2 RETURNING credit_limit;

-- in a function with exception blocks, where the condition is made ready again and again
DO $$
BEGIN
    FOR i IN 1..50 LOOP
        BEGIN
            UPDATE accounts SET credit_limit = i WHERE id = 2;
            IF i % 2 = 0 THEN RAISE EXCEPTION 'undo'; END IF;
        EXCEPTION WHEN raise_exception THEN NULL;
        END;
    END LOOP;
END $$;
SELECT credit_limit FROM accounts WHERE id = 2;
