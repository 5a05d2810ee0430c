-- revert() of an applied creation proposes its deletion, of an applied deletion a new record as it was, in all columns exactly (promises 3 and 4)
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE TYPE pair AS (x float8, y text);
CREATE TABLE vendors (
    id       integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name     text NOT NULL,
    credit   numeric,
    rate     float8,
    notes    pair,
    since    timestamptz DEFAULT '2026-01-01 12:00:00+00',
    doubled  numeric GENERATED ALWAYS AS (credit * 2) STORED,
    hobby    text);
ALTER TABLE vendors OWNER TO erp_owner;
GRANT SELECT, INSERT, UPDATE, DELETE ON vendors TO alice, bob, dave, import;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('vendors', '{name, credit}', 'credit_managers', '{"on_insert": "held", "on_delete": "propose"}');
SELECT customer_workflow.set_data_entity('import', 'vendors', '{"behavior": "allow_without_approval"}');
SET client_min_messages = notice;

-- a creation
SET SESSION AUTHORIZATION alice;
INSERT INTO vendors (name, credit, rate, notes, hobby) VALUES ('Stahl', 100.50, - 'NaN'::float8, ROW(- 'NaN'::float8, 'a,"b'), 'chess');
SELECT * FROM error_of('SELECT customer_workflow.revert(1)');
SELECT customer_workflow.submit(1);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1);
CREATE TEMP TABLE was AS SELECT md5(vendors::text) AS md5, float8send(rate) AS rate, record_send(notes) AS notes FROM vendors;
-- what has moved since is said
SET SESSION AUTHORIZATION alice;
UPDATE vendors SET hobby = 'go' WHERE id = 1;
SET SESSION AUTHORIZATION import;
UPDATE vendors SET credit = 101 WHERE id = 1;
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.revert(1);
SELECT id, operation, status, reverts FROM customer_workflow.proposals ORDER BY id;
SELECT customer_workflow.revert(1) AS again;
SELECT customer_workflow.submit(2);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(2);
SELECT count(*) FROM vendors;
SELECT proposal, kind, details FROM customer_workflow.workflow_history WHERE kind IN ('reverts', 'reverted') ORDER BY at;
SELECT * FROM error_of('SELECT customer_workflow.revert(1)');

-- a deletion: the record comes back as it was when it was deleted, also in columns that nobody protects
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.revert(2);
SELECT operation, status, reverts FROM customer_workflow.proposals WHERE id = 3;
SELECT field, proposed_value FROM customer_workflow.proposed_changes WHERE proposal = 3 ORDER BY field;
SELECT customer_workflow.revert(2) AS again;
-- not without approval
SELECT count(*) FROM vendors;
SELECT customer_workflow.submit(3);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(3);
UPDATE vendors SET hobby = 'chess';
SET SESSION AUTHORIZATION import;
UPDATE vendors SET credit = 100.50 WHERE id = 1;
SET SESSION AUTHORIZATION bob;
SELECT was.md5 = md5(v::text) AS same_text, was.rate = float8send(v.rate) AS same_rate, was.notes = record_send(v.notes) AS same_notes, v.doubled FROM was, vendors AS v;
-- there and back again: it was once more created
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.revert(3);
SELECT customer_workflow.cancel(4);

-- refused: another record has the key by now
SET SESSION AUTHORIZATION alice;
DELETE FROM vendors WHERE id = 1;
SELECT customer_workflow.submit(5);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(5);
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.disable('vendors');
SELECT * FROM error_of('SELECT customer_workflow.revert(5)');
INSERT INTO vendors (id, name) OVERRIDING SYSTEM VALUE VALUES (1, 'Other');
SELECT customer_workflow.enable('vendors');
SET SESSION AUTHORIZATION dave;
SELECT * FROM error_of('SELECT customer_workflow.revert(5)');
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.disable('vendors');
DELETE FROM vendors;
SELECT customer_workflow.enable('vendors');
-- who may not insert, and who may not see all of it
SET SESSION AUTHORIZATION carol;
SELECT * FROM error_of('SELECT customer_workflow.revert(5)');
SET SESSION AUTHORIZATION erp_owner;
GRANT SELECT ON vendors TO carol;
SET SESSION AUTHORIZATION carol;
SELECT * FROM error_of('SELECT customer_workflow.revert(5)');
SET SESSION AUTHORIZATION erp_owner;
REVOKE ALL ON vendors FROM bob;
GRANT SELECT (id, name, credit, rate), INSERT ON vendors TO bob;
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of('SELECT customer_workflow.revert(5)');
-- row level security cannot be asked about a record that is gone: it is left to who deleted it
SET SESSION AUTHORIZATION erp_owner;
GRANT SELECT ON vendors TO bob;
ALTER TABLE vendors ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON vendors USING (true);
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of('SELECT customer_workflow.revert(5)');
SET SESSION AUTHORIZATION alice;
BEGIN;
SELECT customer_workflow.revert(5) > 5 AS made;
ROLLBACK;
SET SESSION AUTHORIZATION erp_owner;
ALTER TABLE vendors DISABLE ROW LEVEL SECURITY;

-- a trigger that gives it another protected value, and one that gives it another that nobody protects
CREATE FUNCTION crm.other() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.credit := 7; RETURN NEW; END$$;
CREATE TRIGGER other BEFORE INSERT ON vendors FOR EACH ROW EXECUTE FUNCTION crm.other();
SET SESSION AUTHORIZATION dave;
SELECT * FROM error_of('SELECT customer_workflow.revert(5)') WHERE field <> 'detail';
SET SESSION AUTHORIZATION erp_owner;
CREATE OR REPLACE FUNCTION crm.other() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.hobby := 'none'; RETURN NEW; END$$;
SET SESSION AUTHORIZATION dave;
BEGIN;
SELECT customer_workflow.revert(5) > 5 AS made;
ROLLBACK;
SET SESSION AUTHORIZATION erp_owner;
DROP TRIGGER other ON vendors;
-- columns that were renamed come back, those that were dropped do not
ALTER TABLE vendors RENAME COLUMN hobby TO pastime;
ALTER TABLE vendors DROP COLUMN rate;
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.revert(5) AS restored \gset
SELECT field, proposed_value FROM customer_workflow.proposed_changes WHERE proposal = :restored ORDER BY field;
SELECT customer_workflow.cancel(:restored);
-- where creating or deleting needs no approval, there is nothing to propose
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('vendors', '{"on_insert": "allow"}');
SET SESSION AUTHORIZATION dave;
SELECT * FROM error_of('SELECT customer_workflow.revert(5)');
SET SESSION AUTHORIZATION erp_owner;
INSERT INTO vendors (id, name) OVERRIDING SYSTEM VALUE VALUES (1, 'Stahl');
SELECT customer_workflow.configure('vendors', '{"on_delete": "allow"}');
SET SESSION AUTHORIZATION dave;
SELECT * FROM error_of('SELECT customer_workflow.revert(3)');
-- with on_insert draft what was deleted is held all the same: it is not there until a second person says so
SET SESSION AUTHORIZATION erp_owner;
DELETE FROM vendors;
SELECT customer_workflow.configure('vendors', '{"on_insert": "draft", "on_delete": "propose"}');
SET SESSION AUTHORIZATION dave;
BEGIN;
SELECT customer_workflow.revert(5) > 5 AS made;
SELECT operation, record_key FROM customer_workflow.pending_records;
SELECT count(*) FROM vendors;
ROLLBACK;
-- a draft that was approved
INSERT INTO vendors (name, credit) VALUES ('Draft', 5);
SELECT max(id) AS draft FROM customer_workflow.proposals \gset
SELECT customer_workflow.submit(:draft);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(:draft);
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.revert(:draft) AS undo \gset
SELECT operation, reverts = :draft AS reverts FROM customer_workflow.proposals WHERE id = :undo;
-- what is kept of deleted records goes when their proposals are archived
RESET SESSION AUTHORIZATION;
SELECT count(DISTINCT proposal) FROM customer_workflow.deleted_value;
SELECT customer_workflow.archive_history('0') > 0 AS archived;
SELECT count(DISTINCT proposal) FROM customer_workflow.deleted_value;
