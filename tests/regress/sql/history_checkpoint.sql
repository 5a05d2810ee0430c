-- Promise 9, checkpoint(): chains everything recorded since the last one, whatever order it was committed in.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
SELECT customer_workflow.add_group_member('board', 'role:carol');
\c - alice
SET client_min_messages = warning;
UPDATE customers SET credit_limit = 10 WHERE id = 1;
SELECT customer_workflow.submit(1);
UPDATE customers SET credit_limit = 20 WHERE id = 2;
\c - bob
SELECT customer_workflow.approve(1);
\c - postgres
SELECT customer_workflow.disable('customers');
UPDATE customers SET credit_limit = 30 WHERE id = 3;
SELECT customer_workflow.enable('customers');

-- What is kept elsewhere
SELECT customer_workflow.checkpoint() AS one \gset
SELECT key FROM jsonb_object_keys(:'one') AS key ORDER BY key;
SELECT :'one'::jsonb ->> 'number' AS number, :'one'::jsonb ->> 'size' AS size, length(:'one'::jsonb ->> 'root') AS root,
       :'one'::jsonb ->> 'at' ~ '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$' AS at, pg_column_size(:'one'::jsonb) < 500 AS small;

-- A chain for each proposal, for the configuration of each table and of the database, and for direct changes
SELECT l.position, l.kind, l.chain, coalesce(h.kind, d.reason) AS entry
  FROM customer_workflow.history_link AS l
  LEFT JOIN customer_workflow.history AS h ON h.id = l.entry AND l.kind <> 'd'
  LEFT JOIN customer_workflow.direct_change AS d ON d.id = l.entry AND l.kind = 'd'
 ORDER BY l.position;
SELECT * FROM customer_workflow.verify_history(:'one');

-- The next one goes on from there, and covers the one before it; without anything new, too.
\c - alice
SELECT customer_workflow.cancel(2);
\c - postgres
SELECT customer_workflow.checkpoint() AS two \gset
SELECT customer_workflow.checkpoint() AS three \gset
SELECT position, kind, chain FROM customer_workflow.history_link WHERE position > (:'one'::jsonb ->> 'size')::int ORDER BY position;
SELECT 'one' AS checkpoint, * FROM customer_workflow.verify_history(:'one')
UNION ALL SELECT 'two', * FROM customer_workflow.verify_history(:'two')
UNION ALL SELECT 'three', * FROM customer_workflow.verify_history(:'three')
UNION ALL SELECT 'none', * FROM customer_workflow.verify_history();

-- A transaction that was prepared before the checkpoint and is committed after it: its entries are in the next one.
BEGIN;
SET LOCAL SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 40 WHERE id = 1;
SAVEPOINT s;
UPDATE customers SET credit_limit = 40 WHERE id = 2;
PREPARE TRANSACTION 'history_checkpoint';
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 50 WHERE id = 3;
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.checkpoint() AS four \gset
COMMIT PREPARED 'history_checkpoint';
SELECT * FROM customer_workflow.verify_history(:'four');
SELECT customer_workflow.checkpoint() AS five \gset
SELECT l.kind, p.record_key, l.entry < (SELECT max(b.entry) FROM customer_workflow.history_link AS b WHERE b.position <= (:'four'::jsonb ->> 'size')::int) AS lower
  FROM customer_workflow.history_link AS l JOIN customer_workflow.proposal AS p ON p.id = l.chain AND l.kind = 'p'
 WHERE l.position > (:'four'::jsonb ->> 'size')::int ORDER BY l.position;
SELECT 'four' AS checkpoint, * FROM customer_workflow.verify_history(:'four') UNION ALL SELECT 'five', * FROM customer_workflow.verify_history(:'five');
SELECT count(*) AS not_chained FROM customer_workflow.history AS h
 WHERE NOT EXISTS (SELECT FROM customer_workflow.history_link AS l WHERE l.entry = h.id AND l.kind IN ('p', 't', 'g'));

-- What this relies on: the transaction of an entry has its number before the entry has one, since columns are filled in their order.
SELECT a.attrelid::regclass, (SELECT b.attnum FROM pg_attribute AS b WHERE b.attrelid = a.attrelid AND b.attname = 'transaction') < a.attnum AS before
  FROM pg_attribute AS a WHERE a.attrelid IN ('customer_workflow.history'::regclass, 'customer_workflow.direct_change'::regclass) AND a.attname = 'id' ORDER BY 1;

-- What the transaction of the checkpoint has recorded itself, before it and after it
BEGIN;
SELECT customer_workflow.add_group_member('board', 'role:bob');
SELECT customer_workflow.checkpoint() IS NOT NULL AS taken;
SELECT customer_workflow.remove_group_member('board', 'role:bob');
COMMIT;
SELECT customer_workflow.checkpoint() AS seven \gset
SELECT * FROM customer_workflow.verify_history(:'seven');

-- What is rolled back was not taken.
BEGIN;
SELECT customer_workflow.checkpoint() ->> 'number' AS number;
ROLLBACK;
SELECT customer_workflow.checkpoint() ->> 'number' AS number;

-- It needs a snapshot of now.
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT * FROM error_of('SELECT customer_workflow.checkpoint()');
ROLLBACK;

-- Who may: the owner of the database, and the auditor of any table.
CREATE ROLE history_checkpoint_auditor LOGIN;
SELECT customer_workflow.grant_duty('customers', 'auditor', 'history_checkpoint_auditor');
\c - history_checkpoint_auditor
SELECT customer_workflow.checkpoint() ->> 'number' AS number;
SELECT * FROM customer_workflow.verify_history();
\c - erp_owner
SELECT * FROM error_of('SELECT customer_workflow.checkpoint()');
SELECT * FROM error_of('SELECT customer_workflow.verify_history()');

-- What verify_history() does not take for a checkpoint
\c - postgres
SELECT e.value AS message, d.value AS detail FROM unnest(ARRAY['{}', '[]', 'null', '{"format": 2}', '{"format": 1}', '{"format": 1, "size": "x"}',
           jsonb_set(:'one', '{root}', '"zz"')::text, jsonb_set(:'one', '{root}', to_jsonb(repeat('z', 64)))::text, (:'one'::jsonb - 'snapshot')::text,
           jsonb_set(:'one', '{snapshot}', '"x"')::text, jsonb_set(:'one', '{size}', '1e40')::text]) AS c,
       LATERAL error_of(format('SELECT * FROM customer_workflow.verify_history(%L)', c)) AS e, LATERAL error_of(format('SELECT * FROM customer_workflow.verify_history(%L)', c)) AS d
 WHERE e.field = 'message' AND d.field = 'detail';
DROP OWNED BY history_checkpoint_auditor;
DROP ROLE history_checkpoint_auditor;
