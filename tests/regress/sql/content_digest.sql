-- Promise 6: the digest covers table, record, fields, original and proposed values bit by bit, and workflow version; a change of any of them changes it, and nothing else does.
\set SHOW_CONTEXT never
CREATE TABLE things (id text PRIMARY KEY, a text, b text, n numeric, f float8, other text, updated_at timestamptz);
CREATE TABLE others (LIKE things INCLUDING ALL);
ALTER TABLE things OWNER TO erp_owner;
ALTER TABLE others OWNER TO erp_owner;
GRANT SELECT, INSERT, UPDATE ON things, others TO alice, dave, erp;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('things', '{a, b, n, f}', 'credit_managers');
SELECT customer_workflow.protect('others', '{a, b, n, f}', 'credit_managers');
SELECT customer_workflow.set_data_entity('erp', 'things', '{"behavior": "allow_without_approval"}');
SELECT customer_workflow.create_workflow('w', 'things', $${"elements": [{"approval": {"name": "x", "steps": [{"name": "1", "assign_to": {"role": "credit_managers"}}]}}]}$$);
SELECT customer_workflow.create_workflow('w', 'things', $${"elements": [{"approval": {"name": "x", "steps": [{"name": "1", "assign_to": {"role": "credit_managers"}}]}}]}$$);
RESET SESSION AUTHORIZATION;
INSERT INTO things VALUES ('k', 'a', 'b', 1, 1), ('K', 'a', 'b', 1, 1), ('n', NULL, NULL, NULL, NULL);
INSERT INTO others SELECT * FROM things;
-- Each line below proposes something, notes its digest, and cancels it.
CREATE TABLE seen (n int GENERATED ALWAYS AS IDENTITY, what text, digest text);
GRANT SELECT ON seen TO PUBLIC;
CREATE PROCEDURE digest_of(what text, change text, who text DEFAULT 'alice') LANGUAGE plpgsql AS $$
DECLARE
    p bigint;
BEGIN
    SET LOCAL client_min_messages = warning;
    EXECUTE format('SET SESSION AUTHORIZATION %I', who);
    EXECUTE change;
    p := (SELECT max(l) FROM customer_workflow.last_proposals() AS l);
    PERFORM customer_workflow.submit(p, what);
    RESET SESSION AUTHORIZATION;
    INSERT INTO seen (what, digest) SELECT digest_of.what, x.digest FROM customer_workflow.proposals AS x WHERE x.id = p;
    PERFORM customer_workflow.cancel(p);
END $$;

CALL digest_of('as it is', $$UPDATE things SET a = 'x', n = 2 WHERE id = 'k'$$);
-- what is not what is approved: who, when, why, the rest of the record, the order and the number of statements
CALL digest_of('again', $$UPDATE things SET a = 'x', n = 2 WHERE id = 'k'$$);
CALL digest_of('in two statements', $$DO 'BEGIN UPDATE things SET n = 2 WHERE id = ''k''; UPDATE things SET a = ''x'' WHERE id = ''k''; END'$$);
CALL digest_of('by somebody else', $$UPDATE things SET a = 'x', n = 2 WHERE id = 'k'$$, 'dave');
UPDATE things SET other = 'changed', updated_at = '2026-02-03' WHERE id = 'k';
CALL digest_of('another value beside', $$UPDATE things SET a = 'x', n = 2, other = 'y' WHERE id = 'k'$$);
SET customer_workflow.comment = 'why';
SET customer_workflow.reference = 'R1';
CALL digest_of('with comment and reference', $$UPDATE things SET a = 'x', n = 2 WHERE id = 'k'$$);
RESET customer_workflow.comment;
RESET customer_workflow.reference;
SELECT customer_workflow.configure('things', '{"record_label": "other"}');
CALL digest_of('with a label', $$UPDATE things SET a = 'x', n = 2 WHERE id = 'k'$$);
SELECT count(*), count(DISTINCT digest) FROM seen;
DELETE FROM seen WHERE n > 1;

-- what is
CALL digest_of('another record', $$UPDATE things SET a = 'x', n = 2 WHERE id = 'K'$$);
CALL digest_of('another table', $$UPDATE others SET a = 'x', n = 2 WHERE id = 'k'$$);
CALL digest_of('another value', $$UPDATE things SET a = 'X', n = 2 WHERE id = 'k'$$);
CALL digest_of('a value that only looks alike', $$UPDATE things SET a = 'x ', n = 2 WHERE id = 'k'$$);
CALL digest_of('an equal number with another scale', $$UPDATE things SET a = 'x', n = 2.0 WHERE id = 'k'$$);
CALL digest_of('another field', $$UPDATE things SET b = 'x', n = 2 WHERE id = 'k'$$);
CALL digest_of('fields swapped', $$UPDATE things SET b = 'x', f = 2 WHERE id = 'k'$$);
CALL digest_of('one field more', $$UPDATE things SET a = 'x', n = 2, b = 'y' WHERE id = 'k'$$);
CALL digest_of('one field less', $$UPDATE things SET a = 'x' WHERE id = 'k'$$);
CALL digest_of('null', $$UPDATE things SET a = NULL, n = 2 WHERE id = 'k'$$);
CALL digest_of('empty', $$UPDATE things SET a = '', n = 2 WHERE id = 'k'$$);
CALL digest_of('the sign of null', $$UPDATE things SET a = '-', n = 2 WHERE id = 'k'$$);
CALL digest_of('zero', $$UPDATE things SET f = 0 WHERE id = 'k'$$);
CALL digest_of('minus zero', $$UPDATE things SET f = '-0' WHERE id = 'k'$$);
SET SESSION AUTHORIZATION erp;
UPDATE things SET a = 'b' WHERE id = 'k';
RESET SESSION AUTHORIZATION;
CALL digest_of('another original', $$UPDATE things SET a = 'x', n = 2 WHERE id = 'k'$$);
SET SESSION AUTHORIZATION erp;
UPDATE things SET a = NULL WHERE id = 'k';
RESET SESSION AUTHORIZATION;
CALL digest_of('null as original', $$UPDATE things SET a = 'x', n = 2 WHERE id = 'k'$$);
SET SESSION AUTHORIZATION erp;
UPDATE things SET a = 'a' WHERE id = 'k';
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.activate_workflow('w', 1);
CALL digest_of('in a workflow', $$UPDATE things SET a = 'x', n = 2 WHERE id = 'k'$$);
SELECT customer_workflow.activate_workflow('w', 2);
CALL digest_of('in another version', $$UPDATE things SET a = 'x', n = 2 WHERE id = 'k'$$);
SELECT customer_workflow.deactivate_workflow('w');
SELECT count(*), count(DISTINCT digest) FROM seen;
SELECT s.what, t.what FROM seen AS s JOIN seen AS t ON t.digest = s.digest AND t.n > s.n;
CALL digest_of('as it was', $$UPDATE things SET a = 'x', n = 2 WHERE id = 'k'$$);
SELECT s.what, t.what FROM seen AS s JOIN seen AS t ON t.digest = s.digest AND t.n > s.n;

-- Names and values cannot be shifted from one field into another: where a change ends is told by its length.
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE crm.tricky (id int PRIMARY KEY, a text, b text, "a
-
-
b" text);
GRANT SELECT, UPDATE ON crm.tricky TO alice, dave;
INSERT INTO crm.tricky VALUES (1);
SELECT customer_workflow.protect('crm.tricky', ARRAY['a', E'a\n-\n-\nb', 'b']::name[], 'credit_managers');
SET SESSION AUTHORIZATION alice;
UPDATE crm.tricky SET a = 'to be null', b = 'x';
SET SESSION AUTHORIZATION dave;
UPDATE crm.tricky SET "a
-
-
b" = 'x';
RESET SESSION AUTHORIZATION;
UPDATE customer_workflow.change SET proposed = NULL WHERE proposed = 'to be null';
SELECT count(*), count(DISTINCT d.digest)
  FROM customer_workflow._digests(ARRAY(SELECT id FROM customer_workflow.proposals WHERE relation = 'crm.tricky'::regclass)) AS d;
