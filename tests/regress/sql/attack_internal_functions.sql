-- Attack: an ordinary user calls what the extension has inside.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
GRANT CREATE ON SCHEMA public TO alice;

-- These are for everybody, because views and statements of the caller need them; whoever adds one looks at what it gives away, below.
SELECT p.proname FROM pg_proc AS p
 WHERE p.pronamespace = 'customer_workflow'::regnamespace AND p.proname ~ '^_'
   AND (has_function_privilege('alice', p.oid, 'EXECUTE') OR has_function_privilege('erp_owner', p.oid, 'EXECUTE')) ORDER BY p.proname COLLATE "C";
-- Every function that runs with the owner's rights has its own search_path.
SELECT p.oid::regprocedure FROM pg_proc AS p
 WHERE p.pronamespace = 'customer_workflow'::regnamespace AND p.prosecdef AND coalesce(p.proconfig::text, '') !~ 'search_path=pg_catalog, pg_temp';
-- No table, no sequence; of the views those that look for themselves
SELECT c.relkind, count(*) > 5 AS some, bool_or(has_table_privilege('alice', c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
           OR has_table_privilege('erp_owner', c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')) AS accessible
  FROM pg_class AS c WHERE c.relnamespace = 'customer_workflow'::regnamespace AND c.relkind IN ('r', 'S') GROUP BY c.relkind ORDER BY 1;
SELECT c.relname FROM pg_class AS c
 WHERE c.relnamespace = 'customer_workflow'::regnamespace AND c.relkind = 'v' AND has_table_privilege('alice', c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER');

\c - alice
CREATE FUNCTION try(statement text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(e.value, ': ' ORDER BY e.field DESC) FROM public.error_of(statement) AS e WHERE e.field IN ('sqlstate', 'message', 'none')
$$;
SELECT s AS statement, try(s) FROM unnest(ARRAY[
    'SELECT customer_workflow._permit(''customers'', ''{"{\"id\": 1}"}'', ''{credit_limit}'', ''{99}'', 10)',
    'SELECT customer_workflow._switch_user(10, true, true)',
    'SELECT customer_workflow._write_proposals(''{1}'', false)',
    'SELECT customer_workflow._log(''approved'', 1, 1, NULL, NULL)',
    'SELECT customer_workflow._touch(''{1}'', true)',
    'SELECT customer_workflow._invalidate(NULL)',
    'SELECT customer_workflow._close(''{1}'')',
    'INSERT INTO customer_workflow.group_member VALUES (''board'', ''role:alice'')',
    'UPDATE customer_workflow.proposal SET status = ''pending_approval''',
    'DELETE FROM customer_workflow.history',
    'TRUNCATE customer_workflow.history',
    'LOCK TABLE customer_workflow.proposal',
    'SELECT nextval(''customer_workflow.proposal_id_seq'')',
    'CREATE TRIGGER t BEFORE INSERT ON customer_workflow.history FOR EACH ROW EXECUTE FUNCTION customer_workflow.capture_first()',
    'CREATE FUNCTION customer_workflow.f() RETURNS int LANGUAGE sql AS ''SELECT 1''',
    'ALTER FUNCTION customer_workflow.approve(bigint, text, text, bigint, text, name[]) SECURITY INVOKER',
    'DROP EXTENSION customer_workflow',
    'ALTER EXTENSION customer_workflow DROP FUNCTION customer_workflow.act_as(text)']) AS s;

-- What everybody may call gives nothing: no values without a permit, nothing to end, no other table's rows withheld.
SELECT s AS statement, try(s) FROM unnest(ARRAY[
    'SELECT customer_workflow._permitted(1, 1, NULL::numeric)', 'SELECT customer_workflow._permitted(0, 0, NULL::int)',
    'SELECT customer_workflow._permitted(-1, -1, NULL::int)', 'SELECT customer_workflow._permitted(NULL, NULL, NULL::int)',
    'SELECT customer_workflow._permit_end()', 'SELECT customer_workflow._propose_end()', 'SELECT customer_workflow._propose_begin(NULL)',
    'SELECT customer_workflow._propose_begin(0)', 'SELECT customer_workflow._propose_begin(4294967295)', 'SELECT customer_workflow._propose_end()',
    'SELECT customer_workflow._key(0, ''{}'')', 'SELECT customer_workflow._key(4294967295, ''{}'')', 'SELECT customer_workflow._key(''pg_class'', ''{"oid": "1; DROP"}'')',
    'SELECT customer_workflow._key(''customers'', ''{"id": {"a": 1}}'')', 'SELECT customer_workflow._key(''customers'', ''"x"'')',
    'SELECT customer_workflow._key(''customer_workflow.history'', ''{"id": 1}'')', 'SELECT customer_workflow._key(''pg_views'', ''{}'')',
    'SELECT customer_workflow._render(NULL::text)', 'SELECT customer_workflow._render(ROW(1, ''a''))', 'SELECT customer_workflow._render(ARRAY[ROW(1, 2)])',
    'SELECT customer_workflow._input(''(1,2)'', ROW(1, 2))', 'SELECT customer_workflow._input(NULL, 1)', 'SELECT customer_workflow._input(''x'', 1)',
    'SELECT customer_workflow._input(''1'', NULL::pg_node_tree)', 'SELECT customer_workflow._input(''1'', NULL::cstring)', 'SELECT customer_workflow._render(''1''::cstring)',
    'SELECT customer_workflow._key_hash(NULL)', 'SELECT customer_workflow._transition(NULL, ''approve'')', 'SELECT customer_workflow._transition(''approved'', ''win'')',
    'SELECT customer_workflow._transition(''not_submitted'', ''approve'')',
    'SELECT customer_workflow._raise(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)', 'SELECT customer_workflow._raise('''', ''m'', NULL, NULL, NULL, NULL, NULL, NULL, NULL)',
    'SELECT customer_workflow._raise(''é€ÿ00'', ''m'', NULL, NULL, NULL, NULL, NULL, NULL, NULL)', 'SELECT customer_workflow._raise(repeat(''Z'', 1000), ''m %s %n'', NULL, NULL, NULL, NULL, NULL, NULL, NULL)',
    'SELECT customer_workflow._stored_values(1, ''{bank_account}'')', 'SELECT customer_workflow._stored_values(NULL, NULL)',
    'SELECT customer_workflow._allowed_actions(1, true)', 'SELECT customer_workflow._allowed_actions(NULL, NULL)',
    'SELECT customer_workflow._protect(''customers'', ''{name}'', NULL, ''{}'', ''{public}'', NULL)',
    'SELECT customer_workflow._propose_statement(''customers'', ''{"id": 1}'', ''{"credit_limit; DROP": 1}'')',
    'SELECT customer_workflow._table_id(0)', 'SELECT customer_workflow._own_values(''pg_authid'', ''{"oid": 10}'', ''{rolpassword}'')']) AS s;

-- Values of a record by a proposal: only those that it changes, and only for who acts in it.
UPDATE customers SET credit_limit = 1 WHERE id = 3;
SELECT max(id) AS p FROM customer_workflow.proposals \gset
SELECT customer_workflow._stored_values(:p, '{credit_limit}'), customer_workflow._stored_values(:p, '{bank_account}'), customer_workflow._stored_values(:p, '{credit_limit,bank_account}');
\c - dave
SELECT customer_workflow._stored_values(:p, '{credit_limit}'), customer_workflow._allowed_actions(:p, true);
\c - alice
SELECT customer_workflow.cancel(:p);

-- An UPDATE that a function of somebody else does is not withheld by _propose_begin().
\c - postgres
CREATE FUNCTION touch() RETURNS SETOF text LANGUAGE sql SECURITY DEFINER AS $$ UPDATE customers SET city = 'Ulm' WHERE id = 1 RETURNING city $$;
\c - alice
BEGIN;
SELECT customer_workflow._propose_begin('customers');
SELECT touch();
/* customer_workflow.propose */ UPDATE customers SET city = 'Hof' WHERE id = 2;
COMMIT;
SELECT id, city FROM customers ORDER BY id;
-- … also not where the statement that it is meant for has failed as deep inside as that function is
\c - postgres
CREATE FUNCTION fails() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    EXECUTE '/* customer_workflow.propose */ UPDATE customers SET city = 1 / (id - 1)'; END $$;
CREATE OR REPLACE FUNCTION touch() RETURNS SETOF text LANGUAGE sql SECURITY DEFINER AS $$
    UPDATE customers SET city = 'Ahlen', credit_limit = credit_limit WHERE id = 1 RETURNING city $$;
\c - alice
BEGIN;
SELECT customer_workflow._propose_begin('customers');
SAVEPOINT s;
SELECT fails();
ROLLBACK TO s;
SELECT touch();
COMMIT;
SELECT id, city FROM customers WHERE id = 1;

-- A trigger cannot end the permit under which it runs.
\c - postgres
CREATE FUNCTION ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM customer_workflow._permit_end();
    new.credit_limit := 1000000;
    RETURN new;
END
$$;
\c - alice
UPDATE customers SET credit_limit = 5000 WHERE id IN (1, 2);
SELECT outcome FROM customer_workflow.submit_many((SELECT array_agg(id) FROM customer_workflow.proposals WHERE status = 'not_submitted'));
\c - postgres
CREATE TRIGGER ends BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION ends();
\c - bob
SELECT outcome, sqlstate, message FROM customer_workflow.approve_many((SELECT array_agg(proposal ORDER BY proposal) FROM customer_workflow.my_work_items));
SELECT * FROM error_of(format('SELECT customer_workflow.approve(%s)', (SELECT min(proposal) FROM customer_workflow.my_work_items)));
SELECT id, credit_limit FROM customers ORDER BY id;
SELECT record_key, author, status FROM customer_workflow.proposals ORDER BY id;
