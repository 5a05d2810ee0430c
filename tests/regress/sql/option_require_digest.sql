-- Design 5.1, option require_digest, and promise 6: what was seen is what is approved.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000;
-- a draft has no digest
SELECT count(digest) FROM customer_workflow.proposals;
SELECT outcome FROM customer_workflow.submit_many('{1,2,3}');

-- false, the default: a digest need not be given, but one that is given must be right
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1);
SELECT field, regexp_replace(value, '[0-9a-f]{64}', '<digest>', 'g') FROM error_of('SELECT customer_workflow.approve(2, digest => ''seen yesterday'')');
SELECT field, value FROM error_of('SELECT customer_workflow.reject(2, ''no'', ''seen yesterday'')') WHERE field = 'sqlstate';
SELECT field, value FROM error_of('SELECT customer_workflow.request_change(2, ''no'', '''')') WHERE field = 'sqlstate';
SELECT customer_workflow.approve(2, digest => digest) FROM customer_workflow.my_work_items WHERE proposal = 2;

-- true: no decision without it
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('customers', '{"require_digest": true}');
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of('SELECT customer_workflow.approve(3)');
SELECT customer_workflow.reject(3, 'no');
\echo :SQLSTATE
SELECT customer_workflow.request_change(3, 'no');
\echo :SQLSTATE
SELECT * FROM customer_workflow.approve_many('{3}');
SELECT * FROM customer_workflow.approve_many('{3}', digests => '{NULL}');
-- who does not decide needs none
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.recall(3);
SELECT customer_workflow.submit(3);

-- bob reads the proposal; before he decides, alice edits it
SET SESSION AUTHORIZATION bob;
SELECT digest AS seen FROM customer_workflow.my_work_items WHERE proposal = 3 \gset
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 9000 WHERE id = 3;
SELECT customer_workflow.submit(3);
SET SESSION AUTHORIZATION bob;
SELECT field, value FROM error_of(format('SELECT customer_workflow.approve(3, digest => %L)', :'seen')) WHERE field IN ('sqlstate', 'message');
SELECT proposal, outcome, sqlstate, message FROM customer_workflow.approve_many('{3}', digests => ARRAY[:'seen']);
-- the digest of today does
SELECT customer_workflow.review(3) ->> 'digest' AS seen \gset
SELECT customer_workflow.approve(3, digest => :'seen');

-- the digest is one of the values, not of the moment: the same proposal again has the same
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 1 WHERE id = 1;
SELECT customer_workflow.submit(4);
SELECT digest AS first FROM customer_workflow.proposals WHERE id = 4 \gset
SELECT customer_workflow.recall(4);
SELECT customer_workflow.submit(4);
SELECT digest = :'first' AS same FROM customer_workflow.proposals WHERE id = 4;
SELECT customer_workflow.recall(4);
UPDATE customers SET credit_limit = 1.01 WHERE id = 1;
SELECT customer_workflow.submit(4);
SELECT digest = :'first' AS same FROM customer_workflow.proposals WHERE id = 4;
