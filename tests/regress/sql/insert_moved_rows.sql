-- Option on_insert: a row that moves to another partition is no new one, whoever moves it; one that takes its place is.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE regions (region text PRIMARY KEY);
INSERT INTO regions VALUES ('north');
CREATE TABLE accounts (id int, region text REFERENCES regions ON UPDATE CASCADE, v text, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE accounts_north PARTITION OF accounts FOR VALUES IN ('north');
CREATE TABLE accounts_south PARTITION OF accounts FOR VALUES IN ('south');
CREATE TABLE accounts_west PARTITION OF accounts FOR VALUES IN ('west');
INSERT INTO accounts VALUES (1, 'north', 'one'), (2, 'north', 'two'), (3, 'north', 'three');
GRANT ALL ON accounts, regions TO alice;
SELECT customer_workflow.protect('accounts', '{v}', 'credit_managers', '{"on_insert": "draft"}');
CREATE VIEW record_states AS
    SELECT a.tableoid::regclass AS partition, a.id, v, p.proposal AS pending FROM accounts AS a
      LEFT JOIN customer_workflow.pending_records AS p ON p.record_key = customer_workflow.record_key('accounts', a) ORDER BY a.id;
GRANT SELECT ON record_states TO PUBLIC;

-- By a foreign key that cascades, of which the triggers run after its statement
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET v = 'wish' WHERE id = 1;
UPDATE regions SET region = 'south';
SELECT * FROM record_states;
SELECT record_key, field, original_value, proposed_value FROM customer_workflow.proposed_changes;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('accounts', '{"on_insert": "held", "on_delete": "propose"}');
SET SESSION AUTHORIZATION alice;
UPDATE regions SET region = 'north';
SELECT * FROM record_states;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('accounts', '{"on_insert": "draft", "on_delete": "allow"}');

-- By an UPDATE of which another part, or a function that it calls, deletes the row and inserts another
SET SESSION AUTHORIZATION alice;
INSERT INTO regions VALUES ('south');
CREATE FUNCTION pg_temp.replace(account int) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM accounts WHERE id = account;
    INSERT INTO accounts VALUES (account, 'south', 'replaced');
    RETURN account;
END
$$;
CREATE FUNCTION pg_temp.remove(account int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN DELETE FROM accounts WHERE id = account; RETURN account; END $$;
UPDATE accounts SET region = 'south' WHERE id = 1 RETURNING pg_temp.replace(id);
WITH moved AS (UPDATE accounts SET region = 'south' WHERE id = 2 RETURNING pg_temp.remove(id) AS id)
INSERT INTO accounts SELECT id, 'south', 'replaced, too' FROM moved;
SELECT * FROM record_states;
-- … also in a later statement of the transaction
BEGIN;
UPDATE regions SET region = 'west' WHERE region = 'north';
SELECT * FROM record_states WHERE id = 3;
DELETE FROM accounts WHERE id = 3;
INSERT INTO accounts VALUES (3, 'west', 'replaced later');
COMMIT;
SELECT * FROM record_states;
