-- A trigger of the table may raise any error code, also one of ours: what it refuses is not written, and not said to be.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'refused' USING ERRCODE = current_setting('test.code');
END
$$;
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals;
SELECT id AS p FROM customer_workflow.proposals \gset
RESET SESSION AUTHORIZATION;
CREATE TRIGGER refuse BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION refuse();
CREATE FUNCTION try(code text, proposal bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    said text;
BEGIN
    PERFORM set_config('test.code', code, true);
    SELECT a.outcome || ' ' || coalesce(a.sqlstate, '') INTO said FROM customer_workflow.approve_many(ARRAY[proposal]) AS a;
    RETURN said;
EXCEPTION WHEN OTHERS THEN
    RETURN 'raised ' || SQLSTATE;
END
$$;
SET SESSION AUTHORIZATION bob;
-- An outcome of the proposal; but not what asks to try again, and what has nothing to do with it.
SELECT code, try(code, :p) FROM unnest('{CW000,CW001,CW002,CW003,CW007,CW009,P0001,P0002,P0003,22023,23514,25P02,42501,55000,ZZZZZ,00001,01000,02000,
    40001,40P01,53100,57P01,58030,XX000,XX001}'::text[]) AS code;
SELECT code, try(code, :p) FROM unnest('{CW000,P0001}'::text[]) AS code;
SELECT credit_limit FROM customers WHERE id = 1;
SELECT status FROM customer_workflow.proposals WHERE id = :p;
RESET SESSION AUTHORIZATION;
SELECT kind FROM customer_workflow.workflow_history WHERE proposal = :p ORDER BY at;
-- The same while it is only tried out
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.recall(:p);
SET test.code = 'CW000';
SELECT * FROM customer_workflow.check_proposal(:p);
SELECT * FROM error_of(format('SELECT customer_workflow.submit(%s)', :p));
