-- Capture: statements with more rows than the buffer holds; early flushes change nothing but memory.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE accounts (id int PRIMARY KEY DEFERRABLE, region text NOT NULL DEFAULT 'de', v int, note text);
INSERT INTO accounts (id, v) SELECT g, g FROM generate_series(1, 25000) AS g;
SELECT customer_workflow.protect('accounts', '{v}', 'credit_managers', '{"auto_submit": "never"}');
GRANT ALL ON accounts TO alice;
SET SESSION AUTHORIZATION alice;

-- 25,000 rows: as many proposals, one NOTICE, the true row count
\set QUIET off
UPDATE accounts SET v = v + 100000;
\set QUIET on
CREATE FUNCTION pg_temp.wrong() RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*) FROM accounts AS a FULL JOIN (SELECT * FROM customer_workflow.proposed_changes WHERE status = 'not_submitted') AS c ON c.record_key = jsonb_build_object('id', a.id)
     WHERE (c.original_value, c.proposed_value) IS DISTINCT FROM (a.v::text, (a.v + 100000)::text)
$$;
SELECT pg_temp.wrong();
SELECT count(*), count(DISTINCT record_key) FROM customer_workflow.proposals;
-- again, with other values: amended
UPDATE accounts SET v = v + 200000, note = 'again';
UPDATE accounts SET v = v + 100000 WHERE note = 'again';
SELECT pg_temp.wrong();
SELECT count(*) FROM customer_workflow.proposals;
-- and the same: nothing new
SELECT count(*) AS n FROM customer_workflow.workflow_history \gset
UPDATE accounts SET v = v + 100000;
SELECT count(*) - :n AS new FROM customer_workflow.workflow_history;

-- All keys shift: each proposal stays with its record
UPDATE accounts SET id = id + 1;
SELECT pg_temp.wrong();
-- … and in a statement that proposes
UPDATE accounts SET id = id - 1, v = v + 300000;
UPDATE accounts SET v = v + 100000;
SELECT pg_temp.wrong();
-- … in an order that meets each new key when it is still another's
UPDATE accounts SET id = 25001 - id;
SELECT pg_temp.wrong();

-- All are deleted but some
BEGIN;
DELETE FROM accounts WHERE id > 100;
SELECT status, count(*) FROM customer_workflow.proposals GROUP BY status ORDER BY status;
ROLLBACK;

-- Nested: a trigger that writes other records of which the statement has captured more than the buffer holds. What it takes back
-- takes nothing else along, what it does not take back is the later wish.
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE boxes (id int PRIMARY KEY, v int);
INSERT INTO boxes SELECT g, g FROM generate_series(1, 25000) AS g;
SELECT customer_workflow.protect('boxes', '{v}', 'credit_managers');
GRANT ALL ON boxes TO alice;
CREATE FUNCTION neighbour() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() = 1 AND new.id % 5000 = 0 THEN
        BEGIN
            UPDATE boxes SET v = -1 WHERE id BETWEEN new.id - 3 AND new.id - 1;
            IF new.id % 10000 = 0 THEN
                RAISE 'not here';
            END IF;
        EXCEPTION WHEN raise_exception THEN
            NULL;
        END;
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER neighbour BEFORE UPDATE ON boxes FOR EACH ROW EXECUTE FUNCTION neighbour();
SET SESSION AUTHORIZATION alice;
SET customer_workflow.notices = off;
UPDATE boxes SET v = v + 100000 WHERE id % 5000 NOT IN (4997, 4998);
WITH c AS MATERIALIZED (SELECT (record_key -> 'id')::int AS id, proposed_value FROM customer_workflow.proposed_changes WHERE relation = 'boxes'::regclass),
     wrong AS MATERIALIZED (SELECT id, v, proposed_value FROM boxes LEFT JOIN c USING (id) WHERE proposed_value IS DISTINCT FROM (v + 100000)::text)
SELECT * FROM wrong ORDER BY id LIMIT 20;
RESET customer_workflow.notices;
RESET SESSION AUTHORIZATION;

-- Large values: the buffer is flushed by its size
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE documents (id int PRIMARY KEY, body text);
INSERT INTO documents SELECT g, 'short' FROM generate_series(1, 100) AS g;
SELECT customer_workflow.protect('documents', '{body}', 'credit_managers');
GRANT ALL ON documents TO alice;
SET SESSION AUTHORIZATION alice;
UPDATE documents SET body = repeat(id::text, 1000000 / length(id::text));
SELECT count(*), min(length(proposed_value)), max(length(proposed_value)) FROM customer_workflow.proposed_changes WHERE relation = 'documents'::regclass;
SELECT max(length(body)) FROM documents;
-- … and gives its memory back
RESET SESSION AUTHORIZATION;
SELECT sum(total_bytes) < 100000 AS is_small FROM pg_backend_memory_contexts WHERE name = 'customer_workflow captured changes';
