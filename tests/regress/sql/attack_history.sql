-- Attack, promise 9: a superuser rewrites the history. What was before the last checkpoint kept elsewhere is found.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT customer_workflow.protect('customers', '{credit_limit,bank_account}', 'credit_managers');
\c - alice
SET client_min_messages = warning;
UPDATE customers SET credit_limit = 10 * id;
SELECT outcome FROM customer_workflow.submit_many('{1,2,3}');
\c - bob
SELECT outcome FROM customer_workflow.approve_many('{1,2}');
\c - postgres
SET client_min_messages = warning;
SELECT customer_workflow.disable('customers');
UPDATE customers SET bank_account = 'DE99' WHERE id = 3;
SELECT customer_workflow.enable('customers');
SELECT customer_workflow.checkpoint() AS kept \gset
SELECT customer_workflow.checkpoint() AS later \gset

-- By the statements that anybody would try: refused, to a superuser too.
SELECT s AS statement, e.value AS message FROM unnest(ARRAY['UPDATE customer_workflow.history SET person = person', 'DELETE FROM customer_workflow.history WHERE id = 2',
    'TRUNCATE customer_workflow.history', 'DELETE FROM customer_workflow.direct_change', 'UPDATE customer_workflow.direct_change SET new_value = new_value',
    'TRUNCATE customer_workflow.direct_change', 'UPDATE customer_workflow.history_link SET hash = hash', 'DELETE FROM customer_workflow.history_checkpoint',
    'TRUNCATE customer_workflow.history_link', 'TRUNCATE customer_workflow.archive_history', 'DELETE FROM customer_workflow.archive_history', 'UPDATE customer_workflow.archive_history SET id = id']) AS s,
    error_of(s) AS e WHERE e.field = 'message';

-- Without the triggers
CREATE FUNCTION attack(what text, variadic statements text[]) RETURNS TABLE (attack text, problem text, source text, entry bigint, proposal bigint, message text)
LANGUAGE plpgsql AS $$
DECLARE
    s text;
BEGIN
    SET LOCAL session_replication_role = replica;
    BEGIN
        FOREACH s IN ARRAY statements LOOP
            EXECUTE s;
        END LOOP;
        RETURN QUERY SELECT what, v.problem, v.source, v.entry, v.proposal, v.message FROM customer_workflow.verify_history(current_setting('attack.kept')::jsonb) AS v;
        IF NOT FOUND THEN
            RETURN QUERY SELECT what, 'NOT FOUND', NULL, NULL::bigint, NULL::bigint, NULL;
        END IF;
        RAISE SQLSTATE 'UNDO0';
    EXCEPTION WHEN SQLSTATE 'UNDO0' THEN
        NULL;
    END;
    SET LOCAL session_replication_role = origin;
END
$$;
SELECT set_config('attack.kept', :'kept', false) IS NOT NULL AS kept;
SELECT id, proposal, kind FROM customer_workflow.history ORDER BY id;

-- Changed: who, when, what, in every column
SELECT * FROM attack('changed: who approved', $$UPDATE customer_workflow.history SET person = 'role:carol' WHERE id = 8$$);
SELECT c.attname AS "column", (SELECT string_agg(f.problem || ' ' || f.source || ' ' || coalesce(f.entry, f.proposal), ', ') FROM attack('x',
           format('UPDATE customer_workflow.history SET %1$I = %2$s WHERE id = 8', c.attname,
                  CASE c.atttypid::regtype::text WHEN 'text' THEN format('coalesce(%I, '''') || ''x''', c.attname) WHEN 'jsonb' THEN '''{"a": 1.0}''' WHEN 'xid8' THEN '''1'''
                       WHEN 'timestamp with time zone' THEN 'at + interval ''1 microsecond''' ELSE format('coalesce(%I, 0) + 1000', c.attname) END)) AS f) AS found
  FROM pg_attribute AS c WHERE c.attrelid = 'customer_workflow.history'::regclass AND c.attnum > 0 AND c.attname <> 'id' ORDER BY c.attnum;
SELECT c.attname AS "column", (SELECT string_agg(f.problem || ' ' || f.source || ' ' || f.entry, ', ') FROM attack('x',
           format('ALTER TABLE customer_workflow.direct_change DROP CONSTRAINT direct_change_reason_check'),
           format('UPDATE customer_workflow.direct_change SET %1$I = %2$s WHERE id = 1', c.attname,
                  CASE c.atttypid::regtype::text WHEN 'text' THEN format('coalesce(%I, '''') || ''x''', c.attname) WHEN 'jsonb' THEN '''{"id": 3.0}''' WHEN 'xid8' THEN '''1'''
                       WHEN 'timestamp with time zone' THEN 'at + interval ''1 microsecond''' ELSE format('coalesce(%I, 0) + 1000', c.attname) END)) AS f) AS found
  FROM pg_attribute AS c WHERE c.attrelid = 'customer_workflow.direct_change'::regclass AND c.attnum > 0 AND c.attname <> 'id' ORDER BY c.attnum;

-- Null is not empty, and text does not pass from one column to the next.
SELECT * FROM attack('null for empty', $$UPDATE customer_workflow.history SET comment = '' WHERE id = 8$$);
SELECT * FROM attack('from step to comment', $$UPDATE customer_workflow.history SET comment = step, step = NULL WHERE id = 8$$);

-- Removed
SELECT * FROM attack('removed: one entry', $$DELETE FROM customer_workflow.history WHERE id = 8$$);
SELECT * FROM attack('removed: the last entry of a proposal', $$DELETE FROM customer_workflow.history WHERE id = (SELECT max(id) FROM customer_workflow.history WHERE proposal = 3)$$);
SELECT * FROM attack('removed: a direct change', $$DELETE FROM customer_workflow.direct_change$$);
SELECT * FROM attack('removed: a proposal, with all that is known of it', $$DELETE FROM customer_workflow.history WHERE proposal = 2$$,
    $$DELETE FROM customer_workflow.proposal WHERE id = 2$$, $$DELETE FROM customer_workflow.change WHERE proposal = 2$$, $$DELETE FROM customer_workflow.work_item WHERE proposal = 2$$);
SELECT * FROM attack('removed: with its chain', $$DELETE FROM customer_workflow.history WHERE proposal = 2$$, $$DELETE FROM customer_workflow.proposal WHERE id = 2$$,
    $$DELETE FROM customer_workflow.history_link WHERE kind = 'p' AND chain = 2$$);

-- Reordered: exchanged numbers, times, or places in the chain
SELECT * FROM attack('reordered: numbers', 'CREATE TABLE exchanged AS SELECT * FROM customer_workflow.history WHERE id IN (8, 9)',
    'UPDATE exchanged SET id = 17 - id', 'DELETE FROM customer_workflow.history WHERE id IN (8, 9)', 'INSERT INTO customer_workflow.history OVERRIDING SYSTEM VALUE SELECT * FROM exchanged');
SELECT * FROM attack('reordered: proposals', $$UPDATE customer_workflow.history SET proposal = 3 - proposal WHERE id IN (8, 9)$$);
SELECT * FROM attack('reordered: links', $$UPDATE customer_workflow.history_link SET position = -1 WHERE position = 3$$,
    $$UPDATE customer_workflow.history_link SET position = 3 WHERE position = 4$$, $$UPDATE customer_workflow.history_link SET position = 4 WHERE position = -1$$);

-- Inserted: with a number that was free, with the transaction of another entry, of one that the checkpoint has seen, or of nowadays
CREATE FUNCTION forged(transaction text) RETURNS text LANGUAGE sql AS $$
    SELECT format('INSERT INTO customer_workflow.history (transaction, id, at, table_id, proposal, kind, person, database_role, digest) OVERRIDING SYSTEM VALUE
                   SELECT %s, 0, h.at, 1, 3, ''approved'', ''role:carol'', ''carol'', h.digest FROM customer_workflow.history AS h WHERE h.id = 8', transaction)
$$;
SELECT * FROM attack('inserted: of another''s transaction', forged('h.transaction'));
SELECT * FROM attack('inserted: of today', forged('pg_current_xact_id()'));
SELECT * FROM attack('inserted: and chained', forged('pg_current_xact_id()'),
    $$INSERT INTO customer_workflow.history_link SELECT max(position) + 1, 'p', 3, 0, customer_workflow._link(NULL,
          (SELECT hash FROM customer_workflow.history_link WHERE kind = 'p' AND chain = 3 ORDER BY position DESC LIMIT 1),
          (SELECT content FROM customer_workflow._history_entry WHERE source = 'h' AND entry = 0)) FROM customer_workflow.history_link$$);
SELECT * FROM attack('inserted: with a number of today and a time of yesterday', 'INSERT INTO customer_workflow.history (at, table_id, proposal, kind, person, database_role)
    SELECT h.at - interval ''1 day'', 1, 3, ''approved'', ''role:carol'', ''carol'' FROM customer_workflow.history AS h WHERE h.id = 8');
SELECT * FROM attack('inserted: a direct change', $$INSERT INTO customer_workflow.direct_change (id, table_id, record_key, field, person, database_role, reason) OVERRIDING SYSTEM VALUE
    VALUES (0, 1, '{"id": 1}', 'credit_limit', 'role:bob', 'bob', 'disabled')$$);
SELECT * FROM attack('inserted: into the archive', $$INSERT INTO customer_workflow.archive_history SELECT * FROM customer_workflow.history WHERE id = 8$$);
SELECT * FROM attack('moved: into the archive, and another', $$INSERT INTO customer_workflow.archive_history SELECT * FROM customer_workflow.history WHERE id = 8$$,
    $$DELETE FROM customer_workflow.history WHERE id = 8$$, $$UPDATE customer_workflow.archive_history SET person = 'role:carol'$$);

-- What `decisions` shows beside the history: author, record and values of the proposal
SELECT * FROM attack('another author', $$UPDATE customer_workflow.proposal SET author = 'role:dave' WHERE id = 1$$);
SELECT * FROM attack('another record', $$UPDATE customer_workflow.proposal SET record_key = '{"id": 2}' WHERE id = 1$$);
SELECT * FROM attack('another record, and digest', $$UPDATE customer_workflow.proposal SET record_key = '{"id": 2}' WHERE id = 1$$,
    $$UPDATE customer_workflow.proposal SET digest = customer_workflow._digest(1) WHERE id = 1$$);
SELECT * FROM attack('another value', $$UPDATE customer_workflow.change SET proposed = '999999.00' WHERE proposal = 1$$);

-- The checkpoints themselves
SELECT * FROM attack('checkpoint changed', $$UPDATE customer_workflow.history_checkpoint SET at = at - interval '1 year' WHERE number = 1$$);
SELECT * FROM attack('root changed', $$UPDATE customer_workflow.history_checkpoint SET root = sha256('x') WHERE number = 1$$);
SELECT * FROM attack('checkpoint removed', $$DELETE FROM customer_workflow.history_checkpoint WHERE number = 1$$);
SELECT * FROM attack('all of the proof removed', $$DELETE FROM customer_workflow.history_checkpoint$$, $$DELETE FROM customer_workflow.history_link$$);

-- Everything forged, and a proof made of it that is without a fault: it is not what was kept elsewhere.
SELECT * FROM attack('proof made anew', $$UPDATE customer_workflow.history SET person = 'role:carol' WHERE id = 8$$, $$DELETE FROM customer_workflow.history_checkpoint$$,
    $$DELETE FROM customer_workflow.history_link$$, $$SELECT customer_workflow.checkpoint()$$, $$SELECT customer_workflow.checkpoint()$$);
CREATE FUNCTION attack_unkept(variadic statements text[]) RETURNS TABLE (problems bigint) LANGUAGE plpgsql AS $$
DECLARE
    s text;
BEGIN
    SET LOCAL session_replication_role = replica;
    BEGIN
        FOREACH s IN ARRAY statements LOOP EXECUTE s; END LOOP;
        problems := (SELECT count(*) FROM customer_workflow.verify_history());
        RETURN NEXT;
        RAISE SQLSTATE 'UNDO0';
    EXCEPTION WHEN SQLSTATE 'UNDO0' THEN NULL;
    END;
    SET LOCAL session_replication_role = origin;
END
$$;
-- Without that one nobody could tell: what stays in the database, whoever owns the database can make anew.
SELECT * FROM attack_unkept($$UPDATE customer_workflow.history SET person = 'role:carol' WHERE id = 8$$, $$DELETE FROM customer_workflow.history_checkpoint$$,
    $$DELETE FROM customer_workflow.history_link$$, $$SELECT customer_workflow.checkpoint()$$);

-- What came after the last checkpoint: changed or taken away unseen. The next checkpoint, kept elsewhere, ends that.
SELECT customer_workflow.add_group_member('board', 'role:bob');
SELECT * FROM attack_unkept($$DELETE FROM customer_workflow.history WHERE id = (SELECT max(id) FROM customer_workflow.history)$$);
SELECT customer_workflow.checkpoint() IS NOT NULL AS taken;
SELECT * FROM attack_unkept($$DELETE FROM customer_workflow.history WHERE id = (SELECT max(id) FROM customer_workflow.history)$$);

-- What makes it append-only taken away
SELECT * FROM attack('triggers disabled', 'ALTER TABLE customer_workflow.history DISABLE TRIGGER ALL');
SELECT * FROM attack('sequence set back', 'ALTER SEQUENCE customer_workflow.history_id_seq RESTART 1');
-- All of it was undone, and nothing is found.
SELECT * FROM customer_workflow.verify_history(:'kept') UNION ALL SELECT * FROM customer_workflow.verify_history(:'later');
