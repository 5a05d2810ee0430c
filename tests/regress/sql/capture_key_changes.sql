-- Capture: an open proposal follows its record when the primary key changes.
\set SHOW_CONTEXT never
SET customer_workflow.notices = off;
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE accounts (id int PRIMARY KEY DEFERRABLE, v int, note text);
INSERT INTO accounts SELECT g, g FROM generate_series(1, 6) AS g;
SELECT customer_workflow.protect('accounts', '{v}', 'credit_managers');
GRANT ALL ON accounts TO alice, dave;
RESET SESSION AUTHORIZATION;
-- Every record has its number, and its wish is ten times that
CREATE VIEW open_changes AS
    SELECT record_key, author, status, original_value AS original, proposed_value AS proposed, current_value AS current
      FROM customer_workflow.proposed_changes WHERE status NOT IN ('applied', 'cancelled') ORDER BY original_value::int, author;
GRANT SELECT ON open_changes TO PUBLIC;

-- A key changes; later changes find the proposal
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET v = 10 WHERE id = 1;
UPDATE accounts SET id = 101 WHERE id = 1;
SELECT * FROM open_changes;
UPDATE accounts SET note = 'again', v = 11 WHERE id = 101;
UPDATE accounts SET v = 10 WHERE id = 101;
SELECT * FROM open_changes;
SELECT kind, details FROM customer_workflow.workflow_history WHERE kind = 'key_changed';
-- in the statement that proposes
UPDATE accounts SET id = 102, v = 20 WHERE id = 2;
UPDATE accounts SET id = 2, v = 21 WHERE id = 102;
SELECT * FROM open_changes;
-- by somebody else, while it waits for approval
UPDATE accounts SET v = 20 WHERE id = 2;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE record_key = '{"id": 2}';
SET SESSION AUTHORIZATION dave;
UPDATE accounts SET id = 202 WHERE id = 2;
SET SESSION AUTHORIZATION bob;
SELECT record_key, customer_workflow.approve(proposal, digest => digest) FROM customer_workflow.my_work_items;
SET SESSION AUTHORIZATION erp_owner;
SELECT * FROM accounts WHERE id = 202;
-- the new key may be one that another record had when it was applied or cancelled
UPDATE accounts SET id = 2 WHERE id = 202;
UPDATE accounts SET id = 1 WHERE id = 101;
SELECT * FROM open_changes;

-- All keys shift, or are swapped, in one statement
SET SESSION AUTHORIZATION dave;
UPDATE accounts SET v = v * 100 WHERE id IN (1, 3);
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET v = v * 10 WHERE id > 2;
UPDATE accounts SET id = id + 1;
SELECT * FROM open_changes;
UPDATE accounts SET id = id - 1, note = 'back';
SELECT * FROM open_changes;
UPDATE accounts SET id = CASE id WHEN 3 THEN 4 ELSE 3 END WHERE id IN (3, 4);
SELECT * FROM open_changes;
SELECT r.id, r.v FROM accounts AS r ORDER BY id;
-- also where a trigger of the table catches an error for each row
RESET SESSION AUTHORIZATION;
CREATE FUNCTION catches() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    BEGIN
        PERFORM 1 / (SELECT count(*) FROM accounts WHERE false);
    EXCEPTION WHEN division_by_zero THEN
        NULL;
    END;
    RETURN new;
END
$$;
CREATE TRIGGER catches BEFORE UPDATE ON accounts FOR EACH ROW EXECUTE FUNCTION catches();
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET id = id + 1;
SELECT * FROM open_changes;
UPDATE accounts SET id = id - 1;
SELECT * FROM open_changes;
RESET SESSION AUTHORIZATION;
DROP TRIGGER catches ON accounts;
SET SESSION AUTHORIZATION alice;

-- By MERGE, a trigger of the table, a foreign key that cascades
MERGE INTO accounts AS a USING (VALUES (5, 105)) AS w (id, new_id) ON w.id = a.id WHEN MATCHED THEN UPDATE SET id = w.new_id;
SELECT * FROM open_changes WHERE proposed = '50';
RESET SESSION AUTHORIZATION;
CREATE FUNCTION renumber() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF new.note = 'renumber' THEN
        new.id := 205;
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER renumber BEFORE UPDATE ON accounts FOR EACH ROW EXECUTE FUNCTION renumber();
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET note = 'renumber' WHERE id = 105;
SELECT * FROM open_changes WHERE proposed = '50';
RESET SESSION AUTHORIZATION;
CREATE TABLE companies (id int PRIMARY KEY);
INSERT INTO companies VALUES (1);
GRANT ALL ON companies TO alice;
CREATE TABLE branches (company int REFERENCES companies ON UPDATE CASCADE, n int, v int, PRIMARY KEY (company, n));
INSERT INTO branches VALUES (1, 1, 11), (1, 2, 12);
ALTER TABLE branches OWNER TO erp_owner;
GRANT ALL ON branches TO alice;
SELECT customer_workflow.protect('branches', '{v}', 'credit_managers');
SET SESSION AUTHORIZATION alice;
UPDATE branches SET v = v * 10;
UPDATE companies SET id = 7;
SELECT * FROM open_changes WHERE record_key ? 'n';

-- Rolled back, it stays where it was
BEGIN;
UPDATE companies SET id = 8;
ROLLBACK;
BEGIN;
SAVEPOINT s;
UPDATE branches SET company = 7, n = n + 2, v = 0;
ROLLBACK TO s;
COMMIT;
SELECT * FROM open_changes WHERE record_key ? 'n';
RESET SESSION AUTHORIZATION;

-- A column of the key gets another name, also while a proposal waits for approval
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE record_key @> '{"n": 1}';
SET SESSION AUTHORIZATION erp_owner;
ALTER TABLE branches RENAME company TO headquarters;
SET SESSION AUTHORIZATION alice;
SELECT * FROM open_changes WHERE record_key ? 'n';
UPDATE branches SET v = 121 WHERE n = 2;
SELECT * FROM open_changes WHERE record_key ? 'n';
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(proposal, digest => digest) FROM customer_workflow.my_work_items WHERE record_key ? 'n';
SET SESSION AUTHORIZATION erp_owner;
SELECT * FROM branches ORDER BY n;
RESET SESSION AUTHORIZATION;
