-- Promise 8: a null is never a yes: each verb and each argument.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SELECT id AS p FROM customer_workflow.proposals \gset
SELECT customer_workflow.submit(:p);

-- A null proposal, and one that does not exist
SET SESSION AUTHORIZATION bob;
CREATE FUNCTION pg_temp.try(statement text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(e.value, ': ' ORDER BY e.field DESC) FROM public.error_of('SELECT customer_workflow.' || statement) AS e WHERE e.field IN ('sqlstate', 'message', 'none')
$$;
SELECT s AS statement, pg_temp.try(s) FROM unnest(ARRAY[
    'submit(NULL)', 'recall(NULL)', 'cancel(NULL)', 'approve(NULL)', 'reject(NULL, ''no'')', 'request_change(NULL, ''no'')', 'rebase(NULL)',
    'discard_change(NULL, ''credit_limit'')', 'check_proposal(NULL)', 'approve(0)', 'approve(-1)', 'approve(9223372036854775807)']) AS s;
SELECT customer_workflow.review(NULL);

-- A null among many, no proposals at all
SELECT * FROM customer_workflow.approve_many(NULL);
SELECT * FROM customer_workflow.approve_many('{}');
SELECT * FROM customer_workflow.submit_many(ARRAY[NULL, 0]::bigint[]);
SELECT s AS statement, pg_temp.try(s) FROM unnest(ARRAY[
    'approve_many(ARRAY[NULL]::bigint[], all_or_nothing => true)', 'reject_many(ARRAY[0], ''no'', all_or_nothing => true)']) AS s;

SELECT status FROM customer_workflow.proposals;

-- Reasons that say nothing
SELECT s AS statement, pg_temp.try(format(s, :p)) FROM unnest(ARRAY[
    'reject(%s, NULL)', 'reject(%s, '''')', 'reject(%s, ''  '')', 'reject(%s, E''\n\t'')', 'request_change(%s, NULL)',
    'approve(%s, on_conflict => '''')', 'approve(%s, work_item => 0)', 'approve(%s, digest => '''')']) AS s;

-- A field, a key, changes that are null
SET SESSION AUTHORIZATION alice;
SELECT s AS statement, pg_temp.try(format(s, :p)) FROM unnest(ARRAY[
    'discard_change(%s, NULL)', 'discard_change(%s, ''city'')', 'propose(NULL, ''{"id": 1}'', ''{"credit_limit": 1}'')',
    'propose(''customers'', NULL, ''{"credit_limit": 1}'')', 'propose(''customers'', ''{"id": null}'', ''{"credit_limit": 1}'')',
    'propose(''customers'', ''{"id": 1}'', NULL)', 'propose(''customers'', ''{"id": 1}'', ''null'')', 'propose(''customers'', ''{"id": 1}'', ''{}'')',
    'propose(''customers'', ''{}'', ''{"credit_limit": 1}'')', 'propose(''customers'', ''{"id": 4}'', ''{"credit_limit": 1}'')',
    'propose(''customers'', ''[]'', ''{"credit_limit": 1}'')', 'act_as(NULL)']) AS s;
SELECT record_key, status FROM customer_workflow.proposals ORDER BY id;
SELECT id, credit_limit FROM customers ORDER BY id;
-- In a proposal JSON null is the SQL NULL, and that has to be approved as every other value.
SELECT customer_workflow.propose('customers', '{"id": 2}', '{"credit_limit": null}') IS NOT NULL AS proposed;
SELECT original_value, proposed_value FROM customer_workflow.proposed_changes WHERE record_key = '{"id": 2}';
SELECT id, credit_limit FROM customers ORDER BY id;
