-- Promise 6, option require_digest: nobody decides what he has not seen; and many decisions in one call, each with its digest.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers', '{"require_digest": true}');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 + id;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals ORDER BY id;
SELECT array_agg(id ORDER BY id) AS ids FROM customer_workflow.proposals \gset
SET SESSION AUTHORIZATION bob;
SELECT array_agg(digest ORDER BY proposal) AS digests, min(proposal) AS p FROM customer_workflow.my_work_items \gset
SELECT * FROM error_of(format('SELECT customer_workflow.approve(%s)', :p));
SELECT field, value FROM error_of(format('SELECT customer_workflow.reject(%s, ''no'')', :p)) WHERE field IN ('sqlstate', 'message');
SELECT field, value FROM error_of(format('SELECT customer_workflow.request_change(%s, ''why?'')', :p)) WHERE field IN ('sqlstate', 'message');

-- In bulk: no digests, too few, a null among them, a wrong one among them
SELECT outcome, sqlstate, message FROM customer_workflow.approve_many(:'ids');
SELECT * FROM error_of(format('SELECT customer_workflow.approve_many(%L, digests => ''{a}'')', :'ids'));
SELECT outcome, sqlstate, message FROM customer_workflow.approve_many(:'ids', digests => ARRAY[NULL, 'wrong', NULL]);
SELECT * FROM error_of(format('SELECT customer_workflow.approve_many(%L, digests => %L, all_or_nothing => true)', :'ids', array_append((:'digests'::text[])[1:2], NULL))) WHERE field IN ('sqlstate', 'message');
SELECT id, credit_limit FROM customers ORDER BY id;
-- A proposal that is named twice has to be right twice.
SELECT outcome, sqlstate FROM customer_workflow.approve_many(ARRAY[:p, :p], digests => ARRAY['wrong', (:'digests'::text[])[1]]);
SELECT outcome, sqlstate FROM customer_workflow.approve_many(ARRAY[:p, :p], digests => ARRAY[(:'digests'::text[])[1], 'wrong']);
-- In any order, each has its own
SELECT outcome, sqlstate FROM customer_workflow.approve_many((SELECT array_agg(i ORDER BY i DESC) FROM unnest(:'ids'::bigint[]) AS i),
    digests => ARRAY[(:'digests'::text[])[3], (:'digests'::text[])[1], (:'digests'::text[])[1]]);
SELECT id, credit_limit FROM customers ORDER BY id;

-- Verbs of the author need none, and heed the one that is given.
SET SESSION AUTHORIZATION alice;
SELECT id AS q FROM customer_workflow.proposals WHERE status = 'pending_approval' \gset
SELECT outcome, sqlstate FROM customer_workflow.recall_many(ARRAY[:q], digests => '{wrong}');
SELECT customer_workflow.recall(:q);
