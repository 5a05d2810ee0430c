-- Promise 1, no way around: whoever writes, whatever settings, names and operators he puts in the way.
\set SHOW_CONTEXT never
UPDATE customers SET credit_limit = id * 1000;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');

-- What is stored and what is proposed after a path was tried; then all is cancelled, for the next one.
CREATE FUNCTION public.outcome() RETURNS TABLE (customer bigint, stored numeric, proposed text, author text)
LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY
        SELECT c.id, c.credit_limit, p.proposed_value, p.author
          FROM public.customers AS c LEFT JOIN customer_workflow.proposed_changes AS p
            ON p.record_key = jsonb_build_object('id', c.id) AND p.status = 'not_submitted'
         WHERE p.proposal IS NOT NULL OR c.credit_limit IS DISTINCT FROM c.id * 1000 ORDER BY c.id;
    PERFORM customer_workflow.cancel_many(ARRAY(SELECT id FROM customer_workflow.proposals WHERE status = 'not_submitted'));
END
$$;
SET customer_workflow.notices = off;

-- The owner of the table
SET SESSION AUTHORIZATION erp_owner;
UPDATE customers SET credit_limit = 7000 WHERE id = 1;
SELECT * FROM outcome();
-- A superuser, also in another role, and past row level security
RESET SESSION AUTHORIZATION;
UPDATE customers SET credit_limit = 7000 WHERE id = 1;
SELECT * FROM outcome();
SET ROLE erp_owner;
UPDATE customers SET credit_limit = 7000 WHERE id = 1;
SELECT * FROM outcome();
RESET ROLE;
SET row_security = off;
UPDATE customers SET credit_limit = 7000 WHERE id = 1;
SELECT * FROM outcome();
RESET row_security;
-- A member of the owner, and an approver
CREATE ROLE promise1_people_member LOGIN;
GRANT erp_owner TO promise1_people_member;
SET SESSION AUTHORIZATION promise1_people_member;
UPDATE customers SET credit_limit = 7000 WHERE id = 1;
SELECT * FROM outcome();
SET SESSION AUTHORIZATION bob;
UPDATE customers SET credit_limit = 7000 WHERE id = 1;
SELECT * FROM outcome();
-- Somebody who may update this column and see but the key
RESET SESSION AUTHORIZATION;
CREATE ROLE promise1_people_blind LOGIN;
GRANT SELECT (id), UPDATE (credit_limit) ON customers TO promise1_people_blind;
SET SESSION AUTHORIZATION promise1_people_blind;
UPDATE customers SET credit_limit = 7000 WHERE id = 1;
RESET SESSION AUTHORIZATION;
SELECT * FROM outcome();
-- Somebody who sees the rows that a policy shows
CREATE ROLE promise1_people_policy LOGIN;
GRANT SELECT, UPDATE ON customers TO promise1_people_policy;
ALTER TABLE customers ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON customers TO promise1_people_policy USING (id = 2) WITH CHECK (credit_limit < 5000);
SET SESSION AUTHORIZATION promise1_people_policy;
UPDATE customers SET credit_limit = 7000;
SELECT * FROM outcome();
RESET SESSION AUTHORIZATION;
ALTER TABLE customers DISABLE ROW LEVEL SECURITY;

-- A hostile search_path: operators, functions, types and tables that are taken for others
CREATE SCHEMA evil AUTHORIZATION alice;
SET SESSION AUTHORIZATION alice;
CREATE TABLE evil.ran (who name);
GRANT ALL ON evil.ran TO PUBLIC;
GRANT USAGE ON SCHEMA evil TO PUBLIC;
CREATE FUNCTION evil.equal(a text, b text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN INSERT INTO evil.ran VALUES (current_user); RETURN true; END $$;
CREATE FUNCTION evil.equal(a numeric, b numeric) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN INSERT INTO evil.ran VALUES (current_user); RETURN true; END $$;
CREATE FUNCTION evil.equal(a bigint, b bigint) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN INSERT INTO evil.ran VALUES (current_user); RETURN true; END $$;
CREATE FUNCTION evil.equal(a int, b int) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN INSERT INTO evil.ran VALUES (current_user); RETURN true; END $$;
CREATE FUNCTION evil.equal(a uuid, b uuid) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN INSERT INTO evil.ran VALUES (current_user); RETURN true; END $$;
CREATE FUNCTION evil.now() RETURNS timestamptz LANGUAGE plpgsql AS $$ BEGIN INSERT INTO evil.ran VALUES (current_user); RETURN clock_timestamp(); END $$;
CREATE FUNCTION evil.unnest(anyarray) RETURNS SETOF anyelement LANGUAGE plpgsql AS $$ BEGIN INSERT INTO evil.ran VALUES (current_user); RETURN; END $$;
CREATE FUNCTION evil.current_setting(text, boolean) RETURNS text LANGUAGE plpgsql AS $$ BEGIN INSERT INTO evil.ran VALUES (current_user); RETURN ''; END $$;
CREATE FUNCTION evil.to_jsonb(anyelement) RETURNS jsonb LANGUAGE plpgsql AS $$ BEGIN INSERT INTO evil.ran VALUES (current_user); RETURN 'null'; END $$;
CREATE FUNCTION evil.capture_first() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE OPERATOR evil.= (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.equal);
CREATE OPERATOR evil.= (LEFTARG = numeric, RIGHTARG = numeric, FUNCTION = evil.equal);
CREATE OPERATOR evil.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = evil.equal);
CREATE OPERATOR evil.= (LEFTARG = int, RIGHTARG = int, FUNCTION = evil.equal);
CREATE OPERATOR evil.= (LEFTARG = uuid, RIGHTARG = uuid, FUNCTION = evil.equal);
CREATE TABLE evil.proposal (id bigint);
CREATE TABLE evil.change (id bigint);
CREATE TABLE evil.protected_table (relation regclass, enabled boolean);
CREATE TABLE evil.history (id bigint);
CREATE TABLE evil.customers (id bigint, credit_limit numeric);
CREATE TEMPORARY TABLE proposal (id bigint);
CREATE TEMPORARY TABLE customers (id bigint, credit_limit numeric);
CREATE DOMAIN evil.text AS pg_catalog.int4;
CREATE DOMAIN evil.jsonb AS pg_catalog.int4;
-- a new session, in which nothing is prepared
\c -
SET SESSION AUTHORIZATION alice;
SET customer_workflow.notices = off;
SET search_path = evil, pg_temp, pg_catalog, customer_workflow, public;
UPDATE public.customers SET credit_limit = 7000 WHERE id OPERATOR(pg_catalog.=) 1;
-- … into a proposal that is open
UPDATE public.customers SET credit_limit = 7001 WHERE id OPERATOR(pg_catalog.=) 1;
UPDATE public.customers SET credit_limit = 7002, id = 11 WHERE id OPERATOR(pg_catalog.=) 1;
UPDATE public.customers SET id = 1 WHERE id OPERATOR(pg_catalog.=) 11;
INSERT INTO public.customers VALUES (12, 'Mu', 'DE', 12000);
SELECT customer_workflow.propose('public.customers', '{"id": 12}', '{"credit_limit": 9}') IS NOT NULL AS proposed;
DELETE FROM public.customers WHERE id OPERATOR(pg_catalog.=) 12;
SELECT who FROM evil.ran;
RESET search_path;
SELECT * FROM public.outcome();
RESET SESSION AUTHORIZATION;
SET client_min_messages = warning;
DROP SCHEMA evil CASCADE;
RESET client_min_messages;

-- Settings that somebody might guess
SET SESSION AUTHORIZATION alice;
SET customer_workflow.permit = on;
\echo :SQLSTATE
SET customer_workflow.disabled = 'customers';
\echo :SQLSTATE
SELECT set_config('customer_workflow.maintenance', 'on', false);
\echo :SQLSTATE
SET session_replication_role = replica;
\echo :SQLSTATE
-- before the library is there nobody knows that they do not exist; then they are forgotten
\c -
SET SESSION AUTHORIZATION alice;
SET customer_workflow.permit = on;
SET customer_workflow.notices = off;
UPDATE customers SET credit_limit = 7000 WHERE id = 1;
SHOW customer_workflow.permit;
\echo :SQLSTATE
SELECT * FROM outcome();

-- What only this extension may call or touch
SELECT proname, has_function_privilege(oid, 'EXECUTE') AS may_call FROM pg_proc
 WHERE pronamespace = 'customer_workflow'::regnamespace AND proname IN ('_permit', '_switch_user', '_invalidate', '_touch', '_merge', '_write', '_log')
 ORDER BY proname;
INSERT INTO customer_workflow.duty VALUES (1, 'administrator', 'role:alice');
\echo :SQLSTATE
UPDATE customer_workflow.protected_table SET enabled = false;
\echo :SQLSTATE
SELECT customer_workflow.disable('customers');
\echo :SQLSTATE
SELECT customer_workflow.unprotect('customers', '{*}');
\echo :SQLSTATE
ALTER TABLE customers DISABLE TRIGGER "!customer_workflow_first";
\echo :SQLSTATE
DROP TRIGGER "~~~customer_workflow_last" ON customers;
\echo :SQLSTATE
CREATE TRIGGER own BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION customer_workflow.capture_last();
\echo :SQLSTATE

-- Nothing was written
SELECT id, credit_limit FROM customers ORDER BY id;
RESET SESSION AUTHORIZATION;
DROP OWNED BY promise1_people_member, promise1_people_blind, promise1_people_policy;
DROP ROLE promise1_people_member, promise1_people_blind, promise1_people_policy;
