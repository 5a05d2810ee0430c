-- archive_history(): closed proposals move, with all that belongs to them, and are still proved and read.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT customer_workflow.protect('customers', '{credit_limit,bank_account}', 'credit_managers');
SELECT customer_workflow.grant_duty('customers', 'override', 'carol');
\c - alice
SET client_min_messages = warning;
UPDATE customers SET credit_limit = 100 * id;
SELECT outcome FROM customer_workflow.submit_many('{1,2,3}', 'yearly review');
\c - bob
SELECT outcome FROM customer_workflow.approve_many('{1,2}', 'fine');
\c - alice
SET client_min_messages = warning;
-- 4: open, and the inverse of 1; 5 and 6: a change set of which one is rejected with the other, and cancelled
SELECT customer_workflow.revert(1);
BEGIN;
SELECT customer_workflow.begin_change_set('accounts') IS NOT NULL AS set;
UPDATE customers SET bank_account = 'DE77' WHERE id IN (2, 3);
COMMIT;
-- 7: overridden, and not reviewed
\c - dave
SET client_min_messages = warning;
UPDATE customers SET bank_account = 'DE01 0815' WHERE id = 1;
SELECT customer_workflow.submit(7);
\c - carol
SET client_min_messages = error;
SELECT customer_workflow.override_apply(7, 'the bank is closed tomorrow');
\c - postgres
SELECT id, record_key, status, change_set IS NOT NULL AS in_set, reverts FROM customer_workflow.proposal ORDER BY id;
SELECT customer_workflow.checkpoint() AS before \gset

-- Nothing is so old yet.
SELECT customer_workflow.archive_history('1 day');
-- 2: closed. 1 is what 4 reverts, 3 and 4 to 6 are open, the override of 7 has not been reviewed.
CREATE VIEW decided AS SELECT proposal, record_key, field, original_value, proposed_value, author, person, action, comment, digest, at, applied_at FROM customer_workflow.decisions WHERE proposal = 2;
CREATE TABLE decided_before AS SELECT * FROM decided;
CREATE TABLE history_before AS SELECT * FROM customer_workflow.workflow_history WHERE proposal = 2;
SELECT customer_workflow.archive_history('0 seconds');
SELECT id FROM customer_workflow.archived_proposals;

-- Everything of it is there, and nothing is here.
SELECT relation, record_key, status, author, originator, source, comment, workflow, version, digest IS NOT NULL AS digest FROM customer_workflow.archived_proposals;
SELECT proposal, record_key, field, original_value, proposed_value, status, author FROM customer_workflow.archived_changes;
SELECT count(*) AS history, (SELECT count(*) FROM (SELECT * FROM customer_workflow.archived_history EXCEPT SELECT * FROM history_before) AS x) AS differs FROM customer_workflow.archived_history;
SELECT count(*) AS decisions, (SELECT count(*) FROM (SELECT proposal, record_key, field, original_value, proposed_value, author, person, action, comment, digest, at, applied_at
                                                       FROM customer_workflow.archived_decisions EXCEPT SELECT * FROM decided_before) AS x) AS differs FROM customer_workflow.archived_decisions;
SELECT (SELECT count(*) FROM decided), (SELECT count(*) FROM customer_workflow.proposals WHERE id = 2), (SELECT count(*) FROM customer_workflow.proposed_changes WHERE proposal = 2),
       (SELECT count(*) FROM customer_workflow.workflow_history WHERE proposal = 2), (SELECT count(*) FROM customer_workflow.work_item WHERE proposal = 2), (SELECT count(*) FROM customer_workflow.archive_work_item);
SELECT * FROM error_of('SELECT customer_workflow.revert(2)');
SELECT kind, person, details FROM customer_workflow.workflow_history WHERE kind = 'archive_history';

-- It is proved as before, by a checkpoint of before, too; checkpoints go on.
SELECT * FROM customer_workflow.verify_history(:'before');
SELECT customer_workflow.checkpoint() AS after \gset
SELECT * FROM customer_workflow.verify_history(:'after');

-- What was rests is taken when it has come to rest: 7 after its review, 1 and 4 together, a change set as a whole.
\c - bob
SELECT customer_workflow.complete_task((SELECT work_item FROM customer_workflow.my_work_items WHERE proposal = 7), 'seen');
\c - alice
SELECT customer_workflow.cancel(4);
SELECT customer_workflow.cancel(5);
\c - postgres
SELECT customer_workflow.archive_history('0 seconds');
SELECT id, status FROM customer_workflow.archived_proposals;
SELECT id, status FROM customer_workflow.proposals;
SELECT * FROM customer_workflow.verify_history(:'before') UNION ALL SELECT * FROM customer_workflow.verify_history(:'after');

-- What was said of an archived proposal while it moved is shown, chained, and moved the next time.
INSERT INTO customer_workflow.history (table_id, proposal, kind, person, database_role, comment) VALUES (1, 2, 'commented', 'role:bob', 'bob', 'a late word');
SELECT proposal, comment FROM customer_workflow.archived_history WHERE kind = 'commented';
SELECT customer_workflow.archive_history('0 seconds');
SELECT h.comment FROM customer_workflow.archive_history AS h WHERE h.kind = 'commented';
SELECT * FROM customer_workflow.verify_history(:'before');

-- Who sees it: who sees everything of the table, and who had a part in it.
\c - alice
SELECT id, record_key FROM customer_workflow.archived_proposals;
SELECT count(DISTINCT proposal) AS changes FROM customer_workflow.archived_changes;
SELECT count(DISTINCT proposal) AS history FROM customer_workflow.archived_history;
\c - import
SELECT (SELECT count(*) FROM customer_workflow.archived_proposals) + (SELECT count(*) FROM customer_workflow.archived_changes)
     + (SELECT count(*) FROM customer_workflow.archived_history) + (SELECT count(*) FROM customer_workflow.archived_decisions) AS seen;
\c - erp_owner
SELECT count(*) AS seen FROM customer_workflow.archived_proposals;
SELECT * FROM error_of('SELECT customer_workflow.archive_history(''1 year'')');

-- An entry that is not in the archive as it was is not taken out of the history.
\c - postgres
SELECT * FROM error_of('DELETE FROM customer_workflow.history WHERE id = (SELECT min(id) FROM customer_workflow.history)');
BEGIN;
INSERT INTO customer_workflow.archive_history SELECT * FROM customer_workflow.history ORDER BY id LIMIT 1;
SAVEPOINT s;
DELETE FROM customer_workflow.history WHERE id = (SELECT min(id) FROM customer_workflow.archive_history);
ROLLBACK TO s;
ALTER TABLE customer_workflow.archive_history DISABLE TRIGGER append_only;
UPDATE customer_workflow.archive_history SET details = '{}' WHERE id = (SELECT min(id) FROM customer_workflow.archive_history);
SELECT e.value FROM error_of('DELETE FROM customer_workflow.history WHERE id = (SELECT min(id) FROM customer_workflow.archive_history)') AS e WHERE field = 'message';
ROLLBACK;
SELECT s AS age, e.field, e.value FROM unnest(ARRAY['NULL', '''-1 day''']) AS s, error_of(format('SELECT customer_workflow.archive_history(%s)', s)) AS e;

-- Tables of the archive have the columns of those that they are of, in the same order.
SELECT o.relname, count(*) FILTER (WHERE a.attname IS DISTINCT FROM b.attname OR a.atttypid IS DISTINCT FROM b.atttypid) AS different
  FROM pg_class AS o JOIN pg_class AS c ON c.relname = 'archive_' || o.relname AND c.relnamespace = o.relnamespace
  JOIN pg_attribute AS a ON a.attrelid = o.oid AND a.attnum > 0
  FULL JOIN pg_attribute AS b ON b.attrelid = c.oid AND b.attnum = a.attnum
 WHERE o.relnamespace = 'customer_workflow'::regnamespace AND o.relkind = 'r' GROUP BY o.relname ORDER BY o.relname;
